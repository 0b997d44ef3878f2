from datetime import date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.records.cells import (
    cell_text,
    is_month_only,
    is_placeholder,
    is_rounded,
    parse_date,
    split_list,
    unique_texts,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  耐热钢\u3000\n", "耐热钢"),
        ("\ufeff名称\u200b ", "名称"),
        ("\ufeff", ""),
        ("", ""),
        ("a\nb", "a\nb"),
        ("001", "001"),
        ("'001", "001"),
        ("’2024-05-01", "2024-05-01"),
        ("'quoted'", "'quoted'"),
        ("'", "'"),
        (None, ""),
        (float("nan"), ""),
        (float("inf"), "inf"),
        (pd.NA, ""),
        (pd.NaT, ""),
        (Decimal("NaN"), ""),
        (True, "TRUE"),
        (False, "FALSE"),
        (12, "12"),
        (12.0, "12"),
        (-0.5, "-0.5"),
        (1e-7, "0.0000001"),
        (1e20, "100000000000000000000"),
        (1.234567890123457e18, "1234567890123457000"),
        (Decimal("1.50"), "1.5"),
        (Decimal("100"), "100"),
        (np.float64(2.0), "2"),
        (np.int64(3), "3"),
        (np.bool_(True), "TRUE"),
        (np.array(["a", "b"]), "a；b"),
        (pd.Series(["a"]), "a"),
        (["a", None, 2], "a；2"),
        (("a",), "a"),
        (date(2024, 5, 1), "2024-05-01"),
        (datetime(2024, 5, 1), "2024-05-01"),
        (datetime(2024, 5, 1, 8, 30), "2024-05-01 08:30:00"),
        (pd.Timestamp("2024-05-01"), "2024-05-01"),
        (time(8, 30), "08:30:00"),
        (timedelta(hours=30, seconds=5), "30:00:05"),
        (timedelta(hours=-1), "-1:00:00"),
    ],
)
def test_cell_text(value, text):
    assert cell_text(value) == text


@pytest.mark.parametrize("value", [object(), {"a": 1}, b"bytes", {1}])
def test_other_types_are_no_cells(value):
    with pytest.raises(TypeError, match=type(value).__name__):
        cell_text(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_lose_nothing(value):
    text = cell_text(value)
    assert float(text) == value
    assert "e" not in text
    assert not text.endswith(".0")


def test_rounded_numbers():
    assert is_rounded(1e15)
    assert is_rounded(-1.2e18)
    assert not is_rounded(999_999_999_999_999.0)
    assert not is_rounded(10**18)
    assert not is_rounded(float("inf"))
    assert not is_rounded("1234567890123456789")


@pytest.mark.parametrize(
    "text", ["未提供", "无", "暂无", "（无）", "无。", "-", "——", "/", "N/A", "null", "NaN", "[无]"]
)
def test_placeholders(text):
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text", ["面议", "无线通信", "Na", "不限", "0", "无" * 30, "无人机", "None of these"]
)
def test_no_placeholders(text):
    assert not is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01",
        "2024/5/1",
        "2024.5.1",
        "2024年5月1日",
        "2024年5月1号",
        "２０２４年０５月０１日",
        "20240501",
        " 2024-05-01 ",
        "2024-05-01 08:30",
        "2024-05-01 00:00:00",
        "2024-05-01T08:30:00.123Z",
        "2024-05-01T08:30:00+08:00",
        "2024年5月1日 8时30分",
        "2024年5月1日前",
        "2024-05-01之前",
    ],
)
def test_days(text):
    assert parse_date(text) == date(2024, 5, 1)
    assert parse_date(text, month_end=True) == date(2024, 5, 1)
    assert not is_month_only(text)


@pytest.mark.parametrize("text", ["2024年2月", "2024-02", "2024/02", "2024年2月底", "2024.02"])
def test_months(text):
    assert parse_date(text) == date(2024, 2, 1)
    assert parse_date(text, month_end=True) == date(2024, 2, 29)
    assert is_month_only(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "长期", "2024", "2024.1", "2024-13-01", "2024年13月", "2024-02-30", "45413", "1.5.2024",
        "0024-05-01", "9999-05-01", "2024-05-0112:30", "12月", "2024-05-01 至 2024-06-01",
    ],
)  # fmt: skip
def test_no_dates(text):
    assert parse_date(text) is None
    assert parse_date(text, month_end=True) is None


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
def test_every_day_is_read_back(day):
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day.year}年{day.month}月{day.day}日") == day
    assert parse_date(day.strftime("%Y%m%d")) == day


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("钢；铁;铜、铝,锌，锡/铅|镍\n钛", ("钢", "铁", "铜", "铝", "锌", "锡", "铅", "镍", "钛")),
        ("技术许可（独占、排他）；合作开发", ("技术许可（独占、排他）", "合作开发")),
        ("许可(独占, (a、b))、转让）；咨询", ("许可(独占, (a、b))", "转让）", "咨询")),
        ("许可（独占、转让", ("许可（独占", "转让")),
        ("（独占）", ("（独占）",)),
        ("钢；；钢； ；无", ("钢",)),
        ("", ()),
    ],
)
def test_lists(text, items):
    assert split_list(text) == items


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("C22C 38/04；C21D 1/18", ("C22C 38/04", "C21D 1/18")),
        ("C31/C32", ("C31", "C32")),
        ("C31 / 3391", ("C31", "3391")),
        ("B22F3/00(2006.01)I, F27", ("B22F3/00(2006.01)I", "F27")),
    ],
)
def test_codes_keep_the_slash_of_ipc(text, items):
    assert split_list(text, codes=True) == items


def test_items_given_one_by_one_are_not_split():
    assert unique_texts([" a/b ", "a/b", "", "无", "c"]) == ("a/b", "c")


def test_a_long_hostile_cell_is_split_in_linear_time():
    assert split_list("（、" * 50_000) == ("（",)
