"""What `recommend` prints: a values section, a patch, data, or why the wish cannot be met."""

from __future__ import annotations

from pgcfglint.recommend import section as values
from pgcfglint.recommend.solve import Choice
from pgcfglint.units import format_quantity
from pgcfglint.vocabulary import NAMES

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from pgcfglint.recommend.change import Change, Patch
    from pgcfglint.recommend.solve import Advice
    from pgcfglint.recommend.wish import Wish

__all__ = ["Choice", "as_json", "diff", "refusal", "section", "unmet"]

_LABEL = {"postgresql": "PostgreSQL", "patroni": "Patroni", "citus": "Citus"}


def section(wish: Wish, advice: Advice, profiles: Sequence[str]) -> str:
    """The values section of a wish, with its reasons."""
    versions = ", ".join(f"{_LABEL[item.name]} {item.version}" for item in advice.cluster.targets)
    checked = "profile" if len(profiles) == 1 else "profiles"
    head = (
        f"# {_said(wish)}; {versions}",
        f"# Every rule of the {checked} {', '.join(profiles)} is content with this set.",
    )
    return "".join(f"{line}\n" for line in (*head, *values.lines(wish, advice.choices)))


def _said(wish: Wish) -> str:
    parts = [
        f"one pod with {format_quantity(wish.memory)}" if wish.memory else "",
        f"{wish.cpu:g} CPUs" if wish.cpu else "",
        f"{wish.connections} connections",
        f"a volume of {format_quantity(wish.storage)}" if wish.storage else "",
        f"workload {wish.workload}",
    ]
    return ", ".join(part for part in parts if part)


def refusal(wish: Wish, problems: Sequence[tuple[str, str]], instead: Sequence[str]) -> Iterator[str]:
    """Why a wish cannot be met, rule by rule, and what could be."""
    yield f"error: there is no set for {_said(wish)} with which every rule is content:"
    yield from _said_by(problems)
    yield from (f"  {line}" for line in instead)


def unmet(problems: Sequence[tuple[str, str]]) -> Iterator[str]:
    """What the rules still find in a file's groups with the set."""
    if problems:
        yield "error: with this set some rules are still not content:"
        yield from _said_by(problems)


def _said_by(problems: Sequence[tuple[str, str]]) -> Iterator[str]:
    return (f"  {name}: {message}" for name, message in problems)


def diff(path: str, text: str, patch: Patch) -> str:
    """The changes of a file as a unified diff, the commands for what no chart passes on, the reasons."""
    from difflib import unified_diff

    if not patch.changes:
        return f"# {path} has the recommended set already.\n"
    lines = list(_reasons(patch))
    path = path.lstrip("/")
    found = unified_diff(text.splitlines(True), patch.text.splitlines(True), f"a/{path}", f"b/{path}")
    lines += (
        line.rstrip("\r\n") if line.endswith("\n") else f"{line}\n\\ No newline at end of file"
        for line in found
    )
    return "".join(f"{line}\n" for line in lines)


def _reasons(patch: Patch) -> Iterator[str]:
    """Comments before the diff: `patch` and `git apply` skip them."""
    hand = {id(change) for change in patch.by_hand}
    written = [change for change in patch.changes if change.route and id(change) not in hand]
    for title, changes in (("In the file:", written), ("By hand, the place is not known:", patch.by_hand)):
        if changes:
            yield f"# {title}"
            yield from (f"#   {_line(change)}" for change in changes)
    commands = [change for change in patch.changes if change.commands]
    if commands:
        yield "# The chart does not pass these on:"
        for change in commands:
            yield f"#   {_line(change)}"
            yield from (f"#     {command}" for command in change.commands)


def _line(change: Change) -> str:
    old = change.old if change.old else "not set"
    who = f" ({', '.join(change.groups)})"
    return f"{change.choice.name}{who}: {old} -> {change.choice.text}, {change.apply}; {change.choice.why}"


def as_json(advice: Advice, problems: Sequence[tuple[str, str]] = (), patch: Patch | None = None) -> str:
    """The set as data; `problems` is empty where the rules are content."""
    import json

    document: dict[str, Any] = {
        "version": 1,
        "targets": {target.name: target.version for target in advice.cluster.targets},
        "settings": [
            {
                "name": choice.name,
                "value": choice.text,
                "kind": "pod" if choice.name in NAMES else "parameter",
                "groups": list(choice.groups),
                "why": choice.why,
                "rule": choice.rule or None,
                "see": choice.see or None,
            }
            for choice in advice.choices
        ],
        "problems": [{"rule": name, "message": message} for name, message in problems],
    }
    if patch is not None:
        hand = {id(change) for change in patch.by_hand}
        document["changes"] = [
            {
                "name": change.choice.name,
                "old": change.old,
                "new": change.choice.text,
                "groups": list(change.groups),
                "apply": change.apply,
                "keys": list(change.route) if id(change) not in hand else [],
                "commands": list(change.commands),
            }
            for change in patch.changes
        ]
        document["text"] = patch.text
    return json.dumps(document, indent=2) + "\n"
