"""Layering as Helm does it, held against Helm itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pgcfglint.sources.documents import values
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.helm import layer, stack
from pgcfglint.sources.node import LIST, MAP
from pgcfglint.sources.nodes import parse
from pgcfglint.sources.scalars import HELM, resolve
from pgcfglint.sources.text import Source

if TYPE_CHECKING:
    from typing import Any

    from pgcfglint.sources.node import Node


def data(node: Node) -> Any:
    """A node as Helm's own data."""
    if node.kind == MAP:
        return {name: data(value) for name, (_, value) in node.pairs.items()}
    if node.kind == LIST:
        return [data(item) for item in node.items]
    kind, text = resolve(node, HELM)
    if kind in ("int", "float"):
        return float(text)
    return {"null": None, "bool": text == "true"}.get(kind, text)


def read(text: str) -> Node:
    root = values(Source("values.yaml", text))
    assert root is not None
    return root


CASES = [
    ("maps merge", "a: {x: 1, w: 2}", "a: {w: 3, z: 4}", {"a": {"x": 1, "w": 3, "z": 4}}),
    ("lists replace", "l: [{k: 1, r: 2}]", "l: [{k: 2}]", {"l": [{"k": 2}]}),
    ("null deletes", "a: {x: 1, w: 2}", "a: {x: null}", {"a": {"w": 2}}),
    ("null deletes a map", "a: {x: 1}\nb: 1", "a: ~", {"b": 1}),
    ("an empty map keeps all", "a: {x: 1}", "a: {}", {"a": {"x": 1}}),
    ("null where nothing is stays", "a: 1", "b: {c: null}", {"a": 1, "b": {"c": None}}),
    ("a scalar takes a map's place", "a: {x: 1}", "a: 5", {"a": 5}),
    ("a map takes a scalar's place", "a: 5", "a: {x: 1}", {"a": {"x": 1}}),
]


@pytest.mark.parametrize(
    ("base", "over", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_layers(base: str, over: str, expected: Any) -> None:
    assert data(layer(read(base), read(over))) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_layers_are_helms_own(helm: Any, base: str, over: str, expected: Any) -> None:
    assert helm.layered(base, helm.module.values_from_yaml(over)) == expected


_TREES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-5, 2_000_000), st.sampled_from(["", "16MB", "on", "x y"])
    ),
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), inner, max_size=4), st.lists(inner, max_size=3)
    ),
    max_leaves=12,
)
VALUES = st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), _TREES, min_size=1, max_size=4)


def without_nulls(tree: Any) -> Any:
    """A chart's own nulls are gone once it is installed; nothing below reads them."""
    if isinstance(tree, dict):
        return {name: without_nulls(value) for name, value in tree.items() if value is not None}
    return tree


@given(VALUES, VALUES)
def test_any_layers_are_helms_own(helm: Any, base: dict[str, Any], over: dict[str, Any]) -> None:
    ours = data(layer(read(json.dumps(base)), read(json.dumps(over))))
    assert without_nulls(ours) == without_nulls(helm.layered(json.dumps(base), over))


@given(st.lists(VALUES, min_size=1, max_size=3))
def test_documents_of_one_file_are_layered_as_helm_does(helm: Any, documents: list[dict[str, Any]]) -> None:
    text = "---\n".join(yaml.safe_dump(document, sort_keys=False) for document in documents)
    assert data(read(text)) == helm.values(text)


MERGES = [
    "x: &x {k: 1}\nb: {k: 2, <<: *x}\n",
    "x: &x {k: 1}\nb: {<<: *x, k: 2}\n",
    "x: &x {k: 1}\nz: &z {k: 3, l: 4}\nb: {<<: [*x, *z]}\n",
    "x: &x {k: 1}\nz: &z {k: 3, l: 4}\nb:\n  <<: *x\n  <<: *z\n",
    "x: &x {k: {m: 1}}\nb: {<<: *x, k: {n: 2}}\n",
    "a: 1\na: 2\n",
    "a: {b: 1}\na: {c: 1}\n",
    "a: &a [1, 2]\nb: *a\n",
    "y: 1\n010: 2\n1e3: 3\n1.50: 4\n1000000: 5\n2024-01-01: 6\n'no': 7\n1000000.5: 8\n",
    "a: 1\r\nb: 2\r\n",
]


@pytest.mark.parametrize("text", MERGES)
def test_merge_keys_and_duplicates_are_helms_own(helm: Any, text: str) -> None:
    assert data(read(text)) == helm.values(text)


def test_null_between_two_files_is_kept_to_delete_below() -> None:
    base, first, second = read("a: {x: 1, w: 2}"), read("a: {x: 5}"), read("a: {x: null}")
    over = stack([first, second])
    assert over is not None
    assert data(layer(base, over)) == {"a": {"w": 2}}


def test_every_leaf_keeps_its_file_and_place() -> None:
    (base,) = parse("a:\n  x: 1\n  w: 2\n", "base.yaml")
    (over,) = parse("a:\n  # here\n  w: 3\n", "over.yaml")
    merged = layer(base, over).get("a")
    assert merged is not None
    x, y = merged.get("x"), merged.get("w")
    assert x is not None
    assert y is not None
    assert (x.path, x.line, x.column) == ("base.yaml", 2, 6)
    assert (y.path, y.line, y.column) == ("over.yaml", 3, 6)
    assert merged.path == "over.yaml"


def test_infinity_is_refused_as_helm_does() -> None:
    with pytest.raises(Unreadable, match=r"Helm refuses -\.inf"):
        read("a: [1, -.inf]\n")
