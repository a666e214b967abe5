"""From a rule's fix to a remedy: the value to write, what applying it costs, and by which route."""

from __future__ import annotations

import math

from pgcfglint.expression import UNKNOWN, evaluate, holds
from pgcfglint.model import APPLIES, BOOTSTRAP, DATABASE, DYNAMIC, LOCAL, OPTION, POD, Remedy
from pgcfglint.platform import apply_of
from pgcfglint.platform.operators import carries_out
from pgcfglint.rulebook import OF_SETTING
from pgcfglint.spelling import spell_for
from pgcfglint.vocabulary import NAMES
from pgcfglint.wording import fill

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from pgcfglint.model import Cluster, Setting
    from pgcfglint.rulebook import Fix, Rule
    from pgcfglint.scope import Scope

_MB = 1024 * 1024
_GB = 1024 * _MB


class Cure:
    """A remedy, and the change that it would make to the scopes it is for (None: not a change of a value)."""

    __slots__ = ("change", "remedy", "scopes")

    def __init__(self, remedy: Remedy, change: tuple[str, str] | None, scopes: list[Scope]) -> None:
        self.remedy, self.change, self.scopes = remedy, change, scopes


def cures(rule: Rule, scopes: list[Scope], item_name: str = "") -> list[Cure]:
    """The cures of a finding that concerns some scopes (the first one represents them)."""
    found = (_cure(fix, scopes, item_name, rule.judge) for fix in rule.fixes)
    return [cure for cure in found if cure is not None]


def _cure(fix: Fix, scopes: list[Scope], item_name: str, judge: str) -> Cure | None:
    main = scopes[0]
    if fix.when is not None and holds(fix.when, main) is not True:
        return None
    groups = tuple(scope.group.name for scope in scopes)
    if fix.verb == "do":
        apply = _cost(_changed(item_name, main), main) if fix.apply == OF_SETTING else fix.apply
        told = apply == "restart" and "observation.order" in main.item
        order = main.item["observation.order"] if told else None
        return Cure(Remedy(fill(fix.text, main), "", "", groups, apply, order or None), None, scopes)
    name = item_name if fix.name == "setting" else fix.name
    if name in NAMES and _is_option(main.setting(name)):
        return None
    deciding = scopes[:1] if judge == "smallest" else scopes
    text = _value(fix, name, deciding)
    if text is None or _is_already(fix, name, text, main):
        return None
    remedy = remedy_for(name, text, scopes)
    if deciding is not scopes:
        alone = ((scope.group.name, _value(fix, name, [scope])) for scope in scopes[1:])
        more = ", ".join(f"{group} alone: {value}" for group, value in alone if value not in (None, text))
        remedy = remedy.replace(text=f"{remedy.text} ({more})") if more else remedy
    if fix.verb == "bring":
        return Cure(remedy, None, scopes)
    return Cure(remedy, (name, text), scopes)


def _cost(name: str, scope: Scope) -> str:
    """What a parameter's context makes of a change; a placeholder is read again with the file."""
    parameter = scope.catalog.get(name)
    return apply_of(parameter) if parameter is not None else "reload"


def _changed(name: str, scope: Scope) -> str:
    """The parameter that a cure in words changes: the setting's, or the one that it should be called."""
    return name if name in scope.catalog else str(scope.item["setting.instead"])


def _is_option(setting: Setting | None) -> bool:
    """Whether a value comes from the command line, where no remedy can write."""
    return setting is not None and setting.kind == OPTION


def _is_already(fix: Fix, name: str, text: str, scope: Scope) -> bool:
    """Whether the value is in force already, or lies on the wrong side of it (nothing to raise or lower)."""
    if fix.verb not in ("raise", "lower") or not scope.is_given(name):
        return False
    old, new = scope.amount(name), scope.tried({name: text}).amount(name)
    if not isinstance(old, (int, float)) or not isinstance(new, (int, float)):
        return False
    return new <= old if fix.verb == "raise" else new >= old


def _value(fix: Fix, name: str, scopes: list[Scope]) -> str | None:
    """The text to write that satisfies all scopes; None where it cannot be said."""
    if fix.verb == "unset" or fix.to is None:
        return ""
    if fix.verb == "add":
        members = scopes[0].members_of(name)
        return ",".join((*(() if members is UNKNOWN else members), fix.to[1]))
    if fix.to[0] == "label":
        return str(fix.to[2])
    values = [evaluate(fix.to, scope) for scope in scopes]
    if UNKNOWN in values:
        return None
    if isinstance(values[0], (str, bool)):
        return spell_for(name, values[0], fix.dimension)
    amount = max(values) if fix.verb == "raise" else min(values)
    if math.isinf(amount) or amount <= 0:
        return None
    return spell_for(name, _rounded(amount, fix), fix.dimension)


def _rounded(amount: float, fix: Fix) -> float:
    """The amount in steps that people write: up where it must rise, else down."""
    step = fix.step or _step(amount, fix.dimension)
    whole = math.ceil(amount / step - 1e-9) if fix.verb == "raise" else math.floor(amount / step + 1e-9)
    return max(whole, 1) * step


