"""ALTER SYSTEM in SQL: values that go to postgresql.auto.conf, over the postgresql.conf."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcfglint.migrate.word import Word

_ALTER = re.compile(
    r"""(?isx)\balter\s+(?P<what>system|database\s+\S+|(?:role|user)\s+(?:all|\S+)(?:\s+in\s+database\s+\S+)?)\s+
    (?:(?P<reset>reset)\s+(?P<old>[\w.]+)
      |set\s+(?P<name>"[^"]+"|[\w.]+)\s*(?:=|\bto\b)\s*(?P<value>(?:'(?:[^']|'')*'|"[^"]*"|[^;'"])*))"""
)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


class Statement:
    """A value that ALTER SYSTEM sets (`text` None: resets), or that is set for a database or role (`of`)."""

    __slots__ = ("name", "of", "place", "text", "written")

    def __init__(self, name: str, text: str | None, written: str, of: str, place: Word) -> None:
        self.name, self.text, self.written, self.of, self.place = name, text, written, of, place


def statements(sql: Word) -> Iterator[Statement]:
    """The ALTER ... SET statements of a text."""
    text = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), sql.text)
    for match in _ALTER.finditer(text):
        what = " ".join(match["what"].split())
        of = "" if what.lower() == "system" else what
        if match["reset"]:
            yield Statement(
                match["old"].strip('"'), None, "", of, sql.part(match.start("old"), match.end("old"))
            )
            continue
        written = match["value"].strip()
        start = match.start("value") + len(match["value"]) - len(match["value"].lstrip())
        values = [_meant(each) for each in _values(written)]
        default = written.lower() == "default"
        text_of = None if default else ", ".join(values)
        place = sql.part(start, start + len(written))
        yield Statement(match["name"].strip('"'), text_of, written, of, place)


def _values(written: str) -> list[str]:
    return [each.strip() for each in re.findall(r"""'(?:[^']|'')*'|"[^"]*"|[^,]+""", written) if each.strip()]


def _meant(value: str) -> str:
    if value[:1] == "'" and value[-1:] == "'":
        return value[1:-1].replace("''", "'")
    return value.strip('"')
