"""From a path to text, and from a text to the lines that may be shown."""

from __future__ import annotations

import os
import re
import sys

from pgcfglint.lazy import pattern
from pgcfglint.sources.errors import UNPARSABLE, UNREADABLE, Unreadable

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
            self._lines = _BREAK.split(self.text)
        return self._lines

    def excerpt(self, number: int) -> str:
        """The line with this number (from 1), the values of secrets masked; "" beyond the end."""
        lines = self.lines
        return masked(lines, number) if 0 < number <= len(lines) else ""


_BREAK = pattern(r"\r\n|[\n\r\u0085\u2028\u2029]")
"""Where YAML 1.1, and so libyaml, ends a line."""

MASK = "********"
_SECRET_NAME = (
    r"[\w.\-]*(?:password|passwd|passphrase|pwd|secret|token|conninfo|credential|api_?key|private_?key"
    r"|access_?key|_command|Key)"
)
_SECRET = pattern(
    rf"""^(?P<before>[\s\-]*["']?(?:--?)?(?P<name>{_SECRET_NAME}[\w.\-]*|key)["']?\s*[:=]\s*)(?P<value>[^\s#].*)$""",
    re.IGNORECASE,
)
_INSIDE = pattern(
    rf"""(?P<before>\b{_SECRET_NAME}["']?\s*[:=]\s*)(?P<value>"[^"]*"|'[^']*'|[^\s,}}\])"']+)""", re.I
)
_HARMLESS = pattern(
    r"(?:secret|key|token)(?:_?name|_?ref|s|_?file|_?path)?$|_file$|password_encryption$", re.I
)
_PLAIN_KEY = pattern(r"(?:private_?|api_?|access_?|server|ssl|tls)key$", re.I)
_URL = pattern(r"(?P<before>://[^\s:/@]*:)[^\s@/]+(?=@)")
_BLOCK = pattern(
    rf"""^(?P<indent>\s*)(?:-\s+)?["']?(?P<name>{_SECRET_NAME}[\w.\-]*)["']?\s*:\s*[|>][-+0-9]*\s*(?:#.*)?$""",
    re.I,
)
_NAMED = pattern(rf"""^\s*-?\s*name:\s*["']?{_SECRET_NAME}""", re.I)
_VALUE = pattern(r"^(?P<before>\s*-?\s*value:\s*)\S.*$")
_COMMENT = pattern(r"(?<=\s)#.*$")


def secret(name: str) -> bool:
    """Whether a key's name says that its value must not be shown."""
    if _HARMLESS.search(name) and not _PLAIN_KEY.search(name):
        return name.lower() in ("secret", "token", "key")
    return re.fullmatch(_SECRET_NAME + r"[\w.\-]*", name, re.IGNORECASE) is not None


def masked(lines: list[str], number: int) -> str:
    """Line `number` (from 1) with the values of secrets masked."""
    line = lines[number - 1]
    match = _SECRET.match(line)
    if match and secret(match["name"]) and match["value"][:1] not in "|>&{[":
        comment = _COMMENT.search(match["value"])
        return f"{match['before']}{MASK}{'  ' + comment.group() if comment else ''}"
    if _in_secret_block(lines, number) or "-----BEGIN" in line:
        return line[: len(line) - len(line.lstrip())] + MASK
    value = _VALUE.match(line)
    if value and number > 1 and _NAMED.match(lines[number - 2]):
        return value["before"] + MASK
    line = _INSIDE.sub(
        lambda found: found["before"] + MASK if secret(_last_name(found["before"])) else found[0], line
    )
    return _URL.sub(lambda found: found["before"] + MASK, line)


def _last_name(before: str) -> str:
    return before.rstrip().rstrip(":=").strip(" \"'")


def _in_secret_block(lines: list[str], number: int) -> bool:
    """Whether a line belongs to a block scalar (`|`) under a secret's key."""
    line = lines[number - 1]
    indent = len(line) - len(line.lstrip())
    for above in range(number - 2, max(-1, number - 500), -1):
        other = lines[above]
        if not other.strip() or len(other) - len(other.lstrip()) >= indent:
            continue
        match = _BLOCK.match(other)
        return bool(match and secret(match["name"]))
    return False


def read(path: str) -> Source:
    """The text of a file, `-` being standard input."""
    if path == STDIN:
        return Source("<stdin>", decode(sys.stdin.buffer.read(MAX_BYTES + 1), "<stdin>"))
    try:
        size = os.stat(path).st_size
        if size > MAX_BYTES:
            raise _too_large(path)
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise Unreadable(path, f"no such file or directory{_meant(path)}", UNREADABLE) from None
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
        raise Unreadable(path, "a binary file", UNREADABLE)
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


def _meant(path: str) -> str:
    """The file beside it whose name is most like it, as a question."""
    from difflib import get_close_matches

    folder, name = os.path.split(path)
    try:
        names = os.listdir(folder or ".")
    except OSError:
        return ""
    close = get_close_matches(name, names, 1, 0.6)
    return f"; did you mean {os.path.join(folder, close[0])}?" if close else ""
