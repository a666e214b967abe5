"""`drift` and `verify` as a user runs them: formats, exit codes, options."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pgcfglint import __file__ as package
from pgcfglint.cli import main
from pgcfglint.report import REPORTERS

SCHEMA = json.loads((Path(package).parent / "schema" / "report.json").read_text(encoding="utf-8"))
VALUES = """\
clusterName: shop
coordinator:
  citusGroup: "0"
  replicas: 2
patroni:
  database: app
  postgresql:
    parameters:
      work_mem: 8MB
      max_connections: 200
"""
DCS = "ttl: 30\npostgresql:\n  parameters:\n    work_mem: {}\n    max_connections: 200\n"
RUN = """\
name,setting,source,pending_restart
work_mem,{},configuration file,f
max_connections,200,command line,f
"""


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    write("values.yaml", VALUES)
    write("same.yaml", DCS.format("8192kB"))
    write("other.yaml", DCS.format("4MB"))
    write("same.csv", RUN.format(8192))
    write("other.csv", RUN.format(4096))


def write(name: str, text: str) -> None:
    Path(name).write_text(text, encoding="utf-8")


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    found = capsys.readouterr()
    return code, found.out, found.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("drift", "values.yaml", "--live", "same.yaml"), 0),
        (("drift", "values.yaml", "--live", "other.yaml"), 0),
        (("drift", "values.yaml", "--live", "other.yaml", "--fail-on", "warning"), 1),
        (("drift", "values.yaml", "--live", "other.yaml", "--fail-on", "warning", "--exit-zero"), 0),
        (("drift", "values.yaml"), 2),
        (("drift", "values.yaml", "--live", "7=same.yaml"), 2),
        (("drift", "values.yaml", "--live", "same.yaml", "--nonsense"), 2),
        (("drift", "values.yaml", "--live", "nowhere.yaml"), 3),
        (("drift", "values.yaml", "--live", "values.csv"), 3),
        (("drift", "nowhere.yaml", "--live", "same.yaml"), 3),
        (("verify", "values.yaml", "--live", "same.yaml", "--live", "same.csv"), 0),
        (("verify", "values.yaml", "--live", "same.yaml"), 0),
        (("verify", "values.yaml", "--live", "same.yaml", "--fail-on", "warning"), 1),
        (("verify", "values.yaml", "--live", "other.yaml"), 1),
        (("verify", "values.yaml", "--live", "same.yaml", "--live", "other.csv"), 1),
        (("verify", "values.yaml"), 2),
        (("verify", "values.yaml", "--live", "nowhere.yaml", "--live", "same.csv"), 3),
    ],
)
def test_exit_codes(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int) -> None:
    assert run(capsys, *words)[0] == code


@pytest.mark.parametrize("command", ["drift", "verify"])
def test_json_fits_the_schema(capsys: pytest.CaptureFixture[str], command: str) -> None:
    words = ("values.yaml", "--live", "other.yaml", "--live", "same.csv", "--format", "json", "--all")
    _, out, _ = run(capsys, command, *words)
    document: Any = json.loads(out)
    Draft202012Validator(SCHEMA).validate(document)
    (group,) = document["drift"]
    rows = {row["parameter"]: row for row in group["rows"]}
    assert rows["work_mem"]["causes"][0]["rule"] == "drift-values-vs-dcs"
    assert (rows["work_mem"]["declared"], rows["work_mem"]["dcs"]) == ("8MB", "4MB")
    assert rows["max_connections"]["in_force"] is True
    assert ("checks" in document) == (command == "verify")


@pytest.mark.parametrize("format_name", REPORTERS)
def test_every_format_names_the_finding(capsys: pytest.CaptureFixture[str], format_name: str) -> None:
    code, out, _ = run(capsys, "verify", "values.yaml", "--live", "other.yaml", "--format", format_name)
    assert code == 1
    assert "drift-values-vs-dcs" in out
    assert "4MB" in out


def test_all_shows_what_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    few = run(capsys, "drift", "values.yaml", "--live", "other.yaml")[1]
    many = run(capsys, "drift", "values.yaml", "--live", "other.yaml", "--all")[1]
    assert re.search(r"^  ! work_mem +8MB +4MB ", few, re.M)
    assert "1 other agrees" in few
    assert "max_connections" not in few
    assert re.search(r"^    max_connections +200 +200", many, re.M)


def test_the_targets_of_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    words = (
        "values.yaml",
        "--live",
        "same.yaml",
        "--pg",
        "17",
        "--patroni",
        "4.0",
        "--no-citus",
        "--memory",
        "2Gi",
    )
    _, out, err = run(capsys, "drift", *words, "--format", "json")
    targets = json.loads(out)["targets"]["values.yaml"]
    assert targets["postgresql"] == {"version": "17", "origin": "option"}
    assert targets["patroni"]["version"] == "4.0"
    assert "citus" not in targets
    assert err == ""


def test_comments_silence_and_those_about_other_rules_are_left_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = VALUES.replace("work_mem: 8MB", "work_mem: 8MB  # pgcfglint: ignore[drift-values-vs-dcs] a test")
    text = text.replace(
        "max_connections: 200", "max_connections: 200  # pgcfglint: ignore[shared-buffers-low] not now"
    )
    write("values.yaml", text)
    code, out, _ = run(
        capsys, "verify", "values.yaml", "--live", "other.yaml", "--live", "other.csv", "--format", "json"
    )
    rules = [finding["rule"] for finding in json.loads(out)["findings"]]
    assert "drift-values-vs-dcs" not in rules
    assert "unused-suppression" not in rules
    assert code == 0


def test_the_severity_of_the_configuration_wins(capsys: pytest.CaptureFixture[str]) -> None:
    write(".pgcfglint.yaml", "rules:\n  drift-values-vs-dcs: info\n")
    assert run(capsys, "verify", "values.yaml", "--live", "other.yaml")[0] == 0


def test_over_a_release(capsys: pytest.CaptureFixture[str]) -> None:
    """With --reuse-values what the release has and the file does not name stays."""
    write("release.yaml", "USER-SUPPLIED VALUES:\n" + VALUES.replace("work_mem: 8MB", "work_mem: 4MB"))
    write("values.yaml", "patroni:\n  postgresql:\n    parameters:\n      max_connections: 200\n")
    code, out, _ = run(
        capsys, "drift", "values.yaml", "--over", "release.yaml", "--live", "other.yaml", "--format", "json"
    )
    document = json.loads(out)
    assert (code, document["findings"]) == (0, [])
    assert document["drift"][0]["agreeing"] >= 2
    same = run(
        capsys, "drift", "values.yaml", "--over", "release.yaml", "--live", "same.yaml", "--format", "json"
    )[1]
    (finding,) = json.loads(same)["findings"]
    assert (finding["path"], finding["line"]) == ("release.yaml", 10)


def test_a_dump_of_another_cluster_is_noted(capsys: pytest.CaptureFixture[str]) -> None:
    write(
        "list.json", '[{"Cluster": "other", "Group": 0, "Member": "a", "Role": "Leader", "State": "running"}]'
    )
    _, _, err = run(capsys, "drift", "values.yaml", "--live", "same.yaml", "--live", "list.json")
    assert "note: list.json is about the cluster other, values.yaml about shop" in err


def test_help_says_how_to_make_dumps(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["drift", "--help"])
    assert "patronictl show-config --group 0 > dcs-0.yaml" in capsys.readouterr().out
