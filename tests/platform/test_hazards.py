from __future__ import annotations

import pytest

from pgcfglint.catalog import load
from pgcfglint.model import DYNAMIC, LOCAL, Setting
from pgcfglint.platform.hazards import KINDS, hazards
from pgcfglint.platform.tables import table
from tests.platform.build import PLACE, effects


def found(parameters: dict[str, object], **options: object) -> list[tuple[str, str, bool]]:
    return [(one.name, one.kind, one.sure) for one in hazards(effects(parameters, **options))]  # type: ignore[arg-type]


def hba(*lines: str, layer: str = DYNAMIC) -> list[Setting]:
    return [
        Setting("pg_hba", line, PLACE.replace(keys=("pg_hba", str(number))), layer)
        for number, line in enumerate(lines)
    ]


def test_a_healthy_configuration_has_none() -> None:
    parameters = {
        "shared_buffers": "1GB",
        "max_connections": 200,
        "shared_preload_libraries": "citus, pg_stat_statements,$libdir/auto_explain.so",
        "wal_level": "logical",
        "min_wal_size": "1GB",
        "ssl": "on",
        "ssl_min_protocol_version": "TLSv1.2",
    }
    lines = hba(
        "local all all trust", "hostssl all all 0.0.0.0/0 scram-sha-256", "host a b 10.0.0.0 255.0.0.0 md5"
    )
    for options in ({}, {"citus": True}, {"patroni": None}):
        assert found(parameters, hba=lines, **options) == []


def test_citus_needs_to_be_first_without_patronis_section() -> None:
    late = {"shared_preload_libraries": "pg_stat_statements,citus"}
    assert found(late) == [("library-order", "brick", True)]
    assert found(late, citus=True) == []
    assert found({"shared_preload_libraries": "pg_cron,citus"}) == []


@pytest.mark.parametrize(
    ("value", "sure"),
    [
        ("nosuchlib", False),
        ("pg_partman", True),
        ("pg_stat_statements auto_explain", True),
        ("postgis", True),
    ],
)
def test_libraries(value: str, sure: bool) -> None:
    assert found({"shared_preload_libraries": value}) == [("library-unknown", "brick", sure)]
    assert found({"session_preload_libraries": value}) == [("library-unknown", "lock-out", sure)]


def test_a_list_of_libraries_stops_patroni_with_citus() -> None:
    # Patroni writes the list's Python text; each part of it is no library's name.
    assert found({"shared_preload_libraries": ["citus"]}) == [("library-unknown", "brick", True)]
    assert found({"shared_preload_libraries": ["citus"]}, citus=True) == [("value-refused", "patroni", True)]


def test_huge_pages_in_the_limits_cure() -> None:
    assert found({"huge_pages": "on"}) == [("huge-pages-required", "brick", False)]
    assert found({"huge_pages": "on"}, pod={"limits.hugepages": "2Gi"}) == []


def test_settings_are_those_behind_it() -> None:
    (one,) = hazards(effects({"max_connections": 30, "superuser_reserved_connections": 30}))
    assert {setting.name for setting in one.settings} == {"max_connections", "superuser_reserved_connections"}
    assert "30" in one.message


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (("host all all 10.0.0.0/8 nosuchmethod",), ["hba-line-broken"]),
        (("host all all 10.0.0.0/33 md5",), ["hba-line-broken"]),
        (("host all all 10.0.0.0/8 ldap",), ["hba-line-broken"]),
        (("hots all all 10.0.0.0/8 md5",), ["hba-line-broken"]),
        (("host all all",), ["hba-line-broken"]),
        (("local all all reject", "host all all all reject"), ["hba-rejects-everybody"]),
        (("# only a comment", "local all all peer"), []),
        (('host "my db",other +admins samenet ldap ldapserver=x',), []),
        (("host replication repl ::1/128 cert clientcert=verify-full",), []),
    ],
)
def test_lines_of_pg_hba(lines: tuple[str, ...], names: list[str]) -> None:
    assert [name for name, _, _ in found({}, hba=hba(*lines))] == names


def test_local_lines_hide_those_of_the_dcs() -> None:
    lines = [*hba("local all all reject"), *hba("local all all peer", layer=LOCAL)]
    assert found({}, hba=lines) == []


def test_empty_recovery_targets_are_none() -> None:
    names = ("recovery_target", "recovery_target_lsn", "recovery_target_name", "recovery_target_xid")
    assert found(dict.fromkeys(names, ""), patroni=None) == []
    assert found({"recovery_target": "immediate", "recovery_target_name": "a"}, patroni=None)


def test_the_data_is_sound() -> None:
    names = {name.lower() for major in range(13, 19) for name in load(major)}
    for rule in table("hazards")["hazards"]:
        assert rule["kind"] in KINDS
        # YAML 1.1 makes a boolean of a key such as `on`.
        assert all(isinstance(key, str) for key in rule)
        used = [*rule.get("each", ()), *rule.get("all", ()), *rule.get("sum", ()), *rule.get("written", ())]
        used += [name for part in rule.get("product", ()) for name in part]
        assert {name.lower() for name in used} <= names
    for name in (
        *table("patroni")["dcs_only"],
        *table("postgresql")["auto"],
        *table("extensions")["checked"],
    ):
        assert name in names
