"""What will really run: the effective value of every parameter, after the platform had its say.

Two larger questions have modules of their own, which a plain check does not load: `hazards` (what
stops the server or locks everybody out) and `change` (what a change does to a running cluster).
"""

from __future__ import annotations

from pgcfglint.platform.amounts import amount
from pgcfglint.platform.cost import apply_of, order_of
from pgcfglint.platform.dynamic import timing
from pgcfglint.platform.effective import FATES, ORIGINS, REFUSED, Effective, describe
from pgcfglint.platform.effects import Effects

__all__ = [
    "FATES",
    "ORIGINS",
    "REFUSED",
    "Effective",
    "Effects",
    "amount",
    "apply_of",
    "describe",
    "order_of",
    "timing",
]
