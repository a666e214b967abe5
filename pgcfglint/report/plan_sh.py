"""The runbook as a shell script: it shows each step, asks before those that change something, and waits.

`sh plan.sh` goes through the runbook, `sh plan.sh rollback` the way back. Nothing is run by writing it.
"""

from __future__ import annotations

import re

from pgcfglint.plan.headline import merging
from pgcfglint.plan.records import condition, variables
from pgcfglint.report.plain import clean
from pgcfglint.report.plan_text import to_run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pgcfglint.plan.records import Plan, Step
    from pgcfglint.report import Options

_HEAD = """\
set -eu

stop() {
  printf 'stopped: %s\\n' "$1" >&2
  exit 1
}

step() {
  printf '\\n== %s\\n' "$1"
}

confirm() {
  printf '   go on? [y/N] '
  read -r answer || answer=n
  case $answer in
    y | Y | yes) ;;
    *) stop 'not confirmed' ;;
  esac
}

# Asks once a second, for ten minutes; ends at once when a member's start has failed (3).
again() {
  [ "$1" -ne 3 ] || stop "a member does not start, see its log: $2"
  tries=$((tries + 1))
  [ "$tries" -lt 600 ] || stop "it does not come true: $2"
  sleep 1
}
"""


_EXPANDS = re.compile(r"'[^']*[$`][^']*'")
"""Single quotes around what a shell would expand, which is meant."""


def render(plans: Sequence[Plan], options: Options) -> Iterator[str]:
    """One script for all plans."""
    yield "#!/bin/sh\n"
    yield f"# Written by pgcfglint {options.version}. Read it before you run it:\n"
    yield "#   sh plan.sh            the runbook; it asks before each step that changes something\n"
    yield "#   sh plan.sh rollback   the way back, from the files that the runbook saves\n#\n"
    for plan in plans:
        yield f"# {clean(plan.name)}: {to_run(plan)}\n#   {merging(plan)}\n"
        yield from (f"# blocked: {clean(text)}\n" for text in plan.blockers)
        yield from (f"# risk: {clean(text)}\n" for text in plan.risks)
    lines = (line for plan in plans for step in plan.steps for line in step.commands)
    if any(" edit-config " in line and _EXPANDS.search(line) for line in lines):
        yield "# shellcheck disable=SC2016  # the values themselves hold such characters\n"
    yield _HEAD
    if any(plan.blockers for plan in plans):
        yield "\nstop 'the server would not start with these values'\n"
        return
    yield "\nrunbook() {\n"
    yield from _steps([step for plan in plans for step in plan.steps])
    yield "}\n\n"
    yield from (f"# not undone: {clean(text)}\n" for plan in plans for text in plan.lasting)
    yield "rollback() {\n"
    yield from _steps([step for plan in plans for step in plan.rollback])
    yield "}\n\ncase ${1:-runbook} in\n  runbook) runbook ;;\n  rollback) rollback ;;\n"
    yield '  *) stop "no $1 here: runbook or rollback" ;;\nesac\n'


def _steps(steps: Sequence[Step]) -> Iterator[str]:
    if not steps:
        yield "  step 'nothing to do'\n"
    needs = variables(steps)
    yield from (f'  : "${{{name}:?set {name}: {meaning}}}"\n' for name, meaning in needs.items())
    for number, step in enumerate(steps):
        yield "\n" if number or needs else ""
        yield f"  step {_word(f'{number}  {step.title}')}\n"
        yield from (f"  # {clean(text)}\n" for text in step.why)
        if step.confirm:
            yield "  confirm\n"
        for command in step.commands:
            yield from (f"  {line}\n" for line in _lines(command, step.title))
        yield from (f"  {line}\n" for line in step.look)


def _lines(command: str, title: str) -> Iterator[str]:
    """The lines of a command; waiting has an end."""
    for line in command.split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        awaited = condition(line.strip())
        if awaited:
            yield f"{indent}tries=0"
            yield f"{indent}until {awaited}; do again $? {_word(title)}; done"
        else:
            yield line


def _word(text: str) -> str:
    return "'" + clean(text).replace("'", "'\\''") + "'"
