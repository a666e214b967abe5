"""`pgcfglint --fix` and `--diff`: edits files, or shows how, and reports what is left."""

from __future__ import annotations

import sys

from pgcfglint.cli import UNREADABLE
from pgcfglint.commands import common
from pgcfglint.commands.trying import fixed
from pgcfglint.fix import files
from pgcfglint.report import fixes
from pgcfglint.run import lint
from pgcfglint.sources.text import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from pgcfglint.commands.trying import Outcome
    from pgcfglint.config import Config
    from pgcfglint.fix.edits import Edit
    from pgcfglint.model import Report
    from pgcfglint.run import Task


def run(options: argparse.Namespace, task: Task, config: Config, report: Report) -> int:
    """Carries out what an edit of the files can, and reports; the exit code is that of a check afterwards.

    With --diff nothing is written: standard output holds the difference, and the exit code is that of
    the files as they are.
    """
    outcome = fixed(task, config, report)
    refused = list(outcome.refused)
    if options.diff:
        for file, text in outcome.texts:
            sys.stdout.writelines(_difference(file.path, file.text, text))
        common.say(*(f"{path}: not edited: {why}" for path, why in refused))
        common.say(fixes.would(outcome.edits, len(outcome.texts)))
        return common.exit_code(report, options, config)
    failed = []
    for file, text in outcome.texts:
        try:
            files.write(file, text)
        except files.Refused as refusal:
            failed.append(file.path)
            refused.append((file.path, str(refusal)))
    edits = [edit for edit in outcome.edits if edit.path not in failed]
    after = lint(task.paths, config=config, task=task)
    common.say(*common.target_notes(after.targets), *after.notes)
    _write(options, outcome, edits, refused, after)
    return UNREADABLE if failed else common.exit_code(after, options, config)


def _write(
    options: argparse.Namespace,
    outcome: Outcome,
    edits: list[Edit],
    refused: list[tuple[str, str]],
    after: Report,
) -> None:
    """What was done and what is left: with the report as text, beside it in any other format."""
    text = options.format == "text"
    color = common.is_coloured(options.color)
    left = outcome.left if options.verbose else ()
    done = fixes.render(edits, refused, left, color=color and text)
    if text:
        sys.stdout.writelines(done)
    else:
        common.say(*fixes.lines(edits, refused))
    common.write_report(after, options.format, color, options.verbose)
    if text:
        sys.stdout.write(fixes.count(edits, len(after.findings), verbose=options.verbose))


def _difference(path: str, old: str, new: str) -> Iterator[str]:
    """A unified difference, the values of secrets masked."""
    from difflib import unified_diff

    before, after = (_masked(path, text) for text in (old, new))
    for line in unified_diff(before, after, path, path, lineterm=""):
        yield line + "\n"


def _masked(path: str, text: str) -> list[str]:
    source = Source(path, text)
    return [source.excerpt(number) for number in range(1, len(source.lines) + 1)]
