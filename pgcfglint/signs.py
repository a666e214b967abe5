"""What the sentences of a rule say of single fields of a setting, so that most settings need not be asked."""

from __future__ import annotations

from pgcfglint.expression import CONSTANTS

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pgcfglint.expression import Tree
    from pgcfglint.rulebook import Sign

_OF_ANY_GROUP = ("setting.name", "setting.problem_kind")
"""What all groups that share a setting see alike, whatever else they write."""


def _signs(sentence: Tree | None, holds: bool) -> Iterator[Sign]:
    """What a sentence says of single fields of a setting, when it holds or when it does not."""
    if sentence is None:
        return
    kind, *parts = sentence
    if kind == "not":
        yield from _signs(parts[0], not holds)
    elif kind == ("and" if holds else "or"):
        for part in parts:
            yield from _signs(part, holds)
    elif kind == "in" and parts[0][0] == "item" and all(item[0] in CONSTANTS for item in parts[1]):
        yield parts[0][1], tuple(item[1] for item in parts[1]), holds
    elif kind == "cmp" and parts[0][0] == "item" and parts[1] in ("==", "!=") and len(parts) == 3:
        field, operator, value = parts
        if value[0] in CONSTANTS:
            yield field[1], (value[1],), (operator == "==") is holds


def sign_of(assertion: Tree, when: Tree | None, alike: Collection[str]) -> Sign | tuple[()]:
    """The field by which most settings can be told to be none of a rule's business (see rulebook.Rule).

    `alike` are the fields that groups which share a setting and its effects see alike, () where the rule
    looks further than that.
    """
    signs = [
        sign
        for sign in (*_signs(assertion, False), *_signs(when, True))
        if sign[0] in _OF_ANY_GROUP or sign[0] in alike
    ]
    signs.sort(key=lambda sign: (not sign[2], sign[0] not in _OF_ANY_GROUP))
    return signs[0] if signs else ()
