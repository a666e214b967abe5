"""The main shared memory segment of a server, from the parameters that size it.

Computed from the layout of PostgreSQL's structures (src/backend/storage/ipc/ipci.c and the functions that it
calls), so the sum is what `postgres -C shared_memory_size` prints (15 and later) within a fraction of a per
cent; tests/oracle/test_shared_memory.py holds it to real servers. Amounts are bytes, counts as they are.
"""

from __future__ import annotations

from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB
BLOCK = 8 * KIB
"""Bytes of a page (BLCKSZ of every packaged build)."""

CITUS_SHARED = 8 * MIB
"""Citus' own shared memory: nearly all of it the 50,000 entries of citus.stat_statements_max (128 bytes each
in a hash table) and 2,048 of citus.max_worker_nodes_tracked. Measured: 8 MB (Citus 13.2 on PostgreSQL 15)."""
_ALIGNED = 8192 + 64 + 20
"""Per buffer: the page, its descriptor, its place in the checkpointer's sort (bufmgr's BufferShmemSize)."""
_SLOT = 5560
"""Per session, worker or prepared transaction: PGPROC 840, ten serializable transactions 2100, fifty of their
conflicts 2400, known transaction ids on a standby 325 (measured 5520 .. 5610 on 13 .. 18)."""
_BACKEND = 900
"""Per session or worker besides: status, names, TLS state, signals, notification queue;
track_activity_query_size comes on top (measured 880 .. 950, on 18 1270)."""


class _Layout(Record):
    """What differs between majors; bytes unless said."""

    base: int
    backend: int
    auxiliary: int
    """Processes besides the backends: checkpointer, writers, ... and I/O workers on 18."""
    buffer: int
    """Per buffer: condition variable (13: a lock) and an entry of the checkpointer's queue."""
    special: int
    """Backends that no parameter counts: the autovacuum launcher, from 17 the slot synchronisation."""
    statement: int
    """An entry of pg_stat_statements."""
    slot: int
    """A replication slot (this and the next measured with 1,000 of them)."""
    worker: int
    """What max_worker_processes takes besides a backend."""


_LAYOUTS = {  # fitted to exact sizes (pg_shmem_allocations): some 10 kB off at most
    13: _Layout(239_500, _BACKEND, 4, 32 + 24, 1, 340, 248, 560),
    14: _Layout(255_000, _BACKEND, 5, 16 + 24, 1, 340, 256, 560),
    15: _Layout(510_500, _BACKEND, 6, 16 + 24, 1, 352, 264, 560),
    16: _Layout(531_500, _BACKEND, 6, 16 + 24, 1, 352, 264, 560),
    17: _Layout(572_000, _BACKEND, 7, 16 + 32, 2, 400, 280, 1488),
    18: _Layout(676_500, _BACKEND + 350, 38, 16 + 32, 2, 424, 288, 1488),
}
_ORIGIN = 56
"""A replication origin: as many as slots up to 17, then max_active_replication_origins."""
_WAL_SENDER, _VACUUM_WORKER, _LOGICAL_WORKER = 98, 56, 120
"""What one of each kind takes besides a backend (measured 96 .. 104, 48 .. 64, 104 .. 128)."""


