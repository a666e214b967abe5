"""What scalars mean to Helm and to PyYAML: the known traps, and against both programs themselves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pgcfglint.sources.nodes import parse
from pgcfglint.sources.scalars import HELM, PYYAML, resolve

if TYPE_CHECKING:
    from typing import Any

TRAPS = [
    # written, Helm's kind, text after `| quote`, PyYAML's kind, Python's str()
    ("on", "bool", "true", "bool", "True"),
    ("off", "bool", "false", "bool", "False"),
    ("Yes", "bool", "true", "bool", "True"),
    ("NO", "bool", "false", "bool", "False"),
    ("y", "bool", "true", "str", "y"),
    ("N", "bool", "false", "str", "N"),
    ("tRue", "str", "tRue", "str", "tRue"),
    ("010", "int", "8", "int", "8"),
    ("-010", "int", "-8", "int", "-8"),
    ("08", "float", "8", "str", "08"),
    ("0o17", "int", "15", "str", "0o17"),
    ("0o8", "str", "0o8", "str", "0o8"),
    ("0x1F", "int", "31", "int", "31"),
    ("0b11", "int", "3", "int", "3"),
    ("1_000", "int", "1000", "int", "1000"),
    ("1e3", "float", "1000", "str", "1e3"),
    ("1E3", "float", "1000", "str", "1E3"),
    ("1e+06", "float", "1e+06", "str", "1e+06"),
    ("1.0e+6", "float", "1e+06", "float", "1000000.0"),
    ("999999", "int", "999999", "int", "999999"),
    ("1000000", "int", "1e+06", "int", "1000000"),
    ("1048576", "int", "1.048576e+06", "int", "1048576"),
    ("9007199254740993", "int", "9.007199254740992e+15", "int", "9007199254740993"),
    ("123456.789", "float", "123456.789", "float", "123456.789"),
    ("0.0001", "float", "0.0001", "float", "0.0001"),
    ("0.00001", "float", "1e-05", "float", "1e-05"),
    ("1.10", "float", "1.1", "float", "1.1"),
    ("5.", "float", "5", "float", "5.0"),
    (".5", "float", "0.5", "float", "0.5"),
    ("-0", "int", "0", "int", "0"),
    ("1e400", "str", "1e400", "str", "1e400"),
    ("12:30:45", "str", "12:30:45", "int", "45045"),
    ("1:30", "str", "1:30", "int", "90"),
    ("2024-01-01", "str", "2024-01-01", "str", "2024-01-01"),
    ("~", "null", "", "null", "None"),
    ("null", "null", "", "null", "None"),
    ("=", "str", "=", "str", "="),
    ("16MB", "str", "16MB", "str", "16MB"),
    ("'on'", "str", "on", "str", "on"),
    ('"010"', "str", "010", "str", "010"),
    ("!!str 010", "str", "010", "str", "010"),
    (".inf", "invalid", "+Inf", "float", "inf"),
]


def scalar(written: str) -> Any:
    (root,) = parse(f"k: {written}\n", "values.yaml")
    return root.get("k")


@pytest.mark.parametrize(
    ("written", "kind", "text", "_kind", "_text"), TRAPS, ids=[trap[0] for trap in TRAPS]
)
def test_helm(written: str, kind: str, text: str, _kind: str, _text: str) -> None:
    assert resolve(scalar(written), HELM) == (kind, text)


@pytest.mark.parametrize(
    ("written", "_kind", "_text", "kind", "text"), TRAPS, ids=[trap[0] for trap in TRAPS]
)
def test_pyyaml(written: str, _kind: str, _text: str, kind: str, text: str) -> None:
    assert resolve(scalar(written), PYYAML) == (kind, text)


def test_the_table_is_helms_own_reading(helm: Any) -> None:
    traps = [trap for trap in TRAPS if trap[1] != "invalid"]
    for trap, (kind, text) in zip(traps, helm.quoted([trap[0] for trap in traps])):
        ours = {"int": "float64", "float": "float64", "str": "string", "bool": "bool", "null": "invalid"}[
            trap[1]
        ]
        assert (kind, text) == (ours, f'"{trap[2]}"' if ours != "invalid" else ""), trap[0]


def test_helm_refuses_infinity(helm: Any) -> None:
    with pytest.raises(helm.module.HelmValuesError):
        helm.quoted([".inf"])


_PIECES = st.sampled_from(
    [
        "0",
        "1",
        "7",
        "8",
        "9",
        "00",
        "12",
        "_",
        ".",
        "e",
        "E",
        "+",
        "-",
        "x",
        "o",
        "b",
        "0x",
        "0o",
        "f",
        "A",
        ":",
        "5",
    ]
)
NUMBERS = st.one_of(
    st.lists(_PIECES, min_size=1, max_size=7).map("".join),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(2**66), 2**66).map(str),
    st.integers(0, 2**66).map(lambda number: f"0o{number:o}"),
    st.integers(0, 2**66).map(lambda number: f"0{number:o}"),
    st.integers(0, 2**66).map(hex),
)


def plain_scalar(text: str) -> bool:
    """Whether YAML reads the text as one plain scalar."""
    if text != text.strip():
        return False
    try:
        node = yaml.compose(f"- {text}\n", Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return False
    (item,) = node.value
    return isinstance(item, yaml.ScalarNode) and item.value == text


@given(st.lists(NUMBERS.filter(plain_scalar), min_size=20, max_size=40))
def test_numbers_as_helm_reads_them(helm: Any, written: list[str]) -> None:
    for text, (kind, quoted) in zip(written, helm.quoted(written)):
        ours, rendered = resolve(scalar(text), HELM)
        assert (kind == "float64") == (ours in ("int", "float")), text
        assert json.loads(quoted) == rendered, text


@given(NUMBERS)
@example("0b")
@example("1:2:3")
@example("190:20:30.15")
def test_numbers_as_pyyaml_reads_them(text: str) -> None:
    assume(plain_scalar(text))
    try:
        expected = yaml.safe_load(f"k: {text}\n")["k"]
    except ValueError:
        assert resolve(scalar(text), PYYAML)[0] == "invalid"
        return
    assert resolve(scalar(text), PYYAML)[1] == str(expected)


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=1, max_size=12))
def test_words_as_pyyaml_reads_them(text: str) -> None:
    assume(plain_scalar(text))
    try:
        expected = yaml.safe_load(f"k: {text}\n")["k"]
    except (ValueError, yaml.YAMLError):
        return
    assert resolve(scalar(text), PYYAML)[1] == str(expected)
