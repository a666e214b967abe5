"""The memory budget as a page (HTML): the picture, and every number in tables.

One file without scripts and without anything from outside, light or dark as the reader's system asks.
"""

from __future__ import annotations

from pgcfglint.budget import TOTALS, VERDICTS, human, percent
from pgcfglint.report.budget_style import COLORS, page_style
from pgcfglint.report.budget_svg import MARKS, escape, picture

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pgcfglint.budget import Budget, Use

WHEN = {"floor": "at once", "expected": "in a busy hour", "worst": "at worst"}


def render(budgets: Sequence[Budget], *, title: str = "Memory of the pods") -> Iterator[str]:
    """The pieces of the page."""
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield '<link rel="icon" href="data:,">\n'  # or a browser asks for /favicon.ico
    yield f"<title>{escape(title)}</title>\n<style>\n{page_style()}</style>\n</head>\n"
    yield f'<body class="budget">\n<main>\n<h1>{escape(title)}</h1>\n'
    yield f"<figure>\n{picture(budgets, title=title, style=False)}\n</figure>\n"
    for item in budgets:
        yield from _section(item)
    yield (
        "<section>\n<h2>How to read it</h2>\n"
        "<p><b>Floor</b> is certain: shared memory, which is charged as it is touched, idle sessions up to"
        " max_connections, and what runs beside the server. Above the limit the pod dies.</p>\n"
        "<p><b>Expected</b> is a model of a busy hour: all sessions connected, a tenth of them sorting or"
        " hashing. <b>Worst</b> has every session and every worker at its ceiling at the same time; a plan"
        " with several sorts can take even more.</p>\n"
        "<p>The page cache is not shown: it takes what is left, and gives it back. Leave it a fifth of the"
        " limit. The cost of more is an average over the next doubling, because PostgreSQL's hash tables grow"
        " in powers of two.</p>\n</section>\n"
    )
    yield "</main>\n</body>\n</html>\n"


def _section(item: Budget) -> Iterator[str]:
    limit = "limit unknown" if item.limit is None else f"limit {human(item.limit)}"
    yield f"<section>\n<h2>{escape(item.group)} <small>{limit}</small></h2>\n"
    yield (
        f'<p class="verdict" style="--verdict: var(--{item.verdict})">'
        f'<span aria-hidden="true">{MARKS[item.verdict]}</span> {escape(VERDICTS[item.verdict])}</p>\n'
    )
    yield f'<div class="columns">\n<div>\n{_table(item)}</div>\n<div>\n'
    if item.busy is not None:
        fits = "all" if item.busy >= item.connections else str(item.busy)
        yield (
            "<h3>Room for sessions</h3>\n"
            f"<p>{fits} of {item.connections} if each holds one work_mem at the same time.</p>\n"
        )
    yield "<h3>What more costs</h3>\n<dl>\n"
    for use in item.prices:
        yield f"<dt>{escape(use.name)}</dt>\n<dd>{_price(use)}</dd>\n"
    where = "; huge pages hold it, the limit is not charged" if item.in_huge_pages else ""
    yield "</dl>\n<h3>Shared memory</h3>\n"
    yield f"<p>{human(item.shared_memory)} in all (shared_memory_size from PostgreSQL 15 on){where}.</p>\n"
    yield "</div>\n</div>\n</section>\n"


def _table(item: Budget) -> str:
    head = "".join(f'<th scope="col">{total}</th>' for total in TOTALS)
    rows = "".join(
        f'<tr><th scope="row"><span class="dot bg-{COLORS.get(use.name, "j")}"></span>{escape(use.name)}</th>'
        + "".join(f"<td>{_amount(getattr(use, total))}</td>" for total in TOTALS)
        + "</tr>\n"
        for use in item.parts
    )
    totals = [getattr(item, total) for total in TOTALS]
    foot = (
        '<tr><th scope="row">total</th>'
        + "".join(f"<td>{human(amount)}</td>" for amount in totals)
        + "</tr>\n"
    )
    if item.limit:
        cells = "".join(
            f"<td{' class=above' if amount > item.limit else ''}>{percent(amount, item.limit)}</td>"
            for amount in totals
        )
        foot += f'<tr><th scope="row">of the limit</th>{cells}</tr>\n'
    return (
        f"<table>\n<caption>Memory of one pod of {escape(item.group)}</caption>\n"
        f'<thead><tr><th scope="col">use</th>{head}</tr></thead>\n'
        f"<tbody>\n{rows}</tbody>\n<tfoot>\n{foot}</tfoot>\n</table>\n"
    )


def _amount(amount: int) -> str:
    return human(amount) if amount else "–"


def _price(use: Use) -> str:
    if use.floor == use.expected == use.worst:
        return f"<b>{human(use.floor)}</b>"
    return ", ".join(
        f"<b>{human(getattr(use, total))}</b> {when}" for total, when in WHEN.items() if getattr(use, total)
    )
