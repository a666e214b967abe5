"""The runbook of a cluster that nobody but Patroni looks after, and the way back."""

from __future__ import annotations

import re

from pgcfglint.plan.patronictl import arguments
from pgcfglint.plan.records import MEMBER, PRIMARY, STANDBY, Step, each, pause, quoted, require, until
from pgcfglint.plan.rounds import MIXED, RAISE, members, roles_of, rounds, turned
from pgcfglint.plan.synchronous import together
from pgcfglint.platform.cost import LOWER_ORDER, RAISE_ORDER
from pgcfglint.platform.tables import table
from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pgcfglint.plan.patronictl import Patronictl
    from pgcfglint.plan.records import Entry, Round
    from pgcfglint.plan.states import Pair


_NAME = re.compile(r"[A-Za-z_][\w.]*")


class Runbook(Record):
    """What the steps are made of: the groups, what changes in them, the rounds, and how to give commands."""

    ctl: Patronictl
    pairs: tuple[Pair, ...]
    entries: tuple[Entry, ...]
    rounds: tuple[Round, ...]
    loop_wait: int
    synchronous: bool
    file: str = ""

    def steps(self) -> Iterator[Step]:
        """From looking first to the last check."""
        chosen, own = self.chosen(), self._own()
        if not chosen and not own:
            return
        yield Step(
            "Save what is there and look first" if chosen else "Look first",
            (*([_word("save")] if chosen else ()), _word("look"), *self._followers()),
            tuple(line for pair in chosen for line in self._save(pair)),
            tuple(self.ctl.list(pair, " --extended") for pair in chosen or self.pairs),
        )
        if chosen:
            yield Step(
                "Change the dynamic configuration" + (", once for each group" if len(chosen) > 1 else ""),
                tuple(self._reloads(chosen)),
                tuple(self.ctl.edit(pair, self._arguments(pair)) for pair in chosen),
                confirm=True,
            )
        if own:
            yield self._files(own, "Bring the file to every member, and reload it")
        yield from self.apply()

    def look(self) -> Step:
        """What one looks at before pods are recreated."""
        chosen = [pair for pair in self.pairs if pair.old is not None]
        return Step(
            "Look first", (_word("look"),), (), tuple(self.ctl.list(pair, " --extended") for pair in chosen)
        )

    def _save(self, pair: Pair) -> tuple[str, ...]:
        file = saved(self.ctl, pair)
        return (
            require(f"[ ! -e {file} ]", f"{file} is there: of an earlier run, and the way back needs it"),
            f"{self.ctl.show_config(pair)} > {file}",
            require(f"[ -s {file} ]", f"{file} is empty: no dynamic configuration came back"),
        )

    def _reloads(self, chosen: Sequence[Pair]) -> Iterator[str]:
        names = {pair.name for pair in chosen}
        if any(one.apply in ("reload", "reconnect") and names & set(one.groups) for one in self._carried()):
            yield _word("reload", loop_wait=self.loop_wait)

    def _own(self) -> list[Pair]:
        """The groups whose members' own files change."""
        found = [one for one in self.entries if one.local and one.apply != "none" and not one.derived]
        return [pair for pair in self.pairs if any(pair.name in one.groups for one in found)]

    def _files(self, own: Sequence[Pair], title: str) -> Step:
        return Step(
            title,
            (_word("own_file", file=self.file),),
            tuple(self.ctl.reload(pair) for pair in own),
            confirm=True,
        )

    def _followers(self) -> Iterator[str]:
        """What a standby cluster, which has a dynamic configuration of its own, asks for."""
        orders = {one.order for one in self.entries if one.apply == "restart" and one.order}
        if self.ctl.standby_cluster:
            yield _word("standby_cluster")
            if RAISE_ORDER in orders:
                yield _word("follower_rises")
            if LOWER_ORDER in orders:
                yield _word("follower_falls")
        elif orders:
            kind = {RAISE_ORDER: "rises", LOWER_ORDER: "falls"}[orders.pop()] if len(orders) == 1 else "mixed"
            yield _word(f"followed_{kind}")

    def apply(self) -> Iterator[Step]:
        """The rounds of restarts, and the last check."""
        restarting = [pair for pair in self.pairs if any(pair.name in one.groups for one in self.rounds)]
        if restarting:
            yield Step(
                'Wait until "Pending restart" stands at every member',
                (_word("wait"),),
                tuple(until(self.ctl.all_pending(pair)) for pair in restarting),
                tuple(self.ctl.list(pair) for pair in restarting),
            )
        for number in range(len(self.rounds)):
            yield self._round(number)
        yield self._check(restarting)

    def _round(self, number: int) -> Step:
        one = self.rounds[number]
        earlier = [each.role for each in self.rounds[:number] if set(each.groups) & set(one.groups)]
        chosen = [pair for name in one.groups for pair in self.pairs if pair.name == name]
        if one.role == PRIMARY:
            title = f"primar{'ies' if len(chosen) > 1 else 'y'}"
            title, why = "standby-leader" if self.ctl.standby_cluster else title, self._why_primary(chosen)
            commands = [
                line for pair in chosen for line in (self.ctl.restart(pair, PRIMARY), *self._settled(pair))
            ]
        else:
            title, why = (
                f"standbys{' again' if STANDBY in earlier else ''}",
                self._why_standbys(chosen, earlier),
            )
            commands = [line for pair in chosen for line in self._standbys_of(pair)]
        return Step(
            f"Round {number + 1} of {len(self.rounds)}: {title} ({', '.join(one.groups)})",
            tuple(why),
            tuple(commands),
            tuple(self.ctl.list(pair) for pair in chosen),
            confirm=True,
        )

    def _why_primary(self, chosen: Sequence[Pair]) -> Iterator[str]:
        yield _word("standby_leader" if self.ctl.standby_cluster else "primary")
        if len(self.pairs) > 1:
            yield _word("group")
        switched = [pair for pair in chosen if members(pair) != 1 and self._roles(pair) == RAISE]
        if switched and not self.ctl.standby_cluster:
            yield _word(
                "switchover",
                switchover=self.ctl.switchover(switched[0]),
                candidate=f"a {'synchronous ' if self.synchronous else ''}standby that has restarted",
                restart=self.ctl.restart(switched[0], STANDBY),
            )

    def _why_standbys(self, chosen: Sequence[Pair], earlier: Sequence[str]) -> Iterator[str]:
        if STANDBY in earlier:
            yield _word("again")
        elif PRIMARY in earlier:
            yield _word("behind")
        else:
            yield _word("mixed" if any(self._roles(pair) == MIXED for pair in chosen) else "first")
        if any(members(pair) != 2 for pair in chosen):
            yield _word("canary")
        yield from together(chosen, len(self.pairs) > 1)

    def _standbys_of(self, pair: Pair) -> Iterator[str]:
        """The one standby; of several, one after the other, each well before the next."""
        if members(pair) == 2:
            yield from (self.ctl.restart(pair, STANDBY), *self._settled(pair))
            return
        asked = [self.ctl.psql_of(MEMBER, self._sql(pair))] if self.ctl.pod else []
        commands = (self.ctl.restart(pair, STANDBY, MEMBER), *self._settled(pair), *asked)
        yield each(self.ctl.table(pair), self.ctl.names(STANDBY), commands)

    def _settled(self, pair: Pair) -> tuple[str, str]:
        """Waits until everybody has told the DCS how it is, and is well."""
        return pause(2 * self.loop_wait), until(self.ctl.all_running(pair))

    def _roles(self, pair: Pair) -> tuple[str, ...]:
        return roles_of(one for one in self.entries if one.apply == "restart" and pair.name in one.groups)

    def _sql(self, pair: Pair) -> str:
        """Asks for what changes and for what is pending."""
        mine = {
            one.parameter
            for one in self.entries
            if one.kind == "parameter" and one.apply != "none" and pair.name in one.groups
        }
        listed = ", ".join(f"'{name}'" for name in sorted(mine) if _NAME.fullmatch(name))
        wanted = f"pending_restart OR name IN ({listed})" if listed else "pending_restart"
        return f"SELECT name, setting, unit, pending_restart FROM pg_settings WHERE {wanted}"

    def _check(self, restarting: Sequence[Pair]) -> Step:
        chosen = self.chosen() or list(self.pairs)
        return Step(
            "Check: nothing is pending, and the values are as planned",
            () if restarting else tuple(self._reloads(chosen)),
            (pause(2 * self.loop_wait), *(until(self.ctl.none_pending(pair)) for pair in chosen)),
            (
                *(self.ctl.list(pair) for pair in chosen),
                *(self.ctl.psql(pair, self._sql(pair)) for pair in chosen),
            ),
        )

    # The groups and arguments

    def _carried(self) -> list[Entry]:
        """What edit-config carries."""
        return [
            one
            for one in self.entries
            if one.apply != "none"
            and one.kind in ("parameter", "patroni")
            and not one.derived
            and not one.local
        ]

    def chosen(self) -> list[Pair]:
        """The groups whose dynamic configuration changes."""
        return [pair for pair in self.pairs if self._arguments(pair)]

    def _arguments(self, pair: Pair) -> list[str]:
        assert pair.new is not None or pair.old is not None
        state = pair.new or pair.old
        supplied = {name.lower(): text for name, text in state.cluster.supplies.items()} if state else {}
        mine = [one for one in self._carried() if pair.name in one.groups]
        return arguments(sorted(mine, key=lambda one: one.parameter.lower()), supplied)


