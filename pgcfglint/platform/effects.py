"""What will really run: every parameter of one member group, after Patroni, Citus and PostgreSQL."""

from __future__ import annotations

from pgcfglint.catalog import ValueProblem
from pgcfglint.model import BOOTSTRAP, DYNAMIC, LOCAL, Setting
from pgcfglint.platform import adjust, amounts, dcs_only, dynamic, unlisted, written
from pgcfglint.platform.admission import Admission
from pgcfglint.platform.effective import IGNORED, Effective
from pgcfglint.platform.tables import is_since, table
from pgcfglint.platform.take import take

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    from pgcfglint.catalog import Catalog, Parameter, Value
    from pgcfglint.model import Cluster, MemberGroup


class Effects:
    """The effective values of one group, computed when they are asked for.

    `patroni` is its version, None without Patroni; `rules` is the platform's table (empty for a
    plain PostgreSQL), `admission` its checks of values.
    """

    def __init__(self, cluster: Cluster, group: MemberGroup, catalog: Catalog) -> None:
        """`catalog` is the one of the cluster's major."""
        self.cluster, self.group, self.catalog = cluster, group, catalog
        self.patroni = cluster.version("patroni") if "patroni" in cluster.platform else None
        self.rules: Mapping[str, Any] = table("patroni") if self.patroni is not None else {}
        self.admission: Admission | None = None
        self._written = written.by_name(group)
        if self.patroni is not None:
            self.admission = Admission(self.rules, self.patroni, catalog.major)
        else:
            self._written = written.with_aliases(self._written, catalog)
        self._supplies = {name.lower(): text for name, text in cluster.supplies.items()}
        self._known: dict[str, Effective] = {}

    def of(self, name: str) -> Effective:
        """What runs for a parameter, or for a key of the dynamic configuration (`patroni.ttl`)."""
        key = name.lower()
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._resolve(name, key)
        return found

    def changed(self, group: MemberGroup, names: Collection[str]) -> Effects:
        """The effects of the group with other settings for some names (in lower case): what does not
        depend on them is kept."""
        other = Effects.__new__(Effects)
        other.cluster, other.group, other.catalog = self.cluster, group, self.catalog
        other.patroni, other.rules, other.admission = self.patroni, self.rules, self.admission
        other._supplies = self._supplies
        named = tuple(setting for setting in group.settings if setting.name.lower() in names)
        other._written = {key: found for key, found in self._written.items() if key not in names}
        other._written.update(written.by_name(group.replace(settings=named)))
        if self.patroni is None:
            other._written = written.with_aliases(other._written, self.catalog)
        depends = {*names, *(name.lower() for name in adjust.adjusted(self))}
        other._known = {
            key: found
            for key, found in self._known.items()
            if key not in depends and not dynamic.is_key(key) and not found.is_derived
        }
        return other

    def same(self, other: Effects, name: str) -> bool:
        """Whether two states have the same answer for a name, as far as both know it."""
        key = name.lower()
        return self is other or (key in self._known and self._known[key] is other._known.get(key))

    def names(self) -> tuple[str, ...]:
        """Every parameter that is written, supplied, or set by the platform, in a stable order."""
        names: dict[str, str] = {}
        for name in (
            *(settings[0].name for key, settings in self._written.items() if not dynamic.is_key(key)),
            *self.cluster.supplies,
            *self.rules.get("dcs_only", ()),
            *adjust.adjusted(self),
        ):
            parameter = self.catalog.get(name)
            spelling = name if parameter is None or is_alias(name, parameter) else parameter.name
            names.setdefault(name.lower(), spelling)
        return tuple(names.values())

    def settings(self, name: str) -> list[Setting]:
        """The settings of a name in every layer, the strongest first."""
        return self._written.get(name.lower(), [])

    def outcome(self, setting: Setting) -> Effective:
        """What one setting comes to: as `of`, but for a setting that a stronger one hides."""
        winner = self.of(setting.name)
        if winner.setting is None or setting == winner.setting:
            return winner
        if setting.layer == LOCAL and setting.name.lower() in self.rules.get("dcs_only", ()):
            reason = dcs_only.local_reason(setting.name, winner)
        else:
            place = winner.setting.location
            reason = (
                f"{setting.name} = {self.shown(setting)} is not looked at: "
                f"line {place.line} of {place.path} counts"
            )
        return winner.replace(setting=setting, fate=IGNORED, reason=reason, shadowed=())

    # What the modules beside this one build on.

    def passed_on(self, setting: Setting) -> bool:
        """Whether the chart passes a setting on to the server."""
        reads = self.cluster.reads
        return (
            reads is None
            or setting.layer != BOOTSTRAP
            or setting.name in reads
            or setting.name.lower() in reads
        )

    def supplied(self, name: str) -> Setting | None:
        """What the chart or operator sets where nobody wrote a value, as a setting of the DCS."""
        text = self._supplies.get(name.lower())
        return None if text is None else Setting(name, text, self.group.location, DYNAMIC)

    def base(self, parameter: Parameter) -> Effective:
        """What runs where nobody sets anything: what initdb wrote or PostgreSQL's default."""
        text, origin = parameter.initdb, "initdb"
        if text is None:
            text, origin = parameter.boot_val, "default"
        if text is None:
            # A string without a default shows as nothing.
            return Effective(parameter.name, "", None, origin)
        try:
            value: Value | None = parameter.read(text)
        except ValueProblem:
            # Some defaults are no values that a file may hold.
            value = None
        return Effective(parameter.name, parameter.show(value.setting if value else text), value, origin)

    def shown(self, setting: Setting) -> str:
        """A setting's text as messages print it."""
        parameter = self.catalog.get(setting.name)
        if parameter is not None and parameter.secret:
            return "the value"
        return setting.text or "an empty value"

    def quietly(self) -> str:
        """The end of a sentence where this Patroni says nothing in its log."""
        loud = self.patroni is None or is_since(self.patroni, self.rules["warns_since"])
        return "" if loud else ", without a word in its log"

    # One parameter.

    def _resolve(self, name: str, key: str) -> Effective:
        if dynamic.is_key(key):
            return dynamic.resolve(self, key)
        parameter = self.catalog.get(key)
        if parameter is None:
            return unlisted.resolve(self, name)
        if is_alias(key, parameter):
            return unlisted.through_alias(self, name, parameter)
        found = adjust.adjust(self, parameter, self._before_adjusting(parameter, key))
        return found.replace(resolved=amounts.resolve(self, parameter, found))

    def _before_adjusting(self, parameter: Parameter, key: str) -> Effective:
        settings = self.settings(key)
        passed = [setting for setting in settings if self.passed_on(setting)]
        if settings and not passed:
            reason = (
                f"the chart does not pass {parameter.name} on: {self.shown(settings[0])} reaches nobody, "
                f"and a new cluster runs with {self.base(parameter).text or 'an empty value'}"
            )
            hidden = tuple(settings[1:])
            return Effective(parameter.name, None, None, "unknown", settings[0], IGNORED, reason, hidden)
        if not passed and key in self.cluster.computes:
            return Effective(parameter.name, None, None, "operator")
        if self.cluster.partial and not settings:
            return Effective(parameter.name, None, None, "unknown")
        rule = self.rules.get("dcs_only", {}).get(key)
        if rule is not None:
            return dcs_only.resolve(self, parameter, rule, passed)
        if passed:
            return take(self, parameter, passed[0], tuple(passed[1:]))
        supplied = self.supplied(parameter.name)
        if supplied is not None:
            return dcs_only.as_supplied(take(self, parameter, supplied))
        return self.base(parameter)


def is_alias(name: str, parameter: Parameter) -> bool:
    """Whether a name is an old name of a parameter."""
    return parameter.name.lower() != name.lower()
