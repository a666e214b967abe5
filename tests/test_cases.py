"""End-to-end cases, one file each: a command, its input files, its exact output.

    what the case shows
    $ pgcfglint values.yaml
    <<< values.yaml
    (the file)
    >>> stdout (exit 1)
    (what it prints)
    >>> stderr
    (its notes)

`UPDATE_CASES=1 pytest tests/test_cases.py` writes the outputs anew; look at the difference before
committing it.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from pgcfglint.cli import main

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))
EXAMPLE = Path(__file__).parent.parent / "examples" / "citus-cluster"
_PART = re.compile(r"^(<<<|>>>) (.*)\n", re.M)


def split(text: str) -> tuple[str, list[tuple[str, str]], str]:
    """The head (description and command), the input files, and the command's words."""
    found = list(_PART.finditer(text))
    head = text[: found[0].start()] if found else text
    parts = []
    for index, match in enumerate(found):
        end = found[index + 1].start() if index + 1 < len(found) else len(text)
        parts.append((f"{match[1]} {match[2]}", text[match.end() : end]))
    command = next(line for line in head.splitlines() if line.startswith("$ "))
    return head, parts, command[2:]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = path.read_text(encoding="utf-8")
    head, parts, command = split(text)
    (tmp_path / ".git").mkdir()
    (tmp_path / "example").symlink_to(EXAMPLE)
    files = [(name[4:], content) for name, content in parts if name.startswith("<<<")]
    for name, content in files:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for variable in ("NO_COLOR", "FORCE_COLOR", "PRE_COMMIT", "GITHUB_ACTIONS", "GITHUB_OUTPUT"):
        monkeypatch.delenv(variable, raising=False)
    program, *words = shlex.split(command)
    assert program == "pgcfglint"
    code = main(words)
    output = capsys.readouterr()
    actual = head + "".join(f"<<< {name}\n{content}" for name, content in files)
    actual += f">>> stdout (exit {code})\n{output.out}"
    actual += f">>> stderr\n{output.err}" if output.err else ""
    if os.environ.get("UPDATE_CASES"):
        path.write_text(actual, encoding="utf-8")
    assert actual == text
