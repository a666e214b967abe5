"""Each layout on a sample of its kind: what is found, where, and when a change there takes effect."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pgcfglint import bundle
from pgcfglint.sources import Options, layout, read_inputs

if TYPE_CHECKING:
    from typing import Any

    from pgcfglint.sources import Input

KNOWN = {
    *("shared_buffers", "work_mem", "max_connections", "wal_level", "log_statement", "max_wal_size"),
    *("shared_preload_libraries", "archive_mode", "random_page_cost", "effective_cache_size"),
}

SAMPLES: dict[str, tuple[str, str, dict[str, str], dict[str, str], dict[str, str]]] = {
    # layout: (file name, text, {name: "text @ line, layer"}, {pod name: text}, {target: version})
    "show-config": (
        "dump.yaml",
        """\
loop_wait: 10
maximum_lag_on_failover: 1048576
postgresql:
  parameters:
    archive_mode: true
    shared_buffers: 1GB
  pg_hba:
  - local all all trust
  use_slots: true
ttl: 30
""",
        {"archive_mode": "True @ 5, live", "shared_buffers": "1GB @ 6, live"},
        {"patroni.ttl": "30", "patroni.loop_wait": "10", "patroni.use_slots": "True"},
        {"postgresql": "18", "patroni": "4.1"},
    ),
    "patroni-yml": (
        "patroni.yml",
        """\
scope: demo
name: one
citus: {database: app, group: 0}
bootstrap:
  dcs:
    ttl: 30
    postgresql:
      use_pg_rewind: true
      parameters:
        max_connections: 200
postgresql:
  bin_dir: /usr/lib/postgresql/17/bin
  pg_hba: [local all all peer]
  parameters:
    work_mem: 010
""",
        {"max_connections": "200 @ 10, bootstrap", "work_mem": "8 @ 15, local"},
        {"patroni.ttl": "30", "patroni.use_pg_rewind": "True"},
        {"postgresql": "17", "patroni": "4.1", "citus": "14"},
    ),
    "cnpg-cr": (
        "cluster.yaml",
        """\
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: demo}
spec:
  instances: 3
  imageName: ghcr.io/cloudnative-pg/postgresql:16.2-bookworm
  postgresql:
    parameters:
      max_connections: "300"
    shared_preload_libraries: [pg_stat_statements, pgaudit]
    pg_hba: [host all all all scram-sha-256]
  resources: {limits: {memory: 4Gi, cpu: 2}, requests: {memory: 2Gi}}
  storage: {size: 20Gi, storageClass: fast}
  walStorage: {size: 5Gi}
""",
        {
            "max_connections": "300 @ 9, dynamic",
            "shared_preload_libraries": "pg_stat_statements,pgaudit @ 10, dynamic",
        },
        {"members": "3", "limits.memory": "4Gi", "requests.memory": "2Gi", "storage.wal": "5Gi"},
        {"postgresql": "16"},
    ),
    "cnpg-values": (
        "values.yaml",
        """\
type: postgresql
version: {postgresql: "17"}
cluster:
  instances: 2
  postgresql: {parameters: {work_mem: 8MB}}
  resources: {limits: {memory: 1Gi}}
""",
        {"work_mem": "8MB @ 5, dynamic"},
        {"members": "2", "limits.memory": "1Gi"},
        {"postgresql": "17"},
    ),
    "zalando-cr": (
        "pg.yaml",
        """\
apiVersion: acid.zalan.do/v1
kind: postgresql
metadata: {name: acid-demo}
spec:
  numberOfInstances: 2
  enableShmVolume: false
  postgresql: {version: "15", parameters: {shared_buffers: "1GB", log_statement: all}}
  patroni: {ttl: 30, synchronous_mode: true}
  resources: {limits: {memory: 2Gi}}
