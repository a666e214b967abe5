"""The catalogue's tables against pg_settings of running servers: what is generated is what a server says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from pgcfglint.catalog import export, load, tables

if TYPE_CHECKING:
    from servers import Server, Session

pytestmark = pytest.mark.network

SAME = ["vartype", "unit", "context", "category", "short_desc", "extra_desc", "min_val", "max_val"]


def rows_of(session: Session) -> dict[str, dict[str, str]]:
    """pg_settings by name, as the tables spell it."""

    def spelled(value: Any) -> str:
        if isinstance(value, list):
            return "|".join(value)
        return "" if value is None else str(value)

    rows = session.query("SELECT * FROM pg_settings")
    return {row["name"]: {column: spelled(value) for column, value in row.items()} for row in rows}


def core(major: int) -> dict[str, dict[str, str]]:
    return {row[0]: dict(zip(tables.COLUMNS, row)) for row in tables.core_rows(major)}


def extensions(major: int) -> dict[str, dict[str, str]]:
    """The tables' rows of the contrib modules."""
    found = {}
    for row in tables.extension_rows()["contrib"]:
        named = dict(zip(tables.EXTENSION_COLUMNS, row))
        if int(named["since"] or 0) <= major <= int(named["until"] or 99):
            found[named["name"]] = named
    return found


def differences(server: dict[str, str], table: dict[str, str]) -> list[str]:
    found = [
        f"{server['name']}.{column}: server {server[column]!r}, table {table[column]!r}"
        for column in SAME
        if server[column] != table[column]
    ]
    # `build_enumvals` has the labels that only some builds know
    labels = set(server["enumvals"].split("|"))
    listed = set(table["enumvals"].split("|"))
    if not listed <= labels <= listed | set(table["build_enumvals"].split("|")):
        found.append(f"{server['name']}: server {labels}, table {listed}")
    if server["boot_val"] != table["boot_val"].replace("\\N", ""):
        found.append(f"{server['name']}.boot_val: server {server['boot_val']!r}, table {table['boot_val']!r}")
    return found


def test_core_parameters(server: Server) -> None:
    """Every name, type, unit, context, bound, default and text."""
    table = core(server.major)
    with server.run() as session:
        rows = {name: row for name, row in rows_of(session).items() if "." not in name}
        flags = {}
        if server.major >= 15:
            listed = session.query("SELECT name, pg_settings_get_flags(name) AS flags FROM pg_settings")
            flags = {row["name"]: " ".join(row["flags"]) for row in listed if "." not in row["name"]}
    assert rows.keys() - table.keys() == set()
    assert [line for name, row in rows.items() for line in differences(row, table[name])] == []
    assert {name: text for name, text in flags.items() if text != table[name]["flags"]} == {}
    # what pg_settings does not have: hidden parameters, or those of newer minors and other builds
    for name in table.keys() - rows.keys():
        assert table[name]["minor"] or "NO_SHOW_ALL" in table[name]["flags"], name


class Exported:
    """A running server as the exporter asks it."""

    def __init__(self, server: Server, session: Session) -> None:
        self.session = session
        enums = session.query("SELECT name, enumvals FROM pg_settings WHERE vartype = 'enum'")
        pairs = [(row["name"], label) for row in enums for label in {*row["enumvals"], *export.LABELS}]
        self.answers = dict(zip(pairs, server.check_many(pairs)))

    def query(self, sql: str) -> list[list[str]]:
        return [list(map(str, row)) for row in self.session.rows(sql)]

    def reads(self, name: str, value: str) -> str | None:
        return self.answers[name, value].setting


def test_exporter_writes_the_table_again(server: Server) -> None:
    with server.run(written=True) as session:
        exported = export.export(cast("export.Server", Exported(server, session)), server.major)
    table = tables.core_rows(server.major)
    again = export.merge(exported, table)
    assert [row for row in again if row not in table] == []
    assert again == table


def test_parameters_that_pg_settings_hides(server: Server) -> None:
    """They can be asked for by name."""
    for name, row in core(server.major).items():
        if "NO_SHOW_ALL" in row["flags"] and row["context"] != "internal":
            answer = server.check(name, row["boot_val"].replace("\\N", ""))
            assert "unrecognized" not in answer.error, name


def test_values_that_initdb_writes(server: Server) -> None:
    catalog = load(server.major, citus=None)
    written = {name: catalog[name].read(text).setting for name, text in server.initdb_values.items()}
    known = {name.lower(): row["initdb"] for name, row in core(server.major).items() if row["initdb"]}
    local = {"lc_messages", "lc_monetary", "lc_numeric", "lc_time", "log_timezone", "timezone"}
    assert written.keys() - known.keys() <= local
    for name, setting in known.items():
        assert (
            name in local or catalog[name].read(written[name]).setting == catalog[name].read(setting).setting
        )


def test_labels_that_pg_settings_does_not_list(server: Server) -> None:
    """Each is read as the table says."""
    pairs = [
        (name, *item.split("="))
        for name, row in core(server.major).items()
        if row["hidden_enumvals"] and not row["minor"]
        for item in row["hidden_enumvals"].split("|")
    ]
    answers = server.check_many([(name, label) for name, label, _ in pairs])
    assert len(pairs) > 40
    assert [pair for pair, answer in zip(pairs, answers) if answer.setting != pair[2]] == []


def test_contrib_modules(server: Server) -> None:
    """With every module of this build preloaded."""
    table = extensions(server.major)
    folder = server.home / "lib/postgresql"
    modules = sorted({row["module"] for row in table.values() if (folder / f"{row['module']}.so").exists()})
    preload = [module for module in modules if module not in UNLOADABLE]
    assert len(preload) >= 6
    config: dict[str, object] = {"shared_preload_libraries": ", ".join(preload)}
    with server.run(config) as session:
        rows = {name: row for name, row in rows_of(session).items() if "." in name}
    assert rows.keys() - table.keys() == set()
    missing = {name for name in table.keys() - rows.keys() if table[name]["module"] in preload}
    assert {name for name in missing if not table[name]["note"]} == set()
    assert [line for name, row in rows.items() for line in differences(row, table[name])] == []


UNLOADABLE = {"sepgsql", "plperl", "plpython3", "pltcl", "basebackup_to_shell"}
"""Need what the machine of a test does not have."""
