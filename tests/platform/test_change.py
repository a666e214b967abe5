from __future__ import annotations

from typing import TYPE_CHECKING

from pgcfglint.model import BOOTSTRAP
from pgcfglint.platform.change import changes, costliest
from tests.platform.build import effects

if TYPE_CHECKING:
    from pgcfglint.platform import Effects
    from pgcfglint.platform.change import Change


def by_name(old: Effects, new: Effects) -> dict[str, Change]:
    return {change.parameter: change for change in changes(old, new)}


def test_raising_and_lowering_go_in_opposite_orders() -> None:
    low, high = effects({"max_connections": 200}), effects({"max_connections": 300})
    raised, lowered = by_name(low, high)["max_connections"], by_name(high, low)["max_connections"]
    assert (raised.apply, raised.order, raised.old, raised.new) == ("restart", "standbys first", "200", "300")
    assert (lowered.apply, lowered.order) == ("restart", "primary first")


def test_every_standby_sensitive_parameter_has_an_order() -> None:
    names = [name for name, parameter in effects().catalog.items() if parameter.standby_sensitive]
    assert len(names) == 5
    for name in names:
        found = by_name(effects({name: 50}), effects({name: 60}))[name]
        assert found.order == "standbys first"


def test_other_restarts_have_no_order() -> None:
    found = by_name(effects({}), effects({"shared_buffers": "1GB"}))["shared_buffers"]
    assert (found.apply, found.order, found.old, found.new) == ("restart", None, "128MB", "1GB")


def test_citus_moves_a_second_parameter() -> None:
    found = by_name(
        effects({"max_connections": 200}, citus=True), effects({"max_connections": 300}, citus=True)
    )
    derived = found["max_prepared_transactions"]
    assert (derived.old, derived.new, derived.apply, derived.derived) == ("400", "600", "restart", True)
    assert derived.order == "standbys first"
    assert not found["max_connections"].derived


def test_spelling_alone_costs_nothing() -> None:
    (found,) = changes(effects({"shared_buffers": "1GB"}), effects({"shared_buffers": "1024MB"}))
    assert (found.apply, found.note) == ("none", "the same value, written otherwise")


def test_a_dropped_value_reaches_nobody() -> None:
    (found,) = changes(effects({}), effects({"shared_buffers": "2Gi"}))
    assert (found.apply, found.reaches, found.new) == ("none", "nobody", "128MB")
    assert "Patroni drops it" in found.note


def test_breaking_a_value_changes_what_runs() -> None:
    (found,) = changes(effects({"shared_buffers": "1GB"}), effects({"shared_buffers": "2Gi"}))
    assert (found.old, found.new, found.apply) == ("1GB", "128MB", "restart")
    assert "Patroni drops it" in found.note


def test_a_refused_value_is_not_applied() -> None:
    (found,) = changes(effects({}), effects({"TimeZone": "Mars/Phobos"}))
    assert (found.apply, found.reaches) == ("none", "nobody")
    assert "does not start" in found.note


def test_what_the_chart_does_not_pass_on_reaches_nobody() -> None:
    reads = frozenset({"work_mem"})
    old = effects({}, layer=BOOTSTRAP, reads=reads)
    new = effects({"max_wal_size": "4GB", "work_mem": "8MB"}, layer=BOOTSTRAP, reads=reads)
    found = by_name(old, new)
    assert (found["max_wal_size"].apply, found["max_wal_size"].reaches) == ("none", "nobody")
    assert (found["work_mem"].apply, found["work_mem"].reaches) == ("reload", "new clusters")


def test_removing_a_value_brings_the_default_back() -> None:
    (found,) = changes(effects({"work_mem": "8MB"}), effects({}))
    assert (found.old_written, found.new_written, found.new, found.apply) == ("8MB", None, "4MB", "reload")


def test_a_module_that_is_not_loaded_has_only_placeholders() -> None:
    (found,) = changes(effects({}), effects({"pg_stat_statements.max": 9000}))
    assert found.apply == "reload"
    assert "placeholder" in found.note
    loaded = {"shared_preload_libraries": "pg_stat_statements"}
    (found,) = changes(effects(loaded), effects({**loaded, "pg_stat_statements.max": 9000}))
    assert found.apply == "restart"


def test_placeholders_and_sessions() -> None:
    found = by_name(effects({}), effects({"mycompany.x": "1", "log_connections": "on"}))
    assert found["mycompany.x"].apply == "reload"
    assert found["log_connections"].apply == "reconnect"
    assert costliest(tuple(found.values())) == "reconnect"


def test_a_parameter_of_the_next_major_is_dropped_here() -> None:
    (found,) = changes(effects({}, pg=15), effects({"io_method": "worker"}, pg=15))
    assert (found.apply, found.reaches) == ("none", "nobody")


def test_equal_states_have_no_changes() -> None:
    state = {"shared_buffers": "1GB", "max_connections": 10, "mycompany.x": "1"}
    assert changes(effects(state), effects(state)) == ()
    assert costliest(()) == "none"


def test_a_loaded_extension_keeps_its_value_until_the_next_start() -> None:
    # The running server refuses the value; the start falls back to the extension's default.
    libraries = {"shared_preload_libraries": "auto_explain"}
    old = effects({**libraries, "auto_explain.log_nested_statements": "on"})
    new = effects({**libraries, "auto_explain.log_nested_statements": "many"})
    (change,) = changes(old, new)
    assert (change.apply, change.reaches) == ("none", "nobody")
    assert "until then on stays" in change.note


def test_a_name_that_only_a_loaded_library_knows_is_dropped() -> None:
    # `postgres --describe-config`, which Patroni asks, loads no library.
    (change,) = changes(effects({}), effects({"rum_fuzzy_search_limit": 10}))
    assert change.apply == "none"
