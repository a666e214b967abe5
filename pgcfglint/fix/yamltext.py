"""What an edit does to a YAML text, seen in the events of the parser."""

from __future__ import annotations

from pgcfglint import libyaml
from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Anchored(Record):
    """An anchor that an alias repeats, and the line (from 1) of the alias."""

    name: str
    line: int


def events(text: str) -> list[Any] | None:
    """The parser's events; None where the text is no YAML."""
    parser: Any = libyaml.CParser(text) if libyaml.CParser else libyaml.SafeLoader(text)
    found = []
    try:
        while parser.check_event():
            found.append(parser.get_event())
    except libyaml.YAMLError:
        return None
    finally:
        parser.dispose()
    return found


def shared(text: str, line: int, column: int) -> Anchored | None:
    """The anchor through which the scalar at a place (from 1) is used elsewhere too; None where it is not."""
    around: list[str | None] = []
    names: list[str] = []
    reached = False
    for event in events(text) or ():
        if isinstance(event, (libyaml.MappingStartEvent, libyaml.SequenceStartEvent)):
            around.append(event.anchor)
        elif isinstance(event, (libyaml.MappingEndEvent, libyaml.SequenceEndEvent)):
            around.pop()
        elif isinstance(event, libyaml.AliasEvent):
            if event.anchor in names:
                return Anchored(event.anchor, _line(event))
        elif isinstance(event, libyaml.ScalarEvent) and not reached and _holds(event, line - 1, column - 1):
            reached = True
            names = [name for name in (*around, event.anchor) if name is not None]
    return None


def differences(old: str, new: str) -> list[int] | None:
    """The lines (from 1) where scalars begin whose content or style differs; None where anything else does:
    structure, tags, anchors, or one of the texts is no YAML."""
    before, after = events(old), events(new)
    if before is None or after is None or len(before) != len(after):
        return None
    found = []
    for one, other in zip(before, after):
        if _frame(one) != _frame(other):
            return None
        if isinstance(one, libyaml.ScalarEvent) and (one.value, one.style) != (other.value, other.style):
            found.append(_line(one))
    return found


def comments(text: str) -> list[str] | None:
    """The comments of a YAML text, as ruamel.yaml finds them (libyaml drops them); None if unreadable."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        tokens = list(YAML(typ="rt").scan(text))
    except YAMLError:
        return None
    return [each for token in tokens for each in _comments_in(getattr(token, "_comment", None))]


def _comments_in(found: Any) -> Iterator[str]:
    """ruamel.yaml hangs comments on tokens, in nested lists."""
    if isinstance(found, list):
        for each in found:
            yield from _comments_in(each)
    elif found is not None:
        yield str(found.value)


def _frame(event: Any) -> tuple[Any, ...]:
    """All of an event but a scalar's content, its quotes and what they imply."""
    return (
        type(event),
        getattr(event, "anchor", None),
        getattr(event, "tag", None),
        getattr(event, "flow_style", None),
        event.start_mark.line,
    )


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _holds(event: Any, line: int, column: int) -> bool:
    start, end = event.start_mark, event.end_mark
    return (start.line, start.column) <= (line, column) < (end.line, max(end.column, 1))
