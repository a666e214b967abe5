"""The commands of patronictl that a plan is made of, as one may paste them into a shell.

Without `--group`, `restart` and `list` reach every Citus group and `edit-config` reaches one: here it is
always given. https://patroni.readthedocs.io/en/latest/patronictl.html
"""

from __future__ import annotations

import re

from pgcfglint.plan.records import PRIMARY, quoted
from pgcfglint.plan.synchronous import is_standby_cluster
from pgcfglint.platform.tables import at_version, table
from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pgcfglint.model import Cluster
    from pgcfglint.plan.records import Entry
    from pgcfglint.plan.states import Pair

_EACH = (
    'awk \'BEGIN {{RS = "}}"}} /"Member"/ {{m++}} {test} {{n++}} '
    '/"State": "([a-z ]* failed|crashed)/ {{f++}} END {{exit f ? 3 : n || !m}}\''
)
"""Looks at the members one by one in the JSON that `patronictl list` prints on one line; 3 if a start
has failed."""


class Patronictl(Record):
    """patronictl for one cluster; `pod` is the pattern of the pod to run it in, "" to run it here."""

    scope: str
    version: str
    pod: str = ""
    citus: bool = False
    standby_cluster: bool = False

    def show_config(self, pair: Pair) -> str:
        """Prints the dynamic configuration."""
        return f"{self._ctl(pair)} show-config {self._scope()}{self._group(pair)}"

    def edit(self, pair: Pair, arguments: Iterable[str]) -> str:
        """Changes the dynamic configuration."""
        return " ".join(
            (f"{self._ctl(pair)} edit-config {self._scope()}{self._group(pair)} --force", *arguments)
        )

    def replace_config(self, pair: Pair, file: str) -> str:
        """Puts a saved configuration back."""
        inside = self._ctl(pair, "-i ")
        return f"{inside} edit-config {self._scope()}{self._group(pair)} --force --replace - < {file}"

    def reload(self, pair: Pair) -> str:
        """Makes each member read its own file again."""
        return f"{self._ctl(pair)} reload {self._scope()}{self._group(pair)} --force"

    def list(self, pair: Pair, options: str = "") -> str:
        """Shows the members."""
        return f"{self._ctl(pair)} list {self._scope()}{self._group(pair)}{options}"

    def restart(self, pair: Pair, role: str, member: str = "") -> str:
        """Restarts the members of a role that wait for it, or one member (a word of the shell)."""
        word = self.role(role)
        if not word and not member:
            member = f'"$({self.table(pair)} | {self.names(PRIMARY)})"'
        chosen = f" {member}" if member else ""
        named = f" --role {word}" if word else ""
        return (
            f"{self._ctl(pair)} restart {self._scope()}{chosen}{self._group(pair)}{named} --pending --force"
        )

    def table(self, pair: Pair) -> str:
        """Prints the members as `names` reads them."""
        return self.list(pair, " --format tsv")

    def names(self, role: str) -> str:
        """Finds the names of the members of a role in what `table` prints."""
        column = 3 if self.citus else 2  # after Cluster and, under Citus, Group
        roles = "(Standby )?Leader" if role == PRIMARY else _STANDBY_ROLES
        return f"awk -F '\\t' '${column + 2} ~ /^({roles})$/ {{print ${column}}}'"

    def switchover(self, pair: Pair) -> str:
        """Hands the primary's part to a standby that a person chooses."""
        return f"{self._ctl(pair)} switchover {self._scope()}{self._group(pair)} --candidate STANDBY --force"

    def psql(self, pair: Pair, sql: str) -> str:
        """Asks a member's server."""
        ctl = self._ctl(pair)
        target = "-U postgres" if self.pod else '-d "$POSTGRESQL"'
        return f"{ctl.removesuffix('patronictl')}psql {target} -X -A -t -c {double_quoted(sql)}"

    def psql_of(self, member: str, sql: str) -> str:
        """Asks one member, by the name of its pod, which is Patroni's name for it."""
        return f"kubectl exec {member} -- psql -U postgres -X -A -t -c {double_quoted(sql)}"

    def role(self, role: str) -> str:
        """What `--role` is given; "" where this version has no word for the primary."""
        if role != PRIMARY:
            return "replica"
        name = "standby_leader" if self.standby_cluster else "primary"
        return str(at_version(table("plan")["patronictl"][name], self.version, ""))

    # Conditions

    def all_pending(self, pair: Pair) -> str:
        """Every member waits for a restart."""
        return self._each(pair, '/"Member"/ && !/"Pending restart"/')

    def none_pending(self, pair: Pair) -> str:
        """Nobody waits for a restart, and everybody runs."""
        return self._each(pair, f'/"Pending restart"/ || (/"Member"/ && !{_RUNS})')

    def all_running(self, pair: Pair) -> str:
        """Every member runs; a standby streams."""
        streams = at_version(table("plan")["patronictl"]["streaming"], self.version, "running")
        lacks = f'(/"Role": "[^"]*Leader"/ && !{_RUNS}) || (/{_STANDBYS}/ && !/"State": "{streams}"/)'
        return self._each(pair, lacks)

    def _each(self, pair: Pair, test: str) -> str:
        return f"{self.list(pair, ' --format json')} | {_EACH.format(test=test)}"

    # Words

    def _ctl(self, pair: Pair, options: str = "") -> str:
        if not self.pod:
            return "patronictl"
        pod = self.pod.format(scope=self.scope, number=pair.number)
        return f"kubectl exec {options}{quoted(pod)} -- patronictl"

    def _scope(self) -> str:
        return quoted(self.scope) if self.scope else '"$CLUSTER"'

    def _group(self, pair: Pair) -> str:
        if pair.number is not None:
            return f" --group {quoted(pair.number)}"
        return ' --group "$GROUP"' if self.citus else ""


