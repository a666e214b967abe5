"""Files of no known kind: parameters found by their names."""

from __future__ import annotations

import re

from pgcfglint.model import BOOTSTRAP, DYNAMIC, LOCAL
from pgcfglint.sources import layout
from pgcfglint.sources.node import LIST, MAP, SCALAR
from pgcfglint.sources.routes import Found, first

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping
    from typing import Any

    from pgcfglint.sources.node import Node

NAME = "generic"
_TEXT = r"(?i)(?:postgresql|postgres)[._-]?conf|extended_?conf"
_TWO = 2
"""Known names in one map or text by which a file is recognised; beside it, one is enough."""


def guess(
    root: Node, known: Container[str], dialect: str = "pyyaml"
) -> tuple[Found, Mapping[str, Any]] | None:
    """A layout made for a document in which maps or texts of parameters are found by their names."""
    base = layout.load(NAME)
    speaks = re.compile(base["recognise"]["search"])
    found = list(_search(root, known, speaks))
    if all(names < _TWO for _, _, names in found):
        return None
    maps = [(route, text) for route, text, _ in found]
    top = Found(root, None, ())
    entries = [
        {"at": _path(route), "becomes": _layer(route), **({"form": "conf"} if text else {})}
        for route, text in maps
    ]
    above = _above(top, maps[0][0], base["group"])
    prefix = _path(above) + "." if above else ""
    group = {
        name: [prefix + path for path in ([paths] if isinstance(paths, str) else paths)]
        for name, paths in base["group"].items()
    }
    words = " ".join(key for route, _ in maps for key in route).lower()
    platform = ["patroni"] if re.search(r"patroni|spilo|\bdcs\b", words) else []
    return top, {"dialect": dialect, "platform": platform, "settings": entries, "group": group}


def _search(
    root: Node, known: Container[str], speaks: re.Pattern[str]
) -> Iterator[tuple[tuple[str, ...], bool, int]]:
    """The routes of maps named parameters and of conf texts, and how many known names they hold; each
    shared node is looked at once."""
    seen: set[int] = set()
    waiting: list[tuple[Node, tuple[str, ...]]] = [(root, ())]
    while waiting:
        node, route = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.kind == MAP:
            if route[-1:] == ("parameters",) and speaks.search(" ".join(route)):
                names = sum(1 for name in node.pairs if name.lower() in known)
                if names:
                    yield route, False, names
                    continue
            for name, (_, value) in reversed(node.pairs.items()):
                if value.kind != SCALAR:
                    waiting.append((value, (*route, name)))
                elif value.block and re.search(_TEXT, name):
                    names = _known_lines(value.text, known)
                    if names:
                        yield (*route, name), True, names
        elif node.kind == LIST:
            waiting.extend(
                (item, (*route, str(index))) for index, item in enumerate(node.items) if item.kind != SCALAR
            )


def _known_lines(text: str, known: Container[str]) -> int:
    return sum(1 for name in re.findall(r"(?m)^\s*(\w+)\s*=", text) if name.lower() in known)


def _layer(route: tuple[str, ...]) -> str:
    if "dcs" in route or "bootstrap" in route:
        return BOOTSTRAP
    return DYNAMIC if "dynamicConfiguration" in route else LOCAL


def _path(route: tuple[str, ...]) -> str:
    return ".".join(f'"{part}"' for part in route)


def _above(top: Found, route: tuple[str, ...], names: Mapping[str, Any]) -> tuple[str, ...]:
    """The route of the nearest map above the parameters that says what the pods may use."""
    for length in range(len(route) - 1, -1, -1):
        found = first(top, _path(route[:length])) if length else top
        if found is not None and first(found, names["limits.memory"]) is not None:
            return route[:length]
    return ()
