"""From a route of keys in a YAML text to a line and a column, for messages about our own files."""

from __future__ import annotations

from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.node import LIST, MAP
from pgcfglint.sources.nodes import parse

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from pgcfglint.sources.node import Node


def place(text: str, keys: tuple[str, ...]) -> tuple[int, int]:
    """Line and column of the last of the keys (digits: entries of lists) that is there."""
    key, _ = _found(text, keys)
    return (key.line, key.column) if key is not None else (1, 1)


def place_of_value(text: str, keys: tuple[str, ...], column: int) -> tuple[int, int]:
    """Where a column of a value stands, if the value is written on its key's line; else the key."""
    key, value = _found(text, keys)
    if key is None:
        return (1, 1)
    inline = value is not None and value.line == key.line == value.end_line
    if not inline or value is None:
        return (key.line, key.column)
    return (value.line, value.column + column + (1 if value.quoted else 0))


def _found(text: str, keys: tuple[str, ...]) -> tuple[Node | None, Node | None]:
    try:
        roots = parse(text, "")
    except Unreadable:
        return (None, None)
    key, value = (roots[0], roots[0]) if roots else (None, None)
    for name in keys:
        if value is None:
            break
        if value.kind == MAP and name in value.pairs:
            key, value = value.pairs[name]
        elif value.kind == LIST and name.isdigit() and int(name) < len(value.items):
            key = value = value.items[int(name)]
        else:
            break
    return (key, value)
