"""Why a value is not the same everywhere: one parameter of one group, all its sources side by side."""

from __future__ import annotations

from pgcfglint.drift import rows as causes
from pgcfglint.drift.rows import Cause
from pgcfglint.items import same_value
from pgcfglint.model import LIVE, LOCAL
from pgcfglint.platform.dynamic import is_key
from pgcfglint.platform.effective import RUNS
from pgcfglint.platform.tables import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcfglint.catalog import Parameter
    from pgcfglint.drift.compare import Comparison
    from pgcfglint.drift.evidence import Running
    from pgcfglint.model import LiveSetting, Setting
    from pgcfglint.platform import Effective

_BY_SOURCE = {
    "environment variable": "an environment variable of the server",
    "database": "ALTER DATABASE",
    "user": "ALTER ROLE",
    "database user": "ALTER ROLE ... IN DATABASE",
    "global": "ALTER ROLE ALL",
    "command line": "the server's command line",
}
_LOOKS_APPLIED = "the pods' environment matches, the dynamic configuration does not: it only looks applied"


class Case:
    """A parameter of a group: what the file, the dynamic configuration and the members say."""

    def __init__(self, comparison: Comparison, key: str, parameter: Parameter | None) -> None:
        seen = comparison.seen
        self.comparison, self.key, self.parameter = comparison, key, parameter
        self.written: Setting | None = comparison.written.get(key)
        self.held: LiveSetting | None = (seen.dcs or {}).get(key)
        self.running: list[Running] = seen.running.get(key, [])
        self.flagged = seen.flagged(key)
        self.meant = self._meant()

    def _meant(self) -> Effective | None:
        """What should run: what the dynamic configuration comes to, else what the file does."""
        seen, declared = self.comparison.seen, self.comparison.declared
        if seen.expected is not None:
            local = self.written is not None and self.written.layer == LOCAL
            if self.held is not None and not local:
                return seen.expected.of(self.key)
            if local:
                return declared.of(self.key)
            found = seen.expected.of(self.key)
            return found if seen.whole and found.origin in ("patroni", "citus") else None
        if self.written is not None or declared.supplied(self.key) is not None:
            return declared.of(self.key)
        return None

    def same(self, one: str, other: str) -> bool:
        """Whether two texts mean the same value of the parameter; blanks at the end, which an aligned
        table does not show, are none of it."""
        if is_key(self.key):
            return _plain(one) == _plain(other)
        return same_value(self.parameter, one.rstrip(), other.rstrip())

    def runs_as_meant(self, text: str) -> bool:
        """Whether what runs is what was meant; `auto` becomes whatever the server chooses."""
        meant = self.meant
        if meant is None or meant.text is None or self.same(text, meant.text):
            return True
        if self.parameter is None or meant.value is None or meant.value.number is None:
            return False
        return self.parameter.special.get(int(meant.value.number)) == "auto"

    def same_effect(self) -> bool:
        """Whether the file and the dynamic configuration come to the same value."""
        expected = self.comparison.seen.expected
        one = self.comparison.declared.of(self.key).text
        other = expected.of(self.key).text if expected is not None else None
        return one == other if one is None or other is None else self.same(one, other)


_SWITCH = {"true": "on", "yes": "on", "false": "off", "no": "off"}


def _plain(text: str) -> str | float:
    """A value of a key of Patroni's, so that equal ones are equal: a number, or a word."""
    word = text.strip().lower()
    try:
        return float(word)
    except ValueError:
        return _SWITCH.get(word, word)


def why(case: Case) -> Iterator[Cause]:
    """The causes of all differences; none where there are none."""
    yield from _of_file(case)
    yield from _of_server(case)
    yield from _of_members(case)
    yield from _of_environment(case)
    yield from _of_release(case)


def _of_file(case: Case) -> Iterator[Cause]:
    """The file against the dynamic configuration."""
    seen, written, held = case.comparison.seen, case.written, case.held
    if seen.dcs is None:
        return
    if written is not None and not case.comparison.declared.passed_on(written):
        if held is None or not case.same(written.text, held.text):
            yield Cause(causes.NOT_PASSED_ON, "", "the chart does not pass it on")
    elif written is not None:
        if written.layer == LOCAL or (held is None and not seen.whole):
            return
        if (held is None or not case.same(written.text, held.text)) and not case.same_effect():
            variable = case.comparison.environment.get(case.key)
            looks = variable is not None and case.same(written.text, variable.text)
            if is_key(case.key):
                yield Cause(causes.NOT_IN_FORCE, written.layer, "the DCS has another value")
            else:
                yield Cause(causes.NOT_APPLIED, written.layer, _LOOKS_APPLIED if looks else "")
    elif held is not None and not is_key(case.key) and case.comparison.written and not case.same_effect():
        by_chart = case.key in case.comparison.by_chart
        yield Cause(causes.CHART if by_chart else causes.ONLY_IN_DCS)


