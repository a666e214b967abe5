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
    map (a key of Patroni's that no single value describes), hba, database, version or group; `derived`
    marks what follows from another change, `spelling` what is only written otherwise, `local` what stands
    in each member's own file; `order` is the order of restarts that the parameter asks for, `unsure` that
    it has one which cannot be known.
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
    spelling: bool = False
    local: bool = False


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


_LISTED = "listed=$("


def quoted(text: str) -> str:
    """A word for the shell."""
    from shlex import quote

    return quote(text)


_UNTIL, _DONE, _PAUSE, _ELSE = "until ", "; do sleep 1; done", "sleep ", " || { printf '%s\\n' "


def until(condition: str) -> str:
    """The command that waits for a shell condition."""
    return f"{_UNTIL}{condition}{_DONE}"


def pause(seconds: int) -> str:
    """The command that lets time pass."""
    return f"{_PAUSE}{seconds}"


def require(test: str, message: str) -> str:
    """The command that ends a script with a message unless a test holds."""
    return f"{test}{_ELSE}{quoted(message)} >&2; exit 1; }}"


def condition(command: str) -> str:
    """What a command made by `until` waits for; "" for any other."""
    waits = command.startswith(_UNTIL) and command.endswith(_DONE)
    return command[len(_UNTIL) : -len(_DONE)] if waits else ""


def each(listing: str, names: str, commands: Iterable[str]) -> str:
    """The command that runs some commands for each name that `names` finds in what `listing` prints.

    They say MEMBER. The listing is a command of its own, so that a script stops when it fails.
    """
    body = "\n".join(f"  {command}" for command in commands).replace(MEMBER, '"$member"')
    found = f"$(printf '%s\\n' \"$listed\" | {names})"
    return f"{_LISTED}{listing})\nfor member in {found}; do\n{body}\ndone"


def for_a_person(command: str) -> Iterator[str]:
    """The lines of a command without what only waits or tests; of `each` what is run for one member."""
    lines = [line.strip() for line in command.split("\n")]
    if command.startswith(_LISTED):
        inside = (line.replace('"$member"', MEMBER) for line in lines[2:-1] if not is_waiting(line))
        yield from (f"{line}   # each in turn" for line in inside)
    elif not is_waiting(command):
        yield from lines


MEMBER = "MEMBER"
"""Stands for a member's name in a command."""


def is_waiting(command: str) -> bool:
    """Whether a command only waits, or tests."""
    return command.startswith(_PAUSE) or condition(command) != "" or _ELSE in command


VARIABLES = {
    "CLUSTER": "the scope of Patroni, the name that patronictl list shows",
    "GROUP": "the number of the Citus group",
    "POSTGRESQL": "how psql reaches a member, as host=... user=postgres",
    "RELEASE": "the Helm release",
    "CHART": "the folder or name of the chart",
    "COMMIT": "the commit to take back",
}
"""What the commands may need from the environment, and its meaning."""


def variables(steps: Iterable[Step]) -> dict[str, str]:
    """What some steps need from the environment."""
    text = "\n".join(line for step in steps for line in (*step.commands, *step.look))
    return {name: meaning for name, meaning in VARIABLES.items() if f'"${name}"' in text}


class Plan(Record):
    """Everything about one change of one cluster.

    `apply` is the costliest entry, `merge` what merging (and, for a chart, helm upgrade) does by itself;
    `operator` is who applies everything then ("" = nobody). `pods` are recreated by it, `added` and
    `removed` come and go (None where no input says how many). `lasting` is what the way
    back does not undo. `by_hand`: the runbook does more than merge;
    `chart` is the folder of the chart whose values they are.
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
    added: int = 0
    removed: int = 0
    operator: str = ""
    kubernetes: bool = False
    by_hand: bool = False
    chart: str = ""
    major: int = 0
    lasting: tuple[str, ...] = ()
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
    def is_saved(self) -> bool:
        """Whether the runbook saves what the way back puts back."""
        return any(" show-config " in line for step in self.steps for line in step.commands)
