"""Where in the runbook the merge and the helm upgrade belong."""

from __future__ import annotations

from pgcfglint import units
from pgcfglint.plan.patronictl import quoted
from pgcfglint.plan.records import Step
from pgcfglint.platform.tables import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pgcfglint.model import Cluster
    from pgcfglint.plan.records import Plan
    from pgcfglint.plan.states import Pair


def with_upgrade(
    steps: tuple[Step, ...], pairs: Sequence[Pair], cluster: Cluster, made: Plan
) -> tuple[Step, ...]:
    """The runbook with the upgrade where the memory of the pods allows it.

    A larger limit comes before the values that need it, a smaller one after them. Where neither is so the
    runbook comes first: recreated pods would apply what is pending, blind to the order of the roles.
    """
    if made.merge != "pods" or "kubernetes" not in cluster.platform or not made.entries:
        return steps
    first = _grows(pairs) and bool(steps)
    step = Step(
        "Merge, and upgrade the chart: the pods get the larger limit first"
        if first
        else ("Only now merge and upgrade the chart" if steps else "Merge and upgrade the chart"),
        _why(steps, first),
        _commands(cluster, made, pairs),
        confirm=True,
    )
    return (step, *steps) if first else (*steps, step)


def _why(steps: tuple[Step, ...], first: bool) -> tuple[str, ...]:
    words = table("plan")["words"]
    return (words["pods"], *((words["pods_first"],) if first else (words["pods_last"],) if steps else ()))


def _commands(cluster: Cluster, made: Plan, pairs: Sequence[Pair]) -> tuple[str, ...]:
    files = " ".join(f"-f {quoted(path)}" for path in cluster.sources if not path.startswith("<"))
    commands = [f'helm upgrade "$RELEASE" "$CHART" {files}'.rstrip()]
    pattern = table("plan")["sets"].get(cluster.layout, "")
    if pattern and cluster.scope:
        for pair in pairs:
            if pair.new is not None:
                name = pattern.format(scope=cluster.scope, number=pair.number)
                commands.append(f"kubectl rollout status statefulset {quoted(name)}")
    return tuple(commands)


def _grows(pairs: Sequence[Pair]) -> bool:
    """Whether some pods get more memory, and none less."""
    more = less = False
    for pair in pairs:
        if pair.old is None or pair.new is None:
            continue
        old, new = (state.pod().get("limits.memory") for state in (pair.old, pair.new))
        before = units.parse_quantity(old.text) if old else None
        after = units.parse_quantity(new.text) if new else None
        if before is not None:
            more = more or after is None or after > before
            less = less or (after is not None and after < before)
        elif after is not None:
            less = True
    return more and not less
