"""A setting as SHOW prints it."""

from __future__ import annotations

from pgcfglint.catalog.numbers import multipliers_of


def show(setting: str, vartype: str, unit: str, *, octal: bool = False) -> str:
    """The setting with the largest unit that divides it.

    Source: ShowGUCOption(), convert_int_from_base_unit() and convert_real_from_base_unit() in
    src/backend/utils/misc/guc.c.
    """
    if octal:
        return f"{int(setting):04o}"
    if not unit or vartype not in ("integer", "real") or float(setting) <= 0:
        return setting
    if vartype == "integer":
        return _show_integer(int(setting), unit)
    return _show_real(float(setting), unit)


def _show_integer(number: int, unit: str) -> str:
    for name, (multiplier, _) in reversed(multipliers_of(unit).items()):
        if multiplier <= 1:
            return f"{round(number / multiplier)}{name}"
        if number % int(multiplier) == 0:
            return f"{number // int(multiplier)}{name}"
    return str(number)


def _show_real(number: float, unit: str) -> str:
    shown = ""
    for name, (multiplier, _) in reversed(multipliers_of(unit).items()):
        value = number / multiplier
        shown = f"{value:g}{name}"
        # Rounding must not lead to an unreasonably small unit: near enough to a whole number will do.
        if value > 0 and abs(round(value) / value - 1) <= 1e-8:
            break
    return shown
