"""What a person wants to know about a rule, a parameter, or a value."""

from __future__ import annotations

from pgcfglint import catalog, rulebook
from pgcfglint.platform import apply_of
from pgcfglint.record import Record
from pgcfglint.wording import cost_of

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from pgcfglint.catalog import Parameter
    from pgcfglint.rulebook import Manual, Rule


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
        yield from (f"  {fix}" for fix in manual.fixes)
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


def value_page(name: str, text: str, major: int) -> Iterator[str]:
    """How PostgreSQL reads a value: what it comes to, or why it is refused."""
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
