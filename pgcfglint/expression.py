"""The sentence language of rules: evaluation of checked trees over the names of one group.

A tree is made of plain tuples, so that a bundle can carry it as literals:

    ("num", 0.25)                 a number in base units (bytes, milliseconds, plain)
    ("text", "replica")           a quoted literal that is compared as text
    ("label", "fsync", "off")     a quoted literal in the words of a parameter: read as that one reads it
    ("name", "shared_buffers")    a value
    ("-", x)  ("+", a, b)  ("*", a, b)  ("/", a, b)
    ("cmp", first, op, second, op, third, ...)
    ("in", x, (item, ...))        ("and", ...)  ("or", ...)  ("not", x)
    ("call", word, argument, ...)

`sentence.py` makes trees out of text; nothing here needs Python's `ast`. Logic is Kleene's: UNKNOWN
spreads except through a decisive `and` or `or`.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Protocol

    Tree = tuple[Any, ...]

    class Names(Protocol):
        """What a tree is evaluated over."""

        def amount(self, name: str) -> Any:
            """The value for arithmetic and order: automatic and inherited values resolved."""

        def raw(self, name: str) -> Any:
            """The value for equality: -1 is -1."""

        def label(self, name: str, text: str) -> Any:
            """A literal as the parameter reads it."""

        def call(self, word: str, arguments: tuple[Tree, ...]) -> Any:
            """The result of a word."""


class _Unknown:
    """The value of what no input says. There is one: UNKNOWN."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("UNKNOWN is neither true nor false")

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()


def evaluate(tree: Tree, names: Names) -> Any:
    """The value of a tree: a number, a bool, a text, a tuple of texts, or UNKNOWN."""
    return _EVALUATORS[tree[0]](tree, names)


def holds(tree: Tree | None, names: Names) -> Any:
    """True, False or UNKNOWN; a missing tree holds."""
    if tree is None:
        return True
    value = evaluate(tree, names)
    return value if value is UNKNOWN else bool(value)


def names_of(tree: Tree) -> tuple[str, ...]:
    """The names that a tree mentions, in order of appearance, each once."""
    return tuple(dict.fromkeys(node[1] for node in _walk(tree) if node[0] == "name"))


def words_of(tree: Tree) -> tuple[str, ...]:
    """The words that a tree calls, each once."""
    return tuple(dict.fromkeys(node[1] for node in _walk(tree) if node[0] == "call"))


def _walk(tree: Tree) -> Iterator[Tree]:
    yield tree
    if tree[0] in ("num", "text", "label"):
        return
    for part in tree[1:]:
        if isinstance(part, tuple) and part:
            for node in part if isinstance(part[0], tuple) else (part,):
                yield from _walk(node)


def _constant(tree: Tree, names: Names) -> Any:
    return tree[1]


def _label(tree: Tree, names: Names) -> Any:
    return names.label(tree[1], tree[2])


def _name(tree: Tree, names: Names) -> Any:
    return names.amount(tree[1])


def _minus(tree: Tree, names: Names) -> Any:
    left = evaluate(tree[1], names)
    if len(tree) == 2:
        return left if not _number(left) else -left
    right = evaluate(tree[2], names)
    return left - right if _number(left) and _number(right) else UNKNOWN


def _plus(tree: Tree, names: Names) -> Any:
    left, right = evaluate(tree[1], names), evaluate(tree[2], names)
    return left + right if _number(left) and _number(right) else UNKNOWN


def _times(tree: Tree, names: Names) -> Any:
    left, right = evaluate(tree[1], names), evaluate(tree[2], names)
    return left * right if _number(left) and _number(right) else UNKNOWN


def _divide(tree: Tree, names: Names) -> Any:
    left, right = evaluate(tree[1], names), evaluate(tree[2], names)
    return left / right if _number(left) and _number(right) and right else UNKNOWN


def _number(value: Any) -> bool:
    return isinstance(value, (int, float))


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def _compare(tree: Tree, names: Names) -> Any:
    result: Any = True
    for index in range(1, len(tree) - 2, 2):
        left, operator, right = tree[index], tree[index + 1], tree[index + 2]
        one = _pair(left, operator, right, names)
        if one is False:
            return False
        if one is UNKNOWN:
            result = UNKNOWN
    return result


def _pair(left: Tree, operator: str, right: Tree, names: Names) -> Any:
    if operator in ("==", "!="):
        first, second = _exact(left, names), _exact(right, names)
        if first is UNKNOWN or second is UNKNOWN:
            return UNKNOWN
        return (first == second) == (operator == "==")
    first, second = evaluate(left, names), evaluate(right, names)
    if not (_number(first) and _number(second)):
        return UNKNOWN
    return _ORDER[operator](first, second)


def _exact(tree: Tree, names: Names) -> Any:
    return names.raw(tree[1]) if tree[0] == "name" else evaluate(tree, names)


def _in(tree: Tree, names: Names) -> Any:
    value = _exact(tree[1], names)
    if value is UNKNOWN:
        return UNKNOWN
    found: Any = False
    for item in tree[2]:
        other = _exact(item, names)
        if other is UNKNOWN:
            found = UNKNOWN
        elif value == other:
            return True
    return found


def _and(tree: Tree, names: Names) -> Any:
    result: Any = True
    for part in tree[1:]:
        value = holds(part, names)
        if value is False:
            return False
        if value is UNKNOWN:
            result = UNKNOWN
    return result


def _or(tree: Tree, names: Names) -> Any:
    result: Any = False
    for part in tree[1:]:
        value = holds(part, names)
        if value is True:
            return True
        if value is UNKNOWN:
            result = UNKNOWN
    return result


def _not(tree: Tree, names: Names) -> Any:
    value = holds(tree[1], names)
    return value if value is UNKNOWN else not value


def _call(tree: Tree, names: Names) -> Any:
    return names.call(tree[1], tree[2:])


_EVALUATORS: dict[str, Callable[[Tree, Names], Any]] = {
    "num": _constant,
    "text": _constant,
    "label": _label,
    "name": _name,
    "-": _minus,
    "+": _plus,
    "*": _times,
    "/": _divide,
    "cmp": _compare,
    "in": _in,
    "and": _and,
    "or": _or,
    "not": _not,
    "call": _call,
}
