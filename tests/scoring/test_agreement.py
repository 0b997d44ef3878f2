"""How fields agree where nobody set a constraint."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.records import Achievement, Need, Records
from matchmaker.scoring.agreement import (
    CRITERIA,
    Evidence,
    FieldAgreement,
    achievement_facts,
    agreement_values,
    field_agreements,
    need_facts,
)


def compare(need: dict[str, Any], achievement: dict[str, Any]) -> dict[str, FieldAgreement]:
    found = field_agreements(
        need_facts(Need(id="N", **{"title": "轧制", **need})),
        achievement_facts(Achievement(id="A", title="轧制", **achievement)),
    )
    assert tuple(one.criterion for one in found) == CRITERIA
    return {one.criterion: one for one in found}


@pytest.mark.parametrize(
    ("demand", "offer", "agreement"),
    [
        ("要求中试以上", "TRL 7", 1),
        ("要求中试以上", "中试", 1),
        ("TRL≥6", "中试", 1 / 2),
        ("要求成熟技术", "中期", -1 / 3),
        ("要求成熟技术", "中试", -2 / 3),
        ("要求成熟技术", "小试", -1),
        ("要求成熟技术", "理论研究", -1),
        ("TRL≥4", "初期", 1 / 4),
        ("要求成熟技术", "未经工程化", -2 / 3),
        ("要求中试以上", "未产业化", None),
        ("要求中试以上", "", None),
        ("要求中试以上", "面议", None),
        ("", "TRL 7", None),
    ],
)
def test_maturity(demand: str, offer: str, agreement: float | None) -> None:
    found = compare({"goals": demand}, {"maturity": offer})["maturity"]
    assert found.agreement == (agreement if agreement is None else pytest.approx(agreement))


@pytest.mark.parametrize(
    ("budget", "price", "agreement"),
    [
        ("100万元", "80万元", 1),
        ("100万元", "100万元", 1),
        ("100万元", "80-150万元", 1),
        ("50-100万元", "100万元", 1),
        ("100万元", "120万元", 0.6),
        ("100万元", "150万元", 0),
        ("100万元", "175-300万元", -0.5),
        ("100万元", "200万元", -1),
        ("100万元", "1亿元", -1),
        ("0元", "1万元", -1),
        ("不超过100万元", "30万元起", 1),
        ("100万元以上", "80万元", 1),
        # The most that is to be spent is not known.
        ("100万元以上", "500万元", None),
        ("10万元", "不超过50万元", 1),
        ("面议", "80万元", None),
        ("100万元", "面议", None),
        ("", "80万元", None),
        ("100万元", "", None),
        ("100万元", "10万美元", None),
        ("100万元", "20万元/年", None),
        ("100万元/年", "20万元/年", 1),
    ],
)
def test_money(budget: str, price: str, agreement: float | None) -> None:
    found = compare({"budget": budget}, {"price": price})["money"]
    assert found.agreement == (agreement if agreement is None else pytest.approx(agreement))


@pytest.mark.parametrize(
    ("asked", "offered", "agreement"),
    [
        (("技术引进",), ("许可",), 1),
        (("技术转让",), ("许可",), 0.5),
        (("联合开发",), ("技术咨询",), -1),
        (("不限",), ("技术咨询",), None),
        (("联合开发",), ("面议",), None),
        ((), ("技术咨询",), None),
    ],
)
def test_cooperation(
    asked: tuple[str, ...], offered: tuple[str, ...], agreement: float | None
) -> None:
    found = compare({"cooperation": asked}, {"cooperation": offered})["cooperation"]
    assert found.agreement == agreement


@pytest.mark.parametrize(
    ("need", "achievement", "agreement"),
    [
        ({"region": "沈阳"}, "辽宁省沈阳市", 1),
        ({"region": "沈阳"}, "大连", 0.5),
        ({"region": "沈阳"}, "辽宁", 0.5),
        ({"region": "辽宁"}, "辽宁", 0.5),
        ({"region": "北京"}, "北京市海淀区", 1),
        ({"region": "沈阳"}, "新疆", 0),
        ({"region": ""}, "沈阳", None),
        ({"region": "浑南区"}, "沈阳", None),
        ({"region": "浑南区", "park": "沈阳高新区"}, "沈阳", 1),
        ({"region": "沈阳"}, "", None),
    ],
)
def test_region(need: dict[str, str], achievement: str, agreement: float | None) -> None:
    assert compare(need, {"region": achievement})["region"].agreement == agreement


def test_evidence_of_both_sides() -> None:
    found = compare(
        {
            "title": "寻求成熟工艺",
            "body": "希望联合开发",
            "budget": "约100万元",
            "region": "浑南区",
            "park": "沈阳高新区",
        },
        {"body": "本成果已完成中试。", "price": "面议", "cooperation": ("线上", "技术转让")},
    )
    assert found["maturity"].need == Evidence("title", "寻求成熟", (0, 4))
    assert found["maturity"].achievement == Evidence("body", "中试", (6, 8))
    assert found["maturity"].agreement == pytest.approx(-2 / 3)
    assert found["money"].need == Evidence("budget", "约100万元", (0, 6))
    assert found["money"].achievement == Evidence("price", "面议", (0, 2))
    assert found["money"].agreement is None
    assert found["cooperation"].need == Evidence("body", "联合开发", (2, 6))
    assert found["cooperation"].achievement == Evidence("cooperation", "技术转让", (0, 4))
    assert found["region"].need == Evidence("park", "沈阳", (0, 2))
    assert found["region"].achievement is None


def test_a_record_that_says_nothing_agrees_on_nothing() -> None:
    for found in (compare({}, {}), compare({"region": "沈阳", "budget": "1万元"}, {})):
        assert [one.agreement for one in found.values()] == [None] * 4


@given(st.integers(1, 500), st.integers(1, 500), st.integers(1, 500))
def test_a_higher_price_never_agrees_better(budget: int, price: int, more: int) -> None:
    def agreement(sum_: int) -> float:
        value = compare({"budget": f"{budget}万元"}, {"price": f"{sum_}万元"})["money"].agreement
        assert value is not None
        assert -1 <= value <= 1
        return value

    assert agreement(price) >= agreement(price + more)
    assert (agreement(price) == 1) == (price <= budget)


def test_the_sample(sample_needs: Records[Need], sample_achievements: Records[Achievement]) -> None:
    needs = [need_facts(need) for need in sample_needs]
    achievements = [achievement_facts(one) for one in sample_achievements]
    seen: dict[str, set[float | None]] = {criterion: set() for criterion in CRITERIA}
    for need in needs:
        for achievement in achievements:
            values = agreement_values(need, achievement)
            full = field_agreements(need, achievement)
            assert values == tuple(one.agreement for one in full)
            for one in full:
                seen[one.criterion].add(one.agreement)
                both = one.need is not None and one.achievement is not None
                assert both or one.agreement is None
    assert all(None in values for values in seen.values())
    assert seen["region"] == {None, 0.0, 0.5, 1.0}
    assert all(
        -1 <= value <= 1 for values in seen.values() for value in values if value is not None
    )
    for field, records, facts in (
        ("region", sample_needs, needs),
        ("region", sample_achievements, achievements),
    ):
        for record, fact in zip(records, facts, strict=True):
            evidence = fact.evidence.get(field)
            if evidence:
                written = getattr(record, evidence.field)
                assert written[slice(*evidence.span)] == evidence.text
