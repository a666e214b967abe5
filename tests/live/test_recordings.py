"""Every recorded output of real programs is recognised as what it is, or refused with a reason.

The recordings lie outside the project: PGCFGLINT_DATA names the folder.
"""

from __future__ import annotations

import os
import re
from functools import cache

import pytest

from pgcfglint import catalog, rulebook
from pgcfglint.config import Config
from pgcfglint.live import read
from pgcfglint.run import Task, inputs_of, judged
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.text import read as text_of

DUMPS = os.path.join(os.environ.get("PGCFGLINT_DATA", ""), "patroni", "dumps")
if not os.path.isfile(os.path.join(DUMPS, "INDEX.tsv")):
    pytest.skip("NO RECORDINGS OF REAL PROGRAMS: set PGCFGLINT_DATA", allow_module_level=True)
KNOWN = catalog.load(18)

REFUSED = "refused"
KINDS = (
    (r"nogroup.yml (list|show-config)", REFUSED),  # prints nothing, or an empty list
    (r"\bquery -c SHOW", REFUSED),  # failed: no password
    (r"psql .* -H ", REFUSED),
    (r"format=asciidoc", REFUSED),
    (r"-A -t -c SHOW|postgres -C ", REFUSED),  # a bare value: of what?
    (r"pg_dist_node|pg_stat_wal_receiver|citus_version|pg_last_wal|pg_is_in_recovery", REFUSED),
    (r"pg_file_settings", "files"),
    (r"(psql|query).*(SHOW|pg_settings)", "settings"),
    (r"edit-config", "edit"),
    (r"show-config|/config$|patroni.dynamic.json|cat \S*apply.yaml", "dcs"),
    (r"patronictl.* version|patronictl version| history", REFUSED),
    (r"patronictl.* (list|topology|restart|reload|flush|switchover)", "members"),
    (r"/patroni$|/cluster$", "members"),
    (r"/cmdline|postmaster.opts", "command-line"),
    (r"postgresql.auto.conf", "alter-system"),
    (r"cat \S*postgresql\.conf", "conf"),
    (r"env \\?\|", "environment"),
    (r"--generate-(sample-)?config", "local"),
)
"""What a command prints, by a pattern of the command; the first that matches counts."""


def recordings() -> list[tuple[str, str, str]]:
    """File, exit code, command."""
    with open(os.path.join(DUMPS, "INDEX.tsv"), encoding="utf-8") as stream:
        rows = [line.rstrip("\n").split("\t") for line in stream]
    return [(row[0], row[1], row[2].replace("\\", "").strip()) for row in rows if len(row) > 2]


def every_file() -> list[str]:
    return sorted(
        os.path.relpath(os.path.join(folder, name), DUMPS)
        for folder, _, names in os.walk(DUMPS)
        for name in names
    )


@cache
def kinds(name: str) -> tuple[str, ...] | str:
    """What the file is recognised as, or the reason why not."""
    try:
        return tuple(state.kind for state in read(text_of(os.path.join(DUMPS, name)), KNOWN))
    except Unreadable as problem:
        return problem.reason if problem.message else "no reason"


@pytest.mark.parametrize(("name", "code", "command"), recordings(), ids=lambda text: text[:40])
def test_recognised_as_what_it_is(name: str, code: str, command: str) -> None:
    with open(os.path.join(DUMPS, name), encoding="utf-8") as stream:
        empty = not stream.read().strip()
    wanted = next((kind for pattern, kind in KINDS if re.search(pattern, command)), REFUSED)
    found = kinds(name)
    if empty or wanted == REFUSED:
        assert found == "unrecognised"
    else:
        assert found == (wanted,)


def test_everything_else_is_read_or_refused_without_an_exception() -> None:
    found = {name: kinds(name) for name in every_file()}
    assert set(found.values()) >= {("dcs",), ("settings",), ("members",), "unrecognised"}


# Healthy clusters: the declared values are those of the dump, so that nothing may be said


def healthy() -> list[str]:
    """Dumps of the fresh cluster, and of the one after everything has been restarted."""
    return [
        name
        for name in every_file()
        if name.startswith(("01-default/", "02-psql/", "08-citus/list", "08-citus/rest-", "08-citus/show"))
        and isinstance(kinds(name), tuple)
    ]


RULES = tuple(rule for rule in rulebook.load() if rule.topic == "drift")
VALUES = """\
scope: lab15
bootstrap:
  dcs:
    ttl: 30
    postgresql:
      parameters:
        max_connections: 100
postgresql:
  listen: 127.0.0.1:15432
"""


def test_no_drift_where_all_dumps_of_a_healthy_cluster_are_given(tmp_path: object) -> None:
    values = os.path.join(str(tmp_path), "patroni.yml")
    with open(values, "w", encoding="utf-8") as stream:
        stream.write(VALUES)
    kinds_of = {name: kinds(name) for name in healthy() if name.startswith(("01-default/", "02-psql/"))}
    dumps = tuple(os.path.join(DUMPS, name) for name in kinds_of)
    assert {kind for found in kinds_of.values() for kind in found} >= {"dcs", "settings", "members", "conf"}
    report = judged(inputs_of(Task((values,), (), dumps), Config()), Config(), RULES)
    assert [item for item in report.findings if item.severity != "info"] == []


@pytest.mark.parametrize("name", healthy())
def test_no_drift_of_a_healthy_cluster(name: str, tmp_path: object) -> None:
    values = os.path.join(str(tmp_path), "patroni.yml")
    with open(values, "w", encoding="utf-8") as stream:
        stream.write(VALUES)
    dump = os.path.join(DUMPS, name)
    for task in (Task((values,), (), (dump,)), Task((dump,))):
        report = judged(inputs_of(task, Config()), Config(), RULES)
        assert [item for item in report.findings if item.severity != "info"] == []
        assert [skip for skip in report.skipped if skip.reason != "unrecognised"] == []
