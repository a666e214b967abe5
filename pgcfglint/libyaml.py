"""PyYAML's C parser and its events, imported without compiling the patterns of its Python parser.

Those some twenty patterns never run beside the C parser and are a fifth of a cold start.
"""

from __future__ import annotations

from pgcfglint.lazy import patterns_later

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

with patterns_later():
    from yaml import SafeLoader, YAMLError
    from yaml.events import (
        AliasEvent,
        DocumentEndEvent,
        DocumentStartEvent,
        MappingEndEvent,
        MappingStartEvent,
        ScalarEvent,
        SequenceEndEvent,
        SequenceStartEvent,
        StreamEndEvent,
    )

    CParser: Callable[[str], Any] | None
    try:
        from yaml._yaml import CParser
    except ImportError:  # PyYAML built without libyaml: its own parser, some ten times slower
        CParser = None

__all__ = [
    "AliasEvent",
    "CParser",
    "DocumentEndEvent",
    "DocumentStartEvent",
    "MappingEndEvent",
    "MappingStartEvent",
    "SafeLoader",
    "ScalarEvent",
    "SequenceEndEvent",
    "SequenceStartEvent",
    "StreamEndEvent",
    "YAMLError",
]
