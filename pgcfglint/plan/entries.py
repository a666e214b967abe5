"""What differs between two states: parameters, pods, Patroni's keys, pg_hba, databases, versions, groups."""

from __future__ import annotations

from pgcfglint import units
from pgcfglint.items import MASK
from pgcfglint.model import APPLIES, BOOTSTRAP, LOCAL
from pgcfglint.plan.records import Entry
from pgcfglint.platform.adjust import adjusted
from pgcfglint.platform.change import SPELLING, changes
from pgcfglint.platform.dynamic import PREFIX, is_key
from pgcfglint.platform.tables import table
from pgcfglint.vocabulary import NAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pgcfglint.model import Cluster, Setting
    from pgcfglint.plan.states import Pair, State
    from pgcfglint.platform.change import Change

MAJOR = "postgresql"
"""Stands for PostgreSQL's major among the entries."""


def entries(pairs: Sequence[Pair], old: Cluster, new: Cluster) -> tuple[Entry, ...]:
    """Every difference, one entry for all groups in which it is the same; the costliest first."""
    found: dict[Entry, list[str]] = {}
    for pair in pairs:
        for entry in _of(pair):
            found.setdefault(entry, []).append(pair.name)
    names = tuple(pair.name for pair in pairs)
    merged = [entry.replace(groups=tuple(groups)) for entry, groups in found.items()]
    merged += (entry.replace(groups=names) for entry in (*_hba(old, new), *_databases(old, new)))
    merged.sort(key=lambda entry: (-APPLIES.index(entry.apply), entry.derived, entry.parameter.lower()))
    return tuple(merged)


def _of(pair: Pair) -> Iterator[Entry]:
    if pair.old is None or pair.new is None:
        yield _group(pair)
        return
    yield from _versions(pair.old, pair.new)
    effects = pair.old.effects, pair.new.effects
    found = [one for one in changes(*effects) if not is_key(one.parameter)]
    only_new = {one.reaches for one in found if one.apply != "none" and not one.derived} == {"new clusters"}
    for change in found:
        setting = effects[1].of(change.parameter).setting or effects[0].of(change.parameter).setting
        entry = _parameter(change, pair.new, pair.old)
        entry = entry.replace(local=setting is not None and setting.layer == LOCAL)
        yield _derived(entry, pair.new, only_new) if entry.derived and entry.apply != "none" else entry
    yield from _dynamic(pair.old, pair.new)
    yield from _pods(pair.old, pair.new)


def _parameter(change: Change, new: State, old: State) -> Entry:
    parameter = new.catalog.get(change.parameter) or old.catalog.get(change.parameter)
    note = change.note
    lost = change.reaches == "nobody" and change.new_written is not None
    if lost and "patroni" in new.cluster.platform and not new.scope.is_passed_on(change.parameter):
        note = f"{note}; patronictl edit-config would carry it"
    entry = Entry(
        parameter=change.parameter,
        old=change.old,
        new=change.new,
        old_written=change.old_written,
        new_written=change.new_written,
        apply=change.apply,
        order=change.order,
        reaches=change.reaches,
        note=note,
        derived=change.derived,
        spelling=change.note == SPELLING,
    )
    if change.apply == "restart" and parameter is not None and parameter.standby_sensitive:
        entry = entry.replace(unsure=change.order is None)
    return masked(entry) if parameter is not None and parameter.secret else entry


def _derived(entry: Entry, new: State, only_new: bool) -> Entry:
    """What follows from another change reaches whom that one reaches."""
    rule = adjusted(new.effects).get(entry.parameter.lower(), {})
    note = (
        f"derived: {rule['times']} * {rule['of']} for Citus"
        if "times" in rule
        else "follows from another change"
    )
    return entry.replace(reaches="new clusters" if only_new else entry.reaches, note=note)


def masked(entry: Entry) -> Entry:
    """The entry without its values."""
    hidden = {field: MASK for field in ("old", "new", "old_written", "new_written") if getattr(entry, field)}
    return entry.replace(**hidden)


def _versions(old: State, new: State) -> Iterator[Entry]:
    before, after = str(old.cluster.major), str(new.cluster.major)
    if before != after:
        note = "a new major needs pg_upgrade or a new cluster, and new binaries on every member"
        yield Entry(MAJOR, before, after, before, after, "rebuild", note=note, kind="version")


