"""What stops the server or locks everybody out, though every single value is one that PostgreSQL takes."""

from __future__ import annotations

import re

from pgcfglint.catalog import suggest
from pgcfglint.platform import hba
from pgcfglint.platform.adjust import adjusted
from pgcfglint.platform.dynamic import is_key
from pgcfglint.platform.effective import DROPPED, IGNORED, OWNED, REFUSED
from pgcfglint.platform.tables import table
from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from pgcfglint.model import Setting
    from pgcfglint.platform.effective import Effective
    from pgcfglint.platform.effects import Effects

KINDS = ("brick", "lock-out", "rest-api", "patroni", "discarded")
"""The next start fails · no new session gets in · Patroni's REST API drops connections · Patroni
itself gives up · the whole dynamic configuration is ignored."""


class Hazard(Record):
    """Something that will go wrong. `settings` are the written values behind it; `sure` is False
    where it depends on the machine, the image or the build. `rule` is the rule of the check that says
    the same, "" where none does (rules/values/stops-the-server.yaml then says it)."""

    name: str
    kind: str
    message: str
    settings: tuple[Setting, ...] = ()
    sure: bool = True
    rule: str = ""


def hazards(effects: Effects) -> list[Hazard]:
    """Everything in one group that will go wrong, each with the settings behind it."""
    found = [*_refused(effects), *_preloads(effects)]
    given = {setting.name for setting in effects.group.settings}
    for rule in table("hazards")["hazards"]:
        if _concerns(effects, rule) and given.isdisjoint(rule.get("unless", ())):
            found += _judge(effects, rule)
    found += (Hazard(*problem) for problem in hba.problems(effects.cluster.hba))
    # Only what somebody wrote can be taken back.
    return [hazard for hazard in found if hazard.settings]


def _refused(effects: Effects) -> Iterator[Hazard]:
    for name in effects.names():
        effective = effects.of(name)
        if effective.fate == REFUSED and effective.setting:
            split = adjusted(effects).get(name.lower(), {}).get("first")
            kind = "patroni" if split and effective.setting.kind != "str" else "brick"
            yield Hazard("value-refused", kind, effective.reason, (effective.setting,))
    for setting in effects.group.settings:
        if is_key(setting.name) and effects.of(setting.name).fate == DROPPED:
            reason = effects.of(setting.name).reason
            yield Hazard("dynamic-discarded", "discarded", reason, (setting,), True, "value-wrong-type")


def _concerns(effects: Effects, rule: Mapping[str, Any]) -> bool:
    platform = "patroni" if effects.patroni is not None else "postgresql"
    first, last = rule.get("majors", (0, 99))
    return platform in rule.get("platforms", (platform,)) and first <= effects.catalog.major <= last


def _judge(effects: Effects, rule: Mapping[str, Any]) -> Iterator[Hazard]:
    for name, test in rule.get("each", {}).items():
        effective = effects.of(name)
        if _holds(effects, name, test):
            yield _hazard(effects, rule, (name,), {"name": effective.name, "value": _shown(effective)})
    if "all" in rule and all(_holds(effects, name, test) for name, test in rule["all"].items()):
        yield _hazard(
            effects, rule, tuple(rule["all"]), {name: _shown(effects.of(name)) for name in rule["all"]}
        )
    if "written" in rule:
        names = tuple(name for name in rule["written"] if _is_written(effects.of(name)))
        # Empty ones, which Patroni's files hold, are harmless as long as none has a value.
        if len(names) >= rule["at_least"] and any(effects.of(name).written for name in names):
            yield _hazard(effects, rule, names, {})
    if "sum" in rule or "product" in rule:
        sums = rule.get("product", [rule.get("sum")])
        names = tuple(name for part in sums for name in part if effects.catalog.get(name) is not None)
        numbers = [[_number(effects, name) for name in part if name in names] for part in sums]
        if not any(number is None for part in numbers for number in part):
            total = rule.get("bytes", 1)
            for part in numbers:
                total *= sum(number or 0 for number in part)
            bound = _total_bound(effects, rule)
            if bound is not None and (total >= bound if "at_least" in rule else total > bound):
                if isinstance(rule.get("at_least"), str):
                    names += (rule["at_least"],)
                yield _hazard(effects, rule, names, {"sum": total, "product": total, "bound": f"{bound:.0f}"})


