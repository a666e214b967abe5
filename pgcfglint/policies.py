"""A team's own rules: files in the form of the shipped ones, read with care, for a stranger may have written
them in a pull request. A rule can only compute; here is seen to it that reading one ends, too.
"""

from __future__ import annotations

import os

from pgcfglint import catalog, paths
from pgcfglint.places import OwnFileError, read_text
from pgcfglint.record import Record
from pgcfglint.rulefile import RuleError, RuleReader, rule_paths

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pgcfglint.rulebook import Manual, Rule

MAX_FILES = 1000
"""Most rule files in a run: each takes some milliseconds."""
MAX_ENTRIES = 20_000
"""Most files and folders that are looked at in search of rules."""


class Policy(Record):
    """A team's own rule with its manual, and the file that it stands in."""

    path: str
    rule: Rule
    manual: Manual


def read_policies(folders: Iterable[str], profiles: Iterable[str] | None = None) -> tuple[Rule, ...]:
    """The rules of some files and folders, those of some profiles only. Raises RuleError."""
    wanted = None if profiles is None else set(profiles)
    found = (policy.rule for policy in read(policy_paths(folders)))
    return tuple(rule for rule in found if wanted is None or rule.profile in wanted)


def read(files: Iterable[str]) -> tuple[Policy, ...]:
    """The rules of some files, checked for dimensions and names as well. Raises RuleError."""
    found = tuple(read_one(path) for path in files)
    for error in name_errors(found):
        raise error
    return found


def name_errors(policies: Sequence[Policy]) -> Iterator[RuleError]:
    """What is wrong with the names of rules: two have one name, one covers a rule that there is not."""
    shipped = {_stem(path): path for path in rule_paths(paths.rules_folder())}
    taken: dict[str, str] = {}
    for policy in policies:
        name = policy.rule.name
        if name in shipped and not os.path.samefile(shipped[name], policy.path):
            yield RuleError(policy.path, 1, 1, f"there is a shipped rule {name}: give the file another name")
        if name in taken:
            yield RuleError(policy.path, 1, 1, f"there is a rule {name} already: {taken[name]}")
        taken.setdefault(name, policy.path)
    for policy in policies:
        for index, name in enumerate(policy.rule.covers):
            if name not in shipped and name not in taken:
                nearest = catalog.suggest(name, (*shipped, *taken))
                hint = f"; did you mean {nearest}?" if nearest else ""
                reader = _reader(policy.path)
                yield reader.error(f"covers: there is no rule {name}{hint}", "covers", str(index))


def _stem(path: str) -> str:
    return os.path.splitext(os.path.basename(path))[0]


def read_one(path: str) -> Policy:
    """The rule of one file. Raises RuleError."""
    reader = _reader(path)
    rule, manual = reader.read()
    reader.check_dimensions(rule)
    return Policy(path, rule, manual)


def _reader(path: str) -> RuleReader:
    try:
        return RuleReader(path, read_text(path))
    except OwnFileError as error:
        raise RuleError(error.path, error.line, error.column, error.message) from None


def policy_paths(folders: Iterable[str]) -> list[str]:
    """The rule files that some words stand for: files, and all *.yaml below folders. Raises RuleError."""
    found: dict[str, str] = {}
    for folder in folders:
        if not os.path.exists(folder):
            raise RuleError(folder, 1, 1, "no such file or folder of rules")
        for path in sorted(_below(folder)) if os.path.isdir(folder) else [folder]:
            found.setdefault(os.path.realpath(path), path)
        if len(found) > MAX_FILES:
            raise RuleError(folder, 1, 1, f"more than {MAX_FILES} rule files")
    return list(found.values())


def _below(folder: str) -> Iterator[str]:
    seen = 0
    for top, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        seen += len(folders) + len(files)
        if seen > MAX_ENTRIES:
            raise RuleError(
                folder, 1, 1, f"more than {MAX_ENTRIES:,} files and folders are no folder of rules"
            )
        yield from (os.path.join(top, name) for name in files if name.endswith((".yaml", ".yml")))
