"""rules/README.md says what the rule files say."""

from __future__ import annotations

from pathlib import Path

from pgcfglint import paths, rulebook, ruleindex

FOLDER = paths.rules_folder()


def test_the_index_is_up_to_date() -> None:
    found = (Path(FOLDER) / ruleindex.NAME).read_text(encoding="utf-8")
    assert found == ruleindex.page(rulebook.manuals(), FOLDER), "make rules"


def test_the_coverage_is_of_rules_that_there_are() -> None:
    advisors, known = ruleindex.coverage(FOLDER)
    assert len(advisors) > 15
    assert sorted(known) == list(known)
    assert not set(known) - set(rulebook.manuals())
    assert {word for row in known.values() for word in row.values()} == {"checks", "sets", ""}
