"""The model of shared memory against `postgres -C shared_memory_size` (15 and later)."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from pgcfglint.memory import Sizes, prices, shared_memory
from pgcfglint.segment import shared_parts

if TYPE_CHECKING:
    from collections.abc import Callable

    from servers import Server

pytestmark = pytest.mark.network

KB, MB, GB = 2**10, 2**20, 2**30
WITHIN = 0.01
PER_MAJOR = 30


def bytes_of(amount: float) -> str:
    return f"{int(amount) // KB}kB" if amount % KB == 0 else f"{int(amount)}B"


def configurations(major: int) -> list[dict[str, Any]]:
    """Parameters with their amounts, from the smallest that a server takes to beyond what people write."""
    pick = random.Random(major)

    def count(least: int, most: int) -> int:
        # evenly on a logarithmic scale: small values are as common as large ones
        return int(max(least, 1) * (most / max(least, 1)) ** pick.random()) if pick.random() > 0.1 else least

    def pages(least: int, most: int, step: int = 8 * KB) -> int:
        return max(count(least, most) // step * step, step)

    ranges: dict[str, Callable[[], Any]] = {
        "shared_buffers": lambda: pages(128 * KB, 64 * GB),
        "max_connections": lambda: count(5, 20_000),
        "max_locks_per_transaction": lambda: count(10, 10_000),
        "max_prepared_transactions": lambda: count(0, 5000),
        "max_worker_processes": lambda: count(0, 1000),
        "max_wal_senders": lambda: count(0, 1000),
        "max_replication_slots": lambda: count(0, 2000),
        "max_logical_replication_workers": lambda: count(0, 300),
        "autovacuum_max_workers": lambda: count(1, 200),
        "max_pred_locks_per_transaction": lambda: count(10, 3000),
        "wal_buffers": lambda: pick.choice([-1, pages(32 * KB, GB)]),
        "track_activity_query_size": lambda: count(100, MB),
        "min_dynamic_shared_memory": lambda: pages(MB, GB, MB),
        "pg_stat_statements.max": lambda: pick.choice([5000, count(100, 100_000)]),
        # What does not change the segment.
        "huge_pages": lambda: pick.choice(["off", "try"]),
        "shared_memory_type": lambda: pick.choice(["mmap", "sysv"]),
        "max_parallel_workers": lambda: count(0, 1000),
    }
    if major >= 17:
        ranges |= dict.fromkeys(CACHES, lambda: pages(128 * KB, GB, 128 * KB))
    if major >= 18:
        ranges |= {
            "autovacuum_worker_slots": lambda: count(1, 500),
            "io_max_concurrency": lambda: pick.choice([-1, count(1, 1024)]),
            "io_max_combine_limit": lambda: pages(8 * KB, MB),
            "max_active_replication_origins": lambda: count(0, 1000),
        }
    extremes = [{name: make()} for name, make in ranges.items()]
    mixed = [{name: make() for name, make in ranges.items() if pick.random() < 0.4} for _ in range(PER_MAJOR)]
    return [*extremes, *mixed]


CACHES = (
    "commit_timestamp_buffers", "multixact_member_buffers", "multixact_offset_buffers", "notify_buffers",
    "serializable_buffers", "subtransaction_buffers", "transaction_buffers",
)  # fmt: skip
UNITS = {"shared_buffers", "wal_buffers", "track_activity_query_size", "min_dynamic_shared_memory",
         "io_max_combine_limit", *CACHES}  # fmt: skip


def written(config: dict[str, Any]) -> dict[str, object]:
    lines: dict[str, object] = {
        name: bytes_of(amount) if name in UNITS and amount > 0 else amount
        for name, amount in config.items()
        if name != "pg_stat_statements.max"
    }
    if "pg_stat_statements.max" in config:
        lines["shared_preload_libraries"] = "pg_stat_statements"
        lines["pg_stat_statements.max"] = config["pg_stat_statements.max"]
    return lines


def test_shared_memory_is_what_the_server_reports(
    sized_server: Server, record_property: Callable[[str, object], None]
) -> None:
    server = sized_server
    errors, exact, asked = {}, 0, 0
    for config in configurations(server.major):
        asked += 1
        reported = server.shared_memory_size(written(config))
        libraries = ("pg_stat_statements",) if "pg_stat_statements.max" in config else ()
        computed = shared_memory(Sizes.of(config, major=server.major, libraries=libraries))
        exact += computed == reported
        errors[(computed - reported) / reported] = config
    worst = max(errors, key=abs)
    record_property("largest error", f"{worst:+.2%}")
    print(f"PostgreSQL {server.major}: {min(errors):+.2%} .. {max(errors):+.2%}, {exact} of {asked} exact")
    assert abs(worst) <= WITHIN, errors[worst]
    assert exact >= 0.9 * asked


def test_exact_size(server: Server) -> None:
    """Below the whole MB of shared_memory_size, and for the majors without it."""
    config = {
        "shared_buffers": 32 * MB,
        "max_connections": 60,
        "max_locks_per_transaction": 300,
        "max_prepared_transactions": 120,
    }
    lines = {**config, "shared_buffers": "32MB"}
    with server.run(lines) as session:
        reported = int(session.value("SELECT sum(allocated_size) FROM pg_shmem_allocations"))
    computed = sum(shared_parts(Sizes.of(config, major=server.major)).values())
    assert abs(computed - reported) / reported < 0.005


def test_a_hundred_locks_more(server: Server) -> None:
    """The price is the average over a doubling."""
    sizes = Sizes(major=server.major, max_connections=200, max_prepared_transactions=400)
    config: dict[str, object] = {"max_connections": 200, "max_prepared_transactions": 400}
    with (
        server.run({**config, "max_locks_per_transaction": 64}) as one,
        server.run({**config, "max_locks_per_transaction": 128}) as two,
    ):
        query = "SELECT sum(allocated_size) FROM pg_shmem_allocations"
        measured = (int(two.value(query)) - int(one.value(query))) * 100 / 64
    (price,) = (price for price in prices(sizes) if "max_locks" in price.name)
    assert price.floor == pytest.approx(measured, rel=0.1)  # totals are whole MB
