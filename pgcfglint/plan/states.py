"""Two inputs as comparable states: which group answers to which, for which versions, over what runs."""

from __future__ import annotations

from pgcfglint.model import BOOTSTRAP, DYNAMIC, LIVE, POD
from pgcfglint.platform import Effects
from pgcfglint.record import Record
from pgcfglint.scope import Scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pgcfglint.catalog import Catalog
    from pgcfglint.model import Cluster, MemberGroup, Setting, Target

_STRENGTH = ("option", "config", "input", "layout", "default")
"""Where a version comes from, the most certain first."""


class State(Record):
    """One group of a cluster at one time."""

    cluster: Cluster
    group: MemberGroup
    catalog: Catalog

    @property
    def effects(self) -> Effects:
        """What runs."""
        return Effects(self.cluster, self.group, self.catalog)

    @property
    def scope(self) -> Scope:
        """The names and amounts of the group."""
        return Scope(self.cluster, self.group, self.catalog)

    def pod(self) -> dict[str, Setting]:
        """What describes the pods, by name."""
        return {
            item.name: item
            for item in self.group.settings
            if item.layer == POD and not item.name.startswith("patroni.") and item.kind != "null"
        }


class Pair(Record):
    """A group before and after; None where it is not there."""

    name: str
    number: str | None
    old: State | None
    new: State | None


def pairs(old: Cluster, new: Cluster, catalog_of: Callable[[Cluster], Catalog]) -> tuple[Pair, ...]:
    """The groups of two clusters side by side, those that only one has included.

    A dump has one group that stands for all of the other side's; a group's own dumps (`live`) of the new
    side stand in the place of what the old one writes.
    """
    old, new = _agreed(old, new), _agreed(new, old)
    catalogs = catalog_of(old), catalog_of(new)
    if is_dump(old) and not is_dump(new):
        return tuple(
            _over_live(new, group, group, old.groups[0].settings, (), catalogs[1]) for group in new.groups
        )
    if is_dump(new) and not is_dump(old):
        return tuple(_to_live(old, group, new.groups[0].settings, catalogs[0]) for group in old.groups)
    found = []
    for before, after in _matched(old.groups, new.groups):
        if after is not None and after.live:
            gone = _gone(before, after)
            found.append(_over_live(new, before or after, after, after.live, gone, catalogs[1]))
            continue
        known = after or before
        assert known is not None
        found.append(
            Pair(
                known.name,
                known.number,
                State(old, before, catalogs[0]) if before else None,
                State(new, after, catalogs[1]) if after else None,
            )
        )
    return tuple(found)


def is_dump(cluster: Cluster) -> bool:
    """Whether an input shows what runs."""
    return any(setting.layer == LIVE for group in cluster.groups for setting in group.settings)


def _agreed(cluster: Cluster, other: Cluster) -> Cluster:
    """The cluster for the versions that either side knows better."""
    theirs = {target.name: target for target in other.targets}
    targets: list[Target] = []
    for target in cluster.targets:
        better = theirs.get(target.name)
        if better is not None and _STRENGTH.index(better.origin) < _STRENGTH.index(target.origin):
            target = better
        targets.append(target)
    return cluster.replace(targets=tuple(targets))


def _matched(
    old: Sequence[MemberGroup], new: Sequence[MemberGroup]
) -> Iterable[tuple[MemberGroup | None, MemberGroup | None]]:
    """Groups with the same number or name; one and one belong together whatever they are called."""
    if len(old) == len(new) == 1:
        return [(old[0], new[0])]
    keys = {_key(group): group for group in old}
    found: list[tuple[MemberGroup | None, MemberGroup | None]] = [
        (keys.pop(_key(group), None), group) for group in new
    ]
    return [*found, *((group, None) for group in keys.values())]


def _key(group: MemberGroup) -> str:
    return f"#{group.number}" if group.number is not None else group.name


def _gone(before: MemberGroup | None, after: MemberGroup) -> tuple[str, ...]:
    """The names that the old input writes and the new one no longer."""
    names = {item.name.lower() for item in after.settings}
    return (
        tuple(item.name.lower() for item in before.settings if item.name.lower() not in names)
        if before
        else ()
    )


def _over_live(
    cluster: Cluster,
    before: MemberGroup,
    after: MemberGroup,
    live: tuple[Setting, ...],
    gone: Iterable[str],
    catalog: Catalog,
) -> Pair:
    """From what runs to what a description asks for: what it does not name stays as it is."""
    pods = tuple(item for item in before.settings if item.layer == POD)
    bare = cluster.replace(supplies={}, reads=None)
    old = State(bare, before.replace(settings=(*pods, *live), live=()), catalog)
    dead = cluster.reads
    decided = {
        item.name.lower()
        for item in after.settings
        if item.layer in (BOOTSTRAP, DYNAMIC)
        and item.kind != "null"
        and (dead is None or item.name.lower() in dead)
    }
    kept = tuple(item for item in live if item.name.lower() not in decided.union(gone))
    state = after.replace(settings=(*after.settings, *kept), live=())
    return Pair(after.name, after.number, old, State(cluster.replace(supplies={}), state, catalog))


def _to_live(cluster: Cluster, group: MemberGroup, live: tuple[Setting, ...], catalog: Catalog) -> Pair:
    """From a description to what a dump shows."""
    pods = tuple(item for item in group.settings if item.layer == POD)
    bare = cluster.replace(supplies={}, reads=None)
    state = State(bare, group.replace(settings=(*pods, *live)), catalog)
    return Pair(group.name, group.number, State(cluster, group, catalog), state)
