"""From two inputs to a plan."""

from __future__ import annotations

from pgcfglint.plan import plain, risks
from pgcfglint.plan.entries import entries as differences
from pgcfglint.plan.merging import Merging, way
from pgcfglint.plan.patronictl import patronictl
from pgcfglint.plan.records import Plan, Step, quoted
from pgcfglint.plan.rounds import members, rounds
from pgcfglint.plan.states import is_dump
from pgcfglint.plan.states import pairs as paired
from pgcfglint.plan.steps import Runbook, back, loop_wait
from pgcfglint.plan.synchronous import is_synchronous
from pgcfglint.plan.upgrade import revert, with_upgrade

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from pgcfglint.catalog import Catalog
    from pgcfglint.model import Cluster
    from pgcfglint.plan.records import Entry, Round
    from pgcfglint.plan.states import Pair, State


def plan(
    old: Cluster,
    new: Cluster,
    catalog_of: Callable[[Cluster], Catalog],
    *,
    others: Sequence[str] = (),
    rolls: bool = False,
    name: str = "",
    chart: str = "",
) -> Plan:
    """What it takes to bring a cluster from `old` to `new`.

    `others` are keys of the values that differ and that no layout reads; `rolls`: whether one of them is in
    the pods' template. `name` is what the plan is called, `chart` the folder of the chart.
    """
    found = paired(old, new, catalog_of)
    target = _described(old, new)
    changed = differences(found, old, new)
    own = way(target)
    merging = _merging(old, new, found, changed, catalog_of, rolls)
    ordered = rounds(found, changed, own.get("order", ""))
    sizes = risks.memory(found, changed)
    blockers, doubts = risks.found(found, bool(ordered) or merging.apply == "pods") if changed else ((), ())
    made = Plan(
        name=name or target.name or target.scope or target.location.path,
        entries=changed,
        merge=merging.apply,
        blockers=blockers,
        rounds=ordered,
        risks=(*risks.risks(found, changed, merging, sizes, own), *doubts) if changed else (),
        memory=sizes,
        restarts=_restarts(found, changed),
        pods=_pods(found, merging),
        added=_more(found, "old", "new"),
        removed=_more(found, "new", "old"),
        lasting=tuple(risks.lasting(found, changed, bool(ordered), merging)),
        operator=str(own.get("who", "")),
        kubernetes="kubernetes" in target.platform,
        chart=chart,
        major=target.major,
        others=tuple(others),
    )
    if blockers:
        return made
    steps, rollback = _runbook(found, changed, ordered, target, own, made)
    made = made.replace(by_hand=bool(steps) and not own)
    if not own:
        look = _book(found, changed, ordered, target).look() if "patroni" in target.platform else None
        steps, rollback = with_upgrade(steps, rollback, look, found, target, made)
    return made.replace(steps=steps, rollback=rollback)


def _merging(
    old: Cluster,
    new: Cluster,
    found: tuple[Pair, ...],
    changed: tuple[Entry, ...],
    catalog_of: Callable[[Cluster], Catalog],
    rolls: bool,
) -> Merging:
    """What merging does: the files decide, whatever a dump shows of what runs."""
    if is_dump(old) or is_dump(new):
        return Merging((), (), new)
    if not any(group.live for group in new.groups):
        return Merging(found, changed, new, rolls)
    bare = new.replace(groups=tuple(group.replace(live=()) for group in new.groups))
    files = paired(old, bare, catalog_of)
    written = differences(files, old, bare)
    if not way(new):
        return Merging(files, written, new, rolls)
    # An operator brings what runs to what the file says.
    return Merging(found, changed, new, rolls)


def _described(old: Cluster, new: Cluster) -> Cluster:
    """The side that says most about the cluster: the new one, unless it is a dump."""
    return old if "kubernetes" in old.platform and "kubernetes" not in new.platform else new


def _runbook(
    pairs: tuple[Pair, ...],
    entries: tuple[Entry, ...],
    ordered: tuple[Round, ...],
    target: Cluster,
    own: Any,
    made: Plan,
) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    if own:
        return _operator(target, own, made)
    if "patroni" not in target.platform:
        return ((), ()) if made.merge == "pods" or made.kubernetes else plain.runbook(pairs, entries, ordered)
    book = _book(pairs, entries, ordered, target)
    return tuple(book.steps()), back(book)


def _book(
    pairs: tuple[Pair, ...], entries: tuple[Entry, ...], ordered: tuple[Round, ...], target: Cluster
) -> Runbook:
    return Runbook(
        ctl=patronictl(target, pairs),
        pairs=pairs,
        entries=entries,
        rounds=ordered,
        loop_wait=loop_wait(pairs),
        synchronous=is_synchronous(pairs),
        file=target.sources[-1] if target.sources else "the file",
    )


def _operator(target: Cluster, own: Any, made: Plan) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """What an operator does by itself."""
    if made.apply == "none":
        return (), ()
    words = {
        "path": quoted(target.sources[-1] if target.sources else "FILE"),
        "name": quoted(target.name or "NAME"),
    }
    does = tuple(
        own[cost]
        for cost in ("reload", "restart", "pods")
        if any(one.apply == cost for one in made.entries) and cost in own
    ) or (own["reload"],)
    command, look = own["command"].format(**words), own["look"].format(**words)
    forth = Step(f"Merge: {own['who']} applies it", does, (command,), (look,), confirm=True)
    back = forth.replace(
        title=f"Take the merge back: {own['who']} applies the old state",
        commands=(revert(), command),
    )
    return (forth,), (back,)


def _restarts(pairs: Iterable[Pair], entries: Iterable[Entry]) -> tuple[tuple[str, int | None], ...]:
    names = {name for entry in entries if entry.apply == "restart" for name in entry.groups}
    return tuple((pair.name, members(pair)) for pair in pairs if pair.name in names)


def _pods(pairs: Iterable[Pair], merging: Merging) -> int | None:
    counts = [members(pair) for pair in pairs if pair.name in merging.groups]
    return None if None in counts else sum(count or 0 for count in counts)


def _more(pairs: Iterable[Pair], few: str, many: str) -> int:
    """How many more pods one side has than the other, over the groups in which it has more."""
    found = 0
    for pair in pairs:
        one, other = _members(getattr(pair, few)), _members(getattr(pair, many))
        if one is not None and other is not None and other > one:
            found += other - one
    return found


def _members(state: State | None) -> int | None:
    setting = state.pod().get("members") if state is not None else None
    if state is None:
        return 0
    return int(setting.text) if setting is not None and setting.text.isdigit() else None
