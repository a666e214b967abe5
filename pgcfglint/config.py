"""The project's own configuration: `.pgcfglint.yaml`."""

from __future__ import annotations

import os

from pgcfglint.model import SEVERITIES
from pgcfglint.record import Record
from pgcfglint.rulebook import PROFILES, relaxed

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
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

            own = read_policies(self.policies, self.profiles)
            rules = (*rules, *(relaxed(own) if "demo" in self.profiles else own))
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
    from pgcfglint.places import OwnFileError, read_text

    try:
        text = read_text(path)
        return _Reader(path, text).read()
    except OwnFileError as error:
        raise ConfigError(str(error)) from None


KEYS = ("rules", "ignore", "target", "profile", "policies", "fail-on")
RULE_KEYS = ("severity", "let")
IGNORE_KEYS = ("rule", "path", "reason")
TARGETS = ("postgresql", "patroni", "citus")
CITUS = "14"
"""The major of Citus where only its presence is said."""
_VERSION = r"[0-9]{1,3}(\.[0-9]{1,5}){0,3}"


def is_well_formed(data: Any) -> bool:
    """Whether a configuration has the shape of schema/config.json: the same verdict, without the schema."""
    return (
        isinstance(data, dict)
        and all(key in _WELL_FORMED for key in data)
        and all(_WELL_FORMED[key](value) for key, value in data.items())
    )


def _are_rules(value: Any) -> bool:
    if value is None:
        return True
    if not isinstance(value, dict):
        return False
    return all(
        isinstance(name, str) and (_is_severity(rule) or _is_rule(rule)) for name, rule in value.items()
    )


def _is_severity(value: Any) -> bool:
    """`off` without quotes is false in YAML 1.1."""
    return value is False or (isinstance(value, str) and value in (*SEVERITIES, "off"))


def _is_rule(value: Any) -> bool:
    if not isinstance(value, dict) or not all(key in RULE_KEYS for key in value):
        return False
    lets = value.get("let", {})
    return (
        ("severity" not in value or _is_severity(value["severity"]))
        and isinstance(lets, dict)
        and all(isinstance(name, str) and _is_amount(amount) for name, amount in lets.items())
    )


def _is_amount(value: Any) -> bool:
    return isinstance(value, (int, float, str)) and not isinstance(value, bool)


def _are_ignored(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(map(_is_ignored, value)))


def _is_ignored(value: Any) -> bool:
    if not isinstance(value, dict) or "rule" not in value:
        return False
    return all(key in IGNORE_KEYS and isinstance(text, str) for key, text in value.items())


def _are_targets(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, dict) and all(
        key in TARGETS and (_is_version(version) or (key == "citus" and isinstance(version, bool)))
        for key, version in value.items()
    )


def _is_version(value: Any) -> bool:
    if isinstance(value, str):
        import re

        return re.fullmatch(_VERSION, value) is not None
    return isinstance(value, (int, float)) and not isinstance(value, bool) and _LEAST <= value < _BEYOND


_LEAST, _BEYOND = 1, 1000


def _version(value: Any) -> str:
    """A version as text; for Citus also on and off ("")."""
    return {True: CITUS, False: ""}[value] if isinstance(value, bool) else str(value)


def _are_profiles(value: Any) -> bool:
    names = value if isinstance(value, list) else [value]
    return all(isinstance(name, str) and name in PROFILES for name in names)


def _are_folders(value: Any) -> bool:
    if value is None:
        return True
    return all(isinstance(name, str) and name for name in (value if isinstance(value, list) else [value]))


def _is_limit(value: Any) -> bool:
    return isinstance(value, str) and value in (*SEVERITIES, "never")


_WELL_FORMED: dict[str, Callable[[Any], bool]] = {
    "rules": _are_rules,
    "ignore": _are_ignored,
    "target": _are_targets,
    "profile": _are_profiles,
    "policies": _are_folders,
    "fail-on": _is_limit,
}


