"""The records of a comparison: one row for a parameter of a group."""

from __future__ import annotations

from pgcfglint.model import BOOTSTRAP
from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pgcfglint.model import Location, Pending

NOT_APPLIED = "not-applied"
NOT_IN_FORCE = "not-in-force"
NOT_PASSED_ON = "not-passed-on"
PENDING = "pending-restart"
PENDING_FLAG = "pending-flag"
ONLY_IN_DCS = "only-in-dcs"
OVERRIDDEN = "overridden"
MEMBERS = "members-differ"
GROUPS = "groups-differ"
ENVIRONMENT = "environment-not-read"
PODS = "pods-not-rolled"
RELEASE = "release-differs"
REWRITTEN = "rewritten"
CHART = "chart"

CAUSES = {
    NOT_APPLIED: "never applied, or edited in the DCS since",
    NOT_PASSED_ON: "the chart does not pass it on",
    NOT_IN_FORCE: "not in force",
    ONLY_IN_DCS: "only in the DCS: somebody used edit-config",
    PENDING: "waits for a restart",
    PENDING_FLAG: "flagged as pending, though nothing changes",
    OVERRIDDEN: "overridden",
    MEMBERS: "members differ",
    ENVIRONMENT: "environment variable that Patroni does not read",
    PODS: "the pods run with an older environment",
    RELEASE: "the release has another value",
    GROUPS: "groups differ",
    REWRITTEN: "rewritten by the platform, as it always is",
    CHART: "written by the chart itself",
}
"""Why the values of a row differ, most telling first, in words for a person."""

EXPLAINED = (REWRITTEN, CHART)
"""Causes that are no drift."""

RULES = {
    NOT_APPLIED: "drift-values-vs-dcs",
    NOT_PASSED_ON: "drift-not-in-force",
    NOT_IN_FORCE: "drift-not-in-force",
    ONLY_IN_DCS: "drift-only-in-dcs",
    PENDING: "drift-pending-restart",
    PENDING_FLAG: "drift-pending-flag",
    OVERRIDDEN: "drift-overridden",
    MEMBERS: "drift-between-members",
    ENVIRONMENT: "env-assumed-patroni-native",
    PODS: "drift-pods-not-rolled",
    RELEASE: "drift-release-differs",
}
"""The rule that judges each cause (GROUPS says more about a difference that another cause reports)."""


_OF_BOOTSTRAP = "not applied since bootstrap, or edited in the DCS since"


class Cause(Record):
    """Why a value is not what another place says. `by` names who or what, `note` explains."""

    kind: str
    by: str = ""
    note: str = ""

    @property
    def told(self) -> str:
        """The cause in words for a person."""
        words = CAUSES[self.kind]
        if self.kind == NOT_APPLIED and self.by == BOOTSTRAP:
            words = _OF_BOOTSTRAP
        elif self.kind == OVERRIDDEN:
            words = f"{words} by {self.by}"
        elif self.kind == ENVIRONMENT:
            words = f"Patroni does not read {self.by}"
        elif self.kind == REWRITTEN and self.note:
            return self.note
        return f"{words} ({self.note})" if self.note and self.note != words else words


class Row(Record):
    """One parameter of one group, as people read values, secrets masked; None where a source is silent.

    `running` pairs members and values, `told` is what a member's postgresql.conf holds. `reason` says what
    the platform makes of the value. `in_force` is None where no dump tells. `apply` and `order` are what
    bringing `wanted` into force costs.
    """

    parameter: str
    group: str
    number: str | None
    location: Location
    declared: str | None = None
    dcs: str | None = None
    running: tuple[tuple[str, str], ...] = ()
    effective: str | None = None
    environment: str | None = None
    release: str | None = None
    told: str | None = None
    causes: tuple[Cause, ...] = ()
    reason: str = ""
    in_force: bool | None = None
    apply: str = "none"
    order: str | None = None
    places: tuple[tuple[Location, str], ...] = ()

    @property
    def differs(self) -> bool:
        """Whether this is drift, and not merely another spelling or what the platform always does."""
        return any(cause.kind not in EXPLAINED for cause in self.causes)

    @property
    def wanted(self) -> str:
        """The value that is meant to run: the file's, else the dynamic configuration's."""
        return next((text for text in (self.declared, self.dcs, self.effective) if text is not None), "")

    @property
    def runs(self) -> str:
        """What runs, as one text: members with their values where they differ."""
        texts = dict.fromkeys(text for _, text in self.running)
        if not texts:
            return self.told or ""
        if len(texts) < 2:
            return next(iter(texts), "")
        return ", ".join(f"{text or 'empty'} ({member})" for member, text in self.running)


class Section(Record):
    """One group of a sheet. `dumps` are the dumps about it (kind, path); `members` those asked what they
    run with; `pending` pairs a member and what it waits for (None: the list does not say);
    `knows_pending` is whether a dump would say so."""

    group: str
    number: str | None
    rows: tuple[Row, ...] = ()
    dumps: tuple[tuple[str, str], ...] = ()
    members: tuple[str, ...] = ()
    listed: int = 0
    pending: tuple[tuple[str, Pending | None], ...] = ()
    knows_pending: bool = False

    @property
    def title(self) -> str:
        """The group in words."""
        return self.group if self.number is None else f"{self.group} (group {self.number})"

    @property
    def kinds(self) -> tuple[str, ...]:
        """What the dumps about the group are."""
        return tuple(dict.fromkeys(kind for kind, _ in self.dumps))

    @property
    def is_silent(self) -> bool:
        """Whether nothing tells what is set in the group, or what it runs with."""
        return not {"dcs", "settings", "command-line", "conf"}.intersection(self.kinds)

    @property
    def declared(self) -> tuple[Row, ...]:
        """The rows of what the file declares."""
        return tuple(row for row in self.rows if row.declared is not None)


class Sheet(Record):
    """The comparison of one input with the dumps about it, group by group."""

    path: str
    cluster: str
    sections: tuple[Section, ...]

    @property
    def dumps(self) -> int:
        """How many files tell about the cluster."""
        return len({path for section in self.sections for _, path in section.dumps})
