"""`pgcfglint rules`: the list of rules."""

from __future__ import annotations

from pgcfglint import rulebook
from pgcfglint.cli import OK
from pgcfglint.commands import common

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    import argparse


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `rules`."""
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--all", action="store_true", help="the rules of every profile")
    common.add_config_options(parser)


def run(options: argparse.Namespace) -> int:
    """List the rules that would be checked."""
    config = common.configuration(options)
    rules = config.tuned(rulebook.load_all() if options.all else rulebook.load(config.profiles))
    if options.format == "json":
        import json

        rows = [
            {
                "rule": rule.name,
                "topic": rule.topic,
                "severity": dict(rule.severity),
                "profile": rule.profile,
                "title": rule.title,
            }
            for rule in rules
        ]
        print(json.dumps(rows, indent=2))
        return OK
    width = max((len(rule.name) for rule in rules), default=0)
    topic = ""
    for rule in rules:
        if rule.topic != topic:
            print(f"{'' if not topic else chr(10)}{rule.topic}")
            topic = rule.topic
        severity = config.severities.get(rule.name) or rule.severity["default"]
        print(f"  {rule.name:{width}}  {severity:7}  {rule.title}")
    return OK
