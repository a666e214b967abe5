"""Asks the sentence of a rule of every group, setting or observation: the double loop of the linter."""

from __future__ import annotations

from pgcfglint.expression import UNKNOWN, compiled, holds
from pgcfglint.items import observation_item
from pgcfglint.model import OPTION, POD, Setting
from pgcfglint.vocabulary import NAMES

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from pgcfglint.expression import Function
    from pgcfglint.model import Location, Observation
    from pgcfglint.rulebook import Rule
    from pgcfglint.scope import Scope

    Shared = tuple[Setting, list[Scope], list[list[Scope]]]
    """A setting, the scopes that share it, and they again, put together where they see the same in it."""


class Hit:
    """A sentence that is false: for which scopes (the representative one first), and for what item."""

    __slots__ = ("item", "location", "rule", "scopes", "subject")

    def __init__(
        self,
        rule: Rule,
        scopes: list[Scope],
        location: Location,
        subject: Setting | Observation | None = None,
        item: Mapping[str, Any] | None = None,
    ) -> None:
        self.rule, self.scopes, self.location = rule, scopes, location
        self.subject, self.item = subject, item or {}

    @property
    def item_name(self) -> str:
        """The name of the setting that the rule was asked of, "" for other rules."""
        return self.subject.name if isinstance(self.subject, Setting) and self.rule.each != "hba" else ""

    def item_in(self, scope: Scope) -> Mapping[str, Any]:
        """The names of the item as one of the scopes sees them."""
        if self.rule.each in ("setting", "parameter") and isinstance(self.subject, Setting):
            return scope.item_of(self.subject)
        return self.item


def judge(rule: Rule, scopes: list[Scope]) -> list[Hit]:
    """Where a rule's sentence is false."""
    return list(_JUDGES[rule.each](rule, scopes))


_sentences: dict[int, tuple[Rule, Function | None, Function]] = {}


def _fails(rule: Rule, scope: Scope, item: Mapping[str, Any]) -> bool:
    scope.item, scope.lets = item, rule.lets
    known = _sentences.get(id(rule))
    if known is None:
        when = compiled(rule.when) if rule.when is not None else None
        # The rule is kept with its sentences, so that no other can take its identity.
        known = _sentences[id(rule)] = (rule, when, compiled(rule.assertion))
    _, when, assertion = known
    if when is not None:
        applies = when(scope)
        if applies is UNKNOWN or not applies:
            return False
    value = assertion(scope)
    return value is not UNKNOWN and not value


def _is_asked(rule: Rule, scope: Scope) -> bool:
    """Omissions are judged only by rules that say so: else a parameter of the sentence must be written."""
    return rule.unset == "judge" or not rule.asks or any(map(scope.counts, rule.asks))


def _asked_and_failing(rule: Rule, scopes: list[Scope]) -> list[Scope]:
    """The scopes for which the sentence is false; where it looks at parameters only, scopes with the same
    effects give the same answer, and where it looks at values only, those whose pods are the same too."""
    if len(scopes) == 1 or not (rule.is_of_parameters or rule.is_of_values):
        return [scope for scope in scopes if _is_asked(rule, scope) and _fails(rule, scope, {})]
    answers: dict[Any, bool] = {}
    failing = []
    for scope in scopes:
        key = id(scope.effects) if rule.is_of_parameters else scope.kind
        if key not in answers:
            answers[key] = _is_asked(rule, scope) and _fails(rule, scope, {})
        if answers[key]:
            failing.append(scope)
    return failing


def _groups(rule: Rule, scopes: list[Scope]) -> Iterator[Hit]:
    failing = _asked_and_failing(rule, scopes)
    together: dict[tuple[Any, ...], list[Scope]] = {}
    for scope in failing:
        place = primary_place(rule, scope)
        together.setdefault((place.path, place.line, place.column), []).append(scope)
    for sharing in together.values():
        sharing.sort(key=_memory)
        if rule.judge == "smallest" and not _smallest_fails(rule, sharing, scopes):
            continue
        yield Hit(rule, sharing, primary_place(rule, sharing[0]))


