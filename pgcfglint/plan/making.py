"""From two inputs to a plan."""

from __future__ import annotations

from pgcfglint.plan import risks
from pgcfglint.plan.entries import entries as differences
from pgcfglint.plan.merging import Merging, way
from pgcfglint.plan.patronictl import VARIABLES, patronictl
from pgcfglint.plan.records import Plan, Step
from pgcfglint.plan.rounds import members, rounds
from pgcfglint.plan.states import pairs as paired
from pgcfglint.plan.steps import Runbook, back, is_synchronous, loop_wait
from pgcfglint.plan.upgrade import with_upgrade

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from pgcfglint.catalog import Catalog
    from pgcfglint.model import Cluster
    from pgcfglint.plan.records import Entry
    from pgcfglint.plan.states import Pair


def plan(
    old: Cluster,
    new: Cluster,
    catalog_of: Callable[[Cluster], Catalog],
    *,
    others: Sequence[str] = (),
    rolls: bool = False,
) -> Plan:
    """What it takes to bring a cluster from `old` to `new`.

    `others` are keys of the values that differ and that no layout reads; `rolls`: whether one of them is in
    the pods' template.
    """
    found = paired(old, new, catalog_of)
    target = _described(old, new)
    changed = differences(found, old, new)
    own = way(target)
    merging = Merging(found, changed, target, rolls)
    ordered = rounds(found, changed, own.get("order", ""))
    sizes = risks.memory(found, changed)
    blockers, doubts = risks.found(found, bool(ordered) or merging.apply == "pods") if changed else ((), ())
    made = Plan(
        name=target.name or target.scope or target.location.path,
        entries=changed,
        merge=merging.apply,
        blockers=blockers,
        rounds=ordered,
        risks=(*risks.risks(found, changed, merging, sizes), *doubts) if changed else (),
        memory=sizes,
        restarts=_restarts(found, changed),
        pods=_pods(found, merging),
        major=target.major,
        others=tuple(others),
    )
    if blockers:
        return made
    steps, rollback = _runbook(found, changed, ordered, target, own, made)
    steps = with_upgrade(steps, found, target, made)
    return made.replace(steps=steps, rollback=rollback, variables=_variables((*steps, *rollback)))


def _described(old: Cluster, new: Cluster) -> Cluster:
    """The side that says most about the cluster: the new one, unless it is a dump."""
    return old if "kubernetes" in old.platform and "kubernetes" not in new.platform else new


def _runbook(
    pairs: tuple[Pair, ...],
    entries: tuple[Entry, ...],
    ordered: tuple[Any, ...],
    target: Cluster,
    own: Any,
    made: Plan,
) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    if own:
        return _operator(target, own, made)
    if "patroni" not in target.platform:
        return (), ()
    book = Runbook(
        ctl=patronictl(target, pairs),
        pairs=pairs,
        entries=entries,
        rounds=ordered,
        loop_wait=loop_wait(pairs),
        synchronous=is_synchronous(pairs),
    )
    return tuple(book.steps()), back(book)


def _operator(target: Cluster, own: Any, made: Plan) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """What an operator does by itself."""
    from pgcfglint.plan.patronictl import quoted

    if made.apply == "none":
        return (), ()
    words = {
        "path": quoted(target.sources[-1] if target.sources else "FILE"),
        "name": quoted(target.name or "NAME"),
    }
    does = own.get(made.apply, own.get("reload", ""))
    command, look = own["command"].format(**words), own["look"].format(**words)
    steps = (Step(f"Merge: {own['who']} applies it", (does,), (command,), (look,), confirm=True),)
    rollback = (
        Step(
            f"Merge the old state: {own['who']} applies it",
            (does,),
            ("git revert --no-edit HEAD", command),
            (look,),
            confirm=True,
        ),
    )
    return steps, rollback


def _restarts(pairs: Iterable[Pair], entries: Iterable[Entry]) -> tuple[tuple[str, int | None], ...]:
    names = {name for entry in entries if entry.apply == "restart" for name in entry.groups}
    return tuple((pair.name, members(pair)) for pair in pairs if pair.name in names)


def _pods(pairs: Iterable[Pair], merging: Merging) -> int | None:
    counts = [members(pair) for pair in pairs if pair.name in merging.groups]
    return None if None in counts else sum(count or 0 for count in counts)


def _variables(steps: Iterable[Step]) -> tuple[tuple[str, str], ...]:
    text = "\n".join(line for step in steps for line in (*step.commands, *step.look))
    return tuple((name, meaning) for name, meaning in VARIABLES.items() if f'"${name}"' in text)
