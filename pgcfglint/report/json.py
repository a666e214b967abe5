"""The report for programs: one JSON document, described by `schema/report.json`.

The summary comes last, so that findings can be written while files are still being read.
"""

from __future__ import annotations

import json  # noqa: TID253  only this format loads the module

from pgcfglint.model import APPLIES, SEVERITIES
from pgcfglint.report.forge import slashed, utf8

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pgcfglint.model import Finding, Related, Remedy, Report, Skip, Target
    from pgcfglint.report import Options

VERSION = 1
"""Of the document's shape; raised when a reader of the old one would go wrong."""


def render(report: Report, options: Options, more: Mapping[str, object] | None = None) -> Iterator[str]:
    """The document, finding by finding, in the order given; `more` are further keys of it."""
    tool = {"name": "pgcfglint", "version": options.version}
    targets = {slashed(path): _targets(some) for path, some in sorted(report.targets.items())}
    yield f'{{"version": {VERSION},\n "tool": {_dump(tool)},\n "targets": {_dump(targets)},\n'
    summary: dict[str, int | str] = {**dict.fromkeys(SEVERITIES, 0), "files": report.files, "apply": "none"}
    yield ' "findings": ['
    yield from _items(_count(report.findings, summary))
    yield '],\n "skipped": ['
    yield from _items(_skip(skip) for skip in report.skipped)
    yield f'],\n "summary": {_dump(summary)}'
    for key, value in (more or {}).items():
        yield f',\n "{key}": '
        if isinstance(value, list):
            yield "["
            yield from _items(value)
            yield "]"
        else:
            yield _dump(value)
    yield "}\n"


def _count(findings: Iterable[Finding], summary: dict[str, int | str]) -> Iterator[dict[str, object]]:
    """The findings' objects; fills the summary on the way."""
    for finding in findings:
        summary[finding.severity] = int(summary[finding.severity]) + 1
        if finding.remedies:
            summary["apply"] = max(str(summary["apply"]), finding.remedies[0].apply, key=APPLIES.index)
        yield finding_object(finding)


def finding_object(finding: Finding) -> dict[str, object]:
    """A finding as the contract has it."""
    where = finding.location
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "message": utf8(finding.message),
        "path": slashed(where.path),
        "line": where.line,
        "column": where.column,
        "end_line": where.end_line,
        "end_column": where.end_column,
        "keys": _list(where.keys),
        "parameter": _text(finding.parameter),
        "value": _text(finding.value),
        "effective": _text(finding.effective),
        "cluster": _text(finding.cluster),
        "groups": _list(finding.groups),
        "related": [_related(related) for related in finding.related],
        "remedies": [_remedy(remedy) for remedy in finding.remedies],
        "cures": list(finding.cures),
        "fingerprint": utf8(finding.fingerprint),
    }


def _related(related: Related) -> dict[str, object]:
    where = related.location
    return {
        "path": slashed(where.path),
        "line": where.line,
        "column": where.column,
        "note": utf8(related.note),
    }


def _remedy(remedy: Remedy) -> dict[str, object]:
    return {
        "text": utf8(remedy.text),
        "parameter": utf8(remedy.parameter),
        "value": utf8(remedy.value),
        "groups": _list(remedy.groups),
        "apply": remedy.apply,
        "order": remedy.order,
        "via": utf8(remedy.via),
        "reaches": remedy.reaches,
        **({"with": [_companion(one) for one in remedy.companions]} if remedy.companions else {}),
    }


def _companion(remedy: Remedy) -> dict[str, object]:
    return {"parameter": utf8(remedy.parameter), "value": utf8(remedy.value)}


def _skip(skip: Skip) -> dict[str, object]:
    return {"path": slashed(skip.path), "reason": skip.reason, "message": utf8(skip.said)}


def _targets(targets: Iterable[Target]) -> dict[str, object]:
    return {target.name: {"version": utf8(target.version), "origin": target.origin} for target in targets}


def _list(texts: Iterable[str]) -> list[str]:
    return [utf8(text) for text in texts]


def _text(text: str | None) -> str | None:
    return None if text is None else utf8(text)


def _items(objects: Iterable[object]) -> Iterator[str]:
    """The members of a list, one a line."""
    before = "\n  "
    for each in objects:
        yield before + _dump(each)
        before = ",\n  "


def _dump(each: object) -> str:
    return json.dumps(each, ensure_ascii=True)
