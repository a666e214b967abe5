"""Values that a naive reader gets wrong, for any parameter: made up from its type, unit, bounds and labels.

`values` draws them from a seeded generator, so that a run can be repeated; what each kind of text is made of
stands in the tables below. Only texts that a line of postgresql.conf can hold: no NUL.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from random import Random

    from pgcfglint.catalog import Parameter

BLANKS = ["", "", "", "", " ", "  ", "\t", "\n", "\r", "\v", "\f", "\u00a0", "\x01"]
SIGNS = ["", "", "", "", "-", "-", "+", "--", "+-", "- "]
MEMORY = ["B", "kB", "MB", "GB", "TB"]
TIME = ["us", "ms", "s", "min", "h", "d"]
WRONG_UNITS = [
    "KB", "kb", "mb", "Mb", "M", "K", "k", "G", "Mi", "MiB", "PB", "b", "blocks", "8kB", "%", "sec", "S",
    "m", "MIN", "mins", "H", "D", "hr", "day", "w", "ns", "\u00b5s", "MBMB", "MB MB", "kB;", "e", "x", "f",
    "L", "_",
]  # fmt: skip
NUMBERS = [
    "", "0", "-0", "+0", "00", "007", "08", "09.5", "0o17", "0b1", "0x", "0X1F", "0xg", "0x1d", "0x10d",
    "0x1B", "0x1e3", "0x1p3", "0x1.8p3", "0X1.P-2", "0x.8p1", "0x1p", "1_000", "1,5", "1,000", ".", ".5",
    "5.", "-.5", "+.5", " .5", "1e3", "1E3", "1e-3", "1e+2", "1e", "e3", ".e3", "1e3.5", "1.5e1", "010e1",
    "010.5", "nan", "NaN", "-nan", "nan(1)", "inf", "-inf", "Infinity", "infinit", "1e400", "1e-400",
    "4.9e-324", "2.2e-308", "0e999", "0e-999", "1e308", "9" * 18, "9" * 19, "9" * 25, "9" * 400,
    "0" * 40 + "1", "-" + "9" * 25, "2147483647", "2147483648", "-2147483648", "-2147483649",
    "2147483647.4", "2147483647.5", "4294967296", "9223372036854775807", "9223372036854775808",
    "18446744073709551616", "0x7fffffff", "0x80000000", "0xffffffffffffffff", "017777777777",
    "020000000000", "1.0", "1.00000000000000000001", "0.5", "1.5", "2.5", "0.4999999999999999",
    "0.49999999999999999999", "on", "true", "default", "auto", "1;", "1#", "1'", "1\\", "\u0661", "\uff11",
]  # fmt: skip
WORDS = [
    "on", "off", "true", "false", "yes", "no", "1", "0", "t", "f", "y", "n", "o", "of", "tr", "ye", "fals",
    "trueish", "ON", "Off", "TRUE", "True", "oFf", " on", "on ", "on\n", "\ton", "01", "1.0", "2", "-1",
    "00", "", " ", "none", "null", "default", "enabled", "\u212a", "oN", "on\u00a0", "yess", "N", "Y", "T",
    "F", "O", "OF",
]  # fmt: skip

TEXTS = [
    "", " ", "abc", "ABC", "on", "off", "0", "1", "-1", " x ", "it's", "a\\b", "a\\nb", "a,b", "a, b",
    '"a","b"', "a,,b", "a b", "\u00e9", "\u0130", "\U0001f600", "%m [%p] ", "x#y", "x;y", "line1\nline2",
    "tab\there", "''", '""', '"unterminated', "$user", "/tmp/x", "../x", "*", "none", "default", "true",
    "n" * 63, "n" * 64, "n" * 62 + "\u00e9", "\u00e9" * 32, "\x01\x7f", "a\vb", "a\rb", "a\fb", "\v",
    "a,\vb", "a\v,b", ",", "a,", ",a", '"a""b"', '"a"b', 'a"b', '"" , a', '" a "', "a.b", "A-B", "100MB",
    "UTF8", "x" * 2000,
]  # fmt: skip

PIECES: dict[str, list[str]] = {
    "localisation.date_style": [
        "ISO", "iso", "SQL", "sql", "German", "GERMAN", "Postgres", "POSTGRESQL", "postgr", "posix", "MDY",
        "DMY", "ymd", "US", "us", "uss", "Euro", "European", "euroX", "NonEuropean", "noneuro", "non",
        "DEFAULT", "eur", "iso8601", ",", ",", ",", ", ", " ", '"ISO"', '"iso"', "e", "u", "german2",
        "sqlx", "default",
    ],
    "localisation.time_zone": [
        "UTC", "utc", "Europe/Berlin", "europe/berlin", "EUROPE/BERLIN", "America/New_York", "Etc/GMT+5",
        "GMT", "EST5EDT", "PST8PDT", "est", "CET", "MSK",
        "Factory", "Mars/Phobos", "UTC+3", "GMT-14", "GMT+25", "X", "XY", "XYZ", "XYZ5", "XY5",
        "<+03>-3", "<a>5", "<>5", "+", "-", ":", "1", "5", "14", "167", "168", "5.5", "0x5", "05:30",
        "-3:30", "24:00", "25:60:60", "INTERVAL '1'", " ", "/", "..", "../UTC", "zone.tab", "tzdata",
        "Europe", ",M3.2.0,M11.1.0", ",J60,J300", ",0/2,300/2:30", "DST", "e5", "1e1", "inf", "nan",
        "EST5EDT,M3.2.0/2,M11.1.0/2", "UCT", "Zulu", "z", "ABC-1:30DEF", "abc", "_",
    ],
    "localisation.encoding": [
        "UTF8", "utf8", "UTF-8", "utf_8", " utf8 ", "unicode", "UNICODE", "Unicode", "UTF", "UTF16",
        "LATIN1", "iso-8859-1", "ISO_8859_5", "iso88595", "latin10", "sql_ascii", "SQLASCII", "ascii",
        "WIN1252", "windows-1252", "win", "alt", "koi8", "KOI8-R", "koi8u", "sjis", "SHIFT_JIS",
        "shiftjis2004", "euc_jis_2004", "EUC-JP", "BIG5", "mskanji", "uhc", "johab", "gb18030", "gbk",
        "tcvn", "vscii", "abc", "mule_internal", "", "-", "U T F 8", "UTF8;", "utf8\n", "latin-1", "\u00e9",
        "win950", "cp1252",
    ],
    "localisation.messages_locale": ["C", "POSIX", "", "C.UTF-8", "nosuch", "xx_YY.UTF-8"],
    "localisation.time_zone_abbreviations": [
        "Default", "default", "DEFAULT", "Australia", "India", "india", "Europe.txt", "Europe", "",
        "nosuch", "../x", "Default2", "America.txt",
    ],
    "localisation.point_in_time": [
        "2026-11-22", "2026-11-22 14:30:00", "2026-11-22T14:30:00Z", "2026-11-22 14:30:00+01", "20261122",
        "2026-13-01", "2026-02-30", "2026-02-29", "2024-02-29", "2026-00-10", "11/22/2026", "22/11/2026",
        "22.11.2026", "Nov 22 2026", "22 November 2026", "2026.326", "2026-326", "J2461367", "14:30", "now",
        "today", "yesterday", "tomorrow", "epoch", "infinity", "-infinity", "NOW", "allballs",
        "2026-11-22 allballs", "2026-11-22 24:00:00", "2026-11-22 25:00:00", "2026-11-22 14:60",
        "2026-11-22 14:30:60", "2026-11-22 14:30:61", "2026-11-22 2:30 PM", "2026-11-22 14:30 PM",
        "2026-11-22 UTC", "2026-11-22 14:30 CET", "2026-11-22 14:30 Europe/Berlin",
        "2026-11-22 14:30 EST5EDT", "2026-11-22 14:30:00.123456789", "2026-11-22 BC", "0001-01-01 BC",
        "4714-11-24 BC", "4715-01-01 BC", "294276-12-31", "294277-01-01", "20261122T143000",
        "2026-11-22 14:30:00 +05:30", "2026-11-22 14:30:00-1300", "2026-11-22 14:30:00+16",
        "2026-11-22 14:30:00 GMT+3", "Sun Nov 22 2026", "2026-1-2", "26-11-22", "2026", "99999", "", " ",
        "abc", "2026-11-22 abc", " 2026-11-22 ", "2026-11-22T", "2026-11-22 14", "2026-11-22 1430",
        "2026-11-22 z", "2026-11-22 14:30z", "1999-01-08 04:05:06.789",
    ],
    "strings.standby_names": [
        "ANY", "any", "FIRST", "First", "ALL", "(", ")", ",", ", ", " ", "1", "2", "0", "00", "01",
        "99999999999", "2147483648", "4294967297", "s1", "S2", '"s-1"', '"a b"', '""', '"a""b"', "*", "s$1",
        "_x", "1a", "s-1", "\u00e9", "\n", "\t", "\v", "-1", "x.y", '"',
    ],
    "strings.identifier_list": [
        "public", "PUBLIC", '"$user"', "$user", '"Mixed Case"', '"a""b"', '"', '""', ",", ",", ", ", " ,",
        " ", "\v", "\t", "\n", "a", "b c", "pg_catalog", "a.b", ";", "'", "\u00e9", "n" * 70, "-", "1",
    ],
    "strings.slot_name": [
        "a", "A", "a_1", "a-b", "_", "1", "a" * 63, "a" * 64, " a", "a ", "\u00e9", "a.b", '"a"', "none",
    ],
    "strings.slot_names": [
        "a", "A", "a_1", "a-b", '"a"', '"A"', '"a b"', ",", ", ", " ", "a" * 63, "a" * 64, "*", "1", "\v",
        '""', "none",
    ],
    "strings.recovery_target": ["immediate", "IMMEDIATE", "immediate ", "", "latest", "none"],
    "strings.recovery_target_lsn": [
        "0/0", "1/ABCD", "16/b374d848", "FFFFFFFF/FFFFFFFF", "0/100000000", "0/0x10", "1/", "/1", "/",
        "0-0", " 0/0", "0/0 ", "00000000/00000001", "000000000/1", "1/2/3", "g/1", "123", "",
    ],
    "strings.recovery_target_name": ["rp1", "r" * 63, "r" * 64, "\u00e9" * 31, "\u00e9" * 32, "a b", ""],
    "strings.recovery_target_xid": [
        "3", "0", "-1", "0x10", "010", "08", "abc", "1a", " 5", "+5", "1.5", "4294967296",
        "18446744073709551615", "18446744073709551616", "-18446744073709551615", "-18446744073709551616",
        "0xffffffffffffffff", "0x10000000000000000", "01777777777777777777777", "02000000000000000000000",
        "",
    ],
    "strings.recovery_target_timeline": [
        "latest", "LATEST", "current", "Current", "controlfile", "", "2", "0", "-1", "0x10", "010", "1a",
        "foo", " 1", "1 ", "4294967295", "4294967296", "18446744073709551615", "18446744073709551616",
        "99999999999999999999999", "0x1ffffffffffffffff",
    ],
    "strings.log_destination": [
        "stderr", "STDERR", "csvlog", "jsonlog", "syslog", "eventlog", '"stderr"', '"STDERR"', ",", ", ",
        " ", "", "none", "stdout", "\v", "stderr,stderr",
    ],
    "strings.log_connections": [
        "on", "off", "true", "yes", "no", "1", "0", "t", "of", "ON", "receipt", "Receipt", "authentication",
        "authorization", "setup_durations", "all", '"all"', '"ON"', ",", ", ", " ", "", "none",
        "setup-durations",
    ],
    "strings.function_names": [
        "foo", "foo,bar", "foo bar", "a-b", "a;b", "f1\nf2", "a\tb", "a\rb", "a\vb", "", "\u00e9", "9", ".",
    ],
    "strings.createrole_self_grant": [
        "set", "inherit", "SET", '"set"', '"SET"', ",", ", ", " ", "", "admin", "none", ";", "\v",
    ],
    "strings.nonsystem_relation_kinds": [
        "view", "foreign-table", "VIEW", '"view"', '"View"', ",", ", ", " ", "", "foreign_table", "table",
        "\v",
    ],
    "strings.direct_io": [
        "data", "wal", "wal_init", "DATA", "Wal", '"data"', ",", ", ", " ", "", "none", "all", "wal-init",
    ],
    "strings.wal_consistency_checking": [
        "all", "ALL", "heap", "Heap2", "btree", "gin", "gist", "hash", "spgist", "spg", "brin", "sequence",
        "generic", '"heap"', '"HEAP"', ",", ", ", " ", "", "xlog", "transaction", "none", "all,heap",
    ],
    "strings.canonical_path": [
        "/", "//", ".", "..", "a", "b/", "/a", "/..", "../", "./", "a/../", "x//y", "/.", "...", " ",
        "/a/b/", "..b", "C:\\x",
    ],
}  # fmt: skip
"""What a parameter with this validator (facts.yaml) is asked: each piece alone, and some of them joined."""


def values(parameter: Parameter, pick: Random, count: int) -> list[str]:
    """About `count` texts for a parameter, no text twice."""
    make = _MAKERS[parameter.vartype]
    found = dict.fromkeys(make(parameter, pick, count))
    return list(found)[: 4 * count]


def _bool(parameter: Parameter, pick: Random, count: int) -> Iterable[str]:
    yield from _some(WORDS, pick, count)
    yield from ("".join(pick.choices("aeflnorstuyOFT01", k=pick.randint(1, 5))) for _ in range(count // 4))


def _enum(parameter: Parameter, pick: Random, count: int) -> Iterable[str]:
    labels = [*parameter.enumvals, *parameter.hidden_enumvals]
    spellings: list[Callable[[str], str]] = [
        str, str.upper, str.title, lambda label: f" {label}", lambda label: f"{label} ",
        lambda label: label[:-1], lambda label: label + "s", lambda label: label.replace("_", "-"),
        lambda label: f"'{label}'",
    ]  # fmt: skip
    yield from labels
    for _ in range(count):
        yield pick.choice(spellings)(pick.choice(labels))
    yield from _some(WORDS, pick, count // 2)


def _number(parameter: Parameter, pick: Random, count: int) -> Iterable[str]:
    kind = MEMORY if parameter.unit.endswith("B") else TIME if parameter.unit else []
    right = [*kind, *kind, ""] if kind else [""]
    edges = [edge for edge in (parameter.minimum, parameter.maximum) if edge is not None]
    units = {"": 1.0} | ({} if not kind else {unit: _size(unit) / _size(parameter.unit) for unit in kind})
    specials = [float(value) for value in parameter.special if isinstance(value, (int, float))]
    for _ in range(count):
        # about the bounds, in any unit, before and after rounding
        unit, size = pick.choice(list(units.items()))
        amount = pick.choice([*edges, *specials]) / size
        step = pick.choice([0, 0, 1, -1, 0.5, -0.5, 0.4999, 0.5001, 1e-9, 2]) / pick.choice([1, size])
        amount = amount + step if math.isfinite(amount + step) else amount
        near = pick.choice([f"{amount:.17g}", f"{amount:.6g}", f"{amount:.0f}", f"{amount:f}"])
        yield _about(near, pick) + pick.choice(["", "", " "]) + unit
        # anything with a right unit, and with a wrong one
        yield _about(_any_number(pick), pick) + pick.choice(BLANKS) + pick.choice(right) + pick.choice(BLANKS)
        if pick.random() < 0.3:
            yield _any_number(pick) + pick.choice(BLANKS) + pick.choice(WRONG_UNITS)
        # halves and fractions of units, which are rounded by way of the next smaller unit
        yield f"{pick.randint(0, 9000) / pick.choice([2, 8, 10, 1000, 1024])}{pick.choice(right)}"


def _about(number: str, pick: Random) -> str:
    return pick.choice(BLANKS) + number if pick.random() < 0.2 else number


def _any_number(pick: Random) -> str:
    form = pick.randrange(8)
    if form < 3:
        return pick.choice(SIGNS) + pick.choice(NUMBERS)
    whole = int(2 ** (pick.random() * 40))
    return pick.choice(SIGNS) + [
        str(whole), hex(whole), f"0{whole:o}", f"{whole}.{pick.randint(0, 999)}", f"{whole / 1e6:.10g}",
    ][form - 3]  # fmt: skip


def _size(unit: str) -> float:
    sizes = {"B": 1, "kB": 2**10, "8kB": 2**13, "MB": 2**20, "GB": 2**30, "TB": 2**40}
    times = {"us": 1, "ms": 1e3, "s": 1e6, "min": 6e7, "h": 3.6e9, "d": 8.64e10}
    return float({**sizes, **times}[unit])


def _string(parameter: Parameter, pick: Random, count: int) -> Iterable[str]:
    pieces = PIECES.get(str(parameter.facts.get("validator")))
    if pieces is None:
        yield from _some(TEXTS, pick, count)
        return
    yield from _some(pieces, pick, 2 * count)
    yield from _some(TEXTS, pick, count // 2)
    if parameter.facts["validator"] == "localisation.point_in_time":
        return  # each is a whole
    for _ in range(2 * count):
        yield "".join(pick.choices(pieces, k=pick.randint(2, 5)))


def _some(items: Sequence[str], pick: Random, count: int) -> list[str]:
    return list(items) if count >= len(items) else pick.sample(items, count)


_MAKERS: dict[str, Callable[[Parameter, Random, int], Iterable[str]]] = {
    "bool": _bool, "enum": _enum, "integer": _number, "real": _number, "string": _string,
}  # fmt: skip
