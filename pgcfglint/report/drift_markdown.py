"""Drift for a pull request or a wiki page: a table for each group, then the findings."""

from __future__ import annotations

from pgcfglint.drift.checklist import checks
from pgcfglint.report.drift_table import NOT_SET, UNSEEN, agreeing, applying, columns, cut, lines
from pgcfglint.report.markdown import _code, _text
from pgcfglint.report.markdown import render as findings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pgcfglint.drift.rows import Section, Sheet
    from pgcfglint.model import Report
    from pgcfglint.report import Options


def render(report: Report, sheets: Sequence[Sheet], everything: bool, options: Options) -> Iterator[str]:
    """The findings' table as `check` writes it, then the groups' tables."""
    yield from findings(report, options)
    for sheet in sheets:
        yield from _sheet(sheet, report, everything)


def render_checklist(
    report: Report, sheets: Sequence[Sheet], everything: bool, options: Options
) -> Iterator[str]:
    """The findings' table, the checklist, and the groups' tables."""
    yield from findings(report, options)
    for sheet in sheets:
        yield f"\n### {_text(sheet.cluster or sheet.path)}: checklist\n\n"
        for check in checks(sheet):
            unknown = "not known: " if check.ok is None else ""
            words = f"{check.group}: {unknown}{check.message}"
            yield f"- [{'x' if check.ok else ' '}] {_text(words)}\n"
        yield from _sheet(sheet, report, everything)


def _sheet(sheet: Sheet, report: Report, everything: bool) -> Iterator[str]:
    for section in sheet.sections:
        yield f"\n#### {_text(section.title)}\n\n"
        yield from _section(section, report, everything)


def _section(section: Section, report: Report, everything: bool) -> Iterator[str]:
    found = lines(section, report, everything=everything)
    if not section.dumps:
        yield f"No dump about this group; {len(section.declared)} values are declared.\n"
        return
    if found:
        titles = ("", "parameter", *columns(section), "to apply", "why")
        yield f"| {' | '.join(titles)} |\n|{'---|' * len(titles)}\n"
    for line in found:
        cells = (cell if cell in (NOT_SET, UNSEEN, "") else _code(cut(cell)) for cell in line.cells)
        words = (line.severity, _code(line.row.parameter), *cells)
        yield f"| {' | '.join((*words, applying(line.row), _text(line.why)))} |\n"
    if section.is_silent and not found:
        yield "No dump tells what is set or runs here.\n"
        return
    rest = agreeing(section) - sum(1 for line in found if not line.severity)
    if rest or not found:
        yield f"{chr(10) if found else ''}{rest} agree.\n"
