"""`pgcfglint migrate DOCKERFILE...`: the values that carry what an image writes into its configuration."""

from __future__ import annotations

import sys

from pgcfglint import catalog, rulebook
from pgcfglint.cli import OK, UNREADABLE, UsageError
from pgcfglint.commands import common
from pgcfglint.engine import check
from pgcfglint.migrate import patch, values
from pgcfglint.migrate.dockerfile import read_image
from pgcfglint.migrate.found import CONF, VALUES, Found, Migration, Puzzle, Written
from pgcfglint.model import BOOTSTRAP, Report, Skip
from pgcfglint.run import catalog_of
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.inputs import read_inputs
from pgcfglint.sources.text import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection, Sequence

    from pgcfglint.config import Config
    from pgcfglint.migrate.found import Place
    from pgcfglint.model import Cluster
    from pgcfglint.sources.inputs import Input, Options

FORMATS = ("text", "json")
DEFAULT = "citus-on-k8s"
"""The layout of the values where none is named."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `migrate`."""
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="Dockerfiles, scripts, SQL, postgresql.conf; nothing is run"
    )
    parser.add_argument(
        "--into", metavar="VALUES", help="print a patch for this values file (it is not written)"
    )
    parser.add_argument(
        "--layout", metavar="NAME", help=f"whose values to print where --into names none (default: {DEFAULT})"
    )
    common.add_fail_options(parser)
    common.add_output_options(parser, FORMATS)
    common.add_target_options(parser)
    common.add_config_options(parser)


def run(options: argparse.Namespace) -> int:
    """Read, sort, check, print."""
    config = common.configuration(options, common.folder_of(options.into or options.paths[0]))
    asked = common.target_options(options).replace(config=dict(config.targets))
    known = catalog.load(catalog.MAJORS[-1])
    base = _base(options.into, asked, known) if options.into else None
    name = _layout(options.layout, base)
    found, skipped = _read(options.paths, asked, known)
    if not found.texts:
        common.say(*(f"{skip.path}: {skip.message}" for skip in skipped))
        return UNREADABLE
    cluster = values.cluster_with(found, name, base.cluster if base else None, asked.wanted)
    cluster = _limited(cluster, options.memory)
    made = _migration(found, cluster, name, config, base, skipped)
    common.say(*common.target_notes({"": cluster.targets}), *found.notes)
    common.say(*(f"{skip.path}: {skip.message}" for skip in skipped))
    from pgcfglint.report import migrate_json, migrate_text

    render = migrate_json.render if options.format == "json" else migrate_text.render
    sys.stdout.writelines(render(made))
    code = common.exit_code(made.report, options, config)
    return code if found.texts or code else OK


def _layout(asked: str | None, base: Input | None) -> str:
    homes = values.homes()
    name = base.cluster.layout if base is not None and base.cluster is not None else asked or DEFAULT
    if name not in homes:
        from pgcfglint.catalog import suggest

        near = suggest(name, homes)
        meant = f"; did you mean {near}?" if near else f"; there are {', '.join(sorted(homes))}"
        raise UsageError(f"{name} keeps its parameters in no map that values could be printed for{meant}")
    return name


def _base(path: str, asked: Options, known: Collection[str]) -> Input:
    """The values file that --into names. Raises UsageError."""
    for item in read_inputs((path,), options=asked, known=known):
        if item.skip is not None:
            raise UsageError(f"--into {path}: {item.skip.message}")
        if item.cluster is not None:
            return item
    raise UsageError(f"--into {path}: no PostgreSQL settings recognised")


def _read(paths: Sequence[str], asked: Options, known: Collection[str]) -> tuple[Found, list[Skip]]:
    """Everything that the paths write, the first path's major before the others'."""
    whole = Found()
    skipped: list[Skip] = []
    for path in paths:
        try:
            found = _conf(path, asked, known) or read_image(path, known)
        except Unreadable as problem:
            where = f"line {problem.line}, column {problem.column}: " if problem.line else ""
            skipped.append(Skip(problem.path, problem.reason, where + problem.message))
            continue
        whole = Found(
            (*whole.written, *found.written),
            (*whole.puzzles, *found.puzzles),
            (*whole.notes, *found.notes),
            whole.major or found.major,
            whole.citus or found.citus,
            (*whole.texts, *found.texts),
        )
    return whole, skipped


