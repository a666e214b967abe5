"""One consistent set of parameters for a wish: so much memory, so many CPUs and connections.

The numbers come from `table.yaml`; then the rules of the profile judge the whole, and their own fixes are
applied until none of them finds anything. Where that ends with findings, the wish cannot be met.
"""

from __future__ import annotations

from pgcfglint.recommend.solve import Advice, Choice, Question, Solver
from pgcfglint.recommend.table import WORKLOADS
from pgcfglint.recommend.wish import Wish, cluster_of

__all__ = ["WORKLOADS", "Advice", "Choice", "Question", "Solver", "Wish", "cluster_of"]
