"""Every cause of drift, from the dumps that show it; and that what is alike is not reported."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pgcfglint import rulebook
from pgcfglint.config import Config
from pgcfglint.drift.checklist import checks
from pgcfglint.drift.rows import CAUSES, RULES
from pgcfglint.drift.sheet import sheet
from pgcfglint.run import Task, catalog_of, inputs_of, judged

if TYPE_CHECKING:
    from pathlib import Path

    from pgcfglint.drift.rows import Row, Sheet
    from pgcfglint.model import Report

VALUES = """\
clusterName: shop
coordinator:
  citusGroup: "0"
  replicas: 2
workers:
  - citusGroup: "1"
    replicas: 2
patroni:
  database: app
  postgresql:
    parameters:
      max_connections: 200
      shared_buffers: 1GB
      work_mem: 8MB
"""
PATRONI = """\
scope: shop
bootstrap:
  dcs:
    ttl: 30
    postgresql:
      parameters:
        max_connections: 200
        work_mem: 8MB
        log_connections: on
postgresql:
  listen: 0.0.0.0:5432
"""
DECLARED = {"max_connections": "200", "shared_buffers": "1GB", "work_mem": "8MB"}
RULEBOOK = tuple(rule for rule in rulebook.load() if rule.topic == "drift" or rule.name in RULES.values())


class Case:
    """Values and dumps in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.live: list[str] = []

    def values(self, text: str) -> Case:
        (self.folder / "values.yaml").write_text(text, encoding="utf-8")
        return self

    def dump(self, name: str, text: str, group: str = "") -> Case:
        (self.folder / name).write_text(text, encoding="utf-8")
        self.live.append(f"{group}={name}" if group else name)
        return self

    def dcs(self, group: str = "", whole: bool = True, **parameters: str) -> Case:
        lines = "".join(f"    {name}: {text}\n" for name, text in parameters.items())
        return self.dump(f"dcs-{group or 'all'}.yaml", f"ttl: 30\npostgresql:\n  parameters:\n{lines}", group)

    def runs(self, group: str = "", name: str = "run", flags: Any = None, **parameters: str) -> Case:
        """pg_settings; `flags`: by parameter, columns that differ from the usual."""
        rows = [",".join(_COLUMNS)]
        for parameter, text in parameters.items():
            row = {**_USUAL, "name": parameter, "setting": text, **(flags or {}).get(parameter, {})}
            rows.append(",".join(row[column] for column in _COLUMNS))
        return self.dump(f"{name}-{group or 'all'}.csv", "\n".join(rows) + "\n", group)

    def sheet(self) -> Sheet:
        (found,) = [each for each in inputs_of(self._task(), Config()) if each.cluster is not None]
        assert found.cluster is not None
        return sheet(found.path, found.cluster, catalog_of(found.cluster))

    def report(self) -> Report:
        return judged(inputs_of(self._task(), Config()), Config(), RULEBOOK)

    def row(self, parameter: str, group: int = 0) -> Row:
        """The row of a parameter."""
        return next(row for row in self.sheet().sections[group].rows if row.parameter == parameter)

    def causes(self, parameter: str, group: int = 0) -> list[str]:
        return [cause.kind for cause in self.row(parameter, group).causes]

    def _task(self) -> Task:
        return Task(("values.yaml",), (), tuple(self.live))


_COLUMNS = ("name", "setting", "context", "source", "sourcefile", "pending_restart")
_USUAL = {
    "context": "",
    "source": "configuration file",
    "sourcefile": "/data/postgresql.conf",
    "pending_restart": "f",
}
_AUTO = {"sourcefile": "/data/postgresql.auto.conf"}
_LINE = {"source": "command line", "sourcefile": "", "context": "postmaster"}


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.chdir(tmp_path)
    return Case(tmp_path).values(VALUES)


