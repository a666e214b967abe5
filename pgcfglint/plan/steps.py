"""The runbook of a cluster that nobody but Patroni looks after, and the way back."""

from __future__ import annotations

from pgcfglint.plan.patronictl import arguments, quoted
from pgcfglint.plan.records import PRIMARY, STANDBY, Entry, Step, pause, until
from pgcfglint.plan.rounds import MIXED, members, roles_of, rounds, turned
from pgcfglint.platform.tables import table
from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pgcfglint.plan.patronictl import Patronictl
    from pgcfglint.plan.records import Round
    from pgcfglint.plan.states import Pair


class Runbook(Record):
    """What the steps are made of: the groups, what changes in them, the rounds, and how to give commands."""

    ctl: Patronictl
    pairs: tuple[Pair, ...]
    entries: tuple[Entry, ...]
    rounds: tuple[Round, ...]
    loop_wait: int
    synchronous: bool

    def steps(self) -> Iterator[Step]:
        """From looking first to the last check."""
        chosen = self._chosen()
        if not chosen:
            return
        yield Step(
            "Save what is there and look first",
            (
                "the way back needs the files",
                "go on only if all members run without lag, nothing is pending or scheduled, and there is no pause",
            ),
            tuple(f"{self.ctl.show_config(pair)} > {saved(self.ctl, pair)}" for pair in chosen),
            tuple(self.ctl.list(pair, " --extended") for pair in chosen),
        )
        edits = tuple(self.ctl.edit(pair, self._arguments(pair)) for pair in chosen)
        yield Step(
            "Change the dynamic configuration" + (", once for each group" if len(chosen) > 1 else ""),
            (f"what needs a reload only is live within loop_wait ({self.loop_wait} s)",),
            edits,
            confirm=True,
        )
        yield from self.apply()

    def apply(self) -> Iterator[Step]:
        """The rounds of restarts, and the last check."""
        restarting = [pair for pair in self.pairs if any(pair.name in one.groups for one in self.rounds)]
        if restarting:
            yield Step(
                'Wait until "Pending restart" stands at every member',
                ("restart --pending before that chooses nobody and says nothing",),
                tuple(until(self.ctl.all_pending(pair)) for pair in restarting),
                tuple(self.ctl.list(pair) for pair in restarting),
            )
        for number, one in enumerate(self.rounds):
            yield self._round(number)
        yield self._check(restarting)

    def _round(self, number: int) -> Step:
        one = self.rounds[number]
        earlier = self.rounds[:number]
        chosen = [pair for name in one.groups for pair in self.pairs if pair.name == name]
        title = f"Round {number + 1} of {len(self.rounds)}: "
        if one.role == PRIMARY:
            return self._primaries(chosen, title)
        again = any(before.role == STANDBY and set(before.groups) & set(one.groups) for before in earlier)
        behind = any(before.role == PRIMARY and set(before.groups) & set(one.groups) for before in earlier)
        return self._standbys(chosen, title, again=again, behind=behind)

    def _primaries(self, chosen: Sequence[Pair], title: str) -> Step:
        names = ", ".join(pair.name for pair in chosen)
        why = [
            "writes pause while a primary restarts; its sessions end. Nobody is promoted unless the start takes "
            "longer than primary_start_timeout (300 s)",
        ]
        if len(self.pairs) > 1:
            why.append("never without --group: that restarts the primaries of all groups")
        commands = [line for pair in chosen for line in (self.ctl.restart(pair, PRIMARY), *self._settled(pair))]
        return Step(
            f"{title}{'primaries' if len(chosen) > 1 else 'primary'} ({names})",
            tuple(why),
            tuple(commands),
            tuple(self.ctl.list(pair) for pair in chosen),
            confirm=True,
        )

    def _standbys(self, chosen: Sequence[Pair], title: str, *, again: bool, behind: bool) -> Step:
        names = ", ".join(pair.name for pair in chosen)
        why, commands = [], []
        if again:
            why.append("they have replayed the primary's change and now take what falls")
        elif behind:
            why.append("they have replayed the primary's change: Patroni lets them take what falls")
        elif any(self._roles(pair) == MIXED for pair in chosen):
            why.append("they take what rises and keep what falls until the primary has fallen (Patroni reads pg_controldata)")
        else:
            why.append("a value that does not work fails here, and the primary goes on")
        if any(members(pair) != 2 for pair in chosen):
            why.append("the first one is the canary: it must run with the new value; stop at `start failed`")
        if self.synchronous:
            why.append("synchronous mode: one at a time, the next one when all stream again; with two members writes wait meanwhile")
        for pair in chosen:
            commands += self._standbys_of(pair)
        return Step(
            f"{title}standbys{' again' if again else ''} ({names})",
            tuple(why),
            tuple(commands),
            tuple(self.ctl.list(pair) for pair in chosen),
            confirm=True,
        )

    def _standbys_of(self, pair: Pair) -> Iterator[str]:
        """One first, then the others: in synchronous mode one by one, if patronictl can pick them."""
        count = members(pair)
        canary = count != 2
        yield self.ctl.restart(pair, STANDBY, any_one=canary)
        yield from self._settled(pair)
        if not canary:
            return
        times = count - 2 if self.synchronous and self.ctl.picks_pending and count is not None else 1
        for _ in range(times):
            yield self.ctl.restart(pair, STANDBY, any_one=times > 1)
            yield from self._settled(pair)

    def _settled(self, pair: Pair) -> tuple[str, str]:
        """Waits until everybody has told the DCS how it is, and is well."""
        return pause(2 * self.loop_wait), until(self.ctl.all_running(pair))

    def _roles(self, pair: Pair) -> tuple[str, ...]:
        return roles_of(one for one in self.entries if one.apply == "restart" and pair.name in one.groups)

    def _check(self, restarting: Sequence[Pair]) -> Step:
        chosen = self._chosen() or list(self.pairs)
        names = sorted({one.parameter for one in self._carried() if one.kind == "parameter"})
        listed = ", ".join(f"'{name}'" for name in names)
        sql = f"SELECT name, setting, unit, pending_restart FROM pg_settings WHERE pending_restart OR name IN ({listed})"
        return Step(
            "Check: nothing is pending, and the values are as planned",
            () if restarting else (f"a reload reaches every member within loop_wait ({self.loop_wait} s)",),
            (pause(2 * self.loop_wait), *(until(self.ctl.none_pending(pair)) for pair in chosen)),
            (*(self.ctl.list(pair) for pair in chosen), *((self.ctl.psql(chosen[0], sql),) if names else ())),
        )

    # The groups and arguments

    def _carried(self) -> list[Entry]:
        """What edit-config carries."""
        return [
            one
            for one in self.entries
            if one.apply != "none" and one.kind in ("parameter", "patroni") and not one.derived
        ]

    def _chosen(self) -> list[Pair]:
        return [pair for pair in self.pairs if self._arguments(pair)]

    def _arguments(self, pair: Pair) -> list[str]:
        assert pair.new is not None or pair.old is not None
        state = pair.new or pair.old
        supplied = {name.lower(): text for name, text in state.cluster.supplies.items()} if state else {}
        mine = [one for one in self._carried() if pair.name in one.groups]
        return arguments(sorted(mine, key=lambda one: one.parameter.lower()), supplied)


