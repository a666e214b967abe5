"""`pgcfglint budget`: formats, targets, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from pgcfglint.cli import main

TOP = Path(__file__).parent.parent.parent
EXAMPLE = TOP / "examples" / "citus-cluster"
VALUES, DUMP = str(EXAMPLE / "values.yaml"), str(EXAMPLE / "dumps" / "show-config-1.yaml")
SCHEMA = json.loads((TOP / "pgcfglint" / "schema" / "budget.json").read_text(encoding="utf-8"))
MB, GB = 2**20, 2**30

GENERIC = """\
postgresql:
  parameters:
    max_connections: {connections}
    shared_buffers: {buffers}
resources: {{limits: {{memory: 2Gi}}}}
"""


def groups(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> list[dict[str, object]]:
    assert main(["budget", "--format", "json", "--no-config", *words]) == code
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, SCHEMA)
    found: list[dict[str, object]] = document["groups"]
    return found


def test_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_groups_of_a_chart(capsys: pytest.CaptureFixture[str]) -> None:
    coordinator, worker = groups(capsys, VALUES)
    assert (coordinator["group"], coordinator["limit"]) == ("coordinator", 2 * GB)
    assert (worker["group"], worker["limit"]) == ("worker 1", 4 * GB)
    assert coordinator["shared_memory"] == 179 * MB


def test_a_dump_is_one_entry_without_a_limit(capsys: pytest.CaptureFixture[str]) -> None:
    (only,) = groups(capsys, DUMP)
    assert only["limit"] is None
    assert only["verdict"] == "unknown"
    assert groups(capsys, DUMP, "--memory", "4Gi")[0]["limit"] == 4 * GB


def test_the_stack_is_layered(capsys: pytest.CaptureFixture[str]) -> None:
    stacked = groups(capsys, "-f", VALUES, "-f", str(EXAMPLE / "values-production.yaml"))
    beside = groups(capsys, str(EXAMPLE / "values-production.yaml"))
    assert stacked == beside
    assert stacked[0]["verdict"] == "over"


def test_the_price_of_a_connection_has_its_prepared_transactions(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Unset, Citus makes them twice the connections: three slots in the lock tables instead of one."""
    path = tmp_path / "values.yaml"
    path.write_text(GENERIC.format(connections=200, buffers="512MB"))

    def price(*words: str) -> int:
        found = groups(capsys, str(path), "--patroni", "4.1", *words)[0]["prices"]
        assert isinstance(found, list)
        return int(found[0]["floor"])

    alone, citus = price("--no-citus"), price("--citus")
    assert citus - alone > 2 * 64 * 300


def test_versions_count(capsys: pytest.CaptureFixture[str]) -> None:
    old, new = (groups(capsys, VALUES, "--pg", major)[0]["shared_memory"] for major in ("13", "18"))
    assert old != new


def test_an_unknown_value_is_counted_with_its_default(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "values.yaml"
    path.write_text(GENERIC.format(connections="many", buffers="512MB"))
    assert main(["budget", str(path)]) == 0
    output = capsys.readouterr()
    assert "max_connections is not known, counted with its default" in output.err
    assert "limit 2GB" in output.out


@pytest.mark.parametrize(("format_name", "start"), [("svg", "<svg "), ("html", "<!DOCTYPE html>")])
def test_pictures_go_to_a_file(
    format_name: str, start: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "budget"
    assert main(["budget", VALUES, "--format", format_name, "-o", str(target)]) == 0
    text = target.read_text(encoding="utf-8")
    assert text.startswith(start)
    assert "Memory of the pods: shopdb" in text
    assert capsys.readouterr().out == ""


def test_exit_codes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert groups(capsys, str(tmp_path / "missing.yaml"), code=3) == []
    assert groups(capsys, str(tmp_path / "missing.yaml"), VALUES, code=3)  # the rest is still shown
    assert main(["budget", VALUES, "--memory", "lots"]) == 2
    assert main(["budget", VALUES, "-o", str(tmp_path / "no" / "folder")]) == 2
    assert main(["budget", VALUES, "--memory", "worker 9=2Gi"]) == 2
    empty = tmp_path / "empty.yaml"
    empty.write_text("")
    assert main(["budget", str(empty)]) == 0
