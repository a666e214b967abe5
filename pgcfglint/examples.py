"""The examples of rule files: documentation that is run.

`pass` and `fail` hold maps of names (and the reserved keys below), from which a small cluster is
made, or `files`: names to texts, written to a folder and read as a user's are (the last of them that is
recognised counts, over the others where it is an overlay). A failing one may say the message, the
severity and the first fix that it expects; each fix that states a value must cure it.
"""

from __future__ import annotations

from pgcfglint import catalog
from pgcfglint.engine import scopes_of
from pgcfglint.judge import judge
from pgcfglint.model import (
    DATABASE,
    DYNAMIC,
    LIVE,
    POD,
    Cluster,
    Database,
    Location,
    MemberGroup,
    Observation,
    Setting,
    Target,
)
from pgcfglint.remedy import cures
from pgcfglint.vocabulary import NAMES
from pgcfglint.wording import fill

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from pgcfglint.judge import Hit
    from pgcfglint.rulebook import Manual, Rule
    from pgcfglint.scope import Scope

RESERVED = (
    "pg", "patroni", "citus", "platform", "layer", "layout", "groups", "live", "database", "databases",
    "extensions", "observation", "hba", "cluster", "old", "files",
)  # fmt: skip
_PLATFORM = ["patroni", "kubernetes"]


def problems(rule: Rule, manual: Manual) -> Iterator[str]:
    """What is wrong with the examples of a rule, one sentence each; nothing if they all hold."""
    for kind in ("pass", "fail"):
        if not manual.examples.get(kind):
            yield f"{rule.name}: no example that should {kind}"
    for example in manual.examples.get("pass") or ():
        hits = judge(rule, scopes(example))
        if hits:
            yield f"{rule.name}: should hold for {example}, but: {message_of(hits[0])}"
    for example in manual.examples.get("fail") or ():
        yield from _failing(rule, example)


def _failing(rule: Rule, example: Mapping[str, Any]) -> Iterator[str]:
    given = example.get("given", example)
    expected = example if "given" in example else {}
    hits = judge(rule, scopes(given))
    if not hits:
        missing = sorted({name for scope in scopes(given) for name in _missing(rule, scope)})
        unknown = f" (unknown: {', '.join(missing)})" if missing else ""
        yield f"{rule.name}: should fail for {given}, but holds{unknown}"
        return
    hit = hits[0]
    if "message" in expected and message_of(hit) != expected["message"]:
        yield f"{rule.name}: for {given} says {message_of(hit)!r}, not {expected['message']!r}"
    if "severity" in expected and severity_of(hit) != expected["severity"]:
        yield f"{rule.name}: for {given} is {severity_of(hit)}, not {expected['severity']}"
    found = cures(rule, _prepared(hit), hit.item_name)
    if "fix" in expected and (not found or found[0].remedy.text != expected["fix"]):
        proposed = [cure.remedy.text for cure in found]
        yield f"{rule.name}: for {given} proposes {proposed}, not {expected['fix']!r}"
    for cure in found:
        if cure.change is not None and (hit.subject is None or hit.item_name):
            name, text = cure.change
            after = [scope.tried({name: text}) for scope in hit.scopes]
            for scope in after:
                scope.peers = after
            if any(again.item_name in ("", hit.item_name) for again in judge(rule, after)):
                yield f"{rule.name}: {cure.remedy.text} does not cure {given}"


def _missing(rule: Rule, scope: Scope) -> set[str]:
    judge(rule, [scope])
    return scope.missing


def _prepared(hit: Hit) -> list[Scope]:
    for scope in hit.scopes:
        scope.item, scope.lets = hit.item_in(scope), hit.rule.lets
    return hit.scopes


def message_of(hit: Hit) -> str:
    """The message of a hit."""
    main, *others = _prepared(hit)
    return fill(hit.rule.message, main) + "".join(fill(hit.rule.also, scope) for scope in others)


def severity_of(hit: Hit) -> str:
    """The severity of a hit."""
    from pgcfglint.engine import severity_of as severity

    return severity(hit)


def scopes(example: Mapping[str, Any]) -> list[Scope]:
    """The scopes of the cluster that an example describes."""
    cluster = _read(example["files"]) if "files" in example else cluster_of(example)
    citus = cluster.version("citus")
    before = cluster_of({**example, **example["old"]}) if "old" in example else None
    return scopes_of(cluster, catalog.nearest(cluster.major, citus=int(citus) if citus else 14), before)


