"""Lists in the value of a string parameter, split as the server does."""

from __future__ import annotations

import re

from pgcfglint.catalog.problem import Refused

NAME_BYTES = 63
"""The longest name: NAMEDATALEN - 1."""


def split_identifiers(text: str, major: int) -> list[str]:
    """Comma-separated names as SplitIdentifierString() reads them: unquoted ones in lower case, cut at 63
    bytes; "quoted" ones as they stand. Source: src/backend/utils/adt/varlena.c.
    """
    return [cut(item if quoted else lower(item)) for item, quoted in _split(text, major)]


def split_values(text: str, major: int) -> list[str]:
    """The same without folding case or cutting: SplitGUCList()."""
    return [item for item, _ in _split(text, major)]


def _split(text: str, major: int) -> list[tuple[str, bool]]:
    # Up to 16 the vertical tab is a letter as any other.
    space = " \t\n\r\f\v" if major >= 17 else " \t\n\r\f"
    if not text.strip(space):
        return []
    pattern = rf'[{space}]*(?:"((?:[^"]|"")*)"|([^",{space}][^,{space}]*))[{space}]*(,|\Z)'
    items: list[tuple[str, bool]] = []
    position = 0
    while True:
        match = re.compile(pattern).match(text, position)
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
