"""The two sides of a plan: from the command line's words to pairs of inputs, and to plans."""

from __future__ import annotations

import os

from pgcfglint import catalog
from pgcfglint.cli import UsageError
from pgcfglint.commands import common
from pgcfglint.live.attach import attach
from pgcfglint.plan.making import plan
from pgcfglint.plan.others import layered, others, rolls
from pgcfglint.run import catalog_of
from pgcfglint.sources.discover import CHART
from pgcfglint.sources.earlier import Earlier
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.inputs import UnknownGroup, read_inputs
from pgcfglint.sources.layout import load
from pgcfglint.sources.revisions import Revision, split

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence
    from typing import Any

    from pgcfglint.model import Cluster
    from pgcfglint.plan.records import Plan
    from pgcfglint.sources.given import Input, Options

_FAILED = ("unreadable", "unparsable")


class Failure(Exception):  # noqa: N818
    """An input that could not be read, or in which there is nothing to compare."""


def compare(options: argparse.Namespace) -> tuple[list[Plan], list[str]]:
    """The plans, one for each pair of inputs that differ or that were named, and notes."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="pgcfglint-") as folder:
        try:
            return _Sides(options, folder).plans()
        except Unreadable as problem:
            raise Failure(f"{problem.path}: {problem.message}") from None
        except UnknownGroup as problem:
            raise UsageError(str(problem)) from None


class _Sides:
    def __init__(self, options: argparse.Namespace, folder: str) -> None:
        self.options = options
        self.folder = folder
        self.notes: list[str] = []
        self.wanted: Options = common.target_options(options)
        self.wanted = self.wanted.replace(config=self._targets())
        self.known = catalog.load(catalog.MAJORS[-1])
        self.revisions: dict[str, Revision] = {}

    def plans(self) -> tuple[list[Plan], list[str]]:
        options = self.options
        if options.base is not None:
            pairs = self._since(options.base)
        else:
            pairs = self._named()
        names = _names([self._relabelled(new) for _, new in pairs])
        made = [self._plan(old, new, name) for (old, new), name in zip(pairs, names)]
        clusters = {new.path: new.cluster.targets for _, new in pairs if new.cluster is not None}
        return made, [*common.target_notes(clusters), *self.notes]

    def _plan(self, old: Input, new: Input, name: str) -> Plan:
        clusters = self._relabelled(old), self._relabelled(new)
        names = self._others(old, new)
        rolling = rolls(names, clusters[1].layout)
        chart = self._chart(new)
        return plan(*clusters, catalog_of, others=names, rolls=rolling, name=name, chart=chart)

    def _relabelled(self, found: Input) -> Cluster:
        """The cluster with the paths that a person knows: a command names a file of the working tree."""
        assert found.cluster is not None
        cluster = found.cluster
        place = cluster.location.replace(path=self._label(cluster.location.path))
        return cluster.replace(sources=tuple(map(self._working, cluster.sources)), location=place)

    def _working(self, path: str) -> str:
        """Where a file of a revision lies in the working tree."""
        for revision in self.revisions.values():
            if path.startswith(revision.folder + os.sep):
                below = os.path.relpath(path, revision.folder)
                return os.path.relpath(os.path.join(revision.top, below)).replace(os.sep, "/")
        return path

    def _chart(self, found: Input) -> str:
        """The folder of the chart whose values they are."""
        first = found.cluster.sources[0] if found.cluster is not None and found.cluster.sources else ""
        folder = os.path.dirname(first) or "."
        if os.path.basename(first) == "values.yaml" and os.path.isfile(os.path.join(folder, CHART)):
            return self._working(folder)
        return ""

    # Two named sides

    def _named(self) -> list[tuple[Input, Input]]:
        options = self.options
        words: list[str] = options.sides
        if len(words) > 2:
            raise UsageError(f"plan compares two sides, not {len(words)}: OLD NEW")
        old_stack, new_stack = options.old_values or options.values, options.new_values or options.values
        old_words, new_words = words[:1], words[-1:]
        one = len(words) == 1 and not (options.old_values and options.new_values)
        if one and not options.live:
            raise UsageError("plan needs two sides: OLD NEW, or --base REV, or --live DUMP NEW")
        if not words and not (old_stack and new_stack):
            raise UsageError("plan needs two sides: OLD NEW, or --base REV, or --old-values and --new-values")
        news = self._read(new_words, new_stack, options.live)
        olds = self._read(new_words, new_stack, ()) if one else self._read(old_words, old_stack, ())
        if len(olds) == len(news) == 1:
            return [(olds[0], news[0])]
        before = {_key(found, old_words): found for found in olds}
        found = [(before[key], each) for each in news if (key := _key(each, new_words)) in before]
        self.notes += (
            f"{each.path}: only on one side, not compared"
            for each in news
            if _key(each, new_words) not in before
        )
        if not found:
            raise Failure("the two sides have no input in common")
        return found

    def _read(self, words: Sequence[str], stack: Sequence[str], live: Sequence[str]) -> list[Input]:
        """The recognised inputs of one side."""
        paths = [self._local(word) for word in words]
        files = [self._local(word) for word in stack]
        if files and not all(os.path.isdir(path) for path in paths):
            files, paths = [*paths, *files], []
        stacks = (tuple(files),) if files else ()
        inputs = []
        for found in self._inputs(paths, stacks, live):
            if found.skip is not None and (found.skip.reason in _FAILED or found.path in paths):
                raise Failure(f"{self._label(found.skip.place)}: {found.skip.message}")
            if found.cluster is not None:
                inputs.append(found)
        if not inputs:
            raise Failure(f"{', '.join((*words, *stack))}: no PostgreSQL settings recognised")
        return inputs

    def _inputs(
        self, paths: Sequence[str], stacks: Sequence[Sequence[str]], live: Sequence[str]
    ) -> Iterable[Input]:
        found = read_inputs(paths, stacks=stacks, options=self.wanted, known=self.known)
        return attach(found, live, self.known) if live else found

    def _local(self, word: str) -> str:
        """Where a side's word lies: `REV:path` is taken out of Git first."""
        at = split(word)
        return word if at is None else self._revision(at[0]).path(at[1])

    def _revision(self, name: str) -> Revision:
        if name not in self.revisions:
            folder = os.path.join(self.folder, str(len(self.revisions)))
            os.makedirs(folder)
            self.revisions[name] = Revision(name, folder)
        return self.revisions[name]

    def _label(self, path: str) -> str:
        for revision in self.revisions.values():
            path = revision.label(path) if path.startswith(revision.folder) else path
        return path

    # Everything that changed since a revision

    def _since(self, name: str) -> list[tuple[Input, Input]]:
        options = self.options
        if options.old_values or options.new_values:
            raise UsageError("--base takes -f for both sides, not --old-values or --new-values")
        revision = self._revision(name)
        paths = options.sides or ([] if options.values else ["."])
        stacks = (tuple(options.values),) if options.values else ()
        earlier = Earlier(revision, self.wanted, self.known)
        read = read_inputs(paths, stacks=stacks, options=self.wanted, known=self.known)
        inputs: Iterable[Input] = earlier.attach(read, paths, stacks)
        if options.live:
            inputs = attach(inputs, options.live, self.known)
        pairs = []
        for found in inputs:
            if found.skip is not None and found.skip.reason in _FAILED:
                raise Failure(f"{found.skip.place}: {found.skip.message}")
            if found.cluster is None or not earlier.is_changed(found):
                continue
            if found.before is None:
                self.notes.append(
                    f"{found.path}: not in {name}, a new cluster: nothing runs that could change"
                )
            else:
                pairs.append((found.before, found))
        if not pairs:
            self.notes.append(f"no input changed since {name}")
        return pairs

    # What no layout reads

    def _others(self, old: Input, new: Input) -> tuple[str, ...]:
        assert old.cluster is not None
        assert new.cluster is not None
        clusters = old.cluster, new.cluster
        if clusters[0].layout != clusters[1].layout or load_dialect(clusters[0]) != "helm":
            return ()
        trees = [
            layered([_data(found.sources[path].text) for path in found.cluster.sources])
            for found in (old, new)
            if found.cluster is not None
        ]
        return others(trees[0], trees[1], clusters)

    def _targets(self) -> Any:
        from pgcfglint import config

        options = self.options
        start = next((word for word in options.sides[-1:] if os.path.exists(word)), ".")
        folder = start if os.path.isdir(start) else os.path.dirname(start) or "."
        path = None if options.no_config else options.config or config.find(folder)
        if not path:
            return {}
        try:
            return config.load(path).targets
        except config.ConfigError as error:
            raise UsageError(str(error)) from None
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}") from None


def _names(clusters: Sequence[Cluster]) -> list[str]:
    """What the plans are called: the cluster's name, its file where two have the same."""
    names = [cluster.name or cluster.scope for cluster in clusters]
    return [
        name if names.count(name) == 1 and name else cluster.location.path
        for name, cluster in zip(names, clusters)
    ]


def load_dialect(cluster: Cluster) -> str:
    """Which program reads a layout's file."""
    try:
        return str(load(cluster.layout).get("dialect", ""))
    except KeyError:
        return ""


def _data(text: str) -> Any:
    """A values file as plain data; {} for what is no map."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        found = yaml.load(text, loader)
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def _key(found: Input, words: Sequence[str]) -> tuple[str, str]:
    """What two sides call the same input: its path below the side, and the cluster's name."""
    assert found.cluster is not None
    base = words[0] if words and os.path.isdir(words[0]) else os.path.dirname(found.path) or "."
    return os.path.relpath(found.path, base), found.cluster.name
