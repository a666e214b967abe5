"""Validators of the string parameters about dates, time zones and encodings."""

from __future__ import annotations

import re

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
    canonical = ENCODINGS.get(key)
    if canonical is None or len(text) > 63:
        raise Refused("enum", "there is no such encoding", "UTF8" if "utf" in key else "")
    return text if text == "UNICODE" else canonical


def _encodings() -> dict[str, str]:
    same = (
        "BIG5 EUC_CN EUC_JIS_2004 EUC_JP EUC_KR EUC_TW GB18030 GBK ISO_8859_5 ISO_8859_6 ISO_8859_7 ISO_8859_8"
        " JOHAB KOI8R KOI8U LATIN1 LATIN2 LATIN3 LATIN4 LATIN5 LATIN6 LATIN7 LATIN8 LATIN9 LATIN10 MULE_INTERNAL"
        " SHIFT_JIS_2004 SJIS SQL_ASCII UHC UTF8 WIN866 WIN874 WIN1250 WIN1251 WIN1252 WIN1253 WIN1254 WIN1255"
        " WIN1256 WIN1257 WIN1258"
    ).split()
    names = {re.sub("_", "", name).lower(): name for name in same}
    windows = {"866": "WIN866", "874": "WIN874", "932": "SJIS", "936": "GBK", "949": "UHC", "950": "BIG5"}
    windows.update({f"125{n}": f"WIN125{n}" for n in range(9)})
    for number, name in windows.items():
        names[f"win{number}"] = names[f"windows{number}"] = name
    latin = {1: 1, 2: 2, 3: 3, 4: 4, 9: 5, 10: 6, 13: 7, 14: 8, 15: 9, 16: 10}
    names.update({f"iso8859{part}": f"LATIN{number}" for part, number in latin.items()})
    others = "abc=WIN1258 alt=WIN866 koi8=KOI8R mskanji=SJIS shiftjis=SJIS tcvn=WIN1258 tcvn5712=WIN1258"
    others += " unicode=UTF8 vscii=WIN1258 win=WIN1251"
    names.update(item.split("=") for item in others.split())  # type: ignore[arg-type]
    return names


ENCODINGS = _encodings()
"""Every name of an encoding, without case and punctuation, and the encoding's own."""

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
