"""Reading and asking a rule ends soon, whatever is written in it."""

from __future__ import annotations

import functools
import os
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgcfglint import catalog
from pgcfglint.dimensions import check
from pgcfglint.examples import scopes
from pgcfglint.expression import UNKNOWN, evaluate
from pgcfglint.places import MAX_BYTES, MAX_VALUES
from pgcfglint.policies import MAX_ENTRIES, MAX_FILES, policy_paths, read_one, read_policies
from pgcfglint.rulefile import RuleError, dimension_of
from pgcfglint.sentence import MAX_DEPTH, MAX_LENGTH, MAX_TERMS, Reader, SentenceError, read_template
from pgcfglint.vocabulary import NAMES
from pgcfglint.wording import fill
from pgcfglint.words import SIGNATURES, WORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

HEAD = "title: t\nseverity: info\nwhy: w\nsee: [s]\nmessage: m\n"
TAIL = "examples:\n  pass: [{work_mem: 4MB}]\n  fail: [{work_mem: 8MB}]\n"


def refused(tmp_path: Path, text: str) -> str:
    path = tmp_path / "house.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        read_one(str(path))
    return caught.value.message


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("work_mem > 0 " + "and work_mem > 0 " * 100, f"assert has at most {MAX_LENGTH} characters"),
        ("(" * 300 + "work_mem" + ")" * 300, "not a sentence"),
        ("-" * (MAX_DEPTH + 5) + "work_mem > 0", f"a sentence nests at most {MAX_DEPTH} deep"),
        ("not " * 200 + "citus", f"a sentence nests at most {MAX_DEPTH} deep"),
        ("+".join(["work_mem"] * 100) + " > 0", f"a sentence nests at most {MAX_DEPTH} deep"),
        ("work_mem > 0 \\0", "not a sentence"),
        ("work_mem > 0\\x00", "not a sentence"),
        ("work_mem > 1" + "0" * 900, "a number is at most 10^18"),
    ],
)
def test_a_sentence_is_short_and_flat(sentence: str, said: str, tmp_path: Path) -> None:
    quoted = sentence if "\\" in sentence else sentence.replace("'", "''")
    mark = '"' if "\\x" in sentence else "'"
    assert said in refused(tmp_path, f"{HEAD}assert: {mark}{quoted}{mark}\n{TAIL}")


def test_names_of_a_rule_that_double_each_other_are_counted_out(tmp_path: Path) -> None:
    """x1: x0 + x0, x2: x1 + x1, ... would be worked out 2^40 times."""
    lets = "".join(f"  x{n}: x{n - 1} + x{n - 1}\n" for n in range(1, 41))
    text = f"{HEAD}let:\n  x0: work_mem\n{lets}assert: x40 > 0\n{TAIL}"
    assert f"at most {MAX_TERMS} terms" in refused(tmp_path, text)


def test_aliases_that_double_each_other_are_counted_out(tmp_path: Path) -> None:
    bomb = "bomb: &b0 [x, x]\n" + "".join(f"b{n}: &b{n} [*b{n - 1}, *b{n - 1}]\n" for n in range(1, 60))
    assert refused(tmp_path, bomb)


def test_a_bomb_within_an_example_is_counted_out(tmp_path: Path) -> None:
    levels = "".join(f", a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 9))
    text = (
        f"{HEAD}assert: work_mem > 0\nexamples:\n  pass: [{{a0: &a0 [1]{levels}}}]\n  fail: [{{jit: on}}]\n"
    )
    assert "such a file nests at most 12 deep" in refused(tmp_path, text)
    flat = f", a1: &a1 [{'1, ' * 90}1], a2: [{', '.join(['*a1'] * 900)}]"
    assert f"at most {MAX_VALUES} values" in refused(tmp_path, text.replace(levels, flat))


def test_deep_nesting_is_no_crash(tmp_path: Path) -> None:
    assert "deep" in refused(tmp_path, "a: " + "[" * 20_000 + "]" * 20_000)
    assert "deep" in refused(tmp_path, "a: " + "[" * 50 + "]" * 50)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    assert "at most 64 kB" in refused(tmp_path, "#" * (MAX_BYTES + 1))
    assert "at most" in refused(
        tmp_path, HEAD.replace("why: w", f"why: {'w' * 6000}") + f"assert: work_mem > 0\n{TAIL}"
    )


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"title: \xc3\x28", b"\x00" * 20, b"title: \x07"])
def test_what_is_no_text_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_bytes(content)
    with pytest.raises(RuleError):
        read_one(str(path))


def test_a_pipe_or_a_device_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "zero.yaml").symlink_to("/dev/zero")
    for name in ("pipe.yaml", "zero.yaml"):
        with pytest.raises(RuleError, match="is no file"):
            read_one(str(tmp_path / name))
    (tmp_path / "gone.yaml").symlink_to("nowhere")
    with pytest.raises(RuleError, match="no such file"):
        read_one(str(tmp_path / "gone.yaml"))


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    assert policy_paths([str(tmp_path)]) == []


def test_thousands_of_rule_files_are_refused_before_they_are_read(tmp_path: Path) -> None:
    for number in range(MAX_FILES + 1):
        (tmp_path / f"r{number}.yaml").touch()
    with pytest.raises(RuleError, match=f"more than {MAX_FILES} rule files"):
        read_policies([str(tmp_path)])


