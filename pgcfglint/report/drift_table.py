"""The cells of a drift table, for every format that shows one."""

from __future__ import annotations

from pgcfglint.drift.rows import EXPLAINED, RULES
from pgcfglint.model import SEVERITIES
from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pgcfglint.drift.rows import Row, Section
    from pgcfglint.model import Finding, Report

NOT_SET = "not set"
UNSEEN = "?"
WIDEST = 40
"""A value longer than this is cut in a table; JSON has it whole."""

KINDS = {
    "dcs": "dynamic configuration",
    "settings": "pg_settings",
    "members": "list of members",
    "environment": "environment",
    "release": "Helm's release",
    "files": "pg_file_settings",
    "alter-system": "ALTER SYSTEM",
    "conf": "postgresql.conf",
    "local": "patroni.yml",
    "command-line": "command line",
    "edit": "an edit",
}
"""What a dump is, in words."""


class Line(Record):
    """A row of the table: severity "" where it agrees, the cells, and why."""

    severity: str
    cells: tuple[str, ...]
    why: str
    row: Row


def columns(section: Section) -> tuple[str, ...]:
    """The headings of the values: what the file says, and what each kind of dump says."""
    kinds = section.kinds
    found = ["values"]
    found += ["DCS"] if "dcs" in kinds else []
    found += ["running"] if any(row.running for row in section.rows) else []
    found += ["postgresql.conf"] if "conf" in kinds else []
    found += ["environment"] if any(row.environment is not None for row in section.rows) else []
    found += ["release"] if "release" in kinds else []
    return tuple(found)


def lines(section: Section, report: Report, *, everything: bool) -> list[Line]:
    """The rows that differ, worst first; with `everything` also those that agree."""
    found = [
        Line(_severity(row, section, report.findings), _cells(row, section), _why(row), row)
        for row in section.rows
        if everything or row.differs
    ]
    ranks = (*SEVERITIES, "")
    return sorted(found, key=lambda line: ranks.index(line.severity))


def agreeing(section: Section) -> int:
    """How many rows agree."""
    return sum(1 for row in section.rows if not row.differs)


def _severity(row: Row, section: Section, findings: Sequence[Finding]) -> str:
    """The severity of the worst finding about a row; info where the rule is off or silenced."""
    if not row.differs:
        return ""
    rules = {RULES[cause.kind] for cause in row.causes if cause.kind in RULES}
    found = [
        SEVERITIES.index(finding.severity)
        for finding in findings
        if finding.rule in rules
        and (finding.parameter or "").lower() == row.parameter.lower()
        and section.group in finding.groups
    ]
    return SEVERITIES[min(found)] if found else SEVERITIES[-1]


def _cells(row: Row, section: Section) -> tuple[str, ...]:
    values = {
        "values": row.declared if row.declared is not None else NOT_SET,
        "DCS": row.dcs if row.dcs is not None else NOT_SET,
        "running": row.runs if row.running else UNSEEN,
        "postgresql.conf": row.told if row.told is not None else NOT_SET,
        "environment": row.environment or "",
        "release": row.release if row.release is not None else NOT_SET,
    }
    return tuple(values[name] or "''" for name in columns(section))


def _why(row: Row) -> str:
    """The causes in words, most telling first; what the platform always does where nothing else is said."""
    told = [cause.told for cause in row.causes if cause.kind not in EXPLAINED or not row.differs]
    return "; ".join(told) or row.reason


def applying(row: Row) -> str:
    """What bringing the meant value into force costs: "restart, standbys first"."""
    if not row.differs or row.apply == "none":
        return ""
    return f"{row.apply}, {row.order}" if row.order else row.apply


def cut(text: str) -> str:
    """A value short enough for a table, on one line."""
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 3]}..."
