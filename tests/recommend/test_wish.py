"""A recommended set has no findings: the printed section is checked by the linter itself."""

from __future__ import annotations

import functools
import json

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pgcfglint import catalog, rulebook
from pgcfglint.cli import main
from pgcfglint.model import Target
from pgcfglint.recommend import WORKLOADS, Question, Solver, Wish, cluster_of, section, table
from pgcfglint.rulefile import dimension_of
from pgcfglint.run import Task, lint
from pgcfglint.sources.inputs import Options
from pgcfglint.vocabulary import NAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

GIB = 2**30
QUICK = settings(
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a wish is small as it is
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module", autouse=True)
def _rules_once() -> None:
    """A checkout reads the rule files at every start; here they are read once."""
    patch = pytest.MonkeyPatch()
    patch.setattr(rulebook, "load", functools.lru_cache(rulebook.load))
    yield
    patch.undo()


@st.composite
def wishes(draw: st.DrawFn) -> tuple[Wish, bool, int]:
    """Wishes that people have: up to 300 connections, 40 MB or more of memory for each."""
    citus = draw(st.booleans())
    connections = draw(st.integers(25, 300))
    mib = draw(st.integers(max(1024, 40 * connections), 512 * 1024))
    cpu = draw(st.none() | st.sampled_from((1, 2, 3.5, 4, 8, 16, 64)))
    # A volume that cannot hold the least WAL that is useful is a question of its own.
    gib = draw(st.none() | st.integers(20, 20_000))
    storage = None if gib is None else max(gib, mib // 512) * GIB
    # Older ones, and 15 under Citus 14, have findings of their own, see below.
    major = draw(st.sampled_from((16, 17, 18) if citus else (15, 16, 17, 18)))
    return Wish(mib * 2**20, cpu, connections, storage, draw(st.sampled_from(WORKLOADS))), citus, major


def targets(citus: bool, major: int) -> tuple[Target, ...]:
    given = {"postgresql": str(major), "patroni": "4.1", **({"citus": "14"} if citus else {})}
    return tuple(Target(name, version, "option") for name, version in given.items())


@settings(QUICK, max_examples=40)
@given(asked=wishes())
def test_the_printed_section_has_no_findings(tmp_path: Path, asked: tuple[Wish, bool, int]) -> None:
    wish, citus, major = asked
    cluster = cluster_of(wish, targets(citus, major))
    solver = Solver(catalog.load(major, citus=14 if citus else None), rulebook.load(), {})
    answer = solver.answer(Question(cluster, wish.connections, wish.workload))
    assert answer.findings == ()
    file = tmp_path / "values.yaml"
    file.write_text("\n".join(section.lines(wish, answer.choices)), encoding="utf-8")
    given = {"postgresql": str(major), "citus": "14" if citus else ""}
    report = lint([str(file)], task=Task((str(file),), options=Options(option=given)))
    assert report.files == 1
    assert report.findings == ()
    assert report.notes == ()


def test_the_table_names_parameters_and_agrees_in_its_dimensions() -> None:
    from pgcfglint.dimensions import check
    from pgcfglint.sentence import Reader
    from pgcfglint.words import SIGNATURES, WORDS

    read = table.load()
    reader = Reader(SIGNATURES, dimension_of, lets=read.lets)
    for row in read.rows:
        assert row.name in NAMES or row.name in catalog.load(16)
        for tree in (row.to, row.holds, row.when):
            if tree is not None:
                check(tree, reader.dimension, WORDS)
        if row.dimension in ("bytes", "time"):
            assert reader.dimension(row.to) == row.dimension, row.name
    for tree in read.lets.values():
        check(tree, reader.dimension, WORDS)


def test_every_line_of_the_table_has_a_source_or_is_a_plain_switch() -> None:
    assert [row.name for row in table.load().rows if not row.see.startswith("https://")] == ["shm.enabled"]


def test_the_pages_of_the_section_are_yaml_with_a_reason_on_every_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert (
        main(["recommend", "--memory", "8Gi", "--cpu", "4", "--connections", "200", "--citus", "--pg", "16"])
        == 0
    )
    text = capsys.readouterr().out
    data = yaml.safe_load(text)
    assert data["postgresql"]["parameters"]["shared_buffers"] == "2GB"
    assert data["postgresql"]["parameters"]["max_locks_per_transaction"] == 1024
    leaves = [
        line for line in text.splitlines() if not line.startswith("#") and not line.rstrip().endswith(":")
    ]
    assert all("  # " in line for line in leaves)


def test_json_holds_the_same_set(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["recommend", "--memory", "8Gi", "--connections", "200", "--pg", "16"]
    assert main(words) == 0
    data = yaml.safe_load(capsys.readouterr().out)
    assert main([*words, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["problems"] == []
    parameters = {item["name"]: item["value"] for item in found["settings"] if item["kind"] == "parameter"}
    printed = {
        name: {True: "on", False: "off"}.get(value, str(value)) if isinstance(value, bool) else str(value)
        for name, value in data["postgresql"]["parameters"].items()
    }
    assert parameters == printed


def test_an_impossible_wish_says_which_and_what_could_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recommend", "--memory", "512Mi", "--connections", "1000", "--citus", "--pg", "16"]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert "1000 connections" in output.err
    assert "memory-floor-over-limit: 1000 idle sessions" in output.err
    need = next(line for line in output.err.splitlines() if "connections need" in line)
    assert main(["recommend", "--memory", need.split()[3], "--connections", "1000", "--citus"]) == 1
    # With the memory that it names only the policy on connections is left.
    rules = [
        line.split(":")[0].strip() for line in capsys.readouterr().err.splitlines() if line.startswith("  ")
    ]
    assert rules[0] == "max-connections-high"
    assert not any("over-limit" in name for name in rules)


def test_the_room_that_is_named_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recommend", "--memory", "2Gi", "--connections", "300", "--pg", "17"]) == 1
    room = next(line for line in capsys.readouterr().err.splitlines() if "has room for" in line).split()[-2]
    assert main(["recommend", "--memory", "2Gi", "--connections", room, "--pg", "17"]) == 0


def test_an_old_version_is_a_remark_and_no_obstacle(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recommend", "--memory", "4Gi", "--pg", "13"]) == 0
    output = capsys.readouterr()
    assert "shared_buffers: 1GB" in output.out
    assert "note: PostgreSQL 13 is no longer maintained" in output.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "needs --memory"),
        (["--memory", "lots"], "not a Kubernetes quantity"),
        (["--memory", "0"], "not a Kubernetes quantity"),
        (["--memory=-1Gi"], "not a Kubernetes quantity"),
        (["--memory", "1Gi", "--memory", "2Gi"], "one amount"),
        (["--memory", "8Gi", "--connections", "many"], "--connections many: a whole number from 1 to 262143"),
        (["--memory", "8Gi", "--connections", "0"], "a whole number"),
        (["--memory", "8Gi", "--connections", "99999999999999999999999"], "a whole number"),
        (["--memory", "8Gi", "--cpu", "fast"], "--cpu fast"),
        (["--memory", "8Gi", "--storage", "big"], "--storage big"),
        (["--memory", "8Gi", "--workload", "olap"], "invalid choice"),
        (["--memory", "8Gi", "--conections", "8"], "did you mean --connections?"),
    ],
)
def test_wrong_words(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recommend", *words]) == 2
    assert said in capsys.readouterr().err


@settings(QUICK, max_examples=25)
@given(
    st.integers(1, 2**45),
    st.none() | st.floats(0.001, 4096),
    st.integers(1, 262143),
    st.none() | st.integers(1, 2**50),
)
def test_any_wish_has_an_answer(
    memory: int, cpu: float | None, connections: int, storage: int | None
) -> None:
    """Whatever is asked: an answer, and if it has findings, every one says what it found."""
    wish = Wish(memory, cpu, connections, storage)
    solver = Solver(catalog.load(16, citus=14), rulebook.load(), {})
    answer = solver.answer(Question(cluster_of(wish, targets(True, 16)), connections))
    assert all(finding.message for finding in answer.findings)
    assert answer.text("max_connections", "pod") == str(connections)
