"""Values as people write them: `2GB` for a parameter, `2Gi` for a limit, one decimal where it helps."""

from __future__ import annotations

import math

from pgcfglint import units
from pgcfglint.vocabulary import NAMES

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from typing import Any


def spell(value: Any, dimension: str) -> str:
    """A value as text: sizes in whole MB from 10 MB on, times, plain numbers."""
    if isinstance(value, float) and math.isinf(value):
        return short(value)
    if dimension == "bytes" and not isinstance(value, str):
        return units.format_bytes(about(value))
    if dimension == "time" and not isinstance(value, str):
        return units.format_time(round(value / 1000) * 1000 if value >= 10_000 else round(value))
    if isinstance(value, bool):
        return "on" if value else "off"
    return short(value) if isinstance(value, (int, float)) else str(value)


def short(number: float) -> str:
    """A number with one decimal below ten, none above."""
    if math.isinf(number):
        return "unlimited"
    text = f"{number:.1f}" if abs(number) < 10 else f"{number:.0f}"
    return text[:-2] if text.endswith(".0") else text


def about(amount: float) -> int:
    """Bytes rounded to what a reader wants to see: whole MB from 10 MB, whole kB below."""
    step = 1024 * 1024 if amount >= 10 * 1024 * 1024 else 1024
    rounded = round(amount / step) * step
    return int(rounded or amount)


def spell_for(name: str, value: Any, dimension: str) -> str:
    """A value in the spelling of its place: `2GB` for a parameter, `2Gi` for a limit."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower() if name in NAMES else "on" if value else "off"
    if name in NAMES:
        if dimension == "bytes":
            return units.format_quantity(int(value))
        return str(math.ceil(value / 1000)) if dimension == "time" else short(value)
    if dimension == "bytes":
        return units.format_bytes(int(value))
    if dimension == "time":
        return units.format_time(value)
    return str(int(value)) if float(value).is_integer() else f"{value:g}"
