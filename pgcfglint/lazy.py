"""Regular expressions that are compiled when they are first used.

Compiling costs up to milliseconds, and a run uses few of the patterns that the modules on its way
define.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from typing import Any


class _Lazy:
    """Stands for a pattern until its first use."""

    __slots__ = ("_flags", "_pattern", "_text")

    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags
        self._pattern: re.Pattern[str] | None = None

    def __getattr__(self, name: str) -> Any:
        if self._pattern is None:
            self._pattern = re.compile(self._text, self._flags)
        return getattr(self._pattern, name)


class patterns_later:  # noqa: N801 - used as a statement
    """While it lasts, modules that are imported get patterns that are compiled when first used."""

    def __enter__(self) -> None:
        self._compile = re.compile
        re.compile = pattern  # type: ignore[assignment]

    def __exit__(self, *_: object) -> None:
        re.compile = self._compile


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """Like re.compile, later."""
    return _Lazy(text, flags)  # type: ignore[return-value]  # it answers as a pattern does
