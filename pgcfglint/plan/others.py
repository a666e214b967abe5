"""Keys of two values files that differ and that no layout reads: they may be in the pods' template."""

from __future__ import annotations

from pgcfglint.platform.tables import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from pgcfglint.model import Cluster

Route = tuple[str, ...]


def others(old: Any, new: Any, clusters: tuple[Cluster, Cluster]) -> tuple[str, ...]:
    """The routes, dotted, of the leaves that differ between two trees of plain data.

    A group of members that stands at another place of a list is compared with itself; one that only one
    tree has is left out, the plan says of it what there is to say.
    """
    read = {route for cluster in clusters for route in _read(cluster)}
    homes = [_groups(cluster) for cluster in clusters]
    before, after = (
        {
            _named(route, home): (route, leaf)
            for route, leaf in _leaves(tree)
            if not _is_read(route, read) and _group(route, home) not in home.keys() - other.keys()
        }
        for tree, home, other in ((old, *homes), (new, *reversed(homes)))
    )
    return tuple(
        ".".join((after.get(key) or before[key])[0])
        for key in dict.fromkeys((*before, *after))
        if before.get(key, _MISSING)[1] != after.get(key, _MISSING)[1]
    )


def rolls(names: tuple[str, ...], layout: str) -> bool:
    """Whether one of the keys is in the pods' template, as far as the layout is known."""
    keys = table("plan")["templates"].get(layout, ())
    return any(name == key or name.startswith(f"{key}.") for name in names for key in keys)


_MISSING: tuple[Route, object] = ((), object())


def _groups(cluster: Cluster) -> dict[str, Route]:
    """Where each group of members stands, by number or name; not those that share one place."""
    routes = {group.number or group.name: group.location.keys for group in cluster.groups}
    return {name: route for name, route in routes.items() if route and len(cluster.groups) > 1}


def _group(route: Route, homes: Mapping[str, Route]) -> str | None:
    return next((name for name, home in homes.items() if route[: len(home)] == home), None)


def _named(route: Route, homes: Mapping[str, Route]) -> Route:
    """The route with the group's name in the place of the group's."""
    name = _group(route, homes)
    return route if name is None else ("", name, *route[len(homes[name]) :])


def _leaves(tree: Any, route: Route = ()) -> Iterator[tuple[Route, Any]]:
    waiting = [(tree, route)]
    while waiting:
        here, at = waiting.pop()
        if isinstance(here, dict) and here:
            waiting.extend((value, (*at, str(key))) for key, value in reversed(here.items()))
        elif isinstance(here, list) and here:
            waiting.extend((value, (*at, str(index))) for index, value in reversed(list(enumerate(here))))
        elif here is not None:
            yield at, here


def _read(cluster: Cluster) -> Iterator[Route]:
    for group in cluster.groups:
        for setting in group.settings:
            yield setting.location.keys
    for database in cluster.databases:
        for setting in database.settings:
            yield setting.location.keys
    for line in cluster.hba:
        yield line.location.keys


def _is_read(route: Route, read: set[Route]) -> bool:
    return any(route[:end] in read for end in range(1, len(route) + 1))


def layered(trees: list[Mapping[str, Any]]) -> Any:
    """Values over values as Helm layers them: maps merge, everything else replaces, null deletes."""
    found: dict[str, Any] = {}
    for tree in trees:
        _lay(found, tree)
    return found


def _lay(base: dict[str, Any], over: Mapping[str, Any]) -> None:
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            _lay(base[key], value)
        elif value is None:
            base.pop(key, None)
        else:
            base[key] = dict(value) if isinstance(value, dict) else value
