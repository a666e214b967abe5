"""Words over numbers: the smallest, the nearest, the first that is known."""

from __future__ import annotations

import math

from pgcfglint.expression import UNKNOWN, evaluate
from pgcfglint.words.registry import values, word

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from typing import Any

    from pgcfglint.expression import Tree
    from pgcfglint.scope import Scope


@word("first", "same", gives="same", repeats=True)
def first(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The first argument that is not UNKNOWN."""
    return next((value for value in values(scope, arguments) if value is not UNKNOWN), UNKNOWN)


@word("min", "number", "number", gives="same", repeats=True)
def smallest(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The smallest argument."""
    found = values(scope, arguments)
    return UNKNOWN if UNKNOWN in found else min(found)


@word("max", "number", "number", gives="same", repeats=True)
def largest(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The largest argument."""
    found = values(scope, arguments)
    return UNKNOWN if UNKNOWN in found else max(found)


@word("clamp", "number", "number", "number", gives="same")
def clamp(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The first argument, but not below the second nor above the third."""
    found = values(scope, arguments)
    return UNKNOWN if UNKNOWN in found else max(found[1], min(found[0], found[2]))


@word("ceil", "count", gives="count")
def ceiling(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The next whole number above."""
    value = evaluate(arguments[0], scope)
    return value if value is UNKNOWN or math.isinf(value) else math.ceil(value)


@word("pick", "bool", "same", "same", gives="same")
def pick(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The second argument where the first holds, else the third."""
    chosen = evaluate(arguments[0], scope)
    return UNKNOWN if chosen is UNKNOWN else evaluate(arguments[1] if chosen else arguments[2], scope)


@word("floor_to", "number", "number", gives="same")
def floor_to(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The first argument in whole steps of the second, at least one."""
    value, step = values(scope, arguments)
    return UNKNOWN if UNKNOWN in (value, step) else max(1, math.floor(value / step + 1e-9)) * step


@word("assumed", "named", gives="same")
def assumed(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The value of a parameter; where the chart does not pass on what is written, what runs without it."""
    return scope.assumed(arguments[0][1])
