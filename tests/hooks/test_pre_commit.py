"""The hooks as users run them: the real pre-commit clones this repository and builds the environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

TREE = Path(__file__).parents[2]
EXAMPLE = TREE / "examples" / "citus-cluster"

GOOD = """\
# A values file in which there is nothing to find
replicaCount: 2
service:
  port: 5432
"""

GOOD_DUMP = """\
loop_wait: 10
maximum_lag_on_failover: 1048576
postgresql:
  parameters:
    checkpoint_completion_target: 0.9
    work_mem: 16MB
  use_pg_rewind: true
retry_timeout: 10
ttl: 30
"""


def run(*command, cwd, **variables):
    """A command with nothing of an outer git or pre-commit in its environment."""
    clean = {n: v for n, v in os.environ.items() if not n.startswith(("GIT_", "PRE_COMMIT", "PIP_NO_INDEX"))}
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**clean, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def git(*words, cwd):
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    done = run("git", *identity, *words, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """Skips, and says so, where the package index does not answer: a hook is installed from there."""
    target = tmp_path_factory.mktemp("index")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--retries", "1"]
    done = run(*pip, "download", "-q", "--no-deps", "--no-cache-dir", "-d", target, "hatchling", cwd=target)
    if done.returncode:
        message = "HOOKS NOT CHECKED: the package index does not answer"
        warnings.warn(message, pytest.PytestWarning, stacklevel=1)
        pytest.skip(message)


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """This tree as it stands, uncommitted files included, as a repository with one commit."""
    target = tmp_path_factory.mktemp("pgcfglint")
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=TREE)
    if listed.returncode:
        names = [
            str(path.relative_to(TREE)) for path in TREE.rglob("*") if path.is_file()
        ]  # an unpacked sdist
    else:
        names = [name for name in listed.stdout.split("\0") if name and (TREE / name).is_file()]
    for name in names:
        if not name.startswith((".venv", "tests/", "build/", "dist/")):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TREE / name, target / name)
    git("init", "-q", cwd=target)
    git("add", "-A", cwd=target)
    git("commit", "-q", "-m", "The tree", cwd=target)
    return target


@pytest.fixture(scope="module")
def try_repo(index, repository, tmp_path_factory):
    """Runs a hook over files in a scratch repository; the hook's environment is built once."""
    home = tmp_path_factory.mktemp("home")

    def hook(name, files):
        scratch = tmp_path_factory.mktemp("scratch")
        for path, text in files.items():
            (scratch / path).parent.mkdir(parents=True, exist_ok=True)
            (scratch / path).write_text(text)
        git("init", "-q", cwd=scratch)
        git("add", "-A", cwd=scratch)
        words = ["-m", "pre_commit", "try-repo", repository, name, "--all-files", "--color=never"]
        done = run(sys.executable, *words, cwd=scratch, PRE_COMMIT_HOME=str(home))
        return done.returncode, done.stdout + done.stderr

    return hook


def test_a_clean_values_file_passes(try_repo):
    code, output = try_repo("pgcfglint", {"deploy/values.yaml": GOOD})
    assert code == 0, output
    assert "Passed" in output


def test_mistakes_fail_and_are_shown(try_repo):
    values = (EXAMPLE / "values.yaml").read_text()
    code, output = try_repo(
        "pgcfglint", {"chart/values.yaml": values, "chart/templates/values.yaml": "{{ no }}"}
    )
    assert code == 1, output
    assert "exit code: 1" in output
    assert "chart/values.yaml:" in output
    assert "shared-buffers-low" in output
    assert "templates" not in output


def test_an_overlay_is_checked_with_the_values_beside_it(try_repo):
    names = ["Chart.yaml", "values.yaml", "values-production.yaml"]
    code, output = try_repo("pgcfglint", {f"chart/{name}": (EXAMPLE / name).read_text() for name in names})
    assert code == 1, output
    assert "shared-buffers-over-limit" in output
    assert "helm-list-replaced" in output


def test_other_yaml_is_left_alone(try_repo):
    code, output = try_repo("pgcfglint", {"myvaluesfile.yaml": "a: [", "templates/values.yaml": "{{ no }}"})
    assert code == 0, output
    assert "no files to check" in output


def test_a_good_dump_passes(try_repo):
    code, output = try_repo("pgcfglint-patroni", {"dumps/show-config.yaml": GOOD_DUMP})
    assert code == 0, output
    assert "Passed" in output


def test_a_bad_dump_fails(try_repo):
    dump = GOOD_DUMP.replace("16MB", "64M")
    code, output = try_repo("pgcfglint-patroni", {"dumps/show-config.yaml": dump})
    assert code == 1, output
    assert "dumps/show-config.yaml:6:" in output


def test_the_manifest_is_valid():
    done = run(
        sys.executable, "-m", "pre_commit", "validate-manifest", TREE / ".pre-commit-hooks.yaml", cwd=TREE
    )
    assert done.returncode == 0, done.stdout
