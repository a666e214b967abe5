"""The forms in which a file can carry parameters: a map, a list of pairs, a text, arguments."""

from __future__ import annotations

import re

from pgcfglint.model import Location, Observation, Related, Setting
from pgcfglint.sources import conf
from pgcfglint.sources.nodes import LIST, MAP, SCALAR
from pgcfglint.sources.routes import Found, first, place
from pgcfglint.sources.scalars import HELM, resolve

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from pgcfglint.sources.nodes import Node
    from pgcfglint.sources.text import Source

    Form = Callable[[Found, Mapping[str, Any], "Context"], Iterator[Setting]]


class Context:
    """What the forms need beside the node: the YAML dialect, the texts by path, a place to observe."""

    __slots__ = ("dialect", "observations", "sources")

    def __init__(self, dialect: str, sources: Mapping[str, Source]) -> None:
        self.dialect = dialect
        self.sources = sources
        self.observations: list[Observation] = []

    def line(self, path: str, number: int) -> str:
        """A raw line of a file, "" where it is not at hand."""
        source = self.sources.get(path)
        lines = source.lines if source else []
        return lines[number - 1] if 0 < number <= len(lines) else ""


def setting(name: str, found: Found, layer: str, dialect: str) -> Setting | None:
    """A setting from a node; None where the file does not say the value but a placeholder for it."""
    kind, text = resolve(found.node, dialect)
    text = filled(text)
    if PLACEHOLDER.search(text):
        return None
    return Setting(name, text, found.location, layer, found.node.quoted, found.node.text, kind)


PLACEHOLDER = re.compile(r"\{\{|\{%|\$\{")
_DEFAULT = re.compile(r"\$\{\w+:?[-=]([^}]*)\}")


def filled(text: str) -> str:
    """`${NAME:-default}` (Compose, shells) and `${NAME:=default}` (Flux) replaced by their defaults."""
    return _DEFAULT.sub(lambda match: match[1], text) if "${" in text else text


def from_map(found: Found, entry: Mapping[str, Any], context: Context) -> Iterator[Setting]:
    """A map of names and values. To Helm null is absent; names equal but for case are observed."""
    if found.node.kind != MAP:
        if found.node.kind == LIST or found.node.text:
            fields = {"name": found.route[-1], "map": ".".join(found.route), "kind": found.node.kind}
            context.observations.append(Observation("not-a-map", found.home, (), fields))
        return
    seen: dict[str, tuple[str, Node]] = {}
    skipped = entry.get("but", ())
    for name, (key, value) in found.node.pairs.items():
        if name in skipped:
            continue
        below = Found(value, key, (*found.route, name))
        lowered = name.lower()
        if lowered in seen:
            earlier, node = seen[lowered]
            context.observations.append(
                Observation(
                    "duplicate-key",
                    place(key, below.route),
                    (Related(place(node, (*found.route, earlier)), "the same parameter"),),
                    {"name": name, "map": ".".join(found.route), "same": "no"},
                )
            )
        seen[lowered] = (name, key)
        made = setting(_snake(name) if "camel" in entry else name, below, entry["becomes"], context.dialect)
        if made is not None and (made.kind != "null" or context.dialect != HELM):
            yield made


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def from_list(found: Found, entry: Mapping[str, Any], context: Context) -> Iterator[Setting]:
    """A list of maps that hold a name and a value."""
    for index, item in enumerate(found.node.items):
        start = Found(item, None, (*found.route, str(index)))
        name, value = first(start, entry["key"]), first(start, entry["value"])
        if name is not None and value is not None and name.node.kind == SCALAR:
            made = setting(name.node.text, value, entry["becomes"], context.dialect)
            if made is not None:
                yield made


def from_value(found: Found, entry: Mapping[str, Any], context: Context) -> Iterator[Setting]:
    """One parameter that has a place of its own; a list's items are joined with commas."""
    if found.node.kind == LIST:
        items = [item.text for item in found.node.items if item.kind == SCALAR]
        if items:
            text = ",".join(items)
            yield Setting(entry["name"], text, found.location, entry["becomes"], True, text)
    elif found.node.kind == SCALAR and found.node.text:
        made = setting(entry["name"], found, entry["becomes"], context.dialect)
        if made is not None:
            yield made


