"""The memory of a pod: what PostgreSQL takes at once, what a busy hour takes, what it could take.

Pure functions over plain numbers: amounts in bytes, counts as they are. Three totals per server:

* **floor**: certain. Shared memory, idle sessions up to max_connections, what supervises the server.
* **expected**: a busy hour, all sessions connected, a tenth of them sorting. A model, not a proof.
* **worst**: every session and worker at its own ceiling at the same time.

Shared memory is exact (segment.py); the other terms are measured averages, each constant says of what.
"""

from __future__ import annotations

from pgcfglint.record import Record
from pgcfglint.segment import (
    KIB,
    MIB,
    NAMES,
    PARAMETERS,
    SHARED_PARAMETERS,
    Sizes,
    lock_memory,
    shared_memory,
    shared_parts,
    whole,
)

__all__ = [
    "NAMES",
    "PARAMETERS",
    "SHARED_PARAMETERS",
    "Part",
    "Price",
    "Sizes",
    "expected",
    "floor",
    "lock_memory",
    "page_tables",
    "parts",
    "prices",
    "shared_memory",
    "worst",
]

FLOOR_SESSION = 3 * MIB
"""An idle session that has not run a query yet (RssAnon, PostgreSQL 15: 3.0 MiB)."""
SESSION = 5 * MIB
"""A session with warm catalogue caches (RssAnon 3.0 fresh .. 12.9 MiB after one scan of 1.9 million rows)."""
CITUS_SESSION = 8 * MIB
"""The same with Citus' metadata of shards and placements."""
TOUCHED = 0.25
"""Share of the sessions that in a busy hour have touched all of shared_buffers (page tables)."""
ACTIVE = 0.1
"""Share of the sessions that in a busy hour sort or hash at one moment; twice the CPUs if that is more."""
PATRONI = 100 * MIB
"""Patroni's Python process and a shell, in the same container."""
SHARED_MEMORY_SEGMENTS = 64 * MIB
"""What parallel queries usually keep in /dev/shm."""


class Part(Record):
    """One use of memory, in bytes, in each of the three totals."""

    name: str
    floor: float
    expected: float
    worst: float
    note: str = ""


class Price(Record):
    """What more of something costs, in bytes, in each of the three totals."""

    name: str
    floor: float
    expected: float
    worst: float


def page_tables(sizes: Sizes) -> float:
    """Kernel memory that maps shared_buffers into every session: 8 bytes per page of 4 kB that it touches
    (measured 0.23 % with the tables above them), charged to the container; next to nothing with huge
    pages."""
    return sizes.max_connections * sizes.shared_buffers * 8 / (2 * MIB if in_huge_pages(sizes) else 4 * KIB)


def in_huge_pages(sizes: Sizes) -> bool:
    """Whether the pod's huge pages hold the shared memory, which then is not charged to its limit."""
    return sizes.huge_pages > 0 and sizes.huge_pages >= shared_memory(sizes)


def parts(sizes: Sizes) -> tuple[Part, ...]:
    """Every use of memory that counts against limits.memory; shared memory first, whole MB in sum."""
    found = []
    if not in_huge_pages(sizes):
        shared = shared_parts(sizes)
        shared["other shared memory"] += whole(shared) - sum(shared.values())
        found = [Part(name, size, size, size) for name, size in shared.items() if size]
    sessions, memory, hashes = sizes.max_connections, sizes.work_mem, sizes.hash_memory
    session = CITUS_SESSION if sizes.citus else SESSION
    active = min(max(2 * sizes.cpu, ACTIVE * sessions), sessions)
    mapped = page_tables(sizes)
    parallel = sizes.max_parallel_workers * memory
    segments = min(SHARED_MEMORY_SEGMENTS, parallel * hashes)
    if sizes.shm_size is not None:
        segments = min(segments, sizes.shm_size)
    vacuum = sizes.vacuum_memory
    workers = sizes.autovacuum_max_workers
    if sizes.major >= 18:
        workers = min(workers, sizes.autovacuum_worker_slots)
    supervisor = PATRONI if sizes.patroni else 0
    decoding = sizes.logical_slots * sizes.logical_decoding_work_mem
    found += [
        Part("sessions", FLOOR_SESSION * sessions, session * sessions, session * sessions),
        Part("page tables", 0, TOUCHED * mapped, mapped),
        # half of the active sessions sort, half hash
        Part("work_mem", 0, active * memory * (1 + hashes) / 2, sessions * memory * hashes),
        Part("parallel workers", 0, min(0.5 * parallel + segments, parallel * hashes), parallel * hashes),
        Part("autovacuum", 0, min(workers, 2) * vacuum, workers * vacuum),
        Part("maintenance", 0, 0, sizes.maintenance_work_mem),
        Part("logical decoding", 0, decoding, decoding),
        Part("Patroni", supervisor, supervisor, supervisor),
    ]
    return tuple(part for part in found if part.worst > 0)


def floor(sizes: Sizes) -> float:
    """Bytes that idle sessions at max_connections take: above the limit, being killed is certain."""
    return sum(part.floor for part in parts(sizes))


def expected(sizes: Sizes) -> float:
    """Bytes of a busy hour with all sessions connected; an estimate."""
    return sum(part.expected for part in parts(sizes))


def worst(sizes: Sizes) -> float:
    """Bytes with every session and worker at its ceiling at once; above the limit is common with a pooler."""
    return sum(part.worst for part in parts(sizes))


def prices(sizes: Sizes) -> tuple[Price, ...]:
    """What one more connection, 100 more locks and 1 MB more of work_mem cost.

    Averaged over the next doubling, because hash tables grow in powers of two: the very next connection may
    cost nothing, or some MB.
    """
    return tuple(
        _price(name, sizes, sizes.replace(**{field: 2 * getattr(sizes, field)}), step / getattr(sizes, field))
        for name, field, step in (
            ("one more connection", "max_connections", 1),
            ("100 more max_locks_per_transaction", "max_locks_per_transaction", 100),
            ("1 MB more work_mem", "work_mem", MIB),
        )
        if getattr(sizes, field) > 0
    )


def _price(name: str, now: Sizes, then: Sizes, share: float) -> Price:
    return Price(name, *(share * (total(then) - total(now)) for total in (floor, expected, worst)))
