"""What Patroni's own checks make of a value before it reaches postgresql.conf: kept, clamped or removed.

The checks follow PostgreSQL's reading of values closely; here are the rules in which they differ
(behaviour seen on Patroni 2.1 to 4.1), and patroni-validators.yaml has the parameters that do.
"""

from __future__ import annotations

from pgcfglint.lazy import pattern
from pgcfglint.platform.tables import table, version_key
from pgcfglint.units.factors import BYTES, MICROSECONDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pgcfglint.catalog import Parameter

KEPT, CLAMPED, REMOVED = "kept", "clamped", "removed"

_INTEGER = pattern(r"[-+]?(?:0x[0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)")
_REAL = pattern(r"[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?")


_known: dict[tuple[str, str, int], Mapping[str, str]] = {}
"""The differences of the releases and majors that this process has met."""


class Admission:
    """The checks of one Patroni release for one PostgreSQL major."""

    __slots__ = ("_differences", "_words")

    def __init__(self, rules: Mapping[str, Any], version: str, major: int) -> None:
        """`rules` is the platform's table, `version` Patroni's, `major` PostgreSQL's."""
        self._words = frozenset(rules["bool_words"])
        key = (rules["validators"], version, major)
        if key not in _known:
            _known[key] = _differences(*key)
        self._differences = _known[key]

    def knows(self, parameter: Parameter) -> bool:
        """Whether a parameter of PostgreSQL is known to Patroni at all."""
        if parameter.module and "." not in parameter.name:
            return False
        # What PostgreSQL only shows (context internal) has no check, and --describe-config leaves it out.
        return parameter.context != "internal" and self._differences.get(parameter.name.lower()) != "removed"

    def judge(self, parameter: Parameter, text: str) -> tuple[str, str]:
        """(KEPT, text), (CLAMPED, the bound in the parameter's unit) or (REMOVED, "")."""
        difference = self._differences.get(parameter.name.lower(), "")
        kind, _, details = difference.partition(" ")
        if not self.knows(parameter):
            return REMOVED, ""
        if kind == "unchecked" or (parameter.vartype == "string" and kind != "bool") or parameter.module:
            return KEPT, text
        if parameter.vartype == "bool" or kind == "bool":
            return (KEPT, text) if self.is_bool(text) else (REMOVED, "")
        if parameter.vartype == "enum":
            refused = details.split() if kind == "refuses" else ()
            return (KEPT, text) if self._is_label(parameter, text, refused) else (REMOVED, "")
        low, high = details.split() if kind == "range" else (parameter.min_val, parameter.max_val)
        return self._number(parameter, text, float(low or 0), float(high or 0))

    def is_bool(self, text: str) -> bool:
        """Whether Patroni takes a text for a boolean; unlike PostgreSQL it knows whole words only."""
        return text.lower() in self._words

    def _is_label(self, parameter: Parameter, text: str, refused: tuple[str, ...] | list[str]) -> bool:
        label = text.lower()
        labels = {known.lower() for known in (*parameter.enumvals, *parameter.hidden_enumvals)}
        return label in labels and label not in refused

    def _number(self, parameter: Parameter, text: str, low: float, high: float) -> tuple[str, str]:
        number = read_number(text, parameter.unit or "", whole=parameter.vartype == "integer")
        if number is None:
            return REMOVED, ""
        if low <= number <= high:
            return KEPT, text
        return CLAMPED, f"{low if number < low else high:.15g}"


def read_number(text: str, unit: str = "", *, whole: bool) -> float | None:
    """A number as Patroni reads it, in `unit`; None where it is none to Patroni.

    Integers may be octal or hexadecimal, and are rounded, half to even. A written unit is case
    sensitive; the amount is rounded to the next smaller unit first.
    """
    text = text.strip()
    number: float | None = None
    rest = text
    if whole:
        match = _INTEGER.match(text)
        if match:
            digits, rest = match.group(), text[match.end() :]
            number = _integer(digits)
    if not whole or (number is None and rest[:1] == ".") or rest[:1] in (".", "e", "E"):
        match = _REAL.match(text)
        number, rest = (float(match.group()), text[match.end() :]) if match else (None, text)
    if number is None:
        return None
    rest = rest.strip()
    if rest:
        number = _convert(number, rest, unit)
    if number is None or number != number or number in (float("inf"), float("-inf")):
        return number if number in (float("inf"), float("-inf")) and not whole else None
    return round(number) if whole else number


def _integer(digits: str) -> int:
    bare = digits.lstrip("+-").lower()
    base = 16 if bare.startswith("0x") else 8 if bare.startswith("0") else 10
    return int(digits, base) if base != 8 else int(digits.replace("+", ""), 8)


def _convert(number: float, written: str, unit: str) -> float | None:
    """A number of `written` units in the unit of a parameter, which may carry a count (8kB)."""
    count = unit[: len(unit) - len(unit.lstrip("0123456789"))]
    base = unit[len(count) :]
    scale: Mapping[str, int] = BYTES if base in BYTES else MICROSECONDS if base in MICROSECONDS else {}
    if written not in scale or base not in scale:
        return None
    names = list(scale)
    number *= scale[written] / scale[base] / int(count or 1)
    if written != names[0]:
        # In steps of the next smaller unit, seen from the base unit alone: a count does not matter here.
        step = scale[names[names.index(written) - 1]] / scale[base]
        number = round(number / step) * step
    return number


def _differences(stem: str, version: str, major: int) -> Mapping[str, str]:
    """By name (lower case) → difference, at one release and major."""
    tables = table(stem)
    wanted = version_key(version)
    # A release answers as the line before it: 4.0 as 4.0.7, 3.1 as 3.0.4.
    lines = [line for line in tables if version_key(line)[:2] <= wanted[:2]]
    rows = tables[lines[-1] if lines else next(iter(tables))] if tables else {}
    return {
        name.lower(): difference
        for name, kinds in rows.items()
        for difference, majors in kinds.items()
        if _covers(majors, major)
    }


def _covers(majors: str, major: int) -> bool:
    first, dash, last = majors.partition("-")
    return int(first) <= major <= int(last) if dash else str(major) in majors.split()