def saved(ctl: Patronictl, pair: Pair) -> str:
    """The file in which a group's configuration is kept."""
    scope = ctl.scope or "cluster"
    return quoted(f"{scope}-{pair.number}.before.yaml" if pair.number is not None else f"{scope}.before.yaml")


def back(book: Runbook) -> tuple[Step, ...]:
    """The way back: the saved configuration, then the rounds with all directions turned."""
    chosen = book._chosen()
    if not chosen:
        return ()
    around = turned(book.entries)
    reverse = book.replace(entries=around, rounds=rounds(book.pairs, around))
    first = Step(
        "Put the saved configuration back" + (", once for each group" if len(chosen) > 1 else ""),
        ("what rose falls now, and the other way round: the order is turned too",),
        tuple(book.ctl.replace_config(pair, saved(book.ctl, pair)) for pair in chosen),
        confirm=True,
    )
    return (first, *reverse.apply())


def loop_wait(pairs: Sequence[Pair]) -> int:
    """Seconds between two loops of Patroni."""
    for pair in pairs:
        if pair.new is not None:
            value = pair.new.effects.of("patroni.loop_wait").value
            if value is not None and value.number:
                return int(value.number)
    return 10


def is_synchronous(pairs: Sequence[Pair]) -> bool:
    """Whether writes wait for standbys."""
    words = table("plan")["synchronous"]
    return any(
        (pair.new.effects.of("patroni.synchronous_mode").text or "").lower() in words
        for pair in pairs
        if pair.new is not None
    )
