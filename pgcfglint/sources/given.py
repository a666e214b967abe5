"""What is asked and what is answered: options, inputs, and the notes on what could not be judged."""

from __future__ import annotations

from pgcfglint.model import Skip
from pgcfglint.record import Record
from pgcfglint.sources.documents import cluster_of, documents
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.text import read

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from pgcfglint.model import Cluster
    from pgcfglint.sources.text import Source


class Options(Record):
    """What the command line and the configuration say about inputs.

    `option` and `config` name versions (postgresql, patroni, citus; "" for no Citus); `memory` holds
    `[GROUP=]2Gi`; `overlays`: with a chart's values.yaml also check the chart's other values files;
    `instead`: texts to read in the place of files, by real path.
    """

    option: Mapping[str, str] = {}
    config: Mapping[str, str] = {}
    memory: tuple[str, ...] = ()
    overlays: bool = False
    instead: Mapping[str, str] = {}

    @property
    def wanted(self) -> dict[str, Mapping[str, str]]:
        """The versions asked for, by origin."""
        return {"option": self.option, "config": self.config}


class Input(Record):
    """One thing to check, or the reason why not.

    `base` is the cluster of the layer below (a chart's own values), so that a caller can leave out
    what stands there already. `sources` holds the texts of all files involved, by path. `before` is the
    same input as it was, where there is something to compare with and it was there.
    """

    path: str
    cluster: Cluster | None = None
    base: Cluster | None = None
    skip: Skip | None = None
    sources: Mapping[str, Source] = {}
    before: Input | None = None

    def excerpt(self, path: str, line: int) -> str:
        """A source line with secrets masked, "" where there is none."""
        source = self.sources.get(path)
        return source.excerpt(line) if source else ""


def plain(path: str, options: Options, known: Container[str]) -> Iterator[Input]:
    """A file on its own: each document that is recognised."""
    source = read(path, options.instead)
    found = False
    try:
        for document in documents(source, known):
            cluster = cluster_of(document, wanted=options.wanted)
            if not cluster.groups:
                continue  # a manifest or a Compose file without PostgreSQL in it
            found = True
            yield Input(source.path, cluster, sources={source.path: source})
    except Unreadable as problem:
        found = True
        yield skipped(path, problem).replace(sources={source.path: source})
    if not found:
        yield Input(source.path, skip=unrecognised(source), sources={source.path: source})


def unrecognised(source: Source) -> Skip:
    """The note on a file in which no layout found anything."""
    empty = not source.text.strip()
    message = "the file is empty" if empty else "no PostgreSQL settings recognised"
    return Skip(source.path, "unrecognised", message)


def guarded(path: str, inputs: Iterable[Input]) -> Iterator[Input]:
    """The inputs; a file that cannot be read becomes a note, and the rest goes on."""
    try:
        yield from inputs
    except Unreadable as problem:
        yield skipped(path, problem)


def skipped(path: str, problem: Unreadable) -> Input:
    """The note on a file that could not be read."""
    skip = Skip(problem.path, problem.reason, problem.message, problem.line, problem.column)
    return Input(path, skip=skip)
