"""The runbooks that pgcfglint writes, carried out on a real Patroni with a primary and a standby.

The script of `plan --format sh` runs as it is printed; `patronictl` and `psql` on its PATH are adapted to
loopback. Afterwards nothing is pending, the values are as planned, the primary restarted once and nobody
died; then the way back, the same.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

import patroni_pair
import pytest
import servers
import yaml
from resident_ctl import Resident

from pgcfglint.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATRONICTL = """\
# patronictl on loopback. Without Citus there are no groups: --group goes, and its column comes.
words = sys.argv[1:]
grouped = "--group" in words
if grouped:
    at = words.index("--group")
    del words[at : at + 2]
for pair in {more!r} if words[0] == "edit-config" and "-p" in words else ():
    words += ["-p", pair]
reader, writer = os.pipe()
server = call(["-c", {config!r}, *words], writer)
out = open(reader, encoding="utf-8").read()
if grouped and "tsv" in words:
    lines = [line.split("\\t") for line in out.splitlines()]
    out = "".join("\\t".join([line[0], "0", *line[1:]]) + "\\n" for line in lines)
sys.stdout.write(out)
sys.exit(code(server))
"""


class Change(NamedTuple):
    """A change of the dynamic configuration, and how often each role restarts."""

    old: dict[str, Any]
    new: dict[str, Any]
    options: tuple[str, ...] = ()
    primary: int = 1
    standby: int = 1
    back: int = 1
    """Restarts of the standby on the way back."""
    more: tuple[str, ...] = ()
    """What Patroni would set by itself under Citus, on the way there."""
    also: dict[str, str] = {}  # noqa: RUF012 - a NamedTuple's default, never changed


CHANGES = {
    "raise": Change({"max_connections": 100}, {"max_connections": 140, "max_locks_per_transaction": 128}),
    "lower": Change({"max_connections": 140, "max_worker_processes": 20}, {"max_connections": 100}),
    "mixed": Change(
        {"max_connections": 140, "max_locks_per_transaction": 64},
        {"max_connections": 100, "max_locks_per_transaction": 128, "shared_buffers": "160MB"},
        standby=2, back=2,
    ),
    "reload": Change(
        {"work_mem": "4MB"},
        {"work_mem": "8MB", "log_line_prefix": "%m [%p] it's: ", "random_page_cost": 1.1},
        primary=0, standby=0, back=0,
    ),
    "any order": Change({}, {"shared_buffers": "144MB", "wal_buffers": "8MB"}),
    "citus": Change(
        {"max_connections": 100}, {"max_connections": 130}, options=("--citus",),
        more=("max_prepared_transactions=260",), also={"max_prepared_transactions": "260"},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def pair() -> Iterator[patroni_pair.Pair]:
    if (
        shutil.which("unshare") is None
        or subprocess.run([*patroni_pair._lent(), "true"], check=False).returncode
    ):
        pytest.skip("root, and no user namespace in which PostgreSQL would start")
    try:
        found = patroni_pair.Pair()
    except servers.NoNetworkError as problem:
        pytest.skip(f"the package index is out of reach: {problem}")
    yield found
    found.close()


@pytest.fixture(scope="module")
def resident(pair: patroni_pair.Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Resident]:
    found = Resident(tmp_path_factory.mktemp("ctl"), {"PYTHONPATH": str(patroni_pair.raft())})
    yield found
    found.close()


class Bench:
    """The pair, and the folder in which the scripts run."""

    def __init__(self, pair: patroni_pair.Pair, resident: Resident, folder: Path) -> None:
        self.pair, self.resident, self.folder = pair, resident, folder
        configs = [yaml.safe_load(path.read_text()) for path in sorted(pair.folder.glob("pg?.yml"))]
        raft = {"partner_addrs": [config["raft"]["self_addr"] for config in configs]}
        (folder / "patronictl.yml").write_text(yaml.safe_dump({"scope": "oracle", "raft": raft}))
        (folder / "psql").write_text('#!/bin/sh\necho "asked: $*"\n')
        (folder / "psql").chmod(0o755)

    def adapt(self, more: tuple[str, ...] = ()) -> None:
        tool = self.folder / "patronictl"
        config = str(self.folder / "patronictl.yml")
        tool.write_text(self.resident.client + PATRONICTL.format(config=config, more=more))
        tool.chmod(tool.stat().st_mode | stat.S_IXUSR)

    def run(self, script: Path, *words: str) -> str:
        environment = {
            **os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}",
            "CLUSTER": "oracle", "GROUP": "0", "POSTGRESQL": "host=loopback", "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        done = subprocess.run(
            ["sh", str(script), *words], cwd=self.folder, env=environment, input="y\n" * 20,
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout

    def starts(self, name: str) -> int:
        return (self.pair.folder / f"{name}.log").read_text().count("LOG:  starting PostgreSQL")

    def deaths(self) -> list[str]:
        words = ("insufficient parameter settings", "PANIC", "start failed")
        lines = (line for path in self.pair.folder.glob("pg?.log") for line in path.read_text().splitlines())
        return [line for line in lines if any(word in line for word in words)]

    def values(self, names: set[str]) -> dict[str, dict[str, str]]:
        sql = "SELECT lower(name), current_setting(name) FROM pg_settings"
        return {
            member.name: {name: value for name, value in member.rows(sql) if name in names}
            for member in self.pair.members
        }


def dump(parameters: dict[str, Any]) -> str:
    return yaml.safe_dump(
        {"ttl": 20, "loop_wait": 1, "retry_timeout": 9, "postgresql": {"parameters": parameters}}
    )


def settle(pair: patroni_pair.Pair, parameters: dict[str, Any]) -> None:
    """The pair with these parameters and no others, both members restarted as often as it takes."""
    present = pair.primary.ask("/config")["postgresql"]["parameters"]
    pair.change({**dict.fromkeys(present), **parameters})
    for _ in range(3):
        waiting = [member for member in pair.members if member.pending()]
        for member in sorted(waiting, key=lambda member: member is not pair.primary):
            pair.restart(member)
            pair.wait(lambda: len(pair.running()) == 2, 60, "both members")
        if waiting:
            pair.change({})
    assert not any(member.pending() for member in pair.members)


@pytest.mark.parametrize("name", CHANGES)
def test_the_runbook_and_the_way_back(
    pair: patroni_pair.Pair,
    resident: Resident,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    change = CHANGES[name]
    also = {"max_prepared_transactions": 200} if change.also else {}
    settle(pair, {**change.old, **also})
    old, new, script = tmp_path / "old.yaml", tmp_path / "new.yaml", tmp_path / "plan.sh"
    old.write_text(dump(change.old))
    new.write_text(dump(change.new))
    assert main(["plan", str(old), str(new), "--pg", "17", "--format", "sh", *change.options]) == 0
    script.write_text(capsys.readouterr().out)
    bench = Bench(pair, resident, tmp_path)
    names = {*change.old, *change.new, *change.also}
    before, died = bench.values(names), bench.deaths()
    primary, standby = pair.primary, pair.standby

    def restarts() -> tuple[int, int]:
        return bench.starts(primary.name), bench.starts(standby.name)

    at_first = restarts()
    bench.adapt(change.more)
    bench.run(script)
    then = restarts()
    assert not any(member.pending() for member in pair.members)
    assert bench.deaths() == died
    assert pair.primary is primary
    assert (then[0] - at_first[0], then[1] - at_first[1]) == (change.primary, change.standby)
    after = bench.values(names)
    for values in after.values():
        wanted = {**{name: str(value) for name, value in change.new.items()}, **change.also}
        assert {name: values[name] for name in wanted} == wanted

    bench.adapt()
    bench.run(script, "rollback")
    last = restarts()
    assert not any(member.pending() for member in pair.members)
    assert bench.deaths() == died
    assert pair.primary is primary
    assert (last[0] - then[0], last[1] - then[1]) == (change.primary, change.back)
    assert bench.values(names) == before
