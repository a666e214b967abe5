"""Reads rule files: YAML in, checked rules out, errors with path, line and column.

Not on the way of a plain check with an installed package, whose rules come from the bundle.
"""

from __future__ import annotations

import os
import re

from pgcfglint import catalog, paths, units
from pgcfglint.expression import items_of, lets_of, names_of, nodes_of, words_of
from pgcfglint.places import OwnFileError, data_of, place, place_of_value
from pgcfglint.rulebook import Fix, Manual, Rule
from pgcfglint.sentence import MAX_NUMBER, Reader, SentenceError, read_template
from pgcfglint.shape import flaw
from pgcfglint.signs import sign_of
from pgcfglint.vocabulary import NAMES
from pgcfglint.words import SIGNATURES, WORDS

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from pgcfglint.expression import Tree

_VERB = re.compile(r"(raise|lower|set|bring) (\S+) to (.+?)(?: step '?([^' ]+)'?)?(?: if (.+))?$", re.S)
_UNSET = re.compile(r"(unset) (\S+)(?: if (.+))?$")
_ADD = re.compile(r"(add) '([^']+)' to (\S+?)(?: if (.+))?$")


_OF_PARAMETERS = frozenset(
    ("given", "passed_on", "first", "min", "max", "clamp", "ceil", "pick", "has", "assumed")
)
"""Words that look at what they are given and nothing else."""
_OF_A_GROUP = frozenset(("setting.others", "setting.old", "setting.lowered"))
"""What two groups that share a setting, its effects and a dump (or have none) may see differently."""
_OF_ITS_OWN = frozenset(
    ("apart_from_coordinator", "shared_with_smaller", "is_written_in_overlay", "has_place", "old")
)
"""Words that look at what a group has for itself: the places where its values stand, and its past."""
_OF_A_POD = frozenset(NAMES) - {"pg", "citus", "patroni", "kubernetes", "group.count", "cluster.name"}
_OF_SETTINGS = frozenset(name for name in NAMES if name.startswith("setting.")) - _OF_A_GROUP


def _severity(value: str | dict[str, str]) -> dict[str, str]:
    return {"default": value} if isinstance(value, str) else dict(value)


def _compared(fix: Fix) -> Tree | None:
    """A fix's value beside its name, so that their dimensions are compared."""
    if fix.to is None or fix.verb == "add" or fix.name == "setting":
        return None
    return ("cmp", ("name", fix.name), "==", fix.to)


def _check_labels(tree: Tree) -> None:
    for node in nodes_of(tree):
        if node[0] == "label" and not any(_takes(major, node[1], node[2]) for major in catalog.MAJORS):
            raise SentenceError(f"{node[1]} cannot be '{node[2][:60]}'")


def _takes(major: int, name: str, text: str) -> bool:
    parameter = catalog.load(major).get(name)
    if parameter is None:
        return False
    try:
        parameter.read(text)
    except catalog.ValueProblem:
        return False
    return True


class RuleError(OwnFileError):
    """A rule file that cannot be used: str() is `path:line:column: what is wrong`."""


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
    return RuleReader(path, text).read()


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


