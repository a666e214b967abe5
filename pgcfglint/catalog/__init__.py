"""What PostgreSQL's parameters are and how their values are read, without a server.

>>> load(16)["work_mem"].read("64MB").setting
'65536'
"""

from __future__ import annotations

from pgcfglint.catalog.catalog import Catalog, load, nearest
from pgcfglint.catalog.parameter import Parameter, Value
from pgcfglint.catalog.problem import KINDS, ValueProblem, suggest
from pgcfglint.catalog.tables import MAJORS

__all__ = ["KINDS", "MAJORS", "Catalog", "Parameter", "Value", "ValueProblem", "load", "nearest", "suggest"]
