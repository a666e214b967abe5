"""Checks plain data against one of the shipped JSON Schemas, and says in plain words what is wrong.

Data that is right is told by a small check of our own: importing jsonschema adds 60 ms to a start. What is
wrong is found by jsonschema, and put into words here. A test holds both to the same verdicts.
"""

from __future__ import annotations

import os
import re

from pgcfglint.paths import PACKAGE
from pgcfglint.record import Record

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from jsonschema import ValidationError

    Schema = Mapping[str, Any]
    Keys = tuple[str, ...]

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
    """The first thing, as the data is read, that a schema does not allow; None where there is none."""
    top = schema(name)
    if _fits(data, top, top):
        return None
    from jsonschema import Draft202012Validator

    found = [*_nameless(data, ()), *_flaws(Draft202012Validator(top).iter_errors(data), top)]
    return min(found, key=lambda item: _order(data, item.keys), default=None)


def _fits(data: Any, wanted: Schema | bool, top: Schema) -> bool:
    """Whether data is right, for the keywords that our schemas use."""
    if isinstance(wanted, bool):
        return wanted
    if "$ref" in wanted and not _fits(data, _referred(wanted, top), top):
        return False
    if "anyOf" in wanted and not any(_fits(data, branch, top) for branch in wanted["anyOf"]):
        return False
    if "type" in wanted and not _is_of(data, wanted["type"]):
        return False
    if "enum" in wanted and not any(_equal(data, item) for item in wanted["enum"]):
        return False
    if isinstance(data, dict):
        return _fits_map(data, wanted, top)
    if isinstance(data, list):
        items = wanted.get("items", True)
        return _fits_size(len(data), wanted, "Items") and all(_fits(item, items, top) for item in data)
    if isinstance(data, str):
        read = "pattern" not in wanted or re.search(wanted["pattern"], data) is not None
        return read and _fits_size(len(data), wanted, "Length")
    if _is(data, "number"):
        low, high = wanted.get("minimum"), wanted.get("exclusiveMaximum")
        return (low is None or data >= low) and (high is None or data < high)
    return True


def _fits_map(data: Mapping[Any, Any], wanted: Schema, top: Schema) -> bool:
    known, others = wanted.get("properties", {}), wanted.get("additionalProperties", True)
    names = wanted.get("propertyNames", True)
    return (
        _fits_size(len(data), wanted, "Properties")
        and all(key in data for key in wanted.get("required", ()))
        and all(isinstance(key, str) and _fits(key, names, top) for key in data)
        and all(_fits(value, known.get(key, others), top) for key, value in data.items())
    )


def _fits_size(size: int, wanted: Schema, of: str) -> bool:
    return bool(wanted.get(f"min{of}", 0) <= size <= wanted.get(f"max{of}", size))


def _referred(wanted: Schema, top: Schema) -> Schema:
    found: Schema = top["$defs"][wanted["$ref"].rpartition("/")[2]]
    return found


def _equal(data: Any, item: Any) -> bool:
    return bool(data == item) and isinstance(data, bool) == isinstance(item, bool)


# What is wrong


def _nameless(data: Any, keys: Keys) -> Iterator[Flaw]:
    """Keys that are no text: JSON knows none, YAML does."""
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        name = str(key)
        if isinstance(data, dict) and not isinstance(key, str):
            yield Flaw((*keys, name), f"{name} is no text: a key must be one (quote it)")
        yield from _nameless(value, (*keys, name))


def _flaws(errors: Iterator[ValidationError] | Sequence[ValidationError], top: Schema) -> Iterator[Flaw]:
    """The errors of jsonschema in our words; of a value of the wrong type nothing else is said."""
    found = list(errors)
    mistyped = {tuple(error.absolute_path) for error in found if error.validator == "type"}
    for error in found:
        if error.validator != "type" and tuple(error.absolute_path) in mistyped:
            continue
        keys = tuple(map(str, error.absolute_path))
        if "propertyNames" in error.relative_schema_path:
            name = str(error.instance)
            yield Flaw((*keys, name), f"{name[:_LONG]} cannot be a name here")
        elif error.validator == "anyOf":
            yield _likeliest(error, keys, top)
        else:
            yield _SAYINGS.get(str(error.validator), _other)(error, keys)


def _likeliest(error: ValidationError, keys: Keys, top: Schema) -> Flaw:
    """Of several shapes the flaw of the one that was probably meant."""
    branches: Any = error.validator_value
    likeness = [_likeness(error.instance, branch, top) for branch in branches]
    best = likeness.index(max(likeness))
    if not likeness[best]:
        return Flaw(keys, f"{_called(keys)} cannot be {_found(error.instance)}")
    below = [each for each in error.context or () if each.relative_schema_path[0] == best]
    found = list(_flaws(below, top))
    return min(found, key=lambda item: _order(error.instance, item.keys[len(keys) :]))


