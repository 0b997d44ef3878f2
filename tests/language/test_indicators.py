"""Indicators of technical texts, form by form."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.language.indicators import Indicator, extract_indicators


def only(text: str, side: str = "need") -> Indicator:
    found = extract_indicators(text, side=side)  # type: ignore[arg-type]
    assert len(found) == 1, [one.surface(text) for one in found]
    return found[0]


# text, surface, operator, low, high, unit, kind
FORMS = [
    ("抗拉强度≥1200MPa", "≥1200MPa", "≥", 1200, None, "MPa", "bound"),
    ("烧成温度180-230℃", "180-230℃", "=", 180, 230, "℃", "range"),
    ("定位误差±1.5mm", "±1.5mm", "=", -1.5, 1.5, "mm", "tolerance"),
    ("棒材外径12±0.5mm", "12±0.5mm", "=", 11.5, 12.5, "mm", "tolerance"),
    ("装量0.50g±10%", "0.50g±10%", "=", 0.45, 0.55, "g", "tolerance"),
    ("孔深公差+0.05/-0.02mm", "+0.05/-0.02mm", "=", -0.02, 0.05, "mm", "tolerance"),
    ("轧成φ60mm以上棒材", "φ60mm以上", "≥", 60, None, "mm", "bound"),
    ("收率提高3%以上", "提高3%以上", "≥", 3, None, "%", "change"),
    ("铁损比同行业降低15%", "比同行业降低15%", "=", 15, 15, "%", "relative"),
    ("废品率1.5%降到1.0%以下", "1.5%降到1.0%以下", "≤", None, 1.0, "%", "from_to"),
    ("偏析指数由1.15降到1.08以下", "由1.15降到1.08以下", "≤", None, 1.08, "", "from_to"),
    ("速度30件/分钟", "30件/分钟", "=", 30, 30, "件/min", "rate"),
    ("产能3000吨/年", "3000吨/年", "=", 3000, 3000, "t/年", "rate"),
    ("精度等级0.5级", "0.5级", "=", 0.5, 0.5, "级", "bound"),
    ("强屈比≥1.26", "≥1.26", "≥", 1.26, None, "", "bound"),
    ("强屈比1.26", "1.26", "=", 1.26, 1.26, "", "bound"),
    ("申请专利≥5项", "≥5项", "≥", 5, None, "项", "count"),
    ("溶出曲线与原研一致", "与原研一致", "=", None, None, "", "qualitative"),
    ("性能达到进口产品水平", "达到进口产品水平", "=", None, None, "", "qualitative"),
    ("年产钢8万吨", "8万吨", "=", 80000, 80000, "t", "rate"),
    ("处置费每吨1800元", "每吨1800元", "=", 1800, 1800, "元/t", "bound"),
    ("线膨胀系数≤1.2×10⁻⁶/K", "≤1.2×10⁻⁶/K", "≤", None, 1.2e-6, "1/K", "bound"),
    ("活菌≥10^6个/g", "≥10^6个/g", "≥", 1e6, None, "个/g", "bound"),
    ("职工1,260人", "1,260人", "=", 1260, 1260, "人", "count"),
    ("误差在80%左右", "在80%左右", "≈", 80, 80, "%", "bound"),
    ("成本控制在8元以内", "控制在8元以内", "≤", None, 8, "元", "bound"),
    ("成本控制在8元", "控制在8元", "≤", None, 8, "元", "bound"),
    ("渣量约45万吨", "约45万吨", "≈", 450000, 450000, "t", "bound"),
    ("能耗减少近两成", "减少近两成", "≈", 20, 20, "%", "change"),
    ("用量减少三四成", "减少三四成", "=", 30, 40, "%", "change"),
    ("周期缩短一半", "缩短一半", "=", 50, 50, "%", "change"),
    ("含水率百分之五", "百分之五", "=", 5, 5, "%", "bound"),
    ("不良率小于千分之二", "小于千分之二", "<", None, 2, "‰", "bound"),
    ("价格为进口的1.5倍", "为进口的1.5倍", "=", 1.5, 1.5, "倍", "relative"),
    ("要求硬度达到HB500", "达到HB500", "≥", 500, None, "HB", "bound"),
    ("硬度200≤HB＜260", "200≤HB＜260", "=", 200, 260, "HB", "range"),
    ("比功率≤6.2kW/(m³/min)", "≤6.2kW/(m³/min)", "≤", None, 6.2, "kW/(m³/min)", "bound"),
    ("定位精度优于5mm", "优于5mm", "≤", None, 5, "mm", "bound"),
    ("粘度200 mPa.s", "200 mPa.s", "=", 200, 200, "mPa·s", "bound"),
]


@pytest.mark.parametrize(("text", "surface", "operator", "low", "high", "unit", "kind"), FORMS)
def test_every_form(
    text: str, surface: str, operator: str, low: float, high: float, unit: str, kind: str
) -> None:
    one = only(text)
    assert one.surface(text) == surface
    assert (one.operator, one.unit, one.kind) == (operator, unit, kind)
    assert one.low == (None if low is None else pytest.approx(low))
    assert one.high == (None if high is None else pytest.approx(high))


@pytest.mark.parametrize(
    "text",
    [
        "成立于2018年，到2025年底、6月30日前和2026-06-30",
        "GCr15和316L、304不锈钢、AZ91D、7075铝合金、Q345、5G、IP67、TRL 8",
        "执行GB/T 1234-2008和ISO 13485",
        "专利号ZL201510123456.7，电话0371-66668888",
        "按1:3混合，7×24小时运行",
        "一种方法，两条路线，三套方案",
        "3,4-二氯苯胺与2-甲基呋喃",
        "近三年、过去5年",
        "零件加工",
        "填补国内空白，达到国际先进水平，满足用户要求",
        "1、提高质量；2、降低能耗",
        "",
    ],
)
def test_what_is_no_indicator(text: str) -> None:
    assert extract_indicators(text) == ()


@pytest.mark.parametrize(
    ("text", "surface", "condition"),
    [
        ("25℃ 1C循环2000周 容量保持率＞80%", "＞80%", "25℃ 1C循环2000周"),
        ("在600℃下抗拉强度≥350MPa", "≥350MPa", "600℃"),
        ("1100℃水冷≥6次", "≥6次", "1100℃"),
        ("水洗30次后过滤效率≥95%", "≥95%", "30次"),
        ("耐压降≤5kPa@20L/min", "≤5kPa", "20L/min"),
        ("冲击功(-40℃)≥35J", "≥35J", "-40℃"),
    ],
)
def test_conditions_belong_to_what_holds_under_them(
    text: str, surface: str, condition: str
) -> None:
    one = only(text)
    assert (one.surface(text), one.condition) == (surface, condition)


def test_a_number_that_is_asked_for_itself_is_no_condition() -> None:
    assert only("使用温度≥600℃").unit == "℃"


def test_products_give_one_a_number_in_one_unit() -> None:
    first, second = extract_indicators("断面320×425mm")
    assert (first.low, first.unit, second.low, second.unit) == (320, "mm", 425, "mm")


@pytest.mark.parametrize(
    ("text", "baseline", "direction"),
    [
        ("指数由1.15降到1.08以下", 1.15, "down"),
        ("时间从3天缩短到12小时", 72, "down"),
        ("合格率85%→90%", 85, "up"),
        ("合格率提高到90%以上", None, "up"),
        ("周期从3个月延长到2年", 0.25, "up"),
        ("TDS由3.5%浓缩至18%以上", 3.5, "up"),
    ],
)
def test_changes_know_their_start_and_direction(
    text: str, baseline: float | None, direction: str
) -> None:
    one = only(text)
    assert one.kind == "from_to"
    assert one.baseline == (None if baseline is None else pytest.approx(baseline))
    assert one.direction == direction


@pytest.mark.parametrize(
    ("text", "reference", "direction"),
    [
        ("能耗比同行业降低15%", "同行业", "down"),
        ("成本比进口产品低30%以上", "进口产品", "down"),
        ("与传统工艺相比，收率提高10%", "传统工艺", "up"),
        ("价格不低于进口产品的95%", "进口产品", ""),
    ],
)
def test_comparisons_name_what_they_compare_with(text: str, reference: str, direction: str) -> None:
    one = only(text)
    assert (one.kind, one.reference, one.direction) == ("relative", reference, direction)


def roles(text: str, side: str = "need") -> list[str]:
    return [one.role for one in extract_indicators(text, side=side)]  # type: ignore[arg-type]


def test_roles_follow_the_nearest_words() -> None:
    text = "目前收率78%，能耗560kWh/t，希望收率达到85%以上，能耗降低20%"
    assert roles(text) == ["status_quo", "status_quo", "target", "target"]
    assert roles("公司占地80亩，员工320人，年产值3.8亿元，注册资本5000万元") == ["background"] * 4
    assert roles("项目预算200万元，单件成本≤8元，12个月内完成") == [
        "background", "target", "target",
    ]  # fmt: skip
    assert roles("获授权发明专利6项，已在3家企业应用", "achievement") == ["background"] * 2


def test_the_side_tips_what_nothing_explains() -> None:
    assert roles("装置精度0.1mm", "need") == ["status_quo"]
    assert roles("装置精度0.1mm", "achievement") == ["target"]


def test_plain_reaching_is_a_bound_only_where_it_is_asked_for() -> None:
    assert only("要求命中率达到85%").operator == "≥"
    assert only("命中率达到85%", "achievement").operator == "="
    assert only("目前命中率达到85%").operator == "="


def test_a_table_goes_by_its_heads() -> None:
    text = r"指标 现状 目标 \n 收率(%) 78 ≥85 \n 单耗(t/t) 6.5 ≤4"
    found = extract_indicators(text)
    assert [(one.surface(text), one.unit, one.role) for one in found] == [
        ("78", "%", "status_quo"), ("≥85", "%", "target"),
        ("6.5", "t/t", "status_quo"), ("≤4", "t/t", "target"),
    ]  # fmt: skip


def test_spans_count_characters_of_the_text_as_given() -> None:
    text = r"農藥車間：\n廢氣濃度≦６０ｍｇ／ｍ³；　強度＞１,２００ＭＰａ"
    found = extract_indicators(text)
    assert [one.surface(text) for one in found] == ["≦６０ｍｇ／ｍ³", "＞１,２００ＭＰａ"]
    assert [(one.operator, one.unit) for one in found] == [("≤", "mg/m³"), (">", "MPa")]
    assert [one.name for one in found] == ["廢氣濃度", "強度"]
    assert [text[slice(*one.name_span)] for one in found if one.name_span] == ["廢氣濃度", "強度"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("仍不能满足客户±1cm、50Hz的要求", ["target", "target"]),
        ("拟引进博士2人、硕士5人", ["target", "target"]),
        ("持有发明专利23件、实用新型60余件", ["background", "background"]),
        ("要求误差≤1℃；成型周期32s，希望缩短10%", ["target", "status_quo", "target"]),
        ("我厂深耕轴承行业20多年", ["background"]),
        ("要求收率≥90%，硬度只有56HRC", ["target", "status_quo"]),
        ("单支成本控制在60元，性能达到进口产品水平，噪声≤75dB", ["target", "target", "target"]),
    ],
)
def test_roles_of_plain_values_go_by_what_is_said_of_them(text: str, expected: list[str]) -> None:
    assert roles(text) == expected


def test_rows_of_a_table_are_not_counted_as_values() -> None:
    text = "序号 项目 现状值 目标值 1 极片毛刺 ≤12μm ≤7μm 2 模切速度 180片/min ≥300片/min"
    found = extract_indicators(text)
    assert [(one.surface(text), one.role) for one in found] == [
        ("≤12μm", "status_quo"), ("≤7μm", "target"),
        ("180片/min", "status_quo"), ("≥300片/min", "target"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "low", "unit"),
    [("粒径D502.5μm", 2.5, "μm"), ("NOx320mg/m³", 320, "mg/m³"), ("气调库O22%", 2, "%")],
)
def test_numbers_behind_letters(text: str, low: float, unit: str) -> None:
    one = only(text)
    assert (one.low, one.unit) == (low, unit)


def test_a_name_does_not_cross_into_what_comes_next() -> None:
    found = extract_indicators("一次良率≥92%，85℃/85%RH 1000h")
    assert found[0].name == "一次良率"
    assert not any(one.name for one in found[1:])
    assert only("最好能在12个月内完成").name == ""


SIGNS = (
    "0123456789.,，。；;-—~至到±×/%()（）\\n "
    "≥≤＞℃mMPaG吨万元件年月天比较提高降低到由从与一致约在下时后两三成倍"
)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=SIGNS, max_size=60))
def test_spans_are_in_order_apart_and_within(text: str) -> None:
    found = extract_indicators(text)
    assert found == extract_indicators(text)
    last = 0
    for one in found:
        assert last <= one.span[0] < one.span[1] <= len(text)
        last = one.span[1]
        if one.low is not None and one.high is not None:
            assert one.low <= one.high
        if one.kind != "qualitative":
            assert one.low is not None or one.high is not None


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40))
def test_any_text_can_be_read(text: str) -> None:
    for one in extract_indicators(text, side="achievement"):
        assert one.surface(text)


HOSTILE = [
    "9",
    "-",
    " ",
    "至",
    "1~",
    "1,",
    "1.",
    "9×10",
    "比",
    "5%，",
    "(",
    "由1到",
    "一",
    "百",
    "/",
    "5/m",
    "在",
    "\\",
    "与一致",
    "5℃",
    "每",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_texts_take_time_in_proportion(piece: str) -> None:
    # A quadratic or worse step would run for minutes here.
    text = piece * (100_000 // len(piece))
    found = extract_indicators(f"{text}抗拉强度≥1200MPa")
    assert len(found) <= len(text) + 1


def test_extraction_needs_no_pint() -> None:
    program = (
        "import sys\nfrom matchmaker.language.indicators import extract_indicators\n"
        "extract_indicators('抗拉强度≥1200MPa')\n"
        "print(*{name.split('.')[0] for name in sys.modules} & {'pint', 'numpy', 'cn2an'})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert done.stdout.split() == []
