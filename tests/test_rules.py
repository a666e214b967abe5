"""Every rule's own examples hold, its fixes cure, and its dimensions agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgcfglint import paths, rulebook
from pgcfglint.examples import problems
from pgcfglint.rulebook import PROFILES
from pgcfglint.rulefile import RuleReader, read_rule, rule_paths

RULES = rule_paths(paths.rules_folder())


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.rpartition("/")[2])
def test_examples(path: str) -> None:
    with open(path, encoding="utf-8") as file:
        rule, manual = read_rule(path, file.read())
    assert list(problems(rule, manual)) == []


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.rpartition("/")[2])
def test_dimensions(path: str) -> None:
    with open(path, encoding="utf-8") as file:
        reader = RuleReader(path, file.read())
    rule, _ = reader.read()
    reader.check_dimensions(rule)


def test_every_core_rule_exists() -> None:
    names = {path.rpartition("/")[2].removesuffix(".yaml") for path in RULES}
    text = (Path(__file__).parent / "data" / "core-rules.txt").read_text()
    core = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert len(core) == len(set(core)) >= 150
    assert [name for name in core if name not in names] == []


def test_every_rule_has_one_name_and_a_known_profile() -> None:
    seen: dict[str, str] = {}
    for path in RULES:
        with open(path, encoding="utf-8") as file:
            rule, _ = read_rule(path, file.read())
        assert rule.profile in PROFILES
        assert seen.setdefault(rule.name, path) == path
        assert rule.name not in rule.covers


def test_every_covered_rule_exists() -> None:
    rules = []
    for path in RULES:
        with open(path, encoding="utf-8") as file:
            rules.append(read_rule(path, file.read())[0])
    names = {rule.name for rule in rules}
    assert [(rule.name, name) for rule in rules for name in rule.covers if name not in names] == []


def test_demo_is_milder_and_keeps_what_would_not_start() -> None:
    usual = {rule.name: rule for rule in rulebook.load(("default",))}
    demo = {rule.name: rule for rule in rulebook.load(("default", "demo"))}
    assert demo.keys() < usual.keys()
    assert {name for name in usual if name not in demo} == {
        rule.name for rule in usual.values() if rule.demo == "off"
    }
    assert (
        demo["fsync-off"].severity_on(("patroni",)) == "info" != usual["fsync-off"].severity_on(("patroni",))
    )
    assert "shared-buffers-over-limit" in demo
    assert "pgdata-on-emptydir" not in demo
    assert len(rulebook.load_all()) == len(RULES)
