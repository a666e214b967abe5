"""The call from Python: the same report whoever carries it out, here, in threads or in other processes."""

from __future__ import annotations

import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from pgcfglint import config, lint
from pgcfglint.run import _CHUNK

EXAMPLE = Path(__file__).parent.parent / "examples" / "citus-cluster"


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """More files than one process takes at a time, one of them broken."""
    folder = tmp_path_factory.mktemp("many")
    text = (EXAMPLE / "dumps" / "show-config-0.yaml").read_text()
    files = [folder / f"show-config-{number}.yaml" for number in range(_CHUNK + 6)]
    for file in files:
        file.write_text(text)
    files[3].write_text("a: [")
    return [str(file) for file in files]


def test_an_executor_changes_nothing(paths: list[str]) -> None:
    settings = config.Config(severities={"max-locks-citus-low": "error"})
    expected = lint(paths, config=settings)
    assert len(expected.findings) > len(paths)
    assert [skip.reason for skip in expected.skipped] == ["unparsable"]
    with ThreadPoolExecutor(2) as threads:
        assert lint(paths, config=settings, executor=threads) == expected
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        assert lint(paths, config=settings, executor=processes) == expected


def test_a_report_can_be_sent(paths: list[str]) -> None:
    report = lint([str(EXAMPLE), paths[3]])
    assert pickle.loads(pickle.dumps(report)) == report  # noqa: S301 - our own
    assert report.count("error")
    assert report.apply == "rebuild"


def test_the_catalogue_alone_loads_neither_engine_nor_yaml() -> None:
    code = "import sys, pgcfglint.catalog as c; c.load(16)['work_mem'].read('4MB'); print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=EXAMPLE.parent.parent, capture_output=True, text=True
    )
    loaded = set(found.stdout.split())
    assert "pgcfglint.catalog" in loaded, found.stderr
    assert not loaded & {
        "yaml",
        "pgcfglint.engine",
        "pgcfglint.run",
        "pgcfglint.rulebook",
        "pgcfglint.sources",
    }
