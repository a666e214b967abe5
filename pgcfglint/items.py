"""The names of one thing that a rule asks about: a setting, an observation.

Computed when a sentence asks for them, so that asking a hundred settings for their kind costs no
more than that.
"""

from __future__ import annotations

from pgcfglint import lists, units
from pgcfglint.catalog import ValueProblem
from pgcfglint.credentials import credential
from pgcfglint.expression import UNKNOWN
from pgcfglint.model import DATABASE, LIVE
from pgcfglint.platform import REFUSED, describe, libraries, operators

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from pgcfglint.catalog import Parameter, Value
    from pgcfglint.model import Observation, Setting
    from pgcfglint.platform import Effective
    from pgcfglint.scope import Scope

    _Mapping = Mapping[str, Any]
else:
    _Mapping = object  # what the sentences ask of a mapping is written out below

MASK = "***"
"""Stands for a value that is never printed."""


class SettingItem(_Mapping):
    """`setting.*` of one setting in one scope: a mapping that computes a name on first use."""

    def __init__(self, setting: Setting, scope: Scope, database: str = "") -> None:
        self.setting, self.scope, self.database = setting, scope, database
        self._cache: dict[str, Any] = {}
        self.parameter: Parameter | None = scope.catalog.get(setting.name)
        self._judged = False
        self._value: Value | None = None
        self._problem: ValueProblem | None = None

    def __contains__(self, name: object) -> bool:
        return name in _FIELDS

    def __iter__(self) -> Iterator[str]:
        return iter(_FIELDS)

    def __len__(self) -> int:
        return len(_FIELDS)

    def __getitem__(self, name: str) -> Any:
        if name not in self._cache:
            self._cache[name] = _FIELDS[name](self)
        return self._cache[name]

    @property
    def value(self) -> Value | None:
        """The value as PostgreSQL reads it, None where it refuses."""
        self._judge()
        return self._value

    @property
    def problem(self) -> ValueProblem | None:
        """Why PostgreSQL refuses the name or the value, None where it does not."""
        self._judge()
        return self._problem

    @property
    def effective(self) -> Effective | None:
        """What this setting comes to; None for ALTER DATABASE settings and those of an attached dump."""
        if self.setting.layer == DATABASE or any(live is self.setting for live in self.scope.group.live):
            return None
        return self.scope.effects.outcome(self.setting)

    @property
    def runs(self) -> str | None:
        """The value that runs with this setting, masked; None where none does or it cannot be known."""
        effective = self.effective
        if effective is None and self.setting.layer != DATABASE:
            effective = self.scope.live_effects.outcome(self.setting)
        return None if effective is None or effective.text is None else self.masked(effective.text)

    def masked(self, text: str | None) -> str | None:
        """The text, or a mask where the parameter holds secrets."""
        return MASK if self.parameter is not None and self.parameter.secret else text

    def _judge(self) -> None:
        if self._judged:
            return
        self._judged = True
        self._problem = self.scope.catalog.name_problem(self.setting.name, self.scope.cluster.major)
        if self._problem is not None or self.parameter is None or self.setting.kind == "null":
            return
        if self.setting.kind in ("list", "map"):
            self._problem = ValueProblem(
                "syntax", f"{self.setting.name} is a YAML {self.setting.kind}, not one text"
            )
        else:
            try:
                self._value = self.parameter.read(self.setting.text)
            except ValueProblem as problem:
                self._problem = problem


def _shown(item: SettingItem) -> Any:
    if item.value is None or item.parameter is None:
        return item.masked(item.setting.text)
    return item.masked(item.parameter.show(item.value.setting))


def _effective_text(item: SettingItem) -> Any:
    effective = item.effective
    return UNKNOWN if effective is None or effective.value is None else item.masked(effective.text)


def _outcome(item: SettingItem) -> str:
    effective = item.effective
    if effective is None:
        return ""
    sentence = describe(effective)
    return sentence.replace(item.setting.text, MASK) if item.parameter and item.parameter.secret else sentence


def _hazard(item: SettingItem) -> str:
    """What stops the server or its sessions with this value, where no other rule says it."""
    if item.problem is not None:
        return ""
    return "; ".join(
        hazard.message
        for hazard in item.scope.hazards
        if item.setting in hazard.settings[:1]
        and not hazard.rule
        and (hazard.sure or hazard.kind == "lock-out")
    )


def _aftermath(item: SettingItem) -> str:
    """The outcome of a value that PostgreSQL refuses, without the reason, which is said before it."""
    outcome = _outcome(item)
    if item.effective is None or item.effective.fate != REFUSED or item.problem is None:
        return outcome
    return outcome.removesuffix(": " + item.problem.message)


def _unitless(item: SettingItem) -> Any:
    parameter, text = item.parameter, item.setting.text.strip()
    if parameter is None or parameter.dimension not in ("bytes", "time") or item.value is None:
        return False
    return text.lstrip("+-").replace(".", "", 1).isdigit()


