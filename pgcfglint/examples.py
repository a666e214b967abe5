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
from pgcfglint.record import Record
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


_OLDEST = 9
"""The oldest major that an example may be about (the oldest table of parameters serves it)."""


class Failure(Record):
    """What is wrong with an example, and the keys that lead to it in the rule's file."""

    keys: tuple[str, ...]
    message: str


def problems(rule: Rule, manual: Manual) -> Iterator[str]:
    """What is wrong with the examples of a rule, one sentence each; nothing if they all hold."""
    for failure in failures(rule, manual):
        place = " ".join(str(int(key) + 1) if key.isdigit() else key for key in failure.keys[1:])
        yield f"{rule.name}: {place}: {failure.message}"


def failures(rule: Rule, manual: Manual) -> Iterator[Failure]:
    """What is wrong with the examples of a rule; nothing if they all hold."""
    for kind in ("pass", "fail"):
        if not manual.examples.get(kind):
            yield Failure(("examples", kind), f"no example that should {kind}")
        for index, example in enumerate(manual.examples.get(kind) or ()):
            keys = ("examples", kind, str(index))
            given = example.get("given", example)
            strange = [Failure((*keys, *path), message) for path, message in _strange(rule, given)]
            if strange:
                yield from strange
            elif kind == "pass":
                yield from (Failure(keys, message) for message in _passing(rule, given))
            else:
                expected = example if "given" in example else {}
                yield from (Failure(keys, message) for message in _failing(rule, given, expected))


def _strange(rule: Rule, given: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Names and versions of an example that mean nothing (rules about settings may want such names)."""
    major = str(given.get("pg", catalog.MAJORS[-1])).split(".")[0]
    if not major.isdigit() or not _OLDEST <= int(major) <= catalog.MAJORS[-1]:
        yield ("pg",), f"the newest known major is {catalog.MAJORS[-1]}, not {given['pg']}"
    if rule.each not in ("group", "cluster", "database-setting"):
        return
    known = [*RESERVED, *NAMES]
    groups = given.get("groups") or {}
    for path, values in (((), given), *((("groups", name), group) for name, group in groups.items())):
        for name in values:
            if name not in known and not any(name in catalog.load(each) for each in catalog.MAJORS):
                nearest = catalog.suggest(name, [*known, *catalog.load(catalog.MAJORS[-1])])
                yield (*path, name), f"{name} is no name" + (f"; did you mean {nearest}?" if nearest else "")


def _passing(rule: Rule, given: Mapping[str, Any]) -> Iterator[str]:
    hits = judge(rule, scopes(given))
    if hits:
        yield f"should hold, but says: {message_of(hits[0])}"


def _failing(rule: Rule, given: Mapping[str, Any], expected: Mapping[str, Any]) -> Iterator[str]:
    hits = judge(rule, scopes(given))
    if not hits:
        missing = sorted({name for scope in scopes(given) for name in _missing(rule, scope)})
        yield "should fail, but holds" + (f" (unknown: {', '.join(missing)})" if missing else "")
        return
    hit = hits[0]
    if "message" in expected and message_of(hit) != expected["message"]:
        yield f"says '{message_of(hit)}', not '{expected['message']}'"
    if "severity" in expected and severity_of(hit) != expected["severity"]:
        yield f"is of severity {severity_of(hit)}, not {expected['severity']}"
    found = cures(rule, _prepared(hit), hit.item_name)
    if "fix" in expected and (not found or found[0].remedy.text != expected["fix"]):
        proposed = ", ".join(f"'{cure.remedy.text}'" for cure in found)
        yield f"proposes {proposed or 'no fix'}, not '{expected['fix']}'"
    for cure in found:
        if cure.change is not None and (hit.subject is None or hit.item_name):
            name, text = cure.change
            after = [scope.tried({name: text}) for scope in hit.scopes]
            for scope in after:
                scope.peers = after
            if any(again.item_name in ("", hit.item_name) for again in judge(rule, after)):
                yield f"the fix '{cure.remedy.text}' does not cure it"


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
    citus = cluster.version("citus").split(".")[0]
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
    asked = example.get("citus", True)
    return "14" if isinstance(asked, bool) else str(asked)


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
