"""The types that everything else speaks in: frozen records and a few closed sets of words."""

from __future__ import annotations

from pgcfglint.record import Record

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Mapping

SEVERITIES = ("error", "warning", "info")
"""Worst first."""

APPLIES = ("none", "reload", "reconnect", "restart", "pods", "rebuild")
"""What bringing a value into force costs, cheapest first (reconnect: sessions started later see it;
pods: new pods; rebuild: initdb or a new cluster)."""

BOOTSTRAP = "bootstrap"
"""bootstrap.dcs: read once, when Patroni initialises the cluster."""
DYNAMIC = "dynamic"
"""The DCS or an operator's resource: followed by the running cluster."""
LOCAL = "local"
"""The `postgresql` section of patroni.yml, postgresql.conf: one member's own configuration."""
DATABASE = "database"
"""ALTER DATABASE ... SET."""
LIVE = "live"
"""A dump of what runs."""
POD = "pod"
"""Not PostgreSQL's: limits, volumes, replicas and the like, from the pod's description."""


OPTION = "option"
"""The kind of a setting that stands in no file: the command line gives it."""


class Location(Record):
    """A place in a file; lines and columns count from 1, the end is exclusive.

    `keys` is the route from the top of the document, for example ("coordinator", "resources").
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    keys: tuple[str, ...] = ()


class Setting(Record):
    """A value given to a name at one place.

    `text` is what reaches the reader of the value (Helm's rendering or Patroni's reading of the
    scalar: `on` is `true`, `010` is `8`); `written` is the scalar as it stands in the file. `kind`
    is what the YAML reading made of it: str int float bool null list map; OPTION for a value that the
    command line gives.
    """

    name: str
    text: str
    location: Location
    layer: str
    quoted: bool = False
    written: str = ""
    kind: str = "str"


class Related(Record):
    """A second place that a finding points at, and what it has to do with it."""

    location: Location
    note: str = ""


class Observation(Record):
    """What only a reader can see: a replaced list, a duplicate key, a key that no template reads.

    Rules ask with `each: observation`; `fields` are the names behind `observation.`.
    """

    kind: str
    location: Location
    related: tuple[Related, ...] = ()
    fields: Mapping[str, str] = {}


class Database(Record):
    """A database that the input creates, with its extensions and its ALTER DATABASE settings."""

    name: str
    location: Location
    extensions: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    enabled: bool = True


class LiveSetting(Record):
    """A parameter as something live says it.

    `unit`, `context`, `source` and `sourcefile` are the columns of pg_settings, `pending` its
    pending_restart: "" and None where the dump does not say. `error`: why the server did not apply it.
    """

    name: str
    text: str
    location: Location
    unit: str = ""
    context: str = ""
    source: str = ""
    sourcefile: str = ""
    pending: bool | None = None
    error: str = ""
    kind: str = "str"


class Pending(Record):
    """A parameter that waits for a restart of a member; None where the dump hides the value."""

    parameter: str
    old: str | None
    new: str | None
    location: Location


class LiveMember(Record):
    """A member as `patronictl list` or Patroni's REST interface shows it.

    `pending` without `reasons`: Patroni before 3.3 does not say which parameter waits.
    """

    name: str
    role: str
    state: str
    location: Location
    group: str | None = None
    pending: bool = False
    reasons: tuple[Pending, ...] = ()


class LiveState(Record):
    """What one dump says about a running cluster.

    `kind`: dcs (the dynamic configuration), edit (the diff of an edit-config: `before` it and after),
    settings (pg_settings, SHOW), members, environment, release (`helm get values`), files
    (pg_file_settings), conf, alter-system, command-line. `complete`: what is absent here is not set.
    `group` and `member` are whom it tells about, where it says so.
    """

    kind: str
    location: Location
    settings: tuple[LiveSetting, ...] = ()
    members: tuple[LiveMember, ...] = ()
    before: tuple[LiveSetting, ...] = ()
    group: str | None = None
    member: str = ""
    scope: str = ""
    versions: Mapping[str, str] = {}
    complete: bool = False


class MemberGroup(Record):
    """Members that share one description: the pods of one StatefulSet, one Citus group.

    `settings` holds parameters and pod names alike, in the order read, all layers. `homes` says
    where a name that is not written would be written: by name, else by its first dotted part, else
    "" for parameters. `states` are the dumps of what runs in the group, `live` what the dynamic
    configuration among them holds.
    """

    name: str
    location: Location
    settings: tuple[Setting, ...] = ()
    number: str | None = None
    homes: Mapping[str, Location] = {}
    live: tuple[Setting, ...] = ()
    states: tuple[LiveState, ...] = ()


class Target(Record):
    """A version that the check assumes or found: name (postgresql, patroni, citus), version, and
    where it comes from (option, config, input, layout, default)."""

    name: str
    version: str
    origin: str


class Cluster(Record):
    """One PostgreSQL cluster as one input (a file, or a stack of values files) describes it.

    `reads` holds the only parameters that the chart passes on (None: all); `supplies` what the
    chart's entrypoint or the operator sets where a value is absent; `platform` the names, most
    specific first, that severities and effective values depend on (citus, patroni, ...). `costs` says
    what changing a name that is no parameter, or anything in a layer, costs at least, `via` by which
    route a layer's values are applied, `computes` the parameters that the platform works out itself
    where nobody writes them.
    `partial`: a parameter that is absent here may be set all the same (a few rows of pg_settings).
    """

    name: str
    layout: str
    platform: tuple[str, ...]
    targets: tuple[Target, ...]
    groups: tuple[MemberGroup, ...]
    sources: tuple[str, ...]
    location: Location
    databases: tuple[Database, ...] = ()
    observations: tuple[Observation, ...] = ()
    reads: frozenset[str] | None = None
    supplies: Mapping[str, str] = {}
    hba: tuple[Setting, ...] = ()
    costs: Mapping[str, str] = {}
    scope: str = ""
    via: Mapping[str, str] = {}
    computes: frozenset[str] = frozenset()
    partial: bool = False

    @property
    def major(self) -> int:
        """The PostgreSQL major that applies."""
        return int(self.version("postgresql").split(".")[0])

    def version(self, name: str) -> str:
        """The version of a target, "" where the target does not apply (no Citus)."""
        return next((target.version for target in self.targets if target.name == name), "")


class Remedy(Record):
    """One way to cure a finding, and what it costs on an existing cluster by the route in `via`.

    `companions` must change with it, else another rule would not hold; `apply` is the cost of all.
    """

    text: str
    parameter: str
    value: str
    groups: tuple[str, ...]
    apply: str
    order: str | None = None
    via: str = ""
    reaches: str = "running"
    steps: tuple[str, ...] = ()
    companions: tuple[Remedy, ...] = ()


class Finding(Record):
    """A rule that does not hold, where, and how to cure it."""

    rule: str
    severity: str
    message: str
    location: Location
    related: tuple[Related, ...] = ()
    cluster: str | None = None
    groups: tuple[str, ...] = ()
    parameter: str | None = None
    value: str | None = None
    effective: str | None = None
    remedies: tuple[Remedy, ...] = ()
    cures: tuple[str, ...] = ()
    fingerprint: str = ""


class Skip(Record):
    """An input that was not judged: reason is unrecognised, unreadable, unparsable or unknown-name.

    `line` and `column` count from 1, 0 where there is no place in it.
    """

    path: str
    reason: str
    message: str
    line: int = 0
    column: int = 0

    @property
    def place(self) -> str:
        """The place as editors and terminals follow it."""
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path

    @property
    def said(self) -> str:
        """The message with its place, for where only the path stands beside it."""
        return f"line {self.line}, column {self.column}: {self.message}" if self.line else self.message


class Report(Record):
    """What a run found. `excerpts` maps (path, line) to the source line, secrets masked;
    `suppressed` holds what comments silence, each with its reason."""

    findings: tuple[Finding, ...]
    skipped: tuple[Skip, ...]
    targets: Mapping[str, tuple[Target, ...]]
    files: int
    excerpts: Mapping[tuple[str, int], str] = {}
    notes: tuple[str, ...] = ()
    suppressed: tuple[tuple[Finding, str], ...] = ()

    def count(self, severity: str) -> int:
        """How many findings have this severity."""
        return sum(1 for finding in self.findings if finding.severity == severity)

    @property
    def apply(self) -> str:
        """The costliest of the findings' first remedies."""
        firsts = [finding.remedies[0].apply for finding in self.findings if finding.remedies]
        return max(firsts, key=APPLIES.index, default="none")
