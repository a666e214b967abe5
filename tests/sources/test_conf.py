"""postgresql.conf as the server's lexer reads it, against recorded answers of real servers."""

from __future__ import annotations

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgcfglint.sources import conf

CASES = os.path.join(os.path.dirname(__file__), "..", "data", "cases")


@pytest.mark.parametrize("major", [16, 18])
def test_the_servers_agree(major: int) -> None:
    wrong = []
    with open(os.path.join(CASES, f"raw-{major}.jsonl"), encoding="utf-8") as stream:
        for row in map(json.loads, stream):
            refused = any(line.problem for line in conf.read(row["line"]))
            if refused != ("syntax error" in (row["error"] or "")):
                wrong.append(row)
    assert not wrong


@pytest.mark.parametrize(
    ("line", "name", "text", "quoted"),
    [
        ("work_mem = 64MB", "work_mem", "64MB", False),
        ("  work_mem 64MB # why", "work_mem", "64MB", False),
        ("log_line_prefix = '%m [%p] '", "log_line_prefix", "%m [%p] ", True),
        (r"archive_command = 'cp ''%p'' \'x\''", "archive_command", "cp '%p' 'x'", True),
        (r"a.b = '\101\n'", "a.b", "A\n", True),
        ("max_connections=100\r", "max_connections", "100", False),
        ("x = 0.9", "x", "0.9", False),
        ("x = 0x10kB", "x", "0x10kB", False),
    ],
)
def test_values(line: str, name: str, text: str, quoted: bool) -> None:
    (read,) = conf.read(line)
    assert (read.name, read.text, read.quoted, read.problem) == (name, text, quoted, "")
    assert line[read.column - 1 : read.end_column - 1] == (f"'{read.written}'" if quoted else read.written)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("work_mem = 2MB;", "a semicolon does not end a line here"),
        ('log_statement = "all"', "double quotes do not quote here; use single ones"),
        ("work_mem: 64MB", "a colon stands where = or a blank should"),
        ("work_mem =", "a value is missing"),
        ("work_mem = 4 GB", "a value like this must stand in single quotes"),
        ("search_path = 'a', b", "something follows the quoted value, or its quote is not closed"),
    ],
)
def test_why_a_line_is_refused(line: str, problem: str) -> None:
    (read,) = conf.read(line)
    assert read.problem == problem


def test_lines_of_templates_are_left_out() -> None:
    assert [line.name for line in conf.read("a = {{ x }}\n{% if y %}\nb = 1\nc = ${X:-4GB}\n")] == ["b"]


@given(st.text(max_size=120))
def test_any_text(text: str) -> None:
    for line in conf.read(text):
        assert line.line >= 1
        assert line.column >= 1
