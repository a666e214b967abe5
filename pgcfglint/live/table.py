"""Tables as psql writes them: aligned with any border, unaligned, expanded, CSV. Every cell has its place.

https://www.postgresql.org/docs/current/app-psql.html (\\pset format, border, expanded, linestyle)
"""

from __future__ import annotations

import re

from pgcfglint.live.terminal import NOISE
from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

_RULE = re.compile(r"\s*[-+─═┌┬┐├┼┤╞╪╡╔╦╗╠╬╣|╟╫╢║│]*[-─═]{2,}[-+─═┌┬┐├┼┤╞╪╡╔╦╗╠╬╣╟╫╢|║│ ]*\s*$")
_CLOSING = re.compile(r"\s*[└╚┌╔]|\s*\+[-+]+\+\s*$")
_FOOTER = re.compile(r"\s*\(\d+ (?:rows?|Zeilen?|lignes?|filas?|righe?|строк\w*)\)\s*$")
_RECORD = re.compile(r"\s*[-+*─┌├╔╠═┬┼]*\[ RECORD \d+ \]|\s*\* Record \d+")
VALUES = ("setting", "value", "current_setting")
"""What the column with the value may be called."""
_BAR = "|│║"
_COLUMN = re.compile(r"[a-z_][a-z0-9_.?]*", re.I)


class Cell(Record):
    """A cell's text and where it starts, from 1."""

    text: str
    line: int
    column: int


class Table(Record):
    """Rows of cells; `header` is empty where the output has none (psql -t)."""

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def tables(text: str, known: Container[str]) -> Iterator[Table]:
    """The tables in a text, in whatever form; nothing where none is seen.

    `known` are names of parameters: an output without a header is told by them.
    """
    lines = text.split("\n")
    found = False
    for table in _ruled(lines):
        found = True
        yield table
    if found:
        return
    expanded = list(_expanded(lines))
    if expanded:
        yield from expanded
        return
    plain = _separated(lines, known)
    if plain is not None:
        yield plain
        return
    yield from _values_below_names(lines, known)


# Aligned, any border


def _ruled(lines: Sequence[str]) -> Iterator[Table]:
    """Tables with a line under their header."""
    number = 0
    while number < len(lines):
        line = lines[number]
        header = lines[number - 1] if number else ""
        if _RULE.match(line) and header.strip() and not _RULE.match(header) and not _RECORD.match(line):
            cuts = _cuts(line)
            names = tuple(cell.text for cell in _cells(header, number, cuts))
            if names and all(_COLUMN.fullmatch(name) for name in names):
                rows, number = _rows(lines, number + 1, cuts)
                yield Table(names, tuple(rows))
                continue
        number += 1


def _cuts(rule: str) -> list[tuple[int, int]]:
    """Where the columns are: the runs of dashes, without the crossings."""
    return [match.span() for match in re.finditer(r"[-─═]+", rule)]


def _rows(
    lines: Sequence[str], start: int, cuts: list[tuple[int, int]]
) -> tuple[list[tuple[Cell, ...]], int]:
    rows: list[tuple[Cell, ...]] = []
    number = start
    continues: set[int] = set()
    while number < len(lines):
        line = lines[number]
        if not line.strip() or _FOOTER.match(line) or _CLOSING.match(line):
            number += 1
            break
        if _RULE.match(line):  # border 3 draws one under every row
            number += 1
            continue
        cells = _cells(line, number + 1, cuts)
        wrapped = {index for index, cell in enumerate(cells) if _goes_on(cell.text, line, cuts[index])}
        cells = tuple(
            cell.replace(text=cell.text[:-1].rstrip()) if index in wrapped else cell
            for index, cell in enumerate(cells)
        )
        if continues and rows:
            rows[-1] = tuple(
                above.replace(text=f"{above.text}\n{cell.text}") if index in continues else above
                for index, (above, cell) in enumerate(zip(rows[-1], cells))
            )
        else:
            rows.append(cells)
        continues = wrapped
        number += 1
    return rows, number


def _goes_on(text: str, line: str, cut: tuple[int, int]) -> bool:
    """Whether a value has a line break: psql writes + (or ↵) in the last place of the column."""
    return text.endswith(("+", "↵")) and len(line) >= cut[1] and line[cut[1] - 1 : cut[1]] in ("+", "↵")


def _cells(line: str, number: int, cuts: list[tuple[int, int]]) -> tuple[Cell, ...]:
    """A line cut where the columns are; where wide characters moved the bars, at the bars."""
    bars = [index for index, char in enumerate(line) if char in _BAR]
    between = [end for _, end in cuts[:-1]]
    if bars and any(index >= len(line) or line[index] not in _BAR for index in between):
        inner = [index for index in bars if index not in (0, len(line.rstrip()) - 1)]
        if len(inner) == len(between):
            edges = [-1, *inner, len(line)]
            return tuple(_cell(line, edges[i] + 1, edges[i + 1], number) for i in range(len(cuts)))
    last = len(cuts) - 1
    return tuple(
        _cell(line, start, len(line) if index == last else end, number)
        for index, (start, end) in enumerate(cuts)
    )


