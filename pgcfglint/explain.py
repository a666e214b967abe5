"""What a person wants to know about a rule, a parameter, or a value."""

from __future__ import annotations

from pgcfglint import catalog, rulebook
from pgcfglint.items import MASK
from pgcfglint.model import APPLIES
from pgcfglint.platform import apply_of
from pgcfglint.record import Record
from pgcfglint.remedy import pod_cost
from pgcfglint.sources.masking import secret
from pgcfglint.vocabulary import NAMES
from pgcfglint.wording import cost_of

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from pgcfglint.catalog import Parameter
    from pgcfglint.rulebook import Fix, Manual, Rule


class RuleText(Record):
    """What reports say about a rule."""

    title: str
    why: str
    see: tuple[str, ...]
    severity: Mapping[str, str]


def texts() -> dict[str, RuleText]:
    """The texts of every shipped rule, by name."""
    return {
        name: RuleText(rule.title, manual.why.strip(), manual.see, rule.severity)
        for name, (rule, manual) in rulebook.manuals().items()
    }


def rule_page(rule: Rule, manual: Manual) -> Iterator[str]:
    """The page of a rule: what, why, right and wrong, how to silence, sources."""
    severity = ", ".join(
        f"{word}" if on == "default" else f"{word} on {on}" for on, word in rule.severity.items()
    )
    demo = f"; {rule.demo} in profile demo" if rule.demo else ""
    yield f"{rule.name}  ({severity}; {rule.topic}; profile {rule.profile}{demo})"
    yield ""
    yield rule.title
    yield ""
    yield "Why"
    yield from (f"  {line}" for line in manual.why.strip().splitlines())
    yield ""
    yield "What must hold"
    if manual.when:
        yield f"  when {manual.when}"
    yield f"  {manual.sentence}"
    for name, value in manual.lets.items():
        settable = rule.lets[name][0] == "num"
        yield f"    {name}: {value}{'' if settable else '  (computed)'}"
    yield ""
    yield from _examples(manual)
    if manual.fixes:
        yield "How to fix it"
        for fix, text in zip(rule.fixes, manual.fixes):
            cost = fix_cost(fix)
            yield f"  {' '.join(text.split())}" + (f"  ({cost})" if cost else "")
        yield ""
    yield "Silence or tune it"
    yield f"  # pgcfglint: ignore[{rule.name}] why     on the line or the line above"
    yield f"  rules: {{{rule.name}: off}}              in .pgcfglint.yaml"
    threshold = next((name for name, tree in rule.lets.items() if tree[0] == "num"), None)
    if threshold is not None:
        yield f"  rules: {{{rule.name}: {{let: {{{threshold}: {manual.lets[threshold]}}}}}}}"
    if manual.wrong:
        yield ""
        yield "When it is wrong"
        yield f"  {manual.wrong}"
    yield ""
    yield "Sources"
    yield from (f"  {url}" for url in manual.see)


def fix_cost(fix: Fix) -> str:
    """What applying a fix takes on a running cluster, by major where that differs; "" where it depends."""
    if fix.verb == "do":
        return cost_of(fix.apply) if fix.apply in APPLIES else ""
    if fix.name in NAMES:
        return cost_of(pod_cost(fix.name))
    known = {major: catalog.load(major).get(fix.name) for major in catalog.MAJORS}
    found = {major: parameter for major, parameter in known.items() if parameter is not None}
    costs = list(_grouped(found, lambda parameter: cost_of(apply_of(parameter))))
    if len(costs) == 1:
        return costs[0][1]
    return ", ".join(f"{majors}: {text}" for majors, text in costs)


def rule_data(rule: Rule, manual: Manual) -> dict[str, Any]:
    """The page of a rule as data."""
    return {
        "kind": "rule",
        "rule": rule.name,
        "topic": rule.topic,
        "title": rule.title,
        "severity": dict(rule.severity),
        "profile": rule.profile,
        "why": manual.why.strip(),
        "when": manual.when,
        "assert": manual.sentence,
        "let": dict(manual.lets),
        "thresholds": [name for name, tree in rule.lets.items() if tree[0] == "num"],
        "fixes": [
            {"text": " ".join(text.split()), "takes": fix_cost(fix)}
            for fix, text in zip(rule.fixes, manual.fixes)
        ],
        "wrong": [item.get("given", item) for item in manual.examples.get("fail") or ()],
        "right": list(manual.examples.get("pass") or ()),
        "exceptions": manual.wrong.strip(),
        "see": list(manual.see),
    }


