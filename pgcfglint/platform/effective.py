"""What a parameter comes to on the running server, and one sentence about it."""

from __future__ import annotations

from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pgcfglint.catalog import Value
    from pgcfglint.model import Setting

ORIGINS = ("written", "supplied", "patroni", "citus", "operator", "initdb", "default", "unknown")
"""Where the value that runs comes from."""

RUNS = "runs"
"""The value runs as it is written (or nothing is written and a default runs)."""
DROPPED = "dropped"
"""Patroni takes it out of the configuration."""
CLAMPED = "clamped"
"""Out of range: Patroni writes the nearest allowed value."""
DEFAULTED = "defaulted"
"""Not taken: a default runs instead of it, though the parameter may be set here."""
FORCED = "forced"
"""Another value is put in its place, whatever is written."""
IGNORED = "ignored"
"""What is written here is not looked at."""
TRANSLATED = "translated"
"""An old name: Patroni gives the value, converted, to the parameter that took its place."""
OWNED = "owned"
"""The platform sets it from another place."""
REFUSED = "refused"
"""The server does not start with it; a running one keeps its old value."""

FATES = (RUNS, DROPPED, CLAMPED, DEFAULTED, FORCED, IGNORED, TRANSLATED, OWNED, REFUSED)


class Effective(Record):
    """What runs. `text` is as SHOW prints it, None where it cannot be known; `value` likewise.

    `setting` is the one that was looked at (it may have lost to the platform: see `fate`), `shadowed`
    are settings that a stronger layer hides, `reason` is a sentence for a person, "" where a value
    simply runs. `resolved` is the amount (bytes, milliseconds, a count) that a special value comes to:
    infinite for `unlimited`, "off" where it is no amount, None where the value is an ordinary one.
    """

    name: str
    text: str | None
    value: Value | None
    origin: str
    setting: Setting | None = None
    fate: str = RUNS
    reason: str = ""
    shadowed: tuple[Setting, ...] = ()
    resolved: float | str | None = None

    @property
    def is_derived(self) -> bool:
        """Whether the amount comes from another parameter's (automatic, inherited)."""
        return self.resolved is not None and self.resolved != float("inf")

    @property
    def written(self) -> str:
        """The text of the setting that was looked at, "" without one."""
        return self.setting.text if self.setting else ""


def describe(effective: Effective) -> str:
    """One sentence: the value written, and the value that will run."""
    if effective.reason:
        return effective.reason
    if effective.text is None:
        return f"what {effective.name} runs with cannot be seen here"
    source = {
        "supplied": ", which the chart supplies",
        "patroni": ", Patroni's default",
        "initdb": ", as initdb wrote it",
        "default": ", PostgreSQL's default",
    }.get(effective.origin, "")
    return f"{effective.name} runs with {effective.text or 'an empty value'}{source}"