_RUNS = '/"State": "(running|streaming)"/'
_STANDBY_ROLES = "Replica|Sync Standby|Quorum Standby"
_STANDBYS = f'"Role": "({_STANDBY_ROLES})"'


def patronictl(cluster: Cluster, pairs: Iterable[Pair]) -> Patronictl:
    """The commands for one cluster."""
    scope = cluster.scope
    pod = table("plan")["pods"].get(cluster.layout, "") if scope else ""
    standby = is_standby_cluster(tuple(pairs))
    return Patronictl(scope, cluster.version("patroni"), pod, "citus" in cluster.platform, standby)


def arguments(entries: Iterable[Entry], supplied: dict[str, str]) -> list[str]:
    """`-p NAME=VALUE` and `-s KEY=VALUE` of the entries; null takes a value out.

    `supplied`: what the chart itself would write where a value is no longer written, by lower-case name.
    """
    found = []
    for entry in entries:
        text = entry.new_written if entry.new_written is not None else supplied.get(entry.parameter.lower())
        name, option = entry.parameter, "-p"
        if entry.kind == "patroni":
            key = name.partition(".")[2]
            name, option = (f"postgresql.{key}" if key in _BELOW else key), "-s"
        value = "null" if text is None else yaml_scalar(text)
        word = f"{name}={value}"
        shell = double_quoted(word) if "'" in word else quoted(word)
        found.append(f"{option} {shell}")
    return found


_BELOW = ("use_pg_rewind", "use_slots")
_PLAIN = re.compile(r"[A-Za-z0-9/][A-Za-z0-9_./+-]*|-?\d+(?:\.\d+)?|[A-Za-z][\w.]*(?:, ?[A-Za-z][\w.]*)+")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_CHANGED = re.compile(
    r"(?i)null|~|0\d+|0[xob].*|\d[\d_]*_[\d_]*|\d+\.|[-+]?[\d.]+e[-+]?\d+|\d{4}-\d\d?-\d\d?.*|y|n"
)
"""Plain scalars that YAML reads as something that is written otherwise."""


def yaml_scalar(text: str) -> str:
    """A text so that YAML reads it back as this text (booleans and numbers as such)."""
    if _PLAIN.fullmatch(text) and not _CHANGED.fullmatch(text) and _is_kept(text):
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    """A character between double quotes in YAML."""
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def _is_kept(text: str) -> bool:
    """Whether a number reads back as it is written: 1.10 does not."""
    if not _NUMBER.fullmatch(text):
        return True
    return (repr(float(text)) if "." in text else str(int(text))) == text


def double_quoted(text: str) -> str:
    """A word for the shell that holds single quotes, easier to read than `quoted` makes it."""
    return f'"{text}"' if not re.search(r'["$`\\!\n]', text) else quoted(text)
