"""`pgcfglint plan`: sides from files and from Git, exit codes, and what a workflow is told."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pgcfglint.cli import main

CHART = Path(__file__).parents[2] / "examples" / "citus-cluster"
DUMP = "ttl: 30\nloop_wait: 10\npostgresql:\n  parameters:\n    {}\n"


def git(*words: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], check=True, capture_output=True)


@pytest.fixture(autouse=True)
def _outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_OUTPUT", "GITHUB_ACTIONS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the example chart in `helm/shop`, and max_connections raised since `main`."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "helm" / "shop"
    (folder / "templates").mkdir(parents=True)
    for name in ("Chart.yaml", "values.yaml", "values-production.yaml"):
        (folder / name).write_text((CHART / name).read_text(encoding="utf-8"), encoding="utf-8")
    for path in (CHART / "templates").iterdir():
        (folder / "templates" / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "one")
    change(folder / "values.yaml", "max_connections: 200", "max_connections: 300")
    return folder


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def plan(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["plan", *words])
    output = capsys.readouterr()
    return code, output.out, output.err


def document(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    code, out, err = plan(capsys, *words, "--format=json")
    assert code == 0, err
    return json.loads(out)


def changes(found: Any) -> dict[str, tuple[str, str]]:
    return {one["parameter"]: (one["old"], one["new"]) for one in found["changes"]}


# Git


def test_a_file_of_a_revision_against_the_working_tree(
    chart: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = document(capsys, "main:helm/shop/values.yaml", "helm/shop/values.yaml")
    assert changes(found)["max_connections"] == ("200", "300")
    assert changes(found)["max_prepared_transactions"] == ("400", "600")


def test_two_revisions_name_no_temporary_file(chart: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git("commit", "-qam", "two")
    change(chart / "values.yaml", "max_connections: 300", "max_connections: 999")
    for sides in (
        ("main~1:helm/shop/values.yaml", "main:helm/shop/values.yaml"),
        ("main~1:helm/shop", "main:helm/shop"),
    ):
        code, out, _ = plan(capsys, *sides)
        assert code == 0
        assert "200 -> 300" in out
        assert "pgcfglint-" not in out
        assert 'helm upgrade "$RELEASE" helm/shop\n' in out


def test_base_takes_what_changed(chart: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (chart.parent / "other.yaml").write_text(DUMP.format("work_mem: 4MB"))
    code, out, err = plan(capsys, "--base", "main")
    assert code == 0
    assert "helm/shop/values.yaml: to make it run: restarts 5 members in 2 groups" in out
    # The overlay of the same chart sets max_connections itself.
    assert "helm/shop/values-production.yaml: nothing changes" in out
    assert "helm/other.yaml: not in main, a new cluster" in err


def test_base_without_changes(chart: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git("commit", "-qam", "two")
    assert plan(capsys, "--base", "HEAD") == (0, "nothing changes\n", "note: no input changed since HEAD\n")


def test_base_with_a_stack(chart: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(chart / "values-production.yaml", "max_connections: 300", "max_connections: 250")
    found = document(
        capsys, "--base", "main", "-f", "helm/shop/values.yaml", "-f", "helm/shop/values-production.yaml"
    )
    assert changes(found)["max_connections"] == ("300", "250")
    assert {tuple(one["groups"]) for one in found["rounds"]} == {
        ("coordinator", "worker 1", "worker 2", "worker 3")
    }


def test_the_templates_of_each_revision_say_what_is_passed_on(
    chart: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(chart / "values.yaml", "work_mem: 4MB", "checkpoint_timeout: 10min\n      work_mem: 4MB")
    git("commit", "-qam", "two")
    helpers = chart / "templates" / "_helpers.tpl"
    env = "- name: PATRONI_POSTGRESQL_CHECKPOINT_COMPLETION_TARGET"
    value = "{{ .Values.patroni.postgresql.parameters.checkpoint_timeout | quote }}"
    more = f"- name: PATRONI_POSTGRESQL_CHECKPOINT_TIMEOUT\n  value: {value}\n"
    change(helpers, env, more + env)
    git("commit", "-qam", "three")

    def timeout(*sides: str) -> Any:
        found = document(capsys, *sides)
        return next((one for one in found["changes"] if one["parameter"] == "checkpoint_timeout"), None)

    dead = timeout("main~2:helm/shop", "main~1:helm/shop")
    assert (dead["new_written"], dead["apply"], dead["reaches"]) == ("10min", "none", "nobody")
    alive = timeout("main~2:helm/shop", "main:helm/shop")
    assert (alive["new"], alive["apply"], alive["reaches"]) == ("10min", "reload", "new clusters")
    connected = timeout("main~1:helm/shop", "main:helm/shop")
    assert (connected["old"], connected["new"], connected["apply"]) == (None, "10min", "reload")


def test_from_a_folder_below(
    chart: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(chart)
    assert "max_connections" in changes(document(capsys, "main:values.yaml", "values.yaml"))
    code, out, _ = plan(capsys, "main:helm/shop/values.yaml", "values.yaml")
    assert code == 0
    assert 'helm upgrade "$RELEASE" .\n' in out


@pytest.mark.parametrize(
    ("sides", "code", "message"),
    [
        (
            ("main:nowhere.yaml", "helm/shop/values.yaml"),
            3,
            "main:nowhere.yaml: no such file in this revision",
        ),
        (
            ("nobranch:helm/shop/values.yaml", "helm/shop/values.yaml"),
            3,
            "nobranch: Git knows no such revision",
        ),
        (("--base", "--upload-pack=x"), 2, "expected one argument"),
        (("--base=--output=x",), 3, "Git knows no such revision"),
        (("helm/shop/values.yaml", "gone.yaml"), 3, "gone.yaml"),
        (("helm/shop/Chart.yaml", "helm/shop/values.yaml"), 3, "helm/shop/Chart.yaml"),
        (("a", "b", "c"), 2, "compares two sides, not 3"),
        ((), 2, "needs two sides"),
        (("--base", "main", "--old-values", "x"), 2, "--base takes -f"),
    ],
)
def test_what_cannot_be_compared_is_named(
    chart: Path, capsys: pytest.CaptureFixture[str], sides: tuple[str, ...], code: int, message: str
) -> None:
    got, out, err = plan(capsys, *sides)
    assert (got, out) == (code, "")
    assert message in err
    assert "Traceback" not in err


def test_outside_a_repository(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "a.yaml").write_text(DUMP.format("work_mem: 4MB"))
    code, _, err = plan(capsys, "main:a.yaml", "a.yaml")
    assert (code, "not in a Git repository" in err) == (3, True)


# Dumps


def test_dumps_stand_for_the_old_side_group_by_group(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = str(CHART / "values.yaml")
    dump = tmp_path / "one.yaml"
    dump.write_text(DUMP.format("{max_connections: 500, shared_buffers: 16MB}"))
    found = document(capsys, values, "--live", f"1={dump}")
    (connections,) = [one for one in found["changes"] if one["parameter"] == "max_connections"]
    assert (connections["old"], connections["new"], connections["groups"]) == ("500", "200", ["worker 1"])
    assert found["merge"] == "none"
    code, _, err = plan(capsys, values, "--live", f"7={dump}")
    assert (code, "7" in err) == (2, True)


def test_merging_is_judged_by_the_files_not_by_the_dump(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = CHART / "values.yaml"
    new = tmp_path / "new.yaml"
    new.write_text(old.read_text(encoding="utf-8").replace("work_mem: 4MB", "work_mem: 8MB"))
    dump = tmp_path / "dump.yaml"
    dump.write_text(
        DUMP.format(
            "{max_connections: 200, max_locks_per_transaction: 512, shared_buffers: 16MB, work_mem: 8MB}"
        )
    )
    found = document(capsys, str(old), str(new), "--live", str(dump))
    # It runs already, and still the pods' template changes.
    assert changes(found).get("work_mem", ("8MB", "8MB")) == ("8MB", "8MB")
    assert found["merge"] == "pods"


# Exit codes, outputs

CASES = {
    0: ("{work_mem: 4MB}", "{work_mem: 4096kB}"),
    10: ("{work_mem: 4MB}", "{work_mem: 8MB}"),
    11: ("{max_connections: 100}", "{max_connections: 200}"),
    13: ("{max_connections: 100}", "{max_connections: 100, superuser_reserved_connections: 120}"),
}


@pytest.mark.parametrize("code", CASES)
def test_detailed_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str], code: int) -> None:
    paths = [tmp_path / "old.yaml", tmp_path / "new.yaml"]
    for path, parameters in zip(paths, CASES[code]):
        path.write_text(DUMP.format(parameters))
    words = [*map(str, paths), "--pg", "17"]
    assert plan(capsys, *words)[0] == 0
    assert plan(capsys, *words, "--detailed-exitcode")[0] == code


def test_new_pods_are_twelve(chart: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("main:helm/shop/values.yaml", "helm/shop/values.yaml")
    assert plan(capsys, *words, "--detailed-exitcode")[0] == 12


def test_a_new_major_is_thirteen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [tmp_path / "old.yaml", tmp_path / "new.yaml"]
    for path, major in zip(paths, ("16", "17")):
        postgresql = {"version": major, "parameters": {"work_mem": "8MB"}}
        path.write_text(
            "apiVersion: acid.zalan.do/v1\nkind: postgresql\nmetadata: {name: a}\n"
            f"spec: {json.dumps({'numberOfInstances': 2, 'postgresql': postgresql})}\n"
        )
    code, out, _ = plan(capsys, *map(str, paths), "--detailed-exitcode")
    assert (code, "needs a new cluster" in out) == (13, True)


def test_a_workflow_is_told(
    chart: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "outputs"
    target.write_text("earlier=1\n")
    monkeypatch.setenv("GITHUB_OUTPUT", str(target))
    plan(capsys, "main:helm/shop/values.yaml", "helm/shop/values.yaml")
    assert target.read_text() == "earlier=1\napply=restart\nmerge=pods\nrestart=true\n"
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "no" / "such"))
    code, _, err = plan(capsys, "main:helm/shop/values.yaml", "helm/shop/values.yaml")
    assert (code, "GITHUB_OUTPUT" in err) == (2, True)
