"""GitLab's Code Quality report: the six fields that it reads, lines from 1.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import json  # noqa: TID253  only this format loads the module

from pgcfglint.report import ordered
from pgcfglint.report.forge import FAILED, Fingerprints, advice, relative, utf8

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcfglint.model import Report
    from pgcfglint.report import Options

_SEVERITIES = {"error": "critical", "warning": "major", "info": "info"}


def render(report: Report, options: Options) -> Iterator[str]:
    """A JSON list; the empty one where nothing is found."""
    before = "[\n  "
    for issue in _issues(report, options):
        yield before + json.dumps(issue)
        before = ",\n  "
    yield "[]\n" if before.startswith("[") else "\n]\n"


def _issues(report: Report, options: Options) -> Iterator[dict[str, object]]:
    fingerprints = Fingerprints()
    for skip in report.skipped:
        if skip.reason in FAILED:
            path = relative(skip.path, options.root)
            yield _issue(skip.message, skip.reason, f"{skip.reason}:{path}", "blocker", path, skip.line or 1)
    for finding in ordered(report.findings):
        text = ". ".join(filter(None, (finding.message, advice(finding))))
        path = relative(finding.location.path, options.root)
        fingerprint, severity = fingerprints.of(finding), _SEVERITIES[finding.severity]
        yield _issue(text, finding.rule, fingerprint, severity, path, finding.location.line)


def _issue(text: str, rule: str, fingerprint: str, severity: str, path: str, line: int) -> dict[str, object]:
    return {
        "description": utf8(text),
        "check_name": rule,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": path, "lines": {"begin": line}},
    }