""",
        {"shared_buffers": "1GB @ 7, dynamic", "log_statement": "all @ 7, dynamic"},
        {"members": "2", "limits.memory": "2Gi", "shm.enabled": "False", "patroni.synchronous_mode": "True"},
        {"postgresql": "15", "patroni": "4.1"},
    ),
    "crunchy-cr": (
        "pg.yaml",
        """\
apiVersion: postgres-operator.crunchydata.com/v1beta1
kind: PostgresCluster
metadata: {name: demo}
spec:
  postgresVersion: 16
  config: {parameters: {work_mem: 8MB}}
  patroni:
    leaderLeaseDurationSeconds: 30
    dynamicConfiguration: {postgresql: {parameters: {max_connections: 500}}}
  instances:
    - {name: a, replicas: 2, resources: {limits: {memory: 4Gi}}}
    - {name: b, replicas: 1, resources: {limits: {memory: 8Gi}}}
""",
        {"max_connections": "500 @ 9, dynamic", "work_mem": "8MB @ 6, dynamic"},
        {"members": "2", "limits.memory": "4Gi", "patroni.ttl": "30"},
        {"postgresql": "16", "patroni": "4.1"},
    ),
    "percona-cr": (
        "pg.yaml",
        """\
apiVersion: pgv2.percona.com/v2
kind: PerconaPGCluster
metadata: {name: demo}
spec:
  postgresVersion: 17
  patroni: {dynamicConfiguration: {postgresql: {parameters: {wal_level: logical}}}}
  instances: [{name: a, replicas: 3, resources: {limits: {memory: 2Gi, hugepages-2Mi: 1Gi}}}]
""",
        {"wal_level": "logical @ 6, dynamic"},
        {"members": "3", "limits.hugepages": "1Gi"},
        {"postgresql": "17", "patroni": "4.1"},
    ),
    "stackgres": (
        "pg.yaml",
        """\
apiVersion: stackgres.io/v1
kind: SGPostgresConfig
metadata: {name: demo}
spec:
  postgresVersion: "16"
  postgresql.conf:
    work_mem: 8MB
""",
        {"work_mem": "8MB @ 7, dynamic"},
        {},
        {"postgresql": "16", "patroni": "4.1"},
    ),
    "stackgres-values": (
        "values.yaml",
        "configurations: {postgresconfig: {postgresql.conf: {work_mem: 8MB}}}\ncluster: {instances: 2}\n",
        {"work_mem": "8MB @ 1, dynamic"},
        {"members": "2"},
        {"postgresql": "18", "patroni": "4.1"},
    ),
    "kubeblocks": (
        "ops.yaml",
        """\
apiVersion: operations.kubeblocks.io/v1alpha1
kind: OpsRequest
spec:
  clusterName: demo
  type: Reconfiguring
  reconfigures:
    - componentName: postgresql
      parameters:
        - {key: max_connections, value: '600'}
""",
        {"max_connections": "600 @ 9, dynamic"},
        {},
        {"postgresql": "18", "patroni": "4.1"},
    ),
    "bitnami": (
        "values.yaml",
        """\
auth: {database: app}
image: {tag: 16.4.0-debian-12-r2}
primary:
  extendedConfiguration: |
    # more
    max_connections = 1024
    log_line_prefix = '%m '
  resources: {limits: {memory: 1Gi}}
readReplicas: {replicaCount: 2}
""",
        {"max_connections": "1024 @ 6, local", "log_line_prefix": "%m  @ 7, local"},
        {"limits.memory": "1Gi", "image.tag": "16.4.0-debian-12-r2"},
        {"postgresql": "16"},
    ),
    "bitnami-old": (
        "values.yaml",
        """\
postgresql:
  postgresqlExtendedConf: {sharedBuffers: 500MB, maxConnections: 1024}
  image: {tag: 11.10.0}
""",
        {"shared_buffers": "500MB @ 2, local", "max_connections": "1024 @ 2, local"},
        {"image.tag": "11.10.0"},
        {"postgresql": "11"},
    ),
    "timescaledb-single": (
        "values.yaml",
        """\