class Sizes(Record):
    """The amounts that decide a server's memory: bytes, or counts; defaults are PostgreSQL's own.

    Parameters have their own names; automatic values (-1 of wal_buffers, io_max_concurrency and
    autovacuum_work_mem, 0 of transaction_buffers ...) may be left as they are. `max_prepared_transactions`
    None is "not set", which Citus and Patroni under Citus turn into twice max_connections: then the price of
    a connection has it too.

    The rest is not a parameter of the core: `libraries` that are preloaded; `pg_stat_statements_max`, which
    only counts if its library is one of them; `cpu` cores of the pod; `huge_pages` bytes of the pod's huge
    page resource: where that holds the shared memory, limits.memory is not charged for it; `shm_size` bytes
    of /dev/shm; `logical_slots` in use; `patroni` in the server's container.
    """

    major: int = 18
    citus: bool = False
    patroni: bool = True
    libraries: tuple[str, ...] = ()
    cpu: float = 2
    huge_pages: float = 0
    shm_size: float | None = None
    logical_slots: float = 0
    pg_stat_statements_max: float = 5000
    shared_buffers: float = 128 * MIB
    wal_buffers: float = -1
    max_connections: float = 100
    max_prepared_transactions: float | None = None
    max_locks_per_transaction: float = 64
    max_pred_locks_per_transaction: float = 64
    max_worker_processes: float = 8
    max_wal_senders: float = 10
    max_replication_slots: float = 10
    max_active_replication_origins: float = 10
    max_logical_replication_workers: float = 4
    autovacuum_max_workers: float = 3
    autovacuum_worker_slots: float = 16
    track_activity_query_size: float = 1024
    min_dynamic_shared_memory: float = 0
    io_max_concurrency: float = -1
    io_max_combine_limit: float = 128 * KIB
    commit_timestamp_buffers: float = 0
    subtransaction_buffers: float = 0
    transaction_buffers: float = 0
    multixact_member_buffers: float = 32 * BLOCK
    multixact_offset_buffers: float = 16 * BLOCK
    notify_buffers: float = 16 * BLOCK
    serializable_buffers: float = 32 * BLOCK
    work_mem: float = 4 * MIB
    hash_mem_multiplier: float | None = None
    maintenance_work_mem: float = 64 * MIB
    autovacuum_work_mem: float = -1
    max_parallel_workers: float = 8
    logical_decoding_work_mem: float = 64 * MIB

    @classmethod
    def of(cls, amounts: Mapping[str, float | None], **known: Any) -> Sizes:
        """Sizes from a mapping by name (of PARAMETERS and NAMES); what it lacks, or holds as None, keeps its
        default. `known` gives fields by their own name."""
        names = {**{name: name for name in PARAMETERS}, **NAMES}
        found = {field: amounts[name] for field, name in names.items() if amounts.get(name) is not None}
        return cls(**{**found, **known})

    @property
    def prepared(self) -> float:
        """Prepared transactions that really run: twice the connections under Citus where nothing is set."""
        if self.max_prepared_transactions is None:
            return 2 * self.max_connections if self.citus else 0
        return self.max_prepared_transactions

    @property
    def vacuum_slots(self) -> float:
        """Autovacuum workers that the server makes room for."""
        return self.autovacuum_worker_slots if self.major >= 18 else self.autovacuum_max_workers

    @property
    def backends(self) -> int:
        """Sessions and workers that the server makes room for (MaxBackends)."""
        own = self.max_connections + self.vacuum_slots + self.max_worker_processes + self.max_wal_senders
        return int(own) + _layout(self.major).special

    @property
    def hash_memory(self) -> float:
        """hash_mem_multiplier; its default is 1 up to PostgreSQL 14, where a hash may take one work_mem, then
        2."""
        return self.hash_mem_multiplier or (1 if self.major < 15 else 2)

    @property
    def vacuum_memory(self) -> float:
        """What one autovacuum worker may take; up to PostgreSQL 16 never more than 1 GB."""
        memory = self.maintenance_work_mem if self.autovacuum_work_mem < 0 else self.autovacuum_work_mem
        return min(memory, GIB) if self.major < 17 else memory


NAMES = {
    "cpu": "limits.cpu",
    "huge_pages": "limits.hugepages",
    "shm_size": "shm.size",
    "pg_stat_statements_max": "pg_stat_statements.max",
}
"""Fields that stand for another name: of the pod, or of an extension's parameter."""

_FIELDS: tuple[str, ...] = Sizes._fields
PARAMETERS = _FIELDS[_FIELDS.index("shared_buffers") :]
"""Every parameter of the core that the model reads."""

SHARED_PARAMETERS = PARAMETERS[: PARAMETERS.index("work_mem")]
"""Those that shared memory depends on."""


def _layout(major: int) -> _Layout:
    return _LAYOUTS[min(max(major, 13), 18)]


def _power(count: float) -> int:
    """The next power of two."""
    return 1 << (max(int(count), 1) - 1).bit_length()


