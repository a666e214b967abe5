"""Makes patroni-validators.yaml: where Patroni's checks of values differ from PostgreSQL's own rules.

`python -m pgcfglint.platform.generate` fetches the Patroni releases in VERSIONS with pip, asks each
one's own checks about every parameter of the catalogue (values far too low and too high, every
label, a word that is no value), and keeps only the answers that differ from the catalogue's row.
Nothing of Patroni is copied: the table holds observed answers. A test repeats the questions to the
Patroni that is installed.
"""

from __future__ import annotations

import os.path
import sys

from pgcfglint.catalog import load
from pgcfglint.platform.tables import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

VERSIONS = ("2.1.7", "3.0.4", "3.3.11", "4.0.7", "4.1.5")
"""The newest releases of the lines that differ; a version in between answers as the line before it."""

MAJORS = range(13, 19)

TARGET = os.path.join(os.path.dirname(os.path.abspath(__file__)), "patroni-validators.yaml")

HUGE = 10**30

UNDESCRIBED = frozenset(("NOT_IN_SAMPLE", "NO_SHOW_ALL"))
"""Flags of parameters that `postgres --describe-config` leaves out. Patroni asks it about names that it
has no check for, and takes the others for unknown. (The flags are the same in all majors; 13 and 14
do not show them.)"""

QUESTIONS = """
import inspect, json, logging, sys
logging.disable(logging.CRITICAL)
sys.path[:0] = sys.argv[1:]
from patroni.postgresql import validator

class Names(set):
    def __contains__(self, name):
        return set.__contains__(self, name.lower())

arity = len(inspect.signature(validator.transform_postgresql_parameter_value).parameters)
answers = {}
for major, rows in json.load(sys.stdin).items():
    known = Names(row["name"].lower() for row in rows if row["described"])
    def ask(name, value):
        rest = (known,) if arity == 4 else ()
        # The newest minor release that a check could speak of.
        return validator.transform_postgresql_parameter_value(int(major) * 10000 + 98, name, value, *rest)
    answers[major] = {
        row["name"]: {
            "low": ask(row["name"], -HUGE), "high": ask(row["name"], HUGE),
            "word": ask(row["name"], "no-value"), "on": ask(row["name"], "on"),
            "refused": [label for label in row["labels"] if ask(row["name"], label) is None],
        }
        for row in rows
    }
json.dump(answers, sys.stdout)
""".replace("HUGE", str(HUGE))


def questions() -> dict[int, list[dict[str, Any]]]:
    """What to ask about each major: the catalogue's names with their labels."""
    undescribed = {
        name
        for major in MAJORS
        for name, parameter in load(major, citus=None).items()
        if UNDESCRIBED.intersection(parameter.flags)
    }
    return {
        major: [
            {
                "name": name,
                "labels": [*(parameter.enumvals or ()), *parameter.hidden_enumvals],
                "described": name not in undescribed,
            }
            for name, parameter in sorted(load(major, citus=None).items())
            if not parameter.module and parameter.context != "internal" and parameter.name == name
        ]
        for major in MAJORS
    }


def answers(*paths: str) -> Any:
    """The answers of the Patroni found on `paths` (else of the installed one), by major and name."""
    import json
    import subprocess

    run = subprocess.run(
        [sys.executable, "-c", QUESTIONS, *paths],
        input=json.dumps(questions()), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(run.stdout)


def differences(major: int, replies: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(name, difference) where the replies differ from what the catalogue's row lets expect.

    A difference is written as the table has it: `removed`, `unchecked`, `bool`, `range LOW HIGH`
    or `refuses LABEL ...`.
    """
    never = frozenset(table("patroni")["never_written"]["names"])
    catalog = load(major, citus=None)
    for name, reply in replies.items():
        parameter = catalog[name]
        unasked = all(reply[key] is None for key in ("low", "high", "word", "on"))
        if name in never:
            continue
        if unasked and len(reply["refused"]) == len(
            [*(parameter.enumvals or ()), *parameter.hidden_enumvals]
        ):
            yield name, "removed"
        elif reply["word"] is not None:
            if parameter.vartype != "string":
                yield name, "unchecked"
        elif parameter.vartype == "string":
            yield name, "bool"
        elif parameter.vartype in ("integer", "real"):
            low, high = (float(reply[end]) for end in ("low", "high"))
            wide = float(parameter.max_val or 0) > HUGE
            if low != float(parameter.min_val or 0) or (high != float(parameter.max_val or 0) and not wide):
                yield name, f"range {reply['low']} {reply['high']}"
        elif parameter.vartype == "enum" and reply["refused"]:
            yield name, "refuses " + " ".join(reply["refused"])


def collect(replies: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Replies of one Patroni as the table has them: name → difference → majors."""
    found: dict[str, dict[str, list[int]]] = {}
    for major, rows in replies.items():
        for name, difference in differences(int(major), rows):
            found.setdefault(name, {}).setdefault(difference, []).append(int(major))
    return {
        name: {difference: _span(majors) for difference, majors in sorted(kinds.items())}
        for name, kinds in sorted(found.items())
    }


def _span(majors: list[int]) -> str:
    """`13-18` for consecutive majors, else a list."""
    whole = majors == list(range(majors[0], majors[-1] + 1)) and len(majors) > 1
    return f"{majors[0]}-{majors[-1]}" if whole else " ".join(map(str, majors))


def render(tables: dict[str, dict[str, dict[str, str]]]) -> str:
    """The file's text."""
    lines = [
        "# Where Patroni's checks of values differ from PostgreSQL's own rules, by Patroni release.",
        "# Generated by `python -m pgcfglint.platform.generate`; do not edit.",
        "# removed: Patroni takes the parameter out · unchecked: any value passes · bool: must be a boolean",
        "# range: its own bounds, in the parameter's unit · refuses: labels that PostgreSQL takes",
    ]
    for version, rows in tables.items():
        lines.append(f'"{version}":')
        for name, kinds in rows.items():
            cells = ", ".join(f'{difference}: "{majors}"' for difference, majors in kinds.items())
            lines.append(f"  {name}: {{{cells}}}")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the table."""
    import subprocess
    import tempfile

    tables = {}
    with tempfile.TemporaryDirectory() as folder:
        for version in VERSIONS:
            target = os.path.join(folder, version)
            # six: the oldest release imports it.
            wanted = [f"patroni=={version}", "six"]
            pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", target]
            subprocess.run([*pip, *wanted], check=True)
            tables[version] = collect(answers(target))
    with open(TARGET, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(render(tables))


if __name__ == "__main__":
    main()
