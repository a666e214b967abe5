"""The runbook of servers that nobody looks after: a file, a reload, and restarts in their order.

What is done on each server is said and not commanded: a script runs on one machine.
"""

from __future__ import annotations

from pgcfglint.plan.patronictl import double_quoted
from pgcfglint.plan.records import PRIMARY, Step
from pgcfglint.plan.rounds import rounds, turned
from pgcfglint.platform.tables import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pgcfglint.plan.records import Entry, Round
    from pgcfglint.plan.states import Pair

_PSQL = 'psql -d "$POSTGRESQL" -X -A -t -c '


def runbook(
    pairs: Sequence[Pair], entries: Sequence[Entry], ordered: Sequence[Round]
) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """There and back."""
    if not any(one.apply in ("reload", "reconnect", "restart") for one in entries):
        return (), ()
    around = turned(entries)
    return tuple(_steps("file", entries, ordered)), tuple(_steps("old file", around, rounds(pairs, around)))


def _steps(file: str, entries: Sequence[Entry], ordered: Sequence[Round]) -> Iterator[Step]:
    words = table("plan")["words"]
    yield Step(
        f"Bring the {file} to each server, and reload it",
        (words["plain_file"],),
        confirm=True,
    )
    for number, one in enumerate(ordered):
        yield Step(
            f"Round {number + 1} of {len(ordered)}: {'the primary' if one.role == PRIMARY else 'standbys'}",
            (words["plain_restart"],),
            confirm=True,
        )
    names = sorted({one.parameter for one in entries if one.kind == "parameter" and one.apply != "none"})
    listed = ", ".join(f"'{name}'" for name in names if name.replace("_", "").replace(".", "").isalnum())
    wanted = f"pending_restart OR name IN ({listed})" if listed else "pending_restart"
    sql = f"SELECT name, setting, unit, pending_restart FROM pg_settings WHERE {wanted}"
    yield Step(
        "Check: nothing is pending, and the values are as planned", (), (), (_PSQL + double_quoted(sql),)
    )
