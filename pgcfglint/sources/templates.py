"""Which parameters a chart's templates pass on.

A template names each (`.Values.patroni.postgresql.parameters.work_mem`) or takes the map as a whole
(`toYaml`, `range`, `with`); a map taken as a whole passes on every name in it.
"""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_COMMENT = r"(?s)\{\{-?\s*/\*.*?\*/\s*-?\}\}"
_GUARD = r"\{\{-?\s*(?:if|else if|end)\b[^}]*$"
_INDEX = r"index\s+\$?$"
_INDEXED = r'\s+"([\w.]+)"'


def parameters_read(folder: str, paths: Sequence[str]) -> frozenset[str] | str | None:
    """The names that templates read of the maps at these paths, "all" where one takes a map as a whole,
    None where none mentions them."""
    names: set[str] = set()
    for data in _templates(folder):
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


def _templates(folder: str) -> Iterator[bytes]:
    for here, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            if name.endswith((".yaml", ".yml", ".tpl", ".txt")):
                try:
                    with open(os.path.join(here, name), "rb") as stream:
                        yield stream.read()
                except OSError:
                    continue
