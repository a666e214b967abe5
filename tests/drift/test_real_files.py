"""Real files against real dumps: every difference in the table has its finding, every finding its row.

Both lie outside the project: PGCFGLINT_CORPUS and PGCFGLINT_DATA name the folders.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pgcfglint import rulebook
from pgcfglint.config import Config
from pgcfglint.drift.rows import RULES
from pgcfglint.drift.sheet import sheet
from pgcfglint.report import Options, drift_json, drift_markdown, drift_text
from pgcfglint.run import Task, catalog_of, inputs_of, judged

if TYPE_CHECKING:
    from pgcfglint.drift.rows import Sheet
    from pgcfglint.model import Report

CORPUS = os.environ.get("PGCFGLINT_CORPUS", "")
DUMPS = os.path.join(os.environ.get("PGCFGLINT_DATA", ""), "patroni", "dumps")
if not os.path.isdir(CORPUS) or not os.path.isdir(DUMPS):
    pytest.skip("NO REAL FILES: set PGCFGLINT_CORPUS and PGCFGLINT_DATA", allow_module_level=True)
LIVE = tuple(
    os.path.join(DUMPS, name)
    for name in (
        "02-psql/pg_settings-star.csv",
        "01-default/show-config.yaml",
        "04-pending-restart/list.json",
    )
)
CHOSEN = set(RULES.values())
RULEBOOK = tuple(rule for rule in rulebook.load() if rule.topic == "drift" or rule.name in CHOSEN)


@pytest.mark.parametrize("name", sorted(os.listdir(CORPUS))[::4])
def test_the_table_and_the_findings_agree(name: str) -> None:
    for found in inputs_of(Task((os.path.join(CORPUS, name),), (), LIVE), Config()):
        if found.cluster is None:
            continue
        table = sheet(found.path, found.cluster, catalog_of(found.cluster))
        report = judged([found.replace(base=None)], Config(), RULEBOOK)
        assert _of_rows(table) == _of_findings(report)
        for module in (drift_text, drift_json, drift_markdown):
            for render in (module.render, module.render_checklist):
                assert "".join(render(report, [table], True, Options()))


Where = set[tuple[str, str, str]]
"""Rule, parameter, group."""


def _of_rows(table: Sheet) -> Where:
    return {
        (RULES[cause.kind], row.parameter.lower(), section.group)
        for section in table.sections
        for row in section.rows
        for cause in row.causes
        if cause.kind in RULES
    }


def _of_findings(report: Report) -> Where:
    return {
        (item.rule, item.parameter.lower(), group)
        for item in report.findings
        if item.parameter is not None
        for group in item.groups
    }
