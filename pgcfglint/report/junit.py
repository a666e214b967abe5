"""JUnit XML: a suite a file, a failing case a finding. Readers refuse a report without any case, so
a clean run has one that passes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from pgcfglint.model import Report
from pgcfglint.report import Options, ordered
from pgcfglint.report.forge import FAILED, advice, slashed
from pgcfglint.report.plain import clean

if TYPE_CHECKING:
    from collections.abc import Iterator


def render(report: Report, options: Options) -> Iterator[str]:
    """The document, suite by suite."""
    suites: dict[str, list[str]] = {}
    for finding in ordered(report.findings):
        where = finding.location
        text = "\n".join(filter(None, (f"{slashed(where.path)}:{where.line}:{where.column}", advice(finding))))
        suites.setdefault(slashed(where.path), []).append(
            f'    <testcase name={_attribute(finding.rule)} classname={_attribute(slashed(where.path))} line="{where.line}">'
            f"\n      <failure type={_attribute(finding.severity)} message={_attribute(finding.message)}>"
            f"{_text(text)}</failure>\n    </testcase>\n"
        )
    for skip in report.skipped:
        if skip.reason in FAILED:
            suites.setdefault(slashed(skip.path), []).append(
                f"    <testcase name={_attribute(skip.reason)} classname={_attribute(slashed(skip.path))}>"
                f"\n      <error message={_attribute(skip.message)}/>\n    </testcase>\n"
            )
    failed = sum(skip.reason in FAILED for skip in report.skipped)
    found = len(report.findings)
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    tests = found + failed or 1
    yield f'<testsuites name="pgcfglint" tests="{tests}" failures="{found}" errors="{failed}">\n'
    for path, cases in suites.items():
        errors = sum("<error " in case for case in cases)
        yield (
            f'  <testsuite name={_attribute(path)} tests="{len(cases)}" failures="{len(cases) - errors}" '
            f'errors="{errors}">\n'
        )
        yield from cases
        yield "  </testsuite>\n"
    if not suites:
        yield '  <testsuite name="pgcfglint" tests="1" failures="0" errors="0">\n'
        yield '    <testcase name="No problems found" classname="pgcfglint"/>\n  </testsuite>\n'
    yield "</testsuites>\n"


def _attribute(text: str) -> str:
    return quoteattr(clean(text))


def _text(text: str) -> str:
    return escape("\n".join(clean(line) for line in text.split("\n")))
