"""Which paths in an image are a postgresql.conf, or are read as one."""

from __future__ import annotations

import re

from pgcfglint.migrate.word import MARK

_CONF = re.compile(r"(?i)postgres\w*(?:\.auto)?(?:\.\w+)?\.conf(?:\.(?:sample|template|tmpl|in|dpkg))*$")
_BESIDE = re.compile(r"(?i)(?:postgres|pgdata|pgsql).*\.conf$|/conf\.d/[^/]*\.conf$")
_NOT = re.compile(r"(?i)pg_hba|pg_ident|pgbouncer|recovery\.conf|hosts|apt/|pgpool|supervisor|ld\.so")
_VARIABLE = re.compile(rf"(?i){MARK}\$\{{?\w*(?:conf|postgresfile)\w*\}}?{MARK}$")


def is_conf(path: str) -> bool:
    """Whether a path, or a variable that stands for one, is a postgresql.conf or is read as one."""
    if _VARIABLE.search(path):
        return True
    if _NOT.search(path):
        return False
    return _CONF.search(path) is not None or _BESIDE.search(path) is not None
