"""A pull request comment or job summary: one table, worst first.

The hidden marker lets the next run find and replace its comment. GitHub takes 65,536 characters in a
comment and refuses more: rows are left out, never cut, and their number is said.
"""

from __future__ import annotations

import re

from pgcfglint.model import SEVERITIES
from pgcfglint.report import cost, costliest, counts, ordered
from pgcfglint.report.forge import FAILED, relative
from pgcfglint.report.plain import clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcfglint.model import Finding, Report
    from pgcfglint.report import Options

MARKER = "<!-- pgcfglint:check -->"
LIMIT = 65_000
"""Characters; leaves room for the last line and for how a forge counts."""

_SPECIAL = re.compile(r"[\\`*\[\]<>|~#@&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")


def render(report: Report, options: Options) -> Iterator[str]:
    """Marker, headline, table; then how many rows did not fit."""
    head = f"{MARKER}\n### pgcfglint: {counts(report)}\n\n"
    if worst := costliest(report):
        head += f"Applying the first fixes: **{worst}**\n\n"
    yield head
    rows = list(_rows(report, options))
    if not rows:
        yield "All good.\n"
        return
    table = "| | where | what | fix | to apply it |\n|---|---|---|---|---|\n"
    yield table
    room = LIMIT - len(head) - len(table)
    for number, row in enumerate(rows):
        room -= len(row)
        if room < 0:
            yield f"\n{len(rows) - number} of {len(rows)} rows are left out: there is no room for more.\n"
            return
        yield row


def _rows(report: Report, options: Options) -> Iterator[str]:
    for skip in report.skipped:
        if skip.reason in FAILED:
            where = _code(relative(skip.path, options.root))
            yield f"| **error** | {where} | **{skip.reason}**: {_text(skip.said)} | | |\n"
    findings = ordered(report.findings)
    for severity in SEVERITIES:
        yield from (_row(finding, options) for finding in findings if finding.severity == severity)


def _row(finding: Finding, options: Options) -> str:
    where = _code(f"{relative(finding.location.path, options.root)}:{finding.location.line}")
    rule = options.rules.get(finding.rule)
    name = f"[{finding.rule}]({rule.see[0]})" if rule and rule.see else f"**{finding.rule}**"
    what = f"{name}: {_text(finding.message)}"
    if finding.effective is not None and finding.effective != finding.value:
        what += f"; runs as {_code(finding.effective)}"
    fix = apply = ""
    if finding.remedies:
        first = finding.remedies[0]
        fix = "<br>".join([_code(first.text), *map(_text, first.steps)])
        apply = cost(first)
    severity = "**error**" if finding.severity == "error" else finding.severity
    return f"| {severity} | {where} | {what} | {fix} | {apply} |\n"


def _code(text: str) -> str:
    """The text as a code span within a table cell (where `|` needs a backslash even in code)."""
    if "\\|" in text:
        # Two backslashes before a bar would be an escaped backslash, and then the end of the cell.
        return f"<code>{_text(text)}</code>"
    text = clean(text).replace("|", "\\|")
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _text(text: str) -> str:
    """The text with nothing that Markdown, HTML, a mention or a reference would make of it."""
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", clean(text))
