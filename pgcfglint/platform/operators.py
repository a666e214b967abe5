"""What operators do: the parameters that they keep for themselves (operators.yaml), the changes that they
carry out (plan.yaml)."""

from __future__ import annotations

from pgcfglint.platform.tables import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pgcfglint.model import Setting


def managed(platforms: Iterable[str], setting: Setting) -> str:
    """What the operator does with a parameter that it keeps for itself, "" where it is the user's."""
    name = setting.name.lower()
    for platform in platforms:
        operator = table("operators").get(platform)
        for entry in operator["keeps"] if operator else ():
            if "under" in entry and entry["under"] not in setting.location.keys:
                continue
            passes = entry.get("passes", {})
            if _names(entry["names"], name) and setting.text not in passes.get(name, ()):
                return f"{operator['title']} {entry['outcome']}"
    return ""


def carries_out(platforms: Iterable[str]) -> str:
    """The operator that carries out a change of its resource by itself, "" where there is none."""
    ways = table("plan").get("ways", {})
    return next((str(ways[platform]["who"]) for platform in platforms if platform in ways), "")


def knows(platform: str) -> bool:
    """Whether a platform is an operator that keeps parameters for itself."""
    return platform in table("operators")


def decides(platforms: Iterable[str], name: str) -> bool:
    """Whether an operator alone decides what a parameter (in lower case) is, so that a file which does not
    write it does not tell."""
    for platform in platforms:
        operator = table("operators").get(platform)
        for entry in operator["keeps"] if operator else ():
            if name not in entry.get("elsewhere", ()) and _names(entry["names"], name):
                return True
    return False


def _names(patterns: Iterable[str], name: str) -> bool:
    return any(
        name == pattern or (pattern.endswith("*") and name.startswith(pattern[:-1])) for pattern in patterns
    )
