"""What a member's process shows: its environment (`env | grep PATRONI`) and the server's command line."""

from __future__ import annotations

import re

from pgcfglint.live.terminal import NOISE
from pgcfglint.model import LiveSetting, LiveState, Location
from pgcfglint.sources.masking import secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pgcfglint.sources.text import Source

_VARIABLE = re.compile(
    r"\s*(?:export |declare -x |-\s+|Environment=)?(?P<name>[A-Z_][A-Z0-9_]*)(?:=|:\s+)(?P<value>.*)$"
)
_OPTION = re.compile(
    r"""(?:^|(?<=[\s"']))(?:-c\s*["']?|--)(?P<name>[A-Za-z_][\w.\-]*)=(?P<value>(?:[^\s"'\\]|\\.)*|'[^']*')"""
)
_BLANK_OPTION = re.compile(r'"--(?P<name>[A-Za-z_][\w.\-]*)=(?P<value>[^"]*)"')
_MASKED = "********"
_LEAST = 0.5


def environment(source: Source) -> LiveState | None:
    """The variables PATRONI_...; None where most lines are none. Values of secrets are not kept."""
    settings = []
    others = 0
    for number, line in enumerate(source.text.split("\n"), 1):
        if not line.strip() or NOISE.match(line):
            continue
        match = _VARIABLE.match(line)
        if match is None:
            others += 1
            continue
        name, value = match["name"], match["value"]
        column = match.start("value") + 1
        bare = value.strip()
        if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "'\"":
            bare, column = bare[1:-1], column + 1
        place = Location(source.path, number, column, number, column + max(len(bare), 1), (name,))
        settings.append(LiveSetting(name, _MASKED if secret(name) else bare, place))
    patroni = [setting for setting in settings if setting.name.startswith("PATRONI_")]
    if not patroni or others > len(settings) * _LEAST:
        return None
    values = {setting.name: setting.text for setting in patroni}
    return LiveState(
        "environment",
        patroni[0].location,
        tuple(patroni),
        group=values.get("PATRONI_CITUS_GROUP"),
        member=values.get("PATRONI_NAME", ""),
        scope=values.get("PATRONI_SCOPE", ""),
    )


def command_line(source: Source) -> LiveState | None:
    """The server's command line: postmaster.opts, `ps`, one argument a line from /proc; else None."""
    first = next((line for line in source.text.split("\n") if line.strip() and not NOISE.match(line)), "")
    if not re.match(r"\S*/?(?:postgres|postmaster)(?:\s|$)", first.strip()):
        return None
    settings = []
    for number, line in enumerate(source.text.split("\n"), 1):
        pattern = _BLANK_OPTION if '"--' in line else _OPTION
        for match in pattern.finditer(line):
            name, value = match["name"].replace("-", "_"), match["value"].strip("'")
            place = Location(source.path, number, match.start("value") + 1, number, match.end("value") + 1)
            settings.append(LiveSetting(name, value, place, source="command line"))
    if not settings:
        return None
    return LiveState("command-line", settings[0].location, tuple(settings))