def _number(item: SettingItem) -> Any:
    number = item.value.number if item.value is not None else None
    return UNKNOWN if number is None else number


def _rounded(item: SettingItem) -> str:
    """What the server makes of an amount that is no whole number of its units, "" of one that is."""
    parameter, value = item.parameter, item.value
    text = item.setting.text.strip()
    if parameter is None or value is None or parameter.vartype != "integer" or text[:1] == "0":
        return ""
    exact: float | None
    near: Any
    if parameter.dimension in ("bytes", "time"):
        if text.lstrip("+-").replace(".", "", 1).isdigit():
            exact, near = float(text), value.number
        else:
            exact, near = units.parse_postgresql(text.replace(" ", ""), parameter.dimension), value.amount
    else:
        exact, near = (float(text) if text.replace(".", "", 1).isdigit() else None), value.number
    if exact is None or not isinstance(near, (int, float)) or near in (-1, 0) or near == exact:
        return ""
    return parameter.show(value.setting)


def _live(item: SettingItem) -> Setting | None:
    wanted = item.setting.name.lower()
    return next((live for live in item.scope.group.live if live.name.lower() == wanted), None)


def _live_text(item: SettingItem) -> Any:
    """What the dump of the dynamic configuration has, as SHOW prints it; else what runs by default."""
    live, scope = _live(item), item.scope
    if live is None and not scope.group.live:
        return UNKNOWN
    if live is None:
        default = scope.live_effects.of(item.setting.name).text
        return f"not set ({item.masked(default)} by default)" if default else "not set"
    if item.parameter is None:
        return item.masked(live.text)
    try:
        return item.masked(item.parameter.show(item.parameter.read(live.text).setting))
    except ValueError:
        return item.masked(live.text)


def _matches_live(item: SettingItem) -> Any:
    """Whether the dump has the value, or comes to the same one."""
    live, name, scope = _live(item), item.setting.name, item.scope
    if not scope.group.live:
        return UNKNOWN
    if live is not None and same_value(item.parameter, item.setting.text, live.text):
        return True
    if not scope.is_passed_on(name):
        return UNKNOWN
    own, other = scope.effective(name).text, scope.live_effects.of(name).text
    return own == other if own is None or other is None else same_value(item.parameter, own, other)


_SWITCH = {"true": "on", "yes": "on", "1": "on", "false": "off", "no": "off", "0": "off"}
"""The words of a boolean, by those that SHOW prints."""


def same_value(parameter: Parameter | None, one: str, other: str) -> bool:
    """Whether two texts mean the same value: in base units, by meaning (1GB = 1024MB, on = true),
    lists by their members, in any order where it means nothing."""
    if one == other or parameter is None:
        return one == other
    if parameter.is_switch and _SWITCH.get(one.lower(), one) == _SWITCH.get(other.lower(), other):
        return True
    if parameter.is_list and _members(parameter, one) == _members(parameter, other):
        return True
    try:
        return parameter.read(one).setting == parameter.read(other).setting
    except ValueError:
        return False


def _members(parameter: Parameter, text: str) -> list[str]:
    """The members of a list; where their order means nothing, in a common one."""
    members = list(lists.members(text))
    return members if parameter.is_ordered else sorted(member.lower() for member in members)


def _others(item: SettingItem) -> str:
    """Other groups of the cluster whose value differs, as a text; "" where none does.

    Dumps are compared with dumps, declarations with declarations: a group of which there is no dump may
    run anything.
    """
    scope, name = item.scope, item.setting.name
    own = in_force(scope, name)
    different = []
    for other in scope.peers:
        if other is not scope and bool(other.group.live) == bool(scope.group.live):
            theirs = in_force(other, name)
            if own is not None and theirs is not None and not same_value(item.parameter, own, theirs):
                different.append(f"{item.masked(theirs)} in {other.group.name}")
    return ", ".join(different)


def in_force(scope: Scope, name: str) -> str | None:
    """The value of a group: what its dump says, else what is declared."""
    wanted = name.lower()
    live = next((setting.text for setting in scope.group.live if setting.name.lower() == wanted), None)
    return live if live is not None else scope.effective(name).text or None


def _old(item: SettingItem) -> Any:
    before = item.scope.before
    return UNKNOWN if before is None else before.show(item.setting.name) or UNKNOWN


def _lowered(item: SettingItem) -> Any:
    before = item.scope.before
    if before is None:
        return UNKNOWN
    old, new = before.amount(item.setting.name), item.scope.amount(item.setting.name)
    numbers = isinstance(old, (int, float)) and isinstance(new, (int, float))
    return new < old if numbers else UNKNOWN


_PRELOADS = ("shared_preload_libraries", "session_preload_libraries", "local_preload_libraries")


