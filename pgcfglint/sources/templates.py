"""Which parameters a chart's templates pass on.

A template names each (`.Values.patroni.postgresql.parameters.work_mem`) or takes the map as a whole
(`toYaml`, `range`, `with`); a map taken as a whole passes on every name in it.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from pgcfglint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_COMMENT = re.compile(r"\{\{-?\s*/\*.*?\*/\s*-?\}\}", re.DOTALL)
_GUARD = re.compile(r"\{\{-?\s*(?:if|else if|end)\b[^}]*\}\}")
_INDEX = r"""\(?index\s+\$?\.Values\.{path}\s+"([\w.]+)"\)?"""


class Reads(Record):
    """The names that templates read one by one, and whether some template takes the whole map."""

    names: frozenset[str]
    whole: bool


def parameters_read(folder: str, paths: Sequence[str]) -> Reads | None:
    """What the templates in a folder read of the maps at these paths; None where they mention none."""
    names: set[str] = set()
    whole = False
    for text in _templates(folder):
        text = _COMMENT.sub("", text)
        for path in paths:
            if path.rpartition(".")[2] not in text:
                continue
            bare = re.escape(path)
            names.update(name.lower() for name in re.findall(rf"\.Values\.{bare}\.([\w.]+)", text))
            names.update(name.lower() for name in re.findall(_INDEX.format(path=bare), text))
            rest = re.sub(_INDEX.format(path=bare), "", _GUARD.sub("", text))
            whole = whole or re.search(rf"\.Values\.{bare}(?![\w.])", rest) is not None
    return Reads(frozenset(names), whole) if names or whole else None


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
