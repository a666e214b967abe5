"""`pgcfglint budget [PATH...]`: what the pods of each group take, against their memory limit."""

from __future__ import annotations

import os
import sys

from pgcfglint import budget, catalog, memory
from pgcfglint.cli import OK, UNREADABLE, UsageError
from pgcfglint.commands import common
from pgcfglint.engine import scopes_of
from pgcfglint.expression import UNKNOWN
from pgcfglint.run import catalog_of
from pgcfglint.sources.inputs import UnknownGroup, read_inputs
from pgcfglint.vocabulary import NAMES

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from pgcfglint.budget import Budget
    from pgcfglint.model import Target
    from pgcfglint.scope import Scope
    from pgcfglint.sources.given import Input

_DERIVABLE = tuple(name for name in memory.PARAMETERS if getattr(memory.Sizes(), name) is None)
"""Parameters that the formula derives from others where they are not set."""

FORMATS = ("text", "json", "svg", "html")


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `budget`."""
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="values files, charts, dumps, - for stdin (default: .)"
    )
    parser.add_argument(
        "-f", "--values", action="append", default=[], metavar="FILE",
        help="values files of one stack, layered in this order as by helm",
    )  # fmt: skip
    parser.add_argument("--format", choices=FORMATS, default="text", help="a table, data, a picture, a page")
    parser.add_argument("-o", "--output", metavar="FILE", help="write to a file instead of standard output")
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    common.add_target_options(parser)
    group = parser.add_argument_group("configuration")
    group.add_argument(
        "--config", metavar="FILE", help="configuration instead of the nearest .pgcfglint.yaml"
    )
    group.add_argument("--no-config", action="store_true", help="take no configuration file")
    parser.set_defaults(profile=[], rules=[])


def run(options: argparse.Namespace) -> int:
    """Compute, draw, and say by the exit code whether every input could be read."""
    paths = options.paths or ([] if options.values else ["."])
    config = common.configuration(options, common.folder_of((paths or options.values)[0]))
    asked = common.target_options(options).replace(config=dict(config.targets))
    stacks = (tuple(options.values),) if options.values else ()
    found: list[tuple[Input, Budget]] = []
    targets: dict[str, tuple[Target, ...]] = {}
    notes: list[str] = []
    code = OK
    known = catalog.load(catalog.MAJORS[-1])
    try:
        for item in read_inputs(paths, stacks=stacks, options=asked, known=known):
            if item.skip is not None:
                notes.append(f"{item.skip.place}: {item.skip.message}")
                if item.skip.reason in ("unreadable", "unparsable"):
                    code = UNREADABLE
            if item.cluster is not None:
                targets[item.path] = item.cluster.targets
                found += ((item, one) for one in _budgets(item, notes))
    except UnknownGroup as error:
        raise UsageError(str(error)) from None
    common.say(*common.target_notes(targets), *notes)
    if found or options.format == "json":
        _write("".join(_page(found, options)), options.output)
    return code


def _budgets(item: Input, notes: list[str]) -> Iterator[Budget]:
    assert item.cluster is not None
    for scope in scopes_of(item.cluster, catalog_of(item.cluster)):
        limit = scope.amount("limits.memory")
        sizes, guessed = sizes_of(scope)
        place = f"{item.path}: {scope.group.name}"
        notes += (f"{place}: {name} is not known, counted with its default" for name in guessed)
        if limit is UNKNOWN:
            notes.append(f"{place}: no memory limit in sight (--memory 4Gi says it)")
        yield budget.budget(scope.group.name, sizes, None if limit is UNKNOWN else limit)


def sizes_of(scope: Scope) -> tuple[memory.Sizes, tuple[str, ...]]:
    """What decides the memory of a group, and the parameters whose value cannot be seen.

    Prepared transactions that Citus or Patroni derive from max_connections stay derived, so that the
    price of a connection has them.
    """
    free = {name: None for name in _DERIVABLE if scope.effective(name).origin in ("citus", "patroni")}
    found = scope.sizes()
    if found is not UNKNOWN:
        return found.replace(**free), ()
    names = [name for name in memory.PARAMETERS if name in scope.catalog]
    amounts = {name: scope.assumed(name) for name in (*names, *memory.NAMES.values())}
    known = {name: amount for name, amount in amounts.items() if amount is not UNKNOWN}
    libraries = scope.members_of("shared_preload_libraries")
    sizes = memory.Sizes.of(
        known,
        major=scope.cluster.major,
        citus="citus" in scope.cluster.platform,
        patroni="patroni" in scope.cluster.platform,
        libraries=() if libraries is UNKNOWN else tuple(libraries),
    )
    return sizes.replace(**free), tuple(name for name in names if name not in known and name not in NAMES)


def _page(found: Sequence[tuple[Input, Budget]], options: argparse.Namespace) -> Iterator[str]:
    inputs = list(dict.fromkeys(item.path for item, _ in found))
    several = len(inputs) > 1
    if options.format == "json":
        import json

        document = budget.contract(one for _, one in found)
        for entry, (item, _) in zip(document["groups"], found):
            entry["path"] = item.path.replace(os.sep, "/")
        yield json.dumps(document, indent=2) + "\n"
        return
    if options.format == "text":
        from pgcfglint.report import budget_text

        color = options.output is None and common.is_coloured(options.color)
        places = [item.path for item, _ in found] if several else []
        yield from budget_text.render([one for _, one in found], color=color, places=places)
        return
    budgets = [
        one.replace(group=f"{_short(item.path, inputs)}: {one.group}" if several else one.group)
        for item, one in found
    ]
    title = f"Memory of the pods: {_name(found[0][0])}" if len(inputs) == 1 else "Memory of the pods"
    if options.format == "svg":
        from pgcfglint.report import budget_svg

        yield from budget_svg.render(budgets, title=title)
        return
    from pgcfglint.report import budget_page

    yield from budget_page.render(budgets, title=title)


def _short(path: str, paths: Sequence[str]) -> str:
    """A path without the folder that all paths are in."""
    folders = [os.path.dirname(each) for each in paths]
    if all(map(os.path.isabs, paths)) or not any(map(os.path.isabs, paths)):
        folder = os.path.commonpath(folders)
        return path[len(folder) :].lstrip(os.sep)
    return path


def _name(item: Input) -> str:
    assert item.cluster is not None
    return item.cluster.name or os.path.basename(item.path)


def _write(text: str, path: str | None) -> None:
    if path is None:
        sys.stdout.write(text)
        return
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"-o {path}: {error.strerror}") from None
