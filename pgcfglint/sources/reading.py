"""From a document and its layout to a cluster: groups and settings, each with its place."""

from __future__ import annotations

import re

from pgcfglint.model import DATABASE, POD, Cluster, Database, MemberGroup, Setting, Target
from pgcfglint.sources import forms, layout, observed, spotted
from pgcfglint.sources.homes import Homes
from pgcfglint.sources.node import LIST, MAP, SCALAR
from pgcfglint.sources.nodes import parse
from pgcfglint.sources.routes import Found, deepest, find, first
from pgcfglint.sources.scalars import resolve, text_of

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from pgcfglint.sources.helm import Replaced
    from pgcfglint.sources.node import Duplicate
    from pgcfglint.sources.text import Source

    Entries = Iterable[Mapping[str, Any]]

DEFAULTS = {"postgresql": "18", "patroni": "4.1"}
"""The versions assumed where nothing tells."""


class Reader:
    """Reads one cluster out of one document.

    `reads` overrides the layout's list of the parameters that the chart passes on ("all": every one);
    `wanted` holds the versions that the command line ("option") and the configuration ("config") name.
    """

    def __init__(
        self,
        start: Found,
        name: str,
        rules: Mapping[str, Any],
        sources: Mapping[str, Source],
        *,
        reads: frozenset[str] | str | None = None,
        wanted: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.start = start
        self.name = name
        self.rules = rules
        self.context = forms.Context(rules.get("dialect", "pyyaml"), sources)
        self.wanted = wanted or {}
        self.reads: frozenset[str] | None
        if isinstance(reads, str):
            self.reads = None
        else:
            self.reads = reads or (frozenset(rules["reads"]) if "reads" in rules else None)

    def cluster(self, replaced: Iterable[Replaced] = (), duplicates: Iterable[Duplicate] = ()) -> Cluster:
        """The cluster; `replaced` and `duplicates` are what the layering and the parser saw."""
        rules = self.rules
        platform = self._platform()
        homes = Homes()
        parameters, hba = self._parameters(self.start, rules.get("settings", ()), homes)
        inherits = rules.get("inherits", ())
        shared = [*parameters, *self._names(self.start, rules.get("names", {}), homes, inherits)]
        shared.extend(self._patroni(self.start, rules.get("patroni", ()), homes))
        groups = tuple(self._groups(tuple(shared), homes, hba))
        seen = self.context.observations
        seen.extend(observed.listed(self.start, rules.get("observe", ())))
        seen.extend(observed.duplicate(each) for each in duplicates)
        seen.extend(spotted.spotted([self.start.node], self.context.sources, self.context.dialect))
        for change in replaced:
            seen.extend(observed.lost(change, self.start, rules, self._label))
        return Cluster(
            name=self._text(rules.get("name")) or "",
            layout=self.name,
            platform=platform,
            targets=self._targets(platform),
            groups=groups,
            sources=tuple(self.context.sources),
            location=self.start.home,
            databases=tuple(self._databases()),
            observations=tuple(seen),
            reads=self.reads,
            supplies=rules.get("supplies", {}),
            hba=tuple(hba),
            costs=rules.get("costs", {}),
            via=rules.get("via", {}),
            computes=frozenset(rules.get("computes", ())),
            scope=self._text(rules.get("scope")) or "",
        )

    def _platform(self) -> tuple[str, ...]:
        """What the layout is about, and what the document itself shows (`platforms`: name to path)."""
        named = list(self.rules.get("platform", ()))
        shown = [name for name, path in self.rules.get("platforms", {}).items() if first(self.start, path)]
        asked = next((origin["citus"] for origin in self._asked() if "citus" in origin), None)
        if asked == "":
            return tuple(name for name in (*shown, *named) if name != "citus")
        if asked:
            shown.insert(0, "citus")
        return tuple(dict.fromkeys((*shown, *named)))

    def _asked(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        return (self.wanted.get("option", {}), self.wanted.get("config", {}))

    # Versions

    def _targets(self, platform: tuple[str, ...]) -> tuple[Target, ...]:
        """What versions apply and why: option, config, input, the layout's assumption, default."""
        layers: list[tuple[str, Mapping[str, str]]] = [
            *zip(("option", "config"), self._asked()),
            ("input", dict(self._found_versions())),
            ("layout", self.rules.get("assumes", {})),
            ("default", DEFAULTS if "patroni" in platform else {"postgresql": DEFAULTS["postgresql"]}),
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
        for name, places in self.rules.get("versions", {}).items():
            for entry in places:
                version = next(filter(None, self._told(entry)), None)
                if version:
                    yield name, version
                    break

    def _told(self, entry: Mapping[str, str]) -> Iterator[str | None]:
        """The versions at a place of the document, or in the `path` of its file."""
        if "path" in entry:
            match = re.search(entry["path"], self.start.node.path)
            yield match and match[1]
            return
        yield from (_version(found, entry) for found in find(self.start, entry["at"]))

    # Settings

    def _parameters(
        self, start: Found, entries: Entries, homes: Homes
    ) -> tuple[list[Setting], list[Setting]]:
        """The parameters (and lines of pg_hba) at the places that a layout names."""
        settings: list[Setting] = []
        hba: list[Setting] = []
        for entry in entries:
            form = entry.get("form", "map")
            for found in find(start, entry["at"]):
                if form == "hba":
                    hba.extend(forms.lines(found, "pg_hba", entry["becomes"], self.context.dialect))
                elif form in ("patroni", "env"):
                    for text in forms.configurations(found) if form == "env" else [found]:
                        inside, lines = self._inside(text, homes, "whole" in entry)
                        settings.extend(inside)
                        hba.extend(lines)
                else:
                    settings.extend(forms.FORMS[form](found, entry, self.context))
                    if form == "map":
                        homes.add("", found)
                        if self.reads is not None and found.node.kind == MAP:
                            self.context.observations.extend(observed.unconsumed(found, self.reads))
            if form != "hba":
                homes.add(entry["name"] if form == "value" else "", start, entry["at"])
        return settings, hba

    def _inside(self, found: Found, homes: Homes, whole: bool) -> tuple[list[Setting], list[Setting]]:
        """A patroni.yml as the text of one value: a ConfigMap's key, or SPILO_CONFIGURATION, to which the
        image adds (then it is not `whole`)."""
        node = found.node
        if node.kind != SCALAR or "{{" in node.text:
            return [], []
        shift = forms.shift_of(node, self.context) if node.block else (node.line - 1, node.column)
        rules = layout.load("patroni-yml")
        settings: list[Setting] = []
        hba: list[Setting] = []
        for root in parse(node.text, node.path, shift=shift):
            if root.kind == MAP:
                start = Found(root, found.key, found.route)
                inside, lines = self._parameters(start, rules["settings"], homes)
                settings.extend(inside)
                hba.extend(lines)
                settings.extend(self._patroni(start, rules["patroni"], homes))
                if whole:
                    settings.extend(self._names(start, rules.get("names", {}), homes))
        return settings, hba

    def _names(
        self, start: Found, names: Mapping[str, Any], homes: Homes, inherits: Iterable[str] = ()
    ) -> list[Setting]:
        """What is no parameter: limits, volumes, replicas. What it `inherits` where the file is silent has
        no place in it."""
        settings: list[Setting] = []
        dialect = self.context.dialect
        for name, entry in names.items():
            if isinstance(entry, dict):
                paths = entry["at"]
                made = self._special(name, start, entry)
            else:
                paths = entry
                found = first(start, paths)
                made = None
                if found is not None and found.node.kind == SCALAR:
                    made = forms.setting(name, found, POD, dialect)
            if made is not None and made.kind != "null":
                settings.append(made)
            nearest = paths if isinstance(paths, str) else paths[0]
            if made is not None or name not in inherits:
                homes.add(name, start, nearest)
            homes.add(name.partition(".")[0], start, nearest)
        return settings

    def _special(self, name: str, start: Found, entry: Mapping[str, Any]) -> Setting | None:
        """A name with more than a path: its text is rewritten (`form`), stands for something else (`stands`;
        null: for nothing), or the entry says what it means that something is there (`present`), or that it
        is not (`absent`)."""
        paths = entry["at"]
        found = first(start, paths)
        if "stands" in entry:
            made = forms.setting(name, found, POD, self.context.dialect) if found is not None else None
            text = entry["stands"].get(made.text, made.text) if made is not None else None
            return made.replace(text=text) if made is not None and text is not None else None
        if "form" not in entry:
            means = entry.get("absent" if found is None else "present")
            if means is None:
                return None
            home = (found or deepest(start, paths if isinstance(paths, str) else paths[0])).home
            return Setting(name, means, home, POD, True, means)
        if found is None:
            return None
        inside = forms.INSIDE.get(entry["form"])
        if inside is not None:
            text = inside(found.node, entry)
            return None if text is None else Setting(name, text, found.home, POD, False, text)
        if found.node.kind != SCALAR:
            return None
        made = forms.setting(name, found, POD, self.context.dialect)
        return made and made.replace(text=forms.TEXTS[entry["form"]](made.text))

    def _patroni(self, start: Found, entries: Entries, homes: Homes) -> Iterator[Setting]:
        """Patroni's own settings (ttl, loop_wait, ...) become names such as patroni.ttl."""
        for entry in entries:
            for found in find(start, entry["at"]):
                if "only" not in entry:
                    homes.add("patroni", found)
                    yield from forms.patroni(found, entry["becomes"], self.context.dialect)
                for below in find(found, "postgresql"):
                    switches = ("use_pg_rewind", "use_slots")
                    yield from forms.patroni(below, entry["becomes"], self.context.dialect, switches)

    # Groups

    def _groups(self, shared: tuple[Setting, ...], homes: Homes, hba: list[Setting]) -> Iterator[MemberGroup]:
        entries = self.rules.get("groups")
        if entries and shared and not any(map(self._is_there, entries)):
            # A patch of a resource: parameters for members that it does not name.
            yield MemberGroup(self.rules.get("only", "instances"), self.start.home, shared, None, homes)
            return
        if not entries:
            own = Homes(homes)
            settings = tuple(self._names(self.start, self.rules.get("group", {}), own))
            name = self.rules.get("only", "instances")
            yield MemberGroup(name, self.start.home, shared + settings, None, own)
            return
        for entry in entries:
            for found in find(self.start, entry["at"]):
                if found.node.kind != MAP or self._off(found, "enabled") or not self._speaks(found, entry):
                    continue
                own = Homes(homes)
                local = Homes()
                names = entry.get("names", self.rules.get("group", {}))
                inherits = entry.get("inherits", self.rules.get("inherits", ()))
                settings = tuple(self._names(found, names, local, inherits))
                parameters, lines = self._parameters(found, entry.get("settings", ()), local)
                hba.extend(lines)
                own.update(local)
                number = self._text(entry.get("number"), found)
                everything = shared + tuple(parameters) + settings
                yield MemberGroup(self._label(entry["name"], found), found.home, everything, number, own)

    def _is_there(self, entry: Mapping[str, Any]) -> bool:
        return any(True for _ in find(self.start, entry["at"]))

    def _label(self, pattern: str, found: Found) -> str:
        """A group's name: `{path}` is a value in it, `{}` the key that it stands under."""
        own = found.route[-1] if found.route else ""
        label, *fields = pattern.split("{")
        for field in fields:
            path, _, rest = field.partition("}")
            label += ((self._text(path, found) if path else own) or own) + rest
        return label

    def _off(self, found: Found, path: str) -> bool:
        switch = first(found, path)
        return switch is not None and resolve(switch.node, self.context.dialect) in _OFF

    def _speaks(self, found: Found, entry: Mapping[str, Any]) -> bool:
        """Whether one of the texts at `in` matches `speaks`: a container that runs PostgreSQL."""
        if "speaks" not in entry:
            return True
        return any(
            re.search(entry["speaks"], text)
            for path in entry["in"]
            for each in find(found, path)
            for text in ([item.text for item in each.node.items] or [each.node.text])
        )

    # Databases

    def _databases(self) -> Iterator[Database]:
        main = self.rules.get("main", {})
        found = first(self.start, main["name"]) if main else None
        if found is not None:
            enabled = not self._off(self.start, main["enabled"])
            extensions = self._items(first(self.start, main["extensions"]))
            yield Database(found.node.text, found.location, extensions, (), enabled)
        entry = self.rules.get("databases", {})
        for found in find(self.start, entry["at"]) if entry else ():
            settings: list[Setting] = []
            for parameters in find(found, entry["parameters"]) if "parameters" in entry else ():
                settings.extend(forms.from_map(parameters, {"becomes": DATABASE}, self.context))
            name = first(found, entry["name"])
            yield Database(
                text_of(name.node, self.context.dialect) if name else "",
                name.location if name else found.home,
                self._items(first(found, entry["extensions"])) if "extensions" in entry else (),
                tuple(settings),
            )

    def _items(self, found: Found | None) -> tuple[str, ...]:
        if found is None or found.node.kind != LIST:
            return ()
        return tuple(text_of(item, self.context.dialect) for item in found.node.items if item.kind == SCALAR)

    def _text(self, paths: str | list[str] | None, start: Found | None = None) -> str | None:
        found = first(start or self.start, paths) if paths else None
        if found is None or found.node.kind != SCALAR:
            return None
        text = text_of(found.node, self.context.dialect)
        if "{" in text:
            text = forms.filled(text)
            return None if forms.unfilled(text) else text
        return text


def _version(found: Found, entry: Mapping[str, str]) -> str | None:
    """The version that a place tells; a number that can be no major of our time is none."""
    if "means" in entry:
        return entry["means"]
    match = re.search(entry.get("find", r"^v?(\d+(?:\.\d+)*)"), found.node.text)
    return match[1] if match and _OLDEST <= int(match[1].split(".")[0]) <= _NEWEST else None


_OLDEST, _NEWEST = 9, 29
_OFF = (("bool", "false"), ("bool", "False"))
