"""Parameters in texts: a postgresql.conf, the server's arguments. Loaded when a file carries one."""

from __future__ import annotations

import re

from pgcfglint.model import Location, Observation, Setting
from pgcfglint.sources import conf, forms
from pgcfglint.sources.node import LIST, SCALAR
from pgcfglint.sources.routes import place

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from pgcfglint.sources.node import Node
    from pgcfglint.sources.routes import Found


def from_conf(found: Found, entry: Mapping[str, Any], context: forms.Context) -> Iterator[Setting]:
    """The text of a postgresql.conf inside a YAML file."""
    node = found.node
    if node.kind != SCALAR:
        return
    above, before = (0, 0) if "whole" in entry else forms.shift_of(node, context)
    exact = node.block
    for line in conf.read(node.text):
        if exact:
            row = above + line.line
            location = Location(
                node.path, row, before + line.column, row, before + line.end_column, found.route
            )
        else:
            location = found.location
        made = from_conf_line(line, location, entry["becomes"], context)
        if made is not None:
            yield made


def from_conf_line(line: conf.Line, location: Location, layer: str, context: forms.Context) -> Setting | None:
    """A line as a setting; a line that the server refuses is observed."""
    if line.problem:
        fields = {"name": line.name, "written": line.written, "problem": line.problem}
        context.observations.append(Observation("syntax-error", location, (), fields))
        return None
    if line.name.lower() in conf.DIRECTIVES:
        return None
    return Setting(line.name, line.text, location, layer, line.quoted, line.written)


_ARGUMENT = re.compile(
    r"""(?:^|(?<=[\s"']))(?:-c\s*|--)(?P<quote>["']?)(?P<name>[A-Za-z_][\w.\-]*)=(?P<value>'[^']*'|"[^"]*"|(?:[^\s"'\\]|\\.)*)"""
)
_BARE = re.compile(r"(?P<name>[A-Za-z_][\w.\-]*)=(?P<value>.*)", re.DOTALL)


def from_arguments(found: Found, entry: Mapping[str, Any], context: forms.Context) -> Iterator[Setting]:
    """The server's arguments: `-c a=b` and `--a=b`, in one text or a list of texts.

    https://www.postgresql.org/docs/current/config-setting.html#CONFIG-SETTING-SHELL
    """
    items = found.node.items if found.node.kind == LIST else [found.node]
    expects = False
    for item in items:
        if item.kind != SCALAR:
            continue
        text = item.text.strip()
        if expects or (found.node.kind == LIST and text.startswith(("-c", "--"))):
            bare = text if expects else text[2:].strip()
            expects = not bare
            match = _BARE.fullmatch(bare.strip("\"'"))
            matches = [match] if match else []
        else:
            matches = list(_ARGUMENT.finditer(text))
        for match in matches:
            made = _argument(match, item, found, entry, context)
            if made is not None:
                yield made


def _argument(
    match: re.Match[str], item: Node, found: Found, entry: Mapping[str, Any], context: forms.Context
) -> Setting | None:
    value = match["value"]
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1]
    else:
        value = value.replace("\\", "")
    value = forms.filled(value)
    if forms.unfilled(value):
        return None
    name = match["name"]
    location = place(item, found.route)
    for number in range(item.line, item.end_line + 1):  # the exact line of a text over many lines
        start = context.line(item.path, number).find(
            f"{name}=", item.column - 1 if number == item.line else 0
        )
        if start >= 0:
            begin = start + len(name) + 2
            location = Location(item.path, number, begin, number, begin + max(len(value), 1), found.route)
            break
    return Setting(name.replace("-", "_"), value, location, entry["becomes"], True, value)
