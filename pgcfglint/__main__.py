"""The program: `pgcfglint` and `python -m pgcfglint`."""

from __future__ import annotations

import gc
import sys


def main() -> int:
    """Run the command line and return its exit code."""
    # Nothing we build has cycles, and each collection walks all nodes: eight times slower on a 10 MB file.
    gc.disable()
    from pgcfglint.cli import main as run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
