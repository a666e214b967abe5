"""What merging does by itself: nothing, a reload, new pods, or whatever an operator does then."""

from __future__ import annotations

from pgcfglint.model import APPLIES, POD
from pgcfglint.platform.tables import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from pgcfglint.model import Cluster
    from pgcfglint.plan.records import Entry
    from pgcfglint.plan.states import Pair


def way(cluster: Cluster) -> Mapping[str, Any]:
    """How an operator applies changes; empty where none does."""
    ways: Mapping[str, Mapping[str, Any]] = table("plan")["ways"]
    return next((ways[name] for name in cluster.platform if name in ways), {})


class Merging:
    """`apply` is what merging does, `groups` are those whose pods it recreates."""

    def __init__(
        self, pairs: Sequence[Pair], entries: Iterable[Entry], new: Cluster, more: bool = False
    ) -> None:
        """`more`: whether keys of the values differ that no name covers but the pods' template has."""
        self._by_layer = table("plan")["merge"].get(new.layout, {})
        self._reads = new.reads
        self._pairs = {pair.name: pair for pair in pairs}
        kubernetes = "kubernetes" in new.platform
        operator = way(new)
        does = "none"
        groups: set[str] = set()
        for entry in entries:
            apply = self._of_operator(entry, operator) if operator else self._of(entry, kubernetes)
            does = max(does, apply, key=APPLIES.index)
            if apply == "pods" and entry.kind != "group" and entry.parameter != "members":
                groups.update(entry.groups)
        if more:
            does = max(does, "pods", key=APPLIES.index)
            groups.update(self._pairs)
        self.apply = does
        self.groups = tuple(name for name in self._pairs if name in groups)

    def _of_operator(self, entry: Entry, operator: Mapping[str, Any]) -> str:
        if entry.reaches != "running":
            return "none"
        return "reload" if operator.get("manual") and entry.apply in ("restart", "pods") else entry.apply

    def _of(self, entry: Entry, kubernetes: bool) -> str:
        if entry.kind in ("pod", "group"):
            return entry.apply if kubernetes and entry.apply != "rebuild" else "none"
        if entry.kind == "database":
            return entry.apply if entry.new_written is not None else "none"
        if entry.kind != "parameter" or entry.old_written == entry.new_written:
            return "none"
        # The template changes with the text, whatever the value comes to.
        if self._reads is not None and entry.parameter.lower() not in self._reads:
            return "none"
        return max(
            (self._layer(entry.parameter, name) for name in entry.groups), key=APPLIES.index, default="none"
        )

    def _layer(self, name: str, group: str) -> str:
        pair = self._pairs[group]
        layers = {
            setting.layer
            for state in (pair.old, pair.new)
            if state is not None
            for setting in state.group.settings
            if setting.name.lower() == name.lower() and setting.layer != POD
        }
        return max((self._by_layer.get(layer, "none") for layer in layers), key=APPLIES.index, default="none")