def _of_server(case: Case) -> Iterator[Cause]:
    """What was meant to run against what runs."""
    meant = case.meant
    if meant is None or meant.text is None:
        if case.key in case.comparison.seen.altered:
            yield Cause(causes.OVERRIDDEN, "ALTER SYSTEM")
        elif case.flagged:
            yield _flag(case)
        elif case.written is not None and meant is not None and meant.origin == "unknown":
            yield from _not_passed_on(case)
        return
    wrong = [each for each in case.running if not case.runs_as_meant(each.setting.text)]
    if wrong:
        yield _who(case, wrong[0].setting)
    elif case.flagged:
        yield _flag(case) if not case.running else Cause(causes.PENDING_FLAG)
    elif case.key in case.comparison.seen.altered and not case.running:
        altered = case.comparison.seen.altered[case.key]
        if not case.same(altered.text, meant.text):
            yield Cause(causes.OVERRIDDEN, "ALTER SYSTEM")
    elif _told_otherwise(case):
        yield Cause(causes.NOT_IN_FORCE, _layer(case), "a member's postgresql.conf has another value")
    elif meant.fate != RUNS and meant.setting is not None and (case.running or case.held is not None):
        yield Cause(causes.REWRITTEN, meant.fate, meant.reason)


def _not_passed_on(case: Case) -> Iterator[Cause]:
    """A value that the chart keeps to itself, where only what runs is known."""
    written = case.written
    if written is None or case.comparison.seen.dcs is not None or not case.running:
        return
    if not case.same(written.text, case.running[0].setting.text):
        yield Cause(causes.NOT_PASSED_ON, "", "the chart does not pass it on")


def _who(case: Case, setting: LiveSetting) -> Cause:
    """Why another value runs than the one that was meant to."""
    seen = case.comparison.seen
    if case.key in seen.altered:
        return Cause(causes.OVERRIDDEN, "ALTER SYSTEM")
    owned = case.key in case.comparison.declared.rules.get("dcs_only", {})
    if setting.source in _BY_SOURCE and not (setting.source == "command line" and owned):
        return Cause(causes.OVERRIDDEN, _BY_SOURCE[setting.source])
    if case.flagged:
        return Cause(causes.PENDING)
    if case.parameter is not None and case.parameter.context == "postmaster" and seen.dcs is not None:
        return Cause(causes.PENDING, "", "no dump says so, but nothing else can change it")
    if seen.dcs is None:
        return Cause(causes.NOT_IN_FORCE, _layer(case), "a dump of the dynamic configuration would tell why")
    if setting.source == "configuration file":
        file = f"it stands in {setting.sourcefile}" if setting.sourcefile else ""
        return Cause(causes.OVERRIDDEN, "the member's local configuration", file)
    return Cause(causes.NOT_IN_FORCE, "", "SELECT source, sourcefile FROM pg_settings tells who set it")


def _layer(case: Case) -> str:
    return case.written.layer if case.written is not None else LIVE


def _told_otherwise(case: Case) -> bool:
    """Whether a member's postgresql.conf has another value, and no dump shows what runs."""
    told = (case.comparison.seen.told or {}).get(case.key)
    return told is not None and not case.running and not case.runs_as_meant(told.text)


def _flag(case: Case) -> Cause:
    """A parameter that members say waits, where nothing tells what runs."""
    for _, waiting in case.comparison.seen.pending.get(case.key, ()):
        old, new = waiting.old, waiting.new
        if old is not None and new is not None and ("?" in (old, new) or case.same(old, new)):
            return Cause(causes.PENDING_FLAG)
    return Cause(causes.PENDING)


def _of_members(case: Case) -> Iterator[Cause]:
    """The members of the group against each other."""
    running = case.running
    if len(running) < 2 or case.flagged or case.key in table("postgresql")["per_member"]:
        return
    context = case.parameter.context if case.parameter is not None else running[0].setting.context
    first = running[0].setting.text
    if context != "internal" and not all(case.same(first, each.setting.text) for each in running):
        yield Cause(causes.MEMBERS)


def _of_environment(case: Case) -> Iterator[Cause]:
    """Variables that look like parameters: the chart's entrypoint reads them, or nobody does."""
    variable = case.comparison.environment.get(case.key)
    cluster = case.comparison.cluster
    if variable is None:
        return
    if case.key not in (cluster.reads or ()) and case.key not in cluster.supplies:
        yield Cause(causes.ENVIRONMENT, variable.name)
    elif case.written is not None and not case.same(case.written.text, variable.text):
        yield Cause(causes.PODS, variable.name)


def _of_release(case: Case) -> Iterator[Cause]:
    """The file against the values with which the release was installed."""
    seen = case.comparison.seen
    if seen.release is None or case.written is None:
        return
    released = seen.release.get(case.key)
    if released is None:
        if seen.release_whole:
            yield Cause(causes.RELEASE)
    elif not case.same(case.written.text, released.text):
        yield Cause(causes.RELEASE)
