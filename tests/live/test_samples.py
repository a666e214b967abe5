"""Every form of every kind of dump: what is read, and where it stands."""

from __future__ import annotations

import pytest

from pgcfglint import catalog
from pgcfglint.live import EXPECTED, read
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.text import Source

KNOWN = catalog.load(18)

Places = dict[str, tuple[str, int, int]]
"""By name: the text, the line, the column."""

ALIGNED = """\
      name       | setting | unit
-----------------+---------+------
 max_connections | 100     |
 shared_buffers  | 16384   | 8kB
(2 rows)
"""
SETTINGS: dict[str, tuple[str, Places]] = {
    "aligned": (ALIGNED, {"max_connections": ("100", 3, 20), "shared_buffers": ("16384", 4, 20)}),
    "kubectl exec around it": (
        'Defaulted container "pg" out of: pg, exporter\n' + ALIGNED + "command terminated with exit code 0\n",
        {"max_connections": ("100", 4, 20), "shared_buffers": ("16384", 5, 20)},
    ),
    "border 2, unicode": (
        """\
┌─────────────────┬─────────┐
│      name       │ setting │
├─────────────────┼─────────┤
│ max_connections │ 100     │
└─────────────────┴─────────┘
(1 row)
""",
        {"max_connections": ("100", 4, 21)},
    ),
    "unaligned": ("name|setting|unit\nwork_mem|4096|kB\n(1 row)\n", {"work_mem": ("4096", 2, 10)}),
    "unaligned, tuples only": ("work_mem|4096|kB\nwal_level|replica|\n", {"work_mem": ("4096", 1, 10)}),
    "expanded": (
        """\
-[ RECORD 1 ]------------
name    | max_connections
setting | 100
-[ RECORD 2 ]------------
name    | wal_level
setting | replica
""",
        {"max_connections": ("100", 3, 11), "wal_level": ("replica", 6, 11)},
    ),
    "expanded, unaligned": (
        "name|max_connections\nsetting|100\n\nname|wal_level\nsetting|replica\n",
        {"max_connections": ("100", 2, 9), "wal_level": ("replica", 5, 9)},
    ),
    "csv": (
        'name,setting,unit\nwork_mem,4096,kB\narchive_command,"cp %p ""/mnt/a,b""",\n',
        {"work_mem": ("4096", 2, 10), "archive_command": ('cp %p "/mnt/a,b"', 3, 18)},
    ),
    "csv with a line break in a value": (
        'name,setting\nsearch_path,"a,\nb"\nwork_mem,4096\n',
        {"search_path": ("a,\nb", 2, 14), "work_mem": ("4096", 4, 10)},
    ),
    "csv, current_setting": ("name,value\nwork_mem,4MB\n", {"work_mem": ("4MB", 2, 10)}),
    "json_agg": (
        """\
[{"name":"work_mem","setting":"4096","unit":"kB"},
 {"name":"wal_level","setting":"replica","unit":null}]
""",
        {"work_mem": ("4096", 1, 32), "wal_level": ("replica", 2, 33)},
    ),
    "one JSON object a line": (
        '{"name":"work_mem","setting":"4096"}\n{"name":"wal_level","setting":"replica"}\n',
        {"work_mem": ("4096", 1, 31), "wal_level": ("replica", 2, 32)},
    ),
    "jsonb_object_agg": (
        '{"work_mem": "4096",\n "wal_level": "replica"}\n',
        {"wal_level": ("replica", 2, 16)},
    ),
    "SHOW": (" shared_buffers \n----------------\n 128MB\n(1 row)\n", {"shared_buffers": ("128MB", 3, 2)}),
    "two SHOWs": (
        " work_mem \n----------\n 4MB\n(1 row)\n\n wal_level \n-----------\n replica\n(1 row)\n",
        {"work_mem": ("4MB", 3, 2), "wal_level": ("replica", 8, 2)},
    ),
    "SHOW ALL": (
        """\
      name       | setting | description
-----------------+---------+-------------
 max_connections | 100     | Sets the maximum.
(1 row)
""",
        {"max_connections": ("100", 3, 20)},
    ),
    "patronictl query": (
        """\
+-----------+---------+------+
| name      | setting | unit |
+-----------+---------+------+
| wal_level | replica | None |
+-----------+---------+------+
""",
        {"wal_level": ("replica", 4, 15)},
    ),
    "Windows line ends and colours": (
        "\x1b[1mname,setting\x1b[0m\r\nwork_mem,4096\r\n",
        {"work_mem": ("4096", 2, 10)},
    ),
}

