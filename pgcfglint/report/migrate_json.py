"""What `migrate` found as one JSON document."""

from __future__ import annotations

import json  # noqa: TID253  only this format loads the module

from pgcfglint.migrate.found import SECRET, VALUES
from pgcfglint.report.forge import slashed, utf8
from pgcfglint.report.json import finding_object

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcfglint.migrate.found import Migration, Place, Puzzle
    from pgcfglint.model import Location


def render(made: Migration) -> Iterator[str]:
    """The document."""
    document = {
        "version": 1,
        "layout": made.cluster.layout,
        "targets": {target.name: target.version for target in made.cluster.targets},
        "files": [slashed(path) for path, _ in made.found.texts],
        "values": {
            place.name: utf8(place.written.setting.text) for place in made.places if place.goes == VALUES
        },
        "section": "".join(f"{line}\n" for line in made.section),
        "patch": made.patch or None,
        "parameters": [_place(place) for place in made.places],
        "commands": [utf8(command) for command in made.commands],
        "not_understood": [_puzzle(puzzle) for puzzle in made.found.puzzles],
        "findings": [finding_object(finding) for finding in made.report.findings],
        "left_to_initdb": dict(made.initdb),
        "notes": list(made.found.notes),
    }
    yield json.dumps(document, indent=1) + "\n"


def _place(place: Place) -> dict[str, object]:
    written = place.written
    value = "********" if place.goes == SECRET else written.setting.text
    return {
        "name": place.name,
        "value": utf8(value),
        "goes": place.goes,
        "why": utf8(place.why),
        "runs": place.runs,
        "into": written.into,
        "by": written.how,
        "notes": list(written.notes),
        **_where(written.setting.location),
    }


def _puzzle(puzzle: Puzzle) -> dict[str, object]:
    return {
        "name": puzzle.name or None,
        "text": utf8(puzzle.text),
        "why": utf8(puzzle.why),
        **_where(puzzle.location),
    }


def _where(where: Location) -> dict[str, object]:
    return {"path": slashed(where.path), "line": where.line, "column": where.column}
