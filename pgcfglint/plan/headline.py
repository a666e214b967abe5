"""The plan in one line, and what it is in one word."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pgcfglint.plan.records import Plan

NOTHING = "nothing changes"
BLOCKED = "will not start"


def headline(plan: Plan) -> str:
    """What bringing the change into force does to the running cluster."""
    if plan.blockers:
        return BLOCKED
    if plan.apply == "rebuild":
        return "needs a new cluster"
    if plan.apply == "pods":
        words = f"recreates {pods(plan)}" if plan.pods else "changes the pods"
        return f"{words} and restarts {restarted(plan)}" if plan.rounds else words
    if plan.apply == "restart":
        return f"restarts {restarted(plan)}"
    if plan.apply == "reconnect":
        return "new sessions only, no restart"
    if plan.apply == "reload":
        return "reload only, no restart"
    return "nothing changes on the running cluster" if plan.entries or plan.others else NOTHING


def merging(plan: Plan) -> str:
    """What merging alone does."""
    settings = any(entry.kind == "parameter" and entry.apply != "none" for entry in plan.entries)
    if plan.merge == "pods":
        words = f"recreates {pods(plan)}" if plan.pods else "changes the pods"
        return f"{words} and changes no setting" if settings and plan.steps else words
    if plan.merge == "none":
        return "changes no setting that runs" if settings else "nothing"
    return {"reload": "reload", "reconnect": "new sessions only"}.get(plan.merge, plan.merge)


def restarted(plan: Plan) -> str:
    """How many members restart, in words: "5 members in 2 groups"."""
    counts = [count for _, count in plan.restarts]
    groups = len(counts)
    where = f" in {groups} groups" if groups > 1 else ""
    if None in counts:
        return f"all members{where}"
    number = sum(count or 0 for count in counts)
    return f"{number} member{'' if number == 1 else 's'}{where}"


def pods(plan: Plan) -> str:
    """How many pods are recreated, in words."""
    if plan.pods is None:
        return "the pods"
    return f"{plan.pods} pod{'' if plan.pods == 1 else 's'}"


def code(plan: Plan) -> int:
    """The detailed exit code: the greater of what applying and what merging does."""
    if plan.blockers:
        return 13
    codes = {"none": 0, "reload": 10, "reconnect": 10, "restart": 11, "pods": 12, "rebuild": 13}
    return max(codes[plan.apply], codes[plan.merge])
