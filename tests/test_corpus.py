"""What holds for every finding in real files of other people, and in the example."""

from __future__ import annotations

import contextlib
import io
import os
import re
from functools import cache
from pathlib import Path

import pytest

from pgcfglint import catalog, lint, rulebook
from pgcfglint.cli import main
from pgcfglint.commands.common import write_report
from pgcfglint.config import Config
from pgcfglint.engine import check
from pgcfglint.report import REPORTERS
from pgcfglint.run import catalog_of
from pgcfglint.scope import Scope
from pgcfglint.sources.inputs import read_inputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pgcfglint.model import Cluster, Finding, Report

EXAMPLE = Path(__file__).parent.parent / "examples" / "citus-cluster"
CORPUS = os.environ.get("PGCFGLINT_CORPUS", "")
NOT_INPUT = ("INDEX.tsv", "README.md")
SECRET = re.compile(
    r"""(?imx) ^ [ \t\-"']* ([\w.\-]* (?:password|passwd|secret|token|conninfo|_command) [\w.\-]*) ["']?
    [ \t]* [:=] [ \t]* (["']?) ([^\s"'#{}\[\],|>&*$(]{6,} [^\n"'#{}]*?) \2 [ \t]* (?:\#[^\n]*)? $"""
)
COMMON = {
    *("postgres", "password", "changeme", "standby", "replica", "scram-sha-256", "default", "trusted"),
    *("patroni", "pigsty", "secret", "zalando", "pgbackrest archive-push %p"),
}
"""Words that stand for a password in some file and for something else in our own sentences."""


@cache
def files() -> tuple[str, ...]:
    """The corpus and the example."""
    if not CORPUS:
        pytest.skip("PGCFGLINT_CORPUS NAMES NO FOLDER WITH THE CORPUS")
    own = (str(EXAMPLE / "values.yaml"), str(EXAMPLE / "values-production.yaml"))
    return (*own, *sorted(str(path) for path in Path(CORPUS).iterdir() if path.name not in NOT_INPUT))


@cache
def report() -> Report:
    return lint(files())


def open_text(path: str) -> str:
    """A file's text, its line ends as they are."""
    with open(path, encoding="utf-8", newline="") as stream:
        return stream.read()


def test_every_file_is_read_or_skipped_with_a_reason() -> None:
    found = report()
    assert found.files + len(found.skipped) >= len(files()) - 2
    assert all(skip.message and skip.reason in ("unrecognised", "unparsable") for skip in found.skipped)


def test_every_finding_has_a_place_inside_its_file() -> None:
    texts: dict[str, list[str]] = {}
    for finding in report().findings:
        for place in (finding.location, *(related.location for related in finding.related)):
            lines = texts.setdefault(place.path, open_text(place.path).split("\n") or [""])
            assert 1 <= place.line <= place.end_line <= len(lines) + 1, (finding.rule, place)
            line = lines[place.line - 1] if place.line <= len(lines) else ""
            assert 1 <= place.column <= len(line) + 1, (finding.rule, place)


def test_every_finding_says_what_to_do() -> None:
    rules = {rule.name: rule for rule in rulebook.load_all()}
    for finding in report().findings:
        always = any(fix.when is None and fix.verb == "do" for fix in rules[finding.rule].fixes)
        assert finding.remedies or not always, finding
        assert all(remedy.text and remedy.apply for remedy in finding.remedies), finding


def test_no_two_findings_are_the_same() -> None:
    seen = [(item.rule, item.location, item.parameter, item.groups) for item in report().findings]
    assert len(seen) == len(set(seen))


def clusters() -> list[Cluster]:
    known = catalog.load(catalog.MAJORS[-1])
    return [found.cluster for found in read_inputs(files(), known=known) if found.cluster is not None]


def applied(cluster: Cluster, findings: list[Finding]) -> Cluster:
    """The cluster with all first remedies, and what they ask to change with them."""
    groups = []
    for group in cluster.groups:
        values: dict[str, str] = {}
        for remedy in (finding.remedies[0] for finding in findings if finding.remedies):
            if group.name in remedy.groups:
                for one in (remedy, *remedy.companions):
                    if one.parameter:
                        values[one.parameter] = one.value
        set_to = {name: text for name, text in values.items() if text}
        gone = {name.lower() for name, text in values.items() if not text}
        changed = Scope(cluster, group, catalog_of(cluster)).tried(set_to).group if set_to else group
        kept = tuple(setting for setting in changed.settings if setting.name.lower() not in gone)
        groups.append(changed.replace(settings=kept))
    return cluster.replace(groups=tuple(groups))


def test_all_first_remedies_together_leave_nothing_new() -> None:
    rules = Config().tuned(rulebook.load(("default",)))
    for cluster in clusters():
        before = check(cluster, catalog_of(cluster), rules, {})
        after = check(applied(cluster, before), catalog_of(cluster), rules, {})
        cured = {
            (item.rule, item.location.line) for item in before if item.remedies and item.remedies[0].parameter
        }
        new = {item.rule for item in after} - {item.rule for item in before}
        assert not new, (cluster.location.path, [item for item in after if item.rule in new])
        left = [item for item in after if (item.rule, item.location.line) in cured]
        assert not left, (cluster.location.path, left)


def test_remedies_do_not_contradict_each_other() -> None:
    rules = Config().tuned(rulebook.load(("default",)))
    for cluster in clusters():
        values: dict[tuple[str, str], set[str]] = {}
        for finding in check(cluster, catalog_of(cluster), rules, {}):
            for remedy in finding.remedies[:1]:
                for one in (remedy, *remedy.companions):
                    for group in one.groups if one.parameter else ():
                        values.setdefault((group, one.parameter.lower()), set()).add(one.value)
        assert all(len(found) == 1 for found in values.values()), (cluster.location.path, values)


def test_the_order_of_paths_and_a_second_run_change_nothing() -> None:
    first = lint(files())
    assert repr(first.findings) == repr(report().findings)
    assert first.skipped == report().skipped
    assert sorted(map(repr, lint(files()[::-1]).findings)) == sorted(map(repr, first.findings))


def secrets() -> dict[str, str]:
    """Value to file, of keys that hold secrets (or commands, which may), long enough to be told apart."""
    found: dict[str, str] = {}
    for path in files():
        for _, _, value in SECRET.findall(Path(path).read_text()):
            text = value.strip().rstrip(";")
            if len(text) >= 6 and text.lower() not in COMMON and "/" not in text[:1]:
                found.setdefault(text, path)
    return found


def without_paths(text: str) -> str:
    """What is printed apart from the names of files, in which any word may stand."""
    for path in sorted(files(), key=len, reverse=True):
        for name in (path, path.lstrip("/"), Path(path).name):
            text = text.replace(name, "")
    return text


@pytest.mark.parametrize("form", sorted(REPORTERS))
def test_no_secret_is_printed_in_any_format(form: str) -> None:
    found = secrets()
    assert len(found) > 20
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        write_report(report(), form, color=False, verbose=True)
    printed = without_paths(out.getvalue())
    shown = {text: path for text, path in found.items() if text in printed}
    assert not shown


@pytest.mark.parametrize("command", ["plan", "budget"])
def test_no_secret_is_printed_by_other_commands(command: str) -> None:
    found = secrets()
    other = str(EXAMPLE / "values.yaml")
    for path in sorted(set(found.values())):
        words = (path, other) if command == "plan" else (path,)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main([command, *words])
        printed = without_paths(out.getvalue() + err.getvalue())
        assert not [text for text, where in found.items() if where == path and text in printed], path
