"""What commands of a shell write into PostgreSQL's configuration."""

from __future__ import annotations

import os
import re

from pgcfglint.migrate import sed, sql
from pgcfglint.migrate.found import AUTO, COMMAND_LINE, CONF, Puzzle, Written
from pgcfglint.migrate.printing import printed
from pgcfglint.migrate.shell import Shell
from pgcfglint.migrate.targets import is_conf
from pgcfglint.migrate.word import MARK, File
from pgcfglint.model import BOOTSTRAP, Setting
from pgcfglint.sources import conf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, MutableMapping, Sequence

    from pgcfglint.migrate.shell import Command
    from pgcfglint.migrate.word import Word

_READS = frozenset(
    (
        "chown", "chmod", "cat", "grep", "egrep", "rm", "ls", "test", "[", "[[", "diff", "head", "tail", "ln",
        "touch", "mkdir", "stat", "wc", "readlink", "dpkg-divert", "echo", "printf", "find", "apt-get", "apt",
        "apk", "yum", "dnf", "set", "true",
    )
)  # fmt: skip
"""Programs that do not change the file that they name."""
_COPIES = ("cp", "mv", "install")
_SERVERS = re.compile(
    r"(?:^|/)(?:postgres|postmaster|docker-entrypoint\.sh|pg_ctl|initdb|pg_ctlcluster|gosu|su-exec)$"
)
_SHELLS = re.compile(r"(?:^|/)(?:sh|bash|ash|dash|su)$")
_PAIR = re.compile(r"([A-Za-z_][\w.\-]*)=(.*)", re.DOTALL)


class Context:
    """What reading a file needs and gathers: known names, the files that lie beside, what was found."""

    def __init__(self, known: Container[str]) -> None:
        self.known = known
        self.written: list[Written] = []
        self.puzzles: list[Puzzle] = []
        self.copied: dict[str, str] = {}
        """Paths in the image, and the files beside the Dockerfile that were copied there."""

    def puzzle(self, file: File, word: Word, why: str, name: str = "") -> None:
        """Notes what is not understood."""
        text = " ".join(word.shown.split())
        self.puzzles.append(Puzzle(file.location(word), text[:160], why, name))