SHOW_CONFIG = """\
loop_wait: 10
postgresql:
  parameters:
    max_connections: 200
    log_connections: on
  use_pg_rewind: true
ttl: 30
"""
IN_DCS = {"max_connections": ("200", 4, 22), "log_connections": ("True", 5, 22), "patroni.ttl": ("30", 7, 6)}
DCS: dict[str, tuple[str, Places]] = {
    "show-config": (SHOW_CONFIG, IN_DCS),
    "kubectl exec around it": (
        'Defaulted container "patroni" out of: patroni, exporter\n' + SHOW_CONFIG,
        {name: (text, line + 1, column) for name, (text, line, column) in IN_DCS.items()},
    ),
    "a warning of Python's": (
        "/usr/lib/python3/dist-packages/urllib3.py:12: FutureWarning: soon\n  warnings.warn(\n" + SHOW_CONFIG,
        {name: (text, line + 2, column) for name, (text, line, column) in IN_DCS.items()},
    ),
    "a prompt": (
        "postgres@demo-0:/$ patronictl show-config\n" + SHOW_CONFIG,
        {name: (text, line + 1, column) for name, (text, line, column) in IN_DCS.items()},
    ),
    "REST /config": (
        '{"ttl": 30, "loop_wait": 10, "postgresql": {"parameters": {"max_connections": 200}}}\n',
        {"max_connections": ("200", 1, 79), "patroni.ttl": ("30", 1, 9)},
    ),
    "REST with headers": (
        """\
HTTP/1.0 200 OK
Content-Type: application/json

{"ttl": 30, "postgresql": {"parameters": {"work_mem": "8MB"}}}
""",
        {"work_mem": ("8MB", 4, 55)},
    ),
}


@pytest.mark.parametrize(("text", "places"), SETTINGS.values(), ids=SETTINGS)
def test_settings(text: str, places: Places) -> None:
    assert _read(text, "settings").items() >= places.items()


@pytest.mark.parametrize(("text", "places"), DCS.values(), ids=DCS)
def test_the_dynamic_configuration(text: str, places: Places) -> None:
    assert _read(text, "dcs").items() >= places.items()


def _read(text: str, kind: str) -> Places:
    (state,) = read(Source("dump", text), KNOWN)
    assert state.kind == kind
    return {item.name: (item.text, item.location.line, item.location.column) for item in state.settings}


def test_the_columns_of_pg_settings() -> None:
    text = (
        "name,setting,unit,context,source,sourcefile,pending_restart\n"
        "work_mem,4096,kB,user,configuration file,/data/postgresql.auto.conf,f\n"
        "server_version,16.4 (Debian),,internal,default,,f\n"
        "max_connections,100,,postmaster,command line,,t\n"
    )
    (state,) = read(Source("dump", text), KNOWN)
    memory, _, connections = state.settings
    assert (memory.unit, memory.context, memory.source) == ("kB", "user", "configuration file")
    assert memory.sourcefile == "/data/postgresql.auto.conf"
    assert (memory.pending, connections.pending) == (False, True)
    assert state.versions == {"postgresql": "16"}


def test_pg_file_settings() -> None:
    text = (
        "sourcefile,sourceline,seqno,name,setting,applied,error\n"
        "/data/postgresql.conf,3,1,work_mem,4x,f,setting could not be applied\n"
    )
    (state,) = read(Source("dump", text), KNOWN)
    assert state.kind == "files"
    assert state.settings[0].error == "setting could not be applied"


# patronictl list

