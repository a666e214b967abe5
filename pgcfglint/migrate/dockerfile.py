"""A Dockerfile, or a script, as a list of what it writes into PostgreSQL's configuration."""

from __future__ import annotations

import os
import re

from pgcfglint.migrate.commands import Context, Reader
from pgcfglint.migrate.found import Found
from pgcfglint.migrate.shell import Command, Shell
from pgcfglint.migrate.targets import is_conf
from pgcfglint.migrate.word import File, Word
from pgcfglint.record import Record
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.text import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator

_INSTRUCTION = re.compile(
    r"(?im)^[ \t]*(FROM|ARG|ENV|RUN|CMD|ENTRYPOINT|COPY|ADD|SHELL|USER|WORKDIR|LABEL|EXPOSE|VOLUME"
    r"|HEALTHCHECK|ONBUILD|STOPSIGNAL|MAINTAINER)\b[ \t]*"
)
_HEREDOC = re.compile(r"<<-?([\"']?)([A-Za-z_]\w*)\1")
_IMAGE = (
    re.compile(r"(?:^|/)(?:postgres|postgis|pgvector|postgresql|pg)(?:/\w+)?:(?:pg)?(\d\d)(?:\D|$)"),
    re.compile(r":\S*pg-?(\d\d)(?:\D|$)"),
    re.compile(r"spilo-(\d\d)"),
)
_SCRIPTS = (".sh", ".bash", "")


class Instruction(Record):
    """One instruction: its name, and where its arguments stand in the file."""

    name: str
    start: int
    end: int


def read_image(path: str, known: Container[str]) -> Found:
    """What a Dockerfile or a script writes; files that it copies are read where they lie beside it.

    `known` holds names of parameters. Raises sources.errors.Unreadable.
    """
    source = read(path)
    walker = _Walker(known)
    file = walker.open(source.path, source.text)
    if is_dockerfile(path, source.text):
        walker.dockerfile(file)
    elif path.lower().endswith(".sql"):
        Reader(file, walker.context, {}).sql(file.word(0, len(file.text)))
    else:
        Reader(file, walker.context, {}).script(0, len(file.text))
    return walker.found()


def is_dockerfile(path: str, text: str) -> bool:
    """Whether a file is a Dockerfile, by its name or its first instruction."""
    name = os.path.basename(path).lower()
    if "dockerfile" in name or "containerfile" in name:
        return True
    return re.search(r"(?im)\A(?:\s*(?:#[^\n]*)?\n)*\s*(?:FROM\s+\S+|ARG\s+\w+)", text) is not None


def instructions(text: str) -> Iterator[Instruction]:
    """The instructions with their continued lines and here-documents."""
    at = 0
    while match := _INSTRUCTION.search(text, at):
        end = _line_end(text, match.end())
        for body in _HEREDOC.finditer(text[match.end() : end]):
            close = re.compile(rf"(?m)^\t*{body[2]}[ \t\r]*$").search(text, end)
            end = close.end() if close else len(text)
        yield Instruction(match[1].upper(), match.end(), end)
        at = end


def _line_end(text: str, at: int) -> int:
    """The end of a line with those that continue it, comment lines between them included."""
    while True:
        end = text.find("\n", at)
        if end < 0:
            return len(text)
        line = text[at:end].rstrip()
        at = end + 1
        comment = re.match(r"[ \t]*#|[ \t]*$", text[text.rfind("\n", 0, end) + 1 : end])
        if not line.endswith("\\") and not (comment and _continues(text, end)):
            return end


def _continues(text: str, end: int) -> bool:
    """Whether a comment line stands inside a continued instruction."""
    start = text.rfind("\n", 0, end) + 1
    while start:
        above = text[text.rfind("\n", 0, start - 1) + 1 : start - 1].rstrip()
        if above.endswith("\\") and not above.lstrip().startswith("#"):
            return True
        if above and not above.lstrip().startswith("#"):
            return False
        start = text.rfind("\n", 0, start - 1) + 1
    return False


