"""How hypothesis looks for counter-examples in these tests."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "pgcfglint",
    deadline=None,  # no test depends on a clock: speed is bench's business
    max_examples=150,
    derandomize="CI" in os.environ,  # a red build is one that everybody can see again
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("pgcfglint")
