"""What several commands share: options about targets and inputs, the configuration, the output."""

from __future__ import annotations

import os
import sys

from pgcfglint import __version__, config
from pgcfglint.cli import FINDINGS, OK, UNREADABLE, UsageError, hush
from pgcfglint.model import SEVERITIES
from pgcfglint.report.plain import clean
from pgcfglint.sources.inputs import Options

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping

    from pgcfglint.model import Report, Target


def add_over_option(parser: argparse.ArgumentParser) -> None:
    """`--over`."""
    parser.add_argument(
        "--over", metavar="FILE",
        help="output of `helm get values` below the values, as helm upgrade --reuse-values takes it",
    )  # fmt: skip


def paths_and_stacks(options: argparse.Namespace) -> tuple[list[str], tuple[tuple[str, ...], ...]]:
    """The inputs that PATH, -f and --over name: single ones, and stacks. Raises UsageError."""
    paths: list[str] = options.paths or ([] if options.values else ["."])
    values = tuple(options.values)
    if options.over is None:
        return paths, (values,) if values else ()
    folders = [path for path in paths if path != "-" and os.path.isdir(path)]
    files = tuple(path for path in paths if path not in folders)
    if len(folders) > 1 or (files and values) or len(files) > 1:
        raise UsageError("--over takes one input: a values file, a chart, or values files with -f")
    return folders, ((options.over, *files, *values),)


def add_fail_options(parser: argparse.ArgumentParser) -> None:
    """`--fail-on`, `--exit-zero`."""
    parser.add_argument(
        "--fail-on", choices=(*SEVERITIES, "never"), help="exit with 1 from this severity on (default: error)"
    )
    parser.add_argument("--exit-zero", action="store_true", help="findings do not change the exit code")


def exit_code(report: Report, options: argparse.Namespace, config: config.Config) -> int:
    """3 for an input that could not be read, 1 for findings at or above --fail-on, else 0."""
    if any(skip.reason in ("unreadable", "unparsable") for skip in report.skipped):
        return UNREADABLE
    fail_on = "never" if options.exit_zero else options.fail_on or config.fail_on
    if fail_on == "never":
        return OK
    counted = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return FINDINGS if any(report.count(severity) for severity in counted) else OK


def add_target_options(parser: argparse.ArgumentParser) -> None:
    """`--pg`, `--patroni`, `--citus`, `--memory`: what no input says."""
    group = parser.add_argument_group("target")
    group.add_argument("--pg", metavar="MAJOR", help="PostgreSQL's major version, 13 to 18")
    group.add_argument("--patroni", metavar="VERSION", help="Patroni's version, as 4.1")
    group.add_argument("--citus", nargs="?", const="14", metavar="VERSION", help="Citus is on")
    group.add_argument("--no-citus", action="store_true", help="Citus is off")
    group.add_argument(
        "--memory",
        action="append",
        default=[],
        metavar="[GROUP=]2Gi",
        help="memory limit where no input has one",
    )


def add_config_options(parser: argparse.ArgumentParser) -> None:
    """`--config`, `--no-config`, `--profile`, `--rules`."""
    group = parser.add_argument_group("rules")
    group.add_argument("--config", metavar="FILE", help=f"configuration instead of the nearest {config.NAME}")
    group.add_argument("--no-config", action="store_true", help="take no configuration file")
    group.add_argument(
        "--profile",
        action="append",
        default=[],
        metavar="NAME",
        help="also check strict or cis; demo: a cluster that may be lost",
    )
    group.add_argument(
        "--rules", action="append", default=[], metavar="FOLDER", help="also check a team's own rules"
    )


def add_output_options(parser: argparse.ArgumentParser, formats: Iterable[str]) -> None:
    """`--format`, `--color`, `-v`."""
    parser.add_argument("--format", choices=sorted(formats), default="text", help="how to write the report")
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    parser.add_argument("-v", "--verbose", action="store_true", help="say more")


