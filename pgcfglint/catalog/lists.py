"""Lists in the value of a string parameter, split as the server does."""

from __future__ import annotations

import re

from pgcfglint.catalog.problem import Refused

_SPACE = " \t\n\r\f\v"
_ITEM = re.compile(
    r'[ \t\n\r\f\v]*(?:"((?:[^"]|"")*)"|([^", \t\n\r\f\v][^, \t\n\r\f\v]*))[ \t\n\r\f\v]*(,|\Z)'
)

NAME_BYTES = 63
"""The longest name: NAMEDATALEN - 1."""


def split_identifiers(text: str) -> list[str]:
    """Comma-separated names as SplitIdentifierString() reads them: unquoted ones in lower case, cut at 63
    bytes; "quoted" ones as they stand. Source: src/backend/utils/adt/varlena.c.
    """
    return [cut(item if quoted else lower(item)) for item, quoted in _split(text)]


def split_values(text: str) -> list[str]:
    """The same without folding case or cutting: SplitGUCList()."""
    return [item for item, _ in _split(text)]


def _split(text: str) -> list[tuple[str, bool]]:
    if not text.strip(_SPACE):
        return []
    items: list[tuple[str, bool]] = []
    position = 0
    while True:
        match = _ITEM.match(text, position)
        if match is None:
            raise Refused("syntax", "it is not a comma-separated list of names")
        quoted, plain, separator = match.groups()
        items.append((plain, False) if quoted is None else (quoted.replace('""', '"'), True))
        position = match.end()
        if not separator:
            return items


def lower(text: str) -> str:
    """Lower case of ASCII letters only, as in the C locale."""
    return text.lower() if text.isascii() else "".join(c.lower() if c.isascii() else c for c in text)


def cut(text: str) -> str:
    """A name cut at 63 bytes, as every name is."""
    if len(text) <= NAME_BYTES // 4:
        return text
    return text.encode("utf-8", "surrogateescape")[:NAME_BYTES].decode("utf-8", "replace")
