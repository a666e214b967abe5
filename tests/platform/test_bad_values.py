"""Good and bad values, one at a time in the DCS of a real Patroni 4.1.5 with PostgreSQL 15.20.

Each recorded fate against what pgcfglint says about the same edit.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pgcfglint.model import DYNAMIC, LOCAL, Setting
from pgcfglint.platform import describe
from pgcfglint.platform.hazards import hazards
from tests.platform.build import PLACE, effects, kind_and_text

if TYPE_CHECKING:
    from typing import Any

    from pgcfglint.platform import Effects

DATA = Path(__file__).parent.parent / "data" / "patroni" / "bad-values.json.gz"

UNKNOWABLE = {
    "logging_collector: on + log_directory: /nonexistent/dir": "whether a folder is there",
    "ssl: on, ssl_ciphers: BOGUS [certificate there]": "what the TLS library makes of a cipher string",
    "ssl: on, ssl_key_file: nosuch.key [certificate there]": "whether a file is there",
}
"""What stops the server for a reason that no file shows."""

NOT_OURS = {
    "parameters: list": "a shape that the reader of the file reports: there is no parameter to judge",
}


def cases() -> dict[str, Any]:
    with gzip.open(DATA, "rt", encoding="utf-8") as stream:
        found: dict[str, Any] = json.load(stream)
    return {name: case for name, case in found.items() if name not in NOT_OURS}


CASES = cases()


def lines(value: Any, layer: str) -> list[Setting]:
    """pg_hba as the reader of a file delivers it."""
    if isinstance(value, str):
        return [Setting("pg_hba", value, PLACE.replace(keys=("postgresql", "pg_hba")), layer)]
    found = []
    for index, line in enumerate(value or ()):
        kind, text = kind_and_text(line)
        place = PLACE.replace(keys=("postgresql", "pg_hba", str(index)))
        found.append(Setting("pg_hba", text, place, layer, kind=kind))
    return found


def judged(name: str) -> Effects:
    """The lab's cluster after the case's edit."""
    patch = CASES[name]["patch"]
    section = patch.get("postgresql") or {}
    hba = lines(section.get("pg_hba"), DYNAMIC)
    if "[hba from the DCS]" not in name:
        # The lab's own patroni.yml had one, and local lines win.
        hba += lines(["local all all trust", "host all all 127.0.0.1/32 trust"], LOCAL)
    keys = {f"patroni.{key}": value for key, value in patch.items() if not isinstance(value, (dict, list))}
    parameters = section.get("parameters") or {}
    return effects(
        {**keys, **parameters}, local={"unix_socket_directories": "/tmp"}, pg=15, scope="lab", hba=hba
    )


def case_names(*fates: str) -> list[str]:
    return [name for name, case in CASES.items() if case["fate"].startswith(fates)]


def written(name: str, found: Effects) -> list[str]:
    return list((CASES[name]["patch"].get("postgresql") or {}).get("parameters") or {})


@pytest.mark.parametrize("name", case_names("dropped by Patroni", "never written"))
def test_what_patroni_drops_is_named_with_what_runs(name: str) -> None:
    found = judged(name)
    for parameter in written(name, found):
        effective = found.of(parameter)
        assert effective.fate == "dropped"
        catalogued = found.catalog.get(parameter)
        if catalogued is not None:
            default = effects({}, pg=15).of(parameter)
            assert effective.text == default.text
        sentence = describe(effective)
        assert "Patroni" in sentence or "PostgreSQL" in sentence


@pytest.mark.parametrize("name", case_names("clamped by Patroni"))
def test_what_patroni_clamps_is_named_with_what_runs(name: str) -> None:
    found = judged(name)
    (parameter,) = written(name, found)
    effective = found.of(parameter)
    assert effective.fate == "clamped"
    assert effective.value is not None
    line = CASES[name]["postgresql_conf"][parameter]
    in_file = line.split("=", 1)[1].strip().strip("'")
    assert effective.value.setting == found.catalog[parameter].read(in_file).setting
    assert effective.text is not None
    assert effective.text in describe(effective)


@pytest.mark.parametrize("name", case_names("not taken: Patroni falls back"))
def test_what_patroni_replaces_is_named_with_what_runs(name: str) -> None:
    found = judged(name)
    (parameter,) = written(name, found)
    effective = found.of(parameter)
    assert effective.fate in ("defaulted", "owned")
    assert effective.text == effects({}, pg=15, scope="lab").of(parameter).text
    assert "Patroni" in describe(effective)


@pytest.mark.parametrize("name", case_names("not taken: the local patroni.yml", "written, no effect"))
def test_what_has_no_effect_is_named(name: str) -> None:
    found = judged(name)
    for setting in found.group.settings:
        if setting.layer == DYNAMIC:
            assert found.outcome(setting).fate == "ignored"


@pytest.mark.parametrize("name", case_names("BRICK", "the restart FAILS"))
def test_what_stops_the_server_is_named(name: str) -> None:
    kinds = {hazard.kind for hazard in hazards(judged(name))}
    if name in UNKNOWABLE:
        assert kinds == set()
    else:
        assert "brick" in kinds


@pytest.mark.parametrize("name", case_names("LOCK-OUT"))
def test_what_locks_everybody_out_is_named(name: str) -> None:
    assert {hazard.kind for hazard in hazards(judged(name))} == {"lock-out"}


@pytest.mark.parametrize(
    "name", [name for name, case in CASES.items() if "drops the connection" in case["fate"]]
)
def test_what_takes_the_rest_api_away_is_named(name: str) -> None:
    assert {hazard.kind for hazard in hazards(judged(name))} == {"rest-api"}


FINE = [
    name
    for name in case_names("accepted", "no change", "not written to", "in the DCS")
    if "drops the connection" not in CASES[name]["fate"]
]
LATER = {
    # Fine in the table; what happens after it stands in the facts: Patroni loses its own settings.
    "client_encoding: SQL_ASCII": {"patroni"},
}
MANAGED = {
    # Applied in a cluster of one member; with standbys Patroni writes its own list.
    "synchronous_mode + synchronous_standby_names": "owned",
}


@pytest.mark.parametrize("name", FINE)
def test_what_is_fine_raises_nothing(name: str) -> None:
    found = judged(name)
    assert {hazard.kind for hazard in hazards(found)} == LATER.get(name, set())
    for parameter in written(name, found):
        if "." not in parameter:
            assert found.of(parameter).fate == MANAGED.get(name, "runs")


def test_all_cases_are_asked() -> None:
    groups = ("dropped", "never", "clamped", "not taken", "written", "BRICK", "the restart", "LOCK-OUT")
    asked = {*case_names(*groups), *FINE} | {
        n for n, c in CASES.items() if "drops the connection" in c["fate"]
    }
    assert asked == set(CASES)


def test_a_key_that_is_no_integer_discards_the_whole_configuration() -> None:
    # facts: `ttl: abc` is an exception in every Patroni from 2.1.7 to 4.1.5.
    found = effects({"patroni.ttl": "abc", "work_mem": "8MB"})
    assert [hazard.kind for hazard in hazards(found)] == ["discarded"]
    assert "whole dynamic configuration" in describe(found.of("patroni.ttl"))
