"""`pgcfglint plan OLD NEW`: what a change does to a running cluster, and the runbook for it."""

from __future__ import annotations

import os
import sys

from pgcfglint import __version__
from pgcfglint.cli import OK, UNREADABLE, UsageError
from pgcfglint.commands import common

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

    from pgcfglint.plan.records import Plan
    from pgcfglint.report import Options

FORMATS = {
    "text": "pgcfglint.report.plan_text",
    "json": "pgcfglint.report.plan_json",
    "markdown": "pgcfglint.report.plan_markdown",
    "sh": "pgcfglint.report.plan_sh",
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `plan`."""
    parser.add_argument(
        "sides", nargs="*", metavar="OLD NEW",
        help="a values file, chart folder or dump, or REV:path in git; NEW alone with --base or --live",
    )  # fmt: skip
    parser.add_argument(
        "--base", metavar="REV", help="compare changed inputs below NEW (default: .) with this revision"
    )
    parser.add_argument(
        "--old-values",
        action="append",
        default=[],
        metavar="FILE",
        help="values files of the old side, layered in this order",
    )
    parser.add_argument(
        "--new-values",
        action="append",
        default=[],
        metavar="FILE",
        help="values files of the new side, layered in this order",
    )
    parser.add_argument(
        "-f", "--values", action="append", default=[], metavar="FILE",
        help="values files of both sides; with --base the old side has them as they were",
    )  # fmt: skip
    parser.add_argument(
        "--live", action="append", default=[], metavar="[GROUP=]DUMP",
        help="output of `patronictl show-config`: what runs now, for one Citus group or all",
    )  # fmt: skip
    parser.add_argument(
        "--detailed-exitcode", action="store_true",
        help="exit with 10 for a reload, 11 restart, 12 new pods, 13 a new cluster or no start",
    )  # fmt: skip
    common.add_output_options(parser, FORMATS)
    common.add_target_options(parser)
    group = parser.add_argument_group("configuration")
    group.add_argument(
        "--config", metavar="FILE", help="configuration instead of the nearest .pgcfglint.yaml"
    )
    group.add_argument("--no-config", action="store_true", help="take no configuration file")


def run(options: argparse.Namespace) -> int:
    """Plan, report, and say by the exit code how it went."""
    from pgcfglint.commands.sides import Failure, compare
    from pgcfglint.plan.headline import code

    try:
        plans, notes = compare(options)
    except Failure as error:
        print(f"error: {error}", file=sys.stderr)
        return UNREADABLE
    common.say(*notes)
    _write(plans, options)
    _tell_workflow(plans)
    return max((code(plan) for plan in plans), default=OK) if options.detailed_exitcode else OK


def _write(plans: Sequence[Plan], options: argparse.Namespace) -> None:
    from pgcfglint.report import Options as ReportOptions

    render: Callable[[Sequence[Plan], Options], Iterator[str]]
    render = __import__(FORMATS[options.format], fromlist=("render",)).render
    asked = ReportOptions(
        color=common.is_coloured(options.color),
        verbose=options.verbose,
        version=__version__,
        root=os.getcwd(),
    )
    for piece in render(plans, asked):
        sys.stdout.write(piece)


def _tell_workflow(plans: Sequence[Plan]) -> None:
    """The outputs of a step of a GitHub workflow."""
    from pgcfglint.model import APPLIES

    path = os.environ.get("GITHUB_OUTPUT")
    if not path:
        return
    apply = max((plan.apply for plan in plans), key=APPLIES.index, default="none")
    merge = max((plan.merge for plan in plans), key=APPLIES.index, default="none")
    restart = any(plan.rounds for plan in plans)
    try:
        with open(path, "a", encoding="utf-8") as stream:
            stream.write(f"apply={apply}\nmerge={merge}\nrestart={str(restart).lower()}\n")
    except OSError as error:
        raise UsageError(f"GITHUB_OUTPUT {path}: {error.strerror}") from None
