"""SARIF 2.1.0 as GitHub's code scanning reads it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html and
https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning:
an empty string counts as missing there, only the first location of a result is used, and an alert
shows in a pull request only if all its lines are in the diff (hence regions of one line).
"""

from __future__ import annotations

import json  # noqa: TID253  only this format loads the module
from urllib.parse import quote

from pgcfglint.report import ordered
from pgcfglint.report.forge import FAILED, Fingerprints, advice, relative, utf8

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcfglint.model import Finding, Location, Report, Skip
    from pgcfglint.report import Options, RuleText

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
CATEGORY = "pgcfglint/"
"""Keeps several tools' uploads for one commit apart; the slash at the end is part of it."""
RESULTS = 25_000
"""GitHub refuses a run with more results."""
RELATED = 100
"""GitHub keeps so many locations of a result."""
SHORT = 1024
"""GitHub cuts a rule's descriptions there."""

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_PROBLEMS = {"error": "error", "warning": "warning", "info": "recommendation"}


def render(report: Report, options: Options) -> Iterator[str]:
    """The document, result by result."""
    findings = ordered(report.findings)
    silenced = [finding for finding, _ in report.suppressed]
    names = sorted({finding.rule for finding in (*findings, *silenced)})
    severities = {finding.rule: finding.severity for finding in (*silenced, *reversed(findings))}
    rules = [_rule(name, options.rules.get(name), severities[name]) for name in names]
    driver = {"name": "pgcfglint", "version": options.version, "rules": rules}
    tool = {"driver": {key: value for key, value in driver.items() if value != ""}}
    yield f'{{"$schema": "{SCHEMA}",\n "version": "2.1.0",\n "runs": [{{\n'
    yield f' "tool": {json.dumps(tool)},\n "columnKind": "unicodeCodePoints",\n'
    yield f' "automationDetails": {{"id": "{CATEGORY}"}},\n'
    yield f' "invocations": [{json.dumps(_invocation(report, options))}],\n "results": ['
    fingerprints = Fingerprints()
    index = {name: number for number, name in enumerate(names)}
    results = [(finding, None) for finding in findings] + list(report.suppressed)
    for number, (finding, reason) in enumerate(results[:RESULTS]):
        result = _result(finding, index[finding.rule], fingerprints.of(finding), options.root)
        if reason is not None:
            silence = {"kind": "inSource", "justification": utf8(reason)}
            result["suppressions"] = [{key: value for key, value in silence.items() if value}]
        yield f"{',' if number else ''}\n  {json.dumps(result)}"
    yield "]\n}]}\n"


def _rule(name: str, known: RuleText | None, severity: str) -> dict[str, object]:
    """A rule's descriptor; its help is what code scanning shows beside an alert."""
    title = _said(known.title if known else "") or name
    why = _said(known.why if known else "")
    see = list(known.see) if known else []
    usual = known.severity if known else severity
    if not isinstance(usual, str):
        usual = usual.get("default", severity)
    text = "\n\n".join(filter(None, (title, why, "\n".join(see))))
    links = "\n".join(f"- <{url}>" for url in see)
    markdown = "\n\n".join(filter(None, (f"# {name}", f"**{title}**", why, links)))
    rule: dict[str, object] = {
        "id": name,
        "name": "".join(part.capitalize() for part in name.split("-")),
        "shortDescription": {"text": title[:SHORT]},
        "fullDescription": {"text": (why or title)[:SHORT]},
        "help": {"text": text, "markdown": markdown},
        "defaultConfiguration": {"level": _LEVELS[usual]},
        "properties": {
            "tags": ["postgresql", "configuration"],
            "precision": "high",
            "problem.severity": _PROBLEMS[usual],
        },
    }
    if see:
        rule["helpUri"] = see[0]
    return rule


def _result(finding: Finding, index: int, fingerprint: str, root: str) -> dict[str, object]:
    related = finding.related[:RELATED]
    labels = [_label(each.note or "related place") for each in related]
    links = ", ".join(f"[{label}]({number})" for number, label in enumerate(labels, 1))
    parts = (_sentence(finding.message), advice(finding), links and f"See {links}")
    text = "\n".join(filter(None, parts))
    result: dict[str, object] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": utf8(text) or finding.rule},
        "locations": [_location(finding.location, root)],
        "partialFingerprints": {"primaryLocationLineHash": fingerprint},
    }
    if related:
        result["relatedLocations"] = [
            {"id": number, **_location(each.location, root), **_message(each.note)}
            for number, each in enumerate(related, 1)
        ]
    facts = {
        "parameter": finding.parameter,
        "value": finding.value,
        "effective": finding.effective,
        "cluster": finding.cluster,
        "groups": [utf8(group) for group in finding.groups if group],
        "apply": finding.remedies[0].apply if finding.remedies else None,
    }
    known = {name: utf8(fact) if isinstance(fact, str) else fact for name, fact in facts.items() if fact}
    if known:
        result["properties"] = known
    return result


def _location(where: Location, root: str) -> dict[str, object]:
    region = {"startLine": where.line, "startColumn": where.column}
    if where.end_line == where.line and where.end_column > where.column:
        region["endColumn"] = where.end_column
    physical = {"artifactLocation": {"uri": _uri(where.path, root)}, "region": region}
    location: dict[str, object] = {"physicalLocation": physical}
    if name := utf8(".".join(where.keys)):
        location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "member"}]
    return location


def _invocation(report: Report, options: Options) -> dict[str, object]:
    """Whether every input could be read."""
    failed = [_notification(skip, options.root) for skip in report.skipped if skip.reason in FAILED]
    invocation: dict[str, object] = {"executionSuccessful": not failed}
    if failed:
        invocation["toolExecutionNotifications"] = failed
    return invocation


def _notification(skip: Skip, root: str) -> dict[str, object]:
    physical: dict[str, object] = {"artifactLocation": {"uri": _uri(skip.path, root)}}
    if skip.line:
        physical["region"] = {"startLine": skip.line, "startColumn": skip.column}
    place = {"physicalLocation": physical}
    return {"level": "error", "message": {"text": utf8(skip.message) or skip.reason}, "locations": [place]}


def _uri(path: str, root: str) -> str:
    """A path as a relative URI reference: no part of it can be read as a scheme, query or fragment."""
    return quote(relative(path, root), safe="/")


def _message(text: str) -> dict[str, object]:
    return {"message": {"text": utf8(text)}} if text else {}


def _sentence(text: str) -> str:
    """The text with a full stop, as the first sentence is an alert's title; nothing in it is a link
    (section 3.11.6: `[text](id)`)."""
    text = text.replace("](", "] (")
    return text if text.endswith((".", "!", "?")) or not text else f"{text}."


def _label(text: str) -> str:
    return text.replace("\\", "/").translate({ord("["): "(", ord("]"): ")"})


def _said(text: str) -> str:
    return utf8(text).strip()
