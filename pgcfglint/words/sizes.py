"""Words over the memory of a member, see memory.py."""

from __future__ import annotations

from pgcfglint import memory
from pgcfglint.expression import UNKNOWN, evaluate
from pgcfglint.words.registry import values, word

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pgcfglint.expression import Tree
    from pgcfglint.scope import Scope
    from pgcfglint.words.registry import Function


def _once(function: Callable[[memory.Sizes], Any], scope: Scope) -> Any:
    """What a function makes of a group's sizes, worked out once for all rules that ask."""
    found = scope.memo.get(function)
    if found is None:
        sizes = scope.sizes()
        found = scope.memo[function] = UNKNOWN if sizes is UNKNOWN else function(sizes)
    return found


def _sized(function: Callable[[memory.Sizes], float]) -> Function:
    return lambda scope, arguments: _once(function, scope)


def _summed(total: str) -> Function:
    """One of the three totals, over the same parts as the other two."""

    def summed(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
        parts = _once(memory.parts, scope)
        return UNKNOWN if parts is UNKNOWN else sum(getattr(part, total) for part in parts)

    return summed


word("shared_memory", gives="bytes", reads=memory.PARAMETERS)(_sized(memory.shared_memory))
word("lock_memory", gives="bytes", reads=memory.PARAMETERS)(_sized(memory.lock_memory))
word("memory_floor", gives="bytes", reads=memory.PARAMETERS)(_summed("floor"))
word("memory_expected", gives="bytes", reads=memory.PARAMETERS)(_summed("expected"))
word("page_tables", gives="bytes", reads=memory.PARAMETERS)(_sized(memory.page_tables))
word("memory_worst", gives="bytes", reads=memory.PARAMETERS)(_summed("worst"))


@word("cost_of", "name", "count", gives="bytes")
def cost_of(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """Shared memory that giving a parameter another value adds, in bytes."""
    value = evaluate(arguments[1], scope)
    if value is UNKNOWN:
        return UNKNOWN
    before, after = scope.sizes(), scope.tried({arguments[0][1]: str(value)}).sizes()
    return (
        UNKNOWN if UNKNOWN in (before, after) else memory.shared_memory(after) - memory.shared_memory(before)
    )


@word("most_that_fits", "name", "bytes", "bytes", gives="count")
def most_that_fits(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The highest value of a parameter (or a little less), each unit of it with so much private memory,
    that fits into a limit together with the shared memory that it causes."""
    name, (each, limit) = arguments[0][1], values(scope, arguments[1:])
    if UNKNOWN in (each, limit) or scope.sizes() is UNKNOWN:
        return UNKNOWN
    known = scope.memo.get((name, each, limit))
    if known is None:
        known = scope.memo[name, each, limit] = _most(_Grown(scope, name), each, limit)
    return known


@word("most_expected", "name", "bytes", gives="count")
def most_expected(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The highest value of a parameter with which a busy hour (memory_expected) fits into a limit."""
    name, limit = arguments[0][1], evaluate(arguments[1], scope)
    if limit is UNKNOWN or scope.sizes() is UNKNOWN:
        return UNKNOWN
    grown = _Grown(scope, name)
    low, high = 0, int(scope.amount(name))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if memory.expected(grown.at(middle)) <= limit else (low, middle - 1)
    return low


def _most(grown: _Grown, each: float, limit: float) -> int:
    """Nearly a straight line: from a first guess down until it fits (hash tables grow in jumps)."""
    first, second = memory.shared_memory(grown.at(100)), memory.shared_memory(grown.at(200))
    rise = max((second - first) / 100, 0) + max(each, 1)
    value = int((limit - first) / rise + 100 * (1 - each / rise))
    while value > 0:
        over = memory.shared_memory(grown.at(value)) + value * each - limit
        if over <= 0:
            return value
        value -= max(1, int(over / rise))
    return 0


class _Grown:
    """The sizes that another value of a parameter leads to, without asking the platform for each: what
    follows from a value (twice as many prepared transactions) follows it in a straight line."""

    def __init__(self, scope: Scope, name: str) -> None:
        known = scope.effects.memo.get(("grown", name))
        if known is None:
            known = scope.effects.memo["grown", name] = _growth(scope, name)
        fixed: dict[str, Any] = known[0]
        self._slopes: dict[str, tuple[float, float]] = known[1]
        self._base: memory.Sizes = scope.sizes().replace(**fixed)

    def at(self, value: int) -> memory.Sizes:
        changes = {
            field: int(start + slope * (value - 100)) for field, (start, slope) in self._slopes.items()
        }
        found: memory.Sizes = self._base.replace(**changes)
        return found


def _growth(scope: Scope, name: str) -> tuple[dict[str, Any], dict[str, tuple[float, float]]]:
    """Of the sizes' parameters, those that another value of one sets, and those that grow with it: their
    value at 100 and what each step adds. The same for all groups that share their effects."""
    now, less, more = scope.sizes(), scope.tried({name: "100"}).sizes(), scope.tried({name: "200"}).sizes()
    fixed, slopes = {}, {}
    for field in memory.PARAMETERS:
        value, then = getattr(less, field), getattr(more, field)
        if isinstance(value, (int, float)) and isinstance(then, (int, float)) and value != then:
            slopes[field] = (value, (then - value) / 100)
        elif value != getattr(now, field):
            fixed[field] = value
    return fixed, slopes