replicaCount: 3
image: {tag: pg14.6-ts2.9.1-p1}
patroni:
  bootstrap: {dcs: {ttl: 30, postgresql: {parameters: {max_connections: 100}}}}
  postgresql: {parameters: {work_mem: 16MB}}
persistentVolumes: {data: {size: 10Gi}, wal: {size: 2Gi}}
resources: {limits: {memory: 8Gi}}
""",
        {"max_connections": "100 @ 4, bootstrap", "work_mem": "16MB @ 5, local"},
        {"members": "3", "limits.memory": "8Gi", "storage.wal": "2Gi", "patroni.ttl": "30"},
        {"postgresql": "14", "patroni": "4.1"},
    ),
    "spilo-values": (
        "values.yaml",
        """\
replicaCount: 2
env:
  SPILO_CONFIGURATION: |
    bootstrap:
      dcs:
        postgresql:
          parameters:
            max_connections: 150
    postgresql:
      parameters: {work_mem: 8MB}
""",
        {"max_connections": "150 @ 8, bootstrap", "work_mem": "8MB @ 10, local"},
        {"members": "2"},
        {"postgresql": "18", "patroni": "4.1"},
    ),
    "compose": (
        "compose.yaml",
        """\
services:
  web: {image: nginx, command: "-c a=b"}
  db:
    image: postgres:16-alpine
    command: >
      postgres -c shared_buffers=256MB
      -c 'work_mem=8MB' --max-connections=150
    deploy: {resources: {limits: {memory: 512M, cpus: "1"}}}
    shm_size: 128mb
""",
        {
            "shared_buffers": "256MB @ 6, local",
            "work_mem": "8MB @ 7, local",
            "max_connections": "150 @ 7, local",
        },
        {"limits.memory": "512Mi", "shm.size": "128Mi", "limits.cpu": "1"},
        {"postgresql": "16"},
    ),
    "manifest": (
        "set.yaml",
        """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 2
  template:
    spec:
      terminationGracePeriodSeconds: 60
      containers:
        - name: exporter
          image: postgres-exporter:1
          resources: {limits: {memory: 64Mi}}
        - name: postgres
          image: docker.io/library/postgres:17.2
          args: ["-c", "max_connections=300", "-cwork_mem=8MB"]
          resources: {limits: {memory: 4Gi}}
""",
        {"max_connections": "300 @ 15, local", "work_mem": "8MB @ 15, local"},
        {"members": "2", "grace": "60", "limits.memory": "4Gi"},
        {"postgresql": "17"},
    ),
    "configmap": (
        "map.yaml",
        """\
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data:
  postgresql.conf: |
    max_connections = 300
  patroni.yml: |
    postgresql:
      parameters:
        work_mem: 8MB
""",
        {"max_connections": "300 @ 6, local", "work_mem": "8MB @ 10, local"},
        {},
        {"postgresql": "18", "patroni": "4.1"},
    ),
    "ansible-vars": (
        "main.yml",
        """\
postgresql_version: 16
patroni_cluster_name: "demo"
patroni_ttl: 30
postgresql_parameters:
  - {option: max_connections, value: "1000"}
  - {option: shared_buffers, value: "{{ (ansible_memtotal_mb * 0.25) | int }}MB"}
local_postgresql_parameters:
  - {option: work_mem, value: 8MB}
""",
        {"max_connections": "1000 @ 5, dynamic", "work_mem": "8MB @ 8, local"},
        {"patroni.ttl": "30"},
        {"postgresql": "16", "patroni": "4.1"},
    ),
    "postgresql-conf": (
        "postgresql.conf",
        "# shared_buffers = 128MB\nmax_connections = 100\t# (needs a restart)\ninclude_dir 'conf.d'\n",
        {"max_connections": "100 @ 2, local"},
        {},
        {"postgresql": "18"},
    ),
    "generic": (
        "values.yaml",
        """\
