"""Reading files: from the command line's words to clusters, each setting with its exact place."""

from __future__ import annotations

from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.inputs import Input, Options, UnknownGroup, read_inputs

__all__ = ["Input", "Options", "UnknownGroup", "Unreadable", "read_inputs"]
