"""Words over texts and comma lists."""

from __future__ import annotations

from pgcfglint.expression import UNKNOWN, evaluate
from pgcfglint.words.registry import values, word

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from typing import Any

    from pgcfglint.expression import Tree
    from pgcfglint.scope import Scope


@word("with_unit", "text", "text", gives="text")
def with_unit(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """A number with a unit behind it."""
    number, unit = values(scope, arguments)
    return UNKNOWN if number is UNKNOWN else f"{number}{unit}"


@word("has", "list", "literal", gives="bool")
def has(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """Whether a comma list holds a member, compared as PostgreSQL compares library names."""
    members = scope.members_of(arguments[0][1])
    return UNKNOWN if members is UNKNOWN else arguments[1][1] in members


@word("names_part", "text", "text", gives="bool")
def names_part(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """Whether a text contains another."""
    whole, part = values(scope, arguments)
    return UNKNOWN if UNKNOWN in (whole, part) else part in whole


@word("starts", "text", "text", gives="bool", repeats=True)
def starts(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """Whether the first text starts with one of the others."""
    whole, *parts = values(scope, arguments)
    return UNKNOWN if whole is UNKNOWN else str(whole).startswith(tuple(parts))


@word("ends", "text", "text", gives="bool", repeats=True)
def ends(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """Whether the first text ends with one of the others."""
    whole, *parts = values(scope, arguments)
    return UNKNOWN if whole is UNKNOWN else str(whole).endswith(tuple(parts))


@word("unquoted", "text", gives="text")
def unquoted(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """A text without the blanks, semicolons and the pair of quotes around it."""
    value = evaluate(arguments[0], scope)
    if value is UNKNOWN:
        return UNKNOWN
    text = str(value).strip(" ;")
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


@word("list_problem", "name", gives="text")
def list_problem(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """What is wrong with a comma list as written, "" where nothing is."""
    return scope.list_problem(arguments[0][1])


@word("list_mended", "name", gives="text")
def list_mended(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The comma list as it should be written."""
    return scope.list_mended(arguments[0][1])


@word("is_default_password", "text", gives="bool")
def is_default_password(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """Whether a password is one that charts and manuals publish, a placeholder, or shorter than 12."""
    value = evaluate(arguments[0], scope)
    return UNKNOWN if value is UNKNOWN else scope.is_default_password(str(value))


@word("lower", "text", gives="text")
def lower(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """A text in lower case."""
    value = evaluate(arguments[0], scope)
    return value if value is UNKNOWN else str(value).lower()


@word("starts_with_word", "text", "text", gives="bool", repeats=True)
def starts_with_word(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """Whether the first word of a command, without its folder, is one of the others."""
    command, *words = values(scope, arguments)
    if command is UNKNOWN:
        return UNKNOWN
    first = str(command).split()[:1]
    return bool(first) and first[0].rpartition("/")[2] in words


_WEAK = ("RC4", "RC2", "DES", "MD5", "NULL", "EXP", "LOW")


@word("weak_ciphers", "text", gives="text")
def weak_ciphers(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The broken suites that a cipher list of OpenSSL switches on, "" where there are none (what starts
    with ! or - is switched off, + only moves)."""
    value = evaluate(arguments[0], scope)
    if value is UNKNOWN:
        return UNKNOWN
    parts = str(value).replace(",", ":").replace(" ", ":").split(":")
    weak = (part for part in parts if part[:1] not in ("!", "-", "+"))
    return ", ".join(part for part in weak if any(word in part.upper() for word in _WEAK))
