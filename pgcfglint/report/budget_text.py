"""The memory budget of each group for a terminal: a table with bars on the scale of the limit."""

from __future__ import annotations

from pgcfglint.budget import TOTALS, VERDICTS, human, percent
from pgcfglint.report.ansi import Paint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pgcfglint.budget import Budget

WIDTH = 80
"""Characters of a line at most."""
NAME, COLUMN, BAR = 21, 9, 23
"""Characters: the part's name, an amount, the bar from nothing to the limit."""
OVER = 5
"""Characters that a bar may have beyond the limit before it is cut (»)."""
PRICE = 38
"""Characters of what something more is called."""
STYLES = {"over": "error", "tight": "warning", "pooled": "info", "fits": "good", "unknown": "dim"}
FULL, MORE, MOST = "█", "▓", "░"


def render(budgets: Iterable[Budget], *, color: bool = False, places: Sequence[str] = ()) -> Iterator[str]:
    """The pieces of the page, lines with their ends; `places` says where each group was read from."""
    paint = Paint(color)
    for index, item in enumerate(budgets):
        if index:
            yield "\n"
        if places and (not index or places[index] != places[index - 1]):
            yield paint("bold", places[index]) + "\n"
        yield from _group(item, paint)
    yield "\n" + paint(
        "dim", f"{FULL} floor: certain   {MORE} expected: a busy hour   {MOST} worst: all at the ceiling"
    )
    yield "\n"


def _group(item: Budget, paint: Paint) -> Iterator[str]:
    limit = "limit unknown" if item.limit is None else f"limit {human(item.limit)}"
    scale = item.limit or item.worst
    head = f"{item.group}, {limit}"
    if len(head) > NAME:  # the totals' names then have a line of their own, to stay over the columns
        yield paint("bold", head) + "\n"
        head = ""
    yield paint("bold", f"{head:{NAME}}") + "".join(f"{total:>{COLUMN}}" for total in TOTALS) + "\n"
    for use in item.parts:
        amounts = [use.floor, use.expected, use.worst]
        yield f"  {use.name:{NAME - 2}}" + "".join(f"{_amount(amount):>{COLUMN}}" for amount in amounts)
        yield f"  {_bar(amounts, scale)}\n"
    totals = [item.floor, item.expected, item.worst]
    yield f"  {'total':{NAME - 2}}" + "".join(f"{_amount(amount):>{COLUMN}}" for amount in totals)
    yield f"  {_bar(totals, scale, limit=item.limit is not None)}\n"
    if item.limit:
        yield f"  {'of the limit':{NAME - 2}}"
        for amount in totals:
            text = f"{percent(amount, item.limit):>{COLUMN}}"
            yield paint("error", text) if amount > item.limit else text
        yield "\n"
    for line in _lines(VERDICTS[item.verdict], WIDTH - 2):
        yield "  " + paint(STYLES[item.verdict], line) + "\n"
    if item.busy is not None and item.busy < item.connections:
        yield f"  room for {item.busy} of {item.connections} sessions if each holds one work_mem\n"
    if item.prices:
        yield f"  {'what more costs':{PRICE}}" + "".join(f"{total:>{COLUMN}}" for total in TOTALS) + "\n"
    for use in item.prices:
        amounts = [use.floor, use.expected, use.worst]
        yield (
            f"    {use.name:{PRICE - 2}}"
            + "".join(f"{_amount(amount):>{COLUMN}}" for amount in amounts)
            + "\n"
        )


def _amount(amount: int) -> str:
    return human(amount) if amount else "-"


def _lines(text: str, width: int) -> Iterator[str]:
    """A sentence in lines of at most so many characters."""
    line = ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def _bar(amounts: list[int], scale: int, *, limit: bool = False) -> str:
    ends = [round(BAR * amount / scale) if scale else 0 for amount in amounts]
    if amounts[-1] and not ends[-1]:
        return "▏"
    text = "".join(sign * (end - start) for sign, start, end in zip((FULL, MORE, MOST), (0, *ends), ends))
    if limit:
        text = f"{text:{BAR}}"
        text = f"{text[:BAR]}│{text[BAR:]}"
    return text[: BAR + OVER] + "»" if len(text) > BAR + OVER else text.rstrip()