class Reader:
    """Reads the commands of one file."""

    def __init__(
        self, file: File, context: Context, variables: MutableMapping[str, str], docker: bool = False
    ) -> None:
        self._file, self._context, self._variables, self._docker = file, context, variables, docker

    def script(self, start: int, end: int) -> None:
        """The commands between two offsets."""
        for command in Shell(self._file, self._variables, self._docker).commands(start, end):
            self.command(command)

    def command(self, command: Command) -> None:
        """One command."""
        words = _past(command.words, ("exec", "sudo", "command", "env", "gosu", "su-exec"))
        if not words:
            return
        program = os.path.basename(words[0].text)
        if words[0] is not command.words[0] and program == "postgres" and len(words) > 1:
            words = words[1:] if words[1].text == "postgres" else words
        command = command.replace(words=tuple(words))
        if _SHELLS.search(program) and any(word.text in ("-c", "-ec", "-exc", "-euc") for word in words):
            self._inner(words)
        elif program == "sed":
            self._sed(command)
        elif program == "tee":
            self._tee(command)
        elif program in ("psql", "ALTER"):
            self._psql(command)
        elif program == "set" and len(words) > 2 and words[1].text == "--":
            self.arguments(words[2:], command.conditional)
        elif _SERVERS.search(words[0].text):
            self.arguments(words, command.conditional)
        elif command.output is not None and is_conf(command.output.text):
            self._output(command, command.output)
        elif program in _COPIES:
            if len(words) > 2 and is_conf(words[-1].text):
                self._copied(command)
        elif program not in _READS and any(is_conf(word.text) for word in words[1:]):
            self._context.puzzle(self._file, command.whole, f"what {program} does to the file is not read")

    # Lines into a file

    def _output(self, command: Command, target: Word) -> None:
        text = printed(command)
        if text is None:
            if os.path.basename(command.words[0].text) not in ("cat", "cp") or not _is_copy(command):
                self._context.puzzle(self._file, command.whole, "what it writes is computed when it runs")
            return
        self.lines(text, os.path.basename(command.words[0].text), command.conditional)

    def _tee(self, command: Command) -> None:
        if not any(is_conf(word.text) for word in command.words[1:]):
            return
        text = command.input
        if text is None and command.before is not None:
            text = printed(command.before)
        if text is None:
            self._context.puzzle(self._file, command.whole, "what it writes is computed when it runs")
            return
        self.lines(text, "tee", command.conditional)

    def lines(self, text: Word, how: str, conditional: bool = False, notes: tuple[str, ...] = ()) -> None:
        """Lines of a postgresql.conf."""
        for piece in text.lines():
            start = len(piece.text) - len(piece.text.lstrip())
            stripped = piece.part(start, len(piece.text.rstrip()))
            if not stripped.text or stripped.text.startswith("#"):
                continue
            if stripped.unknown:
                match = re.match(r"\s*([A-Za-z_][\w.]*)\s*=?", stripped.text)
                names = ", ".join(stripped.unknown)
                name = match[1] if match and not match[1].startswith(MARK) else ""
                self._context.puzzle(self._file, stripped, f"{names} is known only when it runs", name)
                continue
            for line in conf.read(stripped.text):
                if line.name.lower() in conf.DIRECTIVES:
                    self._context.puzzle(self._file, stripped, "what it includes is not read")
                elif line.problem:
                    self._context.puzzle(self._file, stripped, line.problem, line.name)
                else:
                    place = stripped.part(line.column - 1, line.end_column - 1)
                    self._take(line.name, line.text, place, CONF, how, conditional, line, notes)

    def _take(
        self, name: str, text: str, place: Word, into: str, how: str, conditional: bool,
        line: conf.Line | None = None, notes: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        said = [*notes]
        if conditional:
            said.append("only under a condition of the script")
        shown = ", ".join(place.used)
        if shown:
            said.append(f"with {shown}")
        quoted, written = (line.quoted, line.written) if line else (True, text)
        setting = Setting(name, text, self._file.location(place), BOOTSTRAP, quoted, written)
        self._context.written.append(Written(setting, into, how, tuple(said)))

    # sed

    def _sed(self, command: Command) -> None:
        in_place, scripts, files = sed.arguments(command.words[1:])
        target = files[-1] if files else None
        if target is None and command.output is None:
            return
        into = target if in_place else command.output
        if into is None or not is_conf(into.text):
            return
        sample = ".sample" in into.text or (target is not None and ".sample" in target.text)
        for script, is_file in scripts:
            if is_file:
                self._context.puzzle(self._file, script, "the file with sed's script is not read")
                continue
            for line in sed.lines(script):
                self._sed_line(line, command.conditional, sample)

    def _sed_line(self, line: sed.Line, conditional: bool, sample: bool) -> None:
        named = re.search(r"[A-Za-z_][\w]*(?:\\?\.[\w]+)?", line.pattern)
        name = named[0].replace("\\", "") if named else ""
        if line.text is None:
            if line.verb == "d":
                if name.lower() in self._context.known:
                    why = f"takes {name} out: what was written before is gone, a default runs"
                    self._context.puzzle(self._file, line.whole, why, name)
                return
            self._context.puzzle(self._file, line.whole, line.why, name)
            return
        text = line.text
        stripped = text.text.strip()
        if not stripped:
            return
        if stripped.startswith("#"):
            why = "comments the line out: a default runs"
            self._context.puzzle(self._file, line.whole, why, name)
            return
        readable = next(iter(conf.read(stripped)), None) if MARK not in stripped else None
        if readable is None and MARK not in stripped:
            return
        if readable is not None and (readable.problem or readable.name.lower() not in self._context.known):
            why = "what it puts in is no line of its own: the value depends on the file that it finds"
            self._context.puzzle(self._file, line.whole, why, name)
            return
        notes: tuple[str, ...] = ()
        if line.keeps_hash and sample and readable is not None:
            notes = (_HASH_STAYS,)
        self.lines(text, "sed", conditional, notes)

    # The server's arguments

    def arguments(self, words: Sequence[Word], conditional: bool = False, how: str = "-c") -> None:
        """`-c name=value`, `--name=value`, `-N 50` of postgres and the programs around it."""
        index = 0
        while index < len(words):
            word = words[index]
            index += 1
            text = word.text
            if text in ("-c", "--set", "-o", "--options") and index < len(words):
                if text in ("-o", "--options"):
                    inner = words[index]
                    self._options(inner, conditional)
                else:
                    self._argument(words[index], conditional, how)
                index += 1
            elif text.startswith("-c") and len(text) > 2 and "=" in text:
                self._argument(word.part(2, len(text)), conditional, how)
            elif text.startswith("--set="):
                self._argument(word.part(6, len(text)), conditional, how)
            elif text.startswith("--") and "=" in text:
                name = text[2:].partition("=")[0].replace("-", "_").lower()
                if name in self._context.known:
                    self._argument(word.part(2, len(text)), conditional, how)
            elif text in _SHORT and index < len(words):
                value = words[index]
                index += 1
                self._value(_SHORT[text], value, conditional, how)

    def _options(self, word: Word, conditional: bool) -> None:
        """The words inside one word: pg_ctl -o "-c a=b"."""
        pieces = [word.part(*match.span()) for match in re.finditer(r"(?:'[^']*'|[^\s'])+", word.text)]
        clean = [piece.part(1, len(piece.text) - 1) if piece.text[:1] == "'" else piece for piece in pieces]
        self.arguments(clean, conditional)

    def _argument(self, word: Word, conditional: bool, how: str) -> None:
        start = len(word.text) - len(word.text.lstrip(" '\""))
        inner = word.part(start, len(word.text.rstrip(" '\"")) if start else len(word.text))
        match = _PAIR.fullmatch(inner.text)
        if match is None:
            if word.unknown:
                self._context.puzzle(
                    self._file, word, f"{', '.join(word.unknown)} is known only when it runs"
                )
            return
        name = match[1].replace("-", "_")
        if name == "config_file":
            self._config_file(inner.part(match.start(2), match.end(2)))
            return
        self._value(name, inner.part(match.start(2), match.end(2)), conditional, how)

    def _value(self, name: str, value: Word, conditional: bool, how: str) -> None:
        if value.unknown:
            names = ", ".join(value.unknown)
            self._context.puzzle(self._file, value, f"{names} is known only when it runs", name)
            return
        text = value.text
        if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
            text = text[1:-1]
        self._take(name, text, value, COMMAND_LINE, how, conditional)

    def _config_file(self, path: Word) -> None:
        if path.text not in self._context.copied and not path.unknown:
            self._context.puzzle(
                self._file,
                path,
                "this file comes from the image or a volume, it is not beside",
                "config_file",
            )

    # SQL and others

    def _psql(self, command: Command) -> None:
        words = list(command.words[1:])
        for index, word in enumerate(words):
            if word.text in ("-c", "--command") and index + 1 < len(words):
                self.sql(words[index + 1], command.conditional)
            elif word.text.startswith("--command="):
                self.sql(word.part(10, len(word.text)), command.conditional)
            elif re.fullmatch(r"-\w*c", word.text) and index + 1 < len(words):
                self.sql(words[index + 1], command.conditional)
        if command.input is not None:
            self.sql(command.input, command.conditional)
        elif command.before is not None:
            text = printed(command.before)
            if text is not None:
                self.sql(text, command.conditional)

    def sql(self, text: Word, conditional: bool = False) -> None:
        """Statements that set parameters."""
        for statement in sql.statements(text):
            if statement.of:
                why = f"is set for {statement.of}, not for the server: it belongs to the databases' settings"
                self._context.puzzle(self._file, statement.place, why, statement.name)
            elif statement.text is None:
                why = "takes the value of ALTER SYSTEM back: what stands below runs"
                self._context.puzzle(self._file, statement.place, why, statement.name)
            elif MARK in statement.text:
                why = f"{', '.join(statement.place.unknown)} is known only when it runs"
                self._context.puzzle(self._file, statement.place, why, statement.name)
            else:
                self._take(statement.name, statement.text, statement.place, AUTO, "ALTER SYSTEM", conditional)

    def _inner(self, words: Sequence[Word]) -> None:
        """`sh -c '...'`: the script in the word; places are those of the word's characters."""
        for index, word in enumerate(words[:-1]):
            if word.text in ("-c", "-ec", "-exc", "-euc"):
                inner = words[index + 1]
                reader = Reader(_Inside(self._file, inner), self._context, self._variables)
                reader.script(0, len(inner.text))
                return

    def _copied(self, command: Command) -> None:
        sources = [word.text for word in command.words[1:-1] if not word.text.startswith("-")]
        if all(is_conf(source) for source in sources):
            return  # a copy of the sample, or of a file that COPY brought and that was read there
        self._context.puzzle(self._file, command.whole, "the file that it copies is not beside")


_HASH_STAYS = (
    "the sample's line is commented out and the pattern leaves its # there: it may never have been in force"
)
_SHORT = {"-N": "max_connections", "-B": "shared_buffers", "-S": "work_mem"}


class _Inside(File):
    """A word as a file of its own, with places in the file around it."""

    def __init__(self, outer: File, word: Word) -> None:
        super().__init__(outer.path, word.text.replace(MARK, ""))
        self._outer, self._inner = outer, word

    def location(self, word: Word):  # type: ignore[no-untyped-def]
        """The place in the file around it."""
        at = tuple(self._inner.at[min(index, len(self._inner.at) - 1)] for index in word.at)
        return self._outer.location(word.replace(at=at))


def _is_copy(command: Command) -> bool:
    return any(is_conf(word.text) for word in command.words[1:])


def _past(words: Sequence[Word], prefixes: tuple[str, ...]) -> list[Word]:
    """Without the words that only start another program."""
    found = list(words)
    while len(found) > 1 and (found[0].text in prefixes or re.match(r"[A-Za-z_]\w*=", found[0].text)):
        first = found.pop(0).text
        while found and first in ("sudo",) and found[0].text.startswith("-"):
            option = found.pop(0).text
            if option == "-u" and found:
                found.pop(0)
        if first in ("gosu", "su-exec") and len(found) > 1:
            found.pop(0)
    return found
