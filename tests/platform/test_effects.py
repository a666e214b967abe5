from __future__ import annotations

import math
import sys
from subprocess import run

import pytest

from pgcfglint.model import BOOTSTRAP, DATABASE, LIVE
from pgcfglint.platform import amount, apply_of, describe, order_of, timing
from pgcfglint.platform.effects import Effects
from tests.platform.build import PLACE, effects, settings


def test_kubernetes_units_are_dropped_and_the_default_named() -> None:
    found = effects({"shared_buffers": "2Gi"}).of("shared_buffers")
    assert (found.fate, found.text, found.origin) == ("dropped", "128MB", "initdb")
    assert describe(found) == "2Gi is no PostgreSQL value; Patroni drops it and PostgreSQL runs with 128MB"


def test_a_plain_server_refuses_what_patroni_drops() -> None:
    found = effects({"shared_buffers": "2Gi"}, patroni=None).of("shared_buffers")
    assert (found.fate, found.text, found.value) == ("refused", None, None)
    assert "does not start" in describe(found)


def test_a_value_runs_as_written_in_the_spelling_of_show() -> None:
    found = effects({"Work_Mem": 65536}).of("work_mem")
    assert (found.name, found.text, found.fate, found.origin) == ("work_mem", "64MB", "runs", "written")
    assert describe(found) == "work_mem runs with 64MB"


def test_out_of_range_is_clamped() -> None:
    found = effects({"work_mem": 32}).of("work_mem")
    assert (found.fate, found.text) == ("clamped", "64kB")


def test_words_that_only_postgresql_knows_are_dropped() -> None:
    found = effects({"autovacuum": "t"}).of("autovacuum")
    assert (found.fate, found.text) == ("dropped", "on")
    assert "PostgreSQL would take t" in describe(found)


@pytest.mark.parametrize(
    ("name", "value", "runs"),
    [
        ("max_connections", 24, "100"),
        ("max_wal_senders", 2, "10"),
        ("max_worker_processes", 1, "8"),
        ("max_replication_slots", 3, "10"),
        ("max_locks_per_transaction", 31, "64"),
        ("max_prepared_transactions", -1, "0"),
        ("wal_keep_size", "15MB", "128MB"),
        ("wal_keep_size", "2G", "128MB"),
        ("wal_level", "minimal", "replica"),
        ("track_commit_timestamp", "maybe", "off"),
        ("hot_standby", False, "on"),
    ],
)
def test_below_its_floor_patroni_takes_its_own_default(name: str, value: object, runs: str) -> None:
    found = effects({name: value}).of(name)
    assert (found.fate, found.text, found.origin) == ("defaulted", runs, "patroni")


@pytest.mark.parametrize(("version", "quiet"), [("2.1.7", True), ("3.0", True), ("3.1", False), ("4", False)])
def test_old_releases_replace_values_without_a_word(version: str, quiet: bool) -> None:
    reason = effects({"max_connections": 10}, patroni=version).of("max_connections").reason
    assert reason.endswith("without a word in its log") is quiet


@pytest.mark.parametrize(
    ("version", "value", "fate", "runs"),
    [
        ("3.0.4", "on", "defaulted", "on"),
        ("3.3", "off", "defaulted", "on"),
        ("3.3", "on", "runs", "on"),
        ("4.0", "off", "runs", "off"),
        ("4", "off", "runs", "off"),
    ],
)
def test_wal_log_hints_may_be_set_since_four(version: str, value: str, fate: str, runs: str) -> None:
    found = effects({"wal_log_hints": value}, patroni=version).of("wal_log_hints")
    assert (found.fate, found.text) == (fate, runs)


def test_too_high_on_the_command_line_is_refused() -> None:
    assert effects({"max_connections": 999999999}).of("max_connections").fate == "refused"
    # wal_keep_size goes through the file, where it is clamped.
    assert effects({"wal_keep_size": "3000TB"}).of("wal_keep_size").fate == "clamped"


def test_local_configuration_wins_except_for_what_is_patronis() -> None:
    found = effects(
        {"work_mem": "8MB", "max_connections": 300}, local={"work_mem": "16MB", "max_connections": 500}
    )
    assert found.of("work_mem").text == "16MB"
    assert [setting.text for setting in found.of("work_mem").shadowed] == ["8MB"]
    assert found.of("max_connections").text == "300"
    dynamic, local = found.of("work_mem").shadowed[0], found.settings("max_connections")[0]
    assert found.outcome(dynamic).fate == "ignored"
    assert found.outcome(local).fate == "ignored"
    assert "dynamic configuration alone" in found.outcome(local).reason


