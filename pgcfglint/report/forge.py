"""What the formats for code forges share: paths from the repository's root, one-line advice, text
that is valid UTF-8."""

from __future__ import annotations

import os
import posixpath

from pgcfglint.report import cost

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pgcfglint.model import Finding

FAILED = ("unreadable", "unparsable")
"""The reasons to skip an input that are the input's fault."""


def slashed(path: str) -> str:
    """A path with `/` between its parts, whatever the system writes."""
    return utf8(path if os.sep == "/" else path.replace(os.sep, "/"))


def relative(path: str, root: str) -> str:
    """A path as a forge wants it: from the repository's root where it lies below it, without `./`."""
    path, root = slashed(path), slashed(root).rstrip("/")
    if root and path.startswith(f"{root}/"):
        path = path[len(root) + 1 :]
    return posixpath.normpath(path)


def utf8(text: str) -> str:
    """The text without lone surrogates, which no UTF-8 file can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def advice(finding: Finding) -> str:
    """The first remedy and its cost in one line, "" if there is none."""
    if not finding.remedies:
        return ""
    first = finding.remedies[0]
    return f"Fix: {first.text} ({cost(first)})"


class Fingerprints:
    """Numbers the fingerprints that occur more than once: forges fold equal ones into one alert."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def of(self, finding: Finding) -> str:
        """The finding's fingerprint, unique in this run."""
        where = finding.location
        own = utf8(finding.fingerprint or f"{finding.rule}:{where.path}:{where.line}:{where.column}")
        number = self._seen[own] = self._seen.get(own, 0) + 1
        return f"{own}:{number}"
