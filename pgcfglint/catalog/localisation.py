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


_OFFSET = r"[+-]?0*(?:1[0-5][0-9]|16[0-7]|[0-9]{1,2})(?::0*[0-5]?[0-9](?::0*(?:60|[0-5]?[0-9]))?)?"
_YEARDAY = "[12][0-9]{2}|3[0-5][0-9]|36[0-5]"
_DAY = rf"J0*(?:[1-9][0-9]?|{_YEARDAY})|0*(?:[0-9]{{1,2}}|{_YEARDAY})"
_RULE = rf"(?:{_DAY}|M0*(?:1[0-2]|[1-9])\.0*[1-5]\.0*[0-6])(?:/{_OFFSET})?"
_SUMMER = rf"(?:<[^>]+>|[^0-9,+<-][^0-9,+-]*)(?:{_OFFSET})?(?:[,;]{_RULE},{_RULE})?"
_POSIX = rf"(?i)(?!:)(?:<[^>]*>|[^0-9,+<-][^0-9,+-]*)?{_OFFSET}(?:{_SUMMER})?"
"""A POSIX specification as tzparse() in src/timezone/localtime.c takes it."""


_ZONE_BYTES = 255


def time_zone(text: str, major: int) -> str:
    """A zone of the tz database in any case, a POSIX specification, or a number of hours.

    Source: check_timezone() in src/backend/commands/variable.c.
    """
    from pgcfglint.catalog.tables import zones

    if lower(text).removeprefix(":").removeprefix("posix/") in zones() or (
        len(text) <= _ZONE_BYTES and re.fullmatch(_POSIX, text)
    ):
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
    abbreviations that are no time zone's name, which a starting server does not have yet.

    Source: check_recovery_target_time() in src/backend/access/transam/xlogrecovery.c; observed.
    """
    if text and not (lower(text) in ("now", "today", "tomorrow", "yesterday") and text != lower(text)):
        _check_time(text)
    return text


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]*"
_DATE = (
    r"(?:([0-9]{4,6})-([0-9]{1,2})-([0-9]{1,2})|([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})|([0-9]{4})([0-9]{2})([0-9]{2})"
    rf"|(?:(?:sun|mon|tue|wed|thu|fri|sat)[a-z]*,?\s+)?(?:{_MONTH}\s+([0-9]{{1,2}}),?|([0-9]{{1,2}})\s+{_MONTH})"
    r"\s+([0-9]{4})|J[0-9]{5,7}|[0-9]{4}[.-][0-9]{3})"
)
_TIME = (
    r"(?:([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:\.[0-9]*)?)?|[0-9]{4}|[0-9]{6}|allballs)(?:\s*(AM|PM))?"
)
_POINT = (
    rf"(?i)\s*{_DATE}(?:(?:\s+|T){_TIME})?(?:\s*[+-]([0-9]{{1,2}})(?::?[0-5][0-9](?::?[0-5][0-9])?)?"
    r"|\s*(?!BC|AD)([A-Z][A-Z0-9_/+-]*))?(?:\s+(BC|AD))?\s*"
)


def _check_time(text: str) -> None:
    """Refuses what is no point in time to a starting server."""
    from pgcfglint.catalog.tables import zones

    match = re.fullmatch(_POINT, text)
    if match is None:
        raise Refused("syntax", "it is not a time such as 2026-11-22 14:30:00+01")
    *dates, hours, minutes, seconds, half, shift, zone, era = match.groups()
    iso, american, digits, words = dates[:3], dates[3:6], dates[6:9], dates[9:]
    parts = [american[2], *american[:2]] if american[0] else digits if digits[0] else iso
    if words[4]:
        named = lower(words[0] or words[3])
        parts = [words[4], str(_MONTHS.index(named) + 1), words[1] or words[2]]
    year, month, day = (int(part or 1) for part in parts)
    hour, minute, second = (int(part or 0) for part in (hours, minutes, seconds))
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = 30 if month in (4, 6, 9, 11) else 29 if month == 2 and (leap or era) else 28 if month == 2 else 31
    clock = hour < (13 if half else 24) and minute < 60 and second <= 60
    clock = clock or (hour == 24 and not minute and not second and not half)
    earliest = not era or lower(era) != "bc" or year <= 4714
    if not (0 < month <= 12 and 0 < day <= days and 0 < year <= 294276 and clock and earliest):
        raise Refused("range", "there is no such date or time")
    if int(shift or 0) > 15:
        raise Refused("range", "no time zone is that far away")
    if zone and lower(zone) not in zones() and not re.fullmatch(_POSIX, zone):
        raise Refused("syntax", f"{zone} is no time zone that a starting server knows")
