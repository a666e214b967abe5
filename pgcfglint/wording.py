"""Fills the messages of rules: values as people write them."""

from __future__ import annotations

from pgcfglint.expression import UNKNOWN, evaluate
from pgcfglint.spelling import short, spell

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from typing import Any

    from pgcfglint.scope import Scope


def fill(template: tuple[Any, ...], scope: Scope) -> str:
    """The text of a template in one scope; what is UNKNOWN reads as "unknown"."""
    return "".join(piece if isinstance(piece, str) else _piece(piece, scope) for piece in template)


def _piece(piece: tuple[Any, ...], scope: Scope) -> str:
    tree, form, dimension = piece
    if tree[0] == "name" and not form:
        shown = scope.show(tree[1])
        return "unknown" if shown is None else shown
    value = evaluate(tree, scope)
    if value is UNKNOWN:
        return "unknown"
    if form == "%":
        return f"{short(value * 100)}%"
    return spell(value, dimension)


COSTS = {
    "none": "nothing",
    "reload": "a reload",
    "reconnect": "a reload, and new sessions",
    "restart": "a restart",
    "pods": "new pods",
    "rebuild": "a new cluster",
}


def cost_of(apply: str) -> str:
    """What a change takes, in words."""
    return COSTS[apply]
