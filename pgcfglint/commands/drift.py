"""`pgcfglint drift [PATH...] --live [GROUP=]DUMP`: declared, dynamic configuration, running; side by side."""

from __future__ import annotations

from pgcfglint.commands import comparing

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    import argparse


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `drift`."""
    comparing.add_options(parser)


def run(options: argparse.Namespace) -> int:
    """Compare, show, and say by the exit code how it went."""
    return comparing.write(comparing.compare(options, "drift", strict=False), options, "render")
