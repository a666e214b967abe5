"""`pgcfglint explain RULE|PARAMETER|NAME=VALUE`."""

from __future__ import annotations

from pgcfglint import catalog, explain, rulebook
from pgcfglint.cli import OK, UsageError
from pgcfglint.commands import common

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from typing import Any


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `explain`."""
    parser.add_argument("subjects", nargs="+", metavar="RULE|PARAMETER|NAME=VALUE")
    parser.add_argument("--pg", metavar="MAJOR", default="18", help="major for NAME=VALUE (default: 18)")
    parser.add_argument("--patroni", metavar="VERSION", help="also what Patroni makes of NAME=VALUE")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(options: argparse.Namespace) -> int:
    """Explain each subject."""
    major = common.major(options.pg)
    patroni = options.patroni and options.patroni.lstrip("v")
    if patroni and not patroni.replace(".", "").isdecimal():
        raise UsageError(f"--patroni {options.patroni}: not a version such as 4.1")
    if options.format == "json":
        import json

        rows = [_data(subject, major, patroni) for subject in options.subjects]
        print(json.dumps({"version": 1, "subjects": rows}, indent=2, default=str))
        return OK
    for index, subject in enumerate(options.subjects):
        lines = list(_lines(subject, major, patroni))
        print("\n".join([""] * bool(index) + lines))
    return OK


def _lines(subject: str, major: int, patroni: str | None) -> Iterator[str]:
    name, equals, text = subject.partition("=")
    if equals:
        return explain.value_page(name.strip(), text.strip(), major, patroni)
    manuals = rulebook.manuals()
    if subject in manuals:
        return explain.rule_page(*manuals[subject])
    return explain.parameter_page(_parameter(subject, list(manuals)))


def _data(subject: str, major: int, patroni: str | None) -> dict[str, Any]:
    name, equals, text = subject.partition("=")
    if equals:
        return explain.value_data(name.strip(), text.strip(), major, patroni)
    manuals = rulebook.manuals()
    if subject in manuals:
        return explain.rule_data(*manuals[subject])
    return explain.parameter_data(_parameter(subject, list(manuals)))


def _parameter(subject: str, rules: list[str]) -> str:
    """The subject, if it is a parameter. Raises UsageError with what was probably meant."""
    if any(subject in catalog.load(each) for each in catalog.MAJORS):
        return subject
    nearest = catalog.suggest(subject, [*rules, *catalog.load(catalog.MAJORS[-1])])
    hint = f"; did you mean {nearest}?" if nearest else ""
    raise UsageError(f"{subject} is neither a rule nor a parameter{hint}")
