"""Every shipped rule and layout is as its schema says, and a wrong one is not; ours and jsonschema agree."""

from __future__ import annotations

import copy
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pgcfglint import paths
from pgcfglint.rulefile import rule_paths
from pgcfglint.shape import flaw, schema

LAYOUTS = sorted(Path(paths.layouts_folder()).glob("*.yaml"))
FILES = [("rule", Path(path)) for path in rule_paths(paths.rules_folder())] + [
    ("layout", path) for path in LAYOUTS
]


def load(path: Path) -> object:
    return yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def test_every_shipped_file_fits() -> None:
    assert len(LAYOUTS) > 15
    checkers = {name: jsonschema.Draft202012Validator(schema(name)) for name in ("rule", "layout")}
    for name, path in FILES:
        data = load(path)
        found = flaw(data, name)
        assert found is None, f"{path}: {found}"
        assert checkers[name].is_valid(data), path


_ODD = st.sampled_from(
    (None, True, 0, -1, 1.5, "", "x", "error", [], ["x"], [1], {}, {"x": 1}, {"at": "x"}, "y" * 6000)
)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_a_changed_file_is_judged_alike(data: st.DataObject) -> None:
    """One value anywhere in a shipped file is replaced, or a key added or taken away."""
    name, path = data.draw(st.sampled_from(FILES))
    tree = copy.deepcopy(load(path))
    node = tree
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        if isinstance(node[key], (dict, list)) and node[key] and data.draw(st.booleans()):
            node = node[key]
            continue
        change = data.draw(st.sampled_from(("replace", "remove", "add")))
        if change == "replace":
            node[key] = data.draw(_ODD)
        elif change == "remove":
            del node[key]
        elif isinstance(node, dict):
            node["strange"] = data.draw(_ODD)
        else:
            node.append(data.draw(_ODD))
        break
    by_schema = jsonschema.Draft202012Validator(schema(name)).is_valid(tree)
    assert (flaw(tree, name) is None) == by_schema


@pytest.mark.parametrize(
    ("data", "keys", "message"),
    [
        ({"title": "t"}, (), "it needs recognise"),
        ({"title": "t", "recognise": {}, "setings": []}, ("setings",), "unknown key setings"),
        (
            {"title": "t", "recognise": {}, "settings": [{"at": "a", "becomes": "soon"}]},
            ("settings", "0", "becomes"),
            "settings 1.becomes is one of bootstrap, dynamic, local, database, live, not 'soon'",
        ),
    ],
)
def test_a_wrong_layout_is_explained(data: object, keys: tuple[str, ...], message: str) -> None:
    found = flaw(data, "layout")
    assert found is not None
    assert (found.keys, found.message) == (keys, message)
