"""Writes rules/README.md: every rule in one line, and which advisors check the same.

    python -m pgcfglint.ruleindex          writes it (make rules)
    python -m pgcfglint.ruleindex --check  says whether it is up to date

`rules/coverage.csv` holds what each surveyed advisor does about a rule: checks it, only sets or recommends
a value, or nothing.
"""

from __future__ import annotations

import os
import sys

from pgcfglint import paths, rulebook

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pgcfglint.rulebook import Manual, Rule

NAME = "README.md"
COVERAGE = "coverage.csv"
_MARKS = {"checks": "✓", "sets": "~", "": ""}


def coverage(folder: str) -> tuple[tuple[str, ...], dict[str, Mapping[str, str]]]:
    """The surveyed advisors, and for each rule what they do about it: checks, sets or nothing."""
    import csv

    with open(os.path.join(folder, COVERAGE), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    advisors = tuple(name for name in rows[0] if name != "rule")
    return advisors, {row["rule"]: {name: row[name] for name in advisors} for row in rows}


def page(manuals: Mapping[str, tuple[Rule, Manual]], folder: str) -> str:
    """The text of rules/README.md."""
    return "\n".join(_lines(manuals, folder)) + "\n"


def _lines(manuals: Mapping[str, tuple[Rule, Manual]], folder: str) -> Iterator[str]:
    rules = [rule for rule, _ in manuals.values()]
    advisors, known = coverage(folder)
    counts = {name: sum(1 for rule in rules if rule.profile == name) for name in rulebook.PROFILES}
    profiles = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    yield "# Rules"
    yield ""
    yield "<!-- Written by `make rules` from the rule files and coverage.csv. -->"
    yield ""
    yield f"{len(rules)} rules, by profile: {profiles}."
    yield "`pgcfglint explain RULE` shows a rule's page: why, right and wrong, how to cure it, what that"
    yield "costs, how to silence it, when it is wrong, sources."
    for topic in dict.fromkeys(rule.topic for rule in rules):
        yield ""
        yield f"## {topic}"
        yield ""
        yield "| rule | severity | profile | what is wrong |"
        yield "|---|---|---|---|"
        for rule in rules:
            if rule.topic == topic:
                link = f"[{rule.name}]({topic}/{rule.name}.yaml)"
                yield f"| {link} | {_severity(rule)} | {rule.profile} | {_cell(rule.title)} |"
    yield ""
    yield "## Who else checks this"
    yield ""
    yield "✓ checks and reports it; ~ only sets or recommends a value. From sources and documentation; a rule"
    yield "that is not listed was not part of the survey."
    yield ""
    alone = [rule.name for rule in rules if rule.name in known and not any(known[rule.name].values())]
    yield f"Of the {len(known)} surveyed rules no other advisor knows these {len(alone)}:"
    yield f"{', '.join(sorted(alone))}."
    yield ""
    yield f"| rule | {' | '.join(advisors)} |"
    yield f"|---|{'---|' * len(advisors)}"
    yield from (_row(rule.name, advisors, known[rule.name]) for rule in rules if rule.name in known)


def _row(name: str, advisors: Sequence[str], does: Mapping[str, str]) -> str:
    return f"| {name} | {' | '.join(_MARKS[does[advisor]] for advisor in advisors)} |"


def _severity(rule: Rule) -> str:
    severities = (f"{word}" if on == "default" else f"{word} on {on}" for on, word in rule.severity.items())
    return ", ".join((*severities, *dict.fromkeys(f"{word} in some cases" for _, word in rule.escalate)))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(words: Sequence[str]) -> int:
    """Write the page, or with --check say whether it is up to date."""
    folder = paths.rules_folder()
    path = os.path.join(folder, NAME)
    text = page(rulebook.manuals(), folder)
    if "--check" in words:
        with open(path, encoding="utf-8") as file:
            is_same = file.read() == text
        if not is_same:
            print(f"{path} is stale: make rules", file=sys.stderr)
        return 0 if is_same else 1
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
