from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgcfglint import units
from pgcfglint.units import factors, generate
from pgcfglint.units.registry import kubernetes_registry, postgresql_registry


def test_the_factors_are_what_pint_makes_of_the_definitions() -> None:
    assert Path(factors.__file__).read_text(encoding="utf-8") == generate.generate()


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("2Gi", 2 * 2**30),
        ("512M", 512_000_000),
        ("500m", 0.5),
        ("1", 1),
        ("0", 0),
        ("1e9", 10**9),
        ("1E9", 10**9),
        ("1E", 10**18),
        ("128974848m", 128974.848),
        ("128974848000m", 128974848),
        ("1.5Gi", 3 * 2**29),
        (".5", 0.5),
        ("5.", 5),
        ("1e-3", 0.001),
        ("100n", 1e-7),
        ("-1Ki", -1024),
        ("8Ei", 2**63),
    ],
)
def test_quantities(text: str, amount: float) -> None:
    assert units.parse_quantity(text) == amount


def test_whole_quantities_are_ints() -> None:
    assert isinstance(units.parse_quantity("1.5Gi"), int)
    assert isinstance(units.parse_quantity("2000m"), int)


@pytest.mark.parametrize(
    "text", ["", ".", "2GB", "2gi", "Gi", " 2Gi", "2 Gi", "1e3Gi", "0x10", "1K", "--1", "1_000", "٢"]
)
def test_what_kubernetes_refuses(text: str) -> None:
    assert units.parse_quantity(text) is None


@given(st.integers(0, 2**62))
def test_quantity_round_trip(amount: int) -> None:
    assert units.parse_quantity(units.format_quantity(amount)) == amount


@given(st.integers(0, 2**62))
def test_bytes_round_trip(amount: int) -> None:
    assert units.parse_postgresql(units.format_bytes(amount), "bytes") == amount


@given(st.integers(0, 2**50))
def test_time_round_trip(microseconds: int) -> None:
    text = units.format_time(microseconds / 1000)
    parsed = units.parse_postgresql(text, "time")
    assert parsed == pytest.approx(microseconds / 1000)


@given(st.sampled_from(sorted(factors.BYTES)), st.integers(0, 10**6))
def test_pint_reads_the_same_bytes(unit: str, number: int) -> None:
    exact = PINT.Quantity(number, unit).to("byte").magnitude
    assert units.parse_postgresql(f"{number}{unit}", "bytes") == exact


@given(st.sampled_from(sorted(factors.SUFFIXES)), st.integers(1, 10**6))
def test_pint_reads_the_same_quantities(suffix: str, number: int) -> None:
    exact = KUBERNETES.Quantity(number, suffix).to("one").magnitude
    assert units.parse_quantity(f"{number}{suffix}") == pytest.approx(float(exact))


PINT = postgresql_registry()
KUBERNETES = kubernetes_registry()


def test_spellings() -> None:
    assert units.format_bytes(536870912) == "512MB"
    assert units.format_bytes(1000) == "1000B"
    assert units.format_bytes(0) == "0"
    assert units.format_time(900000) == "15min"
    assert units.format_time(0.1) == "100us"
    assert units.format_time(86400000) == "1d"


def test_postgresql_knows_no_other_spelling() -> None:
    assert units.parse_postgresql("64mb", "bytes") is None
    assert units.parse_postgresql("64Mi", "bytes") is None
    assert units.parse_postgresql("5m", "time") is None
    assert units.parse_postgresql("5MB", "time") is None


@given(st.integers(1, 2**45), st.sampled_from(["down", "up", "near"]))
def test_rounding_goes_the_way_it_says(amount: int, direction: str) -> None:
    rounded = units.round_for_people(amount, direction=direction)
    if direction == "down":
        assert rounded <= amount
    if direction == "up":
        assert rounded >= amount
    assert units.round_for_people(amount, 1000, direction) % 1000 == 0


def test_neither_pint_nor_fractions_at_import() -> None:
    code = "import sys, pgcfglint.units; print([m for m in ('pint', 'fractions') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )
