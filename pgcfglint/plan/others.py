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
    """The routes, dotted, of the leaves that differ between two trees of plain data."""
    before, after = dict(_leaves(old)), dict(_leaves(new))
    read = {route for cluster in clusters for route in _read(cluster)}
    found = (
        route
        for route in dict.fromkeys((*before, *after))
        if before.get(route, _MISSING) != after.get(route, _MISSING)
    )
    return tuple(".".join(route) for route in found if not _is_read(route, read))


def rolls(names: tuple[str, ...], layout: str) -> bool:
    """Whether one of the keys is in the pods' template, as far as the layout is known."""
    keys = table("plan")["templates"].get(layout, ())
    return any(name == key or name.startswith(f"{key}.") for name in names for key in keys)


_MISSING = object()


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
