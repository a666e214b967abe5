"""action.yml and the examples for GitHub and GitLab: their scripts run here as a runner would run them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "action.yml"
WORKFLOWS = sorted((ROOT / "examples" / "github").glob("*.yml"))
GITLAB = ROOT / "examples" / "gitlab" / ".gitlab-ci.yml"
SHELLCHECK = str(Path(sys.executable).with_name("shellcheck"))
_PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def load(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)


def scripts(path: Path) -> dict[str, tuple[str, dict[str, str]]]:
    """The steps that run something: name to script and environment."""
    document = load(path)
    jobs = [document["runs"]] if "runs" in document else list(document["jobs"].values())
    steps = [step for job in jobs for step in job["steps"] if "run" in step]
    return {step.get("name", step["run"]): (step["run"], step.get("env", {})) for step in steps}


# How they are written


@pytest.mark.parametrize("path", [ACTION, *WORKFLOWS], ids=lambda path: path.name)
def test_inputs_reach_scripts_through_the_environment_alone(path: Path) -> None:
    for script, _ in scripts(path).values():
        assert "${{" not in script


@pytest.mark.parametrize("path", [ACTION, *WORKFLOWS], ids=lambda path: path.name)
def test_every_action_is_pinned_by_its_whole_hash(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        if "uses:" in line:
            assert _PINNED.search(line), line


@pytest.mark.parametrize("path", [ACTION, *WORKFLOWS], ids=lambda path: path.name)
def test_shellcheck_has_nothing_to_say(path: Path, tmp_path: Path) -> None:
    for number, (script, environment) in enumerate(scripts(path).values()):
        file = tmp_path / f"{number}.sh"
        # The names that the runner sets, so that none counts as unassigned.
        file.write_text("".join(f"export {name}\n" for name in environment) + script)
        done = subprocess.run(
            [SHELLCHECK, "--shell=bash", str(file)], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (0, "")


def test_zizmor_finds_nothing() -> None:
    program = shutil.which("zizmor", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if program is None:
        pytest.skip("ZIZMOR IS NOT INSTALLED: action.yml and the workflows are not audited")
    done = subprocess.run(
        [program, "--offline", "--pedantic", "--no-progress", str(ACTION), *map(str, WORKFLOWS)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_the_outputs_are_set_by_steps_that_exist() -> None:
    document = load(ACTION)
    ids = {step["id"] for step in document["runs"]["steps"] if "id" in step}
    for output in document["outputs"].values():
        match = re.fullmatch(r"\$\{\{ steps\.(\w+)\.outputs\.[\w-]+ \}\}", output["value"])
        assert match
        assert match[1] in ids
    for step in document["runs"]["steps"]:
        for value in step.get("env", {}).values():
            named = re.fullmatch(r"\$\{\{ (?:inputs\.([\w-]+)|steps\.\w+\.outputs\.\w+) \}\}", value)
            assert named
            assert named[1] is None or named[1] in document["inputs"]


def test_the_examples_use_inputs_that_the_action_has() -> None:
    known = load(ACTION)["inputs"].keys()
    used = 0
    for path in WORKFLOWS:
        for job in load(path)["jobs"].values():
            for step in job["steps"]:
                if step.get("uses", "").startswith("pgcfglint/"):
                    used += 1
                    assert step["with"].keys() <= known
    assert used == len(WORKFLOWS) == 2


# What they do


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits: the example's values, and then other ones."""
    folder = tmp_path / "repository"
    (folder / "helm").mkdir(parents=True)
    values = (ROOT / "examples" / "citus-cluster" / "values.yaml").read_text(encoding="utf-8")
    (folder / "helm" / "values.yaml").write_text(values)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")
    (folder / "helm" / "values.yaml").write_text(
        values.replace("max_connections: 200", "max_connections: 300")
    )
    git(folder, "commit", "-qam", "two")
    return folder


class Runner:
    """Runs the action's scripts one after the other in one folder."""

    def __init__(self, repository: Path, **inputs: str) -> None:
        self.repository = repository
        self.temp = repository.parent / "temp"
        programs = self.temp / "pgcfglint" / "bin"
        programs.mkdir(parents=True)
        (programs / "python").symlink_to(sys.executable)
        tool = programs / "pgcfglint"
        tool.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m pgcfglint "$@"\n')
        tool.chmod(0o755)
        self.output, self.summary = self.temp / "output", self.temp / "summary"
        document = load(ACTION)
        self.inputs = {name: entry["default"] for name, entry in document["inputs"].items()} | {
            name.replace("_", "-"): value for name, value in inputs.items()
        }
        self.code = 0
        self.text = ""

    def run(self, name: str) -> int:
        script, environment = scripts(ACTION)[name]
        values = {key: self._value(value) for key, value in environment.items()}
        kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")}
        file = self.temp / "script.sh"
        file.write_text(script)
        # As https://docs.github.com/actions/reference/workflow-syntax-for-github-actions has `shell: bash`.
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(file)],
            cwd=self.repository, capture_output=True, text=True, check=False, timeout=120,
            env={
                **kept, **values, "RUNNER_TEMP": str(self.temp), "GITHUB_OUTPUT": str(self.output),
                "GITHUB_STEP_SUMMARY": str(self.summary), "GITHUB_ACTION_PATH": str(ROOT),
                "GITHUB_ACTIONS": "true",
            },
        )  # fmt: skip
        self.text = done.stdout + done.stderr
        return done.returncode

    def _value(self, text: str) -> str:
        name = text.removeprefix("${{ ").removesuffix(" }}")
        if name.startswith("inputs."):
            return self.inputs[name.partition(".")[2]]
        return self.outputs[name.rpartition(".")[2]]

    @property
    def outputs(self) -> dict[str, str]:
        lines = self.output.read_text().splitlines() if self.output.exists() else []
        return dict(line.split("=", 1) for line in lines)


