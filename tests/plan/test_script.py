"""The script of `--format sh`: how it reads, and what it does when something goes wrong.

A real Patroni carries the scripts out in tests/oracle/test_plan.py; here `patronictl` only pretends.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pgcfglint.report import Options
from pgcfglint.report.plan_sh import render
from tests.plan.build import cluster, make

if TYPE_CHECKING:
    from pgcfglint.plan.records import Plan

SHELLCHECK = str(Path(sys.executable).with_name("shellcheck"))

# Keeps in files which member waits for a restart; standby1 streams from primary0.
PATRONICTL = """\
#!/bin/sh
echo "patronictl $*" >> calls
case "$1 $*" in
  show-config*) echo 'loop_wait: 1' ;;
  edit-config*--replace*) cat > restored; touch wait0 wait1 ;;
  edit-config*) touch wait0 wait1 ;;
  restart*" standby1 "* | restart*"--role replica"*) rm -f wait1; [ ! -e broken ] || touch failed ;;
  restart*primary*) rm -f wait0 ;;
  list*json*)
    [ ! -e unreachable ] || exit 1
    printf '[{"Member": "primary0", "Role": "Leader", "State": "running"'
    [ ! -e wait0 ] || printf ', "Pending restart": "*"'
    printf '}, {"Member": "standby1", "Role": "Replica", "State": '
    if [ -e failed ]; then printf '"start failed"'; else printf '"streaming"'; fi
    [ ! -e wait1 ] || printf ', "Pending restart": "*"'
    printf '}]'
    ;;
  list*tsv*)
    [ ! -e unreachable ] || exit 1
    printf 'Cluster\\tMember\\tHost\\tRole\\tState\\n'
    printf 'shop\\tprimary0\\t::1\\tLeader\\trunning\\nshop\\tstandby1\\t::1\\tReplica\\tstreaming\\n'
    ;;
