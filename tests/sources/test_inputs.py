"""From the command line's words to inputs: files, folders, stacks, dumps, memory, versions."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from pgcfglint.sources import Options, read_inputs

if TYPE_CHECKING:
    from typing import Any

    from pgcfglint.model import Cluster
    from pgcfglint.sources import Input

VALUES = """\
clusterName: demo
coordinator:
  citusGroup: "0"
  replicas: 2
  resources: {limits: {memory: 2Gi}}
workers:
  - citusGroup: "1"
    resources: {limits: {memory: 4Gi}}
patroni:
  database: app
  postgresql:
    parameters:
      shared_buffers: 512MB
      work_mem: 4MB
"""
DUMP = """\
loop_wait: 10
postgresql:
  parameters:
    shared_buffers: 256MB
    log_connections: true
  use_pg_rewind: true
ttl: 30
"""
KNOWN = {"shared_buffers", "work_mem", "max_connections"}


@pytest.fixture
def chart(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    write("chart/Chart.yaml", "apiVersion: v2\nname: demo\nversion: 1.0.0\n")
    write("chart/values.yaml", VALUES)
    write("chart/templates/x.yaml", "a: {{ .Values.a }}\n")
    return tmp_path


def write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as stream:
        stream.write(text)


def read(*paths: str, **words: Any) -> list[Input]:
    return list(read_inputs(paths, known=KNOWN, **words))


def cluster(*paths: str, **words: Any) -> Cluster:
    (found,) = read(*paths, **words)
    assert found.skip is None
    assert found.cluster is not None
    return found.cluster


def texts(cluster: Cluster, group: int = 0) -> dict[str, str]:
    return {setting.name: setting.text for setting in cluster.groups[group].settings}


# Paths


def test_a_chart_folder(chart: Any) -> None:
    write("chart/values-a.yaml", "patroni: {postgresql: {parameters: {work_mem: 8MB}}}\n")
    write("chart/values-bad.yaml", "a: [\n")
    write("chart/other.yaml", "x: 1\n")
    found = read("chart")
    assert [each.path for each in found] == [
        "chart/values.yaml",
        "chart/values-a.yaml",
        "chart/values-bad.yaml",
    ]
    assert found[0].cluster == found[1].base
    assert found[2].skip is not None
    assert found[2].skip.reason == "unparsable"
    assert found[1].cluster is not None
    assert texts(found[1].cluster) == {**texts(found[0].cluster), "work_mem": "8MB"}  # type: ignore[arg-type]


def test_a_directory(chart: Any) -> None:
    write("dumps/one.txt", DUMP)
    write("dumps/notes.txt", "nothing\n")
    write("deep/a/patroni.yml", "scope: x\nbootstrap: {dcs: {ttl: 30}}\npostgresql: {data_dir: /x}\n")
    write("deep/templates/values.yaml", VALUES)
    write("deep/k8s.yaml", "apiVersion: v1\nkind: Service\n")
    write("deep/postgresql.conf", "work_mem = 4MB\n")
    write(".hidden/values.yaml", VALUES)
    os.symlink("..", "deep/loop")
    found = read(".")
    assert [
        (each.path, each.cluster.layout if each.cluster else each.skip and each.skip.reason) for each in found
    ] == [
        ("chart/values.yaml", "citus-on-k8s"),
        ("deep/a/patroni.yml", "patroni-yml"),
        ("deep/k8s.yaml", "unrecognised"),
        ("deep/postgresql.conf", "postgresql-conf"),
        ("dumps/one.txt", "show-config"),
    ] or sorted(each.path for each in found) == [
        "chart/values.yaml",
        "deep/a/patroni.yml",
        "deep/k8s.yaml",
        "deep/postgresql.conf",
        "dumps/one.txt",
    ]


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")
def test_what_git_ignores_is_left_out(chart: Any) -> None:
    subprocess.run(["git", "init", "-q", "."], check=True)
    write(".gitignore", "ignored/\n")
    write("ignored/values.yaml", VALUES)
    write("new/values.yaml", VALUES)
    assert [each.path for each in read(".")] == ["chart/values.yaml", "new/values.yaml"]
    assert [each.path for each in read("new")] == ["new/values.yaml"]


def test_a_dump_beside_a_chart_is_a_dump(chart: Any) -> None:
    write("chart/dump.yaml", DUMP)
    assert cluster("chart/dump.yaml").layout == "show-config"


def test_values_of_any_name_beside_a_chart(chart: Any) -> None:
    write("chart/production.yaml", "patroni: {postgresql: {parameters: {work_mem: 8MB}}}\n")
    assert texts(cluster("chart/production.yaml"))["shared_buffers"] == "512MB"


def test_bad_files_do_not_stop_the_rest(chart: Any) -> None:
    write("bad.yaml", "a:\n\tb: 1\n")
    found = read("nothere.yaml", "bad.yaml", "chart/values.yaml", "chart/templates/x.yaml")
    assert [each.skip.reason if each.skip else "" for each in found] == [
        "unreadable",
        "unparsable",
        "",
        "unparsable",
    ]
    assert found[1].skip is not None
    assert found[1].skip.message == "a tab stands in the indentation; YAML takes spaces only"
    assert found[3].skip is not None
    assert "this is a template" in found[3].skip.message


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(DUMP.encode())

    monkeypatch.setattr("sys.stdin", Stdin)
    found = cluster("-")
    assert found.groups[0].settings[0].location.path == "<stdin>"


def test_nothing_to_read(chart: Any) -> None:
    write("empty.yaml", "")
    write("service.yaml", "kind: ConfigMap\napiVersion: v1\ndata: {a: b}\n")
    write(
        "web.yaml", "kind: Deployment\nspec: {template: {spec: {containers: [{name: web, image: nginx}]}}}\n"
    )
    found = read("empty.yaml", "service.yaml", "web.yaml")
    assert [each.skip and (each.skip.reason, each.skip.message) for each in found] == [
        ("unrecognised", "the file is empty"),
        ("unrecognised", "no PostgreSQL settings recognised"),
        ("unrecognised", "no PostgreSQL settings recognised"),
    ]


def test_the_same_file_is_read_once(chart: Any) -> None:
    assert len(read("chart", "chart/values.yaml")) == 1


def test_overlays_are_checked_with_their_base_where_asked(chart: Any) -> None:
    write("chart/values-a.yaml", "patroni: {postgresql: {parameters: {work_mem: 8MB}}}\n")
    assert len(read("chart/values.yaml")) == 1
    paths = [each.path for each in read("chart/values.yaml", options=Options(overlays=True))]
    assert paths == ["chart/values.yaml", "chart/values-a.yaml"]


# Stacks


def test_stacks(chart: Any) -> None:
    write("a.yaml", "patroni: {postgresql: {parameters: {work_mem: 8MB, shared_buffers: null}}}\n")
    write("b.yaml", "patroni: {postgresql: {parameters: {work_mem: 16MB}}}\n")
    (found,) = read("chart", stacks=[["a.yaml", "b.yaml"]])
    assert found.cluster is not None
    assert "shared_buffers" not in texts(found.cluster)
    assert texts(found.cluster)["work_mem"] == "16MB"
    assert found.base is not None
    assert texts(found.base)["work_mem"] == "4MB"
    (alone,) = read(stacks=[["chart/values.yaml", "a.yaml"]])
    assert alone.cluster is not None
    assert texts(alone.cluster)["work_mem"] == "8MB"
    assert alone.base is not None


def test_a_stack_without_a_chart(chart: Any) -> None:
    write("base.yaml", VALUES)
    write("over.yaml", "workers:\n  - citusGroup: '1'\n  - citusGroup: '2'\n")
    (found,) = read(stacks=[["base.yaml", "over.yaml"]])
    assert found.cluster is not None
    (lost,) = found.cluster.observations
    assert (lost.kind, lost.location.path, lost.location.line) == ("list-replaced", "over.yaml", 1)
    assert (lost.related[0].location.path, lost.related[0].location.line) == ("base.yaml", 8)
    assert lost.fields["items"] == "worker 1, worker 2"


def test_several_documents_are_one_values_file(chart: Any) -> None:
    write("v.yaml", VALUES + "---\npatroni: {postgresql: {parameters: {work_mem: 64MB}}}\n")
    found = cluster("v.yaml")
    assert texts(found)["work_mem"] == "64MB"
    assert texts(found)["shared_buffers"] == "512MB"


def test_keys_given_twice(chart: Any) -> None:
    text = VALUES.replace(
        "      work_mem: 4MB\n", "      work_mem: 4MB\n      work_mem: 5MB\n      Shared_Buffers: 1GB\n"
    )
    write("v.yaml", text)
    seen = cluster("v.yaml").observations
    assert [
        (each.fields["name"], each.fields["same"], each.location.line)
        for each in seen
        if each.kind == "duplicate-key"
    ] == [
        ("Shared_Buffers", "no", 16),
        ("work_mem", "yes", 15),
    ]
    assert [each.related[0].location.line for each in seen if each.kind == "duplicate-key"] == [13, 14]


# What templates read


@pytest.mark.parametrize(
    ("template", "reads"),
    [
        ("{{ .Values.patroni.postgresql.parameters.work_mem | quote }}", {"work_mem"}),
        ('{{ index .Values.patroni.postgresql.parameters "work_mem" }}', {"work_mem"}),
        ("{{ toYaml .Values.patroni.postgresql.parameters }}", None),
        ("{{ range $k, $v := .Values.patroni.postgresql.parameters }}{{ end }}", None),
        (
            """{{ if .Values.patroni.postgresql.parameters }}
            {{ $.Values.patroni.postgresql.parameters.work_mem }}{{ end }}""",
            {"work_mem"},
        ),
        (
            """{{/* .Values.patroni.postgresql.parameters.max_connections */}}
            {{ .Values.patroni.postgresql.parameters.work_mem }}""",
            {"work_mem"},
        ),
    ],
)
def test_templates_tell_what_is_read(chart: Any, template: str, reads: set[str] | None) -> None:
    write("chart/templates/x.yaml", template)
    found = cluster("chart/values.yaml")
    assert found.reads == reads
    dead = [each for each in found.observations if each.kind == "unconsumed-key"]
    assert bool(dead) == (reads is not None)
    if dead:
        assert dead[0].fields == {
            "names": "shared_buffers",
            "map": "patroni.postgresql.parameters",
            "count": "1",
            "total": "2",
        }


# What runs


@pytest.mark.parametrize(
    "text",
    [
        'Defaulted container "postgres" out of: postgres, exporter\n' + DUMP,
        "Unable to use a TTY - input is not a terminal\n" + DUMP,
        "$ patronictl show-config\n" + DUMP + "\ncommand terminated with exit code 0\n",
        "postgres@demo-0:~$ patronictl show-config\n" + DUMP,
        DUMP.replace("\n", "\r\n"),
        '{"ttl": 30, "postgresql": {"parameters": {"shared_buffers": "256MB", "log_connections": true}}}',
    ],
)
def test_dumps_as_people_save_them(chart: Any, text: str) -> None:
    write("dump", text)
    found = cluster("dump")
    assert found.layout == "show-config"
    assert texts(found)["shared_buffers"] == "256MB"
    assert texts(found)["log_connections"] == "True"
    line = next(number for number, line in enumerate(text.splitlines(), 1) if "256MB" in line)
    assert (
        next(each for each in found.groups[0].settings if each.name == "shared_buffers").location.line == line
    )


# Memory and versions that no file tells


def test_memory(chart: Any) -> None:
    write("v.yaml", VALUES.replace("    resources: {limits: {memory: 4Gi}}\n", ""))
    found = cluster("v.yaml", options=Options(memory=("8Gi",)))
    assert [texts(found, number)["limits.memory"] for number in (0, 1)] == ["2Gi", "8Gi"]
    found = cluster("v.yaml", options=Options(memory=("0=3Gi",)))
    assert texts(found)["limits.memory"] == "3Gi"
    assert "limits.memory" not in texts(found, 1)


def test_versions(chart: Any) -> None:
    def targets(path: str, **versions: dict[str, str]) -> dict[str, tuple[str, str]]:
        found = cluster(path, options=Options(**versions))
        return {target.name: (target.version, target.origin) for target in found.targets}

    assert targets("chart/values.yaml") == {
        "postgresql": ("16", "layout"),
        "patroni": ("4.1", "layout"),
        "citus": ("14", "layout"),
    }
    asked = targets(
        "chart/values.yaml",
        option={"postgresql": "17", "citus": ""},
        config={"postgresql": "15", "patroni": "3.3"},
    )
    assert asked == {"postgresql": ("17", "option"), "patroni": ("3.3", "config")}
    write(
        "patroni.yml",
        "scope: x\npostgresql: {bin_dir: /usr/lib/postgresql/15/bin}\nbootstrap: {dcs: {ttl: 30}}\n",
    )
    assert targets("patroni.yml") == {"postgresql": ("15", "input"), "patroni": ("4.1", "default")}
    write("dump.yaml", DUMP)
    assert targets("dump.yaml") == {"postgresql": ("18", "default"), "patroni": ("4.1", "default")}
    assert "citus" in cluster("dump.yaml", options=Options(option={"citus": "13"})).platform
    assert "citus" not in cluster("chart/values.yaml", options=Options(option={"citus": ""})).platform


def test_excerpts_mask_secrets(chart: Any) -> None:
    write(
        "v.yaml", VALUES.replace("  database: app\n", "  database: app\n  superuser: {password: hunter2}\n")
    )
    (found,) = read("v.yaml")
    assert "hunter2" not in found.excerpt("v.yaml", 11)
    assert found.excerpt("v.yaml", 1) == "clusterName: demo"
    assert found.excerpt("other", 1) == ""
