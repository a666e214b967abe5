"""The memory budget as a picture (SVG): one bar per group of pods, all against one limit line.

The scale is the share of the limit, so that the line is one for groups of every size. From left to right a bar
has what is certain (solid), what a busy hour adds (lighter) and what the worst case adds (hatched); colours tell
the uses apart, and every piece has its own description. No scripts, nothing from outside; light or dark as the
reader's system asks.
"""

from __future__ import annotations

from pgcfglint.budget import TOTALS, VERDICTS, human, percent
from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pgcfglint.budget import Budget

WIDTH, SIDE, TOP, GROUP, BAR = 960, 32, 128, 132, 40
"""Pixels: the picture, its margins, where the first group begins, a group's height, a bar's height."""
SHARE = 1.6
"""The picture ends at this share of the limit; what is longer is torn off, with its number."""
FAMILIES = (
    ("shared_buffers", "a", "shared_buffers"),
    ("wal_buffers", "b", "other shared memory"),
    ("lock tables", "c", "lock tables"),
    ("asynchronous I/O", "b", ""),
    ("extensions", "b", ""),
    ("other shared memory", "b", ""),
    ("sessions", "d", "sessions"),
    ("page tables", "e", "page tables"),
    ("work_mem", "f", "work_mem"),
    ("parallel workers", "g", "parallel workers"),
    ("autovacuum", "h", "autovacuum, maintenance"),
    ("maintenance", "h", ""),
    ("logical decoding", "i", "logical decoding"),
    ("Patroni", "j", "Patroni"),
)
"""A part's colour, and the words for the colour in the key."""
COLORS = dict((name, color) for name, color, _ in FAMILIES)
CERTAINTY = {"floor": "certain", "expected": "a busy hour", "worst": "the worst case"}
MARKS = {"over": "✕", "tight": "!", "pooled": "i", "fits": "✓", "unknown": "?"}

STYLE = """
.budget { --paper: #ffffff; --ink: #1c2430; --soft: #5b6675; --line: #d5dae1; --limit: #b42318;
  --a: #2f5fb3; --b: #8fb0e3; --c: #5a86d0; --d: #1f8a70; --e: #8a63b8; --f: #d9771f; --g: #e3ac3a; --h: #b8507a;
  --i: #6d7f2e; --j: #8a919c; --over: #b42318; --tight: #9a5b00; --pooled: #2f5fb3; --fits: #1a7352; --unknown: #5b6675;
  --hatch: #ffffff; --on: #ffffff; font: 14px/1.4 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
@media (prefers-color-scheme: dark) {
  .budget { --paper: #14181f; --ink: #e8ecf2; --soft: #a3adbb; --line: #343c48; --limit: #ff7a6b;
    --a: #5b8def; --b: #34568f; --c: #426fbd; --d: #35b394; --e: #a98be0; --f: #f09a4a; --g: #e8c15c; --h: #e07aa3;
    --i: #a9bd58; --j: #808996; --over: #ff8b7e; --tight: #f3b95f; --pooled: #8db4ff; --fits: #5fd0a8;
    --unknown: #a3adbb; --hatch: #14181f; --on: #0d1117; } }
.budget text { fill: var(--ink); } .budget .soft { fill: var(--soft); } .budget .number { font-variant-numeric: tabular-nums; }
.budget .over { fill: var(--over); } .budget .tight { fill: var(--tight); } .budget .pooled { fill: var(--pooled); }
.budget .in-floor { fill: var(--on); font-weight: 600; }
.budget .in-worst { stroke: var(--paper); stroke-width: 4px; paint-order: stroke; }
.budget .fits { fill: var(--fits); } .budget .unknown { fill: var(--unknown); }
""" + "".join(f".budget .{color} {{ fill: var(--{color}); }}\n" for color in "abcdefghij")


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


