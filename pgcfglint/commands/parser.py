"""The command line with all that belongs to it: help, versions, errors that name the near miss."""

from __future__ import annotations

import argparse
import os

from pgcfglint import __version__
from pgcfglint.cli import COMMANDS, EXIT_CODES, UsageError


class Parser(argparse.ArgumentParser):
    """A parser of one command's options; errors name the near miss."""

    def __init__(self, command: str) -> None:
        width = (
            int(os.environ.get("COLUMNS", "100") or 100) if os.environ.get("COLUMNS", "").isdigit() else 100
        )
        # Named, so that argparse does not import shutil to measure the terminal.
        formatter = lambda prog: argparse.RawDescriptionHelpFormatter(prog, max_help_position=30, width=width)  # noqa: E731
        others = "\n".join(f"  {name:9} {text}" for name, text in COMMANDS.items())
        super().__init__(
            prog="pgcfglint" if command == "check" else f"pgcfglint {command}",
            description=f"pgcfglint {command}: {COMMANDS[command]}",
            epilog=f"commands:\n{others}\n\n{EXIT_CODES}",
            formatter_class=formatter,
            allow_abbrev=False,
        )
        self.add_argument("--version", action="version", version=f"pgcfglint {__version__}")

    def error(self, message: str) -> None:  # type: ignore[override]  # raises instead of exiting
        """Raises UsageError, with the option that was probably meant."""
        raise UsageError(message + self._meant(message))

    def _meant(self, message: str) -> str:
        from pgcfglint.catalog import suggest

        known = [option for action in self._actions for option in action.option_strings]
        for word in message.split():
            if word.startswith("--") and word not in known:
                nearest = suggest(word.split("=")[0], known)
                if nearest:
                    return f"; did you mean {nearest}?"
        return ""