def _conf(path: str, asked: Options, known: Collection[str]) -> Found | None:
    """A postgresql.conf by itself; None where the file is something else."""
    if not path.lower().endswith((".conf", ".sample")):
        return None
    written: list[Written] = []
    puzzles: list[Puzzle] = []
    texts: dict[str, str] = {}
    for item in read_inputs((path,), options=asked, known=known):
        if item.skip is not None and item.skip.reason != "unrecognised":
            raise Unreadable(item.skip.path, item.skip.message, item.skip.reason)
        texts.update((name, source.text) for name, source in item.sources.items())
        if item.cluster is None:
            continue
        settings = (setting.replace(layer=BOOTSTRAP) for setting in item.cluster.groups[0].settings)
        written += (Written(setting, CONF, "postgresql.conf") for setting in settings)
        for seen in item.cluster.observations:
            fields = seen.fields
            text = f"{fields.get('name', '')} {fields.get('written', '')}".strip()
            puzzles.append(
                Puzzle(seen.location, text, fields.get("problem", seen.kind), fields.get("name", ""))
            )
    return Found(tuple(written), tuple(puzzles), texts=tuple(texts.items()))


def _limited(cluster: Cluster, words: Sequence[str]) -> Cluster:
    """`--memory` for a cluster that no file describes."""
    from pgcfglint.model import OPTION, POD, Setting

    for word in words:
        amount = word.rpartition("=")[2]
        cluster = cluster.replace(
            groups=tuple(
                group
                if any(item.name == "limits.memory" for item in group.settings)
                else group.replace(
                    settings=(
                        *group.settings,
                        Setting("limits.memory", amount, group.location, POD, False, amount, OPTION),
                    )
                )
                for group in cluster.groups
            )
        )
    return cluster


def _migration(
    found: Found, cluster: Cluster, name: str, config: Config, base: Input | None, skipped: list[Skip]
) -> Migration:
    table = catalog_of(cluster)
    rules = config.tuned(rulebook.load(config.profiles))
    paths = {path for path, _ in found.texts}
    findings = [
        each
        for each in check(cluster, table, rules, config.severities)
        if each.location.path in paths and each.parameter is not None and not config.is_ignored(each)
    ]
    report = Report(tuple(findings), tuple(skipped), {"": cluster.targets}, len(found.texts))
    places = values.places(found, cluster, table)
    keys = values.homes()[name][0]
    carried = [_value(place, keys, name) for place in places if place.goes == VALUES]
    section = tuple(patch.section(carried, quote=values.takes_texts_only(name)))
    quote = values.takes_texts_only(name)
    difference = _difference(base, keys, carried, quote) if base is not None else ""
    return Migration(
        found.replace(puzzles=tuple(map(values.shown, found.puzzles))),
        tuple(places),
        report,
        cluster,
        section,
        difference,
        values.commands(places, cluster),
        values.left_to_initdb(cluster, table),
    )


def _value(place: Place, keys: tuple[str, ...], layout: str) -> patch.Value:
    where = place.written.setting.location
    note = "; ".join((f"{where.path}:{where.line}", *place.written.notes))
    own = values.own_home(layout, place.name)
    text = place.written.setting.text
    if own is not None:
        return patch.Value(own[:-1], own[-1], text, True, note)
    return patch.Value(keys, place.name, text, False, note)


def _difference(base: Input, keys: tuple[str, ...], carried: Sequence[patch.Value], quote: bool) -> str:
    """The patch for a values file, secrets around it masked. Raises UsageError."""
    from difflib import unified_diff

    source = base.sources[base.path]
    try:
        new = patch.patched(source.text, base.path, keys, carried, quote=quote)
    except patch.Unpatchable as problem:
        raise UsageError(f"--into {base.path}: {problem}; without --into the section is printed") from None
    before, after = (
        [each.excerpt(number) for number in range(1, len(each.lines) + 1)]
        for each in (source, Source(base.path, new))
    )
    return "".join(line + "\n" for line in unified_diff(before, after, base.path, base.path, lineterm=""))
