from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator
from sarif.loader import load_sarif_file

import pgcfglint
from pgcfglint.model import APPLIES, SEVERITIES, Finding, Location, Related, Remedy, Report, Skip, Target
from pgcfglint.report import REPORTERS, Options, reporter
from pgcfglint.report.forge import advice, relative, utf8
from pgcfglint.report.markdown import LIMIT, MARKER
from pgcfglint.report.plain import clean, excerpt
from tests.report import samples

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(pgcfglint.__file__).parent
SCHEMA = json.loads((PACKAGE / "schema" / "report.json").read_text(encoding="utf-8"))
STANDARD = Path(__file__).parents[1] / "data" / "sarif" / "sarif-schema-2.1.0.json.gz"
SARIF = Draft7Validator(json.loads(gzip.decompress(STANDARD.read_bytes())))

# what a hostile file can put into a message: controls, markup, our own escapes, lone surrogates
texts = st.text(
    st.characters(exclude_categories=()) | st.sampled_from("%:,|`<>[]()&\"'\n\r\x1b\u202e\ud800"), max_size=30
)
places = st.builds(
    Location,
    texts.map(lambda text: text or "a.yaml"),
    st.integers(1, 3),
    st.integers(1, 60),
    st.integers(1, 3),
    st.integers(1, 60),
    st.lists(texts, max_size=2).map(tuple),
)
remedies = st.builds(
    Remedy,
    texts,
    texts,
    texts,
    st.lists(texts, max_size=2).map(tuple),
    st.sampled_from(APPLIES),
    st.sampled_from((None, "standbys first", "primary first")),
    texts,
    st.sampled_from(("running", "new clusters", "nobody")),
    st.lists(texts, max_size=2).map(tuple),
)
findings = st.builds(
    Finding,
    st.sampled_from(("a-rule", "another-rule")),
    st.sampled_from(SEVERITIES),
    texts,
    places,
    related=st.lists(st.builds(Related, places, texts), max_size=3).map(tuple),
    cluster=st.none() | texts,
    parameter=st.none() | texts,
    value=st.none() | texts,
    effective=st.none() | texts,
    remedies=st.lists(remedies, max_size=2).map(tuple),
    fingerprint=texts,
)
skips = st.builds(
    Skip, texts, st.sampled_from(("unrecognised", "unreadable", "unparsable", "unknown-name")), texts
)
reports = st.builds(
    lambda some, skipped, line, target: Report(
        tuple(some),
        tuple(skipped),
        {target: (Target("postgresql", target, "input"),)},
        1,
        {(finding.location.path, finding.location.line): line for finding in some},
        suppressed=tuple((finding, line) for finding in some[:1]),
    ),
    st.lists(findings, max_size=3),
    st.lists(skips, max_size=2),
    texts,
    texts,
)


def write(name: str, report: Report, **options: object) -> str:
    return "".join(reporter(name)(report, Options(**options)))


def leaves(node: object) -> Iterator[object]:
    """The scalars of a JSON document."""
    if isinstance(node, (dict, list)):
        for each in node.values() if isinstance(node, dict) else node:
            yield from leaves(each)
    else:
        yield node


def many(number: int, severity: str, message: str = "a message") -> tuple[Finding, ...]:
    return tuple(
        Finding("a-rule", severity, message, Location("a.yaml", line + 1, 1, line + 1, 2))
        for line in range(number)
    )


class TestAnyReport:
    @pytest.mark.parametrize("name", REPORTERS)
    @given(report=reports)
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @example(Report((Finding("a-rule", "error", "\ud800", Location("\udcff", 1, 1, 1, 2)),), (), {}, 1))
    def test_can_be_written_as_utf_8(self, name: str, report: Report) -> None:
        write(name, report).encode("utf-8")

    @given(report=reports)
    @settings(max_examples=40)
    def test_text_has_no_control_characters(self, report: Report) -> None:
        assert all(line.isprintable() for line in write("text", report, verbose=True).split("\n"))

    @given(report=reports)
    @settings(max_examples=40)
    def test_json_follows_its_schema(self, report: Report) -> None:
        Draft202012Validator(SCHEMA).validate(json.loads(write("json", report)))

    @given(report=reports)
    @settings(max_examples=40)
    def test_sarif_follows_the_standard(self, report: Report) -> None:
        document = json.loads(write("sarif", report))
        SARIF.validate(document)
        assert "" not in set(leaves(document))

    @given(report=reports)
    @settings(max_examples=40)
    def test_junit_is_xml(self, report: Report) -> None:
        root = ET.fromstring(write("junit", report).encode("utf-8"))
        assert int(root.attrib["tests"]) == len(root.findall("testsuite/testcase")) > 0

    @given(report=reports)
    @settings(max_examples=40)
    def test_annotations_can_be_read_back(self, report: Report) -> None:
        said = {utf8("\n".join(filter(None, (each.message, advice(each))))) for each in report.findings}
        said |= {utf8(skip.message) for skip in report.skipped}
        for line in write("github", report).split("\n")[:-1]:
            command = re.fullmatch(r"::(?:error|warning|notice) (?:\w+=[^:,\r]*,?)+::([^\r]*)", line)
            assert command
            assert command[1].replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%") in said

    @given(report=reports)
    @settings(max_examples=40)
    def test_markdown_rows_keep_their_cells(self, report: Report) -> None:
        for line in write("markdown", report).splitlines():
            if line.startswith("|"):
                assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) == 6


