"""Dumps go to the groups that they tell about."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from pgcfglint import catalog
from pgcfglint.live.attach import attach
from pgcfglint.sources import UnknownGroup, read_inputs

if TYPE_CHECKING:
    from pgcfglint.model import Cluster
    from pgcfglint.sources import Input

KNOWN = catalog.load(16)
VALUES = """\
clusterName: demo
coordinator:
  citusGroup: "0"
  replicas: 2
workers:
  - citusGroup: "1"
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
LIST = """\
+ Citus cluster: demo ---+
| Group | Member | Role | State | Pending restart | Pending restart reason |
+-------+--------+------+-------+-----------------+------------------------+
|     0 | a      | Leader | running | * | work_mem: 1MB->2MB |
|     1 | b      | Leader | running |   |   |
+-------+--------+------+-------+-----------------+------------------------+
"""


@pytest.fixture(autouse=True)
def _files(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write("values.yaml", VALUES)


def write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8", newline="") as stream:
        stream.write(text)


def read(*live: str) -> list[Input]:
    return list(attach(read_inputs(["values.yaml"], known=KNOWN), live, KNOWN))


def cluster(*live: str) -> Cluster:
    found = [each.cluster for each in read(*live) if each.cluster is not None]
    assert len(found) == 1
    return found[0]


def test_dumps_go_to_their_groups() -> None:
    write("0.yaml", DUMP)
    write("1.yaml", DUMP.replace("256MB", "1GB"))
    found = cluster("0=0.yaml", "worker 1=1.yaml")
    live = [{setting.name: setting.text for setting in group.live} for group in found.groups]
    assert [each["shared_buffers"] for each in live] == ["256MB", "1GB"]
    assert live[0]["log_connections"] == "True"
    assert live[0]["patroni.ttl"] == "30"
    assert {setting.layer for group in found.groups for setting in group.live} == {"live"}


def test_several_dumps_of_a_group() -> None:
    write("0.yaml", DUMP)
    write("0.csv", "name,setting,unit\nshared_buffers,32768,8kB\n")
    coordinator, worker = cluster("0=0.yaml", "0=0.csv").groups
    assert [state.kind for state in coordinator.states] == ["dcs", "settings"]
    assert worker.states == ()


def test_a_dump_without_a_group_is_everybodys() -> None:
    write("x.yaml", DUMP)
    assert all(group.live for group in cluster("x.yaml").groups)


def test_a_list_is_divided_by_its_own_groups() -> None:
    write("list.txt", LIST)
    found = [[member.name for member in group.states[0].members] for group in cluster("list.txt").groups]
    assert found == [["a"], ["b"]]


def test_an_environment_names_its_group() -> None:
    write("env.txt", "PATRONI_CITUS_GROUP=1\nPATRONI_NAME=demo-1-0\n")
    assert [len(group.states) for group in cluster("env.txt").groups] == [0, 1]


def test_groups_that_are_not_there() -> None:
    write("x.yaml", DUMP)
    with pytest.raises(
        UnknownGroup, match=r"--live 7=: demo has no such group, only coordinator \(0\), worker 1 \(1\)"
    ):
        read("7=x.yaml")


def test_versions_that_a_dump_tells_replace_assumed_ones() -> None:
    write(
        "rest.json",
        '{"state": "running", "server_version": 170002, "patroni": {"version": "4.0.5", "name": "a"}}',
    )
    found = {target.name: (target.version, target.origin) for target in cluster("rest.json").targets}
    assert found["postgresql"] == ("17", "input")
    assert found["patroni"] == ("4.0.5", "input")


@pytest.mark.parametrize("text", [None, "", "nothing of the kind\n", "a: [\n"])
def test_a_bad_dump_is_noted_and_the_rest_checked(text: str | None) -> None:
    if text is not None:
        write("dump", text)
    first, second = read("dump")
    assert first.skip is not None
    assert first.skip.reason == ("unreadable" if text is None else "unparsable")
    assert text is None or "show-config" in first.skip.message
    assert second.cluster is not None


def test_the_example_chart() -> None:
    chart = os.path.join(os.path.dirname(__file__), "../../examples/citus-cluster")
    live = [f"0={chart}/dumps/show-config-0.yaml", f"worker 1={chart}/dumps/show-config-1.yaml"]
    inputs = attach(read_inputs([f"{chart}/values.yaml"], known=KNOWN), live, KNOWN)
    (found,) = (each.cluster for each in inputs if each.cluster is not None)
    assert found.groups[0].live != found.groups[1].live
