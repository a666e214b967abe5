"""What Citus, or Patroni on its behalf, puts in the place of a value."""

from __future__ import annotations

from pgcfglint.catalog import ValueProblem
from pgcfglint.platform.effective import FORCED, OWNED, REFUSED, Effective
from pgcfglint.platform.tables import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pgcfglint.catalog import Parameter
    from pgcfglint.platform.effects import Effects


def adjusted(effects: Effects) -> Mapping[str, Any]:
    """The parameters that the platform adjusts here, and how."""
    if "citus" not in effects.cluster.platform:
        return {}
    found: Mapping[str, Any] = table("citus")["with_patroni" if effects.patroni is not None else "alone"]
    return found


def adjust(effects: Effects, parameter: Parameter, found: Effective) -> Effective:
    """What a parameter comes to after the adjustment, if there is one for it."""
    rule = adjusted(effects).get(parameter.name.lower())
    if rule is None:
        return _overwritten(effects, found)
    if "first" in rule:
        return _first(parameter, found, rule["first"])
    if "times" in rule:
        return _multiple(effects, parameter, found, rule)
    if not rule["value"]:
        return _elsewhere(found, f"Patroni sets {found.name} itself, from {rule['place']}")
    return _forced(
        parameter, found, rule["value"], f"Patroni forces {found.name} to {rule['value']} for Citus"
    )


def _forced(parameter: Parameter, found: Effective, text: str, reason: str) -> Effective:
    value = parameter.read(text)
    shown = parameter.show(value.setting)
    if found.value is not None and found.value.setting == value.setting and found.origin == "written":
        return found
    if found.setting is None:
        return Effective(found.name, shown, value, "citus")
    return Effective(found.name, shown, value, "citus", found.setting, FORCED, reason, found.shadowed)


def _elsewhere(found: Effective, reason: str) -> Effective:
    if found.setting is None:
        return Effective(found.name, None, None, "citus")
    return Effective(found.name, None, None, "citus", found.setting, OWNED, reason, found.shadowed)


def _first(parameter: Parameter, found: Effective, library: str) -> Effective:
    """A list that begins with one library, wherever the list had it."""
    if found.fate == REFUSED:
        return found
    if found.setting is not None and found.setting.kind != "str":
        reason = (
            f"{parameter.name} is no text: Patroni, which splits it for Citus, fails at every change of its "
            "configuration, and does not start again"
        )
        return found.replace(text=None, value=None, fate=REFUSED, reason=reason)
    rest = [
        item for item in (part.strip() for part in (found.text or "").split(",")) if item and item != library
    ]
    text = ",".join([library, *rest])
    if text.replace(" ", "") == (found.text or "").replace(" ", ""):
        return found
    try:
        value = parameter.read(text)
    except ValueProblem:
        return found
    reason = f"Patroni puts {library} first: {parameter.name} runs with {text}" if found.setting else ""
    return found.replace(text=text, value=value, origin="citus", reason=reason)


def _multiple(effects: Effects, parameter: Parameter, found: Effective, rule: Mapping[str, Any]) -> Effective:
    """So many times another parameter, while this one has a certain value or nobody wrote one."""
    untouched = found.setting is None and found.origin != "supplied"
    applies = (
        untouched if rule.get("unset") else found.value is not None and found.value.setting == rule["when"]
    )
    source = effects.of(rule["of"])
    if not applies or source.value is None or source.value.number is None:
        return found
    try:
        value = parameter.read(str(int(source.value.number * rule["times"])))
    except ValueProblem:  # more than PostgreSQL takes: what then runs cannot be said
        return found
    text = parameter.show(value.setting)
    if found.setting is None:
        return Effective(found.name, text, value, "citus")
    product = f"{rule['times']} * {rule['of']}"
    reason = f"{found.name} = {found.written} is replaced for Citus by {text}, {product}"
    return Effective(found.name, text, value, "citus", found.setting, FORCED, reason, found.shadowed)


def _overwritten(effects: Effects, found: Effective) -> Effective:
    """A parameter that Patroni manages while a key of its dynamic configuration is on."""
    rule = effects.rules.get("overwritten", {}).get(found.name.lower())
    if rule is None or found.setting is None:
        return found
    switch = effects.of(f"patroni.{rule['while']}")
    if (switch.text or "").lower() in ("", "off", "false", "no", "0"):
        return found
    reason = f"Patroni sets {found.name} itself while {rule['while']} is {switch.text}"
    return Effective(found.name, None, None, "patroni", found.setting, OWNED, reason, found.shadowed)


def libraries(effects: Effects) -> tuple[str, ...]:
    """The libraries that the server loads at its start, as they are listed."""
    name = table("postgresql")["libraries"]
    text = effects.of(name).text or ""
    return tuple(part.strip().strip('"') for part in text.split(",") if part.strip())
