"""A YAML text as a tree of nodes that know their place.

Built from the events of PyYAML's C parser (libyaml), never with `compose` or `load`: those recurse
(a depth of 200,000 kills the process) and expand aliases without a bound. Scalars stay text; what a
text means depends on the program that reads the file (see scalars.py).
"""

from __future__ import annotations

import gc

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from pgcfglint.sources.node import LIST, MAP, SCALAR, Duplicate, List, Map, Scalar, Tagged
from pgcfglint.sources.trouble import explain, placed

CParser: Any
try:
    from yaml._yaml import CParser
except ImportError:  # PyYAML built without libyaml: its own parser, some ten times slower
    CParser = None

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from pgcfglint.sources.node import Node

    KeyReader = Callable[["Node"], str]

MAX_DEPTH = 1_000
"""How deep maps and lists may nest."""
MAX_NODES = 1_000_000
"""How many values a document may hold, each alias counted as all that it stands for."""


def _parser(text: str) -> Any:
    return CParser(text) if CParser else yaml.SafeLoader(text)


class _Open:
    """A map or list that is being built: its node, the key that waits for its value, its size."""

    __slots__ = ("anchor", "key", "merges", "node", "size")

    def __init__(self, node: Node, anchor: str | None) -> None:
        self.node = node
        self.anchor = anchor
        self.key: Node | None = None
        self.merges: list[Node] | None = None
        self.size = 1


def parse(
    text: str, path: str, *, helm_key: KeyReader | None = None, shift: tuple[int, int] = (0, 0)
) -> list[Node]:
    """The documents of a YAML text; an empty document is left out.

    `helm_key` tells what Helm makes of a key (`y` is "true"); where it is given, merge keys act where
    they stand, as in Go's yaml.v2, so that a `<<` below a map's own key overrides it. To everybody
    else a key is its text, and the map's own keys win. `shift`: the lines and columns that
    stand before a text which is itself part of a file.
    """
    collecting = gc.isenabled()
    gc.disable()  # the collector looks at every new node again and again: 8 times slower at 10 MB
    try:
        return list(_documents(text, path, helm_key, shift))
    except yaml.YAMLError as error:
        raise explain(error, text, path, shift) from None
    except UnicodeEncodeError as error:
        raise placed(f"not a character: {error.reason}", 0, 0, text, path, shift) from None
    except _Problem as problem:
        message, line, column = problem.args
        raise placed(message, line - shift[0], column - shift[1], text, path, shift) from None
    finally:
        if collecting:
            gc.enable()


_NO_KEY = "a map or list stands where a key should be"


class _Problem(Exception):  # noqa: N818
    """A limit or a rule broken while building: message, line, column."""


def _documents(text: str, path: str, helm_key: KeyReader | None, shift: tuple[int, int]) -> Iterator[Node]:
    parser = _parser(text)
    event = parser.get_event
    try:
        while True:
            start = event()
            if type(start) is StreamEndEvent:
                return
            if type(start) is DocumentStartEvent:
                root = _document(event, path, helm_key, shift)
                if root.kind != SCALAR or root.text or root.quoted:
                    yield root
    finally:
        parser.dispose()


