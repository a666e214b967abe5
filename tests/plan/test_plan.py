"""What a plan says about single changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pgcfglint.model import BOOTSTRAP, LOCAL, Database, Setting
from pgcfglint.plan.headline import code, headline, merging
from pgcfglint.plan.records import PRIMARY, STANDBY
from pgcfglint.platform.tables import table
from tests.plan.build import cluster, make
from tests.platform.build import PLACE, settings

if TYPE_CHECKING:
    from pgcfglint.plan.records import Plan


def change(old: dict[str, Any], new: dict[str, Any], **shape: Any) -> Plan:
    return make(cluster(old, **shape), cluster(new, **shape))


def rounds(plan: Plan) -> list[tuple[str, tuple[str, ...], int | None]]:
    return [(one.role, one.groups, one.members) for one in plan.rounds]


def commands(plan: Plan) -> str:
    return "\n".join(line for step in plan.steps for line in (*step.commands, *step.look))


def why(plan: Plan) -> str:
    return "\n".join(text for step in plan.steps for text in step.why)


# Rounds


def test_what_rises_restarts_standbys_first() -> None:
    plan = change({"max_connections": 100}, {"max_connections": 200})
    assert rounds(plan) == [(STANDBY, ("instances 0",), 2), (PRIMARY, ("instances 0",), 1)]
    assert headline(plan) == "restarts 3 members"


def test_what_falls_restarts_the_primary_first() -> None:
    plan = change({"max_wal_senders": 20}, {"max_wal_senders": 10})
    assert [one.role for one in plan.rounds] == [PRIMARY, STANDBY]


def test_rising_and_falling_takes_three_rounds_and_one_restart_of_the_primary() -> None:
    plan = change(
        {"max_connections": 100, "max_worker_processes": 20},
        {"max_connections": 200, "max_worker_processes": 8},
    )
    assert [one.role for one in plan.rounds] == [STANDBY, PRIMARY, STANDBY]
    assert "values rise and fall, so standbys restart twice" in plan.risks


def test_without_a_direction_standbys_go_first_one_at_a_time() -> None:
    plan = change({"shared_buffers": "128MB"}, {"shared_buffers": "1GB"})
    assert [one.role for one in plan.rounds] == [STANDBY, PRIMARY]
    assert "the first is the canary" in why(plan)
    assert "for member in" in commands(plan)


def test_a_single_member_restarts_once() -> None:
    plan = change({"max_connections": 100}, {"max_connections": 200}, members=(1,))
    assert rounds(plan) == [(PRIMARY, ("instances 0",), 1)]
    assert any("a single member" in text for text in plan.risks)


@pytest.mark.parametrize(
    ("old", "new", "order"),
    [
        (100, 200, ("worker 1", "worker 2", "coordinator")),
        (200, 100, ("coordinator", "worker 1", "worker 2")),
    ],
)
def test_workers_are_never_below_the_coordinator(old: int, new: int, order: tuple[str, ...]) -> None:
    plan = change({"max_connections": old}, {"max_connections": new}, members=(2, 2, 2), citus=True)
    assert {one.groups for one in plan.rounds} == {order}
    assert headline(plan) == "restarts 6 members in 3 groups"


def test_otherwise_workers_come_first() -> None:
    plan = change({"shared_buffers": "1GB"}, {"shared_buffers": "512MB"}, members=(2, 2), citus=True)
    assert {one.groups for one in plan.rounds} == {("worker 1", "coordinator")}


def test_each_worker_is_asked_by_its_number() -> None:
    plan = change({"max_connections": 100}, {"max_connections": 200}, members=(2, 2), citus=True)
    for number in "01":
        assert f"patronictl restart shop --group {number} --role replica --pending --force" in commands(plan)
        assert f"patronictl restart shop --group {number} --role primary --pending --force" in commands(plan)


# What it says of a change


def test_under_citus_prepared_transactions_move_along() -> None:
    plan = change({"max_connections": 100}, {"max_connections": 150}, citus=True)
    (derived,) = [one for one in plan.entries if one.derived]
    assert (derived.parameter, derived.old, derived.new) == ("max_prepared_transactions", "200", "300")
    assert derived.note == "derived: 2 * max_connections for Citus"
    assert "max_prepared_transactions=" not in commands(plan)
    assert "'max_prepared_transactions'" in commands(plan)  # it is looked at in the end


def test_a_value_below_patronis_floor_is_its_default() -> None:
    plan = change({"max_connections": 100}, {"max_connections": 10})
    (entry,) = plan.entries
    assert (entry.old, entry.new, entry.new_written, entry.apply) == ("100", "100", "10", "none")
    assert headline(plan) == "nothing changes on the running cluster"
    assert "Patroni runs its own default 100" in entry.note


def test_another_spelling_changes_nothing() -> None:
    plan = change({"work_mem": "4096kB"}, {"work_mem": "4MB"})
    (entry,) = plan.entries
    assert (entry.apply, entry.spelling, plan.steps) == ("none", True, ())


def test_what_the_chart_does_not_pass_on_reaches_nobody_either_way() -> None:
    shape = {"layer": BOOTSTRAP, "reads": frozenset({"work_mem"})}
    for old, new in (({}, {"checkpoint_timeout": "10min"}), ({"checkpoint_timeout": "10min"}, {})):
        plan = change(old, new, **shape)
        (entry,) = plan.entries
        assert (entry.old, entry.new, entry.apply, entry.reaches) == ("5min", "5min", "none", "nobody")
        assert plan.steps == ()
    plan = change({}, {"checkpoint_timeout": "10min"}, **shape)
    assert "patronictl edit-config would carry it" in plan.entries[0].note


def test_bootstrap_reaches_new_clusters_and_the_runbook_the_running_one() -> None:
    plan = change({"work_mem": "4MB"}, {"work_mem": "8MB"}, layer=BOOTSTRAP)
    assert plan.entries[0].reaches == "new clusters"
    assert plan.merge == "none"
    assert "edit-config shop --force -p work_mem=8MB" in commands(plan)


def test_a_secret_keeps_its_values_to_itself() -> None:
    old, new = ({"primary_conninfo": f"host=x password={word}"} for word in ("s3cret", "t0psecret"))
    plan = change(old, new, platform=())
    assert plan.entries
    assert "s3cret" not in repr(plan)
    assert "t0psecret" not in repr(plan)


def test_the_directions_of_memory() -> None:
    plan = change(
        {"max_connections": 400, "max_locks_per_transaction": 64},
        {"max_connections": 100, "max_locks_per_transaction": 256},
        pod={"limits.memory": "2Gi"},
    )
    (memory,) = plan.memory
    assert memory.between is not None
    assert memory.between > max(memory.before, memory.after)
    assert memory.limit == "2Gi"


def test_more_shared_memory_than_the_limit_is_said() -> None:
    plan = change({"shared_buffers": "1GB"}, {"shared_buffers": "3GB"}, pod={"limits.memory": "2Gi"})
    assert any("the limit is 2Gi" in text for text in plan.risks)


def test_a_new_major_needs_a_new_cluster() -> None:
    plan = make(cluster({}, pg=16), cluster({}, pg=17))
    assert (headline(plan), plan.apply, code(plan)) == ("needs a new cluster", "rebuild", 13)


def test_values_that_do_not_start_have_no_runbook() -> None:
    bad = {"max_connections": 100, "superuser_reserved_connections": 60, "reserved_connections": 50}
    plan = change({"max_connections": 100}, bad)
    assert plan.is_blocked
    assert (headline(plan), code(plan), plan.steps, plan.rollback) == ("will not start", 13, (), ())


# Patroni's part


def test_synchronous_mode_says_which_writes_wait() -> None:
    keys = {"patroni.synchronous_mode": "on"}
    for more, members, wanted in (
        ({}, 2, "synchronous mode with two members: writes wait"),
        ({}, 3, "until Patroni has chosen another"),
        ({"patroni.synchronous_mode": "quorum"}, 3, "(quorum): writes go on"),
        (
            {"patroni.synchronous_mode_strict": "on"},
            2,
            "strict synchronous mode with two members: writes stop",
        ),
        ({"patroni.synchronous_mode_strict": "on"}, 3, "strict synchronous mode: writes stop while too few"),
    ):
        plan = change(
            {"shared_buffers": "128MB", **keys, **more},
            {"shared_buffers": "1GB", **keys, **more},
            members=(members,),
        )
        assert wanted in why(plan), wanted
        assert any(wanted in text for text in plan.risks), wanted


def test_citus_is_synchronous_by_itself() -> None:
    plan = change({"max_connections": 100}, {"max_connections": 200}, members=(3, 2), citus=True)
    assert "coordinator: synchronous mode (quorum)" in why(plan)
    assert "worker 1: synchronous mode with two members" in why(plan)


def test_a_switchover_is_offered_only_where_nothing_falls() -> None:
    rises = change({"max_connections": 100}, {"max_connections": 200})
    falls = change({"max_connections": 200}, {"max_connections": 100})
    assert "patronictl switchover shop --candidate STANDBY" in why(rises)
    assert "switchover" not in why(falls)
    synchronous = {"patroni.synchronous_mode": "on"}
    plan = change({"max_connections": 100, **synchronous}, {"max_connections": 200, **synchronous})
    assert "STANDBY: a synchronous standby" in why(plan)


def test_a_standby_cluster_has_its_own_leader_and_order() -> None:
    follows = {"patroni.standby_cluster": 2}
    rises = change({"max_connections": 100, **follows}, {"max_connections": 200, **follows})
    falls = change({"max_connections": 200, **follows}, {"max_connections": 100, **follows})
    assert "--role standby-leader" in commands(rises)
    assert "--role primary" not in commands(rises)
    assert "rises here before it rises in the primary cluster" in why(rises)
    assert "falls here after it has fallen in the primary cluster" in why(falls)
    assert "switchover" not in why(rises)


@pytest.mark.parametrize(("version", "word"), [("2.1.7", None), ("3.0.4", "primary"), ("4.1", "primary")])
def test_the_primary_is_named_as_the_version_knows_it(version: str, word: str | None) -> None:
    plan = change({"max_connections": 100}, {"max_connections": 200}, patroni=version)
    if word:
        assert f"--role {word}" in commands(plan)
    else:
        assert "--role primary" not in commands(plan)
        assert "~ /^((Standby )?Leader)$/" in commands(plan)
    assert "--role master" not in commands(plan)


def test_a_changed_map_of_patronis_is_not_written_as_a_number() -> None:
    plan = change({"patroni.slots": 1}, {"patroni.slots": 2})
    assert plan.entries[0].apply == "reload"
    assert "slots=" not in commands(plan)
    assert "edit-config" in plan.entries[0].note


def test_patronis_keys_and_removed_values() -> None:
    plan = change({"patroni.ttl": 30, "work_mem": "4MB"}, {"patroni.ttl": 40})
    assert "-s ttl=40" in commands(plan)
    plan = change({"work_mem": "8MB"}, {})
    assert "-p work_mem=null" in commands(plan)


def test_each_members_own_file_is_brought_and_reloaded() -> None:
    old, new = cluster({"max_connections": 100}), cluster({"max_connections": 100})
    own = [tuple(settings({"shared_buffers": size}, LOCAL)) for size in ("128MB", "256MB")]
    old, new = (
        one.replace(groups=tuple(each.replace(settings=(*each.settings, *more)) for each in one.groups))
        for one, more in zip((old, new), own)
    )
    plan = make(old, new)
    assert "edit-config" not in commands(plan)
    assert "patronictl reload shop --force" in commands(plan)
    assert [one.role for one in plan.rounds] == [STANDBY, PRIMARY]
    assert any("reload shop" in line for step in plan.rollback for line in step.commands)


def test_values_survive_yaml_and_the_shell() -> None:
    plan = change({}, {"log_line_prefix": "%m 'x' $HOME ", "search_path": '"$user", public'})
    assert "-p 'log_line_prefix='\"'\"'%m" in commands(plan)
    plan = change({}, {"shared_preload_libraries": "pg_cron,pg_stat_statements"})
    assert "-p shared_preload_libraries=pg_cron,pg_stat_statements" in commands(plan)


def test_a_databases_settings_come_with_new_sessions() -> None:
    def with_timeout(text: str) -> Any:
        setting = Setting("statement_timeout", text, PLACE, "database")
        return cluster({}, databases=(Database("reports", PLACE, (), (setting,)),))

    plan = make(with_timeout("5min"), with_timeout("1min"))
    assert (plan.apply, plan.merge, headline(plan)) == (
        "reconnect",
        "reconnect",
        "new sessions only, no restart",
    )
    assert any("ALTER DATABASE" in text for text in plan.lasting)


# Who applies it


@pytest.mark.parametrize("name", ["zalando", "cnpg", "crunchy", "percona", "kubeblocks"])
def test_an_operator_applies_everything_by_itself(name: str) -> None:
    platform = (name, *(("patroni",) if name != "cnpg" else ()), "kubernetes")
    plan = change({"max_connections": 200}, {"max_connections": 100}, platform=platform)
    assert plan.apply == plan.merge == "restart"
    assert table("plan")["ways"][name]["who"] in merging(plan)
    (step,) = plan.steps
    assert step.commands == ("kubectl apply -f values.yaml",)
    (back,) = plan.rollback
    assert back.commands == ('git revert --no-edit "$COMMIT"', "kubectl apply -f values.yaml")
    assert "helm upgrade" not in commands(plan)


def test_an_operator_with_new_pods_needs_no_second_restart() -> None:
    shape: dict[str, Any] = {"platform": ("cnpg", "kubernetes")}
    old = cluster({"shared_buffers": "128MB"}, pod={"limits.memory": "1Gi"}, **shape)
    new = cluster({"shared_buffers": "512MB"}, pod={"limits.memory": "2Gi"}, **shape)
    plan = make(old, new)
    assert headline(plan) == "recreates 3 pods with the new values"
    assert len(plan.steps) == 1


def test_an_operator_that_restarts_the_wrong_one_first() -> None:
    shape: dict[str, Any] = {"platform": ("crunchy", "patroni", "kubernetes")}
    rises = change({"max_connections": 100}, {"max_connections": 200}, **shape)
    falls = change({"max_connections": 200}, {"max_connections": 100}, **shape)
    assert [one.role for one in rises.rounds] == [PRIMARY, STANDBY]
    assert any("insufficient parameter settings" in text for text in rises.risks)
    assert not any("insufficient parameter settings" in text for text in falls.risks)


def test_servers_that_nobody_looks_after() -> None:
    plan = change({"max_connections": 100}, {"max_connections": 200}, platform=(), members=(None,))
    titles = [step.title for step in plan.steps]
    assert titles[1:3] == ["Round 1 of 2: standbys", "Round 2 of 2: the primary"]
    assert [step.title for step in plan.rollback][1:3] == [
        "Round 1 of 2: the primary", "Round 2 of 2: standbys",
    ]  # fmt: skip
    assert "patronictl" not in commands(plan)
    mixed = {"max_connections": 100, "max_wal_senders": 20}, {"max_connections": 200, "max_wal_senders": 10}
    plain = change(*mixed, platform=(), members=(None,))
    assert any("without Patroni nothing keeps the old value" in text for text in plain.risks)
    assert not any("without Patroni" in text for text in change(*mixed).risks)


def test_stackgres_waits_for_an_order_to_restart() -> None:
    plan = change(
        {"max_connections": 100}, {"max_connections": 200}, platform=("stackgres", "patroni", "kubernetes")
    )
    assert (plan.apply, plan.merge) == ("restart", "reload")
    assert "SGDbOps" in why(plan)
