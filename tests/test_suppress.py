from __future__ import annotations

import os
import random
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pgcfglint.comments import Comment, comments
from pgcfglint.fingerprint import fingerprint
from pgcfglint.model import Finding, Location
from pgcfglint.suppress import EXPIRED, UNUSED, Result, apply

NAMES = ("shared-buffers-low", "work-mem-high", "grace-period-zero")


def finding(rule: str, line: int, path: str = "a.yaml") -> Finding:
    return Finding(rule, "warning", "a message", Location(path, line, 5, line, 9))


def run(text: str, *findings: Finding, today: str = "2026-11-22") -> Result:
    return apply(findings, {"a.yaml": comments(text)}, today, NAMES)


def marked(text: str, place: Location) -> str:
    assert place.line == place.end_line
    return text.split("\n")[place.line - 1][place.column - 1 : place.end_column - 1]


VALUES = (
    "1 # pgcfglint: x",
    "a b's [c] {d} | # pgcfglint: x",
    "http://x/#pgcfglint:x",
    "'it''s # pgcfglint: x'",
    "'a # pgcfglint: x\n~    # pgcfglint: x' # pgcfglint: x",
    '"a\\"# pgcfglint: x\\\n~    # pgcfglint: x" # pgcfglint: x',
    "| # pgcfglint: x\n~    # pgcfglint: x\n\n~      # pgcfglint: x\n~   # pgcfglint: x",
    ">2-\n~       # pgcfglint: x\n~    # pgcfglint: x\n~  # pgcfglint: x",
    "|+\n~  # pgcfglint: x",
    "!!str &a |\n~      # pgcfglint: x\n~    # pgcfglint: x",
    "[a, 'b # pgcfglint: x', # pgcfglint: x\n~    {c: \"d\n~    # pgcfglint: x\"}] # pgcfglint: x",
    "",
)
"""Values of a key two columns in; `~` is the further indentation of their other lines."""


class TestSilences:
    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("a: 1  # pgcfglint: ignore[work-mem-high] a toy", 1),
            ("# pgcfglint: ignore[work-mem-high] a toy\na: 1", 2),
            ("b:\n    # pgcfglint: ignore[work-mem-high] a toy\n    # more\n    a: 1", 4),
            (
                "# pgcfglint: ignore[work-mem-high] a toy\r\n#pgcfglint: ignore-file[zzz]\r\na: 1",
                3,
            ),
            ("a: 1  # todo # pgcfglint: ignore[shared-buffers-low, work-mem-high] a toy", 1),
            ("#pgcfglint:ignore[work-mem-high]a toy\na: 1", 2),
            ("# Copyright\n\n# pgcfglint: ignore-file[work-mem-high] a toy\n\na: 1\nb: 2", 6),
            ("%YAML 1.1\n---\n# pgcfglint: ignore-file[work-mem-high] a toy\na: 1", 4),
            ("\ufeff# pgcfglint: ignore-file[work-mem-high] a toy\na: 1", 2),
            ("a: 1  # pgcfglint: ignore[work-mem-high] a until=2026-11-22 toy", 1),
        ],
    )
    def test_with_the_reason(self, text: str, line: int) -> None:
        kept, silenced = finding("grace-period-zero", 99), finding("work-mem-high", line)
        result = run(text, kept, silenced)
        assert result.suppressed == ((silenced, "a toy"),)
        assert result.findings[0] == kept

    @pytest.mark.parametrize("line", [1, 3, 4])
    def test_only_its_line(self, line: int) -> None:
        result = run("a: 1\n# pgcfglint: ignore[work-mem-high]\n\nb: 2", finding("work-mem-high", line))
        assert (not result.suppressed) == (line != 3)

    def test_only_its_file_and_rule(self) -> None:
        text = "a: 1  # pgcfglint: ignore[work-mem-high]"
        others = finding("work-mem-high", 1, "b.yaml"), finding("shared-buffers-low", 1)
        assert run(text, *others).findings[:2] == others

    def test_nothing_where_there_is_no_comment(self) -> None:
        some = finding("work-mem-high", 1)
        assert run("a: 1  # a comment", some) == Result((some,), ())