def _word(name: str, **fields: object) -> str:
    """A sentence of the runbook."""
    return str(table("plan")["words"][name]).format_map(fields)


def saved(ctl: Patronictl, pair: Pair) -> str:
    """The file in which a group's configuration is kept."""
    scope = ctl.scope or "cluster"
    return quoted(f"{scope}-{pair.number}.before.yaml" if pair.number is not None else f"{scope}.before.yaml")


def back(book: Runbook) -> tuple[Step, ...]:
    """The way back: the saved configuration, then the rounds with all directions turned."""
    chosen, own = book.chosen(), book._own()
    around = turned(book.entries)
    reverse = book.replace(entries=around, rounds=rounds(book.pairs, around))
    steps = []
    if chosen:
        files = [saved(book.ctl, pair) for pair in chosen]
        steps.append(
            Step(
                "Put the saved configuration back" + (", once for each group" if len(chosen) > 1 else ""),
                (_word("back"),) if reverse.rounds else (),
                (
                    *(require(f"[ -s {file} ]", f"{file} is missing or empty") for file in files),
                    *(book.ctl.replace_config(pair, file) for pair, file in zip(chosen, files)),
                ),
                confirm=True,
            )
        )
    if own:
        steps.append(book._files(own, "Bring the old file to every member, and reload it"))
    return (*steps, *reverse.apply()) if steps else ()


def loop_wait(pairs: Sequence[Pair]) -> int:
    """Seconds between two loops of Patroni."""
    for pair in pairs:
        if pair.new is not None:
            value = pair.new.effects.of("patroni.loop_wait").value
            if value is not None and value.number:
                return int(value.number)
    return 10
