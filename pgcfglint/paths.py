"""Where the data files lie: in an installed wheel, an editable install or a bare checkout."""

from __future__ import annotations

import os

PACKAGE = os.path.dirname(os.path.abspath(__file__))
"""The package's own folder."""


def rules_folder() -> str:
    """The folder of the shipped rules: `rules/` at the top of a checkout, inside the package in a wheel."""
    installed = os.path.join(PACKAGE, "_rules")
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(PACKAGE), "rules")


def layouts_folder() -> str:
    """The folder of the shipped layouts."""
    return os.path.join(PACKAGE, "layouts")


def platform_folder() -> str:
    """The folder of what Patroni, Citus and the operators do to values."""
    return os.path.join(PACKAGE, "platform")
