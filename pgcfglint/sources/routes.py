"""Finding nodes by a dotted path, as layouts write it.

`a.b` is the key b under a; `"postgresql.conf"` a key with a dot in it; `*` every item of a list or
every value of a map.
"""

from __future__ import annotations

import re

from pgcfglint.model import Location
from pgcfglint.record import Record
from pgcfglint.sources.nodes import LIST, MAP

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcfglint.sources.nodes import Node

_PART = re.compile(r'"([^"]*)"|([^.]+)')
_compiled: dict[str, tuple[str, ...]] = {}


class Found(Record):
    """A node, the key that it stands under (None: a list's item or a document) and its route."""

    node: Node
    key: Node | None
    route: tuple[str, ...]

    @property
    def location(self) -> Location:
        """Where the value stands."""
        return place(self.node, self.route)

    @property
    def home(self) -> Location:
        """What names it: its key, else its first character."""
        if self.key is not None:
            return place(self.key, self.route)
        node = self.node
        return Location(node.path, node.line, node.column, node.line, node.column + 1, self.route)


def place(node: Node, route: tuple[str, ...]) -> Location:
    """The location of a node."""
    return Location(node.path, node.line, node.column, node.end_line, node.end_column, route)


def split(path: str) -> tuple[str, ...]:
    """The parts of a dotted path."""
    parts = _compiled.get(path)
    if parts is None:
        parts = _compiled[path] = tuple(quoted or bare for quoted, bare in _PART.findall(path))
    return parts


def find(start: Found, path: str) -> Iterator[Found]:
    """Every node that the path leads to."""
    level = [start]
    for part in split(path):
        below: list[Found] = []
        for found in level:
            node, route = found.node, found.route
            if part == "*":
                if node.kind == LIST:
                    below.extend(Found(item, None, (*route, str(i))) for i, item in enumerate(node.items))
                else:
                    below.extend(
                        Found(value, key, (*route, name)) for name, (key, value) in node.pairs.items()
                    )
            elif node.kind == LIST and part.isdigit() and int(part) < len(node.items):
                below.append(Found(node.items[int(part)], None, (*route, part)))
            elif node.kind == MAP and part in node.pairs:
                key, value = node.pairs[part]
                below.append(Found(value, key, (*route, part)))
        level = below
    yield from level


def first(start: Found, paths: str | list[str]) -> Found | None:
    """The first node that one of several alternative paths leads to."""
    for path in [paths] if isinstance(paths, str) else paths:
        for found in find(start, path):
            return found
    return None


def deepest(start: Found, path: str) -> Found:
    """The map at the end of the path, or the one nearest to it that is there."""
    parts = split(path)
    if "*" in parts:
        parts = parts[: parts.index("*")]
    here = start
    for part in parts:
        below = first(here, f'"{part}"')
        if below is None:
            break
        here = below
    return here
