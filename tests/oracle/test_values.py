"""`Parameter.read` against real servers: the same values accepted, the same settings made of them.

By default a sample of the recorded cases (asked again, so that the recording is checked as well) and values
that hypothesis makes up; PGCFGLINT_ORACLE_SWEEP=1 asks every recorded case, about two minutes a major.
"""

from __future__ import annotations

import gzip
import json
import os
import random
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgcfglint.catalog import ValueProblem, load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servers import Answer, Server

pytestmark = pytest.mark.network

SAMPLE = 400
DEFERRED = "wal_consistency_checking"
"""Read when the server starts in earnest (15 and later), because extensions may add resource managers."""
CASES = Path(__file__).parents[1] / "data/cases"


@cache
def recorded(major: int) -> tuple[tuple[str, str], ...]:
    """Names and values whose answer depends on PostgreSQL alone, not on the machine.

    Without dotted names: a server that has not loaded their library takes everything.
    """
    with gzip.open(CASES / f"values-{major}.jsonl.gz", "rt", encoding="utf-8") as file:
        pairs = [(case["name"], case["value"]) for case in map(json.loads, file)]
    return tuple(pair for pair in pairs if "." not in pair[0] and pair[0] != DEFERRED)


def ours(major: int, name: str, value: str) -> str | None:
    """What the catalogue makes of a value, None if it refuses the name or the value."""
    catalog = load(major, citus=None)
    if catalog.name_problem(name):
        return None
    try:
        return catalog[name].read(value).setting
    except ValueProblem:
        return None


def differences(server: Server, pairs: Sequence[tuple[str, str]]) -> list[str]:
    """What the server and the catalogue say about the pairs where they differ."""
    found = []
    for (name, value), answer in zip(pairs, server.check_many(pairs)):
        setting = ours(server.major, name, value)
        if setting != answer.setting:
            found.append(f"{name} = {value!r}: server {said(answer)}, catalogue {setting!r}")
    return found


def said(answer: Answer) -> str:
    return repr(answer.setting) if answer.accepted else f"refuses: {answer.error.splitlines()[0]}"


def test_recorded_values(server: Server) -> None:
    pairs = list(recorded(server.major))
    if os.environ.get("PGCFGLINT_ORACLE_SWEEP") != "1":
        pairs = random.Random(server.major).sample(pairs, SAMPLE)
    assert differences(server, pairs) == []


@pytest.mark.parametrize("value", ["on", "nosuch", "heap, nosuch"])
def test_a_value_that_only_a_start_refuses(server: Server, value: str) -> None:
    assert ours(server.major, DEFERRED, value) is None
    with pytest.raises(RuntimeError, match=DEFERRED), server.run({DEFERRED: value}):
        pass


@cache
def names(major: int, *vartypes: str) -> tuple[str, ...]:
    catalog = load(major, citus=None)
    known = sorted({name for name, _ in recorded(major)})
    return tuple(name for name in known if name in catalog and catalog[name].vartype in vartypes)


blanks = st.sampled_from(["", "", "", " ", "  ", "\t", "\n", "\u00a0"])
signs = st.sampled_from(["", "", "", "-", "+", "--"])
digits = st.one_of(
    st.integers(0, 2**31 + 10).map(str),
    st.integers(0, 2**31 + 10).map(hex),
    st.integers(0, 5000).map(lambda number: f"0{number:o}"),
    st.integers(0, 3000).map(lambda number: f"{number}."),
    st.floats(0, 1e12, allow_subnormal=False).map(repr),
    st.decimals(0, 5000, places=3).map(str),
    st.sampled_from(
        ["08", "0x", "0o17", "1_000", "1,5", ".5", ".", "1e3", "1E-2", "0x1.8p3", "nan", "inf", ""]
    ),
)
units = st.sampled_from(
    [
        "",
        "",
        "B",
        "kB",
        "MB",
        "GB",
        "TB",
        "us",
        "ms",
        "s",
        "min",
        "h",
        "d",
        "KB",
        "mb",
        "Mi",
        "G",
        "M",
        "sec",
        "%",
    ]
)
amounts = st.tuples(blanks, signs, digits, blanks, units, blanks).map("".join)
words = st.one_of(
    st.sampled_from(
        ["on", "off", "true", "yes", "no", "1", "0", "t", "f", "of", "o", "ON", "Off", " on", "01", "1.0"]
    ),
    st.text("aeflnorstuy01", max_size=5),
)


def pairs_of(major: int) -> st.SearchStrategy[list[tuple[str, str]]]:
    """A list of names with values of about the right kind."""
    catalog = load(major, citus=None)

    def labels(name: str) -> st.SearchStrategy[tuple[str, str]]:
        known = [*catalog[name].enumvals, *catalog[name].hidden_enumvals]
        spelled = st.sampled_from(known).flatmap(
            lambda label: st.sampled_from([label, label.upper(), f" {label}", label[:-1], label + "s"])
        )
        return st.tuples(st.just(name), st.one_of(spelled, words))

    numbers = st.sampled_from(names(major, "integer", "real"))
    near = numbers.flatmap(
        lambda name: st.tuples(
            st.just(name), st.sampled_from([catalog[name].min_val, catalog[name].max_val])
        ).flatmap(
            lambda pair: st.integers(-2, 2).map(lambda step: (pair[0], f"{float(pair[1]) + step:.17g}"))
        )
    )
    pair = st.one_of(
        st.tuples(numbers, amounts),
        near,
        st.tuples(st.sampled_from(names(major, "bool")), words),
        st.sampled_from(names(major, "enum")).flatmap(labels),
    )
    return st.lists(pair, min_size=150, max_size=150, unique=True)


def test_made_up_values(server: Server) -> None:
    @settings(
        max_examples=2,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(pairs_of(server.major))
    def check(pairs: list[tuple[str, str]]) -> None:
        assert differences(server, pairs) == []

    check()