def _examples(manual: Manual) -> Iterator[str]:
    wrong = [item.get("given", item) for item in manual.examples.get("fail") or ()]
    right = list(manual.examples.get("pass") or ())
    for title, examples in (("Wrong", wrong), ("Right", right)):
        yield title
        for example in examples[:3]:
            yield f"  {_flow(example)}"
        yield ""


def _flow(value: Any) -> str:
    """A small value in YAML's flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def parameter_page(name: str) -> Iterator[str]:
    """The page of a parameter: meaning, what a change costs, bounds and defaults over the majors."""
    known = {major: catalog.load(major).get(name) for major in catalog.MAJORS}
    found = {major: parameter for major, parameter in known.items() if parameter is not None}
    newest = found[max(found)]
    yield f"{newest.name}  ({newest.module or 'PostgreSQL'}; {newest.vartype})"
    if newest.short_desc:
        yield f"  {newest.short_desc}"
    yield ""
    yield "A change takes"
    for majors, text in _grouped(found, lambda item: f"{cost_of(apply_of(item))} (context {item.context})"):
        yield f"  {majors}: {text}"
    if newest.standby_sensitive:
        yield "  raising it: standbys first, then the primary; lowering it: the primary first"
    yield "Default"
    for majors, text in _grouped(found, _default):
        yield f"  {majors}: {text}"
    if newest.min_val or newest.enumvals:
        yield "Values"
        for majors, text in _grouped(found, _values):
            yield f"  {majors}: {text}"
    special = {text: meaning for text, meaning in newest.special.items() if isinstance(text, str)}
    if special:
        yield "Special values"
        yield from (f"  {text}: {meaning.replace(':', ' ')}" for text, meaning in special.items())
    rules = [rule for rule in rulebook.load_all() if newest.name in (*rule.reads, *rule.places)]
    if rules:
        yield "Rules"
        yield from (f"  {rule.name}: {rule.title}" for rule in rules)
    absent = [major for major in catalog.MAJORS if major not in found]
    if absent:
        yield f"Not in PostgreSQL {', '.join(map(str, absent))}"


def _grouped(found: Mapping[int, Parameter], describe: Any) -> Iterator[tuple[str, str]]:
    """Equal answers of neighbouring majors together: ("13-17", text)."""
    runs: list[tuple[int, int, str]] = []
    for major, parameter in found.items():
        text = describe(parameter)
        if runs and runs[-1][2] == text and runs[-1][1] == major - 1:
            runs[-1] = (runs[-1][0], major, text)
        else:
            runs.append((major, major, text))
    yield from ((str(first) if first == last else f"{first}-{last}", text) for first, last, text in runs)


def _default(parameter: Parameter) -> str:
    if parameter.boot_val is None:
        return "not set"
    shown = parameter.show(parameter.boot_val) if parameter.boot_val else "''"
    return f"{shown} (initdb writes {parameter.initdb})" if parameter.initdb else shown


def _values(parameter: Parameter) -> str:
    if parameter.enumvals:
        return ", ".join(parameter.enumvals)
    if not parameter.min_val:
        return "any text"
    low, high = parameter.show(parameter.min_val), parameter.show(parameter.max_val)
    unit = f", a number without a unit is in {parameter.unit}" if parameter.unit else ""
    return f"{low} to {high}{unit}"


def parameter_data(name: str) -> dict[str, Any]:
    """The page of a parameter as data: one entry for each major that has it."""
    known = ((major, catalog.load(major).get(name)) for major in catalog.MAJORS)
    found = [(major, parameter) for major, parameter in known if parameter is not None]
    newest = found[-1][1]
    rules = rulebook.load_all()
    return {
        "kind": "parameter",
        "parameter": newest.name,
        "module": newest.module or None,
        "type": newest.vartype,
        "unit": newest.unit or None,
        "description": newest.short_desc,
        "majors": [
            {
                "major": major,
                "context": parameter.context,
                "apply": apply_of(parameter),
                "default": parameter.boot_val,
                "initdb": parameter.initdb,
                "min": parameter.min_val,
                "max": parameter.max_val,
                "values": list(parameter.enumvals or ()),
            }
            for major, parameter in found
        ],
        "rules": [rule.name for rule in rules if newest.name in (*rule.reads, *rule.places)],
    }


def _masked(name: str, text: str, major: int) -> str:
    """The text, or a mask where the parameter or its name is a secret's."""
    parameter = catalog.load(major).get(name)
    return MASK if secret(name) or (parameter is not None and parameter.secret) else text