def _group(pair: Pair) -> Entry:
    state = pair.new or pair.old
    assert state is not None
    setting = state.pod().get("members")
    count = setting.text if setting else None
    if pair.new is not None:
        note = "a new group of members, which starts with the new values"
        return Entry("members", None, count, None, count, "pods", note=note, kind="group")
    note = "the group goes away, and what only its members hold with it"
    return Entry("members", count, None, count, None, "pods", note=note, kind="group")


# Patroni's keys


def _dynamic(old: State, new: State) -> Iterator[Entry]:
    before, after = _keys(old), _keys(new)
    effects = old.effects, new.effects
    by_hand = table("plan")["keys"]
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        written = one.text if one else None, other.text if other else None
        texts = effects[0].of(name).text, effects[1].of(name).text
        if written == texts == (None, None) or (written[0] == written[1] and texts[0] == texts[1]):
            continue
        layers = {item.layer for state in (old, new) for item in _keys(state).values()}
        reaches = "new clusters" if BOOTSTRAP in layers else "running"
        entry = Entry(name, *texts, *written, "reload", reaches=reaches, kind="patroni")
        if texts[0] == texts[1]:
            yield entry.replace(apply="none", reaches="nobody", note=SPELLING, spelling=True)
        elif name in by_hand:
            yield entry.replace(note=by_hand[name], kind="map")
        else:
            yield entry.replace(note="Patroni follows it in its next loop")


def _keys(state: State) -> dict[str, Setting]:
    return {
        item.name: item
        for item in state.group.settings
        if item.name.startswith(PREFIX) and item.kind not in ("null", "map", "list")
    }


# Pods


def _pods(old: State, new: State) -> Iterator[Entry]:
    before, after = old.pod(), new.pod()
    rules = table("plan")["pod"]
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        if (one and one.text) == (other and other.text):
            continue
        rule = rules.get(name, {})
        apply = new.cluster.costs.get(name) or rule.get("apply", "pods")
        texts = one.text if one else None, other.text if other else None
        written = one.written if one else None, other.written if other else None
        entry = Entry(
            name, *texts, *written, apply,
            reaches=rule.get("reaches", "running"), note=rule.get("note", ""), kind="pod",
        )  # fmt: skip
        if _same_amount(name, one, other):
            note = "the same amount, written otherwise"
            entry = entry.replace(apply="none", reaches="nobody", note=note, spelling=True)
        yield masked(entry) if name.startswith("secret.") and NAMES[name][0] == "text" else entry


def _same_amount(name: str, one: Setting | None, other: Setting | None) -> bool:
    if one is None or other is None or NAMES.get(name, ("text", ""))[0] not in ("bytes", "count"):
        return False
    amount = units.parse_quantity(one.text)
    return amount is not None and amount == units.parse_quantity(other.text)


# What belongs to the whole cluster


def _hba(old: Cluster, new: Cluster) -> Iterator[Entry]:
    before, after = ([item.text for item in cluster.hba] for cluster in (old, new))
    if before == after or not new.hba or not old.hba:
        return
    gone, come = (
        [line for line in one if line not in other] for one, other in ((before, after), (after, before))
    )
    words = [f"{len(lines)} {word}" for lines, word in ((come, "added"), (gone, "taken away")) if lines]
    note = f"lines of pg_hba: {', '.join(words) or 'in another order'}; the list is replaced as a whole"
    reaches = "new clusters" if new.hba[0].layer == BOOTSTRAP else "running"
    if reaches == "new clusters":
        note += "; patronictl edit-config carries it to a running cluster"
    count = f"{len(before)} lines", f"{len(after)} lines"
    yield Entry("pg_hba", *count, *count, "reload", reaches=reaches, note=note, kind="hba")


def _databases(old: Cluster, new: Cluster) -> Iterator[Entry]:
    before, after = _by_database(old), _by_database(new)
    for key in sorted(before.keys() | after.keys()):
        one, other = before.get(key), after.get(key)
        if one == other:
            continue
        note = f"in new sessions of the database {key[0]}"
        if other is None:
            note += ": ALTER DATABASE ... RESET takes it away, the chart does not"
        yield Entry(key[1], one, other, one, other, "reconnect", note=note, kind="database")


def _by_database(cluster: Cluster) -> dict[tuple[str, str], str]:
    pairs: Iterable[tuple[str, Setting]] = (
        (database.name, setting) for database in cluster.databases for setting in database.settings
    )
    return {(name, setting.name): setting.text for name, setting in pairs if setting.kind != "null"}
