"""The memory budget as a picture (SVG): one bar per group of pods, all against one limit line.

The scale is the share of the limit, so that the line is one for groups of every size. From left to right a
bar has what is certain (solid), what a busy hour adds (lighter) and what the worst case adds (hatched);
colours tell the uses apart, and every piece has its own description. No scripts, nothing from outside; light
or dark as the reader's system asks.
"""

from __future__ import annotations

from pgcfglint.budget import TOTALS, VERDICTS, human, percent
from pgcfglint.record import Record
from pgcfglint.report.budget_style import COLORS, FAMILIES, picture_style

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pgcfglint.budget import Budget

WIDTH, SIDE, TOP, GROUP, BAR = 960, 32, 128, 132, 40
"""Pixels: the picture, its margins, where the first group begins, a group's height, a bar's height."""
SHARE = 1.6
"""The picture ends at this share of the limit; what is longer is torn off, with its number."""
CERTAINTY = {"floor": "certain", "expected": "a busy hour", "worst": "the worst case"}
MARKS = {"over": "✕", "tight": "!", "pooled": "i", "fits": "✓", "unknown": "?"}
LABELLED = 'aria-labelledby="budget-title budget-text"'
HATCH = (
    '<defs><pattern id="budget-hatch" width="6" height="6" patternTransform="rotate(45)"'
    ' patternUnits="userSpaceOnUse"><rect class="paper" width="3.2" height="6"/></pattern></defs>'
)


class _Piece(Record):
    """A rectangle of a bar: one use, in one degree of certainty."""

    name: str
    total: str
    start: int
    size: int


def render(budgets: Sequence[Budget], *, title: str = "Memory of the pods") -> Iterator[str]:
    """The picture as a document of its own."""
    yield picture(budgets, title=title)
    yield "\n"


def picture(budgets: Sequence[Budget], *, title: str = "Memory of the pods", style: bool = True) -> str:
    """The `svg` element; without its style where the page around it has it."""
    keys = list(_keys(budgets))
    bottom = TOP + GROUP * len(budgets)
    height = bottom + 30 + 26 * -(-len(keys) // 4) + 12
    body = [*_axis(budgets)]
    for index, item in enumerate(budgets):
        body += _group(item, TOP + GROUP * index)
    body += _key(keys, bottom + 20)
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="budget" {size} role="img" {LABELLED}>',
            f'<title id="budget-title">{escape(title)}</title>',
            f'<desc id="budget-text">{escape(" ".join(map(sentence, budgets)))}</desc>',
            f"<style>\n{picture_style()}</style>" if style else "",
            HATCH,
            f'<rect class="paper" width="{WIDTH}" height="{height}" rx="10"/>',
            _text(SIDE, 44, title, size=22, weight=650),
            *_certainties(),
            *body,
            "</svg>",
        )
    )


def sentence(item: Budget) -> str:
    """A group in words, for who does not see the picture."""
    totals = ", ".join(
        f"{total} {human(getattr(item, total))}"
        + (f" ({percent(getattr(item, total), item.limit)} of the limit)" if item.limit else "")
        for total in TOTALS
    )
    limit = "no limit known" if item.limit is None else f"limit {human(item.limit)}"
    return f"{item.group}, {limit}: {totals}; {VERDICTS[item.verdict]}."


def escape(text: str) -> str:
    """Text for an element or a quoted attribute."""
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(sign, name)
    return text


def _text(
    x: float,
    y: float,
    words: str,
    style: str = "",
    *,
    size: int = 13,
    weight: int = 400,
    anchor: str = "start",
) -> str:
    attributes = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}"'
    return f'<text class="{style}" {attributes}>{escape(words)}</text>'


def _x(share: float) -> float:
    return SIDE + (WIDTH - 2 * SIDE) * min(share, SHARE) / SHARE


def _scale(item: Budget) -> float:
    """What the picture's right end stands for, over SHARE."""
    return item.limit or max(item.worst, 1) / SHARE * 1.02


def _axis(budgets: Sequence[Budget]) -> Iterator[str]:
    if not any(item.limit for item in budgets):
        return
    for share in (0.5, 1.5):
        yield _text(_x(share), TOP - 21, f"{share:.0%}", "soft number", size=12, anchor="middle")
    yield _text(_x(1), TOP - 21, "memory limit", "over", weight=650, anchor="middle")


def _line(share: float, bar: float, style: str) -> str:
    """A share of the limit, across a group's bar."""
    return f'<path d="M{_x(share):.1f} {bar - 10}V{bar + BAR + 10}" style="{style}"/>'


def _certainties() -> Iterator[str]:
    x = float(SIDE)
    for total, words in (
        ("floor", "floor: certain"),
        ("expected", "expected: a busy hour"),
        ("worst", "worst: everything at its ceiling at once"),
    ):
        yield from _fill("d", total, x, 62, 22, 14, "")
        yield _text(x + 29, 74, words, "soft")
        x += 29 + 6.9 * len(words) + 22


def _pieces(item: Budget) -> Iterator[_Piece]:
    """From the certain to the worst: the end of each total is where its last piece ends."""
    start, before = 0, ""
    for total in TOTALS:
        for use in item.parts:
            size = getattr(use, total) - (getattr(use, before) if before else 0)
            if size > 0:
                yield _Piece(use.name, total, start, size)
                start += size
        before = total


