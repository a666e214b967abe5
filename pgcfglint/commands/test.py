"""`pgcfglint test [POLICIES...]`: run the examples of a team's own rules."""

from __future__ import annotations

import os
import sys

from pgcfglint.cli import FINDINGS, OK, USAGE, UsageError
from pgcfglint.commands import common
from pgcfglint.examples import failures
from pgcfglint.places import place
from pgcfglint.policies import name_errors, policy_paths, read_one
from pgcfglint.record import Record
from pgcfglint.rulefile import RuleError

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from pgcfglint.policies import Policy

USUAL = "policies"
"""Where a team's rules are looked for if neither the command line nor the configuration says it."""


class Outcome(Record):
    """How one file did: ok, failed (its examples), or unusable; each message is `path:line:column: …`."""

    path: str
    state: str
    messages: tuple[str, ...] = ()


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `test`."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="POLICIES",
        help=f"rule files and folders of them (default: those of the configuration, or {USUAL}/)",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    common.add_config_options(parser)


def run(options: argparse.Namespace) -> int:
    """Run every example, report, and say by the exit code how it went."""
    folders = list(options.paths) or _configured(options)
    try:
        files = policy_paths(folders)
    except RuleError as error:
        raise UsageError(str(error)) from None
    outcomes = list(_outcomes(files))
    if not outcomes:
        raise UsageError(f"{', '.join(folders)}: no rules (*.yaml) below it")
    sys.stdout.write(_json(outcomes) if options.format == "json" else _text(outcomes))
    states = {outcome.state for outcome in outcomes}
    return USAGE if "unusable" in states else FINDINGS if "failed" in states else OK


def _configured(options: argparse.Namespace) -> list[str]:
    found = list(common.configuration(options).policies)
    if not found and os.path.isdir(USUAL):
        return [USUAL]
    if not found:
        raise UsageError(f"test needs a folder of rules; there is none in the configuration and no {USUAL}/")
    return found


def _outcomes(files: Sequence[str]) -> Iterator[Outcome]:
    read: dict[str, Policy | RuleError] = {}
    for path in files:
        try:
            read[path] = read_one(path)
        except RuleError as error:
            read[path] = error
    usable = [found for found in read.values() if not isinstance(found, RuleError)]
    wrong = {error.path: error for error in name_errors(usable)}
    for path, found in read.items():
        if isinstance(found, RuleError):
            yield Outcome(path, "unusable", (str(found),))
        else:
            yield Outcome(path, "unusable", (str(wrong[path]),)) if path in wrong else _tried(found)


def _tried(policy: Policy) -> Outcome:
    found = list(failures(policy.rule, policy.manual))
    if not found:
        return Outcome(policy.path, "ok")
    with open(policy.path, encoding="utf-8-sig") as file:
        text = file.read()
    messages = []
    for failure in found:
        line, column = place(text, failure.keys)
        which = " ".join(str(int(key) + 1) if key.isdigit() else key for key in failure.keys[1:3])
        messages.append(f"{policy.path}:{line}:{column}: {which}: {failure.message}")
    return Outcome(policy.path, "failed", tuple(messages))


def _text(outcomes: Sequence[Outcome]) -> str:
    lines = []
    for outcome in outcomes:
        lines.append(f"{outcome.state:8}  {outcome.path}")
        lines += (f"          {message}" for message in outcome.messages)
    counts = (f"{sum(1 for item in outcomes if item.state == state)} {state}" for state in _STATES)
    lines += ["", f"{len(outcomes)} rule{'s' * (len(outcomes) != 1)}: {', '.join(counts)}"]
    return "".join(f"{line}\n" for line in lines)


_STATES = ("ok", "failed", "unusable")


def _json(outcomes: Sequence[Outcome]) -> str:
    import json

    rows = [{"path": item.path, "state": item.state, "messages": list(item.messages)} for item in outcomes]
    return json.dumps({"version": 1, "rules": rows}, indent=2) + "\n"
