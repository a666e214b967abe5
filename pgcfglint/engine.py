"""From a cluster to findings: judge every rule, fold what one fix cures, say where and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcfglint.fingerprint import fingerprint
from pgcfglint.judge import judge, written_names
from pgcfglint.model import LIVE, SEVERITIES, Finding, Observation, Related, Setting
from pgcfglint.remedy import Cure, cures
from pgcfglint.scope import Scope
from pgcfglint.vocabulary import NAMES
from pgcfglint.wording import fill

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pgcfglint.catalog import Catalog
    from pgcfglint.judge import Hit
    from pgcfglint.model import Cluster
    from pgcfglint.rulebook import Rule


class Draft:
    """A finding in the making: its hit, its cures, and the names of the findings folded into it."""

    __slots__ = ("cured", "cures", "hit", "note", "severity")

    def __init__(self, hit: Hit, severity: str) -> None:
        self.hit, self.severity = hit, severity
        self.cures: list[Cure] = []
        self.cured: list[str] = []
        self.note = ""


def check(cluster: Cluster, catalog: Catalog, rules: Sequence[Rule], severities: Mapping[str, str]) -> list[Finding]:
    """The findings of one cluster, root causes only, worst first.

    `severities` overrides rules' severities by name ("off" switches a rule off).
    """
    scopes = scopes_of(cluster, catalog)
    drafts: list[Draft] = []
    for rule in rules:
        severity = severities.get(rule.name) or rule.severity_on(cluster.platform)
        if severity != "off":
            drafts += (Draft(hit, severity) for hit in judge(rule, scopes))
    drafts = _without_covered(drafts)
    drafts.sort(key=_root_causes_first)
    _fold(drafts, scopes)
    return [_finding(draft) for draft in drafts]


def scopes_of(cluster: Cluster, catalog: Catalog) -> list[Scope]:
    """A scope for every group of a cluster; each knows its peers."""
    scopes = [Scope(cluster, group, catalog) for group in cluster.groups]
    for scope in scopes:
        scope.peers = scopes
    return scopes


def _root_causes_first(draft: Draft) -> tuple[int, int, str]:
    """Worst first; among equals the simplest sentence, which is nearest to the cause."""
    return (SEVERITIES.index(draft.severity), len(draft.hit.rule.reads), draft.hit.rule.name)


def _without_covered(drafts: list[Draft]) -> list[Draft]:
    """Leaves out what a finding's rule covers in the same groups."""
    kept = []
    for draft in drafts:
        groups = _group_names(draft)
        covering = [
            other
            for other in drafts
            if draft.hit.rule.name in other.hit.rule.covers
            and groups <= _group_names(other)
            and _same_subject(draft, other)
        ]
        if not covering:
            kept.append(draft)
        for other in covering[:1]:
            other.cured.append(draft.hit.rule.name)
    return kept


def _same_subject(draft: Draft, other: Draft) -> bool:
    """Two rules about settings cover each other only for the same setting."""
    if isinstance(draft.hit.subject, Setting) and isinstance(other.hit.subject, Setting):
        return draft.hit.subject.name.lower() == other.hit.subject.name.lower()
    return True


def _group_names(draft: Draft) -> set[str]:
    return {scope.group.name for scope in draft.hit.scopes}


def _fold(drafts: list[Draft], scopes: list[Scope]) -> None:
    """Applies the first cure of each finding in thought, worst first; what then holds is folded into it.

    A finding is described in the state that the cures of more severe findings leave (a warning
    about a pod that is about to get a bigger limit speaks of the bigger limit), and its remedies in
    the state that all earlier cures leave, so that they fit together.
    """
    state = {scope.group.name: scope for scope in scopes}
    described = dict(state)
    level = drafts[0].severity if drafts else ""
    index = 0
    while index < len(drafts):
        draft = drafts[index]
        if draft.severity != level:
            level, described = draft.severity, dict(state)
            _describe_again(drafts[index:], described)
        _cure_in(draft, state)
        if draft.cures and draft.cures[0].change is not None:
            name, text = draft.cures[0].change
            for scope in draft.cures[0].scopes:
                state[scope.group.name] = _with(state[scope.group.name], name, text, list(state.values()))
            for group, scope in state.items():
                scope.peers = list(state.values())
            _fold_into(draft, drafts, index + 1, state)
        index += 1


def _with(scope: Scope, name: str, text: str, peers: list[Scope]) -> Scope:
    changed = scope.tried({name: text})
    changed.peers = peers
    return changed


