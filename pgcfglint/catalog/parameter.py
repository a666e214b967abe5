"""A parameter of one major, and the reading of its values exactly as the server does."""

from __future__ import annotations

from pgcfglint.catalog.lists import lower
from pgcfglint.catalog.numbers import LARGEST, memory_unit, parse_integer, parse_real
from pgcfglint.catalog.problem import Refused
from pgcfglint.catalog.show import show
from pgcfglint.record import Record
from pgcfglint.units.factors import MICROSECONDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

_BOOLS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}
_PREFIXES = {word[:size]: _BOOLS[word] for word in ("true", "yes", "false", "no") for size in range(1, 6)}
_PREFIXES.update({"on": True, "of": False, "off": False, "1": True, "0": False})


class Value(Record):
    """A value as the server has it after reading.

    `setting` is what pg_settings.setting shows: base units without a suffix. `number` is that as a
    number (None for bool, enum and string). `amount` is what rules calculate with: bytes, milliseconds
    or a plain number; True or False; the text of an enum or string.
    """

    setting: str
    number: int | float | None
    amount: int | float | bool | str


class Parameter(Record):
    """A parameter as pg_settings describes it (texts as there), and what else is known of it.

    `hidden_enumvals` are labels that are read as another one, and those that pg_settings does not list;
    `enumvals` has the labels of builds with all options. `module` is the extension, "" for PostgreSQL's
    own; `minor` says what minor releases have to do with it. `initdb` is the value that initdb writes.
    `facts` is what facts.yaml says.
    """

    name: str
    vartype: str
    unit: str
    context: str
    boot_val: str | None
    min_val: str
    max_val: str
    enumvals: tuple[str, ...]
    category: str
    short_desc: str
    extra_desc: str
    hidden_enumvals: Mapping[str, str]
    module: str
    minor: str
    initdb: str | None
    flags: tuple[str, ...]
    major: int
    facts: Mapping[str, Any]
    checks: tuple[tuple[str, int | str], ...]

    def __hash__(self) -> int:
        return hash((self.name, self.major))

    @property
    def dimension(self) -> str:
        """bytes, time, count, bool, enum or string."""
        if self.vartype in ("bool", "enum", "string"):
            return self.vartype
        if not self.unit:
            return "count"
        return "bytes" if self.unit.endswith("B") else "time"

    @property
    def factor(self) -> int | float:
        """The base unit in bytes or milliseconds; 1 for counts."""
        if not self.unit:
            return 1
        if self.unit.endswith("B"):
            return memory_unit(self.unit)
        factor = MICROSECONDS[self.unit] / MICROSECONDS["ms"]
        return int(factor) if factor >= 1 else factor

    @property
    def minimum(self) -> int | float | None:
        """min_val as a number, in base units."""
        return _number(self.min_val, self.vartype)

    @property
    def maximum(self) -> int | float | None:
        """max_val as a number, in base units."""
        return _number(self.max_val, self.vartype)

    @property
    def special(self) -> Mapping[int | str, str]:
        """Values that are no amounts: auto, inherits:NAME, system, unlimited, off or all, by value."""
        special: Mapping[int | str, str] = self.facts.get("special", {})
        return special

    @property
    def formula(self) -> str:
        """What the special value `auto` comes to, for a person; "" where nobody says."""
        return str(self.facts.get("formula", ""))

    @property
    def is_list(self) -> bool:
        """Whether the value is a comma-separated list."""
        return "lists" in self.facts

    @property
    def is_ordered(self) -> bool:
        """Whether the order of the list means something."""
        return "ordered" in self.facts

    @property
    def is_switch(self) -> bool:
        """Whether the value may be a word of a boolean, though the type is another."""
        return "switches" in self.facts

    @property
    def standby_sensitive(self) -> bool:
        """Whether a standby must not have less than its primary."""
        return "standby_sensitive" in self.facts

    @property
    def secret(self) -> bool:
        """Whether the value may hold a password and is never printed."""
        return "secrets" in self.facts

    def read(self, text: str) -> Value:
        """The value that the server makes of a text from a configuration file (quotes taken off).

        Raises ValueProblem where it would refuse the text.
        """
        known = _read.get((id(self), text))
        if known is None:
            known = self._read(text)
            if len(_read) < _KEPT:
                _read[id(self), text] = known
        return known

    def _read(self, text: str) -> Value:
        try:
            if self.context == "internal":
                raise Refused(
                    "range", "cannot be changed: it shows what the server was built or initialised with"
                )
            value = _READERS[self.vartype](self, text)
            if ("no-effect", True) in self.checks:
                value = _READERS[self.vartype](self, self.boot_val or "")
            return value
        except Refused as refused:
            from pgcfglint.catalog.explain import explain

            raise explain(self, text, refused) from None

    def show(self, setting: str) -> str:
        """The setting as SHOW prints it: with the largest unit that divides it ("512MB", "15min")."""
        return show(setting, self.vartype, self.unit, octal="octal" in self.facts)


