"""Clusters of several groups for plans, built from plain maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pgcfglint.catalog import load
from pgcfglint.model import DYNAMIC, POD, Cluster, MemberGroup, Target
from pgcfglint.plan.making import plan
from tests.platform.build import PLACE, settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pgcfglint.catalog import Catalog
    from pgcfglint.plan.records import Plan


def cluster(
    parameters: Mapping[str, Any],
    members: Iterable[int | None] = (3,),
    *,
    citus: bool = False,
    pod: Mapping[str, Any] | None = None,
    platform: tuple[str, ...] = ("patroni",),
    layer: str = DYNAMIC,
    pg: int = 17,
    patroni: str = "4.1",
    scope: str = "shop",
    **more: Any,
) -> Cluster:
    """A cluster whose groups share their parameters; under Citus they are the coordinator and workers."""
    groups = []
    for number, count in enumerate(members):
        pods = {**(pod or {}), **({} if count is None else {"members": count})}
        found = (*settings(parameters, layer), *settings(pods, POD))
        name = ("coordinator" if number == 0 else f"worker {number}") if citus else f"instances {number}"
        groups.append(MemberGroup(name, PLACE, found, str(number) if citus else None))
    targets = [Target("postgresql", str(pg), "option"), Target("patroni", patroni, "option")]
    if citus:
        targets.append(Target("citus", "13", "option"))
        platform = ("citus", *platform)
    return Cluster(
        "shop", "test", platform, tuple(targets), tuple(groups), ("values.yaml",), PLACE, scope=scope, **more
    )


def catalog_of(one: Cluster) -> Catalog:
    """The catalogue of a cluster."""
    return load(one.major, citus=13 if "citus" in one.platform else None)


def make(old: Cluster, new: Cluster, **more: Any) -> Plan:
    """The plan from one to the other."""
    return plan(old, new, catalog_of, **more)
