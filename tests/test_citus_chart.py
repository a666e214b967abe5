"""What a user sees on the chart that the project starts from: these findings, these places, nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pgcfglint import lint
from pgcfglint.run import Task

EXAMPLE = Path(__file__).parent.parent / "examples" / "citus-cluster"
CORPUS = os.environ.get("PGCFGLINT_CORPUS", "")
_STEM = "helm-values-citus__dubass83__citus-on-k8s__helm-citus-cluster-values"

# severity, line, rule, lines of the related places (v: of values.yaml)
DEFAULTS = [
    ("error", 159, "grace-period-zero", ""),
    ("warning", 98, "work-mem-times-connections", "102 32"),
    ("warning", 101, "shared-buffers-low", "32 49"),
    ("warning", 108, "max-locks-citus-low", "98"),
    ("warning", 151, "pgdata-on-emptydir", ""),
    ("warning", 168, "shm-volume-over-limit", "32"),
    ("info", 81, "secret-default-password", "85"),
    ("info", 96, "patroni-bootstrap-only-change", ""),
    ("info", 104, "effective-cache-size-low", ""),
]
PRODUCTION = [
    ("error", 51, "helm-list-replaced", "v43"),
    ("error", 126, "secret-default-password", "129"),
    ("error", 143, "shared-buffers-over-limit", "v32"),
    ("error", 157, "values-key-not-consumed", "158 159 165 166 167 168 169 172 173"),
    ("error", 263, "per-database-guc-wrong-context", "162"),
    ("warning", 144, "work-mem-times-connections", "140"),
    ("warning", 145, "autovacuum-work-mem-inherits", ""),
    ("warning", 211, "grace-period-short", ""),
    ("info", 138, "patroni-bootstrap-only-change", ""),
]


def seen(report: object, main: str) -> list[tuple[str, int, str, str]]:
    order = ("error", "warning", "info")
    found = []
    for item in report.findings:  # type: ignore[attr-defined]
        assert item.location.path == main
        places = [
            f"{'' if related.location.path == main else 'v'}{related.location.line}"
            for related in item.related
        ]
        found.append((item.severity, item.location.line, item.rule, " ".join(places)))
    return sorted(found, key=lambda item: (order.index(item[0]), item[1]))


def corpus(name: str) -> str:
    if not CORPUS:
        pytest.skip("PGCFGLINT_CORPUS names no folder with the corpus")
    return str(Path(CORPUS) / name)


def test_the_charts_own_values() -> None:
    path = corpus(f"{_STEM}.yaml")
    assert seen(lint([path]), path) == DEFAULTS


def test_the_production_overlay() -> None:
    base, over = corpus(f"{_STEM}.yaml"), corpus(f"{_STEM}.example-monitoring-production.yaml")
    assert seen(lint([], task=Task((), stacks=((base, over),))), over) == PRODUCTION


def test_beside_its_chart_an_overlay_needs_no_option(tmp_path: Path) -> None:
    chart = tmp_path / "chart"
    chart.mkdir()
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: citus\nversion: 1.0.0\n")
    (chart / "values.yaml").symlink_to(corpus(f"{_STEM}.yaml"))
    over = chart / "values.production.yaml"
    over.symlink_to(corpus(f"{_STEM}.example-monitoring-production.yaml"))
    assert seen(lint([str(over)]), str(over)) == PRODUCTION


def test_the_shipped_example_carries_the_same_mistakes() -> None:
    values, production = str(EXAMPLE / "values.yaml"), str(EXAMPLE / "values-production.yaml")
    rules = [(severity, rule) for severity, _, rule, _ in seen(lint([values]), values)]
    assert sorted(rules) == sorted((severity, rule) for severity, _, rule, _ in DEFAULTS)
    rules = [(severity, rule) for severity, _, rule, _ in seen(lint([production]), production)]
    assert sorted(rules) == sorted((severity, rule) for severity, _, rule, _ in PRODUCTION)
