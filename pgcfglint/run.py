"""The whole run: inputs in, a report out."""

from __future__ import annotations

from pgcfglint import catalog, rulebook
from pgcfglint.config import Config
from pgcfglint.engine import check
from pgcfglint.model import Report
from pgcfglint.record import Record
from pgcfglint.sources.inputs import Options, read_inputs

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from concurrent.futures import Executor

    from pgcfglint.catalog import Catalog
    from pgcfglint.comments import Comment
    from pgcfglint.model import Cluster, Finding, Location, Skip, Target
    from pgcfglint.rulebook import Rule
    from pgcfglint.sources.given import Input
    from pgcfglint.sources.text import Source

_CHUNK = 64
"""Paths that one process takes at a time."""


_COLLECT = 64
"""Inputs after which what they leave behind is collected."""


class Task(Record):
    """What to check: paths, stacks of values files (`-f a -f b`), dumps (`--live [GROUP=]FILE`); `base`: the
    Git revision to compare with."""

    paths: tuple[str, ...]
    stacks: tuple[tuple[str, ...], ...] = ()
    live: tuple[str, ...] = ()
    options: Options = Options()
    base: str | None = None


def lint(
    paths: Sequence[str],
    *,
    config: Config | None = None,
    executor: Executor | None = None,
    task: Task | None = None,
) -> Report:
    """The report on files, chart folders and directories.

    `config` as of config.load (None: the defaults); `executor` spreads many paths over processes or
    machines (arguments and results pickle). Raises sources.inputs.UnknownGroup, rulefile.RuleError and,
    where the task has a base, sources.earlier.UnknownRevision.
    """
    task = task or Task(tuple(paths))
    config = config or Config()
    if executor is None or len(task.paths) <= _CHUNK:
        return _lint(task, config)
    chunks = [task.replace(paths=task.paths[at : at + _CHUNK]) for at in range(0, len(task.paths), _CHUNK)]
    return _joined(executor.map(_lint, chunks, [config] * len(chunks)))


def _lint(task: Task, config: Config) -> Report:
    return judged(inputs_of(task, config), config)


def inputs_of(task: Task, config: Config) -> Iterator[Input]:
    """The inputs of a task, read one by one; their groups with the dumps about them."""
    wanted = task.options.replace(config={**config.targets, **task.options.config})
    known = catalog.load(catalog.MAJORS[-1])
    inputs = _with_dumps(task, wanted, known)
    if task.base is not None:
        from pgcfglint.sources.earlier import since

        inputs = since(task.base, inputs, task.paths, task.stacks, wanted, known)
    if task.live:
        from pgcfglint.live.attach import attach

        inputs = attach(inputs, task.live, known)
    return inputs


def _with_dumps(task: Task, options: Options, known: Catalog) -> Iterator[Input]:
    """The inputs that the paths name; one that no layout fits may be another kind of dump."""
    for found in read_inputs(task.paths, stacks=task.stacks, options=options, known=known):
        skip = found.skip
        if skip is None or skip.reason == "unreadable" or not found.sources:
            yield found
        elif skip.path in task.paths or skip.path == "<stdin>":
            from pgcfglint.live.alone import told

            yield told(found, options, known)
        else:
            yield found


def judged(inputs: Iterable[Input], config: Config, rules: Sequence[Rule] | None = None) -> Report:
    """The report on inputs, by some rules (None: those that the configuration chooses)."""
    run = _Run(config, rules)
    for found in inputs:
        run.take(found)
    return run.report()


