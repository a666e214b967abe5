"""What a script of sed does to the lines of a postgresql.conf."""

from __future__ import annotations

import re

from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pgcfglint.migrate.word import Word

_ADDRESS = re.compile(
    r"\s*(?:(?P<line>\d+|\$)|/(?P<slash>(?:[^/\\]|\\.)*)/|\\(?P<sign>.)(?P<other>.*?)(?P=sign))?(?:,[^a-zA-Z]*)?\s*!?\s*"
)
_LITERAL = re.compile(r"[\w.]+")
_HASH = re.compile(r"#|^\^?\.\*|^\^?\[\^|^\^?\.\+")


class Line(Record):
    """A line that sed puts in. `pattern` is what it looks for, "" where it adds a line; None as `text` means
    that it takes a line away, or that it puts in what cannot be said."""

    text: Word | None
    pattern: str
    verb: str
    whole: Word
    why: str = ""

    @property
    def keeps_hash(self) -> bool:
        """Whether a line that is commented out stays so: the pattern says nothing of a #."""
        return self.verb == "s" and not _HASH.search(self.pattern)


def lines(script: Word) -> Iterator[Line]:
    """What each command of a script puts into the file."""
    text, at = script.text, 0
    while at < len(text):
        if text[at] in " \t\n;{}":
            at += 1
            continue
        match = _ADDRESS.match(text, at)
        address = (match["slash"] or match["other"] or "") if match else ""
        begin = at
        at = match.end() if match else at
        verb = text[at : at + 1]
        if verb == "s" and at + 1 < len(text):
            parts, end = _parts(text, at + 1)
            if parts is None:
                yield Line(None, address, verb, script, "its s command does not end")
                return
            pattern, (start, stop) = text[parts[0] : parts[1]], parts[2:]
            flags = re.compile(r"[gpiIeMm0-9w]*").match(text, end)
            at = flags.end() if flags else end
            yield _substituted(script, pattern, start, stop, script.part(begin, at))
        elif verb in ("a", "i", "c"):
            end = text.find("\n", at)
            while end > 0 and text[end - 1] == "\\":
                end = text.find("\n", end + 1)
            end = len(text) if end < 0 else end
            start = at + 1
            while start < end and text[start] in "\\ \t\n":
                start += 1
            yield Line(script.part(start, end), "" if verb != "c" else address, verb, script.part(begin, end))
            at = end
        elif verb == "d":
            at += 1
            yield Line(None, address, verb, script.part(begin, at))
        elif verb in ("p", "q", "n", "N", "h", "H", "g", "G", "x", "D", "P", "="):
            at += 1
        else:
            yield Line(None, address, verb, script, "this command of sed is not read")
            return


def _parts(text: str, at: int) -> tuple[tuple[int, int, int, int] | None, int]:
    """Where pattern and replacement begin and end, and where the command goes on."""
    sign = text[at]
    ends: list[int] = []
    index = at + 1
    while index < len(text) and len(ends) < 2:
        if text[index] == "\\":
            index += 2
            continue
        if text[index] == "[" and not ends:  # the sign may stand in a set
            close = text.find("]", index + 2)
            if close > 0 and sign in text[index:close]:
                index = close
        if text[index] == sign:
            ends.append(index)
        index += 1
    if len(ends) < 2:
        return None, len(text)
    return (at + 1, ends[0], ends[0] + 1, ends[1]), ends[1] + 1


def _substituted(script: Word, pattern: str, start: int, stop: int, whole: Word) -> Line:
    """The replacement as text: escapes taken off, groups that hold a plain word put in."""
    text: list[str] = []
    at: list[int] = []
    groups = _groups(pattern)
    index = start
    while index < stop:
        char, size = script.text[index], 1
        if char == "\\" and index + 1 < stop:
            size = 2
            char = script.text[index + 1]
            if char.isdigit():
                number = int(char) - 1
                group = groups[number] if 0 <= number < len(groups) else ""
                if not group:
                    return Line(None, pattern, "s", whole, f"it puts in what it finds (\\{char})")
                char = group
            elif char == "n":
                char = "\n"
            elif char == "t":
                char = "\t"
        elif char == "&":
            return Line(None, pattern, "s", whole, "it puts in what it finds (&)")
        text += char
        at += [script.at[index]] * len(char)
        index += size
    word = script.part(0, 0).replace(text="".join(text), at=tuple(at), used=script.used)
    return Line(word, pattern, "s", whole)


def _groups(pattern: str) -> list[str]:
    """The groups of a pattern, "" for one that is no plain word."""
    found = []
    for match in re.finditer(r"\\?\(([^()\\]*)\\?\)", pattern):
        inside = match[1]
        found.append(inside if _LITERAL.fullmatch(inside) else "")
    return found


def arguments(words: Sequence[Word]) -> tuple[bool, list[tuple[Word, bool]], list[Word]]:
    """Whether sed edits in place, its scripts (and whether each is a file's name), the files."""
    in_place = False
    scripts: list[tuple[Word, bool]] = []
    rest: list[Word] = []
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        text = word.text
        if text in ("-e", "--expression", "-f", "--file") and index < len(words):
            scripts.append((words[index], text in ("-f", "--file")))
            index += 1
        elif text.startswith("--expression="):
            scripts.append((word.part(13, len(text)), False))
        elif text.startswith("--"):
            in_place = in_place or text.startswith("--in-place")
        elif text.startswith("-") and len(text) > 1:
            in_place = in_place or "i" in text
            takes = text[-1] == "e" and ("i" not in text[1:-1] or not scripts)  # -ie: suffix e, or -i -e?
            if takes and index < len(words):
                scripts.append((words[index], False))
                index += 1
            elif text.startswith("-e"):
                scripts.append((word.part(2, len(text)), False))
        else:
            rest.append(word)
    if not scripts and rest:
        scripts.append((rest.pop(0), False))
    return in_place, scripts, rest
