"""A values file with parameters put in: edits of its text that keep everything else."""

from __future__ import annotations

import re

from pgcfglint.record import Record
from pgcfglint.sources.node import MAP, SCALAR
from pgcfglint.sources.nodes import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pgcfglint.sources.node import Node

_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,5})(?:\.\d+)?")
_PLAIN = re.compile(r"[A-Za-z0-9/][A-Za-z0-9_./-]*")
_WORDS = ("on", "off", "yes", "no", "true", "false", "y", "n", "null", "none")


class Unpatchable(ValueError):  # noqa: N818
    """A values file into which parameters cannot be put by edits of lines, and why."""


def scalar(text: str, *, quote: bool = False) -> str:
    """A value so that YAML and Helm read it as this text: numbers of six digits and more in quotes, which
    Helm would write as 1e+06."""
    if _NUMBER.fullmatch(text) and not quote:
        return text
    unlike = re.fullmatch(r"[\d._eExX+-]+", text) or text.lower() in _WORDS
    if text and _PLAIN.fullmatch(text) and not unlike and not quote:
        return text
    if text.isprintable() and "\\" not in text:
        return '"' + text.replace('"', '\\"') + '"'
    return (
        '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'
    )


class Value(Record):
    """A value for a values file: the keys to its map, its name and text, whether it is a list there, and a
    note to write behind it."""

    keys: tuple[str, ...]
    name: str
    text: str
    listed: bool = False
    note: str = ""


def section(values: Sequence[Value], *, quote: bool = False) -> list[str]:
    """The lines of the section of a values file, each value with its note behind it.

    `quote`: everything in quotes, for an operator that takes texts only.
    """
    lines: list[tuple[str, str]] = []
    open_keys: tuple[str, ...] = ()
    for value in sorted(values, key=lambda each: each.keys):
        shared = 0
        while shared < min(len(open_keys), len(value.keys)) and open_keys[shared] == value.keys[shared]:
            shared += 1
        lines += [
            (f"{'  ' * depth}{_key(value.keys[depth])}:", "") for depth in range(shared, len(value.keys))
        ]
        open_keys = value.keys
        indent = "  " * len(value.keys)
        if value.listed:
            members = [each.strip() for each in value.text.split(",") if each.strip()]
            text = "[" + ", ".join(scalar(each) for each in members) + "]"
        else:
            text = scalar(value.text, quote=quote)
        lines.append((f"{indent}{value.name}: {text}", value.note))
    edge = max((len(line) for line, note in lines if note), default=0)
    return [f"{line:{edge}}  # {note}" if note else line for line, note in lines]


def patched(
    text: str, path: str, keys: Sequence[str], wanted: Sequence[Value], *, quote: bool = False
) -> str:
    """The file's text with the values in the map at `keys`. Raises Unpatchable."""
    values = {each.name: each.text for each in wanted}
    for each in wanted:
        if each.listed:
            raise Unpatchable(f"{each.name} belongs to {'.'.join(each.keys)}, outside the map of parameters")
    roots = parse(text, path)
    node: Node | None = roots[0] if len(roots) == 1 else None
    for key in keys:
        node = node.get(key) if node is not None else None
    if node is None or node.kind != MAP or not node.pairs:
        raise Unpatchable(f"it has no map {'.'.join(keys)} with a value in it to add to")
    lines = text.split("\n")
    if lines[node.line - 1][: node.column - 1].strip() or lines[node.line - 1][node.column - 1] == "{":
        raise Unpatchable(f"{'.'.join(keys)} is not written with a line for each parameter")
    indent = " " * (node.column - 1)
    written = {name.lower(): pair[1] for name, pair in node.pairs.items()}
    for name, value in values.items():
        old = written.get(name.lower())
        if old is None:
            continue
        line = lines[old.line - 1]
        if old.kind != SCALAR or old.block or old.line != old.end_line or line[old.column - 1] in "&*":
            raise Unpatchable(f"line {old.line}: the value of {name} is not written on one line by itself")
        lines[old.line - 1] = line[: old.column - 1] + scalar(value, quote=quote) + line[old.end_column - 1 :]
    last = max(
        pair[1].end_line if not pair[1].block else pair[1].end_line - 1 for pair in node.pairs.values()
    )
    end = "\r" if lines[0].endswith("\r") else ""
    lines[last:last] = [
        f"{indent}{name}: {scalar(value, quote=quote)}{end}"
        for name, value in values.items()
        if name.lower() not in written
    ]
    return "\n".join(lines)


def _key(key: str) -> str:
    return f'"{key}"' if "." in key else key