def _hazard(
    effects: Effects, rule: Mapping[str, Any], names: tuple[str, ...], words: Mapping[str, object]
) -> Hazard:
    found = [setting for name in names if (setting := effects.of(name).setting)]
    message = rule["message"].format_map({"names": ", ".join(names), **words})
    return Hazard(
        rule["name"], rule["kind"], message, tuple(found), rule.get("sure", True), rule.get("rule", "")
    )


def _holds(effects: Effects, name: str, test: Mapping[str, Any]) -> bool:
    effective = effects.of(name)
    parameter = effects.catalog.get(name)
    if test.get("written"):
        return _is_written(effective)
    if parameter is None or effective.value is None:
        return False
    text = effective.value.setting
    if "is" in test:
        return text.lower() in [label.lower() for label in test["is"]]
    if "matches" in test:
        return re.match(test["matches"], text) is not None
    if "after" in test:
        other = effects.of(test["after"]).value
        return other is not None and bool(other.setting) and text > other.setting
    number = effective.value.number
    if number is None:
        return False
    if "below" in test:
        return number < float(parameter.read(test["below"]).number or 0)
    return number > float(parameter.read(test["above"]).number or 0)


def _is_written(effective: Effective) -> bool:
    return effective.setting is not None and effective.fate not in (DROPPED, IGNORED, OWNED)


def _number(effects: Effects, name: str) -> float | None:
    value = effects.of(name).value
    return None if value is None else value.number


def _total_bound(effects: Effects, rule: Mapping[str, Any]) -> float | None:
    bound = rule.get("at_least", rule.get("above"))
    return _number(effects, bound) if isinstance(bound, str) else bound


def _shown(effective: Effective) -> str:
    return effective.text or effective.written


# Libraries.


def _preloads(effects: Effects) -> Iterator[Hazard]:
    rules, libraries = table("hazards"), table("libraries")
    known = {*libraries["contrib"], *libraries["known"]}
    for name, kind in rules["preload"].items():
        effective = effects.of(name)
        if effective.setting is None or effective.fate in (REFUSED, IGNORED):
            continue
        settings = (effective.setting,)
        items = [item.strip() for item in (effective.text or "").split(",") if item.strip()]
        for item in items:
            problem, sure = _library_problem(item, known, rules["no_library"])
            if problem:
                what = (
                    "PostgreSQL does not start"
                    if kind == "brick"
                    else "no new session gets in, Patroni's neither"
                )
                message = f"{name}: {problem}; where it is missing {what}"
                rule = "preload-library-not-in-image" if kind == "brick" else ""
                yield Hazard("library-unknown", kind, message, settings, sure, rule)
        if kind == "brick":
            for message in _out_of_order([_bare(item) for item in items], rules["order"]):
                message = f"{name}: {message}: PostgreSQL does not start"
                yield Hazard("library-order", kind, message, settings, True, "preload-citus-order")


def _bare(item: str) -> str:
    """A library's name without quotes, folder and ending."""
    return item.strip('"').rpartition("/")[2].removesuffix(".so")


def _library_problem(item: str, known: set[str], no_library: Mapping[str, str]) -> tuple[str, bool]:
    bare = _bare(item)
    if bare in known:
        return "", False
    if bare in no_library:
        instead = no_library[bare]
        return f"{bare} is no library to preload" + (f"; it is {instead}" if instead else ""), True
    if not re.fullmatch(r"[\w.+$-]+", bare):
        return f"{item} is no library's name", True
    near = suggest(bare, known)
    return f"{bare} is no library of PostgreSQL or a known extension" + (
        f"; did you mean {near}?" if near else ""
    ), False


def _out_of_order(items: list[str], rules: list[Mapping[str, Any]]) -> Iterator[str]:
    for rule in rules:
        library = rule["library"]
        if library not in items:
            continue
        place = items.index(library)
        wanted = rule.get("after")
        if wanted is not None and wanted not in items[:place] and (wanted in items or rule.get("missing")):
            yield f"{library} must come after {wanted}"
        early = [item for item in items[:place] if item in rule.get("before", ())]
        if early:
            yield f"{library} must come before {early[0]}"
