"""Words for a refused value: what is wrong with it, and what was probably meant."""

from __future__ import annotations

import re

from pgcfglint.catalog.numbers import INT_MAX
from pgcfglint.catalog.problem import ValueProblem, suggest
from pgcfglint.units import format_bytes, parse_quantity
from pgcfglint.units.factors import BYTES, MICROSECONDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pgcfglint.catalog.parameter import Parameter
    from pgcfglint.catalog.problem import Refused

_AMOUNT = re.compile(r"\s*([+-]?[0-9]+(?:\.[0-9]*)?|[+-]?\.[0-9]+)\s*([A-Za-zµ]+)\s*")
_ALIEN = {
    "b byte bytes": "B",
    "k kb kib kilobyte kilobytes": "kB",
    "m mb mib megabyte megabytes": "MB",
    "g gb gib gigabyte gigabytes": "GB",
    "t tb tib terabyte terabytes": "TB",
}
"""Other spellings of memory units, and PostgreSQL's."""
_ALIEN_TIMES = {
    "us µs usec microsecond microseconds": "us",
    "ms msec msecs millis millisecond milliseconds": "ms",
    "s sec secs second seconds": "s",
    "m min mins minute minutes": "min",
    "h hr hrs hour hours": "h",
    "d day days": "d",
}
_BOOLEAN_WORDS = ("true", "false", "yes", "no", "on", "off")


def explain(parameter: Parameter, text: str, refused: Refused) -> ValueProblem:
    """The problem that a person reads, of the first kind that applies."""
    shown = "the value" if parameter.secret else f"{text!r}" if not text or text != text.strip() else text
    name = parameter.name
    if parameter.context == "internal":
        return ValueProblem("range", f"{name} {refused.reason}")
    unit_problem = _unit_problem(parameter, text, shown)
    if unit_problem is not None:
        return unit_problem
    boolean = text.lower() in _BOOLEAN_WORDS
    if boolean and parameter.vartype in ("enum", "string"):
        labels = (
            f"it is one of {', '.join(filter(None, parameter.enumvals))}"
            if parameter.enumvals
            else refused.reason
        )
        message = f"{name} has no value {shown}, which YAML makes of a bare on, off, yes or no: {labels}"
        return ValueProblem("yaml-boolean", message, refused.hint)
    if refused.kind == "range" and parameter.vartype in ("integer", "real"):
        return _range_problem(parameter, text, shown, refused)
    if parameter.vartype in ("string", "enum", "bool"):
        hint = refused.hint or _word(parameter, text)
        return ValueProblem(refused.kind, f"{name}: {shown} {_sentence(refused.reason)}", hint)
    return _number_problem(parameter, text, shown, refused)


def _sentence(reason: str) -> str:
    """The reason as it continues after the value."""
    return reason if reason.startswith(("is ", "can ", "must ")) else f"is refused: {reason}"


def _word(parameter: Parameter, text: str) -> str:
    """The label that was probably meant."""
    if parameter.vartype == "bool":
        word = text.strip().lower()
        if word in ("enable", "enabled", "1.0", "on", "true", "yes"):
            return "on"
        return "off" if word in ("disable", "disabled", "none", "0.0", "off", "false", "no") else ""
    stripped = text.strip().lower()
    if not stripped or len(stripped) > 40 or parameter.vartype != "enum":
        return ""
    labels = [label for label in (*parameter.enumvals, *parameter.hidden_enumvals) if label]
    return next((label for label in labels if label.lower() == stripped), suggest(stripped, labels) or "")


def _unit_problem(parameter: Parameter, text: str, shown: str) -> ValueProblem | None:
    """2Gi, 64mb, 15m: an amount that PostgreSQL would take in another spelling."""
    match = _AMOUNT.fullmatch(text) if parameter.unit else None
    if match is None:
        return None
    digits, unit = match.groups()
    if parameter.dimension == "bytes":
        if unit in BYTES:
            return None
        if unit in ("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"):
            amount = parse_quantity(digits + unit)
            message = (
                f"{parameter.name}: {shown} has a unit of Kubernetes; PostgreSQL's are kB, MB, GB and TB"
            )
            return ValueProblem("kubernetes-unit", message, "" if amount is None else format_bytes(amount))
        right = _meant(_ALIEN, unit)
        message = f"{parameter.name}: {unit} is none of PostgreSQL's units: B, kB, MB, GB, TB (case matters)"
    else:
        if unit in MICROSECONDS:
            return None
        right = _meant(_ALIEN_TIMES, unit)
        message = (
            f"{parameter.name}: {unit} is none of PostgreSQL's units: us, ms, s, min, h, d (case matters)"
        )
    if right is None:
        return None
    return ValueProblem("unit-case", message, digits + right)


def _meant(spellings: dict[str, str], unit: str) -> str | None:
    return next((right for words, right in spellings.items() if unit.lower() in words.split()), None)


def _number_problem(parameter: Parameter, text: str, shown: str, refused: Refused) -> ValueProblem:
    name, reason = parameter.name, refused.reason
    if refused.kind == "unit":
        units = ", ".join(BYTES if parameter.dimension == "bytes" else MICROSECONDS)
        reason = f"only {units} may follow the number" if parameter.unit else "nothing may follow the number"
        if not parameter.unit and _AMOUNT.fullmatch(text):
            reason = f"{name} takes no unit"
    hint = ""
    if re.fullmatch("[0-9]{1,3}([,_'][0-9]{3})+", text):
        hint = re.sub("[,_']", "", text)
    elif parameter.vartype == "real" and re.fullmatch("[0-9]+,[0-9]+", text):
        hint = text.replace(",", ".")
    return ValueProblem("syntax", f"{name}: {shown} is not a number that PostgreSQL takes: {reason}", hint)


def _range_problem(parameter: Parameter, text: str, shown: str, refused: Refused) -> ValueProblem:
    """Out of range, with the nearest limit as the value to take (unless that is as far as numbers go)."""
    name, least, most = parameter.name, parameter.minimum, parameter.maximum
    if (
        least is None
        or most is None
        or refused.reason.startswith(("can ", "must ", "is more", "is too large"))
    ):
        return ValueProblem("range", f"{name}: {shown} {_sentence(refused.reason)}")
    low, high = parameter.show(f"{least:.16g}"), parameter.show(f"{most:.16g}")
    hint = low if text.lstrip().startswith("-") or refused.reason.endswith("is too low") else high
    if hint == high and (most >= INT_MAX or any(form == "sum-limit" for form, _ in parameter.checks)):
        hint = ""  # so high that the server cannot mean it, or refuses it together with the others
    return ValueProblem("range", f"{name}: {shown} is outside the valid range, {low} to {high}", hint)
