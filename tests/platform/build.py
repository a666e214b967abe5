"""Clusters for tests, built from plain maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcfglint.catalog import load
from pgcfglint.model import DYNAMIC, LOCAL, POD, Cluster, Location, MemberGroup, Setting, Target
from pgcfglint.platform import Effects

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

PLACE = Location("values.yaml", 1, 1, 1, 2)


def kind_and_text(value: object) -> tuple[str, str]:
    """A YAML value's kind and the text that Patroni makes of it."""
    kinds = {bool: "bool", int: "int", float: "float", list: "list", dict: "map", type(None): "null"}
    return kinds.get(type(value), "str"), str(value)


def settings(parameters: Mapping[str, Any], layer: str) -> Iterable[Setting]:
    """Parameters as settings of one layer."""
    for name, value in parameters.items():
        kind, text = kind_and_text(value)
        yield Setting(name, text, PLACE, layer, kind == "str", text, kind)


def effects(
    parameters: Mapping[str, Any] | None = None,
    *,
    local: Mapping[str, Any] | None = None,
    pod: Mapping[str, Any] | None = None,
    layer: str = DYNAMIC,
    pg: int = 16,
    patroni: str | None = "4.1.5",
    citus: bool = False,
    hba: Iterable[Setting] = (),
    **more: Any,
) -> Effects:
    """The effects of one group: `parameters` in one layer, `local` ones, and pod settings."""
    found = [*settings(parameters or {}, layer), *settings(local or {}, LOCAL), *settings(pod or {}, POD)]
    platform = (*(("citus",) if citus else ()), *(("patroni",) if patroni is not None else ()))
    targets = [Target("postgresql", str(pg), "option")]
    if patroni is not None:
        targets.append(Target("patroni", patroni, "option"))
    if citus:
        targets.append(Target("citus", "13", "option"))
    group = MemberGroup("instances", PLACE, tuple(found))
    cluster = Cluster(
        "test", "test", platform, tuple(targets), (group,), ("values.yaml",), PLACE, hba=tuple(hba), **more
    )
    return Effects(cluster, group, load(pg, citus=13 if citus else None))
