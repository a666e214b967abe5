"""What echo, printf, cat and tee print."""

from __future__ import annotations

import os
import re

from pgcfglint.migrate.word import Word, joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcfglint.migrate.shell import Command


def printed(command: Command) -> Word | None:
    """What a command prints, None where that cannot be said."""
    program = os.path.basename(command.words[0].text)
    words = list(command.words[1:])
    if program == "echo":
        escapes = False
        while words and re.fullmatch("-[neE]+", words[0].text):
            escapes = escapes or "e" in words[0].text
            words = words[1:]
        text = joined(words)
        return _unescaped(text) if escapes or "\\n" in text.text else text
    if program == "printf" and words:
        return _formatted(words)
    if program == "cat":
        if command.input is not None and all(word.text == "-" for word in words):
            return command.input
        return None
    if program == "tee" and command.before is not None:
        return printed(command.before)
    return None


def _unescaped(text: Word) -> Word:
    """With \\n and \\t as echo -e prints them."""
    out: list[str] = []
    at: list[int] = []
    index = 0
    while index < len(text.text):
        char, size = text.text[index], 1
        if char == "\\" and text.text[index + 1 : index + 2] in ("n", "t", "\\"):
            char, size = {"n": "\n", "t": "\t", "\\": "\\"}[text.text[index + 1]], 2
        out.append(char)
        at.append(text.at[index])
        index += size
    return Word("".join(out), tuple(at), text.used)


def _formatted(words: list[Word]) -> Word:
    """What printf prints: %s taken by the arguments in turn, the format again while there are any."""
    form, arguments = _unescaped(words[0]), words[1:]
    pieces = list(_format_pieces(form))
    slots = sum(1 for piece in pieces if piece is None)
    found: list[Word] = []
    while True:
        for piece in pieces:
            if piece is not None:
                found.append(piece)
            elif arguments:
                found.append(arguments.pop(0))
        if not arguments or not slots:
            return joined(found, "")


def _format_pieces(form: Word) -> Iterator[Word | None]:
    start = 0
    for match in re.finditer(r"%(?:[-+ 0-9.]*[sbdifgq]|%)", form.text):
        yield form.part(start, match.start())
        yield form.part(match.start(), match.start() + 1) if match[0] == "%%" else None
        start = match.end()
    yield form.part(start, len(form.text))
