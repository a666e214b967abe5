"""A value in a YAML file and where it stands."""

from __future__ import annotations

from pgcfglint.record import Record

SCALAR, MAP, LIST = "scalar", "map", "list"


class Node:
    """A scalar, a map or a list and where it stands; lines and columns from 1, the end exclusive.

    `text` is a scalar's content without its quotes; `quoted` and `block` (`|`, `>`) tell how it was
    written, `tag` an explicit tag. `pairs` maps a key's text to its key node and value node, the last
    of several equal keys winning; a document's root lists the losers in `duplicates`.
    """

    __slots__ = (
        "block",
        "column",
        "duplicates",
        "end_column",
        "end_line",
        "items",
        "kind",
        "line",
        "pairs",
        "path",
        "quoted",
        "tag",
        "text",
    )

    def __init__(self, kind: str, path: str, line: int, column: int, end_line: int, end_column: int) -> None:
        self.kind = kind
        self.path = path
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column
        self.text = ""
        self.quoted = False
        self.block = False
        self.tag: str | None = None
        self.pairs: dict[str, tuple[Node, Node]] = _NO_PAIRS
        self.items: list[Node] = _NO_ITEMS
        self.duplicates: list[Duplicate] = _NO_DUPLICATES

    def get(self, key: str) -> Node | None:
        """The value under a key of a map, None where there is none."""
        pair = self.pairs.get(key)
        return pair[1] if pair else None

    def __repr__(self) -> str:
        inside = repr(self.text) if self.kind == SCALAR else f"{len(self.pairs) or len(self.items)} inside"
        return f"<{self.kind} {inside} at {self.path}:{self.line}:{self.column}>"


_NO_PAIRS: dict[str, tuple[Node, Node]] = {}
_NO_ITEMS: list[Node] = []
_NO_DUPLICATES: list[Duplicate] = []
"""Shared by all nodes that hold none; never changed."""


class Duplicate(Record):
    """A key given twice: the route of its map, the earlier key and value (which lose), the later key."""

    route: tuple[str, ...]
    key: Node
    value: Node
    later: Node