PRETTY = """\
+ Cluster: demo (7300000000000000000) ----+-----------------+-----------------------------+
| Member | Role    | State     | TL | Pending restart | Pending restart reason      |
+--------+---------+-----------+----+-----------------+-----------------------------+
| a      | Leader  | running   |  1 | *               | max_connections: 100->150   |
|        |         |           |    |                 | archive_mode: off->on       |
| b      | Replica | streaming |  1 |                 |                             |
+--------+---------+-----------+----+-----------------+-----------------------------+
"""
LISTS = {
    "pretty": PRETTY,
    "tsv": (
        "Cluster\tMember\tRole\tState\tTL\tPending restart\tPending restart reason\n"
        "demo\ta\tLeader\trunning\t1\t*\tmax_connections: 100->150\narchive_mode: off->on\n"
        "demo\tb\tReplica\tstreaming\t1\t\t\n"
    ),
    "json": (
        '[{"Cluster": "demo", "Member": "a", "Role": "Leader", "State": "running", "Pending restart": "*",'
        ' "Pending restart reason": "max_connections: 100->150\\narchive_mode: off->on"},'
        ' {"Cluster": "demo", "Member": "b", "Role": "Replica", "State": "streaming"}]\n'
    ),
    "yaml": (
        "- Cluster: demo\n  Member: a\n  Pending restart: '*'\n"
        "  Pending restart reason: 'max_connections: 100->150\n\n"
        "    archive_mode: off->on'\n  Role: Leader\n  State: running\n"
        "- Cluster: demo\n  Member: b\n  Role: Replica\n  State: streaming\n"
    ),
    "REST /cluster": (
        '{"scope": "demo", "members": ['
        '{"name": "a", "role": "leader", "state": "running", "pending_restart": true,'
        ' "pending_restart_reason": {"max_connections": {"old_value": "100", "new_value": "150"},'
        ' "archive_mode": {"old_value": "off", "new_value": "on"}}},'
        ' {"name": "b", "role": "replica", "state": "streaming"}]}\n'
    ),
    "before and after": PRETTY.replace("| a ", "| x ") + "Success: restart on member x\n" + PRETTY,
}


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_members_and_what_they_wait_for(text: str) -> None:
    (state,) = read(Source("dump", text), KNOWN)
    assert (state.kind, state.scope) == ("members", "demo")
    first, second = state.members
    assert (first.name, first.role.lower(), first.pending) == ("a", "leader", True)
    assert [(item.parameter, item.old, item.new) for item in first.reasons] == [
        ("max_connections", "100", "150"),
        ("archive_mode", "off", "on"),
    ]
    assert (second.name, second.pending, second.reasons) == ("b", False, ())
    lines = text.split("\n")
    for reason in first.reasons:
        assert reason.parameter in lines[reason.location.line - 1]


OLD_LIST = """\
+ Cluster: demo (7300000000000000000) ------+----+-----------+-----------------+
| Member | Host      | Role    | State   | TL | Lag in MB | Pending restart |
+--------+-----------+---------+---------+----+-----------+-----------------+
| a      | 10.0.0.1  | Leader  | running |  1 |           | *               |
+--------+-----------+---------+---------+----+-----------+-----------------+
"""


def test_a_list_before_3_3_does_not_say_for_what() -> None:
    (state,) = read(Source("dump", OLD_LIST), KNOWN)
    (member,) = state.members
    assert (member.pending, member.reasons) == (True, ())


def test_a_reason_that_is_too_long_is_hidden() -> None:
    text = PRETTY.replace("max_connections: 100->150  ", "max_connections: [hidden - too long]")
    (state,) = read(Source("dump", text), KNOWN)
    assert [(item.old, item.new) for item in state.members[0].reasons] == [(None, None), ("off", "on")]


def test_a_list_of_citus_groups() -> None:
    text = (
        "+ Citus cluster: demo ---+--------+---------+\n| Group | Member | Role    | State   |\n"
        "+-------+--------+---------+---------+\n|     0 | a      | Leader  | running |\n"
        "|     1 | b      | Leader  | running |\n+-------+--------+---------+---------+\n"
    )
    (state,) = read(Source("dump", text), KNOWN)
    assert [member.group for member in state.members] == ["0", "1"]


def test_rest_patroni_tells_versions() -> None:
    text = (
        '{"state": "running", "role": "primary", "server_version": 160004, "pending_restart": true,\n'
        ' "pending_restart_reason": {"work_mem": {"old_value": "4MB", "new_value": "8MB"}},\n'
        ' "patroni": {"version": "4.0.5", "scope": "demo", "name": "a"}}\n'
    )
    (state,) = read(Source("dump", text), KNOWN)
    assert (state.kind, state.member, state.scope) == ("members", "a", "demo")
    assert state.versions == {"patroni": "4.0.5", "postgresql": "16"}
    assert state.members[0].reasons[0].location.line == 2


# edit-config

EDIT = """\
---
+++
@@ -2,7 +2,8 @@
 maximum_lag_on_failover: 1048576
 postgresql:
   parameters:
-    max_connections: 100
+    max_connections: 200
+    work_mem: 16MB
   use_pg_rewind: true
 retry_timeout: 10
-ttl: 30
+ttl: 40

Apply these changes? [y/N]: y
Configuration changed
"""


