"""Drift: what is declared, what the dynamic configuration holds, and what runs, side by side."""

from __future__ import annotations

from pgcfglint.drift.compare import Comparison
from pgcfglint.drift.rows import CAUSES, EXPLAINED, RULES, Cause, Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pgcfglint.catalog import Catalog
    from pgcfglint.model import Cluster

__all__ = ["CAUSES", "EXPLAINED", "RULES", "Cause", "Comparison", "Row", "compare"]


def compare(cluster: Cluster, catalog: Catalog) -> tuple[Comparison, ...]:
    """The comparison of each group for which there are dumps."""
    return tuple(Comparison(cluster, group, catalog) for group in cluster.groups if group.states)