def picture(budgets: Sequence[Budget], *, title: str = "Memory of the pods") -> str:
    """The `svg` element."""
    keys = list(_keys(budgets))
    bottom = TOP + GROUP * len(budgets)
    height = bottom + 30 + 26 * -(-len(keys) // 4) + 12
    body = [*_axis(budgets)]
    for index, item in enumerate(budgets):
        body += _group(item, TOP + GROUP * index)
    body += _key(keys, bottom + 20)
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="budget" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
            f' height="{height}" role="img" aria-labelledby="budget-title budget-text">',
            f'<title id="budget-title">{escape(title)}</title>',
            f'<desc id="budget-text">{escape(" ".join(map(sentence, budgets)))}</desc>',
            f"<style>{STYLE}</style>",
            '<defs><pattern id="budget-hatch" width="6" height="6" patternTransform="rotate(45)"'
            ' patternUnits="userSpaceOnUse"><rect width="3.2" height="6" style="fill: var(--hatch)"/></pattern></defs>',
            f'<rect width="{WIDTH}" height="{height}" rx="10" style="fill: var(--paper)"/>',
            f'<text x="{SIDE}" y="44" font-size="22" font-weight="650">{escape(title)}</text>',
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


def _x(share: float) -> float:
    return SIDE + (WIDTH - 2 * SIDE) * min(share, SHARE) / SHARE


def _scale(item: Budget) -> float:
    """What the picture's right end stands for, over SHARE."""
    return item.limit or max(item.worst, 1) / SHARE * 1.02


def _axis(budgets: Sequence[Budget]) -> Iterator[str]:
    if not any(item.limit for item in budgets):
        return
    for share in (0.5, 1.5):
        yield (
            f'<text class="soft number" x="{_x(share):.1f}" y="{TOP - 21}" font-size="12" text-anchor="middle">'
            f"{share:.0%}</text>"
        )
    yield (
        f'<text class="over" x="{_x(1):.1f}" y="{TOP - 21}" font-size="13" font-weight="650" text-anchor="middle">'
        "memory limit</text>"
    )


def _lines(bar: float) -> Iterator[str]:
    """The limit, a half and one and a half of it, across a group's bar."""
    for share in (0.5, 1.5):
        x = _x(share)
        yield f'<path d="M{x:.1f} {bar - 8}V{bar + BAR + 8}" style="stroke: var(--soft)" stroke-dasharray="2 4"/>'
    yield f'<path d="M{_x(1):.1f} {bar - 10}V{bar + BAR + 10}" style="stroke: var(--limit)" stroke-width="3"/>'


def _certainties() -> Iterator[str]:
    x = float(SIDE)
    for total, words in (
        ("floor", "floor: certain"),
        ("expected", "expected: a busy hour"),
        ("worst", "worst: everything at its ceiling at once"),
    ):
        yield from _fill("d", total, x, 62, 22, 14, "")
        yield f'<text class="soft" x="{x + 29:.0f}" y="74" font-size="13">{words}</text>'
        x += 29 + 7.1 * len(words) + 22


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
    yield (
        f'<text class="{item.verdict}" x="{WIDTH - SIDE}" y="{y + 18}" text-anchor="end" font-size="13"'
        f' font-weight="600">{MARKS[item.verdict]} {escape(VERDICTS[item.verdict].split(":")[0].split(";")[0])}</text>'
    )
    for piece in _pieces(item):
        left, right = _x(piece.start / scale), _x((piece.start + piece.size) / scale)
        if right - left < 0.05:
            continue
        share = f", {percent(piece.size, item.limit)} of the limit" if item.limit else ""
        words = f"{piece.name}: {human(piece.size)}, {CERTAINTY[piece.total]}{share}"
        yield from _fill(COLORS.get(piece.name, "j"), piece.total, left, bar, right - left, BAR, words)
        if right - left > 7.4 * len(piece.name) + 16:
            yield (
                f'<text class="in-{piece.total}" x="{left + 9:.1f}" y="{bar + BAR / 2 + 4.5}" font-size="13"'
                f' pointer-events="none">{escape(piece.name)}</text>'
            )
    if item.worst / scale > SHARE:
        yield from _torn(item, bar)
    if item.limit:
        yield from _lines(bar)
    yield from _marks(item, scale, bar + BAR)
    yield "</g>"


def _fill(
    color: str, total: str, x: float, y: float, width: float, height: float, words: str
) -> Iterator[str]:
    """A rectangle as certain as it is: solid, lighter, hatched."""
    box = f'x="{x:.1f}" y="{y:.0f}" width="{max(width - 0.8, 0.4):.1f}" height="{height}"'
    yield f"<g><title>{escape(words)}</title>" if words else "<g>"
    opacity = {"floor": "1", "expected": ".58", "worst": ".42"}[total]
    yield f'<rect class="{color}" {box} opacity="{opacity}"/>'
    if total == "worst":
        yield f'<rect {box} fill="url(#budget-hatch)" opacity=".75"/>'
    yield "</g>"


def _torn(item: Budget, bar: float) -> Iterator[str]:
    """The bar's end where it is longer than the picture."""
    right = WIDTH - SIDE + 2
    teeth = "".join(f"l{-7 if step % 2 else 7} {BAR / 6:.2f}" for step in range(1, 7))
    yield (f'<path d="M{right - 6} {bar - 0.5}{teeth}h16V{bar - 0.5}z" style="fill: var(--paper)"/>')


def _marks(item: Budget, scale: float, y: float) -> Iterator[str]:
    """A tick and the amount below the end of each total; an arrow where that is beyond the picture."""
    labels = []
    for total in TOTALS:
        amount = getattr(item, total)
        share = f" · {percent(amount, item.limit)}" if item.limit else ""
        beyond = amount / scale > SHARE
        labels.append((total, f"{human(amount)}{share}{' →' if beyond else ''}", amount, beyond))
    places = _apart(
        [(_x(amount / scale), 7.3 * len(f"{total} {text}")) for total, text, amount, _ in labels]
    )
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
    gap, edge = 12.0, float(SIDE) - 12
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
