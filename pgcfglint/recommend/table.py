"""Reads the table of recommendations: sentences over a group's names, one line each."""

from __future__ import annotations

import os

import yaml

from pgcfglint.record import Record
from pgcfglint.rulefile import dimension_of
from pgcfglint.sentence import Reader, SentenceError, read_template
from pgcfglint.units import parse_postgresql
from pgcfglint.vocabulary import NAMES
from pgcfglint.words import SIGNATURES

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pgcfglint.expression import Tree

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "table.yaml")

WORKLOADS = ("oltp", "web", "dw", "mixed")
"""Many short transactions; few and simple reads; a warehouse; both (pgtune's words)."""

KEYS = {"name", "to", "step", "up", "least", "while", "when", "across", "plain", "why", "see"}


class Row(Record):
    """A line of the table; amounts in bytes, milliseconds or plain numbers. See table.yaml."""

    name: str
    to: Tree
    dimension: str
    why: tuple[Any, ...]
    step: float | None = None
    up: bool = False
    least: float = 0
    holds: Tree | None = None
    when: Tree | None = None
    largest: bool = False
    plain: bool = False
    see: str = ""


class Table(Record):
    """The lines in their order, the names that they share, and the keys of a values section."""

    rows: tuple[Row, ...]
    lets: Mapping[str, Tree]
    keys: Mapping[str, str] = {}


def load(connections: int | None = None, workload: str = WORKLOADS[0]) -> Table:
    """The shipped table for a number of connections (None: as many as each group has) and a workload."""
    with open(PATH, encoding="utf-8") as file:
        return read(file.read(), connections, workload)


def read(text: str, connections: int | None, workload: str) -> Table:
    """The table of a text. Raises SentenceError, naming the line's parameter."""
    data = yaml.safe_load(text)
    wanted: Tree = ("name", "max_connections") if connections is None else ("num", connections)
    asked: dict[str, Tree] = {"connections": wanted, "workload": ("text", workload)}
    reader = Reader(SIGNATURES, dimension_of, lets=asked)
    for name, sentence in data["let"].items():
        reader.lets[name] = _sentence(reader, name, sentence)
    rows = tuple(_row(reader, item) for item in data["settings"])
    return Table(rows, dict(reader.lets), data["keys"])


def _row(reader: Reader, item: Mapping[str, Any]) -> Row:
    name = str(item["name"])
    unknown = item.keys() - KEYS
    if unknown:
        raise SentenceError(f"{name}: a line has no key {', '.join(sorted(unknown))}")
    dimension = NAMES[name][0] if name in NAMES else dimension_of(name)
    if dimension is None:
        raise SentenceError(f"{name} is no parameter")
    return Row(
        name=name,
        to=_value(reader, name, str(item["to"]), dimension),
        dimension=dimension,
        why=read_template(str(item["why"]), reader),
        step=_amount(item["step"], dimension) if "step" in item else None,
        up=bool(item.get("up")),
        least=_amount(item["least"], dimension) if "least" in item else 0,
        holds=_sentence(reader, name, item["while"]) if "while" in item else None,
        when=_sentence(reader, name, item["when"]) if "when" in item else None,
        largest=item.get("across") == "largest",
        plain=bool(item.get("plain")),
        see=str(item.get("see", "")),
    )


def _sentence(reader: Reader, name: str, text: str) -> Tree:
    try:
        return reader.read(str(text))
    except SentenceError as error:
        raise SentenceError(f"{name}: {error}", error.column) from None


def _value(reader: Reader, name: str, text: str, dimension: str) -> Tree:
    """A value; a quoted amount is read as the parameter reads it, another quoted text stays one."""
    tree = _sentence(reader, name, text)
    if tree[0] == "text" and dimension in ("bytes", "time"):
        return ("num", _amount(tree[1], dimension), dimension)
    return tree


def _amount(text: Any, dimension: str) -> float:
    amount = parse_postgresql(str(text), dimension) if dimension in ("bytes", "time") else float(text)
    if amount is None:
        raise SentenceError(f"{text} is no amount of {dimension}")
    return amount