def test_what_is_alike_is_no_drift(case: Case) -> None:
    case.dcs(max_connections="200", shared_buffers="1024MB", work_mem="8192kB")
    case.runs(max_connections="200", shared_buffers="131072", work_mem="8192")
    assert [row.causes for section in case.sheet().sections for row in section.rows if row.differs] == []
    assert case.report().findings == ()
    assert all(row.in_force for row in case.sheet().sections[0].declared)


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("log_disconnections", "on", "true"),
        ("log_disconnections", "off", "'no'"),
        ("log_connections", "on", "'on'"),
        ("log_connections", "off", "'no'"),
        ("log_min_duration_statement", "1s", "1000"),
        ("random_page_cost", "1.10", "1.1"),
        ("checkpoint_timeout", "15min", "900s"),
        ("wal_compression", "pglz", "'on'"),
        ("shared_preload_libraries", "'a, b'", "'a,b'"),
        ("synchronous_commit", "on", "true"),
    ],
)
def test_values_are_compared_by_meaning(case: Case, name: str, one: str, other: str) -> None:
    case.values(PATRONI.replace("log_connections: on", f"{name}: {one}"))
    case.dcs(max_connections="200", work_mem="8MB", **{name: other})
    assert case.report().findings == ()


def test_not_applied_since_bootstrap(case: Case) -> None:
    case.dcs(max_connections="200", shared_buffers="1GB", work_mem="4MB")
    assert case.causes("work_mem") == ["not-applied"]
    assert "since bootstrap" in case.row("work_mem").causes[0].told
    assert case.row("work_mem").in_force is False
    assert [item.rule for item in case.report().findings] == ["drift-values-vs-dcs"]


def test_absent_from_a_whole_dump_is_the_default(case: Case) -> None:
    case.dcs(max_connections="200", shared_buffers="1GB")
    assert case.causes("work_mem") == ["not-applied"]
    assert case.row("work_mem").dcs is None
    (finding,) = case.report().findings
    assert finding.message.startswith("work_mem is 8MB here and not set (4MB by default) in coordinator, ")


def test_it_only_looks_applied(case: Case) -> None:
    case.dcs("0", max_connections="200", shared_buffers="1GB", work_mem="4MB")
    case.dump("env.txt", "PATRONI_POSTGRESQL_WORK_MEM=8MB\nPATRONI_CITUS_GROUP=0\n", "0")
    assert "it only looks applied" in case.row("work_mem").causes[0].told


@pytest.mark.parametrize(
    ("old", "order", "command"),
    [
        ("100", "standbys first", "--role replica, then the same without --role"),
        ("300", "primary first", "restart shop PRIMARY --group 0 --pending, then the same without PRIMARY"),
    ],
)
def test_waits_for_a_restart(case: Case, old: str, order: str, command: str) -> None:
    case.dcs("0", **DECLARED)
    case.runs("0", max_connections=old, flags={"max_connections": {**_LINE, "pending_restart": "t"}})
    row = case.row("max_connections")
    assert (case.causes("max_connections"), row.apply, row.order) == (["pending-restart"], "restart", order)
    (finding,) = case.report().findings
    assert finding.message == f"max_connections waits for a restart in coordinator: {old} runs, 200 is set"
    assert command in finding.remedies[0].text
    assert finding.remedies[0].order == order


def test_a_list_says_what_waits_and_who_leads(case: Case) -> None:
    members = [
        {"Cluster": "shop", "Group": 0, "Member": "a", "Role": "Leader", "State": "running",
         "Pending restart": "*", "Pending restart reason": "max_connections: 300->200"},
    ]  # fmt: skip
    case.dcs("0", **DECLARED).dump("list.json", json.dumps(members))
    assert case.causes("max_connections") == ["pending-restart"]
    (finding,) = case.report().findings
    assert (
        "patronictl restart shop a --group 0 --pending, then the same without a" in finding.remedies[0].text
    )


def test_an_old_list_does_not_say_for_what(case: Case) -> None:
    members = [{"Group": 0, "Member": "a", "Role": "Leader", "State": "running", "Pending restart": "*"}]
    case.dcs("0", **DECLARED).dump("list.json", json.dumps(members))
    (finding,) = case.report().findings
    assert finding.message == "a wait for a restart; this list does not say for what"
    assert [check.ok for check in checks(case.sheet())][:2] == [True, False]


def test_a_flag_that_a_restart_will_not_change(case: Case) -> None:
    case.dcs("0", **DECLARED)
    case.runs("0", max_connections="200", flags={"max_connections": {**_LINE, "pending_restart": "t"}})
    assert case.causes("max_connections") == ["pending-flag"]
    assert [item.severity for item in case.report().findings] == ["info"]


