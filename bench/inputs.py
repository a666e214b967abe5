"""Inputs of any number and size, made from the example's values file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def variants(text: str, folder: Path, count: int) -> Path:
    """`count` values files with other names, connections and memory each, in a folder."""
    folder.mkdir()
    for number in range(count):
        variant = text.replace("shopdb", f"shop{number:05}")
        variant = re.sub(r"max_connections: \d+", f"max_connections: {100 + number % 400}", variant)
        variant = re.sub(r"shared_buffers: \w+", f"shared_buffers: {16 + number % 1000}MB", variant)
        (folder / f"values-{number:05}.yaml").write_text(variant, encoding="utf-8")
    return folder


def large(text: str, path: Path, size: int) -> Path:
    """One values file of about `size` bytes: the example's, and beside it copies of the rest of its keys."""
    rest = re.sub(r"(?ms)^(coordinator|workers|patroni|additionalDatabases):.*?(?=^\S)", "", text)
    indented = "".join(f"  {line}" if line.strip() else line for line in rest.splitlines(keepends=True))
    copies = range(max(0, size - len(text)) // len(indented))
    path.write_text(text + "".join(f"copy{number:05}:\n{indented}" for number in copies), encoding="utf-8")
    return path
