"""The command line: words to a task, a report to standard output, an exit code."""

from __future__ import annotations

import os
import sys

from pgcfglint.report.plain import clean

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

OK, FINDINGS, USAGE, UNREADABLE = 0, 1, 2, 3
"""Exit codes: nothing at or above --fail-on; findings; wrong command line, configuration or rule; an
input that could not be read (wins over findings)."""

COMMANDS = {
    "check": "check files, charts and dumps (the default: a word that is no command is a path)",
    "budget": "show what the pods of each group take, against their memory limit",
    "explain": "explain a rule, a parameter, or a value as NAME=VALUE",
    "rules": "list the rules",
    "migrate": "values that carry what a Dockerfile or script writes into postgresql.conf",
    "drift": "compare what is declared with the DCS and with what runs, group by group",
    "verify": "after a change: whether every declared value is in force, and if not, why",
    "plan": "what a change does to the running cluster, and the runbook for it",
    "test": "run the examples of a team's own rules",
    "recommend": "a consistent set of parameters for so much memory and so many connections",
}

EXIT_CODES = "exit codes: 0 fine, 1 findings, 2 wrong usage, 3 an input could not be read"


class UsageError(ValueError):
    """A command line that cannot be carried out."""


def main(arguments: Sequence[str]) -> int:
    """Run the program with some arguments and return its exit code."""
    code = OK
    try:
        code = _run(list(arguments))
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # The reader has gone (`| head`): nobody to tell.
        hush()
        return code
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        print(f"error: {clean(error.filename or 'output')}: {error.strerror}", file=sys.stderr)
        hush()
        return USAGE


def hush() -> None:
    """Nothing more goes to standard output, and nothing of it is left to flush at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: list[str]) -> int:
    command = arguments[0] if arguments and arguments[0] in COMMANDS else "check"
    rest = arguments[1:] if arguments and arguments[0] == command else arguments
    # Imported by name, so that only the chosen command's module is loaded.
    module = __import__(f"pgcfglint.commands.{command}", fromlist=["run"])
    try:
        return int(module.run(_options(module.add_options, command, rest)))
    except UsageError as error:
        lines = str(error).split("\n")  # some errors list what is possible
        print("error: " + "\n".join(map(clean, lines)), file=sys.stderr)
        return USAGE


def _options(add_options: Callable[[Any], None], command: str, words: list[str]) -> Any:
    """The options of a command line. Raises UsageError."""
    from pgcfglint.commands.quick import Quick, Unusual

    try:
        quick = Quick()
        add_options(quick)
        return quick.read(words)
    except Unusual:
        from pgcfglint.commands.parser import Parser

        parser = Parser(command)
        add_options(parser)
        return parser.parse_args(words)