def value_data(name: str, text: str, major: int, patroni: str | None = None) -> dict[str, Any]:
    """How a value is read, as data."""
    shown = _masked(name, text, major)
    data: dict[str, Any] = {"kind": "value", "parameter": name, "value": shown, "postgresql": major}
    loaded = catalog.load(major)
    problem = loaded.name_problem(name)
    try:
        if problem is None:
            value, parameter = loaded[name].read(text), loaded[name]
            setting = _masked(name, value.setting, major)
            data |= {"setting": setting, "unit": parameter.unit or None, "apply": apply_of(parameter)}
    except catalog.ValueProblem as refused:
        problem = refused
    except KeyError:
        data["placeholder"] = True
    if problem is not None:
        hint = problem.hint or None
        data["problem"] = {
            "kind": problem.kind,
            "message": _without(problem.message, text, shown),
            "hint": hint,
        }
    if patroni is not None:
        data["patroni"] = {
            "version": patroni,
            "outcome": _without(_outcome(name, text, major, patroni), text, shown),
        }
    return data


def _without(message: str, text: str, shown: str) -> str:
    """A message without the text of a secret."""
    return message if shown == text or not text else message.replace(text, shown)


def _outcome(name: str, text: str, major: int, patroni: str) -> str:
    """What Patroni makes of a value in its dynamic configuration."""
    from pgcfglint.examples import scopes

    scope = scopes({"pg": major, "patroni": patroni, "platform": ["patroni"], name: text})[0]
    setting = scope.setting(name)
    if setting is None:
        return ""
    outcome = scope.item_of(setting)["setting.outcome"]
    return outcome if isinstance(outcome, str) else ""


def value_page(name: str, text: str, major: int, patroni: str | None = None) -> Iterator[str]:
    """How PostgreSQL reads a value: what it comes to, or why it is refused; with a version of Patroni, what
    that makes of it. Secrets are masked."""
    shown = _masked(name, text, major)
    for line in _value_lines(name, text, major):
        yield _without(line, text, shown)
    if patroni is not None:
        outcome = _outcome(name, text, major, patroni)
        yield f"  Patroni {patroni}: {_without(outcome, text, shown) if outcome else 'passes it on'}"


def _value_lines(name: str, text: str, major: int) -> Iterator[str]:
    loaded = catalog.load(major)
    problem = loaded.name_problem(name)
    if problem is None:
        try:
            value = loaded[name].read(text)
        except catalog.ValueProblem as refused:
            problem = refused
        except KeyError:
            yield f"{name} is a placeholder: PostgreSQL takes any text until its library is loaded"
            return
        else:
            parameter = loaded[name]
            yield f"{parameter.name} = {text}"
            yield f"  PostgreSQL {major} runs {parameter.show(value.setting)}"
            unit = f" x {parameter.unit}" if parameter.unit else ""
            yield f"  pg_settings.setting is {value.setting}{unit}"
            yield f"  a change takes {cost_of(apply_of(parameter))}"
            return
    yield f"{name} = {text}"
    yield f"  PostgreSQL {major} refuses it ({problem.kind}): {problem.message}"
    if problem.hint:
        yield f"  write {problem.hint}"
