"""Credentials: passwords that everybody knows, and secrets that stand in a text in the clear."""

from __future__ import annotations

import re

from pgcfglint.lazy import pattern

PUBLISHED = frozenset(
    [
        "admin",
        "administrator",
        "change_me",
        "changeit",
        "changeme",
        "citus",
        "default",
        "demo",
        "example",
        "guest",
        "letmein",
        "master",
        "my-",
        "mypassword",
        "mysecretpassword",
        "pass",
        "passw0rd",
        "password",
        "password123",
        "patroni",
        "pgpass",
        "pgsql",
        "postgres",
        "postgrespassword",
        "postgresql",
        "qwerty",
        "rep-pass",
        "repl_password",
        "replica",
        "replication",
        "replicator",
        "root",
        "rootpassword",
        "secret",
        "secretpassword",
        "standby",
        "supersecret",
        "superuser",
        "test",
        "testpassword",
        "todo",
        "user",
        "zalando",
    ]
)
"""Passwords that charts, manuals and examples publish."""

_PLACEHOLDER = pattern(
    r"change[-_ ]?(me|it|this)|not[-_ ](?:so[-_ ])?secure|replace[-_ ]?(me|this)|your[-_ ]|^<.*>$|^x{3,}$"
    r"|example|placeholder",
    re.I,
)
SHORTEST = 12
"""A password shorter than this is guessed."""


def is_published(text: str) -> bool:
    """Whether a password is one that charts and manuals publish, or a placeholder for one."""
    return text.lower() in PUBLISHED or bool(_PLACEHOLDER.search(text))


def is_default_password(text: str) -> bool:
    """Whether a password is published, a placeholder, or shorter than 12 characters."""
    return is_published(text) or 0 < len(text) < SHORTEST


_CREDENTIALS = (
    ("a password", pattern(r"(?i)(?:password|passwd|pgpassword)\s*=\s*['\"]?(?![$%{<*'\"\s])\S")),
    ("a password", pattern(r"://[^\s:/@]+:(?![$%{<*])[^\s@/]+@")),
    ("a password", pattern(r"--password[= ](?![$%{<])\S")),
    ("an access key", pattern(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("an access key", pattern(r"(?i)(?:secret_access_key|secret_key|account_key)\s*=\s*['\"]?(?![$%{<])\S")),
    ("a token", pattern(r"(?i)\btoken\s*=\s*['\"]?(?![$%{<])\S")),
    ("a private key", pattern(r"-----BEGIN [A-Z ]*PRIVATE KEY")),
)


_SIGNS = ("passw", "://", "_key", "token", "akia", "asia", "private key")
"""One of these stands in every text that the patterns find; most parameters have none."""


def credential(text: str) -> str:
    """What kind of credential stands in a text in the clear, "" where none does; references to variables
    are none."""
    lowered = text.lower()
    if not any(sign in lowered for sign in _SIGNS):
        return ""
    return next((kind for kind, sign in _CREDENTIALS if sign.search(text)), "")
