"""`--fix` and `--diff`: carries out first remedies in the files, as far as an edit of them can.

Each edit is tried before it counts: the file is read and checked again with it, and it stays only if the
finding is gone, nothing as bad has come, and everything else in the file says what it said.
"""

from __future__ import annotations

import os

from pgcfglint import catalog
from pgcfglint.engine import scopes_of
from pgcfglint.fix import files
from pgcfglint.fix.edits import Edit, edit_for, joined, written_forms
from pgcfglint.fix.yamltext import comments, differences, events, shared
from pgcfglint.model import SEVERITIES
from pgcfglint.record import Record
from pgcfglint.run import catalog_of, lint
from pgcfglint.sources.inputs import read_inputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pgcfglint.config import Config
    from pgcfglint.fix.files import Editable
    from pgcfglint.model import Cluster, Finding, MemberGroup, Report, Setting
    from pgcfglint.run import Task

    Key = tuple[str, str, int, str]
    Change = tuple[Edit, str]

_ROUNDS = 10
"""An edit may uncover what it hid; so often a file is looked at again."""


class Outcome(Record):
    """What was edited, in the order of the files; what is left and why; files refused and why; the edited
    files with their new texts."""

    edits: tuple[Edit, ...]
    left: tuple[tuple[Finding, str], ...]
    refused: tuple[tuple[str, str], ...]
    texts: tuple[tuple[Editable, str], ...]

    @property
    def instead(self) -> dict[str, str]:
        """The new texts by real path, as the readers take them."""
        return {os.path.realpath(file.path): text for file, text in self.texts}


def fixed(task: Task, config: Config, report: Report) -> Outcome:
    """The edits for what a report found; nothing is written."""
    fixer = _Fixer(task, config)
    for unit, wide in _units(task, report):
        fixer.unit(unit, wide)
    return fixer.outcome()


def _units(task: Task, report: Report) -> list[tuple[Task, Task]]:
    """The smallest tasks that judge each file as the whole one does, a chart's own values first; each with
    the one that also judges what is layered over the file."""
    paths = dict.fromkeys(item.location.path for item in report.findings)
    paths = dict.fromkeys((*paths, *report.targets))
    stacked = {path for stack in task.stacks for path in stack}
    alone = sorted(
        (path for path in paths if path in report.targets and path not in stacked),
        key=lambda path: os.path.basename(path) != "values.yaml",
    )
    units = []
    for path in alone:
        over = [each for each in alone if each != path and _folder(each) == _folder(path)]
        above = over if os.path.basename(path) == "values.yaml" else []
        units.append(
            (task.replace(paths=(path,), stacks=()), task.replace(paths=(path, *above), stacks=()))
        )  # fmt: skip
    folders = tuple(path for path in task.paths if os.path.isdir(path))
    stacks = [task.replace(paths=folders, stacks=(stack,)) for stack in task.stacks]
    return [*units, *zip(stacks, stacks)]


def _folder(path: str) -> str:
    return os.path.dirname(path)


