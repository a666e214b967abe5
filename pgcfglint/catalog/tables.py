"""The only place that opens the catalogue's files: plain rows, one table a major.

A row is a list of strings in the order of COLUMNS (or EXTENSION_COLUMNS); NULL is `\\N`.
"""

from __future__ import annotations

import csv
import os.path

MAJORS = (13, 14, 15, 16, 17, 18)
"""The majors of PostgreSQL that have a table, the oldest first."""
CITUS = (13, 14)
"""The majors of Citus that have one."""

_PG_SETTINGS = (
    *("name", "vartype", "unit", "context", "category", "short_desc", "extra_desc"),
    *("min_val", "max_val", "boot_val", "enumvals", "hidden_enumvals", "build_enumvals", "flags"),
)
COLUMNS = (*_PG_SETTINGS, "initdb", "minor")
"""pg_settings' columns, and what it lacks: enum labels that it does not list or reads as another one
(label=canonical), labels that only some builds know, the value that initdb writes, and what minor
releases have to do with it."""

EXTENSION_COLUMNS = ("module", "since", "until", *_PG_SETTINGS, "note")
"""since and until are majors of PostgreSQL, in citus.csv of Citus; empty: no limit."""

EXTENSION_FILES = ("contrib", "citus", "pg_partman", "others")

HERE = os.path.dirname(os.path.abspath(__file__))


def core_rows(major: int) -> list[list[str]]:
    """Every parameter of PostgreSQL itself in a major, in the order of COLUMNS."""
    return read(os.path.join(HERE, f"pg{major}.csv"))


def extension_rows() -> dict[str, list[list[str]]]:
    """The parameters of extensions of every version by file, in the order of EXTENSION_COLUMNS."""
    return {file: read(os.path.join(HERE, "extensions", f"{file}.csv")) for file in EXTENSION_FILES}


def zones() -> frozenset[str]:
    """The names of time zones, in lower case."""
    with open(os.path.join(HERE, "timezones.txt"), encoding="ascii") as file:
        return frozenset(line.strip().lower() for line in file if not line.startswith("#"))


def read(path: str) -> list[list[str]]:
    """The rows of a table without its header."""
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        return list(reader)