def _cell(line: str, start: int, end: int, number: int) -> Cell:
    piece = line[start:end]
    text = piece.strip().rstrip(_BAR).rstrip() if end >= len(line) else piece.strip()
    lead = len(piece) - len(piece.lstrip())
    return Cell(text, number, start + (lead if text else 0) + 1)


# Expanded: \x


def _expanded(lines: Sequence[str]) -> Iterator[Table]:
    """One line per column; records divided by headings, or (unaligned) by blank lines."""
    headed = any(_RECORD.match(line) for line in lines)
    records: list[dict[str, Cell]] = []
    current: dict[str, Cell] = {}
    last = ""
    for number, line in enumerate(lines, 1):
        if (headed and _RECORD.match(line)) or (not headed and not line.strip()):
            if current:
                records.append(current)
            current, last = {}, ""
            continue
        pair = re.match(rf"(?:[{_BAR}]\s)?\s*([\w.?]*)\s*[{_BAR}] ?", line)
        if pair is None or _CLOSING.match(line):
            if not headed and line.strip() and not NOISE.match(line) and not _FOOTER.match(line):
                return
            continue
        text = line[pair.end() :].strip().rstrip(_BAR).rstrip() if headed else line[pair.end() :]
        if pair[1]:
            last = pair[1]
            current[last] = Cell(text, number, pair.end() + 1)
        elif last:
            above = current[last]
            current[last] = above.replace(text=f"{above.text.rstrip('+').rstrip()}\n{text}")
    if current:
        records.append(current)
    header = tuple(records[0]) if records else ()
    if header[:1] != ("name",) or not any(value in header for value in VALUES):
        return
    if not all(tuple(record) == header for record in records):
        return
    yield Table(header, tuple(tuple(record.values()) for record in records))


# Unaligned and CSV


def _separated(lines: Sequence[str], known: Container[str]) -> Table | None:
    """Cells divided by | , ; or a tab, with a header or without."""
    start = next((i for i, line in enumerate(lines) if line.strip() and not NOISE.match(line)), None)
    if start is None:
        return None
    first = lines[start]
    for mark in (",", "|", "\t", ";"):
        names = tuple(name.strip().strip('"') for name in first.split(mark))
        if len(names) > 1 and "name" in names and all(_COLUMN.fullmatch(name) for name in names):
            rows = [row for row in _split(lines, start + 1, mark, mark in ",;") if len(row) == len(names)]
            return Table(names, tuple(rows))
    for mark in ("|", "\t", ",", ";"):
        rows = [row for row in _split(lines, start, mark, mark in ",;") if len(row) > 1]
        named = sum(1 for row in rows if row[0].text.strip().lower() in known)
        if rows and named * 2 > len(rows) and named * 2 > sum(1 for line in lines[start:] if line.strip()):
            stripped = [tuple(_stripped(cell) for cell in row) for row in rows]
            return Table((), tuple(stripped))
    return None


def _stripped(cell: Cell) -> Cell:
    lead = len(cell.text) - len(cell.text.lstrip())
    return Cell(cell.text.strip(), cell.line, cell.column + lead)


def _split(lines: Sequence[str], start: int, mark: str, quotes: bool) -> Iterator[tuple[Cell, ...]]:
    number = start
    while number < len(lines):
        line = lines[number]
        if not line.strip() or _FOOTER.match(line) or NOISE.match(line):
            number += 1
            continue
        if not quotes or '"' not in line:
            at, cells = 1, []
            for piece in line.split(mark):
                cells.append(Cell(piece, number + 1, at))
                at += len(piece) + 1
            yield tuple(cells)
            number += 1
            continue
        quoted, number = _quoted(lines, number, mark)
        yield quoted


def _quoted(lines: Sequence[str], number: int, mark: str) -> tuple[tuple[Cell, ...], int]:
    """A row of CSV with quotes; a quoted value may hold line breaks."""
    cells: list[Cell] = []
    line, at = lines[number], 0
    while True:
        if line[at : at + 1] == '"':
            begin, where, pieces = at + 1, number + 1, []
            at += 1
            while True:
                end = line.find('"', at)
                if end < 0 and number + 1 < len(lines):
                    pieces.append(line[at:] + "\n")
                    number += 1
                    line, at = lines[number], 0
                elif end >= 0 and line[end + 1 : end + 2] == '"':
                    pieces.append(line[at : end + 1])
                    at = end + 2
                else:
                    pieces.append(line[at : end if end >= 0 else len(line)])
                    at = end + 1 if end >= 0 else len(line)
                    break
            cells.append(Cell("".join(pieces), where, begin + 1))
            end = line.find(mark, at)
        else:
            end = line.find(mark, at)
            cells.append(Cell(line[at : end if end >= 0 else len(line)], number + 1, at + 1))
        if end < 0:
            return tuple(cells), number + 1
        at = end + 1


# SHOW x, unaligned or CSV: the name and below it the value


def _values_below_names(lines: Sequence[str], known: Container[str]) -> Iterator[Table]:
    number = 0
    while number + 1 < len(lines):
        name, value = lines[number].strip(), lines[number + 1]
        if name and name.lower() in known and _COLUMN.fullmatch(name):
            yield Table((name,), ((Cell(value.strip().strip('"'), number + 2, 1),),))
            number += 1
        number += 1
