"""From a finding to an edit of the file that cures it, or the reason why there is none."""

from __future__ import annotations

from pgcfglint.model import LIVE, OPTION
from pgcfglint.record import Record
from pgcfglint.sources import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pgcfglint.model import Finding, Location, Remedy, Setting
    from pgcfglint.scope import Scope


class Edit(Record):
    """One value to replace in one line; `location` is where the old one stands, quotes included.

    `old` is the value as written there without its quotes, `new` the value that is to be read there.
    `also`: groups that the finding is not about and that take the value from the same place. `rules`: the
    findings that it cures.
    """

    finding: Finding
    remedy: Remedy
    location: Location
    old: str
    new: str
    also: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

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
    if _is_rewritten(concerned[0].cluster.layout, remedy.parameter):
        return "the file spells such values in a way of its own"
    if setting.text == remedy.value:
        return "the file says so already"
    also = tuple(scope.group.name for scope in scopes if scope not in concerned and _shares(scope, setting))
    rules = (finding.rule, *finding.cures)
    return Edit(finding, remedy, setting.location, setting.written, remedy.value, also, rules)


def joined(edits: Sequence[Edit], left: Collection[str]) -> list[Edit]:
    """Edits of one place one after the other as one edit. Of what they cure besides what they are made for,
    the rules that are `left` are not named."""
    places: dict[tuple[str, int, int], Edit] = {}
    for edit in edits:
        where = edit.location
        key = (where.path, where.line, where.column)
        besides = tuple(rule for rule in edit.rules if rule == edit.finding.rule or rule not in left)
        first = places.get(key)
        rules = tuple(dict.fromkeys((*(first.rules if first else ()), *besides)))
        places[key] = edit.replace(old=first.old if first else edit.old, rules=rules)
    return list(places.values())


def _is_rewritten(name: str, parameter: str) -> bool:
    """Whether a layout reads the text of a name in a way that an edit would have to undo."""
    rules = layout.load(name) if name in layout.layouts() else {}
    entries = (rules.get(part, {}).get(parameter) for part in ("names", "group"))
    return any(isinstance(entry, dict) and "form" in entry for entry in entries)


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
