"""Asks a real server for its parameters and writes the table of its major.

    python -m pgcfglint.catalog.export --bin /usr/lib/postgresql/16/bin          # writes pg16.csv
    python -m pgcfglint.catalog.export --bin ... --preload pg_stat_statements    # prints a module's rows

It makes a cluster in a temporary folder, starts it without TCP and removes it. What no server says is
kept from the table that exists: labels of other builds, notes on minor releases, parameters that
pg_settings hides (NO_SHOW_ALL) and those of newer minors. PostgreSQL does not run as root: started by
root, the server runs as the user given with --user.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import shutil
import sys
import tempfile

from pgcfglint.catalog import tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LABELS = (
    *("on", "off", "true", "false", "yes", "no", "1", "0", "t", "f"),
    *("debug", "debug1", "info", "log", "archive", "hot_standby", "md5", "default", "none", "all", "auto"),
)
"""Labels that are tried on every enum, whether pg_settings lists them or not."""

QUERY = r"""
SELECT name, vartype, coalesce(unit, ''), context, category, short_desc, coalesce(extra_desc, ''),
       coalesce(min_val, ''), coalesce(max_val, ''), coalesce(boot_val, '\N'),
       coalesce(array_to_string(enumvals, '|'), ''), '', '', {flags},
       CASE WHEN source = 'configuration file' THEN setting ELSE '' END, ''
FROM pg_settings WHERE name {dotted} LIKE '%.%' ORDER BY lower(name)
"""


class Server:
    """A throw-away cluster of the binaries in a folder; a context manager."""

    def __init__(self, binaries: str, user: str | None, preload: str = "") -> None:
        self.binaries = binaries
        self.user = user if os.getuid() == 0 else None
        self.folder = tempfile.mkdtemp(prefix="pgexport")
        self.data = os.path.join(self.folder, "data")
        self.preload = preload

    def __enter__(self) -> Server:
        if self.user:
            shutil.chown(self.folder, self.user)
        self.run(
            "initdb",
            "-D",
            self.data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "--no-sync",
            "--locale=C",
            "-E",
            "UTF8",
        )
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off"
        options += f" -c shared_preload_libraries={self.preload}"
        log = os.path.join(self.folder, "log")
        self.run("pg_ctl", "-D", self.data, "-l", log, "-o", options, "-w", "start")
        return self

    def __exit__(self, *_exception: object) -> None:
        try:
            self.run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, program: str, *arguments: str, check: bool = True) -> str:
        """What a program of the server prints."""
        import subprocess

        path = os.path.join(self.binaries, program)
        # Minimal builds come without psql; any other one will do.
        command = [path if os.path.exists(path) else program, *arguments]
        env = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
        done = subprocess.run(
            command, user=self.user, env=env, cwd="/", text=True, check=check,
            stdout=subprocess.PIPE, stderr=None if check else subprocess.DEVNULL,
        )  # fmt: skip
        return done.stdout if done.returncode == 0 else ""

    def query(self, sql: str) -> list[list[str]]:
        """The rows that a query answers, as texts."""
        arguments = ("-h", self.folder, "-U", "postgres", "-X", "-q", "--csv", "-t", "-c", sql)
        return list(csv.reader(io.StringIO(self.run("psql", *arguments))))

    def reads(self, name: str, value: str) -> str | None:
        """What a start makes of a value; None where it refuses."""
        shown = self.run("postgres", "-D", self.data, "-C", name, "-c", f"{name}={value}", check=False)
        return shown.rstrip("\n") if shown else None


def export(server: Server, major: int, *, modules: bool = False) -> list[list[str]]:
    """The parameters of a running server in the order of tables.COLUMNS: its own or those of modules."""
    flags = "array_to_string(pg_settings_get_flags(name), ' ')" if major >= 15 else "''"
    rows = server.query(QUERY.format(flags=flags, dotted="" if modules else "NOT"))
    labels, hidden, boot = map(tables.COLUMNS.index, ("enumvals", "hidden_enumvals", "boot_val"))
    for row in rows:
        if row[1] == "enum" and row[3] != "internal" and not modules:
            row[hidden] = "|".join(_hidden(server, row[0], row[labels].split("|"), row[boot]))
    return rows


def _hidden(server: Server, name: str, listed: Sequence[str], boot: str) -> Iterable[str]:
    """label=canonical for labels that are not listed, and for listed ones that become another.

    A listed one that becomes the default has no effect in a file (transaction_isolation).
    """
    for label in dict.fromkeys((*listed, *LABELS)):
        canonical = server.reads(name, label) if label else None
        if canonical is not None and (label not in listed or canonical not in (label, boot)):
            yield f"{label}={canonical}"


def merge(rows: list[list[str]], known: list[list[str]]) -> list[list[str]]:
    """The server's rows, with what only the existing table knows."""
    before = {row[0]: row for row in known}
    build, minor = tables.COLUMNS.index("build_enumvals"), tables.COLUMNS.index("minor")
    labels = tables.COLUMNS.index("enumvals")
    for row in rows:
        old = before.pop(row[0], None)
        if old is not None:
            others = [*old[labels].split("|"), *old[build].split("|")] if row[1] == "enum" else []
            row[build] = "|".join(
                label for label in dict.fromkeys(others) if label not in row[labels].split("|")
            )
            row[minor] = old[minor]
    flags = tables.COLUMNS.index("flags")
    kept = [row for row in before.values() if row[minor] or "NO_SHOW_ALL" in row[flags]]
    return sorted(rows + kept, key=lambda row: row[0].lower())


def write(rows: list[list[str]], header: Sequence[str], path: str | None) -> None:
    """The rows as a table; to standard output where there is no path."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    if path is None:
        sys.stdout.write(text.getvalue())
        return
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text.getvalue())


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; see the module's description."""
    parser = argparse.ArgumentParser(prog="python -m pgcfglint.catalog.export")
    parser.add_argument("--bin", required=True, help="folder with initdb, postgres, psql")
    parser.add_argument("--user", default="postgres", help="who runs the server if root starts this")
    parser.add_argument("--preload", default="", help="modules to load; prints their parameters")
    parser.add_argument("--output", help="file to write instead of the major's table")
    options = parser.parse_args(arguments)
    with Server(options.bin, options.user, options.preload) as server:
        major = int(server.query("SHOW server_version_num")[0][0]) // 10000
        rows = export(server, major, modules=bool(options.preload))
    path = os.path.join(tables.HERE, f"pg{major}.csv")
    if options.preload:
        write(rows, tables.COLUMNS, options.output)
    else:
        known = tables.read(path) if os.path.exists(path) else []
        write(merge(rows, known), tables.COLUMNS, options.output or path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
