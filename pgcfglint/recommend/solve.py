"""From a question to values: the table's lines in their order, then the rules' own fixes."""

from __future__ import annotations

import math

from pgcfglint.engine import check, scopes_of
from pgcfglint.expression import UNKNOWN, evaluate, holds
from pgcfglint.judge import judge
from pgcfglint.recommend import table
from pgcfglint.record import Record
from pgcfglint.spelling import spell_for
from pgcfglint.units import round_for_people
from pgcfglint.vocabulary import NAMES
from pgcfglint.wording import fill

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from pgcfglint.catalog import Catalog
    from pgcfglint.model import Cluster, Finding, Remedy
    from pgcfglint.recommend.table import Row
    from pgcfglint.rulebook import Rule
    from pgcfglint.scope import Scope

ROUNDS = 20
"""How often the rules' fixes are applied before the wish is given up."""


_VERSIONS = frozenset(("pg", "citus", "patroni"))
"""Names that a wish gives and no value changes."""


class Choice(Record):
    """A value for a name in some groups, and why; `rule` where a rule asked for it, `see` a source."""

    name: str
    text: str
    groups: tuple[str, ...]
    why: str
    rule: str = ""
    see: str = ""


class Question(Record):
    """What is asked of the solver: a cluster as it is, and the free choices for it.

    `connections` None keeps what the cluster has, unless a rule wants fewer. Findings about names that the
    table does not choose count only where `all_findings` says so (a cluster made from a wish has no others).
    """

    cluster: Cluster
    connections: int | None
    workload: str = "oltp"
    all_findings: bool = True


class Advice(Record):
    """The values, the cluster with them, and what the rules still find: nothing, if the wish can be met.

    `remarks` are findings about the versions asked for, which no value can cure.
    """

    question: Question
    choices: tuple[Choice, ...]
    cluster: Cluster
    findings: tuple[Finding, ...]
    remarks: tuple[Finding, ...] = ()

    def text(self, name: str, group: str) -> str | None:
        """The value of a name in a group, None where none is recommended."""
        found = (item.text for item in self.choices if item.name == name and group in item.groups)
        return next(found, None)


class Solver:
    """Answers questions with a catalogue and the rules of a profile."""

    def __init__(self, catalog: Catalog, rules: Sequence[Rule], severities: Mapping[str, str]) -> None:
        self._catalog, self._severities = catalog, severities
        self._rules = {rule.name: rule for rule in rules}

    def answer(self, question: Question) -> Advice:
        """The recommended set for a question."""
        attempt = _Attempt(question, self._catalog)
        attempt.fill_in()
        findings = self._findings(attempt)
        for _ in range(ROUNDS):
            if not self._mend(attempt, findings):
                break
            attempt.fill_in()
            findings = self._findings(attempt)
        remarks = tuple(item for item in findings if self._is_about_versions(item))
        rest = tuple(item for item in findings if item not in remarks)
        return Advice(question, tuple(attempt.choices()), attempt.cluster(), rest, remarks)

    def _is_about_versions(self, finding: Finding) -> bool:
        rule = self._rules[finding.rule]
        return rule.each in ("group", "cluster") and _VERSIONS.issuperset(rule.concerns)

    def problems(self, answer: Advice) -> Iterator[tuple[str, str]]:
        """Every rule that is not content and what it says of the set as it is (a report folds what one fix
        cures, and here there is none)."""
        scopes = scopes_of(answer.cluster, self._catalog)
        names = dict.fromkeys(name for item in answer.findings for name in (item.rule, *item.cures))
        for name in names:
            for hit in judge(self._rules[name], scopes)[:1]:
                for scope in hit.scopes:
                    scope.item, scope.lets = hit.item_in(scope), hit.rule.lets
                yield name, fill(hit.rule.message, hit.scopes[0])

    def weighs_memory(self, rule: str) -> bool:
        """Whether a rule looks at the memory limit, so that a larger one may help."""
        return "limits.memory" in self._rules[rule].reads

    def _findings(self, attempt: _Attempt) -> list[Finding]:
        rules = tuple(self._rules.values())
        found = check(attempt.cluster(), self._catalog, rules, self._severities)
        return [item for item in found if self._counts(item, attempt)]

    def _counts(self, finding: Finding, attempt: _Attempt) -> bool:
        if attempt.question.all_findings:
            return True
        rule = self._rules[finding.rule]
        return rule.each in ("group", "cluster") and not attempt.names.isdisjoint(rule.concerns)

    def _mend(self, attempt: _Attempt, findings: Iterable[Finding]) -> bool:
        """Applies one fix of each finding; whether there was any."""
        changed = False
        for finding in findings:
            remedy = next((item for item in finding.remedies if attempt.may(item)), None)
            if remedy is not None:
                attempt.put(remedy, f"{self._rules[finding.rule].title} otherwise", finding.rule)
                changed = True
        return changed


