"""Our own YAML files (rules, configuration): read with care; from a route of keys to a line and a column."""

from __future__ import annotations

import os
import stat

from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.node import LIST, MAP
from pgcfglint.sources.nodes import parse

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from typing import Any

    from pgcfglint.sources.node import Node

MAX_BYTES = 64 * 1024
"""Largest file."""
MAX_DEPTH = 12
"""How deep maps and lists nest at most."""
MAX_VALUES = 5000
"""Most values in a file, each alias counted as all that it stands for."""


class OwnFileError(ValueError):
    """A file that cannot be used: str() is `path:line:column: what is wrong`."""

    def __init__(self, path: str, line: int, column: int, message: str) -> None:
        super().__init__(f"{path}:{line}:{column}: {message}")
        self.path, self.line, self.column, self.message = path, line, column, message

    def __reduce__(self) -> tuple[type, tuple[str, int, int, str]]:
        return (type(self), (self.path, self.line, self.column, self.message))


def read_text(path: str) -> str:
    """The text of a file of ours. Raises OwnFileError."""
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):  # reading a pipe or a device may never end
            raise OwnFileError(path, 1, 1, "is a directory" if stat.S_ISDIR(mode) else "is no file")
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise OwnFileError(path, 1, 1, (error.strerror or str(error)).lower()) from None
    if len(data) > MAX_BYTES:
        raise OwnFileError(path, 1, 1, f"such a file has at most {MAX_BYTES // 1024} kB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = error.start - (before.rfind(b"\n") + 1) + 1
        raise OwnFileError(path, before.count(b"\n") + 1, column, "not valid UTF-8") from None


def data_of(path: str, text: str) -> Any:
    """The plain data of the only document of a text, None of an empty one. Raises OwnFileError where it is
    not YAML, too deep or too much, or gives a key twice."""
    try:
        roots = parse(text, path)
    except Unreadable as broken:
        message = f"not YAML: {broken.message}"
        raise OwnFileError(path, broken.line or 1, broken.column or 1, message) from None
    if len(roots) > 1:
        raise OwnFileError(path, roots[1].line, roots[1].column, "a second document; there is one at most")
    if not roots:
        return None
    for twice in roots[0].duplicates:
        raise OwnFileError(
            path, twice.later.line, twice.later.column, f"{twice.key.text[:60]} is given twice"
        )
    _check_size(path, roots[0])
    import yaml

    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError) as error:  # a tag, a date such as 2024-99-99
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = str(getattr(error, "problem", None) or error).splitlines()[0]
        raise OwnFileError(path, line, column, f"not YAML: {problem}") from None


def _check_size(path: str, root: Node) -> None:
    count = 0
    waiting: list[tuple[Node, int]] = [(root, 1)]
    while waiting:
        node, depth = waiting.pop()
        count += 1
        if depth > MAX_DEPTH or count > MAX_VALUES:
            what = (
                f"nests at most {MAX_DEPTH} deep" if depth > MAX_DEPTH else f"has at most {MAX_VALUES} values"
            )
            raise OwnFileError(path, node.line, node.column, f"such a file {what}")
        waiting += ((value, depth + 1) for _, value in node.pairs.values())
        waiting += ((item, depth + 1) for item in node.items)


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
