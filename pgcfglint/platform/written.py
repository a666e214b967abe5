"""What a group's input writes: the settings of each name, the strongest first."""

from __future__ import annotations

from pgcfglint.model import BOOTSTRAP, DYNAMIC, LIVE, LOCAL, POD
from pgcfglint.platform.dynamic import is_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pgcfglint.catalog import Catalog
    from pgcfglint.model import MemberGroup, Setting

_STRENGTH = {BOOTSTRAP: 1, DYNAMIC: 2, LIVE: 2, LOCAL: 3}
"""Which layer wins. To Patroni bootstrap.dcs and the DCS (which a dump shows) are one tier; its local
configuration beats it."""


def by_name(group: MemberGroup) -> dict[str, list[Setting]]:
    """The settings that belong to the server or to Patroni, by name in lower case. null is no value."""
    found: dict[str, list[Setting]] = {}
    for setting in group.settings:
        counts = setting.layer in _STRENGTH or (setting.layer == POD and is_key(setting.name))
        if counts and setting.kind != "null":
            found.setdefault(setting.name.lower(), []).append(setting)
    return {key: strongest(settings) for key, settings in found.items()}


def with_aliases(written: Mapping[str, list[Setting]], catalog: Catalog) -> dict[str, list[Setting]]:
    """The same, with the settings under old names (sort_mem) counted as settings of the new one."""
    found = dict(written)
    for key, settings in written.items():
        parameter = catalog.get(key)
        if parameter is not None and parameter.name.lower() != key:
            current = parameter.name.lower()
            found[current] = strongest([*reversed(found.get(current, [])), *settings])
    return found


def strongest(settings: list[Setting]) -> list[Setting]:
    """The strongest layer first; within a layer the one that was read last."""
    backwards = list(reversed(settings))
    backwards.sort(key=lambda setting: -_STRENGTH.get(setting.layer, 0))
    return backwards
