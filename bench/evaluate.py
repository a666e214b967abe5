"""How long one cluster takes to judge once all is loaded; run by the measured environment's Python.

    python bench/evaluate.py ROUNDS VALUES...

Prints the groups, the rules, the findings, and the least and the median milliseconds of CPU time.
"""

from __future__ import annotations

import gc
import sys
import time
from statistics import median

from pgcfglint import catalog, rulebook
from pgcfglint.engine import check
from pgcfglint.sources.inputs import read_inputs


def main(rounds: int, files: tuple[str, ...]) -> None:
    """Judge the stack of values files again and again; the first time compiles the sentences."""
    known = catalog.load(catalog.MAJORS[-1])
    cluster = next(found.cluster for found in read_inputs((), stacks=(files,), known=known) if found.cluster)
    rules, table = rulebook.load(), catalog.nearest(cluster.major)
    findings = check(cluster, table, rules, {})
    gc.disable()  # as the program itself does
    times = []
    for _ in range(rounds):
        began = time.process_time()
        check(cluster, table, rules, {})
        times.append(1000 * (time.process_time() - began))
        gc.collect()
    print(len(cluster.groups), len(rules), len(findings), min(times), median(times))


if __name__ == "__main__":
    main(int(sys.argv[1]), tuple(sys.argv[2:]))
