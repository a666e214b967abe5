"""The recommended set as a values section: one line for each name, its reason behind it as a comment."""

from __future__ import annotations

from pgcfglint.recommend import table
from pgcfglint.remedy import quoted
from pgcfglint.vocabulary import NAMES

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from pgcfglint.recommend.solve import Choice
    from pgcfglint.recommend.wish import Wish

_COLUMN = 44
"""Where the reasons start."""


def lines(wish: Wish, choices: Iterable[Choice]) -> Iterator[str]:
    """The lines of a values section with what the wish says and what is recommended for it."""
    keys = table.load().keys
    tree: dict[str, Any] = {}
    for name, text in wish.pods.items():
        _put(tree, keys[name], text, "as asked")
    for choice in choices:
        if choice.name in keys:
            _put(tree, keys[choice.name], choice.text, choice.why)
    parameters = [choice for choice in choices if choice.name not in NAMES]
    for choice in parameters:
        _put(tree, keys["PARAMETERS"], quoted(choice.text), choice.why, choice.name)
    yield from _written(tree, 0)


def _put(tree: dict[str, Any], path: str, text: str, why: str, *below: str) -> None:
    *above, last = (*path.split("."), *below)
    for key in above:
        tree = tree.setdefault(key, {})
    tree[last] = (text, why)


def _written(tree: dict[str, Any], depth: int) -> Iterator[str]:
    for key, value in tree.items():
        start = f"{'  ' * depth}{key}:"
        if isinstance(value, dict):
            yield start
            yield from _written(value, depth + 1)
        else:
            text, why = value
            yield f"{start} {text}".ljust(_COLUMN) + f"  # {why}"
