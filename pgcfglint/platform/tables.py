"""The one place that opens this package's data files, and how versions compare.

A table is one YAML file beside this module; an installed pgcfglint has them all as literals in its
bundle and parses none.
"""

from __future__ import annotations

import os.path

from pgcfglint import bundle
from pgcfglint.paths import platform_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_tables: dict[str, Any] = {}

_NEWEST = 99
"""What a missing part of a version counts as: `4` is the newest of the 4 line."""


def table(stem: str) -> Any:
    """The content of STEM.yaml; an empty map where there is no such file."""
    if stem not in _tables:
        bundled = bundle.load("platforms")
        _tables[stem] = _parse(stem) if bundled is None else bundled.get(stem, {})
    return _tables[stem]


def _parse(stem: str) -> Any:
    path = os.path.join(platform_folder(), f"{stem}.yaml")
    if not os.path.isfile(path):
        return {}
    import yaml

    with open(path, encoding="utf-8") as stream:
        return yaml.load(stream, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def version_key(version: str) -> tuple[int, ...]:
    """A version as numbers that compare; parts that are not given count as the newest there is.

    >>> version_key("4.1.5"), version_key("4"), version_key("")
    ((4, 1, 5), (4, 99, 99), (99, 99, 99))
    """
    parts = []
    for part in version.split(".")[:3]:
        digits = "".join(character for character in part if character.isdigit())
        if not digits:
            break
        parts.append(int(digits))
    return (*parts, *[_NEWEST] * (3 - len(parts)))


def at_version(entries: Mapping[str, Any], version: str, default: Any = None) -> Any:
    """The entry that holds at a version, from a map of the versions where each one begins."""
    wanted = version_key(version)
    chosen = default
    for since, entry in entries.items():
        if _since(since) <= wanted:
            chosen = entry
    return chosen


def _since(version: str) -> tuple[int, ...]:
    """A version as a beginning: parts that are not given count as 0."""
    parts = [int(part) for part in str(version).split(".")]
    return (*parts, *[0] * (3 - len(parts)))


def is_since(version: str, since: str) -> bool:
    """Whether a version is `since` or newer."""
    return version_key(version) >= _since(since)
