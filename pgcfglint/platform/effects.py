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
    plain PostgreSQL), `admission` its checks of values. `memo` is for what others work out from these
    values alone, once for all groups that share them; `counts` is whether a name is written and passed on.
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
        self._volatile: set[str] = set()  # what another parameter's change may change
        self._changed: dict[tuple[Setting, ...], Effects] = {}
        self.memo: dict[Any, Any] = {}
        self.counts: dict[str, bool] = {}

    def of(self, name: str) -> Effective:
        """What runs for a parameter, or for a key of the dynamic configuration (`patroni.ttl`)."""
        key = name.lower()
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._resolve(name, key)
            if found.is_derived or dynamic.is_key(key):
                self._volatile.add(key)
        return found

    def changed(self, group: MemberGroup, settings: tuple[Setting, ...]) -> Effects:
        """The effects of the group with these settings in the place of those with their names. Groups that
        share effects and make the same change share its effects, too."""
        if settings not in self._changed:
            self._changed[settings] = self.renewed(group, {setting.name.lower() for setting in settings})
        return self._changed[settings]

    def renewed(self, group: MemberGroup, names: Collection[str]) -> Effects:
        """The effects of the group with other settings for some names (in lower case): what does not
        depend on them is kept."""
        other = Effects.__new__(Effects)
        other._changed, other.memo, other.counts = {}, {}, {}
        other.cluster, other.group, other.catalog = self.cluster, group, self.catalog
        other.patroni, other.rules, other.admission = self.patroni, self.rules, self.admission
        other._supplies = self._supplies
        named = tuple(setting for setting in group.settings if setting.name.lower() in names)
        other._written = {key: found for key, found in self._written.items() if key not in names}
        other._written.update(written.by_name(group.replace(settings=named)))
        if self.patroni is None:
            other._written = written.with_aliases(other._written, self.catalog)
        depends = {*names, *(name.lower() for name in adjust.adjusted(self))}
        other._known, other._volatile = dict(self._known), set()
        for key in depends | self._volatile:
            other._known.pop(key, None)
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
        resolved = amounts.resolve(self, parameter, found)
        return found if resolved is None else found.replace(resolved=resolved)

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