_read: dict[tuple[int, str], Value] = {}
"""Values read before, by parameter (catalogues keep theirs for good) and text: defaults and what many
files have in common are read once."""
_KEPT = 4096


def _number(text: str, vartype: str) -> int | float | None:
    if not text:
        return None
    if vartype == "integer":
        return int(text)
    number = float(text)
    # pg_settings prints DBL_MAX with six digits, which is less than it is.
    return number if abs(number) < 1.79e308 else LARGEST if number > 0 else -LARGEST


def _read_bool(parameter: Parameter, text: str) -> Value:
    value = _PREFIXES.get(lower(text))
    if value is None:
        raise Refused("syntax", "is neither on nor off")
    setting = "on" if value else "off"
    _check(parameter, setting)
    return Value(setting, None, value)


def _read_enum(parameter: Parameter, text: str) -> Value:
    label = lower(text)
    for known, canonical in parameter.hidden_enumvals.items():
        if lower(known) == label:
            return Value(canonical, None, canonical)
    for known in parameter.enumvals:
        if lower(known) == label:
            return Value(known, None, known)
    raise Refused("enum", "is none of " + ", ".join(label or "''" for label in parameter.enumvals))


def _read_integer(parameter: Parameter, text: str) -> Value:
    number = int(_check(parameter, _in_range(parameter, parse_integer(text, parameter.unit))))
    return Value(str(number), number, number * parameter.factor)


def _read_real(parameter: Parameter, text: str) -> Value:
    number = _in_range(parameter, parse_real(text, parameter.unit))
    return Value(f"{number:g}", number, number * parameter.factor)


def _read_string(parameter: Parameter, text: str) -> Value:
    validator = parameter.facts.get("validator")
    if validator is not None:
        text = _validator(validator)(text, parameter.major)
    _check(parameter, text)
    return Value(text, None, text)


_READERS = {
    "bool": _read_bool,
    "enum": _read_enum,
    "integer": _read_integer,
    "real": _read_real,
    "string": _read_string,
}


def _validator(name: str) -> Callable[[str, int], str]:
    module, function = name.split(".")
    found: Callable[[str, int], str] = getattr(
        __import__(f"pgcfglint.catalog.{module}", fromlist=[function]), function
    )
    return found


def _in_range(parameter: Parameter, number: int | float) -> int | float:
    least, most = parameter.minimum, parameter.maximum
    if least is not None and number < least:
        raise Refused("range", "is too low")
    if most is not None and number > most:
        raise Refused("range", "exceeds the range")
    return number


def _check(parameter: Parameter, value: int | float | str) -> int | float | str:
    """What the check hook makes of a value that has the right type and range."""
    for form, limit in parameter.checks:
        if form == "floor-to":
            if value < limit and value not in parameter.special:  # type: ignore[operator]
                value = limit
        elif form in _FORMS and _FORMS[form](value, limit):
            raise Refused(
                "range",
                _REASONS[form].format(limit if isinstance(limit, str) else parameter.show(str(limit))),
            )
    return value


_FORMS: dict[str, Callable[[Any, Any], bool]] = {
    "zero-or-at-least": lambda value, limit: 0 < value < limit,
    "multiple-of": lambda value, limit: value % limit != 0,
    "not": lambda value, limit: value == limit,
    "at-most": lambda value, limit: value > limit,
    "sum-limit": lambda value, limit: value > limit,
    "only": lambda value, limit: value != limit or not limit,
}
_REASONS = {
    "zero-or-at-least": "must be 0 or at least {}",
    "multiple-of": "must be a multiple of {}",
    "not": "must not be {}",
    "at-most": "is more than the platform allows ({})",
    "sum-limit": "is too large: with the other processes it must stay within 262143, so at most {}",
    "only": "can only be {}",
}
