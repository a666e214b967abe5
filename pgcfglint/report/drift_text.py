"""Drift for people: a table for each group, then the findings; and the checklist of `verify`."""

from __future__ import annotations

from pgcfglint.drift.checklist import checks
from pgcfglint.report import text
from pgcfglint.report.ansi import Paint
from pgcfglint.report.drift_table import KINDS, agreeing, applying, columns, cut, lines
from pgcfglint.report.plain import clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pgcfglint.drift.checklist import Check
    from pgcfglint.drift.rows import Section, Sheet
    from pgcfglint.model import Report
    from pgcfglint.report import Options
    from pgcfglint.report.drift_table import Line

SIGNS = {"error": "!", "warning": "!", "info": "i", "": " "}
COST = "to apply"
ANSWERS = {True: "yes", False: "NO", None: "?"}
STYLES = {True: "good", False: "error", None: "warning"}


def render(report: Report, sheets: Sequence[Sheet], everything: bool, options: Options) -> Iterator[str]:
    """The tables, then what to do about each difference."""
    paint = Paint(options.color)
    for sheet in sheets:
        yield from (f"{line.rstrip()}\n" for line in _sheet(sheet, report, everything, paint))
    yield from _findings(report, options)


def render_checklist(
    report: Report, sheets: Sequence[Sheet], everything: bool, options: Options
) -> Iterator[str]:
    """The answers, then the tables and findings behind each that is no."""
    paint = Paint(options.color)
    for sheet in sheets:
        found = list(checks(sheet))
        for line in (_title(sheet, paint), *_answers(found, paint)):
            yield f"{line.rstrip()}\n"
        yield "\n"
        if everything or any(row.differs for section in sheet.sections for row in section.rows):
            body = list(_sheet(sheet, report, everything, paint))[2:]
            yield from (f"{line.rstrip()}\n" for line in body)
    yield from _findings(report, options)


def _title(sheet: Sheet, paint: Paint) -> str:
    name = f"{clean(sheet.cluster)}: " if sheet.cluster else ""
    count = sheet.dumps
    return paint("bold", f"{name}{clean(sheet.path)} against {count} dump{'' if count == 1 else 's'}")


def _answers(found: Sequence[Check], paint: Paint) -> Iterator[str]:
    wide = max((len(check.group) for check in found), default=0)
    for check in found:
        answer = paint(STYLES[check.ok], f"{ANSWERS[check.ok]:3}")
        yield f"  {answer}  {clean(check.group):{wide}}  {clean(check.message)}"


def _sheet(sheet: Sheet, report: Report, everything: bool, paint: Paint) -> Iterator[str]:
    yield _title(sheet, paint)
    yield ""
    tables = [(section, lines(section, report, everything=everything)) for section in sheet.sections]
    name = max(
        [len(section.title) - 4 for section, _ in tables]
        + [len(line.row.parameter) for _, found in tables for line in found]
    )
    widths: dict[str, int] = {}
    for section, found in tables:
        for index, column in enumerate(columns(section)):
            cells = [cut(clean(line.cells[index])) for line in found]
            widths[column] = max(widths.get(column, 0), len(column), *map(len, cells), 0)
    costs = [applying(line.row) for _, found in tables for line in found]
    widths[COST] = max([len(COST), *map(len, costs)]) if any(costs) else 0
    for section, found in tables:
        yield from _section(section, found, name, widths, paint)
        yield ""


def _section(
    section: Section, found: Sequence[Line], name: int, widths: dict[str, int], paint: Paint
) -> Iterator[str]:
    titles = columns(section)
    last = (COST,) if widths[COST] else ()
    heading = "  ".join(f"{title:{widths[title]}}" for title in (*titles, *last)) if found else ""
    yield f"{paint('bold', f'{clean(section.title):{name + 4}}')}  {paint('dim', heading)}".rstrip()
    for line in found:
        sign = paint(line.severity, SIGNS[line.severity]) if line.severity else " "
        cells = "  ".join(f"{cut(clean(cell)):{widths[title]}}" for title, cell in zip(titles, line.cells))
        cost = f"  {paint('cost', f'{applying(line.row):{widths[COST]}}')}" if last else ""
        yield f"  {sign} {clean(line.row.parameter):{name}}  {cells}{cost}  {paint('dim', clean(line.why))}"
    if not section.dumps:
        yield f"    no dump about this group; {len(section.declared)} values are declared"
        return
    if section.is_silent and not found:
        known = ", ".join(KINDS[kind] for kind in section.kinds)
        yield f"    {known}: nothing differs; what is set or runs, show-config and pg_settings tell"
        return
    rest = agreeing(section) - sum(1 for line in found if not line.severity)
    agree = f"{rest} other{' agrees' if rest == 1 else 's agree'}" if found else f"all {rest} agree"
    known = ", ".join(KINDS[kind] for kind in section.kinds)
    yield paint("dim", f"    {agree} ({known})" if rest or not found else f"    ({known})")


def _findings(report: Report, options: Options) -> Iterator[str]:
    """The findings as `check` shows them; without their source lines, which the table stands for."""
    if not options.verbose:
        findings = tuple(finding.replace(related=(), effective=None) for finding in report.findings)
        report = report.replace(findings=findings, excerpts={})
    yield from text.render(report, options)