def test_a_local_value_of_patronis_own_parameter_is_ignored() -> None:
    found = effects(local={"max_connections": 500}).of("max_connections")
    assert (found.fate, found.text, found.origin) == ("ignored", "100", "patroni")
    assert found.written == "500"


def test_the_dcs_beats_bootstrap_and_the_last_of_a_layer_wins() -> None:
    found = effects({"work_mem": "8MB"}, layer=BOOTSTRAP)
    later = [*found.group.settings, *settings({"work_mem": "9MB"}, BOOTSTRAP)]
    again = Effects(found.cluster, found.group.replace(settings=tuple(later)), found.catalog)
    assert again.of("work_mem").text == "9MB"
    dcs = [*settings({"work_mem": "7MB"}, LIVE), *later]
    assert Effects(found.cluster, found.group.replace(settings=tuple(dcs)), found.catalog).of(
        "work_mem"
    ).text == "7MB"  # fmt: skip


def test_a_database_setting_is_nobodys_server_setting() -> None:
    assert effects({"work_mem": "8MB"}, layer=DATABASE).of("work_mem").text == "4MB"


def test_null_is_no_value() -> None:
    assert effects({"work_mem": None}).of("work_mem").setting is None


@pytest.mark.parametrize("name", ["listen_addresses", "port", "cluster_name"])
def test_what_patroni_sets_from_elsewhere_is_owned(name: str) -> None:
    found = effects({name: "1"}).of(name)
    assert (found.fate, found.origin) == ("owned", "unknown")
    assert effects({}, scope="demo").of("cluster_name").text == "demo"


def test_recovery_parameters_are_never_written() -> None:
    found = effects({"restore_command": "cp"}).of("restore_command")
    assert found.fate == "dropped"
    assert "recovery_conf" in found.reason


def test_names() -> None:
    found = effects({"wrok_mem": 1, "mycompany.x": 1, "a.b.c": 1, "sort_mem": "8MB", "shared_buffers": 1})
    assert found.of("wrok_mem").fate == "dropped"
    assert found.of("mycompany.x").fate == "runs"
    assert found.of("a.b.c").fate == "refused"
    assert (found.of("sort_mem").fate, found.of("sort_mem").text) == ("dropped", "4MB")
    assert {"wrok_mem", "mycompany.x", "sort_mem", "max_connections"} <= set(found.names())
    plain = effects({"sort_mem": "8MB", "wrok_mem": 1}, patroni=None)
    assert plain.of("work_mem").text == "8MB"
    assert plain.of("wrok_mem").fate == "refused"


def test_wal_keep_segments_becomes_wal_keep_size() -> None:
    found = effects({"wal_keep_segments": 20})
    assert found.of("wal_keep_size").text == "320MB"
    assert found.of("wal_keep_segments").fate == "translated"
    assert effects({"wal_keep_segments": 20, "wal_keep_size": "1GB"}).of("wal_keep_size").text == "1GB"


def test_citus_adjusts() -> None:
    found = effects(
        {
            "wal_level": "replica",
            "shared_preload_libraries": "pg_stat_statements,citus",
            "max_connections": 300,
        },
        citus=True,
    )
    assert (found.of("wal_level").text, found.of("wal_level").fate) == ("logical", "forced")
    assert found.of("shared_preload_libraries").text == "citus,pg_stat_statements"
    assert (found.of("max_prepared_transactions").text, found.of("max_prepared_transactions").origin) == (
        "600",
        "citus",
    )
    assert (
        effects({"max_prepared_transactions": 0}, citus=True).of("max_prepared_transactions").fate == "forced"
    )
    assert effects({"max_prepared_transactions": 50}, citus=True).of("max_prepared_transactions").text == "50"
    assert effects({}, citus=True).of("shared_preload_libraries").text == "citus"
    assert effects({"citus.local_hostname": "x"}, citus=True).of("citus.local_hostname").fate == "owned"
    assert effects({"wal_level": "logical"}, citus=True).of("wal_level").fate == "runs"


def test_citus_without_patroni() -> None:
    plain = effects({"max_connections": 300}, citus=True, patroni=None)
    assert plain.of("max_prepared_transactions").text == "600"
    assert plain.of("wal_level").text == "replica"
    zero = effects({"max_prepared_transactions": 0}, citus=True, patroni=None)
    assert zero.of("max_prepared_transactions").text == "0"


def test_what_the_chart_does_not_pass_on_is_unknown() -> None:
    found = effects(
        {"max_wal_size": "4GB", "work_mem": "8MB"}, layer=BOOTSTRAP, reads=frozenset({"work_mem"})
    )
    unread = found.of("max_wal_size")
    assert (unread.fate, unread.origin, unread.text, unread.value) == ("ignored", "unknown", None, None)
    assert found.of("work_mem").text == "8MB"


