"""Mistakes in the lines of pg_hba that keep the server from starting or lock everybody out.

https://www.postgresql.org/docs/current/auth-pg-hba-conf.html. Patroni writes the lines as they are.
"""

from __future__ import annotations

from pgcfglint.lazy import pattern
from pgcfglint.model import LOCAL
from pgcfglint.platform.tables import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pgcfglint.model import Setting

Problem = tuple[str, str, str, "tuple[Setting, ...]"]
"""The fields of a hazard: name, kind, message, settings."""

_TYPES = ("local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc")
_ONE_TEXT = "pg_hba is one text and no list: Patroni writes a line for each character"
_TOKEN = pattern(r'(?:[^\s",#]|"[^"]*"|,\s*)+')
_ADDRESS = pattern(r"(\d+)\.(\d+)\.(\d+)\.(\d+)(?:/(\d+))?")


def problems(settings: tuple[Setting, ...]) -> Iterator[Problem]:
    """What is wrong with the lines, each a setting. Local lines hide those of the DCS."""
    lines = [one for one in settings if one.layer == LOCAL] or list(settings)
    lines = [one for one in lines if one.kind == "str"]
    methods = []
    for setting in lines:
        if _is_one_text(setting):
            yield "hba-no-list", "brick", f"{_ONE_TEXT}, and PostgreSQL does not start", (setting,)
            return
        words = _TOKEN.findall(setting.text.split("#")[0])
        if not words or words[0].startswith(("include", "@")):
            methods.append("")
            continue
        method, problem = _read(words)
        methods.append(method)
        if problem:
            yield "hba-line-broken", "brick", f"{problem}: PostgreSQL does not start", (setting,)
    if methods and all(method == "reject" for method in methods):
        message = "every line of pg_hba rejects: no new session gets in, Patroni's neither"
        yield "hba-rejects-everybody", "lock-out", message, tuple(lines)


def reject_everybody(lines: Iterable[Setting]) -> bool:
    """Whether lines that PostgreSQL can read reject every session."""
    return any(name == "hba-rejects-everybody" for name, *_ in problems(tuple(lines)))


def fields(text: str) -> tuple[str, str, str, str, str, tuple[str, ...]]:
    """(type, databases, users, address, method, options) of a line; "" for what it does not have, and
    for all of a comment, an include or a line that ends early. A separate mask is joined to its address.

    >>> fields("host all all 10.0.0.0 255.0.0.0 md5")
    ('host', 'all', 'all', '10.0.0.0/255.0.0.0', 'md5', ())
    """
    words = _TOKEN.findall(text.split("#")[0])
    if not words or words[0] not in _TYPES:
        return "", "", "", "", "", ()
    place, address = 3, ""
    if words[0] != "local":
        place, address = _method_place(words), words[3] if len(words) > 3 else ""
        if place == 5:
            address = f"{address}/{words[4]}"
    if len(words) <= place:
        return "", "", "", "", "", ()
    return words[0], words[1], words[2], address, words[place].lower(), tuple(words[place + 1 :])


def asks_certificate(text: str) -> bool:
    """Whether a line wants a certificate from the client: method cert, or the option clientcert."""
    *_, method, options = fields(text)
    wanted = (option for option in options if option.startswith("clientcert="))
    return method == "cert" or any(
        option not in ("clientcert=0", "clientcert=no-verify") for option in wanted
    )


def line_problem(setting: Setting) -> str:
    """Why PostgreSQL refuses a line, "" where it does not."""
    if _is_one_text(setting):
        return _ONE_TEXT
    text = setting.text
    words = _TOKEN.findall(text.split("#")[0])
    if not words or words[0].startswith(("include", "@")):
        return ""
    return _read(words)[1]


def _method_place(words: list[str]) -> int:
    """Where the method of a TCP line stands: an address may be followed by its mask."""
    return 5 if len(words) > 5 and "/" not in words[3] and _ADDRESS.fullmatch(words[4]) else 4


def _is_one_text(setting: Setting) -> bool:
    """Whether the whole of pg_hba is one scalar: a line of a list has its number as the last key."""
    keys = setting.location.keys
    return "\n" in setting.text.strip() or bool(keys and not keys[-1].isdigit() and keys[-1] == "pg_hba")


def _read(words: list[str]) -> tuple[str, str]:
    """(method, what is wrong with the line)."""
    rules = table("hazards")
    kind = words[0]
    if kind not in _TYPES:
        return "", f"pg_hba knows no line that begins with {kind}"
    place = 3
    if kind != "local":
        if len(words) > 3 and (problem := _address_problem(words[3])):
            return "", problem
        place = _method_place(words)
    if len(words) <= place:
        return "", f"the pg_hba line {' '.join(words)!r} ends early"
    method, options = words[place], words[place + 1 :]
    if method not in rules["hba_methods"]:
        return method, f"pg_hba knows no method {method}"
    wanted = rules["hba_options"].get(method)
    if wanted and not any(option.partition("=")[0] in wanted for option in options):
        return method, f"pg_hba's method {method} needs {' or '.join(wanted[:2])}"
    return method, ""


def _address_problem(text: str) -> str:
    match = _ADDRESS.fullmatch(text)
    if match is None:
        return ""
    *octets, bits = match.groups()
    if any(int(octet) > 255 for octet in octets) or (bits is not None and int(bits) > 32):
        return f"{text} is no address"
    return ""