def _group(item: Budget, y: float) -> Iterator[str]:
    scale, bar = _scale(item), y + 34
    limit = "limit unknown" if item.limit is None else f"limit {human(item.limit)}"
    yield f'<g role="img" aria-label="{escape(sentence(item))}">'
    yield (
        f'<text x="{SIDE}" y="{y + 18}"><tspan font-size="16" font-weight="650">{escape(item.group)}</tspan>'
        f'<tspan class="soft" dx="10">{limit}</tspan></text>'
    )
    brief = f"{MARKS[item.verdict]} {VERDICTS[item.verdict]}".split(":")[0].split(";")[0]
    yield _text(WIDTH - SIDE, y + 18, brief, item.verdict, weight=600, anchor="end")
    if item.limit:
        for share in (0.5, 1.5):
            yield _line(share, bar, "stroke: var(--soft); stroke-dasharray: 2 4")
    length = _x(item.worst / scale) - SIDE
    yield f'<rect class="paper" x="{SIDE}" y="{bar}" width="{length:.1f}" height="{BAR}"/>'
    for piece in _pieces(item):
        left, right = _x(piece.start / scale), _x((piece.start + piece.size) / scale)
        if right - left < 0.05:
            continue
        part = f", {percent(piece.size, item.limit)} of the limit" if item.limit else ""
        words = f"{piece.name}: {human(piece.size)}, {CERTAINTY[piece.total]}{part}"
        yield from _fill(COLORS.get(piece.name, "j"), piece.total, left, bar, right - left, BAR, words)
        if right - left > 7.4 * len(piece.name) + 16:
            yield (
                f'<text class="in-{piece.total}" x="{left + 9:.1f}" y="{bar + BAR / 2 + 4.5}" font-size="13"'
                f' pointer-events="none">{escape(piece.name)}</text>'
            )
    if item.worst / scale > SHARE:
        yield from _torn(item, bar)
    if item.limit:
        yield _line(1, bar, "stroke: var(--over); stroke-width: 3")
    yield from _marks(item, scale, bar + BAR)
    yield "</g>"


def _fill(
    color: str, total: str, x: float, y: float, width: float, height: float, words: str
) -> Iterator[str]:
    """A rectangle as certain as it is: solid, lighter, hatched."""
    box = f'x="{x:.1f}" y="{y:.0f}" width="{max(width - 0.8, 0.4):.1f}" height="{height}"'
    yield f"<g><title>{escape(words)}</title>" if words else "<g>"
    yield f'<rect class="{color} {total}" {box}/>'
    if total == "worst":
        yield f'<rect {box} fill="url(#budget-hatch)" opacity=".75"/>'
    yield "</g>"


def _torn(item: Budget, bar: float) -> Iterator[str]:
    """The bar's end where it is longer than the picture."""
    right = WIDTH - SIDE + 2
    teeth = "".join(f"l{-7 if step % 2 else 7} {BAR / 6:.2f}" for step in range(1, 7))
    yield f'<path class="paper" d="M{right - 6} {bar - 0.5}{teeth}h16V{bar - 0.5}z"/>'


def _marks(item: Budget, scale: float, y: float) -> Iterator[str]:
    """A tick and the amount below the end of each total; an arrow where that is beyond the picture."""
    labels = []
    for total in TOTALS:
        amount = getattr(item, total)
        share = f" · {percent(amount, item.limit)}" if item.limit else ""
        beyond = amount / scale > SHARE
        labels.append((total, f"{human(amount)}{share}{' →' if beyond else ''}", amount, beyond))
    places = _apart([(_x(amount / scale), 7.5 * len(f"{total} {text}")) for total, text, amount, _ in labels])
    for (total, text, amount, beyond), middle in zip(labels, places):
        x = _x(amount / scale)
        if not beyond:
            yield (
                f'<path d="M{x:.1f} {y + 2}V{y + 9}L{middle:.1f} {y + 16}" fill="none"'
                ' style="stroke: var(--soft)" stroke-width="1.5"/>'
            )
        style = " over" if item.limit and amount > item.limit else ""
        yield (
            f'<text class="number{style}" x="{middle:.1f}" y="{y + 31}" font-size="13" text-anchor="middle">'
            f'<tspan font-weight="650">{total}</tspan> {text}</text>'
        )


def _apart(wanted: Sequence[tuple[float, float]]) -> list[float]:
    """Middles for labels (wanted middle, width) so that they stay in the picture and apart."""
    gap, edge = 18.0, float(SIDE) - 18
    lefts = []
    for middle, width in wanted:
        lefts.append(max(middle - width / 2, edge + gap))
        edge = lefts[-1] + width
    edge = WIDTH - SIDE + gap
    for index in range(len(wanted) - 1, -1, -1):  # what was pushed over the edge pushes back
        lefts[index] = min(lefts[index], edge - gap - wanted[index][1])
        edge = lefts[index]
    return [left + width / 2 for left, (_, width) in zip(lefts, wanted)]


def _keys(budgets: Sequence[Budget]) -> Iterator[tuple[str, str]]:
    used = {COLORS.get(use.name, "j") for item in budgets for use in item.parts}
    return ((color, words) for _, color, words in FAMILIES if words and color in used)


def _key(keys: Sequence[tuple[str, str]], y: float) -> Iterator[str]:
    for index, (color, words) in enumerate(keys):
        left, top = SIDE + index % 4 * 224, y + index // 4 * 26
        yield f'<rect class="{color}" x="{left}" y="{top}" width="14" height="14" rx="3"/>'
        yield f'<text x="{left + 21}" y="{top + 12}" font-size="13">{escape(words)}</text>'