def _step(amount: float, dimension: str) -> float:
    if dimension == "bytes":
        return (
            256 * _MB
            if amount >= 4 * _GB
            else 64 * _MB
            if amount >= _GB
            else 16 * _MB
            if amount > 128 * _MB
            else _MB
        )
    if dimension == "time":
        return 1000.0
    return 1.0 if amount >= 1 else 0.1


def remedy_for(name: str, text: str, scopes: list[Scope]) -> Remedy:
    """The remedy that gives a name a value: cost, order and route on this platform."""
    main, cluster = scopes[0], scopes[0].cluster
    groups = tuple(scope.group.name for scope in scopes)
    if name in NAMES:
        found = main.setting(name)
        keys = ".".join(found.location.keys) if found is not None and found.location.keys else name
        written = f"{keys}: {text}"
        apply = cluster.costs.get(name, pod_cost(name))
        via, reaches = _pod_route(cluster, name, main.layer())
        return Remedy(written, name, text, groups, apply, None, via, reaches, ())
    written = f"remove {name}" if text == "" else f"{name}: {quoted(text)}"
    apply = max(_cost(name, main), cluster.costs.get(_layer(name, main), "none"), key=APPLIES.index)
    via, reaches, steps = _route(name, text, scopes, apply)
    order = _order(name, text, main) if apply == "restart" else None
    if not main.is_passed_on(name):
        written = written if text == "" else f"{name}: {quoted(text)} (the chart does not pass it on)"
    return Remedy(written, name, text, groups, apply, order, via, reaches, steps)


# What of a description belongs to Patroni's dynamic configuration or to the volume rather than the pod.
_POD_COSTS = {"patroni": "reload", "pgdata": "rebuild", "secret": "pods", "members": "pods"}


def pod_cost(name: str) -> str:
    """What a change of a name that is no parameter costs where no layout says it."""
    return _POD_COSTS.get(name.split(".")[0], "pods")


def _order(name: str, text: str, scope: Scope) -> str | None:
    """The restart order of a parameter that a standby compares with its primary's."""
    parameter = scope.catalog.get(name)
    if parameter is None or not parameter.standby_sensitive:
        return None
    live = next((item.text for item in scope.group.live if item.name.lower() == name.lower()), None)
    before = scope if live is None else scope.tried({name: live})
    old, new = before.amount(name), scope.tried({name: text}).amount(name)
    if not isinstance(old, (int, float)) or not isinstance(new, (int, float)) or old == new:
        return None
    return "standbys first" if new > old else "primary first"


def _pod_route(cluster: Cluster, name: str, layer: str) -> tuple[str, str]:
    if name.startswith("patroni.") and DYNAMIC not in cluster.via:
        return "patronictl edit-config", "new clusters" if layer == BOOTSTRAP else "nobody"
    return cluster.via.get(POD) or carries_out(cluster.platform) or "helm upgrade", "running"


def _route(name: str, text: str, scopes: list[Scope], apply: str) -> tuple[str, str, tuple[str, ...]]:
    """Route, whom an edit of the file alone reaches, and the commands."""
    main, cluster = scopes[0], scopes[0].cluster
    layer = _layer(name, main)
    operator = carries_out(cluster.platform) if layer == DYNAMIC and layer not in cluster.via else ""
    if operator:
        return operator, "running", ()
    if "patroni" in cluster.platform and layer not in (LOCAL, DATABASE) and layer not in cluster.via:
        reaches = "new clusters" if layer == BOOTSTRAP and main.is_passed_on(name) else "nobody"
        return "patronictl edit-config", reaches, _edit_config(name, text, scopes, apply)
    return cluster.via.get(layer, _ROUTES.get(layer, "editing the file")), "running", ()


def _layer(name: str, scope: Scope) -> str:
    """The layer that a remedy writes to: where the parameter stands, or where it would."""
    setting = scope.setting(name)
    return setting.layer if setting is not None else scope.layer()


_ROUTES = {LOCAL: "editing the file on every member", DATABASE: "ALTER DATABASE"}


def _edit_config(name: str, text: str, scopes: list[Scope], apply: str) -> tuple[str, ...]:
    value = "null" if text == "" else text
    argument = f"-p '{name}={value}'" if any(mark in value for mark in " ,*$") else f"-p {name}={value}"
    steps = []
    for scope in scopes:
        group = f" --group {scope.group.number}" if scope.group.number is not None else ""
        cluster = f" {scope.cluster.scope}" if scope.cluster.scope else ""
        steps.append(f"patronictl edit-config{cluster}{group} {argument} --force")
    return tuple(dict.fromkeys(steps))


def quoted(text: str) -> str:
    """A value as YAML wants it: quoted where it would be read as something else."""
    plain = text.replace(".", "").replace("_", "").replace("/", "").isalnum()
    octal = text.isdecimal() and len(text) > 1 and text[0] == "0"
    words = ("on", "off", "yes", "no", "true", "false", "y", "n", "null")
    if plain and not octal and text.lower() not in words:
        return text
    return f'"{text}"'
