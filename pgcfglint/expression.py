"""The sentence language of rules: evaluation of checked trees over the names of one group.

A tree is made of plain tuples, so that a bundle can carry it as literals:

    ("num", 0.25)                 a number in base units (bytes, milliseconds, plain)
    ("text", "replica")           a quoted literal that is compared as text
    ("label", "fsync", "off")     a quoted literal in the words of a parameter: read as that one reads it
    ("name", "shared_buffers")    a value
    ("item", "setting.kind")      a value of the thing that the rule is asked of
    ("let", "share")              a name of the rule's own
    ("-", x)  ("+", a, b)  ("*", a, b)  ("/", a, b)
    ("cmp", first, op, second, op, third, ...)
    ("in", x, (item, ...))        ("and", ...)  ("or", ...)  ("not", x)
    ("call", word, argument, ...)

`sentence.py` makes trees out of text; nothing here needs Python's `ast`. Logic is Kleene's: UNKNOWN
spreads except through a decisive `and` or `or`.
"""

from __future__ import annotations

from operator import add, mul, sub, truediv

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any, Protocol

    Tree = tuple[Any, ...]
    Function = Callable[["Names"], Any]

    class Names(Protocol):
        """What a tree is evaluated over."""

        def amount(self, name: str) -> Any:
            """The value for arithmetic and order: automatic and inherited values resolved."""

        def raw(self, name: str) -> Any:
            """The value for equality: -1 is -1."""

        def label(self, name: str, text: str) -> Any:
            """A literal as the parameter reads it."""

        item: Mapping[str, Any]
        lets: Mapping[str, Tree]

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
    return compiled(tree)(names)


def holds(tree: Tree | None, names: Names) -> Any:
    """True, False or UNKNOWN; a missing tree holds."""
    if tree is None:
        return True
    value = compiled(tree)(names)
    return value if value is UNKNOWN else bool(value)


_compiled: dict[int, tuple[Tree, Function]] = {}


def compiled(tree: Tree) -> Function:
    """The tree as a function of names, made once (a tree is evaluated for every group and setting)."""
    known = _compiled.get(id(tree))
    if known is None:
        # The tree is kept with its function, so that no other tree can take its identity.
        known = _compiled[id(tree)] = (tree, _COMPILERS[tree[0]](tree))
    return known[1]


CONSTANTS = ("num", "text")
_LEAVES = ("num", "text", "label", "item", "let", "name")


def names_of(tree: Tree) -> tuple[str, ...]:
    """The names that a tree mentions, in order of appearance, each once."""
    return tuple(dict.fromkeys(node[1] for node in nodes_of(tree) if node[0] == "name"))


def lets_of(tree: Tree) -> tuple[str, ...]:
    """The names of the rule's own that a tree mentions, each once."""
    return tuple(dict.fromkeys(node[1] for node in nodes_of(tree) if node[0] == "let"))


def items_of(tree: Tree) -> tuple[str, ...]:
    """The names of the thing asked that a tree mentions, each once."""
    return tuple(dict.fromkeys(node[1] for node in nodes_of(tree) if node[0] == "item"))


def words_of(tree: Tree) -> tuple[str, ...]:
    """The words that a tree calls, each once."""
    return tuple(dict.fromkeys(node[1] for node in nodes_of(tree) if node[0] == "call"))


def nodes_of(tree: Tree) -> Iterator[Tree]:
    """A tree and every tree in it."""
    yield tree
    if tree[0] in _LEAVES:
        return
    for part in tree[1:]:
        if isinstance(part, tuple) and part:
            for node in part if isinstance(part[0], tuple) else (part,):
                yield from nodes_of(node)


def _constant(tree: Tree) -> Function:
    value = tree[1]
    return lambda names: value


def _label(tree: Tree) -> Function:
    _, name, text = tree
    return lambda names: names.label(name, text)


def _name(tree: Tree) -> Function:
    name = tree[1]
    return lambda names: names.amount(name)


def _item(tree: Tree) -> Function:
    name = tree[1]
    return lambda names: names.item[name]


def _let(tree: Tree) -> Function:
    name = tree[1]
    return lambda names: compiled(names.lets[name])(names)


_NUMBERS = (int, float)


def _minus(tree: Tree) -> Function:
    if len(tree) > 2:
        return _difference(tree)
    inner = compiled(tree[1])

    def negative(names: Names) -> Any:
        value = inner(names)
        return -value if isinstance(value, _NUMBERS) else UNKNOWN

    return negative


