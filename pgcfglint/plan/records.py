"""What a plan consists of. Reports see these records and nothing else of the package."""

from __future__ import annotations

from pgcfglint.model import APPLIES
from pgcfglint.record import Record

PRIMARY, STANDBY = "primary", "standby"
"""The roles of a round of restarts."""


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Entry(Record):
    """One thing that differs, for a set of groups: a parameter, a name of the pod, a version.

    `old` and `new` are what runs before and after (None: it cannot be known, or nothing runs); `*_written`
    what stands in the inputs (None: nothing). `apply` is the cost on a running cluster; `reaches` whom an
    edit of the input alone reaches: running, "new clusters" or nobody. `kind` is parameter, pod, patroni,
    hba, database, version or group; `derived` marks what follows from another change; `order` is the order
    of restarts that the parameter asks for, `unsure` that it has one which cannot be known.
    """

    parameter: str
    old: str | None
    new: str | None
    old_written: str | None
    new_written: str | None
    apply: str
    order: str | None = None
    groups: tuple[str, ...] = ()
    reaches: str = "running"
    note: str = ""
    kind: str = "parameter"
    derived: bool = False
    unsure: bool = False


class Round(Record):
    """Members that restart in one step: those of a role, group after group in this order.

    `members` is how many restart in all; None where no input says how many there are.
    """

    groups: tuple[str, ...]
    role: str
    members: int | None


class Memory(Record):
    """Shared memory of one member of some groups, in bytes: before, on standbys between two rounds, after."""

    groups: tuple[str, ...]
    before: int
    between: int | None
    after: int
    limit: str = ""


class Step(Record):
    """One step of the runbook.

    `commands` are run in their order; those that only wait are made by `until` and `pause`. `look` is what
    a person runs instead of waiting, to see the same. `confirm` asks before the step.
    """

    title: str
    why: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    look: tuple[str, ...] = ()
    confirm: bool = False


_UNTIL, _DONE, _PAUSE = "until ", "; do sleep 1; done", "sleep "


def until(condition: str) -> str:
    """The command that waits for a shell condition."""
    return f"{_UNTIL}{condition}{_DONE}"


def pause(seconds: int) -> str:
    """The command that lets time pass."""
    return f"{_PAUSE}{seconds}"


def condition(command: str) -> str:
    """What a command made by `until` waits for; "" for any other."""
    waits = command.startswith(_UNTIL) and command.endswith(_DONE)
    return command[len(_UNTIL) : -len(_DONE)] if waits else ""


def each(names: str, commands: Iterable[str]) -> str:
    """The command that runs some commands for each name that `names` prints; they say MEMBER."""
    body = "\n".join(f"  {command}" for command in commands).replace(MEMBER, '"$member"')
    return f"for member in $({names}); do\n{body}\ndone"


def for_a_person(command: str) -> Iterator[str]:
    """The lines of a command without what only waits; of `each` what is run for one member."""
    lines = [line.strip() for line in command.split("\n")]
    if command.startswith("for member in "):
        inside = (line.replace('"$member"', MEMBER) for line in lines[1:-1] if not is_waiting(line))
        yield from (f"{line}   # each in turn" for line in inside)
    elif not is_waiting(command):
        yield from lines


MEMBER = "MEMBER"
"""Stands for a member's name in a command."""


def is_waiting(command: str) -> bool:
    """Whether a command only waits."""
    return command.startswith(_PAUSE) or condition(command) != ""


class Plan(Record):
    """Everything about one change of one cluster.

    `apply` is the costliest entry, `merge` what merging (and, for a chart, helm upgrade) does by itself.
    `variables` are what the commands need from the environment: name to meaning.
    """

    name: str
    entries: tuple[Entry, ...] = ()
    merge: str = "none"
    blockers: tuple[str, ...] = ()
    rounds: tuple[Round, ...] = ()
    steps: tuple[Step, ...] = ()
    rollback: tuple[Step, ...] = ()
    risks: tuple[str, ...] = ()
    memory: tuple[Memory, ...] = ()
    restarts: tuple[tuple[str, int | None], ...] = ()
    pods: int | None = 0
    variables: tuple[tuple[str, str], ...] = ()
    major: int = 0
    others: tuple[str, ...] = ()

    @property
    def apply(self) -> str:
        """The costliest entry."""
        return max((entry.apply for entry in self.entries), key=APPLIES.index, default="none")

    @property
    def is_blocked(self) -> bool:
        """Whether the server would not start."""
        return bool(self.blockers)

    @property
    def is_restart(self) -> bool:
        """Whether members restart."""
        return bool(self.rounds)
