"""The benchmarks: a cold start, the evaluation alone, many files, growth, what rules cost; beside others.

    python bench/run.py            the whole table, some minutes
    python bench/run.py --smoke    a short run that fails when a bound is broken (what CI does)

See README.md beside this file for what is measured and why.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import inputs
from install import CACHE, TREE, checkov, environment
from measure import interleaved, once
from rulecount import installs

if TYPE_CHECKING:
    from measure import Result

EXAMPLE = TREE / "examples" / "citus-cluster" / "values.yaml"
STACK = (EXAMPLE, EXAMPLE.with_name("values-production.yaml"))
EVALUATE = Path(__file__).with_name("evaluate.py")
SCHEMA = Path(__file__).with_name("values.schema.json")

COLD, COLD_LIMIT = 0.5, 0.85
"""A cold run on one values file, as a part of yamllint's on the same file: the target, and the limit beyond
which a run fails. The rules outgrew the targets; the limits hold what is reached until they are met."""
EVALUATION, EVALUATION_LIMIT = 10.0, 20.0
"""Milliseconds of CPU that one cluster of four groups takes once all is loaded."""
RATE, RATE_LIMIT = 15, 0.8
"""Files a second over 1,000 files, as a multiple of yamllint's rate."""


def table(title: str, head: list[str], rows: list[list[str]]) -> None:
    """Print a Markdown table."""
    print(f"\n## {title}\n")
    for row in (head, ["---"] + ["---:"] * (len(head) - 1), *rows):
        print("| " + " | ".join(row) + " |")
    sys.stdout.flush()