def test_only_in_the_dcs(case: Case) -> None:
    case.dcs("0", deadlock_timeout="2s", **DECLARED)
    assert case.causes("deadlock_timeout") == ["only-in-dcs"]
    (finding,) = case.report().findings
    assert (
        finding.message
        == "deadlock_timeout is 2s in coordinator's dynamic configuration, and not in the file"
    )
    assert (
        "patronictl edit-config shop --group 0 -p deadlock_timeout=null --force" in finding.remedies[1].text
    )


@pytest.mark.parametrize(
    ("flags", "by"),
    [
        (_AUTO, "ALTER SYSTEM"),
        ({"source": "database", "sourcefile": ""}, "ALTER DATABASE"),
        ({"source": "user", "sourcefile": ""}, "ALTER ROLE"),
        ({"source": "command line", "sourcefile": ""}, "the server's command line"),
        ({"source": "environment variable", "sourcefile": ""}, "an environment variable of the server"),
        ({"sourcefile": "/data/postgresql.base.conf"}, "the member's local configuration"),
    ],
)
def test_overridden(case: Case, flags: dict[str, str], by: str) -> None:
    case.dcs("0", **DECLARED).runs("0", work_mem="65536", flags={"work_mem": flags})
    assert case.causes("work_mem") == ["overridden"]
    (finding,) = case.report().findings
    assert finding.message == f"work_mem is overridden in coordinator by {by}: 64MB runs, 8MB is meant"


def test_alter_system_from_its_file(case: Case) -> None:
    text = "# It will be overwritten by the ALTER SYSTEM command.\nwork_mem = '64MB'\n"
    case.dcs("0", **DECLARED).dump("postgresql.auto.conf", text, "0")
    assert case.causes("work_mem") == ["overridden"]


def test_what_only_the_session_of_the_dump_has_is_no_drift(case: Case) -> None:
    flags = {"work_mem": {"source": "session", "sourcefile": ""}}
    case.dcs("0", **DECLARED).runs("0", work_mem="65536", flags=flags)
    assert case.report().findings == ()


def test_members_of_a_group_differ(case: Case) -> None:
    case.runs("0", "a", work_mem="8192").runs("0", "b", work_mem="65536")
    assert "members-differ" in case.causes("work_mem")
    assert case.row("work_mem").runs == "8MB (a-0), 64MB (b-0)"


def test_groups_differ(case: Case) -> None:
    case.dcs("0", **DECLARED).dcs("1", **{**DECLARED, "shared_buffers": "2GB"})
    assert case.causes("shared_buffers", 0) == []
    assert case.causes("shared_buffers", 1) == ["not-applied", "groups-differ"]
    told = case.row("shared_buffers", 1).causes[1].told
    assert told == "groups differ (1GB in coordinator, 2GB in worker 1)"


def test_an_environment_that_patroni_does_not_read(case: Case) -> None:
    case.values(PATRONI).dcs(max_connections="200", work_mem="8MB", log_connections="true")
    case.dump("env.txt", "PATRONI_SCOPE=shop\nPATRONI_POSTGRESQL_WORK_MEM=64MB\n")
    assert case.causes("work_mem") == ["environment-not-read"]
    (finding,) = case.report().findings
    assert finding.rule == "env-assumed-patroni-native"


def test_pods_with_an_older_environment(case: Case) -> None:
    case.dcs("0", **DECLARED).dump("env.txt", "PATRONI_SCOPE=shop\nPATRONI_POSTGRESQL_WORK_MEM=4MB\n", "0")
    assert case.causes("work_mem") == ["pods-not-rolled"]
    assert case.row("work_mem").environment == "4MB"


def test_a_release_with_another_value(case: Case) -> None:
    released = "USER-SUPPLIED VALUES:\n" + VALUES.replace("work_mem: 8MB", "work_mem: 4MB")
    case.dcs(**DECLARED).dump("release.yaml", released)
    assert case.causes("work_mem") == ["release-differs"]
    (finding,) = case.report().findings
    assert finding.groups == ("coordinator", "worker 1")
    assert case.row("work_mem").release == "4MB"


