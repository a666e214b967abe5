"""Who restarts when: the rounds of restarts that a change asks for.

PostgreSQL's manual, "Hot standby", section "Administrator's Overview": a standby's values of five
parameters must not be below its primary's. Patroni keeps the primary's old values on a standby until
that has replayed the new ones, so that a mixed change takes three rounds and one restart of the primary.
"""

from __future__ import annotations

from pgcfglint.plan.records import PRIMARY, STANDBY, Round
from pgcfglint.platform.cost import LOWER_ORDER, RAISE_ORDER
from pgcfglint.platform.tables import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pgcfglint.plan.records import Entry
    from pgcfglint.plan.states import Pair

RAISE = (STANDBY, PRIMARY)
LOWER = (PRIMARY, STANDBY)
MIXED = (STANDBY, PRIMARY, STANDBY)

TURNED = {RAISE_ORDER: LOWER_ORDER, LOWER_ORDER: RAISE_ORDER}


def rounds(pairs: Sequence[Pair], entries: Iterable[Entry], order: str = "") -> tuple[Round, ...]:
    """The rounds of a plan; () where nothing restarts. `order`: how an operator goes about it anyway."""
    restarts = [entry for entry in entries if entry.apply == "restart"]
    found: list[tuple[tuple[str, ...], list[Pair]]] = []
    for pair in _ordered(pairs, restarts):
        orders = [entry for entry in restarts if pair.name in entry.groups]
        roles = _roles(pair, orders, order)
        if not orders or not roles:
            continue
        if found and found[-1][0] == roles:
            found[-1][1].append(pair)
        else:
            found.append((roles, [pair]))
    return tuple(_round(role, together) for roles, together in found for role in _shared(roles, together))


def turned(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The same changes the other way round."""
    return tuple(
        entry.replace(
            old=entry.new,
            new=entry.old,
            old_written=entry.new_written,
            new_written=entry.old_written,
            order=TURNED.get(entry.order or "", entry.order),
        )
        for entry in entries
    )


def members(pair: Pair) -> int | None:
    """How many members the group has now, None where the inputs do not say."""
    for state in (pair.old, pair.new):
        setting = state.pod().get("members") if state is not None else None
        if setting is not None and setting.text.isdigit():
            return int(setting.text)
    return None


def roles_of(entries: Iterable[Entry]) -> tuple[str, ...]:
    """The roles in the order in which they restart, for the restarting changes of one group."""
    orders, unsure = set(), False
    for entry in entries:
        orders.add(entry.order)
        unsure = unsure or entry.unsure
    orders.discard(None)
    if unsure or len(orders) > 1:
        return MIXED
    return LOWER if LOWER_ORDER in orders else RAISE


def _roles(pair: Pair, entries: Sequence[Entry], order: str) -> tuple[str, ...]:
    count = members(pair)
    if count == 0:
        return ()
    return LOWER if order == LOWER_ORDER else roles_of(entries)


def _shared(roles: tuple[str, ...], pairs: Sequence[Pair]) -> Iterable[str]:
    """The roles that anybody in the groups has: a single member is a primary."""
    return [role for role in roles if role == PRIMARY or any(members(pair) != 1 for pair in pairs)]


def _round(role: str, pairs: Sequence[Pair]) -> Round:
    if role == PRIMARY:
        return Round(tuple(pair.name for pair in pairs), role, len(pairs))
    chosen = [pair for pair in pairs if members(pair) != 1]
    counts = [members(pair) for pair in chosen]
    known = [count - 1 for count in counts if count is not None]
    return Round(tuple(pair.name for pair in chosen), role, sum(known) if len(known) == len(counts) else None)


def _ordered(pairs: Sequence[Pair], entries: Iterable[Entry]) -> list[Pair]:
    """Workers before the coordinator, except where a value that must not be below its own falls."""
    rules = table("plan")
    coordinator = rules["coordinator"]
    falls = any(
        entry.order == LOWER_ORDER and pair.name in entry.groups
        for entry in entries
        if entry.parameter in rules["not_below_coordinator"]
        for pair in pairs
        if pair.number == coordinator
    )
    return sorted(pairs, key=lambda pair: (pair.number == coordinator) != falls)
