"""How the server checks string parameters: one small function for each kind of text.

A validator takes the text and the major and answers what pg_settings shows, or raises `Refused`.
facts.yaml says which parameter has which. Source: the check hooks that
src/backend/utils/misc/guc_tables.c names; behaviour compared with real servers (tests/data/cases).
"""

from __future__ import annotations

import re

from pgcfglint.catalog.lists import cut, lower, split_identifiers, split_values
from pgcfglint.catalog.problem import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def name(text: str, major: int) -> str:
    """A name is cut at 63 bytes."""
    return cut(text)


def clean_name(text: str, major: int) -> str:
    """A name of printable ASCII characters: what is not becomes ? (up to 15) or \\xNN."""
    mark = "?" if major < 16 else None
    parts = text.encode("utf-8", "surrogateescape")[:63]
    return "".join(chr(byte) if 32 <= byte <= 126 else mark or f"\\x{byte:02x}" for byte in parts)


def identifier_list(text: str, major: int) -> str:
    """A list of names (search_path): only its syntax is looked at."""
    split_identifiers(text, major)
    return text


def access_method(text: str, major: int) -> str:
    """The name of an access method, which must not be empty."""
    if not text:
        raise Refused("syntax", "it cannot be empty")
    return cut(text)


def slot_name(text: str, major: int) -> str:
    """A replication slot's name."""
    if text and not re.fullmatch("[a-z0-9_]{1,63}", text):
        raise Refused(
            "syntax",
            "a slot's name has up to 63 lower case letters, digits and underscores",
            re.sub("[^a-z0-9_]", "_", text.lower())[:63],
        )
    return text


def slot_names(text: str, major: int) -> str:
    """A list of replication slots."""
    for item in split_identifiers(text, major):
        if not re.fullmatch("[a-z0-9_]{1,63}", item):
            raise Refused(
                "syntax", f"{item} is not a slot's name: lower case letters, digits and underscores"
            )
    return text


def _words(words: str) -> Callable[[str, int], str]:
    """A validator of a list whose items are of a few words, in any case."""
    known = words.split()

    def validator(text: str, major: int) -> str:
        _check_words(split_identifiers(text, major), known)
        return text

    validator.__doc__ = f"A list of {', '.join(known)}."
    return validator


def _check_words(items: Sequence[str], known: Sequence[str]) -> None:
    for item in items:
        if lower(item) not in known:
            raise Refused("enum", f"{item} is none of {', '.join(known)}")


def log_destination(text: str, major: int) -> str:
    """Where the log goes: jsonlog from 15 on; eventlog only on Windows."""
    _check_words(
        split_identifiers(text, major), ["stderr", "csvlog", *(["jsonlog"] if major >= 15 else []), "syslog"]
    )
    return text


def log_connections(text: str, major: int) -> str:
    """From 18 on a list of aspects, or one word of the former boolean alone."""
    items = split_identifiers(text, major)
    if len(items) == 1 and lower(items[0]) in ("on", "off", "true", "false", "yes", "no", "1", "0"):
        return text
    _check_words(items, ["receipt", "authentication", "authorization", "setup_durations", "all"])
    return text


def direct_io(text: str, major: int) -> str:
    """Kinds of files that are opened with O_DIRECT."""
    _check_words(split_values(text, major), ["data", "wal", "wal_init"])
    return text


def function_names(text: str, major: int) -> str:
    """backtrace_functions: letters, digits, underscores, commas and white space."""
    if not re.fullmatch("[0-9A-Za-z_, \n\t]*", text):
        raise Refused("syntax", "a list of C functions has letters, digits, underscores, commas and blanks")
    return text


def recovery_target(text: str, major: int) -> str:
    """Only "immediate"."""
    if text not in ("", "immediate"):
        raise Refused("enum", "the only value is immediate", "immediate")
    return text


def recovery_target_name(text: str, major: int) -> str:
    """A restore point's name."""
    if len(text.encode("utf-8", "surrogateescape")) > 63:
        raise Refused("syntax", "the name is longer than 63 bytes")
    return text


def recovery_target_lsn(text: str, major: int) -> str:
    """A place in the WAL."""
    if text and not re.fullmatch("[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}", text):
        raise Refused("syntax", "a place in the WAL looks like 16/B374D848")
    return text


