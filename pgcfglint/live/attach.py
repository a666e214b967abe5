"""Gives the groups of a cluster the dumps that tell about them: `--live [GROUP=]FILE`."""

from __future__ import annotations

from pgcfglint.live import UNRECOGNISED, cleaned, read
from pgcfglint.model import LIVE, Setting, Skip, Target
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.inputs import Input, chosen, grouped
from pgcfglint.sources.text import read as read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from pgcfglint.model import Cluster, LiveState, Location, MemberGroup
    from pgcfglint.sources.text import Source

OPTION = "--live"
_ASSUMED = ("layout", "default")


class Dump:
    """A word of the command line: the group that it names, and what the file says, or why not."""

    def __init__(self, word: str, known: Container[str]) -> None:
        self.group, self.path = grouped(word)
        self.states: tuple[LiveState, ...] = ()
        self.source: Source | None = None
        self.skip: Skip | None = None
        try:
            self.source = cleaned(read_text(self.path))
            self.path = self.source.path
            self.states = read(self.source, known)
        except Unreadable as problem:
            # A file that is given as a dump and is none cannot be passed over: nothing was compared.
            reason = "unparsable" if problem.reason == UNRECOGNISED else problem.reason
            self.skip = Skip(problem.path, reason, problem.message, problem.line, problem.column)


def attach(inputs: Iterable[Input], words: Sequence[str], known: Container[str]) -> Iterator[Input]:
    """The inputs, their groups with the dumps. Raises sources.inputs.UnknownGroup."""
    dumps = [Dump(word, known) for word in words]
    for dump in dumps:
        if dump.skip is not None:
            sources = {dump.path: dump.source} if dump.source else {}
            yield Input(dump.path, skip=dump.skip, sources=sources)
    told = [dump for dump in dumps if dump.skip is None]
    for found in inputs:
        if found.cluster is None:
            yield found
            continue
        sources = {**found.sources, **{dump.path: dump.source for dump in told if dump.source}}
        base = found.base and with_states(found.base, told)
        yield found.replace(cluster=with_states(found.cluster, told), base=base, sources=sources)


def with_states(cluster: Cluster, dumps: Sequence[Dump]) -> Cluster:
    """The cluster whose groups have their dumps; versions that a dump tells replace assumed ones."""
    for dump in dumps:
        named = chosen(cluster, dump.group, OPTION)
        for state in dump.states:
            groups = _told(cluster, state) if dump.group is None else named
            cluster = cluster.replace(
                groups=tuple(_with(group, state) if group in groups else group for group in cluster.groups),
                targets=tuple(with_version(target, state) for target in cluster.targets),
            )
    return cluster


def _told(cluster: Cluster, state: LiveState) -> tuple[MemberGroup, ...]:
    """The groups that a dump without a group tells about: the one it names itself, else all."""
    if state.group is None:
        return cluster.groups
    named = tuple(group for group in cluster.groups if group.number == state.group)
    return named or (() if any(group.number for group in cluster.groups) else cluster.groups)


def _with(group: MemberGroup, state: LiveState) -> MemberGroup:
    if state.kind == "members":
        number = group.number
        mine = (each for each in state.members if number is None or each.group in (None, number))
        state = state.replace(members=tuple(mine))
    live = group.live
    if state.kind == "dcs":
        live = (*live, *(_setting(item.name, item.text, item.location, item.kind) for item in state.settings))
    return group.replace(states=(*group.states, state), live=live)


def _setting(name: str, text: str, place: Location, kind: str) -> Setting:
    return Setting(name, text, place, LIVE, kind == "str", text, kind)


def with_version(target: Target, state: LiveState) -> Target:
    """The target as a dump tells it, where it was only assumed."""
    version = state.versions.get(target.name)
    return Target(target.name, version, "input") if version and target.origin in _ASSUMED else target
