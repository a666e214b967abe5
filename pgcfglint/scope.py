"""The names of one group of members and what they stand for: what sentences are evaluated over."""

from __future__ import annotations

from pgcfglint import credentials, lists, memory, units
from pgcfglint.expression import UNKNOWN
from pgcfglint.items import MASK, SettingItem, same_value
from pgcfglint.model import BOOTSTRAP, DYNAMIC, POD, Setting
from pgcfglint.platform import Effects, operators
from pgcfglint.spelling import spell_for
from pgcfglint.vocabulary import NAMES
from pgcfglint.words import WORDS

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pgcfglint.catalog import Catalog
    from pgcfglint.expression import Tree
    from pgcfglint.model import Cluster, Location, MemberGroup
    from pgcfglint.platform import Effective
    from pgcfglint.platform.hazards import Hazard

PATRONI = "patroni."
"""Keys of Patroni's dynamic configuration: they have defaults of their own."""

_SECONDS = 1000  # plain numbers of times outside PostgreSQL (grace, ttl) are seconds


class Scope:
    """Names to values for one group.

    A parameter stands for what will run; where that is unknown (not passed on, refused) it is
    UNKNOWN. `item` holds the names of the thing asked (setting., observation.), `lets` the rule's;
    `before` is the group as it was (a baseline, the release that runs), where that is known.
    """

    def __init__(
        self,
        cluster: Cluster,
        group: MemberGroup,
        catalog: Catalog,
        thought: frozenset[str] = frozenset(),
        effects: Effects | None = None,
    ) -> None:
        self.cluster, self.group, self.catalog = cluster, group, catalog
        self.effects = effects or Effects(cluster, group, catalog)
        self.thought = thought
        self.item: Mapping[str, Any] = {}
        self.lets: Mapping[str, Tree] = {}
        self.missing: set[str] = set()
        self.before: Scope | None = None
        self.peers: list[Scope] = [self]
        self.memo: dict[Any, Any] = {}
        self._tried: dict[tuple[tuple[str, str], ...], Scope] = {}
        self._amounts: dict[str, Any] = {}
        self._origin: Scope | None = None
        self._changes: Mapping[str, str] = {}
        self.places: dict[str, list[str]] = {}
        self._counts: dict[str, bool] = {}
        self._sizes: Any = None
        self._items: dict[int, SettingItem] = {}
        self._live_effects: Effects | None = None
        self._kind: tuple[Any, ...] | None = None
        self._hazards: list[Hazard] | None = None
        self._pod = {setting.name: setting for setting in group.settings if setting.layer == POD}
        self._written: dict[str, Setting] | None = None
        self._keeper = tuple(name for name in cluster.platform if operators.knows(name))
        self._fixed = {
            "pg": cluster.major,
            "citus": "citus" in cluster.platform,
            "patroni": "patroni" in cluster.platform,
            "kubernetes": "kubernetes" in cluster.platform,
            "group.name": group.name,
            "group.number": group.number or "",
            "group.count": len(cluster.groups),
            "cluster.name": cluster.name,
        }

    def amount(self, name: str) -> Any:
        """The value of a name, in base units; automatic and inherited values as their formula."""
        found = self._amounts.get(name)
        if found is None:
            found = self._kept(name)
            found = self._amounts[name] = self._amount(name) if found is None else found
        return found

    def _kept(self, name: str) -> Any:
        """What the scope that this one was tried from has for a name that the change leaves alone; None
        where that is not known."""
        origin = self._origin
        if origin is None or name in self._changes:
            return None
        if name not in NAMES and not self.effects.same(origin.effects, name):
            return None
        found = origin._amounts.get(name)
        return origin._kept(name) if found is None else found

    def _amount(self, name: str) -> Any:
        if name in NAMES:
            return self._known(self._outside(name), name)
        effective = self.effective(name)
        value, resolved = effective.value, effective.resolved
        if value is None or self._is_kept(name):
            return self._known(UNKNOWN, name)
        if resolved is None:
            return value.amount
        return UNKNOWN if isinstance(resolved, str) else resolved

    def _is_kept(self, name: str) -> bool:
        """Whether an operator decides the parameter, and the input does not say what it is."""
        if not self._keeper or self.effects.settings(name):
            return False
        return operators.decides(self._keeper, name.lower()) and self.effects.supplied(name) is None

    def assumed(self, name: str) -> Any:
        """The value of a parameter; where the chart does not pass it on, what runs without it."""
        value = self.amount(name)
        if value is not UNKNOWN or name in NAMES or self.is_passed_on(name):
            return value
        return self._unset().amount(name)

    def _unset(self) -> Scope:
        """Without the settings that the chart does not pass on: asked for parameters alone, so one serves
        all groups that share their effects."""
        found: Scope | None = self.effects.memo.get("unset")
        if found is None:
            alive, names = [], set()
            for item in self.group.settings:
                if item.layer == POD or self.is_passed_on(item.name):
                    alive.append(item)
                else:
                    names.add(item.name.lower())
            group = self.group.replace(settings=tuple(alive))
            effects = self.effects.renewed(group, names) if names else self.effects
            found = self.effects.memo["unset"] = Scope(self.cluster, group, self.catalog, effects=effects)
        return found

    def raw(self, name: str) -> Any:
        """The value of a name for equality: special values as they are."""
        if name in NAMES:
            return self.amount(name)
        value = self.effective(name).value
        if value is None or self._is_kept(name):
            return self._known(UNKNOWN, name)
        return value.number if value.number in (-1, 0) and value.number is not None else value.amount

    def label(self, name: str, text: str) -> Any:
        """A literal as the parameter reads it; UNKNOWN where this major does not know it."""
        parameter = self.catalog.get(name)
        if parameter is None:
            return UNKNOWN
        try:
            return parameter.read(text).amount
        except ValueError:
            return text

    def item_of(self, setting: Setting, database: str = "") -> SettingItem:
        """`setting.*` of a setting in this scope; `database` is where an ALTER DATABASE setting belongs."""
        found = self._items.get(id(setting))
        if found is None or found.setting is not setting:
            found = self._items[id(setting)] = SettingItem(setting, self, database)
        return found

    def call(self, word: str, arguments: tuple[Tree, ...]) -> Any:
        """The result of a word."""
        return WORDS[word].function(self, arguments)

    @property
    def kind(self) -> tuple[Any, ...]:
        """What groups with the same parameters and the same pods have in common, wherever that is written."""
        if self._kind is None:
            pod = ((item.name, item.text, item.kind) for item in self._pod.values())
            self._kind = (id(self.effects), frozenset(pod))
        return self._kind

    @property
    def live_effects(self) -> Effects:
        """What the dump of the group's dynamic configuration comes to by itself."""
        if self._live_effects is None:
            from pgcfglint.platform.dump import of_dump

            self._live_effects = of_dump(self.cluster, self.group, self.group.live, self.catalog)
        return self._live_effects

    @property
    def hazards(self) -> list[Hazard]:
        """What stops the server or locks everybody out, with the settings behind it."""
        if self._hazards is None:
            from pgcfglint.platform.hazards import hazards

            self._hazards = hazards(self.effects)
        return self._hazards

    def effective(self, name: str) -> Effective:
        """What will run."""
        return self.effects.of(name)

    def setting(self, name: str) -> Setting | None:
        """The setting that stands in the input for a name and decides (None: not written)."""
        if name in self._pod:
            return self._pod[name]
        if name.startswith(PATRONI):
            return self.effective(name).setting
        if name in NAMES:
            return None
        if self._written is None:
            self._written = {item.name.lower(): item for item in self.group.settings if item.layer != POD}
        decisive = self.effective(name).setting
        if decisive is not None:
            return decisive
        return self._written.get(name.lower())

    def is_thought(self, name: str) -> bool:
        """Whether the name's value is a remedy applied in thought."""
        return name.lower() in self.thought

    def home(self, name: str) -> Location:
        """Where a name stands or would be written."""
        found = self.setting(name)
        if found is not None:
            return found.location
        homes = self.group.homes
        return homes.get(name) or homes.get(name.split(".")[0]) or homes.get("") or self.group.location

    def show(self, name: str) -> str | None:
        """The value of a name as a person reads it."""
        if name in NAMES:
            setting = self.setting(name)
            if setting is not None:
                return setting.written or setting.text
            value = self.amount(name)
            return None if value is UNKNOWN else spell_for(name, value, NAMES[name][0])
        text = self.effective(name).text
        parameter = self.catalog.get(name)
        if not text and parameter is not None and parameter.vartype != "string":
            return None
        return MASK if parameter is not None and parameter.secret else text

    def is_given(self, name: str) -> bool:
        """Whether the input writes the name (a null does not)."""
        if name not in NAMES:
            return bool(self.effects.settings(name))
        setting = self.setting(name)
        return setting is not None and setting.kind != "null"

    def counts(self, name: str) -> bool:
        """Whether the input writes a name and the chart passes it on; asked by most rules, so kept, and a
        parameter's answer for all groups that share their effects."""
        known = self._counts if name in NAMES else self.effects.counts
        found = known.get(name)
        if found is None:
            found = known[name] = self.is_given(name) and self.is_passed_on(name)
        return found

    def is_passed_on(self, name: str) -> bool:
        """Whether a parameter gets past the chart's templates."""
        if self.cluster.reads is None or name.lower() in self.cluster.reads:
            return True
        return any(setting.layer != BOOTSTRAP for setting in self.effects.settings(name))

    def is_in_overlay(self, name: str) -> bool:
        """Whether the name stands in the last of several stacked files."""
        setting = self.setting(name)
        sources = self.cluster.sources
        return setting is not None and len(sources) > 1 and setting.location.path == sources[-1]

    def members_of(self, name: str) -> Any:
        """The members of a comma list, as PostgreSQL splits it."""
        effective = self.effective(name)
        if effective.value is None or effective.text is None:
            return self._known(UNKNOWN, name)
        return lists.members(effective.text)

    def means_the_same(self, name: str, one: str, other: str) -> bool:
        """Whether two texts are the same value of a parameter."""
        return same_value(self.catalog.get(name), one, other)

    def list_problem(self, name: str) -> Any:
        """What is wrong with a comma list as written, "" where nothing is."""
        setting = self.setting(name)
        return UNKNOWN if setting is None else lists.problem(setting.text, setting.kind)

    def list_mended(self, name: str) -> Any:
        """The comma list as it should be written."""
        setting = self.setting(name)
        return UNKNOWN if setting is None else lists.mended(setting.text)

    def is_default_password(self, text: str) -> bool:
        """Whether a password is published, a placeholder, or shorter than 12 characters."""
        return credentials.is_default_password(text)

    def tried(self, changes: Mapping[str, str]) -> Scope:
        """This scope with some names given other values in thought, and all that follows from them."""
        key = tuple(changes.items())
        scope = self._tried.get(key)
        if scope is None:
            scope = self._tried[key] = self._try(changes)
        scope.item, scope.lets, scope.peers, scope.before = self.item, self.lets, self.peers, self.before
        return scope

    def _try(self, changes: Mapping[str, str]) -> Scope:
        settings = list(self.group.settings)
        for name, text in changes.items():
            old = self.setting(name)
            is_pod = name in NAMES and not name.startswith(PATRONI)
            layer = POD if is_pod else self._layer_for(name, old)
            settings = [setting for setting in settings if setting is not old]
            kind = "str" if text or is_pod else "null"  # a parameter without a text is taken out
            settings.append(Setting(name, text, self.home(name), layer, True, text, kind))
        made = tuple(settings[-len(changes) :]) if changes else ()
        group = self.group.replace(settings=tuple(settings))
        thought = self.thought | {name.lower() for name in changes}
        served = tuple(item for item in made if item.name not in NAMES or item.name.startswith(PATRONI))
        effects = self.effects.changed(group, served) if served else self.effects
        scope = Scope(self.cluster, group, self.catalog, thought, effects)
        scope._origin, scope._changes = self, changes
        return scope

    def _layer_for(self, name: str, old: Setting | None) -> str:
        """Where a value of a name takes effect: where it stands, or past a chart that does not pass it on."""
        if name not in NAMES and not self.is_passed_on(name):
            return DYNAMIC
        return old.layer if old is not None else self.layer()

    def layer(self) -> str:
        """The layer in which this input writes its parameters."""
        usual = DYNAMIC if self.cluster.reads is None else BOOTSTRAP
        return next((setting.layer for setting in self.group.settings if setting.layer != POD), usual)

    def sizes(self) -> Any:
        """What the memory formula needs; UNKNOWN where a part of it is."""
        if self._sizes is None:
            self._sizes = self._sized()
        return self._sizes

    def _sized(self) -> Any:
        found = self._automatics()
        if UNKNOWN in found.values():
            return UNKNOWN
        pods = {field: self.amount(name) for field, name in memory.NAMES.items()}
        libraries = self.members_of("shared_preload_libraries")
        return memory.Sizes(
            major=self.cluster.major,
            citus=bool(self._fixed["citus"]),
            patroni=bool(self._fixed["patroni"]),
            libraries=() if libraries is UNKNOWN else tuple(libraries),
            **found,
            **{field: value for field, value in pods.items() if value is not UNKNOWN},
        )

    def _automatics(self) -> dict[str, Any]:
        """The parameters of the memory formula: the same for all groups that share their effects. Where one
        is UNKNOWN every group works them out, so that each knows what it misses."""
        found: dict[str, Any] | None = self.effects.memo.get(memory.PARAMETERS)
        if found is None:
            kept = self._kept_automatics()
            found = {
                name: kept[name] if name in kept else self._automatic(name)
                for name in memory.PARAMETERS
                if name in kept or name in self.catalog
            }
            if UNKNOWN not in found.values():
                self.effects.memo[memory.PARAMETERS] = found
        return found

    def _kept_automatics(self) -> dict[str, Any]:
        """Those of them that the scope which this one was tried from has, and that the change leaves alone.
        What the chart does not pass on is worked out anew: another value runs in its place."""
        origin = self._origin
        known: dict[str, Any] = {} if origin is None else origin.effects.memo.get(memory.PARAMETERS, {})
        return {
            name: value
            for name, value in known.items()
            if origin is not None
            and self.effects.same(origin.effects, name)
            and origin.amount(name) is not UNKNOWN
        }

    def _automatic(self, name: str) -> Any:
        """The value of a parameter, automatic ones (-1, 0) as they are: the memory formula knows them."""
        value = self.assumed(name)
        return self.raw(name) if value is UNKNOWN and self.is_passed_on(name) else value

    def _known(self, value: Any, name: str) -> Any:
        if value is UNKNOWN:
            self.missing.add(name)
        return value

    def _outside(self, name: str) -> Any:
        if name in self._fixed:
            return self._fixed[name]
        if name == "cluster.members":
            return self._members()
        setting = self._pod.get(name)
        if setting is not None and setting.kind != "null":
            return _pod_value(setting, NAMES[name][0])
        return self._patroni_value(name) if name.startswith(PATRONI) else UNKNOWN

    def _patroni_value(self, name: str) -> Any:
        """A key of the dynamic configuration, or what Patroni takes for it."""
        effective, dimension = self.effective(name), NAMES[name][0]
        if dimension in ("bool", "text"):
            return UNKNOWN if effective.text is None else _word_value(effective.text, dimension)
        return UNKNOWN if effective.value is None else effective.value.amount

    def _members(self) -> Any:
        counts = [
            _pod_value(setting, "count")
            for group in self.cluster.groups
            for setting in group.settings
            if setting.name == "members"
        ]
        return sum(counts) if counts and UNKNOWN not in counts else UNKNOWN


def _pod_value(setting: Setting, dimension: str) -> Any:
    text = setting.text
    if dimension == "bool" or (dimension == "text" and setting.name.startswith(PATRONI)):
        return _word_value(text, dimension)
    if dimension == "text":
        return text
    number = units.parse_quantity(text)
    if number is None:
        return UNKNOWN
    return number * _SECONDS if dimension == "time" else number


_SWITCH = {
    "true": True,
    "on": True,
    "yes": True,
    "1": True,
    "false": False,
    "off": False,
    "no": False,
    "0": False,
}


def _word_value(text: str, dimension: str) -> Any:
    """A switch as Patroni and charts read it; as text it is `on`, `off`, or another word in lower case."""
    switch = _SWITCH.get(text.lower(), UNKNOWN)
    if dimension == "bool":
        return switch
    return text.lower() if switch is UNKNOWN else "on" if switch else "off"
