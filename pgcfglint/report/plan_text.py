"""The plan for people: headline, changes, memory, risks, runbook, and the way back."""

from __future__ import annotations

from pgcfglint import units
from pgcfglint.plan.headline import headline, merging
from pgcfglint.plan.records import for_a_person
from pgcfglint.report.ansi import Paint
from pgcfglint.report.plain import clean
from pgcfglint.spelling import about

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pgcfglint.plan.records import Entry, Memory, Plan, Step
    from pgcfglint.report import Options

STYLE = {"rebuild": "error", "pods": "warning", "restart": "warning", "none": "dim"}
"""The colour of a cost."""


def render(plans: Sequence[Plan], options: Options) -> Iterator[str]:
    """One plan after the other."""
    paint = Paint(options.color)
    for number, plan in enumerate(plans):
        if number:
            yield "\n"
        for line in _plan(plan, paint, several=len(plans) > 1):
            yield line.rstrip() + "\n"
    if not plans:
        yield "nothing changes\n"


def _plan(plan: Plan, paint: Paint, several: bool) -> Iterator[str]:
    name = f"{clean(plan.name)}: " if several else ""
    yield paint("bold", f"{name}{summary(plan)}")
    if plan.merge != "none" or plan.steps:
        yield merging(plan)
    for text in plan.blockers:
        yield paint("error", "blocked") + f"  {clean(text)}"
    if plan.entries:
        yield ""
        yield from _entries(plan, paint)
    if plan.others:
        yield f"  other keys that differ: {clean(_some(plan.others))}"
    if plan.memory:
        yield ""
        for one in plan.memory:
            yield sentence(one, plan.major)
    if plan.risks:
        yield ""
        for text in plan.risks:
            yield paint("warning", "risk") + f"  {clean(text)}"
    if plan.steps:
        yield ""
        yield paint("dim", "Runbook (--format sh makes a script of it, which waits and asks):")
    yield from _steps(plan.steps, paint)
    if plan.rollback:
        yield ""
        yield (
            paint("bold", "The way back")
            + (", from the saved files" if plan.is_saved else "")
            + ("; not undone: " + "; ".join(map(clean, plan.lasting)) if plan.lasting else "")
        )
        yield from _steps(plan.rollback, paint)


def summary(plan: Plan) -> str:
    """The first line."""
    count = len({entry.parameter for entry in plan.entries})
    derived = len({entry.parameter for entry in plan.entries if entry.derived})
    if not count:
        return headline(plan)
    more = f" ({derived} derived)" if derived else ""
    rounds = f" · {len(plan.rounds)} rounds" if len(plan.rounds) > 1 and not plan.is_blocked else ""
    return f"{to_run(plan)}{rounds} · {count} difference{'' if count == 1 else 's'}{more}"


def to_run(plan: Plan) -> str:
    """The headline; where merging is one thing and making it run another, it says so."""
    return f"to make it run: {headline(plan)}" if plan.by_hand else headline(plan)


def _entries(plan: Plan, paint: Paint) -> Iterator[str]:
    rows = [(sign(entry), *texts(entry)) for entry in plan.entries]
    widths = [min(max(len(row[column]) for row in rows), 40) for column in (1, 2, 3)]
    names = {name for entry in plan.entries for name in entry.groups}
    for entry, (mark, name, old, new) in zip(plan.entries, rows):
        arrow = "==" if mark == "=" else "->"
        style = STYLE.get(entry.apply, "good")
        some = "" if set(entry.groups) == names else f"  ({', '.join(map(clean, entry.groups))})"
        yield (
            f"  {mark} {name:{widths[0]}}  {old:{widths[1]}} {arrow} {new:{widths[2]}}  "
            f"{paint(style, f'{entry.apply:9}')}  {order(entry)}{some}"
        )
        if entry.note and not entry.derived:
            yield paint("dim", f"      {clean(entry.note)}")


def sign(entry: Entry) -> str:
    """~ changed, + added, - taken away, = the same value, `.` without effect, blank derived."""
    if entry.derived:
        return " "
    if entry.apply == "none":
        return "=" if entry.spelling else "."
    if entry.old_written is None:
        return "+"
    return "-" if entry.new_written is None else "~"


def texts(entry: Entry) -> tuple[str, str, str]:
    """Name, old and new value."""
    old, new = shown(entry)
    return clean(entry.parameter), _shown(old), _shown(new)


def shown(entry: Entry) -> tuple[str | None, str | None]:
    """What runs before and after; of what changes nothing, what is written."""
    if entry.apply == "none" and (entry.old_written, entry.new_written) != (None, None):
        return entry.old_written, entry.new_written
    return entry.old, entry.new


def _shown(text: str | None) -> str:
    return clean("-" if text is None else text or "''")


def order(entry: Entry) -> str:
    """The order of the restarts in words."""
    words = {
        "standbys first": "rises: standbys before primary",
        "primary first": "falls: primary before standbys",
    }.get(entry.order or "", "direction unknown" if entry.unsure else "")
    follows = entry.note if entry.derived else ""
    reach = "an edit of the file alone reaches new clusters only" if entry.reaches == "new clusters" else ""
    return "; ".join(filter(None, (words, follows))) or (reach if entry.apply == "none" else "")


def sentence(one: Memory, major: int) -> str:
    """Shared memory in one line."""
    between = f", {_mb(one.between)} on standbys between the rounds" if one.between else ""
    limit = f", limit {one.limit}" if one.limit else ""
    return (
        f"Shared memory of a member of {', '.join(map(clean, one.groups))} (PostgreSQL {major}): "
        f"{_mb(one.before)} now{between}, {_mb(one.after)} at the end{limit}"
    )


def _mb(amount: float) -> str:
    return units.format_bytes(about(amount))


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _steps(steps: Sequence[Step], paint: Paint) -> Iterator[str]:
    for number, step in enumerate(steps):
        yield ""
        yield paint("bold", f"{number}  {clean(step.title)}")
        for text in step.why:
            yield paint("dim", f"   # {clean(text)}")
        for command in step.commands:
            yield from (f"   {clean(line)}" for line in for_a_person(command))
        for line in step.look:
            yield f"   {clean(line)}"
