"""What an operator can pull out of a running cluster, recognised by its content: `--live [GROUP=]FILE`."""

from __future__ import annotations

import re

from pgcfglint.live import document, edit, members, process, settings
from pgcfglint.live.terminal import cleaned
from pgcfglint.sources.errors import Unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container

    from pgcfglint.model import LiveState
    from pgcfglint.sources.text import Source

__all__ = ["EXPECTED", "UNRECOGNISED", "cleaned", "read"]

EXPECTED = (
    ("the dynamic configuration", "patronictl show-config --group 0 > dcs-0.yaml"),
    ("what runs", "psql --csv -c 'SELECT * FROM pg_settings' > settings-0.csv"),
    ("members and pending restarts", "patronictl list -f json > list.json"),
    ("a pod's environment", "env | grep PATRONI > env-0.txt"),
    ("a release's values", "helm get values -a RELEASE > release.yaml"),
    ("ALTER SYSTEM", "postgresql.auto.conf of a member's data directory"),
)
"""What is recognised, and the commands that make it."""

UNRECOGNISED = "unrecognised"
"""The reason of an Unreadable whose text is no dump of a known kind."""


def read(source: Source, known: Container[str]) -> tuple[LiveState, ...]:
    """What a dump says. `known` are names of parameters. Raises Unreadable with what was expected."""
    source = cleaned(source)
    if not source.text.strip():
        raise Unreadable(source.path, _EMPTY, UNRECOGNISED)
    trouble: Unreadable | None = None
    try:
        found = _read(source, known)
    except Unreadable as problem:
        found, trouble = (), problem
    if found and found[0].kind == "members" and not found[0].members:
        raise Unreadable(source.path, _NO_MEMBERS, UNRECOGNISED)
    if found:
        return found
    failed = _FAILED.search(source.text)
    if failed:
        what = f"this is an error message ({failed[0]}), no output"
        raise Unreadable(source.path, _expected(what), UNRECOGNISED)
    for pattern, what in _OTHERS:
        if re.search(pattern, source.text):
            raise Unreadable(source.path, _expected(what), UNRECOGNISED)
    if trouble is not None and trouble.reason == "unparsable" and re.match(r"\s*[\[{]", source.text):
        raise trouble
    raise Unreadable(source.path, _expected("nothing in it is recognised"), UNRECOGNISED)


def _read(source: Source, known: Container[str]) -> tuple[LiveState, ...]:
    for state in (edit.from_text(source), members.from_text(source)):
        if state is not None:
            return (state,)
    if source.text.lstrip()[0] not in "[{":
        for state in (
            process.environment(source),
            process.command_line(source),
            settings.from_tables(source, known),
        ):
            if state is not None:
                return (state,)
    else:
        state = settings.from_json_lines(source, known)
        if state is not None:
            return (state,)
    trouble: Unreadable | None = None
    try:
        inside = document.annotated(source)
        found = tuple(document.from_documents(inside or source, known))
        if found:
            return found
    except Unreadable as problem:
        trouble = problem
    state = document.from_roots(source, known) if trouble is None else None
    if state is None and trouble is not None:
        raise trouble
    return (state,) if state is not None else ()


_EMPTY = (
    "the dump is empty: `patronictl show-config` prints nothing, and says nothing, where its own "
    "configuration has no citus section or the group does not exist; name the group with --group N"
)
_NO_MEMBERS = (
    "the list has no members: patronictl's own configuration names another cluster, or has no citus section; "
    "patronictl list -f json > list.json on a member"
)
_FAILED = re.compile(
    r"(?m)^(?:Error|error|ERROR|FATAL|psql: error|Traceback|patroni\.exceptions)\b[^\n]{0,80}"
    r"|ERROR, SQLSTATE[^\n]{0,60}"
)
_OTHERS = (
    (r"(?i)<table\b", "HTML is not read; take --csv"),
    (r"(?m)^\|====", "AsciiDoc is not read; take --csv"),
    (r"\\begin\{tabular\}", "LaTeX is not read; take --csv"),
)


def _expected(what: str) -> str:
    commands = "; ".join(f"{title}: {command}" for title, command in EXPECTED)
    return f"{what}. Expected one of: {commands}"
