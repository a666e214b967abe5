"""The budget's picture and page in a real browser: they render, silently, in light and in dark."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import zlib
from typing import TYPE_CHECKING

import pytest

from pgcfglint.budget import budget
from pgcfglint.memory import Sizes
from pgcfglint.report import budget_page, budget_svg

if TYPE_CHECKING:
    from pathlib import Path

MB, GB = 2**20, 2**30
WIDTH, HEIGHT = 1024, 480

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium here (apt-get install chromium): the page is not looked at"
)


def browse(page: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the browser on a file: nothing of the user's, nothing from the network."""
    assert CHROMIUM is not None
    command = [
        CHROMIUM, "--headless", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr",
        "--log-level=0",
        "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={page.parent / 'profile'}",
        f"--window-size={WIDTH},{HEIGHT}", *options,
    ]  # fmt: skip
    if os.geteuid() == 0:
        command.append("--no-sandbox")  # Chromium's sandbox does not work for root
    return subprocess.run(
        [*command, page.as_uri()], capture_output=True, text=True, timeout=120, check=True, errors="replace"
    )


def console(done: subprocess.CompletedProcess[str]) -> list[str]:
    return re.findall(r":CONSOLE.*", done.stderr)


def pixels(path: Path) -> list[bytes]:
    """The rows of a PNG with 8 bits a channel, as red, green, blue."""
    data, position, packed = path.read_bytes(), 8, b""
    width = height = channels = 0
    while position < len(data):
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        body = data[position + 8 : position + 8 + length]
        position += length + 12
        if kind == b"IHDR":
            width, height, depth, color = struct.unpack(">IIBB", body[:10])
            assert depth == 8
            channels = {2: 3, 6: 4}[color]
        elif kind == b"IDAT":
            packed += body
    raw, size, rows = zlib.decompress(packed), width * channels, []
    before = bytearray(size)
    for y in range(height):
        kind_of_row = raw[y * (size + 1)]
        row = bytearray(raw[y * (size + 1) + 1 : (y + 1) * (size + 1)])
        for x in range(size if kind_of_row else 0):
            left = row[x - channels] if x >= channels else 0
            up, corner = before[x], before[x - channels] if x >= channels else 0
            if kind_of_row == 4:
                near = left + up - corner
                add = min((left, up, corner), key=lambda value: abs(near - value))
            else:
                add = (0, left, up, (left + up) // 2)[kind_of_row]
            row[x] = (row[x] + add) & 255
        before = row
        rows.append(bytes(value for x, value in enumerate(row) if x % channels < 3))
    return rows


@pytest.fixture(scope="module", params=["html", "svg"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    chart = Sizes(major=16, citus=True, shared_buffers=16 * MB, max_connections=200)
    guide = chart.replace(shared_buffers=2 * GB, max_connections=300, work_mem=32 * MB)
    groups = [budget("coordinator", chart, 2 * GB), budget("worker 1", guide, 2 * GB), budget("dump", guide)]
    reporter = budget_page if request.param == "html" else budget_svg
    path = tmp_path_factory.mktemp("budget") / f"budget.{request.param}"
    path.write_text("".join(reporter.render(groups)), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_renders(page: Path, scheme: str) -> None:
    picture = page.with_suffix(f".{scheme}.png")
    number = {"dark": 0, "light": 1}[scheme]
    done = browse(page, f"--screenshot={picture}", f"--blink-settings=preferredColorScheme={number}")
    assert console(done) == []
    rows = pixels(picture)
    assert len(rows) == HEIGHT
    middle = b"".join(row[60 * 3 : -60 * 3] for row in rows[40:400])
    colors = {middle[i : i + 3] for i in range(0, len(middle), 3)}
    assert len(colors) > 100  # bars, hatches and text, not an empty page
    dark = sum(1 for i in range(0, len(middle), 3) if sum(middle[i : i + 3]) < 200) / (len(middle) / 3)
    assert dark > 0.4 if scheme == "dark" else dark < 0.1


def test_the_console_is_heard(tmp_path: Path) -> None:
    """Otherwise its silence would prove nothing."""
    broken = tmp_path / "broken.html"
    broken.write_text("<!DOCTYPE html><title>x</title><script>nosuch()</script>")
    assert any("nosuch" in line for line in console(browse(broken, "--dump-dom")))


def test_names_of_pieces_reach_the_reader(page: Path) -> None:
    document = browse(page, "--dump-dom").stdout
    assert "sessions: 600MB, certain, 29% of the limit" in document
    assert 'role="img"' in document
