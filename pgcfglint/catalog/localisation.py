"""Validators of the string parameters about dates, time zones and encodings."""

from __future__ import annotations

import re

from pgcfglint.catalog import facts_table
from pgcfglint.catalog.lists import lower, split_identifiers
from pgcfglint.catalog.numbers import strtod
from pgcfglint.catalog.problem import Refused

_STYLES = (("iso", "ISO"), ("sql", "SQL"), ("postgres", "Postgres"), ("german", "German"))


def date_style(text: str, major: int) -> str:
    """DateStyle: a style and an order, in any sequence; shown as "ISO, MDY".

    Source: check_datestyle() in src/backend/commands/variable.c.
    """
    style, order = "ISO", "MDY"
    has_style = has_order = False
    for item in split_identifiers(text):
        word = lower(item)
        named = _style(word)
        if named:
            _agree(has_style, style, named)
            style, has_style = named, True
            # German is day first unless an order is given.
            order = "DMY" if named == "German" and not has_order else order
        elif _order(word):
            _agree(has_order, order, _order(word))
            order, has_order = _order(word), True
        elif word == "default":
            style, order = style if has_style else "ISO", order if has_order else "MDY"
        else:
            raise Refused("enum", f"{item} is none of ISO, SQL, Postgres, German, DMY, MDY, YMD")
    return f"{style}, {order}"


def _style(word: str) -> str:
    for start, name in _STYLES:
        if word == start or (start == "postgres" and word.startswith(start)):
            return name
    return ""


def _order(word: str) -> str:
    if word in ("ymd", "dmy", "mdy"):
        return word.upper()
    if word.startswith("euro"):
        return "DMY"
    return "MDY" if word == "us" or word.startswith("noneuro") else ""


def _agree(given: bool, before: str, now: str) -> None:
    if given and before != now:
        raise Refused("syntax", f"{before} and {now} contradict each other")


def encoding(text: str, major: int) -> str:
    """An encoding under any of its names, shown under its own; case and punctuation do not count.

    Source: pg_encname_tbl in src/common/encnames.c.
    """
    key = re.sub("[^a-z0-9]", "", lower(text))
    canonical = facts_table.ENCODINGS.get(key)
    if canonical is None or len(text) > 63:
        raise Refused("enum", "there is no such encoding", "UTF8" if "utf" in key else "")
    return text if text == "UNICODE" else canonical


_ABBREVIATION = r"(?:[A-Za-z]{3,}|<[^>]+>)"
_OFFSET = r"[+-]?[0-9]{1,3}(?::[0-9]{1,2}){0,2}"
_POSIX = re.compile(rf"{_ABBREVIATION}{_OFFSET}(?:{_ABBREVIATION}(?:{_OFFSET})?(?:,.+)?)?")


def time_zone(text: str, major: int) -> str:
    """A zone of the tz database in any case, a POSIX specification, or a number of hours.

    Source: check_timezone() in src/backend/commands/variable.c.
    """
    from pgcfglint.catalog.tables import zones

    if lower(text) in zones() or _POSIX.fullmatch(text):
        return text
    try:
        hours, end = strtod(text)
    except Refused:
        hours, end = 1000.0, 0
    if end == len(text) and abs(hours) < 168:
        return text
    raise Refused("enum", "there is no such time zone", _near(text, zones()))


def _near(text: str, names: frozenset[str]) -> str:
    from pgcfglint.catalog.problem import suggest

    near = suggest(text, names)
    return "" if near is None else re.sub("(^|[/_-])[a-z]", lambda match: match.group().upper(), near)


def time_zone_abbreviations(text: str, major: int) -> str:
    """The name of a file under share/timezonesets: letters only."""
    if not re.fullmatch("[A-Za-z]+", text):
        raise Refused("syntax", "it is the name of a file in share/timezonesets: letters only", "Default")
    return text
