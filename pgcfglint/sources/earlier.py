"""Inputs as a revision of the Git repository has them: what `check --base` and `plan --base` compare with."""

from __future__ import annotations

import os
from itertools import groupby
from operator import attrgetter

from pgcfglint.sources.discover import CHART, is_chart
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.inputs import read_inputs
from pgcfglint.sources.revisions import Revision

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from pgcfglint.sources.given import Input, Options


class UnknownRevision(ValueError):  # noqa: N818
    """The revision does not exist, or there is no repository, or no Git."""


def since(
    name: str,
    inputs: Iterable[Input],
    paths: Sequence[str],
    stacks: Sequence[Sequence[str]],
    options: Options,
    known: Container[str],
) -> Iterator[Input]:
    """The inputs of `paths` and `stacks`, each with itself `before`. The repository is the one in which the
    first of them lies. Raises UnknownRevision."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="pgcfglint-") as folder:
        try:
            revision = Revision(name, folder, _folder([path for stack in stacks for path in stack], paths))
            yield from Earlier(revision, options, known).attach(inputs, paths, stacks)
        except Unreadable as problem:
            raise UnknownRevision(f"--base {problem.path}: {problem.message}") from None


def _folder(*words: Sequence[str]) -> str:
    """The folder of the first word that exists; here where none does."""
    path = next((path for some in words for path in some if os.path.exists(path)), ".")
    return path if os.path.isdir(path) else os.path.dirname(path) or "."


class Earlier:
    """One revision's view of inputs."""

    def __init__(self, revision: Revision, options: Options, known: Container[str]) -> None:
        self._revision = revision
        self._options = options.replace(overlays=False)  # an overlay is asked for by its own name
        self._known = known
        self._changed = revision.changed()

    def attach(
        self, inputs: Iterable[Input], paths: Sequence[str], stacks: Sequence[Sequence[str]]
    ) -> Iterator[Input]:
        """The inputs as read_inputs gives them for `paths` and `stacks` (stacks come first), each with
        itself `before`. Raises Unreadable where Git fails."""
        stream = iter(inputs)
        charts = [path for path in paths if is_chart(path)] if stacks else []
        for stack in stacks:
            for found in _first(stream):
                yield from self._with([found], charts[:1], stack)
        for path, together in groupby(stream, attrgetter("path")):
            yield from self._with(list(together), [path], ())

    def is_changed(self, found: Input) -> bool:
        """Whether a file of the input, or a template of its chart, differs."""
        if any(os.path.realpath(path) in self._options.instead for path in found.sources):
            return True
        mine = {self._revision.inside(path) for path in found.sources}
        if mine & self._changed:
            return True
        folders = {os.path.dirname(path) for path in mine}
        return any(
            name.startswith(f"{folder}/templates/".lstrip("/"))
            for folder in folders
            for name in self._changed
        )

    def _with(self, found: list[Input], paths: Sequence[str], stack: Sequence[str]) -> Iterator[Input]:
        """The inputs of one path or stack, with those of the same name in the revision."""
        if all(each.cluster is None for each in found) or not self._has(paths, stack):
            yield from found
        elif not any(map(self.is_changed, found)):
            yield from (each.replace(before=each) for each in found)
        else:
            old = self._read(paths, stack)
            before = dict(_pairs([each for each in found if each.cluster is not None], old))
            yield from (each.replace(before=before.get(id(each))) for each in found)

    def _has(self, paths: Sequence[str], stack: Sequence[str]) -> bool:
        files = self._revision.files()
        places = [self._revision.inside(path) for path in (*paths, *stack)]
        return all(
            place in files or os.path.normpath(os.path.join(place, CHART)).replace(os.sep, "/") in files
            for place in places
        )

    def _read(self, paths: Sequence[str], stack: Sequence[str]) -> list[Input]:
        folders = [self._revision.take(self._revision.inside(path)) for path in paths]
        files = [self._revision.take(self._revision.inside(path)) for path in stack]
        stacks = (files,) if files else ()
        found = read_inputs(folders, stacks=stacks, options=self._options, known=self._known)
        return [each for each in found if each.cluster is not None]


def _first(stream: Iterator[Input]) -> Iterator[Input]:
    for found in stream:
        yield found
        return


def _pairs(new: Sequence[Input], old: Sequence[Input]) -> Iterator[tuple[int, Input]]:
    """(id of an input, the one that it was): of the same name; the only one left on both sides, renamed.

    Several of one name go by their order, unless one has come or gone: then nobody knows which.
    """
    names = dict.fromkeys(map(_name, new))
    for name in names:
        mine, theirs = ([each for each in side if _name(each) == name] for side in (new, old))
        if len(mine) == len(theirs):
            yield from ((id(one), other) for one, other in zip(mine, theirs))
    fresh = [each for each in new if _name(each) not in set(map(_name, old))]
    gone = [each for each in old if _name(each) not in names]
    if len(fresh) == len(gone) == 1:
        yield id(fresh[0]), gone[0]


def _name(found: Input) -> str:
    return found.cluster.name if found.cluster is not None else ""