class TestJson:
    def test_says_everything(self) -> None:
        report = samples.report(samples.LOCKS, skipped=samples.SKIPPED, targets=samples.TARGETS)
        document = json.loads(write("json", report, version="1.0"))
        Draft202012Validator.check_schema(SCHEMA)
        assert document["tool"] == {"name": "pgcfglint", "version": "1.0"}
        assert document["summary"] == {"error": 0, "warning": 1, "info": 0, "files": 1, "apply": "restart"}
        assert document["targets"]["chart/values.yaml"]["postgresql"] == {"version": "16", "origin": "layout"}
        assert [skip["reason"] for skip in document["skipped"]] == [
            "unparsable",
            "unreadable",
            "unrecognised",
        ]
        (finding,) = document["findings"]
        assert (finding["line"], finding["column"], finding["end_column"]) == (19, 34, 37)
        assert finding["remedies"][0]["order"] == "standbys first"

    def test_schema_and_model_name_the_same_words(self) -> None:
        assert SCHEMA["$defs"]["apply"]["enum"] == list(APPLIES)
        assert SCHEMA["$defs"]["finding"]["properties"]["severity"]["enum"] == list(SEVERITIES)

    def test_is_written_piece_by_piece(self) -> None:
        pieces = list(reporter("json")(Report(many(100, "info"), (), {}, 1), Options()))
        assert len(pieces) > 100


class TestGithub:
    def test_shows_nine_of_a_kind_worst_first_and_counts_the_others(self) -> None:
        some = many(12, "info") + many(9, "warning") + many(30, "error")
        lines = write("github", Report(some, (), {}, 1)).splitlines()
        assert [line.split(" ")[0] for line in lines] == ["::error"] * 9 + ["::warning"] * 9 + [
            "::notice"
        ] * 10
        assert (
            lines[-1]
            == "::notice title=pgcfglint::24 more are not shown here; see the log or the job summary"
        )

    def test_says_nothing_of_others_when_there_are_none(self) -> None:
        assert "more" not in write("github", Report(many(9, "error"), (), {}, 1))

    def test_escapes(self) -> None:
        where = Location("a,b:c%.yaml", 3, 5, 3, 9)
        report = Report((Finding("a-rule", "error", "100%\r\n::warning::", where),), (), {}, 1)
        assert write("github", report) == (
            "::error file=a%2Cb%3Ac%25.yaml,line=3,endLine=3,col=5,endColumn=9,title=a-rule"
            "::100%25%0D%0A::warning::\n"
        )


class TestSarif:
    def test_is_read_by_sarif_tools(self, tmp_path: Path) -> None:
        path = tmp_path / "report.sarif"
        report = samples.report(*samples.ALL, skipped=samples.SKIPPED)
        path.write_text(write("sarif", report, version="1.0", rules=samples.RULES), encoding="utf-8")
        file = load_sarif_file(str(path))
        assert file.get_distinct_tool_names() == ["pgcfglint"]
        read = {
            (record["Location"], record["Line"], record["Severity"], record["Code"])
            for record in file.get_records()
        }
        levels = {"error": "error", "warning": "warning", "info": "note"}
        assert read == {
            (each.location.path, each.location.line, levels[each.severity], each.rule) for each in samples.ALL
        }

    def test_what_code_scanning_asks_for(self) -> None:
        report = samples.report(samples.BUFFERS, suppressed=((samples.GRACE, "a toy"),))
        (run,) = json.loads(write("sarif", report, rules=samples.RULES))["runs"]
        assert run["columnKind"] == "unicodeCodePoints"
        assert run["automationDetails"] == {"id": "pgcfglint/"}
        names = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        low = run["tool"]["driver"]["rules"][names.index("shared-buffers-low")]
        assert "A quarter of the limit" in low["help"]["markdown"]
        assert low["helpUri"].startswith("https://www.postgresql.org/")
        found, silenced = run["results"]
        assert found["partialFingerprints"] == {"primaryLocationLineHash": "0011223344556677:1"}
        assert found["message"]["text"].split("\n")[0].endswith("of coordinator.")
        assert "[memory limit of coordinator](1)" in found["message"]["text"]
        assert [each["id"] for each in found["relatedLocations"]] == [1, 2]
        assert names[found["ruleIndex"]] == found["ruleId"]
        assert silenced["suppressions"] == [{"kind": "inSource", "justification": "a toy"}]

    def test_uris(self) -> None:
        where = Location("/repo/a dir/ü#?:.yaml", 1, 1, 1, 2)
        text = write("sarif", Report((Finding("a-rule", "error", "m", where),), (), {}, 1), root="/repo")
        assert '"uri": "a%20dir/%C3%BC%23%3F%3A.yaml"' in text

    def test_equal_fingerprints_are_numbered(self) -> None:
        some = tuple(finding.replace(fingerprint="f") for finding in many(2, "error"))
        text = write("sarif", Report(some, (), {}, 1))
        assert re.findall(r'LineHash": "([^"]*)"', text) == ["f:1", "f:2"]


