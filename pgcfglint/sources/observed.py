"""What only a reader can see: keys given twice, keys that nobody reads, lists that lose what they carried."""

from __future__ import annotations

import re

from pgcfglint.model import Observation, Related
from pgcfglint.sources.node import SCALAR
from pgcfglint.sources.routes import Found, find, place, split

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from pgcfglint.sources.helm import Replaced
    from pgcfglint.sources.node import Duplicate


def duplicate(seen: Duplicate) -> Observation:
    """A key that a map has twice; the later one wins."""
    route = (*seen.route, seen.later.text)
    return Observation(
        "duplicate-key",
        place(seen.later, route),
        (Related(place(seen.key, route), "this one is lost"),),
        {"name": seen.later.text, "map": ".".join(seen.route), "same": "yes"},
    )


def listed(start: Found, entries: Iterable[Mapping[str, str]]) -> Iterator[Observation]:
    """What a layout says to look for: whatever stands at `at` (and `matches` a pattern), as one kind."""
    for entry in entries:
        for found in find(start, entry["at"]):
            node = found.node
            if "matches" in entry and not re.search(entry["matches"], node.text):
                continue
            fields = {"name": found.route[-1], "map": ".".join(found.route[:-1])}
            if "tells" in entry:
                fields["text"] = node.text
            yield Observation(entry["kind"], found.home, (), fields)


def beside(start: Found, path: str) -> Iterator[Observation]:
    """Scalars that stand beside a map of parameters: one level too high, if they are parameters."""
    parent, _, own = path.rpartition(".")
    if not parent or '"' in path:
        return
    for found in find(start, parent):
        for name, (key, value) in found.node.pairs.items():
            if name != own and value.kind == SCALAR and value.text:
                fields = {"name": name, "map": ".".join((*found.route, own))}
                yield Observation("beside-parameters", place(key, (*found.route, name)), (), fields)


def unconsumed(found: Found, reads: frozenset[str]) -> Iterator[Observation]:
    """Keys of a parameters map that no template reads: one observation for all of them."""
    pairs = found.node.pairs
    dead = [(name, key) for name, (key, _) in pairs.items() if name.lower() not in reads]
    if dead:
        places = [place(key, (*found.route, name)) for name, key in dead]
        fields = {
            "names": ", ".join(name for name, _ in dead),
            "map": ".".join(found.route),
            "count": str(len(dead)),
            "total": str(len(pairs)),
        }
        related = tuple(Related(location) for location in places[1:])
        yield Observation("unconsumed-key", places[0], related, fields)


def lost(
    change: Replaced, start: Found, rules: Mapping[str, Any], label: Callable[[str, Found], str]
) -> Iterator[Observation]:
    """A list of groups that replaces another, and whose items lack what the others carried."""
    for entry in rules.get("groups", ()):
        parts = split(entry["at"])
        if parts[-1:] != ("*",) or change.route != (*start.route, *parts[:-1]):
            continue
        carried = set(_carried(entry.get("names", rules.get("group", {}))))
        there: dict[str, Found] = {}
        for item in find(Found(change.base, None, change.route), "*"):
            for name, (key, value) in item.node.pairs.items():
                if name in carried:
                    there.setdefault(name, Found(value, key, (*item.route, name)))
        poorer: dict[str, None] = {}
        missing: dict[str, None] = {}
        for item in find(Found(change.over, None, change.route), "*"):
            lacks = [name for name in there if name not in item.node.pairs]
            if lacks:
                missing.update(dict.fromkeys(lacks))
                poorer[label(entry["name"], item)] = None
        if missing:
            fields = {
                "name": ".".join(change.route),
                "lost": ", ".join(missing),
                "inside": ", ".join(inner for name in missing for inner in there[name].node.pairs),
                "items": ", ".join(poorer),
                "count": str(len(poorer)),
            }
            related = tuple(Related(there[name].home, f"{name} stands here") for name in missing)
            yield Observation("list-replaced", place(change.key, change.route), related, fields)


def _carried(names: Mapping[str, Any]) -> Iterator[str]:
    """The keys of an item that a layout's names stand under."""
    for entry in names.values():
        paths = entry["at"] if isinstance(entry, dict) else entry
        for path in [paths] if isinstance(paths, str) else paths:
            yield split(path)[0]
