"""Declared against the dynamic configuration against what runs, for one group: rows with their causes."""

from __future__ import annotations

from pgcfglint.drift import rows as causes
from pgcfglint.drift.evidence import Evidence
from pgcfglint.drift.rows import Row
from pgcfglint.drift.why import Case, why
from pgcfglint.model import LIVE, POD
from pgcfglint.platform import Effects, apply_of, order_of
from pgcfglint.platform.dynamic import is_key
from pgcfglint.platform.effective import CLAMPED, DEFAULTED, DROPPED, IGNORED, REFUSED
from pgcfglint.platform.tables import table
from pgcfglint.sources import layout
from pgcfglint.sources.masking import MASK, secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pgcfglint.catalog import Catalog, Parameter, Value
    from pgcfglint.model import Cluster, LiveSetting, Location, MemberGroup, Setting

_LOST = (CLAMPED, DEFAULTED, DROPPED, IGNORED, REFUSED)
"""Fates that a declared value must not have to count as in force."""


class Comparison:
    """One group's declared values, and what its dumps say about them.

    `written` holds the deciding setting of each declared name, `environment` the variables that look
    like parameters, by parameter.
    """

    def __init__(self, cluster: Cluster, group: MemberGroup, catalog: Catalog) -> None:
        self.cluster, self.group, self.catalog = cluster, group, catalog
        self.declared = Effects(cluster, group, catalog)
        self.seen = Evidence(cluster, group, catalog)
        self.written: dict[str, Setting] = {}
        dumps = {state.location.path for state in group.states}
        for setting in group.settings:
            if setting.layer == LIVE and setting.location.path in dumps:
                continue  # a dump that is checked by itself declares nothing
            if setting.layer != POD or is_key(setting.name):
                key = setting.name.lower()
                settings = self.declared.settings(key)
                if settings:
                    self.written[key] = settings[0]
        self.by_chart = frozenset(layout.load(cluster.layout).get("writes", ())) if _known(cluster) else ()
        prefix = str(table("patroni")["environment"]["prefix"])
        self.environment: dict[str, LiveSetting] = {
            variable[len(prefix) :].lower(): setting
            for variable, setting in self.seen.environment.items()
            if variable.startswith(prefix) and variable[len(prefix) :].lower() in catalog
        }

    def rows(self) -> Iterator[Row]:
        """A row for every parameter that is declared, set, altered, flagged, or differs between members."""
        for key, name in sorted(self._names().items()):
            row = self._row(key, name)
            if row.declared is not None or row.dcs is not None or row.causes:
                yield row

    def _names(self) -> dict[str, str]:
        seen = self.seen
        names = {key: setting.name for key, setting in self.written.items()}
        for found in (seen.dcs or {}, seen.altered):
            for key, held in found.items():
                if not is_key(key):
                    names.setdefault(key, held.name)
        for key, waiting in seen.pending.items():
            names.setdefault(key, waiting[0][1].parameter)
        for key, running in seen.running.items():
            if len(running) > 1 or seen.flagged(key):
                names.setdefault(key, running[0].setting.name)
        for key in self.environment:
            names.setdefault(key, key)
        return names

    def _row(self, key: str, name: str) -> Row:
        parameter = self.catalog.get(key)
        case = Case(self, key, parameter)
        found = sorted(dict.fromkeys(why(case)), key=lambda cause: list(causes.CAUSES).index(cause.kind))
        if parameter is not None and parameter.name.lower() == key:
            name = parameter.name
        written, meant = case.written, case.meant
        places = tuple(self._places(case))
        row = Row(
            parameter=name,
            group=self.group.name,
            number=self.group.number,
            location=places[0][0] if places else self.group.location,
            declared=None if written is None else self.shown(parameter, key, written.text),
            dcs=self._shown_of(self.seen.dcs, key, parameter),
            running=tuple(
                (each.member, self.shown(parameter, key, each.setting.text)) for each in case.running
            ),
            effective=(
                None if meant is None or meant.text is None else self.shown(parameter, key, meant.text)
            ),
            environment=self._shown_of(self.environment, key, parameter),
            release=self._shown_of(self.seen.release, key, parameter),
            told=self._shown_of(self.seen.told, key, parameter),
            causes=tuple(found),
            reason=meant.reason if meant is not None and not secret(key) else "",
            places=places,
        )
        row = row.replace(in_force=self._in_force(case, row))
        if not row.differs:
            return row
        return row.replace(apply="reload" if is_key(key) else apply_of(parameter), order=self._order(case))

    # What people read

    def shown(self, parameter: Parameter | None, key: str, text: str) -> str:
        """A value as SHOW prints it, as it is where it is no value, masked where it may hold a secret."""
        if (parameter is not None and parameter.secret) or secret(key):
            return MASK if text else ""
        if parameter is None or not text:
            return text
        try:
            return parameter.show(parameter.read(text).setting)
        except ValueError:
            return text

    def _shown_of(
        self, found: Mapping[str, LiveSetting] | None, key: str, parameter: Parameter | None
    ) -> str | None:
        setting = found.get(key) if found is not None else None
        return None if setting is None else self.shown(parameter, key, setting.text)

    def _places(self, case: Case) -> Iterator[tuple[Location, str]]:
        """Where the values stand: the file first."""
        if case.written is not None:
            yield case.written.location, "declared"
        held = (self.seen.dcs or {}).get(case.key)
        if held is not None:
            yield held.location, "the dynamic configuration"
        for each in case.running:
            yield each.setting.location, f"runs on {each.member}" if len(case.running) > 1 else "runs"
        if self.seen.told is not None and case.key in self.seen.told:
            yield self.seen.told[case.key].location, "a member's postgresql.conf"
        altered = self.seen.altered.get(case.key)
        if altered is not None:
            yield altered.location, "ALTER SYSTEM"
        for member, waiting in self.seen.pending.get(case.key, ()):
            yield waiting.location, f"{member} waits for a restart"
        if case.key in self.environment:
            yield self.environment[case.key].location, "the environment"
        if self.seen.release is not None and case.key in self.seen.release:
            yield self.seen.release[case.key].location, "the release"

    # Whether the file's value runs, and what it takes

    def _in_force(self, case: Case, row: Row) -> bool | None:
        """Whether the declared value runs: None where no dump tells, or nothing is declared."""
        if case.written is None:
            return None
        lost = any(cause.kind == causes.REWRITTEN and cause.by in _LOST for cause in row.causes)
        if lost or row.differs:
            return False
        if case.running or is_key(case.key):
            return True if case.running or self.seen.dcs is not None else None
        # The dynamic configuration has it, and no member waits: it runs.
        return True if self.seen.dcs is not None and self.seen.listed else None

    def order_between(self, parameter: Parameter | None, old: str | None, new: str | None) -> str | None:
        """Which members restart first to get from one value to another."""
        if parameter is None or not parameter.standby_sensitive or old is None or new is None:
            return None
        values = _value(parameter, old), _value(parameter, new)
        if None in values:
            return None
        base = self.declared.of(parameter.name.lower())
        return order_of(
            parameter, *(base.replace(value=value, text=text) for value, text in zip(values, (old, new)))
        )

    def _order(self, case: Case) -> str | None:
        """Which members restart first to get from what runs to what is meant to."""
        if case.parameter is None or not case.parameter.standby_sensitive:
            return None
        reason = next((reason for _, reason in self.seen.pending.get(case.key, ())), None)
        current = case.held.text if case.held is not None else None
        if case.running:
            current = case.running[0].setting.text
        elif reason is not None:
            current = reason.old
        target = self.declared.of(case.key) if case.written is not None else case.meant
        if target is None and reason is not None and reason.new is not None:
            target = self.declared.of(case.key).replace(value=_value(case.parameter, reason.new))
        value = None if current is None else _value(case.parameter, current)
        if target is None or target.value is None or value is None:
            return None
        return order_of(case.parameter, target.replace(value=value), target)


def _value(parameter: Parameter, text: str) -> Value | None:
    try:
        return parameter.read(text)
    except ValueError:
        return None


def _known(cluster: Cluster) -> bool:
    return any(name == cluster.layout for name, *_ in layout.signs())
