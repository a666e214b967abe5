"""What a recommended set changes in a values file: edits of the file, and what no chart passes on."""

from __future__ import annotations

from pgcfglint.model import OPTION, POD
from pgcfglint.recommend.patch import Edit, patched
from pgcfglint.record import Record
from pgcfglint.remedy import quoted, remedy_for
from pgcfglint.sources import layout
from pgcfglint.sources.routes import split
from pgcfglint.vocabulary import NAMES

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pgcfglint.model import Location, Setting
    from pgcfglint.recommend.solve import Choice
    from pgcfglint.scope import Scope


class Change(Record):
    """A recommended value that differs from what runs: `old` as shown, None where nothing is known.

    `route`: where it stands in the file, () where it goes by `commands` or by hand; `written`: as YAML.
    """

    choice: Choice
    groups: tuple[str, ...]
    old: str | None
    route: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    apply: str = ""
    written: str = ""


class Patch(Record):
    """The changes, the file's new text, and what could be placed nowhere."""

    changes: tuple[Change, ...]
    text: str
    by_hand: tuple[Change, ...]


def patch(path: str, text: str, scopes: Sequence[Scope], choices: Sequence[Choice]) -> Patch:
    """The changes that bring the recommended set into a file; `scopes` are its groups as they are."""
    changes = [change for choice in choices for change in _changes(path, choice, scopes)]
    edits = {Edit(change.route, change.written): change for change in changes if change.route}
    new, left = patched(text, edits)
    failed = tuple(edits[edit] for edit in left)
    by_hand = tuple(change for change in changes if not change.route and not change.commands)
    return Patch(tuple(changes), new, by_hand + failed)


def _spelled(choice: Choice, scope: Scope) -> str:
    """A value as YAML, in quotes where the file has its parameters in quotes or a resource's schema may
    want texts (the parameters of an operator are a map of strings; to Patroni it is all the same)."""
    if choice.name in NAMES:
        return choice.text
    spelled = quoted(choice.text)
    if spelled.startswith('"') or not choice.text.replace(".", "").isdigit():
        return spelled
    is_helm = layout.load(scope.cluster.layout).get("dialect") == "helm"
    texts = [item.quoted for item in scope.group.settings if item.layer != POD and item.text.isdigit()]
    own = scope.setting(choice.name)
    in_quotes = own.quoted if own is not None else any(texts) if texts else not is_helm
    return f'"{choice.text}"' if in_quotes else spelled


def _changes(path: str, choice: Choice, scopes: Sequence[Scope]) -> Iterator[Change]:
    """One change for each place at which a value is to be written."""
    together: dict[tuple[str, ...], list[Scope]] = {}
    for scope in scopes:
        # What a layout has no place for is the platform's own business (CloudNativePG mounts /dev/shm).
        concerned = scope.group.name in choice.groups and _has_place(choice.name, scope)
        if concerned and _differs(scope, choice):
            together.setdefault(_route(path, choice.name, scope), []).append(scope)
    for route, sharing in together.items():
        groups = tuple(scope.group.name for scope in sharing)
        remedy = remedy_for(choice.name, choice.text, sharing)
        passed_on = choice.name in NAMES or sharing[0].is_passed_on(choice.name)
        yield Change(
            choice,
            groups,
            sharing[0].show(choice.name),
            route if passed_on else (),
            () if passed_on else remedy.steps,
            remedy.apply,
            _spelled(choice, sharing[0]),
        )


def _differs(scope: Scope, choice: Choice) -> bool:
    """Whether a value is not the one that would run anyway."""
    now, then = scope.amount(choice.name), scope.tried({choice.name: choice.text}).amount(choice.name)
    return bool(now != then)


def _route(path: str, name: str, scope: Scope) -> tuple[str, ...]:
    """The keys under which a name stands, or is to be written, in a file; () where that is not known."""
    setting = scope.setting(name)
    if setting is not None and _is_keyed(setting, name):
        route = setting.location.keys
        return route if setting.location.path == path or not any(map(str.isdigit, route)) else ()
    if name not in NAMES:
        return _beside(path, name, scope)
    for names, above in _places(scope):
        route = _path(names, name)
        if route and (above.path == path or not any(map(str.isdigit, above.keys))):
            return (*above.keys, *route)
    return ()


def _places(scope: Scope) -> tuple[tuple[Mapping[str, object], Location], ...]:
    """The names that a layout gives places below the group, and below the document."""
    data = layout.load(scope.cluster.layout)
    groups = [item.get("names", {}) for item in data.get("groups", ())]
    own = {name: path for names in (*groups, data.get("group", {})) for name, path in names.items()}
    return ((own, scope.group.location), (data.get("names", {}), scope.cluster.location))


def _has_place(name: str, scope: Scope) -> bool:
    return (
        name not in NAMES
        or scope.setting(name) is not None
        or any(name in names for names, _ in _places(scope))
    )


def _is_keyed(setting: Setting, name: str) -> bool:
    """Whether a setting is a key of a map of its own: not a line of a text, not an option."""
    keys = setting.location.keys
    return setting.kind != OPTION and bool(keys) and (setting.layer == POD or keys[-1] == name)


def _beside(path: str, name: str, scope: Scope) -> tuple[str, ...]:
    """The route of a parameter that is not written yet: beside one that is."""
    for setting in reversed(scope.group.settings):
        if setting.layer != POD and setting.name not in NAMES and _is_keyed(setting, setting.name):
            above = setting.location.keys[:-1]
            if setting.location.path == path or not any(map(str.isdigit, above)):
                return (*above, name)
    return ()


def _path(names: Mapping[str, object], name: str) -> tuple[str, ...]:
    """The route that a layout gives a name, the first of several."""
    entry = names.get(name)
    if isinstance(entry, list):
        entry = entry[0]
    return split(entry) if isinstance(entry, str) else ()
