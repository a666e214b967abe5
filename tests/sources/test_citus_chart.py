"""The chart that the project starts from, on the project's own example."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pgcfglint.sources import read_inputs

if TYPE_CHECKING:
    from pgcfglint.sources import Input

CHART = os.path.join(os.path.dirname(__file__), "..", "..", "examples", "citus-cluster")
VALUES = os.path.join(CHART, "values.yaml")
PRODUCTION = os.path.join(CHART, "values-production.yaml")


def one(*paths: str, **words: object) -> Input:
    (found,) = read_inputs(paths, **words)  # type: ignore[arg-type]
    return found


def line_of(path: str, text: str) -> int:
    with open(path, encoding="utf-8") as stream:
        return next(number for number, line in enumerate(stream, 1) if text in line)


def test_every_setting_has_its_place() -> None:
    cluster = one(VALUES).cluster
    assert cluster is not None
    assert [group.name for group in cluster.groups] == ["coordinator", "worker 1"]
    assert [group.number for group in cluster.groups] == ["0", "1"]
    coordinator, worker = ({setting.name: setting for setting in group.settings} for group in cluster.groups)
    buffers = coordinator["shared_buffers"]
    assert buffers is worker["shared_buffers"]
    assert (buffers.text, buffers.layer) == ("16MB", "bootstrap")
    assert buffers.location.line == line_of(VALUES, "shared_buffers: 16MB")
    assert buffers.location.column == 23
    assert buffers.location.end_column == 27
    assert buffers.location.keys == ("patroni", "postgresql", "parameters", "shared_buffers")
    assert coordinator["limits.memory"].text == "2Gi"
    assert worker["limits.memory"].text == "4Gi"
    assert worker["shm.size"].text == "2Gi"
    assert coordinator["grace"].text == "0"
    assert cluster.groups[0].homes[""].line == line_of(VALUES, "parameters:")
    assert cluster.major == 16
    assert cluster.version("citus")


def test_an_overlay_is_layered_over_the_chart_without_being_asked() -> None:
    found = one(PRODUCTION)
    assert found.cluster is not None
    assert found.base is not None
    assert [group.name for group in found.cluster.groups] == [
        "coordinator",
        "worker 1",
        "worker 2",
        "worker 3",
    ]
    coordinator = {setting.name: setting for setting in found.cluster.groups[0].settings}
    assert coordinator["shared_buffers"].text == "2GB"
    assert coordinator["shared_buffers"].location.path == PRODUCTION
    assert coordinator["limits.memory"].text == "2Gi"
    assert coordinator["limits.memory"].location.path == VALUES
    assert not any(setting.name == "limits.memory" for setting in found.cluster.groups[1].settings)
    assert found.cluster.groups[1].homes["limits"].path == PRODUCTION


def test_what_only_the_reader_sees() -> None:
    cluster = one(PRODUCTION).cluster
    assert cluster is not None
    seen = {observation.kind: observation for observation in cluster.observations}
    lost = seen["list-replaced"]
    assert lost.location.line == line_of(PRODUCTION, "workers:")
    assert lost.fields["lost"] == "resources"
    assert lost.fields["items"] == "worker 1, worker 2, worker 3"
    assert lost.related[0].location.path == VALUES
    dead = seen["unconsumed-key"]
    assert dead.location.line == line_of(PRODUCTION, "checkpoint_timeout:")
    assert dead.fields["count"] == "10"
    assert len(dead.related) == 9


def test_a_chart_folder_is_its_defaults_and_its_overlays() -> None:
    found = list(read_inputs([CHART]))
    assert [os.path.basename(each.path) for each in found] == ["values.yaml", "values-production.yaml"]
    assert found[0].base is None
    assert found[1].base == found[0].cluster
