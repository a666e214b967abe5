"""Where in the runbook, and in the way back, the merge and the helm upgrade belong."""

from __future__ import annotations

from pgcfglint import units
from pgcfglint.plan.records import Step, quoted
from pgcfglint.platform.tables import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pgcfglint.model import Cluster
    from pgcfglint.plan.records import Plan
    from pgcfglint.plan.states import Pair


def with_upgrade(
    steps: tuple[Step, ...],
    rollback: tuple[Step, ...],
    look: Step | None,
    pairs: Sequence[Pair],
    cluster: Cluster,
    made: Plan,
) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """The runbook and the way back with the upgrade where the memory of the pods allows it.

    A larger limit comes before the values that need it, a smaller one after them; on the way back it is
    the other way round. Where neither is so the runbook comes first: recreated pods would apply what is
    pending, blind to the order of the roles. `look` is the step before an upgrade that is the only one.
    """
    if made.merge != "pods" or "kubernetes" not in cluster.platform:
        return steps, rollback
    words = table("plan")["words"]
    more, less = limits(pairs)
    commands = _commands(cluster, pairs, made.chart)
    why = (words["pods"],) if made.pods != 0 else ()
    first = more and not less and bool(steps)
    forth = Step(
        "Merge, and upgrade the chart: the pods get the larger limit first"
        if first
        else ("Only now merge and upgrade the chart" if steps else "Merge and upgrade the chart"),
        (*why, *((words["pods_first"],) if first else (words["pods_last"],) if steps else ())),
        commands,
        confirm=True,
    )
    back_first = less and not more and bool(rollback)
    back = Step(
        "If it is merged: take the merge back and upgrade the chart"
        + (", so that the pods have the larger limit again" if back_first else ""),
        (*why, words["revert"]),
        (revert(), *commands),
        confirm=True,
    )
    if not steps and look is not None and made.pods != 0:
        steps = (look.replace(why=(*look.why, words["pods_pending"])),)
    return (
        # The first step looks, and saves what is there.
        (steps[0], forth, *steps[1:]) if first else (*steps, forth),
        (back, *rollback) if back_first else (*rollback, back),
    )


def revert() -> str:
    """Takes a commit back; of a merge its first parent stays."""
    return 'git revert --no-edit "$COMMIT"'


def upgrade(cluster: Cluster, chart: str) -> str:
    """The helm upgrade that brings an input's values; a chart's own values come with the chart."""
    own = f"{chart}/values.yaml".removeprefix("./")
    files = [path for path in cluster.sources if not path.startswith("<") and not (chart and path == own)]
    words = [quoted(chart) if chart else '"$CHART"', *(f"-f {quoted(path)}" for path in files)]
    return f'helm upgrade "$RELEASE" {" ".join(words)}'


def _commands(cluster: Cluster, pairs: Iterable[Pair], chart: str) -> tuple[str, ...]:
    commands = [upgrade(cluster, chart)]
    pattern = table("plan")["sets"].get(cluster.layout, "")
    if pattern and cluster.scope:
        for pair in pairs:
            if pair.new is not None:
                name = pattern.format(scope=cluster.scope, number=pair.number)
                commands.append(f"kubectl rollout status statefulset {quoted(name)}")
    return tuple(commands)


def limits(pairs: Iterable[Pair]) -> tuple[bool, bool]:
    """Whether some pods get more memory, and whether some get less."""
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
    return more, less