class RuleReader:
    """Reads the rule of one file's text."""

    def __init__(self, path: str, text: str) -> None:
        self._path, self._text = path, text
        self._reader = Reader(SIGNATURES, dimension_of, _suggest)

    def read(self) -> tuple[Rule, Manual]:
        """The rule and its manual. Raises RuleError."""
        try:
            data = data_of(self._path, self._text)
        except OwnFileError as error:
            raise RuleError(error.path, error.line, error.column, error.message) from None
        self._check_shape(data)
        for name, value in data.get("let", {}).items():
            self._reader.lets[name] = self._let(name, value)
        assertion = self._sentence(data["assert"], "assert")
        when = self._sentence(data["when"], "when") if "when" in data else None
        message = self._template(data["message"], "message")
        also = self._template(data.get("also", ""), "also")
        fixes = tuple(self._fix(item, index) for index, item in enumerate(data.get("fix", ())))
        rule = Rule(
            name=os.path.splitext(os.path.basename(self._path))[0],
            topic=os.path.basename(os.path.dirname(self._path)),
            title=data["title"],
            severity=_severity(data["severity"]),
            assertion=assertion,
            message=message,
            each=data.get("each", "group"),
            lets=dict(self._reader.lets),
            when=when,
            also=also,
            unset=data.get("unset", "skip"),
            judge=data.get("judge", "any"),
            covers=tuple(data.get("covers", ())),
            escalate=tuple(
                (self._sentence(item["if"], "escalate", str(index), "if"), item["to"])
                for index, item in enumerate(data.get("escalate", ()))
            ),
            fixes=fixes,
            profile=data.get("profile", "default"),
            demo=data.get("demo", "") or ("off" if "demo" in data else ""),
            related=tuple(
                (name, self._sentence(text, "related", name))
                for name, text in data.get("related", {}).items()
            ),
            reads=self._reads(assertion),
            asks=tuple(name for name in self._reads(assertion) if name not in NAMES),
            concerns=self._concerns(assertion, when),
            places=self._places(assertion, message),
            is_of_parameters=self._is_of_parameters(assertion, when),
            is_of_values=self._is_of_values(assertion, when),
            is_of_settings=self._is_of_settings(assertion, when),
            sign=sign_of(assertion, when, _OF_SETTINGS if self._is_of_settings(assertion, when) else ()),
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
        """Raises RuleError where a sentence of the rule mixes dimensions, as pint judges, or compares a
        parameter with a text that no PostgreSQL takes for it."""
        from pgcfglint.dimensions import check

        sentences: list[tuple[tuple[str, ...], Tree | None]] = [(("assert",), rule.assertion)]
        sentences += [(("let", name), tree) for name, tree in rule.lets.items()]
        sentences += [(("when",), rule.when), *((("escalate",), tree) for tree, _ in rule.escalate)]
        sentences += [(("related", name), tree) for name, tree in rule.related]
        for index, fix in enumerate(rule.fixes):
            sentences += [(("fix", str(index)), tree) for tree in (fix.when, _compared(fix))]
        for key, template in (("message", rule.message), ("also", rule.also)):
            sentences += [((key,), piece[0]) for piece in template if not isinstance(piece, str)]
        for keys, tree in sentences:
            if tree is None:
                continue
            try:
                check(tree, self._reader.dimension, SIGNATURES)
                _check_labels(tree)
            except SentenceError as error:
                raise self.error(f"{keys[0]}: {error}", *keys) from None

    def _let(self, name: str, value: Any) -> Tree:
        """A let is a number, an amount (`8MB`, `5min`), or a sentence."""
        if isinstance(value, (int, float)):
            if not abs(value) <= MAX_NUMBER:
                raise self.error(f"let: {name} must be a number up to 10^18", "let", name)
            return ("num", value)
        for dimension in ("bytes", "time"):
            amount = units.parse_postgresql(str(value), dimension)
            if amount is not None:
                return ("num", amount, dimension)
        return self._sentence(str(value), "let", name)

    def _concerns(self, *sentences: Tree | None) -> frozenset[str]:
        found = (self._reads(sentence) for sentence in sentences if sentence is not None)
        return frozenset(name.lower() for names in found for name in names)

    def _is_of_parameters(self, *sentences: Tree | None) -> bool:
        """Whether sentences look at parameters only, themselves or through words that do."""
        names = self._concerns(*sentences)
        return names.isdisjoint(_OF_A_POD) and self._words(*sentences) <= _OF_PARAMETERS

    def _is_of_values(self, *sentences: Tree | None) -> bool:
        """Whether groups with the same parameters and the same pods give the same answer."""
        names = self._concerns(*sentences)
        return names.isdisjoint(("group.name", "group.number")) and _OF_ITS_OWN.isdisjoint(
            self._words(*sentences)
        )

    def _is_of_settings(self, *sentences: Tree | None) -> bool:
        """Whether groups that share a setting, and all that it comes to, give the same answer."""
        others = self._concerns(*sentences) - _OF_SETTINGS
        return not others or (others.isdisjoint(_OF_A_POD) and self._words(*sentences) <= _OF_PARAMETERS)

    def _words(self, *sentences: Tree | None) -> frozenset[str]:
        return frozenset(word for tree in self._trees(sentences) for word in words_of(tree))

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

    def _check_shape(self, data: Any) -> None:
        found = flaw(data, "rule")
        if found is not None:
            nearest = catalog.suggest(found.name, found.near) if found.name else None
            hint = f"; did you mean {nearest}?" if nearest else ""
            message = found.message if found.keys else found.message.replace("it", "a rule", 1)
            raise RuleError(self._path, *place(self._text, found.keys), message + hint)

    def _sentence(self, text: str, *keys: str) -> Tree:
        try:
            return self._reader.read(text)
        except SentenceError as error:
            raise self.error(f"{keys[0]}: {error}", *keys, shift=error.column) from None

    def _template(self, text: str, *keys: str) -> tuple[Any, ...]:
        try:
            return read_template(text.strip(), self._reader)
        except SentenceError as error:
            raise self.error(f"{keys[0]}: {error}", *keys, shift=error.column) from None

    def _fix(self, item: Any, index: int) -> Fix:
        at = ("fix", str(index))
        if isinstance(item, dict):
            when = self._sentence(item["if"], *at, "if") if "if" in item else None
            template = self._template(item["text"], *at, "text")
            return Fix("do", when=when, text=template, apply=item.get("apply", "none"))
        text = " ".join(item.split())
        verb, name, to, step, condition = self._parts_of_fix(text, at)
        dimension = self._fix_dimension(name, at)
        when = self._sentence(condition, *at) if condition else None
        if verb == "add":
            return Fix(verb, name, ("text", to), when=when, dimension=dimension)
        tree = self._fix_value(to, name, at) if to is not None else None
        return Fix(
            verb, name, tree, self._step(step, dimension, at) if step else None, when, dimension=dimension
        )

    def _parts_of_fix(
        self, text: str, at: tuple[str, ...]
    ) -> tuple[str, str, str | None, str | None, str | None]:
        """Verb, name, value, step and condition."""
        match = _VERB.match(text)
        if match:
            return match[1], match[2], match[3], match[4], match[5]
        match = _UNSET.match(text)
        if match:
            return match[1], match[2], None, None, match[3]
        match = _ADD.match(text)
        if match:
            return match[1], match[3], match[2], None, match[4]
        raise self.error(
            "a fix reads `raise|lower|set|bring NAME to VALUE`, `unset NAME` or `add 'X' to NAME`, not "
            f"`{text[:80]}`",
            *at,
        )

    def _fix_value(self, text: str, name: str, at: tuple[str, ...]) -> Tree:
        """A value to write; a quoted one is read as the name's parameter reads it."""
        tree = self._sentence(text, *at)
        if tree[0] != "text" or name == "setting":
            return tree
        try:
            return self._reader.literal(tree[1], ("name", name))
        except SentenceError as error:
            raise self.error(f"fix: {error}", *at) from None

    def _fix_dimension(self, name: str, at: tuple[str, ...]) -> str:
        if name == "setting":
            return "text"
        found = NAMES[name][0] if name in NAMES else dimension_of(name)
        if found is None:
            nearest = _suggest(name)
            hint = f"; did you mean {nearest}?" if nearest else ""
            raise self.error(f"fix: unknown name {name}{hint}", *at)
        return found

    def _step(self, text: str, dimension: str, at: tuple[str, ...]) -> float:
        is_amount = dimension in ("bytes", "time")
        number = units.parse_postgresql(text, dimension if is_amount else "bytes")
        if number is None or number <= 0 or not (is_amount or text.replace(".", "", 1).isdecimal()):
            raise self.error(f"fix: a step of {text} is no amount of {dimension} above zero", *at)
        return float(number)

    def error(self, message: str, *keys: str, shift: int | None = None) -> RuleError:
        """The error at a key of the file; `shift` is a column of its value."""
        found = place(self._text, keys) if shift is None else place_of_value(self._text, keys, shift)
        return RuleError(self._path, *found, message)
