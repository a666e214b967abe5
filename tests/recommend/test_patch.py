"""A patch changes what it says and nothing else, and with it the file has the recommended set."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pgcfglint.cli import main
from pgcfglint.recommend.patch import Edit, patched

EXAMPLE = Path(__file__).parents[2] / "examples" / "citus-cluster"

BLOCK = """\
# top
a:
  b: 1  # one
  c: [1, 2]
list:
  - name: x
    limits: {memory: 2Gi}
  - name: y
text: |
  first

  last
empty: {}
none:
"""


@pytest.mark.parametrize(
    ("route", "text", "added", "removed"),
    [
        (("a", "b"), "2", ["  b: 2  # one"], ["  b: 1  # one"]),
        (("a", "d"), '"on"', ['  d: "on"'], []),
        (("a", "d", "e"), "1Gi", ["  d:", "    e: 1Gi"], []),
        (
            ("list", "0", "limits", "memory"),
            "4Gi",
            ["    limits: {memory: 4Gi}"],
            ["    limits: {memory: 2Gi}"],
        ),
        (
            ("list", "0", "limits", "cpu"),
            "4",
            ["    limits: {memory: 2Gi, cpu: 4}"],
            ["    limits: {memory: 2Gi}"],
        ),
        (("list", "1", "limits", "memory"), "4Gi", ["    limits:", "      memory: 4Gi"], []),
        (("empty", "x"), "1", ["empty: {x: 1}"], ["empty: {}"]),
        (("none",), "1", ["none: 1"], ["none:"]),
        (("new", "x"), "1", ["new:", "  x: 1"], []),
    ],
)
def test_an_edit_changes_these_lines(
    route: tuple[str, ...], text: str, added: list[str], removed: list[str]
) -> None:
    new, left = patched(BLOCK, [Edit(route, text)])
    assert left == []
    before, after = BLOCK.splitlines(), new.splitlines()
    assert [line for line in after if line not in before] == [line for line in added if line not in before]
    assert [line for line in before if line not in after] == removed


@pytest.mark.parametrize(
    "route",
    [("list", "2", "x"), ("a", "b", "c"), ("a", "c"), ("a",), ("text",), ("list", "x"), ("none", "x")],
)
def test_what_cannot_be_placed_is_left_to_a_person(route: tuple[str, ...]) -> None:
    new, left = patched(BLOCK, [Edit(route, "1")])
    assert new == BLOCK
    assert left == [Edit(route, "1")]


@pytest.mark.parametrize(
    "text",
    ["", "# nothing\n", "a: [\n", "a: 1\n---\na: 2\n", "- a\n", "just text\n", "a: &x {b: 1}\nc: *x\n"],
)
def test_a_text_that_is_no_plain_map_is_not_touched(text: str) -> None:
    new, left = patched(text, [Edit(("c", "b"), "2")])
    assert new == text
    assert len(left) == 1


_KEYS = st.sampled_from(("a", "b", "c"))
_TREES = st.recursive(
    st.integers(0, 9) | st.sampled_from(("x", "true", "")) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(
    st.dictionaries(_KEYS, _TREES, min_size=1),
    st.lists(st.sampled_from(("a", "b", "c", "d", "0", "1")), min_size=1, max_size=4),
    st.booleans(),
)
def test_an_edit_changes_one_value(tree: object, route: list[str], flow: bool) -> None:
    text = yaml.safe_dump(tree, default_flow_style=flow or None)
    new, left = patched(text, [Edit(tuple(route), "77")])
    if left:
        assert new == text
        return
    # As plain texts: to us a key is its text, to PyYAML 0 is a number.
    before = yaml.load(text, yaml.BaseLoader)
    assert _put_back(yaml.load(new, yaml.BaseLoader), before, route) == before


def _put_back(new: object, old: object, route: list[str]) -> object:
    """The new tree with the old value, or nothing, at the route."""
    key, *rest = route
    if isinstance(new, list):
        assert isinstance(old, list)
        index = int(key)
        return [_put_back(item, old[at], rest) if at == index else item for at, item in enumerate(new)]
    assert isinstance(new, dict)
    had = isinstance(old, dict) and key in old
    if not rest:
        assert new[key] == "77"
        return (
            {**new, key: old[key]}
            if had
            else {name: value for name, value in new.items() if name != key} or old
        )
    if not had:
        return {name: value for name, value in new.items() if name != key} or old
    return {**new, key: _put_back(new[key], old[key], rest)}


def test_the_patch_of_the_example_applies_and_leaves_nothing_to_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """git applies the output as it is; then nothing in the file is left to change, and check is content."""
    subprocess.run(["cp", "-r", EXAMPLE, tmp_path / "chart"], check=True)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    monkeypatch.chdir(tmp_path)
    assert main(["recommend", "chart/values.yaml"]) == 0
    output = capsys.readouterr().out
    assert "patronictl edit-config shopdb --group 1 -p max_wal_size=2GB --force" in output
    (tmp_path / "it.patch").write_text(output, encoding="utf-8")
    subprocess.run(["git", "apply", "it.patch"], check=True)
    assert main(["recommend", "chart/values.yaml"]) == 0
    again = capsys.readouterr().out
    assert "In the file" not in again
    assert "+++" not in again
    main(["chart/values.yaml", "--format", "json"])
    found = {item["rule"] for item in __import__("json").loads(capsys.readouterr().out)["findings"]}
    sizes = {
        "shared-buffers-low",
        "work-mem-times-connections",
        "max-locks-citus-low",
        "shm-volume-over-limit",
    }
    assert not found & {*sizes, "grace-period-zero", "effective-cache-size-low"}


def test_an_overlay_gets_what_its_own_groups_lack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A value goes into the file that is named, though the chart's defaults hold it."""
    subprocess.run(["cp", "-r", EXAMPLE, tmp_path / "chart"], check=True)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "chart" / "values-test.yaml").write_text("clusterName: testdb\n", encoding="utf-8")
    assert main(["recommend", "chart/values-test.yaml"]) == 0
    output = capsys.readouterr().out
    assert "+      shared_buffers: 512MB" in output
    assert "a/chart/values-test.yaml" in output
    # Helm replaces lists as a whole: what belongs to one worker is not written past it.
    assert "By hand" in output
    assert "requests.memory (worker 1)" in output.split("By hand")[1].split("The chart")[0]