def target_options(options: argparse.Namespace) -> Options:
    """The versions and limits that the command line gives. Raises UsageError."""
    given: dict[str, str] = {}
    if options.pg is not None:
        given["postgresql"] = str(major(options.pg))
    if options.patroni is not None:
        given["patroni"] = options.patroni.lstrip("v")
    if options.citus is not None or options.no_citus:
        given["citus"] = "" if options.no_citus else options.citus
    from pgcfglint.units import parse_quantity

    for word in options.memory:
        if parse_quantity(word.rpartition("=")[2]) is None:
            raise UsageError(f"--memory {word}: not a Kubernetes quantity such as 2Gi or 512Mi")
    return Options(option=given, memory=tuple(options.memory))


def major(text: str) -> int:
    """A known major of PostgreSQL from what --pg says. Raises UsageError."""
    from pgcfglint.catalog import MAJORS

    first = text.split(".")[0]
    if not first.isdigit() or int(first) not in MAJORS:
        raise UsageError(f"--pg {text}: known majors are {MAJORS[0]} to {MAJORS[-1]}")
    return int(first)


def configuration(options: argparse.Namespace, start: str = ".") -> config.Config:
    """The configuration in force, with what the command line adds. Raises UsageError."""
    path = None if options.no_config else options.config or config.find(start)
    try:
        found = config.load(path) if path else config.Config()
    except config.ConfigError as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    from pgcfglint.rulebook import PROFILES

    for name in options.profile:
        if name not in PROFILES:
            raise UsageError(f"--profile {name}: the profiles are {', '.join(PROFILES)}")
    return found.replace(
        profiles=tuple(dict.fromkeys((*found.profiles, *options.profile))),
        policies=(*found.policies, *options.rules),
    )


def folder_of(path: str) -> str:
    """The folder from which the configuration is looked for: that of the first input."""
    if path == "-":
        return "."
    return path if os.path.isdir(path) else os.path.dirname(path) or "."


def is_coloured(choice: str) -> bool:
    """Whether to colour standard output: --color, NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE, the terminal."""
    if choice != "auto":
        return choice == "always"
    environment = os.environ
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR") or environment.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return sys.stdout.isatty() and environment.get("TERM") != "dumb" and environment.get("CLICOLOR") != "0"


def write_report(report: Report, format_name: str, color: bool, verbose: bool) -> None:
    """Writes a report to standard output in pieces, as long as somebody reads it."""
    from pgcfglint.report import Options as ReportOptions
    from pgcfglint.report import reporter

    rules: Mapping[str, object] = {}
    if format_name == "sarif" or (verbose and format_name == "text"):
        from pgcfglint.explain import texts

        rules = texts()
    asked = ReportOptions(
        color=color,
        verbose=verbose,
        version=__version__,
        links=color and sys.stdout.isatty(),
        root=os.getcwd(),
        rules=rules,  # type: ignore[arg-type]  # explain.texts fits the protocol
    )
    try:
        for piece in reporter(format_name)(report, asked):
            sys.stdout.write(piece)
        sys.stdout.flush()
    except BrokenPipeError:
        hush()


def say(*notes: str) -> None:
    """Notes go to standard error; standard output holds only the report."""
    for note in notes:
        print(f"note: {clean(note)}", file=sys.stderr)


def target_notes(targets: Mapping[str, tuple[Target, ...]]) -> list[str]:
    """One line for each set of versions that was assumed rather than read."""
    lines: dict[str, int] = {}
    for found in targets.values():
        if any(target.origin not in ("option", "config", "input") for target in found):
            words = (
                f"{_LABEL.get(item.name, item.name)} {item.version or 'off'}{_why(item)}" for item in found
            )
            line = ", ".join(words)
            lines[line] = lines.get(line, 0) + 1
    return [
        f"checked for {line}" + (f" ({count} inputs)" if count > 1 else "") for line, count in lines.items()
    ]


_LABEL = {"postgresql": "PostgreSQL", "patroni": "Patroni", "citus": "Citus"}


def _why(target: Target) -> str:
    return {"layout": " (assumed for this layout)", "default": " (assumed)"}.get(target.origin, "")
