"""The checklist after a change: every declared value is in force in every group, and nothing waits."""

from __future__ import annotations

from pgcfglint.drift.rows import PENDING_FLAG
from pgcfglint.model import Observation
from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcfglint.drift.rows import Section, Sheet
    from pgcfglint.sources.given import Input

FORCE, PENDING = "in-force", "nothing-pending"
"""What is asked of every group."""


class Check(Record):
    """A question to a group, and its answer: True, False, or None where no dump tells."""

    name: str
    group: str
    ok: bool | None
    message: str


def checks(sheet: Sheet) -> Iterator[Check]:
    """The checklist of an input, group by group."""
    for section in sheet.sections:
        yield _in_force(section)
        yield _pending(section)


def _in_force(section: Section) -> Check:
    """Whether every declared value of a group runs."""
    declared = section.declared
    wrong = [row.parameter for row in declared if row.in_force is False]
    unseen = [row.parameter for row in declared if row.in_force is None]
    total = len(declared)
    if wrong:
        told = f"{len(wrong)} of {total} declared values {_are(wrong)} not in force: {_some(wrong)}"
    elif unseen and section.is_silent:
        told = f"no dump tells whether the {total} declared values run"
    elif unseen:
        in_dcs = "they are in the DCS, but " if "dcs" in section.kinds else ""
        told = f"{len(unseen)} of {total} declared values: {in_dcs}no dump shows that they run"
    else:
        told = f"all {total} declared values are in force" if total else "nothing is declared"
        asked = len(section.members)
        if total and 0 < asked < section.listed:
            told += f" where pg_settings was asked: on {asked} of {section.listed} members"
    return Check(FORCE, section.group, False if wrong else None if unseen else True, told)


def _are(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _pending(section: Section) -> Check:
    waiting = dict.fromkeys(
        member if reason is None else f"{member} for {reason.parameter}" for member, reason in section.pending
    )
    harmless = {
        row.parameter.lower() for row in section.rows if any(c.kind == PENDING_FLAG for c in row.causes)
    }
    flagged = [row.parameter for row in section.rows if any(c.kind == "pending-restart" for c in row.causes)]
    real = [
        f"{member} for {reason.parameter}" if reason is not None else member
        for member, reason in section.pending
        if reason is None or reason.parameter.lower() not in harmless
    ]
    if real or flagged:
        who = _some(list(dict.fromkeys(real)) or flagged)
        return Check(PENDING, section.group, False, f"waits for a restart: {who}")
    if waiting:
        return Check(
            PENDING,
            section.group,
            True,
            f"nothing that a restart would change waits ({_some(list(waiting))})",
        )
    if section.knows_pending:
        return Check(PENDING, section.group, True, "nothing waits for a restart")
    return Check(PENDING, section.group, None, "whether something waits for a restart: no dump tells")


def _some(names: list[str], most: int = 6) -> str:
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def with_unseen(found: Input, sheet: Sheet) -> Input:
    """The input with an observation for every group in which no dump shows that the declared values run."""
    assert found.cluster is not None
    seen = tuple(_unseen(sheet))
    return found.replace(cluster=found.cluster.replace(observations=(*found.cluster.observations, *seen)))


def _unseen(sheet: Sheet) -> Iterator[Observation]:
    for section in sheet.sections:
        unseen = [row for row in section.declared if row.in_force is None]
        if unseen:
            fields = {
                "group": section.group,
                "names": _some([row.parameter for row in unseen]),
                "count": str(len(unseen)),
                "commands": "patronictl show-config"
                + (f" --group {section.number}" if section.number else ""),
            }
            kind = "group-unseen" if section.is_silent else "values-unseen"
            yield Observation(kind, unseen[0].location, (), fields)
