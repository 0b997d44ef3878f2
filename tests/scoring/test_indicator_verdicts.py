"""Whether an achievement's claims fulfil a need's targets."""

from __future__ import annotations

import pytest

from matchmaker.language.indicators import extract_indicators
from matchmaker.scoring.indicators import (
    IndicatorVerdict,
    compare_indicators,
    indicator_agreement,
    name_likeness,
)


def verdicts(need: str, achievement: str) -> tuple[IndicatorVerdict, ...]:
    return compare_indicators(
        extract_indicators(need), extract_indicators(achievement, side="achievement")
    )


TABLE = [
    ("抗拉强度≥1200MPa", "抗拉强度≥1250MPa", "met", "value"),
    ("抗拉强度≥1200MPa", "抗拉强度≥1.25GPa", "met", "value"),
    ("抗拉强度≥1200MPa", "抗拉强度1180MPa", "missed", "value"),
    ("抗拉强度≥1200MPa", "抗拉强度≥1100MPa", "incomparable", "value"),
    ("抗拉强度≥1200MPa", "抗拉强度≤1100MPa", "missed", "value"),
    ("抗拉强度≥1200MPa", "抗拉强度1150~1300MPa", "incomparable", "value"),
    ("抗拉强度＞1200MPa", "抗拉强度≥1200MPa", "incomparable", "value"),
    ("抗拉强度＞1200MPa", "抗拉强度＞1200MPa", "met", "value"),
    ("抗拉强度≥1200MPa", "抗拉强度＜1200MPa", "missed", "value"),
    ("抗拉强度＞1200MPa", "抗拉强度1200MPa", "missed", "value"),
    ("氧含量＜6ppm", "氧含量5ppm", "met", "value"),
    ("氧含量＜6ppm", "氧含量6ppm", "missed", "value"),
    ("氧含量≤6ppm", "氧含量3~6ppm", "met", "value"),
    ("氧含量≤6ppm", "氧含量大于6ppm", "missed", "value"),
    ("抗拉强度≥1200MPa", "屈服强度≥1300MPa", "unsaid", "claim"),
    ("抗拉强度≥1200MPa", "抗拉强度大于30%", "incomparable", "unit"),
    ("中心碳偏析指数由1.15降到1.08以下", "碳偏析指数≤1.06", "met", "value"),
    ("中心碳偏析指数由1.15降到1.08以下", "中心碳偏析指数由1.2降到1.10", "missed", "value"),
    ("收率提高3%以上", "收率提高5%", "met", "value"),
    ("收率提高3%以上", "收率降低5%", "missed", "direction"),
    ("收率提高3%以上", "收率90%", "incomparable", "kind"),
    ("要求能耗比同行业降低15%", "能耗比同行业降低16%", "met", "value"),
    ("要求能耗比同行业降低15%", "能耗比原工艺降低20%", "incomparable", "reference"),
    ("要求能耗比同行业降低15%", "能耗降低20%", "incomparable", "reference"),
    ("25℃下容量保持率≥80%", "25℃下容量保持率85%", "met", "value"),
    ("25℃下容量保持率≥80%", "60℃下容量保持率85%", "incomparable", "condition"),
    ("25℃下容量保持率≥80%", "容量保持率85%", "met", "value"),
    ("要求厚度公差±0.05mm", "厚度公差±0.03mm", "met", "value"),
    ("要求厚度公差±0.05mm", "厚度公差±80μm", "incomparable", "value"),
    ("要求膜面积1.4~2.0m²", "膜面积1.8m²", "met", "value"),
    ("要求膜面积1.4~2.0m²", "膜面积2.5m²", "missed", "value"),
    ("成本不超过40元", "", "unsaid", "claim"),
]


@pytest.mark.parametrize(("need", "achievement", "verdict", "reason"), TABLE)
def test_verdicts(need: str, achievement: str, verdict: str, reason: str) -> None:
    (one,) = verdicts(need, achievement)
    assert (one.verdict, one.reason) == (verdict, reason)
    assert (one.claim is None) == (verdict == "unsaid")


def test_only_targets_with_numbers_are_judged() -> None:
    need = "目前收率78%，要求收率达到85%以上，溶出曲线与原研一致，公司占地80亩"
    (one,) = verdicts(need, "收率88%")
    assert (one.target.low, one.verdict) == (85, "met")


def test_what_others_reach_is_no_claim() -> None:
    (one,) = verdicts("收率≥85%", "传统工艺收率90%")
    assert one.verdict == "unsaid"


def test_a_number_without_a_name_stays_unsaid() -> None:
    (one,) = verdicts("≥85%", "收率90%")
    assert (one.verdict, one.reason) == ("unsaid", "name")


def test_the_closest_name_decides() -> None:
    (one,) = verdicts("中心碳偏析指数≤1.08", "碳偏析指数1.20，中心碳偏析指数1.05")
    assert one.verdict == "met"
    assert one.claim is not None
    assert one.claim.name == "中心碳偏析指数"


@pytest.mark.parametrize(
    ("first", "second", "agree"),
    [
        ("抗拉强度", "抗拉强度", True),
        ("抗拉强度", "屈服强度", False),
        ("中心碳偏析指数", "碳偏析指数", True),
        ("铟回收率", "锗回收率", False),
        ("漏检率", "误检率", False),
        ("强度", "抗拉强度", False),
        ("使用寿命", "寿命", True),
        ("VOC", "VOCs", True),
        ("", "收率", False),
    ],
)
def test_names(first: str, second: str, agree: bool) -> None:
    assert (name_likeness(first, second) >= 0.8) is agree
    assert name_likeness(first, second) == name_likeness(second, first)


def test_agreement_counts_only_what_was_decided() -> None:
    need = "抗拉强度≥1200MPa，延伸率≥12%，硬度≥50HRC，收率≥90%"
    found = verdicts(need, "抗拉强度1250MPa，延伸率10%，硬度52HRC")
    assert [one.verdict for one in found] == ["met", "missed", "met", "unsaid"]
    assert indicator_agreement(found) == pytest.approx(1 / 3)
    assert indicator_agreement(verdicts(need, "")) is None
    assert indicator_agreement(()) is None
