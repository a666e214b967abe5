"""What `drift` and `verify` share: options, the comparison with its findings, the output."""

from __future__ import annotations

import os
import sys

from pgcfglint import __version__, rulebook
from pgcfglint.cli import UsageError
from pgcfglint.commands import common
from pgcfglint.drift.rows import RULES
from pgcfglint.drift.sheet import sheet
from pgcfglint.live import EXPECTED
from pgcfglint.record import Record
from pgcfglint.report import REPORTERS
from pgcfglint.run import Task, catalog_of, inputs_of, judged
from pgcfglint.sources.inputs import UnknownGroup

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

    from pgcfglint.config import Config
    from pgcfglint.drift.rows import Sheet
    from pgcfglint.model import Report
    from pgcfglint.report import Options
    from pgcfglint.rulebook import Rule
    from pgcfglint.sources.given import Input

    Render = Callable[[Report, Sequence[Sheet], bool, Options], Iterator[str]]

TOPIC = "drift"
"""The topic of the rules that judge a comparison."""


class Comparison(Record):
    """The findings, the tables behind them, and the configuration in force."""

    report: Report
    sheets: tuple[Sheet, ...]
    config: Config


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `drift` and `verify`."""
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="a values file, a chart, - for stdin (default: .)"
    )
    parser.add_argument(
        "-f", "--values", action="append", default=[], metavar="FILE",
        help="values files of one stack, layered in this order as by helm",
    )  # fmt: skip
    common.add_over_option(parser)
    parser.add_argument(
        "--live", action="append", default=[], metavar="[GROUP=]DUMP",
        help="what a cluster shows, of one group (coordinator, 0, worker 1, ...) or all; may be repeated",
    )  # fmt: skip
    parser.add_argument("--all", action="store_true", help="also show what agrees")
    common.add_fail_options(parser)
    common.add_output_options(parser, REPORTERS)
    common.add_target_options(parser)
    common.add_config_options(parser)
    wide = max(len(title) for title, _ in EXPECTED)
    parser.epilog = "dumps, told by their content:\n" + "".join(
        f"  {title:{wide}}  {command}\n" for title, command in EXPECTED
    ) + f"\n{parser.epilog}"  # fmt: skip


def compare(options: argparse.Namespace, name: str, *, strict: bool) -> Comparison:
    """Compares the inputs with the dumps; `strict` as `verify` does: what was not seen counts, and rules
    may be more severe. Raises UsageError."""
    if not options.live:
        commands = "".join(f"\n  {command}" for _, command in EXPECTED)
        raise UsageError(
            f"{name} compares with what runs: give dumps with --live [GROUP=]FILE, made by{commands}"
        )
    paths, stacks = common.paths_and_stacks(options)
    config = common.configuration(options, common.folder_of(paths[0] if paths else stacks[0][-1]))
    task = Task(tuple(paths), stacks, tuple(options.live), common.target_options(options))
    try:
        inputs = list(inputs_of(task, config))
        rules = _rules(config, strict=strict)
    except UnknownGroup as error:
        raise UsageError(str(error)) from None
    except ValueError as error:
        if type(error).__name__ != "RuleError":
            raise
        raise UsageError(str(error)) from None
    sheets = tuple(
        sheet(found.path, found.cluster, catalog_of(found.cluster))
        for found in inputs
        if found.cluster is not None
    )
    if strict:
        from pgcfglint.drift.checklist import with_unseen

        inputs = list(_each(inputs, sheets, with_unseen))
    # What stands in the chart's own values counts here, whatever an overlay's run leaves out elsewhere.
    report = judged((found.replace(base=None) for found in inputs), config, rules)
    return Comparison(report.replace(notes=tuple(_others(inputs))), sheets, config)


def _others(inputs: Sequence[Input]) -> Iterator[str]:
    """Notes on dumps that name another cluster than the values do."""
    said = set()
    for found in inputs:
        if found.cluster is None or not found.cluster.scope:
            continue
        own = found.cluster.scope
        for state in (state for group in found.cluster.groups for state in group.states):
            other = (state.location.path, state.scope)
            if state.scope and state.scope != own and other not in said:
                said.add(other)
                yield f"{other[0]} is about the cluster {other[1]}, {found.path} about {own}"


def _rules(config: Config, *, strict: bool) -> tuple[Rule, ...]:
    """The rules about drift, of all that the configuration chooses."""
    chosen = set(RULES.values())
    rules = config.tuned(rulebook.load(config.profiles))
    rules = tuple(rule for rule in rules if rule.topic == TOPIC or rule.name in chosen)
    if not strict:
        return rules
    return tuple(
        rule.replace(
            severity={**rule.severity, "default": rule.severity.get("verify", rule.severity["default"])}
        )
        for rule in rules
    )


def _each(
    inputs: Sequence[Input], sheets: Sequence[Sheet], change: Callable[[Input, Sheet], Input]
) -> Iterator[Input]:
    waiting = iter(sheets)
    for found in inputs:
        yield change(found, next(waiting)) if found.cluster is not None else found


FORMATS = {
    "text": "pgcfglint.report.drift_text",
    "json": "pgcfglint.report.drift_json",
    "markdown": "pgcfglint.report.drift_markdown",
}
"""Formats that show the table itself; the others have the findings, as `check` writes them."""


def write(found: Comparison, options: argparse.Namespace, render: str) -> int:
    """Writes the report in the format asked for, by the function `render` of the format's module where
    it shows tables; returns the exit code."""
    report = found.report
    common.say(*common.target_notes(report.targets), *report.notes)
    color = common.is_coloured(options.color)
    if options.format not in FORMATS:
        common.write_report(report, options.format, color, options.verbose)
    else:
        from pgcfglint.report import Options as ReportOptions

        show: Render = getattr(__import__(FORMATS[options.format], fromlist=(render,)), render)
        asked = ReportOptions(color=color, verbose=options.verbose, version=__version__, root=os.getcwd())
        for piece in show(report, found.sheets, options.all, asked):
            sys.stdout.write(piece)
    return common.exit_code(report, options, found.config)
