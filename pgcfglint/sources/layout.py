"""Layouts: the data files that say where one kind of file keeps its settings.

Only the `recognise` line of each layout is read until one fits; the rest when it is used.
"""

from __future__ import annotations

import os
import re

from pgcfglint import bundle, lazy
from pgcfglint.paths import layouts_folder
from pgcfglint.sources.node import MAP
from pgcfglint.sources.nodes import parse
from pgcfglint.sources.routes import Found, find, first, split
from pgcfglint.sources.scalars import plain

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from pgcfglint.sources.node import Node

    Sign = tuple[str, str, dict[str, Any]]

_RECOGNISE = lazy.pattern(r"(?m)^recognise:.*$")
_texts: dict[str, str] = {}
_loaded: dict[str, dict[str, Any]] = {}
_signs: list[Sign] = []


def layouts() -> dict[str, dict[str, Any]]:
    """Every shipped layout as plain data, by name."""
    return {name: load(name) for name, _, _ in signs()}


def load(name: str) -> dict[str, Any]:
    """One layout as plain data."""
    found = _loaded.get(name)
    if found is None:
        found = bundle.load(bundled(name))
        if found is None:
            signs()
            found = _read(_texts[name], name)
        _loaded[name] = found
    return found


def bundled(name: str) -> str:
    """The part of the bundle that holds a layout."""
    return "layout_" + name.replace("-", "_")


def signs() -> list[Sign]:
    """Each layout's name, a key that its documents have at their top ("": they may lie deeper or have one
    of several), and what else it is recognised by; the most particular layout first."""
    if not _signs:
        found = bundle.load("signs")
        if found is None:
            found = [_sign(name, _read(line, name)["recognise"]) for name, line in _first_lines()]
            found.sort(key=lambda sign: (int(sign[2].get("order", "50")), sign[0]))
        _signs.extend(found)
    return _signs


def _sign(name: str, sign: dict[str, Any]) -> Sign:
    top = ""
    if "under" not in sign:
        top = "kind" if "kind" in sign else split(sign["has"][0])[0] if "has" in sign else ""
    return (name, top, sign)


def _first_lines() -> Iterator[tuple[str, str]]:
    folder = layouts_folder()
    for entry in sorted(os.listdir(folder)):
        if entry.endswith(".yaml"):
            with open(os.path.join(folder, entry), encoding="utf-8") as stream:
                text = stream.read()
            name = entry[: -len(".yaml")]
            _texts[name] = text
            line = _RECOGNISE.search(text)
            assert line, f"layout {name} has no `recognise:` line"
            yield name, line.group()


def _read(text: str, name: str) -> dict[str, Any]:
    data: dict[str, Any] = _words(plain(parse(text, f"layouts/{name}.yaml")[0]))
    return data


def _words(data: Any) -> Any:
    """Scalars as text: a layout knows no numbers."""
    if isinstance(data, dict):
        return {name: _words(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_words(item) for item in data]
    return str(data).lower() if isinstance(data, bool) else data if data is None else str(data)


def recognise(root: Node) -> tuple[str, Found] | None:
    """The layout of a document and the node where it starts (a sub-chart's values lie deeper)."""
    top = Found(root, None, ())
    pairs = root.pairs
    for name, key, sign in signs():
        if key and key not in pairs:
            continue
        if "search" in sign or "lines" in sign:  # found by the names of parameters
            continue
        for start in _starts(top, sign.get("under")):
            if fits(start, sign):
                return name, start
    return None


def _starts(top: Found, under: list[str] | None) -> Iterator[Found]:
    yield top
    for path in under or ():
        found = first(top, path)
        if found is not None and found.node.kind == MAP:
            yield found


def fits(start: Found, sign: Mapping[str, Any]) -> bool:
    """Whether a document carries the signs: has (all), any (one), lacks (none), apiVersion, kind, says."""
    node = start.node
    if node.kind != MAP:
        return False
    for key in ("apiVersion", "kind"):
        wanted = sign.get(key)
        if wanted is not None:
            value = node.get(key)
            if value is None or not re.fullmatch(wanted, value.text):
                return False
    if not all(_has(start, path) for path in sign.get("has", ())):
        return False
    for path, pattern in sign.get("says", {}).items():
        if not any(re.search(pattern, found.node.text) for found in find(start, path)):
            return False
    either = sign.get("any")
    if either and not any(_has(start, path) for path in either):
        return False
    return not any(_has(start, path) for path in sign.get("lacks", ()))


def _has(start: Found, path: str) -> bool:
    parts = split(path)
    return parts[0] in start.node.pairs and first(start, path) is not None
