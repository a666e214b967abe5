"""What the dumps of one group say, sorted by the question that they answer."""

from __future__ import annotations

import os

from pgcfglint.model import LIVE, Setting
from pgcfglint.platform.dump import of_dump
from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pgcfglint.catalog import Catalog
    from pgcfglint.model import Cluster, LiveMember, LiveSetting, LiveState, MemberGroup, Pending
    from pgcfglint.platform import Effects

_OF_A_SESSION = ("client", "session", "interactive")
"""Sources of pg_settings that only the session of the dump has."""
_AUTO = "postgresql.auto.conf"
_HIDDEN = "(disabled)"
"""What the server shows instead of a value that it does not use."""


class Running(Record):
    """What a member runs with for one parameter."""

    member: str
    setting: LiveSetting


class Evidence:
    """The dumps of a group. Names are in lower case.

    `dcs` is None without a dump of the dynamic configuration, `whole` says whether what is absent in
    it is not set; `expected` is what that configuration comes to. `members`: how many were asked what
    they run with. `told` is what a member's postgresql.conf holds; `knows_pending` whether a dump would
    say that something waits for a restart.
    """

    def __init__(self, cluster: Cluster, group: MemberGroup, catalog: Catalog) -> None:
        self.cluster, self.group, self.catalog = cluster, group, catalog
        self.dcs: dict[str, LiveSetting] | None = None
        self.whole = False
        self.running: dict[str, list[Running]] = {}
        self.members: list[str] = []
        self.pending: dict[str, list[tuple[str, Pending]]] = {}
        self.unnamed: list[LiveMember] = []
        self.listed: list[LiveMember] = []
        self.altered: dict[str, LiveSetting] = {}
        self.told: dict[str, LiveSetting] | None = None
        self.knows_pending = False
        self.environment: dict[str, LiveSetting] = {}
        self.release: dict[str, LiveSetting] | None = None
        self.release_whole = False
        self.edits: list[LiveState] = []
        for state in group.states:
            getattr(self, _TAKERS[state.kind])(state)
        self.expected = self._expected()

    def _expected(self) -> Effects | None:
        if self.dcs is None:
            return None
        settings = (_setting(item) for item in self.dcs.values())
        return of_dump(self.cluster, self.group, settings, self.catalog)

    def _take_dcs(self, state: LiveState) -> None:
        self.dcs = {**(self.dcs or {}), **by_name(state.settings)}
        self.whole = self.whole or state.complete

    def _take_edit(self, state: LiveState) -> None:
        self.edits.append(state)

    def _take_settings(self, state: LiveState) -> None:
        label = state.member or os.path.splitext(os.path.basename(state.location.path))[0]
        self.members.append(label)
        for setting in state.settings:
            key = setting.name.lower()
            self.knows_pending = self.knows_pending or setting.pending is not None
            if setting.sourcefile.endswith(_AUTO):
                self.altered[key] = setting
            if setting.source not in _OF_A_SESSION and setting.text != _HIDDEN:
                self.running.setdefault(key, []).append(Running(label, setting))

    def _take_files(self, state: LiveState) -> None:
        for setting in state.settings:
            if setting.sourcefile.endswith(_AUTO):
                self.altered[setting.name.lower()] = setting

    def _take_alter_system(self, state: LiveState) -> None:
        self.altered.update(by_name(state.settings))

    def _take_members(self, state: LiveState) -> None:
        self.knows_pending = True
        for member in state.members:
            self.listed.append(member)
            if member.pending and not member.reasons:
                self.unnamed.append(member)
            for reason in member.reasons:
                self.pending.setdefault(reason.parameter.lower(), []).append((member.name, reason))

    def _take_environment(self, state: LiveState) -> None:
        self.environment.update({setting.name: setting for setting in state.settings})

    def _take_release(self, state: LiveState) -> None:
        self.release = {**(self.release or {}), **by_name(state.settings)}
        self.release_whole = self.release_whole or state.complete

    def _take_conf(self, state: LiveState) -> None:
        """What a member was told: the server may not have read it yet."""
        self.told = {**(self.told or {}), **by_name(state.settings)}

    def _take_command_line(self, state: LiveState) -> None:
        """What the server was started with, which nothing can change until the next start."""
        label = state.member or os.path.splitext(os.path.basename(state.location.path))[0]
        for setting in state.settings:
            self.running.setdefault(setting.name.lower(), []).append(Running(label, setting))

    def _leave(self, state: LiveState) -> None:
        """A member's patroni.yml is an input like the file, for `check`; it says nothing about what runs."""

    def flagged(self, key: str) -> bool:
        """Whether a member says that this parameter waits for a restart."""
        return key in self.pending or any(each.setting.pending for each in self.running.get(key, ()))

    @property
    def is_silent(self) -> bool:
        """Whether nothing tells what the group runs with."""
        return self.dcs is None and not self.members


_TAKERS = {
    "dcs": "_take_dcs",
    "edit": "_take_edit",
    "settings": "_take_settings",
    "files": "_take_files",
    "alter-system": "_take_alter_system",
    "members": "_take_members",
    "environment": "_take_environment",
    "release": "_take_release",
    "conf": "_take_conf",
    "local": "_leave",
    "command-line": "_take_command_line",
}


def by_name(settings: Iterable[LiveSetting]) -> dict[str, LiveSetting]:
    """The settings by name in lower case; the last of a name counts."""
    return {setting.name.lower(): setting for setting in settings}


def _setting(item: LiveSetting) -> Setting:
    return Setting(item.name, item.text, item.location, LIVE, item.kind == "str", item.text, item.kind)