def works(scripts: Path) -> None:
    """Stop unless the installed program finds what it must: a traceback would be fast, too."""
    command = [str(scripts / "pgcfglint"), str(EXAMPLE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 1 or "shared-buffers-low" not in done.stdout:
        raise SystemExit(f"bench: {' '.join(command)} did not do its work:\n{done.stdout}{done.stderr}")


def cold(scripts: Path, rounds: int, *, with_checkov: bool) -> float:
    """One values file, nothing warmed but the disk's cache; returns the ratio to yamllint."""
    file = str(EXAMPLE)
    commands = {
        "python -c pass": [str(scripts / "python"), "-c", "pass"],
        "pgcfglint": [str(scripts / "pgcfglint"), file],
        "yamllint": [str(scripts / "yamllint"), file],
        "check-jsonschema": [str(scripts / "check-jsonschema"), "--schemafile", str(SCHEMA), file],
    }
    results = interleaved(commands, rounds)
    if with_checkov:  # some seconds a run, so not one for every round
        command = [str(checkov()), "--quiet", "--framework", "kubernetes", "--file", file]
        results |= interleaved({"checkov": command}, min(rounds, 3))
    floor, yamllint = results["python -c pass"], results["yamllint"]
    rows = [
        [
            name,
            f"{result.wall * 1000:.0f}",
            f"{result.least * 1000:.0f}",
            f"{result.peak:.0f}",
            f"{result.ratio(floor):.2f}",
            f"{result.ratio(yamllint):.2f}",
        ]
        for name, result in results.items()
    ]
    size = EXAMPLE.stat().st_size
    head = ["command", "median ms", "min ms", "peak MB", "× python", "× yamllint"]
    table(f"Cold, one values file of {size / 1000:.1f} kB ({rounds} rounds)", head, rows)
    return results["pgcfglint"].fair_ratio(yamllint)


def evaluation(scripts: Path, rounds: int) -> float:
    """One cluster of four groups judged by all rules, everything loaded; returns the least ms of CPU time."""
    command = [str(scripts / "python"), "-I", str(EVALUATE), str(rounds), *map(str, STACK)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    groups, count, found, least, usual = done.stdout.split()
    if groups != "4" or int(found) == 0:
        raise SystemExit(f"bench: {' '.join(command)} did not do its work:\n{done.stdout}")
    head = ["groups", "rules", "findings", "median ms", "min ms"]
    row = [groups, count, found, f"{float(usual):.1f}", f"{float(least):.1f}"]
    table(f"Evaluation of one cluster, CPU time ({rounds} rounds)", head, [row])
    return float(least)


def many(scripts: Path, folder: Path, counts: list[int], peers: int, rounds: int) -> float:
    """Many files in one run; returns the rate as a multiple of yamllint's."""
    text = EXAMPLE.read_text(encoding="utf-8")
    rows = []
    results: dict[int, Result] = {}
    for count in counts:
        files = str(inputs.variants(text, folder / f"files-{count}", count))
        result = interleaved({"": [str(scripts / "pgcfglint"), files]}, rounds if count <= 1000 else 1)[""]
        results[count] = result
        rows.append(
            [
                "pgcfglint",
                f"{count:,}",
                f"{result.wall:.2f}",
                f"{count / result.wall:.0f}",
                f"{result.peak:.0f}",
            ]
        )
    few = inputs.variants(text, folder / "files-peers", peers)
    one = inputs.variants(text, folder / "files-one", 1)
    commands = {
        "yamllint": [str(scripts / "yamllint")],
        "check-jsonschema": [str(scripts / "check-jsonschema"), "--schemafile", str(SCHEMA)],
    }
    rates = {}
    for name, command in commands.items():
        # Its start is taken off: the rate is that of a run as long as ours.
        run = once([*command, *map(str, sorted(few.iterdir()))])
        start = once([*command, *map(str, one.iterdir())])
        rates[name] = (peers - 1) / (run.wall - start.wall)
        rows.append([name, f"{peers:,}", f"{run.wall:.2f}", f"{rates[name]:.0f}", f"{run.peak:.0f}"])
    table("Many files in one run", ["command", "files", "seconds", "files/s", "peak MB"], rows)
    if len(results) > 1:
        least, most = results[min(counts)], results[max(counts)]
        print(
            f"\nGrowth: {max(counts) / min(counts):.0f} times the files take"
            f" {most.wall / least.wall:.1f} times as long and {most.peak - least.peak:+.0f} MB."
        )
    return 1000 / results[1000].wall / rates["yamllint"]


def sizes(scripts: Path, folder: Path, megabytes: list[int], rounds: int) -> None:
    """One large values file."""
    text = EXAMPLE.read_text(encoding="utf-8")
    start = interleaved({"": [str(scripts / "pgcfglint"), str(EXAMPLE)]}, rounds)[""]
    rows, per_megabyte = [], []
    for size in megabytes:
        path = inputs.large(text, folder / f"values-{size}.yaml", size * 1_000_000)
        result = interleaved({"": [str(scripts / "pgcfglint"), str(path)]}, rounds)[""]
        real = path.stat().st_size / 1e6
        per_megabyte.append((result.least - start.least) / real)
        rows.append(
            [f"{real:.1f}", f"{result.wall:.2f}", f"{per_megabyte[-1] * 1000:.0f}", f"{result.peak:.0f}"]
        )
    table("One large values file", ["MB", "seconds", "ms/MB after the start", "peak MB"], rows)
    if len(rows) > 1:
        print(
            f"\nGrowth: a byte of the largest costs {per_megabyte[-1] / per_megabyte[0]:.2f} of the least's."
        )


def rules(scripts: Path, folder: Path, rounds: int) -> None:
    """The start with half, all and twice the shipped rules."""
    counts = installs(folder)
    commands = {
        f"{count} rules": [str(scripts / "python"), "-c", _PATHED.format(path=str(path)), str(EXAMPLE)]
        for count, path in counts.items()
    }
    results = interleaved(commands, rounds)
    rows = [[name, f"{r.wall * 1000:.0f}", f"{r.least * 1000:.0f}"] for name, r in results.items()]
    table(f"Start against the number of rules ({rounds} rounds)", ["rules", "median ms", "min ms"], rows)


_PATHED = """
import sys; sys.path.insert(0, {path!r})
from pgcfglint.__main__ import main; sys.exit(main())"""


def main() -> int:
    """Measure, print, and judge the bounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="few repetitions; only what has a bound")
    parser.add_argument("--with-checkov", action="store_true", help="measure checkov too (265 MB to install)")
    parser.add_argument("--ten-thousand", action="store_true", help="10,000 files as well")
    options = parser.parse_args()
    began = time.perf_counter()
    print(f"Python {platform.python_version()}, {platform.machine()}; setting up …", flush=True)
    scripts = environment()
    works(scripts)
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pgcfglint-bench-") as name:
        folder = Path(name)
        ratio = cold(scripts, 11 if options.smoke else 31, with_checkov=options.with_checkov)
        if options.smoke and ratio > COLD:
            # Few rounds on a busy machine: look again, longer, before calling it slow.
            ratio = min(ratio, cold(scripts, 41, with_checkov=False))
        spent = evaluation(scripts, 100)
        if options.smoke and spent > EVALUATION:
            spent = min(spent, evaluation(scripts, 400))
        counts = [1000] if options.smoke else [100, 1000] + [10_000] * options.ten_thousand
        rate = many(scripts, folder, counts, 60 if options.smoke else 1000, 2 if options.smoke else 5)
        if not options.smoke:
            sizes(scripts, folder, [1, 10], 5)
            rules(scripts, folder, 21)
    verdicts = [
        (ratio <= COLD, ratio <= COLD_LIMIT,
         f"cold {ratio:.2f} × yamllint (target: at most {COLD}, limit {COLD_LIMIT})"),
        (spent <= EVALUATION, spent <= EVALUATION_LIMIT,
         f"evaluation {spent:.1f} ms of CPU (target: {EVALUATION:.0f}, limit {EVALUATION_LIMIT:.0f})"),
        (rate >= RATE, rate >= RATE_LIMIT,
         f"1,000 files {rate:.1f} × yamllint's rate (target: at least {RATE}, limit {RATE_LIMIT})"),
    ]  # fmt: skip
    print()
    for good, allowed, text in verdicts:
        print(f"{'ok    ' if good else 'MISSED' if allowed else 'FAILED'} {text}")
    print(f"{time.perf_counter() - began:.0f} s in all")
    return 0 if all(allowed for _, allowed, _ in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
