"""The program: `pgcfglint` and `python -m pgcfglint`."""

from __future__ import annotations

import gc
import os
import sys


def main() -> int:
    """Run the command line and return its exit code."""
    # Nothing we build has cycles, and each collection walks all nodes: eight times slower on a 10 MB file.
    gc.disable()
    try:
        _open_output()
        from pgcfglint.cli import main as run

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        return 130


def _open_output() -> None:
    """Somewhere to write where the caller has closed it, and no character that cannot be written."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the end
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stdout.encoding.lower() != "utf-8":
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def program() -> None:
    """Run, and end at once: taking all objects apart one by one would cost some milliseconds."""
    code = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.exit(code)
    os._exit(code)


if __name__ == "__main__":
    program()
