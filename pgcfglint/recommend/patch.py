"""Puts values into a YAML text with as few changed lines as can be, and checks that it says just that.

A scalar is replaced where it stands; a new key goes behind its map's last line. ruamel.yaml would write
the whole file in its own style, and the diff would show all of that.
"""

from __future__ import annotations

from pgcfglint.record import Record
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.node import LIST, MAP, SCALAR
from pgcfglint.sources.nodes import parse
from pgcfglint.sources.scalars import plain

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pgcfglint.sources.node import Node


class Edit(Record):
    """A scalar, spelt as YAML, for a route of keys (digits: items of a list)."""

    route: tuple[str, ...]
    text: str


def patched(text: str, edits: Iterable[Edit]) -> tuple[str, list[Edit]]:
    """The text with the edits in it, and those that could not be placed (they are for a person)."""
    left: list[Edit] = []
    for edit in edits:
        tried = _tried(text, edit)
        if tried is None:
            left.append(edit)
        else:
            text = tried
    return text, left


def _tried(text: str, edit: Edit) -> str | None:
    """The text with one edit, None where that would change anything else."""
    before = _tree(text)
    if before is None or before.kind != MAP:
        return None
    wanted = _with(plain(before), edit.route, plain_scalar(edit.text))
    if wanted is None:
        return None
    after = _placed(text, before, edit)
    tree = None if after is None else _tree(after)
    return after if tree is not None and plain(tree) == wanted else None


def plain_scalar(text: str) -> object:
    """What a scalar's text means."""
    return plain(parse(text, "")[0])


def _tree(text: str) -> Node | None:
    """The only document of a text."""
    try:
        roots = parse(text, "")
    except Unreadable:
        return None
    return roots[0] if len(roots) == 1 else None


def _with(data: Any, route: tuple[str, ...], value: object) -> Any:
    """Plain data with a value at a route; None where something else stands in the way."""
    key, *rest = route
    if isinstance(data, list):
        if not key.isdigit() or int(key) >= len(data) or not rest:
            return None
        inner = _with(data[int(key)], tuple(rest), value)
        return None if inner is None else [inner if i == int(key) else item for i, item in enumerate(data)]
    if data is not None and not isinstance(data, dict):
        return None
    data = data or {}
    if not rest:
        return None if isinstance(data.get(key), (dict, list)) else {**data, key: value}
    inner = _with(data.get(key), tuple(rest), value)
    return None if inner is None else {**data, key: inner}


def _placed(text: str, root: Node, edit: Edit) -> str | None:
    node, depth = root, 0
    for key in edit.route:
        below = node.get(key) if node.kind == MAP else _item(node, key)
        if below is None:
            break
        node, depth = below, depth + 1
    lines = text.splitlines(keepends=True)
    if depth == len(edit.route):
        return None if node.block else _replaced(lines, node, edit.text)
    if node.kind != MAP:
        return None  # an empty value: the file's author says what belongs there
    missing = edit.route[depth:]
    if _is_flow(lines, node):
        inner = f"{missing[-1]}: {edit.text}"
        for key in reversed(missing[:-1]):
            inner = f"{key}: {{{inner}}}"
        return _into_flow(lines, node, inner)
    indent = next(iter(node.pairs.values()))[0].column - 1
    added = "".join(f"{' ' * (indent + 2 * step)}{key}:\n" for step, key in enumerate(missing))
    at = _last_line(node)
    if at > len(lines):
        return None
    if not lines[at - 1].endswith("\n"):
        lines[at - 1] += "\n"
    lines.insert(at, f"{added[:-1]} {edit.text}\n")
    return "".join(lines)


def _item(node: Node, key: str) -> Node | None:
    inside = node.kind == LIST and key.isdigit() and int(key) < len(node.items)
    return node.items[int(key)] if inside else None


def _replaced(lines: list[str], node: Node, text: str) -> str | None:
    if node.kind != SCALAR or node.line != node.end_line or not 0 < node.line <= len(lines):
        return None
    line = lines[node.line - 1]
    space = "" if node.column < node.end_column else " "  # a key without a value
    lines[node.line - 1] = f"{line[: node.column - 1]}{space}{text}{line[node.end_column - 1 :]}"
    return "".join(lines)


def _is_flow(lines: list[str], node: Node) -> bool:
    return not node.pairs or lines[node.line - 1][node.column - 1 : node.column] == "{"


def _into_flow(lines: list[str], node: Node, inner: str) -> str | None:
    at = node.end_column - 2
    line = lines[node.end_line - 1] if node.end_line <= len(lines) else ""
    if line[at : at + 1] != "}":
        return None
    before = line[:at].rstrip()
    comma = ", " if node.pairs and not before.endswith(",") else ""
    lines[node.end_line - 1] = f"{before}{comma}{inner}{line[at:]}"
    return "".join(lines)


def _last_line(node: Node) -> int:
    """The last line on which something of a block map stands."""
    last = node.line
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        for key, value in inner.pairs.values():
            last = max(last, key.line)
            waiting.append(value)
        waiting += inner.items
        if inner.kind == SCALAR:
            last = max(last, inner.end_line - (inner.block and inner.end_column == 1))
        elif inner.line == inner.end_line:
            last = max(last, inner.line)
        elif not inner.pairs and not inner.items:
            last = max(last, inner.end_line)
    return last
