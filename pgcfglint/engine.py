"""From a cluster to findings: judge every rule, fold what one fix cures, say where and what it costs."""

from __future__ import annotations

from pgcfglint.expression import holds
from pgcfglint.fingerprint import fingerprint
from pgcfglint.judge import judge, written_names
from pgcfglint.model import POD, SEVERITIES, Finding, Observation, Related, Setting
from pgcfglint.platform import Effects
from pgcfglint.remedy import cures
from pgcfglint.scope import PATRONI, Scope
from pgcfglint.settle import Draft, accompany, complete, merge, with_change
from pgcfglint.vocabulary import NAMES
from pgcfglint.wording import fill

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pgcfglint.catalog import Catalog
    from pgcfglint.judge import Hit
    from pgcfglint.model import Cluster
    from pgcfglint.rulebook import Rule


def check(
    cluster: Cluster,
    catalog: Catalog,
    rules: Sequence[Rule],
    severities: Mapping[str, str],
    before: Cluster | None = None,
) -> list[Finding]:
    """The findings of one cluster, root causes only, worst first.

    `severities` overrides rules' severities by name ("off" switches a rule off); `before` is the
    cluster as it was, for the rules about changes.
    """
    scopes = scopes_of(cluster, catalog, before)
    drafts: list[Draft] = []
    for rule in rules:
        if severities.get(rule.name) != "off":
            drafts += (
                Draft(hit, severities.get(rule.name) or severity_of(hit)) for hit in judge(rule, scopes)
            )
    drafts = _without_covered(drafts)
    drafts.sort(key=_root_causes_first)
    state = _fold(drafts, scopes)
    merge(drafts, state)
    accompany(drafts, state, [rule for rule in rules if severities.get(rule.name) != "off"])
    return [_finding(draft) for draft in drafts]


def severity_of(hit: Hit) -> str:
    """The severity of a hit: the platform's, unless a condition of the rule gives another."""
    scope = hit.scopes[0]
    scope.item, scope.lets = hit.item, hit.rule.lets
    for condition, severity in hit.rule.escalate:
        if holds(condition, scope) is True:
            return severity
    return hit.rule.severity_on(scope.cluster.platform)


def scopes_of(cluster: Cluster, catalog: Catalog, before: Cluster | None = None) -> list[Scope]:
    """A scope for every group of a cluster; each knows its peers, and itself as it was `before`."""
    shared: dict[tuple[int, ...], Effects] = {}
    scopes = []
    for group in cluster.groups:
        key = tuple(
            id(setting)
            for setting in group.settings
            if setting.layer != POD or setting.name.startswith(PATRONI)
        )
        if key not in shared:
            shared[key] = Effects(cluster, group, catalog)  # groups with the same settings share them
        scopes.append(Scope(cluster, group, catalog, effects=shared[key]))
    old = {group.name: group for group in before.groups} if before is not None else {}
    for scope in scopes:
        scope.peers = scopes
        if before is not None and scope.group.name in old:
            scope.before = Scope(before, old[scope.group.name], catalog)
    return scopes


def _root_causes_first(draft: Draft) -> tuple[int, int, str]:
    """Worst first; among equals the simplest sentence, which is nearest to the cause."""
    return (SEVERITIES.index(draft.severity), len(draft.hit.rule.reads), draft.hit.rule.name)


def _without_covered(drafts: list[Draft]) -> list[Draft]:
    """Leaves out what a finding's rule covers in the same groups."""
    kept = []
    everywhere = [(draft, draft.groups) for draft in drafts]
    for draft, groups in everywhere:
        covering = [
            other
            for other, wider in everywhere
            if other is not draft and groups <= wider and _covers(other, draft)
        ]
        if not covering:
            kept.append(draft)
        for other in covering[:1]:
            other.cured.append(draft.hit.rule.name)
    return kept


def _covers(other: Draft, draft: Draft) -> bool:
    """Whether a finding is the cause of another: its rule says so (of a finding about a setting, where it
    is about that one), or it is about the value that the other one's sentence cannot mean."""
    subject, cause = draft.hit.subject, other.hit.subject
    if draft.hit.rule.name in other.hit.rule.covers:
        if draft.hit.rule.each == other.hit.rule.each == "hba":
            return subject is cause
        if not isinstance(subject, Setting) or isinstance(cause, Observation):
            return True
        named = cause.name if isinstance(cause, Setting) else other.hit.item_name
        names = (named,) if named else other.hit.rule.places
        return subject.name.lower() in (name.lower() for name in names)
    if subject is not None or not isinstance(cause, Setting) or other.severity != SEVERITIES[0]:
        return False
    if other.hit.rule.name in draft.hit.rule.covers:
        return False
    return cause.name.lower() in (name.lower() for name in draft.hit.rule.places)


