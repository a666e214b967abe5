"""The words of the sentence language: small pure functions over one group's names.

A word takes trees, evaluated or only looked at, and gives a number, a text, a truth value, or
UNKNOWN. Python adds words, never rules.
"""

from __future__ import annotations

import math

from pgcfglint import memory
from pgcfglint.expression import UNKNOWN, evaluate

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pgcfglint.expression import Tree
    from pgcfglint.scope import Scope

    Function = Callable[[Scope, tuple[Tree, ...]], Any]


class Word:
    """A word: what it takes and gives (see sentence.WordSignature), the function, and the parameters
    that it looks at without being told."""

    __slots__ = ("arguments", "function", "name", "reads", "repeats", "result")

    def __init__(
        self,
        name: str,
        arguments: tuple[str, ...],
        result: str,
        function: Function,
        repeats: bool = False,
        reads: tuple[str, ...] = (),
    ) -> None:
        self.name, self.arguments, self.result = name, arguments, result
        self.function, self.repeats, self.reads = function, repeats, reads


WORDS: dict[str, Word] = {}
SIGNATURES: Any = WORDS


def _word(
    name: str, *arguments: str, gives: str, repeats: bool = False, reads: tuple[str, ...] = ()
) -> Callable[[Function], Function]:
    def register(function: Function) -> Function:
        WORDS[name] = Word(name, arguments, gives, function, repeats, reads)
        return function

    return register