def test_operators_want_their_numbers_as_texts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cluster.yaml"
    file.write_text(
        "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: a}\nspec:\n  instances: 3\n"
        "  resources: {limits: {memory: 4Gi}}\n  postgresql:\n    parameters:\n      work_mem: 4MB\n",
        encoding="utf-8",
    )
    assert main(["recommend", str(file), "--connections", "200", "--pg", "16"]) == 0
    output = capsys.readouterr().out
    assert '+      max_connections: "200"' in output
    assert '+      random_page_cost: "1.1"' in output
    assert "shm.enabled" not in output  # the operator mounts /dev/shm itself


def test_a_file_without_a_limit_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "values.yaml"
    file.write_text("postgresql:\n  parameters:\n    work_mem: 4MB\n    jit: off\n", encoding="utf-8")
    assert main(["recommend", str(file)]) == 2
    assert "no memory limit in sight for instances (--memory 8Gi says it)" in capsys.readouterr().err
    assert main(["recommend", str(file), "--memory", "8Gi"]) == 0
    assert "+    shared_buffers: 2GB" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recommend", str(tmp_path / "no.yaml")]) == 3
    assert "no such file" in capsys.readouterr().err
    (tmp_path / "a.yaml").write_text("a: 1\n", encoding="utf-8")
    assert main(["recommend", str(tmp_path / "a.yaml")]) == 3
    assert "no PostgreSQL settings recognised" in capsys.readouterr().err
