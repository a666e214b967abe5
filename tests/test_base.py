"""`check --base REV`: what the rules say of what changed since a revision of a Git repository."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pgcfglint import rulebook
from pgcfglint.cli import main
from pgcfglint.platform.tables import table

CHART = Path(__file__).parents[1] / "examples" / "citus-cluster"
LOWERED, LIMIT, BOOTSTRAP = (
    "max-locks-decrease",
    "drift-limit-changed-memory-not",
    "patroni-bootstrap-only-change",
)
PATRONI = """\
postgresql:
  parameters:
    max_connections: 200
    max_locks_per_transaction: 512
"""


def git(*words: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], check=True, capture_output=True)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a chart in `shop` and a dump of Patroni's configuration."""
    monkeypatch.chdir(tmp_path)
    for path in (*CHART.glob("*.yaml"), *(CHART / "templates").iterdir()):
        copy = tmp_path / "shop" / path.relative_to(CHART)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    (tmp_path / "show-config.yaml").write_text(PATRONI)
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "one")
    return tmp_path


def change(path: Path, *pairs: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def found(capsys: pytest.CaptureFixture[str], *words: str) -> list[Any]:
    """The findings about changes, and those that cure them."""
    main(["check", "--format=json", "--exit-zero", *words])
    output = capsys.readouterr()
    assert "error:" not in output.err
    findings: list[Any] = json.loads(output.out)["findings"]
    return findings


def told(findings: list[Any], rule: str) -> list[str]:
    return [finding["message"] for finding in findings if finding["rule"] == rule]


def failed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main([*words])
    output = capsys.readouterr()
    return code, output.out, output.err


def test_a_lowered_value(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = folder / "shop" / "values.yaml"
    change(values, ("max_locks_per_transaction: 512", "max_locks_per_transaction: 256"))
    findings = found(capsys, "--base", "main", "shop/values.yaml")
    (lowered,) = (each for each in findings if each["rule"] == LOWERED)
    assert lowered["message"] == (
        "max_locks_per_transaction falls from 512 to 256; restart the primary first, then the standbys"
    )
    assert (lowered["severity"], lowered["groups"]) == ("warning", ["coordinator", "worker 1"])
    lines = values.read_text(encoding="utf-8").splitlines()
    assert "max_locks_per_transaction" in lines[lowered["line"] - 1]
    assert told(found(capsys, "shop/values.yaml"), LOWERED) == []


def test_raised_values_say_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(folder / "show-config.yaml", ("200", "300"), ("512", "1024"))
    findings = found(capsys, "--base", "main", "show-config.yaml")
    assert told(findings, LOWERED) == []


def test_what_is_about_the_change_names_what_changed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (plain,) = told(found(capsys, "shop/values.yaml"), BOOTSTRAP)
    assert plain.startswith("these ")
    assert told(found(capsys, "--base", "main", "shop/values.yaml"), BOOTSTRAP) == []
    change(folder / "shop" / "values.yaml", ("work_mem: 4MB", "work_mem: 8MB"))
    (changed,) = told(found(capsys, "--base", "main", "shop/values.yaml"), BOOTSTRAP)
    assert " parameters work_mem changed, which reaches only clusters initialised later" in changed


def test_a_halved_limit_over_the_same_buffers(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    over = folder / "shop" / "values-mine.yaml"
    text = "coordinator: {resources: {requests: {memory: %s}, limits: {memory: %s}}}\n%s"
    buffers = (
        "patroni: {postgresql: {parameters: {shared_buffers: 1GB, effective_cache_size: 2GB, work_mem: 4MB}}}"
    )
    over.write_text(text % ("8Gi", "8Gi", buffers))
    git("add", "-A")
    git("commit", "-qm", "two")
    over.write_text(text % ("4Gi", "4Gi", buffers))
    message = (
        "coordinator's limit goes from 8Gi to 4Gi; "
        "shared_buffers 1GB, effective_cache_size 2GB and work_mem 4MB stay"
    )
    assert told(found(capsys, "--base", "HEAD", str(over)), LIMIT) == [message]
    assert told(found(capsys, "--base", "HEAD^", str(over)), LIMIT) == []  # it is new there
    main(["plan", "--base", "HEAD", str(over)])
    assert capsys.readouterr().out.count(f"risk  {message}") == 1
    over.write_text(text % ("4Gi", "4Gi", buffers.replace("1GB", "768MB")))
    assert told(found(capsys, "--base", "HEAD", str(over)), LIMIT) == []


def test_the_rules_that_a_plan_asks_exist() -> None:
    assert set(table("plan")["asks"]) <= {rule.name for rule in rulebook.load()}


def test_a_proposed_limit_is_no_change_since(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = folder / "shop" / "values.yaml"
    change(values, ("      memory: 2Gi", "      memory: 1Gi"))
    change(folder / "shop" / "values-production.yaml", ("work_mem: 32MB", "work_mem: 32MB  # still"))
    for message in told(found(capsys, "--base", "main"), LIMIT):
        assert "as proposed above" not in message


def test_an_overlay_is_compared_as_the_overlay_that_it_was(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(folder / "shop" / "values-production.yaml", ("max_connections: 300", "max_connections: 250"))
    change(
        folder / "shop" / "values.yaml", ("max_locks_per_transaction: 512", "max_locks_per_transaction: 256")
    )
    findings = found(capsys, "--base", "main", "shop")
    # What the chart's own values say is said once, at their line; production overrides it.
    assert sorted(each["message"].split(";")[0] for each in findings if each["rule"] == LOWERED) == [
        "max_connections falls from 300 to 250",
        "max_locks_per_transaction falls from 512 to 256",
    ]


def test_a_stack_over_a_chart_elsewhere(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "prod.yaml").write_text("patroni: {postgresql: {parameters: {max_connections: 300}}}\n")
    git("add", "-A")
    git("commit", "-qm", "two")
    (folder / "prod.yaml").write_text("patroni: {postgresql: {parameters: {max_connections: 250}}}\n")
    findings = found(capsys, "--base", "main", "shop", "-f", "prod.yaml")
    assert [each.split(";")[0] for each in told(findings, LOWERED)] == [
        "max_connections falls from 300 to 250"
    ]
    main(["plan", "--base", "main", "shop", "-f", "prod.yaml"])
    assert capsys.readouterr().out.splitlines()[0].endswith("2 differences (1 derived)")


def test_a_new_file_has_no_history(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "shop" / "values-new.yaml").write_text(
        "patroni: {postgresql: {parameters: {max_connections: 20}}}\n"
    )
    (folder / "new.yaml").write_text(PATRONI.replace("200", "20"))
    findings = found(capsys, "--base", "main", ".")
    assert told(findings, LOWERED) == told(findings, LIMIT) == []


def test_a_file_of_the_same_name_elsewhere_is_another(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "below").mkdir()
    (folder / "below" / "show-config.yaml").write_text(PATRONI.replace("200", "100"))
    monkeypatch.chdir(folder / "below")
    assert told(found(capsys, "--base", "main", "show-config.yaml"), LOWERED) == []
    change(folder / "show-config.yaml", ("200", "100"))
    monkeypatch.chdir("/")
    path = str(folder / "show-config.yaml")
    assert len(told(found(capsys, "--base", "main", path), LOWERED)) == 1


def test_a_chart_at_the_top_of_the_repository(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder / "shop")
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "one")
    change(Path("values.yaml"), ("max_connections: 200", "max_connections: 150"))
    assert len(told(found(capsys, "--base", "main"), LOWERED)) == 1
    main(["plan", "--base", "main"])
    assert "max_connections" in capsys.readouterr().out


def test_several_documents_are_compared_each_with_itself(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = """\
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: %s}
spec:
  instances: 3
  postgresql: {parameters: {max_connections: "%s"}}
"""
    path = folder / "clusters.yaml"
    path.write_text("---\n".join([document % ("a", 300), document % ("b", 100)]))
    git("add", "-A")
    git("commit", "-qm", "two")
    path.write_text("---\n".join([document % ("new", 50), document % ("b", 90), document % ("a", 300)]))
    assert [each.split(";")[0] for each in told(found(capsys, "--base", "main", str(path)), LOWERED)] == [
        "max_connections falls from 100 to 90"
    ]


def test_fix_keeps_to_the_base(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(
        folder / "shop" / "values.yaml", ("max_locks_per_transaction: 512", "max_locks_per_transaction: 256")
    )
    main(["--base", "main", "--fix", "--exit-zero", "shop/values.yaml"])
    output = capsys.readouterr()
    assert "error:" not in output.err
    assert "max-locks-citus-low" in output.out


@pytest.mark.parametrize(
    ("base", "what"),
    [
        ("nowhere", "--base nowhere: Git knows no such revision"),
        ("--output=x", "--base --output=x: Git knows no such revision"),
    ],
)
def test_a_revision_that_does_not_exist(
    folder: Path, capsys: pytest.CaptureFixture[str], base: str, what: str
) -> None:
    assert failed(capsys, f"--base={base}", "shop") == (2, "", f"error: {what}\n")


def test_no_repository(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "show-config.yaml").write_text(PATRONI)
    path = str(tmp_path / "show-config.yaml")
    error = (2, "", "error: --base main: not in a Git repository\n")
    assert failed(capsys, "--base", "main", path) == error


def test_no_git(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    error = (2, "", "error: --base main: git is not installed\n")
    assert failed(capsys, "--base", "main", "shop/values.yaml") == error
