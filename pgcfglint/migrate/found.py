"""What a reading of an image finds."""

from __future__ import annotations

from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pgcfglint.model import Cluster, Location, Report, Setting

CONF, AUTO, COMMAND_LINE = "postgresql.conf", "ALTER SYSTEM", "command line"
"""Where a value is put, the weaker before the stronger: the server reads them in this order."""
STRENGTH = (CONF, AUTO, COMMAND_LINE)


class Written(Record):
    """A value that something writes: `into` is one of STRENGTH, `how` the program or instruction; `notes` say
    what to know about it (a condition, variables put in, a sed that may not match)."""

    setting: Setting
    into: str
    how: str
    notes: tuple[str, ...] = ()


class Puzzle(Record):
    """Something that writes configuration and is not understood, or not in full, and why."""

    location: Location
    text: str
    why: str
    name: str = ""


VALUES, ELSEWHERE, PLATFORM, SECRET, UNKNOWN, BEATEN = (
    "values", "edit-config", "platform", "secret", "unknown", "overridden",
)  # fmt: skip
"""Where a value goes: into the values; not through the chart, but with edit-config; nowhere, the platform
decides; into a secret, by hand; nowhere, no such parameter; nowhere, something stronger is written."""


class Place(Record):
    """One written value, where it goes and why; `runs` is what the server will show, None if not known."""

    written: Written
    goes: str
    why: str = ""
    runs: str | None = None

    @property
    def name(self) -> str:
        """The parameter."""
        return self.written.setting.name


class Found(Record):
    """All that a reading found: values in the order of their writing, puzzles, notes, the major of the image
    (None: not said), and the texts of the files read, by path."""

    written: tuple[Written, ...] = ()
    puzzles: tuple[Puzzle, ...] = ()
    notes: tuple[str, ...] = ()
    major: int | None = None
    citus: bool = False
    texts: tuple[tuple[str, str], ...] = ()


class Migration(Record):
    """What `migrate` found and made; `section` are the values' lines, `patch` the difference for the file
    that --into names ("" without), `commands` set what the chart does not pass on, `initdb` are the
    parameters that keep what initdb chooses. Secrets are masked."""

    found: Found
    places: tuple[Place, ...]
    report: Report
    cluster: Cluster
    section: tuple[str, ...]
    patch: str = ""
    commands: tuple[str, ...] = ()
    initdb: Mapping[str, str] = {}
