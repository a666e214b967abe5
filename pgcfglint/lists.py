"""Comma lists as PostgreSQL splits them (SplitIdentifierString), and texts that charts publish."""

from __future__ import annotations

import re

from pgcfglint.lazy import pattern

_BRACKETS = "[]{}()"

PUBLISHED = frozenset(
    ["admin", "administrator", "change_me", "changeit", "changeme", "citus", "default", "demo", "example", "guest", "letmein", "master", "my-password", "mypassword", "mysecretpassword", "pass", "passw0rd", "password", "password123", "patroni", "pgpass", "pgsql", "postgres", "postgrespassword", "postgresql", "qwerty", "rep-pass", "replica", "replication", "replicator", "root", "rootpassword", "secret", "secretpassword", "standby", "superuser", "supersecret", "test", "testpassword", "todo", "user", "zalando"]
)
"""Passwords that charts, manuals and examples publish."""

_PLACEHOLDER = pattern(
    r"change[-_ ]?(me|it|this)|replace[-_ ]?(me|this)|your[-_ ]|^<.*>$|^x{3,}$|example|placeholder", re.I
)
SHORTEST = 12
"""A password shorter than this is guessed."""

# An extension's name where the library has another; each source is the extension's manual.
LIBRARY_OF_EXTENSION = {"pg_partman": "pg_partman_bgw", "timescale": "timescaledb", "cron": "pg_cron"}


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


def is_default_password(text: str) -> bool:
    """Whether a password is published, a placeholder, or shorter than 12 characters."""
    return text.lower() in PUBLISHED or bool(_PLACEHOLDER.search(text)) or 0 < len(text) < SHORTEST
