"""Drift for programs: the document of `check` with the rows behind the findings (`schema/report.json`)."""

from __future__ import annotations

from pgcfglint.drift.checklist import checks
from pgcfglint.drift.rows import RULES
from pgcfglint.report import json
from pgcfglint.report.forge import slashed, utf8

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pgcfglint.drift.rows import Cause, Row, Section, Sheet
    from pgcfglint.model import Report
    from pgcfglint.report import Options


def render(report: Report, sheets: Sequence[Sheet], everything: bool, options: Options) -> Iterator[str]:
    """The document with `drift`: the groups of every input, and their rows that differ (or all)."""
    yield from json.render(report, options, {"drift": _groups(sheets, everything)})


def render_checklist(
    report: Report, sheets: Sequence[Sheet], everything: bool, options: Options
) -> Iterator[str]:
    """The same with `checks`: the answers, `ok` null where no dump tells."""
    answers = [
        {"path": slashed(sheet.path), **{field: getattr(check, field) for field in check._fields}}
        for sheet in sheets
        for check in checks(sheet)
    ]
    yield from json.render(report, options, {"checks": answers, "drift": _groups(sheets, everything)})


def _groups(sheets: Sequence[Sheet], everything: bool) -> list[Mapping[str, object]]:
    return [
        {
            "path": slashed(sheet.path),
            "cluster": utf8(sheet.cluster),
            "group": utf8(section.group),
            "number": section.number,
            "dumps": [{"kind": kind, "path": slashed(path)} for kind, path in section.dumps],
            "agreeing": sum(1 for row in section.rows if not row.differs),
            "pending": list(_pending(section)),
            "rows": [_row(row) for row in section.rows if everything or row.differs],
        }
        for sheet in sheets
        for section in sheet.sections
    ]


def _pending(section: Section) -> Iterator[Mapping[str, object]]:
    for member, reason in section.pending:
        yield {
            "member": utf8(member),
            "parameter": None if reason is None else utf8(reason.parameter),
            "old": None if reason is None else _text(reason.old),
            "new": None if reason is None else _text(reason.new),
        }


def _row(row: Row) -> Mapping[str, object]:
    return {
        "parameter": utf8(row.parameter),
        "declared": _text(row.declared),
        "dcs": _text(row.dcs),
        "running": [{"member": utf8(member), "value": utf8(value)} for member, value in row.running],
        "effective": _text(row.effective),
        "environment": _text(row.environment),
        "release": _text(row.release),
        "told": _text(row.told),
        "differs": row.differs,
        "in_force": row.in_force,
        "causes": [_cause(cause) for cause in row.causes],
        "apply": row.apply,
        "order": row.order,
        "places": [
            {"path": slashed(place.path), "line": place.line, "column": place.column, "note": utf8(note)}
            for place, note in row.places
        ],
    }


def _cause(cause: Cause) -> Mapping[str, object]:
    return {"kind": cause.kind, "rule": RULES.get(cause.kind), "message": utf8(cause.told)}


def _text(text: str | None) -> str | None:
    return None if text is None else utf8(text)