def _table(entries: float, size: int) -> float:
    """A shared hash table (dynahash's hash_estimate_size): elements in batches, buckets in powers of two."""
    entries = max(int(entries), 1)
    element = 16 + -(-size // 8) * 8
    batch = 256
    while batch // element < 32:
        batch *= 2
    batch //= element
    segments = max(1, _power(entries) // 256)
    return 8 * max(256, segments) + 2048 * segments + -(-entries // batch) * batch * element


def lock_memory(sizes: Sizes) -> float:
    """Lock tables of max_locks_per_transaction (one LOCK of 152 bytes and two PROCLOCKs of 64 per slot, 10 %
    over; lock.c's LockShmemSize), on 18 with the fast-path arrays."""
    slots = sizes.backends + sizes.prepared
    locks = int(sizes.max_locks_per_transaction) * slots
    fast = 0.0
    if sizes.major >= 18:
        groups = min(_power(sizes.max_locks_per_transaction / 16), 1024)
        fast = 72 * groups * (slots + _layout(sizes.major).auxiliary)
    return 1.1 * (_table(locks, 152) + _table(2 * locks, 64)) + fast


def predicate_memory(sizes: Sizes) -> float:
    """Lock tables of serializable transactions (predicate.c's PredicateLockShmemSize)."""
    slots = sizes.backends + sizes.prepared
    locks = int(sizes.max_pred_locks_per_transaction) * slots
    return 1.1 * (_table(locks, 32) + _table(2 * locks, 56)) + _table(10 * slots, 16)


def wal_buffers(sizes: Sizes) -> float:
    """wal_buffers; automatic is a 32nd of shared_buffers, 64 kB to one WAL segment (16 MB)."""
    if sizes.wal_buffers < 0:
        return min(max(sizes.shared_buffers // 32, 8 * BLOCK), 16 * MIB)
    return max(sizes.wal_buffers, 4 * BLOCK)


def io_memory(sizes: Sizes) -> float:
    """Handles of asynchronous I/O (18; aio_init.c): automatic concurrency is at most 64 and each process'
    share of the buffers."""
    if sizes.major < 18:
        return 0
    processes = sizes.backends + _layout(sizes.major).auxiliary
    handles = sizes.io_max_concurrency
    if handles < 0:
        handles = min(max(sizes.shared_buffers // BLOCK // processes, 1), 64)
    return processes * handles * (144 + 24 * max(sizes.io_max_combine_limit // BLOCK, 1))


def status_memory(sizes: Sizes) -> float:
    """Caches of transaction status and the like (SLRUs); a page of transaction status has twice the size."""
    buffers = sizes.shared_buffers // BLOCK

    def auto(divisor: int, least: int, most: int) -> float:
        return min(max(buffers // divisor, least), most)

    if sizes.major >= 17:  # rows of 16: see "multiple of 16" in the manual's runtime-config-resource
        three = (sizes.commit_timestamp_buffers, sizes.subtransaction_buffers, sizes.transaction_buffers)
        own = [size // BLOCK if size > 0 else auto(512, 16, 1024) // 16 * 16 for size in three]
        own[2] = min(own[2], 65536)  # the pages that hold half of all transactions (CLOGShmemBuffers)
        rest = sizes.multixact_member_buffers + sizes.multixact_offset_buffers
        rest += sizes.notify_buffers + sizes.serializable_buffers
        # Beside each page its lock (128 bytes), number, state and age; groups of LSNs for the status.
        return (sum(own) + rest / BLOCK) * (BLOCK + 161) + own[2] * BLOCK
    timestamps = auto(256, 4, 256) if sizes.major >= 15 else auto(1024, 4, 16)
    status = auto(512, 4, 128)
    return (status + timestamps + 32 + 16 + 8 + 8 + 16) * (BLOCK + 149) + status * BLOCK


def process_memory(sizes: Sizes) -> float:
    """Replication slots and origins, and what processes of their own kind take besides a backend."""
    origins = sizes.max_replication_slots if sizes.major < 18 else sizes.max_active_replication_origins
    layout = _layout(sizes.major)
    return (
        layout.slot * sizes.max_replication_slots
        + _ORIGIN * origins
        + layout.worker * sizes.max_worker_processes
        + _WAL_SENDER * sizes.max_wal_senders
        + _VACUUM_WORKER * sizes.vacuum_slots
        + _LOGICAL_WORKER * sizes.max_logical_replication_workers
    )


def extension_memory(sizes: Sizes) -> float:
    """Shared memory that preloaded libraries ask for."""
    asked = CITUS_SHARED if sizes.citus or "citus" in sizes.libraries else 0.0
    if "pg_stat_statements" in sizes.libraries:
        asked += _table(sizes.pg_stat_statements_max, _layout(sizes.major).statement)
    return asked


def shared_parts(sizes: Sizes) -> dict[str, float]:
    """The uses of the segment by name, in exact bytes."""
    layout = _layout(sizes.major)
    buffers = sizes.shared_buffers // BLOCK
    wal = wal_buffers(sizes)
    queries = sizes.track_activity_query_size * (sizes.backends + layout.auxiliary)
    return {
        "shared_buffers": buffers * (_ALIGNED + layout.buffer) + _table(buffers + 128, 24),
        "wal_buffers": wal + wal // BLOCK * 8,
        "lock tables": lock_memory(sizes) + predicate_memory(sizes),
        "asynchronous I/O": io_memory(sizes),
        "extensions": extension_memory(sizes),
        "other shared memory": layout.base + status_memory(sizes) + process_memory(sizes) + queries
        + sizes.min_dynamic_shared_memory
        + layout.backend * sizes.backends + _SLOT * (sizes.backends + sizes.prepared),
    }  # fmt: skip


def shared_memory(sizes: Sizes) -> int:
    """Bytes of the main shared memory segment, rounded up to whole MB as shared_memory_size is."""
    return whole(shared_parts(sizes))


def whole(parts: Mapping[str, float]) -> int:
    """The sum of the segment's parts, rounded up to whole MB."""
    return -(-int(sum(parts.values())) // MIB) * MIB
