"""What a dynamic configuration comes to on the server, by itself: without the file, without the chart."""

from __future__ import annotations

from pgcfglint.model import DYNAMIC, POD
from pgcfglint.platform.effects import Effects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pgcfglint.catalog import Catalog
    from pgcfglint.model import Cluster, MemberGroup, Setting


def of_dump(cluster: Cluster, group: MemberGroup, settings: Iterable[Setting], catalog: Catalog) -> Effects:
    """The effects where the group's dynamic configuration holds these settings and nothing else is set."""
    pods = (setting for setting in group.settings if setting.layer == POD)
    held = (setting.replace(layer=DYNAMIC) for setting in settings if setting.kind != "null")
    bare = cluster.replace(supplies={}, reads=None)
    return Effects(bare, group.replace(settings=(*pods, *held)), catalog)
