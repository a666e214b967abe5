"""The recognised documents of a text, and the cluster of each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pgcfglint.record import Record
from pgcfglint.sources import helm, layout
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.nodes import Node, parse
from pgcfglint.sources.reading import Reader
from pgcfglint.sources.scalars import HELM, refuse_infinity

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from pgcfglint.model import Cluster
    from pgcfglint.sources.helm import Replaced
    from pgcfglint.sources.nodes import Duplicate
    from pgcfglint.sources.routes import Found
    from pgcfglint.sources.text import Source


class Document(Record):
    """A document that a layout fits; `start` is where the layout's paths begin."""

    layout: str
    start: Found
    sources: tuple[str, ...]
    duplicates: tuple[Duplicate, ...] = ()
    replaced: tuple[Replaced, ...] = ()


def documents(source: Source, known: Container[str] = (), *, live: bool = False) -> Iterator[Document]:
    """Every document of a text that a layout fits."""
    roots = _roots(source)
    names = (source.path,)
    recognised = [(root, layout.recognise(root)) for root in roots]
    first = next((found for _, found in recognised if found), None)
    if first and layout.load(first[0]).get("dialect") == HELM:
        # Helm layers the documents of one values file, and its merge keys act otherwise.
        root = values(source)
        found = root and layout.recognise(root)
        if root and found:
            seen = tuple(duplicate for each in roots for duplicate in each.duplicates)
            yield Document(found[0], found[1], names, seen)
        return
    for root, found in recognised:
        if found:
            yield Document(found[0], found[1], names, tuple(root.duplicates))


def values(source: Source, replaced: list[Replaced] | None = None) -> Node | None:
    """A values file as Helm reads it: its documents layered, None where it is empty."""
    root = helm.stack(parse(source.text, source.path, helm=True), replaced=replaced)
    if root is not None and _MAYBE_INFINITE.search(source.text):
        refuse_infinity(root)
    return root


_MAYBE_INFINITE = re.compile(r"\.(?:inf|nan)\b", re.IGNORECASE)


def _roots(source: Source) -> list[Node]:
    """The documents; lines that kubectl and shells put around a dump are read as comments."""
    try:
        return parse(source.text, source.path)
    except Unreadable:
        cleaned = without_noise(source.text)
        if cleaned == source.text:
            raise
        return parse(cleaned, source.path)


_NOISE = re.compile(
    r"^(?:Defaulted container |Unable to use a TTY|Defaulting container |Use 'kubectl |error: |warning: |Warning: "
    r"|command terminated|[WEI]\d{4} \d\d:|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[,.]\d+ .*(?:WARNING|INFO|ERROR)"
    r"|/\S+\.py:\d+: \w*Warning|  warnings\.warn|[$#%>+] |\S+@\S+[:~].*[$#] |```)[^\n]*",
    re.MULTILINE,
)


def without_noise(text: str) -> str:
    """The text with such lines turned into comments, so that all others keep their numbers."""
    return _NOISE.sub("#", text)


def cluster_of(
    document: Document,
    *,
    known: Container[str] = (),
    wanted: Mapping[str, Mapping[str, str]] | None = None,
    reads: frozenset[str] | None = None,
    reads_all: bool = False,
) -> Cluster:
    """The cluster that a document describes."""
    reader = Reader(
        document.start,
        document.layout,
        layout.load(document.layout),
        known=known,
        reads=reads,
        reads_all=reads_all,
        wanted=wanted,
    )
    return reader.cluster(document.sources, replaced=document.replaced, duplicates=document.duplicates)
