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
    for item in split_identifiers(text, major):
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


_WORD = r"(?:<[^>]+>|[^0-9,+<:-][^0-9,+-]*)"
_OFFSET = r"[+-]?(?:1[0-5][0-9]|16[0-7]|[0-9]{1,2})(?::[0-5]?[0-9](?::(?:60|[0-5]?[0-9]))?)?"
_POSIX = rf"(?!:){_WORD}?{_OFFSET}(?:{_WORD}(?:{_OFFSET})?(?:[,;].+)?)?"


def time_zone(text: str, major: int) -> str:
    """A zone of the tz database in any case, a POSIX specification, or a number of hours.

    Source: check_timezone() in src/backend/commands/variable.c.
    """
    from pgcfglint.catalog.tables import zones

    if lower(text).removeprefix(":").removeprefix("posix/") in zones() or re.fullmatch(_POSIX, text):
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
    """The name of a file in share/timezonesets; the three that PostgreSQL brings along."""
    if text not in ("Default", "Australia", "India"):
        raise Refused("enum", "it is none of Default, Australia, India", "Default")
    return text


def messages_locale(text: str, major: int) -> str:
    """A locale of the operating system, which only the machine knows; it must not be empty."""
    if not text:
        raise Refused("syntax", "it cannot be empty", "C")
    return text


def point_in_time(text: str, major: int) -> str:
    """recovery_target_time: a date and time in most spellings; words such as now are refused, and so are
    abbreviations of time zones, which a starting server does not have yet.

    Source: check_recovery_target_time() in src/backend/access/transam/xlogrecovery.c; observed.
    """
    if not text:
        return text
    refused = not re.search("[0-9]", text) or re.fullmatch(r"\s*[0-9:.]+\s*|.*[0-9:]\s*[A-Za-z]{1,5}", text)
    if refused and not re.fullmatch(r"\s*[0-9]{8}\s*|.*[0-9] (?:BC|AD|AM|PM)", text):
        raise Refused("syntax", "it is not a time such as 2026-11-22 14:30:00+01")
    iso = re.match(r"\s*[0-9]{4}-([0-9]{1,2})-([0-9]{1,2})(?:[T ]\s*([0-9]{1,2}):([0-9]{2}))?", text)
    if iso:
        month, day, hour, minute = (int(part or 0) for part in iso.groups())
        days = 30 if month in (4, 6, 9, 11) else 29 if month == 2 else 31
        if not (1 <= month <= 12 and 1 <= day <= days and hour <= 24 and minute < 60):
            raise Refused("range", "there is no such date or time")
    return text
