"""From what an image writes to a chart's values: what goes where, and what does not go."""

from __future__ import annotations

from pgcfglint.migrate.found import (
    BEATEN,
    ELSEWHERE,
    PLATFORM,
    SECRET,
    STRENGTH,
    UNKNOWN,
    VALUES,
    Place,
)
from pgcfglint.model import Cluster, Location, MemberGroup, Target
from pgcfglint.plan.patronictl import yaml_scalar
from pgcfglint.platform import Effects
from pgcfglint.platform.effective import DROPPED, FORCED, IGNORED, OWNED
from pgcfglint.sources import layout
from pgcfglint.sources.masking import masked, secret
from pgcfglint.sources.reading import DEFAULTS
from pgcfglint.sources.routes import split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pgcfglint.catalog import Catalog
    from pgcfglint.migrate.found import Found, Puzzle, Written


def homes() -> dict[str, tuple[tuple[str, ...], str]]:
    """The layouts that keep parameters in one map: the keys to it, and the layer that it becomes."""
    found: dict[str, tuple[tuple[str, ...], str]] = {}
    for name, rules in layout.layouts().items():
        for entry in rules.get("settings", ()):
            if "form" not in entry and "*" not in entry["at"] and entry["at"] and entry["becomes"] != "live":
                found.setdefault(name, (split(entry["at"]), str(entry["becomes"])))
    return found


def own_home(name: str, parameter: str) -> tuple[str, ...] | None:
    """The keys to a parameter that a layout keeps outside its map, as a list (None: inside it)."""
    for entry in layout.load(name).get("settings", ()):
        if entry.get("form") == "value" and entry["name"] == parameter.lower() and "*" not in entry["at"]:
            return split(entry["at"])
    return None


def takes_texts_only(name: str) -> bool:
    """Whether a layout is an operator's resource, whose parameters must be texts."""
    rules = layout.load(name)
    return "kind" in rules["recognise"] or "patroni" not in rules.get("platform", ())


def strongest(written: Iterable[Written]) -> dict[str, Written]:
    """What counts of several writings of a parameter, by its name in lower case: the stronger place, in one
    place the later writing."""
    found: dict[str, Written] = {}
    for each in written:
        key = each.setting.name.lower()
        if key not in found or STRENGTH.index(found[key].into) <= STRENGTH.index(each.into):
            found[key] = each
    return found


def cluster_with(
    found: Found, name: str, base: Cluster | None, wanted: Mapping[str, Mapping[str, str]]
) -> Cluster:
    """The cluster that the values would describe: that of `base`, else one group without a size."""
    layer = homes()[name][1]
    moved = tuple(
        each.setting.replace(layer=layer)
        for each in strongest(found.written).values()
        if not secret(each.setting.name)
    )
    if base is not None:
        names = {setting.name.lower() for setting in moved}
        groups = tuple(
            group.replace(
                settings=(*(item for item in group.settings if item.name.lower() not in names), *moved)
            )
            for group in base.groups
        )
        return base.replace(groups=groups, observations=(), databases=())
    rules = layout.load(name)
    place = moved[0].location if moved else Location(found.texts[0][0], 1, 1, 1, 2)
    return Cluster(
        name="",
        layout=name,
        platform=tuple(each for each in rules.get("platform", ()) if each != "citus" or _citus(found, rules)),
        targets=_targets(found, rules, wanted),
        groups=(MemberGroup("server", place, moved),),
        sources=tuple(path for path, _ in found.texts),
        location=place,
        reads=frozenset(rules["reads"]) if "reads" in rules else None,
        supplies=rules.get("supplies", {}),
        costs=rules.get("costs", {}),
    )


def _citus(found: Found, rules: Mapping[str, object]) -> bool:
    return found.citus or "citus" in str(rules.get("platform", ""))


def _targets(
    found: Found, rules: Mapping[str, Mapping[str, str]], wanted: Mapping[str, Mapping[str, str]]
) -> tuple[Target, ...]:
    inside = {"postgresql": str(found.major)} if found.major is not None else {}
    layers = (*wanted.items(), ("input", inside), ("layout", rules.get("assumes", {})), ("default", DEFAULTS))
    targets = []
    for name in ("postgresql", "patroni", "citus"):
        for origin, versions in layers:
            if name in versions:
                if versions[name]:
                    targets.append(Target(name, versions[name], origin))
                break
    return tuple(targets)


def places(found: Found, cluster: Cluster, catalog: Catalog) -> list[Place]:
    """Each writing, in the order of the files, and where it goes."""
    counts = strongest(found.written)
    effects = Effects(cluster.replace(reads=None), cluster.groups[0], catalog)
    return [
        _place(each, counts[each.setting.name.lower()], cluster, effects, catalog) for each in found.written
    ]


def _place(each: Written, winner: Written, cluster: Cluster, effects: Effects, catalog: Catalog) -> Place:
    name = each.setting.name
    if winner is not each:
        where = winner.setting.location
        return Place(each, BEATEN, f"{where.path}:{where.line} counts ({winner.into})")
    if secret(name):
        return Place(each, SECRET, "looks like a secret: move it by hand, not into values")
    if catalog.get(name) is None and "." not in name:
        return Place(each, UNKNOWN, f"PostgreSQL {cluster.major} has no such parameter")
    effective = effects.of(name)
    if effective.fate in (DROPPED, FORCED, IGNORED, OWNED):
        return Place(each, PLATFORM, effective.reason or "the platform decides", effective.text)
    if cluster.reads is not None and name.lower() not in cluster.reads:
        return Place(each, ELSEWHERE, "no template of the chart passes it on", effective.text)
    return Place(each, VALUES, effective.reason, effective.text)


def left_to_initdb(cluster: Cluster, catalog: Catalog) -> dict[str, str]:
    """The parameters whose value initdb chooses and nothing else sets."""
    effects = Effects(cluster, cluster.groups[0], catalog)
    found = {}
    for name, parameter in catalog.items():
        if parameter.initdb is not None and effects.of(name).origin == "initdb":
            found[name] = effects.of(name).text or parameter.initdb
    return found


def commands(places: Iterable[Place], cluster: Cluster) -> tuple[str, ...]:
    """What sets the values that the chart does not pass on, once for each group."""
    from shlex import quote

    pairs = [
        f"-p {quote(f'{each.name}={yaml_scalar(each.written.setting.text)}')}"
        for each in places
        if each.goes == ELSEWHERE
    ]
    if not pairs or "patroni" not in cluster.platform:
        return ()
    scope = f" {cluster.scope}" if cluster.scope else ""
    numbers = [f" --group {group.number}" if group.number is not None else "" for group in cluster.groups]
    found = (f"patronictl edit-config{scope}{number} {' '.join(pairs)} --force" for number in numbers)
    return tuple(dict.fromkeys(found))


def shown(puzzle: Puzzle) -> Puzzle:
    """A puzzle with the values of secrets masked."""
    text = puzzle.text
    if puzzle.name:
        text = masked([f"{puzzle.name}={text}"], 1)[len(puzzle.name) + 1 :]
    return puzzle.replace(text=masked([text], 1))
