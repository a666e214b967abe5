"""The memory budget of each group of pods against its limit: `pgcfglint budget`.

Pure: takes each group's Sizes and limit, gives records that the reporters draw (report/budget_text.py,
report/budget_page.py) and the JSON contract of the command.
"""

from __future__ import annotations

from pgcfglint import memory
from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pgcfglint.memory import Sizes

TOTALS = ("floor", "expected", "worst")
"""The totals, the most certain first; each contains the one before."""

VERDICTS = {
    "over": "does not fit: idle sessions alone take more than the limit, being killed is certain",
    "tight": "a busy hour takes more than the limit: with all sessions connected it is likely to be killed",
    "pooled": "a busy hour fits; all sessions at their ceiling at once would not (a pooler keeps them apart)",
    "fits": "fits, even with every session at its ceiling",
    "unknown": "no memory limit is known",
}
"""What the totals mean for a person, the worst first."""


class Use(Record):
    """One part of the memory in whole bytes, in each of the totals."""

    name: str
    floor: int
    expected: int
    worst: int


class Budget(Record):
    """What the pods of one group take, in bytes, against `limit` (None: not known).

    `shared_memory` is what the server reports as shared_memory_size, also where huge pages hold it and the
    limit is not charged; the totals are the sums of the parts. `prices` are averages, see memory.prices.
    `busy` is how many sessions fit under the limit if each holds one work_mem at the same time (None without
    a limit). `in_huge_pages`: they hold the shared memory, for which the limit is not charged then.
    """

    group: str
    limit: int | None
    shared_memory: int
    floor: int
    expected: int
    worst: int
    connections: int
    parts: tuple[Use, ...]
    prices: tuple[Use, ...]
    busy: int | None = None
    in_huge_pages: bool = False

    @property
    def verdict(self) -> str:
        """A key of VERDICTS."""
        if self.limit is None:
            return "unknown"
        for total, verdict in zip(TOTALS, VERDICTS):
            if getattr(self, total) > self.limit:
                return verdict
        return "fits"


def budget(group: str, sizes: Sizes, limit: float | None = None) -> Budget:
    """The budget of a group's pods (all have the same) against the memory limit of their container."""
    uses = tuple(Use(part.name, *_whole(part)) for part in memory.parts(sizes))
    return Budget(
        group=group,
        limit=None if limit is None else int(limit),
        shared_memory=memory.shared_memory(sizes),
        floor=sum(use.floor for use in uses),
        expected=sum(use.expected for use in uses),
        worst=sum(use.worst for use in uses),
        connections=int(sizes.max_connections),
        parts=uses,
        prices=tuple(Use(price.name, *_whole(price)) for price in memory.prices(sizes)),
        busy=None if limit is None else _busy(sizes, limit),
        in_huge_pages=memory.in_huge_pages(sizes),
    )


def contract(budgets: Iterable[Budget]) -> dict[str, Any]:
    """The JSON document of the command, version 1; `bytes` of a part is what it takes in the worst case."""
    return {
        "version": 1,
        "groups": [
            {
                "group": item.group,
                "limit": item.limit,
                "shared_memory": item.shared_memory,
                "floor": item.floor,
                "expected": item.expected,
                "worst": item.worst,
                "verdict": item.verdict,
                "busy_sessions": item.busy,
                "parts": [{"name": use.name, "bytes": use.worst, **_totals(use)} for use in item.parts],
                "prices": [{"name": use.name, **_totals(use)} for use in item.prices],
            }
            for item in budgets
        ],
    }


def human(amount: float) -> str:
    """Bytes for a person, in PostgreSQL's units, no more digits than say something (871MB, 2.4GB)."""
    for unit, size in (("TB", 2**40), ("GB", 2**30), ("MB", 2**20)):
        if amount >= size or unit == "MB":
            number = amount / size
            if 0 < number < 0.1:
                return f"{amount / 2**10:.0f}kB"
            digits = 0 if number >= 100 or round(number, 1) == round(number) else 1
            return f"{number:.{digits}f}{unit}"
    raise AssertionError(amount)


def percent(amount: float, limit: float) -> str:
    """Share of the limit."""
    return f"{100 * amount / limit:.0f}%" if limit else "-"


def _busy(sizes: Sizes, limit: float) -> int:
    session = memory.CITUS_SESSION if sizes.citus else memory.SESSION
    fixed = memory.floor(sizes) - memory.FLOOR_SESSION * sizes.max_connections
    return max(int((limit - fixed) // (session + sizes.work_mem)), 0)


def _whole(part: memory.Part | memory.Price) -> tuple[int, int, int]:
    return round(part.floor), round(part.expected), round(part.worst)


def _totals(use: Use) -> dict[str, int]:
    return {total: getattr(use, total) for total in TOTALS}
