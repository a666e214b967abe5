"""The forms in which a file can carry parameters: a map, a list of pairs, a text, arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcfglint.model import Observation, Related, Setting
from pgcfglint.sources.nodes import LIST, MAP, SCALAR
from pgcfglint.sources.routes import Found, first, place
from pgcfglint.sources.scalars import HELM, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from pgcfglint.sources.nodes import Node

    Form = Callable[[Found, Mapping[str, Any], str, list[Observation]], Iterator[Setting]]


def setting(name: str, found: Found, layer: str, dialect: str) -> Setting:
    """A setting from a node."""
    kind, text = resolve(found.node, dialect)
    return Setting(name, text, found.location, layer, found.node.quoted, found.node.text, kind)


def from_map(
    found: Found, entry: Mapping[str, Any], dialect: str, observations: list[Observation]
) -> Iterator[Setting]:
    """A map of names and values. To Helm null is absent; names equal but for case are observed."""
    seen: dict[str, tuple[str, Node]] = {}
    for name, (key, value) in found.node.pairs.items():
        below = Found(value, key, (*found.route, name))
        lowered = name.lower()
        if lowered in seen:
            earlier, node = seen[lowered]
            observations.append(
                Observation(
                    "duplicate-key",
                    place(key, below.route),
                    (Related(place(node, (*found.route, earlier)), "the same parameter"),),
                    {"name": name, "map": ".".join(found.route), "same": "no"},
                )
            )
        seen[lowered] = (name, key)
        made = setting(name, below, entry["becomes"], dialect)
        if made.kind != "null" or dialect != HELM:
            yield made


def from_list(
    found: Found, entry: Mapping[str, Any], dialect: str, observations: list[Observation]
) -> Iterator[Setting]:
    """A list of maps that hold a name and a value."""
    for index, item in enumerate(found.node.items):
        start = Found(item, None, (*found.route, str(index)))
        name, value = first(start, entry["key"]), first(start, entry["value"])
        if name is not None and value is not None and name.node.kind == SCALAR:
            yield setting(name.node.text, value, entry["becomes"], dialect)


def lines(found: Found, name: str, layer: str) -> Iterator[Setting]:
    """The items of a list of texts, each as a setting of the same name: pg_hba."""
    if found.node.kind != LIST:
        return
    for index, item in enumerate(found.node.items):
        if item.kind == SCALAR:
            place_of = Found(item, None, (*found.route, str(index))).location
            yield Setting(name, item.text, place_of, layer, item.quoted, item.text)


def patroni(found: Found, layer: str, dialect: str, only: tuple[str, ...] = ()) -> Iterator[Setting]:
    """The scalars of a map of Patroni's, as patroni.NAME."""
    if found.node.kind != MAP:
        return
    for name, (key, value) in found.node.pairs.items():
        if value.kind == SCALAR and (not only or name in only):
            yield setting(f"patroni.{name}", Found(value, key, (*found.route, name)), layer, dialect)


FORMS: dict[str, Form] = {"map": from_map, "list": from_list}
