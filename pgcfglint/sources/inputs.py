"""From the command line's words to clusters: paths, stacks of values files, dumps of what runs."""

from __future__ import annotations

import os

from pgcfglint.model import OPTION, POD, Setting, Skip
from pgcfglint.sources import charts, discover, templates
from pgcfglint.sources.documents import cluster_of, documents
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.given import Input, Options, guarded, plain, skipped
from pgcfglint.sources.text import STDIN, read

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from pgcfglint.model import Cluster, MemberGroup
    from pgcfglint.sources.documents import Document
    from pgcfglint.sources.text import Source

__all__ = ["Input", "Options", "UnknownGroup", "read_inputs"]


class UnknownGroup(ValueError):  # noqa: N818
    """`--live` or `--memory` names a group that the input does not have."""


def read_inputs(
    paths: Sequence[str],
    *,
    stacks: Sequence[Sequence[str]] = (),
    live: Sequence[str] = (),
    options: Options = Options(),  # noqa: B008 - frozen
    known: Container[str] = (),
) -> Iterator[Input]:
    """Every input that the words of a command line stand for, in their order.

    `paths`: files, chart folders, directories, `-`. `stacks`: lists of values files, each layered as
    `helm -f a -f b`. `live`: `[GROUP=]DUMP`, what runs. `known`: names of parameters, for files in
    which they must be guessed.
    """
    templates.forget()
    dumps = [_Dump(word, options, known) for word in live]
    for dump in dumps:
        if dump.skip is not None:
            yield Input(dump.path, skip=dump.skip)
    for found in _inputs(paths, stacks, options, known):
        if found.cluster is None:
            yield found
            continue
        sources = {**found.sources, **{dump.path: dump.source for dump in dumps if dump.source}}
        cluster = _with_memory(_with_live(found.cluster, dumps), options.memory)
        base = found.base and _with_memory(_with_live(found.base, dumps), options.memory)
        yield found.replace(cluster=cluster, base=base, sources=sources)


def _inputs(
    paths: Sequence[str], stacks: Sequence[Sequence[str]], options: Options, known: Container[str]
) -> Iterator[Input]:
    folders = [path for path in paths if discover.is_chart(path)]
    for stack in stacks:
        yield from guarded(stack[-1], charts.stacked(stack, folders[0] if folders else None, options, known))
    seen: set[str] = set()
    for path in paths:
        if stacks and path in folders:
            continue  # the stack's base
        if path != STDIN and os.path.isdir(path):
            yield from _folder(path, options, known, seen)
        else:
            yield from _file(path, options, known, seen)


def _folder(path: str, options: Options, known: Container[str], seen: set[str]) -> Iterator[Input]:
    try:
        if discover.is_chart(path):
            defaults = discover.defaults_of(path)
            files = [defaults, *discover.overlays_of(path)]
        else:
            files = list(discover.files_of(path))
    except Unreadable as problem:
        yield skipped(path, problem)
        return
    for file in files:
        yield from _file(file, options, known, seen)


def _file(path: str, options: Options, known: Container[str], seen: set[str]) -> Iterator[Input]:
    if path in seen:
        return
    seen.add(path)
    folder = discover.chart_folder(path) if path != STDIN else None
    if folder is not None and os.path.basename(path) != discover.CHART:
        yield from guarded(path, charts.beside(path, folder, options, known))
        if options.overlays and os.path.basename(path) == "values.yaml":
            for overlay in discover.overlays_of(folder):
                yield from _file(overlay, options, known, seen)
        return
    yield from guarded(path, plain(path, options, known))


# What runs, and memory that no file names


class _Dump:
    """A `[GROUP=]DUMP` of the command line."""

    def __init__(self, word: str, options: Options, known: Container[str]) -> None:
        self.group, self.path = _grouped(word)
        self.settings: tuple[Setting, ...] = ()
        self.source: Source | None = None
        self.skip: Skip | None = None
        try:
            self.source = read(self.path)
            self.path = self.source.path
            document: Document | None = next(documents(self.source, known), None)
        except Unreadable as problem:
            self.skip = skipped(self.path, problem).skip
            return
        if document is None:
            if self.source.text.strip():
                self.skip = Skip(self.path, "unrecognised", "no dump of Patroni's configuration recognised")
            return
        cluster = cluster_of(document, wanted=options.wanted)
        self.settings = tuple(setting for group in cluster.groups for setting in group.settings)


def _grouped(word: str) -> tuple[str | None, str]:
    """Splits `[GROUP=]REST`; a file whose own name holds `=` is a file."""
    group, equals, rest = word.partition("=")
    return (group, rest) if equals and "/" not in group and not os.path.exists(word) else (None, word)


def _with_live(cluster: Cluster, dumps: Sequence[_Dump]) -> Cluster:
    for dump in dumps:
        if dump.skip is None:
            groups = _chosen(cluster, dump.group, "--live")
            cluster = cluster.replace(
                groups=tuple(
                    group.replace(live=(*group.live, *dump.settings)) if group in groups else group
                    for group in cluster.groups
                )
            )
    return cluster


def _with_memory(cluster: Cluster, words: Sequence[str]) -> Cluster:
    """`--memory 2Gi` fills in where no limit is in sight, `--memory worker=2Gi` decides for that group."""
    for word in words:
        name, amount = _grouped(word)
        groups = _chosen(cluster, name, "--memory")
        cluster = cluster.replace(
            groups=tuple(
                _limited(group, amount, name is not None) if group in groups else group
                for group in cluster.groups
            )
        )
    return cluster


def _limited(group: MemberGroup, amount: str, decides: bool) -> MemberGroup:
    written = any(setting.name == "limits.memory" for setting in group.settings)
    if written and not decides:
        return group
    kept = tuple(setting for setting in group.settings if setting.name != "limits.memory")
    place = group.homes.get("limits.memory", group.location)
    return group.replace(
        settings=(*kept, Setting("limits.memory", amount, place, POD, False, amount, OPTION))
    )


def _chosen(cluster: Cluster, name: str | None, option: str) -> tuple[MemberGroup, ...]:
    """The groups with this name or Citus number; all where none is named."""
    if name is None:
        return cluster.groups
    chosen = tuple(group for group in cluster.groups if name in (group.name, group.number))
    if not chosen:
        names = ", ".join(
            f"{group.name} ({group.number})" if group.number else group.name for group in cluster.groups
        )
        raise UnknownGroup(
            f"{option} {name}=: {cluster.name or cluster.location.path} has no such group, only {names}"
        )
    return chosen
