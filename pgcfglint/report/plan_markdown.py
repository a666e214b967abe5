"""The plan as a pull request comment or job summary.

The hidden marker lets the next run find and replace its comment. GitHub takes 65,536 characters in a
comment and refuses more: the runbooks go first, then rows, and it is said what is left out.
"""

from __future__ import annotations

from pgcfglint.plan.headline import headline, merging
from pgcfglint.plan.records import for_a_person
from pgcfglint.report.markdown import LIMIT, _code, _text
from pgcfglint.report.plain import clean
from pgcfglint.report.plan_text import sentence, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pgcfglint.plan.records import Entry, Plan, Step
    from pgcfglint.report import Options

MARKER = "<!-- pgcfglint:plan -->"
_TABLE = "| parameter | old | new | takes effect | order | groups |\n|---|---|---|---|---|---|\n"
_TAIL = 200
"""Characters kept for the sentences about what is left out."""
_LEAST = 1000
"""Characters for one plan; with less its head alone would not fit."""


def render(plans: Sequence[Plan], options: Options) -> Iterator[str]:
    """Marker, then each plan: headline, table, memory, risks, runbook."""
    yield f"{MARKER}\n"
    if not plans:
        yield "### No PostgreSQL setting changes\n"
    room = LIMIT - len(MARKER) - _TAIL
    foot = f"\n<sub>pgcfglint {options.version}</sub>\n"
    room -= len(foot)
    for number, plan in enumerate(plans):
        left = len(plans) - number
        if room < _LEAST * 2 and left > 1:
            yield f"\n{left} of {len(plans)} plans are left out: there is no room for more.\n"
            break
        page = _Page(plan, max(room // left, _LEAST), several=len(plans) > 1)
        for piece in page.pieces():
            room -= len(piece)
            yield piece
    yield foot


class _Page:
    def __init__(self, plan: Plan, room: int, *, several: bool) -> None:
        self.plan, self.room, self.several = plan, room, several

    def pieces(self) -> Iterator[str]:
        """The parts of one plan, as far as there is room."""
        plan = self.plan
        name = f"{_text(plan.name)}: " if self.several else ""
        head = f"### {name}{_headline(plan)}\n\n"
        if plan.merge != "none" or plan.steps:
            first, _, rest = merging(plan).partition(": ")
            head += f"{first[0].upper()}{first[1:]}: **{rest}**.\n\n"
        head += "".join(f"- **blocked**: {_text(text)}\n" for text in plan.blockers)
        yield self._spend(head)
        rest = self._rest()
        yield from self._rows(len(rest))
        if len(rest) <= self.room:
            yield self._spend(rest)
        lasting = (
            f"\nNot undone: {_text('; '.join(plan.lasting))}.\n" if plan.rollback and plan.lasting else ""
        )
        books = self._book("Runbook", plan.steps) + self._book("The way back", plan.rollback) + lasting
        if len(books) <= self.room:
            yield self._spend(books)
        else:
            yield "\nThe runbook is left out, there is no room for it: `--format text` has it.\n"

    def _rows(self, rest: int) -> Iterator[str]:
        rows = [_row(entry) for entry in self.plan.entries]
        if not rows:
            return
        yield self._spend(_TABLE)
        for number, row in enumerate(rows):
            if len(row) + min(rest, 4000) > self.room:
                left = len(rows) - number
                yield f"\n{left} of {len(rows)} rows are left out: there is no room for more.\n"
                return
            yield self._spend(row)

    def _rest(self) -> str:
        plan = self.plan
        found = "".join(f"\n{_text(sentence(one, plan.major))}\n" for one in plan.memory)
        if plan.others:
            named = ", ".join(map(_code, plan.others[:10]))
            more = f" and {len(plan.others) - 10} more" if len(plan.others) > 10 else ""
            found += f"\nOther keys that differ: {named}{more}\n"
        if plan.risks:
            found += "\n" + "".join(f"- :warning: {_text(text)}\n" for text in plan.risks)
        return found

    def _book(self, title: str, steps: Sequence[Step]) -> str:
        if not steps:
            return ""
        lines = []
        for number, step in enumerate(steps):
            lines += [
                "" if number else None,
                f"# {number}  {step.title}",
                *(f"#    {text}" for text in step.why),
            ]
            lines += [line for command in step.commands for line in for_a_person(command)]
            lines += step.look
        text = "\n".join(clean(line) for line in lines if line is not None)
        fence = "```"
        while fence in text:
            fence += "`"
        count = f"{len(steps)} step{'' if len(steps) == 1 else 's'}"
        return f"\n<details><summary>{title} ({count})</summary>\n\n{fence}sh\n{text}\n{fence}\n</details>\n"

    def _spend(self, piece: str) -> str:
        self.room -= len(piece)
        return piece


def _headline(plan: Plan) -> str:
    if not plan.entries and not plan.others:
        return "No PostgreSQL setting changes"
    text = headline(plan)
    strong = plan.is_blocked or plan.apply in ("restart", "pods", "rebuild")
    return f"This change **{text}**" if strong else text[0].upper() + text[1:]


_ORDERS = {"standbys first": "standbys → primary", "primary first": "primary → standbys"}
_ARROWS = {"standbys first": " ↑", "primary first": " ↓"}


def _row(entry: Entry) -> str:
    old, new = shown(entry)
    name = f"{'↳ ' if entry.derived else ''}{_code(entry.parameter)}"
    order = _ORDERS.get(
        entry.order or "", ("unknown" if entry.unsure else "any") if entry.apply == "restart" else "–"
    )
    after = _value(new) if entry.apply == "none" else f"**{_value(new)}**"
    effect = entry.apply + (f"<br>{_text(entry.note)}" if entry.note else "")
    groups = ", ".join(map(_text, entry.groups))
    after += _ARROWS.get(entry.order or "", "")
    return f"| {name} | {_value(old)} | {after} | {effect} | {order} | {groups} |\n"


def _value(text: str | None) -> str:
    return "–" if text is None else _text(text) or "''"
