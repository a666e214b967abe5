"""One file per output format; only the chosen one is imported.

A reporter is a module with `render(report, options) -> Iterator[str]`: the pieces of the report in
the order in which they are written to standard output. It sees the model and opens no file.
"""

from __future__ import annotations

from pgcfglint.model import APPLIES, SEVERITIES
from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Protocol

    from pgcfglint.model import Finding, Remedy, Report

    class RuleText(Protocol):
        """What a reporter may say about a rule; the rulebook's rules fit."""

        @property
        def title(self) -> str:
            """The finding in general."""
            ...

        @property
        def why(self) -> str:
            """Why it matters, in Markdown."""
            ...

        @property
        def see(self) -> Sequence[str]:
            """Where it is documented."""
            ...

        @property
        def severity(self) -> str | Mapping[str, str]:
            """One word, or one by platform."""
            ...


class Options(Record):
    """How to write a report.

    `root` is the folder, absolute, that formats for a forge take paths relative to; `rules` what is
    known about rules, by name; `links` whether the terminal understands hyperlinks (OSC 8).
    """

    color: bool = False
    verbose: bool = False
    version: str = ""
    links: bool = False
    root: str = ""
    rules: Mapping[str, RuleText] = {}


REPORTERS = {
    "text": "pgcfglint.report.text",
    "json": "pgcfglint.report.json",
    "github": "pgcfglint.report.github",
    "sarif": "pgcfglint.report.sarif",
    "gitlab": "pgcfglint.report.gitlab",
    "junit": "pgcfglint.report.junit",
    "markdown": "pgcfglint.report.markdown",
}
"""Where the `render` of each `--format` lives."""

DEFAULT = "text"


def reporter(name: str) -> Callable[[Report, Options], Iterator[str]]:
    """The `render` of a format; KeyError if there is no such format."""
    render: Callable[[Report, Options], Iterator[str]]
    render = __import__(REPORTERS[name], fromlist=("render",)).render
    return render


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """File by file, worst first, then down the page: the same list in whatever order files finished."""

    def place(finding: Finding) -> tuple[str, int, int, int, str, str]:
        where = finding.location
        worst = SEVERITIES.index(finding.severity)
        return where.path, worst, where.line, where.column, finding.rule, finding.message

    return sorted(findings, key=place)


_COST = {
    "none": "nothing to apply",
    "reload": "reload",
    "reconnect": "reconnect: new sessions",
    "restart": "restart",
    "pods": "new pods",
    "rebuild": "rebuild: a new cluster",
}
assert tuple(_COST) == APPLIES


def cost(remedy: Remedy) -> str:
    """What a remedy costs, in words: "restart, standbys first"; no order where no value is stated."""
    words = _COST[remedy.apply]
    if remedy.order:
        return f"{words}, {remedy.order}"
    return f"{words}, any order" if remedy.apply == "restart" and remedy.parameter else words


def costliest(report: Report) -> str:
    """The cost of the first remedies together, in words; "" if there is nothing to apply."""
    return "" if report.apply == "none" else _COST[report.apply].partition(":")[0]


def counts(report: Report) -> str:
    """The summary's numbers in words: "2 errors, 5 warnings, 2 notes in 1 file"."""
    words = {"error": "error", "warning": "warning", "info": "note"}
    found = [
        f"{number} {words[severity]}{'' if number == 1 else 's'}"
        for severity in SEVERITIES
        if (number := report.count(severity))
    ]
    return f"{', '.join(found) or 'no findings'} in {files(report.files)}"


def files(number: int) -> str:
    """A number of files in words."""
    return f"{number} file{'' if number == 1 else 's'}"