def _likeness(data: Any, branch: Schema, top: Schema) -> int:
    """2: of the branch's type, with the keys that it needs; 1: of its type; 0: something else."""
    if "$ref" in branch:
        return _likeness(data, _referred(branch, top), top)
    if not _is_of(data, branch.get("type", "string")):
        return 0
    return 1 + all(key in data for key in branch.get("required", ()))


def _type(error: ValidationError, keys: Keys) -> Flaw:
    return Flaw(
        keys, f"{_called(keys)} must be {_words(error.validator_value)}, not {_found(error.instance)}"
    )


def _enum(error: ValidationError, keys: Keys) -> Flaw:
    data: Any = error.instance
    wanted: Any = error.validator_value
    names = tuple(item if isinstance(item, str) else str(item).lower() for item in wanted)
    shown = f"'{data}'" if isinstance(data, str) and len(data) < _LONG else _found(data)
    named = data if isinstance(data, str) else ""
    return Flaw(keys, f"{_called(keys)} is one of {', '.join(names)}, not {shown}", named, names)


def _required(error: ValidationError, keys: Keys) -> Flaw:
    data: Any = error.instance
    wanted: Any = error.validator_value
    return Flaw(keys, f"{_called(keys)} needs {next(key for key in wanted if key not in data)}")


def _unknown(error: ValidationError, keys: Keys) -> Flaw:
    data: Any = error.instance
    known: Mapping[str, Any] = error.schema.get("properties", {})  # type: ignore[union-attr]
    name = next(str(key) for key in data if key not in known)
    where = f" in {_called(keys)}" if keys else ""
    return Flaw((*keys, name), f"unknown key {name[:_LONG]}{where}", name, tuple(known))


def _pattern(error: ValidationError, keys: Keys) -> Flaw:
    return Flaw(keys, f"{_called(keys)} does not read as it should: '{str(error.instance)[:_LONG]}'")


def _empty(error: ValidationError, keys: Keys) -> Flaw:
    return Flaw(keys, f"{_called(keys)} is empty")


def _many(error: ValidationError, keys: Keys) -> Flaw:
    data: Any = error.instance
    what = "characters" if isinstance(data, str) else "entries" if isinstance(data, list) else "keys"
    return Flaw(keys, f"{_called(keys)} has at most {error.validator_value} {what}, not {len(data)}")


def _bounds(error: ValidationError, keys: Keys) -> Flaw:
    return Flaw(keys, f"{_called(keys)} cannot be {error.instance}")


def _other(error: ValidationError, keys: Keys) -> Flaw:
    """A key that must not be there (its schema is `false`)."""
    return Flaw(keys, f"{keys[-1]} has no place here" if keys else error.message)


_SAYINGS: dict[str, Callable[[ValidationError, Keys], Flaw]] = {
    "type": _type,
    "enum": _enum,
    "required": _required,
    "additionalProperties": _unknown,
    "pattern": _pattern,
    **dict.fromkeys(("minLength", "minItems"), _empty),
    **dict.fromkeys(("maxLength", "maxItems", "maxProperties"), _many),
    **dict.fromkeys(("minimum", "exclusiveMaximum"), _bounds),
}
_LONG = 60


def _order(data: Any, keys: Keys) -> tuple[int, ...]:
    """Where in the data a place is, as it is read from the top."""
    order = []
    for key in keys:
        names = [str(name) for name in data] if isinstance(data, dict) else []
        index = names.index(key) if key in names else int(key) if key.isdigit() else 0
        order.append(index)
        if isinstance(data, dict):
            data = next((value for name, value in data.items() if str(name) == key), None)
        else:
            data = data[index] if isinstance(data, list) and index < len(data) else None
    return tuple(order)


def _is_of(data: Any, kinds: str | list[str]) -> bool:
    return any(_is(data, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _is(data: Any, kind: str) -> bool:
    if kind in ("number", "integer"):
        number = isinstance(data, (int, float)) and not isinstance(data, bool)
        return number and (kind == "number" or isinstance(data, int) or data.is_integer())
    return isinstance(data, _TYPES[kind])


def _words(kinds: Any) -> str:
    return _WORDS[kinds] if isinstance(kinds, str) else " or ".join(_WORDS[kind] for kind in kinds)


def _found(data: Any) -> str:
    """The kind of a value, with the value where it is short."""
    kind = next((kind for kind in ("boolean", "number", *_TYPES) if _is(data, kind)), None)
    if kind in ("boolean", "number"):
        shown = str(data).lower()
        return shown if kind == "number" else f"{shown} (a text needs quotes)"
    return _WORDS[kind] if kind else f"{type(data).__name__} {data} (a text needs quotes)"


def _called(keys: Keys) -> str:
    """How a person would call the place: `examples.fail 2`."""
    text = ""
    for key in keys:
        text += f" {int(key) + 1}" if key.isdigit() else f".{key}" if text else key
    return text or "it"
