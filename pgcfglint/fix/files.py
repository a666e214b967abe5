"""Files that are edited: what may be, and how it is written."""

from __future__ import annotations

import os
import re

from pgcfglint.record import Record
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.text import decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pgcfglint.fix.edits import Edit

_BREAK = re.compile(r"\r\n|[\n\r\u0085\u2028\u2029]")
_BREAK_OF_CONF = re.compile(r"\n")
_TEMPLATE = (".j2", ".jinja", ".jinja2", ".tpl", ".tmpl", ".template", ".gotmpl", ".erb", ".in")
_DIRECTIVE = re.compile(r"(?m)^[ \t]*(?:\{\{|\{%|<%)")
_MARKS = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff", "utf-8": b"\xef\xbb\xbf"}


class Refused(Exception):  # noqa: N818
    """A file that is not edited, and why."""


class Editable(Record):
    """A file's text; `mark` and `encoding` are how its bytes were read."""

    path: str
    text: str
    mark: bytes
    encoding: str


def load(path: str) -> Editable:
    """The text of a file that may be edited. Raises Refused."""
    _refuse(path)
    try:
        with open(path, "rb") as stream:
            data = stream.read()
        decode(data, path)  # the same limits as for reading
    except OSError as error:
        raise Refused((error.strerror or "cannot be read").lower()) from None
    except Unreadable as error:
        raise Refused(error.message) from None
    for encoding, mark in _MARKS.items():
        if data.startswith(mark):
            found = Editable(path, data[len(mark) :].decode(encoding), mark, encoding)
            break
    else:
        found = Editable(path, data.decode("utf-8"), b"", "utf-8")
    if _DIRECTIVE.search(found.text):
        raise Refused("a template: lines of it are made when it is rendered")
    return found


def _refuse(path: str) -> None:
    parts = os.path.abspath(path).split(os.sep)
    if "templates" in parts[:-1] or parts[-1].lower().endswith(_TEMPLATE):
        raise Refused("a template: what it says is made when it is rendered")
    real = os.path.realpath(path)
    if real != os.path.abspath(path) and not _inside(real, _tree(path)):
        raise Refused(f"a link out of the tree, to {real}")
    try:
        mode = os.stat(real).st_mode
    except OSError as error:
        raise Refused((error.strerror or "cannot be read").lower()) from None
    if not mode & 0o222 or not os.access(real, os.W_OK):
        raise Refused("read-only")


def _tree(path: str) -> str:
    """The repository that a path lies in, else its folder."""
    start = os.path.realpath(os.path.dirname(path) or ".")
    here = start
    while not os.path.exists(os.path.join(here, ".git")):
        above = os.path.dirname(here)
        if above == here:
            return start
        here = above
    return here


def _inside(path: str, folder: str) -> bool:
    return os.path.commonpath((path, folder)) == folder


def there(text: str, edit: Edit) -> str | None:
    """What stands at an edit's place, quotes included; None where it is not the value it is to replace."""
    span = _span(text, edit)
    if span is None:
        return None
    found = text[span[0] : span[1]]
    inner = found[1:-1] if len(found) > 1 and found[0] == found[-1] and found[0] in "'\"" else found
    plain = inner.replace("''", "'") if found[:1] == "'" else inner
    return found if edit.old in (inner, plain) else None


def replaced(text: str, changes: Sequence[tuple[Edit, str]]) -> str:
    """The text with each edit's place taken by what is to be written there; all else as it was."""
    spans = []
    for edit, written in changes:
        span = _span(text, edit)
        assert span is not None
        spans.append((*span, written))
    for start, end, written in sorted(spans, reverse=True):
        text = text[:start] + written + text[end:]
    return text


def _span(text: str, edit: Edit) -> tuple[int, int] | None:
    """Where an edit's place begins and ends in the text; None where it is not within one line."""
    where = edit.location
    if where.line != where.end_line or where.end_column <= where.column:
        return None
    for breaks in (_BREAK, _BREAK_OF_CONF):  # YAML's lines, and those of a postgresql.conf
        starts = [0, *(match.end() for match in breaks.finditer(text))]
        if where.line <= len(starts):
            start = starts[where.line - 1]
            end = starts[where.line] if where.line < len(starts) else len(text)
            first, last = start + where.column - 1, start + where.end_column - 1
            if last <= end and edit.old in text[first:last].replace("''", "'"):
                return first, last
    return None


def write(file: Editable, text: str) -> None:
    """Puts a new text in the place of a file's: all of it or nothing, its mode kept. Raises Refused."""
    import tempfile

    real = os.path.realpath(file.path)
    folder, name = os.path.split(real)
    temporary = ""
    try:
        mode = os.stat(real)
        handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
        with os.fdopen(handle, "wb") as stream:
            stream.write(file.mark + text.encode(file.encoding))
            stream.flush()
            os.fsync(stream.fileno())
        _like(temporary, mode)
        os.replace(temporary, real)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise Refused(f"cannot be written: {(error.strerror or str(error)).lower()}") from None


def _like(path: str, mode: os.stat_result) -> None:
    """Gives a file the mode and, where allowed, the owner of another."""
    os.chmod(path, mode.st_mode & 0o7777)
    if hasattr(os, "chown") and (os.stat(path).st_uid, os.stat(path).st_gid) != (mode.st_uid, mode.st_gid):
        try:
            os.chown(path, mode.st_uid, mode.st_gid)
        except OSError:
            pass  # only root may give files away; the mode is what counts
