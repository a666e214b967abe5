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
_GUARD = r"\{\{-?\s*(?:if|else if|end)\b[^}]*\}\}"
_INDEX = r"""\(?index\s+\$?\.Values\.{path}\s+"([\w.]+)"\)?"""


def parameters_read(folder: str, paths: Sequence[str]) -> frozenset[str] | str | None:
    """The names that templates read of the maps at these paths, "all" where one takes a map as a whole,
    None where none mentions them."""
    asked = (os.path.abspath(folder), *paths)
    if asked not in _read:
        _read[asked] = _scan(folder, paths)
    return _read[asked]


_read: dict[tuple[str, ...], frozenset[str] | str | None] = {}
"""A chart's templates are scanned once for all of its values files."""


def forget() -> None:
    """Scan again: a new run has begun."""
    _read.clear()


def _scan(folder: str, paths: Sequence[str]) -> frozenset[str] | str | None:
    names: set[str] = set()
    for text in _templates(folder):
        text = re.sub(_COMMENT, "", text)
        for path in paths:
            if path.rpartition(".")[2] not in text:
                continue
            bare = re.escape(path)
            names.update(name.lower() for name in re.findall(rf"\.Values\.{bare}\.([\w.]+)", text))
            names.update(name.lower() for name in re.findall(_INDEX.format(path=bare), text))
            rest = re.sub(_INDEX.format(path=bare), "", re.sub(_GUARD, "", text))
            if re.search(rf"\.Values\.{bare}(?![\w.])", rest):
                return "all"
    return frozenset(names) or None


def _templates(folder: str) -> Iterator[str]:
    for here, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            if name.endswith((".yaml", ".yml", ".tpl", ".txt")):
                try:
                    with open(os.path.join(here, name), encoding="utf-8", errors="replace") as stream:
                        yield stream.read()
                except OSError:
                    continue
