"""Finds the comments in a YAML file that speak to this tool: `# pgcfglint: ...`.

A parser drops comments, and a file that has none of ours must not pay for them. So: a scan of its
own over the lines up to the last one with our name in it, which knows just enough YAML to tell a
comment from a `#` in a quoted, plain or block scalar.
"""

from __future__ import annotations

import re

from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MARK = "pgcfglint:"


class Comment(Record):
    """A comment of ours: line and column of its `#` (from 1), its text from there on.

    `target` is the line that it speaks of: its own, or the next one that is not only a comment if
    nothing stands before it. `top`: it stands in the comment block at the file's top.
    """

    line: int
    column: int
    text: str
    target: int
    top: bool = False


_BREAKS = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line in YAML 1.1, so that lines count as the parser counts them."""
_OURS = re.compile(r"#\s*pgcfglint:")
_SIMPLE = re.compile(r"""[^"'|>\[{]*\Z""")
"""A line that cannot begin anything that reaches into the next one."""
_HEADER = re.compile(r"[|>]([-+]?)([1-9]?)[-+]?[ \t]*(?:[ \t]#.*)?\Z")
_CLOSE = {'"': re.compile(r'(?:[^"\\]|\\.)*"'), "'": re.compile(r"(?:[^']|'')*'(?!')")}
_PLAIN = re.compile(r":(?=\s|\Z)|\s(?=#)|\Z")
_PLAIN_IN_FLOW = re.compile(r":(?=[\s,\[\]{}]|\Z)|\s(?=#)|[,\[\]{}]|\Z")
_BLANKS = re.compile(r"[ \t]*")
_TOKEN = re.compile(r"[^\s,\[\]{}]*")


def comments(text: str) -> Iterator[Comment]:
    """Our comments in a file's text, from the top down."""
    if MARK not in text:
        return
    text = text.removeprefix("\ufeff")
    lines = _BREAKS.split(text)
    last = max(number for number, line in enumerate(lines) if MARK in line)
    scan = _Scan()
    top = True
    for number, line in enumerate(lines[: last + 1]):
        column = scan.line(line)
        alone = column is not None and not line[:column].strip()
        top = top and (alone or not line.strip() or line.startswith(("---", "%")))
        if column is None or MARK not in line:
            continue
        ours = _OURS.search(line, column)
        if ours:
            target = _next(lines, number) if alone else number
            yield Comment(number + 1, ours.start() + 1, line[ours.start() :].rstrip(), target + 1, top)


def _next(lines: list[str], number: int) -> int:
    """The first line after this one that is not only a comment."""
    number += 1
    while number < len(lines) - 1 and lines[number].lstrip().startswith("#"):
        number += 1
    return min(number, len(lines) - 1)


class _Scan:
    """What a line's reading depends on from the lines before it."""

    def __init__(self) -> None:
        self.quote = ""  # the quotation mark of an open scalar
        self.depth = 0  # of flow collections
        self.block = False  # inside a block scalar
        self.indent = 0  # of the block scalar's text; until its first line is seen, -1
        self.parent = 0  # the least indentation that belongs to the block scalar

    def line(self, line: str) -> int | None:
        """Where the line's comment starts (from 0), None if it has none."""
        if self.block:
            width = len(line) - len(line.lstrip(" "))
            if not line.strip(" \t"):
                return None
            if self.indent < 0 and width >= self.parent:
                self.indent = width
            if 0 <= self.indent <= width:
                return None
            self.block = False
        if not self.quote and not self.depth and "#" not in line and _SIMPLE.match(line):
            return None
        return self.tokens(line)

    def tokens(self, line: str) -> int | None:
        """Goes through the line's tokens, up to a comment."""
        at = 3 if line == "---" or line.startswith(("--- ", "---\t")) else 0
        key = -1  # where the innermost mapping or sequence of this line stands
        while True:
            if self.quote:
                close = _CLOSE[self.quote].match(line, at)
                if not close:
                    return None
                at, self.quote = close.end(), ""
            before, at = at, _BLANKS.match(line, at).end()  # type: ignore[union-attr]
            if at == len(line):
                return None
            char = line[at]
            if char == "#" and (before < at or at == 0):
                return at
            if key < 0:
                key = at
            if char in "\"'":
                self.quote, at = char, at + 1
            elif char in "[{":
                self.depth, at = self.depth + 1, at + 1
            elif char in "]}" and self.depth:
                self.depth, at = self.depth - 1, at + 1
            elif char == "," and self.depth:
                at += 1
            elif char in "-?" and not self.depth and line[at + 1 : at + 2] in ("", " ", "\t"):
                # what follows an indicator is a collection of its own, further in
                rest = _BLANKS.match(line, at + 1).end()  # type: ignore[union-attr]
                if rest < len(line) and line[rest] not in "|>#":
                    key = rest
                at += 1
            elif char == ":":
                at += 1
            elif char in "!&*":
                at = max(_TOKEN.match(line, at).end(), at + 1)  # type: ignore[union-attr]
            elif char in "|>" and not self.depth and (header := _HEADER.match(line, at)):
                self.block = True
                self.parent = key + 1 if key < at else int(at > 0 and line[:3] != "---")
                self.indent = key + int(header[2]) if header[2] else -1
                comment = line.find("#", at)
                return comment if comment > 0 else None
            else:
                pattern = _PLAIN_IN_FLOW if self.depth else _PLAIN
                at = max(pattern.search(line, at).start(), at + 1)  # type: ignore[union-attr]
