"""Values that an extension itself refuses or reads as another one."""

from __future__ import annotations

from pgcfglint.lazy import pattern
from pgcfglint.platform.tables import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pgcfglint.catalog import Parameter, Value

_KEY = pattern(r"\s*(\w+)\s*=\s*(?:'(?:[^'\\]|\\.)*'|[^\s']*)\s*")


def problem(parameter: Parameter, text: str) -> str:
    """Why the extension does not take a text, "" where it does or nothing is known."""
    check = table("extensions")["checked"].get(parameter.name.lower())
    if check is None or not text.strip():
        return ""
    if "keys" in check:
        return _conninfo_problem(parameter, text, check["keys"])
    words = [text] if "one_of" in check else text.split(",")
    allowed = check.get("one_of") or check["any_of"]
    for word in words:
        if word.strip().lower().removeprefix("-") not in allowed:
            return f"{word.strip()} is no value of {parameter.name}"
    return ""


def same_as(parameter: Parameter, value: Value) -> Value:
    """The value that a label stands for."""
    labels = table("extensions")["synonyms"].get(parameter.name.lower(), {})
    instead = labels.get(value.setting)
    return parameter.read(instead) if instead else value


def _conninfo_problem(parameter: Parameter, text: str, allowed: list[str]) -> str:
    place = 0
    while place < len(text):
        match = _KEY.match(text, place)
        if match is None or match.end() == place:
            return f"{parameter.name} takes keyword=value pairs only"
        if match.group(1).lower() not in allowed:
            return f"{parameter.name} does not allow {match.group(1)}"
        place = match.end()
    return ""
