"""Keys of an overlay that the chart's defaults do not have, and that were probably meant to be others."""

from __future__ import annotations

import re

from pgcfglint.model import Observation, Related
from pgcfglint.sources.node import MAP
from pgcfglint.sources.routes import place

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from pgcfglint.sources.node import Node

    Route = tuple[str, ...]

_FREE = r"(?i)(?:annotations|labels|selector|env|envs|parameters|config|configuration|data|settings|global)$"
"""Maps whose keys are the user's own."""
_SHORTEST = 5
"""Letters below which two names are near to each other by chance."""
_FAR = 3
"""Edits that make another word."""


def misspelled(
    over: Node, base: Node, *, free: Collection[str] = (), is_read: Callable[[str], bool] = lambda name: False
) -> Iterator[Observation]:
    """One observation for each such key.

    `free`: dotted paths of maps with keys of the user's own; `is_read`: whether templates mention a name.
    """
    waiting: list[tuple[Node, Node, Route]] = [(over, base, ())]
    while waiting:
        upper, lower, route = waiting.pop()
        for name, (key, value) in upper.pairs.items():
            below = lower.get(name)
            inner = (*route, name)
            if below is not None:
                if value.kind == MAP == below.kind and not _is_free(inner, free):
                    waiting.append((value, below, inner))
                continue
            if is_read(name):
                continue
            near = nearest(name, [other for other in lower.pairs if other not in upper.pairs])
            if near is not None and lower.pairs[near][1].kind == value.kind:
                fields = {"name": name, "near": near, "map": ".".join(route)}
                meant = Related(place(lower.pairs[near][0], (*route, near)), near)
                yield Observation("misspelled-key", place(key, inner), (meant,), fields)
            elif value.kind == MAP:
                yield from _misplaced(value, key, inner, base)


def _is_free(route: Route, free: Collection[str]) -> bool:
    return re.search(_FREE, route[-1]) is not None or ".".join(route) in free


def _misplaced(value: Node, key: Node, route: Route, base: Node) -> Iterator[Observation]:
    """A map that the defaults have under another key, with some of the same keys in it."""
    waiting: list[tuple[Node, Route]] = [(base, ())]
    while waiting:
        node, above = waiting.pop()
        for name, (there, inner) in node.pairs.items():
            if inner.kind != MAP:
                continue
            found = (*above, name)
            if name == route[-1] and value.pairs.keys() & inner.pairs.keys() and found != route:
                fields = {"name": ".".join(route), "near": ".".join(found), "map": ".".join(route[:-1])}
                meant = Related(place(there, found), ".".join(found))
                yield Observation("misplaced-key", place(key, route), (meant,), fields)
                return
            waiting.append((inner, found))


def nearest(name: str, names: Collection[str]) -> str | None:
    """The name that one or two slips of the finger away was meant, if there is one."""
    if len(name) < _SHORTEST:
        return None
    found = sorted(
        (distance, other)
        for other in names
        if len(other) >= _SHORTEST and (distance := edits(name.lower(), other.lower())) < _FAR
    )
    if not found or found[0][0] * _FAR > len(name):
        return None
    return found[0][1]


def edits(one: str, other: str) -> int:
    """Letters to insert, delete, replace or swap with their neighbour between two words, three at most."""
    if abs(len(one) - len(other)) >= _FAR:
        return _FAR
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, there in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != there))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == there:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return min(row[-1], _FAR)