def _cure_in(draft: Draft, state: Mapping[str, Scope]) -> None:
    """The remedies of a finding, computed where all earlier ones are in force."""
    scopes = [state[scope.group.name] for scope in draft.hit.scopes]
    for scope in scopes:
        scope.item, scope.lets = draft.hit.item, draft.hit.rule.lets
    draft.cures = cures(draft.hit.rule.fixes, scopes, draft.hit.item_name)


def _fold_into(draft: Draft, drafts: list[Draft], start: int, state: Mapping[str, Scope]) -> None:
    scopes = list(state.values())
    for later in drafts[start:]:
        if isinstance(later.hit.subject, (Setting, Observation)):
            continue
        if not _again(later, scopes):
            drafts.remove(later)
            draft.cured += [later.hit.rule.name, *later.cured]


def _again(draft: Draft, scopes: list[Scope]) -> list[Hit]:
    """The hits of a finding's rule in another state that concern the same groups."""
    groups = _group_names(draft)
    return [hit for hit in judge(draft.hit.rule, scopes) if groups & {scope.group.name for scope in hit.scopes}]


def _describe_again(drafts: list[Draft], state: Mapping[str, Scope]) -> None:
    """Restates findings in the state that more severe cures leave."""
    thought = {name for scope in state.values() for name in scope.thought}
    for draft in drafts:
        rule = draft.hit.rule
        if isinstance(draft.hit.subject, (Setting, Observation)) or not thought.intersection(rule.reads):
            continue
        hits = _again(draft, list(state.values()))
        if hits:
            draft.hit = hits[0]
            changed = [name for name in rule.reads if name in thought]
            shown = {name: draft.hit.scopes[0].show(name) for name in changed}
            draft.note = ", even with " + " and ".join(f"{name} {value}" for name, value in shown.items())


def _finding(draft: Draft) -> Finding:
    hit, rule = draft.hit, draft.hit.rule
    main = hit.scopes[0]
    message = _filled(rule.message, hit, main) + "".join(_filled(rule.also, hit, scope) for scope in hit.scopes[1:])
    written = [] if hit.subject is not None else written_names(rule, main)
    parameter, value, effective = _values(hit, written)
    return Finding(
        rule=rule.name,
        severity=draft.severity,
        message=message + draft.note,
        location=hit.location,
        related=_related(hit, written),
        cluster=main.cluster.name or None,
        groups=tuple(scope.group.name for scope in hit.scopes),
        parameter=parameter,
        value=value,
        effective=effective,
        remedies=tuple(cure.remedy for cure in draft.cures),
        cures=tuple(dict.fromkeys(draft.cured)),
        fingerprint=fingerprint(rule.name, hit.location.path, hit.location.keys, parameter, value),
    )


def _filled(template: tuple[object, ...], hit: Hit, scope: Scope) -> str:
    scope.item, scope.lets = hit.item, hit.rule.lets
    return fill(template, scope)


def _values(hit: Hit, written: list[str]) -> tuple[str | None, str | None, str | None]:
    """The parameter a finding is about, its value as written and the value that will run, masked."""
    if isinstance(hit.subject, Observation):
        return None, None, None
    if isinstance(hit.subject, Setting):
        item = hit.scopes[0].item_of(hit.subject)
        effective = item["setting.effective"] if hit.subject.layer != LIVE else item["setting.live"]
        return hit.subject.name, item["setting.written"], effective if isinstance(effective, str) else None
    name = written[0] if written else next((name for name in hit.rule.places if name not in NAMES), None)
    if name is None or name in NAMES:
        return None, None, None
    setting = hit.scopes[0].setting(name)
    if setting is None:
        return name, None, hit.scopes[0].show(name)
    item = hit.scopes[0].item_of(setting)
    return name, item["setting.written"], hit.scopes[0].show(name)


def _related(hit: Hit, written: list[str]) -> tuple[Related, ...]:
    """The other places that the sentence names, in all groups concerned, each once."""
    if isinstance(hit.subject, Observation):
        return hit.subject.related
    found: dict[tuple[str, int], Related] = {}
    names = written[1:] if hit.subject is None else [name for name in hit.rule.places if name not in hit.item]
    for scope in hit.scopes:
        for name in names:
            setting = scope.setting(name)
            if setting is not None and not scope.is_thought(name) and setting.location != hit.location:
                key = (setting.location.path, setting.location.line)
                found.setdefault(key, Related(setting.location, f"{name} of {scope.group.name}"))
    return tuple(found.values())
