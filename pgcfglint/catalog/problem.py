"""What is wrong with a name or a value: one closed list of kinds, each with words for a person."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

KINDS = (
    "unknown",
    "removed",
    "too-new",
    "kubernetes-unit",
    "unit-case",
    "yaml-boolean",
    "syntax",
    "enum",
    "range",
)
"""Every kind of problem; the first that applies is the one reported."""


class ValueProblem(ValueError):  # noqa: N818 - it is what the value has, not a fault of the program
    """A name that the server does not know, or a value that it would refuse.

    `kind` is one of KINDS; `message` says what is wrong; `hint` is the corrected value or name, or ""
    where nothing can be proposed.
    """

    def __init__(self, kind: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[type[ValueProblem], tuple[str, str, str]]:
        return type(self), (self.kind, self.message, self.hint)

    def __str__(self) -> str:
        return f"{self.message}; try {self.hint}" if self.hint else self.message


class Refused(Exception):  # noqa: N818 - a verdict
    """The server would refuse the text: a kind and the reason, without names; becomes a ValueProblem."""

    def __init__(self, kind: str, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
        self.hint = hint


_LONG = 200


def suggest(name: str, names: Iterable[str]) -> str | None:
    """The nearest of the names, if one is near enough to be what was meant."""
    if len(name) > _LONG:  # no name that somebody meant; comparing it would take its time
        return None
    from difflib import get_close_matches

    spellings = {candidate.lower(): candidate for candidate in names}
    near = get_close_matches(name.lower(), spellings, 1, 0.75)
    return spellings[near[0]] if near else None
