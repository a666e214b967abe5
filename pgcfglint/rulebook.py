"""Rules as records, and where they come from: the bundle, or the files under rules/."""

from __future__ import annotations

from pgcfglint import bundle
from pgcfglint.record import Record

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from typing import Any

    from pgcfglint.expression import Tree

    Sign = tuple[str, tuple[Any, ...], bool]

EACH = ("group", "cluster", "setting", "parameter", "database-setting", "hba", "observation")
"""What a rule's sentence can be asked of."""

PROFILES = ("default", "strict", "cis", "demo")
"""default: what every team wants; strict: opinions too; cis: what the CIS benchmark asks for besides; demo:
for a cluster that may be lost, where rules that say so (`demo`) are milder or silent."""

OF_SETTING = "setting"
"""The cost of a cure in words that changes the setting which the rule was asked of, or renames it: the
context of the parameter says it."""


class Fix(Record):
    """One way to cure: a verb on a name, or a text for a person.

    `bring` is `set` for a running cluster that has another value: the finding is not about the file.
    `to` is the value's tree, `step` what it is rounded to, `when` the condition under which this
    fix is offered, `text` a template (see sentence.read_template) for a cure that no verb says, which
    costs `apply`: one of model.APPLIES, or OF_SETTING.
    """

    verb: str
    name: str = ""
    to: Tree | None = None
    step: float | None = None
    when: Tree | None = None
    text: tuple[Any, ...] = ()
    apply: str = "none"
    dimension: str = "count"


class Rule(Record):
    """A sentence that must hold, and what to say when it does not.

    `severity` maps a platform to a severity, "default" to all others. `lets` are the rule's own
    names; numbers among them are thresholds that a configuration may set. `judge` is "any" (a
    group for which the sentence fails is enough) or "smallest" (of the groups that share the
    setting the one with the smallest memory limit decides). `sign` is a field of a setting, values, and
    whether the field must have one of them or none of them for the rule to fail, which spares asking most
    settings (derived from the sentences, as `is_of_values` and the like are). `demo` is the severity, or
    "off", in a cluster that may be lost. `escalate` gives another severity where a sentence holds.
    """

    name: str
    topic: str
    title: str
    severity: Mapping[str, str]
    assertion: Tree
    message: tuple[Any, ...]
    each: str = "group"
    lets: Mapping[str, Tree] = {}
    when: Tree | None = None
    also: tuple[Any, ...] = ()
    unset: str = "skip"
    judge: str = "any"
    covers: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    profile: str = "default"
    escalate: tuple[tuple[Tree, str], ...] = ()
    related: tuple[tuple[str, Tree], ...] = ()
    reads: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    concerns: Collection[str] = ()
    places: tuple[str, ...] = ()
    is_of_parameters: bool = False
    is_of_values: bool = False
    is_of_settings: bool = False
    sign: Sign | tuple[()] = ()
    demo: str = ""

    def severity_on(self, platform: tuple[str, ...]) -> str:
        """The severity on a platform, most specific name first."""
        return next(
            (self.severity[name] for name in platform if name in self.severity), self.severity["default"]
        )


class Manual(Record):
    """What a person reads about a rule: why, sources, examples; not needed to check."""

    why: str
    see: tuple[str, ...]
    examples: Mapping[str, Any]
    message: str
    fixes: tuple[str, ...]
    sentence: str
    when: str
    lets: Mapping[str, Any]
    wrong: str = ""


def load(profiles: tuple[str, ...] = ("default",)) -> tuple[Rule, ...]:
    """The shipped rules of some profiles, in a stable order; read once in a process."""
    if profiles not in _loaded:
        rules = _read(profiles)
        _loaded[profiles] = tuple(relaxed(rules)) if "demo" in profiles else rules
    return _loaded[profiles]


_loaded: dict[tuple[str, ...], tuple[Rule, ...]] = {}
_ALL = ("all",)


def load_all() -> tuple[Rule, ...]:
    """Every shipped rule as it is, in a stable order."""
    if _ALL not in _loaded:
        _loaded[_ALL] = _read(PROFILES)
    return _loaded[_ALL]


def _read(profiles: tuple[str, ...]) -> tuple[Rule, ...]:
    if bundle.load(bundled(profiles[0])) is None:
        from pgcfglint.rulefile import read_shipped

        return tuple(rule for rule, _ in read_shipped() if rule.profile in profiles)
    rules = [rule_from_row(row) for profile in profiles for row in bundle.load(bundled(profile))]
    return tuple(
        rules if len(profiles) == 1 else sorted(rules, key=lambda rule: f"{rule.topic}/{rule.name}.yaml")
    )


def bundled(profile: str) -> str:
    """What the bundle calls the rules of a profile: a run reads those of its own."""
    return f"rules_{profile}"


def relaxed(rules: tuple[Rule, ...]) -> Iterator[Rule]:
    """The rules as a cluster that may be lost needs them."""
    for rule in rules:
        if not rule.demo:
            yield rule
        elif rule.demo != "off":
            yield rule.replace(severity={"default": rule.demo}, escalate=())


def manuals() -> dict[str, tuple[Rule, Manual]]:
    """Every shipped rule with its manual, by name."""
    from pgcfglint.rulefile import read_shipped

    return {rule.name: (rule, manual) for rule, manual in read_shipped()}


def rule_to_row(rule: Rule) -> tuple[Any, ...]:
    """A rule as plain literals in the order of its fields, for the bundle."""
    values = {field: getattr(rule, field) for field in Rule._fields}
    values["severity"], values["lets"] = dict(rule.severity), dict(rule.lets)
    values["concerns"] = tuple(sorted(rule.concerns))
    values["fixes"] = tuple(tuple(getattr(fix, field) for field in Fix._fields) for fix in rule.fixes)
    return tuple(values.values())


def rule_from_row(row: tuple[Any, ...]) -> Rule:
    """The rule of a bundle's row."""
    values = list(row)
    values[_FIXES] = tuple(Fix(*fix) for fix in row[_FIXES])
    return Rule(*values)


_FIXES = Rule._fields.index("fixes")
