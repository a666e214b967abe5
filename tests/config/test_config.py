# ruff: noqa: E501 - a table of cases reads best with one case on a line
"""Every option of .pgcfglint.yaml works, and what is wrong in one is said with its place."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgcfglint import config
from pgcfglint.cli import main
from pgcfglint.shape import flaw, schema

VALUES = """\
postgresql:
  parameters:
    max_connections: 400
    fsync: "off"
    max_wal_size: 4GB
    shared_buffers: 2GB
resources: {limits: {memory: 8Gi, cpu: 4}, requests: {memory: 8Gi, cpu: 4}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "values.yaml").write_text(VALUES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(
    folder: Path, text: str, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, dict[str, str]]:
    """The exit code, and the severities of what is found in the values file under a configuration."""
    (folder / ".pgcfglint.yaml").write_text(text, encoding="utf-8")
    code = main(["values.yaml", "--format", "json", *words])
    output = capsys.readouterr()
    assert output.out, output.err
    return code, {item["rule"]: item["severity"] for item in json.loads(output.out)["findings"]}


def test_without_a_configuration(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, rules = found(folder, "", capsys)
    assert code == 1
    assert rules == {"fsync-off": "error", "max-connections-high": "warning"}


@pytest.mark.parametrize(
    ("text", "code", "rules"),
    [
        ("rules: {fsync-off: warning}", 0, {"fsync-off": "warning", "max-connections-high": "warning"}),
        ("rules: {fsync-off: {severity: info}}", 0, {"fsync-off": "info", "max-connections-high": "warning"}),
        ("rules: {fsync-off: off}", 0, {"max-connections-high": "warning"}),
        ('rules: {fsync-off: "off"}', 0, {"max-connections-high": "warning"}),
        ("rules: {max-connections-high: error}", 1, {"fsync-off": "error", "max-connections-high": "error"}),
        ("rules: {max-connections-high: {let: {most: 400}}}", 1, {"fsync-off": "error"}),
        ("ignore: [{rule: fsync-off}]", 0, {"max-connections-high": "warning"}),
        (
            "ignore: [{rule: fsync-off, path: '*.yaml', reason: tests}]",
            0,
            {"max-connections-high": "warning"},
        ),
        (
            "ignore: [{rule: fsync-off, path: other/*}]",
            1,
            {"fsync-off": "error", "max-connections-high": "warning"},
        ),
        ("fail-on: never", 0, {"fsync-off": "error", "max-connections-high": "warning"}),
        ("rules: {fsync-off: off}\nfail-on: warning", 1, {"max-connections-high": "warning"}),
        (
            "rules: {fsync-off: off, max-connections-high: info}\nfail-on: info",
            1,
            {"max-connections-high": "info"},
        ),
        (
            "rules:\nignore:\ntarget:\npolicies:\n",
            1,
            {"fsync-off": "error", "max-connections-high": "warning"},
        ),
    ],
)
def test_severities_thresholds_ignored_rules_and_the_exit_code(
    text: str, code: int, rules: dict[str, str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert found(folder, text, capsys) == (code, rules)


def test_the_command_line_wins_over_fail_on(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert found(folder, "fail-on: never", capsys, "--fail-on", "error")[0] == 1


def test_the_policy_of_25_per_cent_and_of_1024_locks_can_be_another(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "values.yaml").write_text(
        VALUES.replace("2GB", "1GB")
        .replace("400", "100")
        .replace('fsync: "off"', "max_locks_per_transaction: 512"),
        encoding="utf-8",
    )
    rules = found(folder, "target: {citus: 14, postgresql: 17}", capsys)[1]
    assert {"shared-buffers-low", "max-locks-citus-low"} <= rules.keys()
    text = (
        "target: {citus: 14, postgresql: 17}\nrules:\n"
        "  shared-buffers-low: {let: {share: 0.05}}\n  max-locks-citus-low: {let: {least: 512}}\n"
    )
    rules = found(folder, text, capsys)[1]
    assert not {"shared-buffers-low", "max-locks-citus-low"} & rules.keys()


def test_targets_come_from_the_configuration(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".pgcfglint.yaml").write_text(
        "target: {postgresql: 15, patroni: '4.0', citus: '13.0'}", encoding="utf-8"
    )
    main(["values.yaml", "--format", "json"])
    output = capsys.readouterr()
    targets = json.loads(output.out)["targets"]
    assert "15" in json.dumps(targets)
    assert "13.0" in json.dumps(targets)
    assert "assumed" not in output.err
    main(["values.yaml", "--format", "json", "--pg", "17"])
    assert "17" in json.dumps(json.loads(capsys.readouterr().out)["targets"])


def test_profiles_add_rules(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    default = found(folder, "", capsys)[1]
    strict = found(folder, "profile: strict", capsys)[1]
    assert default.keys() < strict.keys()
    assert found(folder, "profile: [strict]", capsys)[1] == strict
    assert found(folder, "", capsys, "--profile", "strict")[1] == strict


def test_the_nearest_configuration_below_the_repository_counts(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "er" / "values.yaml").write_text(VALUES, encoding="utf-8")
    (folder / ".pgcfglint.yaml").write_text("rules: {fsync-off: off}", encoding="utf-8")
    assert main(["deep/er/values.yaml"]) == 0
    (folder / "deep" / ".pgcfglint.yaml").write_text("", encoding="utf-8")
    assert main(["deep/er/values.yaml"]) == 1
    assert main(["deep/er/values.yaml", "--no-config", "--exit-zero"]) == 0
    assert main(["deep/er/values.yaml", "--config", ".pgcfglint.yaml"]) == 0
    capsys.readouterr()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "1:1: a configuration must be a map, not a list"),
        ("words", "1:1: a configuration must be a map, not a text"),
        ("rulse: {}", "1:1: unknown key rulse; did you mean rules?"),
        ("rules: [fsync-off]", "1:1: rules must be a map or nothing, not a list"),
        ("rules: {fsync-of: off}", "1:9: there is no rule fsync-of; did you mean fsync-off?"),
        ("rules: {fsync-off: fatal}", "1:9: rules.fsync-off is one of error, warning, info, off, false, not 'fatal'"),
        ("rules: {fsync-off: waning}", "did you mean warning?"),
        ("rules: {fsync-off: yes}", "1:9: rules.fsync-off cannot be true (a text needs quotes)"),
        ("rules: {fsync-off: {severty: off}}", "1:21: unknown key severty in rules.fsync-off; did you mean severity?"),
        ("rules: {fsync-off: {severity: of}}", "1:21: rules.fsync-off.severity is one of"),
        ("rules: {fsync-off: {let: [1]}}", "1:21: rules.fsync-off.let must be a map, not a list"),
        ("rules: {fsync-off: {let: {most: 3}}}", "1:27: fsync-off has no threshold most"),
        ("rules: {max-connections-high: {let: {mots: 3}}}", "1:38: max-connections-high has no threshold mots; did you mean most?"),
        ("rules: {max-connections-high: {let: {most: many}}}", "1:38: many is no number"),
        ("rules: {max-connections-high: {let: {most: .inf}}}", "1:38: inf is no number"),
        ("rules: {max-connections-high: {let: {most: yes}}}", "must be a number or a text, not true"),
        ("rules: {grace-period-short: {let: {base: 30 parsecs}}}", "1:36: 30 parsecs is no time as 30s"),
        ("rules: {grace-period-short: {let: {needed: 3}}}", "1:36: needed is computed by the rule and cannot be set"),
        ("ignore: fsync-off", "1:1: ignore must be a list or nothing, not a text"),
        ("ignore: [fsync-off]", "1:10: ignore 1 must be a map, not a text"),
        ("ignore: [{path: a}]", "1:10: ignore 1 needs rule"),
        ("ignore: [{rule: fsync-of}]", "1:11: there is no rule fsync-of; did you mean fsync-off?"),
        ("ignore: [{rule: fsync-off, paths: a}]", "1:28: unknown key paths in ignore 1; did you mean path?"),
        ("ignore:\n  - {rule: fsync-off}\n  - {rule: fsync-off, path: 3}", "3:23: ignore 2.path must be a text, not 3"),
        ("target: 17", "1:1: target must be a map or nothing, not 17"),
        ("target: {pg: 17}", "1:10: unknown key pg in target"),
        ("target: {postgres: 17}", "did you mean postgresql?"),
        ("target: {postgresql: new}", "1:10: target.postgresql does not read as it should: 'new'"),
        ("target: {postgresql: 12}", "1:10: known majors of PostgreSQL are 13 to 18, not 12"),
        ("target: {postgresql: false}", "1:10: target.postgresql cannot be false"),
        ("target: {patroni: [4]}", "1:10: target.patroni cannot be a list"),
        ("profile: house", "1:1: profile is one of default, strict, cis, demo, not 'house'"),
        ("profile: [strict, stirct]", "1:19: profile 2 is one of default, strict, cis, demo, not 'stirct'; did you mean strict?"),
        ("policies: 3", "1:1: policies cannot be 3"),
        ("policies: [3]", "1:12: policies 1 must be a text, not 3"),
        ("policies: ours", "ours:1:1: no such file or folder of rules"),
        ("fail-on: warn", "1:1: fail-on is one of error, warning, info, never, not 'warn'"),
        ("fail-on: off", "1:1: fail-on is one of error, warning, info, never, not false"),
        ("rules: {}\nrules: {}", "2:1: rules is given twice"),
        ("a: [", "not YAML: "),
        ("a: 1\n---\nb: 2", "3:1: a second document; there is one at most"),
        ("a: " + "[" * 5000, "deep"),
        ("a: 2024-99-99", "1:1: not YAML: month must be in"),
        ("rules: {1: off}", "1 is no text: a key must be one"),
        ("rules: &a {x: *a}", "1:"),
        ("x: &b0 [1]\n" + "".join(f"y{n}: &b{n} [*b{n - 1}, *b{n - 1}]\n" for n in range(1, 40)), ""),
        ("#" * 70_000, "at most 64 kB"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(
    text: str, said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / ".pgcfglint.yaml").write_text(text, encoding="utf-8")
    assert main(["values.yaml"]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert error.startswith("error: .pgcfglint.yaml:") or "ours:1:1" in error


# The hand check and the schema


GOOD = (
    {},
    {"rules": None, "ignore": None, "target": None, "policies": None},
    {
        "rules": {
            "a": "off",
            "b": False,
            "c": {"severity": "info", "let": {"x": 1, "y": "8MB", "z": 0.5}},
            "d": {},
        }
    },
    {"ignore": [{"rule": "a"}, {"rule": "b", "path": "*", "reason": "r"}]},
    {"target": {"postgresql": 17, "patroni": 4.1, "citus": False}},
    {"target": {"citus": True}},
    {"target": {"postgresql": "16.2", "patroni": "4.1.4", "citus": "13"}},
    {"profile": ["strict", "cis"], "policies": ["a", "b"], "fail-on": "never"},
    {"profile": "strict", "policies": "a"},
)


def verdicts(data: object) -> tuple[bool, bool, bool]:
    """What the hand check, our reading of the schema, and jsonschema's say."""
    by_schema = jsonschema.Draft202012Validator(schema("config")).is_valid(data)
    return config.is_well_formed(data), flaw(data, "config") is None, by_schema


@pytest.mark.parametrize("data", GOOD)
def test_good_ones_are_good_to_all(data: object) -> None:
    assert verdicts(data) == (True, True, True)


_ATOMS = st.sampled_from(
    (None, True, False, 0, 1, 17, 4.1, 1000, -1, "", "off", "error", "info", "never", "strict", "default", "17", "a.b", "4.1", "x")
)  # fmt: skip
_KEYS = st.sampled_from(
    ("rules", "ignore", "target", "profile", "policies", "fail-on", "severity", "let", "rule", "path", "reason",
     "postgresql", "patroni", "citus", "x")
)  # fmt: skip
_ANY = st.recursive(
    _ATOMS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)
_RULE = st.fixed_dictionaries(
    {}, optional={"severity": _ATOMS, "let": st.dictionaries(_KEYS, _ATOMS, max_size=2)}
)
_NEAR = st.fixed_dictionaries(
    {},
    optional={
        "rules": st.dictionaries(_KEYS, _ATOMS | _RULE, max_size=2),
        "ignore": st.lists(
            st.dictionaries(st.sampled_from(("rule", "path", "reason", "x")), _ATOMS), max_size=2
        ),
        "target": st.dictionaries(st.sampled_from(("postgresql", "patroni", "citus", "x")), _ATOMS),
        "profile": _ATOMS | st.lists(_ATOMS, max_size=2),
        "policies": _ATOMS | st.lists(_ATOMS, max_size=2),
        "fail-on": _ATOMS,
    },
)


@settings(deadline=None, max_examples=500)
@given(_NEAR | _ANY)
def test_the_hand_check_and_the_schema_agree(data: object) -> None:
    assert len(set(verdicts(data))) == 1


def test_the_schemas_are_schemas() -> None:
    folder = Path(config.__file__).parent / "schema"
    names = {path.stem for path in folder.glob("*.json")}
    assert {"rule", "layout", "config", "report", "plan", "budget"} <= names
    for path in folder.glob("*.json"):
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))