class _Attempt:
    """Values under choice: one scope for every group, changed line by line."""

    def __init__(self, question: Question, catalog: Catalog) -> None:
        self.question = question
        self._table = table.load(question.connections, question.workload)
        self._scopes = scopes_of(question.cluster, catalog)
        self._chosen: dict[tuple[str, str], tuple[str, str, str]] = {}
        self._put: set[tuple[str, str]] = set()
        self._left_out: set[tuple[str, str]] = set()
        self.names = frozenset(row.name for row in self._table.rows)
        self._sources = {row.name: row.see for row in self._table.rows}

    def cluster(self) -> Cluster:
        """The cluster with the values chosen so far."""
        groups = tuple(scope.group for scope in self._scopes)
        return self.question.cluster.replace(groups=groups)

    def choices(self) -> Iterator[Choice]:
        """What was chosen, in the order of the table; the same value in several groups is one choice."""
        found: dict[tuple[str, str], Choice] = {}
        for (name, group), (text, why, rule) in self._chosen.items():
            known = found.get((name, text))
            groups = (group,) if known is None else (*known.groups, group)
            see = self._sources.get(name, "")
            found[name, text] = Choice(name, text, groups, known.why if known else why, rule, see)
        order = {row.name: index for index, row in enumerate(self._table.rows)}
        yield from sorted(found.values(), key=lambda item: order.get(item.name, len(order)))

    def fill_in(self) -> None:
        """The table's lines in their order; what a rule asked for stays."""
        for row in self._table.rows:
            if row.name not in NAMES and row.name not in self._scopes[0].catalog:
                continue
            for sharing in self._sharing(row.name):
                if not any(self._is_asked_for(row.name, scope.group.name) for scope in sharing):
                    self._line(row, sharing)

    def _is_asked_for(self, name: str, group: str) -> bool:
        rule = self._chosen[name, group][2] if (name, group) in self._chosen else ""
        return rule != "" or (name, group) in self._left_out

    def may(self, remedy: Remedy) -> bool:
        """Whether a fix may be applied: it gives a value that was not tried yet to a name that is free."""
        name = remedy.parameter
        if not name or (name in NAMES and name not in self.names) or (name, remedy.value) in self._put:
            return False
        if self.question.connections is not None and name == self._table.rows[0].name:  # the wish itself
            return False
        return bool(remedy.value) or any((name, group) in self._chosen for group in remedy.groups)

    def put(self, remedy: Remedy, why: str, rule: str) -> None:
        """Applies a fix."""
        name = remedy.parameter
        self._put.add((name, remedy.value))
        for sharing in self._sharing(name):
            if any(scope.group.name in remedy.groups for scope in sharing):
                self._set(name, remedy.value, sharing, lambda scope: why, rule)

    def _sharing(self, name: str) -> list[list[Scope]]:
        """The groups that share the place where a name is written; where no file passes it on, each alone."""
        together: dict[object, list[Scope]] = {}
        for scope in self._scopes:
            place = scope.home(name)
            shared = name in NAMES or scope.is_passed_on(name)
            key = (place.path, place.line, place.column) if shared else scope.group.name
            together.setdefault(key, []).append(scope)
        return list(together.values())

    def _line(self, row: Row, sharing: list[Scope]) -> None:
        for scope in sharing:
            scope.item, scope.lets = {}, self._table.lets
        if row.when is not None and any(holds(row.when, scope) is not True for scope in sharing):
            return
        values: list[Any] = [self._value(row, scope) for scope in sharing]
        if UNKNOWN in values:
            return
        value = max(values) if row.largest else min(values)
        text = spell_for(row.name, value, row.dimension)
        if row.plain and all(_runs_anyway(scope, row.name, text) for scope in sharing):
            return
        self._set(row.name, text, sharing, lambda scope: fill(row.why, scope))

    def _value(self, row: Row, scope: Scope) -> object:
        value = evaluate(row.to, scope)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return value
        value = _rounded(value, row)
        if row.holds is None:
            return max(value, row.least)
        step = row.step or 1
        low, high = math.ceil(row.least / step), math.floor(value / step)
        if high > low and not self._fits(row, scope, high * step):
            while low < high:
                middle = (low + high + 1) // 2
                low, high = (middle, high) if self._fits(row, scope, middle * step) else (low, middle - 1)
        return max(low, high) * step

    def _fits(self, row: Row, scope: Scope, value: float) -> bool:
        assert row.holds is not None
        tried = scope.tried({row.name: spell_for(row.name, value, row.dimension)})
        return holds(row.holds, tried) is not False

    def _set(
        self, name: str, text: str, sharing: list[Scope], why: Callable[[Scope], str], rule: str = ""
    ) -> None:
        for scope in sharing:
            group, index = scope.group.name, self._scopes.index(scope)
            if text == "":
                self._chosen.pop((name, group), None)
                self._left_out.add((name, group))
                settings = tuple(item for item in scope.group.settings if item.name.lower() != name.lower())
                bare = scope.group.replace(settings=settings)
                changed = type(scope)(scope.cluster, bare, scope.catalog)
            else:
                changed = scope.tried({name: text})
                changed.item, changed.lets = {}, self._table.lets
                self._chosen[name, group] = (text, why(changed), rule)
            self._scopes[index] = changed
        for scope in self._scopes:
            scope.peers = self._scopes


def _rounded(value: float, row: Row) -> float:
    if row.step is None:
        return round_for_people(value) if row.dimension == "bytes" else value
    steps = value / row.step
    return max(1, math.ceil(steps - 1e-9) if row.up else math.floor(steps + 1e-9)) * row.step


def _runs_anyway(scope: Scope, name: str, text: str) -> bool:
    """Whether a value would run if it were not written."""
    if scope.is_given(name):
        return False
    return bool(scope.amount(name) == scope.tried({name: text}).amount(name))
