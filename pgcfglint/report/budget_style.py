"""Colours and style sheets of the budget's picture and page, light and dark."""

from __future__ import annotations

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

COLORS = {name: color for name, color, _ in FAMILIES}

PALETTE = {  # on light paper, on dark paper
    "paper": ("#ffffff", "#14181f"),
    "back": ("#f3f5f8", "#0b0e13"),
    "ink": ("#1c2430", "#e8ecf2"),
    "soft": ("#5b6675", "#a3adbb"),
    "line": ("#d5dae1", "#343c48"),
    "on": ("#ffffff", "#0d1117"),  # text on a solid colour
    "a": ("#2f5fb3", "#5b8def"),
    "b": ("#5a7396", "#8fa3c2"),
    "c": ("#4671c1", "#7ea4ee"),
    "d": ("#1a7f66", "#35b394"),
    "e": ("#8a63b8", "#a98be0"),
    "f": ("#d9771f", "#f09a4a"),
    "g": ("#e3ac3a", "#e8c15c"),
    "h": ("#b8507a", "#e07aa3"),
    "i": ("#6d7f2e", "#a9bd58"),
    "j": ("#6b7280", "#8b94a1"),
    "over": ("#b42318", "#ff8b7e"),  # verdicts; the limit's line
    "tight": ("#9a5b00", "#f3b95f"),
    "pooled": ("#2f5fb3", "#8db4ff"),
    "fits": ("#1a7352", "#5fd0a8"),
    "unknown": ("#5b6675", "#a3adbb"),
}
"""Text has a contrast of at least 4.5 to what it stands on (WCAG 2.1, 1.4.3), in bars too."""

LIGHTER = ("0.58", "0.42")
"""How opaque a bar's expected pieces are on light and on dark paper."""

PICTURE = """\
.budget { font: 14px/1.4 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
.budget text { fill: var(--ink); }
.budget .number { font-variant-numeric: tabular-nums; }
.budget .in-floor { fill: var(--on); font-weight: 600; }
.budget .expected { opacity: var(--lighter); }
.budget .worst { opacity: 0.42; }
.budget .in-worst { stroke: var(--paper); stroke-width: 4px; paint-order: stroke; }
"""

PAGE = """\
:root { color-scheme: light dark; }
body { margin: 0; background: var(--back); color: var(--ink); }
main { max-width: 1024px; margin: 0 auto; padding: 24px 16px 48px; }
figure, section { margin: 0 0 20px; background: var(--paper); border: 1px solid var(--line); }
figure, section { border-radius: 12px; }
figure { overflow-x: auto; padding: 8px; }
figure svg { display: block; max-width: 100%; min-width: 680px; height: auto; margin: 0 auto; }
section { padding: 20px 24px; }
h1 { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); margin: 0; }
h2 { margin: 0; font-size: 18px; }
h2 small { color: var(--soft); font-weight: 400; font-size: 14px; }
h3 { font-size: 14px; margin: 20px 0 4px; }
p { margin: 6px 0; max-width: 72ch; }
.verdict { max-width: none; font-weight: 600; color: var(--verdict); }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 320px); gap: 8px 40px; }
@media (max-width: 800px) { .columns { grid-template-columns: minmax(0, 1fr); } }
table { border-collapse: collapse; width: 100%; margin-top: 12px; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 0 5px 12px; text-align: right; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { color: var(--soft); }
th:first-child { text-align: left; padding-left: 0; }
tfoot th, tfoot td { font-weight: 600; border-bottom: 0; padding-top: 8px; }
tfoot tr + tr th { font-weight: 400; }
td.above { color: var(--over); }
caption { text-align: left; color: var(--soft); padding-bottom: 2px; }
.dot { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-right: 9px; }
dl { margin: 0; }
dt { margin-top: 10px; }
dd { margin: 0; color: var(--soft); }
dd b { color: var(--ink); font-weight: 600; }
"""


def picture_style() -> str:
    """The style sheet of the picture."""
    light, dark = (
        " ".join(f"--{name}: {colors[index]};" for name, colors in [*PALETTE.items(), ("lighter", LIGHTER)])
        for index in (0, 1)
    )
    fills = "".join(f".budget .{name} {{ fill: var(--{name}); }}\n" for name in PALETTE)
    rules = f".budget {{ {light} }}\n@media (prefers-color-scheme: dark) {{ .budget {{ {dark} }} }}\n"
    return rules + PICTURE + fills


def page_style() -> str:
    """The style sheet of a page with a picture."""
    dots = "".join(
        f".bg-{color} {{ background: var(--{color}); }}\n" for color in sorted(set(COLORS.values()))
    )
    return picture_style() + PAGE + dots