class TestFindsFault:
    @pytest.mark.parametrize(
        ("text", "at", "message"),
        [
            (
                "a: 1 # pgcfglint: ignore[work-mem-high, shared-buffers-low]",
                "shared-buffers-low",
                "nothing to silence: no shared-buffers-low on line 1",
            ),
            (
                "# pgcfglint: ignore-file[grace-period-zero]\na: 1 # pgcfglint: ignore[work-mem-high]",
                "grace-period-zero",
                "nothing to silence: no grace-period-zero on this file",
            ),
            (
                "a: 1 # pgcfglint: ignore[work-mem-high, shared-bufers-low]",
                "shared-bufers-low",
                "there is no rule shared-bufers-low; did you mean shared-buffers-low?",
            ),
            ("a: 1 # pgcfglint: ignore[work-mem-high, zzz]", "zzz", "there is no rule zzz"),
            (
                "a: 1 # pgcfglint: ignore[work-mem-high]\n# pgcfglint: ignore why",
                "# pgcfglint: ignore why",
                "ignore must name its rules; write # pgcfglint: ignore[rule] reason",
            ),
            (
                "a: 1 # pgcfglint: ignore[work-mem-high]\n# pgcfglint: ignore-file[ ]",
                "# pgcfglint: ignore-file[ ]",
                "ignore-file must name its rules; write # pgcfglint: ignore-file[rule] reason",
            ),
            (
                "a: 1 # pgcfglint: ignore[work-mem-high]\n# pgcfglint: disable=x",
                "disable",
                "not understood; write # pgcfglint: ignore[rule] reason",
            ),
            (
                "a: 1 # pgcfglint: ignore[work-mem-high]\n# pgcfglint: ",
                "# pgcfglint:",
                "not understood; write # pgcfglint: ignore[rule] reason",
            ),
            (
                "a: 1 # pgcfglint: ignore[work-mem-high]\n# pgcfglint: ignore-file[work-mem-high]",
                "ignore-file",
                "ignore-file stands in the comment block at the top of a file",
            ),
            (
                "a: 1 # pgcfglint: ignore[work-mem-high]\n# pgcfglint: ignore[zzz] until=2027-02-29",
                "2027-02-29",
                "until=2027-02-29 is no day; write until=2027-01-31",
            ),
        ],
    )
    def test_at_the_exact_place(self, text: str, at: str, message: str) -> None:
        result = run(text, finding("work-mem-high", 2 if text.startswith("#") else 1))
        assert len(result.suppressed) == 1
        (fault,) = result.findings
        assert (fault.rule, fault.severity, fault.message) == (UNUSED, "warning", message)
        assert marked(text, fault.location) == at
        assert fault.fingerprint

    def test_when_its_last_day_is_over(self) -> None:
        text = "a: 1 # pgcfglint: ignore[work-mem-high] a toy until=2026-11-21"
        some = finding("work-mem-high", 1)
        result = run(text, some)
        assert result.suppressed == ()
        assert result.findings[0] == some
        assert result.findings[1].rule == EXPIRED
        assert result.findings[1].message == "work-mem-high was to be silent until 2026-11-21 only"
        assert marked(text, result.findings[1].location) == "work-mem-high"

    def test_down_the_page(self) -> None:
        text = "a: 1 # pgcfglint: ignore[work-mem-high]\nb: 2 # pgcfglint: no\nc: 3 # pgcfglint: ignore[zzz]"
        assert [each.location.line for each in run(text).findings] == [1, 2, 3]

    @given(st.text("# pgcfglint: ignore-file[]=,until2027-01\n\t", max_size=60))
    def test_never_fails(self, rest: str) -> None:
        text = f"# pgcfglint: {rest}"
        for each in run(text, finding("work-mem-high", 2)).findings:
            assert each.rule == "work-mem-high" or marked(text.replace("\t", " "), each.location)


