"""--fix: what it edits, what it leaves alone, and that it touches nothing else."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pgcfglint.cli import main

if TYPE_CHECKING:
    from pathlib import Path

VALUES = """\
# the chart's values\twith a tab
clusterName: shop
coordinator:
  citusGroup: "0"
  replicas: 3
  resources: {{limits: {{memory: 2Gi}}}}
workers:
  - citusGroup: "1"
    replicas: 2
    resources: {{limits: {{memory: 2Gi}}}}
patroni:
  postgresql:
    parameters:
      max_connections: 100{gap}# sessions\tat most
      shared_buffers: {quote}{buffers}{quote}{gap}# ünïcode → stays
      work_mem: 4MB
      max_locks_per_transaction: {quote}{locks}{quote}
podSpec:
  terminationGracePeriodSeconds: {grace}{gap}# seconds
"""


def run(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = main(words)
    output = capsys.readouterr()
    return code, output.out, output.err


def findings(path: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    _, out, _ = run("--format=json", "--no-config", str(path), capsys=capsys)
    found: list[dict[str, object]] = json.loads(out)["findings"]
    return found


def values(**changes: str) -> str:
    given = {"gap": "  ", "quote": "", "buffers": "16MB", "locks": "512", "grace": "0", **changes}
    return VALUES.format(**given)


FIXED = re.compile(r"^(.*?):(\d+):\d+: fixed ([\w, -]+): ", re.M)


@settings(max_examples=30, deadline=None)
@given(
    gap=st.sampled_from([" ", "  ", "\t", "     "]),
    quote=st.sampled_from(["", "'", '"']),
    buffers=st.sampled_from(["16MB", "2GB", "64Mi", "512MB", "512mb", "24000kB"]),
    locks=st.sampled_from(["64", "512", "1024"]),
    grace=st.sampled_from(["0", "5", "120"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
    end=st.booleans(),
)
def test_an_edit_changes_one_value_and_cures(
    tmp_path_factory: pytest.TempPathFactory,
    gap: str, quote: str, buffers: str, locks: str, grace: str, newline: str, mark: bytes, end: bool,
) -> None:  # fmt: skip
    path = tmp_path_factory.mktemp("fix") / "values.yaml"
    text = values(gap=gap, quote=quote, buffers=buffers, locks=locks, grace=grace)
    before = mark + (text if end else text.rstrip("\n")).replace("\n", newline).encode()
    path.write_bytes(before)
    with pytest.MonkeyPatch.context() as patch:
        out: list[str] = []
        patch.setattr("sys.stdout.write", out.append)
        patch.setattr("sys.stdout.writelines", out.extend)
        code = main(["--fix", "--no-config", str(path)])
        said = "".join(out)
        after = path.read_bytes()
        out.clear()
        assert main(["--fix", "--no-config", str(path)]) == code
        assert path.read_bytes() == after, "a second run edits nothing"
        assert "Nothing fixed" in "".join(out)
        out.clear()
        main(["--no-config", str(path)])
        left = "".join(out)
    edited = {int(line) for _, line, _ in FIXED.findall(said)}
    old, new = before.split(b"\n"), after.split(b"\n")
    assert len(old) == len(new)
    changed = {number for number, pair in enumerate(zip(old, new), 1) if pair[0] != pair[1]}
    assert changed == edited
    for number in changed:
        one, other = old[number - 1], new[number - 1]
        prefix = one[: one.index(b":") + 1]
        assert other.startswith(prefix)
        assert other.partition(b"#")[2] == one.partition(b"#")[2], "the comment stays"
    for _, line, rules in FIXED.findall(said):
        for rule in rules.split(", "):
            assert not re.search(rf":{line}:\d+: \w+ {rule}:", left), f"{rule} is cured"


def test_the_result_parses_to_the_intended_values(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "values.yaml"
    path.write_text(values())
    path.chmod(0o640)
    before = yaml.safe_load(path.read_text())
    run("--fix", str(path), capsys=capsys)
    after = yaml.safe_load(path.read_text())
    assert after["patroni"]["postgresql"]["parameters"] == {
        "max_connections": 100,
        "shared_buffers": "512MB",
        "work_mem": "4MB",
        "max_locks_per_transaction": 1024,
    }
    assert after["podSpec"]["terminationGracePeriodSeconds"] == 120
    for tree in (before, after):
        del tree["patroni"]["postgresql"]["parameters"], tree["podSpec"]
    assert before == after
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["values.yaml"]


def test_says_that_the_edit_alone_does_not_reach_a_running_cluster(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "values.yaml"
    path.write_text(values())
    _, out, _ = run("--fix", str(path), capsys=capsys)
    part = out[out.index("fixed shared-buffers-low") :].split("\n\n")[0]
    assert "the edit alone reaches new clusters only" in part
    assert "patronictl edit-config shop --group 0 -p shared_buffers=512MB --force" in part


def test_the_exit_code_is_that_of_a_check_afterwards(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "values.yaml"
    path.write_text(values())
    assert run(str(path), capsys=capsys)[0] == 1  # grace-period-zero
    assert run("--diff", str(path), capsys=capsys)[0] == 1
    assert run("--fix", str(path), capsys=capsys)[0] == 0


def test_another_format_keeps_its_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "values.yaml"
    path.write_text(values())
    _, out, err = run("--fix", "--format=json", str(path), capsys=capsys)
    assert "shared-buffers-low" not in {finding["rule"] for finding in json.loads(out)["findings"]}
    assert "fixed shared-buffers-low: shared_buffers 16MB -> 512MB" in err


def test_diff_writes_nothing_and_shows_no_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "values.yaml"
    text = values().replace("work_mem: 4MB", "work_mem: 4MB\n      my.password: hunter2")
    path.write_text(text)
    _, out, err = run("--diff", str(path), capsys=capsys)
    assert path.read_text() == text
    assert "-      shared_buffers: 16MB" in out
    assert "+      shared_buffers: 512MB" in out
    assert "hunter2" not in out + err
    assert "would fix" in err


def test_a_silenced_finding_is_not_fixed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "values.yaml"
    path.write_text(values().replace("# ünïcode → stays", "# pgcfglint: ignore[shared-buffers-low] a toy"))
    run("--fix", str(path), capsys=capsys)
    assert "shared_buffers: 16MB" in path.read_text()


SHARED = """\
x: &small {limit}
coordinator:
  citusGroup: "0"
  resources: {{limits: {{memory: 2Gi}}}}
