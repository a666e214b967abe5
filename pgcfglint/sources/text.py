"""From a path to text, and from a text to the lines that may be shown."""

from __future__ import annotations

import os
import sys

from pgcfglint.lazy import pattern
from pgcfglint.sources.errors import UNPARSABLE, UNREADABLE, Unreadable
from pgcfglint.sources.masking import masked

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES = 64 * 1024 * 1024
"""Files over 64 MB are refused."""

STDIN = "-"


class Source:
    """A text with its path. `lines` are raw, for finding suppressions; `excerpt` masks secrets."""

    __slots__ = ("_lines", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._lines: list[str] | None = None

    @property
    def lines(self) -> list[str]:
        """The lines without their ends, as they stand (not to be printed)."""
        if self._lines is None:
            plain = self.text.isascii() and "\r" not in self.text
            self._lines = self.text.split("\n") if plain else _BREAK.split(self.text)
        return self._lines

    def excerpt(self, number: int) -> str:
        """The line with this number (from 1), the values of secrets masked; "" beyond the end."""
        lines = self.lines
        return masked(lines, number) if 0 < number <= len(lines) else ""


_BREAK = pattern(r"\r\n|[\n\r\u0085\u2028\u2029]")
"""Where YAML 1.1, and so libyaml, ends a line."""


def read(path: str, instead: Mapping[str, str] | None = None) -> Source:
    """The text of a file, `-` being standard input; `instead` has texts to take for files, by real path."""
    if instead and (text := instead.get(os.path.realpath(path))) is not None:
        return Source(path, text)
    if path == STDIN:
        if sys.stdin is None:
            raise Unreadable("<stdin>", "standard input is closed", UNREADABLE)
        return Source("<stdin>", decode(sys.stdin.buffer.read(MAX_BYTES + 1), "<stdin>"))
    if not path:
        raise Unreadable('""', "an empty path; is a variable not set?", UNREADABLE)
    try:
        size = os.stat(path).st_size
        if size > MAX_BYTES:
            raise _too_large(path)
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise Unreadable(path, _missing(path), UNREADABLE) from None
    except IsADirectoryError:
        raise Unreadable(path, "is a directory", UNREADABLE) from None
    except PermissionError:
        raise Unreadable(path, "permission denied", UNREADABLE) from None
    except (OSError, ValueError) as error:
        raise Unreadable(path, str(getattr(error, "strerror", None) or error).lower(), UNREADABLE) from None
    return Source(path, decode(data, path))


def decode(data: bytes, path: str) -> str:
    """Bytes as YAML reads them: UTF-8, or UTF-16 with a byte order mark."""
    if len(data) > MAX_BYTES:
        raise _too_large(path)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif b"\0" in data[:8192]:
        wide = data[1:64:2].strip(b"\0") == b"" or data[:64:2].strip(b"\0") == b""
        message = "UTF-16 without a byte order mark; save it as UTF-8" if wide else "a binary file"
        raise Unreadable(path, message, UNREADABLE)
    else:
        encoding = "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        name = "UTF-16" if encoding == "utf-16" else "UTF-8"
        raise Unreadable(path, f"not valid {name}", UNPARSABLE, line, column) from None


def _too_large(path: str) -> Unreadable:
    return Unreadable(path, f"larger than {MAX_BYTES // 1024 // 1024} MB", UNREADABLE)


def _missing(path: str) -> str:
    """That a file is not there, and which one beside it has a name most like it."""
    from difflib import get_close_matches

    if os.path.islink(path):
        return f"a link to {os.readlink(path)}, which does not exist"
    folder, name = os.path.split(path.rstrip("/"))
    try:
        names = os.listdir(folder or ".")
    except OSError:
        names = []
    close = get_close_matches(name, names, 1, 0.6)
    hint = f"; did you mean {os.path.join(folder, close[0])}?" if close else ""
    return f"no such file or directory{hint}"
