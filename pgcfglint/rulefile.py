"""Reads rule files: YAML in, checked rules out, errors with path, line and column.

Not on the way of a plain check with an installed package, whose rules come from the bundle.
"""

from __future__ import annotations

import os
import re

import yaml

from pgcfglint import catalog, paths, units
from pgcfglint.expression import items_of, lets_of, names_of, words_of
from pgcfglint.model import APPLIES, SEVERITIES
from pgcfglint.rulebook import EACH, OF_SETTING, PROFILES, Fix, Manual, Rule
from pgcfglint.sentence import Reader, SentenceError, read_template
from pgcfglint.vocabulary import NAMES
from pgcfglint.words import SIGNATURES, WORDS

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from pgcfglint.expression import Tree

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

KEYS: dict[str, type | tuple[type, ...]] = {
    "title": str,
    "severity": (str, dict),
    "each": str,
    "let": dict,
    "when": str,
    "assert": str,
    "unset": str,
    "judge": str,
    "covers": list,
    "message": str,
    "also": str,
    "fix": list,
    "why": str,
    "see": list,
    "examples": dict,
    "profile": str,
    "demo": (str, bool),
    "wrong": str,
    "escalate": list,
    "related": dict,
}
REQUIRED = ("title", "severity", "assert", "message", "why", "see", "examples")

_VERB = re.compile(r"(raise|lower|set|bring) (\S+) to (.+?)(?: step '?([^' ]+)'?)?(?: if (.+))?$", re.S)
_UNSET = re.compile(r"(unset) (\S+)(?: if (.+))?$")
_ADD = re.compile(r"(add) '([^']+)' to (\S+?)(?: if (.+))?$")


_OF_PARAMETERS = frozenset(
    ("given", "passed_on", "first", "min", "max", "clamp", "ceil", "pick", "has", "assumed")
)
"""Words that look at what they are given and nothing else."""
_OF_A_GROUP = frozenset(("setting.live", "setting.matches_live", "setting.others", "setting.in_force"))
"""What two groups that share a setting may see differently."""
_OF_A_POD = frozenset(NAMES) - {"pg", "citus", "patroni", "kubernetes", "group.count", "cluster.name"}
_OF_SETTINGS = frozenset(name for name in NAMES if name.startswith("setting.")) - _OF_A_GROUP


_OWN_PROFILES = tuple(name for name in PROFILES if name != "demo")
"""What a rule may belong to; demo has no rules of its own."""


def _claims(assertion: Tree) -> tuple[str, ...]:
    """The kinds of problems in a sentence of the form `setting.problem_kind != 'kind'`."""
    shape = assertion[:3] == ("cmp", ("item", "setting.problem_kind"), "!=") and len(assertion) == 4
    return (assertion[3][1],) if shape else ()


def _only(when: Tree | None) -> tuple[str, ...]:
    """The names in a condition of the form `setting.name == 'a'` or `setting.name in ('a', 'b')`, alone or
    joined to others by `and`."""
    name = ("item", "setting.name")
    if when is None:
        return ()
    if when[0] == "and":
        return next((names for names in map(_only, when[1:]) if names), ())
    if when[:3] == ("cmp", name, "==") and len(when) == 4:
        return (when[3][1],)
    return tuple(item[1] for item in when[2]) if when[:2] == ("in", name) else ()


class RuleError(ValueError):
    """A rule file that cannot be used: str() is `path:line:column: what is wrong`."""

    def __init__(self, path: str, line: int, column: int, message: str) -> None:
        super().__init__(f"{path}:{line}:{column}: {message}")
        self.path, self.line, self.column, self.message = path, line, column, message


def read_shipped() -> Iterator[tuple[Rule, Manual]]:
    """The rules of the project, sorted by topic and name."""
    yield from read_folder(paths.rules_folder())


def read_folder(folder: str) -> Iterator[tuple[Rule, Manual]]:
    """Every *.yaml below a folder is a rule; its folder is the topic, its stem the name."""
    for path in rule_paths(folder):
        with open(path, encoding="utf-8") as file:
            yield read_rule(path, file.read())


def rule_paths(folder: str) -> list[str]:
    """The rule files below a folder, sorted."""
    found: list[str] = []
    for top, _, files in os.walk(folder):
        found += (os.path.join(top, name) for name in files if name.endswith((".yaml", ".yml")))
    return sorted(found)


def read_rule(path: str, text: str) -> tuple[Rule, Manual]:
    """The rule of one file. Raises RuleError."""
    return _RuleReader(path, text).read()


def dimension_of(name: str) -> str | None:
    """The dimension of a parameter of any major, newest first; None for a name that none has."""
    for major in reversed(catalog.MAJORS):
        parameter = catalog.load(major).get(name)
        if parameter is not None:
            if parameter.is_list:
                return "list"
            return "text" if parameter.dimension == "string" else str(parameter.dimension)
    return None


def _suggest(name: str) -> str | None:
    names = [*NAMES, *catalog.load(catalog.MAJORS[-1])]
    return catalog.suggest(name, names)


