"""`Parameter.read` against real servers: the same values accepted, the same settings made of them.

By default a sample of the recorded cases (asked again, so that the recording is checked as well) and of
made-up values (adversarial.py); PGCFGLINT_ORACLE_SWEEP=1 asks all of them, some minutes a major.
"""

from __future__ import annotations

import gzip
import json
import os
import random
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import adversarial
import pytest

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
        if setting != _decoded(answer.setting):
            found.append(f"{name} = {value!r}: server {said(answer)}, catalogue {setting!r}")
    return found


def _decoded(setting: str | None) -> str | None:
    """A long identifier may be cut within a character: the catalogue shows it as a decoder would."""
    return (
        setting if setting is None else setting.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    )


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


ENVIRONMENT = {
    # Files, folders, locales and build options of the machine.
    "config_file", "data_directory", "hba_file", "ident_file",
    "lc_messages", "lc_monetary", "lc_numeric", "lc_time",
    "max_stack_depth",
}  # fmt: skip


def made_up(major: int) -> list[tuple[str, str]]:
    """Adversarial values of every parameter that the server lets a file set: a few of each in a plain run,
    more with PGCFGLINT_ORACLE_SWEEP=1; PGCFGLINT_ORACLE_SEED makes up others."""
    sweep = os.environ.get("PGCFGLINT_ORACLE_SWEEP") == "1"
    seed = os.environ.get("PGCFGLINT_ORACLE_SEED", "0")
    pairs = []
    for name, parameter in load(major, citus=None).items():
        asked = parameter.context != "internal" and not parameter.module and not parameter.minor
        if asked and name not in ENVIRONMENT and name != DEFERRED:
            pick = random.Random(f"{seed} {major} {name}")
            few = 3 if "validator" in parameter.facts else 1
            pairs += [(name, text) for text in adversarial.values(parameter, pick, 12 if sweep else few)]
    return pairs if sweep else random.Random(seed).sample(pairs, min(len(pairs), 1200))


def test_made_up_values(server: Server) -> None:
    builds = {
        (name, label)
        for name, parameter in load(server.major, citus=None).items()
        for label in BUILD_LABELS
        if label in parameter.enumvals
    }
    pairs = [pair for pair in made_up(server.major) if (pair[0], pair[1].lower()) not in builds]
    assert len(pairs) > 800
    assert differences(server, pairs) == []


BUILD_LABELS = {"lz4", "zstd", "io_uring"}
"""Labels that this build does not have."""
