"""A broken YAML text explained: what stands there, where, and what to do about it."""

from __future__ import annotations

import re

from pgcfglint.sources.errors import Unreadable

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from yaml import YAMLError

MAX_DEPTH = 1_000
"""How deep maps and lists may nest; libyaml itself stops there, and so does the builder of nodes."""
TOO_DEEP = f"nested deeper than {MAX_DEPTH:,} levels"
_LIBYAML_TOO_DEEP = "exceeded maximum nesting depth"  # since libyaml 0.2.6


def explain(error: YAMLError, text: str, path: str, shift: tuple[int, int] = (0, 0)) -> Unreadable:
    """A YAML error in words that say what to do."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    if not mark and isinstance(getattr(error, "position", None), int):
        line, column = _line_of(text, error.position)  # type: ignore[attr-defined]
    problem = problem.splitlines()[0] if problem else "not YAML"
    context = getattr(error, "context", None)
    if problem == _LIBYAML_TOO_DEEP:
        problem, context = TOO_DEEP, None
    message = f"{problem} ({context})" if context and "\n" not in context else problem
    return placed(message, line, column, text, path, shift)


def placed(
    message: str, line: int, column: int, text: str, path: str, shift: tuple[int, int] = (0, 0)
) -> Unreadable:
    """The error with its place; a template and a tab are named as what they are."""
    here = _line(text, line)
    indent = here[: len(here) - len(here.lstrip())]
    template = _template_line(text, line) if "{{" in text or "{%" in text else None
    if template:
        message, line, column = "this is a template, not a values file", *template
    elif "\t" in indent:
        message, column = "a tab stands in the indentation; YAML takes spaces only", here.index("\t") + 1
    return Unreadable(path, message, line=line + shift[0], column=column + shift[1])


_QUOTED = r"""'[^']*'|"[^"]*"|#.*"""
_ACTION = r"\{\{|\{%"


def _template_line(text: str, until: int) -> tuple[int, int] | None:
    """The first line, up to the one in trouble, with a template's action outside of quotes."""
    for number, line in enumerate(text.splitlines()[:until], 1):
        bare = line if number == until else re.sub(_QUOTED, lambda quoted: " " * len(quoted.group()), line)
        found = re.search(_ACTION, bare)
        if found:
            return number, found.start() + 1
    return None


def _line(text: str, number: int) -> str:
    start = 0
    for _ in range(number - 1):
        start = text.find("\n", start) + 1
        if not start:
            return ""
    end = text.find("\n", start)
    return text[start : end if end >= 0 else len(text)]


def _line_of(text: str, position: int) -> tuple[int, int]:
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
