"""What a word is, and the table of them all."""

from __future__ import annotations

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


def word(
    name: str, *arguments: str, gives: str, repeats: bool = False, reads: tuple[str, ...] = ()
) -> Callable[[Function], Function]:
    """Makes a function a word; see Word."""

    def register(function: Function) -> Function:
        WORDS[name] = Word(name, arguments, gives, function, repeats, reads)
        return function

    return register


def call(name: str, scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The result of a word; UNKNOWN where numbers end (a step of zero, a part of infinity)."""
    try:
        return WORDS[name].function(scope, arguments)
    except ArithmeticError:
        return UNKNOWN


def values(scope: Scope, arguments: tuple[Tree, ...]) -> list[Any]:
    """The values of a word's arguments."""
    return [evaluate(argument, scope) for argument in arguments]