db:
  resources: {limits: {memory: 2Gi}}
  postgres:
    parameters: {work_mem: y, max_connections: 1000000}
""",
        {"work_mem": "true @ 4, local", "max_connections": "1e+06 @ 4, local"},
        {"limits.memory": "2Gi"},
        {"postgresql": "18"},
    ),
}


def read(tmp_path: Any, name: str, text: str, **words: Any) -> list[Input]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return list(read_inputs([str(path)], known=KNOWN, **words))


@pytest.mark.parametrize("name", SAMPLES)
def test_sample(tmp_path: Any, name: str) -> None:
    file, text, parameters, names, targets = SAMPLES[name]
    (found,) = read(tmp_path, file, text)
    assert found.skip is None
    cluster = found.cluster
    assert cluster is not None
    assert cluster.layout == name
    group = cluster.groups[0]
    others = {
        setting.name
        for setting in group.settings
        if setting.layer == "pod" or setting.name.startswith("patroni.")
    }
    read_parameters = {
        setting.name: f"{setting.text} @ {setting.location.line}, {setting.layer}"
        for setting in group.settings
        if setting.name not in others
    }
    assert read_parameters == parameters
    assert names.items() <= {setting.name: setting.text for setting in group.settings}.items()
    assert {target.name: target.version for target in cluster.targets} == targets
    for setting in group.settings:
        lines = text.splitlines()
        written = setting.written.strip().splitlines()
        assert not written or "," in setting.written or written[0] in lines[setting.location.line - 1]
    for each in cluster.groups:
        assert "" in each.homes or not parameters
        assert all(home.line >= 1 and home.column >= 1 for home in each.homes.values())


def test_every_layout_has_a_sample() -> None:
    assert set(layout.layouts()) == {*SAMPLES, "citus-on-k8s"}


def test_groups_of_their_own(tmp_path: Any) -> None:
    (found,) = read(tmp_path, "pg.yaml", SAMPLES["crunchy-cr"][1])
    assert found.cluster is not None
    assert [group.name for group in found.cluster.groups] == ["a", "b"]
    limits = [{s.name: s.text for s in group.settings}["limits.memory"] for group in found.cluster.groups]
    assert limits == ["4Gi", "8Gi"]


def test_lines_of_pg_hba(tmp_path: Any) -> None:
    (found,) = read(tmp_path, "dump.yaml", SAMPLES["show-config"][1])
    assert found.cluster is not None
    (line,) = found.cluster.hba
    assert (line.name, line.text, line.location.line) == ("pg_hba", "local all all trust", 8)


def test_an_image_of_ones_own_tells_no_version(tmp_path: Any) -> None:
    for tag in ("1.4.2", "latest", "16-custom"):
        text = f"""\
image: {{tag: "{tag}"}}
coordinator: {{citusGroup: "0"}}
patroni: {{postgresql: {{parameters: {{work_mem: 4MB}}}}}}
"""
        (found,) = read(tmp_path, "values.yaml", text)
        assert found.cluster is not None
        assert found.cluster.targets[0].origin == "layout"


def test_a_database_with_settings_of_its_own(tmp_path: Any) -> None:
    text = """\
coordinator: {citusGroup: "0"}
patroni: {database: app, postgresql: {parameters: {}}}
additionalExtensions: {enabled: false, extensions: [postgis]}
additionalDatabases:
  - name: reports
    extensions: [pg_partman]
    parameters: {statement_timeout: 5min, work_mem: ~}
