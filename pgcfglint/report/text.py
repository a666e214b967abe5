"""The report for people: a line that editors can follow, the source with carets, the ways out.

On the path of every plain run: imports nothing that the model does not.
"""

from __future__ import annotations

from pgcfglint.record import Record
from pgcfglint.report import cost, costliest, counts, files, ordered
from pgcfglint.report.ansi import Paint
from pgcfglint.report.plain import clean, excerpt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcfglint.model import Finding, Location, Related, Remedy, Report, Skip
    from pgcfglint.report import Options

RELATED = 4
"""So many related places are shown with their source line. Of more, those that have a note are, and
the others are named."""
COSTS = 40
"""The costs of the remedies stand at least so far to the right of them, to line up down the page."""

_REACH = {
    "new clusters": "editing this line alone reaches new clusters only",
    "nobody": "editing this line alone reaches nobody",
}
_SKIPS = {"unreadable": "error", "unparsable": "error"}


def render(report: Report, options: Options) -> Iterator[str]:
    """Findings file by file, then what was skipped, then one line that sums up."""
    page = _Page(report, options, Paint(options.color), set())
    for finding in ordered(report.findings):
        yield "\n".join(page.finding(finding)) + "\n\n"
    for skip in report.skipped:
        yield page.skip(skip) + "\n"
    if report.skipped:
        yield "\n"
    yield page.summary() + "\n"


class _Mark(Record):
    """A place to underline."""

    location: Location
    note: str
    primary: bool


