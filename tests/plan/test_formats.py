"""The four formats: what a reader may rely on, whatever stands in the values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import pgcfglint
from pgcfglint.commands.plan import FORMATS
from pgcfglint.report import Options
from pgcfglint.report.plan_markdown import MARKER
from tests.plan.build import cluster, make

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pgcfglint.plan.records import Plan

SCHEMA = json.loads((Path(pgcfglint.__file__).parent / "schema" / "plan.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
COMMENT, SUMMARY = 65_536, 2**20
"""GitHub: characters in a comment, bytes in a job's summary."""

hostile = st.text(
    st.characters(exclude_categories=("Cs",)) | st.sampled_from("|`<>[]()&\"'\n\r\x1b\u202e$\\!#;"),
    max_size=20,
)


def write(name: str, plans: Sequence[Plan], **options: Any) -> str:
    render = __import__(FORMATS[name], fromlist=("render",)).render
    return "".join(render(plans, Options(**options)))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.sampled_from(("log_line_prefix", "search_path", "my.name", "work_mem")), hostile))
def test_whatever_the_values_hold(values: dict[str, str]) -> None:
    plan = make(cluster({}), cluster(values))
    document = json.loads(write("json", [plan]))
    VALIDATOR.validate(document)
    for name in ("text", "markdown", "sh"):
        text = write(name, [plan], color=False)
        assert "\x1b" not in text
        assert "\u202e" not in text
    text = write("text", [plan], color=False)
    assert len(text.splitlines()) == text.count("\n")


@settings(max_examples=50, deadline=None)
@example("1.10")
@example("on")
@example("0x1f")
@example("1e3")
@example("a, b")
@example("-0")
@given(hostile.filter(lambda text: "\0" not in text))
def test_a_value_comes_out_of_the_shell_as_it_went_in(text: str) -> None:
    """What `edit-config -p` is given, after the shell and after Patroni's YAML, is the value."""
    import shlex

    import yaml

    plan = make(cluster({"log_line_prefix": "before"}), cluster({"log_line_prefix": text}))
    lines = [line for step in plan.steps for line in step.commands if "edit-config" in line]
    for line in lines:
        words = shlex.split(line)
        name, _, value = words[words.index("-p") + 1].partition("=")
        read = yaml.safe_load(value)
        # `on` may stay a boolean: Patroni writes one as the server reads it.
        assert name == "log_line_prefix"
        assert isinstance(read, bool) or str(read) == text


def test_several_plans_name_their_clusters() -> None:
    one = make(cluster({"work_mem": "4MB"}), cluster({"work_mem": "8MB"}), name="one")
    other = make(cluster({"max_connections": 100}), cluster({"max_connections": 200}), name="other")
    document = json.loads(write("json", [one, other]))
    VALIDATOR.validate(document)
    assert document["apply"] == "restart"
    assert [change["groups"] for change in document["changes"]] == [
        ["one/instances 0"], ["other/instances 0"],
    ]  # fmt: skip
    assert "one: to make it run: reload only" in write("text", [one, other])


def test_no_plan_at_all_is_said_in_every_format() -> None:
    VALIDATOR.validate(json.loads(write("json", [])))
    assert write("text", []) == "nothing changes\n"
    assert "No PostgreSQL setting changes" in write("markdown", [])
    assert "nothing to do" in write("sh", [])


@pytest.mark.parametrize(("clusters", "rows"), [(1, 3000), (3, 800), (400, 3)])
def test_markdown_fits_and_says_what_is_left_out(clusters: int, rows: int) -> None:
    old, new = ({f"my.name_{number}": f"{word} & {number}" for number in range(rows)} for word in ("a", "b"))
    plan = make(cluster(old), cluster(new))
    text = write("markdown", [plan.replace(name=f"cluster {number}") for number in range(clusters)])
    assert text.startswith(f"{MARKER}\n")
    assert len(text) <= COMMENT
    assert len(text.encode()) <= SUMMARY
    assert "left out" in text
    # Rows are whole: each has as many cells as the head.
    for line in text.splitlines():
        if line.startswith("| `"):
            assert line.count(" | ") == 5
    assert text.count("<details>") == text.count("</details>")
    assert text.count("```") % 2 == 0


def test_markdown_has_the_marker_the_headlines_and_the_runbook() -> None:
    text = write("markdown", [make(cluster({"max_connections": 100}), cluster({"max_connections": 200}))])
    assert "This change **restarts 3 members**" in text
    assert "| `max_connections` | 100 | **200** ↑ | restart | standbys → primary | instances 0 |" in text
    assert "<summary>Runbook (6 steps)</summary>" in text
    assert "<summary>The way back (5 steps)</summary>" in text


def test_json_says_what_architecture_promises() -> None:
    document = json.loads(
        write("json", [make(cluster({"max_connections": 100}), cluster({"max_connections": 200}))])
    )
    assert document.keys() == {
        "version", "apply", "merge", "blockers", "changes", "rounds", "commands", "rollback",
    }  # fmt: skip
    assert document["rounds"] == [
        {"groups": ["instances 0"], "role": "standby", "members": 2},
        {"groups": ["instances 0"], "role": "primary", "members": 1},
    ]
    (change,) = document["changes"]
    assert (change["old"], change["new"], change["order"]) == ("100", "200", "standbys first")