def test_it_annotates_plans_and_says_so(repository: Path) -> None:
    runner = Runner(repository, paths="helm", sarif_file="found.sarif")
    assert runner.run("Check") == 0, runner.text
    assert "::error file=helm/values.yaml,line=" in runner.text
    assert runner.outputs["code"] == "1"
    findings = int(runner.outputs["findings"])
    assert findings > 0
    assert runner.run("Plan") == 0, runner.text
    assert "restarts 5 members in 2 groups" in runner.text
    outputs = runner.outputs
    assert (outputs["apply"], outputs["merge"], outputs["restart"]) == ("restart", "pods", "true")
    summary = runner.summary.read_text()
    assert summary.count("<!-- pgcfglint:check -->") == summary.count("<!-- pgcfglint:plan -->") == 1
    comment = Path(outputs["comment-file"]).read_text()
    assert comment.startswith("<!-- pgcfglint:plan -->\n")
    assert comment in summary
    sarif = json.loads((repository / "found.sarif").read_text())
    assert len(sarif["runs"][0]["results"]) == findings
    assert runner.run("Result") == 1


def test_nothing_to_find_and_nothing_to_do_passes(repository: Path) -> None:
    git(repository, "commit", "-q", "--allow-empty", "-m", "three")
    runner = Runner(repository, paths="helm\n", options="--pg=16\n", fail_on="never")
    assert [runner.run(name) for name in ("Check", "Plan", "Result")] == [0, 0, 0], runner.text
    outputs = runner.outputs
    assert (outputs["apply"], outputs["merge"], outputs["restart"]) == ("none", "none", "false")


def test_a_shallow_clone_is_explained(repository: Path, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repository}", str(shallow))
    runner = Runner(shallow, paths="helm")
    assert runner.run("Plan") == 1
    assert "fetch-depth: 2" in runner.text


def test_wrong_options_and_strange_paths_end_it(repository: Path) -> None:
    runner = Runner(repository, paths="helm", options="--no-such-option")
    assert runner.run("Check") == 2
    marker = repository / "evil"
    for words in (f"helm; touch {marker}", f"$(touch {marker})", "--config=/dev/null", f"`touch {marker}`"):
        other = Runner.__new__(Runner)
        other.__dict__.update(runner.__dict__, inputs={**runner.inputs, "paths": words, "options": ""})
        assert other.run("Check") == 0
        assert other.outputs["code"] == "3", words
    assert not marker.exists()


def test_it_installs_what_it_comes_with_or_a_version(repository: Path) -> None:
    stub = repository.parent / "python-stub"
    stub.write_text(
        '#!/bin/sh\n[ "$1" != -c ] || exit 0\nmkdir -p "$3/bin"\n'
        'printf \'#!/bin/sh\\necho "$*" >> "$RUNNER_TEMP/calls"\\n\' > "$3/bin/python"\n'
        'chmod +x "$3/bin/python"\n'
    )
    stub.chmod(0o755)
    for version, wanted in (("", str(ROOT)), ("0.1.0", "pgcfglint==0.1.0")):
        runner = Runner.__new__(Runner)
        runner.repository, runner.temp = repository, repository.parent / f"temp{version}"
        runner.temp.mkdir()
        runner.output, runner.summary = runner.temp / "output", runner.temp / "summary"
        runner.inputs = {"version": version, "python": str(stub)}
        assert runner.run("Install") == 0, runner.text
        assert (runner.temp / "calls").read_text().split()[-1] == wanted


def test_an_old_python_is_named(repository: Path) -> None:
    stub = repository.parent / "old-python"
    stub.write_text("#!/bin/sh\nexit 1\n")
    stub.chmod(0o755)
    runner = Runner(repository, python=str(stub))
    assert runner.run("Install") == 1
    assert "needs Python 3.10 or newer" in runner.text


# GitLab


def test_the_gitlab_example_is_what_gitlab_reads() -> None:
    document = load(GITLAB)
    jobs = {
        name: job for name, job in document.items() if name not in ("stages",) and not name.startswith(".")
    }
    assert jobs.keys() == {"pgcfglint check", "pgcfglint plan"}
    for job in jobs.values():
        assert job["extends"] in document
        assert all(isinstance(line, str) for line in job["script"])
    plain = Draft7Validator({"type": "object", "required": ["stage", "image", "rules", "before_script"]})
    plain.validate(document[".pgcfglint"])


@pytest.mark.parametrize(
    ("labels", "change", "code"),
    [("", True, 1), ("other,postgresql-restart", True, 0), ("postgresql-restarts", True, 1), ("", False, 0)],
)
def test_gitlabs_label_opens_the_gate(
    repository: Path, tmp_path: Path, labels: str, change: bool, code: int
) -> None:
    if not change:
        git(repository, "commit", "-q", "--allow-empty", "-m", "three")
    git(repository, "remote", "add", "origin", str(repository))
    runner = Runner(repository)
    script = "\n".join(load(GITLAB)["pgcfglint plan"]["script"])
    base = subprocess.run(
        ["git", "rev-parse", "HEAD^1"], cwd=repository, capture_output=True, text=True, check=True
    ).stdout.strip()
    path = f"{runner.temp / 'pgcfglint' / 'bin'}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script], cwd=repository, capture_output=True, text=True,
        check=False,
        env={
            **os.environ, "PATH": path, "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
            "CI_MERGE_REQUEST_LABELS": labels,
        },
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    assert (repository / "plan.md").read_text().startswith("<!-- pgcfglint:plan -->")
    assert ("needs the label" in done.stdout) == (code == 1)
