"""The units as pint knows them: for the dimension check of rules and the generator, never on a plain run.

pint's own registry reads MB as 10^6 bytes, 1k as Boltzmann's constant and 256mb as millibarns. These
registries know nothing but the units of the definition files.
"""

from __future__ import annotations

import os.path
from fractions import Fraction

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pint

HERE = os.path.dirname(os.path.abspath(__file__))


def postgresql_registry() -> pint.UnitRegistry[Fraction]:
    """PostgreSQL's units, exact: magnitudes are Fractions.

    >>> postgresql_registry().Quantity(2, "GB").to("MB").magnitude
    Fraction(2048, 1)
    """
    return _registry("postgresql.txt")


def kubernetes_registry() -> pint.UnitRegistry[Fraction]:
    """The suffixes of Kubernetes' quantities, exact and without dimension."""
    return _registry("kubernetes.txt")


def _registry(file: str) -> pint.UnitRegistry[Fraction]:
    import pint

    return pint.UnitRegistry(os.path.join(HERE, file), case_sensitive=True, non_int_type=Fraction)