def test_an_edit() -> None:
    (state,) = read(Source("dump", EDIT), KNOWN)
    assert state.kind == "edit"
    before = {item.name: item.text for item in state.before}
    after = {item.name: (item.text, item.location.line) for item in state.settings}
    assert (before["max_connections"], before["patroni.ttl"]) == ("100", "30")
    assert "work_mem" not in before
    assert after["max_connections"] == ("200", 8)
    assert after["work_mem"] == ("16MB", 9)
    assert after["patroni.ttl"] == ("40", 13)


def test_an_edit_that_changed_nothing() -> None:
    (state,) = read(Source("dump", "Not changed\n"), KNOWN)
    assert (state.kind, state.settings) == ("edit", ())


# What a process and a release show


def test_an_environment() -> None:
    text = (
        "PATRONI_SCOPE=demo\nPATRONI_NAME=demo-1-0\nPATRONI_CITUS_GROUP=1\n"
        "PATRONI_SUPERUSER_PASSWORD=hunter2\nPATRONI_POSTGRESQL_WORK_MEM='8MB'\n"
    )
    (state,) = read(Source("dump", text), KNOWN)
    assert (state.kind, state.scope, state.member, state.group) == ("environment", "demo", "demo-1-0", "1")
    found = {item.name: (item.text, item.location.line, item.location.column) for item in state.settings}
    assert found["PATRONI_POSTGRESQL_WORK_MEM"] == ("8MB", 5, 30)
    assert "hunter2" not in repr(state)


def test_a_command_line() -> None:
    text = (
        '/usr/bin/postgres "-D" "/data" "--max_connections=100" "--wal_level=replica" "--cluster_name=demo"\n'
    )
    (state,) = read(Source("dump", text), KNOWN)
    assert state.kind == "command-line"
    assert {item.name: item.text for item in state.settings}["max_connections"] == "100"


RELEASE = """\
coordinator:
  citusGroup: "0"
workers:
  - citusGroup: "1"
patroni:
  postgresql:
    parameters:
      work_mem: 8MB
"""


@pytest.mark.parametrize(
    ("heading", "complete"), [("USER-SUPPLIED VALUES:\n", False), ("COMPUTED VALUES:\n", True), ("", False)]
)
def test_the_values_of_a_release(heading: str, complete: bool) -> None:
    states = read(Source("dump", heading + RELEASE), KNOWN)
    assert {(state.kind, state.complete) for state in states} == {("release", complete)}
    assert [state.group for state in states] == ["0", "1"]
    (setting,) = states[0].settings
    assert (setting.name, setting.text) == ("work_mem", "8MB")
    assert setting.location.line == 8 + bool(heading)


def test_alter_system() -> None:
    heading = "# Do not edit this file manually!\n# It will be overwritten by the ALTER SYSTEM command.\n"
    (empty,) = read(Source("postgresql.auto.conf", heading), KNOWN)
    (state,) = read(Source("postgresql.auto.conf", heading + "work_mem = '7MB'\n"), KNOWN)
    assert (empty.kind, empty.settings) == ("alter-system", ())
    assert (state.kind, state.settings[0].text, state.settings[0].location.line) == ("alter-system", "7MB", 3)


# What is none


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the dump is empty"),
        ("\n \n", "the dump is empty"),
        ("hello\n", "nothing in it is recognised"),
        ("128MB\n", "nothing in it is recognised"),
        ("<table border='1'><tr><td>work_mem</td></tr></table>\n", "take --csv"),
        ("[cols='l',options='header']\n|====\n^l|name\n|====\n", "take --csv"),
        ('psql: error: connection to server at "db" failed\n', "an error message"),
        ("Error: 'Can not find suitable configuration'\n", "an error message"),
        (
            "+ Cluster: demo (uninitialized) -+\n| Member | Role |\n+--------+------+\n",
            "the list has no members",
        ),
    ],
)
def test_what_is_no_dump_says_how_to_make_one(text: str, says: str) -> None:
    with pytest.raises(Unreadable, match=says) as raised:
        read(Source("dump", text), KNOWN)
    commands = [command.split(" > ")[0] for _, command in EXPECTED]
    assert any(command in raised.value.message for command in [*commands, "patronictl show-config"])
