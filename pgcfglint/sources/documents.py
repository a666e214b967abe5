"""The recognised documents of a text, and the cluster of each."""

from __future__ import annotations

import re

from pgcfglint.record import Record
from pgcfglint.sources import generic, helm, layout
from pgcfglint.sources.discover import names_values
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.node import Scalar
from pgcfglint.sources.nodes import parse
from pgcfglint.sources.reading import Reader
from pgcfglint.sources.routes import Found
from pgcfglint.sources.scalars import HELM, has_plain_keys, helm_key, refuse_infinity

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping
    from typing import Any

    from pgcfglint.model import Cluster
    from pgcfglint.sources.helm import Replaced
    from pgcfglint.sources.node import Duplicate, Node
    from pgcfglint.sources.text import Source


class Document(Record):
    """A document that a layout fits.

    `start` is where the layout's paths begin, `rules` a layout made for this document alone.
    """

    layout: str
    start: Found
    sources: Mapping[str, Source]
    duplicates: tuple[Duplicate, ...] = ()
    replaced: tuple[Replaced, ...] = ()
    rules: Mapping[str, Any] | None = None


def documents(source: Source, known: Container[str] = ()) -> Iterator[Document]:
    """Every document of a text that a layout fits."""
    found = False
    try:
        for document in _yaml_documents(source, known):
            found = True
            yield document
    except Unreadable:
        if not _is_conf(source, known):
            raise
    if not found and _is_conf(source, known):
        root = Scalar(source.path, 1, 1, 1, 2, source.text, "|")
        yield Document("postgresql-conf", Found(root, None, ()), {source.path: source})


_CONF = r"(?i)(?:postgres\w*(?:-\d+)?|pg\d\d)(?:\.\w+)*\.conf(?:\.\w+)?$"


def _is_conf(source: Source, known: Container[str]) -> bool:
    """Whether a text is a postgresql.conf, by its name or by its lines."""
    named = re.search(_CONF, source.path) is not None
    from pgcfglint.sources import conf  # its patterns cost 10 ms to compile

    return conf.looks_like(source.text, known, 1 if named else 3)


def _yaml_documents(source: Source, known: Container[str]) -> Iterator[Document]:
    sources = {source.path: source}
    named = names_values(source.path)
    if named:
        document = over_all(values(source), sources)
        if document is not None:
            yield document
            return
    roots, whole = _roots(source)
    recognised = [(root, layout.recognise(root)) for root in roots]
    first = next((found for _, found in recognised if found), None)
    if named if first is None else is_helm(first[0]):
        document = over_all(values(source, roots=roots if whole else None), sources, known)
        if document is not None:
            yield document
        return
    for root, found in recognised:
        if found:
            yield Document(found[0], found[1], sources, tuple(root.duplicates))
            continue
        guessed = generic.guess(root, known)
        if guessed:
            yield Document(generic.NAME, guessed[0], sources, tuple(root.duplicates), (), guessed[1])


def is_helm(name: str) -> bool:
    """Whether Helm reads what a layout is about; it layers the documents of a file."""
    return layout.load(name).get("dialect") == HELM


def over_all(
    root: Node | None,
    sources: Mapping[str, Source],
    known: Container[str] | None = None,
    replaced: tuple[Replaced, ...] = (),
) -> Document | None:
    """The document of layered values, None where nothing in them is recognised.

    Without `known` nothing is guessed.
    """
    if root is None:
        return None
    duplicates = tuple(root.duplicates)
    found = layout.recognise(root)
    if found and is_helm(found[0]):
        return Document(found[0], found[1], sources, duplicates, replaced)
    guessed = generic.guess(root, known, HELM) if known is not None else None
    if not guessed:
        return None
    return Document(generic.NAME, guessed[0], sources, duplicates, replaced, guessed[1])


def values(
    source: Source, replaced: list[Replaced] | None = None, roots: list[Node] | None = None
) -> Node | None:
    """A values file as Helm reads it: its documents layered, None where it is empty.

    `roots`: the documents as others read them, which serve where Helm reads no key in its own way.
    """
    if roots is None or "<<" in source.text or not all(map(has_plain_keys, roots)):
        roots = parse(source.text, source.path, helm_key=helm_key)
    root = helm.stack(roots, replaced=replaced)
    if root is not None and _speaks_of_infinity(source.text):
        refuse_infinity(root)
    return root


def _speaks_of_infinity(text: str) -> bool:
    lowered = text.lower()
    return ".inf" in lowered or ".nan" in lowered


def _roots(source: Source) -> tuple[list[Node], bool]:
    """The documents, and whether they are the whole text: lines that kubectl and shells put around a dump
    are read as comments."""
    try:
        return parse(source.text, source.path), True
    except Unreadable:
        cleaned = without_noise(source.text)
        if cleaned == source.text:
            raise
        return parse(cleaned, source.path), False


_NOISE = (
    "(?m)"
    r"^(?:Defaulted container |Unable to use a TTY|Defaulting container |Use 'kubectl "
    r"|error: |warning: |Warning: |command terminated"
    r"|[WEI]\d{4} \d\d:|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[,.]\d+ .*"
    r"(?:WARNING|INFO|ERROR)"
    r"|/\S+\.py:\d+: \w*Warning|  warnings\.warn|[$#%>+] |\S+@\S+[:~].*[$#] |```)[^\n]*"
)


def without_noise(text: str) -> str:
    """The text with such lines turned into comments, so that all others keep their numbers."""
    return re.sub(_NOISE, "#", text)


def cluster_of(
    document: Document,
    *,
    wanted: Mapping[str, Mapping[str, str]] | None = None,
    reads: frozenset[str] | str | None = None,
) -> Cluster:
    """The cluster that a document describes.

    `reads`: the parameters that its chart's templates read, "all" where they take the map as a whole.
    """
    rules = document.rules or layout.load(document.layout)
    reader = Reader(document.start, document.layout, rules, document.sources, reads=reads, wanted=wanted)
    return reader.cluster(document.replaced, document.duplicates)