def _fold(drafts: list[Draft], scopes: list[Scope]) -> dict[str, Scope]:
    """Applies the first cure of each finding in thought, worst first; what then holds is folded into it.

    A finding is described in the state that the cures of more severe findings leave (a warning
    about a pod that is about to get a bigger limit speaks of the bigger limit), and its remedies in
    the state that all earlier cures leave, so that they fit together. Returns the state that all leave.
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
            with_change(state, draft.cures[0])
            _fold_into(draft, draft.changed.lower(), drafts, index + 1, state)
        index += 1
    return state


def _cure_in(draft: Draft, state: Mapping[str, Scope]) -> None:
    """The remedies of a finding, computed where all earlier ones are in force."""
    scopes = [state[scope.group.name] for scope in draft.hit.scopes]
    for scope in scopes:
        scope.item, scope.lets = draft.hit.item, draft.hit.rule.lets
    draft.cures = cures(draft.hit.rule, scopes, draft.hit.item_name)


def _fold_into(
    draft: Draft, changed: str, drafts: list[Draft], start: int, state: Mapping[str, Scope]
) -> None:
    scopes = list(state.values())
    for later in drafts[start:]:
        if isinstance(later.hit.subject, (Setting, Observation)) or changed not in later.hit.rule.concerns:
            continue
        if not _again(later, scopes):
            drafts.remove(later)
            draft.cured += [later.hit.rule.name, *later.cured]


def _again(draft: Draft, scopes: list[Scope]) -> list[Hit]:
    """The hits of a finding's rule in another state that concern the same groups."""
    groups = draft.groups
    return [
        hit for hit in judge(draft.hit.rule, scopes) if groups & {scope.group.name for scope in hit.scopes}
    ]


def _describe_again(drafts: list[Draft], state: Mapping[str, Scope]) -> None:
    """Restates findings in the state that more severe cures leave."""
    thought = {name for scope in state.values() for name in scope.thought}
    for draft in drafts:
        rule = draft.hit.rule
        if isinstance(draft.hit.subject, (Setting, Observation)) or not thought.intersection(rule.concerns):
            continue
        hits = _again(draft, list(state.values()))
        if hits:
            draft.hit = hits[0]
            changed = [name for name in rule.reads if name.lower() in thought]
            shown = {name: draft.hit.scopes[0].show(name) for name in changed}
            proposed = " and ".join(f"{name} {value}" for name, value in shown.items())
            draft.note = f" (with {proposed}, as proposed above)" if proposed else ""


def _finding(draft: Draft) -> Finding:
    hit, rule = draft.hit, draft.hit.rule
    main = hit.scopes[0]
    message = _filled(rule.message, hit, main) + "".join(
        _filled(rule.also, hit, scope) for scope in hit.scopes[1:]
    )
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
        remedies=tuple(complete(cure.remedy) for cure in draft.cures),
        cures=tuple(dict.fromkeys(draft.cured)),
        fingerprint=fingerprint(rule.name, hit.location.path, hit.location.keys, parameter, value),
    )


def _filled(template: tuple[object, ...], hit: Hit, scope: Scope) -> str:
    scope.item, scope.lets = hit.item_in(scope), hit.rule.lets
    return fill(template, scope)


def _values(hit: Hit, written: list[str]) -> tuple[str | None, str | None, str | None]:
    """The parameter a finding is about, its value as written and the value that will run, masked."""
    if isinstance(hit.subject, Observation):
        fields = hit.subject.fields
        return fields.get("parameter"), fields.get("value"), fields.get("effective")
    if isinstance(hit.subject, Setting):
        item = hit.scopes[0].item_of(hit.subject)
        return hit.subject.name, item["setting.written"], item.runs
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
    rule, main = hit.rule, hit.scopes[0]
    main.item, main.lets = hit.item, rule.lets
    names = list(written[1:])
    names += (name for name, condition in rule.related if holds(condition, main) is True)
    # The other groups' places matter where the message has their numbers.
    scopes = hit.scopes if rule.also else hit.scopes[:1]
    found: dict[tuple[str, int], Related] = {}
    for scope in scopes:
        for name in names:
            setting = scope.setting(name)
            if setting is not None and not scope.is_thought(name) and setting.location != hit.location:
                key = (setting.location.path, setting.location.line)
                owner = f"{name} of {scope.group.name}" if name in NAMES else name
                found.setdefault(key, Related(setting.location, owner))
    if rule.each == "parameter":
        _add_peers(found, hit)
    return tuple(found.values())


def _add_peers(found: dict[tuple[str, int], Related], hit: Hit) -> None:
    """The places of the same parameter in the other groups."""
    for scope in hit.scopes:
        for setting in (*scope.group.settings, *scope.group.live):
            same = setting.name.lower() == hit.item_name.lower() and setting.location != hit.location
            if same:
                key = (setting.location.path, setting.location.line)
                found.setdefault(key, Related(setting.location, f"{setting.name} of {scope.group.name}"))
