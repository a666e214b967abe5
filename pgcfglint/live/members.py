"""`patronictl list` in its formats, of Patroni 2.1 to 4.1, and REST `/cluster`: members and what waits.

Before 3.3 the list says that a member waits for a restart, not for what. Pretty output hides a
difference over 50 characters; tsv has the reason's line breaks as they are.
"""

from __future__ import annotations

import re

from pgcfglint.model import LiveMember, LiveState, Location, Pending
from pgcfglint.sources.node import LIST, MAP, SCALAR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pgcfglint.sources.node import Node
    from pgcfglint.sources.text import Source

_TITLE = re.compile(r"\+ (?:Citus c|C)luster: (\S+)(?: \((?:\d+|\w+)\))? -*[-+]*\+?\s*$")
_HEADER = re.compile(r"\|.*\bMember\b.*\|\s*$")
_REASON = "Pending restart reason"
_PENDING = "Pending restart"
_PART = re.compile(r"([\w.]+): (.*)", re.S)
_HIDDEN = "[hidden - too long]"


class _Text:
    """A cell's lines with the place of the first; `step` is how far apart they stand in the file (0: all
    in one line of JSON)."""

    __slots__ = ("column", "line", "lines", "step")

    def __init__(self, text: str, line: int, column: int) -> None:
        self.lines, self.line, self.column, self.step = [text], line, column, 1

    @property
    def text(self) -> str:
        return self.lines[0]


def from_text(source: Source) -> LiveState | None:
    """A pretty or tsv list; None where the text is none."""
    lines = source.text.split("\n")
    # An output may hold several lists, before and after a restart: the last one counts.
    titles = [number for number, line in enumerate(lines) if _TITLE.match(line)]
    if titles:
        return _pretty(lines, titles[-1], source.path)
    for number, line in enumerate(lines):
        if _HEADER.match(line):
            return _pretty(lines, number, source.path)
        columns = line.split("\t")
        if "Member" in columns and "Role" in columns:
            return _tabbed(lines, number, source.path)
    return None


def _pretty(lines: list[str], start: int, path: str) -> LiveState:
    title = _TITLE.match(lines[start])
    header: list[str] = []
    rows: list[dict[str, _Text]] = []
    for number, line in enumerate(lines[start:], start + 1):
        if not line.startswith("|"):
            continue
        at, cells = 1, []
        for piece in line[1:].rstrip().rstrip("|").split("|"):
            lead = len(piece) - len(piece.lstrip())
            cells.append(_Text(piece.strip(), number, at + lead + 1))
            at += len(piece) + 1
        if not header:
            header = [cell.text for cell in cells]
            continue
        row = _named(header, cells)
        member = row.get("Member")
        if member is None or not member.text:  # the next line of the cells above
            for name, cell in row.items():
                if rows and cell.text and name in rows[-1]:
                    rows[-1][name].lines.append(cell.text)
        else:
            rows.append(row)
    return _state(rows, path, title[1] if title else "", start + 1)


def _named(header: list[str], cells: list[_Text]) -> dict[str, _Text]:
    row: dict[str, _Text] = {}
    for name, cell in zip(header, cells):
        row.setdefault(name, cell)
    return row


def _tabbed(lines: list[str], start: int, path: str) -> LiveState:
    header = lines[start].split("\t")
    # A line with fewer columns than stand before the reason continues the reason above.
    least = header.index(_REASON) if _REASON in header else len(header) - 1
    rows: list[dict[str, _Text]] = []
    for number, line in enumerate(lines[start + 1 :], start + 2):
        pieces = line.split("\t")
        if len(pieces) > least:
            at, cells = 1, []
            for piece in pieces:
                cells.append(_Text(piece, number, at))
                at += len(piece) + 1
            rows.append(_named(header, cells))
        elif rows and line and _REASON in rows[-1]:
            rows[-1][_REASON].lines.append(pieces[0])
            for name, piece in zip(header[header.index(_REASON) + 1 :], pieces[1:]):
                rows[-1].setdefault(name, _Text(piece, number, 1))
    scope = next((row["Cluster"].text for row in rows if "Cluster" in row), "")
    return _state(rows, path, scope, start + 1)


