"""What `--fix` changed, for people: each edit, what it reaches, and what is still to be done."""

from __future__ import annotations

from pgcfglint.report import cost, files
from pgcfglint.report.ansi import Paint
from pgcfglint.report.plain import clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pgcfglint.fix.edits import Edit
    from pgcfglint.model import Finding

_REACH = {"new clusters": "the edit alone reaches new clusters only; a running one needs"}


def render(
    edits: Sequence[Edit],
    refused: Iterable[tuple[str, str]],
    left: Iterable[tuple[Finding, str]] = (),
    *,
    color: bool = False,
) -> Iterator[str]:
    """The page above the report of what is left."""
    paint = Paint(color)
    for edit in edits:
        yield from _edit(edit, paint)
        yield "\n"
    for path, why in refused:
        yield f"{paint('bold', clean(path))}: {paint('warning', 'not edited')}: {clean(why)}\n\n"
    for finding, why in left:
        where = finding.location
        place = f"{clean(where.path)}:{where.line}:{where.column}"
        yield f"{paint('bold', place)}: {paint('dim', 'not fixed')} {finding.rule}: {clean(why)}\n"
    if left:
        yield "\n"


def _edit(edit: Edit, paint: Paint) -> Iterator[str]:
    where, remedy = edit.location, edit.remedy
    place = f"{clean(where.path)}:{where.line}:{where.column}"
    rules = ", ".join(edit.rules)
    yield f"{paint('bold', place)}: {paint('good', 'fixed')} {paint('bold', rules)}: {_change(edit)}\n"
    via = f", by {clean(remedy.via)}" if remedy.via and not remedy.steps else ""
    yield f"     apply  {paint('cost', cost(remedy))}{via}\n"
    reach = _REACH.get(remedy.reaches)
    if reach:
        yield f"            {reach}{':' if remedy.steps else f' {clean(remedy.via)}'}\n"
    yield from (f"            {clean(step)}\n" for step in remedy.steps)
    if edit.also:
        yield f"            the line serves {clean(', '.join(edit.also))} too\n"


def _change(edit: Edit) -> str:
    name, text = edit.remedy.parameter, edit.remedy.text
    if not text.startswith(name) and ": " in text:  # what is no parameter goes by its keys in the file
        name = text.partition(": ")[0]
    return f"{clean(name)} {clean(edit.old)} -> {clean(edit.new)}"


def lines(edits: Iterable[Edit], refused: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The same in a line each, for standard error."""
    for edit in edits:
        where = edit.location
        reach = _REACH.get(edit.remedy.reaches)
        more = f"; {reach} {clean(edit.remedy.via)}" if reach else ""
        what = f"fixed {', '.join(edit.rules)}: {_change(edit)} ({cost(edit.remedy)}{more})"
        yield f"{clean(where.path)}:{where.line}: {what}"
    for path, why in refused:
        yield f"{clean(path)}: not edited: {clean(why)}"


def count(edits: Sequence[Edit], remaining: int, *, verbose: bool = True) -> str:
    """The last line: "5 fixed, 4 remaining"."""
    if not edits:
        hint = "" if verbose or not remaining else " (-v says why)"
        return f"Nothing fixed: no edit of a file alone cures a finding{hint}.\n"
    hint = "" if verbose or not remaining else " (-v says why)"
    changed = len({edit.path for edit in edits})
    return f"Fixed {_findings(len(edits))} in {files(changed)}, {remaining} remaining{hint}.\n"


def would(edits: Sequence[Edit], changed: int) -> str:
    """What --diff says beside the difference."""
    if not edits:
        return "no edit of a file alone cures a finding"
    return f"would fix {_findings(len(edits))} in {files(changed)}"


def _findings(number: int) -> str:
    return f"{number} finding{'' if number == 1 else 's'}"
