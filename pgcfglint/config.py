"""The project's own configuration: `.pgcfglint.yaml`."""

from __future__ import annotations

import os

from pgcfglint.catalog import MAJORS
from pgcfglint.model import SEVERITIES
from pgcfglint.record import Record
from pgcfglint.rulebook import PROFILES

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from pgcfglint.model import Finding
    from pgcfglint.rulebook import Rule

NAME = ".pgcfglint.yaml"


class ConfigError(ValueError):
    """A configuration that cannot be used: str() is `path:line:column: what is wrong`."""


class Ignored(Record):
    """Findings of a rule that are not wanted under some paths (fnmatch patterns, "" for all)."""

    rule: str
    path: str = ""
    reason: str = ""


class Config(Record):
    """Severities by rule ("off" switches one off), thresholds by rule and name, ignored findings,
    target versions, the profiles to check, and the folders of a team's own rules."""

    severities: Mapping[str, str] = {}
    thresholds: Mapping[str, Mapping[str, Any]] = {}
    ignored: tuple[Ignored, ...] = ()
    targets: Mapping[str, str] = {}
    profiles: tuple[str, ...] = ("default",)
    policies: tuple[str, ...] = ()
    fail_on: str = "error"
    path: str = ""

    def tuned(self, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        """The shipped rules and the team's own, with the thresholds that are set here."""
        if self.policies:
            from pgcfglint.policies import read_policies

            rules = (*rules, *read_policies(self.policies, self.profiles))
        if not self.thresholds:
            return rules
        return tuple(_tuned(rule, self.thresholds.get(rule.name, {})) for rule in rules)

    def is_ignored(self, finding: Finding) -> bool:
        """Whether the configuration does not want a finding."""
        return any(_matches(item, finding) for item in self.ignored)


def _tuned(rule: Rule, thresholds: Mapping[str, Any]) -> Rule:
    if not thresholds:
        return rule
    return rule.replace(lets={**rule.lets, **thresholds})


def _matches(ignored: Ignored, finding: Finding) -> bool:
    if ignored.rule != finding.rule:
        return False
    from fnmatch import fnmatch

    return not ignored.path or fnmatch(finding.location.path.replace(os.sep, "/"), ignored.path)


def find(start: str) -> str | None:
    """The nearest configuration from a folder upwards, not beyond the repository's top."""
    folder = os.path.abspath(start)
    while True:
        path = os.path.join(folder, NAME)
        if os.path.isfile(path):
            near = os.path.relpath(path)
            return path if near.startswith("..") else near
        parent = os.path.dirname(folder)
        if os.path.exists(os.path.join(folder, ".git")) or parent == folder:
            return None
        folder = parent


def load(path: str) -> Config:
    """The configuration of a file. Raises ConfigError, OSError."""
    import yaml

    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except UnicodeDecodeError:
        raise ConfigError(f"{path}:1:1: not UTF-8") from None
    try:
        data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or error
        raise ConfigError(f"{path}:{place}: not YAML: {problem}") from None
    except (ValueError, RecursionError) as error:  # a date such as 2026-02-31; nested without end
        raise ConfigError(f"{path}:1:1: not YAML: {error}") from None
    return _Reader(path, text).read(data if data is not None else {})


KEYS = ("rules", "ignore", "target", "profile", "policies", "fail-on")
RULE_KEYS = ("severity", "let")
IGNORE_KEYS = ("rule", "path", "reason")
TARGETS = ("postgresql", "patroni", "citus")
CITUS = "14"
"""The major of Citus where only its presence is said."""


class _Reader:
    """The hand check of a configuration (schema/config.json says the same)."""

    def __init__(self, path: str, text: str) -> None:
        self._path, self._text = path, text

    def read(self, data: Any) -> Config:
        self._keys(data, KEYS, ())
        severities, thresholds = self._rules(data.get("rules", {}))
        profile = data.get("profile", "default")
        names = [profile] if isinstance(profile, str) else profile
        for name in names if isinstance(names, list) else [names]:
            self._one_of(name, PROFILES, ("profile",))
        policies = self._folders(data)
        folder = os.path.dirname(self._path)
        return Config(
            severities=severities,
            thresholds=thresholds,
            ignored=self._all_ignored(data.get("ignore") or []),
            targets=self._targets(data.get("target", {})),
            profiles=tuple(dict.fromkeys(("default", *names))),
            policies=tuple(os.path.join(folder, name) for name in policies),
            fail_on=self._one_of(data.get("fail-on", "error"), (*SEVERITIES, "never"), ("fail-on",)),
            path=self._path,
        )

    def _rules(self, data: Any) -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
        severities: dict[str, str] = {}
        thresholds: dict[str, dict[str, Any]] = {}
        if not data:
            return severities, thresholds
        self._keys(data, None, ("rules",))
        rules = self._known_rules(data)
        for name, value in data.items():
            settings = value if isinstance(value, dict) else {"severity": value}
            self._keys(settings, RULE_KEYS, ("rules", name))
            severity = settings.get("severity")
            if severity is not None:
                word = "off" if severity is False else severity
                severities[name] = self._one_of(word, (*SEVERITIES, "off"), ("rules", name))
            if settings.get("let"):
                lets = getattr(rules.get(name), "lets", {})
                self._keys(settings["let"], tuple(lets), ("rules", name, "let"))
                thresholds[name] = {
                    let: self._amount(text, lets[let], ("rules", name, "let", let))
                    for let, text in settings["let"].items()
                }
        return severities, thresholds

    def _known_rules(self, data: Mapping[str, Any], keys: tuple[str, ...] = ("rules",)) -> dict[str, Rule]:
        from pgcfglint import rulebook

        rules = {rule.name: rule for rule in rulebook.load_all()}
        own = {name for name in data if name not in rules}
        if own:
            rules.update({rule.name: rule for rule in self._own_rules()})
        for name in own - set(rules):
            raise self._error(f"there is no rule {name}", (*keys, str(name)), str(name), rules)
        return rules

    def _own_rules(self) -> Iterable[Rule]:
        import yaml

        from pgcfglint.policies import read_policies

        names = self._folders(yaml.safe_load(self._text) or {})
        folder = os.path.dirname(self._path)
        return read_policies(tuple(os.path.join(folder, name) for name in names))

    def _amount(self, value: Any, tree: tuple[Any, ...], keys: tuple[str, ...]) -> tuple[Any, ...]:
        from pgcfglint import units

        if tree[0] != "num":
            raise self._error(f"{keys[-1]} is computed by the rule and cannot be set", keys)
        dimension = tree[2] if len(tree) > 2 else ""
        amount = units.parse_postgresql(str(value), dimension) if dimension in ("bytes", "time") else value
        if isinstance(amount, bool) or not isinstance(amount, (int, float)):
            raise self._error(f"{value!r} is no {'amount of ' + dimension if dimension else 'number'}", keys)
        return ("num", amount, *tree[2:])

    def _folders(self, data: Mapping[str, Any]) -> list[str]:
        """The folders with a team's own rules, as they are written."""
        found = data.get("policies") or []
        folders = [found] if isinstance(found, str) else found
        if not isinstance(folders, list) or not all(isinstance(name, str) for name in folders):
            raise self._error("policies must be a folder, or a list of folders", ("policies",))
        return folders

    def _all_ignored(self, data: Any) -> tuple[Ignored, ...]:
        if not isinstance(data, list):
            raise self._error("ignore must be a list", ("ignore",))
        found = tuple(self._ignored(item, index) for index, item in enumerate(data))
        if found:
            self._known_rules({each.rule: None for each in found}, ("ignore",))
        return found

    def _ignored(self, item: Any, index: int) -> Ignored:
        self._keys(item, IGNORE_KEYS, ("ignore",))
        if "rule" not in item:
            raise self._error(f"entry {index + 1} of ignore needs a rule", ("ignore",))
        return Ignored(str(item["rule"]), str(item.get("path", "")), str(item.get("reason", "")))

    def _targets(self, data: Any) -> dict[str, str]:
        self._keys(data, TARGETS, ("target",))
        return {name: self._version(name, value) for name, value in data.items()}

    def _version(self, name: str, value: Any) -> str:
        """A version as text; for Citus also on ("14") and off ("")."""
        if name == "citus" and isinstance(value, bool):
            return CITUS if value else ""
        text = str(value)
        known = name != "postgresql" or text.split(".")[0] in map(str, MAJORS)
        if isinstance(value, bool) or not text.replace(".", "").isdigit() or not known:
            majors = f"{MAJORS[0]} to {MAJORS[-1]}" if name == "postgresql" else "as 4.1"
            raise self._error(f"{value!r} is no version of {name} ({majors})", ("target", name))
        return text

    def _keys(self, data: Any, allowed: tuple[str, ...] | None, keys: tuple[str, ...]) -> None:
        if not isinstance(data, dict):
            raise self._error(f"{'.'.join(keys) or 'the configuration'} must be a map", keys)
        for key in data:
            if allowed is not None and key not in allowed:
                raise self._error(f"unknown key {key}", (*keys, str(key)), str(key), allowed)

    def _one_of(self, value: Any, allowed: tuple[str, ...], keys: tuple[str, ...]) -> str:
        if value not in allowed:
            raise self._error(f"{value!r} is none of {', '.join(allowed)}", keys, str(value), allowed)
        return str(value)

    def _error(
        self, message: str, keys: tuple[str, ...], name: str = "", names: Iterable[str] = ()
    ) -> ConfigError:
        from pgcfglint.catalog import suggest

        nearest = suggest(name, list(names)) if name else None
        hint = f"; did you mean {nearest}?" if nearest else ""
        return ConfigError(f"{self._path}:{self._place(keys)}: {message}{hint}")

    def _place(self, keys: tuple[str, ...]) -> str:
        import yaml

        node = yaml.compose(self._text)
        mark = node.start_mark if node is not None else None
        for key in keys:
            for name, value in node.value if isinstance(node, yaml.MappingNode) else ():
                if name.value == key:
                    mark, node = name.start_mark, value
                    break
        return f"{mark.line + 1}:{mark.column + 1}" if mark is not None else "1:1"