"""
    (found,) = read(tmp_path, "values.yaml", text)
    assert found.cluster is not None
    main, reports = found.cluster.databases
    assert (main.name, main.extensions, main.enabled) == ("app", ("postgis",), False)
    assert (reports.name, reports.extensions, reports.location.line) == ("reports", ("pg_partman",), 5)
    assert [(each.name, each.text, each.layer) for each in reports.settings] == [
        ("statement_timeout", "5min", "database")
    ]


def test_a_coordinator_switched_off(tmp_path: Any) -> None:
    text = (
        "coordinator: {citusGroup: '0', enabled: no}\nworkers: [{citusGroup: 1}]\npatroni: {postgresql: {}}\n"
    )
    (found,) = read(tmp_path, "values.yaml", text)
    assert found.cluster is not None
    assert [group.name for group in found.cluster.groups] == ["worker 1"]


@pytest.mark.parametrize("parameters", ["[a, b]", "work_mem=4MB"])
def test_parameters_that_are_no_map(tmp_path: Any, parameters: str) -> None:
    (found,) = read(tmp_path, "patroni.yml", f"scope: x\npostgresql: {{parameters: {parameters}}}\n")
    assert found.cluster is not None
    assert [each.kind for each in found.cluster.observations] == ["not-a-map"]


def test_values_that_are_lists_or_maps(tmp_path: Any) -> None:
    parameters = "{shared_preload_libraries: [a, b], pg_stat_statements: {max: 5}, x: }"
    text = f"scope: x\npostgresql: {{parameters: {parameters}}}\n"
    (found,) = read(tmp_path, "patroni.yml", text)
    assert found.cluster is not None
    read_settings = {each.name: (each.kind, each.text) for each in found.cluster.groups[0].settings}
    assert read_settings == {
        "shared_preload_libraries": ("list", "['a', 'b']"),
        "pg_stat_statements": ("map", "{'max': 5}"),
        "x": ("null", "None"),
    }


def test_placeholders(tmp_path: Any) -> None:
    text = "scope: ${SCOPE}\npostgresql: {parameters: {work_mem: '${MEM:-8MB}', shared_buffers: '${SB}'}}\n"
    (found,) = read(tmp_path, "patroni.yml", text)
    assert found.cluster is not None
    assert found.cluster.name == ""
    assert {each.name: each.text for each in found.cluster.groups[0].settings} == {"work_mem": "8MB"}


def test_lines_that_the_server_refuses(tmp_path: Any) -> None:
    (found,) = read(tmp_path, "postgresql.conf", "max_connections = 100\nwork_mem = 2MB;\n")
    assert found.cluster is not None
    (seen,) = found.cluster.observations
    assert (seen.kind, seen.location.line, seen.fields["name"]) == ("syntax-error", 2, "work_mem")


def test_several_documents(tmp_path: Any) -> None:
    text = SAMPLES["cnpg-cr"][1] + "---\nkind: Secret\napiVersion: v1\n---\n" + SAMPLES["zalando-cr"][1]
    found = read(tmp_path, "all.yaml", text)
    assert [each.cluster and each.cluster.layout for each in found] == ["cnpg-cr", "zalando-cr"]


def test_a_bundle_gives_the_same_layouts(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = layout.layouts()
    signs = list(layout.signs())
    data = {"signs": signs, **{layout.bundled(name): rules for name, rules in plain.items()}}
    for name in ("_loaded", "_texts"):
        monkeypatch.setattr(layout, name, {})
    monkeypatch.setattr(layout, "_signs", [])
    monkeypatch.setattr(bundle, "load", data.get)
    assert layout.layouts() == plain
    assert layout.signs() == signs


CORPUS = os.environ.get("PGCFGLINT_CORPUS")


@pytest.mark.skipif(not CORPUS, reason="PGCFGLINT_CORPUS names no folder of real files")
def test_real_files_are_read_or_refused_with_a_word() -> None:
    assert CORPUS
    for entry in sorted(os.listdir(CORPUS)):
        for found in read_inputs([os.path.join(CORPUS, entry)], known=KNOWN, options=Options()):
            assert found.cluster or (found.skip and found.skip.message)
