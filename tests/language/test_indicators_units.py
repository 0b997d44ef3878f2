"""Spellings of units and numbers, folding, and conversion."""

from __future__ import annotations

import pytest

from matchmaker.language.indicators.conversion import convert
from matchmaker.language.indicators.folding import fold
from matchmaker.language.indicators.numbers import arabic, chinese
from matchmaker.language.indicators.units import canonical_unit, is_rate


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("Gpa", "GPa"), ("Mpa", "MPa"), ("Km", "km"), ("um", "μm"), ("KW", "kW"), ("0C", "℃"),
        ("°C", "℃"), ("hrs", "h"), ("微米", "μm"), ("吨", "t"), ("个月", "月"), ("个百分点", "%"),
        ("平方米", "m²"), ("㎡", "m²"), ("名", "人"), ("转/分", "rpm"), ("r/min", "rpm"),
        ("吨/年", "t/年"), ("件/分钟", "件/min"), ("W/(m·k)", "W/(m·K)"), ("元/吨", "元/t"),
        ("g/cm3", "g/cm³"), ("CFU/mL", "CFU/mL"), ("dB(A)", "dB"),
    ],
)  # fmt: skip
def test_spellings(written: str, canonical: str) -> None:
    assert canonical_unit(written) == canonical


def test_rates_are_per_time() -> None:
    assert all(map(is_rate, ("m/min", "t/年", "rpm", "L/(m²·h)", "Gbps", "mm/年")))
    assert not any(map(is_rate, ("mg/L", "元/t", "Hz", "kWh/t", "kW/(m³/min)", "h", "")))


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (1.2, "GPa", "MPa", 1200),
        (25, "℃", "K", 298.15),
        (212, "℉", "℃", 100),
        (1, "W/(m·K)", "W/(m·℃)", 1),
        (1, "倍", "%", 100),
        (5, "mg/kg", "ppm", 5),
        (60, "件/min", "件/h", 3600),
        (3, "亩", "m²", 2000),
        (3, "kWh/t", "kJ/kg", 10.8),
        (10, "g/10min", "g/min", 1),
        (2, "t/d", "kg/h", 2000 / 24),
        (7, "HRC", "HRC", 7),
    ],
)
def test_conversion(value: float, unit: str, to: str, expected: float) -> None:
    assert convert(value, unit, to) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("unit", "to"),
    [
        ("件", "元"),
        ("HRC", "HV"),
        ("元", "美元"),
        ("MPa", "℃"),
        ("", "%"),
        ("mg/L", "ppm"),
        ("x9/zz", "m"),
    ],
)
def test_other_things_are_not_converted(unit: str, to: str) -> None:
    assert convert(1, unit, to) is None


def test_differences_of_temperature_have_no_offset() -> None:
    assert convert(10, "℃", "K", difference=True) == pytest.approx(10)


def test_numbers() -> None:
    assert arabic("1,200") == 1200
    assert arabic("5×10⁻⁶") == pytest.approx(5e-6)
    assert arabic("1.5×10-6") == pytest.approx(1.5e-6)
    assert arabic("10^6") == 1e6
    assert arabic("9" * 100) is None
    assert chinese("一百二十") == (120, 120)
    assert chinese("两千三百") == (2300, 2300)
    assert chinese("三四") == (3, 4)
    assert chinese("三点五") == (3.5, 3.5)
    assert chinese("三七") is None


def test_folding_keeps_every_place() -> None:
    text = "軋製＞１２％\\n℃ ㎡"
    assert fold(text) == "轧制>12%\n\n℃ ㎡"
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize("unit", ["85%RH", "(", "10/", "/", "()", "**", "0", "9" * 400, "(" * 2000])
def test_odd_units_convert_to_nothing(unit: str) -> None:
    for difference in (False, True):
        assert convert(1.5, unit, "MPa", difference=difference) is None
        assert convert(1.5, "℃", unit, difference=difference) is None