class _Fixer:
    def __init__(self, task: Task, config: Config) -> None:
        self._options = task.options
        self._config = config
        self._edits: list[Edit] = []
        self._left: list[tuple[Finding, str]] = []
        self._refused: dict[str, str] = {}
        self._files: dict[str, Editable] = {}
        self._texts: dict[str, str] = {}

    def outcome(self) -> Outcome:
        changed = [
            (file, self._texts[real])
            for real, file in self._files.items()
            if self._texts.get(real, file.text) != file.text
        ]
        return Outcome(
            tuple(self._edits), tuple(self._left), tuple(self._refused.items()), tuple(changed)
        )  # fmt: skip

    def unit(self, unit: Task, wide: Task) -> None:
        """Edits the files of one input until nothing is left that an edit cures."""
        paths = unit.stacks[0] if unit.stacks else unit.paths
        left: list[tuple[Finding, str]] = []
        made: list[Edit] = []
        for _ in range(_ROUNDS):
            task = self._with(unit, self._texts)
            report = self._check(unit, self._texts)
            changes, left = self._changes(task, report, paths)
            before = report if wide == unit or not changes else self._check(wide, self._texts)
            accepted, declined = self._tried(wide, before, changes)
            left += declined
            if not accepted:
                break
            self._texts.update(self._after(accepted))
            made += (edit for edit, _ in accepted)
        self._edits += joined(made, {finding.rule for finding, _ in left})
        self._left += left

    def _check(self, unit: Task, texts: dict[str, str]) -> Report:
        task = self._with(unit, texts)
        return lint(task.paths, config=self._config, task=task)

    def _with(self, unit: Task, texts: dict[str, str]) -> Task:
        return unit.replace(options=unit.options.replace(instead=texts))

    # Which edits

    def _changes(
        self, task: Task, report: Report, paths: Sequence[str]
    ) -> tuple[list[Change], list[tuple[Finding, str]]]:
        """The edits that a report asks for, one for each place, and what they cannot cure."""
        scopes = [scopes_of(each, catalog_of(each)) for each in self._clusters(task)]
        changes: list[Change] = []
        left: list[tuple[Finding, str]] = []
        for finding in report.findings:
            candidates = [
                found
                for found in scopes
                if {scope.group.name for scope in found}.issuperset(finding.groups)
                and (found[0].cluster.name or None) == finding.cluster
                and finding.location.path in found[0].cluster.sources
            ]
            edits = {edit_for(finding, found, paths) for found in candidates}
            named = [each for each in edits if isinstance(each, Edit)]
            if len(candidates) != 1 and len(named) > 1:
                left.append((finding, "several clusters in the file go by this name"))
            elif not named:
                left.append((finding, _reason(edits)))
            elif all(each.location != named[0].location for each, _ in changes):
                change = self._change(task, named[0])
                if isinstance(change, str):
                    left.append((finding, change))
                else:
                    changes.append(change)
        return changes, left

    def _change(self, task: Task, edit: Edit) -> Change | str:
        """The edit with the text that it writes, or why it is not made."""
        file = self._file(edit.path)
        if file is None:
            return f"{edit.path} is not edited"
        text = self._text(file)
        anchored = shared(text, edit.location.line, edit.location.column)
        if anchored is not None:
            return f"the value is used elsewhere too, as *{anchored.name} on line {anchored.line}"
        there = files.there(text, edit)
        if there is None:
            return "the value is not written on one line as it is read"
        for written in written_forms(there, edit.new):
            if self._means(task, edit, written):
                return edit, written
        return "the new value cannot be written in the place of the old one"

    def _file(self, path: str) -> Editable | None:
        real = os.path.realpath(path)
        if real not in self._files and path not in self._refused:
            try:
                self._files[real] = files.load(path)
            except files.Refused as refusal:
                self._refused[path] = str(refusal)
        return self._files.get(real)

    def _text(self, file: Editable) -> str:
        return self._texts.get(os.path.realpath(file.path), file.text)

    def _after(self, changes: Iterable[Change]) -> dict[str, str]:
        """The texts of the files with some edits."""
        texts = {}
        for path in dict.fromkeys(edit.path for edit, _ in changes):
            file = self._file(path)
            assert file is not None
            mine = [change for change in changes if change[0].path == path]
            texts[os.path.realpath(path)] = files.replaced(self._text(file), mine)
        return texts

    # What they do

    def _clusters(self, task: Task) -> list[Cluster]:
        options = task.options.replace(config={**self._config.targets, **task.options.config})
        known = catalog.load(catalog.MAJORS[-1])
        inputs = read_inputs(task.paths, stacks=task.stacks, options=options, known=known)
        return [found.cluster for found in inputs if found.cluster is not None]

    def _means(self, task: Task, edit: Edit, written: str) -> bool:
        """Whether, with the edit, the place is read as the new value and all else as before."""
        after = self._after([(edit, written)])
        (new,) = after.values()
        file = self._file(edit.path)
        assert file is not None
        old = self._text(file)
        if events(old) is not None:
            changed = differences(old, new)
            if changed is None or len(changed) != 1 or comments(old) != comments(new):
                return False
        before = self._clusters(task)
        now = self._clusters(self._with(task, {**task.options.instead, **after}))
        return len(before) == len(now) and all(_same(one, other, edit) for one, other in zip(before, now))

    def _tried(
        self, unit: Task, before: Report, changes: list[Change]
    ) -> tuple[list[Change], list[tuple[Finding, str]]]:
        """The edits that may stay: all of them, else those that may one after the other."""
        if not changes or not _objection(before, self._with_edits(unit, changes), changes):
            return changes, []
        accepted: list[Change] = []
        declined = []
        for change in changes:
            after = self._with_edits(unit, [*accepted, change])
            objection = _objection(before, after, [change])
            if objection:
                declined.append((change[0].finding, objection))
            else:
                accepted.append(change)
                before = after
        return accepted, declined

    def _with_edits(self, unit: Task, changes: list[Change]) -> Report:
        return self._check(unit, {**self._texts, **self._after(changes)})


