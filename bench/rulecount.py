"""Installs of this tree with fewer and with more rules than it ships."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from install import TREE, pip, wheel

KEPT = ("pgcfglint", "rules", "hatch_build.py", "pyproject.toml", "README.md", "LICENSE")


def installs(folder: Path) -> dict[int, Path]:
    """Folders for sys.path with half, all and twice the rules, by the number of rules."""
    return dict(_install(folder, name) for name in ("half", "all", "twice"))


def _install(folder: Path, name: str) -> tuple[int, Path]:
    tree = folder / f"tree-{name}"
    tree.mkdir()
    for kept in KEPT:
        source = TREE / kept
        if source.is_dir():
            shutil.copytree(source, tree / kept, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tree / kept)
    rules = sorted((tree / "rules").rglob("*.yaml"))
    if name == "half":
        for rule in rules[1::2]:
            rule.unlink()
    elif name == "twice":
        for rule in rules:
            shutil.copy(rule, rule.with_name(f"{rule.stem}-again.yaml"))
    target = folder / f"install-{name}"
    pip(
        Path(sys.executable),
        "install",
        "--no-deps",
        "--target",
        target,
        wheel(tree, folder / f"wheel-{name}"),
    )
    return len(list((tree / "rules").rglob("*.yaml"))), target
