"""What pgcfglint says about a change, against what a real Patroni and PostgreSQL did with it.

One record for each parameter: changed in the DCS of a running Patroni 4.1.5, looked at, restarted,
reverted. 15: Debian's 15.20, 17: 17.10; ext: extensions preloaded; citus: Citus 13.2.2.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pgcfglint.catalog import load
from pgcfglint.platform.change import changes
from tests.platform.build import effects

if TYPE_CHECKING:
    from typing import Any

DATA = Path(__file__).parent.parent / "data" / "patroni"

EXPECTED = {"restart": "restart", "reload": "reload", "new-session": "reconnect"}


def records() -> list[Any]:
    found = []
    for run, pg, citus in (
        ("15", 15, False),
        ("17", 17, False),
        ("15-ext", 15, False),
        ("15-citus", 15, True),
    ):
        with gzip.open(DATA / f"restart-truth-{run}.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        libraries = ",".join(sorted({load(pg).module_of(row["name"]) for row in rows} - {""}))
        found += [pytest.param(row, pg, citus, libraries, id=f"{run}-{row['name']}") for row in rows]
    return found


def verdict(row: Any, pg: int, citus: bool, libraries: str) -> str:
    """restart, reload, new-session, ignored or rejected, from pgcfglint's answer."""
    preload = (
        {"shared_preload_libraries": libraries}
        if libraries and row["name"] != "shared_preload_libraries"
        else {}
    )
    local = {"citus.enable_statistics_collection": "off"} if "local patroni.yml" in row.get("why", "") else {}
    old = dict(preload)
    if row["old"] is not None and row["in_postgresql_conf"] is not None:
        old[row["name"]] = row["old"]
    before = effects(old, local=local, pg=pg, citus=citus)
    after = effects({**preload, row["name"]: row["new"]}, local=local, pg=pg, citus=citus)
    found = [change for change in changes(before, after) if change.parameter.lower() == row["name"].lower()]
    fate = after.of(row["name"]).fate
    if not found:
        return "ignored"
    if fate == "refused":
        return "rejected"
    if found[0].apply == "none":
        return {"ignored": "rejected", "defaulted": "rejected" if "." in row["name"] else "ignored"}.get(
            fate, "ignored"
        )
    return {apply: word for word, apply in EXPECTED.items()}[found[0].apply]


@pytest.mark.parametrize(("row", "pg", "citus", "libraries"), records())
def test_a_change_is_judged_as_it_went(row: Any, pg: int, citus: bool, libraries: str) -> None:
    # special: a label that Citus 13 still takes and reads as the one that runs, so nothing changes.
    expected = "ignored" if row["verdict"] == "special" else row["verdict"]
    assert verdict(row, pg, citus, libraries) == expected
