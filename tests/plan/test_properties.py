"""What holds for every pair of states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pgcfglint.model import APPLIES
from pgcfglint.plan.headline import NOTHING, code, headline
from pgcfglint.plan.records import PRIMARY, STANDBY
from pgcfglint.plan.rounds import LOWER, MIXED, RAISE, TURNED
from tests.plan.build import cluster, make

if TYPE_CHECKING:
    from pgcfglint.model import Cluster
    from pgcfglint.plan.records import Plan

some = settings(max_examples=25, deadline=None)

values = st.fixed_dictionaries(
    {},
    optional={
        "max_connections": st.integers(30, 500),
        "max_worker_processes": st.integers(4, 40),
        "max_wal_senders": st.integers(5, 30),
        "max_prepared_transactions": st.integers(0, 400),
        "max_locks_per_transaction": st.sampled_from((64, 128, 512)),
        "shared_buffers": st.sampled_from(("128MB", "131072kB", "16384", "1GB")),
        "work_mem": st.sampled_from(("4MB", "4096kB", "8MB")),
        "log_connections": st.sampled_from(("on", "off")),
        "checkpoint_timeout": st.sampled_from(("5min", "300s", "10min")),
        "myapp.flag": st.sampled_from(("a", "b")),
    },
)
shapes = st.fixed_dictionaries(
    {
        "members": st.lists(st.sampled_from((1, 2, 3, None)), min_size=1, max_size=3),
        "citus": st.booleans(),
        "layer": st.sampled_from(("dynamic", "bootstrap")),
        "platform": st.sampled_from((("patroni",), ("patroni", "kubernetes"))),
    }
)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Cluster, Cluster]:
    shape: dict[str, Any] = draw(shapes)
    return cluster(draw(values), **shape), cluster(draw(values), **shape)


@some
@given(values, shapes)
def test_the_same_twice_is_nothing(parameters: dict[str, Any], shape: dict[str, Any]) -> None:
    one = cluster(parameters, **shape)
    plan = make(one, one)
    assert (plan.entries, plan.rounds, plan.steps, plan.rollback, plan.risks) == ((), (), (), (), ())
    assert (plan.apply, plan.merge, headline(plan), code(plan)) == ("none", "none", NOTHING, 0)


def roles(plan: Plan) -> dict[str, tuple[str, ...]]:
    """The roles of each group, in the order in which they restart."""
    found: dict[str, list[str]] = {}
    for one in plan.rounds:
        for group in one.groups:
            found.setdefault(group, []).append(one.role)
    return {group: tuple(names) for group, names in found.items()}


@some
@given(pairs())
def test_there_and_back_are_mirrors(pair: tuple[Cluster, Cluster]) -> None:
    there, back = make(*pair), make(*reversed(pair))
    changes = {
        (one.parameter, one.old, one.new, one.old_written, one.new_written, one.apply, one.order, one.groups)
        for one in there.entries
    }
    turned = {
        (one.parameter, one.new, one.old, one.new_written, one.old_written, one.apply,
         TURNED.get(one.order or "", one.order), one.groups)
        for one in back.entries
    }  # fmt: skip
    assert changes == turned
    assert (there.apply, there.merge) == (back.apply, back.merge)
    opposite = {RAISE: LOWER, LOWER: RAISE, MIXED: MIXED, (PRIMARY,): (PRIMARY,)}
    sensitive = {group for one in there.entries if one.order for group in one.groups}
    first, second = roles(there), roles(back)
    assert first.keys() == second.keys()
    for group, names in first.items():
        # Without one of the five there is nothing to turn: standbys first, both ways.
        assert second[group] == (opposite[names] if group in sensitive else names)


@some
@given(pairs())
def test_the_headline_is_the_greatest_of_the_changes(pair: tuple[Cluster, Cluster]) -> None:
    plan = make(*pair)
    greatest = max((one.apply for one in plan.entries), key=APPLIES.index, default="none")
    assert plan.apply == greatest
    begins = {
        "none": "nothing changes", "reload": "reload only", "reconnect": "new sessions only",
        "restart": "restarts",
    }  # fmt: skip
    assert headline(plan).startswith(begins[greatest])
    assert bool(plan.rounds) == (greatest == "restart")
    codes = {"none": 0, "reload": 10, "reconnect": 10, "restart": 11}
    assert code(plan) == codes[greatest]


@some
@given(pairs())
def test_no_standby_is_ever_below_its_primary(pair: tuple[Cluster, Cluster]) -> None:
    """Goes through the rounds: what a standby runs with is never below what its primary runs with."""
    plan = make(*pair)
    for group, names in roles(plan).items():
        mine = [one for one in plan.entries if group in one.groups and one.order]
        amounts = {one.parameter: (int(one.old or 0), int(one.new or 0)) for one in mine}
        primary = {name: old for name, (old, _) in amounts.items()}
        standby = dict(primary)
        assert names.count(PRIMARY) == 1
        for role in names:
            if role == PRIMARY:
                primary = {name: new for name, (_, new) in amounts.items()}
            else:
                # Patroni lets no standby start below what the primary has written to pg_controldata.
                standby = {name: max(new, primary[name]) for name, (_, new) in amounts.items()}
            if STANDBY in names:
                assert all(standby[name] >= primary[name] for name in amounts)
        if STANDBY in names:
            assert standby == {name: new for name, (_, new) in amounts.items()}


@some
@given(pairs())
def test_the_coordinator_never_has_more_connections_than_a_worker(pair: tuple[Cluster, Cluster]) -> None:
    old, new = pair
    plan = make(old, new)
    moved = next((one for one in plan.entries if one.parameter == "max_connections"), None)
    if "citus" not in new.platform or moved is None or moved.order is None:
        return
    running = dict.fromkeys(moved.groups, int(moved.old or 0))
    for one in plan.rounds:
        for group in one.groups if one.role == PRIMARY else ():
            running[group] = int(moved.new or 0)
            assert all(running["coordinator"] <= amount for amount in running.values())


@some
@given(pairs())
def test_commands_name_the_group_and_what_is_pending(pair: tuple[Cluster, Cluster]) -> None:
    plan = make(*pair)
    citus = "citus" in pair[1].platform
    text = "\n".join(line for step in (*plan.steps, *plan.rollback) for line in (*step.commands, *step.look))
    for line in text.splitlines():
        if "patronictl" in line:
            assert ("--group" in line) == citus
        if " restart " in line:
            assert "--pending" in line
            assert "--force" in line
        assert "master" not in line


@some
@given(pairs())
def test_every_change_is_in_the_runbook(pair: tuple[Cluster, Cluster]) -> None:
    plan = make(*pair)
    edits = "\n".join(line for step in plan.steps for line in step.commands if "edit-config" in line)
    for one in plan.entries:
        carried = one.apply != "none" and not one.derived
        assert (f"-p {one.parameter}=" in edits or f"-p '{one.parameter}=" in edits) == carried
    assert bool(plan.steps) == bool(plan.rollback) == (plan.apply != "none")
