"""A shell script, or a RUN of a Dockerfile, as commands: words, redirections, here-documents.

Reads what people write in such scripts, not all of the shell: quotes, variables with known values,
`&&`, pipes, groups with a redirection, conditions. What it does not know stays visible as unknown.
"""

from __future__ import annotations

import re

from pgcfglint.migrate.word import MARK, Word
from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from pgcfglint.migrate.word import File

_REDIRECT = re.compile(r"(\d*)(>>|>\||>|<<<|<<-|<<|<)(?!&)|&(>>|>)|\d*[<>]&[\d-]+")
_SEPARATOR = re.compile(r"&&|\|\||;;|[;|&\n]")
_COMMENT_LINES = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*(?:[ \t]*#[^\n]*$)?")
_CONTINUED = re.compile(r"\\[ \t\r]*\n")
_END_WORD = re.compile(r"""["'\\]?([\w.-]+)["']?""")
_NAME = re.compile(r"\$(?:\{([A-Za-z_]\w*)(?:(:?[-=])([^}]*)|([^}]+))?\}|([A-Za-z_]\w*|[0-9@*#?!$-]))")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_OPENS = ("if", "case", "for", "while", "until")
_CLOSES = {"fi", "esac", "done"}
_AROUND = ("then", "else", "elif", "do", "!", "{", "(", "time", "exec", "sudo", "command")


class Command(Record):
    """One command. `output` is where its standard output goes (None: nowhere of interest) and whether it is
    added there; `input` a here-document or here-string; `before` the command whose output it reads;
    `conditional`: it stands under an if, a loop, or after ||."""

    words: tuple[Word, ...]
    output: Word | None = None
    appends: bool = False
    input: Word | None = None
    before: Command | None = None
    conditional: bool = False

    @property
    def whole(self) -> Word:
        """From its first word to its last."""
        first, last = self.words[0], self.words[-1]
        return Word(" ".join(word.shown for word in self.words), (*first.at, *last.at))


class Shell:
    """Reads commands; `variables` are those whose value is known, by name, and grow with assignments."""

    def __init__(self, file: File, variables: MutableMapping[str, str], docker: bool = False) -> None:
        self._file, self._variables, self._docker = file, variables, docker
        self._text = file.text

    def commands(self, start: int, end: int) -> list[Command]:
        """The commands between two offsets of the file."""
        self._at, self._end = start, end
        self._waiting: list[tuple[str, bool, bool, int]] = []
        self._bodies: dict[int, Word] = {}
        late: dict[int, int] = {}  # a command's number to the here-document that it reads
        found: list[Command] = []
        groups: list[int] = []
        depth, separator = 0, ";"
        while self._at < self._end:
            words, output, appends, source = self._simple()
            while words and words[0].text in (*_AROUND, *_OPENS, *_CLOSES):
                keyword = words.pop(0).text
                depth += keyword in _OPENS
                depth -= keyword in _CLOSES
                if keyword in ("{", "("):
                    groups.append(len(found))
                if keyword in ("for", "case"):
                    words = []
            if words and words[0].text in ("}", ")"):
                begin = groups.pop() if groups else len(found)
                if output is not None:
                    found[begin:] = [
                        each if each.output is not None else each.replace(output=output, appends=appends)
                        for each in found[begin:]
                    ]
                words = []
            if words and not self._assigned(words, depth > 0):
                before = found[-1] if separator == "|" and found else None
                body = source if isinstance(source, Word) else None
                command = Command(tuple(words), output, appends, body, before, depth > 0 or separator == "||")
                if isinstance(source, int):
                    late[len(found)] = source
                found.append(command)
            separator = self._separator()
        return [
            each.replace(input=self._bodies[late[index]]) if late.get(index) in self._bodies else each
            for index, each in enumerate(found)
        ]

    def word_at(self, start: int, end: int) -> tuple[Word, int]:
        """One word, and where it ends."""
        self._at, self._end = start, end
        return self._word(), self._at

    # Parts of a command

    def _simple(self) -> tuple[list[Word], Word | None, bool, Word | int | None]:
        words: list[Word] = []
        output, appends = None, False
        source: Word | int | None = None
        while True:
            self._blanks()
            if self._at >= self._end or _SEPARATOR.match(self._text, self._at):
                match = _REDIRECT.match(self._text, self._at) if self._at < self._end else None
                if not match:
                    break
            redirect = _REDIRECT.match(self._text, self._at)
            if redirect:
                self._at = redirect.end()
                sign = redirect[2] or redirect[3]
                if sign is None:
                    continue
                self._blanks()
                if sign in ("<<", "<<-"):
                    source = self._heredoc(sign == "<<-")
                    continue
                target = self._word()
                if sign == "<<<":
                    source = target
                elif sign.startswith(">") and redirect[1] in ("", "1", None):
                    output, appends = target, sign == ">>"
                continue
            if self._text[self._at] in "()":
                if words:
                    break
                words.append(self._file.word(self._at, self._at + 1))
                self._at += 1
                if words[0].text == "(":
                    break
                continue
            words.append(self._word())
            if words[-1].text in ("{", "then", "else", "do") and len(words) == 1:
                break
        return words, output, appends, source

    def _separator(self) -> str:
        self._blanks()
        match = _SEPARATOR.match(self._text, self._at) if self._at < self._end else None
        if not match:
            return ""
        self._at = match.end()
        if match[0] == "\n":
            self._read_bodies()
        return match[0]

    def _blanks(self) -> None:
        """Past blanks, continued lines, and comments."""
        while self._at < self._end:
            char = self._text[self._at]
            if char in " \t\r":
                self._at += 1
            elif char == "\\" and (match := _CONTINUED.match(self._text, self._at)):
                self._at = match.end()
                if self._docker and (comments := _COMMENT_LINES.match(self._text, self._at)):
                    self._at = min(comments.end(), self._end)  # Docker leaves such lines out
            elif char == "#" and self._text[self._at - 1 : self._at] in ("", " ", "\t", "\n", ";"):
                end = self._text.find("\n", self._at)
                self._at = self._end if end < 0 else min(end, self._end)
            else:
                return

    def _word(self) -> Word:
        text: list[str] = []
        at: list[int] = []
        used: list[str] = []
        quote = ""

        def add(piece: str, offset: int) -> None:
            text.append(piece)
            at.extend([offset] * len(piece))

        while self._at < self._end:
            char, here = self._text[self._at], self._at
            if quote == "'":
                if char == "'":
                    quote = ""
                else:
                    add(char, here)
                self._at += 1
            elif char == "\\":
                after = self._text[here + 1 : here + 2]
                if after == "\n":
                    if not quote:
                        break
                    self._at += 2
                    continue
                if quote and after not in '"\\$`':
                    add(char, here)
                    self._at += 1
                else:
                    add(after, here + 1)
                    self._at += 2
            elif char == '"' or (char == "'" and not quote):
                quote = "" if quote == char else char
                self._at += 1
            elif char == "$" or char == "`":
                self._substitution(add, used)
            elif not quote and (char in " \t\r\n;|&<>()"):
                break
            else:
                add(char, here)
                self._at += 1
        return Word("".join(text), tuple(at), tuple(used))

    def _substitution(self, add: Callable[[str, int], None], used: list[str]) -> None:
        here = self._at
        match = _NAME.match(self._text, here)
        if match:
            self._at = match.end()
            name, default = match[1] or match[5], match[3]
            value = self._variables.get(name)
            if value is None and match[2]:
                value, name = default, f"{name} (its default)"
            if value is not None and not match[4] and MARK not in value and "$" not in value:
                used.append(f"{name}={value}")
                add(value, here)
            else:
                add(f"{MARK}{match[0]}{MARK}", here)
            return
        if self._text.startswith("$(", here) or self._text[here] == "`":
            self._at = self._closing(here)
            add(f"{MARK}{self._text[here : self._at]}{MARK}", here)
            return
        add("$", here)
        self._at += 1

    def _closing(self, start: int) -> int:
        if self._text[start] == "`":
            end = self._text.find("`", start + 1, self._end)
            return self._end if end < 0 else end + 1
        depth = 0
        for index in range(start + 1, self._end):
            depth += {"(": 1, ")": -1}.get(self._text[index], 0)
            if not depth:
                return index + 1
        return self._end

    # Variables and here-documents

    def _assigned(self, words: list[Word], conditional: bool) -> bool:
        """Takes assignments in; whether the command is nothing else."""
        if words[0].text in ("export", "local", "readonly", "declare"):
            words = words[1:]
        elif not all(_ASSIGNMENT.match(word.text) for word in words):
            return False
        for word in words:
            name, equals, value = word.text.partition("=")
            if not equals:
                continue
            if word.unknown or (conditional and self._variables.get(name, value) != value):
                self._variables.pop(name, None)
            else:
                self._variables[name] = value
        return True

    def _heredoc(self, dashed: bool) -> int:
        start = self._at
        raw = _END_WORD.match(self._text, self._at)
        if not raw:
            return -1
        self._at = raw.end()
        self._waiting.append((raw[1], dashed, raw[0] != raw[1], start))
        return start

    def _read_bodies(self) -> None:
        for end_word, dashed, literal, key in self._waiting:
            start = self._at
            position = start
            stop = self._end
            while position < self._end:
                line_end = self._text.find("\n", position, self._end)
                line_end = self._end if line_end < 0 else line_end
                line = self._text[position:line_end].rstrip("\r")
                if (line.lstrip("\t") if dashed else line) == end_word:
                    stop = position
                    self._at = min(line_end + 1, self._end)
                    break
                position = line_end + 1
            else:
                self._at = self._end
            self._bodies[key] = self._file.word(start, stop) if literal else self._filled(start, stop)
        self._waiting = []

    def _filled(self, start: int, stop: int) -> Word:
        """A here-document's text with the known variables put in."""
        kept = self._at, self._end
        text: list[str] = []
        at: list[int] = []
        used: list[str] = []

        def add(piece: str, offset: int) -> None:
            text.append(piece)
            at.extend([offset] * len(piece))

        self._at, self._end = start, stop
        while self._at < stop:
            char = self._text[self._at]
            if char in "$`":
                self._substitution(add, used)
                continue
            if char == "\\" and self._text[self._at + 1 : self._at + 2] in ("$", "`", "\\"):
                self._at += 1
                char = self._text[self._at]
            add(char, self._at)
            self._at += 1
        self._at, self._end = kept
        return Word("".join(text), tuple(at), tuple(used))