def test_a_search_through_everything_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "walk", lambda folder: (("x", [], ["a.txt"] * 10_000) for _ in range(10**9)))
    with pytest.raises(RuleError, match=f"{MAX_ENTRIES:,}"):
        policy_paths([str(tmp_path)])


@pytest.mark.parametrize(
    "fix",
    [
        "lower work_mem to " + "1 step " * 120,
        "lower work_mem to " + "1 if " * 150 + "x",
        "lower " + "a" * 900,
        "add '" + "'" * 500 + "' to x",
        "lower work_mem to 1 step 'x' if " + "(" * 300,
    ],
)
def test_a_strange_fix_is_refused_at_once(fix: str, tmp_path: Path) -> None:
    text = f"{HEAD}assert: work_mem > 0\nfix:\n  - {fix!r}\n{TAIL}".replace("\\'", "''")
    assert refused(tmp_path, text)


# Every sentence that is taken can be asked of every kind of cluster


EXAMPLES = (
    {},
    {"work_mem": "64MB", "limits.memory": "2Gi", "shared_buffers": "512MB", "pg": 17},
    {"max_connections": 262143, "citus": True, "limits.cpu": "500m", "max_prepared_transactions": 0},
    {
        "work_mem": "lots",
        "limits.memory": "much",
        "jit": "off",
        "shared_preload_libraries": "a,b",
        "grace": "x",
    },
    {
        "platform": [],
        "pg": 13,
        "wal_keep_size": "-1",
        "max_slot_wal_keep_size": -1,
        "idle_session_timeout": "1e300",
    },
    {
        "groups": {
            "a": {"work_mem": "1MB", "limits.memory": "1Ki"},
            "b": {"work_mem": "2MB", "limits.memory": "8Ei"},
        }
    },
)


@functools.lru_cache
def clusters() -> list[list[object]]:
    return [scopes(example) for example in EXAMPLES]


_FEW = [
    "work_mem", "max_connections", "shared_buffers", "jit", "fsync", "wal_level", "shared_preload_libraries",
    "checkpoint_timeout", "random_page_cost", "max_slot_wal_keep_size", "limits.memory", "limits.cpu",
    "grace", "cluster.name", "pg", "citus", "shm.enabled", "patroni.ttl", "citus.max_shared_pool_size",
    "io_method",
]  # fmt: skip
_NUMBERS = ["0", "-1", "1", "0.5", "1e18", "999999999999999999", "3", "1e-300", "True"]
_TEXTS = ["'8MB'", "'5min'", "'off'", "''", "'x'", "'-1'", "'1e9'", "'postgresql'"]
_LEAVES = st.sampled_from([*_FEW, *_NUMBERS, *_TEXTS])


def _composed(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "<", "<=", "==", "!=", "and", "or"])
    calls = st.sampled_from(sorted(WORDS)).flatmap(
        lambda name: st.lists(
            inner,
            min_size=len(WORDS[name].arguments),
            max_size=len(WORDS[name].arguments) + WORDS[name].repeats,
        ).map(lambda arguments: f"{name}({', '.join(arguments)})")
    )
    return (
        st.tuples(inner, operators, inner).map(lambda parts: f"({' '.join(parts)})")
        | inner.map(lambda text: f"(not {text})")
        | inner.map(lambda text: f"(-{text})")
        | st.tuples(inner, inner).map(lambda parts: f"({parts[0]} in ({parts[1]},))")
        | calls
    )


@settings(deadline=None, max_examples=400)
@given(st.recursive(_LEAVES, _composed, max_leaves=10))
def test_a_sentence_is_refused_or_gives_a_value(sentence: str) -> None:
    reader = Reader(SIGNATURES, dimension_of)
    try:
        tree = reader.read(sentence)
        check(tree, reader.dimension, SIGNATURES)
        template = read_template(f"{{{sentence}}}" if "}" not in sentence else "", reader)
    except SentenceError:
        return
    for group in clusters():
        for scope in group:
            value = evaluate(tree, scope)
            assert value is UNKNOWN or isinstance(value, (bool, int, float, str, tuple, type(None)))
            assert isinstance(fill(template, scope), str)


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=60) | st.text("()'\"+-*/<>=!.,[]{}: abcx01\\#@~%^&|\n", max_size=60))
def test_any_text_is_refused_or_is_a_sentence(text: str) -> None:
    reader = Reader(SIGNATURES, dimension_of)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for read in (reader.read, lambda word: read_template(word, reader)):
            try:
                read(text)
            except SentenceError as error:
                message = str(error)
            else:
                message = ""
            assert "\n" not in message


def test_every_name_can_be_asked_for_everywhere() -> None:
    reader = Reader(SIGNATURES, dimension_of)
    names = [name for name in NAMES if not name.startswith(("setting.", "hba.", "observation."))]
    for name in [*names, *catalog.load(16)]:
        if name == "storage.class":  # a word of Python, which no sentence can say
            continue
        tree = reader.read(name)
        for group in clusters():
            for scope in group:
                evaluate(tree, scope)
                scope.show(name)
