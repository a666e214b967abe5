"""All first remedies together: what one of them asks of another, and what they bring along."""

from __future__ import annotations

from pgcfglint.judge import judge
from pgcfglint.model import APPLIES
from pgcfglint.remedy import cures

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from pgcfglint.judge import Hit
    from pgcfglint.model import Remedy
    from pgcfglint.remedy import Cure
    from pgcfglint.rulebook import Rule
    from pgcfglint.scope import Scope

_ROUNDS = 12
"""Companions found before this gives up: rules that contradict each other would go on for ever."""


class Draft:
    """A finding in the making: its hit, its cures, and the names of the findings folded into it."""

    __slots__ = ("cured", "cures", "hit", "note", "severity")

    def __init__(self, hit: Hit, severity: str) -> None:
        self.hit, self.severity = hit, severity
        self.cures: list[Cure] = []
        self.cured: list[str] = []
        self.note = ""

    @property
    def groups(self) -> set[str]:
        """The names of the groups that the finding is about."""
        return {scope.group.name for scope in self.hit.scopes}

    @property
    def changed(self) -> str:
        """The name that the first cure changes, "" where it changes none."""
        change = self.cures[0].change if self.cures else None
        return change[0] if change is not None else ""


def with_change(state: dict[str, Scope], cure: Cure) -> None:
    """Makes the change of a cure in a state."""
    assert cure.change is not None
    name, text = cure.change
    for scope in cure.scopes:
        state[scope.group.name] = state[scope.group.name].tried({name: text})
    for scope in state.values():
        scope.peers = list(state.values())


def merge(drafts: list[Draft], state: Mapping[str, Scope]) -> None:
    """Of two findings whose first remedies give one name two values, the later value was worked out where
    the earlier one is in force and goes further: one finding says it, if that cures both."""
    for later in reversed(drafts):
        for earlier in drafts[: drafts.index(later)]:
            if earlier.changed and earlier.changed == later.changed and later.groups == earlier.groups:
                if not _hits(earlier.hit.rule, earlier.groups, state):
                    earlier.cures[0] = later.cures[0]
                    earlier.cured += [later.hit.rule.name, *later.cured]
                    drafts.remove(later)
                break


def accompany(drafts: list[Draft], state: dict[str, Scope], rules: Iterable[Rule]) -> None:
    """Gives remedies what they need beside them, so that all first remedies together leave nothing new:
    more shared_buffers may take a larger max_wal_size."""
    asked = [rule for rule in rules if rule.each in ("group", "cluster")]
    covered = {name for draft in drafts for name in draft.cured}
    for _ in range(_ROUNDS):
        thought = {name for scope in state.values() for name in scope.thought}
        if not any(
            (rule.name in covered or thought.intersection(rule.concerns)) and _companion(rule, drafts, state)
            for rule in asked
        ):
            return


def _companion(rule: Rule, drafts: Sequence[Draft], state: dict[str, Scope]) -> bool:
    """Whether a rule needed a companion, and got one."""
    said = {group for draft in drafts if draft.hit.rule is rule for group in draft.groups}
    for hit in judge(rule, list(state.values())):
        groups = {scope.group.name for scope in hit.scopes}
        if rule.judge == "smallest" and groups & said and groups != said:
            continue  # the larger groups, which have to live with the smallest one's value
        cause = next((draft for draft in reversed(drafts) if _is_cause(draft, rule, groups)), None)
        if cause is None:
            continue
        for scope in hit.scopes:
            scope.item, scope.lets = hit.item, rule.lets
        found = next((cure for cure in cures(rule, hit.scopes) if cure.change is not None), None)
        if found is None or _is_in_force(found, state):
            continue
        assert found.change is not None
        if cause.hit.item_name and cause.changed == found.change[0] and not found.change[1]:
            continue  # a value is written wrongly; whether it ought to be there is another question
        with_change(state, found)
        for draft in drafts:
            if draft.changed == found.change[0] and draft.groups >= groups:
                cause = draft  # which says another value of the same name
        cause.cures[0].remedy = _joined(cause.cures[0].remedy, found.remedy)
        return True
    return False


def _is_cause(draft: Draft, rule: Rule, groups: Collection[str]) -> bool:
    """Whether a remedy has to do with a hit: it changes a name that the rule concerns."""
    if not draft.changed or not draft.groups & set(groups):
        return False
    names = [draft.changed, *(one.parameter for one in draft.cures[0].remedy.companions)]
    return (
        draft.hit.rule is rule
        or rule.name in draft.cured
        or any(name.lower() in rule.concerns for name in names)
    )


def _is_in_force(cure: Cure, state: Mapping[str, Scope]) -> bool:
    assert cure.change is not None
    name, text = cure.change
    settings = (state[scope.group.name].setting(name) for scope in cure.scopes)
    return all(setting is not None and setting.text == text for setting in settings)


def _joined(remedy: Remedy, other: Remedy) -> Remedy:
    """A remedy and what goes with it; a later word about the same name takes the place of an earlier one."""
    if other.parameter == remedy.parameter:
        return other.replace(companions=remedy.companions)
    companions = [one for one in remedy.companions if one.parameter != other.parameter]
    companions.append(other)
    apply = max(remedy.apply, other.apply, key=APPLIES.index)
    steps = (*remedy.steps, *(step for step in other.steps if step not in remedy.steps))
    return remedy.replace(
        companions=tuple(companions), apply=apply, order=remedy.order or other.order, steps=steps
    )


def complete(remedy: Remedy) -> Remedy:
    """A remedy whose text names its companions."""
    beside = " and ".join(one.text for one in remedy.companions)
    return remedy.replace(text=f"{remedy.text}, with {beside}") if beside else remedy


def _hits(rule: Rule, groups: Collection[str], state: Mapping[str, Scope]) -> list[Hit]:
    """The hits of a rule in a state that concern the groups."""
    found = judge(rule, list(state.values()))
    return [hit for hit in found if set(groups) & {scope.group.name for scope in hit.scopes}]
