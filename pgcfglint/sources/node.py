"""A value in a YAML file and where it stands."""

from __future__ import annotations

from pgcfglint.record import Record

SCALAR, MAP, LIST = "scalar", "map", "list"


class Node:
    """A scalar, a map or a list and where it stands; lines and columns from 1, the end exclusive.

    `text` is a scalar's content without its quotes; `style` its quote, `|`, `>` or "" (plain); `tag`
    an explicit tag. `pairs` maps a key's text to its key node and value node, the last of several
    equal keys winning; a document's root lists the losers in `duplicates`. What a kind does not have
    is an empty value of its class, so that a node of a large file stays small.
    """

    __slots__ = ("column", "end_column", "end_line", "line", "path")

    kind = SCALAR
    text: str = ""
    style: str = ""
    tag: str | None = None
    pairs: dict[str, tuple[Node, Node]] = {}  # noqa: RUF012 - never changed
    items: list[Node] = []  # noqa: RUF012
    duplicates: list[Duplicate] = []  # noqa: RUF012

    def __init__(self, path: str, line: int, column: int, end_line: int, end_column: int) -> None:
        self.path = path
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column

    @property
    def quoted(self) -> bool:
        """Whether a scalar stands in quotes."""
        return self.style in ("'", '"')

    @property
    def block(self) -> bool:
        """Whether a scalar is a block: `|` or `>`."""
        return self.style in ("|", ">")

    def get(self, key: str) -> Node | None:
        """The value under a key of a map, None where there is none."""
        pair = self.pairs.get(key)
        return pair[1] if pair else None

    def __repr__(self) -> str:
        inside = repr(self.text) if self.kind == SCALAR else f"{len(self.pairs) or len(self.items)} inside"
        return f"<{self.kind} {inside} at {self.path}:{self.line}:{self.column}>"


class Scalar(Node):
    """A text."""

    __slots__ = ("style", "text")

    def __init__(
        self, path: str, line: int, column: int, end_line: int, end_column: int, text: str, style: str = ""
    ) -> None:
        self.path = path
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column
        self.text = text
        self.style = style


class Tagged(Scalar):
    """A text with an explicit tag, such as `!!str`."""

    __slots__ = ("tag",)

    tag: str | None


class Map(Node):
    """Keys and values."""

    __slots__ = ("duplicates", "pairs")

    kind = MAP

    def __init__(self, path: str, line: int, column: int, end_line: int, end_column: int) -> None:
        super().__init__(path, line, column, end_line, end_column)
        self.pairs = {}
        self.duplicates = []


class List(Node):
    """Items."""

    __slots__ = ("duplicates", "items")

    kind = LIST

    def __init__(self, path: str, line: int, column: int, end_line: int, end_column: int) -> None:
        super().__init__(path, line, column, end_line, end_column)
        self.items = []
        self.duplicates = []


class Duplicate(Record):
    """A key given twice: the route of its map, the earlier key and value (which lose), the later key."""

    route: tuple[str, ...]
    key: Node
    value: Node
    later: Node
