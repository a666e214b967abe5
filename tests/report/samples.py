"""Handmade reports for the reporters' tests."""

from __future__ import annotations

from pgcfglint.model import Finding, Location, Related, Remedy, Report, Skip, Target
from pgcfglint.record import Record


class RuleText(Record):
    title: str
    why: str
    see: tuple[str, ...]
    severity: str


VALUES = """\
clusterName: demo
coordinator:
  resources:
    limits:
      memory: 2Gi
workers:
  - citusGroup: "1"
    resources:
      limits:
        memory: 4Gi
postgres:
  password: "********"
patroni:
  postgresql:
    parameters:
      max_connections: 200
      shared_buffers: 16MB
      work_mem: 8MB
      max_locks_per_transaction: 512
      autovacuum_naptime: 1m
      log_connections: on
      log_lock_waits: on
      log_checkpoints: on
      log_temp_files: 0
      log_statement: ddl
podSpec:
  terminationGracePeriodSeconds: 0
""".splitlines()
PRODUCTION = ["workers:", '  - citusGroup: "1"', "    replicas: 3"]


def at(path: str, line: int, text: str, keys: str = "", *, within: list[str] | None = None) -> Location:
    """The place of a text in a line of a sample file."""
    source = (within or (PRODUCTION if "production" in path else VALUES))[line - 1]
    column = source.index(text) + 1
    return Location(path, line, column, line, column + len(text), tuple(keys.split(".")) if keys else ())


FILE = "chart/values.yaml"
OVERLAY = "chart/values-production.yaml"
PARAMETERS = "patroni.postgresql.parameters"