workers: []
patroni:
  postgresql:
    parameters: &map
      shared_buffers: {value}
other: {other}
"""


@pytest.mark.parametrize(
    ("value", "other", "name"),
    [
        ("*small", "1", "small"), ("&here 16MB", "*here", "here"),
        ("16MB", "*map", "map"), ("16MB", "{<<: *map}", "map"),
    ],
)  # fmt: skip
def test_a_value_that_an_anchor_shares_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], value: str, other: str, name: str
) -> None:
    path = tmp_path / "values.yaml"
    text = SHARED.format(limit="16MB", value=value, other=other)
    path.write_text(text)
    _, out, _ = run("--fix", "-v", str(path), capsys=capsys)
    assert path.read_text() == text
    assert f"not fixed shared-buffers-low: the value is used elsewhere too, as *{name} on line" in out


def test_the_base_of_an_overlay_is_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: c\nversion: 1.0.0\n")
    base = tmp_path / "values.yaml"
    base.write_text(values(buffers="512MB", grace="120", locks="1024"))
    over = tmp_path / "values-small.yaml"
    over.write_text(
        'coordinator:\n  citusGroup: "0"\n  resources: {limits: {memory: 1Gi}}\n'
        "podSpec:\n  terminationGracePeriodSeconds: 5\n"
    )
    text = base.read_text()
    run("--fix", str(over), capsys=capsys)
    assert base.read_text() == text
    assert "terminationGracePeriodSeconds: 120" in over.read_text()


# Files that are not edited: one message, no half-written file.


def test_a_read_only_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "values.yaml"
    path.write_text(values())
    path.chmod(0o444)
    _, out, _ = run("--fix", str(path), capsys=capsys)
    assert path.read_text() == values()
    assert out.count("not edited: read-only") == 1


def test_a_link_out_of_the_tree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tree" / ".git").mkdir(parents=True)
    outside = tmp_path / "values.yaml"
    outside.write_text(values())
    link = tmp_path / "tree" / "values.yaml"
    link.symlink_to(outside)
    _, out, _ = run("--fix", str(link), capsys=capsys)
    assert outside.read_text() == values()
    assert out.count(f"not edited: a link out of the tree, to {outside}") == 1


def test_a_link_inside_the_tree_stays_a_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "values.yaml").write_text(values())
    link = tmp_path / "values.yaml"
    link.symlink_to("real/values.yaml")
    run("--fix", str(link), capsys=capsys)
    assert link.is_symlink()
    assert "shared_buffers: 512MB" in link.read_text()


@pytest.mark.parametrize("name", ["values.yaml.j2", "templates/values.yaml"])
def test_a_template(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(values())
    _, out, _ = run("--fix", str(path), capsys=capsys)
    assert path.read_text() == values()
    assert out.count("not edited: a template") == 1


def test_a_folder_that_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "values.yaml"
    path.write_text(values())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    code, out, _ = run("--fix", str(path), capsys=capsys)
    assert code == 3
    assert path.read_text() == values()
    assert os.listdir(tmp_path) == ["values.yaml"]
    assert "not edited: cannot be written: no space left on device" in out
    assert "Nothing fixed" in out


def test_standard_input_has_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run("--fix", "-", capsys=capsys)
    assert code == 2
    assert err == "error: --fix and --diff edit files; standard input has none\n"


# Other kinds of files


def test_a_postgresql_conf(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "postgresql.conf"
    path.write_bytes(b"shared_buffers = '1Gi'\t# why\r\nfsync = off  # fast\r\n#work_mem = 4MB\r\n")
    run("--fix", "--memory=4Gi", str(path), capsys=capsys)
    assert path.read_bytes() == b"shared_buffers = '1GB'\t# why\r\nfsync = on  # fast\r\n#work_mem = 4MB\r\n"


def test_a_block_in_a_config_map(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "map.yaml"
    text = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: pg}\ndata:\n  postgresql.conf: |\n"
        "    max_connections = 100\n    fsync = off   # fast\n    shared_buffers = 1GB\n"
    )
    path.write_text(text)
    run("--fix", str(path), capsys=capsys)
    assert path.read_text() == text.replace("fsync = off ", "fsync = on ")
