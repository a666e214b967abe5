"""Reads the sentence language: text in, checked trees out (see expression.py for the trees).

The text is parsed by Python's own grammar and then taken only if every node is on a short list;
it is never evaluated as Python. Used when rules are built or a team's own rules are loaded.
"""

from __future__ import annotations

import ast

from pgcfglint.units import parse_postgresql
from pgcfglint.vocabulary import NAMES

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from pgcfglint.expression import Tree

MAX_LENGTH = 1000
"""Longest sentence, in characters."""
MAX_DEPTH = 40
"""Deepest nesting of a sentence."""
MAX_TERMS = 2000
"""Most values, operators and words of a sentence, those of the rule's own names that it mentions included:
each is worked out wherever it is mentioned."""
MAX_NUMBER = 10**18
"""Largest number that a sentence may write."""

ITEMS = ("setting.", "observation.", "hba.")
"""How the names of the thing that a rule is asked of begin."""

DIMENSIONS = ("bytes", "time", "count", "bool", "text", "list", "enum")


class SentenceError(ValueError):
    """A sentence that cannot be read; `column` counts from 0 within the sentence."""

    def __init__(self, message: str, column: int = 0) -> None:
        super().__init__(message)
        self.column = column


class WordSignature:
    """What a word takes and gives: a dimension for each argument, or "name" for a name that is looked at,
    not evaluated, "named" for one whose dimension is the result's, "list" for a comma list's name, "literal"
    for a quoted text; "number" and "same" must agree with the others, "same" may be a text."""

    __slots__ = ("arguments", "name", "repeats", "result")

    def __init__(self, name: str, arguments: tuple[str, ...], result: str, repeats: bool = False) -> None:
        self.name, self.arguments, self.result, self.repeats = name, arguments, result, repeats


