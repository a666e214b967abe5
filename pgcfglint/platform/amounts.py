"""Special values as amounts: what `auto`, `inherits` and `unlimited` come to."""

from __future__ import annotations

from pgcfglint.platform.tables import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pgcfglint.catalog import Parameter
    from pgcfglint.platform.effective import Effective
    from pgcfglint.platform.effects import Effects

INHERITS = "inherits:"

OFF = "off"
"""A special value that is no amount: switched off, or chosen in a way that is not known here."""


def amount(effects: Effects, name: str) -> float | None:
    """The amount that a parameter comes to, special values resolved; None where it is unknown or none."""
    effective = effects.of(name)
    if effective.resolved is not None:
        return None if isinstance(effective.resolved, str) else effective.resolved
    found = effective.value.amount if effective.value is not None else None
    return None if isinstance(found, (str, bool)) else found


def meaning_of(parameter: Parameter, effective: Effective) -> str:
    """The meaning of the value that runs if it is a special one (auto, off, inherits:x, ...), else ""."""
    value = effective.value
    if value is None:
        return ""
    special = parameter.special
    number = value.number
    whole = int(number) if number is not None and number == int(number) else None
    return special.get(value.setting) or ("" if whole is None else special.get(whole, ""))


def resolve(effects: Effects, parameter: Parameter, effective: Effective) -> float | str | None:
    """What a special value comes to; None for an ordinary value. `all` (no threshold) is its number."""
    meaning = meaning_of(parameter, effective)
    if meaning in ("", "all"):
        return None
    if meaning.startswith(INHERITS):
        found = amount(effects, meaning[len(INHERITS) :])
    elif meaning == "unlimited":
        found = float("inf")
    elif meaning == "auto":
        found = _automatic(effects, parameter.name)
    else:
        found = None
    return OFF if found is None else found


def _automatic(effects: Effects, name: str) -> float | None:
    formula = table("postgresql")["auto"].get(name.lower())
    source = amount(effects, formula["of"]) if formula else None
    if source is None:
        return None
    found = source * formula["times"] // formula.get("step", 1) * formula.get("step", 1)
    return float(min(max(found, formula.get("min", found)), formula.get("max", found)))
