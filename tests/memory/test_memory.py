"""The memory model on values that real servers gave; tests/oracle/test_shared_memory.py asks them again."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pgcfglint import memory
from pgcfglint.memory import PARAMETERS, SHARED_PARAMETERS, Sizes, expected, floor, parts, prices, worst

MB, GB = 2**20, 2**30

CHART = {
    "shared_buffers": 16 * MB, "wal_buffers": 16 * MB, "max_connections": 200,
    "max_locks_per_transaction": 512,
}  # fmt: skip
GUIDE = {
    "shared_buffers": 2 * GB, "wal_buffers": 16 * MB, "max_connections": 200,
    "max_locks_per_transaction": 1024,
    "work_mem": 32 * MB, "maintenance_work_mem": 512 * MB, "max_prepared_transactions": 400,
}  # fmt: skip


@pytest.mark.parametrize(
    ("major", "changes", "reported"),
    [
        (16, {}, 171),
        (16, {"max_locks_per_transaction": 1024}, 293),
        (18, {}, 177),
        (16, {"shared_buffers": 256 * MB, "max_connections": 300, "max_locks_per_transaction": 1024}, 652),
        (16, {"shared_buffers": 2 * GB, "max_connections": 300, "max_locks_per_transaction": 1024}, 2486),
    ],
)
def test_shared_memory(major: int, changes: dict[str, float], reported: int) -> None:
    amounts = {**CHART, **changes}
    amounts["max_prepared_transactions"] = 2 * amounts["max_connections"]
    assert memory.shared_memory(Sizes.of(amounts, major=major)) == reported * MB


@pytest.mark.parametrize(("connections", "reported"), [(100, 279), (300, 516)])
def test_shared_memory_with_citus(connections: int, reported: int) -> None:
    """Citus 13.2 on PostgreSQL 15; nothing set is twice max_connections prepared transactions."""
    sizes = Sizes(major=15, citus=True, max_connections=connections, max_locks_per_transaction=1024)
    assert sizes.prepared == 2 * connections
    assert memory.shared_memory(sizes) / MB == pytest.approx(reported, rel=0.005)


def test_totals_of_the_guide() -> None:
    """38 %, 79 % and 247 % of 8GB with two CPUs under Citus."""
    sizes = Sizes.of(GUIDE, major=16, citus=True, cpu=2)
    assert [round(100 * total(sizes) / (8 * GB)) for total in (floor, expected, worst)] == [38, 79, 247]


@pytest.mark.parametrize("major", range(13, 19))
@pytest.mark.parametrize(
    "changes", [{}, {"citus": True}, {"cpu": 64}, {"hash_mem_multiplier": 1}, {"work_mem": 1}]
)
def test_floor_expected_worst_grow(major: int, changes: dict[str, float]) -> None:
    sizes = Sizes.of(GUIDE, major=major, **changes)
    for part in parts(sizes):
        assert 0 <= part.floor <= part.expected <= part.worst, part
    shared = [part for part in parts(sizes) if part.floor == part.worst and part.name != "Patroni"]
    assert sum(part.floor for part in shared) == pytest.approx(memory.shared_memory(sizes))


def test_huge_pages_are_not_charged_to_the_limit() -> None:
    sizes = Sizes.of(GUIDE, major=16)
    saved = floor(sizes) - floor(sizes.replace(huge_pages=4 * GB))
    assert saved == memory.shared_memory(sizes)
    assert memory.page_tables(sizes) == 512 * memory.page_tables(sizes.replace(huge_pages=4 * GB))


def test_autovacuum_memory_is_capped_up_to_16() -> None:
    for major, size in ((16, GB), (17, 4 * GB)):
        assert Sizes(major=major, maintenance_work_mem=4 * GB).vacuum_memory == size
        assert Sizes(major=major, autovacuum_work_mem=256 * MB).vacuum_memory == 256 * MB


def test_prices() -> None:
    """A connection of the guide: its session, page tables, locks for itself and two prepared transactions."""
    connection, locks, work_mem = prices(Sizes.of({**GUIDE, "max_prepared_transactions": None}, citus=True))
    assert connection.worst > connection.expected > connection.floor > 3 * MB
    assert locks.floor == locks.worst > 20 * MB
    assert work_mem.floor == 0
    assert work_mem.worst == pytest.approx(416 * MB)  # (200 sessions + 8 parallel workers) x 2


def test_huge_pages_that_are_too_few_are_not_used() -> None:
    sizes = Sizes.of(GUIDE, major=16)
    assert floor(sizes.replace(huge_pages=GB)) == floor(sizes)


def test_names() -> None:
    assert "work_mem" not in SHARED_PARAMETERS
    assert set(SHARED_PARAMETERS) < set(PARAMETERS)
    assert not {"major", "cpu", "libraries"} & set(PARAMETERS)
    sizes = Sizes.of({"pg_stat_statements.max": 100, "work_mem": None, "limits.cpu": 8, "other": 1}, major=16)
    assert sizes == Sizes(major=16, cpu=8, pg_stat_statements_max=100)


def test_pg_stat_statements_counts_where_it_is_preloaded() -> None:
    sizes = Sizes(major=18, pg_stat_statements_max=100_000)
    more = memory.shared_memory(sizes.replace(libraries=("pg_stat_statements",))) - memory.shared_memory(
        sizes
    )
    assert more / MB == pytest.approx(44, abs=1)


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize("amount", [-1, 0, 1, 2**31 - 1, 0.5])
def test_no_amount_crashes(name: str, amount: float) -> None:
    for major in (13, 16, 17, 18, 99):
        sizes = Sizes.of({name: amount}, major=major)
        assert worst(sizes) > 0
        assert prices(sizes)


def test_import_is_cheap() -> None:
    code = "import sys; import pgcfglint.memory; print(*sys.modules)"
    before = set(
        subprocess.check_output([sys.executable, "-c", "import sys; print(*sys.modules)"], text=True).split()
    )
    after = set(subprocess.check_output([sys.executable, "-c", code], text=True).split())
    heavy = {"dataclasses", "inspect", "json", "pathlib"}
    assert not (after - before) & heavy
