"""Numbers as C's strtol and strtod find them at the start of a text, which is how PostgreSQL reads them.

Both answer the value and the place where they stopped, or raise `Refused` ("syntax") where nothing was
found or the number does not fit. Source: src/backend/utils/misc/guc.c, parse_int and parse_real.
"""

from __future__ import annotations

import re
from math import copysign

from pgcfglint.catalog.problem import Refused
from pgcfglint.lazy import pattern
from pgcfglint.units.factors import BLOCK, BYTES, MICROSECONDS

SPACE = " \t\n\v\f\r"
"""What isspace() accepts in the C locale."""
DIGITS = "0123456789"

INT_MIN, INT_MAX = -(2**31), 2**31 - 1
LONG_MIN, LONG_MAX = -(2**63), 2**63 - 1
LARGEST = 1.7976931348623157e308
"""DBL_MAX: pg_settings prints it as 1.79769e+308, which would be less."""
SMALLEST = 2.2250738585072014e-308
"""Below this a double loses digits, and strtod reports ERANGE."""

_LONG = pattern(r"[ \t\n\v\f\r]*([+-]?)(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))")
_HEX = r"0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?"
_DECIMAL = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_DOUBLE = pattern(
    rf"[ \t\n\v\f\r]*([+-]?)(?:({_HEX})|({_DECIMAL})|([iI][nN][fF](?:[iI][nN][iI][tT][yY])?)"
    r"|([nN][aA][nN](?:\([0-9a-zA-Z_]*\))?))"
)
_UNIT = pattern(r"[ \t\n\v\f\r]*(?:([^ \t\n\v\f\r]{1,3})[ \t\n\v\f\r]*)?")


def strtol(text: str) -> tuple[int | None, int]:
    """An integer in base 0 (leading 0x: hexadecimal, leading 0: octal) and where it ends.

    None for a number that does not fit a C long; (None, 0) where there are no digits.
    """
    digits = text[: len(text) - len(text.lstrip(DIGITS))]
    if digits and digits[0] != "0" and len(digits) < 19:  # nearly always, and without a pattern
        return int(digits), len(digits)
    match = _LONG.match(text)
    if match is None:
        return None, 0
    sign, hexadecimal, octal, decimal = match.groups()
    digits = hexadecimal or octal or decimal
    if len(digits) > 30 and len(digits.lstrip("0")) > 30:
        return None, match.end()
    value = int(digits, 16 if hexadecimal else 8 if octal else 10) * (-1 if sign == "-" else 1)
    return (value if LONG_MIN <= value <= LONG_MAX else None), match.end()


def strtod(text: str) -> tuple[float, int]:
    """A floating-point number and where it ends; hexadecimal ones and infinity are numbers too."""
    whole, _, fraction = text.partition(".")
    if text.isascii() and whole.isdigit() and fraction.isdigit() and 1e-9 < float(text) < 1e9:
        return float(text), len(text)
    match = _DOUBLE.match(text)
    if match is None:
        raise Refused("syntax", "it does not start with a number")
    sign, hexadecimal, decimal, infinity, nan = match.groups()
    if nan:
        raise Refused("syntax", "nan is not a number that PostgreSQL takes")
    if infinity:
        return float(f"{sign}inf"), match.end()
    try:
        value = float.fromhex(hexadecimal) if hexadecimal else float(decimal)
    except OverflowError:
        value = float("inf")
    if value > LARGEST:
        raise Refused("range", "the number is too large")
    if value < SMALLEST and (value or _significant(hexadecimal, decimal)):
        raise Refused("range", "the number is too close to zero")
    return (-value if sign == "-" else value), match.end()


def _significant(hexadecimal: str | None, decimal: str) -> bool:
    """Whether a text that became 0 had another digit than 0 in front of its exponent."""
    if hexadecimal:
        return re.match("0[xX][0.]*[1-9a-fA-F]", hexadecimal) is not None
    return re.match("[0.]*[1-9]", decimal) is not None


def parse_integer(text: str, unit: str) -> int:
    """An integer parameter's text in its base unit ("" for none): rounded half to even, within 32 bits."""
    long, end = strtol(text)
    value = float(long or 0)
    if (long is None and end) or text[end : end + 1] in (".", "e", "E"):
        # The whole text is read again, so 010 is 8, but 010.5 is 10.5.
        value, end = strtod(text)
    elif not end:
        raise Refused("syntax", "it does not start with a number")
    value = to_base_unit(value, text, end, unit)
    if value in (float("inf"), float("-inf")) or not INT_MIN <= round(value) <= INT_MAX:
        raise Refused("range", "it does not fit into 32 bits")
    return round(value)


def parse_real(text: str, unit: str) -> float:
    """A floating-point parameter's text in its base unit ("" for none)."""
    value, end = strtod(text)
    return to_base_unit(value, text, end, unit)


def to_base_unit(value: float, text: str, end: int, unit: str) -> float:
    """The number with the unit that follows it in the text, in the parameter's base unit.

    An amount is rounded to whole units of the next smaller kind: 0.001GB is 1MB.
    """
    if end == len(text):
        return value
    multipliers = multipliers_of(unit)
    written: str | None = text[end:]
    if written not in multipliers:
        match = _UNIT.fullmatch(text, end)
        written = match and match.group(1)
        if match and not written:
            return value
    if written is None or written not in multipliers:
        raise Refused("unit", "it has an unknown unit" if unit else "it takes no unit")
    multiplier, smaller = multipliers[written]
    value *= multiplier
    if smaller and abs(value) < 1e300:
        # copysign: rint() keeps the sign of -0.4, and a real parameter then shows -0.
        value = copysign(round(value / smaller), value) * smaller
    return value


_multipliers: dict[str, dict[str, tuple[float, float]]] = {"": {}}


def multipliers_of(unit: str) -> dict[str, tuple[float, float]]:
    """For a base unit of pg_settings: each unit that may be written, with what it multiplies by and what
    the next smaller one does (0 for the smallest)."""
    if unit not in _multipliers:
        units, base = (BYTES, memory_unit(unit)) if unit.endswith("B") else (MICROSECONDS, MICROSECONDS[unit])
        table, smaller = {}, 0.0
        for name, factor in units.items():
            table[name] = (factor / base, smaller)
            smaller = factor / base
        _multipliers[unit] = table
    return _multipliers[unit]


def memory_unit(unit: str) -> int:
    """Bytes of a base unit; pg_settings also counts in pages, "8kB"."""
    if unit == "8kB":
        return BLOCK
    return BYTES[unit]
