from __future__ import annotations

import copy
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgcfglint import catalog
from pgcfglint.catalog import KINDS, MAJORS, ValueProblem, facts, facts_table, load, tables

NUMBERS = [
    load(major)[name]
    for major in (13, 18)
    for name in load(major)
    if load(major)[name].vartype in ("integer", "real") and load(major)[name].context != "internal"
]


def problem(name: str, value: str, major: int = 18) -> ValueProblem:
    with pytest.raises(ValueProblem) as raised:
        load(major)[name].read(value)
    return raised.value


def test_the_generated_facts_are_up_to_date() -> None:
    assert Path(facts_table.__file__).read_text(encoding="utf-8") == facts.generate(facts.read())


def test_facts_are_about_names_that_exist() -> None:
    names = {name.lower() for major in MAJORS for name in load(major)}
    assert set(facts_table.PARAMETERS) <= names


def test_special_values_are_within_the_range() -> None:
    for parameter in NUMBERS:
        for value in parameter.special:
            assert parameter.read(str(value)).number == value


@pytest.mark.parametrize("major", MAJORS)
def test_every_default_is_a_valid_value(major: int) -> None:
    for name, parameter in load(major).items():
        if parameter.boot_val is None or parameter.context == "internal":
            continue
        for value in filter(None, (parameter.boot_val, parameter.initdb)):
            assert parameter.read(value).setting or value == "", name


@given(st.sampled_from(NUMBERS), st.data())
def test_show_and_read_are_inverse(parameter: catalog.Parameter, data: st.DataObject) -> None:
    low = max(parameter.minimum or 0, -(2**31))
    high = min(parameter.maximum if parameter.maximum is not None else 2**31 - 1, 2**31 - 1)
    number = data.draw(st.integers(int(low), int(high)))
    try:
        value = parameter.read(str(number))
    except ValueProblem:
        return
    assert parameter.read(parameter.show(value.setting)).setting == value.setting
    assert parameter.read(value.setting).setting == value.setting


@given(st.sampled_from(NUMBERS), st.text(max_size=12))
def test_any_text_is_read_or_explained(parameter: catalog.Parameter, text: str) -> None:
    found = None
    try:
        parameter.read(text)
    except ValueProblem as raised:
        found = raised
    assert found is None or (found.kind in KINDS and found.message)


def test_names_in_any_case_and_old_names() -> None:
    assert load(16)["Work_Mem"] is load(16)["work_mem"]
    assert load(16)["SORT_MEM"].name == "work_mem"
    assert load(18)["ssl_ecdh_curve"].name == "ssl_groups"
    assert load(17)["ssl_ecdh_curve"].name == "ssl_ecdh_curve"
    assert "datestyle" in load(13)
    with pytest.raises(KeyError):
        load(16)["no_such_parameter"]
    with pytest.raises(KeyError):
        load(16)["citus.no_such_parameter"]
    with pytest.raises(ValueError, match="PostgreSQL 9 is not known"):
        load(9)


def test_what_differs_between_majors() -> None:
    assert load(17)["autovacuum_max_workers"].context == "postmaster"
    assert load(18)["autovacuum_max_workers"].context == "sighup"
    assert load(13)["restore_command"].context == "postmaster"
    assert load(14)["restore_command"].context == "sighup"
    assert load(14)["wal_compression"].vartype == "bool"
    assert load(15)["wal_compression"].vartype == "enum"
    assert "lz4" in load(16)["wal_compression"].enumvals
    assert load(18)["autovacuum_worker_slots"].initdb == "16"


def test_extensions() -> None:
    assert load(16).module_of("citus.max_shared_pool_size") == "citus"
    assert load(16).module_of("work_mem") == ""
    assert "citus.max_shared_pool_size" not in load(16, citus=None)
    assert "passwordcheck.min_password_length" not in load(17)
    assert "passwordcheck.min_password_length" in load(18)
    assert load(15)["auto_explain.log_level"].read("debug").setting == "debug2"
    assert load(16)["pg_partman_bgw.interval"].dimension == "count"


def test_dimensions_and_amounts() -> None:
    parameters = load(16)
    assert (parameters["shared_buffers"].dimension, parameters["shared_buffers"].factor) == ("bytes", 8192)
    assert parameters["shared_buffers"].read("128MB") == catalog.Value("16384", 16384, 128 * 2**20)
    assert parameters["checkpoint_timeout"].factor == 1000
    assert parameters["checkpoint_timeout"].read("15min").amount == 900_000
    assert parameters["log_min_duration_statement"].factor == 1
    assert parameters["max_connections"].dimension == "count"
    assert parameters["jit"].read("on") == catalog.Value("on", None, True)
    assert parameters["wal_level"].read("hot_standby") == catalog.Value("replica", None, "replica")


