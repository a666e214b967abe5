"""What `migrate` prints for people: a values file (or a patch for one) with all else in comments."""

from __future__ import annotations

import os

from pgcfglint.migrate.found import BEATEN, ELSEWHERE, PLATFORM, SECRET, UNKNOWN, VALUES
from pgcfglint.report import cost, ordered
from pgcfglint.report.plain import clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pgcfglint.migrate.found import Migration, Place
    from pgcfglint.model import Location

_HEADS = {
    ELSEWHERE: "The chart does not pass on, so not in the values; patronictl edit-config sets them",
    PLATFORM: "Not taken over: Patroni sets it, or drops or replaces the value",
    SECRET: "Secrets, to be moved by hand",
    UNKNOWN: "No such parameter",
    BEATEN: "Overridden in the image itself",
}


def render(made: Migration) -> Iterator[str]:
    """The page."""
    files = ", ".join(clean(path) for path, _ in made.found.texts)
    write = "writes" if len(made.found.texts) == 1 else "write"
    yield f"# What {files} {write} into PostgreSQL's configuration, as values\n"
    yield f"# for {made.cluster.layout}, PostgreSQL {made.cluster.major}. Read, not run.\n"
    body = made.patch or "".join(f"{line}\n" for line in made.section)
    yield body or "# Nothing goes into the values.\n"
    for goes, head in _HEADS.items():
        some = [place for place in made.places if place.goes == goes]
        if some:
            yield f"#\n# {head}:\n"
            yield from _places(some, goes, made)
    yield from _findings(made)
    if made.found.puzzles:
        yield "#\n# Not taken over, because it is not understood or not a value (look at each):\n"
        for puzzle in made.found.puzzles:
            named = f"{puzzle.name}: " if puzzle.name else ""
            yield f"#   {_at(puzzle.location)} {clean(named + puzzle.why)}\n"
            yield f"#       {clean(puzzle.text)}\n"
    if made.initdb:
        yield "#\n# Left as initdb chooses them in the image:\n"
        for name, text in made.initdb.items():
            yield f"#   {name}: {clean(text)}\n"
    yield f"#\n# {_summary(made)}\n"


def _places(some: Iterable[Place], goes: str, made: Migration) -> Iterator[str]:
    for place in some:
        setting = place.written.setting
        shown = "********" if goes == SECRET else clean(setting.text)
        why = "" if goes in (SECRET, ELSEWHERE) else f": {clean(place.why)}"
        notes = "".join(f"; {clean(note)}" for note in place.written.notes)
        yield f"#   {_at(setting.location)} {place.name} = {shown}{why}{notes}\n"
    if goes == ELSEWHERE:
        yield from (f"#   {clean(command)}\n" for command in made.commands)


def _findings(made: Migration) -> Iterator[str]:
    if not made.report.findings:
        return
    yield "#\n# Findings about the values:\n"
    for finding in ordered(made.report.findings):
        yield f"#   {_at(finding.location)} {finding.severity} {finding.rule}: {clean(finding.message)}\n"
        for number, remedy in enumerate(finding.remedies[:2]):
            yield f"#       {'or ' if number else 'fix'} {clean(remedy.text)}  ({cost(remedy)})\n"


def _summary(made: Migration) -> str:
    counts = {goes: sum(1 for place in made.places if place.goes == goes) for goes in (VALUES, *_HEADS)}
    words = [f"{counts[VALUES]} in the values"]
    words += [f"{counts[goes]} {_COUNTED[goes]}" for goes in _HEADS if counts[goes]]
    words += [f"{len(made.found.puzzles)} not understood"] if made.found.puzzles else []
    words += [f"{len(made.report.findings)} findings"] if made.report.findings else []
    return "; ".join(words)


_COUNTED = {
    ELSEWHERE: "by edit-config only",
    PLATFORM: "for the platform to decide",
    SECRET: "secret",
    UNKNOWN: "unknown",
    BEATEN: "overridden",
}


def _at(where: Location) -> str:
    return f"{clean(where.path).replace(os.sep, '/')}:{where.line}:{where.column}"
