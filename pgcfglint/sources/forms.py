"""The forms in which a file can carry parameters: a map, a list of pairs, a text, arguments."""

from __future__ import annotations

import re

from pgcfglint.model import LIVE, Observation, Related, Setting
from pgcfglint.sources.node import LIST, MAP, SCALAR
from pgcfglint.sources.routes import Found, first, place
from pgcfglint.sources.scalars import HELM, resolve

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from pgcfglint.sources.node import Node
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
    if "{" in text:
        text = filled(text)
        if unfilled(text):
            return None
    return Setting(name, text, found.location, layer, found.node.quoted, found.node.text, kind)


def filled(text: str) -> str:
    """`${NAME:-default}` (Compose, shells) and `${NAME:=default}` (Flux) replaced by their defaults."""
    return re.sub(r"\$\{\w+:?[-=]([^}]*)\}", r"\1", text) if "${" in text else text


def unfilled(text: str) -> bool:
    """Whether a template's or a shell's placeholder stands where the value should be."""
    return "{{" in text or "{%" in text or "${" in text


def from_map(found: Found, entry: Mapping[str, Any], context: Context) -> Iterator[Setting]:
    """A map of names and values. To Helm null is absent; names equal but for case are observed."""
    if found.node.kind != MAP:
        if found.node.kind == LIST or found.node.text:
            fields = {"name": found.route[-1], "map": ".".join(found.route), "shape": found.node.kind}
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
        if made is None:
            context.observations.append(unresolved(name, below, entry["becomes"], context.dialect))
        elif made.kind != "null" or context.dialect != HELM:
            yield made


def unresolved(name: str, found: Found, layer: str, dialect: str) -> Observation:
    """A placeholder where a value should be: `by` says who reads the file."""
    hole = re.search(r"\$\{[^}]*\}?|\{[{%].*?[}%]\}", found.node.text)
    fields = {
        "name": name,
        "text": hole[0] if hole else "a placeholder",
        "by": "a dump" if layer == LIVE else dialect,
    }
    return Observation("unresolved", found.location, (), fields)


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
    """The text of a postgresql.conf."""
    from pgcfglint.sources import texts

    return texts.from_conf(found, entry, context)


def from_arguments(found: Found, entry: Mapping[str, Any], context: Context) -> Iterator[Setting]:
    """The server's arguments: `-c a=b` and `--a=b`."""
    from pgcfglint.sources import texts

    return texts.from_arguments(found, entry, context)


def shift_of(node: Node, context: Context) -> tuple[int, int]:
    """The lines above the text inside a block scalar, and the columns before it."""
    for number in range(node.line + 1, node.line + 50):
        line = context.line(node.path, number)
        if line.strip():
            return node.line, len(line) - len(line.lstrip(" "))
    return node.line, 0


def lines(found: Found, name: str, layer: str, dialect: str) -> Iterator[Setting]:
    """The items of a list of texts, each as a setting of the same name: pg_hba. Patroni passes over what
    is no text. Where it reads the file itself, one text in the place of the list is a setting, too:
    a mistake to judge (a chart may split it)."""
    if found.node.kind == SCALAR and dialect != HELM and resolve(found.node, dialect)[0] == "str":
        yield Setting(name, found.node.text, found.location, layer, found.node.quoted, found.node.text)
    if found.node.kind != LIST:
        return
    for index, item in enumerate(found.node.items):
        if item.kind == SCALAR and resolve(item, dialect)[0] == "str":
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


def patroni(found: Found, layer: str, dialect: str, only: tuple[str, ...] = ()) -> Iterator[Setting]:
    """The scalars of a map of Patroni's, as patroni.NAME."""
    if found.node.kind != MAP:
        return
    for name, (key, value) in found.node.pairs.items():
        if value.kind == SCALAR and (name in only if only else name.replace("_", "").isalpha()):
            made = setting(f"patroni.{name}", Found(value, key, (*found.route, name)), layer, dialect)
            if made is not None:
                yield made


def compose_size(text: str) -> str:
    """Compose's sizes, which are powers of 1024 in any case, in Kubernetes' spelling.

    https://docs.docker.com/reference/compose-file/extension/#specifying-byte-values
    """
    match = re.fullmatch(r"(?i)(\d+(?:\.\d+)?)\s*([bkmgt]?)b?", text)
    if not match:
        return text
    unit = match[2].lower()
    return match[1] + ({"k": "Ki", "m": "Mi", "g": "Gi", "t": "Ti"}[unit] if unit not in ("", "b") else "")


TEXTS: dict[str, Callable[[str], str]] = {"compose-size": compose_size}
"""How a name's text may be rewritten on the way."""


def count(node: Node, entry: Mapping[str, Any]) -> str | None:
    """How many entries a map or a list has."""
    return None if node.kind == SCALAR else str(len(node.pairs) + len(node.items))


def holds(node: Node, entry: Mapping[str, Any]) -> str | None:
    """Whether a word (one of `words`) stands in a list or map of options, as a switch that is on."""
    words = entry["words"]
    if node.kind == SCALAR:
        return None
    found = any(item.kind == SCALAR and item.text in words for item in node.items)
    for one in (node, *node.items):
        for name, (_, value) in one.pairs.items():
            if name in words and value.text.lower() not in ("false", "off", "no"):
                found = True
            found = found or any(item.text in words for item in value.items)
    return str(found).lower()


INSIDE: dict[str, Callable[[Node, Mapping[str, Any]], str | None]] = {"count": count, "holds": holds}
"""What the entries of a list or a map say about a name."""

FORMS: dict[str, Form] = {
    "map": from_map,
    "list": from_list,
    "value": from_value,
    "conf": from_conf,
    "arguments": from_arguments,
}