class _Page(Record):
    """What the parts of the text share; `said` holds the sentences that one per file is enough of."""

    report: Report
    options: Options
    paint: Paint
    said: set[tuple[str, str]]

    def finding(self, finding: Finding) -> Iterator[str]:
        paint, where = self.paint, finding.location
        rule = paint("bold", finding.rule)
        text = self.options.rules.get(finding.rule)
        if self.options.links and text and text.see:
            rule = paint.link(rule, text.see[0])
        severity = paint(finding.severity, finding.severity)
        yield f"{paint('bold', place(where))}: {severity} {rule}: {clean(finding.message)}"

        shown = finding.related
        if len(shown) > RELATED and not self.options.verbose:
            shown = tuple(each for each in shown if each.note)[:RELATED]
        named = tuple(each for each in finding.related if each not in shown)
        marks = self.marks(finding, shown)
        gutter = len(str(max(mark.location.line for mark in marks)))
        yield from self.source(marks, finding.severity, gutter)
        indent = " " * (gutter + 3)
        if named:
            yield f"{indent}and {_places(named, where.path)}"
        for line in self.advice(finding):
            yield f"{indent}{line}"
        if self.options.verbose and text and text.see:
            yield from (f"{indent}see  {paint('dim', url)}" for url in text.see)

    def marks(self, finding: Finding, related: tuple[Related, ...]) -> list[_Mark]:
        """The primary place and the related ones, by file (the primary's first) and line."""
        differs = finding.effective is not None and finding.effective != finding.value
        first = _Mark(finding.location, f"runs as {finding.effective}" if differs else "", True)
        marks = [first]
        marks += [_Mark(each.location, each.note, False) for each in related]
        paths = list(dict.fromkeys(mark.location.path for mark in marks))

        def down(mark: _Mark) -> tuple[int, int, int]:
            where = mark.location
            return paths.index(where.path), where.line, where.column

        return sorted(marks, key=down)

    def source(self, marks: list[_Mark], severity: str, gutter: int) -> Iterator[str]:
        """Source lines with their numbers, and under each what is marked there."""
        paint = self.paint
        bar = paint("dim", f"{'':{gutter}} |")
        arrow = paint("dim", f"{'':{gutter}}-->")
        path = next(mark.location.path for mark in marks if mark.primary)
        line, shown = 0, ""
        for mark in marks:
            where = mark.location
            source = self.report.excerpts.get((where.path, where.line))
            if where.path != path or (source is None and not mark.primary):
                note = f": {clean(mark.note)}" if source is None and mark.note else ""
                yield f"{arrow} {place(where)}{note}"
                path, line = where.path, 0
            if source is None:
                if mark.primary and mark.note:
                    yield f"{bar} {clean(mark.note)}"
                continue
            end = where.end_column if where.end_line == where.line else len(source.rstrip()) + 1
            text, start, width = excerpt(source, where.column, end)
            if (line, shown) != (where.line, text):
                if 0 < line < where.line - 1:
                    yield paint("dim", "...")
                number = paint("dim", f"{where.line:{gutter}} |")
                yield f"{number} {text}".rstrip()
            line, shown = where.line, text
            style, sign = (severity, "^") if mark.primary else ("related", "-")
            under = paint(style, f"{sign * width} {clean(mark.note)}".rstrip())
            yield f"{bar} {'':{start}}{under}"

    def advice(self, finding: Finding) -> Iterator[str]:
        """The remedies with their costs; how to carry out the first one, all of them when verbose."""
        edge = max([COSTS, *(len(self.remedy(remedy, finding)) for remedy in finding.remedies)])
        for number, remedy in enumerate(finding.remedies):
            label, full = ("or ", self.options.verbose) if number else ("fix", True)
            text = self.remedy(remedy, finding)
            steps = list(self.steps(remedy, finding.location.path)) if full else []
            route = remedy.via if remedy.apply != "none" else ""
            by = f", by {clean(route)}" if route and not any(route in step for step in steps) else ""
            yield f"{self.paint('good', label)}  {text:{edge}}  {self.paint('cost', cost(remedy))}{by}"
            yield from (f"     {step}" for step in steps)
        if finding.cures:
            yield self.paint("dim", f"also cures: {', '.join(finding.cures)}")

    def remedy(self, remedy: Remedy, finding: Finding) -> str:
        """What to do, and for which groups where it is not all of them."""
        some = remedy.groups and set(remedy.groups) != set(finding.groups)
        return clean(remedy.text) + (f" ({', '.join(map(clean, remedy.groups))})" if some else "")

    def steps(self, remedy: Remedy, path: str) -> Iterator[str]:
        """How to carry a remedy out. That an edit does not get there is said once a file, unless the
        steps say it."""
        yield from map(clean, remedy.steps)
        reach = _REACH.get(remedy.reaches, "")
        if reach and not any("reaches" in step for step in remedy.steps) and (path, reach) not in self.said:
            self.said.add((path, reach))
            yield reach

    def skip(self, skip: Skip) -> str:
        severity = _SKIPS.get(skip.reason, "info")
        word = self.paint(severity, severity if severity == "error" else "skipped")
        return f"{self.paint('bold', clean(skip.place))}: {word} {skip.reason}: {clean(skip.message)}"

    def summary(self) -> str:
        """The last line."""
        report = self.report
        rest = f"; {len(report.suppressed)} silenced by comments" if report.suppressed else ""
        if report.skipped:
            rest += f"; {files(len(report.skipped))} skipped"
        if report.findings:
            worst = costliest(report)
            applying = f"; applying the first fixes: {self.paint('cost', worst)}" if worst else ""
            return f"{self.paint('bold', counts(report))}{applying}{rest}"
        if any(skip.reason in _SKIPS for skip in report.skipped):
            return f"{self.paint('bold', counts(report))}{rest}"
        if not report.files:
            return f"Nothing to check: no PostgreSQL configuration found{rest}."
        return f"{self.paint('good', 'All good:')} {files(report.files)} checked, nothing to report{rest}."


def place(where: Location) -> str:
    """A place as editors and terminals follow it."""
    return f"{clean(where.path)}:{where.line}:{where.column}"


def _places(related: tuple[Related, ...], path: str) -> str:
    """Places without their source: "lines 165, 166, b.yaml:3:1"."""
    lines = [str(each.location.line) for each in related if each.location.path == path]
    others = [place(each.location) for each in related if each.location.path != path]
    plural = "line" if len(lines) == 1 else "lines"
    return ", ".join([f"{plural} {', '.join(lines)}"] * bool(lines) + others)
