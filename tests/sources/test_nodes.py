"""The node tree: places, limits, and nothing but our own error for any input."""

from __future__ import annotations

import gc
import os
import re
import time
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from pgcfglint.sources import nodes
from pgcfglint.sources.documents import documents, values
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.masking import MASK
from pgcfglint.sources.node import LIST, MAP, SCALAR
from pgcfglint.sources.nodes import parse
from pgcfglint.sources.text import Source, decode, read

if TYPE_CHECKING:
    from typing import Any

    from pgcfglint.sources.node import Node

KNOWN = {"shared_buffers", "work_mem", "max_connections", "wal_level", "port"}


def tree(node: Node) -> Any:
    """Texts only."""
    if node.kind == MAP:
        return {name: tree(value) for name, (_, value) in node.pairs.items()}
    if node.kind == LIST:
        return [tree(item) for item in node.items]
    return node.text


def test_places() -> None:
    (root,) = parse("a:\n  b: 'x y'  # why\n  c: [1, 22]\nd: |\n  text\n", "f.yaml")
    a = root.get("a")
    assert a is not None
    b, c, d = a.get("b"), a.get("c"), root.get("d")
    assert b is not None
    assert c is not None
    assert d is not None
    assert (b.line, b.column, b.end_line, b.end_column) == (2, 6, 2, 11)
    assert (b.text, b.quoted, b.block) == ("x y", True, False)
    assert [(item.line, item.column, item.end_column) for item in c.items] == [(3, 7, 8), (3, 10, 12)]
    assert (c.line, c.column, c.end_column) == (3, 6, 13)
    assert (d.text, d.block, d.line) == ("text\n", True, 4)
    assert (a.line, a.column) == (2, 3)
    assert (root.pairs["a"][0].line, root.pairs["a"][0].column) == (1, 1)


def test_columns_count_characters() -> None:
    (root,) = parse("é: 'ß'\nk: {ö: 1}\n", "f.yaml")
    inner = root.get("k")
    assert inner is not None
    assert inner.pairs["ö"][1].column == 8


def test_several_documents_and_empty_ones() -> None:
    assert [tree(root) for root in parse("a: 1\n---\n---\n# no\n---\nb: 2\n...\n", "f.yaml")] == [
        {"a": "1"},
        {"b": "2"},
    ]
    assert parse("", "f.yaml") == []
    assert parse("# only a comment\n", "f.yaml") == []


def test_the_last_of_equal_keys_wins_and_the_first_is_remembered() -> None:
    (root,) = parse("a:\n  - k: 1\n    l: 2\n    k: 3\n", "f.yaml")
    assert tree(root) == {"a": [{"k": "3", "l": "2"}]}
    (seen,) = root.duplicates
    assert seen.route == ("a", "0")
    assert (seen.key.line, seen.later.line, seen.value.text) == (2, 4, "1")


def test_merge_keys_let_own_keys_win() -> None:
    text = "x: &x {k: 1, l: 1}\nz: &z {k: 2, m: 2}\na: {<<: [*x, *z], l: 3}\nb: {k: 9, <<: *x}\n"
    (root,) = parse(text, "f.yaml")
    assert tree(root) == {
        "x": {"k": "1", "l": "1"},
        "z": {"k": "2", "m": "2"},
        "a": {"k": "1", "l": "3", "m": "2"},
        "b": {"k": "9", "l": "1"},
    }
    assert tree(root) == {key: _texts(value) for key, value in yaml.safe_load(text).items()}


def _texts(data: dict[str, int]) -> dict[str, str]:
    return {key: str(value) for key, value in data.items()}


BROKEN = {
    "a broken map": ("a: 1\n b: 2\n", 2, "mapping values are not allowed"),
    "an open quote": ("a: 'x\nb: 1\n", 3, "found unexpected end of stream"),
    "an open list": ("a: [1, 2\nb: 1\n", 2, "expected ',' or ']'"),
    "a tab": ("a:\n\tb: 1\n", 2, "a tab stands in the indentation"),
    "an action": ("a: {{ .Values.b }}\n", 1, "this is a template, not a values file"),
    "a block action": (
        "a: 1\n{{- if .Values.x }}\nb: 2\n{{- end }}\n",
        2,
        "this is a template, not a values file",
    ),
    "Jinja": ("a: 1\n{% if x %}\nb: 2\n", 2, "this is a template, not a values file"),
    "no such anchor": ("a: *b\n", 1, "no anchor &b"),
    "an alias inside its anchor": ("a: &a {b: *a}\n", 1, "the alias \\*a stands inside what it names"),
    "a merge cycle": ("a: &a\n  <<: *a\n", 2, "the alias \\*a stands inside what it names"),
    "a merge with a text": ("a: {<<: b}\n", 1, "a merge key"),
    "a map as a key": ("? {a: 1}\n: 2\n", 1, "where a key should be"),
    "an alias of a map as a key": ("a: &a {b: 1}\n*a : 2\n", 2, "where a key should be"),
    "a control character": (
        "a: \x01\n",
        1,
        "control characters are not allowed|special characters are not allowed",
    ),
}


