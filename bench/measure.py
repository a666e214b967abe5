"""Whole processes, timed in interleaved rounds so that a busy machine slows all of them alike."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import NamedTuple

SPAWN = Path(__file__).with_name("spawn.py")


class Run(NamedTuple):
    """What one process took."""

    wall: float
    """Seconds on the clock."""
    cpu: float
    """Seconds of CPU, user and system."""
    peak: float
    """Peak resident memory in MB."""


class Result(NamedTuple):
    """All runs of one command, in the order of the rounds."""

    runs: list[Run]

    @property
    def wall(self) -> float:
        """Median seconds on the clock."""
        return median(run.wall for run in self.runs)

    @property
    def least(self) -> float:
        """Fewest seconds on the clock."""
        return min(run.wall for run in self.runs)

    @property
    def peak(self) -> float:
        """Largest peak memory in MB."""
        return max(run.peak for run in self.runs)

    def ratio(self, other: Result) -> float:
        """The median of the rounds' ratios to another command, on the clock."""
        return median(mine.wall / theirs.wall for mine, theirs in zip(self.runs, other.runs))

    def fair_ratio(self, other: Result) -> float:
        """The ratio that a busy machine disturbs least: on the clock, or of the least CPU time that
        each has taken, which does not count the waiting for others."""
        least = min(run.cpu for run in self.runs) / min(run.cpu for run in other.runs)
        return min(self.ratio(other), least)


def once(command: list[str], *, codes: tuple[int, ...] = (0, 1)) -> Run:
    """Run a command in silence; an exit code other than `codes` is an error of the benchmark."""
    environment = {
        name: value
        for name, value in os.environ.items()
        # What these do to a start is not what users see: no .pyc files, unbuffered output, other modules.
        if name not in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONPATH", "PYTHONHASHSEED")
    }
    spawn = [sys.executable, "-I", "-S", str(SPAWN), *command]
    answer = subprocess.run(spawn, env=environment, capture_output=True, text=True, check=True).stdout.split()
    if int(answer[3]) not in codes:
        raise SystemExit(f"bench: exit code {answer[3]} of {' '.join(command)}")
    return Run(
        float(answer[0]), float(answer[1]), int(answer[2]) / (1024 if sys.platform == "linux" else 2**20)
    )


def interleaved(commands: dict[str, list[str]], rounds: int) -> dict[str, Result]:
    """Every command once a round, in shuffled order, after one round that does not count."""
    results: dict[str, Result] = {name: Result([]) for name in commands}
    shuffled = random.Random(18)
    for number in range(rounds + 1):
        names = list(commands)
        shuffled.shuffle(names)
        for name in names:
            run = once(commands[name])
            if number:
                results[name].runs.append(run)
    return results
