"""Files as a revision of a Git repository has them. Git is asked only when a word of the command line
says so (`REV:path`, `--base REV`)."""

from __future__ import annotations

import os

from pgcfglint.sources.discover import CHART
from pgcfglint.sources.errors import UNREADABLE, Unreadable

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FILES = ("100644", "100755")
_MAX_FILES = 5000


def split(word: str) -> tuple[str, str] | None:
    """(revision, path) of `REV:path`; None where the word is a path."""
    revision, colon, path = word.partition(":")
    if not colon or not revision or os.path.exists(word) or (len(revision) == 1 and os.name == "nt"):
        return None
    return revision, path


class Revision:
    """One commit. `path` and `take` put a file or folder of it into `folder` and say where it is then."""

    def __init__(self, name: str, folder: str, start: str = ".") -> None:
        """`folder` is where the files go (a temporary one); `start` lies in the repository. Raises
        Unreadable."""
        self.name = name
        self.folder = folder
        self.top = os.fsdecode(
            _git(["-C", start, "rev-parse", "--show-toplevel"], f"{name}: not in a Git repository")
        ).rstrip("\n")
        spec = ["-C", self.top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"]
        self.commit = _git(spec, f"{name}: Git knows no such revision").decode().strip()
        self._have: set[str] = set()
        self._files: frozenset[str] | None = None

    def path(self, path: str) -> str:
        """Where a file or folder lies now. A file of a chart brings the chart along. Raises Unreadable."""
        wanted = self._inside(path)
        if wanted is None:
            raise Unreadable(f"{self.name}:{path}", "no such file in this revision", UNREADABLE)
        return self.take(wanted)

    def take(self, wanted: str) -> str:
        """Where a file or folder lies now that the revision has by this path from the repository's top; a
        file of a chart brings the chart along."""
        beside = os.path.dirname(wanted)
        is_chart = self._kind(f"{beside}/{CHART}".lstrip("/")) == "blob"
        self._take((beside or ".") if is_chart and self._kind(wanted) == "blob" else wanted)
        return os.path.normpath(os.path.join(self.folder, wanted))

    def files(self) -> frozenset[str]:
        """The paths of all files, from the repository's top."""
        if self._files is None:
            self._files = frozenset(name for _, name in self._rows("."))
        return self._files

    def changed(self) -> set[str]:
        """The paths, from the repository's top, that differ from the working tree (untracked ones too)."""
        differ = _git(["-C", self.top, "diff", "--name-only", "-z", self.commit, "--"], "git diff failed")
        new = _git(
            ["-C", self.top, "ls-files", "--others", "--exclude-standard", "-z"], "git ls-files failed"
        )
        return {name for name in os.fsdecode(differ + new).split("\0") if name}

    def inside(self, path: str) -> str:
        """A path of the working tree from the repository's top."""
        return os.path.relpath(os.path.realpath(path), os.path.realpath(self.top)).replace(os.sep, "/")

    def label(self, path: str) -> str:
        """A path below `folder` as it was asked for."""
        below = os.path.relpath(path, self.folder)
        return path if below.startswith("..") else f"{self.name}:{below.replace(os.sep, '/')}"

    def _inside(self, path: str) -> str | None:
        """From the top, as Git reads it; else from here."""
        choices = [os.path.normpath(path).replace(os.sep, "/").lstrip("/") if not os.path.isabs(path) else ""]
        choices.append(self.inside(path))
        for choice in choices:
            if choice == "." or (choice and not choice.startswith("..") and self._kind(choice)):
                return choice
        return None

    def _kind(self, path: str) -> str:
        found = _git(
            ["-C", self.top, "ls-tree", "-z", self.commit, "--", path.rstrip("/")], "git ls-tree failed"
        )
        return found.split()[1].decode() if found else ""

    def _take(self, path: str) -> None:
        if path in self._have:
            return
        self._have.add(path)
        files = self._rows(path)[:_MAX_FILES]
        for name, data in zip((name for _, name in files), self._blobs(sha for sha, _ in files)):
            target = os.path.join(self.folder, name)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as stream:
                stream.write(data)

    def _rows(self, path: str) -> list[tuple[str, str]]:
        """(object, path) of the plain files below a path, "." for all."""
        arguments = ["-C", self.top, "ls-tree", "-r", "-z", self.commit]
        listed = _git(arguments if path == "." else [*arguments, "--", path], "git ls-tree failed")
        rows = (row.partition("\t") for row in os.fsdecode(listed).split("\0"))
        return [
            (meta.split()[2], name)
            for meta, tab, name in rows
            if tab and meta.split()[0] in _FILES and ".." not in name.split("/")
        ]

    def _blobs(self, names: Iterable[str]) -> Iterator[bytes]:
        request = "".join(f"{name}\n" for name in names).encode()
        answer = _git(["-C", self.top, "cat-file", "--batch"], "git cat-file failed", request)
        at = 0
        while at < len(answer):
            end = answer.index(b"\n", at)
            size = int(answer[at:end].split()[2])
            yield answer[end + 1 : end + 1 + size]
            at = end + 1 + size + 1


def _git(arguments: list[str], problem: str, request: bytes | None = None) -> bytes:
    from subprocess import DEVNULL, PIPE, run

    try:
        done = run(["git", *arguments], input=request, stdout=PIPE, stderr=DEVNULL, check=False)
    except OSError:
        raise Unreadable(problem.partition(":")[0], "git is not installed", UNREADABLE) from None
    if done.returncode:
        where, _, what = problem.partition(": ")
        raise Unreadable(where, what or problem, UNREADABLE)
    return done.stdout
