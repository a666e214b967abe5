"""What one written value comes to: through the platform's checks, into the file, read by the server."""

from __future__ import annotations

from pgcfglint.catalog import ValueProblem
from pgcfglint.platform import extensions
from pgcfglint.platform.admission import CLAMPED as CLAMP
from pgcfglint.platform.admission import REMOVED
from pgcfglint.platform.effective import CLAMPED, DEFAULTED, DROPPED, IGNORED, REFUSED, RUNS, Effective
from pgcfglint.platform.tables import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pgcfglint.catalog import Parameter
    from pgcfglint.model import Setting
    from pgcfglint.platform.effects import Effects


def take(
    effects: Effects, parameter: Parameter, setting: Setting, shadowed: tuple[Setting, ...] = ()
) -> Effective:
    """What runs when `setting` is the one that counts."""
    found = _take(effects, parameter, setting)
    return found.replace(shadowed=shadowed) if shadowed else found


def refused(effects: Effects, parameter: Parameter, setting: Setting, why: str) -> Effective:
    """A value with which the server does not start; a running server keeps its old one."""
    reason = f"PostgreSQL does not start with {parameter.name} = {effects.shown(setting)}: {why}"
    return Effective(parameter.name, None, None, "written", setting, REFUSED, reason)


def _take(effects: Effects, parameter: Parameter, setting: Setting) -> Effective:
    base = effects.base(parameter).replace(setting=setting)
    key = parameter.name.lower()
    never = effects.rules.get("never_written", {"names": ()})
    if key in never["names"]:
        reason = (
            f"Patroni never writes {parameter.name} from postgresql.parameters, without a word in its log; "
            f"its place is {never['place']}"
        )
        return base.replace(fate=DROPPED, reason=reason)
    text, clamped = setting.text, False
    if effects.admission is not None:
        verdict, bound = effects.admission.judge(parameter, text)
        if verdict == REMOVED:
            return base.replace(fate=DROPPED, reason=_why_dropped(effects, parameter, setting, base))
        clamped = verdict == CLAMP
        text = bound if clamped else text
    if "\n" in text:
        return refused(effects, parameter, setting, "a configuration file's value cannot hold a line break")
    try:
        value = parameter.read(text)
    except ValueProblem as problem:
        if not parameter.module:
            return refused(effects, parameter, setting, problem.message)
        return _defaulted(parameter, base, problem.message)
    if parameter.module:
        wrong = extensions.problem(parameter, text)
        if wrong:
            return _defaulted(parameter, base, wrong)
        value = extensions.same_as(parameter, value)
    if key in table("postgresql")["no_effect"]:
        return base.replace(fate=IGNORED, reason=f"{parameter.name} has no effect in a configuration file")
    shown = parameter.show(value.setting)
    fate, reason = RUNS, ""
    if clamped:
        fate = CLAMPED
        reason = (
            f"{effects.shown(setting)} is out of range for {parameter.name}; "
            f"Patroni writes {shown}, and that is what PostgreSQL runs with"
        )
    return Effective(parameter.name, shown, value, "written", setting, fate, reason)


def _defaulted(parameter: Parameter, base: Effective, why: str) -> Effective:
    """A value that an extension refuses: its default runs."""
    runs = base.text or "its default"
    return base.replace(fate=DEFAULTED, reason=f"{why}; {parameter.module} warns and runs with {runs}")


def _why_dropped(effects: Effects, parameter: Parameter, setting: Setting, base: Effective) -> str:
    assert effects.admission is not None
    runs = f"drops it and PostgreSQL runs with {base.text or 'its default'}"
    if not effects.admission.knows(parameter):
        return f"this Patroni does not know {parameter.name}; it {runs}"
    try:
        parameter.read(setting.text)
    except ValueProblem:
        return f"{effects.shown(setting)} is no PostgreSQL value; Patroni {runs}"
    return f"PostgreSQL would take {effects.shown(setting)} for {parameter.name}, but Patroni {runs}"
