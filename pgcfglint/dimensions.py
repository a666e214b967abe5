"""The dimension check of a sentence, by pint: bytes and seconds do not add up.

Runs when rules are built and when a team's own rules are loaded, never on the way of a plain check
(pint takes about 100 ms to import).
"""

from __future__ import annotations

from pgcfglint.sentence import SentenceError

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from pgcfglint.expression import Tree
    from pgcfglint.sentence import WordSignature

_UNITS = {"bytes": "byte", "time": "millisecond"}
_registry: Any = None


def check(tree: Tree, dimension: Callable[[Tree], str], words: Mapping[str, WordSignature]) -> None:
    """Raises SentenceError where two sides of a sum or comparison have different dimensions."""
    _Checker(dimension, words).unit(tree)


class _Checker:
    def __init__(self, dimension: Callable[[Tree], str], words: Mapping[str, WordSignature]) -> None:
        from pgcfglint.units.registry import postgresql_registry

        global _registry
        _registry = _registry or postgresql_registry()
        self._dimension, self._words = dimension, words

    def unit(self, tree: Tree) -> Any:
        """A pint quantity of magnitude one with the tree's unit (dimensionless for texts and bools)."""
        kind = tree[0]
        if kind in ("num", "name", "item", "let", "text", "label"):
            return self._quantity(self._dimension(tree))
        if kind in ("*", "/"):
            left, right = self.unit(tree[1]), self.unit(tree[2])
            return left * right if kind == "*" else left / right
        if kind in ("+", "-"):
            return self._same(tree[1:], "add up")
        if kind == "cmp":
            self._same(tree[1::2], "compare")
        elif kind == "in":
            self._same((tree[1], *tree[2]), "compare")
        elif kind in ("and", "or", "not"):
            for part in tree[1:]:
                self.unit(part)
        elif kind == "call":
            return self._call(tree)
        return self._quantity("bool")

    def _call(self, tree: Tree) -> Any:
        word = self._words[tree[1]]
        if word.result == "same":
            kinds = (*word.arguments, *(word.arguments[-1] for _ in tree[2 + len(word.arguments) :]))
            agreeing = tuple(
                part for part, kind in zip(tree[2:], kinds) if kind in ("same", "number", "named")
            )
            return self._same(agreeing, f"go into one {word.name}")
        for argument in tree[2:]:
            self.unit(argument)
        return self._quantity(word.result)

    def _same(self, parts: tuple[Tree, ...], verb: str) -> Any:
        first: Any = None
        for part in parts:
            if part[0] == "num" and len(part) == 2 and part[1] in (0, -1):
                continue  # zero is zero in every unit, and -1 is a special value in every unit
            unit = self.unit(part)
            if first is None:
                first = unit
            elif first.dimensionality != unit.dimensionality:
                raise SentenceError(f"{_spell(first)} and {_spell(unit)} do not {verb}")
        return first if first is not None else self._quantity("count")

    def _quantity(self, dimension: str) -> Any:
        return _registry.Quantity(1, _UNITS.get(dimension, ""))


def _spell(quantity: Any) -> str:
    return str(quantity.dimensionality) if quantity.dimensionality else "a plain number"
