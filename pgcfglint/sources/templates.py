"""Which parameters a chart's templates pass on.

A template names each (`.Values.patroni.postgresql.parameters.work_mem`) or takes the map as a whole
(`toYaml`, `range`, `with`); a map taken as a whole passes on every name in it.
"""

from __future__ import annotations

import os
import re

from pgcfglint.model import Observation
from pgcfglint.sources.routes import find, place
from pgcfglint.sources.text import Source

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pgcfglint.sources.routes import Found

_COMMENT = r"(?s)\{\{-?\s*/\*.*?\*/\s*-?\}\}"
_GUARD = r"\{\{-?\s*(?:if|else if|end)\b[^}]*$"
_INDEX = r"index\s+\$?$"
_INDEXED = r'\s+"([\w.]+)"'


def parameters_read(folder: str, paths: Sequence[str]) -> frozenset[str] | str | None:
    """The names that templates read of the maps at these paths, "all" where one takes a map as a whole,
    None where none mentions them."""
    names: set[str] = set()
    for _, data in _files(folder):
        for path in paths:
            if path.rpartition(".")[2].encode() not in data:
                continue
            text = data.decode("utf-8", "replace")
            if "/*" in text:
                text = re.sub(_COMMENT, "", text)
            for found in re.finditer(rf"\.Values\.{re.escape(path)}(?:\.([\w.]+)|(?![\w.]))", text):
                name = found[1] or _indexed(text, found.start(), found.end())
                if name:
                    names.add(name.lower())
                elif not _guards(text, found.start()):
                    return "all"
    return frozenset(names) or None


def _indexed(text: str, start: int, end: int) -> str | None:
    """The name in `index .Values.path "name"`."""
    name = re.compile(_INDEXED).match(text, end)
    return name[1] if name and re.search(_INDEX, text[max(0, start - 20) : start]) else None


def _guards(text: str, at: int) -> bool:
    """Whether a map is only asked whether it is there: `{{ if .Values.path }}`."""
    action = max(text.rfind("{{", 0, at), 0)
    return re.match(_GUARD, text[action:at]) is not None


def speaking_of(folder: str, *words: str) -> dict[str, Source]:
    """The templates that have all of some words in them, by path."""
    wanted = [word.encode() for word in words]
    return {
        path: Source(path, data.decode("utf-8", "replace"))
        for path, data in _files(folder)
        if all(word in data for word in wanted)
    }


def mentions(folder: str, name: str) -> bool:
    """Whether a chart's templates read a key of this name, or the chart has a dependency called so."""
    wanted = re.compile(rb"""[.'"]%b\b""" % re.escape(name.encode()))
    if any(wanted.search(data) for _, data in _files(os.path.join(folder, "templates"))):
        return True
    try:
        with open(os.path.join(folder, "Chart.yaml"), "rb") as stream:
            return (
                re.search(rb"(?:name|alias):\s*['\"]?%b\b" % re.escape(name.encode()), stream.read())
                is not None
            )
    except OSError:
        return False


_LITERAL = r"""("[^"]*"|'[^']*'|[0-9][\w.]*)"""


def other_defaults(folder: str, path: str, start: Found) -> Iterator[Observation]:
    """Parameters of the map at a path for which a template has a default of its own, one observation for
    each: `default 100 .Values.x.name`, `.Values.x.name | default 100`, `${...NAME:-100}` in a script."""
    there = {name.lower(): name for found in find(start, path) for name in found.node.pairs}
    if not there:
        return
    value = rf"\.Values\.{re.escape(path)}\.(\w+)"
    forms = (rf"{value}\s*\|\s*default\s+{_LITERAL}", rf"default\s+{_LITERAL}\s+{value}")
    seen: set[tuple[str, str]] = set()
    for file, data in _files(folder):
        if b"default" not in data and b":-" not in data:
            continue
        text = data.decode("utf-8", "replace")
        found = [(match[1], match[2], match.start()) for match in re.finditer(forms[0], text)]
        found += ((match[2], match[1], match.start()) for match in re.finditer(forms[1], text))
        found += _in_scripts(text, there)
        for name, default, at in found:
            own = there.get(name.lower())
            if own is None or (own, default) in seen:
                continue
            seen.add((own, default))
            for parameters in find(start, path):
                key, node = parameters.node.pairs[own]
                inside = os.path.relpath(file, os.path.dirname(folder)).replace(os.sep, "/")
                fields = {
                    "name": own,
                    "text": node.text,
                    "other": default.strip("'\""),
                    "by": f"{inside}:{text.count(chr(10), 0, at) + 1}",
                }
                yield Observation("template-default", place(key, (*parameters.route, own)), (), fields)


def _in_scripts(text: str, names: Mapping[str, str]) -> list[tuple[str, str, int]]:
    """Defaults in the shell's way, of variables that end with a parameter's name."""
    found = []
    for match in re.finditer(r"\$\{([A-Z][A-Z0-9_]*):-([^}$]+)\}", text):
        variable = match[1].lower()
        own = next(
            (name for name in names if variable == name or variable.endswith("_postgresql_" + name)), None
        )
        if own is not None:
            found.append((own, match[2], match.start()))
    return found


def _files(folder: str) -> Iterator[tuple[str, bytes]]:
    for here, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            if name.endswith((".yaml", ".yml", ".tpl", ".txt")):
                try:
                    with open(os.path.join(here, name), "rb") as stream:
                        yield os.path.join(here, name), stream.read()
                except OSError:
                    continue
