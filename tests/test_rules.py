"""Every rule's own examples hold, its fixes cure, and its dimensions agree."""

from __future__ import annotations

import pytest

from pgcfglint import paths
from pgcfglint.examples import problems
from pgcfglint.rulefile import _RuleReader, read_rule, rule_paths

RULES = rule_paths(paths.rules_folder())


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.rpartition("/")[2])
def test_examples(path: str) -> None:
    with open(path, encoding="utf-8") as file:
        rule, manual = read_rule(path, file.read())
    assert list(problems(rule, manual)) == []


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.rpartition("/")[2])
def test_dimensions(path: str) -> None:
    with open(path, encoding="utf-8") as file:
        reader = _RuleReader(path, file.read())
    rule, _ = reader.read()
    reader.check_dimensions(rule)
