"""What may go wrong: the values that stop a server, and what makes a restart or new pods costly."""

from __future__ import annotations

from pgcfglint import rulebook, units
from pgcfglint.judge import judge
from pgcfglint.plan.records import Memory
from pgcfglint.plan.rounds import MIXED, members, roles_of
from pgcfglint.plan.synchronous import together
from pgcfglint.plan.upgrade import limits
from pgcfglint.platform.cost import LOWER_ORDER, RAISE_ORDER
from pgcfglint.platform.hazards import hazards
from pgcfglint.platform.tables import table
from pgcfglint.segment import PARAMETERS, shared_memory
from pgcfglint.spelling import about
from pgcfglint.wording import fill

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from pgcfglint.plan.merging import Merging
    from pgcfglint.plan.records import Entry
    from pgcfglint.plan.states import Pair, State
    from pgcfglint.platform.hazards import Hazard


def found(pairs: Sequence[Pair], stops: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(what keeps a server from starting, what may). `stops`: something restarts anyway, so that what stood
    there before counts too."""
    sure: dict[str, None] = {}
    unsure: dict[str, None] = {}
    for pair in pairs:
        if pair.new is None:
            continue
        before = {_key(hazard) for hazard in hazards(pair.old.effects)} if pair.old is not None else set()
        for hazard in hazards(pair.new.effects):
            if _key(hazard) in before:
                if stops and hazard.sure:
                    unsure.setdefault(f"{hazard.message} (so it is already)")
            elif hazard.kind == "rest-api" or not hazard.sure:
                unsure.setdefault(hazard.message)
            else:
                sure.setdefault(hazard.message)
    return tuple(sure), tuple(unsure)


def _key(hazard: Hazard) -> tuple[str, tuple[tuple[str, str], ...]]:
    return hazard.name, tuple(sorted((setting.name.lower(), setting.text) for setting in hazard.settings))


# Memory


def memory(pairs: Sequence[Pair], entries: Sequence[Entry]) -> tuple[Memory, ...]:
    """Shared memory of a member, where it changes."""
    together: dict[Memory, list[str]] = {}
    for pair in pairs:
        one = _memory(pair, entries)
        if one is not None:
            together.setdefault(one, []).append(pair.name)
    return tuple(one.replace(groups=tuple(names)) for one, names in together.items())


def _memory(pair: Pair, entries: Sequence[Entry]) -> Memory | None:
    if pair.old is None or pair.new is None:
        return None
    old, new = pair.old.scope.sizes(), pair.new.scope.sizes()
    if not hasattr(old, "replace") or not hasattr(new, "replace"):
        return None
    before, after = shared_memory(old), shared_memory(new)
    if before == after:
        return None
    between = None
    mine = [one for one in entries if one.apply == "restart" and pair.name in one.groups]
    if mine and roles_of(mine) == MIXED and members(pair) != 1:
        kept = {}
        for name in PARAMETERS:
            parameter = pair.new.catalog.get(name)
            if parameter is not None and parameter.standby_sensitive:
                kept[name] = max(getattr(old, name), getattr(new, name))
        between = shared_memory(new.replace(**kept))
    limit = pair.new.pod().get("limits.memory")
    return Memory((), before, between, after, limit.text if limit is not None else "")


# Risks


def risks(
    pairs: Sequence[Pair],
    entries: Sequence[Entry],
    merging: Merging,
    sizes: Iterable[Memory],
    operator: Mapping[str, Any],
) -> Iterator[str]:
    """What to know before one starts. `operator`: how one applies changes, {} where none does."""
    restarts = [one for one in entries if one.apply == "restart"]
    names = {name for one in restarts for name in one.groups}
    mine = [pair for pair in pairs if pair.name in names]
    mixed = [
        pair.name
        for pair in mine
        if members(pair) != 1 and roles_of(one for one in restarts if pair.name in one.groups) == MIXED
    ]
    if mixed:
        unsure = any(one.unsure for one in restarts)
        why = "the direction of a value is unknown" if unsure else "values rise and fall"
        yield f"{why}, so standbys restart twice"
        if not operator and not all(pair.new and "patroni" in pair.new.cluster.platform for pair in mine):
            yield table("plan")["words"]["plain_mixed"]
    rises = [one.parameter for one in restarts if one.order == RAISE_ORDER and not one.derived]
    if operator.get("order") == LOWER_ORDER and rises and any(members(pair) != 1 for pair in mine):
        words = table("plan")["words"]["against"]
        yield words.format(who=operator["who"], names=", ".join(rises))
    alone = [pair.name for pair in mine if members(pair) == 1]
    if alone:
        yield f"{', '.join(alone)}: a single member, no standby takes over while it restarts"
    for one in sizes:
        limit = units.parse_quantity(one.limit) if one.limit else None
        most = max(one.after, one.between or 0)
        if limit is not None and most > limit:
            yield f"{', '.join(one.groups)}: shared memory comes to {_mb(most)}, the limit is {one.limit}"
    rolled = [pair for pair in pairs if pair.name in merging.groups]
    if rolled and restarts and not operator and limits(pairs) == (True, True):
        yield table("plan")["words"]["limits_both"]
    yield from _pods(rolled)
    yield from together(mine or rolled, len(pairs) > 1)
    yield from _disk(pairs)
    yield from _judged(pairs)


def _pods(rolled: Sequence[Pair]) -> Iterator[str]:
    if not rolled:
        return
    state = rolled[0].new
    assert state is not None
    if state.scope.amount("grace") == 0:
        yield (
            "terminationGracePeriodSeconds is 0: each pod that is recreated is killed, "
            "and its server recovers from a crash"
        )
    if state.scope.amount("pgdata.persistent") is False:
        yield (
            "PGDATA is on an emptyDir: each pod that is recreated starts empty "
            "and copies everything from its primary"
        )
    if any(members(pair) == 1 for pair in rolled):
        yield "a pod without a standby is recreated: its group is away meanwhile"
    if len(rolled) > 1:
        yield "all StatefulSets roll at once, each the highest ordinal first, whichever member is the primary"


def _disk(pairs: Sequence[Pair]) -> Iterator[str]:
    rule = table("plan")["disk"]
    for pair in pairs:
        if pair.old is None or pair.new is None:
            continue
        room, before, after = (
            pair.new.scope.amount(rule["in"]),
            _sum(pair.old, rule["of"]),
            _sum(pair.new, rule["of"]),
        )
        if not isinstance(room, (int, float)) or before is None or after is None:
            continue
        if after > before and after > rule["share"] * room:
            yield (
                f"{pair.name}: {' + '.join(rule['of'])} come to {_mb(after)}, more than "
                f"{rule['share']:.0%} of the volume"
            )


def _judged(pairs: Sequence[Pair]) -> Iterator[str]:
    """What rules say about the change that a plan does not say anyway."""
    asked = table("plan")["asks"]
    rules = [rule for rule in rulebook.load() if rule.name in asked]
    for pair in pairs:
        if pair.old is None or pair.new is None:
            continue
        scope = pair.new.scope
        scope.before = pair.old.scope
        for rule in rules:
            for hit in judge(rule, [scope]):
                scope.item, scope.lets = hit.item, rule.lets
                yield fill(rule.message, scope)


def _sum(state: State, names: Iterable[str]) -> float | None:
    amounts = [state.scope.amount(name) for name in names]
    return sum(amounts) if all(isinstance(amount, (int, float)) for amount in amounts) else None


def lasting(
    pairs: Sequence[Pair], entries: Iterable[Entry], ordered: bool, merging: Merging
) -> Iterator[str]:
    """What the way back does not undo."""
    words = table("plan")["lasting"]
    costs = {(one.kind, one.apply) for one in entries}
    names = {one.parameter for one in entries if one.apply != "none"}
    rolled = [pair for pair in pairs if pair.name in merging.groups]
    if ordered or rolled:
        yield words["restarts"]
    if rolled:
        yield words["pods"]
    if any(pair.new is not None and pair.new.scope.amount("pgdata.persistent") is False for pair in rolled):
        yield words["emptydir"]
    if ("database", "reconnect") in costs:
        yield words["database"]
    if names & {"storage.size", "storage.wal"}:
        yield words["storage"]
    if any(pair.new is None for pair in pairs):
        yield words["group"]
    if any(apply == "rebuild" for _, apply in costs):
        yield words["rebuild"]


def _mb(amount: float) -> str:
    return units.format_bytes(about(amount))