def _read(files: Mapping[str, str]) -> Cluster:
    """The cluster that files describe."""
    import os
    from tempfile import TemporaryDirectory

    from pgcfglint.sources.inputs import read_inputs

    with TemporaryDirectory() as folder:
        for name, text in files.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        known = catalog.load(catalog.MAJORS[-1])
        found = [item.cluster for item in read_inputs([folder], known=known) if item.cluster is not None]
    if not found:
        raise ValueError(f"no layout fits any of {', '.join(files)}: {files}")
    return found[-1]


def cluster_of(example: Mapping[str, Any]) -> Cluster:
    """The cluster that an example describes."""
    platform = list(example.get("platform", _PLATFORM))
    if example.get("citus"):
        platform = ["citus", *(name for name in platform if name != "citus")]
    patroni = str(example.get("patroni", "4.1")) if "patroni" in platform else ""
    targets = (
        Target("postgresql", str(example.get("pg", 16)), "input"),
        Target("patroni", patroni, "input"),
        Target("citus", _citus(example) if "citus" in platform else "", "input"),
    )
    groups = example.get("groups") or {"default": {}}
    names = {name for values in groups.values() for name in values}
    apart = {name for name in names if len({str(values.get(name)) for values in groups.values()}) > 1}
    databases = [
        _database(name, list(extensions), {}) for name, extensions in (example.get("databases") or {}).items()
    ]
    if "extensions" in example:
        databases.append(_database("app", list(example["extensions"]), {}))
    if "database" in example:
        databases.append(_database("app", [], example["database"]))
    cluster = example.get("cluster", {})
    return Cluster(
        name="example",
        layout=str(example.get("layout", "example")),
        platform=tuple(platform),
        targets=targets,
        groups=tuple(
            _group(name, {**example, **values}, index if len(groups) > 1 else None, apart)
            for index, (name, values) in enumerate(groups.items())
        ),
        sources=("example.yaml",),
        location=_place("cluster", 1),
        databases=tuple(databases),
        observations=tuple(_observation(example["observation"]) for _ in range("observation" in example)),
        hba=tuple(
            _setting("pg_hba", line, DYNAMIC, 900 + index, str(index))
            for index, line in enumerate(example.get("hba", ()))
        ),
        supplies=cluster.get("supplies", {}),
        reads=frozenset(cluster["reads"]) if "reads" in cluster else None,
    )


def _citus(example: Mapping[str, Any]) -> str:
    asked = example.get("citus")
    return asked if isinstance(asked, str) else "14"


def _group(name: str, values: Mapping[str, Any], number: int | None, apart: set[str]) -> MemberGroup:
    """`apart` are the names to which the groups give different values, at places of their own."""
    layer = str(values.get("layer", DYNAMIC))
    settings = [
        _setting(
            key, value, POD if key in NAMES else layer, 10 + index + 1000 * (number or 0) * (key in apart)
        )
        for index, (key, value) in enumerate(values.items())
        if key not in RESERVED
    ]
    live = [
        _setting(key, value, LIVE, 500 + index)
        for index, (key, value) in enumerate(values.get("live", {}).items())
    ]
    return MemberGroup(
        name=name,
        location=_place(name, 2),
        settings=tuple(settings),
        number=str(number) if number is not None else None,
        homes={"": _place("parameters", 3), "limits.memory": _place("parameters", 3)},
        live=tuple(live),
    )


def _database(name: str, extensions: list[str], values: Mapping[str, Any]) -> Database:
    settings = tuple(
        _setting(key, value, DATABASE, 700 + index) for index, (key, value) in enumerate(values.items())
    )
    return Database(name, _place(name, 4), tuple(extensions), settings)


def _observation(fields: Mapping[str, Any]) -> Observation:
    rest = {name: str(value) for name, value in fields.items() if name != "kind"}
    return Observation(str(fields["kind"]), _place("observation", 5), (), rest)


def _setting(name: str, value: Any, layer: str, line: int, *below: str) -> Setting:
    kind = {list: "list", dict: "map", bool: "bool", type(None): "null"}.get(type(value), "str")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return Setting(name, text, _place(name, line, *below), layer, isinstance(value, str), text, kind)


def _place(name: str, line: int, *below: str) -> Location:
    return Location("example.yaml", line, 1, line, 2, (name, *below))
