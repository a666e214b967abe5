"""pgcfglint: a linter and policy checker for PostgreSQL configuration.

>>> from pgcfglint import lint
>>> report = lint(["values.yaml"])
"""

from __future__ import annotations

__version__ = "0.1.0"
__all__ = ["__version__", "lint"]

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from pgcfglint.run import lint


def __getattr__(name: str) -> object:
    # `import pgcfglint.catalog` must load neither the engine nor YAML.
    if name == "lint":
        from pgcfglint.run import lint

        return lint
    raise AttributeError(f"module pgcfglint has no attribute {name}")