def call(word: str, scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The result of a word."""
    return WORDS[word].function(scope, arguments)


def _values(scope: Scope, arguments: tuple[Tree, ...]) -> list[Any]:
    return [evaluate(argument, scope) for argument in arguments]


@_word("given", "name", gives="bool")
def given(scope: Scope, arguments: tuple[Tree, ...]) -> bool:
    """Whether the input gives the name a value. Never UNKNOWN."""
    return scope.is_given(arguments[0][1])


@_word("passed_on", "name", gives="bool")
def passed_on(scope: Scope, arguments: tuple[Tree, ...]) -> bool:
    """Whether the chart passes the parameter on."""
    return scope.is_passed_on(arguments[0][1])


@_word("first", "same", gives="same", repeats=True)
def first(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The first argument that is not UNKNOWN."""
    return next((value for value in _values(scope, arguments) if value is not UNKNOWN), UNKNOWN)


@_word("min", "same", "same", gives="same", repeats=True)
def smallest(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The smallest argument."""
    values = _values(scope, arguments)
    return UNKNOWN if UNKNOWN in values else min(values)


@_word("max", "same", "same", gives="same", repeats=True)
def largest(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The largest argument."""
    values = _values(scope, arguments)
    return UNKNOWN if UNKNOWN in values else max(values)


@_word("clamp", "same", "same", "same", gives="same")
def clamp(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The first argument, but not below the second nor above the third."""
    values = _values(scope, arguments)
    return UNKNOWN if UNKNOWN in values else max(values[1], min(values[0], values[2]))


@_word("ceil", "count", gives="count")
def ceiling(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The next whole number above."""
    value = evaluate(arguments[0], scope)
    return value if value is UNKNOWN or math.isinf(value) else math.ceil(value)


@_word("pick", "bool", "same", "same", gives="same")
def pick(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The second argument where the first holds, else the third."""
    chosen = evaluate(arguments[0], scope)
    return UNKNOWN if chosen is UNKNOWN else evaluate(arguments[1] if chosen else arguments[2], scope)


@_word("floor_to", "same", "same", gives="same")
def floor_to(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The first argument in whole steps of the second, at least one."""
    value, step = _values(scope, arguments)
    return UNKNOWN if UNKNOWN in (value, step) else max(1, math.floor(value / step + 1e-9)) * step


@_word("assumed", "same", gives="same")
def assumed(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The value of a parameter; where the chart does not pass on what is written, what runs without it."""
    return scope.assumed(arguments[0][1])


@_word("with_unit", "text", "text", gives="text")
def with_unit(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """A number with a unit behind it."""
    number, unit = _values(scope, arguments)
    return UNKNOWN if number is UNKNOWN else f"{number}{unit}"


@_word("has", "list", "text", gives="bool")
def has(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """Whether a comma list holds a member, compared as PostgreSQL compares library names."""
    members = scope.members_of(arguments[0][1])
    return UNKNOWN if members is UNKNOWN else arguments[1][1] in members


@_word("names_part", "text", "text", gives="bool")
def names_part(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """Whether a text contains another."""
    whole, part = _values(scope, arguments)
    return UNKNOWN if UNKNOWN in (whole, part) else part in whole


@_word("starts", "text", "text", gives="bool", repeats=True)
def starts(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """Whether the first text starts with one of the others."""
    whole, *parts = _values(scope, arguments)
    return UNKNOWN if whole is UNKNOWN else str(whole).startswith(tuple(parts))


@_word("installs", "text", gives="bool")
def installs(scope: Scope, arguments: tuple[Tree, ...]) -> bool:
    """Whether a list of extensions that the chart really installs names the extension."""
    return any(
        arguments[0][1] in database.extensions for database in scope.cluster.databases if database.enabled
    )


@_word("lists", "text", gives="bool")
def lists(scope: Scope, arguments: tuple[Tree, ...]) -> bool:
    """Whether any list of extensions names the extension, switched on or not."""
    return any(arguments[0][1] in database.extensions for database in scope.cluster.databases)


@_word("databases_with", "text", gives="text")
def databases_with(scope: Scope, arguments: tuple[Tree, ...]) -> str:
    """The databases whose extensions name the extension, as a comma list; else the main database."""
    wanted = arguments[0][1]
    databases = scope.cluster.databases
    names = [database.name for database in databases if database.enabled and wanted in database.extensions]
    names = names or [database.name for database in databases if wanted in database.extensions]
    return ",".join(names or [database.name for database in databases[:1]] or ["postgres"])


@_word("database_count", gives="count")
def database_count(scope: Scope, arguments: tuple[Tree, ...]) -> int:
    """How many databases the input creates, at least one."""
    return max(1, len(scope.cluster.databases))


@_word("list_problem", "name", gives="text")
def list_problem(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """What is wrong with a comma list as written, "" where nothing is."""
    return scope.list_problem(arguments[0][1])


@_word("list_mended", "name", gives="text")
def list_mended(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The comma list as it should be written."""
    return scope.list_mended(arguments[0][1])


@_word("is_default_password", "text", gives="bool")
def is_default_password(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """Whether a password is one that charts and manuals publish, a placeholder, or shorter than 12."""
    value = evaluate(arguments[0], scope)
    return UNKNOWN if value is UNKNOWN else scope.is_default_password(str(value))


@_word("is_written_in_overlay", "name", gives="bool")
def is_written_in_overlay(scope: Scope, arguments: tuple[Tree, ...]) -> bool:
    """Whether the name stands in the last of the stacked values files (and there is more than one)."""
    return scope.is_in_overlay(arguments[0][1])


@_word("platform_is", "text", gives="bool")
def platform_is(scope: Scope, arguments: tuple[Tree, ...]) -> bool:
    """Whether the cluster runs on a platform: patroni, citus, kubernetes, cloudnative-pg, ..."""
    return arguments[0][1] in scope.cluster.platform


@_word("layout_is", "text", gives="bool", repeats=True)
def layout_is(scope: Scope, arguments: tuple[Tree, ...]) -> bool:
    """Whether the input was read by one of these layouts."""
    return any(argument[1] == scope.cluster.layout for argument in arguments)


@_word("written_in", "text", gives="count")
def written_in(scope: Scope, arguments: tuple[Tree, ...]) -> int:
    """How many parameters the group writes in a layer: bootstrap, dynamic or local."""
    return sum(1 for setting in scope.group.settings if setting.layer == arguments[0][1])


def _sized(function: Callable[[memory.Sizes], float]) -> Function:
    def word(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
        sizes = scope.sizes()
        return UNKNOWN if sizes is UNKNOWN else function(sizes)

    return word


_word("shared_memory", gives="bytes", reads=memory.PARAMETERS)(_sized(memory.shared_memory))
_word("lock_memory", gives="bytes", reads=memory.PARAMETERS)(_sized(memory.lock_memory))
_word("memory_floor", gives="bytes", reads=memory.PARAMETERS)(_sized(memory.floor))
_word("memory_expected", gives="bytes", reads=memory.PARAMETERS)(_sized(memory.expected))
_word("memory_worst", gives="bytes", reads=memory.PARAMETERS)(_sized(memory.worst))


@_word("cost_of", "name", "count", gives="bytes")
def cost_of(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """Shared memory that giving a parameter another value adds, in bytes."""
    value = evaluate(arguments[1], scope)
    if value is UNKNOWN:
        return UNKNOWN
    before, after = scope.sizes(), scope.tried({arguments[0][1]: str(value)}).sizes()
    return (
        UNKNOWN if UNKNOWN in (before, after) else memory.shared_memory(after) - memory.shared_memory(before)
    )


@_word("most_that_fits", "name", "bytes", "bytes", gives="count")
def most_that_fits(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The highest value of a parameter, each unit of it with so much private memory, that fits into a
    limit together with the shared memory that it causes."""
    name, (each, limit) = arguments[0][1], _values(scope, arguments[1:])
    if UNKNOWN in (each, limit) or scope.sizes() is UNKNOWN:
        return UNKNOWN
    grown = _Grown(scope, name)
    low, high = 0, int(limit // max(each, 1))
    while low < high:
        middle = (low + high + 1) // 2
        fits = memory.shared_memory(grown.at(middle)) + middle * each <= limit
        low, high = (middle, high) if fits else (low, middle - 1)
    return low


class _Grown:
    """The sizes that another value of a parameter leads to, without asking the platform for each: what
    follows from a value (twice as many prepared transactions) follows it in a straight line."""

    def __init__(self, scope: Scope, name: str) -> None:
        self._base = scope.tried({name: "100"}).sizes()
        more = scope.tried({name: "200"}).sizes()
        slopes = ((field, getattr(self._base, field), getattr(more, field)) for field in memory.PARAMETERS)
        self._slopes = {
            field: (value, (then - value) / 100)
            for field, value, then in slopes
            if isinstance(value, (int, float)) and isinstance(then, (int, float)) and value != then
        }

    def at(self, value: int) -> memory.Sizes:
        changes = {
            field: int(start + slope * (value - 100)) for field, (start, slope) in self._slopes.items()
        }
        return self._base.replace(**changes)
