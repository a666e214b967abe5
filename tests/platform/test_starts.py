"""Configurations whose values are fine one by one, and what a real server did with them at its start."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pgcfglint.platform.hazards import hazards
from tests.platform.build import effects

if TYPE_CHECKING:
    from typing import Any

DATA = Path(__file__).parent.parent / "data" / "starts"

UNKNOWABLE = (
    "ssl=on without certificate",
    "ssl_min > ssl_max with ssl on",
    "log_directory not writable with logging_collector",
    "unix_socket_directories missing dir",
    "listen_addresses bad host",
    "hba_file missing",
    "lc_messages unknown",
    "shared_buffers=1TB",
    "max_locks_per_transaction huge",
)
"""Stopped by what is on the machine: files, folders, names, memory."""

NO_PARAMETER = ("include", "syntax error")
"""Lines that are no setting: the reader of the file reports them."""


def cases() -> list[Any]:
    found = []
    for major in (16, 18):
        with gzip.open(DATA / f"startfail-{major}.json.gz", "rt", encoding="utf-8") as stream:
            rows = json.load(stream)
        found += [pytest.param(major, row, id=f"{major}-{row['case']}") for row in rows]
    return found


def parameters(conf: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in conf.splitlines() if "=" in line)
    return {name.strip(): value.strip().removeprefix("'").removesuffix("'") for name, _, value in pairs}


@pytest.mark.parametrize(("major", "row"), cases())
def test_a_start_goes_as_foretold(major: int, row: Any) -> None:
    if row["case"].startswith(NO_PARAMETER):
        pytest.skip("no setting")
    found = hazards(effects(parameters(row["conf"]), pg=major, patroni=None))
    kinds = {hazard.kind for hazard in found}
    if row["result"] == "STARTED":
        certain = {hazard.kind for hazard in found if hazard.sure}
        assert "brick" not in certain
        locked_out = any("could not access file" in line for line in row["connect"] or ())
        assert ("lock-out" in kinds) is locked_out
    elif not row["case"].startswith(UNKNOWABLE):
        assert "brick" in kinds