def from_conf(found: Found, entry: Mapping[str, Any], context: Context) -> Iterator[Setting]:
    """The text of a postgresql.conf inside a YAML file."""
    node = found.node
    if node.kind != SCALAR:
        return
    above, before = (0, 0) if "whole" in entry else shift_of(node, context)
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


def from_conf_line(line: conf.Line, location: Location, layer: str, context: Context) -> Setting | None:
    """A line as a setting; a line that the server refuses is observed."""
    if line.problem:
        fields = {"name": line.name, "written": line.written, "problem": line.problem}
        context.observations.append(Observation("syntax-error", location, (), fields))
        return None
    if line.name.lower() in conf.DIRECTIVES:
        return None
    return Setting(line.name, line.text, location, layer, line.quoted, line.written)


def shift_of(node: Node, context: Context) -> tuple[int, int]:
    """The lines above the text inside a block scalar, and the columns before it."""
    for number in range(node.line + 1, node.line + 50):
        line = context.line(node.path, number)
        if line.strip():
            return node.line, len(line) - len(line.lstrip(" "))
    return node.line, 0


_ARGUMENT = re.compile(
    r"""(?:^|(?<=[\s"']))(?:-c\s*|--)(?P<quote>["']?)(?P<name>[A-Za-z_][\w.\-]*)=(?P<value>'[^']*'|"[^"]*"|(?:[^\s"'\\]|\\.)*)"""
)
_BARE = re.compile(r"(?P<name>[A-Za-z_][\w.\-]*)=(?P<value>.*)", re.DOTALL)


def from_arguments(found: Found, entry: Mapping[str, Any], context: Context) -> Iterator[Setting]:
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
    match: re.Match[str], item: Node, found: Found, entry: Mapping[str, Any], context: Context
) -> Setting | None:
    value = match["value"]
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1]
    else:
        value = value.replace("\\", "")
    value = filled(value)
    if PLACEHOLDER.search(value):
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


def lines(found: Found, name: str, layer: str) -> Iterator[Setting]:
    """The items of a list of texts, each as a setting of the same name: pg_hba."""
    if found.node.kind != LIST:
        return
    for index, item in enumerate(found.node.items):
        if item.kind == SCALAR:
            place_of = Found(item, None, (*found.route, str(index))).location
            yield Setting(name, item.text, place_of, layer, item.quoted, item.text)


def configurations(found: Found) -> Iterator[Found]:
    """The variables of a container whose value is a whole patroni.yml."""
    for index, item in enumerate(found.node.items):
        name, value = item.get("name"), item.get("value")
        if (
            name is not None
            and value is not None
            and name.text in ("SPILO_CONFIGURATION", "PATRONI_CONFIGURATION")
        ):
            yield Found(value, item.pairs["value"][0], (*found.route, str(index), "value"))


_PATRONI = re.compile(r"[a-z_]+")


def patroni(found: Found, layer: str, dialect: str, only: tuple[str, ...] = ()) -> Iterator[Setting]:
    """The scalars of a map of Patroni's, as patroni.NAME."""
    if found.node.kind != MAP:
        return
    for name, (key, value) in found.node.pairs.items():
        if value.kind == SCALAR and (name in only if only else _PATRONI.fullmatch(name)):
            made = setting(f"patroni.{name}", Found(value, key, (*found.route, name)), layer, dialect)
            if made is not None:
                yield made


_COMPOSE_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([bkmgt]?)b?", re.IGNORECASE)


def compose_size(text: str) -> str:
    """Compose's sizes, which are powers of 1024 in any case, in Kubernetes' spelling.

    https://docs.docker.com/reference/compose-file/extension/#specifying-byte-values
    """
    match = _COMPOSE_SIZE.fullmatch(text)
    if not match:
        return text
    unit = match[2].lower()
    return match[1] + ({"k": "Ki", "m": "Mi", "g": "Gi", "t": "Ti"}[unit] if unit not in ("", "b") else "")


TEXTS: dict[str, Callable[[str], str]] = {"compose-size": compose_size}
"""How a name's text may be rewritten on the way."""

FORMS: dict[str, Form] = {
    "map": from_map,
    "list": from_list,
    "value": from_value,
    "conf": from_conf,
    "arguments": from_arguments,
}
