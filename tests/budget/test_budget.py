"""The budget's numbers, its JSON, text, picture and page."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from pgcfglint import memory
from pgcfglint.budget import VERDICTS, budget, contract, human
from pgcfglint.memory import Sizes
from pgcfglint.report import budget_page, budget_svg, budget_text
from pgcfglint.report.budget_style import COLORS, LIGHTER, PALETTE

if TYPE_CHECKING:
    from pgcfglint.budget import Budget

MB, GB = 2**20, 2**30

CHART = Sizes(
    major=16, citus=True, shared_buffers=16 * MB, wal_buffers=16 * MB, max_connections=200,
    max_locks_per_transaction=512,
)  # fmt: skip
GUIDE = CHART.replace(
    shared_buffers=2 * GB, max_connections=300, max_locks_per_transaction=1024, work_mem=32 * MB,
    maintenance_work_mem=512 * MB,
)  # fmt: skip


def groups() -> list[Budget]:
    return [
        budget("coordinator", CHART, 2 * GB),
        budget("worker 1", CHART, 4 * GB),
        budget('worker <2> & "co"', GUIDE, 2 * GB),
        budget("", GUIDE.replace(huge_pages=8 * GB, max_connections=100), 16 * GB),
        budget("dump", GUIDE.replace(citus=False, major=18)),
    ]


def test_verdicts() -> None:
    assert [item.verdict for item in groups()] == ["tight", "fits", "over", "fits", "unknown"]
    assert budget("", CHART, 3 * GB).verdict == "pooled"
    for verdict in VERDICTS:
        assert verdict in budget_text.STYLES
        assert verdict in budget_svg.MARKS
        assert verdict in PALETTE


def test_totals_are_the_sums_of_the_parts() -> None:
    for item in groups():
        for total in ("floor", "expected", "worst"):
            assert sum(getattr(use, total) for use in item.parts) == getattr(item, total)
    item = groups()[0]
    assert item.floor == pytest.approx(memory.floor(CHART), abs=20)
    assert item.shared_memory == memory.shared_memory(CHART)


def test_busy_sessions() -> None:
    """What they and the shared memory take stays under the limit, one more would not."""
    item = budget("", CHART, 2 * GB)
    assert item.busy is not None
    fixed = item.shared_memory + 100 * MB
    assert fixed + item.busy * 12 * MB <= 2 * GB < fixed + (item.busy + 1) * 12 * MB
    assert budget("", GUIDE, 2 * GB).busy == 0


def test_contract() -> None:
    document = json.loads(json.dumps(contract(groups())))
    assert document["version"] == 1
    first, *_, last = document["groups"]
    assert first.keys() >= {"group", "limit", "shared_memory", "floor", "expected", "worst", "parts"}
    assert first["limit"] == 2 * GB
    assert last["limit"] is None
    assert first["shared_memory"] == 179 * MB
    assert sum(part["bytes"] for part in first["parts"]) == first["worst"]
    assert {"name", "bytes"} <= first["parts"][0].keys()
    assert [price["name"] for price in first["prices"]] == [
        "one more connection", "100 more max_locks_per_transaction", "1 MB more work_mem",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0MB"),
     (3000, "3kB"), (MB, "1MB"), (16.4 * MB, "16.4MB"), (871.2 * MB, "871MB"), (2.44 * GB, "2.4GB"),
     (2 * GB, "2GB"), (99.96 * MB, "100MB"), (5000 * GB, "4.9TB")],
)  # fmt: skip
def test_human(amount: float, text: str) -> None:
    assert human(amount) == text


def test_text() -> None:
    text = "".join(budget_text.render(groups()))
    assert "coordinator, limit 2GB" in text
    assert re.search(r"^  shared_buffers +16\.4MB +16\.4MB +16\.4MB  ▏$", text, re.MULTILINE)
    assert "room for 147 of 200 sessions" in text
    assert "limit unknown" in text
    assert "\x1b" not in text
    assert "\x1b[" in "".join(budget_text.render(groups(), color=True))
    assert max(map(len, text.splitlines())) <= 110


def test_text_is_complete_without_groups() -> None:
    assert "".join(budget_text.render([])).count("\n") == 2
    ET.fromstring("".join(budget_svg.render([])))


def test_picture_is_self_contained_and_described() -> None:
    text = "".join(budget_svg.render(groups(), title='Memory of "a" & <b>'))
    root = ET.fromstring(text)
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    title, description = root.find(f"{space}title"), root.find(f"{space}desc")
    assert title is not None
    assert description is not None
    assert title.text == 'Memory of "a" & <b>'
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert "coordinator, limit 2GB: floor" in (description.text or "")
    assert not re.search(r"<script|<image|href|@import|url\((?!#)", text)
    assert text.count("http") == 1  # the name space
    pieces = [element.text for element in root.iter(f"{space}title")]
    assert any(words and words.startswith("sessions: 600MB, certain, 29%") for words in pieces)
    assert len(root.findall(f".//{space}g[@role='img']")) == 5


def test_bar_ends_where_its_totals_end() -> None:
    """Solid up to the floor, lighter up to expected, hatched up to worst."""
    item = budget("g", CHART, 4 * GB)
    pieces = list(budget_svg._pieces(item))
    for total, end in (("floor", item.floor), ("expected", item.expected), ("worst", item.worst)):
        last = [piece for piece in pieces if piece.total == total][-1]
        assert last.start + last.size == end


def test_labels_stay_apart_and_in_the_picture() -> None:
    for wanted in ([(40, 120), (41, 130), (42, 140)], [(930, 200)] * 3, [(32, 90), (500, 90), (928, 90)]):
        middles = budget_svg._apart(wanted)
        edges = [(middle - width / 2, middle + width / 2) for middle, (_, width) in zip(middles, wanted)]
        assert edges[0][0] >= budget_svg.SIDE
        assert edges[-1][1] <= budget_svg.WIDTH - budget_svg.SIDE
        assert all(right <= left for (_, right), (left, _) in pairwise(edges))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)


def test_page_is_well_formed_and_self_contained() -> None:
    text = "".join(budget_page.render(groups(), title="Memory of <citusdemo>"))
    tags = Tags()
    tags.feed(text)
    assert tags.open == []
    assert tags.seen.count("table") == 5
    assert tags.seen.count("svg") == tags.seen.count("h1") == 1
    assert not {"script", "img", "iframe"} & set(tags.seen)
    assert not re.search(r"@import|url\((?!#)", text)
    assert re.findall(r'(?:href|src)="([^"]*)"', text) == ["data:,"]
    assert "huge pages hold it" in text


def luminance(color: str) -> float:
    parts = [int(color[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def blend(color: str, paper: str, opacity: float) -> str:
    pairs = ((int(color[i : i + 2], 16), int(paper[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a * opacity + b * (1 - opacity)):02x}" for a, b in pairs)


@pytest.mark.parametrize("index", [0, 1], ids=["light", "dark"])
def test_contrast(index: int) -> None:
    palette = {name: colors[index] for name, colors in PALETTE.items()}
    for name in ("ink", "soft", "over", "tight", "pooled", "fits", "unknown"):
        assert contrast(palette[name], palette["paper"]) >= 4.5, name
    certain = ("shared_buffers", "wal_buffers", "lock tables", "other shared memory", "sessions", "Patroni")
    for color in {COLORS[name] for name in certain}:
        assert contrast(palette["on"], palette[color]) >= 4.5, color
    for color in set(COLORS.values()):
        assert (
            contrast(palette["ink"], blend(palette[color], palette["paper"], float(LIGHTER[index]))) >= 4.5
        ), color
