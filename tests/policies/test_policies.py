"""A team's own rules: what is wrong is said with its place, and no rule can do more than compute."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pgcfglint import policies
from pgcfglint.cli import main
from pgcfglint.policies import read_one, read_policies
from pgcfglint.rulefile import RuleError

GOOD = """\
title: too many sessions for a house like ours
severity: warning
why: Our pooler opens two hundred.
let: {most: 200}
assert: max_connections <= most
message: max_connections is {max_connections}, above {most}
fix:
  - lower max_connections to most
see: [https://wiki.example.com/postgresql]
examples:
  pass:
    - {max_connections: 100}
  fail:
    - given: {max_connections: 300}
      message: max_connections is 300, above 200
      fix: "max_connections: 200"
"""


def write(folder: Path, text: str, name: str = "house-connections.yaml") -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


def changed(**lines: str) -> str:
    """The good rule with some of its lines replaced by others (`assert_` for assert)."""
    text = GOOD
    for key, line in lines.items():
        name = key.rstrip("_")
        start = text.index(f"{name}:")
        end = text.index("\n", start)
        text = text[:start] + line + text[end:]
    return text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: a rule must be a map, not nothing"),
        ("- a\n", "1:1: a rule must be a map, not a list"),
        ("just words\n", "1:1: a rule must be a map, not a text"),
        ("a: [\n", "2:1: not YAML: "),
        ("a: 1\n---\na: 2\n", "3:1: a second document; there is one at most"),
        (changed(title="titel: x"), "1:1: a rule needs title"),
        (GOOD + "severty: error\n", "17:1: unknown key severty; did you mean severity?"),
        (GOOD + "title: again\n", "17:1: title is given twice"),
        (changed(severity="severity: fatal"), "2:1: severity is one of error, warning, info, not 'fatal'"),
        (changed(severity="severity: warnin"), "not 'warnin'; did you mean warning?"),
        (changed(severity="severity: {patroni: error}"), "2:1: severity needs default"),
        (changed(title="title: yes"), "1:1: title must be a text, not true (a text needs quotes)"),
        (changed(title="title: 2024-99-99"), "1:1: not YAML: month must be in"),
        (changed(title="title: 2024-01-01"), "1:1: title must be a text, not date 2024-01-01"),
        (
            changed(assert_="assert: max_conections <= most"),
            "5:9: assert: unknown name max_conections; did you mean max_connections?",
        ),
        (changed(assert_="assert: work_mem + max_connections > 0"), "assert: "),
        (
            changed(assert_="assert: work_mem <= checkpoint_timeout"),
            "5:1: assert: [information] and [time] do not compare",
        ),
        (changed(assert_="assert: max_connections <="), "5:"),
        (
            changed(assert_='assert: __import__("os").system("id")'),
            "5:9: assert: a word is called as word(value, ...)",
        ),
        (changed(assert_="assert: open('/etc/passwd')"), "5:9: assert: unknown word open; the words are "),
        (changed(assert_="assert: max_connections.__class__"), "unknown name max_connections.__class__"),
        (changed(assert_="assert: (lambda:1)"), "Lambda has no place in a sentence"),
        (changed(assert_="assert: '[x for x in work_mem]'"), "assert: "),
        (changed(assert_="assert: max_connections ** 9 ** 9 ** 9 > 0"), "the operators are + - * /"),
        (
            changed(assert_="assert: max_connections < 1" + "0" * 30),
            "5:27: assert: a number is at most 10^18",
        ),
        (changed(assert_="assert: max_connections < 1e400"), "a number is at most 10^18"),
        (changed(assert_="assert: has(3, 'x')"), "5:13: assert: value 1 of has must be the name of a list"),
        (changed(assert_="assert: given(3)"), "5:15: assert: value 1 of given must be a name"),
        (
            changed(assert_="assert: min(cluster.name, 'a') == 'a'"),
            "value 1 of min must be a number or an amount",
        ),
        (
            changed(assert_="assert: major_of(cluster.name) > 3"),
            "value 1 of major_of must be a text in quotes",
        ),
        (changed(assert_="assert: ceil(work_mem) > 3"), "value 1 of ceil must be a plain number"),
        (changed(assert_="assert: pick(work_mem, 1, 2) > 1"), "value 1 of pick must be a condition"),
        (
            changed(assert_="assert: first(cluster.name, work_mem) > 1"),
            "texts and numbers do not go into one first",
        ),
        (changed(assert_="assert: work_mem / 'lots' > 1"), "'lots' is no amount that can be reckoned with"),
        (changed(assert_="assert: work_mem >= '64 parsecs'"), "'64 parsecs' is no amount of bytes"),
        (changed(let="let: {most: .inf}"), "4:7: let: most must be a number up to 10^18"),
        (changed(let="let: {most: .nan}"), "4:7: let: most must be a number up to 10^18"),
        (changed(let="let: {most: [200]}"), "4:7: let.most must be a number or a text, not a list"),
        (changed(let="let: {Most-Of: 200}"), "4:7: Most-Of cannot be a name here"),
        (changed(let="let: {most: most + 1}"), "4:13: let: unknown name most"),
        (changed(message="message: above {most"), "6:16: message: a brace is not closed"),
        (changed(message="message: above {mots}"), "6:17: message: unknown name mots"),
        (
            changed(message='message: "{cluster.name:%}"'),
            "only a plain number, as a/b, is a share in per cent",
        ),
        (
            GOOD.replace("lower max_connections to most", "reduce max_connections to most"),
            "8:5: a fix reads ",
        ),
        (
            GOOD.replace("lower max_connections to", "lower max_conections to"),
            "fix: unknown name max_conections; did you mean max_connections?",
        ),
        (GOOD.replace("to most", "to '8MB'"), "8:5: fix: max_connections cannot be '8MB'"),
        (GOOD.replace("to most", "to most step 0"), "fix: a step of 0 is no amount of count above zero"),
        (GOOD.replace("{max_connections: 100}", "[100]"), "12:7: examples.pass 1 must be a map, not a list"),
        (
            GOOD.replace("      fix:", "      fixes:"),
            "16:7: unknown key fixes in examples.fail 1; did you mean fix?",
        ),
        (GOOD.replace("pass:", "passes:"), "10:1: examples needs pass"),
        (changed(see="see: []"), "9:1: see is empty"),
        (GOOD + "covers: [fsync-of]\n", "17:10: covers: there is no rule fsync-of; did you mean fsync-off?"),
        (GOOD + "profile: house\n", "17:1: profile is one of default, strict, cis, not"),
        (
            GOOD.replace("{max_connections: 100}", "{files: {../../evil.yaml: x}}"),
            "../../evil.yaml cannot be a name here",
        ),
        (
            GOOD.replace("{max_connections: 100}", "{files: {/etc/evil.yaml: x}}"),
            "/etc/evil.yaml cannot be a name here",
        ),
    ],
)
def test_a_wrong_rule_is_refused_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    path = write(tmp_path, text)
    with pytest.raises(RuleError) as caught:
        policies.read([path])
    assert str(caught.value).startswith(f"{path}:")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            GOOD.replace("{max_connections: 100}", "{max_connections: 250}"),
            ":12:7: pass 1: should hold, but says: max_connections is 250, above 200",
        ),
        (
            GOOD.replace("{max_connections: 300}", "{max_connections: 200}"),
            ":14:7: fail 1: should fail, but holds",
        ),
        (
            GOOD.replace("is 300, above 200", "is 300"),
            ":14:7: fail 1: says 'max_connections is 300, above 200', not 'max_connections is 300'",
        ),
        (
            GOOD.replace('fix: "max_connections: 200"', 'fix: "max_connections: 100"'),
            "proposes 'max_connections: 200', not 'max_connections: 100'",
        ),
        (
            GOOD.replace("to most", "to 2 * most")
            .replace('      fix: "max_connections: 200"\n', "")
            .replace("300", "500"),
            "the fix 'max_connections: 400' does not cure it",
        ),
        (
            GOOD.replace("{max_connections: 100}", "{max_conections: 100}"),
            ":12:8: pass 1: max_conections is no name; did you mean max_connections?",
        ),
        (
            GOOD.replace("{max_connections: 100}", "{pg: 99, max_connections: 100}"),
            "the newest known major is 18, not 99",
        ),
        (
            GOOD.replace("{max_connections: 100}", "{groups: {a: {max_conections: 1}}}"),
            "max_conections is no name",
        ),
        (
            GOOD.replace('      fix: "max', '      severity: error\n      fix: "max'),
            "fail 1: is of severity warning, not error",
        ),
    ],
)
def test_a_wrong_example_fails_with_its_place(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, text)
    assert main(["test", "--no-config", path]) == 1
    output = capsys.readouterr().out
    assert output.startswith(f"failed    {path}\n")
    assert said in output
    assert "1 rule: 0 ok, 1 failed, 0 unusable" in output


def test_the_good_rule_is_good_and_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "policies", GOOD)
    assert main(["test", "--no-config", str(tmp_path / "policies")]) == 0
    assert capsys.readouterr().out == f"ok        {path}\n\n1 rule: 1 ok, 0 failed, 0 unusable\n"
    values = tmp_path / "values.yaml"
    values.write_text(
        "postgresql:\n  parameters: {max_connections: 250, shared_buffers: 2GB, max_wal_size: 4GB}\n",
        encoding="utf-8",
    )
    words = [
        str(values),
        "--no-config",
        "--rules",
        str(tmp_path / "policies"),
        "--format",
        "json",
        "--memory",
        "8Gi",
    ]
    assert main(words) == 0
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [item["rule"] for item in found] == ["house-connections"]
    assert found[0]["remedies"][0]["text"] == "max_connections: 200"


def test_a_policy_of_another_profile_waits_for_it(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + "profile: strict\n")
    assert read_policies([path], ["default"]) == ()
    assert [rule.name for rule in read_policies([path], ["default", "strict"])] == ["house-connections"]


def test_a_policy_may_be_milder_for_a_demo(tmp_path: Path) -> None:
    from pgcfglint.config import Config

    path = write(tmp_path, GOOD + "demo: info\n")
    write(tmp_path, GOOD + "demo: off\n", "house-b.yaml")
    plain = Config(policies=(str(tmp_path),))
    assert [rule.severity["default"] for rule in plain.tuned(())] == ["warning", "warning"]
    demo = plain.replace(profiles=("default", "demo")).tuned(())
    assert [(rule.name, rule.severity["default"]) for rule in demo] == [(Path(path).stem, "info")]


@pytest.mark.parametrize("name", ["fsync-off.yaml", "topic/fsync-off.yml"])
def test_a_shipped_name_is_taken(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, GOOD, name)
    assert main(["test", "--no-config", str(tmp_path)]) == 2
    assert (
        f"{path}:1:1: there is a shipped rule fsync-off: give the file another name"
        in capsys.readouterr().out
    )
    assert main(["check", "--no-config", "--rules", str(tmp_path), str(tmp_path)]) == 2
    assert "there is a shipped rule fsync-off" in capsys.readouterr().err


def test_a_name_is_given_once(tmp_path: Path) -> None:
    first, second = write(tmp_path, GOOD, "a/house.yaml"), write(tmp_path, GOOD, "b/house.yaml")
    with pytest.raises(RuleError) as caught:
        read_policies([str(tmp_path)])
    assert str(caught.value) == f"{second}:1:1: there is a rule house already: {first}"


def test_a_policy_may_cover_another_one(tmp_path: Path) -> None:
    write(tmp_path, GOOD + "covers: [house-z, fsync-off]\n", "house-a.yaml")
    write(tmp_path, GOOD, "house-z.yaml")
    assert [rule.name for rule in read_policies([str(tmp_path)])] == ["house-a", "house-z"]


def test_a_missing_folder_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "--no-config", str(tmp_path / "no")]) == 2
    assert "no such file or folder of rules" in capsys.readouterr().err
    assert main(["test", "--no-config", str(tmp_path)]) == 2
    assert "no rules (*.yaml) below it" in capsys.readouterr().err


def test_without_words_the_configured_policies_are_tested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "ours", GOOD)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    assert main(["test"]) == 2
    assert "there is none in the configuration and no policies/" in capsys.readouterr().err
    (tmp_path / ".pgcfglint.yaml").write_text("policies: ours\n", encoding="utf-8")
    assert main(["test"]) == 0
    assert "1 ok" in capsys.readouterr().out
    (tmp_path / ".pgcfglint.yaml").unlink()
    os.rename("ours", "policies")
    assert main(["test", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rules"]
    assert [(Path(row["path"]).name, row["state"], row["messages"]) for row in rows] == [
        ("house-connections.yaml", "ok", [])
    ]


def test_good_and_bad_side_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One broken file does not hide how the others did."""
    write(tmp_path, GOOD, "a.yaml")
    write(tmp_path, changed(severity="severity: fatal"), "b.yaml")
    write(tmp_path, GOOD.replace("is 300, above 200", "no"), "c.yaml")
    assert main(["test", "--no-config", str(tmp_path)]) == 2
    output = capsys.readouterr().out
    states = [line.split()[0] for line in output.splitlines() if line and not line.startswith(" ")]
    assert states == ["ok", "unusable", "failed", "3"]


def test_every_shipped_rule_is_in_order_by_the_same_reader(tmp_path: Path) -> None:
    from pgcfglint import paths
    from pgcfglint.rulefile import rule_paths

    files = rule_paths(paths.rules_folder())
    assert len(policies.read(files)) == len(files)


def test_read_one_gives_the_manual_too(tmp_path: Path) -> None:
    policy = read_one(write(tmp_path, GOOD))
    assert policy.manual.why == "Our pooler opens two hundred."
    assert policy.rule.topic == tmp_path.name
