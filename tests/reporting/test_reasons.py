"""Reasons in words, from explanations made by hand; and sums that are shown as they are."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from matchmaker import Matches
from matchmaker.reporting.messages import MESSAGES
from matchmaker.reporting.reasons import (
    gap_clauses,
    gap_text,
    reason_clauses,
    reason_text,
    rounded,
    score_parts,
    score_text,
)
from matchmaker.reporting.wording import Wording
from matchmaker.scoring.explanation import (
    CRITERIA,
    Counterfactual,
    Evidence,
    Explanation,
    Part,
)

ZH, EN = Wording("zh"), Wording("en")


def explanation(
    *parts: Part, judged: Sequence[str] = ("terms", "meaning"), open_: Sequence[Evidence] = ()
) -> Explanation:
    score = math.fsum(part.value for part in parts)
    return Explanation(score, parts, tuple(judged), tuple(open_))


def field(name: str, need: str, achievement: str, weight: float) -> Part:
    return Part(name, 0.01, (Evidence("field", 0.01, need, achievement, weight, detail=name),))


RICH = explanation(
    Part("base", 0.0312),
    Part(
        "terms",
        0.3,
        (
            Evidence("term", 0.2, "大方坯", "大方坯", 0.06),
            Evidence("term", 0.05, "碳化物\n网状", "碳化物网状", 0.02),
            Evidence("general", 0.05, "", "", 0.03),
        ),
    ),
    Part(
        "near_terms",
        0.1,
        (
            Evidence("near_term", 0.03, "铸", "铸坯", 0.7),  # tells nobody anything
            Evidence("near_term", 0.02, "疏松", "缩孔", 0.6),
            Evidence("near_term", 0.003, "偏析", "成分", 0.5),  # bears next to nothing
            Evidence("near_term", 0.01, "轧材", "棒材", 0.6),
            Evidence("near_term", 0.009, "拉速", "速度", 0.6),
            Evidence("near_term", 0.008, "搅拌", "混合", 0.6),  # one too many
        ),
    ),
    Part("meaning", 0.15, (Evidence("text", 0.15, "", "", 0.77),)),
    Part("judgements", -0.02),
    Part("sector", 0.0, (Evidence("sector", 0.0, "冶金、新材料", "冶金、新材料", 1.0),)),
    Part(
        "indicators",
        0.01,
        (
            Evidence("indicator", 0.02, "疏松不高于1.0级", "疏松≤0.5级", 1.0, verdict="met"),
            Evidence("indicator", -0.01, "成材率≥95%", "成材率90%", -1.0, verdict="missed"),
        ),
    ),
    field("money", "100万元", "80万元", 1.0),
    field("cooperation", "转让", "许可", -1.0),
    field("region", "辽宁", "江苏", 0.0),
    Part(
        "preferences",
        0.0,
        (
            Evidence("preference", 0.01, "", "中试", 1.0, verdict="met", detail="成熟度>=6"),
            Evidence("preference", -0.01, "", "江苏", -1.0, verdict="missed", detail="地区=辽宁"),
        ),
    ),
    judged=("terms", "meaning", "sector", "indicators", "money", "cooperation", "region"),
)


def test_reasons_in_chinese() -> None:
    without = Counterfactual("大方坯", 4, 0.4, 100)
    assert reason_clauses(RICH, ZH, without=without) == [
        "双方都提到“大方坯”、“碳化物 网状”",
        "说法相近：“疏松”与“缩孔”、“轧材”与“棒材”、“拉速”与“速度”",
        "同属冶金、新材料领域",
        "指标满足：要求疏松不高于1.0级，成果疏松≤0.5级",
        "指标不满足：要求成材率≥95%，成果成材率90%",
        "资金相合（需求：100万元；成果：80万元）",
        "合作方式不一致（需求：转让；成果：许可）",
        "不在同一省（需求：辽宁；成果：江苏）",
        "符合偏好 成熟度>=6",
        "不符合偏好 地区=辽宁",
        "同类配对以前评价较低",
        "若需求不提“大方坯”，本对排第 4 位",
        "按 8 项标准中的 7 项判断",
    ]


def test_the_same_reasons_in_english() -> None:
    gone = Counterfactual("大方坯", None, None, 100)
    found = reason_clauses(RICH, EN, without=gone, asking="achievement")
    assert found == [
        'both name "大方坯", "碳化物 网状"',
        'alike: "疏松" and "缩孔", "轧材" and "棒材", "拉速" and "速度"',
        "both in 冶金, 新材料",
        "indicator met: asked 疏松不高于1.0级, offered 疏松≤0.5级",
        "indicator missed: asked 成材率≥95%, offered 成材率90%",
        "money agrees (need: 100万元; achievement: 80万元)",
        "cooperation disagrees (need: 转让; achievement: 许可)",
        "not in one province (need: 辽宁; achievement: 江苏)",
        "as preferred: 成熟度>=6",
        "not as preferred: 地区=辽宁",
        "alike pairs were judged lower before",
        'if the achievement did not say "大方坯", this pair would not be among 100 candidates',
        "judged on 7 of 8 criteria",
    ]
    assert reason_text(RICH, EN, without=gone, asking="achievement") == "; ".join(found)


def test_the_terms_can_be_left_to_who_shows_them() -> None:
    every = reason_clauses(RICH, ZH)
    assert every[0].startswith("双方都提到")
    assert reason_clauses(RICH, ZH, terms=False) == every[1:]
    # Without terms there is nothing to leave.
    alike = explanation(Part("meaning", 0.2, (Evidence("text", 0.2, "", "", 0.6),)))
    assert reason_clauses(alike, ZH, terms=False) == reason_clauses(alike, ZH)
    alone = explanation(Part("terms", 0.2, (Evidence("term", 0.2, "钢", "钢", 0.6),)))
    assert reason_clauses(alone, ZH, terms=False) == ["按 8 项标准中的 2 项判断"]


@pytest.mark.parametrize(
    ("weight", "zh", "en"),
    [
        (1.0, "成熟度相合", "maturity agrees"),
        (0.26, "成熟度相合", "maturity agrees"),
        (0.25, "成熟度大体可谈", "maturity to be discussed"),
        (-0.25, "成熟度大体可谈", "maturity to be discussed"),
        (-0.26, "成熟度不一致", "maturity disagrees"),
    ],
)
def test_how_well_a_field_agrees(weight: float, zh: str, en: str) -> None:
    why = explanation(field("maturity", "TRL6", "中试", weight))
    assert reason_clauses(why, ZH)[0] == f"{zh}（需求：TRL6；成果：中试）"
    assert reason_clauses(why, EN)[0] == f"{en} (need: TRL6; achievement: 中试)"


def test_where_little_can_be_said() -> None:
    nothing = explanation(Part("base", 0.0), judged=())
    assert reason_text(nothing, ZH) == "没有可以说明的共同点；按 8 项标准中的 0 项判断"
    assert reason_text(nothing, EN) == (
        "nothing in common that could be named; judged on 0 of 8 criteria"
    )
    alike = explanation(Part("meaning", 0.2, (Evidence("text", 0.2, "", "", 0.6),)))
    assert reason_clauses(alike, ZH) == ["整体意思相近", "按 8 项标准中的 2 项判断"]
    assert reason_clauses(alike, EN)[0] == "the texts as wholes are alike"
    other = explanation(Part("sector", -0.1, (Evidence("sector", -0.1, "冶金", "化工", -1.0),)))
    assert reason_clauses(other, ZH)[0] == "领域不同（需求：冶金；成果：化工）"
    assert reason_clauses(other, EN)[0] == "different sectors (need: 冶金; achievement: 化工)"


def test_judgements_are_named_where_they_are_felt() -> None:
    def said(value: float) -> list[str]:
        return reason_clauses(explanation(Part("judgements", value)), ZH)

    assert "同类配对以前评价较高" in said(0.01)
    assert "同类配对以前评价较低" in said(-0.01)
    assert not any("以前评价" in clause for clause in said(0.009))


def test_long_words_are_cut_and_lists_end() -> None:
    terms = tuple(Evidence("term", 0.01, "钢" * 99 + str(at), "", 0.01) for at in range(9))
    (clause, _) = reason_clauses(explanation(Part("terms", 0.1, terms)), ZH)
    assert clause.count("“") == 5
    assert len(clause) < 5 * 43 + 10


def test_a_missed_indicator_is_said_however_many_are_met() -> None:
    """What speaks against a pair is what a broker must not overlook."""
    met = [
        Evidence("indicator", 0.01, f"强度{at}≥5MPa", f"强度{at}≥6MPa", 1.0, verdict="met")
        for at in range(6)
    ]
    missed = Evidence("indicator", -0.01, "能耗≤3kWh", "能耗9kWh", -1.0, verdict="missed")
    clauses = reason_clauses(explanation(Part("indicators", 0.05, (*met, missed))), ZH)
    assert "指标不满足：要求能耗≤3kWh，成果能耗9kWh" in clauses


# --- what is open --------------------------------------------------------------------------------


def opened(need: str, achievement: str, verdict: str) -> Evidence:
    return Evidence("indicator", 0.0, need, achievement, 0.0, verdict=verdict)


def test_gaps_in_both_languages() -> None:
    why = explanation(
        Part("base", 0.1),
        judged=("terms", "meaning", "region"),
        open_=(
            opened("强度≥1200MPa", "", "unsaid"),
            opened("寿命≥5年", "", "unsaid"),
            opened("能耗≤3kWh/t", "能耗下降9%", "incomparable"),
        ),
    )
    # Where indicators are open, they are named, and not once more as a criterion.
    assert gap_clauses(why, ZH) == [
        "成果未说明：强度≥1200MPa、寿命≥5年",
        "不可直接比较：要求能耗≤3kWh/t，成果能耗下降9%",
        "一方未说明：领域、成熟度、资金、合作方式",
    ]
    assert gap_clauses(why, EN) == [
        "the achievement says nothing of 强度≥1200MPa, 寿命≥5年",
        "not comparable: asked 能耗≤3kWh/t, offered 能耗下降9%",
        "a side says nothing of: sector, maturity, money, cooperation",
    ]
    assert gap_text(why, EN) == "; ".join(gap_clauses(why, EN))


def test_gaps_where_nothing_is_open() -> None:
    assert gap_clauses(explanation(Part("base", 0.1), judged=CRITERIA), ZH) == []
    assert gap_text(explanation(Part("base", 0.1), judged=CRITERIA), EN) == ""
    silent = explanation(Part("base", 0.0), judged=("terms",))
    assert gap_clauses(silent, ZH) == ["一方未说明：领域、指标、成熟度、资金、合作方式、地区"]


def test_both_languages_say_the_same_of_the_sample(sample_matches: Matches) -> None:
    for match in sample_matches[::40]:
        why = match.explain(spans=False)
        for make in (reason_clauses, gap_clauses, score_parts):
            zh, en = make(why, ZH), make(why, EN)
            assert len(zh) == len(en)
        assert [value for _, value in score_parts(why, ZH)] == [
            value for _, value in score_parts(why, EN)
        ]


def test_every_part_has_a_name() -> None:
    for name in (*CRITERIA, "base", "near_terms", "judgements", "reranker", "preferences"):
        assert all(MESSAGES[f"part.{name}"])


# --- sums ----------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=1, max_size=12), st.integers(1, 4))
def test_rounded_values_add_up_to_the_rounded_total(values: list[float], decimals: int) -> None:
    total = math.fsum(values)
    shown = rounded(values, total, decimals=decimals)
    assert math.fsum(shown) == pytest.approx(float(f"{total:.{decimals}f}"), abs=1e-9)
    unit = 10**-decimals
    for value, found in zip(values, shown, strict=True):
        assert abs(found - value) < unit * (1 + 1e-9)
        assert float(f"{found:.{decimals}f}") == found


@settings(deadline=None)
@given(st.lists(st.integers(-999, 999), min_size=1, max_size=9))
def test_what_is_round_stays(thousandths: list[int]) -> None:
    values = [number / 1000 for number in thousandths]
    assert rounded(values, math.fsum(values)) == values


@settings(deadline=None)
@given(st.lists(st.floats(-0.3, 0.5), min_size=1, max_size=14))
def test_shown_parts_add_up_to_the_shown_score(values: list[float]) -> None:
    names = [*CRITERIA, "base", "near_terms", "judgements", "reranker", "preferences", "base"]
    parts = tuple(Part(name, value) for name, value in zip(names, values, strict=False))
    score = math.fsum(values)
    assume(0 <= score <= 1)
    why = Explanation(score, parts, ())
    total = round(sum(1000 * float(value) for _, value in score_parts(why, ZH)))
    assert f"{total / 1000:.3f}" == ZH.score(score)


def test_a_sum_by_hand() -> None:
    why = explanation(Part("base", 0.0313), Part("terms", 0.2504), Part("money", -0.0107),
                      Part("region", 0.0), Part("sector", 0.0004))  # fmt: skip
    # 0.2714: 31, 250, -11, 0 and 0 are 270, so the greatest remainder, that of sector, ...
    assert score_parts(why, ZH) == [
        ("起点", "+0.031"), ("共有词", "+0.251"), ("资金", "-0.011"),
    ]  # fmt: skip
    assert score_text(why, ZH) == "起点+0.031 共有词+0.251 资金-0.011 = 0.271"
    assert score_text(why, EN) == "start+0.031 shared terms+0.251 money-0.011 = 0.271"
    assert score_text(Explanation(0.0, (Part("base", 0.0),), ()), EN) == "0.000"


def test_the_sample_s_sums_are_shown_whole(sample_matches: Matches) -> None:
    for match in sample_matches[::12]:
        parts = score_parts(match.explain(spans=False), ZH)
        shown = sum(round(1000 * float(value)) for _, value in parts)
        assert f"{shown / 1000:.3f}" == f"{match.score:.3f}"
        assert all(value[0] in "+-" for _, value in parts)
