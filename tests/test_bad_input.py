"""Whatever is thrown at the program: one message, the right exit code, the rest still checked."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pgcfglint import config
from pgcfglint.cli import main
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.nodes import parse
from pgcfglint.sources.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

TREE = Path(__file__).parent.parent
VALUES = (TREE / "examples" / "citus-cluster" / "values.yaml").read_bytes()
BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))


class Outcome:
    """What a run printed and returned."""

    def __init__(self, *words: str) -> None:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            self.code = main(words)
        self.out, self.err = out.getvalue(), err.getvalue()
        assert "Traceback" not in self.out + self.err


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with a good file in it."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "good.yaml").write_bytes(VALUES)
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "PRE_COMMIT"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


BROKEN = {
    "flow": (b"a: [1,\nb: }\n", "bad.yaml:2:4: error unparsable: did not find expected node content"),
    "tab": (b"a:\n\tb: 1\n", "bad.yaml:2:1: error unparsable: a tab stands in the indentation"),
    "template": (b"a: 1\n{{- if .Values.x }}\n", "bad.yaml:2:1: error unparsable: this is a template"),
    "binary": (bytes(range(256)), "bad.yaml: error unreadable: a binary file"),
    "NUL": (b"a: 1\nb: 'x\0y'\n", "bad.yaml: error unreadable: a binary file"),
    "late NUL": (b"# " + b"x" * 9000 + b"\nb: '\0'\n", "bad.yaml:2:5: error unparsable: control characters"),
    "Latin-1": (b"a: caf\xe9\n", "bad.yaml:1:7: error unparsable: not valid UTF-8"),
    "UTF-16 without mark": (
        "a: 1\n".encode("utf-16-le"),
        "bad.yaml: error unreadable: UTF-16 without a byte order mark; save it as UTF-8",
    ),
    "half of UTF-16": (b"\xff\xfea\0:\0\x00", "bad.yaml:1:7: error unparsable: not valid UTF-16"),
    "deep flow": (b"[" * 100_000, "bad.yaml:1:1001: error unparsable: nested deeper than 1,000 levels"),
    "deep block": (
        b"".join(b" " * n + b"a:\n" for n in range(1200)),
        "bad.yaml:1000:1001: error unparsable: nested deeper than 1,000 levels",
    ),
    "bomb": (BOMB.encode(), "error unparsable: more than 1,000,000 values, aliases expanded"),
    "circle": (b"a: &a [*a]\n", "bad.yaml:1:8: error unparsable: the alias *a stands inside what it names"),
    "merge circle": (b"a: &a\n  <<: *a\n", "the alias *a stands inside what it names"),
    "no anchor": (b"a: *b\n", "bad.yaml:1:4: error unparsable: no anchor &b before this alias"),
    "map as key": (b"? {a: 1}\n: 2\n", "bad.yaml:1:3: error unparsable: a map or list stands where a key"),
}


@pytest.mark.parametrize(("data", "said"), BROKEN.values(), ids=BROKEN)
def test_broken_files_do_not_stop_the_rest(here: Path, data: bytes, said: str) -> None:
    Path("bad.yaml").write_bytes(data)
    found = Outcome("bad.yaml", "good.yaml")
    assert found.code == 3
    assert said in found.out
    assert "good.yaml:80:23: warning shared-buffers-low" in found.out
    document = Outcome("--format", "json", "bad.yaml", "good.yaml")
    assert document.code == 3
    (skipped,) = json.loads(document.out)["skipped"]
    assert skipped["path"] == "bad.yaml"
    assert json.loads(document.out)["findings"]


@pytest.mark.parametrize("data", [b"", b" \n\n", b"# only a comment\n", b"--- \n", b"- 1\n- 2\n", b"hello\n"])
def test_what_holds_no_settings_is_no_error(here: Path, data: bytes) -> None:
    Path("odd.yaml").write_bytes(data)
    assert Outcome("odd.yaml").code == 0


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + VALUES,
        VALUES.replace(b"\n", b"\r\n"),
        b"\xff\xfe" + VALUES.decode().encode("utf-16-le"),
        b"\xfe\xff" + VALUES.decode().encode("utf-16-be"),
    ],
    ids=["byte order mark", "CRLF", "UTF-16 LE", "UTF-16 BE"],
)
def test_another_encoding_changes_nothing(here: Path, data: bytes) -> None:
    Path("other.yaml").write_bytes(data)
    plain, other = Outcome("good.yaml"), Outcome("other.yaml")
    assert (other.code, other.out.replace("other", "good")) == (plain.code, plain.out)


def test_paths_that_lead_nowhere(here: Path) -> None:
    Path("dangling.yaml").symlink_to("nowhere.yaml")
    Path("loop.yaml").symlink_to("loop.yaml")
    found = Outcome("goood.yaml", "dangling.yaml", "loop.yaml", "good.yaml/x", "", "x" * 300)
    assert found.code == 3
    assert found.out.splitlines()[:5] == [
        "goood.yaml: error unreadable: no such file or directory; did you mean good.yaml?",
        "dangling.yaml: error unreadable: a link to nowhere.yaml, which does not exist",
        "loop.yaml: error unreadable: too many levels of symbolic links",
        "good.yaml/x: error unreadable: not a directory",
        '"": error unreadable: an empty path; is a variable not set?',
    ]
    assert "file name too long" in found.out


def test_links_to_folders_end(here: Path) -> None:
    Path("deep/down").mkdir(parents=True)
    Path("deep/down/up").symlink_to("..")
    shutil.copy("good.yaml", "deep/down/values.yaml")
    assert Outcome("deep").out.count("warning shared-buffers-low") == 1


def test_too_large_files_are_refused_before_they_are_read(here: Path) -> None:
    with open("large.yaml", "wb") as file:
        file.truncate(100_000_000)
    found = Outcome("large.yaml")
    assert (found.code, found.out.splitlines()[0]) == (
        3,
        "large.yaml: error unreadable: larger than 64 MB",
    )


def test_an_endless_line(here: Path) -> None:
    text = "postgresql: {parameters: {max_connections: 10, work_mem: '" + "x" * 1_000_000 + "'}}\n"
    Path("long.yaml").write_text(text)
    found = Outcome("long.yaml")
    assert found.code == 1
    assert max(map(len, found.out.splitlines())) < 3000
    assert "long.yaml:1:58: error value-wrong-type" in found.out


@pytest.fixture
def nobody() -> Iterator[Path]:
    """A folder in which we are nobody, who may not read everything as root does."""
    Outcome("nothing.yaml")  # loads what will be needed: nobody may not even read our own modules
    Outcome(str(TREE / "examples"))
    folder = Path(tempfile.mkdtemp())
    before = Path.cwd()
    folder.chmod(0o777)
    os.chdir(folder)
    root = os.geteuid() == 0
    try:
        if root:
            os.seteuid(65534)
        yield folder
    finally:
        if root:
            os.seteuid(0)
        os.chdir(before)
        shutil.rmtree(folder)


@pytest.mark.parametrize("in_git", [False, True], ids=["plain", "git"])
def test_what_we_may_not_read(nobody: Path, in_git: bool) -> None:
    if in_git:
        subprocess.run(["git", "init", "-q", "."], check=True, env={**os.environ, "HOME": str(nobody)})
    for name in ("closed", "open", "shut"):
        Path(name).mkdir()
    for path in ("closed/values.yaml", "open/secret.yaml", "open/values.yaml", "shut/values.yaml"):
        Path(path).write_bytes(VALUES)
    Path("open/secret.yaml").chmod(0)
    Path("closed").chmod(0)  # neither listed nor entered
    try:
        found = Outcome(".")
    finally:
        Path("closed").chmod(0o700)
    assert found.code == 3
    assert "closed: error unreadable: permission denied" in found.out
    assert "open/secret.yaml: error unreadable: permission denied" in found.out
    assert "open/values.yaml:80:23: warning" in found.out
    assert "shut/values.yaml:80:23: warning" in found.out


NAMES = [
    b"new\nline.yaml",
    b"\x1b[31mred.yaml",
    b"\xff\xfe.yaml",
    b"-dash.yaml",
    "ünï😀.yaml".encode(),
    b"a:1.yaml",
]


@pytest.mark.parametrize("form", ["text", "json", "github", "gitlab", "sarif", "junit", "markdown"])
def test_strange_names(here: Path, form: str) -> None:
    os.mkdir("names")
    for name in NAMES:
        Path(os.fsdecode(b"names/" + name)).write_bytes(VALUES)
        Path(os.fsdecode(b"names/broken-" + name)).write_bytes(b"a: [")
    found = Outcome("names", "--format", form)
    assert found.code == 3
    found.out.encode("utf-8")  # no lone surrogates
    if form != "github":  # which needs the name as it is
        assert "\x1b" not in found.out + found.err
    if form == "text":
        assert not any(line.startswith("line.yaml") for line in found.out.splitlines())
    if form == "json":
        document = json.loads(found.out)
        assert (document["summary"]["files"], len(document["skipped"])) == (len(NAMES), len(NAMES))


# The program itself, with its standard streams in other states than usual


def run(*words: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(TREE), **options.pop("more", {})}  # type: ignore[dict-item]
    command = [sys.executable, "-m", "pgcfglint", *words]
    options.setdefault("stderr", subprocess.PIPE)
    return subprocess.run(command, env=environment, check=False, **options)  # type: ignore[call-overload,no-any-return]


def test_a_reader_that_leaves_changes_no_exit_code(here: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    found = run("good.yaml", "--fail-on", "warning", stdout=writing)
    os.close(writing)
    assert found.returncode == 1
    assert b"Traceback" not in found.stderr
    assert b"Error" not in found.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_is_said(here: Path) -> None:
    with open("/dev/full", "wb") as full:
        found = run("good.yaml", stdout=full)
    assert found.returncode == 2
    assert found.stderr.splitlines()[-1] == b"error: output: No space left on device"


def test_closed_streams(here: Path) -> None:
    for number, words, code in ((0, ["-"], 3), (1, ["good.yaml"], 1), (2, ["good.yaml"], 1)):
        found = run(*words, stdout=subprocess.PIPE, preexec_fn=lambda number=number: os.close(number))
        assert found.returncode == code, (number, found)
        assert b"Traceback" not in found.stderr


def test_a_terminal_of_few_letters(here: Path) -> None:
    found = run("budget", "good.yaml", stdout=subprocess.PIPE, more={"PYTHONIOENCODING": "ascii"})
    assert found.returncode == 0
    assert b"\\u2588 floor" in found.stdout


def test_a_fifo(here: Path) -> None:
    os.mkfifo("fifo.yaml")
    writer = subprocess.Popen(["sh", "-c", "cat good.yaml > fifo.yaml"])
    assert Outcome("fifo.yaml").code == 1
    assert writer.wait() == 0
    os.mkdir("folder")
    os.mkfifo("folder/values.yaml")  # nobody writes: to open it would wait for ever
    assert Outcome("folder").code == 0


def test_an_interrupt_is_no_traceback(here: Path) -> None:
    os.mkfifo("fifo.yaml")
    environment = {**os.environ, "PYTHONPATH": str(TREE)}
    command = [sys.executable, "-m", "pgcfglint", "fifo.yaml"]
    running = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
    with open("fifo.yaml", "wb"):  # opens when the program does, which then waits for the end
        running.send_signal(2)
        _, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert errors == b""


# Colours


@pytest.mark.parametrize(
    ("variables", "words", "coloured"),
    [
        ({}, (), False),
        ({"FORCE_COLOR": "1"}, (), True),
        ({"CLICOLOR_FORCE": "1"}, (), True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, (), False),
        ({"NO_COLOR": "1"}, ("--color", "always"), True),
        ({"FORCE_COLOR": "1"}, ("--color=never",), False),
        ({"NO_COLOR": ""}, ("--color", "auto"), False),
    ],
)
def test_colours(
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    words: tuple[str, ...],
    coloured: bool,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in Outcome("good.yaml", *words).out) is coloured


# Configurations

CONFIGURATIONS = [
    "a: [", "[1]", "\t", "1: 2", "? [1]\n: 2", "!!python/object:os.system x", "&a [*a]",
    "rules: 3", "rules: {1: off}", "rules: {shared-buffers-low: 3}", "rules: {shared-buffer-low: off}",
    "rules: {shared-buffers-low: {let: 3}}", "rules: {shared-buffers-low: {let: {share: x}}}",
    "rules: {shared-buffers-low: {let: {shear: 1}}}", "rules: {shared-buffers-low: [off]}",
    "ignore: 3", "ignore: [3]", "ignore: {rule: x}", "ignore: [{rule: shared-buffer-low}]",
    "target: 4", "target: {postgresql: x}", "target: {postgresql: 99}", "target: {postgresql: [16]}",
    "target: {postgresql: true}", "policies: [1]", "policies: nowhere", "profile: strictt", "profile: [[a]]",
    "fail-on: no", "fail-on: [error]",
]  # fmt: skip


@pytest.mark.parametrize("text", CONFIGURATIONS)
def test_wrong_configurations_are_refused_with_their_place(here: Path, text: str) -> None:
    Path("c.yaml").write_text(text + "\n")
    found = Outcome("--config", "c.yaml", "good.yaml")
    assert (found.code, found.out) == (2, "")
    (line,) = found.err.splitlines()
    assert line.startswith(("error: c.yaml:", "error: nowhere:1:1:"))


def test_configurations_that_cannot_be_read(here: Path) -> None:
    Path("c.yaml").write_bytes(b"rules: {x: caf\xe9}\n")
    assert Outcome("--config", "c.yaml", "good.yaml").err == "error: c.yaml:1:15: not valid UTF-8\n"
    assert Outcome("--config", ".", "good.yaml").err == "error: .:1:1: is a directory\n"


_PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False)
_KEYS = (
    st.sampled_from([*config.KEYS, *config.RULE_KEYS, "postgresql", "shared-buffers-low", "share"]) | _PLAIN
)


@given(
    st.recursive(
        _PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3)
    )
)
@settings(max_examples=150, deadline=None)
def test_any_configuration_is_taken_or_refused(data: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "c.yaml")
        with open(path, "w", encoding="utf-8") as file:
            yaml.safe_dump(data, file, allow_unicode=True)
        with contextlib.suppress(config.ConfigError):
            config.load(path)


# The readers


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_text_or_unreadable(data: bytes) -> None:
    with contextlib.suppress(Unreadable):
        list(parse(decode(data, "x.yaml"), "x.yaml"))


_PIECES = st.sampled_from(
    ["a", "postgresql", "parameters", "patroni", ": ", ":\n  ", "\n", "- ", "[", "]", "{", "}", ",", "&a ",
     "<<: ", "'", '"', "|\n", ">-\n", "# x", "!!str ", "---\n", "...\n", "\t", "{{ x }}", "16MB", "~",
     "*a", "%YAML 1.1\n", "\ufeff", "\u2028", "é", "😀", "max_connections", "work_mem", "0x1F", "1e3", "? "]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=40).map("".join))
@settings(max_examples=200, deadline=None)
def test_any_yaml_is_checked_or_refused(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "values.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        assert Outcome("--no-config", "--format", "json", path).code in (0, 1, 3)


@pytest.mark.parametrize("command", ["budget", "drift", "verify", "plan", "recommend"])
def test_every_command_says_what_it_cannot_read(here: Path, command: str) -> None:
    Path("bad.yaml").write_text("a: [\n")
    words = {"plan": ["bad.yaml", "good.yaml"], "drift": ["bad.yaml", "--live", "good.yaml"]}
    words["verify"] = words["drift"]
    for name in ("bad.yaml", "missing.yaml"):
        found = Outcome(
            command, *(name if word == "bad.yaml" else word for word in words.get(command, [name]))
        )
        assert found.code == 3, found.err
        assert name in found.err + found.out
