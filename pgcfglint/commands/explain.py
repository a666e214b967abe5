"""`pgcfglint explain RULE|PARAMETER|NAME=VALUE`."""

from __future__ import annotations

from pgcfglint import catalog, explain, rulebook
from pgcfglint.cli import OK, UsageError
from pgcfglint.commands import common

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `explain`."""
    parser.add_argument("subjects", nargs="+", metavar="RULE|PARAMETER|NAME=VALUE")
    parser.add_argument("--pg", metavar="MAJOR", default="18", help="major for NAME=VALUE (default: 18)")


def run(options: argparse.Namespace) -> int:
    """Explain each subject."""
    major = common.major(options.pg)
    for index, subject in enumerate(options.subjects):
        lines = list(_lines(subject, major))
        print("\n".join([""] * bool(index) + lines))
    return OK


def _lines(subject: str, major: int) -> Iterator[str]:
    name, equals, text = subject.partition("=")
    if equals:
        return explain.value_page(name.strip(), text.strip(), major)
    manuals = rulebook.manuals()
    if subject in manuals:
        return explain.rule_page(*manuals[subject])
    if any(subject in catalog.load(each) for each in catalog.MAJORS):
        return explain.parameter_page(subject)
    nearest = catalog.suggest(subject, [*manuals, *catalog.load(catalog.MAJORS[-1])])
    hint = f"; did you mean {nearest}?" if nearest else ""
    raise UsageError(f"{subject} is neither a rule nor a parameter{hint}")
