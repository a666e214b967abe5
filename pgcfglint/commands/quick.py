"""Reads the usual command lines; argparse, 8 ms of a start of 50, is for the others.

It answers only where nothing is wrong and nothing unusual is asked for. Mistakes, help, abbreviations and
rare kinds of options are argparse's business, so that there is one who speaks of them.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_ACTIONS = ("store", "append", "store_true")


class Unusual(Exception):  # noqa: N818
    """A command line, or an option's kind, that argparse has to read."""


class Options:
    """The options' values as attributes."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__ = values


class Quick:
    """Takes an `add_options` as an ArgumentParser does, and reads words by it."""

    epilog = ""

    def __init__(self) -> None:
        self._options: dict[str, dict[str, Any]] = {}
        self._values: dict[str, Any] = {}
        self._positional: dict[str, Any] = {}

    def add_argument(self, *names: str, **how: Any) -> None:
        """Declares an option, or the words that are none."""
        action = how.get("action", "store")
        if action not in _ACTIONS or "type" in how or "dest" in how:
            raise Unusual
        if not names[0].startswith("-"):
            if how.get("nargs") != "*" or self._positional:
                raise Unusual
            self._positional = {"name": names[0], **how}
            return
        name = next(each for each in names if each.startswith("--") or each == names[-1])
        how["name"] = name.lstrip("-").replace("-", "_")
        how["action"] = action
        self._values[how["name"]] = False if action == "store_true" else how.get("default")
        for each in names:
            self._options[each] = how

    def add_argument_group(self, *_: str) -> Quick:
        """Groups matter to --help only."""
        return self

    def set_defaults(self, **values: Any) -> None:
        """Values of options that a command does not have."""
        self._values.update(values)

    def read(self, words: Sequence[str]) -> Options:
        """The options' values. Raises Unusual."""
        values = dict(self._values)
        plain = []
        waiting = list(reversed(words))
        while waiting:
            word = waiting.pop()
            if not word.startswith("-") or word == "-":
                plain.append(word)
                continue
            name, equals, value = word.partition("=")
            how = self._options.get(name)
            if how is None or (equals and not name.startswith("--")):
                raise Unusual
            if how["action"] == "store_true":
                if equals:
                    raise Unusual
                values[how["name"]] = True
                continue
            if not equals:
                if "nargs" in how or not waiting or waiting[-1].startswith("-"):
                    raise Unusual
                value = waiting.pop()
            elif "nargs" in how and how["nargs"] != "?":
                raise Unusual
            if "choices" in how and value not in how["choices"]:
                raise Unusual
            many = how["action"] == "append"
            values[how["name"]] = [*values[how["name"]], value] if many else value
        if plain and not self._positional:
            raise Unusual
        if self._positional:
            values[self._positional["name"]] = plain
        return Options(values)
