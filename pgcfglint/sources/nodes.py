"""A YAML text as a tree of nodes that know their place.

Built from the events of PyYAML's C parser (libyaml), never with `compose` or `load`: those recurse
(a depth of 200,000 kills the process) and expand aliases without a bound. Scalars stay text; what a
text means depends on the program that reads the file (see scalars.py).
"""

from __future__ import annotations

import gc

from pgcfglint.libyaml import (
    AliasEvent,
    CParser,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    SafeLoader,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    YAMLError,
)
from pgcfglint.sources.node import LIST, MAP, SCALAR, Duplicate, List, Map, Scalar, Tagged
from pgcfglint.sources.trouble import MAX_DEPTH, TOO_DEEP, explain, placed

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from pgcfglint.sources.node import Node

    KeyReader = Callable[["Node"], str]
    _Outside = tuple[Node | None, Node | None, str | None, int]
    """What waits while a map or list is read: the one around it and its key, the inner one's anchor,
    the values before it."""

MAX_NODES = 1_000_000
"""How many values a document may hold, each alias counted as all that it stands for."""


def _parser(text: str) -> Any:
    return CParser(text) if CParser else SafeLoader(text)


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
    except YAMLError as error:
        raise explain(error, text, path, shift) from None
    except UnicodeEncodeError as error:
        raise placed(f"not a character: {error.reason}", 0, 0, text, path, shift) from None
    except _Problem as problem:
        message, line, column = problem.args
        raise placed(message, line - shift[0], column - shift[1], text, path, shift) from None
    finally:
        if collecting:
            gc.enable()


_new: Any = object.__new__
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
    stack: list[_Outside] = []
    top: Node | None = None  # the innermost open map or list
    pairs: dict[str, tuple[Node, Node]] | None = None  # of the innermost, where it is a map
    key: Node | None = None  # of that map, waiting for its value
    count = 0  # values so far, each alias counted as all that it stands for
    root: Node | None = None
    duplicates: list[Duplicate] = []
    merges: dict[int, list[Node]] = {}  # what merge keys bring to an open map, by its id
    known: dict[str, str] = {}  # keys and values repeat: one string for all
    node: Node
    while True:
        happening = event()
        kind = type(happening)
        if kind is ScalarEvent:
            start, end = happening.start_mark, happening.end_mark
            line, last = start.line + above, end.line + above
            text = happening.value
            node = scalar = _new(Scalar if happening.tag is None else Tagged)
            # Written out, not through __init__: most of the nodes are made here.
            scalar.path = path
            scalar.line = line
            scalar.column = start.column + before
            scalar.end_line = line if last == line else last  # one number for both: a third of the size
            scalar.end_column = end.column + before
            scalar.text = known.setdefault(text, text)
            scalar.style = happening.style or ""
            if happening.tag is not None:
                scalar.tag = happening.tag
            if happening.anchor is not None:
                anchors[happening.anchor] = (node, 1)
            if pairs is not None and key is None:
                key = node
                continue
            count += 1
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            start, end = happening.start_mark, happening.end_mark
            node = (Map if kind is MappingStartEvent else List)(
                path, start.line + above, start.column + before, end.line + above, end.column + before
            )
            if pairs is not None and key is None:
                raise _Problem(_NO_KEY, node.line, node.column)
            stack.append((top, key, happening.anchor, count))
            if happening.anchor is not None:
                anchors[happening.anchor] = (node, 0)  # 0: still open
            if len(stack) > MAX_DEPTH:
                raise _Problem(TOO_DEEP, node.line, node.column)
            count += 1
            top, key = node, None
            pairs = node.pairs if kind is MappingStartEvent else None
            continue
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            assert top is not None  # libyaml closes what it opened
            node = top
            top, key, anchor, begun = stack.pop()
            pairs = top.pairs if top is not None and top.kind == MAP else None
            end = happening.end_mark
            node.end_line, node.end_column = end.line + above, end.column + before
            if merges and id(node) in merges:
                _merge(node, merges.pop(id(node)))
            if anchor is not None:
                anchors[anchor] = (node, count - begun)
        elif kind is AliasEvent:
            mark = happening.start_mark
            line, column = mark.line + above, mark.column + before
            if happening.anchor not in anchors:
                raise _Problem(f"no anchor &{happening.anchor} before this alias", line, column)
            node, size = anchors[happening.anchor]
            if not size:
                raise _Problem(f"the alias *{happening.anchor} stands inside what it names", line, column)
            if pairs is not None and key is None:
                if node.kind != SCALAR:
                    raise _Problem(_NO_KEY, line, column)
                key = node
                continue
            count += size
        elif kind is DocumentEndEvent:
            assert root is not None  # libyaml gives every document one node
            if duplicates and isinstance(root, (Map, List)):
                root.duplicates = duplicates
            return root
        else:  # pragma: no cover - a stream never starts inside a document
            continue

        if count > MAX_NODES:
            raise _Problem(f"more than {MAX_NODES:,} values, aliases expanded", node.line, node.column)
        if pairs is not None:
            assert key is not None
            name = key.text
            if name == "<<" and not key.style:
                sources = _sources(key, node)
                if helm_key:
                    for source in reversed(sources):
                        pairs.update(source.pairs)
                else:
                    merges.setdefault(id(top), []).extend(sources)
            else:
                if helm_key:
                    name = helm_key(key)
                if name in pairs:
                    duplicates.append(Duplicate(_route(stack), *pairs[name], key))
                pairs[name] = (key, node)
            key = None
        elif top is not None:
            top.items.append(node)
        else:
            root = node


def _route(stack: list[_Outside]) -> tuple[str, ...]:
    """The keys that lead from the top of the document to the innermost open map."""
    return tuple(
        key.text if key else str(len(outside.items)) for outside, key, _, _ in stack if outside is not None
    )


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
