"""What the documentation shows is what happens: its blocks are executed, and their outputs compared.

In README.md and the README of each example, in order, in one folder per document: a `yaml` block whose
first line is `# NAME` becomes the file NAME; a `console` block is commands (`$ ...`) and exactly what
they print on standard output; a `sh` block is commands that must work; `python` is run. Commands of make
are looked up in the Makefile instead. `UPDATE_README=1 pytest tests/test_readme.py` writes the outputs of
the console blocks anew; look at the difference.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pgcfglint import config

TREE = Path(__file__).parent.parent
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "bench/README.md"]
DOCUMENTS += [str(path.relative_to(TREE)) for path in sorted((TREE / "examples").glob("*/README.md"))]
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
_NAME = re.compile(r"# (\S+\.(?:ya?ml|conf))\n")


class Folder:
    """Where a document's files are written and its commands run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        shutil.copytree(TREE / "examples", path / "examples")
        (path / ".git").mkdir()  # no configuration from above
        programs = path / ".bin"
        programs.mkdir()
        shim = programs / "pgcfglint"
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pgcfglint "$@"\n')
        shim.chmod(0o755)
        (programs / "python3").symlink_to(sys.executable)
        clean = {
            name: value
            for name, value in os.environ.items()
            if name not in ("NO_COLOR", "FORCE_COLOR", "PRE_COMMIT", "GITHUB_ACTIONS", "COLUMNS")
        }
        self.environment = {
            **clean,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(TREE),
        }

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", command],
            cwd=self.path,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def block(self, kind: str, text: str) -> str:
        """Carries one block out; returns it as it ought to read."""
        return getattr(self, f"_{kind}", self._other)(text)

    def _other(self, text: str) -> str:
        return text

    def _yaml(self, text: str) -> str:
        assert yaml.safe_load(text) is not None
        named = _NAME.match(text)
        if named:
            path = self.path / named[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text[named.end() :])
            if path.name == config.NAME:
                (path.parent / "policies").mkdir(exist_ok=True)
                config.load(str(path))
                path.rename(path.with_name("configuration.yaml"))  # it speaks for the commands that name it
        return text

    def _console(self, text: str) -> str:
        commands = re.findall(r"^\$ (.*)$", text, re.M)
        assert commands, text
        shown = []
        for command in commands:
            done = self.run(command.replace(f"--config {config.NAME}", "--config configuration.yaml"))
            assert done.returncode in (0, 1), (command, done.stderr)
            assert "Traceback" not in done.stderr
            shown.append(f"$ {command}\n{done.stdout}")
        return "".join(shown)

    def _sh(self, text: str) -> str:
        joined = text.replace("\\\n", " ")
        for line in filter(None, (line.split("  #")[0].strip() for line in joined.splitlines())):
            if line.startswith("make "):
                target = next(word for word in line.split()[1:] if "=" not in word)
                assert f"\n{target}:" in (TREE / "Makefile").read_text(), line
            elif line.startswith("pgcfglint "):
                done = self.run(line)
                assert done.returncode in (0, 1), (line, done.stderr)
            else:
                pytest.fail(f"a command that no test knows: {line}")
        return text

    def _python(self, text: str) -> str:
        done = self.run(f"python3 - <<'EOF'\n{text}\nEOF")
        assert done.returncode == 0, done.stderr
        return text


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document(name: str, tmp_path: Path) -> None:
    text = (TREE / name).read_text(encoding="utf-8")
    folder = Folder(tmp_path)
    actual = _BLOCK.sub(lambda block: f"```{block[1]}\n{folder.block(block[1], block[2])}```", text)
    if os.environ.get("UPDATE_README"):
        (TREE / name).write_text(actual, encoding="utf-8")
    assert actual == text


def test_the_hooks_of_the_readme_are_those_of_the_manifest() -> None:
    written = next(block for block in _blocks("README.md") if "rev:" in block)
    manifest = yaml.safe_load((TREE / ".pre-commit-hooks.yaml").read_text())
    (repository,) = yaml.safe_load(written)["repos"]
    assert {hook["id"] for hook in repository["hooks"]} == {hook["id"] for hook in manifest}


def test_every_command_format_and_exit_code_is_named() -> None:
    from pgcfglint.cli import COMMANDS
    from pgcfglint.report import REPORTERS

    text = (TREE / "README.md").read_text()
    for word in (*COMMANDS, *REPORTERS):
        if word not in ("check", "text"):
            assert re.search(rf"`(?:pgcfglint |.*--format )?{word}\b", text), (
                f"README.md says nothing of {word}"
            )


def test_contributing_names_the_layers() -> None:
    """In the order of the contract that import-linter checks."""
    if sys.version_info < (3, 11):
        pytest.skip("tomllib comes with Python 3.11")
    import tomllib

    contracts = tomllib.loads((TREE / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["type"] == "layers")
    expected = [sorted(re.findall(r"[a-z_]+", line)) for line in layers]
    block = next(block for block in _blocks("CONTRIBUTING.md") if block.startswith("cli, commands"))
    written = [sorted(re.findall(r"[a-z_]+", re.split(r"  +", line)[0])) for line in block.splitlines()]
    assert written == [line for line in expected if line != ["__main__"]]


def _blocks(name: str) -> list[str]:
    return [block[2] for block in _BLOCK.finditer((TREE / name).read_text())]
