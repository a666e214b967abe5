"""Finding nodes by a dotted path, as layouts write it.

`a.b` is the key b under a; `"postgresql.conf"` a key with a dot in it; `*` every item of a list or
every value of a map; `"*[emptyDir.medium=Memory]"` those of them where a path leads to a text.
"""

from __future__ import annotations

import re

from pgcfglint.model import Location

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pgcfglint.sources.node import Node

_compiled: dict[str, tuple[str, ...]] = {}


class Found:
    """A node, the key that it stands under (None: a list's item or a document) and its route."""

    __slots__ = ("key", "node", "route")

    def __init__(self, node: Node, key: Node | None, route: tuple[str, ...]) -> None:
        self.node = node
        self.key = key
        self.route = route

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
        if '"' in path:
            found = [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|([^.]+)', path)]
        else:
            found = path.split(".") if path else []
        parts = _compiled[path] = tuple(found)
    return parts


def find(start: Found, path: str) -> Iterable[Found]:
    """Every node that the path leads to."""
    if "*" in path:
        return _starred(start, split(path))
    found = _walk(start, split(path))
    return (found,) if found is not None else ()


def _starred(start: Found, parts: tuple[str, ...]) -> Iterator[Found]:
    star = next((index for index, part in enumerate(parts) if part[:1] == "*"), None)
    above = _walk(start, parts[:star])
    if above is None:
        return
    if star is None:
        yield above
        return
    for item in _all(above):
        if parts[star] == "*" or _chosen(item, parts[star][2:-1]):
            yield from _starred(item, parts[star + 1 :])


def _chosen(item: Found, condition: str) -> bool:
    path, _, text = condition.partition("=")
    return any(found.node.text == text for found in find(item, path))


def _walk(start: Found, parts: tuple[str, ...]) -> Found | None:
    node, key = start.node, start.key
    for part in parts:
        pair = node.pairs.get(part)
        if pair is not None:
            key, node = pair
        elif node.items and part.isdigit() and int(part) < len(node.items):
            key, node = None, node.items[int(part)]
        else:
            return None
    return Found(node, key, (*start.route, *parts)) if parts else start


def _all(found: Found) -> Iterator[Found]:
    """The items of a list, the values of a map."""
    for index, item in enumerate(found.node.items):
        yield Found(item, None, (*found.route, str(index)))
    for name, (key, value) in found.node.pairs.items():
        yield Found(value, key, (*found.route, name))


def first(start: Found, paths: str | Iterable[str]) -> Found | None:
    """The first node that one of several alternative paths leads to."""
    for path in (paths,) if isinstance(paths, str) else paths:
        for found in find(start, path):
            return found
    return None


def deepest(start: Found, path: str) -> Found:
    """The map at the end of the path, or the one nearest to it that is there."""
    node, key = start.node, start.key
    depth = 0
    parts = split(path)
    for part in parts:
        pair = node.pairs.get(part)
        if pair is None:
            break
        key, node = pair
        depth += 1
    return Found(node, key, (*start.route, *parts[:depth])) if depth else start