def _objection(before: Report, after: Report, changes: list[Change]) -> str:
    """Why some edits may not stay, seen in the reports without and with them; "" if they may."""
    found = {_key(finding): finding for finding in after.findings}
    folded = _folded(after) - _folded(before)
    for edit, _ in changes:
        if _key(edit.finding) in found or edit.finding.rule in folded:
            return f"{edit.remedy.parameter}: {edit.new} alone does not cure it"
    old = {_key(finding) for finding in before.findings}
    uncovered = {name for edit, _ in changes for name in edit.finding.cures}
    mildest = max(SEVERITIES.index(edit.finding.severity) for edit, _ in changes)
    for key, finding in found.items():
        as_bad = SEVERITIES.index(finding.severity) <= mildest
        if key not in old and as_bad and finding.rule not in uncovered:
            return f"{changes[0][0].remedy.text} would lead to {finding.rule}"
    return ""


def _reason(edits: Iterable[Edit | str]) -> str:
    """Why none of the clusters of a file has an edit."""
    reasons = sorted(each for each in edits if isinstance(each, str))
    return reasons[0] if reasons else "it is about the file, not a value"


def _folded(report: Report) -> set[str]:
    """The rules that do not hold and stand behind other findings, which cure them too."""
    return {name for finding in report.findings for name in finding.cures}


def _key(finding: Finding) -> Key:
    return (finding.rule, finding.location.path, finding.location.line, finding.parameter or "")


def _same(before: Cluster, now: Cluster, edit: Edit) -> bool:
    """Whether two readings differ in the edited value alone."""
    if len(before.groups) != len(now.groups):
        return False
    plain = before.replace(groups=(), databases=(), observations=(), hba=(), targets=())
    if plain != now.replace(groups=(), databases=(), observations=(), hba=(), targets=()):
        return False
    if [line.text for line in before.hba] != [line.text for line in now.hba]:
        return False
    if [item.name for item in before.databases] != [item.name for item in now.databases]:
        return False
    pairs = zip(before.groups, now.groups)
    return all(_same_group(one, other, edit) for one, other in pairs)


def _same_group(before: MemberGroup, now: MemberGroup, edit: Edit) -> bool:
    if (before.name, before.number, len(before.settings)) != (now.name, now.number, len(now.settings)):
        return False
    return all(_same_setting(one, other, edit) for one, other in zip(before.settings, now.settings))


def _same_setting(before: Setting, now: Setting, edit: Edit) -> bool:
    if before.location == edit.location:
        return now.name == before.name and now.layer == before.layer and now.text == edit.new
    moved = before.location.replace(column=now.location.column, end_column=now.location.end_column)
    return before.replace(location=moved) == now
