"""Keys that an overlay misspells or misplaces, and keys that are its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pgcfglint.sources.nodes import parse
from pgcfglint.sources.routes import Found
from pgcfglint.sources.spelled import edits, misspelled
from pgcfglint.sources.templates import mentions, other_defaults

if TYPE_CHECKING:
    from pathlib import Path

BASE = """
coordinator: {replicas: 2, resources: {limits: {memory: 2Gi}}, podAnnotations: {prometheus: "yes"}}
patroni: {postgresql: {parameters: {work_mem: 4MB}}}
storage: {size: 10Gi, className: fast}
"""


def seen(over: str, **more: object) -> list[tuple[str, str, str]]:
    found = misspelled(parse(over, "o.yaml")[0], parse(BASE, "b.yaml")[0], **more)  # type: ignore[arg-type]
    return [(each.kind, each.fields["name"], each.fields["near"]) for each in found]


@pytest.mark.parametrize(
    ("over", "found"),
    [
        ("coordinator: {replicsa: 3}", ("misspelled-key", "replicsa", "replicas")),
        ("cordinator: {replicas: 3}", ("misspelled-key", "cordinator", "coordinator")),
        ("coordinator: {resources: {limit: {memory: 4Gi}}}", ("misspelled-key", "limit", "limits")),
        ("storage: {classname: slow}", ("misspelled-key", "classname", "className")),
        ("postgresql: {parameters: {work_mem: 8MB}}", ("misplaced-key", "postgresql", "patroni.postgresql")),
    ],
)
def test_a_slip(over: str, found: tuple[str, str, str]) -> None:
    assert seen(over) == [found]


@pytest.mark.parametrize(
    "over",
    [
        "coordinator: {replicas: 3, affinity: {}}",
        "coordinator: {podAnnotations: {prometheuss: 'no'}}",  # the user's own keys
        "patroni: {postgresql: {parameters: {work_men: 8MB}}}",  # unknown-parameter says it
        "storage: {siez: 1Gi}",  # too short to be sure
        "coordinator: {replicas: 3, replicsa: 4}",  # what it would be is there
        "storage: {className: {a: b}, classNames: [a]}",
        "monitoring: {enabled: true}",
    ],
)
def test_no_slip(over: str) -> None:
    assert seen(over) == []


def test_what_templates_read_is_no_slip() -> None:
    assert seen("coordinator: {replicsa: 3}", is_read=lambda name: name == "replicsa") == []


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("replicas", "replicas", 0),
        ("replicas", "replcias", 1),
        ("limits", "limit", 1),
        ("ab", "xyz", 3),
        ("tls", "ssl", 2),
    ],
)
def test_edits(one: str, other: str, distance: int) -> None:
    assert edits(one, other) == edits(other, one) == distance


def test_names_that_a_chart_mentions(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "a.yaml").write_text("{{ .Values.coordinator.replicsa }} {{ .Values.size }}")
    (tmp_path / "Chart.yaml").write_text("dependencies:\n- name: etcd\n  alias: store\n")
    names = ["replicsa", "replicas", "siz", "etcd", "store", "stores"]
    assert [name for name in names if mentions(str(tmp_path), name)] == ["replicsa", "etcd", "store"]


@pytest.mark.parametrize(
    "template",
    [
        'a: {{ .Values.p.work_mem | default "8MB" }}',
        "a: {{ .Values.p.work_mem|default '8MB' | quote }}",
        'a: {{ default "8MB" .Values.p.work_mem }}',
        "work_mem = ${PATRONI_POSTGRESQL_WORK_MEM:-8MB}",
        "work_mem = ${WORK_MEM:-8MB}",
    ],
)
def test_a_default_of_a_template(template: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"# a template\n{template}\n")
    root = parse("p: {work_mem: 4MB, shared_buffers: 1GB}", "v.yaml")[0]
    (found,) = other_defaults(str(tmp_path), "p", Found(root, None, ()))
    assert (found.fields["name"], found.fields["text"], found.fields["other"]) == ("work_mem", "4MB", "8MB")
    assert found.fields["by"] == f"{tmp_path.name}/a.yaml:2"
    assert found.location.line == 1


@pytest.mark.parametrize(
    "template",
    ["a: {{ .Values.p.work_mem }}", "b: {{ .Values.q.work_mem | default 1 }}", "${AUTOVACUUM_WORK_MEM:-1GB}"],
)
def test_no_default(template: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(template)
    root = parse("p: {work_mem: 4MB}", "v.yaml")[0]
    assert list(other_defaults(str(tmp_path), "p", Found(root, None, ()))) == []
