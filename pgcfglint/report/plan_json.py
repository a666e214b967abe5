"""The plan for programs: one JSON document, described by `schema/plan.json`."""

from __future__ import annotations

import json  # noqa: TID253  only this format loads the module

from pgcfglint.model import APPLIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pgcfglint.plan.records import Entry, Plan, Step
    from pgcfglint.report import Options

VERSION = 1


def render(plans: Sequence[Plan], options: Options) -> Iterator[str]:
    """One document for all plans; of several, groups are named CLUSTER/GROUP."""

    def group(plan: Plan, name: str) -> str:
        return f"{plan.name}/{name}" if len(plans) > 1 else name

    def change(plan: Plan, entry: Entry) -> dict[str, object]:
        return {
            "parameter": entry.parameter,
            "old": entry.old,
            "new": entry.new,
            "old_written": entry.old_written,
            "new_written": entry.new_written,
            "apply": entry.apply,
            "order": entry.order,
            "groups": [group(plan, name) for name in entry.groups],
            "reaches": entry.reaches,
            "note": entry.note,
        }

    document = {
        "version": VERSION,
        "apply": max((plan.apply for plan in plans), key=APPLIES.index, default="none"),
        "merge": max((plan.merge for plan in plans), key=APPLIES.index, default="none"),
        "blockers": [text for plan in plans for text in plan.blockers],
        "changes": [change(plan, entry) for plan in plans for entry in plan.entries],
        "rounds": [
            {"groups": [group(plan, name) for name in one.groups], "role": one.role, "members": one.members}
            for plan in plans
            for one in plan.rounds
        ],
        "commands": [line for plan in plans for line in _commands(plan.steps)],
        "rollback": [line for plan in plans for line in _commands(plan.rollback)],
    }
    yield json.dumps(document, indent=1, ensure_ascii=False).encode("utf-8", "replace").decode() + "\n"


def _commands(steps: Sequence[Step]) -> list[str]:
    return [line for step in steps for line in step.commands]