@pytest.mark.parametrize(("text", "line", "message"), BROKEN.values(), ids=BROKEN)
def test_one_clear_error(text: str, line: int, message: str) -> None:
    with pytest.raises(Unreadable, match=message) as caught:
        parse(text, "f.yaml")
    assert caught.value.path == "f.yaml"
    assert caught.value.line == line
    assert caught.value.reason == "unparsable"
    assert "\n" not in str(caught.value)


def test_depth_is_bounded() -> None:
    start = time.perf_counter()
    with pytest.raises(Unreadable, match="nested deeper than 1,000 levels"):
        parse("[" * 200_000, "f.yaml")
    assert time.perf_counter() - start < 1
    assert parse("[" * 1_000 + "]" * 1_000, "f.yaml")


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    start = time.perf_counter()
    with pytest.raises(Unreadable, match="more than 1,000,000 values, aliases expanded"):
        parse("\n".join(lines), "f.yaml")
    assert time.perf_counter() - start < 1


def test_aliases_share_nodes() -> None:
    (root,) = parse("a: &a {b: 1}\nc: *a\n", "f.yaml")
    assert root.get("a") is root.get("c")


def test_the_collector_is_left_as_it_was() -> None:
    assert gc.isenabled()
    parse("a: 1\n", "f.yaml")
    with pytest.raises(Unreadable):
        parse("a: [\n", "f.yaml")
    assert gc.isenabled()


def test_time_grows_with_size() -> None:
    block = "".join(f"key{n}:\n  inner: value {n}\n  list: [1, 2, 3]\n" for n in range(400))
    small, large = (block.replace("key", f"a{n}key") for n in (1, 2)), ""
    large = "".join(block.replace("key", f"a{n}key") for n in range(10))

    def best(text: str) -> float:
        times = []
        for _ in range(3):
            start = time.perf_counter()
            parse(text, "f.yaml")
            times.append(time.perf_counter() - start)
        return min(times)

    assert best(large) < 25 * best(next(small))


def test_without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &x\n  b: 'c'\nd: [1, *x]\n---\ne: |\n  f\n"
    fast = [tree(root) for root in parse(text, "f.yaml")]
    places = [(root.line, root.column) for root in parse(text, "f.yaml")]
    monkeypatch.setattr(nodes, "CParser", None)
    assert [tree(root) for root in parse(text, "f.yaml")] == fast
    assert [(root.line, root.column) for root in parse(text, "f.yaml")] == places
    for broken, _, _ in BROKEN.values():
        with pytest.raises(Unreadable):
            parse(broken, "f.yaml")


# From bytes to text


def test_byte_order_marks_and_utf_16(tmp_path: Any) -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
        text = "é: 1\r\nb: 2\r\n"
        data = text.encode(encoding)
        if encoding in ("utf-16-le", "utf-16-be"):
            data = ("\ufeff" + text).encode(encoding)
        path = tmp_path / "f.yaml"
        path.write_bytes(data)
        source = read(str(path))
        (root,) = parse(source.text, source.path)
        assert tree(root) == {"é": "1", "b": "2"}
        assert root.pairs["b"][1].line == 2
        assert root.pairs["é"][1].column == 4


@pytest.mark.parametrize(
    ("data", "reason", "message"),
    [
        (b"\x7fELF\0\0", "unreadable", "a binary file"),
        (b"a: \xff\n", "unparsable", "not valid UTF-8"),
        (b"\xff\xfea\0:\0\x00", "unparsable", "not valid UTF-16"),
    ],
)
def test_no_text(data: bytes, reason: str, message: str) -> None:
    with pytest.raises(Unreadable, match=message) as caught:
        decode(data, "f.yaml")
    assert caught.value.reason == reason


def test_no_file(tmp_path: Any) -> None:
    (tmp_path / "values.yaml").write_text("a: 1\n")
    with pytest.raises(Unreadable, match=r"no such file or directory; did you mean .*values\.yaml\?"):
        read(str(tmp_path / "value.yaml"))
    with pytest.raises(Unreadable, match="is a directory"):
        read(str(tmp_path))
    large = tmp_path / "large.yaml"
    with large.open("wb") as stream:
        stream.truncate(65 * 1024 * 1024)
    with pytest.raises(Unreadable, match="larger than 64 MB"):
        read(str(large))
    with pytest.raises(Unreadable):
        read("a\0b")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Any) -> None:
    path = tmp_path / "values.yaml"
    path.write_text("a: 1\n")
    path.chmod(0)
    with pytest.raises(Unreadable, match="permission denied"):
        read(str(path))


