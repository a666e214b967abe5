"""Frozen records with slots, cheap to import.

`dataclasses` would add about 15 ms to a start that takes 40 in all (it imports `inspect`), so the
model uses this instead. To a type checker a record is a frozen dataclass.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from typing_extensions import Self, dataclass_transform
else:

    def dataclass_transform(**_options):
        """Nothing, at run time."""
        return lambda cls: cls


_set = object.__setattr__
_OFTEN = 60
"""Records of a class after which it gets a constructor of its own: that costs as much as sixty of them."""


def _constructor(fields: tuple[str, ...], defaults: dict[str, Any]) -> Any:
    """An `__init__` with the fields as parameters (as fast as one written by hand)."""
    parameters = ", ".join(
        f"{field}=_defaults[{field!r}]" if field in defaults else field for field in fields
    )
    body = "".join(f"    _set(self, {field!r}, {field})\n" for field in fields) or "    pass\n"
    space: dict[str, Any] = {"_set": _set, "_defaults": defaults}
    exec(f"def __init__(self, {parameters}):\n{body}", space)  # noqa: S102 - of our own field names
    return space["__init__"]


@dataclass_transform(frozen_default=True)
class _RecordMeta(type):
    """Turns the annotations of a record's class body into slots and its assigned values into defaults."""

    def __new__(mcs, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
        fields = tuple(body.get("__annotations__", ()))
        defaults = {field: body.pop(field) for field in fields if field in body}
        body["__slots__"] = fields
        cls = super().__new__(mcs, name, bases, body)
        cls._fields = getattr(cls, "_fields", ()) + fields  # type: ignore[attr-defined]
        cls._defaults = {**getattr(cls, "_defaults", {}), **defaults}  # type: ignore[attr-defined]
        cls._made = 0  # type: ignore[attr-defined]
        return cls


class Record(metaclass=_RecordMeta):
    """A frozen value: fields by position or name, compared and hashed by value, picklable."""

    if TYPE_CHECKING:
        _fields: ClassVar[tuple[str, ...]]
        _defaults: ClassVar[dict[str, Any]]

    if not TYPE_CHECKING:

        def __init__(self, *args, **kwargs):
            cls = type(self)
            cls._made += 1
            if cls._made > _OFTEN:
                cls.__init__ = _constructor(cls._fields, cls._defaults)
                cls.__init__(self, *args, **kwargs)
                return
            fields, defaults = cls._fields, cls._defaults
            if len(args) > len(fields):
                raise TypeError(f"{cls.__name__} takes {len(fields)} fields, got {len(args)}")
            for field, value in zip(fields, args):
                _set(self, field, value)
            for field in fields[len(args) :]:
                if field in kwargs:
                    _set(self, field, kwargs.pop(field))
                elif field in defaults:
                    _set(self, field, defaults[field])
                else:
                    raise TypeError(f"{cls.__name__} needs {field}")
            if kwargs:
                raise TypeError(f"{cls.__name__} cannot take {', '.join(kwargs)}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, field) for field in self._fields)

    def __eq__(self, other: object) -> bool:
        return other is self or (type(other) is type(self) and self._values() == other._values())

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        pairs = zip(self._fields, self._values())
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in pairs)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), self._values())

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed."""
        values = [changes.pop(field, getattr(self, field)) for field in self._fields]
        return type(self)(*values, **changes)