def test_what_the_platform_always_does_is_explained_and_no_drift(case: Case) -> None:
    case.values(PATRONI.replace("log_connections: on", "hot_standby: off"))
    case.dcs(max_connections="200", work_mem="8MB", hot_standby="off").runs(hot_standby="on")
    row = case.row("hot_standby")
    assert [cause.kind for cause in row.causes] == ["rewritten"]
    assert not row.differs
    assert row.effective == "on"


def test_not_passed_on_by_the_chart(case: Case) -> None:
    (case.folder / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 1.0.0\n", encoding="utf-8")
    templates = case.folder / "templates"
    templates.mkdir()
    text = "{{ .Values.patroni.postgresql.parameters.max_connections }}\n"
    (templates / "statefulset.yaml").write_text(text, encoding="utf-8")
    case.dcs("0", max_connections="200").runs("0", work_mem="4096")
    assert case.causes("work_mem") == ["not-passed-on"]
    assert "drift-not-in-force" in {item.rule for item in case.report().findings}


def test_not_in_force_without_a_dump_of_the_dcs(case: Case) -> None:
    case.runs("0", work_mem="4096")
    assert case.causes("work_mem") == ["not-in-force"]
    (finding,) = case.report().findings
    assert finding.message == "work_mem is 8MB here; coordinator runs with 4MB"


CONF = """\
# Do not edit this file manually!
# It will be overwritten by Patroni!
max_connections = '200'
shared_buffers = '1GB'
work_mem = '{}'
"""


def test_a_members_postgresql_conf_has_another_value(case: Case) -> None:
    case.dcs("0", **DECLARED).dump("postgresql.conf", CONF.format("4MB"), "0")
    assert case.causes("work_mem") == ["not-in-force"]
    (finding,) = case.report().findings
    assert finding.message == "work_mem is 8MB here; coordinator runs with 4MB"
    assert case.row("work_mem").told == "4MB"


def test_a_members_postgresql_conf_that_agrees_does_not_show_that_it_runs(case: Case) -> None:
    case.dcs("0", **DECLARED).dump("postgresql.conf", CONF.format("8192kB"), "0")
    assert case.report().findings == ()
    assert case.row("work_mem").in_force is None


def test_a_command_line_is_what_runs(case: Case) -> None:
    case.dcs("0", **DECLARED).dump(
        "opts.txt", '/usr/bin/postgres "-D" "/data" "--max_connections=100"\n', "0"
    )
    assert case.causes("max_connections") == ["pending-restart"]
    assert case.row("max_connections").running == (("opts", "100"),)


def test_pg_settings_without_the_column_does_not_show_that_nothing_waits(case: Case) -> None:
    case.dcs("0", **DECLARED).dump("run.csv", "name,setting\nwork_mem,8192\n", "0")
    assert [check.ok for check in checks(case.sheet())][:2] == [None, None]


@pytest.mark.parametrize(
    ("dumped", "message"),
    [
        ("ttl: 30\n", None),
        ("ttl: 20\n", "patroni.ttl is 30 here; member runs with 20"),
        ("loop_wait: 10\n", None),  # 30 is the default
    ],
)
def test_keys_of_patroni(case: Case, dumped: str, message: str | None) -> None:
    case.values(PATRONI.replace("    ttl: 30", "    ttl: 30\n    synchronous_mode: off"))
    parameters = (
        "postgresql:\n  parameters:\n    max_connections: 200\n    work_mem: 8MB\n    log_connections: true\n"
    )
    case.dump("dcs.yaml", dumped + parameters)
    findings = case.report().findings
    assert [item.message for item in findings] == ([message] if message else [])
    if findings:
        assert findings[0].remedies[0].text == "patronictl edit-config shop -s ttl=30 --force"


def test_secrets_are_masked(case: Case) -> None:
    case.values(PATRONI.replace("work_mem: 8MB", "citus.node_conninfo: password=hunter2"))
    case.dcs(max_connections="200", log_connections="on", **{"citus.node_conninfo": "password=hunter3"})
    found = repr(case.sheet()) + repr([item.replace(location=None) for item in case.report().findings])
    assert "hunter" not in found


def test_every_cause_has_words_and_its_rule_exists() -> None:
    names = {rule.name for rule in rulebook.load()}
    assert set(RULES) <= set(CAUSES)
    assert set(RULES.values()) <= names
