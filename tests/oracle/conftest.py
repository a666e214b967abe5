"""`server`: a real PostgreSQL, once per major of the run (see servers.py)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # tests are no package

import servers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def start() -> Iterator[Callable[[int], servers.Server]]:
    """Start (once) the server of a major; skip, loudly, only where the binaries cannot be fetched."""
    started: dict[int, servers.Server] = {}
    unreachable: list[servers.NoNetworkError] = []  # asking once is enough

    def start(major: int) -> servers.Server:
        if major not in started and not unreachable:
            try:
                started[major] = servers.Server(major)
            except servers.NoNetworkError as problem:
                unreachable.append(problem)
        if major not in started:
            pytest.skip(f"no network, so no real PostgreSQL {major}: {unreachable[0]}")
        return started[major]

    yield start
    for server in started.values():
        server.close()


@pytest.fixture(scope="session", params=servers.majors(), ids=lambda major: f"pg{major}")
def server(request: pytest.FixtureRequest, start: Callable[[int], servers.Server]) -> servers.Server:
    """A server of each major of the run."""
    return start(request.param)


@pytest.fixture(
    scope="session", params=[m for m in servers.majors() if m >= 15], ids=lambda major: f"pg{major}"
)
def sized_server(request: pytest.FixtureRequest, start: Callable[[int], servers.Server]) -> servers.Server:
    """A server of each major of the run that has shared_memory_size."""
    return start(request.param)
