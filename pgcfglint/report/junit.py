"""JUnit XML: a suite a file, a failing case a finding. Readers refuse a report without any case, so
a clean run has one that passes."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from pgcfglint.report import ordered
from pgcfglint.report.forge import FAILED, advice, slashed
from pgcfglint.report.plain import clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcfglint.model import Report
    from pgcfglint.report import Options


def render(report: Report, options: Options) -> Iterator[str]:
    """The document, suite by suite."""
    suites: dict[str, list[str]] = {}
    for finding in ordered(report.findings):
        path, where = slashed(finding.location.path), finding.location
        text = "\n".join(filter(None, (f"{path}:{where.line}:{where.column}", advice(finding))))
        case = (
            f"name={_attribute(finding.rule)} classname={_attribute(path)} line={_attribute(str(where.line))}"
        )
        failure = f"type={_attribute(finding.severity)} message={_attribute(finding.message)}"
        suites.setdefault(path, []).append(
            f"    <testcase {case}>\n      <failure {failure}>{_text(text)}</failure>\n    </testcase>\n"
        )
    failed = [skip for skip in report.skipped if skip.reason in FAILED]
    for skip in failed:
        path = slashed(skip.path)
        suites.setdefault(path, []).append(
            f"    <testcase name={_attribute(skip.reason)} classname={_attribute(path)}>\n"
            f"      <error message={_attribute(skip.said)}/>\n    </testcase>\n"
        )
    if not suites:
        suites["pgcfglint"] = ['    <testcase name="No problems found" classname="pgcfglint"/>\n']
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield f'<testsuites name="pgcfglint" {_numbers([case for cases in suites.values() for case in cases])}>\n'
    for path, cases in suites.items():
        yield f"  <testsuite name={_attribute(path)} {_numbers(cases)}>\n"
        yield from cases
        yield "  </testsuite>\n"
    yield "</testsuites>\n"


def _numbers(cases: list[str]) -> str:
    failures = sum("<failure " in case for case in cases)
    errors = sum("<error " in case for case in cases)
    return f'tests="{len(cases)}" failures="{failures}" errors="{errors}"'


def _attribute(text: str) -> str:
    return quoteattr(clean(text))


def _text(text: str) -> str:
    return escape("\n".join(clean(line) for line in text.split("\n")))
