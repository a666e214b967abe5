"""Patroni's checks of values as we know them, against the Patroni that is installed."""

from __future__ import annotations

import gzip
import json
import logging
from pathlib import Path

import pytest
from patroni.collections import CaseInsensitiveSet
from patroni.postgresql.validator import transform_postgresql_parameter_value
from patroni.version import __version__ as installed

from pgcfglint.catalog import load
from pgcfglint.platform import generate
from pgcfglint.platform.admission import Admission, read_number
from pgcfglint.platform.tables import table

CASES = Path(__file__).parent.parent / "data" / "cases"

same_release = pytest.mark.skipif(
    installed not in table("patroni-validators"), reason=f"Patroni {installed} is not the one in the table"
)


@same_release
@pytest.mark.parametrize("major", generate.MAJORS)
def test_every_recorded_value_is_judged_as_patroni_does(major: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    catalog = load(major, citus=None)
    described = {row["name"] for row in generate.questions()[major] if row["described"]}
    known = CaseInsensitiveSet(described)
    admission = Admission(table("patroni"), installed, major)
    never = table("patroni")["never_written"]["names"]
    asked, differ = 0, []
    with gzip.open(CASES / f"values-{major}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            name, value = case["name"], case["value"]
            if name not in catalog or name in never or catalog[name].name != name:
                continue
            try:
                reply = transform_postgresql_parameter_value(major * 10000 + 98, name, value, known)
            except OverflowError:
                # An integer written as a number beyond a double (1e309): Patroni's reload fails.
                continue
            asked += 1
            outcome, text = admission.judge(catalog[name], value)
            if reply is None:
                right = outcome == "removed"
            elif reply == value:
                right = outcome == "kept"
            else:
                right = outcome == "clamped" and float(text) == float(reply)
            if not right:
                differ.append((name, value, reply, outcome))
    assert differ == []
    assert asked > 15000


@same_release
def test_the_table_is_what_the_installed_patroni_answers() -> None:
    assert generate.collect(generate.answers()) == table("patroni-validators")[installed]


def test_the_recovery_parameters_are_those_of_patroni() -> None:
    from patroni.postgresql.validator import recovery_parameters

    assert sorted(recovery_parameters) == sorted(table("patroni")["never_written"]["names"])


def test_the_command_line_parameters_are_those_of_patroni() -> None:
    from patroni.postgresql.config import ConfigHandler

    known = {*table("patroni")["dcs_only"], *table("patroni")["translated"]}
    assert known == {name.lower() for name in ConfigHandler.CMDLINE_OPTIONS}


@pytest.mark.parametrize(
    ("version", "name", "major", "known"),
    [
        ("2.1", "transaction_timeout", 17, False),
        ("4.1", "transaction_timeout", 17, True),
        ("3.0.4", "application_name", 16, False),
        ("3.3", "application_name", 16, True),
        ("4", "debug_discard_caches", 14, False),
        ("4.1.5", "data_checksums", 16, False),
    ],
)
def test_releases_know_different_names(version: str, name: str, major: int, known: bool) -> None:
    assert Admission(table("patroni"), version, major).knows(load(major)[name]) is known


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("200", "", 200),
        (" 150 ", "", 150),
        ("0x96", "", 150),
        ("010", "", 8),
        ("1e2", "", 100),
        ("100.7", "", 101),
        ("2G", "MB", None),
        ("2GB", "MB", 2048),
        ("64 MB", "8kB", 8192),
        ("1.5MB", "8kB", 192),
        ("5m", "s", None),
        ("5min", "s", 300),
        ("on", "", None),
        ("", "", None),
    ],
)
def test_numbers_are_read_as_patroni_does(text: str, unit: str, number: float | None) -> None:
    assert read_number(text, unit, whole=True) == number