def _document(event: Any, path: str, helm_key: KeyReader | None, shift: tuple[int, int]) -> Node:
    """Builds one document from its events, without recursion."""
    above, before = shift[0] + 1, shift[1] + 1
    anchors: dict[str, tuple[Node, int]] = {}
    stack: list[_Open] = []
    top: _Open | None = None
    root: Node | None = None
    duplicates: list[Duplicate] = []
    known: dict[str, str] = {}  # keys and values repeat: one string for all
    node: Node
    while True:
        happening = event()
        kind = type(happening)
        size = 1
        if kind is ScalarEvent:
            start, end = happening.start_mark, happening.end_mark
            line, last = start.line + above, end.line + above
            text = happening.value
            make = Scalar if happening.tag is None else Tagged
            node = make(
                path,
                line,
                start.column + before,
                line if last == line else last,  # one number for both: a third of a node's size
                end.column + before,
                known.setdefault(text, text),
                happening.style or "",
            )
            if isinstance(node, Tagged):
                node.tag = happening.tag
            if happening.anchor is not None:
                anchors[happening.anchor] = (node, 1)
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            start, end = happening.start_mark, happening.end_mark
            node = (Map if kind is MappingStartEvent else List)(
                path, start.line + above, start.column + before, end.line + above, end.column + before
            )
            if top is not None and top.node.kind == MAP and top.key is None:
                raise _Problem(_NO_KEY, node.line, node.column)
            top = _Open(node, happening.anchor)
            if happening.anchor is not None:
                anchors[happening.anchor] = (node, 0)  # 0: still open
            stack.append(top)
            if len(stack) > MAX_DEPTH:
                raise _Problem(
                    f"nested deeper than {MAX_DEPTH:,} levels", start.line + above, start.column + before
                )
            continue
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            closed = stack.pop()
            node, size = closed.node, closed.size
            end = happening.end_mark
            node.end_line, node.end_column = end.line + above, end.column + before
            if closed.merges is not None:
                _merge(node, closed.merges)
            if closed.anchor is not None:
                anchors[closed.anchor] = (node, size)
            top = stack[-1] if stack else None
        elif kind is AliasEvent:
            mark = happening.start_mark
            if happening.anchor not in anchors:
                raise _Problem(
                    f"no anchor &{happening.anchor} before this alias",
                    mark.line + above,
                    mark.column + before,
                )
            node, size = anchors[happening.anchor]
            if not size:
                raise _Problem(
                    f"the alias *{happening.anchor} stands inside what it names",
                    mark.line + 1,
                    mark.column + 1,
                )
        elif kind is DocumentEndEvent:
            assert root is not None  # libyaml gives every document one node
            if duplicates and isinstance(root, (Map, List)):
                root.duplicates = duplicates
            return root
        else:  # pragma: no cover - a stream never starts inside a document
            continue

        if top is None:
            root = node
        elif top.node.kind == LIST:
            top.node.items.append(node)
            top.size += size
        elif top.key is None:
            if node.kind != SCALAR:  # an alias
                mark = happening.start_mark
                raise _Problem(_NO_KEY, mark.line + above, mark.column + before)
            top.key = node
        else:
            earlier = _put(top, top.key, node, helm_key)
            if earlier is not None:
                duplicates.append(Duplicate(_route(stack[:-1]), *earlier, top.key))
            top.key = None
            top.size += size
        if top is not None and top.size > MAX_NODES:
            raise _Problem(f"more than {MAX_NODES:,} values, aliases expanded", node.line, node.column)


def _put(top: _Open, key: Node, value: Node, helm_key: KeyReader | None) -> tuple[Node, Node] | None:
    """Gives a map a key; answers the pair that it replaces (the last of several equal keys wins)."""
    pairs, name = top.node.pairs, key.text
    if name == "<<" and not key.quoted:
        sources = _sources(key, value)
        if helm_key:
            for source in reversed(sources):
                pairs.update(source.pairs)
        else:
            top.merges = (top.merges or []) + sources
        return None
    if helm_key:
        name = helm_key(key)
    earlier = pairs.get(name)
    pairs[name] = (key, value)
    return earlier


def _route(stack: list[_Open]) -> tuple[str, ...]:
    """The keys that lead from the top of the document to the innermost open map."""
    return tuple(opened.key.text if opened.key else str(len(opened.node.items)) for opened in stack)


def _sources(key: Node, value: Node) -> list[Node]:
    """The maps that a merge key names. https://yaml.org/type/merge.html."""
    sources = value.items if value.kind == LIST else [value]
    if any(source.kind != MAP for source in sources):
        raise _Problem("a merge key (<<) takes a map or a list of maps", key.line, key.column)
    return sources


def _merge(node: Node, sources: list[Node]) -> None:
    """Adds what merge keys bring: the map's own keys win, then the earlier of several maps."""
    for source in sources:
        for name, pair in source.pairs.items():
            node.pairs.setdefault(name, pair)
