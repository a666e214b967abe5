"""Values files of a chart: layered over its defaults, read as far as its templates read them."""

from __future__ import annotations

import os

from pgcfglint.sources import discover, helm, layout
from pgcfglint.sources.documents import cluster_of, over_all, values
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.given import Input, plain, unrecognised
from pgcfglint.sources.templates import parameters_read
from pgcfglint.sources.text import read

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from pgcfglint.model import Cluster
    from pgcfglint.sources.documents import Document
    from pgcfglint.sources.given import Options
    from pgcfglint.sources.helm import Replaced
    from pgcfglint.sources.node import Node


def beside(path: str, folder: str, options: Options, known: Container[str]) -> Iterator[Input]:
    """A file beside a Chart.yaml: the chart's defaults, or values over them, or neither."""
    defaults = discover.defaults_of(folder)
    if os.path.basename(path) == "values.yaml" or not os.path.isfile(defaults):
        yield from _layered([path], None, folder, options, known)
    elif discover.names_values(path) or _overlays(path, defaults):
        yield from _layered([path], defaults, folder, options, known)
    else:  # a dump that happens to lie there, a tool's configuration
        yield from plain(path, options, known)


def _overlays(path: str, defaults: str) -> bool:
    """Whether a file of any name holds values: all its keys are keys of the chart's defaults."""
    try:
        over, base = values(read(path)), values(read(defaults))
    except Unreadable:
        return False
    return (
        over is not None and base is not None and bool(over.pairs) and over.pairs.keys() <= base.pairs.keys()
    )


def stacked(
    stack: Sequence[str], folder: str | None, options: Options, known: Container[str]
) -> Iterator[Input]:
    """`-f a.yaml -f b.yaml`, over the chart that is named or that the first file lies in."""
    folder = folder or discover.chart_folder(stack[0])
    defaults = discover.defaults_of(folder) if folder is not None else None
    if defaults is not None and (not os.path.isfile(defaults) or _same(defaults, stack[0])):
        defaults = None
    yield from _layered(stack, defaults, folder, options, known)


def _same(one: str, other: str) -> bool:
    return os.path.exists(other) and os.path.samefile(one, other)


def _layered(
    paths: Sequence[str], defaults: str | None, folder: str | None, options: Options, known: Container[str]
) -> Iterator[Input]:
    """One input out of files layered over a chart's defaults; the lowest file alone is the base."""
    files = [read(path) for path in ([defaults] if defaults else []) + list(paths)]
    sources = {file.path: file for file in files}
    replaced: list[Replaced] = []
    roots = [root for root in (values(file, replaced) for file in files) if root is not None]
    upper = roots[1:] if defaults else roots
    over = helm.stack(upper, replaced=replaced)
    merged = (
        helm.layer(roots[0], over, replaced=replaced)
        if defaults and roots and over
        else over or _first(roots)
    )
    document = over_all(merged, sources, known, tuple(replaced))
    if document is None:
        yield Input(files[-1].path, skip=unrecognised(files[-1]), sources=sources)
        return
    base: Cluster | None = None
    if len(roots) > 1:
        below = over_all(roots[0], {files[0].path: files[0]}, known)
        base = _cluster(below, folder, options) if below else None
    yield Input(files[-1].path, _cluster(document, folder, options), base, sources=sources)


def _first(roots: Sequence[Node]) -> Node | None:
    return roots[0] if roots else None


def _cluster(document: Document, folder: str | None, options: Options) -> Cluster:
    reads: frozenset[str] | str | None = None
    templates = os.path.join(folder, "templates") if folder is not None else ""
    if templates and os.path.isdir(templates):
        entries = layout.load(document.layout).get("settings", ())
        reads = parameters_read(templates, [entry["at"] for entry in entries if "form" not in entry])
    return cluster_of(document, wanted=options.wanted, reads=reads)
