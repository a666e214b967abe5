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
        words = pods(plan)
        if not plan.rounds:
            return words
        # An operator's new pods start with the new values.
        return f"{words} with the new values" if plan.operator else f"{words} and restarts {restarted(plan)}"
    if plan.apply == "restart":
        return f"restarts {restarted(plan)}"
    if plan.apply == "reconnect":
        return "new sessions only, no restart"
    if plan.apply == "reload":
        return "reload only, no restart"
    return "nothing changes on the running cluster" if plan.entries or plan.others else NOTHING


def merging(plan: Plan) -> str:
    """What merging alone does, after how one merges: "merging and helm upgrade: recreates 5 pods"."""
    if plan.operator:
        who = plan.operator if plan.merge == plan.apply else f"{plan.operator} only writes the values"
        return f"merging: {who}" + (" applies all of it" if plan.merge == plan.apply else "")
    way = "merging and helm upgrade" if plan.kubernetes else "merging alone"
    settings = any(entry.kind == "parameter" and entry.apply != "none" for entry in plan.entries)
    if plan.merge == "pods":
        return f"{way}: {pods(plan)}" + (", changes no setting" if settings and plan.by_hand else "")
    if plan.merge == "none":
        return f"{way}: " + ("changes no setting that runs" if settings else "nothing")
    return f"{way}: " + {"reload": "reload", "reconnect": "new sessions only"}.get(plan.merge, plan.merge)


def restarted(plan: Plan) -> str:
    """How many members restart, in words: "5 members in 2 groups"."""
    counts = [count for _, count in plan.restarts]
    groups = len(counts)
    where = f" in {groups} groups" if groups > 1 else ""
    if None in counts:
        return f"all members{where}"
    number = sum(count or 0 for count in counts)
    return f"{_number(number, 'member')}{where}"


def pods(plan: Plan) -> str:
    """What happens to the pods: "recreates 5 pods, adds 2"."""
    verbs = {"recreates": plan.pods, "adds": plan.added, "takes away": plan.removed}
    found = [(verb, count) for verb, count in verbs.items() if count != 0]
    if not found:
        return "changes the pods"
    what = [f"{verb} {'the pods' if count is None else _number(count, 'pod')}" for verb, count in found[:1]]
    return ", ".join((*what, *(f"{verb} {count}" for verb, count in found[1:])))


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def code(plan: Plan) -> int:
    """The detailed exit code: the greater of what applying and what merging does."""
    if plan.blockers:
        return 13
    codes = {"none": 0, "reload": 10, "reconnect": 10, "restart": 11, "pods": 12, "rebuild": 13}
    return max(codes[plan.apply], codes[plan.merge])