class TestGitlab:
    def test_has_the_six_fields(self) -> None:
        report = samples.report(*samples.ALL, samples.GRACE, skipped=samples.SKIPPED)
        issues = json.loads(write("gitlab", report))
        assert len({issue["fingerprint"] for issue in issues}) == len(issues) == 10
        for issue in issues:
            assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
            assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
            assert issue["location"]["lines"]["begin"] >= 1


class TestMarkdown:
    def test_is_cut_by_rows(self) -> None:
        text = write("markdown", Report(many(2000, "warning", "x" * 200), (), {}, 1))
        assert text.startswith(MARKER)
        assert LIMIT - 1000 < len(text) < 65_536
        rows = [line for line in text.splitlines() if line.startswith("| warning")]
        assert all(line.endswith("|") for line in rows)
        assert f"{2000 - len(rows)} of 2000 rows are left out" in text

    def test_nothing_in_a_message_is_markup(self) -> None:
        where = Location("a|b`.yaml", 1, 1, 1, 2)
        message = "@team <img src=x> [x](y) #12 shared_buffers *b* a|b"
        text = write("markdown", Report((Finding("a-rule", "error", message, where),), (), {}, 1))
        assert "&#64;team &#60;img src=x&#62; &#91;x&#93;(y) &#35;12 shared_buffers" in text
        assert "``a\\|b`.yaml:1``" in text


class TestText:
    @given(line=texts, column=st.integers(1, 40), width=st.integers(0, 40))
    def test_the_caret_stands_under_something(self, line: str, column: int, width: int) -> None:
        line = line.replace("\n", "").replace("\r", "")
        shown, start, extent = excerpt(line, column, column + width)
        assert shown.isprintable()
        assert extent >= 1
        assert start >= min(column - 1, sum(char.isascii() for char in line[: column - 1]))

    @given(
        st.text(
            st.characters(codec="ascii", min_codepoint=32, exclude_characters="\x7f"),
            min_size=1,
            max_size=400,
        ),
        st.data(),
    )
    def test_the_caret_marks_the_same_characters(self, line: str, data: st.DataObject) -> None:
        start = data.draw(st.integers(0, len(line) - 1))
        end = data.draw(st.integers(start + 1, min(len(line), start + 60)))
        shown, at, extent = excerpt(line, start + 1, end + 1)
        assert shown[at : at + extent] == line[start:end]
        assert len(shown) <= 126

    def test_a_huge_line_costs_nothing(self) -> None:
        shown, _, _ = excerpt("é" * 10_000_000, 5_000_000, 5_000_001)
        assert len(shown) == 126

    @given(texts)
    def test_clean_text_is_kept(self, text: str) -> None:
        assert clean(text).isprintable()
        assert clean(clean(text)) == clean(text)

    def test_an_unknown_format_is_a_key_error(self) -> None:
        with pytest.raises(KeyError):
            reporter("xlsx")

    def test_imports_nothing_slow(self) -> None:
        code = (
            f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r}); before = set(sys.modules)\n"
            "from pgcfglint.report import Options, reporter\n"
            "from pgcfglint.model import Finding, Location, Report\n"
            "f = Finding('r', 'error', 'm', Location('a', 1, 1, 1, 2))\n"
            "list(reporter('text')(Report((f,), (), {}, 1, {('a', 1): 'abc'}), Options()))\n"
            "print(*sorted(m for m in set(sys.modules) - before if not m.startswith('pgcfglint')))"
        )
        loaded = subprocess.run(
            [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True
        )
        slow = {"json", "logging", "dataclasses", "unicodedata", "pathlib", "inspect", "importlib"}
        assert not slow & set(loaded.stdout.split())


@pytest.mark.parametrize(
    ("path", "root", "expected"),
    [
        ("./a.yaml", "", "a.yaml"),
        ("a//b/../c.yaml", "", "a/c.yaml"),
        ("/repo/a.yaml", "/repo/", "a.yaml"),
        ("/repository/a.yaml", "/repo", "/repository/a.yaml"),
        ("-", "/repo", "-"),
    ],
)
def test_relative(path: str, root: str, expected: str) -> None:
    assert relative(path, root) == expected
