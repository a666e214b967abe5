"""Values files of a chart: layered over its defaults, read as far as its templates read them."""

from __future__ import annotations

import os

from pgcfglint.sources import discover, helm, layout
from pgcfglint.sources.documents import cluster_of, over_all, values
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.given import Input, plain, unrecognised
from pgcfglint.sources.routes import Found
from pgcfglint.sources.spotted import in_templates, keeps_label
from pgcfglint.sources.templates import mentions, other_defaults, parameters_read, speaking_of
from pgcfglint.sources.text import read

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence

    from pgcfglint.model import Cluster, Observation
    from pgcfglint.sources.documents import Document
    from pgcfglint.sources.given import Options
    from pgcfglint.sources.helm import Replaced
    from pgcfglint.sources.node import Node
    from pgcfglint.sources.text import Source


class Charts:
    """Reads values files; what the files of one chart have in common is read once in a run."""

    def __init__(self, options: Options, known: Container[str]) -> None:
        self._options = options
        self._known = known
        self._layers: dict[str, tuple[Source, Node | None, list[Replaced]]] = {}
        self._bases: dict[str, Cluster | None] = {}
        self._reads: dict[tuple[str, str], frozenset[str] | str | None] = {}

    def beside(self, path: str, folder: str) -> Iterator[Input]:
        """A file beside a Chart.yaml: the chart's defaults, or values over them, or neither."""
        defaults = discover.defaults_of(folder)
        if os.path.basename(path) == "values.yaml" or not os.path.isfile(defaults):
            yield self._layered([path], None, folder)
        elif discover.names_values(path) or self._overlays(path, defaults):
            yield self._layered([path], defaults, folder)
        else:  # a dump that happens to lie there, a tool's configuration
            yield from plain(path, self._options, self._known)

    def _overlays(self, path: str, defaults: str) -> bool:
        """Whether a file of any name holds values: all its keys are keys of the chart's defaults."""
        try:
            over, base = values(read(path, self._options.instead)), self._defaults(defaults)[1]
        except Unreadable:
            return False
        return (
            over is not None
            and base is not None
            and bool(over.pairs)
            and over.pairs.keys() <= base.pairs.keys()
        )

    def stacked(self, stack: Sequence[str], folder: str | None) -> Iterator[Input]:
        """`-f a.yaml -f b.yaml`, over the chart that is named or that the first file lies in."""
        folder = folder or discover.chart_folder(stack[0])
        defaults = discover.defaults_of(folder) if folder is not None else None
        if defaults is not None and (not os.path.isfile(defaults) or _same(defaults, stack[0])):
            defaults = None
        yield self._layered(stack, defaults, folder)

    def _layered(self, paths: Sequence[str], defaults: str | None, folder: str | None) -> Input:
        """One input out of files layered over a chart's defaults; the lowest file alone is the base."""
        layers = [self._defaults(defaults)] if defaults else []
        layers += [self._layer(path) for path in paths]
        sources = {source.path: source for source, _, _ in layers}
        replaced = [change for _, _, changes in layers for change in changes]
        roots = [root for _, root, _ in layers if root is not None]
        upper = roots[1:] if defaults else roots
        over = helm.stack(upper, replaced=replaced)
        merged = (
            helm.layer(roots[0], over, replaced=replaced)
            if defaults and roots and over
            else over or (roots[0] if roots else None)
        )
        document = over_all(merged, sources, self._known, tuple(replaced))
        last = layers[-1][0]
        if document is None:
            return Input(last.path, skip=unrecognised(last), sources=sources)
        base = self._base(layers[0][0], roots[0], folder) if len(roots) > 1 else None
        cluster = self._cluster(document, folder)
        seen = list(self._seen(document.layout, roots, layers[0][0], folder))
        if folder is not None and len(roots) == 1:
            speaking = speaking_of(os.path.join(folder, "templates"), "role", "master")
            seen.extend(in_templates(speaking, keeps_label(sources)))
            sources.update(speaking)
        if seen:
            cluster = cluster.replace(observations=(*cluster.observations, *seen))
        return Input(last.path, cluster, base, sources=sources)

    def _seen(
        self, name: str, roots: Sequence[Node], lowest: Source, folder: str | None
    ) -> Iterator[Observation]:
        """What layers say about each other: keys that the lowest one does not have, other defaults in
        the templates than in the chart's values."""
        free = [entry["at"] for entry in layout.load(name).get("settings", ())]
        for over in roots[1:]:
            from pgcfglint.sources.spelled import misspelled

            yield from misspelled(over, roots[0], free=free, is_read=self._mentions(folder))
        if folder is not None and len(roots) == 1 and os.path.basename(lowest.path) == "values.yaml":
            yield from self._other_defaults(folder, name, roots[0])

    def _mentions(self, folder: str | None) -> Callable[[str], bool]:
        """Whether a chart's templates or its list of dependencies have a name in them."""
        if folder is None:
            return lambda name: False
        return lambda name: mentions(folder, name)

    def _other_defaults(self, folder: str, name: str, root: Node) -> Iterator[Observation]:
        for entry in layout.load(name).get("settings", ()):
            if "form" not in entry:
                yield from other_defaults(
                    os.path.join(folder, "templates"), entry["at"], Found(root, None, ())
                )

    def _defaults(self, path: str) -> tuple[Source, Node | None, list[Replaced]]:
        if path not in self._layers:
            self._layers[path] = self._layer(path)
        return self._layers[path]

    def _layer(self, path: str) -> tuple[Source, Node | None, list[Replaced]]:
        source = read(path, self._options.instead)
        replaced: list[Replaced] = []
        return source, values(source, replaced), replaced

    def _base(self, source: Source, root: Node, folder: str | None) -> Cluster | None:
        """What the lowest file says by itself."""
        if source.path not in self._bases:
            below = over_all(root, {source.path: source}, self._known)
            self._bases[source.path] = self._cluster(below, folder) if below else None
        return self._bases[source.path]

    def _cluster(self, document: Document, folder: str | None) -> Cluster:
        return cluster_of(
            document,
            wanted=self._options.wanted,
            reads=self._read_of(folder, document.layout) if folder is not None else None,
        )

    def _read_of(self, folder: str, name: str) -> frozenset[str] | str | None:
        """The parameters that a chart's templates read, if it has any."""
        if (folder, name) not in self._reads:
            templates = os.path.join(folder, "templates")
            entries = layout.load(name).get("settings", ())
            self._reads[folder, name] = (
                parameters_read(templates, [entry["at"] for entry in entries if "form" not in entry])
                if os.path.isdir(templates)
                else None
            )
        return self._reads[folder, name]


def _same(one: str, other: str) -> bool:
    return os.path.exists(other) and os.path.samefile(one, other)
