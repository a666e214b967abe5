"""What people see, word for word. `UPDATE_GOLDEN=1 pytest tests/report` writes the files anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pgcfglint.model import Finding, Location, Related, Report
from pgcfglint.report import Options, reporter
from tests.report import samples

GOLDEN = Path(__file__).parent / "golden"


def one(line: str, column: int, end_column: int, message: str = "a message", **changes: object) -> Report:
    where = Location("a.yaml", 7, column, 7, end_column)
    return Report((Finding("a-rule", "warning", message, where),), (), {}, 1, {("a.yaml", 7): line}).replace(
        **changes
    )


EVERYTHING = samples.report(*samples.ALL, skipped=samples.SKIPPED, targets=samples.TARGETS)
LONG = "args: [" + ", ".join(f"'-c name{number}={number}'" for number in range(60)) + "]"
TWICE = Finding(
    "a-rule",
    "error",
    "two places on one line",
    Location("a.yaml", 7, 18, 7, 19),
    related=(
        Related(Location("a.yaml", 7, 7, 7, 8), "the first"),
        Related(Location("b.yaml", 2, 1, 2, 5), "not read"),
    ),
)
TEXTS = {
    "everything": (EVERYTHING, Options(version="1.0")),
    "verbose": (EVERYTHING, Options(version="1.0", verbose=True, rules=samples.RULES)),
    "color": (EVERYTHING, Options(version="1.0", color=True, links=True, rules=samples.RULES)),
    "clean": (samples.report(), Options()),
    "nothing-to-check": (Report((), (), {}, 0), Options()),
    "only-unreadable": (Report((), samples.SKIPPED[:1], {}, 0), Options()),
    "only-unrecognised": (Report((), samples.SKIPPED[2:], {}, 3), Options()),
    "tab": (one("work_mem:\t8MB\t# x", 11, 14), Options()),
    "wide": (one("名前: 日本 語 # x", 5, 7), Options()),
    "combining": (one("cafe\u0301: 8MB", 8, 11), Options()),
    "control": (one("a: \x1b[31mred\x07 \u202eb", 4, 13, "a\nb\x1b[2J"), Options()),
    "no-break-space": (one("a:\xa08MB", 3, 4), Options()),
    "behind-the-end": (one("parameters:", 12, 12), Options()),
    "empty-line": (one("", 1, 1), Options()),
    "long-line": (one(LONG, LONG.index("name30") + 1, LONG.index("name30") + 7), Options()),
    "long-line-end": (one(LONG, len(LONG), len(LONG) + 1), Options()),
    "no-excerpt": (one("", 3, 4, excerpts={}), Options()),
    "no-excerpt-effective": (samples.report(samples.FLOOR, excerpts={}), Options()),
    "silenced": (samples.report(samples.FLOOR, suppressed=((samples.BUFFERS, "a toy"),)), Options()),
    "all-silenced": (samples.report(suppressed=((samples.BUFFERS, "a toy"),)), Options()),
    "several-lines": (
        Report(
            (Finding("a-rule", "info", "a map", Location("a.yaml", 7, 3, 12, 1)),),
            (),
            {},
            1,
            {("a.yaml", 7): "  - citusGroup: 1   "},
        ),
        Options(),
    ),
    "one-line-twice": (Report((TWICE,), (), {}, 1, {("a.yaml", 7): "a: {b: 1, c: 2, d: 3}"}), Options()),
}
OTHERS = ("json", "github", "sarif", "gitlab", "junit", "markdown")


def agree(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TEXTS)
def test_text(name: str) -> None:
    report, options = TEXTS[name]
    agree(f"text-{name}.txt", "".join(reporter("text")(report, options)))


@pytest.mark.parametrize("name", OTHERS)
def test_other_formats(name: str) -> None:
    options = Options(version="1.0", rules=samples.RULES)
    agree(f"{name}.txt", "".join(reporter(name)(EVERYTHING, options)))


@pytest.mark.parametrize("name", OTHERS)
def test_other_formats_with_nothing_found(name: str) -> None:
    agree(f"{name}-clean.txt", "".join(reporter(name)(samples.report(), Options(version="1.0"))))


def test_no_golden_file_is_left_over() -> None:
    names = {f"text-{name}.txt" for name in TEXTS}
    names |= {f"{name}{kind}.txt" for name in OTHERS for kind in ("", "-clean")}
    assert {path.name for path in GOLDEN.iterdir()} == names


def test_the_order_of_findings_does_not_matter() -> None:
    turned = EVERYTHING.replace(findings=EVERYTHING.findings[::-1])
    for name in ("text", "github", "sarif", "gitlab", "junit", "markdown"):
        assert "".join(reporter(name)(turned, Options())) == "".join(reporter(name)(EVERYTHING, Options()))


def test_no_line_ends_in_blanks() -> None:
    for report, options in TEXTS.values():
        for line in "".join(reporter("text")(report, options)).split("\n"):
            assert line == line.rstrip()
