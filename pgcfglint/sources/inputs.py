"""From the command line's words to clusters: paths and stacks of values files."""

from __future__ import annotations

import os

from pgcfglint.model import OPTION, POD, Setting
from pgcfglint.sources import discover
from pgcfglint.sources.charts import Charts
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.given import Input, Options, guarded, plain, skipped
from pgcfglint.sources.text import STDIN

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from pgcfglint.model import Cluster, MemberGroup

__all__ = ["Input", "Options", "UnknownGroup", "read_inputs"]


class UnknownGroup(ValueError):  # noqa: N818
    """An option (`--memory`, `--live`) names a group that the input does not have."""


def read_inputs(
    paths: Sequence[str],
    *,
    stacks: Sequence[Sequence[str]] = (),
    options: Options = Options(),  # noqa: B008 - frozen
    known: Container[str] = (),
) -> Iterator[Input]:
    """Every input that the words of a command line stand for, in their order.

    `paths`: files, chart folders, directories, `-`. `stacks`: lists of values files, each layered as
    `helm -f a -f b`. `known`: names of parameters, for files in which they must be guessed.
    """
    for found in _inputs(paths, stacks, options, known):
        if found.cluster is None:
            yield found
            continue
        cluster = with_memory(found.cluster, options.memory)
        base = found.base and with_memory(found.base, options.memory)
        yield found.replace(cluster=cluster, base=base)


def _inputs(
    paths: Sequence[str], stacks: Sequence[Sequence[str]], options: Options, known: Container[str]
) -> Iterator[Input]:
    charts = Charts(options, known)
    folders = [path for path in paths if discover.is_chart(path)] if stacks else []
    for stack in stacks:
        yield from guarded(stack[-1], charts.stacked(stack, folders[0] if folders else None))
    seen: set[str] = set()
    for path in paths:
        if stacks and path in folders:
            continue  # the stack's base
        if path != STDIN and os.path.isdir(path):
            yield from _folder(path, options, known, seen, charts)
        else:
            yield from _file(path, options, known, seen, charts)


def _folder(
    path: str, options: Options, known: Container[str], seen: set[str], charts: Charts
) -> Iterator[Input]:
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
        yield from _file(file, options, known, seen, charts)


def _file(
    path: str, options: Options, known: Container[str], seen: set[str], charts: Charts
) -> Iterator[Input]:
    if path in seen:
        return
    seen.add(path)
    folder = discover.chart_folder(path) if path != STDIN else None
    if folder is not None and os.path.basename(path) != discover.CHART:
        yield from guarded(path, charts.beside(path, folder))
        if options.overlays and os.path.basename(path) == "values.yaml":
            for overlay in discover.overlays_of(folder):
                yield from _file(overlay, options, known, seen, charts)
        return
    yield from guarded(path, plain(path, options, known))


# Memory that no file names, and the groups that options speak of


def grouped(word: str) -> tuple[str | None, str]:
    """Splits `[GROUP=]REST`; a file whose own name holds `=` is a file."""
    group, equals, rest = word.partition("=")
    return (group, rest) if equals and "/" not in group and not os.path.exists(word) else (None, word)


def with_memory(cluster: Cluster, words: Sequence[str]) -> Cluster:
    """`--memory 2Gi` fills in where no limit is in sight, `--memory worker=2Gi` decides for that group."""
    for word in words:
        name, amount = grouped(word)
        groups = chosen(cluster, name, "--memory")
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


def chosen(cluster: Cluster, name: str | None, option: str) -> tuple[MemberGroup, ...]:
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
