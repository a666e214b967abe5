"""Checks plain data against one of the shipped JSON Schemas, and says in plain words what is wrong.

A small part of JSON Schema, the one that these schemas use: jsonschema would add 60 ms to each start and
speak of `additionalProperties`. A test holds both to the same verdicts.
"""

from __future__ import annotations

import os
import re

from pgcfglint.paths import PACKAGE
from pgcfglint.record import Record

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    Schema = Mapping[str, Any]

_loaded: dict[str, Schema] = {}
_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
_WORDS = {
    "object": "a map",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "nothing",
}


class Flaw(Record):
    """What is wrong, and the keys (indices for lists) that lead there; `near` are the names allowed there."""

    keys: tuple[str, ...]
    message: str
    name: str = ""
    near: tuple[str, ...] = ()


def schema(name: str) -> Schema:
    """A shipped schema: rule, layout, config, ..."""
    if name not in _loaded:
        import json

        with open(os.path.join(PACKAGE, "schema", f"{name}.json"), encoding="utf-8") as file:
            _loaded[name] = json.load(file)
    return _loaded[name]


def flaw(data: Any, name: str) -> Flaw | None:
    """The first thing that a schema does not allow, None where there is none."""
    return next(_Checker(schema(name)).flaws(data, schema(name), ()), None)


class _Checker:
    def __init__(self, top: Schema) -> None:
        self._top = top

    def flaws(self, data: Any, wanted: Schema | bool, keys: tuple[str, ...]) -> Iterator[Flaw]:
        if isinstance(wanted, bool):
            if not wanted:
                yield Flaw(keys, f"{keys[-1]} has no place here")
            return
        if "$ref" in wanted:
            yield from self.flaws(data, self._top["$defs"][wanted["$ref"].rpartition("/")[2]], keys)
        if "anyOf" in wanted:
            yield from self._any(data, wanted["anyOf"], keys)
        if "type" in wanted and not _is_of(data, wanted["type"]):
            yield Flaw(keys, f"{_called(keys)} must be {_words(wanted['type'])}, not {_found(data)}")
            return
        for key, check in _CHECKS.items():
            if key in wanted:
                yield from check(self, data, wanted, keys)

    def _any(self, data: Any, branches: list[Schema], keys: tuple[str, ...]) -> Iterator[Flaw]:
        found = [next(self.flaws(data, branch, keys), None) for branch in branches]
        if None in found:
            return
        flaws = [(self._likeness(data, branch), item) for item, branch in zip(found, branches) if item]
        best = max(likeness for likeness, _ in flaws)
        none = Flaw(keys, f"{_called(keys)} cannot be {_found(data)}")
        yield next(item for likeness, item in flaws if likeness == best) if best else none

    def _likeness(self, data: Any, branch: Schema) -> int:
        """2: of the branch's type, with the keys that it needs; 1: of its type; 0: something else."""
        if "$ref" in branch:
            return self._likeness(data, self._top["$defs"][branch["$ref"].rpartition("/")[2]])
        if not _is_of(data, branch.get("type", "string")):
            return 0
        return 1 + all(key in data for key in branch.get("required", ()))

    def _enum(self, data: Any, wanted: Schema, keys: tuple[str, ...]) -> Iterator[Flaw]:
        if not any(
            data == item and isinstance(data, bool) == isinstance(item, bool) for item in wanted["enum"]
        ):
            names = tuple(item if isinstance(item, str) else str(item).lower() for item in wanted["enum"])
            shown = f"'{data}'" if isinstance(data, str) and len(data) < _LONG else _found(data)
            yield Flaw(
                keys, f"{_called(keys)} is one of {', '.join(names)}, not {shown}", _named(data), names
            )

    def _properties(self, data: Any, wanted: Schema, keys: tuple[str, ...]) -> Iterator[Flaw]:
        if not isinstance(data, dict):
            return
        known, others = wanted.get("properties", {}), wanted.get("additionalProperties", True)
        for key, value in data.items():
            name = str(key)
            if not isinstance(key, str):
                yield Flaw((*keys, name), f"{name} is no text: a key must be one (quote it)")
            elif key in known:
                yield from self.flaws(value, known[key], (*keys, name))
            elif others is False:
                where = f" in {_called(keys)}" if keys else ""
                yield Flaw((*keys, name), f"unknown key {name[:_LONG]}{where}", name, tuple(known))
            else:
                yield from self.flaws(value, others, (*keys, name))

    def _property_names(self, data: Any, wanted: Schema, keys: tuple[str, ...]) -> Iterator[Flaw]:
        for key in data if isinstance(data, dict) else ():
            if isinstance(key, str):
                for _ in self.flaws(key, wanted["propertyNames"], (*keys, key)):
                    yield Flaw((*keys, key), f"{key[:_LONG]} cannot be a name here")

    def _required(self, data: Any, wanted: Schema, keys: tuple[str, ...]) -> Iterator[Flaw]:
        for key in wanted["required"] if isinstance(data, dict) else ():
            if key not in data:
                yield Flaw(keys, f"{_called(keys)} needs {key}")

    def _items(self, data: Any, wanted: Schema, keys: tuple[str, ...]) -> Iterator[Flaw]:
        for index, item in enumerate(data if isinstance(data, list) else ()):
            yield from self.flaws(item, wanted["items"], (*keys, str(index)))

    def _pattern(self, data: Any, wanted: Schema, keys: tuple[str, ...]) -> Iterator[Flaw]:
        if isinstance(data, str) and not re.search(wanted["pattern"], data):
            yield Flaw(keys, f"{_called(keys)} does not read as it should: '{data[:_LONG]}'")

    def _length(self, data: Any, wanted: Schema, keys: tuple[str, ...]) -> Iterator[Flaw]:
        for least, most, kind, what in _LENGTHS:
            if isinstance(data, kind) and len(data) < wanted.get(least, 0):
                yield Flaw(keys, f"{_called(keys)} is empty")
            if isinstance(data, kind) and most in wanted and len(data) > wanted[most]:
                yield Flaw(keys, f"{_called(keys)} has at most {wanted[most]} {what}, not {len(data)}")

    def _bounds(self, data: Any, wanted: Schema, keys: tuple[str, ...]) -> Iterator[Flaw]:
        if _is(data, "number") and not wanted.get("minimum", data) <= data < wanted.get(
            "exclusiveMaximum", data + 1
        ):
            yield Flaw(keys, f"{_called(keys)} cannot be {data}")


