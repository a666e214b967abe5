"""Keys of Patroni's dynamic configuration, as `patroni.ttl`: defaults, least values, the timing rule."""

from __future__ import annotations

from pgcfglint.catalog import Value
from pgcfglint.platform.admission import read_number
from pgcfglint.platform.effective import CLAMPED, DROPPED, Effective
from pgcfglint.platform.tables import at_version, is_since, table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pgcfglint.platform.effects import Effects

PREFIX = "patroni."

_FACTOR = {"s": 1000, "B": 1}
"""Milliseconds and bytes, as amounts count."""


def is_key(name: str) -> bool:
    """Whether a name is one of Patroni's keys and no parameter."""
    return name.startswith(PREFIX)


def resolve(effects: Effects, name: str) -> Effective:
    """A key as the DCS has it; fate and reason say where Patroni works with another number."""
    key = name[len(PREFIX) :]
    rule = effects.rules.get("dynamic", {}).get(key)
    settings = effects.settings(name)
    setting = settings[0] if settings else None
    if rule is None:
        return Effective(
            name, setting.text if setting else None, None, "written" if setting else "unknown", setting
        )
    if setting is None:
        return _found(name, str(_default(effects, key, rule)), rule, "patroni")
    if "min" in rule and not is_integer(setting.text):
        reason = f"{setting.text} is no integer: Patroni discards the whole dynamic configuration"
        default = _found(name, str(rule["default"]), rule, "patroni")
        return default.replace(setting=setting, fate=DROPPED, reason=reason)
    found = _found(name, setting.text, rule, "written").replace(setting=setting, shadowed=tuple(settings[1:]))
    used = timing(effects).get(key)
    if used is None or found.value is None or found.value.number == used:
        return found
    return found.replace(fate=CLAMPED, reason=f"{key} is {setting.text}, but Patroni works with {used}")


def timing(effects: Effects) -> dict[str, int]:
    """The seconds that Patroni really uses for the keys of its timing rule; empty where it adjusts none."""
    rule = effects.rules.get("timing", {})
    if effects.patroni is None or not is_since(effects.patroni, rule["adjusted_since"]):
        return {}
    keys = effects.rules["dynamic"]
    used = {}
    for key in (rule["whole"], *rule["parts"]):
        settings = effects.settings(PREFIX + key)
        text = settings[0].text if settings else ""
        used[key] = max(int(text) if is_integer(text) else keys[key]["default"], keys[key]["min"])
    room = used[rule["whole"]]
    for key, times in rule["parts"].items():
        others = sum(used[other] * count for other, count in rule["parts"].items() if other != key)
        if used[key] * times + others > room:
            used[key] = max((room - others) // times, keys[key]["min"])
    return used


def is_integer(text: str) -> bool:
    """Whether Python's int() takes a text, which is how Patroni reads these keys."""
    return text.strip().lstrip("+-").isdigit()


def _default(effects: Effects, key: str, rule: Mapping[str, Any]) -> Any:
    """A key's default; Citus has its own for some."""
    if "citus" in effects.cluster.platform and effects.patroni is not None:
        own = table("citus")["dynamic"].get(key)
        if own is not None:
            return at_version(own, effects.patroni, rule["default"])
    return rule["default"]


def _found(name: str, text: str, rule: Mapping[str, Any], origin: str) -> Effective:
    number = read_number(text, whole=True) if "unit" in rule or text.isdigit() else None
    unit = rule.get("unit", "")
    value = None if number is None else Value(text, number, number * _FACTOR.get(unit, 1))
    return Effective(name, text, value, origin)
