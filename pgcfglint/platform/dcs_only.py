"""Parameters that Patroni takes from the DCS alone, puts on the command line and keeps above a floor."""

from __future__ import annotations

from pgcfglint.catalog import ValueProblem
from pgcfglint.model import LOCAL
from pgcfglint.platform.admission import read_number
from pgcfglint.platform.effective import DEFAULTED, IGNORED, OWNED, Effective
from pgcfglint.platform.tables import at_version
from pgcfglint.platform.take import refused, take

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pgcfglint.catalog import Parameter
    from pgcfglint.model import Setting
    from pgcfglint.platform.effects import Effects

    Rule = Mapping[str, Any]

_TRUE = frozenset(("on", "true", "yes", "1"))


def resolve(effects: Effects, parameter: Parameter, rule: Rule, settings: list[Setting]) -> Effective:
    """What runs; `rule` is the parameter's entry in the platform's table."""
    if _settable(effects, rule) == "never" and "place" in rule:
        return _from_elsewhere(effects, parameter, rule, settings)
    local = tuple(setting for setting in settings if setting.layer == LOCAL)
    setting = next((setting for setting in settings if setting.layer != LOCAL), None)
    default = _default(effects, parameter, rule)
    if setting is not None:
        return _checked(effects, parameter, rule, setting, default).replace(shadowed=local)
    supplied = effects.supplied(parameter.name)
    if supplied is not None:
        default = as_supplied(_checked(effects, parameter, rule, supplied, default))
    if not local:
        return default
    reason = local_reason(parameter.name, default)
    return default.replace(setting=local[0], fate=IGNORED, shadowed=local[1:], reason=reason)


def as_supplied(found: Effective) -> Effective:
    """An effective value of a setting that nobody wrote: the chart or operator supplies it."""
    return found.replace(setting=None, origin="supplied" if found.origin == "written" else found.origin)


def local_reason(name: str, found: Effective) -> str:
    """Why a local value does not count."""
    return (
        f"Patroni takes {name} from the dynamic configuration alone; the local value is dropped "
        f"without a word and PostgreSQL runs with {found.text}"
    )


def _settable(effects: Effects, rule: Rule) -> str:
    """never, "on" (only a true value) or any, for this Patroni."""
    return str(at_version(rule.get("settable", {}), effects.patroni or "", "any"))


def _from_elsewhere(effects: Effects, parameter: Parameter, rule: Rule, settings: list[Setting]) -> Effective:
    """A parameter that Patroni fills from a key of its own."""
    text = effects.cluster.scope if rule["place"] == "scope" else ""
    value = parameter.read(text) if text else None
    found = Effective(parameter.name, text or None, value, "patroni" if text else "unknown")
    if not settings:
        return found
    reason = (
        f"Patroni sets {parameter.name} itself, from {rule['place']}; "
        f"{effects.shown(settings[0])} is ignored{effects.quietly()}"
    )
    return found.replace(setting=settings[0], fate=OWNED, shadowed=tuple(settings[1:]), reason=reason)


def _checked(
    effects: Effects, parameter: Parameter, rule: Rule, setting: Setting, default: Effective
) -> Effective:
    """A DCS value after Patroni's check of its own parameters: taken, or Patroni's default."""
    text, why = _own_check(effects, parameter, rule, setting)
    if why:
        reason = f"{why}; Patroni runs its own default {default.text} instead{effects.quietly()}"
        return default.replace(setting=setting, fate=DEFAULTED, reason=reason)
    if rule.get("file"):
        return take(effects, parameter, setting)
    try:
        value = parameter.read(text)
    except ValueProblem as problem:
        # The command line gets the value as it is: nothing clamps it.
        return refused(effects, parameter, setting, problem.message)
    return Effective(parameter.name, parameter.show(value.setting), value, "written", setting)


def _own_check(effects: Effects, parameter: Parameter, rule: Rule, setting: Setting) -> tuple[str, str]:
    """(the text that goes on, "") or ("", why Patroni does not take it)."""
    assert effects.admission is not None
    text, name = setting.text, parameter.name
    settable = _settable(effects, rule)
    alien = f"{effects.shown(setting)} is no {name} that Patroni takes"
    if settable == "never":
        return "", f"this Patroni does not let anybody set {name}"
    if setting.kind in ("list", "map"):
        return "", alien
    if "values" in rule:
        return (text, "") if text.lower() in rule["values"] and setting.kind == "str" else ("", alien)
    if parameter.vartype == "bool":
        if not effects.admission.is_bool(text):
            return "", alien
        if settable == "on" and text.lower() not in _TRUE:
            return "", f"this Patroni keeps {name} on"
        return text, ""
    number = read_number(text, rule.get("unit", ""), whole=True)
    if number is None:
        return "", alien
    if number < rule["min"]:
        least = f"{rule['min']}{rule.get('unit', '')}"
        return "", f"{effects.shown(setting)} is below Patroni's minimum of {least} for {name}"
    return (text if "unit" in rule else f"{number:.0f}"), ""


def _default(effects: Effects, parameter: Parameter, rule: Rule) -> Effective:
    """What Patroni runs without a value that it takes, or what another major's name comes to."""
    for source, conversion in effects.rules.get("translated", {}).items():
        if conversion["to"] == parameter.name and effects.catalog.major >= conversion["since_major"]:
            setting = next((one for one in effects.settings(source) if one.layer != LOCAL), None)
            count = read_number(setting.text, whole=True) if setting else None
            if count is not None and count >= conversion["min"]:
                value = parameter.read(f"{count * conversion['factor']:.0f}{conversion['unit']}")
                return Effective(parameter.name, parameter.show(value.setting), value, "patroni")
    value = parameter.read(rule["default"])
    return Effective(parameter.name, parameter.show(value.setting), value, "patroni")
