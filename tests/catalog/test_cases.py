"""Every recorded value is read as the real servers of that major read it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from pgcfglint import catalog
from pgcfglint.catalog import ValueProblem, load

CASES = Path(__file__).parents[1] / "data" / "cases"


def verdict(major: int, name: str, value: str) -> str | None:
    """The setting, None where the value or the name is refused."""
    try:
        return load(major)[name].read(value).setting
    except (KeyError, ValueProblem):
        return None


@pytest.mark.parametrize("major", catalog.MAJORS)
def test_values(major: int) -> None:
    wrong = []
    with gzip.open(CASES / f"values-{major}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for case in map(json.loads, lines):
            # The recording server had no module loaded and takes any dotted name as a placeholder.
            if "." in case["name"] and case["accepted"]:
                problem = load(major).name_problem(case["name"])
                assert problem is None or case["name"].split(".")[0] in ("pg_stat_statements", "plpgsql"), (
                    case
                )
                continue
            found = verdict(major, case["name"], case["value"])
            if found != (case["setting"] if case["accepted"] else None):
                wrong.append((case, found))
    assert wrong == []


def test_tricky_values() -> None:
    wrong = []
    for case in map(json.loads, (CASES / "tricky.jsonl").read_text(encoding="utf-8").splitlines()):
        if "." in case["name"]:
            continue
        wrong += [
            (major, case)
            for major in (13, 16, 18)
            if verdict(major, case["name"], case["value"]) != case[str(major)]
        ]
    assert wrong == []
