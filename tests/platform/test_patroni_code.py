"""The plan of two dumps, against what the installed Patroni's own code makes of them.

Any parameter of a major, in any context, with made-up values of any YAML type: Patroni's functions say what
reaches postgresql.conf, the catalogue what PostgreSQL reads there, pg_settings.context what a change costs.
"""

from __future__ import annotations

import logging
import random
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from patroni.collections import CaseInsensitiveDict, CaseInsensitiveSet
from patroni.config import Config
from patroni.postgresql.config import ConfigHandler
from patroni.postgresql.mpp.citus import CitusHandler
from patroni.postgresql.validator import transform_postgresql_parameter_value
from patroni.version import __version__ as installed

from pgcfglint.catalog import ValueProblem, load
from pgcfglint.platform import generate
from pgcfglint.platform.change import changes
from pgcfglint.platform.cost import APPLY_BY_CONTEXT
from pgcfglint.platform.tables import table
from tests.platform.build import effects

sys.path.insert(0, str(Path(__file__).parents[1] / "oracle"))

import adversarial

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pgcfglint.catalog import Catalog

pytestmark = pytest.mark.skipif(
    installed not in table("patroni-validators"), reason=f"Patroni {installed} is not the one in the table"
)

ROUNDS = 3
TYPED = [
    True, False, 0, 1, -1, 100, "100", 1.5, 10**6, 10**12, [1], {"a": 1}, "on", "off", "0x10", "1GB", "10min",
]  # fmt: skip
ELSEWHERE = {
    "listen_addresses", "port", "cluster_name", "citus.local_hostname",
    "config_file", "data_directory", "hba_file", "ident_file",
}  # fmt: skip
"""Patroni takes them from its own configuration or joins them with a folder; they have no default."""

State = dict[str, tuple[str, str | None]]
"""By name in lower case: runs, dropped or refused, and the setting as pg_settings would show it."""


_CITUS = SimpleNamespace(_postgresql=SimpleNamespace(connection_pool=SimpleNamespace(conn_kwargs={})))
"""As much of Patroni's handler as its adjustment reads."""


def patroni_makes(written: Mapping[str, Any], catalog: Catalog, citus: bool) -> State:
    """What Patroni's code writes for these parameters of the DCS, as PostgreSQL reads it."""
    options = ConfigHandler.CMDLINE_OPTIONS
    found = CaseInsensitiveDict(
        {
            name: option[0]
            for name, option in options.items()
            if option[0] is not None and not name.startswith("wal_keep")
        }
    )
    found.update(Config._process_postgresql_parameters(dict(written)))
    if found["wal_level"] == "hot_standby":
        found["wal_level"] = "replica"
    segments = found.pop("wal_keep_segments", 8)
    found.setdefault("wal_keep_size", f"{int(segments) * 16}MB")
    if citus:
        CitusHandler.adjust_postgres_gucs(_CITUS, found)  # type: ignore[arg-type]
    known = CaseInsensitiveSet(row["name"] for row in generate.questions()[catalog.major] if row["described"])
    state: State = {}
    for name, value in found.items():
        state[name.lower()] = _read(name, value, catalog, known)
    return state


def _read(name: str, value: Any, catalog: Catalog, known: CaseInsensitiveSet) -> tuple[str, str | None]:
    parameter = catalog.get(name)
    listed = parameter is not None and parameter.name.lower() == name.lower()
    if "." not in name and (not listed or "NO_SHOW_ALL" in catalog[name].flags):
        return "dropped", None
    if name not in ConfigHandler.CMDLINE_OPTIONS or name == "wal_keep_size":
        value = transform_postgresql_parameter_value(catalog.major * 10000 + 98, name, value, known)
    if value is None:
        return "dropped", None
    try:
        if parameter is None or "\n" in str(value):
            return ("refused", None) if "\n" in str(value) else ("runs", str(value))
        return "runs", parameter.read(str(value)).setting
    except ValueProblem:
        return "refused", None


def default(catalog: Catalog, name: str) -> str | None:
    parameter = catalog.get(name)
    if parameter is None:
        return None
    text = parameter.initdb if parameter.initdb is not None else parameter.boot_val
    try:
        return parameter.read(text).setting if text is not None else ""
    except ValueProblem:
        return text


def made_up(catalog: Catalog, pick: random.Random) -> dict[str, Any]:
    """A value for about half of the core's parameters."""
    found = {}
    for name, parameter in catalog.items():
        if parameter.context == "internal" or pick.random() < 0.5 or name.lower() in ELSEWHERE:
            continue
        texts = adversarial.values(parameter, pick, 3)
        found[name] = pick.choice(texts) if pick.random() < 0.6 else pick.choice(TYPED)
    return {name: value for name, value in found.items() if "." not in name}


@pytest.mark.parametrize("citus", [False, True], ids=["plain", "citus"])
@pytest.mark.parametrize("major", generate.MAJORS)
def test_a_change_goes_as_patroni_and_postgresql_let_it(
    major: int, citus: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    catalog = load(major, citus=13 if citus else None)
    wrong, asked = [], 0
    for number in range(ROUNDS):
        pick = random.Random(f"{major} {number}")
        old, new = made_up(catalog, pick), made_up(catalog, pick)
        for written in (old, new) if citus else ():
            written["shared_preload_libraries"] = "pg_stat_statements, citus"
            written.pop("synchronous_standby_names", None)  # Patroni's own while synchronous_mode is on
        try:
            before, after = (patroni_makes(written, catalog, citus) for written in (old, new))
        except OverflowError:  # an integer beyond a double: Patroni's reload fails
            continue
        judged = changes(
            effects(old, pg=major, patroni=installed, citus=citus),
            effects(new, pg=major, patroni=installed, citus=citus),
        )
        foretold = {change.parameter.lower(): change for change in judged}
        for name in sorted({*before, *after} - ELSEWHERE):
            ran, was = before.get(name, ("default", default(catalog, name)))
            runs, now = after.get(name, ("default", default(catalog, name)))
            follows = citus and name == "max_prepared_transactions"  # twice max_connections
            if ran == "refused" or (follows and "refused" in (before["max_connections"][0], runs)):
                continue  # what ran then is what ran before
            asked += 1
            was = default(catalog, name) if ran == "dropped" else was
            now = default(catalog, name) if runs == "dropped" else now
            changed = runs != "refused" and was != now
            expected = APPLY_BY_CONTEXT[catalog[name].context] if changed else "none"
            change = foretold.get(name)
            if (change.apply if change else "none") != expected:
                wrong.append((name, was, runs, now, expected, change))
            if change and runs != "refused" and name in catalog and now is not None:
                shown = catalog[name].show(now)
                wrong += [(name, shown, change)] if change.new != shown else []
    assert wrong == []
    assert asked > 300
