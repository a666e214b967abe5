"""Why a wish cannot be met, and what could be: fewer connections, or more memory."""

from __future__ import annotations

from pgcfglint.recommend.solve import Question
from pgcfglint.recommend.wish import cluster_of
from pgcfglint.units import format_quantity

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pgcfglint.model import Finding, Target
    from pgcfglint.recommend.solve import Solver
    from pgcfglint.recommend.wish import Wish

_CONNECTIONS = (25, 30, 40, 50, 60, 80, 100, 120, 150, 200, 250, 300, 400, 500, 800, 1000)
"""Numbers of connections that people write; Patroni takes none below 25."""
_GIB = 2**30
_MEMORY = tuple(
    sorted(
        (
            *(_GIB // share for share in (4, 2)),
            *(_GIB * step << power for step in (1, 3) for power in range(11)),
        )
    )
)
"""Memory limits that people write: powers of two and what lies halfway between, up to 3 TiB."""


def advice(
    solver: Solver, wish: Wish, targets: tuple[Target, ...], findings: Sequence[Finding]
) -> Iterator[str]:
    """What to ask for instead, one line each; nothing where neither helps."""
    assert wish.memory is not None

    def met(changed: Wish, but: frozenset[str] = frozenset()) -> bool:
        answer = solver.answer(Question(cluster_of(changed, targets), changed.connections, changed.workload))
        return _rules(answer.findings) <= but

    fewer = [count for count in _CONNECTIONS if count < wish.connections]
    most = _last(fewer, lambda count: met(wish.replace(connections=count)))
    if most is not None:
        yield f"{format_quantity(wish.memory)} has room for {most} connections"
    others = frozenset(name for name in _rules(findings) if not solver.weighs_memory(name))
    if _rules(findings) == others:
        return
    more = [size for size in _MEMORY if size > wish.memory][::-1]
    least = _last(more, lambda size: met(wish.replace(memory=size), others))
    if least is not None:
        rest = f" ({', '.join(sorted(others))} aside)" if others else ""
        yield f"{wish.connections} connections need {format_quantity(least)}{rest}"


def _rules(findings: Sequence[Finding]) -> frozenset[str]:
    """What is found, and what the first fixes would cure with it (which is found without them)."""
    return frozenset(name for item in findings for name in (item.rule, *item.cures))


def _last(values: Sequence[int], good: Callable[[int], bool]) -> int | None:
    """The last value that is good, where all before it are; None where not even the first is."""
    if not values or not good(values[0]):
        return None
    low, high = 0, len(values) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if good(values[middle]) else (low, middle - 1)
    return values[low]
