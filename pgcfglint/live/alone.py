"""A dump that is checked by itself: `pgcfglint settings.csv`, a list of members, the diff of an edit."""

from __future__ import annotations

import os

from pgcfglint import catalog
from pgcfglint.live import read
from pgcfglint.live.attach import with_version
from pgcfglint.model import LIVE, MemberGroup, Setting
from pgcfglint.sources.documents import Document, cluster_of
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.inputs import with_memory
from pgcfglint.sources.node import Scalar
from pgcfglint.sources.routes import Found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from pgcfglint.catalog import Catalog
    from pgcfglint.model import LiveSetting, LiveState
    from pgcfglint.sources.inputs import Input, Options

_LAYOUTS = {"settings": "pg-settings", "members": "members", "edit": "edit-config", "dcs": "show-config"}
"""What is checked by itself, and what its layout is called."""
_UNSET = ("default", "override", "client", "session", "interactive")
"""Sources in pg_settings of values that nothing has set, or only the session of the dump."""
_WHOLE = 250
"""A dump with so many rows is all of pg_settings (more than 340 in every major)."""
_BESIDE = {
    "environment": "a pod's environment",
    "command-line": "a server's command line",
    "files": "pg_file_settings",
    "alter-system": "postgresql.auto.conf without a setting",
}


def told(found: Input, options: Options, known: Container[str]) -> Input:
    """The input again, as the dump that it is; as it was where it is none."""
    source = next(iter(found.sources.values()), None)
    if found.skip is None or source is None:
        return found
    try:
        states = read(source, known)
    except Unreadable:
        return found
    state = states[0]
    if state.kind in _BESIDE and found.skip.reason == "unrecognised":
        what = f"{_BESIDE[state.kind]}, to compare with: pgcfglint drift VALUES --live {found.path}"
        return found.replace(skip=found.skip.replace(message=what))
    if state.kind not in _LAYOUTS:
        return found
    start = Found(Scalar(source.path, 1, 1, 1, 2, "", ""), None, ())
    platform = ["patroni"] if state.kind != "settings" else []
    if any(item.name.lower().startswith("citus.") for item in state.settings):
        platform.append("citus")
    document = Document(
        _LAYOUTS[state.kind], start, {source.path: source}, rules={"platform": platform, "versions": {}}
    )
    cluster = cluster_of(document, wanted=options.wanted)
    cluster = cluster.replace(targets=tuple(with_version(target, state) for target in cluster.targets))
    known = catalog.load(min(max(cluster.major, catalog.MAJORS[0]), catalog.MAJORS[-1]))
    stem = os.path.splitext(os.path.basename(source.path))[0]
    cluster = cluster.replace(
        name=state.scope,
        scope=state.scope,
        location=state.location,
        groups=tuple(_groups(state, stem, known)),
        partial=_is_partial(state),
        via={} if "patroni" in platform else {LIVE: "ALTER SYSTEM"},
    )
    return found.replace(cluster=with_memory(cluster, options.memory), skip=None)


def _is_partial(state: LiveState) -> bool:
    """Whether what is absent may be set all the same: the diff of an edit, a few rows of pg_settings."""
    if state.kind == "settings":
        return len(state.settings) < _WHOLE
    return state.kind == "edit"


def _groups(state: LiveState, stem: str, known: Catalog) -> Iterator[MemberGroup]:
    if state.kind == "members":
        for number in dict.fromkeys(member.group for member in state.members):
            mine = tuple(member for member in state.members if member.group == number)
            name = state.scope or stem if number is None else f"group {number}"
            place = mine[0].location
            yield MemberGroup(name, place, number=number, states=(state.replace(members=mine),))
        return
    settings = state.settings
    if state.kind == "settings":
        settings = tuple(item for item in settings if _is_set(item, known))
    elif state.kind == "edit":
        before = {item.name: item.text for item in state.before}
        settings = tuple(item for item in settings if before.get(item.name) != item.text)
    yield MemberGroup(
        stem,
        state.location,
        tuple(_setting(item) for item in settings),
        homes={"": state.location, **{item.name: item.location for item in state.settings}},
        states=(state,),
    )


def _is_set(item: LiveSetting, known: Catalog) -> bool:
    """Whether something has set the value: by its source where the dump says, else by its default."""
    parameter = known.get(item.name)
    if item.context == "internal" or (parameter is not None and parameter.context == "internal"):
        return False
    if item.source:
        return item.source not in _UNSET
    if parameter is None or parameter.boot_val is None:
        return False
    try:
        return parameter.read(item.text).setting != parameter.read(parameter.boot_val).setting
    except ValueError:
        return item.text != parameter.boot_val


def _setting(item: LiveSetting) -> Setting:
    return Setting(item.name, item.text, item.location, LIVE, item.kind == "str", item.text, item.kind)
