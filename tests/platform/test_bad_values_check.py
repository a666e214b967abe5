"""The same recorded edits as in test_bad_values.py, asked as a user asks: a dump on the command line.

A dump does not show the local configuration, so what a local patroni.yml changed in the lab is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from pgcfglint import lint
from pgcfglint.config import Config
from tests.platform.test_bad_values import CASES, UNKNOWABLE

if TYPE_CHECKING:
    from pgcfglint.model import Finding

CANNOT_KNOW = {
    *UNKNOWABLE,
    # whether the node has huge pages: a dump does not show it
    "huge_pages: on",
    "huge_pages: yes",
    "huge_pages: True",
}
LOCAL = ("not taken: the local patroni.yml",)
"""Fates that come from the lab's own patroni.yml."""
SEEN_LOCALLY = {"pg_hba as one string", "pg_hba locks everyone out"}
"""Local lines of pg_hba won over these."""
POLICY = {
    # The server takes them; the rules advise against them.
    "archive-on-without-command", "corruption-hiding-gucs", "default-read-only-global", "fsync-off",
    "full-page-writes-off", "patroni-timing-rule", "preload-list-malformed",
}  # fmt: skip
DEFAULT_AS_WRITTEN = {"lc_collate: C", "ssl_renegotiation_limit: 0"}
WORSE_THAN_RECORDED = {
    # Accepted, and then: an extension runs its default, Patroni loses its settings.
    "client_encoding: SQL_ASCII",
    "pg_partman_bgw.interval: 0",
    "pg_stat_statements.max: abc, library loaded",
    "pg_stat_statements.nosuch: 1, library loaded",
    "pg_stat_statements.track: every, library loaded",
}


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Finding]]:
    """The findings of every case: one run over all dumps, because reading the rules takes longest."""
    folder = tmp_path_factory.mktemp("dumps")
    names = {}
    for index, (name, case) in enumerate(CASES.items()):
        patch = case["patch"]
        document = {"loop_wait": 1, "ttl": 20, "retry_timeout": 3, **patch}
        document["postgresql"] = {"use_pg_rewind": True, **(patch.get("postgresql") or {})}
        dump = folder / f"{index}.yaml"
        dump.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
        names[str(dump)] = name
    report = lint(list(names), config=Config(targets={"postgresql": "15", "patroni": "4.1"}))
    found: dict[str, list[Finding]] = {name: [] for name in CASES}
    for finding in report.findings:
        found[names[finding.location.path]].append(finding)
    return found


def parameters(name: str) -> set[str]:
    return {key.lower() for key in (CASES[name]["patch"].get("postgresql") or {}).get("parameters") or {}}


def cases(*fates: str) -> list[str]:
    return [name for name, case in CASES.items() if case["fate"].startswith(fates)]


@pytest.mark.parametrize("name", cases("BRICK", "the restart FAILS", "LOCK-OUT"))
def test_what_stops_the_server_is_an_error(name: str, findings: dict[str, list[Finding]]) -> None:
    found = findings[name]
    guessed = {"preload-library-not-in-image"}  # a library that nobody knows may be in the image
    named = [one for one in found if one.severity == "error" or one.rule in guessed]
    assert bool(named) is (name not in CANNOT_KNOW)


@pytest.mark.parametrize("name", cases("dropped", "clamped", "not taken", "never"))
def test_what_patroni_changes_is_named_with_what_runs(name: str, findings: dict[str, list[Finding]]) -> None:
    if CASES[name]["fate"].startswith(LOCAL):
        pytest.skip("the dump does not show the local configuration")
    found = {(one.parameter or "").lower(): one for one in findings[name]}
    for parameter in parameters(name):
        assert parameter in found
        if "*" not in (found[parameter].value or ""):  # a secret is masked
            effective = found[parameter].effective
            assert effective != found[parameter].value or name in DEFAULT_AS_WRITTEN


@pytest.mark.parametrize("name", cases("accepted", "no change"))
def test_what_is_fine_is_no_error(name: str, findings: dict[str, list[Finding]]) -> None:
    if "drops the connection" in CASES[name]["fate"]:
        assert "stops-the-server" in [one.rule for one in findings[name]]
        return
    errors: list[Any] = [one for one in findings[name] if one.severity == "error"]
    if name in WORSE_THAN_RECORDED | SEEN_LOCALLY:
        assert errors != []
    else:
        assert [one for one in errors if one.rule not in POLICY] == []
