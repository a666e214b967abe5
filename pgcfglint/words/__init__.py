"""The words of the sentence language: small pure functions over one group's names.

A word takes trees, evaluated or only looked at, and gives a number, a text, a truth value, or
UNKNOWN. Python adds words, never rules.
"""

from __future__ import annotations

from pgcfglint.words import (
    clusters,
    facts,
    numbers,
    preload,
    sizes,
    texts,
)  # each adds its words to the table
from pgcfglint.words.registry import WORDS, Word, call

__all__ = ["SIGNATURES", "WORDS", "Word", "call", "clusters", "facts", "numbers", "preload", "sizes", "texts"]

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from typing import Any

SIGNATURES: Any = WORDS
