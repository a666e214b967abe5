"""What particular kinds of file are, and are not, the place of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pgcfglint import lint

if TYPE_CHECKING:
    from pathlib import Path

    from pgcfglint.model import Finding

PATRONI = "{dynamicConfiguration: {postgresql: {parameters: {work_mem: 4MB}}}}"
CLUSTER = "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: demo}\nspec:\n  instances: 3\n"


def found(folder: Path, name: str, text: str) -> list[Finding]:
    """The findings in a file of that name."""
    path = folder / name
    path.write_text(text)
    report = lint([str(path)])
    assert not report.skipped, report.skipped
    return list(report.findings)


def rules(folder: Path, name: str, text: str) -> set[str]:
    return {finding.rule for finding in found(folder, name, text)}


LIMITS = {
    "a cluster": (CLUSTER + "  postgresql: {parameters: {work_mem: 4MB}}\n", True),
    "a ConfigMap": ("kind: ConfigMap\ndata:\n  postgresql.conf: |\n    work_mem = 4MB\n", False),
    "StackGres' parameters": (
        "apiVersion: stackgres.io/v1\nkind: SGPostgresConfig\nspec: {postgresql.conf: {work_mem: 4MB}}\n",
        False,
    ),
    "a patch of Percona's resource": (
        f"apiVersion: pgv2.percona.com/v2\nkind: PerconaPGCluster\nspec: {{patroni: {PATRONI}}}\n",
        False,
    ),
    "Zalando's resource: the operator has a default limit": (
        "apiVersion: acid.zalan.do/v1\nkind: postgresql\nspec: {postgresql: {parameters: {work_mem: 4MB}}}\n",
        False,
    ),
    "Bitnami's preset": (
        "primary: {resourcesPreset: small, extendedConfiguration: work_mem = 4MB}\nauth: {}\n",
        False,
    ),
    "Bitnami's chart has a preset itself": (
        "primary: {extendedConfiguration: work_mem = 4MB}\nauth: {}\n",
        False,
    ),
}


@pytest.mark.parametrize("kind", LIMITS)
def test_a_limit_is_missed_only_where_it_would_stand(tmp_path: Path, kind: str) -> None:
    text, missed = LIMITS[kind]
    assert ("memory-limit-missing" in rules(tmp_path, "file.yaml", text)) is missed


def test_a_preset_of_bitnami_is_a_limit(tmp_path: Path) -> None:
    text = "auth: {}\nprimary: {resourcesPreset: nano, extendedConfiguration: shared_buffers = 512MB}\n"
    assert "shared-buffers-over-limit" in rules(tmp_path, "values.yaml", text)


@pytest.mark.parametrize(
    ("name", "severity"),
    [("postgresql-15.conf", None), ("pg17.conf", "error"), ("postgresql.conf", "warning")],
)
def test_the_name_of_a_file_may_tell_the_major(tmp_path: Path, name: str, severity: str | None) -> None:
    findings = found(tmp_path, name, "work_mem = 4MB\nold_snapshot_threshold = -1\nmax_connections = 100\n")
    assert next((item.severity for item in findings if item.rule == "removed-parameter"), None) == severity


def test_one_known_name_is_enough_beside_a_map_of_several(tmp_path: Path) -> None:
    text = (
        "spilo:\n  configuration:\n"
        "    bootstrap: {dcs: {postgresql: {parameters: {max_locks_per_transaction: 512}}}}\n"
        "    postgresql: {parameters: {max_locks_per_transaction: 512, work_mem: 4MB}}\n"
    )
    assert "patroni-dcs-only-in-local" not in rules(tmp_path, "values.yaml", text)


ROUTES = {
    "services: {db: {image: 'postgres:16', command: postgres -c fsync=off}}\n": (
        "pods",
        "docker compose up -d",
    ),
    CLUSTER + "  postgresql: {parameters: {fsync: 'off'}}\n": ("reload", "kubectl apply"),
    "fsync = off\nwork_mem = 4MB\nmax_connections = 100\n": ("reload", "editing the file on every member"),
    "postgresql_parameters: [{option: fsync, value: 'off'}]\n": ("reload", "running the playbook"),
    "primary: {extendedConfiguration: fsync = off}\nauth: {}\n": ("pods", "helm upgrade"),
}


@pytest.mark.parametrize("text", ROUTES)
def test_a_remedy_goes_the_way_of_its_kind(tmp_path: Path, text: str) -> None:
    name = "postgresql.conf" if text.startswith("fsync") else "file.yaml"
    (finding,) = (item for item in found(tmp_path, name, text) if item.rule == "fsync-off")
    assert (finding.remedies[0].apply, finding.remedies[0].via) == ROUTES[text]
