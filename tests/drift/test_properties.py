"""A dump that is made from the declared values shows no drift, whatever they are and however spelled."""

from __future__ import annotations

import os
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgcfglint import catalog, rulebook
from pgcfglint.config import Config
from pgcfglint.run import Task, inputs_of, judged

if TYPE_CHECKING:
    from pgcfglint.catalog import Parameter

CATALOG = catalog.load(16)
RULES = tuple(rule for rule in rulebook.load() if rule.topic == "drift")
FILE = """\
scope: demo
postgresql:
  data_dir: /data
bootstrap:
  dcs:
    postgresql:
      parameters:
"""
_SKIPPED = ("internal",)


def _is_plain(parameter: Parameter) -> bool:
    """Whether a value of it can be drawn: a number, a switch or a word of a list."""
    return parameter.context not in _SKIPPED and "." not in parameter.name and parameter.vartype != "string"


PLAIN = sorted((each for each in CATALOG.values() if _is_plain(each)), key=lambda each: each.name)


@st.composite
def declared(draw: st.DrawFn) -> dict[str, tuple[str, str]]:
    """Parameters with a value, spelled in two ways that mean the same."""
    found = {}
    for parameter in draw(
        st.lists(st.sampled_from(PLAIN), min_size=1, max_size=6, unique_by=lambda each: each.name)
    ):
        found[parameter.name] = draw(_spellings(parameter))
    return found


def _spellings(parameter: Parameter) -> st.SearchStrategy[tuple[str, str]]:
    if parameter.vartype == "bool":
        return st.sampled_from([("on", "true"), ("off", "false"), ("true", "on")])
    if parameter.vartype == "enum":
        return st.sampled_from(sorted(parameter.enumvals)).map(lambda label: (f"'{label}'", f'"{label}"'))
    low, high = (int(float(text or 0)) for text in (parameter.min_val, parameter.max_val))
    numbers = st.integers(max(low, -1), min(high, 100_000))
    return numbers.map(lambda number: (str(number), f"'{number}'"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values=declared())
def test_a_dump_of_the_declared_values_has_no_drift(values: dict[str, tuple[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        file, dump = os.path.join(folder, "patroni.yml"), os.path.join(folder, "dcs.yaml")
        _write(
            file,
            FILE,
            8,
            values,
            0,
        )
        _write(dump, "ttl: 30\npostgresql:\n  parameters:\n", 4, values, 1)
        config = Config(targets={"postgresql": "16"})
        report = judged(inputs_of(Task((file,), (), (dump,)), config), config, RULES)
        assert not report.skipped
        assert report.findings == ()


def _write(path: str, head: str, depth: int, values: dict[str, Any], which: int) -> None:
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(head)
        stream.writelines(f"{' ' * depth}{name}: {each[which]}\n" for name, each in values.items())