_CHECKS: dict[str, Callable[[_Checker, Any, Schema, tuple[str, ...]], Iterator[Flaw]]] = {
    "enum": _Checker._enum,
    "required": _Checker._required,
    "properties": _Checker._properties,
    "propertyNames": _Checker._property_names,
    "items": _Checker._items,
    "pattern": _Checker._pattern,
    "minimum": _Checker._bounds,
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "maxProperties"), _Checker._length),
}
_LENGTHS = (
    ("minLength", "maxLength", str, "characters"),
    ("minItems", "maxItems", list, "entries"),
    ("", "maxProperties", dict, "keys"),
)
_LONG = 60


def _is_of(data: Any, kinds: str | list[str]) -> bool:
    return any(_is(data, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _is(data: Any, kind: str) -> bool:
    if kind in ("number", "integer"):
        number = isinstance(data, (int, float)) and not isinstance(data, bool)
        return number and (kind == "number" or isinstance(data, int) or data.is_integer())
    return isinstance(data, _TYPES[kind])


def _words(kinds: str | list[str]) -> str:
    return _WORDS[kinds] if isinstance(kinds, str) else " or ".join(_WORDS[kind] for kind in kinds)


def _found(data: Any) -> str:
    """The kind of a value, with the value where it is short."""
    kind = next((kind for kind in ("boolean", "number", *_TYPES) if _is(data, kind)), None)
    if kind in ("boolean", "number"):
        shown = str(data).lower()
        return shown if kind == "number" else f"{shown} (a text needs quotes)"
    return _WORDS[kind] if kind else f"{type(data).__name__} {data} (a text needs quotes)"


def _called(keys: tuple[str, ...]) -> str:
    """How a person would call the place: `examples.fail 2`."""
    text = ""
    for key in keys:
        text += f" {int(key) + 1}" if key.isdigit() else f".{key}" if text else key
    return text or "it"


def _named(data: Any) -> str:
    return data if isinstance(data, str) else ""