class _Reader:
    """From a well-formed text to a configuration; asks the rules where it names some."""

    def __init__(self, path: str, text: str) -> None:
        self._path, self._text = path, text
        self._folder = os.path.dirname(path)

    def read(self) -> Config:
        from pgcfglint.places import data_of

        data = data_of(self._path, self._text)
        data = {} if data is None else data
        if not is_well_formed(data):
            raise self._malformed(data)
        profile, policies = data.get("profile", "default"), data.get("policies") or []
        names = [profile] if isinstance(profile, str) else profile
        folders = [policies] if isinstance(policies, str) else policies
        self._policies = tuple(os.path.join(self._folder, name) for name in folders)
        severities, thresholds, ignored = self._of_rules(data.get("rules") or {}, data.get("ignore") or [])
        targets = data.get("target") or {}
        self._check_major(targets)
        return Config(
            severities=severities,
            thresholds=thresholds,
            ignored=ignored,
            targets={name: _version(value) for name, value in targets.items()},
            profiles=tuple(dict.fromkeys(("default", *names))),
            policies=self._policies,
            fail_on=data.get("fail-on", "error"),
            path=self._path,
        )

    def _of_rules(
        self, data: Mapping[str, Any], entries: list[Mapping[str, str]]
    ) -> tuple[dict[str, str], dict[str, dict[str, Any]], tuple[Ignored, ...]]:
        severities: dict[str, str] = {}
        thresholds: dict[str, dict[str, Any]] = {}
        wanted: list[tuple[tuple[str, ...], str]] = [(("rules", name), name) for name in data]
        wanted += [(("ignore", str(index), "rule"), entry["rule"]) for index, entry in enumerate(entries)]
        rules = self._rules([name for _, name in wanted])
        for keys, name in wanted:
            if name not in rules:
                raise self._error(f"there is no rule {name}", keys, name, rules)
        for name, value in data.items():
            settings = value if isinstance(value, dict) else {"severity": value}
            if "severity" in settings:
                severities[name] = settings["severity"] or "off"
            for let, amount in settings.get("let", {}).items():
                at = ("rules", name, "let", let)
                if let not in rules[name].lets:
                    raise self._error(f"{name} has no threshold {let}", at, let, rules[name].lets)
                found = self._amount(amount, rules[name].lets[let], at)
                thresholds.setdefault(name, {})[let] = found
        ignored = (Ignored(item["rule"], item.get("path", ""), item.get("reason", "")) for item in entries)
        return severities, thresholds, tuple(ignored)

    def _rules(self, names: list[str]) -> dict[str, Rule]:
        """The rules by name; the team's own are read only where a name is none of the shipped."""
        if not names:
            return {}
        from pgcfglint import rulebook

        rules = {rule.name: rule for rule in rulebook.load_all()}
        if self._policies and not rules.keys() >= set(names):
            from pgcfglint.policies import read_policies

            rules.update({rule.name: rule for rule in read_policies(self._policies)})
        return rules

    def _amount(self, value: Any, tree: tuple[Any, ...], keys: tuple[str, ...]) -> tuple[Any, ...]:
        from pgcfglint import units

        if tree[0] != "num":
            raise self._error(f"{keys[-1]} is computed by the rule and cannot be set", keys)
        dimension = tree[2] if len(tree) > 2 else ""
        amount = units.parse_postgresql(str(value), dimension) if dimension in ("bytes", "time") else value
        if isinstance(amount, str) or amount is None or not abs(amount) <= _LARGEST:
            what = {"bytes": "amount of memory as 64MB", "time": "time as 30s"}.get(dimension, "number")
            raise self._error(f"{value} is no {what}", keys)
        return ("num", amount, *tree[2:])

    def _check_major(self, targets: Mapping[str, Any]) -> None:
        from pgcfglint.catalog import MAJORS

        major = str(targets.get("postgresql", MAJORS[-1])).split(".")[0]
        if int(major) not in MAJORS:
            message = f"known majors of PostgreSQL are {MAJORS[0]} to {MAJORS[-1]}, not {major}"
            raise self._error(message, ("target", "postgresql"))

    def _malformed(self, data: Any) -> ConfigError:
        """What the schema finds."""
        from pgcfglint.shape import flaw

        found = flaw(data, "config")
        if found is None:
            return self._error("not a configuration as schema/config.json describes it", ())
        message = found.message if found.keys else found.message.replace("it", "a configuration", 1)
        return self._error(message, found.keys, found.name, found.near)

    def _error(
        self, message: str, keys: tuple[str, ...], name: str = "", names: Iterable[str] = ()
    ) -> ConfigError:
        from pgcfglint.catalog import suggest
        from pgcfglint.places import place

        nearest = suggest(name, list(names)) if name else None
        hint = f"; did you mean {nearest}?" if nearest else ""
        line, column = place(self._text, keys)
        return ConfigError(f"{self._path}:{line}:{column}: {message}{hint}")


_LARGEST = 10**18
