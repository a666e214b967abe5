"""The diff that `patronictl edit-config` shows: what the dynamic configuration was and becomes.

The diff shows three lines around each change of `patronictl show-config`'s text, so that the keys above
them are often out of sight; the indentation tells the level (parameters stand four blanks in).
"""

from __future__ import annotations

import re

from pgcfglint.model import LiveSetting, LiveState, Location
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.node import LIST, MAP
from pgcfglint.sources.nodes import parse
from pgcfglint.sources.scalars import resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pgcfglint.sources.text import Source

_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@")
_KEY = re.compile(r"( *)([\w.\-]+):(?: (.*))?$")
_DONE = "Configuration changed"
_SAME = "Not changed"
_ASKED = "Apply these changes?"
SWITCHES = ("use_pg_rewind", "use_slots")
"""Patroni's own keys that stand below `postgresql`."""


def from_text(source: Source) -> LiveState | None:
    """The edit; None where the text is none.

    `settings` is the configuration after the edit where it was made, else as it is; only what the
    diff shows.
    """
    lines = source.text.split("\n")
    start = next(
        (
            number
            for number in range(len(lines) - 1)
            if lines[number].rstrip() == "---" and lines[number + 1].rstrip() == "+++"
        ),
        None,
    )
    said = [line.strip() for line in lines if line.strip()]
    if start is None:
        if said and len(said) <= 2 and said[-1] in (_DONE, _SAME):
            return LiveState("edit", Location(source.path, 1, 1, 1, 2))
        return None
    reader = _Reader(source.path)
    for number, line in enumerate(lines[start + 2 :], start + 3):
        reader.take(line, number)
    place = Location(source.path, start + 1, 1, start + 1, 4)
    return LiveState("edit", place, tuple(reader.after), before=tuple(reader.before))


class _Reader:
    """Walks down a diff and keeps, for each side, the keys that are open."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.before: list[LiveSetting] = []
        self.after: list[LiveSetting] = []
        self.open: dict[str, dict[int, str]] = {"-": {}, "+": {}}
        self.inside = False

    def take(self, line: str, number: int) -> None:
        """One line of the diff."""
        if _HUNK.match(line):
            self.inside = True
            self.open = {"-": {}, "+": {}}
            return
        if not self.inside or line.startswith((_DONE, _ASKED)):
            self.inside = False
            return
        sign, text = line[:1], line[1:]
        if sign in ("-", " "):
            self._side("-", self.before, text, number)
        if sign in ("+", " "):
            self._side("+", self.after, text, number)

    def _side(self, sign: str, settings: list[LiveSetting], text: str, number: int) -> None:
        match = _KEY.fullmatch(text.rstrip())
        if match is None:
            if text.strip().startswith("- ") and settings and not settings[-1].text:
                last = settings[-1]
                settings[-1] = last.replace(kind="list", text=last.text or "")
            return
        depth, key, value = len(match[1]), match[2], (match[3] or "").strip()
        above = self.open[sign]
        for deeper in [level for level in above if level >= depth]:
            del above[deeper]
        above[depth] = key
        name = self._name(depth, key, above)
        if not name or (not value and depth < 4):
            return
        column = depth + len(key) + 4
        kind, shown = _resolved(value, self.path)
        place = Location(self.path, number, column, number, column + max(len(value), 1), (name,))
        settings.append(LiveSetting(name, shown, place, kind=kind))

    @staticmethod
    def _name(depth: int, key: str, above: dict[int, str]) -> str:
        inside = above.get(0, "postgresql") == "postgresql"
        if depth == 4 and inside and above.get(2, "parameters") == "parameters":
            return key
        if depth == 2 and inside and key in SWITCHES:
            return f"patroni.{key}"
        return f"patroni.{key}" if depth == 0 and key != "postgresql" else ""


def _resolved(value: str, path: str) -> tuple[str, str]:
    """The kind and text of a scalar, as Patroni reads it."""
    if not value:
        return "null", ""
    try:
        roots = parse(value, path)
    except Unreadable:
        return "str", value
    if not roots:
        return "null", ""
    if roots[0].kind in (LIST, MAP):
        return roots[0].kind, value
    kind, text = resolve(roots[0], "pyyaml")
    return kind, text
