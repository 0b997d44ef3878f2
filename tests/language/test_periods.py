"""Durations and dates."""

from __future__ import annotations

from datetime import date

import pytest

from matchmaker.language.periods import deadline_of, read_period
from matchmaker.records import Achievement, Need


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("12个月", 365, 365),
        ("６个月", 182.5, 182.5),
        ("三个月", 91.25, 91.25),
        ("2年内", 0, 730),
        ("18个月以内", 0, 547.5),
        ("不超过6个月", 0, 182.5),
        ("半年", 182.5, 182.5),
        ("一年半", 547.5, 547.5),
        ("1年6个月", 547.5, 547.5),
        ("1-2年", 365, 730),
        ("6~12个月", 182.5, 365),
        ("6个月-1年", 182.5, 365),
        ("30天", 30, 30),
        ("90日内", 0, 90),
        ("两周", 14, 14),
        ("合同签订后12个月", 365, 365),
        ("最好能在12个月内见到效果", 0, 365),
    ],
)
def test_durations(text: str, low: float, high: float) -> None:
    read = read_period(text)
    assert read is not None
    assert (read.low, read.high) == (low, high)
    assert (read.first, read.last, read.is_date) == (None, None, False)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-06-30", "2026-06-30", "2026-06-30"),
        ("2026年12月31日前", "2026-12-31", "2026-12-31"),
        ("2026年12月31", "2026-12-31", "2026-12-31"),
        ("2026年6月底前", "2026-06-01", "2026-06-30"),
        ("2026.06", "2026-06-01", "2026-06-30"),
        ("2026年", "2026-01-01", "2026-12-31"),
        ("2026年底", "2026-12-01", "2026-12-31"),
        ("2026年初", "2026-01-01", "2026-03-31"),
        ("2026年上半年", "2026-01-01", "2026-06-30"),
        ("2026年下半年", "2026-07-01", "2026-12-31"),
        ("2026年第三季度", "2026-07-01", "2026-09-30"),
        ("2024年2月", "2024-02-01", "2024-02-29"),
    ],
)
def test_dates(text: str, first: str, last: str) -> None:
    read = read_period(text)
    assert read is not None
    assert (str(read.first), str(read.last)) == (first, last)
    assert (read.low, read.high, read.is_date) == (None, None, True)


@pytest.mark.parametrize(
    "text", ["", "无", "长期有效", "1998", "5日", "6月", "2026年13月1日", "2026", "3000年", "年"]
)
def test_what_is_no_period(text: str) -> None:
    assert read_period(text) is None


def test_today_turns_one_into_the_other() -> None:
    today = date(2025, 1, 1)
    long = read_period("6-12个月", today=today)
    assert long is not None
    assert (long.first, long.last) == (date(2025, 7, 2), date(2026, 1, 1))
    day = read_period("2025-01-31", today=today)
    assert day is not None
    assert (day.low, day.high) == (30, 30)


@pytest.mark.parametrize(
    ("text", "unit", "high"),
    [
        ("12", "月", 365),
        ("1-2", "年", 730),
        ("6", "个月", 182.5),
        ("6年", "月", 2190),
        ("12", "", 0),
    ],
)
def test_the_unit_of_the_heading(text: str, unit: str, high: float) -> None:
    read = read_period(text, unit=unit)
    assert (read.high if read else 0) == high


def test_the_deadline_of_a_record() -> None:
    dated = Need(id="1", title="x", deadline=date(2026, 6, 30), extra={"完成时限": "2年"})
    found = deadline_of(dated, today=date(2026, 6, 1))
    assert found is not None
    assert (found.last, found.high, found.text) == (date(2026, 6, 30), 29, "2026-06-30")

    column = deadline_of(Need(id="1", title="x", extra={"备注": "3年", "完成时限": "2年"}))
    assert column is not None
    assert (column.high, column.text) == (730, "2年")

    unit = deadline_of(Achievement(id="1", title="x", extra={"完成时限（月）": "24"}))
    assert unit is not None
    assert unit.high == 730

    assert deadline_of(Need(id="1", title="x", extra={"完成时限": "无"})) is None
    assert deadline_of(Need(id="1", title="x")) is None
