"""Comments that silence findings, and the findings about such comments.

    shared_buffers: 16MB  # pgcfglint: ignore[shared-buffers-low] a toy cluster until=2027-01-31

on the line or alone on the line above; `# pgcfglint: ignore-file[rule] reason` in the comment block
at the top speaks for the whole file. What silences nothing is a finding: a comment must not outlive
its reason.
"""

from __future__ import annotations

import re

from pgcfglint.comments import comments
from pgcfglint.fingerprint import fingerprint
from pgcfglint.model import Finding, Location, Remedy
from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pgcfglint.comments import Comment

__all__ = ["EXPIRED", "UNUSED", "Result", "apply", "comments", "fingerprint"]

UNUSED = "unused-suppression"
"""The rule of a comment that silences nothing: nothing to silence, or not understood."""
EXPIRED = "expired-suppression"
"""The rule of a comment whose last day is over."""

SYNTAX = "# pgcfglint: ignore[rule] reason"

_SHAPE = re.compile(r"#\s*pgcfglint:\s*([\w-]*)\s*(?:\[([^\]#]*)\](.*))?")
_RULE = re.compile(r"[^\s,](?:[^,]*[^\s,])?")
_UNTIL = re.compile(r"(?:^|\s)until=(\S*)")


class Result(Record):
    """Findings that stay (those about comments among them) and those silenced, each with the reason."""

    findings: tuple[Finding, ...]
    suppressed: tuple[tuple[Finding, str], ...]


class _Silence(Record):
    """One rule named in one comment. `line` 0 is the whole file; `until` "" is for ever."""

    path: str
    line: int
    rule: str
    reason: str
    until: str
    place: Location


def apply(
    findings: Iterable[Finding],
    comments: Mapping[str, Iterable[Comment]],
    today: str,
    names: Collection[str],
    severity: str = "warning",
) -> Result:
    """Takes out the findings that comments silence.

    To be called once with all the findings of the files in `comments` (else a comment seems to
    silence nothing); `today` as 2027-01-31, `names` the rules that there are, `severity` that of the
    findings about comments. The order of what stays is kept; findings about comments come last.
    """
    about: list[Finding] = []
    silences: dict[tuple[str, int, str], list[_Silence]] = {}
    for path, some in comments.items():
        for comment in some:
            for each in _read(path, comment, names, severity):
                if isinstance(each, Finding):
                    about.append(each)
                else:
                    silences.setdefault((path, each.line, each.rule), []).append(each)
    kept: list[Finding] = []
    suppressed: list[tuple[Finding, str]] = []
    used: set[_Silence] = set()
    for finding in findings:
        where = finding.location
        here = silences.get((where.path, where.line, finding.rule), [])
        here = here + silences.get((where.path, 0, finding.rule), [])
        used.update(here)
        valid = [each for each in here if not each.until or today <= each.until]
        if valid:
            suppressed.append((finding, valid[0].reason))
        else:
            kept.append(finding)
    for here in silences.values():
        for each in here:
            if each not in used:
                what = "this file" if not each.line else f"line {each.line}"
                message = f"nothing to silence: no {each.rule} on {what}"
                about.append(_finding(UNUSED, severity, each.place, message, each.rule))
            elif each.until and today > each.until:
                message = f"{each.rule} was to be silent until {each.until} only"
                about.append(_finding(EXPIRED, severity, each.place, message, each.rule))
    about.sort(key=lambda finding: (finding.location.path, finding.location.line, finding.location.column))
    return Result((*kept, *about), tuple(suppressed))


def _read(path: str, comment: Comment, names: Collection[str], severity: str) -> Iterator[_Silence | Finding]:
    """What a comment asks for, or what is wrong with it."""

    def wrong(message: str, start: int = 0, end: int = len(comment.text)) -> Finding:
        return _finding(UNUSED, severity, _place(path, comment, start, end), message, comment.text[start:end])

    shape = _SHAPE.match(comment.text)
    verb = shape[1] if shape else ""
    if not shape or verb not in ("ignore", "ignore-file"):
        start, end = shape.span(1) if shape and verb else (0, len(comment.text))
        yield wrong(f"not understood; write {SYNTAX}", start, end)
        return
    if shape[2] is None or not shape[2].strip():
        yield wrong(f"{verb} must name its rules; write {SYNTAX.replace('ignore', verb)}")
        return
    whole = verb == "ignore-file"
    if whole and not comment.top:
        yield wrong("ignore-file stands in the comment block at the top of a file", *shape.span(1))
        return
    until = _UNTIL.search(shape[3])
    if until and not _is_day(until[1]):
        start = shape.start(3) + until.start(1)
        yield wrong(f"until={until[1]} is no day; write until=2027-01-31", start, start + len(until[1]))
        return
    reason = " ".join(_UNTIL.sub(" ", shape[3]).split())
    line = 0 if whole else comment.target
    for rule in _RULE.finditer(shape[2]):
        start, end = (shape.start(2) + edge for edge in rule.span())
        if rule[0] not in names:
            yield wrong(f"there is no rule {rule[0]}{_meant(rule[0], names)}", start, end)
        else:
            place = _place(path, comment, start, end)
            yield _Silence(path, line, rule[0], reason, until[1] if until else "", place)


def _finding(rule: str, severity: str, place: Location, message: str, about: str) -> Finding:
    remedy = Remedy("remove the comment", "", "", (), "none")
    identity = fingerprint(rule, place.path, (), None, about)
    return Finding(rule, severity, message, place, remedies=(remedy,), fingerprint=identity)


def _place(path: str, comment: Comment, start: int, end: int) -> Location:
    return Location(path, comment.line, comment.column + start, comment.line, comment.column + end)


def _is_day(text: str) -> bool:
    """Whether the text is a day of the calendar as 2027-01-31."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    year, month, day = map(int, text.split("-"))
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return 1 <= month <= 12 and 1 <= day <= days[month - 1]


def _meant(name: str, names: Collection[str]) -> str:
    """The rule that a wrong name may mean."""
    from pgcfglint.catalog.problem import suggest

    near = suggest(name, names)
    return f"; did you mean {near}?" if near else ""
