"""Names that the catalogue does not have, or has under another name."""

from __future__ import annotations

from pgcfglint.lazy import pattern
from pgcfglint.model import LOCAL
from pgcfglint.platform.effective import DROPPED, IGNORED, REFUSED, RUNS, TRANSLATED, Effective

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pgcfglint.catalog import Parameter
    from pgcfglint.platform.effects import Effects

_WORD = r"(?:[A-Za-z_]|[^\x00-\x7f])(?:[A-Za-z0-9_$]|[^\x00-\x7f])*"
_CUSTOM_NAME = pattern(rf"{_WORD}\.{_WORD}")
"""A placeholder's name: two words and one dot; any other dotted name is a syntax error in a file."""


def resolve(effects: Effects, name: str) -> Effective:
    """What a name comes to that is no parameter of this major."""
    settings = effects.settings(name)
    if not settings:
        return Effective(name, None, None, "unknown")
    fate, reason = _judge(effects, name)
    text, origin = (settings[0].text, "written") if fate == RUNS else (None, "unknown")
    return Effective(name, text, None, origin, settings[0], fate, reason, tuple(settings[1:]))


def through_alias(effects: Effects, name: str, parameter: Parameter) -> Effective:
    """An old name that PostgreSQL still takes: it is the new one, except to Patroni."""
    target, settings = effects.of(parameter.name), effects.settings(name)
    if not effects.rules or not settings:
        return target
    reason = (
        f"{name} is an old name of {parameter.name} that Patroni does not know; it drops it and "
        f"PostgreSQL runs with {target.text}"
    )
    hidden = tuple(settings[1:])
    return target.replace(name=name, setting=settings[0], fate=DROPPED, reason=reason, shadowed=hidden)


def _judge(effects: Effects, name: str) -> tuple[str, str]:
    if not effects.passed_on(effects.settings(name)[0]):
        return IGNORED, f"the chart does not pass {name} on"
    conversion = effects.rules.get("translated", {}).get(name.lower())
    if conversion is not None:
        target = effects.of(conversion["to"])
        reason = f"{name} is an old name; Patroni runs {target.name} with {target.text}"
        carried = effects.settings(name)[0].layer != LOCAL and not effects.settings(target.name)
        return (TRANSLATED if carried else DROPPED), reason
    major = effects.catalog.major
    if "." not in name:
        if effects.catalog.name_problem(name, effects.cluster.major) is None:
            return RUNS, ""  # a server older than the oldest catalogue
        if effects.rules:
            return DROPPED, f"there is no {name} in PostgreSQL {major}; Patroni drops it"
        return REFUSED, f"there is no {name} in PostgreSQL {major}, which does not start with it"
    if not _CUSTOM_NAME.fullmatch(name):
        return REFUSED, f"{name} is a syntax error in postgresql.conf: PostgreSQL does not start"
    problem = effects.catalog.name_problem(name)
    if problem is not None:
        return DROPPED, f"{problem.message}: it has no effect"
    return RUNS, ""