class _Run:
    def __init__(self, config: Config, rules: Sequence[Rule] | None) -> None:
        self._config = config
        self._rules = config.tuned(rulebook.load(config.profiles)) if rules is None else tuple(rules)
        self._only = None if rules is None else {rule.name for rule in rules}
        self._findings: list[Finding] = []
        self._skipped: list[Skip] = []
        self._targets: dict[str, tuple[Target, ...]] = {}
        self._sources: dict[str, Source] = {}
        self._bases: dict[tuple[str, ...], set[tuple[str, str, int]]] = {}
        self._files: set[str] = set()
        self._seen: set[tuple[object, ...]] = set()
        self._unlimited: list[str] = []
        self._taken = 0

    def take(self, found: Input) -> None:
        """Checks one input."""
        self._taken += 1
        if self._taken % _COLLECT == 0:
            # The program runs without the collector's own schedule; scopes know each other in circles.
            import gc

            gc.collect()
        if found.skip is not None:
            self._skipped.append(found.skip)
        self._sources.update(found.sources)
        if found.cluster is None:
            return
        self._files.update((found.path,))
        self._targets[found.path] = found.cluster.targets
        before = found.before
        findings = self._check(found.cluster, before.cluster if before else None)
        if found.base is not None:
            below = self._below(found.base, before.base if before else None)
            findings = [
                item for item in findings if item.location.path == found.path or _key(item) not in below
            ]
        for item in findings:
            # Several documents of one file may see the same place of it.
            key = (*_key(item), item.location.column, item.message, item.cluster and item.groups)
            if key not in self._seen and not self._config.is_ignored(item):
                self._seen.add(key)
                self._findings.append(item)
        names = {setting.name for group in found.cluster.groups for setting in group.settings}
        if names and "limits.memory" not in names:
            self._unlimited.append(found.path)

    def _below(self, base: Cluster, before: Cluster | None) -> set[tuple[str, str, int]]:
        """What the run of an overlay's base reports by itself."""
        if base.sources not in self._bases:
            self._bases[base.sources] = {_key(item) for item in self._check(base, before)}
        return self._bases[base.sources]

    def _check(self, cluster: Cluster, before: Cluster | None) -> list[Finding]:
        if any(group.states for group in cluster.groups):
            from pgcfglint.drift.observe import observed

            cluster = observed(cluster, catalog_of(cluster))
        return check(cluster, catalog_of(cluster), self._rules, self._config.severities, before)

    def report(self) -> Report:
        """Everything found, comments heard."""
        from pgcfglint.sources.text import STDIN

        findings = self._findings
        suppressed: tuple[tuple[Finding, str], ...] = ()
        comments = self._comments()
        if comments:
            from time import strftime

            from pgcfglint import suppress

            result = suppress.apply(findings, comments, strftime("%Y-%m-%d"), self._names())
            findings, suppressed = list(result.findings), result.suppressed
            if self._only is not None:  # a comment about a rule that was not asked is no useless one
                findings = [item for item in findings if item.rule in self._only]
        places = {(place.path, place.line) for item in findings for place in (item.location, *_places(item))}
        excerpts = {
            (path, line): self._sources[path].excerpt(line) for path, line in places if path in self._sources
        }
        notes = [f"{path}: no memory limit in sight, sizes were not judged against one (--memory 4Gi says it)"
                 for path in self._unlimited if path != STDIN or len(self._files) == 1]  # fmt: skip
        return Report(
            findings=tuple(findings),
            skipped=tuple(self._skipped),
            targets=self._targets,
            files=len(self._files),
            excerpts=excerpts,
            notes=tuple(notes),
            suppressed=suppressed,
        )

    def _comments(self) -> dict[str, list[Comment]]:
        found = {}
        for path, source in self._sources.items():
            if "pgcfglint:" in source.text:
                from pgcfglint.comments import comments

                found[path] = list(comments(source.text))
        return found

    def _names(self) -> tuple[str, ...]:
        return tuple(rule.name for rule in rulebook.load_all()) + tuple(rule.name for rule in self._rules)


def catalog_of(cluster: Cluster) -> Catalog:
    """The catalogue that applies to a cluster: its PostgreSQL major, its Citus or none."""
    citus = cluster.version("citus")
    return catalog.nearest(cluster.major, citus=int(citus.split(".")[0]) if citus else 14)


def _key(finding: Finding) -> tuple[str, str, int]:
    return (finding.rule, finding.location.path, finding.location.line)


def _places(finding: Finding) -> Iterable[Location]:
    return (related.location for related in finding.related)


def _joined(reports: Iterable[Report]) -> Report:
    parts = list(reports)
    return Report(
        findings=tuple(item for part in parts for item in part.findings),
        skipped=tuple(item for part in parts for item in part.skipped),
        targets={path: targets for part in parts for path, targets in part.targets.items()},
        files=sum(part.files for part in parts),
        excerpts={place: text for part in parts for place, text in part.excerpts.items()},
        notes=tuple(note for part in parts for note in part.notes),
        suppressed=tuple(item for part in parts for item in part.suppressed),
    )
