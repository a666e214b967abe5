"""Text that is safe to show: no control characters, right columns, no endless lines."""

from __future__ import annotations

LIMIT = 120
"""A source line longer than this is cut around the place of interest, to about this many characters."""
BEFORE = 40
"""How much is kept to the left of the place."""
TAB = 4
LONGEST = 2000
"""A message longer than this (a value of a megabyte is in it) loses its middle."""

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def clean(text: str) -> str:
    """The text with what a terminal would act upon or hide written as escapes.

    That is control and bidirectional characters (an excerpt must not paint, reorder or erase what
    stands around it), lone surrogates, and blanks that only look like a space.
    """
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]}...{text[-LONGEST // 4 :]}"
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def cells(text: str, at: int = 0) -> tuple[str, int]:
    """What to show for a piece of a source line that starts in terminal column `at`, and how many
    columns it takes."""
    if text.isascii() and text.isprintable():
        return text, len(text)
    import unicodedata

    shown = []
    width = 0
    for char in text:
        if char == "\t":
            piece = " " * (TAB - (at + width) % TAB)
        else:
            piece = char if char.isprintable() else _escape(char)
        shown.append(piece)
        if piece is not char or char.isascii():
            width += len(piece)
        elif unicodedata.category(char) not in ("Mn", "Me"):
            width += 2 if unicodedata.east_asian_width(char) in "WF" else 1
    return "".join(shown), width


def excerpt(line: str, column: int, end_column: int) -> tuple[str, int, int]:
    """A source line as it is shown, where in it the marked part starts (from 0) and how wide it is.

    Columns count code points from 1, the end is exclusive; a place behind the line's end is marked
    right after it.
    """
    line = line.rstrip("\r\n")
    start = min(column - 1, len(line))
    end = max(min(end_column - 1, len(line)), start)
    low, high = 0, len(line)
    if high > LIMIT:
        low = max(0, min(start - BEFORE, high - LIMIT))
        high = min(high, low + LIMIT)
        end = min(end, high)
    head = "..." if low else ""
    before, width = cells(line[low:start], len(head))
    marked, extent = cells(line[start:end], len(head) + width)
    after, _ = cells(line[end:high], len(head) + width + extent)
    tail = "..." if high < len(line) else ""
    return head + before + marked + after + tail, len(head) + width, max(extent, 1)


def _escape(char: str) -> str:
    code = ord(char)
    if char in _NAMED:
        return _NAMED[char]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
