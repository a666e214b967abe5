"""Pages about rules, parameters and values: every one can be shown, and none shows a secret."""

from __future__ import annotations

import json

import pytest

from pgcfglint import catalog, explain, rulebook
from pgcfglint.cli import main

MANUALS = rulebook.manuals()


def test_every_rule_has_a_page_with_its_parts() -> None:
    for name, (rule, manual) in MANUALS.items():
        page = "\n".join(explain.rule_page(rule, manual))
        for part in ("Why", "What must hold", "Wrong", "Right", "Silence or tune it", "Sources"):
            assert f"\n{part}\n" in page, (name, part)
        assert f"ignore[{name}]" in page
        data = explain.rule_data(rule, manual)
        assert len(data["fixes"]) == len(rule.fixes)
        json.dumps(data, default=str)


def test_a_fix_says_what_it_takes_and_where_majors_differ() -> None:
    found = {explain.fix_cost(fix) for rule, _ in MANUALS.values() for fix in rule.fixes}
    assert {"a reload", "a restart", "new pods"} <= found
    assert any("17: a restart, 18: a reload" in text for text in found)


def test_every_parameter_has_a_page() -> None:
    for major in catalog.MAJORS:
        for name in list(catalog.load(major))[::25]:
            assert list(explain.parameter_page(name))
            assert explain.parameter_data(name)["majors"]


@pytest.mark.parametrize("subject", ["primary_conninfo=host=a password=hunter2", "my.api_token=hunter2"])
def test_a_secret_is_not_shown(subject: str, capsys: pytest.CaptureFixture[str]) -> None:
    for form in ("text", "json"):
        assert main(["explain", subject, "--format", form, "--patroni", "4.1"]) == 0
        output = capsys.readouterr()
        assert "hunter2" not in output.out + output.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["shared_bufers"], "did you mean shared_buffers?"),
        (["fsync-of"], "did you mean fsync-off?"),
        (["work_mem=1", "--pg", "12"], "known majors are 13 to 18"),
        (["work_mem=1", "--patroni", "new"], "--patroni new: not a version such as 4.1"),
    ],
)
def test_what_is_not_there(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", *words]) == 2
    assert said in capsys.readouterr().err


def test_several_subjects_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "fsync-off", "work_mem", "work_mem=64Mi", "a.b=c", "--format", "json"]) == 0
    kinds = json.loads(capsys.readouterr().out)["subjects"]
    assert [item["kind"] for item in kinds] == ["rule", "parameter", "value", "value"]
    assert kinds[2]["problem"]["hint"] == "64MB"
    assert kinds[3]["placeholder"] is True