def _arithmetic(operation: Callable[[Any, Any], Any]) -> Callable[[Tree], Function]:
    """The compiler of an operator: UNKNOWN for what is no number, and where numbers end (a division by
    zero, infinity less infinity, a whole number too large for a float)."""

    def compiler(tree: Tree) -> Function:
        left, right = compiled(tree[1]), compiled(tree[2])

        def result(names: Names) -> Any:
            first, second = left(names), right(names)
            if isinstance(first, _NUMBERS) and isinstance(second, _NUMBERS):
                try:
                    found = operation(first, second)
                except ArithmeticError:
                    return UNKNOWN
                if found == found:  # not a number is not equal to itself
                    return found
            return UNKNOWN

        return result

    return compiler


_difference = _arithmetic(sub)


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def _compare(tree: Tree) -> Function:
    pairs = [_pair(tree[index], tree[index + 1], tree[index + 2]) for index in range(1, len(tree) - 2, 2)]
    return pairs[0] if len(pairs) == 1 else _all(pairs)


def _pair(left: Tree, operator: str, right: Tree) -> Function:
    if operator in ("==", "!="):
        wanted, first, second = operator == "==", _exact(left), _exact(right)
        if right[0] in CONSTANTS:
            return _equals(first, right[1], wanted)

        def equal(names: Names) -> Any:
            one, other = first(names), second(names)
            return UNKNOWN if one is UNKNOWN or other is UNKNOWN else (one == other) == wanted

        return equal
    low, high, compare = compiled(left), compiled(right), _ORDER[operator]
    if right[0] == "num":
        return _bounded(low, compare, right[1])

    def ordered(names: Names) -> Any:
        one, other = low(names), high(names)
        if isinstance(one, _NUMBERS) and isinstance(other, _NUMBERS):
            return compare(one, other)
        return UNKNOWN

    return ordered


def _equals(first: Function, other: Any, wanted: bool) -> Function:
    """An equality with a constant, which most are."""

    def equals(names: Names) -> Any:
        one = first(names)
        return UNKNOWN if one is UNKNOWN else (one == other) == wanted

    return equals


def _bounded(low: Function, compare: Callable[[Any, Any], bool], bound: float) -> Function:
    """A comparison with a number."""

    def bounded(names: Names) -> Any:
        one = low(names)
        return compare(one, bound) if isinstance(one, _NUMBERS) else UNKNOWN

    return bounded


def _exact(tree: Tree) -> Function:
    """A side of an equality, where special values are as they are: -1 is -1."""
    if tree[0] != "name":
        return compiled(tree)
    name = tree[1]
    return lambda names: names.raw(name)


def _in(tree: Tree) -> Function:
    value, items = _exact(tree[1]), [_exact(item) for item in tree[2]]
    if all(item[0] in CONSTANTS for item in tree[2]):
        return _among(value, tuple(item[1] for item in tree[2]))

    def member(names: Names) -> Any:
        wanted = value(names)
        if wanted is UNKNOWN:
            return UNKNOWN
        found: Any = False
        for item in items:
            other = item(names)
            if other is UNKNOWN:
                found = UNKNOWN
            elif wanted == other:
                return True
        return found

    return member


def _among(value: Function, constants: tuple[Any, ...]) -> Function:
    """Whether a value is one of some constants."""

    def among(names: Names) -> Any:
        wanted = value(names)
        return UNKNOWN if wanted is UNKNOWN else wanted in constants

    return among


def _and(tree: Tree) -> Function:
    return _all([compiled(part) for part in tree[1:]])


def _all(parts: list[Function]) -> Function:
    def conjunction(names: Names) -> Any:
        result: Any = True
        for part in parts:
            value = part(names)
            if value is UNKNOWN:
                result = UNKNOWN
            elif not value:
                return False
        return result

    return conjunction


def _or(tree: Tree) -> Function:
    parts = [compiled(part) for part in tree[1:]]

    def disjunction(names: Names) -> Any:
        result: Any = False
        for part in parts:
            value = part(names)
            if value is UNKNOWN:
                result = UNKNOWN
            elif value:
                return True
        return result

    return disjunction


def _not(tree: Tree) -> Function:
    inner = compiled(tree[1])

    def negation(names: Names) -> Any:
        value = inner(names)
        return value if value is UNKNOWN else not value

    return negation


def _call(tree: Tree) -> Function:
    word, arguments = tree[1], tree[2:]
    return lambda names: names.call(word, arguments)


_COMPILERS: dict[str, Callable[[Tree], Function]] = {
    "num": _constant,
    "text": _constant,
    "label": _label,
    "name": _name,
    "item": _item,
    "let": _let,
    "-": _minus,
    "+": _arithmetic(add),
    "*": _arithmetic(mul),
    "/": _arithmetic(truediv),
    "cmp": _compare,
    "in": _in,
    "and": _and,
    "or": _or,
    "not": _not,
    "call": _call,
}