esac
"""


def script(plan: Plan) -> str:
    return "".join(render([plan], Options(version="1")))


def raise_connections(members: int | None = 2, **more: Any) -> Plan:
    keys = {"patroni.loop_wait": 1}
    old = cluster({"max_connections": 100, **keys}, members=(members,), **more)
    return make(old, cluster({"max_connections": 200, **keys}, members=(members,), **more))


class Shell:
    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder = folder
        (folder / "plan.sh").write_text(script(plan))
        tools = folder / "bin"
        tools.mkdir()
        for name, text in (("patronictl", PATRONICTL), ("psql", "#!/bin/sh\n"), ("sleep", "#!/bin/sh\n")):
            (tools / name).write_text(text)
            (tools / name).chmod(0o755)

    def run(self, *words: str, answers: str = "y\n" * 9) -> subprocess.CompletedProcess[str]:
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        return subprocess.run(
            ["sh", "plan.sh", *words], cwd=self.folder, input=answers, capture_output=True, text=True,
            timeout=60, check=False, env={**os.environ, "PATH": path, "POSTGRESQL": "host=x"},
        )  # fmt: skip

    @property
    def calls(self) -> list[str]:
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def did(self, word: str) -> list[str]:
        return [line for line in self.calls if line.split()[1] == word]

    def touch(self, name: str) -> None:
        (self.folder / name).touch()


@pytest.mark.parametrize("members", [2, None])
def test_it_goes_through_the_rounds_and_back(tmp_path: Path, members: int | None) -> None:
    shell = Shell(tmp_path, raise_connections(members))
    done = shell.run()
    assert done.returncode == 0, done.stderr
    assert [("replica" in line) for line in shell.did("restart")] == [True, False]
    assert (tmp_path / "shop.before.yaml").read_text() == "loop_wait: 1\n"
    back = shell.run("rollback")
    assert back.returncode == 0, back.stderr
    assert (tmp_path / "restored").read_text() == "loop_wait: 1\n"
    assert [("replica" in line) for line in shell.did("restart")[2:]] == [False, True]


def test_nothing_happens_without_a_yes(tmp_path: Path) -> None:
    shell = Shell(tmp_path, raise_connections())
    for answers in ("", "n\n", "\n"):
        (tmp_path / "shop.before.yaml").unlink(missing_ok=True)
        done = shell.run(answers=answers)
        assert (done.returncode, done.stderr) == (1, "stopped: not confirmed\n")
        assert not shell.did("edit-config")
        assert not shell.did("restart")


def test_a_no_between_the_rounds_stops(tmp_path: Path) -> None:
    shell = Shell(tmp_path, raise_connections())
    assert shell.run(answers="y\ny\nn\n").returncode == 1
    assert len(shell.did("restart")) == 1


def test_a_standby_that_does_not_start_saves_the_primary(tmp_path: Path) -> None:
    shell = Shell(tmp_path, raise_connections(None))
    shell.touch("broken")
    done = shell.run()
    assert done.returncode == 1
    assert "a member does not start" in done.stderr
    assert not any("primary" in line for line in shell.did("restart"))


def test_members_that_cannot_be_listed_stop_it(tmp_path: Path) -> None:
    shell = Shell(tmp_path, raise_connections(None))
    text = (tmp_path / "plan.sh").read_text()
    assert "listed=$(patronictl list shop --format tsv)" in text
    # Out of reach from the moment in which the standbys are looked for.
    (tmp_path / "plan.sh").write_text(text.replace("listed=$(", "touch unreachable\n  listed=$(", 1))
    assert shell.run().returncode == 1
    assert not shell.did("restart")


def test_the_saved_file_is_never_written_over(tmp_path: Path) -> None:
    shell = Shell(tmp_path, raise_connections())
    (tmp_path / "shop.before.yaml").write_text("precious: 1\n")
    done = shell.run()
    assert done.returncode == 1
    assert "shop.before.yaml is there" in done.stderr
    assert (tmp_path / "shop.before.yaml").read_text() == "precious: 1\n"
    assert not shell.did("edit-config")


def test_an_empty_configuration_stops_it(tmp_path: Path) -> None:
    shell = Shell(tmp_path, raise_connections())
    tool = tmp_path / "bin" / "patronictl"
    tool.write_text(PATRONICTL.replace("echo 'loop_wait: 1'", ":"))
    done = shell.run()
    assert (done.returncode, "is empty" in done.stderr) == (1, True)
    assert not shell.did("edit-config")
    done = shell.run("rollback")
    assert (done.returncode, "missing or empty" in done.stderr) == (1, True)


def test_missing_variables_and_wrong_words_are_named(tmp_path: Path) -> None:
    shell = Shell(
        tmp_path, make(cluster({"work_mem": "4MB"}, scope=""), cluster({"work_mem": "8MB"}, scope=""))
    )
    done = shell.run()
    assert done.returncode != 0
    assert "set CLUSTER: the scope of Patroni" in done.stderr
    assert shell.run("sideways").returncode == 1
    assert shell.calls == []


def test_what_does_not_start_has_a_script_that_only_says_so(tmp_path: Path) -> None:
    bad = {"max_connections": 100, "superuser_reserved_connections": 60, "reserved_connections": 50}
    shell = Shell(tmp_path, make(cluster({"max_connections": 100}), cluster(bad)))
    done = shell.run()
    assert done.returncode == 1
    assert "would not start" in done.stderr


@pytest.mark.parametrize(
    "plan",
    [
        raise_connections(),
        raise_connections(None),
        raise_connections(3, citus=True),
        raise_connections(None, patroni="2.1.7"),
        raise_connections(3, platform=("crunchy", "patroni", "kubernetes")),
        raise_connections(3, platform=()),
        make(
            cluster({"work_mem": "4MB"}),
            cluster({"work_mem": "8MB", "log_line_prefix": "%m 'q' $x `y` \"z\" "}),
        ),
        make(cluster({}, pg=16), cluster({}, pg=17)),
        make(cluster({}), cluster({})),
    ],
    ids=["two", "unknown", "citus", "old", "operator", "plain", "quotes", "major", "nothing"],
)
def test_shellcheck_has_nothing_to_say(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "plan.sh"
    path.write_text(script(plan))
    done = subprocess.run([SHELLCHECK, "--shell=sh", str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert subprocess.run(["sh", "-n", str(path)], check=False).returncode == 0


def test_each_change_is_confirmed_and_explained() -> None:
    text = script(raise_connections())
    assert text.startswith("#!/bin/sh\n")
    assert "\nset -eu\n" in text
    parts = text.split("  step ")[1:]
    for part in parts:
        changes = any(f"patronictl {word}" in part for word in ("edit-config", "restart"))
        assert changes == ("\n  confirm\n" in part)
