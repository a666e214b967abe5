"""`pgcfglint recommend [VALUES]`: a consistent set of parameters for so much memory, so many sessions."""

from __future__ import annotations

import os
import sys

from pgcfglint import catalog, rulebook
from pgcfglint.cli import FINDINGS, OK, UNREADABLE, UsageError
from pgcfglint.commands import common
from pgcfglint.engine import scopes_of
from pgcfglint.model import Target
from pgcfglint.recommend import WORKLOADS, Question, Solver, Wish, cluster_of, pages
from pgcfglint.recommend.change import patch
from pgcfglint.recommend.fitting import advice
from pgcfglint.recommend.wish import with_wish
from pgcfglint.run import catalog_of
from pgcfglint.sources.inputs import UnknownGroup, read_inputs
from pgcfglint.sources.reading import DEFAULTS
from pgcfglint.units import parse_quantity

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from pgcfglint.config import Config
    from pgcfglint.model import Cluster
    from pgcfglint.sources.given import Input


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `recommend`."""
    parser.add_argument(
        "path", nargs="?", metavar="VALUES", help="a values file: the set as a patch for its groups"
    )
    parser.add_argument("--connections", metavar="N", help="max_connections (default: 100, or the file's)")
    parser.add_argument("--cpu", metavar="CORES", help="CPU limit of the pod, as 4 or 500m")
    parser.add_argument("--storage", metavar="100Gi", help="size of the volume with PGDATA")
    parser.add_argument("--workload", choices=WORKLOADS, default="oltp",
                        help="oltp: short transactions, web: simple reads, dw: warehouse, mixed")  # fmt: skip
    parser.add_argument("--format", choices=("text", "json"), default="text")
    common.add_target_options(parser)
    common.add_config_options(parser)


def run(options: argparse.Namespace) -> int:
    """Solve, print, and say by the exit code whether the wish can be met."""
    wish = _wish(options)
    start = common.folder_of(options.path) if options.path else "."
    config = common.configuration(options, start)
    try:
        rules = config.tuned(rulebook.load(config.profiles))
        return (_for_file if options.path else _for_wish)(options, config, wish, rules)
    except UnknownGroup as error:
        raise UsageError(str(error)) from None
    except ValueError as error:
        if type(error).__name__ != "RuleError":
            raise
        raise UsageError(str(error)) from None


def _for_wish(
    options: argparse.Namespace, config: Config, wish: Wish, rules: tuple[rulebook.Rule, ...]
) -> int:
    if wish.memory is None:
        raise UsageError("recommend needs --memory 8Gi, or a values file whose pods have a limit")
    targets = _targets(common.target_options(options).option, config)
    cluster = cluster_of(wish, targets)
    solver = Solver(catalog_of(cluster), rules, config.severities)
    answer = solver.answer(Question(cluster, wish.connections, wish.workload))
    common.say(*common.target_notes({"": targets}), *(item.message for item in answer.remarks))
    if answer.findings:
        problems = list(solver.problems(answer))
        if options.format == "json":
            sys.stdout.write(pages.as_json(answer, problems))
        instead = list(advice(solver, wish, targets, answer.findings))
        print("\n".join(pages.refusal(wish, problems, instead)), file=sys.stderr)
        return FINDINGS
    sys.stdout.write(
        pages.as_json(answer) if options.format == "json" else pages.section(wish, answer, config.profiles)
    )
    return OK


def _for_file(
    options: argparse.Namespace, config: Config, wish: Wish, rules: tuple[rulebook.Rule, ...]
) -> int:
    asked = common.target_options(options).replace(config=dict(config.targets))
    grouped = tuple(word for word in asked.memory if "=" in word)
    known = catalog.load(catalog.MAJORS[-1])
    found = list(read_inputs([options.path], options=asked.replace(memory=grouped), known=known))
    code = OK
    for item in found:
        if item.cluster is None:
            assert item.skip is not None
            print(f"error: {item.skip.place}: {item.skip.message}", file=sys.stderr)
            code = UNREADABLE
            continue
        common.say(*common.target_notes({item.path: item.cluster.targets}))
        code = max(code, _patch(options, config, item, item.cluster, wish, rules))
    return code


def _patch(
    options: argparse.Namespace, config: Config, item: Input, cluster: Cluster, wish: Wish,
    rules: tuple[rulebook.Rule, ...],
) -> int:  # fmt: skip
    groups = tuple(group.replace(settings=with_wish(group.settings, wish)) for group in cluster.groups)
    loaded = catalog_of(cluster)
    solver = Solver(loaded, rules, config.severities)
    connections = wish.connections if options.connections else None
    answer = solver.answer(Question(cluster.replace(groups=groups), connections, wish.workload, False))
    unlimited = [
        group.name
        for group in groups
        if not any(setting.name == "limits.memory" for setting in group.settings)
    ]
    if unlimited:
        names = ", ".join(unlimited)
        raise UsageError(f"{item.path}: no memory limit in sight for {names} (--memory 8Gi says it)")
    scopes = scopes_of(cluster, loaded)
    made = patch(item.path, item.sources[item.path].text, scopes, (*_asked(wish, cluster), *answer.choices))
    problems = list(solver.problems(answer))
    if options.format == "json":
        sys.stdout.write(pages.as_json(answer, problems, made))
    else:
        sys.stdout.write(pages.diff(item.path.replace(os.sep, "/"), item.sources[item.path].text, made))
    for line in pages.unmet(problems):
        print(line, file=sys.stderr)
    return FINDINGS if answer.findings else OK


def _asked(wish: Wish, cluster: Cluster) -> list[pages.Choice]:
    """What the wish says about the pods of a file is a change too."""
    groups = tuple(group.name for group in cluster.groups)
    return [pages.Choice(name, text, groups, "as asked") for name, text in wish.pods.items()]


def _wish(options: argparse.Namespace) -> Wish:
    plain = [word for word in options.memory if "=" not in word]
    if len(plain) > 1 or (options.memory and not options.path and not plain):
        raise UsageError("--memory: one amount for the pod")
    for word in plain:
        if not _number("--memory", word):
            raise UsageError(f"--memory {word}: not a Kubernetes quantity such as 2Gi or 512Mi")
    connections = options.connections or "100"
    if not connections.isdecimal() or not 0 < int(connections[:9]) <= _MOST:
        raise UsageError(f"--connections {connections}: a whole number from 1 to {_MOST}")
    return Wish(
        memory=_number("--memory", plain[0]) if plain else None,
        cpu=_number("--cpu", options.cpu),
        connections=int(connections),
        storage=_number("--storage", options.storage),
        workload=options.workload,
    )


_MOST = 262143
"""The largest max_connections."""


def _number(option: str, text: str | None) -> float | None:
    if text is None:
        return None
    number = parse_quantity(text)
    if number is None or number <= 0:
        example = "4 or 500m" if option == "--cpu" else "2Gi or 512Mi"
        raise UsageError(f"{option} {text}: not a Kubernetes quantity such as {example}")
    return number


def _targets(option: Mapping[str, str], config: Config) -> tuple[Target, ...]:
    """The versions of a wish: as asked, as configured, else the usual ones."""
    found = []
    for name in ("postgresql", "patroni", "citus"):
        for origin, versions in (("option", option), ("config", config.targets), ("default", DEFAULTS)):
            if name in versions:
                found += [Target(name, versions[name], origin)] if versions[name] else []
                break
    return tuple(found)