def _cluster(rule: Rule, scopes: list[Scope]) -> Iterator[Hit]:
    failing = _asked_and_failing(rule, scopes)
    if failing:
        yield Hit(rule, failing, primary_place(rule, failing[0]))


def _memory(scope: Scope) -> float:
    limit = scope.amount("limits.memory")
    return float("inf") if limit is UNKNOWN else limit


def _smallest_fails(rule: Rule, failing: list[Scope], scopes: list[Scope]) -> bool:
    """Whether the group with the smallest limit among those that share the setting is among the failing."""
    place = primary_place(rule, failing[0])
    sharing = [scope for scope in scopes if primary_place(rule, scope) == place]
    return min(sharing, key=_memory) in failing


def _settings(rule: Rule, scopes: list[Scope]) -> Iterator[Hit]:
    for setting, sharing, alike in _concerned(rule, scopes):
        if rule.is_of_settings:
            failing = _failing_alike(rule, setting, sharing, alike)
        else:
            failing = [scope for scope in sharing if _fails(rule, scope, scope.item_of(setting))]
        if failing:
            yield Hit(rule, failing, setting.location, setting, failing[0].item_of(setting))
    main = scopes[0]
    for database in main.cluster.databases:
        for setting in database.settings:
            item = main.item_of(setting, database.name)
            if _fails(rule, main, item):
                yield Hit(rule, scopes[:1], setting.location, setting, item)


def _concerned(rule: Rule, scopes: list[Scope]) -> list[Shared]:
    """The written settings that bear the sign of a rule: the others need not be asked."""
    if not rule.sign:
        return written_settings(scopes)
    field, values, wanted = rule.sign
    by_value = _written_by(field, scopes)
    if wanted:
        bearing = [value for value in by_value if value in values]
    else:
        bearing = [value for value in by_value if value is not UNKNOWN and value not in values]
    found = {place: shared for value in bearing for place, shared in by_value[value]}
    return [found[place] for place in sorted(found)]


def _written_by(field: str, scopes: list[Scope]) -> dict[Any, list[tuple[int, Shared]]]:
    """The written settings by a field's value, each with its place among them; sorted out once."""
    memo, key = scopes[0].memo, (field, len(scopes))
    if key not in memo:
        by_value: dict[Any, list[tuple[int, Shared]]] = {}
        for place, shared in enumerate(written_settings(scopes)):
            for same in shared[2]:
                by_value.setdefault(same[0].item_of(shared[0])[field], []).append((place, shared))
        memo[key] = by_value
    found: dict[Any, list[tuple[int, Shared]]] = memo[key]
    return found


def _failing_alike(
    rule: Rule, setting: Setting, sharing: list[Scope], alike: list[list[Scope]]
) -> list[Scope]:
    """The scopes for which the sentence is false; of those that see the same, one is asked."""
    failing = [scope for same in alike if _fails(rule, same[0], same[0].item_of(setting)) for scope in same]
    return failing if len(alike) == 1 else [scope for scope in sharing if scope in failing]


def _alike(sharing: list[Scope]) -> list[list[Scope]]:
    """The scopes put together by what a setting comes to: the effects and the dump of the group."""
    together: dict[tuple[int, int], list[Scope]] = {}
    for scope in sharing:
        together.setdefault((id(scope.effects), id(scope.group.live)), []).append(scope)
    return list(together.values())


def written_settings(scopes: list[Scope]) -> list[Shared]:
    """Every parameter written in the groups or their dumps, with the scopes that share it."""
    memo = scopes[0].memo
    known = memo.get(("written", len(scopes)))
    if known is None:
        together: dict[int, tuple[Setting, list[Scope]]] = {}
        for scope in scopes:
            for setting in (*scope.group.settings, *scope.group.live):
                taken_out = setting.kind == "null" and scope.is_thought(setting.name)
                if setting.layer != POD and setting.name not in NAMES and not taken_out:
                    together.setdefault(id(setting), (setting, []))[1].append(scope)
        known = memo["written", len(scopes)] = [
            (setting, sharing, _alike(sharing)) for setting, sharing in together.values()
        ]
    written: list[Shared] = known
    return written


