"""Text that knows where in a file each of its characters stands."""

from __future__ import annotations

import re

from pgcfglint.model import Location
from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

MARK = "\0"
"""Stands around the name of a variable, or $(...), whose value is not known."""
_UNKNOWN = re.compile(f"{MARK}([^{MARK}]*){MARK}")


class Word(Record):
    """A text and the offset in its file of each character; `used` are the variables put in, as NAME=value."""

    text: str
    at: tuple[int, ...]
    used: tuple[str, ...] = ()

    def part(self, start: int, end: int) -> Word:
        """A piece of it."""
        return Word(self.text[start:end], self.at[start:end], self.used)

    @property
    def unknown(self) -> tuple[str, ...]:
        """What in it is not known: `$NAME`, `$(...)`."""
        return tuple(_UNKNOWN.findall(self.text))

    @property
    def shown(self) -> str:
        """For people: with the variables by their names."""
        return _UNKNOWN.sub(r"\1", self.text)

    def lines(self) -> Iterable[Word]:
        """Its lines."""
        start = 0
        for line in self.text.split("\n"):
            yield self.part(start, start + len(line))
            start += len(line) + 1


def joined(words: Iterable[Word], between: str = " ") -> Word:
    """Words with something between them, which stands where the one before ends."""
    text = ""
    at: list[int] = []
    used: list[str] = []
    for index, word in enumerate(words):
        if index:
            text += between
            at += [at[-1] if at else 0] * len(between)
        text += word.text
        at += word.at
        used += word.used
    return Word(text, tuple(at), tuple(dict.fromkeys(used)))


class File:
    """A file's text and the places in it."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def location(self, word: Word) -> Location:
        """Where a word stands: on one line, to its last character there."""
        if not word.at:
            return Location(self.path, 1, 1, 1, 2)
        line, column = self._place(word.at[0])
        last_line, last = self._place(word.at[-1])
        end = last + 1 if last_line == line and last + 1 > column else column + 1
        return Location(self.path, line, column, line, end)

    def word(self, start: int, end: int) -> Word:
        """A piece of the file."""
        return Word(self.text[start:end], tuple(range(start, end)))

    def _place(self, offset: int) -> tuple[int, int]:
        from bisect import bisect_right

        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