BUFFERS = Finding(
    "shared-buffers-low",
    "warning",
    "shared_buffers is 16MB, 0.8% of the 2Gi memory limit of coordinator",
    at(FILE, 17, "16MB", f"{PARAMETERS}.shared_buffers"),
    related=(
        Related(at(FILE, 5, "2Gi", "coordinator.resources.limits.memory"), "memory limit of coordinator"),
        Related(at(FILE, 10, "4Gi", "workers.0.resources.limits.memory"), "memory limit of worker 1"),
    ),
    cluster="demo",
    groups=("coordinator", "worker 1"),
    parameter="shared_buffers",
    value="16MB",
    effective="16MB",
    remedies=(
        Remedy(
            "shared_buffers: 512MB",
            "shared_buffers",
            "512MB",
            ("coordinator", "worker 1"),
            "restart",
            via="patronictl edit-config",
            reaches="new clusters",
            steps=(
                "patronictl edit-config demo --group 0 -p shared_buffers=512MB --force, then restart",
                "group 1 alone: 1GB fits its 4Gi",
            ),
        ),
    ),
    cures=("wal-buffers-mismatch",),
    fingerprint="0011223344556677",
)
LOCKS = Finding(
    "max-locks-citus-low",
    "warning",
    "max_locks_per_transaction is 512; Citus needs at least 1024",
    at(FILE, 19, "512", f"{PARAMETERS}.max_locks_per_transaction"),
    related=(Related(at(FILE, 16, "200"), "Citus sets max_prepared_transactions to twice this"),),
    cluster="demo",
    groups=("coordinator", "worker 1"),
    parameter="max_locks_per_transaction",
    value="512",
    effective="512",
    remedies=(
        Remedy(
            "max_locks_per_transaction: 1024",
            "max_locks_per_transaction",
            "1024",
            ("coordinator", "worker 1"),
            "restart",
            "standbys first",
            "patronictl edit-config",
            "new clusters",
            ("patronictl edit-config demo -p max_locks_per_transaction=1024 --force, then restart",),
        ),
        Remedy(
            "limits.memory: 4Gi",
            "limits.memory",
            "4Gi",
            ("coordinator",),
            "pods",
            None,
            "helm upgrade",
        ),
    ),
    fingerprint="1122334455667788",
)
GRACE = Finding(
    "grace-period-zero",
    "error",
    "terminationGracePeriodSeconds is 0: every stop of a pod is a crash",
    at(FILE, 27, "0", "podSpec.terminationGracePeriodSeconds"),
    cluster="demo",
    remedies=(
        Remedy("terminationGracePeriodSeconds: 120", "grace", "120", (), "pods", None, "helm upgrade"),
    ),
    fingerprint="2233445566778899",
)
DEAD = Finding(
    "values-key-not-consumed",
    "error",
    "6 of 10 parameters reach no template",
    at(FILE, 20, "autovacuum_naptime", f"{PARAMETERS}.autovacuum_naptime"),
    related=tuple(
        Related(at(FILE, line, VALUES[line - 1].strip().split(":")[0])) for line in (21, 22, 23, 24, 25)
    ),
    cluster="demo",
    parameter="autovacuum_naptime",
    value="1m",
    effective=None,
    remedies=(
        Remedy(
            "autovacuum_naptime: 1min",
            "autovacuum_naptime",
            "1min",
            (),
            "reload",
            None,
            "patronictl edit-config",
            "nobody",
        ),
    ),
    fingerprint="33445566778899aa",
)
PASSWORD = Finding(
    "secret-default-password",
    "info",
    "a default password stands in the file",
    at(FILE, 12, '"********"', "postgres.password"),
    parameter="password",
    value="********",
    fingerprint="445566778899aabb",
)
REPLACED = Finding(
    "helm-list-replaced",
    "error",
    "workers replaces the default list: its limits.memory is lost",
    at(OVERLAY, 1, "workers", "workers"),
    related=(Related(at(FILE, 10, "4Gi"), "lost"),),
    cluster="demo",
    groups=("worker 1",),
    remedies=(Remedy("add resources.limits.memory: 4Gi", "limits.memory", "4Gi", ("worker 1",), "pods"),),
    fingerprint="5566778899aabbcc",
)
FLOOR = Finding(
    "patroni-floor-fallback",
    "warning",
    "max_connections is 20, below Patroni's floor of 25",
    Location("dump.yaml", 3, 22, 3, 24, ("postgresql", "parameters", "max_connections")),
    parameter="max_connections",
    value="20",
    effective="100",
    remedies=(
        Remedy(
            "max_connections: 100",
            "max_connections",
            "100",
            (),
            "none",
            None,
            "patronictl edit-config",
            "running",
        ),
    ),
    fingerprint="66778899aabbccdd",
)

EXCERPTS = {
    **{(FILE, number): line for number, line in enumerate(VALUES, 1)},
    **{(OVERLAY, number): line for number, line in enumerate(PRODUCTION, 1)},
    ("dump.yaml", 3): "    max_connections: 20",
}
TARGETS = {FILE: (Target("postgresql", "16", "layout"), Target("citus", "13", "layout"))}


def report(*findings: Finding, **changes: object) -> Report:
    """A report of these findings, over the sample files."""
    paths = {finding.location.path for finding in findings}
    made = Report(findings, (), {}, len(paths) or 1, EXCERPTS)
    return made.replace(**changes)


SKIPPED = (
    Skip("chart/broken.yaml", "unparsable", "a tab indents", 3, 1),
    Skip("vlaues.yaml", "unreadable", "no such file; did you mean values.yaml?"),
    Skip("notes.yaml", "unrecognised", "no PostgreSQL configuration in it"),
)
ALL = (GRACE, BUFFERS, LOCKS, DEAD, PASSWORD, REPLACED, FLOOR)
RULES = {
    "shared-buffers-low": RuleText(
        "shared_buffers is small for the memory limit",
        "PostgreSQL caches its own pages in shared_buffers.\n\nA quarter of the limit is the usual start.",
        ("https://www.postgresql.org/docs/current/runtime-config-resource.html#GUC-SHARED-BUFFERS",),
        "warning",
    ),
    "grace-period-zero": RuleText("no time to shut down", "", (), "error"),
}