def test_marks() -> None:
    parameters = load(16)
    assert parameters["wal_buffers"].special == {-1: "auto"}
    assert parameters["autovacuum_work_mem"].special == {-1: "inherits:maintenance_work_mem"}
    assert parameters["shared_preload_libraries"].is_list
    assert parameters["primary_conninfo"].secret
    assert parameters["archive_command"].secret
    assert sum(parameter.standby_sensitive for parameter in parameters.values()) == 5
    assert parameters["max_connections"].initdb == "100"
    assert parameters["log_file_mode"].show("384") == "0600"


@pytest.mark.parametrize(
    ("name", "value", "kind", "hint"),
    [
        ("shared_buffers", "2Gi", "kubernetes-unit", "2GB"),
        ("shared_buffers", "1536Mi", "kubernetes-unit", "1536MB"),
        ("work_mem", "64mb", "unit-case", "64MB"),
        ("work_mem", "64M", "unit-case", "64MB"),
        ("work_mem", "64KB", "unit-case", "64kB"),
        ("checkpoint_timeout", "15m", "unit-case", "15min"),
        ("checkpoint_timeout", "30sec", "unit-case", "30s"),
        ("wal_level", "true", "yaml-boolean", ""),
        ("wal_level", "logial", "enum", "logical"),
        ("max_connections", "1,000", "syntax", "1000"),
        ("max_connections", "100MB", "syntax", ""),
        ("random_page_cost", "1,1", "syntax", "1.1"),
        ("autovacuum", "enabled", "syntax", "on"),
        ("autovacuum_naptime", "0", "range", "1s"),
        ("checkpoint_completion_target", "1.5", "range", "1"),
        ("log_min_duration_statement", "-1s", "range", "-1"),
        ("vacuum_buffer_usage_limit", "64kB", "range", ""),
        ("block_size", "8192", "range", ""),
        ("TimeZone", "Asia/Tokio", "enum", "Asia/Tokyo"),
        ("primary_slot_name", "Slot-1", "syntax", "slot_1"),
    ],
)
def test_problems(name: str, value: str, kind: str, hint: str) -> None:
    found = problem(name, value)
    assert (found.kind, found.hint) == (kind, hint), found
    if hint:
        load(18)[name].read(hint)


def test_problems_and_catalogues_travel() -> None:
    found = problem("shared_buffers", "2Gi")
    again = copy.copy(found)
    assert (again.kind, again.message, again.hint) == (found.kind, found.message, found.hint)
    assert copy.copy(load(16)) is load(16)


@pytest.mark.parametrize(
    ("major", "name", "kind", "hint"),
    [
        (16, "max_conections", "unknown", "max_connections"),
        (16, "wal_keep_segments", "removed", "wal_keep_size"),
        (18, "force_parallel_mode", "removed", "debug_parallel_query"),
        (16, "old_snapshot_threshold", None, None),
        (17, "old_snapshot_threshold", "removed", ""),
        (17, "io_method", "too-new", ""),
        (18, "io_min_workers", "too-new", ""),
        (16, "citus.max_shard_pool_size", "unknown", "citus.max_shared_pool_size"),
        (16, "pgaudit.logg", "unknown", "pgaudit.log"),
        (16, "pgaudit.something_newer", None, None),
        (16, "mycompany.flag", None, None),
        (16, "a.b.c", "unknown", ""),
        *((major, "composite_type_mismatch", None, None) for major in range(14, 19)),
        *((major, "output_plugin_libraries", None, None) for major in range(14, 19)),
    ],
)
def test_names(major: int, name: str, kind: str | None, hint: str | None) -> None:
    found = load(major).name_problem(name)
    assert (found and found.kind, found and found.hint) == (kind, hint)


def test_importing_the_catalogue_loads_nothing_heavy() -> None:
    heavy = (
        "yaml",
        "pint",
        "jsonschema",
        "json",
        "dataclasses",
        "pathlib",
        "difflib",
        "fractions",
        "subprocess",
    )
    code = "import sys; from pgcfglint.catalog import load; load(16)['work_mem'].read('64MB'); "
    code += f"print([name for name in {heavy!r} if name in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )


def test_tables_are_sorted_and_whole() -> None:
    for major in MAJORS:
        rows = tables.core_rows(major)
        assert all(len(row) == len(tables.COLUMNS) for row in rows)
        assert [row[0].lower() for row in rows] == sorted({row[0].lower() for row in rows})
    for rows in tables.extension_rows().values():
        assert all(len(row) == len(tables.EXTENSION_COLUMNS) for row in rows)
