"""`pgcfglint [check] [PATH...]`: the linter."""

from __future__ import annotations

import os

from pgcfglint.cli import UsageError
from pgcfglint.commands import common
from pgcfglint.report import REPORTERS
from pgcfglint.run import Task, lint
from pgcfglint.sources.inputs import UnknownGroup
from pgcfglint.sources.text import STDIN

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    import argparse


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `check`."""
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files, charts, folders, - for stdin (default: .)"
    )
    parser.add_argument(
        "-f", "--values", action="append", default=[], metavar="FILE",
        help="values files of one stack, layered in this order as by helm",
    )  # fmt: skip
    common.add_over_option(parser)
    parser.add_argument(
        "--live", action="append", default=[], metavar="[GROUP=]DUMP",
        help="what runs, to compare with (see drift), of one Citus group or all",
    )  # fmt: skip
    parser.add_argument(
        "--base", metavar="REV", help="a revision in git: also judge what has changed since then"
    )
    parser.add_argument(
        "--fix", action="store_true",
        help="write the values that cure findings into the files, where an edit alone does",
    )  # fmt: skip
    parser.add_argument("--diff", action="store_true", help="show what --fix would write, and write nothing")
    common.add_fail_options(parser)
    common.add_output_options(parser, REPORTERS)
    common.add_target_options(parser)
    common.add_config_options(parser)


def run(options: argparse.Namespace) -> int:
    """Check, report, and say by the exit code how it went."""
    paths, stacks = common.paths_and_stacks(options)
    config = common.configuration(options, common.folder_of((options.paths or options.values or ["."])[0]))
    overlays = os.environ.get("PRE_COMMIT") == "1"
    asked = common.target_options(options).replace(overlays=overlays)
    if (options.fix or options.diff) and STDIN in (*paths, *options.values):
        raise UsageError("--fix and --diff edit files; standard input has none")
    task = Task(tuple(paths), stacks, tuple(options.live), asked, options.base)
    try:
        report = lint(paths, config=config, task=task)
    except UnknownGroup as error:
        raise UsageError(str(error)) from None
    except ValueError as error:
        if type(error).__name__ not in ("RuleError", "UnknownRevision"):  # known where they are loaded
            raise
        raise UsageError(str(error)) from None
    if options.fix or options.diff:
        from pgcfglint.commands import fixing

        return fixing.run(options, task, config, report)
    common.say(*common.target_notes(report.targets), *report.notes)
    color = common.is_coloured(options.color)
    common.write_report(report, options.format, color, options.verbose)
    return common.exit_code(report, options, config)