class TestComments:
    @pytest.mark.parametrize(
        "text",
        [
            'a: "x # pgcfglint: x"',
            "a: 'it''s # pgcfglint: x'",
            "a: x#pgcfglint: x",
            "a: http://x/#pgcfglint: x",
            "a: |\n  # pgcfglint: x",
            "a: |\n\n  # pgcfglint: x",
            "a: |\n    x\n  \n    # pgcfglint: x\n",
            "a:\n  - >-\n    # pgcfglint: x",
            "a:\n- b: |+\n    # pgcfglint: x",
            "a: !!str &b |2-\n    x\n  # pgcfglint: x",
            "--- |\n # pgcfglint: x",
            'a: "x\n  # pgcfglint: x\n  "',
            "a: [b, 'c\n  # pgcfglint: x']",
            'a: "\\" # pgcfglint: x"',
            "a: 1 # see pgcfglint: x",
        ],
    )
    def test_none(self, text: str) -> None:
        assert list(comments(text)) == []

    @pytest.mark.parametrize(
        "text",
        [
            "a: it's # pgcfglint: x",
            "a: 'b' # pgcfglint: x",
            "a: | # pgcfglint: x\n  y",
            "a: |\n  x\n # pgcfglint: x",
            "a: |\n# pgcfglint: x",
            "a:\n- b: |\n    y\n  # pgcfglint: x",
            "a: [b, # pgcfglint: x\n]",
            "a: {b: 'c', d: \"e\"} # pgcfglint: x",
            "'a': # pgcfglint: x",
            'a: "x\n  y" # pgcfglint: x',
            "a: b | c # pgcfglint: x",
            "a: # b # pgcfglint: x",
            "a: *b # pgcfglint: x",
            "- - a # pgcfglint: x",
            "? a # pgcfglint: x",
            "a\u2028b: 1 # pgcfglint: x",
        ],
    )
    def test_one(self, text: str) -> None:
        (comment,) = comments(text)
        lines = re.split("[\n\u2028]", text)
        assert lines[comment.line - 1][comment.column - 1 :] == comment.text == "# pgcfglint: x"

    def test_a_line_that_is_only_a_comment_speaks_of_the_next_one(self) -> None:
        text = "# pgcfglint: x\na: 1 # pgcfglint: y\n  # pgcfglint: z\n  # more\n\nb: 2"
        assert list(comments(text)) == [
            Comment(1, 1, "# pgcfglint: x", 2, True),
            Comment(2, 6, "# pgcfglint: y", 2),
            Comment(3, 3, "# pgcfglint: z", 5),
        ]

    @given(st.text("ab:-? #\"'|>[]{},&!*%@\\\n", max_size=80))
    def test_anything_can_be_scanned(self, text: str) -> None:
        for each in comments(f"{text} # pgcfglint: x"):
            assert each.text.startswith("#")

    @given(
        st.lists(st.tuples(st.sampled_from(VALUES), st.booleans(), st.integers(0, 3)), min_size=1, max_size=6)
    )
    @settings(max_examples=200)
    def test_the_parser_sees_the_same_comments(self, entries: list[tuple[str, bool, int]]) -> None:
        lines = []
        for number, (value, item, indent) in enumerate(entries):
            lines.append(f"key{number}:")
            lines.append(f"{'  - ' if item else '  '}name: {value.replace('~', '  ' if item else '')}")
            lines.append(" " * indent + "# pgcfglint: x")
        text = "\n".join(lines)
        assert [(each.line, each.column) for each in comments(text)] == parsed(text)

    @pytest.mark.skipif("PGCFGLINT_CORPUS" not in os.environ, reason="no corpus here")
    def test_the_parser_sees_the_same_comments_in_real_files(self) -> None:
        chance = random.Random(1)
        for path in sorted(Path(os.environ["PGCFGLINT_CORPUS"]).glob("*.y*ml")):
            text = path.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff").replace("\r", "")
            if len(text) > 40_000:
                continue
            ours = (f"{line} # pgcfglint: x" if chance.random() < 0.1 else line for line in text.split("\n"))
            text = "\n".join(ours)
            try:
                expected = parsed(text)
            except yaml.YAMLError:
                continue
            assert [(each.line, each.column) for each in comments(text)] == expected, path.name


def parsed(text: str) -> list[tuple[int, int]]:
    """Our comments by PyYAML's parser: a `#` after a blank that no scalar covers."""
    list(yaml.parse(text, Loader=yaml.CSafeLoader))
    scalars = []
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        if isinstance(token, yaml.ScalarToken):
            start = token.start_mark.index
            if token.style in ("|", ">"):  # its header may have a comment
                start = (text + "\n").index("\n", start)
            scalars.append((start, token.end_mark.index))
    found = []
    before = 0
    for number, line in enumerate(text.split("\n"), 1):
        begins = [
            match.start()
            for match in re.finditer(r"(?<![^ \t])#", line)
            if not any(start <= before + match.start() < end for start, end in scalars)
        ]
        ours = re.search(r"#\s*pgcfglint:", line[begins[0] :]) if begins else None
        if ours:
            found.append((number, begins[0] + ours.start() + 1))
        before += len(line) + 1
    return found


class TestFingerprint:
    def test_is_the_same_everywhere(self) -> None:
        assert fingerprint("a-rule", "a/b.yaml", ("c", "d"), "work_mem", "4MB") == "c604f51dbf124384"
        assert fingerprint("a-rule", "a\\b.yaml", ("c", "d"), "work_mem", "4MB") == "c604f51dbf124384"

    def test_tells_findings_apart(self) -> None:
        some = {
            fingerprint("a", "b", ("c", "d"), None, None),
            fingerprint("a", "b", ("cd",), None, None),
            fingerprint("a", "b", ("c",), "d", None),
            fingerprint("a", "b", ("c",), None, "d"),
            fingerprint("ab", "", ("c",), None, "d"),
            fingerprint("a", "b\0c", (), None, None),
            fingerprint("a", "b", ("\udcff",), None, None),
        }
        assert len(some) == 7
        assert all(re.fullmatch("[0-9a-f]{16}", each) for each in some)
