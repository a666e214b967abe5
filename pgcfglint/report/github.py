"""Annotations on a pull request, as workflow commands of GitHub Actions.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions; the escapes are those
of actions/toolkit, packages/core/src/command.ts.
"""

from __future__ import annotations

from pgcfglint.model import SEVERITIES
from pgcfglint.report import ordered
from pgcfglint.report.forge import FAILED, advice, relative, utf8

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcfglint.model import Finding, Report
    from pgcfglint.report import Options

MOST = 9
"""GitHub shows ten annotations of each kind per step and says nothing of the others; the tenth
notice is ours and says it."""

_KINDS = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report, options: Options) -> Iterator[str]:
    """At most nine commands of a kind, worst first, then how many more there are."""
    left = dict.fromkeys(_KINDS.values(), MOST)
    hidden = 0
    for kind, command in _commands(report, options):
        if left[kind]:
            left[kind] -= 1
            yield command
        else:
            hidden += 1
    if hidden:
        message = f"{hidden} more are not shown here; see the log or the job summary"
        yield _command("notice", {"title": "pgcfglint"}, message)


def _commands(report: Report, options: Options) -> Iterator[tuple[str, str]]:
    """Every command, with its kind."""
    for skip in report.skipped:
        if skip.reason in FAILED:
            place = {"line": str(skip.line), "col": str(skip.column)} if skip.line else {}
            properties = {"file": relative(skip.path, options.root), **place, "title": skip.reason}
            yield "error", _command("error", properties, skip.message)
    findings = ordered(report.findings)
    for severity in SEVERITIES:
        for finding in findings:
            if finding.severity == severity:
                kind = _KINDS[severity]
                message = "\n".join(filter(None, (finding.message, advice(finding))))
                yield kind, _command(kind, _place(finding, options.root), message)


def _place(finding: Finding, root: str) -> dict[str, str]:
    """One line, as GitHub shows an annotation in a pull request only if all its lines are in the diff."""
    where = finding.location
    end = where.end_column if where.end_line == where.line else where.column
    return {
        "file": relative(where.path, root),
        "line": str(where.line),
        "endLine": str(where.line),
        "col": str(where.column),
        "endColumn": str(end),
        "title": finding.rule,
    }


def _command(kind: str, properties: dict[str, str], message: str) -> str:
    said = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{kind} {said}::{_data(message)}\n"


def _data(text: str) -> str:
    return utf8(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