def recovery_target_xid(text: str, major: int) -> str:
    """Anything that strtoull() does not find too large; it stops at the first character it does not know."""
    match = re.match(r"[ \t\n\v\f\r]*[+-]?(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([0-9]+))", text)
    if match:
        hexadecimal, octal, decimal = match.groups()
        digits = (hexadecimal or octal or decimal).lstrip("0") or "0"
        if len(digits) > 30 or int(digits, 16 if hexadecimal else 8 if octal else 10) >= 2**64:
            raise Refused("range", "it does not fit into 64 bits")
    return text


def recovery_target_timeline(text: str, major: int) -> str:
    """current, latest, or what strtoul() does not find too large."""
    return recovery_target_xid(text, major)


def standby_names(text: str, major: int) -> str:
    """synchronous_standby_names: NAME, NAME ... or [ANY|FIRST] NUMBER (NAME, ...).

    Source: src/backend/replication/syncrep_gram.y and syncrep_scanner.l.
    """
    if not text:
        return text
    tokens: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        match = _STANDBY_TOKEN.match(text, position)
        if match is None:
            raise Refused("syntax", f"{text[position]} needs double quotes around the standby's name")
        position = match.end()
        word = match.group().lower()
        if word in ("any", "first"):
            tokens.append((word, word))
        elif match.lastgroup != "space":
            tokens.append((match.lastgroup or "", word))
    shape = "".join(_SHAPES.get(kind, value) for kind, value in tokens)
    if not re.fullmatch(r"[Nn](,[Nn])*|[AF]?n\([Nn](,[Nn])*\)", shape):
        raise Refused(
            "syntax", "it is neither a list of names nor ANY or FIRST, a number and names in parentheses"
        )
    if shape.endswith(")"):
        count = int(next(value for kind, value in tokens if kind == "number")[:40])
        # atoi() of a long that is too large for an int keeps the low 32 bits.
        count = (min(count, 2**63 - 1) + 2**31) % 2**32 - 2**31
        if count <= 0:
            raise Refused("range", "the number of synchronous standbys must be greater than 0")
    return text


_STANDBY_TOKEN = re.compile(
    r'(?P<space>[ \t\n\r\f\v]+)|(?P<quoted>"(?:[^"]|"")*")'
    r"|(?P<word>(?:[A-Za-z_]|[^\x00-\x7f])(?:[A-Za-z_0-9$]|[^\x00-\x7f])*)"
    r"|(?P<number>[0-9]+)|(?P<star>\*)|(?P<mark>[,()])"
)
_SHAPES = {"quoted": "N", "word": "N", "star": "N", "number": "n", "any": "A", "first": "F"}


createrole_self_grant = _words("set inherit")
nonsystem_relation_kinds = _words("view foreign-table")
wal_consistency_checking = _words("all heap2 heap btree hash gin gist sequence spgist brin generic")
"""The resource managers whose pages can be compared (those with a mask function in rmgrlist.h)."""


def canonical_path(text: str, major: int) -> str:
    """A path without what does not matter: doubled and trailing slashes, "." and, where it can be, "..".

    Source: canonicalize_path() in src/port/path.c; before 15 it took out ".." only at the end.
    """
    if not text:
        return text
    root = "/" if text.startswith("/") else ""
    parts = [part for part in text.split("/") if part]
    if major >= 15:
        parts = _without_dots(parts, root)
    else:
        parts = _without_dots_at_the_end(parts, root)
    return root + "/".join(parts) or "."


def _without_dots(parts: list[str], root: str) -> list[str]:
    kept: list[str] = []
    for part in parts:
        if part == ".." and kept and kept[-1] != "..":
            kept.pop()
        elif part != "." and (part != ".." or not root):
            kept.append(part)
    return kept


def _without_dots_at_the_end(parts: list[str], root: str) -> list[str]:
    kept, ups = list(parts), 0
    while kept and (ups or kept[-1] in (".", "..")):
        last = kept.pop()
        if last == "..":
            ups += 1
        elif last != ".":
            ups -= 1
    return kept or ([] if root else [".."] * ups)