class _RuleReader:
    def __init__(self, path: str, text: str) -> None:
        self._path, self._text = path, text
        self._reader = Reader(SIGNATURES, dimension_of, _suggest)

    def read(self) -> tuple[Rule, Manual]:
        try:
            data = yaml.load(self._text, Loader=_Loader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise RuleError(self._path, line, column, getattr(error, "problem", "not YAML")) from None
        if not isinstance(data, dict):
            raise RuleError(self._path, 1, 1, "a rule is a map with " + ", ".join(REQUIRED))
        self._check_keys(data)
        for name, value in data.get("let", {}).items():
            self._reader.lets[name] = self._let(name, value)
        assertion = self._sentence("assert", data["assert"])
        when = self._sentence("when", data["when"]) if "when" in data else None
        message = self._template("message", data["message"])
        also = self._template("also", data.get("also", ""))
        fixes = tuple(self._fix(item, index) for index, item in enumerate(data.get("fix", ())))
        rule = Rule(
            name=os.path.splitext(os.path.basename(self._path))[0],
            topic=os.path.basename(os.path.dirname(self._path)),
            title=data["title"],
            severity=self._severity(data["severity"]),
            assertion=assertion,
            message=message,
            each=self._one_of("each", data.get("each", "group"), EACH),
            lets=dict(self._reader.lets),
            when=when,
            also=also,
            unset=self._one_of("unset", data.get("unset", "skip"), ("skip", "judge")),
            judge=self._one_of("judge", data.get("judge", "any"), ("any", "smallest")),
            covers=tuple(data.get("covers", ())),
            escalate=tuple(
                (self._sentence("escalate", item["if"]), self._one_of("escalate", item["to"], SEVERITIES))
                for item in data.get("escalate", ())
            ),
            fixes=fixes,
            profile=self._one_of("profile", data.get("profile", "default"), _OWN_PROFILES),
            demo=self._demo(data.get("demo", "")),
            related=tuple(
                (name, self._sentence("related", str(text), name))
                for name, text in data.get("related", {}).items()
            ),
            reads=self._reads(assertion),
            asks=tuple(name for name in self._reads(assertion) if name not in NAMES),
            concerns=self._concerns(assertion, when),
            places=self._places(assertion, message),
            is_of_parameters=self._is_of_parameters(assertion, when),
            is_of_settings=self._concerns(assertion, when) <= _OF_SETTINGS,
            claims=_claims(assertion),
            only=_only(when),
        )
        manual = Manual(
            why=data["why"],
            see=tuple(data["see"]),
            examples=data["examples"],
            message=data["message"],
            fixes=tuple(item if isinstance(item, str) else item["text"] for item in data.get("fix", ())),
            sentence=data["assert"],
            when=data.get("when", ""),
            lets=data.get("let", {}),
            wrong=data.get("wrong", ""),
        )
        return rule, manual

    def check_dimensions(self, rule: Rule) -> None:
        """Raises RuleError where a sentence of the rule mixes dimensions, as pint judges."""
        from pgcfglint.dimensions import check

        sentences = [("assert", rule.assertion), *(("let", tree) for tree in rule.lets.values())]
        sentences += [("when", rule.when)] if rule.when is not None else []
        sentences += [("fix", fix.to) for fix in rule.fixes if fix.to is not None and fix.verb != "add"]
        for key, tree in sentences:
            try:
                check(tree, self._reader.dimension, SIGNATURES)
            except SentenceError as error:
                raise self._error(key, f"{key}: {error}") from None

    def _let(self, name: str, value: Any) -> Tree:
        """A let is a number, an amount (`8MB`, `5min`), or a sentence."""
        if isinstance(value, (int, float)):
            return ("num", value)
        for dimension in ("bytes", "time"):
            amount = units.parse_postgresql(str(value), dimension)
            if amount is not None:
                return ("num", amount, dimension)
        return self._sentence("let", str(value), name)

    def _concerns(self, *sentences: Tree | None) -> frozenset[str]:
        found = (self._reads(sentence) for sentence in sentences if sentence is not None)
        return frozenset(name.lower() for names in found for name in names)

    def _is_of_parameters(self, *sentences: Tree | None) -> bool:
        """Whether sentences look at parameters only, themselves or through words that do."""
        words = {word for tree in self._trees(sentences) for word in words_of(tree)}
        names = self._concerns(*sentences)
        return names.isdisjoint(_OF_A_POD) and words <= _OF_PARAMETERS

    def _trees(self, sentences: tuple[Tree | None, ...]) -> Iterator[Tree]:
        queue = [sentence for sentence in sentences if sentence is not None]
        while queue:
            tree = queue.pop()
            yield tree
            queue += (self._reader.lets[name] for name in lets_of(tree))

    def _reads(self, assertion: Tree) -> tuple[str, ...]:
        """The names that a sentence depends on, through lets and words too."""
        found: dict[str, None] = {}
        for tree in self._trees((assertion,)):
            found.update(dict.fromkeys(name for word in words_of(tree) for name in WORDS[word].reads))
            found.update(dict.fromkeys((*names_of(tree), *items_of(tree))))
        return tuple(found)

    def _places(self, assertion: Tree, message: tuple[Any, ...]) -> tuple[str, ...]:
        names = list(names_of(assertion))
        for piece in message:
            if not isinstance(piece, str):
                names += names_of(piece[0])
        return tuple(dict.fromkeys(names))

    def _check_keys(self, data: Mapping[str, Any]) -> None:
        for key, value in data.items():
            if key not in KEYS:
                nearest = catalog.suggest(str(key), list(KEYS))
                hint = f"; did you mean {nearest}?" if nearest else ""
                raise self._error(str(key), f"a rule has no key {key}{hint}")
            if not isinstance(value, KEYS[key]):
                raise self._error(str(key), f"{key} has the wrong shape")
        for key in REQUIRED:
            if key not in data:
                raise RuleError(self._path, 1, 1, f"a rule needs {key}")

    def _severity(self, value: Any) -> dict[str, str]:
        severities = {"default": value} if isinstance(value, str) else dict(value)
        for name in severities.values():
            self._one_of("severity", name, SEVERITIES)
        if "default" not in severities:
            raise self._error("severity", "severity needs a default")
        return severities

    def _demo(self, value: Any) -> str:
        return self._one_of("demo", "off" if value is False else value, ("", "off", *SEVERITIES))

    def _one_of(self, key: str, value: Any, allowed: tuple[str, ...]) -> str:
        if value not in allowed:
            raise self._error(key, f"{key} is one of {', '.join(allowed)}, not {value}")
        return str(value)

    def _sentence(self, key: str, text: str, *below: str) -> Tree:
        try:
            return self._reader.read(text)
        except SentenceError as error:
            raise self._error(key, f"{key}: {error}", *below, shift=error.column) from None

    def _template(self, key: str, text: str) -> tuple[Any, ...]:
        try:
            return read_template(text.strip(), self._reader)
        except SentenceError as error:
            raise self._error(key, f"{key}: {error}") from None

    def _fix(self, item: Any, index: int) -> Fix:
        if isinstance(item, dict):
            when = self._sentence("fix", item["if"]) if "if" in item else None
            apply = self._one_of("fix", item.get("apply", "none"), (*APPLIES, OF_SETTING))
            return Fix("do", when=when, text=self._template("fix", item["text"]), apply=apply)
        text = " ".join(str(item).split())
        match = _VERB.match(text)
        if match:
            verb, name, to, step, condition = match.groups()
            tree = self._sentence("fix", to)
            dimension = self._fix_dimension(name, index)
            tree = (
                self._reader._literal(tree[1], ("name", name), 0)
                if tree[0] == "text" and name != "setting"
                else tree
            )
            amount = self._step(step, dimension) if step else None
            when = self._sentence("fix", condition) if condition else None
            return Fix(verb, name, tree, amount, when, dimension=dimension)
        match = _UNSET.match(text)
        if match:
            verb, name, condition = match.groups()
            when = self._sentence("fix", condition) if condition else None
            return Fix(verb, name, when=when, dimension=self._fix_dimension(name, index))
        match = _ADD.match(text)
        if match:
            verb, member, name, condition = match.groups()
            when = self._sentence("fix", condition) if condition else None
            return Fix(verb, name, ("text", member), when=when, dimension=self._fix_dimension(name, index))
        raise self._error(
            "fix",
            f"a fix reads `raise|lower|set|bring NAME to VALUE`, `unset NAME` or `add 'X' to NAME`: {text}",
        )

    def _fix_dimension(self, name: str, index: int) -> str:
        if name == "setting":
            return "text"
        found = NAMES[name][0] if name in NAMES else dimension_of(name)
        if found is None:
            nearest = _suggest(name)
            raise self._error(
                "fix", f"unknown name {name}" + (f"; did you mean {nearest}?" if nearest else "")
            )
        return found

    def _step(self, text: str, dimension: str) -> float:
        tree = (
            self._reader._literal(text, ("num", 1, dimension), 0) if dimension in ("bytes", "time") else None
        )
        return float(tree[1]) if tree else float(text)

    def _error(self, key: str, message: str, *below: str, shift: int = 0) -> RuleError:
        node: Any = yaml.compose(self._text, Loader=_Loader)
        mark = node.start_mark
        for step in (key, *below):
            for name, value in getattr(node, "value", ()):
                if name.value == step:
                    mark, node = name.start_mark, value
                    break
        inline = node.start_mark.line == mark.line and shift
        column = node.start_mark.column + 1 + shift if inline else mark.column + 1
        return RuleError(self._path, mark.line + 1, column, message)


def read_policies(folders: tuple[str, ...]) -> tuple[Rule, ...]:
    """A team's own rules, checked for dimensions as well. Raises RuleError; a missing folder is one too."""
    found: list[Rule] = []
    for folder in folders:
        if not os.path.exists(folder):
            raise RuleError(folder, 1, 1, "no such file or folder of rules")
        for path in [folder] if os.path.isfile(folder) else rule_paths(folder):
            with open(path, encoding="utf-8") as file:
                reader = _RuleReader(path, file.read())
            rule, _ = reader.read()
            reader.check_dimensions(rule)
            found.append(rule)
    return tuple(found)