class Reader:
    """Reads the sentences of a rule: `dimension_of` answers for parameters, `lets` for its own names."""

    def __init__(
        self,
        words: Mapping[str, WordSignature],
        dimension_of: Callable[[str], str | None],
        suggest: Callable[[str], str | None] = lambda name: None,
        lets: Mapping[str, Tree] | None = None,
    ) -> None:
        self._words, self._dimension_of, self._suggest = words, dimension_of, suggest
        self.lets: dict[str, Tree] = dict(lets or {})
        self._terms = 0
        self._sizes: dict[int, int] = {}

    def read(self, text: str) -> Tree:
        """The tree of a sentence. Raises SentenceError."""
        if len(text) > MAX_LENGTH:
            raise SentenceError(f"a sentence has at most {MAX_LENGTH} characters, this one {len(text)}")
        try:
            parsed = ast.parse(text.strip(), mode="eval")
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            column = (getattr(error, "offset", None) or 1) - 1
            raise SentenceError(f"not a sentence: {getattr(error, 'msg', None) or error}", column) from None
        self._terms = 0
        tree = self._node(parsed.body, 0)
        self._sizes[id(tree)] = self._terms
        return tree

    def dimension(self, tree: Tree) -> str:
        """The dimension of a tree's value ("bytes", "time", "count", "bool", "text", ...)."""
        kind = tree[0]
        if kind == "num":
            return tree[2] if len(tree) > 2 else "count"
        if kind in ("text", "label"):
            return "text"
        if kind in ("name", "item", "let"):
            return self._name_dimension(tree[1]) or "count"
        if kind == "call":
            word = self._words[tree[1]]
            if word.result != "same":
                return word.result
            return self._common(tree[2:])
        if kind in ("+", "-"):
            return self._common(tree[1:])
        if kind in ("*", "/"):
            left, right = self.dimension(tree[1]), self.dimension(tree[2])
            if kind == "/" and left == right:
                return "count"
            return left if left != "count" else right
        return "bool"

    def _common(self, parts: tuple[Tree, ...]) -> str:
        """The dimension that values which must agree share (plain numbers and conditions aside)."""
        return next(
            (found for found in map(self.dimension, parts) if found not in ("count", "bool")), "count"
        )

    def _name_dimension(self, name: str) -> str | None:
        if name in self.lets:
            return self.dimension(self.lets[name])
        if name in NAMES:
            return NAMES[name][0]
        return self._dimension_of(name)

    def _node(self, node: ast.AST, depth: int) -> Tree:
        if depth > MAX_DEPTH:
            raise SentenceError(f"a sentence nests at most {MAX_DEPTH} deep", getattr(node, "col_offset", 0))
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise SentenceError(
                f"a sentence comes to at most {MAX_TERMS} terms, the names of `let` worked out"
            )
        reader = _READERS.get(type(node))
        if reader is None:
            what = type(node).__name__
            raise SentenceError(f"{what} has no place in a sentence", getattr(node, "col_offset", 0))
        return reader(self, node, depth + 1)

    def _constant(self, node: ast.Constant, depth: int) -> Tree:
        if isinstance(node.value, str):
            return ("text", node.value)
        if isinstance(node.value, bool):
            return ("num", node.value, "bool")
        if isinstance(node.value, (int, float)):
            if not node.value <= MAX_NUMBER:
                raise SentenceError("a number is at most 10^18", node.col_offset)
            return ("num", node.value)
        raise SentenceError(f"{str(node.value)[:40]} has no place in a sentence", node.col_offset)

    def _plain_name(self, node: ast.Name, depth: int) -> Tree:
        return self._known(node.id, node.col_offset)

    def _dotted(self, node: ast.Attribute, depth: int) -> Tree:
        if not isinstance(node.value, ast.Name):
            raise SentenceError("a name has at most one dot", node.col_offset)
        return self._known(f"{node.value.id}.{node.attr}", node.col_offset)

    def _known(self, name: str, column: int) -> Tree:
        if self._name_dimension(name) is None:
            nearest = self._suggest(name)
            hint = f"; did you mean {nearest}?" if nearest else ""
            raise SentenceError(f"unknown name {name}{hint}", column)
        if name in self.lets:
            self._terms += self._sizes.get(id(self.lets[name]), 1)
            return ("let", name)
        return ("item" if name.startswith(ITEMS) else "name", name)

    def _binary(self, node: ast.BinOp, depth: int) -> Tree:
        operator = _ARITHMETIC.get(type(node.op))
        if operator is None:
            raise SentenceError("the operators are + - * /", node.col_offset)
        left, right = self._node(node.left, depth), self._node(node.right, depth)
        one, other = self._operand(left, right, node.left), self._operand(right, left, node.right)
        return (operator, one, other)

    def _operand(self, tree: Tree, other: Tree, node: ast.expr) -> Tree:
        """A quoted amount in arithmetic is read as the other side's dimension, else as what it says."""
        if tree[0] != "text":
            return tree
        wanted = self.dimension(other)
        for dimension in (wanted,) if wanted in ("bytes", "time") else ("bytes", "time"):
            amount = parse_postgresql(tree[1], dimension)
            if amount is not None:
                return ("num", amount, dimension)
        raise SentenceError(f"'{tree[1]}' is no amount that can be reckoned with", node.col_offset)

    def _unary(self, node: ast.UnaryOp, depth: int) -> Tree:
        inner = self._node(node.operand, depth)
        if isinstance(node.op, ast.Not):
            return ("not", inner)
        if isinstance(node.op, ast.USub):
            return ("num", -inner[1]) if inner[0] == "num" else ("-", inner)
        raise SentenceError("the operators before a value are - and not", node.col_offset)

    def _logic(self, node: ast.BoolOp, depth: int) -> Tree:
        word = "and" if isinstance(node.op, ast.And) else "or"
        return (word, *(self._node(value, depth) for value in node.values))

    def _comparison(self, node: ast.Compare, depth: int) -> Tree:
        if len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            return self._membership(node, depth)
        parts: list[Any] = [self._node(node.left, depth)]
        for operator, right in zip(node.ops, node.comparators):
            symbol = _COMPARISONS.get(type(operator))
            if symbol is None:
                raise SentenceError("the comparisons are < <= > >= == != and in (...)", node.col_offset)
            parts += [symbol, self._node(right, depth)]
        for index in range(0, len(parts), 2):
            if parts[index][0] == "text":
                other = parts[index - 2 if index else index + 2]
                parts[index] = self._literal(parts[index][1], other, node.col_offset)
        return ("cmp", *parts)

    def _membership(self, node: ast.Compare, depth: int) -> Tree:
        value, items = self._node(node.left, depth), node.comparators[0]
        if not isinstance(items, (ast.Tuple, ast.List)):
            raise SentenceError("in takes a list in parentheses", node.col_offset)
        read = [self._node(item, depth) for item in items.elts]
        literals = tuple(
            self._literal(item[1], value, node.col_offset) if item[0] == "text" else item for item in read
        )
        tree: Tree = ("in", value, literals)
        return ("not", tree) if isinstance(node.ops[0], ast.NotIn) else tree

    def literal(self, text: str, other: Tree) -> Tree:
        """A quoted literal as another value reads it. Raises SentenceError."""
        return self._literal(text, other, 0)

    def _literal(self, text: str, other: Tree, column: int) -> Tree:
        """A quoted literal as the other operand of a comparison reads it."""
        dimension = self.dimension(other)
        if dimension in ("bytes", "time"):
            amount = parse_postgresql(text, dimension)
            if amount is None:
                raise SentenceError(f"'{text}' is no amount of {dimension}", column)
            return ("num", amount, dimension)
        if other[0] == "name" and other[1] not in NAMES:
            return ("label", other[1], text)
        return ("text", text)

    def _word(self, node: ast.Call, depth: int) -> Tree:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise SentenceError("a word is called as word(value, ...)", node.col_offset)
        word = self._words.get(node.func.id)
        if word is None:
            raise SentenceError(
                f"unknown word {node.func.id}; the words are {', '.join(sorted(self._words))}",
                node.col_offset,
            )
        least = len(word.arguments)
        if len(node.args) < least or (len(node.args) > least and not word.repeats):
            raise SentenceError(f"{word.name} takes {least} values, not {len(node.args)}", node.col_offset)
        arguments = [self._node(argument, depth) for argument in node.args]
        self._check_arguments(word, arguments, node)
        if word.result == "same":
            arguments = self._agreeing(arguments, node.col_offset)
            kinds = _all_kinds(word, len(arguments))
            left = next(
                (item for kind, item in zip(kinds, arguments) if kind == "number" and item[0] == "text"), None
            )
            if left is not None:
                raise SentenceError(
                    f"'{left[1][:60]}' is no amount that goes into {word.name}", node.col_offset
                )
        return ("call", word.name, *arguments)

    def _check_arguments(self, word: WordSignature, arguments: list[Tree], node: ast.Call) -> None:
        """Raises SentenceError for an argument of a kind that the word does not take."""
        kinds = _all_kinds(word, len(arguments))
        for number, (kind, argument) in enumerate(zip(kinds, arguments)):
            if not self._is_of(kind, argument):
                column = node.args[number].col_offset
                raise SentenceError(f"value {number + 1} of {word.name} must be {_KINDS[kind]}", column)
        agreeing = {self._is_text(item) for kind, item in zip(kinds, arguments) if kind == "same"}
        if len(agreeing) > 1 and not any(item[0] == "text" for item in arguments):
            raise SentenceError(f"texts and numbers do not go into one {word.name}", node.col_offset)

    def _is_of(self, kind: str, tree: Tree) -> bool:
        if kind in ("name", "named", "list"):
            return tree[0] == "name" and (kind != "list" or self.dimension(tree) in ("list", "text"))
        if kind == "literal":
            return bool(tree[0] == "text")
        if kind == "text":
            return self._is_text(tree)
        if kind == "number":
            return tree[0] == "text" or not self._is_text(tree)
        if kind == "same":
            return True
        found = self.dimension(tree)
        return bool(found == kind or (kind != "bool" and tree[:2] == ("num", 0)))

    def _is_text(self, tree: Tree) -> bool:
        return self.dimension(tree) in ("text", "list", "enum")

    def _agreeing(self, arguments: list[Tree], column: int) -> list[Tree]:
        """Quoted literals among values that must agree: amounts of the others' dimension."""
        dimensions = [self.dimension(argument) for argument in arguments if argument[0] != "text"]
        amounts = [dimension for dimension in dimensions if dimension in ("bytes", "time")]
        texts = [argument[1] for argument in arguments if argument[0] == "text"]
        amounts += [
            dimension
            for dimension in ("bytes", "time")
            if texts
            and all(text[:1].isdigit() and parse_postgresql(text, dimension) is not None for text in texts)
        ]
        if not amounts:
            return arguments
        like: Tree = ("num", 0, amounts[0])
        return [self._literal(item[1], like, column) if item[0] == "text" else item for item in arguments]


