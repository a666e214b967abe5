"""What goes wrong while reading, in one type."""

from __future__ import annotations

UNREADABLE = "unreadable"
"""No text came out: missing, a directory, no permission, binary, over the size limit."""
UNPARSABLE = "unparsable"
"""A text came out that is not what it should be: broken YAML, a template, a bomb."""


class Unreadable(Exception):  # noqa: N818
    """An input that cannot be judged; `line` and `column` count from 1, 0 where there is no place."""

    def __init__(
        self, path: str, message: str, reason: str = UNPARSABLE, line: int = 0, column: int = 0
    ) -> None:
        super().__init__(message)
        self.path = path
        self.message = message
        self.reason = reason
        self.line = line
        self.column = column

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return (type(self), (self.path, self.message, self.reason, self.line, self.column))

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        return f"{place}: {self.message}"
