"""postgresql.conf: what the server's own lexer makes of each line.

https://www.postgresql.org/docs/current/config-setting.html#CONFIG-SETTING-CONFIGURATION-FILE and
src/backend/utils/misc/guc-file.l; tried against real servers of 16 and 18.
"""

from __future__ import annotations

import re

from pgcfglint.record import Record

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Container, Iterator

_LETTER = r"(?:[A-Za-z_]|[^\x00-\x7f])"
_LATER = r"(?:[A-Za-z0-9_]|[^\x00-\x7f])"
_ID = f"{_LETTER}{_LATER}*"
_STRING = r"'(?:[^'\\\n]|\\.|'')*'"
_INTEGER = r"[-+]?(?:0x[0-9a-fA-F]+|[0-9]+)[a-zA-Z]*"
_REAL = r"[-+]?[0-9]*\.[0-9]*(?:[eE][-+]?[0-9]+)?"
_WORD = rf"{_LETTER}(?:{_LATER}|[-._:/])*"
_BLANK = r"[ \t\r]*"
_END = r"(?=[ \t\r#]|$)"
_VALUE = rf"{_STRING}|{_INTEGER}{_END}|{_REAL}{_END}|(?!{_ID}\.{_ID}{_END}){_WORD}"
_LINE = re.compile(
    rf"{_BLANK}(?P<name>{_ID}(?:\.{_ID})?)(?!{_LATER}){_BLANK}=?{_BLANK}(?P<value>{_VALUE}){_BLANK}(?:#.*)?$"
)
_IDLE = re.compile(rf"{_BLANK}(?:#.*)?$")
_TEMPLATE = re.compile(r"\{\{|\{%|\$\{|@[A-Z_]+@")
_ESCAPE = re.compile(r"\\([0-7]{1,3}|.)|''", re.DOTALL)
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_NAME = re.compile(rf"{_BLANK}({_ID}(?:\.{_ID})*)")

DIRECTIVES = ("include", "include_if_exists", "include_dir")
"""Lines that read other files; no parameters."""


class Line(Record):
    """A line that gives a value; `problem` where the server would refuse the line.

    Lines and columns count from 1; `column` and `end_column` are the value's.
    """

    name: str
    text: str
    written: str
    quoted: bool
    line: int
    column: int
    end_column: int
    problem: str = ""


def read(text: str) -> Iterator[Line]:
    """The lines of a postgresql.conf. Lines with a template's placeholder are left out."""
    for number, line in enumerate(text.split("\n"), 1):
        if _IDLE.match(line) or _TEMPLATE.search(line):
            continue
        match = _LINE.match(line)
        if match:
            written = match["value"]
            quoted = written.startswith("'")
            yield Line(
                match["name"],
                unquote(written) if quoted else written,
                written[1:-1] if quoted else written,
                quoted,
                number,
                match.start("value") + 1,
                match.end("value") + 1,
            )
            continue
        named = _NAME.match(line)
        rest = line[named.end() :].strip() if named else line.strip()
        column = (named.start(1) if named else len(line) - len(line.lstrip())) + 1
        end = len(line.rstrip()) + 1
        yield Line(named.group(1) if named else "", "", rest, False, number, column, end, _why(rest))


def unquote(value: str) -> str:
    """A quoted value as the server takes it: '' and backslash escapes resolved."""

    def meant(match: re.Match[str]) -> str:
        escape = match.group(1)
        if escape is None:
            return "'"
        if escape[0] in "01234567":
            return chr(int(escape, 8) & 0xFF)
        return _ESCAPES.get(escape, escape)

    return _ESCAPE.sub(meant, value[1:-1])


def _why(rest: str) -> str:
    value = rest.lstrip("= \t")
    if not value:
        return "a value is missing"
    if rest.startswith(":"):
        return "a colon stands where = or a blank should"
    if value.startswith('"'):
        return "double quotes do not quote here; use single ones"
    if ";" in value:
        return "a semicolon does not end a line here"
    if value.startswith("'"):
        return "something follows the quoted value, or its quote is not closed"
    return "a value like this must stand in single quotes"


def looks_like(text: str, known: Container[str], least: int = 3) -> bool:
    """Whether a text is a postgresql.conf: at least so many lines that name parameters, few others."""
    named = others = 0
    for line in read(text[:200_000]):
        sound = not line.problem or least == 1  # a file called postgresql.conf is one, mistakes included
        if sound and (line.name.lower() in known or line.name.lower() in DIRECTIVES):
            named += 1
        else:
            others += 1
    return named >= least and named > others
