"""Amounts as PostgreSQL and Kubernetes spell them, on plain numbers.

Memory is in bytes, time in milliseconds. The factors come from the pint definition files beside this
module (`postgresql.txt`, `kubernetes.txt`); how a server reads the value of a parameter, with all its
roundings, is the catalogue's business (`pgcfglint.catalog`).
"""

from __future__ import annotations

from pgcfglint.lazy import pattern
from pgcfglint.units.factors import BYTES, MICROSECONDS, SUFFIXES

__all__ = [
    "format_bytes",
    "format_quantity",
    "format_time",
    "parse_postgresql",
    "parse_quantity",
    "round_for_people",
]

_QUANTITY = pattern(
    r"([+-]?)([0-9]{1,60})?(?:\.([0-9]{0,60}))?"
    r"(?:[eE]([+-]?[0-9]{1,3})|(" + "|".join(sorted(SUFFIXES, key=len, reverse=True)) + "))?"
)
_AMOUNT = pattern(r"\s*([+-]?)([0-9]{1,60})(?:\.([0-9]{1,60}))?\s*([A-Za-z]{0,3})\s*")
_DIGITS = "0123456789"
_BINARY = ("Ei", "Pi", "Ti", "Gi", "Mi", "Ki")


def parse_quantity(text: str) -> int | float | None:
    """A Kubernetes quantity (`2Gi`, `512M`, `500m`, `1e9`) as a number of bytes, cores or things.

    Exact, and an int where it is whole; None where Kubernetes would refuse the text.
    https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/

    >>> parse_quantity("2Gi"), parse_quantity("500m"), parse_quantity("128974848m")
    (2147483648, 0.5, 128974.848)
    """
    suffix = text.lstrip(_DIGITS)
    whole = text[: len(text) - len(suffix)]
    if 0 < len(whole) < 60 and suffix in SUFFIXES:  # nearly always, and without a pattern
        return _number("", whole, "", *SUFFIXES[suffix])
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return None
    sign, whole, fraction, exponent, suffix = match.groups()
    if not whole and not fraction:
        return None
    numerator, denominator = SUFFIXES[suffix] if suffix else (1, 1)
    if exponent:
        power = int(exponent)
        numerator, denominator = (10**power, 1) if power >= 0 else (1, 10**-power)
    return _number(sign, whole or "", fraction or "", numerator, denominator)


def parse_postgresql(text: str, dimension: str) -> int | float | None:
    """An amount in PostgreSQL's spelling in bytes (dimension "bytes") or milliseconds ("time").

    Without a unit it is already in bytes or milliseconds. None where it is no such amount. This is
    for the literals of rules; the values of parameters are read by `Parameter.read`.

    >>> parse_postgresql("64MB", "bytes"), parse_postgresql("15min", "time")
    (67108864, 900000)
    """
    units, base = (BYTES, 1) if dimension == "bytes" else (MICROSECONDS, MICROSECONDS["ms"])
    unit = text.lstrip(_DIGITS)
    whole = text[: len(text) - len(unit)]
    if 0 < len(whole) < 60 and unit in units:
        return _number("", whole, "", units[unit], base)
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return None
    sign, whole, fraction, unit = match.groups()
    if not unit:
        return _number(sign, whole, fraction or "", 1, 1)
    return _number(sign, whole, fraction or "", units[unit], base) if unit in units else None


def _number(sign: str, whole: str, fraction: str, numerator: int, denominator: int) -> int | float:
    """±whole.fraction * numerator / denominator: an int where that is whole, else the nearest float."""
    numerator *= int(whole + fraction) * (-1 if sign == "-" else 1)
    denominator *= 10 ** len(fraction)
    return numerator / denominator if numerator % denominator else numerator // denominator


def format_quantity(amount: int | float) -> str:
    """Bytes in Kubernetes' spelling, exact: the largest binary suffix that divides them.

    >>> format_quantity(2147483648), format_quantity(1536 * 1024 * 1024), format_quantity(1000)
    ('2Gi', '1536Mi', '1000')
    """
    if amount != int(amount):
        return f"{amount:g}"
    amount = int(amount)
    for suffix in _BINARY:
        factor = SUFFIXES[suffix][0]
        if amount and amount % factor == 0:
            return f"{amount // factor}{suffix}"
    return str(amount)


def format_bytes(amount: int | float) -> str:
    """Bytes in PostgreSQL's spelling, exact: the largest unit that divides them.

    >>> format_bytes(536870912), format_bytes(8192), format_bytes(0)
    ('512MB', '8kB', '0')
    """
    return _format(amount, BYTES, 1)


def format_time(amount: int | float) -> str:
    """Milliseconds in PostgreSQL's spelling, exact to the microsecond: the largest unit that divides them.

    >>> format_time(900000), format_time(0.5), format_time(90000)
    ('15min', '500us', '90s')
    """
    return _format(amount, MICROSECONDS, MICROSECONDS["ms"])


def _format(amount: int | float, units: dict[str, int], base: int) -> str:
    smallest = next(iter(units))
    if amount in (float("inf"), float("-inf")) or amount != amount:
        return str(amount)
    exact = amount * base
    if exact != int(exact):
        nearest = round(exact)
        # A float such as 0.1 ms is only nearly 100 us.
        if not nearest or abs(exact / nearest - 1) > 1e-8:
            return f"{exact:g}{smallest}"
        exact = nearest
    exact = int(exact)
    for unit in reversed(units):
        if exact and exact % units[unit] == 0:
            return f"{exact // units[unit]}{unit}"
    return "0"


def round_for_people(amount: int | float, step: int | None = None, direction: str = "down") -> int:
    """Bytes as a number that a person would write: whole GB from 10GB on, whole MB from 1MB on, else kB.

    `step` (in the unit of the amount) replaces that choice; direction is "down", "up" or "near".

    >>> format_bytes(round_for_people(0.3 * 2147483648)), format_bytes(round_for_people(33.9 * 2**30))
    ('614MB', '33GB')
    """
    if step is None:
        size = abs(amount)
        step = BYTES["GB" if size >= 10 * BYTES["GB"] else "MB" if size >= BYTES["MB"] else "kB"]
    steps = amount // step if direction == "down" else -(-amount // step)
    if direction == "near":
        steps = (amount + step / 2) // step
    return int(steps) * step
