"""What a comparison found, as observations: the rules in rules/drift judge them."""

from __future__ import annotations

from pgcfglint.drift import rows as causes
from pgcfglint.live.edit import SWITCHES
from pgcfglint.model import Observation, Related
from pgcfglint.platform import apply_of
from pgcfglint.platform.dynamic import is_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcfglint.catalog import Catalog
    from pgcfglint.drift.compare import Comparison
    from pgcfglint.drift.rows import Cause, Row
    from pgcfglint.model import Cluster, LiveState

_LEADS = ("leader", "standby leader", "standby_leader", "primary", "master")
"""The role of the member that leads, as lists and REST answers of all versions call it."""
_OF_SETTINGS = (causes.NOT_APPLIED, *causes.EXPLAINED)
"""Causes that a rule asks of the settings themselves, or that are none."""


def observed(cluster: Cluster, catalog: Catalog) -> Cluster:
    """The cluster with what its dumps show, for `check`."""
    from pgcfglint.drift import compare

    seen = [each for comparison in compare(cluster, catalog) for each in observations(comparison)]
    seen = list(_once(seen, len(cluster.groups)))
    return cluster.replace(observations=(*cluster.observations, *seen)) if seen else cluster


def _once(seen: list[Observation], groups: int) -> Iterator[Observation]:
    """What all groups have in common, once: a release is the whole cluster's."""
    told: dict[tuple[str, ...], list[Observation]] = {}
    for each in seen:
        if each.kind == causes.RELEASE:
            told.setdefault(tuple(each.fields[name] for name in ("name", "wanted", "other")), []).append(each)
    everywhere = [same for same in told.values() if len(same) == groups]
    for each in seen:
        same = next((some for some in everywhere if each in some), None)
        if same is None:
            yield each
        elif same[0] is each:
            yield each.replace(fields={**each.fields, "group": ""})


def observations(comparison: Comparison) -> Iterator[Observation]:
    """An observation for every cause of every row, and one for members that wait for who knows what."""
    waits = False
    for row in comparison.rows():
        for cause in row.causes:
            waits = waits or cause.kind == causes.PENDING
            if cause.kind not in _OF_SETTINGS:
                yield _observation(comparison, row, cause)
    for edit in comparison.seen.edits:
        yield from edited(comparison, edit)
    unnamed = comparison.seen.unnamed
    if unnamed and not waits:
        names = ", ".join(member.name for member in unnamed)
        fields = {"names": names, "count": str(len(unnamed)), "group": comparison.group.name}
        places = tuple(Related(member.location) for member in unnamed[1:])
        yield Observation("pending-unnamed", unnamed[0].location, places, fields)


def edited(comparison: Comparison, edit: LiveState) -> Iterator[Observation]:
    """An observation for every value that an edit of the dynamic configuration changes."""
    before, after = ({item.name: item for item in side} for side in (edit.before, edit.settings))
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        parameter = comparison.catalog.get(name)
        texts = [None if item is None or item.kind == "null" else item.text for item in (old, new)]
        if texts[0] == texts[1]:
            continue
        runs, wanted = (
            "not set" if text is None else comparison.shown(parameter, name.lower(), text) for text in texts
        )
        item = new or old
        assert item is not None
        fields = {
            "name": name,
            "parameter": name,
            "group": comparison.group.name,
            "count": "1",
            "running": _told(runs),
            "wanted": _told(wanted),
            "apply": "reload" if is_key(name) else apply_of(parameter),
            "order": comparison.order_between(parameter, *texts) or "",
            "commands": _restart(
                comparison, comparison.order_between(parameter, *texts), *_named(comparison)
            ),
        }
        yield Observation("edit", item.location, (), fields)


def _named(comparison: Comparison) -> tuple[str, str]:
    """The cluster and the group as arguments of patronictl."""
    scope = f" {comparison.cluster.scope}" if comparison.cluster.scope else ""
    number = comparison.group.number
    return scope, f" --group {number}" if number is not None else ""


def _observation(comparison: Comparison, row: Row, cause: Cause) -> Observation:
    fields = {
        "name": row.parameter,
        "parameter": row.parameter,
        "value": row.declared if row.declared is not None else row.dcs or "",
        "effective": row.runs,
        "group": row.group,
        "count": "1",
        "wanted": _wanted(comparison, row),
        "running": _running(comparison, row),
        "by": cause.by,
        "note": cause.note,
        "apply": row.apply,
        "order": row.order or "",
        "other": row.environment or row.release or "",
        "commands": commands(comparison, row, cause),
    }
    related = tuple(Related(place, note) for place, note in row.places[1:])
    return Observation(cause.kind, row.location, related, fields)


def _told(text: str) -> str:
    return text or "an empty value"


def _running(comparison: Comparison, row: Row) -> str:
    """What runs; of Patroni's own keys what the dynamic configuration has, else the default."""
    if is_key(row.parameter.lower()):
        return _told(row.dcs if row.dcs is not None else row.effective or "another value")
    if row.running or row.told is not None:
        return _told(row.runs)
    return _waiting(comparison, row, "old")


def _wanted(comparison: Comparison, row: Row) -> str:
    """What is meant to run."""
    if row.declared is None and row.dcs is None and row.effective is None:
        return _waiting(comparison, row, "new")
    return _told(row.wanted)


def _waiting(comparison: Comparison, row: Row, which: str) -> str:
    """What runs (old) or will (new), as the list of members says it."""
    hidden = False
    for _, waiting in comparison.seen.pending.get(row.parameter.lower(), ()):
        text = getattr(waiting, which)
        if text is not None:
            parameter = comparison.catalog.get(row.parameter)
            return _told(comparison.shown(parameter, row.parameter.lower(), text))
        hidden = True
    return "a value that the list hides" if hidden else "another value"


def _restart(comparison: Comparison, order: str | None, scope: str, group: str) -> str:
    """The restart of what waits; in two steps where the order matters."""
    if order is None:
        return f"patronictl restart{scope}{group} --pending"
    if order == "standbys first":
        return f"patronictl restart{scope}{group} --pending --role replica, then the same without --role"
    leaders = (member.name for member in comparison.seen.listed if member.role.lower() in _LEADS)
    leader = next(leaders, "PRIMARY")
    # Without a cluster's name the first argument would be taken for it.
    named = scope or " CLUSTER"
    return f"patronictl restart{named} {leader}{group} --pending, then the same without {leader}"


def commands(comparison: Comparison, row: Row, cause: Cause) -> str:
    """What to do, in one line."""
    scope, group = _named(comparison)
    if cause.kind in (causes.PENDING, causes.PENDING_FLAG):
        return _restart(comparison, row.order, scope, group)
    if cause.kind == causes.ONLY_IN_DCS:
        return f"patronictl edit-config{scope}{group} -p {row.parameter}=null --force"
    if cause.kind == causes.OVERRIDDEN and cause.by == "ALTER SYSTEM":
        return f"ALTER SYSTEM RESET {row.parameter}; SELECT pg_reload_conf()"
    if is_key(row.parameter.lower()):
        key = row.parameter.partition(".")[2]
        path = f"postgresql.{key}" if key in SWITCHES else key
        return f"patronictl edit-config{scope}{group} -s {path}={row.wanted} --force"
    value = f"'{row.parameter}={row.wanted}'" if " " in row.wanted else f"{row.parameter}={row.wanted}"
    return f"patronictl edit-config{scope}{group} -p {value} --force"
