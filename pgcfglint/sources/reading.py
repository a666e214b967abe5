"""From a document and its layout to a cluster: groups, settings and observations, each with its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pgcfglint.model import (
    DATABASE,
    POD,
    Cluster,
    Database,
    Location,
    MemberGroup,
    Observation,
    Related,
    Setting,
    Target,
)
from pgcfglint.sources import forms
from pgcfglint.sources.nodes import LIST, MAP, SCALAR
from pgcfglint.sources.routes import Found, deepest, find, first, place, split
from pgcfglint.sources.scalars import resolve, text_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping
    from typing import Any

    from pgcfglint.sources.helm import Replaced
    from pgcfglint.sources.nodes import Duplicate

_FIELD = re.compile(r"\{([^}]+)\}")

DEFAULTS = {"postgresql": "18", "patroni": "4.1"}
"""The versions assumed where nothing tells."""


class Reader:
    """Reads one cluster out of one document.

    `reads` overrides the layout's list of the parameters that the chart passes on (what its templates
    say); `known` holds parameter names, for layouts that must guess; `wanted` the versions that the
    command line ("option") and the configuration ("config") name.
    """

    def __init__(
        self,
        start: Found,
        name: str,
        layout: Mapping[str, Any],
        *,
        known: Container[str] = (),
        reads: frozenset[str] | None = None,
        reads_all: bool = False,
        wanted: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.start = start
        self.name = name
        self.layout = layout
        self.dialect = layout.get("dialect", "pyyaml")
        self.known = known
        self.wanted = wanted or {}
        listed = layout.get("reads")
        self.reads = (
            None if reads_all else (reads if reads is not None else frozenset(listed) if listed else None)
        )
        self.observations: list[Observation] = []

    def cluster(
        self,
        sources: tuple[str, ...],
        *,
        replaced: Iterable[Replaced] = (),
        duplicates: Iterable[Duplicate] = (),
    ) -> Cluster:
        """The cluster; `replaced` and `duplicates` are what the layering and the parser saw."""
        layout = self.layout
        homes: dict[str, Location] = {}
        parameters, hba = self._parameters(self.start, layout.get("settings", ()), homes)
        shared = [*parameters, *self._names(self.start, layout.get("names", {}), homes)]
        shared.extend(self._patroni(layout.get("patroni", ()), homes))
        groups = tuple(self._groups(tuple(shared), homes, hba))
        for seen in duplicates:
            self.observations.append(self._duplicate(seen))
        for change in replaced:
            self._lost(change)
        return Cluster(
            name=self._text(layout.get("name")) or "",
            layout=self.name,
            platform=tuple(layout.get("platform", ())),
            targets=self.targets(),
            groups=groups,
            sources=sources,
            location=self.start.home,
            databases=tuple(self._databases()),
            observations=tuple(self.observations),
            reads=self.reads,
            supplies=layout.get("supplies", {}),
            hba=tuple(hba),
            costs=layout.get("costs", {}),
            scope=self._text(layout.get("scope")) or "",
        )

    # Versions

    def targets(self) -> tuple[Target, ...]:
        """What versions apply and why: option, config, input, the layout's assumption, default."""
        assumed = self.layout.get("assumes", {})
        found = dict(self._found_versions())
        layers = [
            ("option", self.wanted.get("option", {})),
            ("config", self.wanted.get("config", {})),
            ("input", found),
            ("layout", assumed),
            ("default", DEFAULTS),
        ]
        targets = []
        for name in ("postgresql", "patroni", "citus"):
            for origin, versions in layers:
                if name in versions:
                    if versions[name]:
                        targets.append(Target(name, versions[name], origin))
                    break
        return tuple(targets)

    def _found_versions(self) -> Iterator[tuple[str, str]]:
        for name, places in self.layout.get("versions", {}).items():
            for entry in places:
                found = first(self.start, entry["at"])
                if found is None or found.node.kind != SCALAR:
                    continue
                match = re.search(entry.get("find", r"^v?(\d+(?:\.\d+)*)"), found.node.text)
                if match:
                    yield name, (match.group(1) if match.groups() else entry["means"])
                    break

    # Settings

    def _parameters(
        self, start: Found, entries: Iterable[Mapping[str, Any]], homes: dict[str, Location]
    ) -> tuple[list[Setting], list[Setting]]:
        """The parameters (and lines of pg_hba) at the places that a layout names."""
        settings: list[Setting] = []
        hba: list[Setting] = []
        for entry in entries:
            for found in find(start, entry["at"]):
                if "hba" in entry:
                    hba.extend(forms.lines(found, "pg_hba", entry["becomes"]))
                    continue
                read = forms.FORMS[entry.get("form", "map")]
                here = list(read(found, entry, self.dialect, self.observations))
                settings.extend(here)
                if "form" not in entry and found.node.kind not in (MAP,) and found.node.text:
                    self.observations.append(
                        Observation(
                            "not-a-map",
                            found.home,
                            (),
                            {"name": ".".join(found.route), "kind": found.node.kind},
                        )
                    )
                self._unconsumed(found, here)
                homes.setdefault("", found.home)
            homes.setdefault("", deepest(start, entry["at"].split(".*")[0]).home)
        return settings, hba

    def _names(
        self, start: Found, names: Mapping[str, str | list[str]], homes: dict[str, Location]
    ) -> Iterator[Setting]:
        """What is no parameter: limits, volumes, replicas."""
        for name, paths in names.items():
            found = first(start, paths)
            nearest = deepest(start, paths if isinstance(paths, str) else paths[0])
            if found is not None and found.node.kind == SCALAR:
                kind, text = resolve(found.node, self.dialect)
                if kind != "null":
                    node = found.node
                    yield Setting(name, text, found.location, POD, node.quoted, node.text, kind)
            homes.setdefault(name, nearest.home)
            homes.setdefault(name.split(".")[0], nearest.home)

    def _patroni(self, entries: Iterable[Mapping[str, str]], homes: dict[str, Location]) -> Iterator[Setting]:
        """Patroni's own settings (ttl, loop_wait, ...) become names such as patroni.ttl."""
        for entry in entries:
            for found in find(start=self.start, path=entry["at"]) if entry["at"] else [self.start]:
                homes.setdefault("patroni", found.home)
                if entry.get("only") != "postgresql":
                    yield from forms.patroni(found, entry["becomes"], self.dialect)
                for below in find(found, "postgresql"):
                    yield from forms.patroni(
                        below, entry["becomes"], self.dialect, ("use_pg_rewind", "use_slots")
                    )

    # Groups

    def _groups(
        self, shared: tuple[Setting, ...], homes: Mapping[str, Location], hba: list[Setting]
    ) -> Iterator[MemberGroup]:
        entries = self.layout.get("groups")
        if not entries:
            own = dict(homes)
            settings = tuple(self._names(self.start, self.layout.get("group", {}), own))
            yield MemberGroup(
                self.layout.get("only", "instances"), self.start.home, shared + settings, None, own
            )
            return
        for entry in entries:
            for found in find(self.start, entry["at"]):
                if found.node.kind != MAP or self._off(found, entry.get("enabled", "enabled")):
                    continue
                own = {"": homes[""]} if "" in homes else {}
                settings = tuple(self._names(found, entry.get("names", self.layout.get("group", {})), own))
                local, lines = self._parameters(found, entry.get("settings", ()), own)
                hba.extend(lines)
                number = self._text(entry.get("number"), found)
                name = _FIELD.sub(lambda match: self._text(match[1], found) or "?", entry["name"])  # noqa: B023
                yield MemberGroup(
                    name, found.home, shared + tuple(local) + settings, number, {**homes, **own}
                )

    def _off(self, found: Found, path: str) -> bool:
        switch = first(found, path)
        return switch is not None and resolve(switch.node, self.dialect) in (
            ("bool", "false"),
            ("bool", "False"),
        )

    # Databases

    def _databases(self) -> Iterator[Database]:
        main = self.layout.get("main")
        if main:
            found = first(self.start, main["name"])
            if found is not None:
                yield Database(
                    found.node.text,
                    found.location,
                    self._items(first(self.start, main["extensions"])),
                    (),
                    not self._off(self.start, main["enabled"]) if "enabled" in main else True,
                )
        entry = self.layout.get("databases")
        if not entry:
            return
        for found in find(self.start, entry["at"]):
            settings: list[Setting] = []
            for parameters in find(found, entry.get("parameters", "")):
                settings.extend(
                    forms.from_map(parameters, {"becomes": DATABASE}, self.dialect, self.observations)
                )
            name = first(found, entry["name"])
            yield Database(
                text_of(name.node, self.dialect) if name else "",
                name.location if name else found.home,
                self._items(first(found, entry["extensions"])) if "extensions" in entry else (),
                tuple(settings),
            )

    def _items(self, found: Found | None) -> tuple[str, ...]:
        if found is None or found.node.kind != LIST:
            return ()
        return tuple(text_of(item, self.dialect) for item in found.node.items if item.kind == SCALAR)

    def _text(self, paths: str | list[str] | None, start: Found | None = None) -> str | None:
        found = first(start or self.start, paths) if paths else None
        if found is None or found.node.kind != SCALAR:
            return None
        return text_of(found.node, self.dialect)

    # Observations

    def _unconsumed(self, found: Found, settings: list[Setting]) -> None:
        """Keys of a map that no template reads: one observation for all of them."""
        if self.reads is None or found.node.kind != MAP:
            return
        dead = [(name, key) for name, (key, _) in found.node.pairs.items() if name.lower() not in self.reads]
        if not dead:
            return
        places = [place(key, (*found.route, name)) for name, key in dead]
        self.observations.append(
            Observation(
                "unconsumed-key",
                places[0],
                tuple(Related(location) for location in places[1:]),
                {
                    "names": ", ".join(name for name, _ in dead),
                    "map": ".".join(found.route),
                    "count": str(len(dead)),
                    "total": str(len(found.node.pairs)),
                },
            )
        )

    def _duplicate(self, seen: Duplicate) -> Observation:
        route = (*seen.route, seen.later.text)
        return Observation(
            "duplicate-key",
            place(seen.later, route),
            (Related(place(seen.key, route), "this one is lost"),),
            {"name": seen.later.text, "map": ".".join(seen.route), "same": "yes"},
        )

    def _lost(self, change: Replaced) -> None:
        """A list of groups that replaces another and lacks what its items carried."""
        for entry in self.layout.get("groups", ()):
            parts = split(entry["at"])
            if parts[-1:] != ("*",) or change.route != (*self.start.route, *parts[:-1]):
                continue
            paths = entry.get("names", self.layout.get("group", {})).values()
            carried = {
                split(path)[0] for each in paths for path in ([each] if isinstance(each, str) else each)
            }
            lost: dict[str, Found] = {}
            below = Found(change.base, None, change.route)
            for item in find(below, "*"):
                for name, (key, value) in item.node.pairs.items():
                    if name in carried:
                        lost.setdefault(name, Found(value, key, (*item.route, name)))
            poorer: dict[str, None] = {}
            missing: dict[str, None] = {}
            for item in find(Found(change.over, None, change.route), "*"):
                lacks = [name for name in lost if name not in item.node.pairs]
                if lacks:
                    missing.update(dict.fromkeys(lacks))
                    poorer[_FIELD.sub(lambda match: self._text(match[1], item) or "?", entry["name"])] = None  # noqa: B023
            if missing:
                inside = [name for key in missing for name in lost[key].node.pairs]
                self.observations.append(
                    Observation(
                        "list-replaced",
                        place(change.key, change.route),
                        tuple(Related(lost[name].home, f"{name} stands here") for name in missing),
                        {
                            "name": ".".join(change.route),
                            "lost": ", ".join(missing),
                            "inside": ", ".join(inside),
                            "items": ", ".join(poorer),
                            "count": str(len(poorer)),
                        },
                    )
                )