def _library(item: SettingItem) -> Any:
    """The library that a dotted parameter waits for; "" where one is not needed or loaded."""
    scope, name = item.scope, item.setting.name
    library = libraries.needed(name) if "." in name else ""
    if not library or libraries.loaded_by(scope.cluster.platform, name):
        return ""
    there = [scope.members_of(preload) for preload in _PRELOADS]
    if UNKNOWN in there:
        return UNKNOWN
    return "" if any(library in members for members in there) else library


def _is_default(item: SettingItem) -> Any:
    """Whether the value would run unwritten: PostgreSQL's default, Patroni's or initdb's, none supplied."""
    effects, parameter, value = item.scope.effects, item.parameter, item.value
    if parameter is None or value is None:
        return False
    rule = effects.rules.get("dcs_only", {}).get(parameter.name.lower(), {})
    supplied = effects.supplied(parameter.name)
    base = effects.base(parameter)
    text = supplied.text if supplied is not None else rule.get("default", base.text)
    return text is not None and same_value(parameter, item.setting.text, str(text))


def _last_major(item: SettingItem) -> int:
    return item.scope.catalog.last_major(item.setting.name)


def _managed(item: SettingItem) -> str:
    platforms: tuple[str, ...] = item.scope.cluster.platform
    return operators.managed(platforms, item.setting)


def _problem_field(field: str) -> Callable[[SettingItem], Any]:
    return lambda item: getattr(item.problem, field) if item.problem is not None else ""


def _parameter_field(field: str, absent: Any = "") -> Callable[[SettingItem], Any]:
    def answer(item: SettingItem) -> Any:
        value = getattr(item.parameter, field) if item.parameter is not None else absent
        return absent if value is None else value

    return answer


_FIELDS: dict[str, Callable[[SettingItem], Any]] = {
    "setting.name": lambda item: item.parameter.name if item.parameter is not None else item.setting.name,
    "setting.text": lambda item: item.masked(item.setting.text),
    "setting.written": lambda item: item.masked(item.setting.written or item.setting.text),
    "setting.value": lambda item: UNKNOWN if item.value is None else item.masked(item.value.setting),
    "setting.shown": _shown,
    "setting.number": _number,
    "setting.unitless": _unitless,
    "setting.effective": _effective_text,
    "setting.outcome": _outcome,
    "setting.aftermath": _aftermath,
    "setting.fate": lambda item: item.effective.fate if item.effective is not None else "runs",
    "setting.live": _live_text,
    "setting.matches_live": _matches_live,
    "setting.others": _others,
    "setting.old": _old,
    "setting.lowered": _lowered,
    "setting.in_force": lambda item: item.masked(in_force(item.scope, item.setting.name)) or UNKNOWN,
    "setting.default": _parameter_field("boot_val"),
    "setting.default_shown": lambda item: (
        item.parameter.show(item.parameter.boot_val or "") if item.parameter is not None else ""
    ),
    "setting.context": _parameter_field("context"),
    "setting.unit": _parameter_field("unit"),
    "setting.dimension": _parameter_field("dimension"),
    "setting.standby_sensitive": _parameter_field("standby_sensitive", False),
    "setting.layer": lambda item: item.setting.layer,
    "setting.live_layer": lambda item: item.setting.layer == LIVE,
    "setting.kind": lambda item: item.setting.kind,
    "setting.quoted": lambda item: item.setting.quoted,
    "setting.valid": lambda item: item.problem is None,
    "setting.problem": _problem_field("message"),
    "setting.problem_kind": _problem_field("kind"),
    "setting.last_major": _last_major,
    "setting.hint": _problem_field("hint"),
    "setting.instead": _problem_field("hint"),
    "setting.known": lambda item: item.parameter is not None,
    "setting.passed_on": lambda item: (
        item.setting.layer == DATABASE or item.scope.is_passed_on(item.setting.name)
    ),
    "setting.database": lambda item: item.database,
    "setting.stem": lambda item: item.setting.name.rpartition(".")[0].lower(),
    "setting.library": _library,
    "setting.hazard": _hazard,
    "setting.managed": _managed,
    "setting.secret": lambda item: credential(item.setting.text),
    "setting.is_default": _is_default,
    "setting.rounded": _rounded,
    "setting.octal": lambda item: lists.file_mode(item.setting.written) if item.setting.kind == "int" else "",
    "setting.rewritten": lambda item: (
        lists.rewritten(item.setting.written, item.setting.text)
        if item.setting.kind in ("int", "float") and not item.setting.quoted
        else ""
    ),
}


def observation_item(observation: Observation) -> Mapping[str, Any]:
    """`observation.*` of what a reader saw; counts as numbers."""
    fields: dict[str, Any] = {"observation.kind": observation.kind}
    for name, text in observation.fields.items():
        fields[f"observation.{name}"] = int(text) if text.isdigit() else text
    return fields
