"""pg_settings, pg_file_settings and SHOW, in any form that psql (or `patronictl query`) writes them."""

from __future__ import annotations

from pgcfglint.live.table import VALUES, Cell, tables
from pgcfglint.model import LiveSetting, LiveState, Location
from pgcfglint.sources.node import LIST, MAP, SCALAR
from pgcfglint.sources.nodes import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from pgcfglint.live.table import Table
    from pgcfglint.sources.node import Node
    from pgcfglint.sources.text import Source

_WITHOUT_HEADER = ("name", "setting", "unit")
_TRUE = {"t": True, "true": True, "on": True, "f": False, "false": False, "off": False}


def from_tables(source: Source, known: Container[str]) -> LiveState | None:
    """The settings in a text with tables; None where there are none."""
    settings: list[LiveSetting] = []
    recognised, files = False, False
    for table in tables(source.text, known):
        columns = _columns(table, known)
        if columns is None:
            state = _json_inside(table, source, known)
            if state is not None:
                return state
            continue
        recognised = True
        files = files or "applied" in columns
        for row in table.rows:
            cells = dict(zip(columns, row))
            made = _setting(cells, source.path, "" if "name" in columns else columns[0])
            if made is not None:
                settings.append(made)
    return _state(settings, source.path, files) if recognised else None


def _columns(table: Table, known: Container[str]) -> tuple[str, ...] | None:
    """What the columns are; None where the table holds no settings."""
    header = table.header
    if not header:
        width = len(table.rows[0])
        return (*_WITHOUT_HEADER, *(f"column {index}" for index in range(4, width + 1)))[:width]
    if len(header) == 1 and header[0].lower() in known and len(table.rows) == 1:
        return header  # SHOW x
    if "name" in header and any(name in header for name in VALUES):
        return header
    return None


def _setting(cells: Mapping[str, Cell], path: str, shown: str) -> LiveSetting | None:
    """A row as a setting; `shown` is the name where the header holds it (SHOW x)."""
    value = cells[shown] if shown else next((cells[name] for name in VALUES if name in cells), None)
    name = shown or cells["name"].text.strip()
    if value is None or not name or " " in name:
        return None

    def column(title: str) -> str:
        text = cells[title].text.strip() if title in cells else ""
        return "" if text == "None" else text  # `patronictl query` writes None for a null

    return LiveSetting(
        name=name,
        text=value.text,
        location=_place(path, value),
        unit=column("unit"),
        context=column("context"),
        source=column("source"),
        sourcefile=column("sourcefile"),
        pending=_TRUE.get(column("pending_restart").lower()),
        error=column("error"),
    )


def _place(path: str, cell: Cell) -> Location:
    width = max(len(cell.text.split("\n", 1)[0]), 1)
    return Location(path, cell.line, cell.column, cell.line, cell.column + width)


def _state(settings: Sequence[LiveSetting], path: str, files: bool) -> LiveState:
    versions = {}
    for setting in settings:
        major = setting.text.split(" ")[0].split(".")[0]
        if setting.name == "server_version" and major.isdigit():
            versions["postgresql"] = major
    place = settings[0].location if settings else Location(path, 1, 1, 1, 2)
    return LiveState("files" if files else "settings", place, tuple(settings), versions=versions)


# JSON: json_agg(row_to_json(s)), jsonb_object_agg(name, setting), one object a line


def from_node(root: Node, path: str, known: Container[str]) -> LiveState | None:
    """The settings in JSON; None where there are none."""
    if root.kind == LIST:
        return _of_objects(root.items, path)
    if root.kind == MAP:
        if "name" in root.pairs and any(name in root.pairs for name in VALUES):
            return _of_objects([root], path)
        named = [name for name in root.pairs if name.lower() in known]
        if named and len(named) * 2 > len(root.pairs):
            cells = (
                {"name": Cell(name, 0, 0), "setting": _of_scalar(value)}
                for name, (_, value) in root.pairs.items()
                if value.kind == SCALAR
            )
            return _state([made for each in cells if (made := _setting(each, path, ""))], path, False)
    return None


def _of_objects(items: Sequence[Node], path: str) -> LiveState | None:
    settings = []
    files = False
    for item in items:
        if item.kind != MAP or "name" not in item.pairs or not any(name in item.pairs for name in VALUES):
            return None
        files = files or "applied" in item.pairs
        cells = {name: _of_scalar(value) for name, (_, value) in item.pairs.items() if value.kind == SCALAR}
        made = _setting(cells, path, "") if "name" in cells else None
        if made is not None:
            settings.append(made)
    return _state(settings, path, files) if items else None


def _of_scalar(node: Node) -> Cell:
    null = not node.quoted and node.text in ("null", "~")
    return Cell("" if null else node.text, node.line, node.column + node.quoted)


def _json_inside(table: Table, source: Source, known: Container[str]) -> LiveState | None:
    """JSON in the only cell of a table with a frame."""
    if len(table.header) == 1 and len(table.rows) == 1 and table.rows[0][0].text[:1] in ("[", "{"):
        cell = table.rows[0][0]
        for root in parse(cell.text, source.path, shift=(cell.line - 1, cell.column - 1)):
            return from_node(root, source.path, known)
    return None


def from_json_lines(source: Source, known: Container[str]) -> LiveState | None:
    """One JSON object on each line (SELECT row_to_json(s))."""
    items = list(_objects(source))
    return _of_objects(items, source.path) if len(items) > 1 else None


def _objects(source: Source) -> Iterator[Node]:
    for number, line in enumerate(source.text.split("\n")):
        if line.strip():
            if line.strip()[0] != "{" or line.strip()[-1] != "}":
                return
            yield from parse(line, source.path, shift=(number, 0))
