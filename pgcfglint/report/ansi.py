"""Colours and links for a terminal; without colour every function gives the text back."""

from __future__ import annotations

from pgcfglint.record import Record

_CODES = {
    "bold": "1",
    "dim": "2",
    "error": "1;31",
    "warning": "1;33",
    "info": "1;34",
    "related": "36",
    "good": "1;32",
    "cost": "35",
}


class Paint(Record):
    """Wraps text in the escape sequences of a named style."""

    color: bool

    def __call__(self, style: str, text: str) -> str:
        """The text in a style: bold, dim, related, good, cost or a severity."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.color and text else text

    def link(self, text: str, url: str) -> str:
        """The text as a hyperlink (OSC 8)."""
        return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\" if url else text
