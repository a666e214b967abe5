"""Who follows whom: standby clusters, and synchronous replication: which writes wait for a standby.

https://patroni.readthedocs.io/en/latest/replication_modes.html
"""

from __future__ import annotations

from pgcfglint.plan.rounds import members
from pgcfglint.platform.tables import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pgcfglint.plan.states import Pair


def is_standby_cluster(pairs: Iterable[Pair]) -> bool:
    """Whether the cluster follows another one, before the change or after it."""
    return any(
        setting.name == "patroni.standby_cluster"
        for pair in pairs
        for state in (pair.old, pair.new)
        if state is not None
        for setting in state.group.settings
    )


def mode(pair: Pair) -> str:
    """on, quorum or strict; "" where no write waits."""
    if pair.new is None or "patroni" not in pair.new.cluster.platform:
        return ""
    effects, words = pair.new.effects, table("plan")["synchronous"]
    text = (effects.of("patroni.synchronous_mode").text or "").lower()
    if text not in words or is_standby_cluster((pair,)):
        return ""
    if (effects.of("patroni.synchronous_mode_strict").text or "").lower() in words:
        return "strict"
    return "quorum" if text == "quorum" else "on"


def waits(pair: Pair) -> str:
    """What the restart of a standby of the group does to writes; "" where it does nothing."""
    found = mode(pair)
    if not found or members(pair) == 1:
        return ""
    two = members(pair) == 2
    words = table("plan")["words"]
    if found == "strict":
        return str(words["strict_two" if two else "strict_more"])
    return str(words["synchronous_two" if two else f"{found}_more"])


def together(pairs: Iterable[Pair], named: bool) -> Iterator[str]:
    """What the restarts of standbys do to writes, once for all groups in which it is the same."""
    found: dict[str, list[str]] = {}
    for pair in pairs:
        if text := waits(pair):
            found.setdefault(text, []).append(pair.name)
    for text, names in found.items():
        yield f"{', '.join(names)}: {text}" if named else text


def is_synchronous(pairs: Iterable[Pair]) -> bool:
    """Whether writes wait for standbys."""
    return any(mode(pair) for pair in pairs)