@given(st.binary(max_size=300))
@example(b"\xff\xfe")
@example(b"\xef\xbb\xbf")
def test_any_bytes(data: bytes) -> None:
    try:
        source = Source("values.yaml", decode(data, "values.yaml"))
        list(documents(source, KNOWN))
        values(source)
    except Unreadable as problem:
        assert "\n" not in problem.message  # noqa: PT017


PIECES = """a:_ -_ [ ] { } &a_ *a <<:_ ?_ :_ ' " |~ >~ # ~ __ \t ---~ ...~ !!str_ !!binary_ postgresql:
parameters:_ shared_buffers:_1GB~ null {{_x_}} apiVersion:_v1~ services:~ \u2028 \x85 010 .inf 2024-13-45
bootstrap:_ dcs:_"""
YAMLISH = st.lists(
    st.sampled_from([piece.replace("_", " ").replace("~", "\n") for piece in re.split("[ \n]", PIECES)]),
    max_size=25,
).map("".join)


@given(st.one_of(st.text(max_size=200), YAMLISH))
@example("2024-13-45: 1\npostgresql: {parameters: {work_mem: 2024-13-45}}\nttl: 1\n")
@example("a: !!binary //\n")
def test_any_text(text: str) -> None:
    from pgcfglint.sources.documents import cluster_of

    try:
        for name in ("f.yaml", "values.yaml", "postgresql.conf"):
            for document in documents(Source(name, text), KNOWN):
                cluster_of(document)
    except Unreadable as problem:
        assert "\n" not in problem.message  # noqa: PT017


@given(YAMLISH)
def test_the_tree_is_pyyamls(text: str) -> None:
    try:
        ours = [tree(root) for root in parse(text, "f.yaml")]
    except Unreadable:
        return
    try:
        theirs = [_tree(node) for node in yaml.compose_all(text, Loader=yaml.CSafeLoader) if node is not None]
    except (
        yaml.composer.ComposerError
    ):  # an anchor given twice, which YAML allows and libyaml's composer does not
        return
    assert [each for each in ours if each != ""] == [each for each in theirs if each != ""]


def _tree(node: Any) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_tree(item) for item in node.value]
    loader = yaml.SafeLoader("")
    loader.flatten_mapping(node)
    return {key.value: _tree(value) for key, value in node.value}


# What may be shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("    password: zalando # base64: emFsYW5kbw==", f"    password: {MASK}"),
        ('superuserPassword: "x y"', f"superuserPassword: {MASK}"),
        ("primary_conninfo = 'host=a password=b'", f"primary_conninfo = {MASK}"),
        ("archive_command: cp %p /x/%f", f"archive_command: {MASK}"),
        ("  - POSTGRES_PASSWORD=x", f"  - POSTGRES_PASSWORD={MASK}"),
        ("serverKey: abc", f"serverKey: {MASK}"),
        ("url: postgres://u:hunter2@h/db", f"url: postgres://u:{MASK}@h/db"),
        ("a: {password: x, b: 1}", f"a: {{password: {MASK}, b: 1}}"),
        ("secret:", "secret:"),
        ("  secretName: tls", "  secretName: tls"),
        ("shared_buffers: 1GB", "shared_buffers: 1GB"),
        ("ssl_key_file: /etc/x.key", "ssl_key_file: /etc/x.key"),
        ("password_encryption: scram-sha-256", "password_encryption: scram-sha-256"),
        ("  keys:", "  keys:"),
    ],
)
def test_masks(line: str, shown: str) -> None:
    assert Source("f", f"a\n{line}\nb").excerpt(2) == shown


def test_masks_over_several_lines() -> None:
    source = Source(
        "f",
        "tls:\n  serverKey: |\n    AAAA\n\n    BBBB\n  mode: x\nenv:\n- name: DB_PASSWORD\n  value: s3cret\n",
    )
    assert [source.excerpt(number).strip() for number in (3, 5, 6, 9)] == [
        MASK,
        MASK,
        "mode: x",
        f"value: {MASK}",
    ]
    assert source.excerpt(0) == source.excerpt(99) == ""


def test_kinds() -> None:
    (root,) = parse("a: [{}]\n", "f")
    assert root.kind == MAP
    assert root.pairs["a"][1].kind == LIST
    assert root.pairs["a"][0].kind == SCALAR
