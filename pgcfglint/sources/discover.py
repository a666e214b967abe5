"""Which files an argument stands for: chart folders, directories, files beside a Chart.yaml."""

from __future__ import annotations

import os
import re
from stat import S_ISREG

from pgcfglint.sources.errors import UNREADABLE, Unreadable

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterator

CHART = "Chart.yaml"
_YAML = (".yaml", ".yml")
_MAYBE_DUMP = ("", ".txt", ".out", ".dump", ".json", ".log")
_DUMP = rb"""(?m)^["{\s]*postgresql["]?:"""
_DUMP_TOO = rb"""(?m)^["{\s]*(?:ttl|loop_wait|retry_timeout|maximum_lag_on_failover)["]?:"""
_CONF = r"(?i)postgres.*\.conf(?:\.\w+)?$"
_HEAD = 16 * 1024


def chart_folder(path: str) -> str | None:
    """The chart whose Chart.yaml lies beside a file, None where there is none."""
    folder = os.path.dirname(path)
    return folder if os.path.isfile(os.path.join(folder, CHART)) else None


def is_chart(path: str) -> bool:
    """Whether a path is a folder with a Chart.yaml."""
    return os.path.isfile(os.path.join(path, CHART))


def defaults_of(folder: str) -> str:
    """A chart's own values file."""
    return os.path.join(folder, "values.yaml")


def names_values(path: str) -> bool:
    """Whether a file's name says that it holds values."""
    stem, ending = os.path.splitext(os.path.basename(path).lower())
    return ending in _YAML and (stem.startswith("values") or stem.endswith("values"))


def overlays_of(folder: str) -> list[str]:
    """The other values files of a chart."""
    names = (name for name in _names(folder) if names_values(name) and name != "values.yaml")
    return [os.path.join(folder, name) for name in names]


def files_of(folder: str) -> Iterator[str]:
    """The files of a directory that may hold settings: YAML, postgresql.conf, dumps by their content.

    Left out: .git, templates/, and what Git ignores where the directory is in a repository. A folder that
    cannot be listed comes itself: reading it says why not.
    """
    listed = _git(folder)
    for path in _walk(folder) if listed is None else listed:
        name = os.path.basename(path)
        ending = os.path.splitext(name)[1].lower()
        if ending in _YAML:
            if name != CHART:
                yield path
        elif (
            re.fullmatch(_CONF, name)
            or (ending in _MAYBE_DUMP and _looks_like_dump(path))
            or os.path.isdir(path)
        ):
            yield path


def _walk(folder: str) -> Iterator[str]:
    """Plain files below a folder; links to folders are not followed, so that loops end."""
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        deeper = []
        try:
            names = _names(here)
        except Unreadable:
            if here == folder:
                raise
            yield here
            continue
        for name in names:
            path = os.path.join(here, name) if here != "." else name
            if os.path.isdir(path):
                if not _left_out(name) and not os.path.islink(path):
                    deeper.append(path)
            elif _is_file(path):
                yield path
        waiting.extend(reversed(deeper))


def _is_file(path: str) -> bool:
    """Whether there is a plain file, or something that we may not look at: reading it says so."""
    try:
        return S_ISREG(os.stat(path).st_mode)
    except PermissionError:
        return True
    except OSError:  # a link to nowhere, or gone meanwhile
        return False


def _left_out(name: str) -> bool:
    return name == "templates" or name == "node_modules" or (name.startswith(".") and name not in (".", ".."))


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError as error:
        raise Unreadable(folder, (error.strerror or "cannot be listed").lower(), UNREADABLE) from None


def _git(folder: str) -> list[str] | None:
    """What Git tracks or would track below a folder; None where the folder is in no repository."""
    here = os.path.abspath(folder)
    while not os.path.exists(os.path.join(here, ".git")):
        above = os.path.dirname(here)
        if above == here:
            return None
        here = above
    from subprocess import run

    command = [
        "git",
        "-C",
        folder,
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--deduplicate",
    ]
    try:
        outcome = run(command, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C"})
    except OSError:
        return None
    if outcome.returncode:
        return None
    names = sorted(name for name in os.fsdecode(outcome.stdout).split("\0") if name)
    paths = (os.path.join(folder, name) if folder != "." else name for name in names)
    files = [path for path, name in zip(paths, names) if _is_file(path) and not _hidden(name)]
    closed = re.findall(r"could not open directory '(.+?)/?': ", os.fsdecode(outcome.stderr))
    return files + [os.path.join(folder, name) for name in closed if not _left_out(name.split("/")[-1])]


def _hidden(name: str) -> bool:
    return any(_left_out(part) for part in name.split("/")[:-1])


def _looks_like_dump(path: str) -> bool:
    try:
        with open(path, "rb") as stream:
            head = stream.read(_HEAD)
    except OSError:
        return False
    return bool(re.search(_DUMP, head) and re.search(_DUMP_TOO, head))