def _parameters(rule: Rule, scopes: list[Scope]) -> Iterator[Hit]:
    """One hit for each name, however many groups write it."""
    seen: dict[str, Hit] = {}
    for setting, sharing, _ in written_settings(scopes):
        known = seen.get(setting.name.lower())
        if known is not None:
            known.scopes += (scope for scope in sharing if scope not in known.scopes)
        elif _fails(rule, sharing[0], sharing[0].item_of(setting)):
            item = sharing[0].item_of(setting)
            seen[setting.name.lower()] = Hit(rule, list(sharing), setting.location, setting, item)
    yield from seen.values()


def _database_settings(rule: Rule, scopes: list[Scope]) -> Iterator[Hit]:
    for database in scopes[0].cluster.databases:
        for setting in database.settings:
            item = scopes[0].item_of(setting, database.name)
            if _fails(rule, scopes[0], item):
                yield Hit(rule, scopes, setting.location, setting, item)


def _observations(rule: Rule, scopes: list[Scope]) -> Iterator[Hit]:
    for observation, item in _observed(scopes[0]):
        if _fails(rule, scopes[0], item):
            concerned = [scope for scope in scopes if scope.group.name == observation.fields.get("group")]
            yield Hit(rule, concerned or scopes, observation.location, observation, item)


def _observed(scope: Scope) -> list[tuple[Observation, Mapping[str, Any]]]:
    """The observations with their names, made once for all rules."""
    if "observed" not in scope.memo:
        seen = scope.cluster.observations
        scope.memo["observed"] = [(observation, observation_item(observation)) for observation in seen]
    found: list[tuple[Observation, Mapping[str, Any]]] = scope.memo["observed"]
    return found


def _hba(rule: Rule, scopes: list[Scope]) -> Iterator[Hit]:
    from pgcfglint.hba import hba_item

    for line in scopes[0].cluster.hba:
        item = hba_item(line, scopes[0].cluster.hba)
        if _fails(rule, scopes[0], item):
            yield Hit(rule, scopes, line.location, line, item)


_JUDGES = {
    "group": _groups,
    "cluster": _cluster,
    "setting": _settings,
    "parameter": _parameters,
    "database-setting": _database_settings,
    "observation": _observations,
    "hba": _hba,
}


def primary_place(rule: Rule, scope: Scope) -> Location:
    """Where a finding of a group rule stands: the parameter of the first fix, if the sentence names it
    and the file writes it; else the first parameter, else the first name, that is written; else where
    the first name would be written."""
    written = written_names(rule, scope)
    if not written:
        first = rule.places[0] if rule.places else ""
        return scope.home(first)
    return scope.home(written[0])


def written_names(rule: Rule, scope: Scope) -> list[str]:
    """The names of a rule that the input writes (not those changed in thought), the primary one first."""
    if rule.name not in scope.places:
        scope.places[rule.name] = _written_names(rule, scope)
    return scope.places[rule.name]


def _written_names(rule: Rule, scope: Scope) -> list[str]:
    written = [name for name in rule.places if _counts(name, scope)]
    parameters = [name for name in written if name not in NAMES]
    first = parameters[:1] or written[:1]
    if len(parameters) > 1:
        # The conditions of fixes are asked only where they decide.
        fixed = next((fix.name for fix in _offered(rule, scope) if fix.name in parameters), None)
        first = [fixed] if fixed is not None else first
    return [*first, *(name for name in written if name not in first)]


def _counts(name: str, scope: Scope) -> bool:
    """Whether a name is written where it matters: not in thought, and passed on."""
    setting = scope.setting(name)
    if setting is None or setting.kind == OPTION or scope.is_thought(name):
        return False
    return name in NAMES or scope.is_passed_on(name)


def _offered(rule: Rule, scope: Scope) -> Iterator[Any]:
    for fix in rule.fixes:
        if fix.when is None:
            yield fix
        else:
            scope.lets = rule.lets
            if holds(fix.when, scope) is True:
                yield fix
