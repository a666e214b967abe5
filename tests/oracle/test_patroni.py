"""What pgcfglint says about a change of the dynamic configuration, against a Patroni that carries it out."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import patroni_pair
import pytest
import servers
from patroni.version import __version__ as patroni_version

from pgcfglint.platform.change import changes
from tests.platform.build import effects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from pgcfglint.platform import Effects

RECORDED = Path(__file__).parent.parent / "data" / "patroni" / "restart-truth-17.jsonl.gz"

DANGEROUS = frozenset((
    # With these the test's own sessions, or Patroni's, would not get in or not be understood.
    "client_encoding", "datestyle", "hba_file", "ident_file",
    "session_preload_libraries", "local_preload_libraries",
    "unix_socket_directories", "statement_timeout", "transaction_timeout", "authentication_timeout",
    "password_encryption", "ssl", "synchronous_standby_names", "zero_damaged_pages", "post_auth_delay",
    "pre_auth_delay", "default_transaction_read_only",
))  # fmt: skip


@pytest.fixture(scope="module")
def pair() -> Iterator[patroni_pair.Pair]:
    if (
        shutil.which("unshare") is None
        or subprocess.run([*patroni_pair._lent(), "true"], check=False).returncode
    ):
        pytest.skip("root, and no user namespace in which PostgreSQL would start")
    try:
        found = patroni_pair.Pair()
    except servers.NoNetworkError as problem:
        pytest.skip(f"the package index is out of reach: {problem}")
    yield found
    found.close()


def state(parameters: dict[str, Any]) -> Effects:
    """The pair with these parameters in the DCS."""
    return effects(
        parameters, local={"unix_socket_directories": "/tmp"}, pg=patroni_pair.MAJOR, patroni=patroni_version
    )


def sample() -> dict[str, str]:
    """Recorded changes of every context: all of the rare ones, each fifth of the others."""
    seen: dict[str, int] = {}
    found = {}
    with gzip.open(RECORDED, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            context = row["context"] or ""
            seen[context] = seen.get(context, 0) + 1
            rare = context in ("backend", "superuser-backend", "")
            if row["name"].lower() not in DANGEROUS and (rare or seen[context] % 5 == 0):
                found[row["name"]] = row["new"]
    return found


def settings(member: patroni_pair.Member) -> dict[str, tuple[str, bool]]:
    """name → (what a new session sees, whether PostgreSQL waits for a restart)."""
    return {
        name: (setting, pending)
        for name, setting, pending in member.rows("SELECT name, setting, pending_restart FROM pg_settings")
    }


ROUNDS: list[dict[str, Any]] = [
    {
        "work_mem": "64Mi", "autovacuum": "t", "log_min_messages": "debug", "checkpoint_timeout": "5m",
        "random_page_cost": "abc", "max_connections": 10, "wal_keep_size": "2G", "no_such_parameter": 1,
        "restore_command": "cp", "log_statement": "ALL", "cluster_name": "x", "sort_mem": "8MB",
    },
    {
        "work_mem": 32, "checkpoint_timeout": "10s", "max_wal_senders": 2, "wal_keep_segments": 20,
        "autovacuum_vacuum_scale_factor": 200, "wal_level": "minimal", "statement_timeout": "1h",
    },
    {
        "work_mem": "9999GB", "max_worker_processes": "junk", "max_replication_slots": 3,
        "hot_standby": "off",
        "maintenance_work_mem": "0x10000", "wal_keep_size": "256MB", "port": 1, "bytea_output": "HEX",
    },
]  # fmt: skip
"""What Patroni drops, clamps, replaces and takes, several at a time."""


@pytest.mark.parametrize("written", ROUNDS, ids=["dropped", "clamped", "mixed"])
def test_what_runs_is_what_was_named(pair: patroni_pair.Pair, written: dict[str, Any]) -> None:
    pair.change(written)
    after, pending = settings(pair.primary), pair.primary.pending()
    pair.change(dict.fromkeys(written))
    found = state(written)
    for name in found.names():
        effective = found.of(name)
        known = name in after and effective.value is not None
        if known and name != "unix_socket_directories":
            assert effective.value is not None
            assert {name: after[name][0]} == {name: effective.value.setting}
    assert pending == set()


def test_a_raise_goes_standbys_first_and_a_decrease_primary_first(pair: patroni_pair.Pair) -> None:
    names = [name for name, parameter in state({}).catalog.items() if parameter.standby_sensitive]
    high = dict.fromkeys(names, 150)
    orders = {change.order for change in changes(state({}), state(high))}
    assert orders == {"standbys first"}
    pair.change(high)
    assert pair.primary.pending() == pair.standby.pending() == set(names)
    pair.restart(pair.standby)
    pair.restart(pair.primary)
    for member in pair.members:
        assert {settings(member)[name][0] for name in names} == {"150"}
        assert member.pending() == set()

    assert {change.order for change in changes(state(high), state({}))} == {"primary first"}
    pair.change(dict.fromkeys(names))
    pair.restart(pair.primary)
    # A standby starts with what its pg_controldata says: it has to have replayed the primary's change.
    pair.wait(lambda: pair.replayed(), 60, "replay on the standby")
    pair.restart(pair.standby)
    for member in pair.members:
        assert settings(member)["max_connections"][0] == "100"
        assert member.pending() == set()


def test_changes_of_every_context_go_as_foretold(pair: patroni_pair.Pair) -> None:
    """The last test: what is taken out again leaves PostgreSQL's pending flag behind."""
    wanted = sample()
    before = settings(pair.primary)
    foretold = {change.parameter: change for change in changes(state({}), state(wanted))}
    after_effects = state(wanted)
    pair.change(wanted)
    pending, after = pair.primary.pending(), settings(pair.primary)
    wrong = []
    for name in wanted:
        change, real = foretold.get(name), after.get(name)
        if "." in name:
            # A placeholder: no row in pg_settings.
            seen = pair.primary.rows(f"SELECT current_setting('{name}', true)")[0][0]
            right = change is not None and change.apply == "reload" and seen == wanted[name]
        elif real is None:
            right = change is None or change.apply == "none"
        elif change is None or change.apply == "none":
            right = name not in pending and real[0] == before[name][0]
        elif change.apply == "restart":
            right = name in pending and real[0] == before[name][0]
        else:
            value = after_effects.of(name).value
            right = name not in pending and value is not None and real[0] == value.setting
        if not right:
            wrong.append(
                (name, wanted[name], change and change.apply, name in pending, before.get(name), real)
            )
    assert wrong == []
    assert len(wanted) > 60
