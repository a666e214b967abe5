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
    return f"{int(amount) // KB}kB"


def configurations(major: int) -> list[dict[str, Any]]:
    """Parameters with their amounts, spread over what people write and beyond."""
    pick = random.Random(major)

    def count(least: int, most: int) -> int:
        # evenly on a logarithmic scale: small values are as common as large ones
        return int(least * (most / least) ** pick.random())

    found = []
    for _ in range(PER_MAJOR):
        config: dict[str, Any] = {
            "shared_buffers": count(16 * MB, 16 * GB) // (8 * KB) * 8 * KB,
            "max_connections": count(25, 1000),
            "max_locks_per_transaction": count(64, 4096),
            "max_prepared_transactions": pick.choice([0, 0, count(1, 1000)]),
            "max_worker_processes": pick.choice([8, 8, 0, count(1, 64)]),
            "max_wal_senders": pick.choice([10, 10, count(1, 100)]),
            "autovacuum_max_workers": pick.choice([3, count(1, 20)]),
            "max_pred_locks_per_transaction": pick.choice([64, count(10, 1000)]),
            "wal_buffers": pick.choice([-1, -1, 16 * MB, count(32 * KB, 128 * MB) // (8 * KB) * 8 * KB]),
            "track_activity_query_size": pick.choice([1024, 1024, 4096, 64 * KB]),
            "pg_stat_statements.max": pick.choice([0, 0, 5000, 50_000]),
            "min_dynamic_shared_memory": pick.choice([0, 0, 64 * MB]),
        }
        if major >= 17:
            config["transaction_buffers"] = pick.choice([0, 0, 8 * MB])
            config["notify_buffers"] = pick.choice([128 * KB, 2 * MB])
        if major >= 18:
            config["autovacuum_worker_slots"] = pick.choice([16, count(1, 50)])
            config["io_max_concurrency"] = pick.choice([-1, -1, count(1, 256)])
            config["io_max_combine_limit"] = pick.choice([128 * KB, 1 * MB])
        found.append(config)
    return found


UNITS = {"shared_buffers", "wal_buffers", "track_activity_query_size", "min_dynamic_shared_memory",
         "transaction_buffers", "notify_buffers", "io_max_combine_limit"}  # fmt: skip


def written(config: dict[str, Any]) -> dict[str, object]:
    lines: dict[str, object] = {
        name: bytes_of(amount) if name in UNITS and amount > 0 else amount
        for name, amount in config.items()
        if name != "pg_stat_statements.max"
    }
    if config["pg_stat_statements.max"]:
        lines["shared_preload_libraries"] = "pg_stat_statements"
        lines["pg_stat_statements.max"] = config["pg_stat_statements.max"]
    return lines


def test_shared_memory_is_what_the_server_reports(
    sized_server: Server, record_property: Callable[[str, object], None]
) -> None:
    server = sized_server
    errors = {}
    for config in configurations(server.major):
        reported = server.shared_memory_size(written(config))
        libraries = ("pg_stat_statements",) if config["pg_stat_statements.max"] else ()
        computed = shared_memory(Sizes.of(config, major=server.major, libraries=libraries))
        errors[(computed - reported) / reported] = config
    worst = max(errors, key=abs)
    record_property("largest error", f"{worst:+.2%}")
    print(f"PostgreSQL {server.major}: {min(errors):+.2%} .. {max(errors):+.2%}")
    assert abs(worst) <= WITHIN, errors[worst]


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