class _Walker:
    def __init__(self, known: Container[str]) -> None:
        self.context = Context(known)
        self.notes: list[str] = []
        self.major: int | None = None
        self.citus = False
        self._texts: dict[str, str] = {}
        self._variables: dict[str, str] = {}
        self._last: dict[str, tuple[int, int]] = {}

    def open(self, path: str, text: str) -> File:
        self._texts[path] = text
        return File(path, text)

    def found(self) -> Found:
        return Found(
            tuple(self.context.written),
            tuple(self.context.puzzles),
            tuple(self.notes),
            self.major,
            self.citus,
            tuple(self._texts.items()),
        )

    def dockerfile(self, file: File) -> None:
        """Instruction by instruction; of several CMD or ENTRYPOINT the last counts."""
        every = list(instructions(file.text))
        last = {each.name: each for each in every if each.name in ("CMD", "ENTRYPOINT")}
        for each in every:
            if each.name in last and last[each.name] is not each:
                continue
            method = getattr(self, f"_{each.name.lower()}", None)
            if method is not None:
                method(file, each)

    # Instructions

    def _from(self, file: File, item: Instruction) -> None:
        words = self._words(file, item)
        images = [word for word in words if not word.text.startswith("--")]
        if not images:
            return
        image = images[0]
        if image.unknown:
            self.notes.append(f"{file.path}: the image {image.shown} is known only at build time")
            return
        for pattern in _IMAGE:
            match = pattern.search(image.text)
            if match:
                self.major = int(match[1])
                break
        self.citus = self.citus or "citus" in image.text

    def _arg(self, file: File, item: Instruction) -> None:
        self._env(file, item)

    def _env(self, file: File, item: Instruction) -> None:
        words = self._words(file, item)
        if len(words) > 1 and "=" not in words[0].text:
            words = [words[0].replace(text=f"{words[0].text}={words[1].text}")]
        for word in words:
            name, equals, value = word.text.partition("=")
            if not equals or word.unknown:
                self._variables.pop(name, None)
                continue
            self._variables[name] = value
            if name == "POSTGRES_INITDB_ARGS":
                start = len(name) + 1
                inner = word.part(start, len(word.text))
                pieces = [inner.part(*match.span()) for match in re.finditer(r"\S+", inner.text)]
                Reader(file, self.context, self._variables).arguments(pieces, how=name)

    def _run(self, file: File, item: Instruction) -> None:
        words = self._exec(file, item)
        variables = dict(self._variables)  # what a RUN assigns ends with it
        if words is not None:
            Reader(file, self.context, variables).command(Command(tuple(words)))
            return
        heredoc = re.compile(r"(?:--\S+\s+)*<<-?[\"']?([A-Za-z_]\w*)[\"']?[^\n]*\n").match(
            file.text, item.start
        )
        if heredoc:
            end = file.text.rfind("\n", heredoc.end(), item.end)
            Reader(file, self.context, variables).script(heredoc.end(), max(end, heredoc.end()))
            return
        start = item.start
        while option := re.compile(r"--\S+\s+").match(file.text, start, item.end):
            start = option.end()
        Reader(file, self.context, variables, docker=True).script(start, item.end)

    def _cmd(self, file: File, item: Instruction) -> None:
        words = self._exec(file, item)
        if words is None:
            words = self._words(file, item)
        local = self.context.copied.get(words[0].text) if words else None
        if local is not None:
            self._beside(file, local, words[0])
        Reader(file, self.context, self._variables).arguments(
            words, how="CMD" if item.name == "CMD" else "ENTRYPOINT"
        )

    def _entrypoint(self, file: File, item: Instruction) -> None:
        self._cmd(file, item)

    def _copy(self, file: File, item: Instruction) -> None:
        if _HEREDOC.search(file.text, item.start, item.end):
            self._copied_text(file, item)
            return
        words = self._words(file, item)
        if any(word.text.startswith("--from") for word in words):
            return
        paths = [word for word in words if not word.text.startswith("--")]
        if len(paths) < 2:
            return
        folder = os.path.dirname(file.path)
        for source in paths[:-1]:
            target = paths[-1].text
            name = os.path.basename(source.text.rstrip("/"))
            if target.endswith("/") or len(paths) > 2 or target in (".", "./"):
                target = f"{target.rstrip('/')}/{name}"
            local = (
                os.path.normpath(os.path.join(folder, source.text.lstrip("/"))) if not source.unknown else ""
            )
            self._brought(file, source, local, target)

    def _add(self, file: File, item: Instruction) -> None:
        self._copy(file, item)

    # Files that an image takes in

    def _brought(self, file: File, source: Word, local: str, target: str) -> None:
        init = "/docker-entrypoint-initdb.d" in target
        wanted = is_conf(target) or is_conf(source.text) or init
        if os.path.isfile(local):
            self.context.copied[target] = local
            if init or is_conf(target) or is_conf(source.text):
                self._beside(file, local, source)
        elif os.path.isdir(local) and init:
            for name in sorted(os.listdir(local)):
                path = os.path.join(local, name)
                if os.path.isfile(path):
                    self._beside(file, path, source)
        elif wanted and (is_conf(target) or is_conf(source.text)):
            self.context.puzzle(file, source, "the file is not beside the Dockerfile")

    def _beside(self, file: File, path: str, word: Word) -> None:
        """A file that lies beside the Dockerfile: a postgresql.conf, a script, SQL."""
        if path in self._texts:
            return
        try:
            source = read(path)
        except Unreadable as problem:
            self.context.puzzle(file, word, problem.message)
            return
        inner = self.open(path, source.text)
        reader = Reader(inner, self.context, dict(self._variables))
        if is_conf(path) or path.endswith(".conf"):
            reader.lines(inner.word(0, len(inner.text)), "COPY")
        elif path.endswith(".sql"):
            reader.sql(inner.word(0, len(inner.text)))
        elif os.path.splitext(path)[1] in _SCRIPTS:
            reader.script(0, len(inner.text))

    def _copied_text(self, file: File, item: Instruction) -> None:
        """`COPY <<EOF target`: the text stands in the Dockerfile."""
        match = re.compile(r"[^\n]*\n").match(file.text, item.start)
        if match is None or not is_conf(match[0].split()[-1]):
            return
        end = file.text.rfind("\n", match.end(), item.end)
        Reader(file, self.context, self._variables).lines(
            file.word(match.end(), max(end, match.end())), "COPY"
        )

    # Words

    def _words(self, file: File, item: Instruction) -> list[Word]:
        if item.name in ("ENV", "ARG"):
            return _assignments(file, item, self._variables)
        commands = Shell(file, dict(self._variables), docker=True).commands(item.start, item.end)
        return [word for command in commands for word in command.words]

    def _exec(self, file: File, item: Instruction) -> list[Word] | None:
        """The words of the exec form, `["postgres", "-c", ...]`; None where it is the shell's."""
        text = file.text[item.start : item.end]
        if not text.lstrip().startswith("["):
            return None
        import json

        plain = re.sub(r"\\[ \t\r]*\n", lambda match: " " * len(match[0]), text)
        try:
            items = json.loads(plain)
        except ValueError:
            return None
        found = []
        at = item.start
        for value in items:
            written = json.dumps(value, ensure_ascii=False)
            place = file.text.find(written, at)
            if place < 0:
                place = file.text.find('"', at)
            begin = place + 1
            found.append(Word(value, tuple(range(begin, begin + len(value)))))
            at = begin + len(value)
        return found


def _assignments(file: File, item: Instruction, variables: dict[str, str]) -> list[Word]:
    """The words of `ENV a=b c="d e"`, which a shell would take for assignments."""
    words = []
    at = item.start
    while at < item.end:
        blank = re.compile(r"(?:[ \t\r\n]|\\[ \t\r]*\n|(?<=\n)[ \t]*#[^\n]*)+").match(file.text, at, item.end)
        at = blank.end() if blank else at
        if at >= item.end:
            break
        shell = Shell(file, dict(variables), docker=True)
        word, at_next = shell.word_at(at, item.end)
        if at_next <= at:
            break
        words.append(word)
        at = at_next
    return words