_KINDS = {
    "name": "a name",
    "named": "a name",
    "list": "the name of a list",
    "literal": "a text in quotes",
    "text": "a text",
    "number": "a number or an amount",
    "count": "a plain number",
    "bytes": "an amount of bytes",
    "time": "an amount of time",
    "bool": "a condition",
}
_ARITHMETIC: dict[type, str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARISONS: dict[type, str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_READERS: dict[type, Callable[..., Tree]] = {
    ast.Constant: Reader._constant,
    ast.Name: Reader._plain_name,
    ast.Attribute: Reader._dotted,
    ast.BinOp: Reader._binary,
    ast.UnaryOp: Reader._unary,
    ast.BoolOp: Reader._logic,
    ast.Compare: Reader._comparison,
    ast.Call: Reader._word,
}


def _all_kinds(word: WordSignature, count: int) -> tuple[str, ...]:
    """The kind of each argument; further ones are of the last kind."""
    return (*word.arguments, *(word.arguments[-1:] * (count - len(word.arguments))))


def read_template(text: str, reader: Reader) -> tuple[Any, ...]:
    """The pieces of a message: texts, and (tree, format, dimension) for what stands in braces.

    The format behind a colon is `%` (a share as per cent) or nothing. Doubled braces are braces.
    """
    return tuple(_pieces(text, reader))


def _pieces(text: str, reader: Reader) -> Iterator[Any]:
    position = 0
    while True:
        start = text.find("{", position)
        if start < 0:
            break
        if text.startswith("{{", start):
            yield text[position : start + 1]
            position = start + 2
            continue
        end = text.find("}", start)
        if end < 0:
            raise SentenceError("a brace is not closed", start)
        if start > position:
            yield text[position:start]
        inner, _, form = text[start + 1 : end].partition(":")
        if form not in ("", "%"):
            raise SentenceError(f"the only format is %, not {form}", start)
        try:
            tree = reader.read(inner)
        except SentenceError as error:
            raise SentenceError(str(error), start + 1 + error.column) from None
        if form and reader.dimension(tree) != "count":
            raise SentenceError("only a plain number, as a/b, is a share in per cent", start)
        yield (tree, form, reader.dimension(tree))
        position = end + 1
    if position < len(text):
        yield text[position:].replace("}}", "}")
