"""pgcfglint: a linter and policy checker for PostgreSQL configuration."""

from __future__ import annotations

__version__ = "0.1.0"
