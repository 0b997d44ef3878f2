"""Sums of money."""

from __future__ import annotations

import pytest

from matchmaker.language.money import read_money

WAN = 10_000.0


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("50-80万元", 50, 80),
        ("１００－１５０万元", 100, 150),
        ("50万-80万元", 50, 80),
        ("5000元-1万元", 0.5, 1),
        ("10万到20万", 10, 20),
        ("100万元至200万元", 100, 200),
        ("200-1亿元", 1e4, 2e6),
        ("不超过300万", None, 300),
        ("1000万元以内", None, 1000),
        ("≤ 500万元", None, 500),
        ("≥100万元", 100, None),
        ("100万以上", 100, None),
        ("30万元起", 30, None),
        ("不低于1,000万元", 1000, None),
        ("1.2亿元", 12_000, 12_000),
        ("3千万元", 3000, 3000),
        ("人民币贰佰万元整", 200, 200),
        ("五十万元", 50, 50),
        ("两百万", 200, 200),
        ("80 万", 80, 80),
        ("100W", 100, 100),
        ("5000元", 0.5, 0.5),
        ("500人民币万元", 500, 500),
        ("500万元人民币", 500, 500),
        ("500rmb", 0.05, 0.05),
        ("投入200万元左右", 200, 200),
        ("三项合计3500万元", 3500, 3500),
        ("2026年投入200万元", 200, 200),
        ("12个月内50万元", 50, 50),
        ("拟投入500万元，其中自筹300万元", 500, 500),
    ],
)
def test_sums(text: str, low: float | None, high: float | None) -> None:
    read = read_money(text)
    assert read is not None
    ends = [None if end is None else end / WAN for end in (read.low, read.high)]
    assert ends == [low if low is None else pytest.approx(low), high and pytest.approx(high)]
    assert (read.negotiable, read.currency, read.per, read.known) == (False, "CNY", "", True)


@pytest.mark.parametrize(
    "text",
    ["", "无", "500", "一", "一二", "万一", "几十万", "数百万元", "3万吨", "年产5万台", "5%", "3百",
     "2026年", "12个月", "占地80亩"],
)  # fmt: skip
def test_what_is_no_sum(text: str) -> None:
    read = read_money(text)
    assert read is None


def test_negotiable() -> None:
    bare = read_money("价格面议")
    assert bare is not None
    assert (bare.low, bare.high, bare.negotiable, bare.known) == (None, None, True, False)
    assert bare.text == "面议"
    named = read_money("面议（参考价100万元）")
    assert named is not None
    assert (named.low, named.negotiable, named.known) == (100 * WAN, True, True)


@pytest.mark.parametrize(
    ("text", "currency", "low"),
    [("50万美元", "USD", 50e4), ("US$30万", "USD", 30e4), ("€5万", "EUR", 5e4),
     ("300万日元", "JPY", 300e4), ("1亿港币", "HKD", 1e8), ("2万英镑", "GBP", 2e4)],
)  # fmt: skip
def test_other_currencies_are_kept_apart(text: str, currency: str, low: float) -> None:
    read = read_money(text)
    assert read is not None
    assert (read.currency, read.low) == (currency, low)


@pytest.mark.parametrize(
    ("text", "per"), [("20-40万元/年", "年"), ("200元/吨", "吨"), ("5万元每套", "套")]
)
def test_what_is_paid_again_and_again(text: str, per: str) -> None:
    read = read_money(text)
    assert read is not None
    assert read.per == per


@pytest.mark.parametrize(
    ("text", "unit", "high"),
    [
        ("500", "万元", 500),
        ("50-80", "万元", 80),
        ("约500", "万元", 500),
        ("≤500", "万元人民币", 500),
        ("0.5", "亿元", 5000),
        ("500", "人民币万元", 500),
        ("500", "元", 0.05),
        # A unit of its own goes before the heading's.
        ("500元", "万元", 0.05),
        ("5%", "万元", None),
        ("500", "%", None),
        ("第3期", "万元", None),
    ],
)
def test_the_unit_of_the_heading(text: str, unit: str, high: float | None) -> None:
    read = read_money(text, unit=unit)
    assert (read.high / WAN if read and read.high else None) == high
