"""Comma lists as PostgreSQL splits them (SplitIdentifierString), and numbers that YAML rewrites."""

from __future__ import annotations

import re

from pgcfglint.lazy import pattern

_BRACKETS = "[]{}()"

# An extension's name where the library has another; each source is the extension's manual.
LIBRARY_OF_EXTENSION = {
    "pg_partman": "pg_partman_bgw",
    "pg-stat-statements": "pg_stat_statements",
    "timescale": "timescaledb",
    "cron": "pg_cron",
}


def members(text: str) -> tuple[str, ...]:
    """The members of a list, unquoted; blanks around them do not count."""
    return tuple(part.strip().strip('"') for part in text.split(",") if part.strip())


def problem(text: str, kind: str = "str") -> str:
    """What is wrong with a list of libraries, "" where nothing is."""
    if kind == "list":
        return "is a YAML list, which reaches PostgreSQL as one unusable name"
    if any(bracket in text for bracket in _BRACKETS):
        return "has brackets in it"
    if "'" in text or (text.strip() != text.strip('"').strip() and "," in text.strip('"')):
        return "has quotes in it that become part of a name"
    if ";" in text:
        return "separates with semicolons"
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 1 and "" in parts:
        return "has an empty item"
    if any(" " in part.strip('"') for part in parts):
        return "has a blank inside an item"
    if len(set(parts)) < len(parts):
        return "names a library twice"
    wrong = [part for part in parts if part in LIBRARY_OF_EXTENSION]
    if wrong:
        return f"names the extension {wrong[0]}, whose library is {LIBRARY_OF_EXTENSION[wrong[0]]}"
    return ""


def mended(text: str) -> str:
    """The list as one text with commas, each library once."""
    parts = re.split(r"[,;\s]+", re.sub(r"[\[\]{}()'\"]", "", text).strip())
    return ",".join(dict.fromkeys(LIBRARY_OF_EXTENSION.get(part, part) for part in parts if part))


def file_mode(written: str) -> str:
    """The mode that 0600, 0o600 or 600 was meant to be, as PostgreSQL wants it; "" for other texts."""
    match = re.fullmatch(r"0?o?([0-7]{3})", written.strip())
    return f"0{match[1]}" if match else ""


_REWRITTEN = pattern(
    r"[-+]?(?:\d[\d_]*_[\d_]*|0x[0-9a-f_]+|0b[01_]+|\d+(?::[0-5]?\d)+|\d+\.?\d*e[-+]?\d+)", re.I
)


def rewritten(written: str, text: str) -> str:
    """What YAML makes of a number that it spells otherwise; "" where it is the same."""
    odd = _REWRITTEN.fullmatch(written.strip()) is not None or re.search(r"\de[+-]?\d", text) is not None
    return text if odd and text != written.strip() else ""