def from_node(root: Node, path: str) -> LiveState | None:
    """A JSON or YAML list, or REST `/cluster`; None where it is neither."""
    if root.kind == MAP:
        members, scope = root.get("members"), root.get("scope")
        if members is None or members.kind != LIST or not all(_is_rest(item) for item in members.items):
            return None
        rows = [_row(item, _REST) for item in members.items]
        return _state(rows, path, scope.text if scope is not None and scope.kind == SCALAR else "", root.line)
    if root.kind != LIST or not root.items:
        return None
    if not all(item.kind == MAP and "Member" in item.pairs and "Role" in item.pairs for item in root.items):
        return None
    rows = [_row(item, {}) for item in root.items]
    scope_text = next((row["Cluster"].text for row in rows if "Cluster" in row), "")
    return _state(rows, path, scope_text, root.line)


_REST = {"name": "Member", "role": "Role", "state": "State", "group": "Group", "pending_restart": _PENDING}


def _is_rest(item: Node) -> bool:
    return item.kind == MAP and "name" in item.pairs and "role" in item.pairs


def _row(item: Node, names: Mapping[str, str]) -> dict[str, _Text]:
    row = {}
    for name, (_, value) in item.pairs.items():
        if value.kind == SCALAR:
            cell = _Text("", value.line + value.block, 1 if value.block else value.column)
            cell.lines = value.text.split("\n")
            span = value.end_line - cell.line
            cell.step = 1 if value.block else span // max(len(cell.lines) - 1, 1)
            row[names.get(name, name)] = cell
        elif value.kind == MAP and name == "pending_restart_reason":
            row[_REASON] = _of_rest_reasons(value)
    return row


def _of_rest_reasons(node: Node) -> _Text:
    cell = _Text("", node.line, node.column)
    cell.step = 0
    cell.lines = [
        f"{reason.parameter}: {reason.old}->{reason.new}" for reason in rest_reasons(node, node.path)
    ]
    return cell


def rest_reasons(node: Node, path: str) -> Iterator[Pending]:
    """REST's pending_restart_reason: {NAME: {old_value, new_value}}."""
    for name, (key, value) in node.pairs.items():
        if value.kind == MAP:
            texts = [value.get(field) for field in ("old_value", "new_value")]
            old, new = (each.text if each is not None and each.kind == SCALAR else None for each in texts)
            place = Location(path, key.line, key.column, key.line, key.column + len(name) + 2, (name,))
            yield Pending(name, old, new, place)


def _state(rows: list[dict[str, _Text]], path: str, scope: str, line: int) -> LiveState:
    members = tuple(_member(row, path) for row in rows if "Member" in row)
    return LiveState("members", Location(path, line, 1, line, 2), members=members, scope=scope)


def _member(row: Mapping[str, _Text], path: str) -> LiveMember:
    def text(name: str) -> str:
        return row[name].text.strip() if name in row else ""

    name = row["Member"]
    shown = name.text.strip().lstrip("+ ")  # `patronictl topology` draws a tree
    begin = name.column + name.text.find(shown)
    place = Location(path, name.line, begin, name.line, begin + max(len(shown), 1))
    reasons = tuple(_reasons(row[_REASON], path)) if _REASON in row else ()
    pending = text(_PENDING).lower() in ("*", "true") or bool(reasons)
    return LiveMember(shown, text("Role"), text("State"), place, text("Group") or None, pending, reasons)


def _reasons(cell: _Text, path: str) -> Iterator[Pending]:
    """The lines `name: old->new`; a value with a line break goes on in the next one."""
    whole: list[tuple[str, int]] = []
    for offset, line in enumerate(cell.lines):
        if _PART.fullmatch(line) and ("->" in line or _HIDDEN in line):
            whole.append((line, offset))
        elif whole and line:
            whole[-1] = (f"{whole[-1][0]}\n{line}", whole[-1][1])
    for line, offset in whole:
        match = _PART.fullmatch(line)
        if match is None:
            continue
        name, change = match[1], match[2]
        old, arrow, new = change.partition("->")
        hidden = not arrow or _HIDDEN in change
        row = cell.line + offset * cell.step
        place = Location(path, row, cell.column, row, cell.column + max(len(line.split("\n")[0]), 1), (name,))
        yield Pending(name, None if hidden else old, None if hidden else new, place)


def member(name: str, role: str, state: str, place: Location, reasons: tuple[Pending, ...]) -> LiveMember:
    """A member with what it waits for."""
    return LiveMember(name, role, state, place, None, bool(reasons), reasons)
