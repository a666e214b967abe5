"""From a finding to an edit of the file that cures it, or the reason why there is none."""

from __future__ import annotations

from pgcfglint.model import LIVE, OPTION
from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pgcfglint.model import Finding, Location, Remedy, Setting
    from pgcfglint.scope import Scope


class Edit(Record):
    """One value to replace in one line; `location` is where the old one stands, quotes included.

    `old` is the value as written there without its quotes, `new` the value that is to be read there.
    `also`: groups that the finding is not about and that take the value from the same place.
    """

    finding: Finding
    remedy: Remedy
    location: Location
    old: str
    new: str
    also: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The file."""
        return self.location.path


def edit_for(finding: Finding, scopes: Sequence[Scope], paths: Collection[str]) -> Edit | str:
    """The edit that carries out a finding's first remedy, or why a person has to.

    `scopes`: those of the finding's cluster; `paths`: the files that may be changed.
    """
    remedy = finding.remedies[0] if finding.remedies else None
    if remedy is None or not remedy.parameter or remedy.value == "":
        return "no value to write cures it"
    if remedy.apply == "rebuild":
        return "it takes a new cluster"
    if remedy.reaches == "nobody":
        return f"the file reaches no cluster with it, {remedy.via} does"
    concerned = [scope for scope in scopes if scope.group.name in remedy.groups]
    found = {scope.setting(remedy.parameter) for scope in concerned}
    settings = [setting for setting in found if setting is not None]
    if not settings:
        return f"{remedy.parameter} is not written yet; where it goes is for a person to say"
    if len({setting.location for setting in settings}) > 1 or None in found:
        return f"{remedy.parameter} is written for some groups and not for others, or several times"
    setting = settings[0]
    if setting.kind == OPTION:
        return "the value comes from the command line"
    if setting.layer == LIVE:
        return "a dump shows what runs; an edit of it changes nothing"
    if setting.location.path not in paths:
        return f"the value stands in {setting.location.path}, the base of this input"
    if setting.text == remedy.value:
        return "the file says so already"
    also = tuple(scope.group.name for scope in scopes if scope not in concerned and _shares(scope, setting))
    return Edit(finding, remedy, setting.location, setting.written, remedy.value, also)


def _shares(scope: Scope, setting: Setting) -> bool:
    """Whether a group takes the value from the same place."""
    found = scope.setting(setting.name)
    return found is not None and found.location == setting.location


def written_forms(there: str, value: str) -> Iterator[str]:
    """How a value may be written in the place of another: with the same quotes, or in quotes if it needs
    them. The reader decides which of them means the value."""
    if not value.isprintable():
        return
    quote = there[:1]
    if quote == "'" and there.endswith("'"):
        yield "'" + value.replace("'", "''") + "'"
    elif quote == '"' and there.endswith('"'):
        if "\\" not in value and '"' not in value:
            yield f'"{value}"'
    else:
        yield value
        if "\\" not in value and '"' not in value:
            yield f'"{value}"'
        if "'" not in value:
            yield f"'{value}'"
