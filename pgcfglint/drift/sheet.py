"""The comparisons of all groups of an input, as records that reports can show."""

from __future__ import annotations

from pgcfglint.drift import rows as causes
from pgcfglint.drift.compare import Comparison
from pgcfglint.drift.rows import Cause, Section, Sheet
from pgcfglint.items import same_value
from pgcfglint.platform.tables import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pgcfglint.catalog import Catalog
    from pgcfglint.drift.rows import Row
    from pgcfglint.model import Cluster, MemberGroup, Pending


def sheet(path: str, cluster: Cluster, catalog: Catalog) -> Sheet:
    """The comparison of an input's groups; a group without dumps has only what is declared."""
    sections = [_section(cluster, group, catalog) for group in cluster.groups]
    between = _between_groups(sections, catalog)
    return Sheet(path, cluster.name, tuple(_with(section, between) for section in sections))


def _section(cluster: Cluster, group: MemberGroup, catalog: Catalog) -> Section:
    comparison = Comparison(cluster, group, catalog)
    return Section(
        group=group.name,
        number=group.number,
        rows=tuple(comparison.rows()),
        dumps=tuple(
            (state.kind, state.location.path)
            for state in group.states
            if state.kind != "members" or state.members
        ),
        members=tuple(comparison.seen.members),
        listed=len(comparison.seen.listed),
        pending=tuple(_pending(comparison)),
        knows_pending=comparison.seen.knows_pending,
    )


def _pending(comparison: Comparison) -> Iterator[tuple[str, Pending | None]]:
    seen = comparison.seen
    for waiting in seen.pending.values():
        for member, reason in waiting:
            parameter = comparison.catalog.get(reason.parameter)
            key = reason.parameter.lower()
            old, new = (
                None if text is None else comparison.shown(parameter, key, text)
                for text in (reason.old, reason.new)
            )
            yield member, reason.replace(old=old, new=new)
    yield from ((member.name, None) for member in seen.unnamed)


def _between_groups(sections: list[Section], catalog: Catalog) -> Mapping[str, str]:
    """The parameters that groups run with differently though nothing declares them so; what each has."""
    found: dict[str, list[tuple[str, Row]]] = {}
    for section in sections:
        for row in section.rows:
            found.setdefault(row.parameter.lower(), []).append((section.group, row))
    differing = {}
    for key, each in found.items():
        values = [(group, _value(row)) for group, row in each]
        told = [(group, value) for group, value in values if value is not None]
        if len(told) < 2 or key in table("postgresql")["per_member"]:
            continue
        parameter = catalog.get(key)
        declared = {row.declared for _, row in each}
        if len(declared) == 1 and not all(same_value(parameter, told[0][1], text) for _, text in told):
            differing[key] = ", ".join(f"{text or 'empty'} in {group}" for group, text in told)
    return differing


def _value(row: Row) -> str | None:
    return row.dcs if row.dcs is not None else row.runs if row.running else None


def _with(section: Section, between: Mapping[str, str]) -> Section:
    """The section whose rows say where groups differ: beside another cause, or where nothing is declared."""
    rows = []
    for row in section.rows:
        note = between.get(row.parameter.lower())
        by_chart = any(cause.kind == causes.CHART for cause in row.causes)
        if note is not None and not by_chart and (row.differs or row.declared is None):
            row = row.replace(causes=(*row.causes, Cause(causes.GROUPS, "", note)))
        rows.append(row)
    return section.replace(rows=tuple(rows))
