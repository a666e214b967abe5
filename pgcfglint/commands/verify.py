"""`pgcfglint verify [PATH...] --live [GROUP=]DUMP`: the checklist after a change."""

from __future__ import annotations

from pgcfglint.commands import comparing

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    import argparse


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `verify`."""
    comparing.add_options(parser)


def run(options: argparse.Namespace) -> int:
    """Go through the checklist, and say by the exit code whether all of it holds."""
    return comparing.write(comparing.compare(options, "verify", strict=True), options, "render_checklist")