def test_what_the_chart_supplies_runs_where_nothing_is_written() -> None:
    found = effects(
        {"work_mem": "8MB"}, supplies={"max_connections": "200", "shared_buffers": "16MB", "work_mem": "4MB"}
    )
    assert (found.of("max_connections").text, found.of("max_connections").origin) == ("200", "supplied")
    assert describe(found.of("shared_buffers")) == "shared_buffers runs with 16MB, which the chart supplies"
    assert found.of("work_mem").text == "8MB"
    low = effects({}, supplies={"max_connections": "10"}).of("max_connections")
    assert (low.text, low.setting) == ("100", None)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({}, {}),
        ({"ttl": 20}, {"loop_wait": 1, "retry_timeout": 9}),
        ({"loop_wait": 40}, {"loop_wait": 10}),
        ({"ttl": 5}, {"ttl": 20, "loop_wait": 1, "retry_timeout": 9}),
        ({"ttl": 60, "loop_wait": 0}, {"loop_wait": 1}),
    ],
)
def test_the_timing_rule(written: dict[str, int], expected: dict[str, int]) -> None:
    found = effects({f"patroni.{key}": value for key, value in written.items()})
    assert timing(found) == {"ttl": 30, "loop_wait": 10, "retry_timeout": 10, **written, **expected}
    assert timing(effects({"patroni.ttl": 5}, patroni="3.1")) == {}


def test_keys_of_the_dynamic_configuration() -> None:
    found = effects({"patroni.ttl": 5}, citus=True)
    assert (found.of("patroni.ttl").text, found.of("patroni.ttl").fate) == ("5", "clamped")
    assert found.of("patroni.ttl").reason == "ttl is 5, but Patroni works with 20"
    assert found.of("patroni.retry_timeout").text == "10"
    assert found.of("patroni.synchronous_mode").text == "quorum"
    assert "patroni.ttl" not in found.names()
    # A reader may deliver them with the pod's settings.
    assert effects(pod={"patroni.ttl": 60}).of("patroni.ttl").text == "60"


@pytest.mark.parametrize(
    ("parameters", "name", "bytes_or_count"),
    [
        ({"shared_buffers": "16MB"}, "wal_buffers", 512 * 1024),
        ({"shared_buffers": "128MB"}, "wal_buffers", 4 * 1024**2),
        ({"shared_buffers": "8GB"}, "wal_buffers", 16 * 1024**2),
        ({"wal_buffers": "1MB"}, "wal_buffers", 1024**2),
        ({"maintenance_work_mem": "1GB"}, "autovacuum_work_mem", 1024**3),
        ({}, "temp_file_limit", math.inf),
        ({}, "idle_session_timeout", None),
    ],
)
def test_special_values_as_amounts(
    parameters: dict[str, str], name: str, bytes_or_count: float | None
) -> None:
    found = effects(parameters)
    assert amount(found, name) == bytes_or_count
    if bytes_or_count is None:
        assert found.of(name).resolved == "off"


def test_automatic_buffers_of_17() -> None:
    assert amount(effects({"shared_buffers": "1GB"}, pg=17), "transaction_buffers") == 2 * 1024**2


def test_costs_and_order() -> None:
    found = effects({"max_connections": 200})
    less, more = effects({}), effects({"max_connections": 300})
    parameter = found.catalog["max_connections"]
    one = found.of("max_connections")
    assert apply_of(parameter) == "restart"
    assert order_of(parameter, one, more.of("max_connections")) == "standbys first"
    assert order_of(parameter, one, less.of("max_connections")) == "primary first"
    assert apply_of(effects(pg=17).catalog["autovacuum_max_workers"]) == "restart"
    assert apply_of(effects(pg=18).catalog["autovacuum_max_workers"]) == "reload"
    assert apply_of(None) == "reload"


def test_secrets_stay_secret() -> None:
    found = effects({"ssl_passphrase_command": "echo hush\nhush"}).of("ssl_passphrase_command")
    assert found.fate == "refused"
    assert "hush" not in found.reason


def test_a_check_loads_neither_hazards_nor_slow_modules() -> None:
    script = (
        "import sys; import pgcfglint.platform;"
        "print([m for m in ('pgcfglint.platform.hazards', 'pgcfglint.platform.change', 'yaml', 'difflib',"
        " 'json', 'dataclasses') if m in sys.modules])"
    )
    done = run([sys.executable, "-S", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_places_are_kept() -> None:
    assert effects({"work_mem": "1"}).of("work_mem").setting.location == PLACE  # type: ignore[union-attr]
