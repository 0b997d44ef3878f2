"""Constraints on records: what they ask, what they answer, and who is eligible."""

from __future__ import annotations

import pickle
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.errors import ConfigError
from matchmaker.records import Achievement, Need
from matchmaker.records.where import Where
from matchmaker.scoring.constraint_fields import field_of
from matchmaker.scoring.constraints import (
    Constraint,
    Eligibility,
    as_predicate,
    check_known,
    eligible,
)


def achievement(**given: Any) -> Achievement:
    return Achievement(id="A1", title="轧制", **given)


def need(**given: Any) -> Need:
    return Need(id="N1", title="轧制", **given)


@pytest.mark.parametrize(
    ("text", "field", "operator", "value"),
    [
        ("trl>=6", "trl", ">=", "6"),
        ("  成熟度 ≥ 6 级 ", "成熟度", ">=", "6 级"),
        ("地区＝辽宁|吉林", "地区", "=", "辽宁|吉林"),
        ("地区==辽宁", "地区", "=", "辽宁"),
        ("region≠辽宁", "region", "!=", "辽宁"),
        ("price≤100万元", "price", "<=", "100万元"),
        ("price＜100万元", "price", "<", "100万元"),
        ("price＞＝100万元", "price", ">=", "100万元"),
        ("keywords～连铸", "keywords", "~", "连铸"),
        ("价格=50～80万元", "价格", "=", "50～80万元"),
        ("电压等级（kV）>10", "电压等级（kV）", ">", "10"),
        ("备注=a=b", "备注", "=", "a=b"),
    ],
)
def test_parse(text: str, field: str, operator: str, value: str) -> None:
    parsed = Constraint.parse(text, hard=True, missing="drop")
    assert parsed == Constraint(field, operator, value, hard=True, missing="drop")
    assert Constraint.parse(str(parsed), hard=True, missing="drop") == parsed
    assert str(parsed) == field + operator + value


def test_the_values_between_bars() -> None:
    assert Constraint.parse("region=辽宁 ｜ 吉林|沈阳").values == ("辽宁", "吉林", "沈阳")


@given(
    st.text(st.characters(exclude_characters="=!<>~＝！＜＞～≠≥≤≧≦", codec="utf-8"), min_size=1),
    st.sampled_from(["=", "!=", "~"]),
    st.text(min_size=1),
)
def test_what_is_printed_is_parsed_again(name: str, operator: str, value: str) -> None:
    try:
        one = Constraint(f"列{name}", operator, f"值{value}")
    except ConfigError:
        assert "" in {part.strip() for part in f"值{value}".replace("｜", "|").split("|")}
        return
    assert Constraint.parse(str(one)) == one


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("trl", r"'trl' has no operator; write field, operator and value, such as trl>=6"),
        ("", "has no operator"),
        ("trl>=", "has no value"),
        (">=6", "has no name"),
        ("trl=>6", r"unknown operator '=>'; the operators are = != >= <= > < ~"),
        ("trl=！6", "unknown operator"),
        ("trl>=kg", r"'kg' is no maturity; write a level from 1 to 9 or a stage such as 中试"),
        ("成熟度>=14", "'14' is no maturity"),
        ("trl>=6|7", r">= takes one value; \| goes with =, != and ~"),
        ("region=辽宁|", r"a value between \| is empty"),
        ("region=东北", r"'东北' is no province .*; write region=辽宁, or region~东北"),
        ("region>=辽宁", "region has no size; use =, != or ~"),
        ("price<=100", r"'100' is no sum of money with a unit; write 100万元"),
        ("预算>=面议", "'面议' is no sum of money"),
        ("deadline<=soon", r"'soon' is no date and no length of time; write 2026-06-30 or 12个月"),
        ("deadline~2026", "deadline is a date; use ="),
        ("合作方式=线上", "no mode of cooperation is named; write 转让"),
        ("合作方式=面议", "no mode of cooperation"),
        ("合作方式=转让|线上", "no mode of cooperation"),
        ("企业类型=大", r"'大' is no kind of organisation"),
        ("ip=很多", "write ip=发明专利, ip=授权 for a status, ip>=2"),
        ("ip>=发明专利", "write ip=发明专利"),
        ("keywords>=5", "keywords has no size"),
        ("电压>=高", r">= compares numbers, sums or dates, and '高' is none; write a number"),
    ],
)
def test_what_cannot_be_asked(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Constraint.parse(text)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"weight": 0}, "weight must be above 0 and at most 1, not 0"),
        ({"weight": 1.5}, "not 1.5"),
        ({"weight": float("nan")}, "not nan"),
        ({"weight": True}, "not True"),
        ({"weight": "1"}, "not '1'"),
        ({"hard": "yes"}, "hard must be true or false"),
        ({"missing": "drop"}, '"drop" for a hard one'),
        ({"hard": True, "missing": "x"}, "not 'x'"),
        ({"field": " "}, "field must be text"),
        ({"value": 6}, "value must be text, not 6"),
        ({"operator": "in"}, "unknown operator 'in'"),
        ({"field": "a>b"}, "a name holds none of"),
        ({"value": "=6"}, "no value begins with one"),
    ],
)
def test_what_is_no_constraint(given: dict[str, Any], message: str) -> None:
    plain: dict[str, Any] = {"field": "trl", "operator": ">=", "value": "6"}
    with pytest.raises(ConfigError, match=message):
        Constraint(**(plain | given))


def test_text_that_is_none() -> None:
    with pytest.raises(ConfigError, match="constraint 6 has no operator"):
        Constraint.parse(6)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "fields", "fulfilled"),
    [
        # A band gets the benefit of the doubt.
        ("trl>=6", {"maturity": "TRL 7"}, True),
        ("trl>=6", {"maturity": "中试"}, True),
        ("trl>=6", {"maturity": "小试"}, False),
        ("trl>6", {"maturity": "中试"}, False),
        ("trl<=5", {"maturity": "中试"}, True),
        ("trl<5", {"maturity": "中试"}, False),
        ("成熟度=中试", {"maturity": "TRL 5"}, True),
        ("成熟度!=中试", {"maturity": "TRL 5"}, False),
        ("成熟度!=中试", {"maturity": "产业化"}, True),
        ("成熟度=小试|产业化", {"maturity": "量产"}, True),
        ("成熟度>=中试", {"maturity": "样机"}, True),
        ("maturity~中", {"maturity": "中试"}, True),
        ("trl>=6", {"maturity": ""}, None),
        ("trl>=6", {"maturity": "面议"}, None),
        ("trl>=6", {"maturity": "高"}, None),
        # Only the upper end is known.
        ("trl>=6", {"maturity": "未产业化"}, None),
        ("trl>=9", {"maturity": "未产业化"}, False),
        ("trl<=8", {"maturity": "未产业化"}, True),
        ("trl<=3", {"maturity": "未产业化"}, None),
        ("trl!=9", {"maturity": "未产业化"}, True),
        ("trl!=5", {"maturity": "未产业化"}, None),
        ("trl=9", {"maturity": "未产业化"}, False),
        ("trl=5", {"maturity": "未产业化"}, None),
        ("trl<9", {"maturity": "未产业化"}, True),
        ("地区=辽宁", {"region": "辽宁省沈阳市"}, True),
        ("region=沈阳", {"region": "辽宁省沈阳市"}, True),
        ("region=沈阳", {"region": "大连"}, False),
        ("region=吉林|辽宁", {"region": "大连"}, True),
        ("region!=辽宁", {"region": "大连"}, False),
        ("region!=辽宁", {"region": "长春"}, True),
        ("region=沈阳", {"region": "辽宁"}, None),
        ("region!=沈阳", {"region": "辽宁"}, None),
        ("region=沈阳", {"region": "吉林"}, False),
        ("region=沈阳", {"region": "浑南区"}, None),
        ("region~浑南", {"region": "浑南区"}, True),
        ("price<=60万元", {"price": "50-80万元"}, True),
        ("price>=60万元", {"price": "50-80万元"}, True),
        ("price<=40万元", {"price": "50-80万元"}, False),
        ("price>80万元", {"price": "50-80万元"}, False),
        ("price<=0.01亿元", {"price": "30万元起"}, True),
        ("price>=100万元", {"price": "不超过50万"}, False),
        ("价格=50万元", {"price": "500000元"}, True),
        ("价格!=50万元", {"price": "50-80万元"}, False),
        ("price<=60万元", {"price": "面议"}, None),
        ("price<=60万元", {"price": "面议（参考价50万元）"}, True),
        ("price<=60万元", {"price": "5万美元"}, None),
        ("price~面议", {"price": "面议"}, True),
        ("合作方式=转让", {"cooperation": ("技术转让", "服务")}, True),
        ("合作方式=许可", {"cooperation": ("技术许可（独占）",)}, True),
        ("合作方式=独占许可", {"cooperation": ("技术许可",)}, False),
        ("合作方式=引进", {"cooperation": ("作价入股",)}, True),
        ("合作方式=转让|咨询", {"cooperation": ("咨询",)}, True),
        ("合作方式!=转让", {"cooperation": ("咨询",)}, True),
        ("合作方式!=转让", {"cooperation": ("技术转让",)}, False),
        ("合作方式=转让", {"cooperation": ("不限",)}, None),
        ("合作方式=转让", {"cooperation": ("咨询", "面议")}, None),
        ("合作方式=转让", {"cooperation": ("线上",)}, None),
        ("合作方式=转让", {"cooperation": ()}, None),
        ("合作方式~转", {"cooperation": ("咨询", "转让")}, True),
        ("ip>=2", {"ip": "发明专利1项，软著1项"}, True),
        ("ip>=2件", {"ip": "发明专利1项"}, False),
        ("ip>=2", {"ip": "发明专利"}, None),
        ("ip=发明专利", {"ip": "发明专利1项"}, True),
        ("ip=专利", {"ip": "实用新型2项"}, True),
        ("ip=发明专利", {"ip": "软著1项"}, False),
        ("ip!=发明专利", {"ip": "软著1项"}, True),
        ("ip!=发明专利", {"ip": "发明专利1项"}, False),
        ("ip=授权", {"ip": "授权发明专利1项"}, True),
        ("ip=授权发明专利", {"ip": "发明专利1项（受理）"}, False),
        ("ip=授权", {"ip": "暂无"}, None),
        ("ip=授权", {"ip": "详谈"}, None),
        ("published>=2023年", {"published": date(2023, 1, 1)}, True),
        ("published>2023年", {"published": date(2023, 12, 31)}, False),
        ("published<=2023-06", {"published": date(2023, 6, 30)}, True),
        ("发布日期=2023年5月", {"published": date(2023, 5, 9)}, True),
        ("发布日期!=2023年5月|2024年", {"published": date(2023, 5, 9)}, False),
        ("published<=2023-06", {}, None),
        ("published<=12个月", {"published": date(2023, 5, 9)}, None),
        ("sector=冶金", {"sectors": ("冶金", "信息技术")}, True),
        ("sectors!=冶金", {"sectors": ("冶金",)}, False),
        ("sectors!=冶金", {"sectors": ("化工",)}, True),
        ("sectors=冶金", {}, None),
        ("关键词~连铸|轧制", {"keywords": ("热轧制",)}, True),
        ("关键词=轧制", {"keywords": ("热轧制",)}, False),
        ("organisation=东北大学", {"organisation": " 东北大学"}, True),
        ("organisation!=东北大学", {"organisation": "东北大学"}, False),
        ("organisation~ABC", {"organisation": "ａｂｃ公司"}, True),
        ("body~高炉", {"body": "炼铁高炉"}, True),
        ("body~高炉", {"body": "转炉"}, False),
        ("body~高炉", {"body": "无"}, None),
        # Columns.
        ("电压等级>=10kV", {"extra": {"电压等级": "35 kV"}}, True),
        ("电压等级>=10kV", {"extra": {"电压等级（kV）": "6"}}, False),
        ("电压等级>=10kV", {"extra": {"电压等级": "6"}}, None),
        ("电压等级>=10", {"extra": {"电压等级": "35 kV"}}, True),
        ("电压等级>=10kV", {"extra": {"电压等级": "35 mV"}}, None),
        ("电压等级>=10kV", {"extra": {"电压等级": "高"}}, None),
        ("等级=2", {"extra": {"等级": "2.0"}}, True),
        ("等级!=2", {"extra": {"等级": "2级"}}, False),
        ("等级=2", {"extra": {"等级": "二"}}, False),
        ("投资额>=100万元", {"extra": {"投资额": "0.5亿元"}}, True),
        ("投资额>=100万元", {"extra": {"投资额（万元）": "50"}}, False),
        ("投资额>=100万元", {"extra": {"投资额": "面议"}}, None),
        ("工期<=1年", {"extra": {"工期": "12个月"}}, True),
        ("工期<=1年", {"extra": {"工期（月）": "18"}}, False),
        ("工期<=1年", {"extra": {"工期": "视情况"}}, None),
        ("验收>=2025-01-01", {"extra": {"验收": "2026年"}}, True),
        ("验收>=2025-01-01", {"extra": {"验收": "12个月"}}, None),
        ("级别=省级|国家级", {"extra": {"级别": "省级"}}, True),
        ("级别!=省级", {"extra": {"级别": "市级"}}, True),
        ("级别~级", {"extra": {"级别": "省级"}}, True),
        ("级别=省级", {"extra": {"级别": "暂无"}}, None),
        ("级别=省级", {}, None),
        # What could not fill its field stands in a column.
        ("成果阶段>=6", {"extra": {"成果阶段": "中试"}}, True),
    ],
)
def test_what_an_achievement_fulfils(
    text: str, fields: dict[str, Any], fulfilled: bool | None
) -> None:
    judgement = Constraint.parse(text).judge(achievement(**fields))
    assert judgement.fulfilled is fulfilled
    if fulfilled is not None:
        assert judgement.text
        assert judgement.span is not None


@pytest.mark.parametrize(
    ("text", "fields", "fulfilled"),
    [
        ("budget>=100万元", {"budget": "不超过300万元"}, True),
        ("拟投入资金>=400万元", {"budget": "不超过300万元"}, False),
        ("企业类型=专精特新", {"organisation_type": "国家级小巨人"}, True),
        ("企业类型=小巨人", {"organisation_type": "专精特新"}, False),
        ("企业类型!=龙头", {"organisation_type": "专精特新"}, True),
        ("企业类型=龙头|专精特新", {"organisation_type": "行业龙头"}, True),
        ("企业类型=龙头", {"organisation_type": "有限公司"}, False),
        ("企业类型=龙头", {}, None),
        ("园区=抚顺高新区", {"park": "抚顺高新区"}, True),
        ("园区~高新", {"park": "抚顺高新区"}, True),
        ("deadline<=2026-06-30", {"deadline": date(2026, 6, 30)}, True),
        ("deadline<2026-06-30", {"deadline": date(2026, 6, 30)}, False),
        ("截止日期<=2026年6月", {"deadline": date(2026, 6, 30)}, True),
        ("deadline<=12个月", {"extra": {"完成时限": "6-12个月"}}, True),
        ("deadline<=6个月", {"extra": {"完成时限": "6-12个月"}}, False),
        ("deadline<=12个月", {"deadline": date(2026, 6, 30)}, None),
        ("deadline<=2026-06-30", {"extra": {"完成时限": "2年"}}, None),
        ("deadline<=2026-06-30", {}, None),
        # Fields of achievements are unknown columns here.
        ("trl>=中试", {}, None),
        ("ip=授权", {"extra": {"ip": "授权"}}, True),
    ],
)
def test_what_a_need_fulfils(text: str, fields: dict[str, Any], fulfilled: bool | None) -> None:
    assert Constraint.parse(text).judge(need(**fields)).fulfilled is fulfilled


def test_the_evidence() -> None:
    price = Constraint.parse("price<=60万元").judge(achievement(price="转让价50-80万元"))
    assert (price.field, price.text, price.span) == ("price", "转让价50-80万元", (3, 10))
    column = Constraint.parse("电压等级>=10kV").judge(achievement(extra={"电压等级（kV）": "6"}))
    assert (column.field, column.text, column.span) == ("电压等级（kV）", "6", (0, 1))
    word = Constraint.parse("关键词~铸").judge(achievement(keywords=("轧制", "连铸")))
    assert (word.field, word.text, word.span) == ("keywords", "连铸", (1, 2))
    nothing = Constraint.parse("price<=60万元").judge(achievement(price="面议"))
    assert (nothing.fulfilled, nothing.text, nothing.span) == (None, "面议", None)


def test_names() -> None:
    assert field_of("trl", Achievement) == field_of("技术成熟度", Achievement) == "maturity"
    assert field_of("trl", Need) is None
    assert field_of("技术指标", Need) == "goals"
    assert field_of("技术指标", Achievement) == "indicators"
    assert field_of("extra", Need) is None
    assert field_of("origin", Need) is None


def test_unknown_names_are_refused() -> None:
    records = [achievement(extra={"电压等级（kV）": "10"}), achievement(price="1万元")]
    known = [Constraint.parse(text) for text in ("trl>=6", "地区=辽宁", "电压等级>=10")]
    check_known(known, records)
    check_known([Constraint.parse("电压>=10")], [])
    message = (
        r"constraint '电压>=10' names '电压', which is neither a field of Achievement \(app"
        r".*\) nor a column of any record; the other columns are 电压等级（kV）"
    )
    with pytest.raises(ConfigError, match=message):
        check_known([*known, Constraint.parse("电压>=10")], records)
    with pytest.raises(ConfigError, match=r"'trl', which is neither a field of Need .*record$"):
        check_known(known[:1], [need()])


def records_of(*fields: dict[str, Any]) -> list[Achievement]:
    return [Achievement(id=f"A{at}", title="x", **given) for at, given in enumerate(fields)]


FOUR = records_of(
    {"maturity": "TRL 7", "region": "沈阳"},
    {"maturity": "TRL 3", "region": "沈阳"},
    {"maturity": "TRL 3", "region": "长春"},
    {"region": "长春"},
)


def test_eligibility() -> None:
    mature = Constraint.parse("trl>=6", hard=True)
    near = Constraint.parse("region=辽宁", hard=True)
    found = eligible([mature, near, Constraint.parse("region=吉林")], FOUR)
    assert found.mask.tolist() == [True, False, False, False]
    assert found.mask.dtype == bool
    assert found.left == 1
    first, second = found.counts
    assert (first.constraint, first.removed, first.removed_alone) == (mature, 2, 1)
    assert (first.missing_kept, first.missing_dropped) == (1, 0)
    assert (second.constraint, second.removed, second.removed_alone) == (near, 2, 1)
    assert found.explain() == (
        "1 of 4 records fulfil the hard constraints.\n"
        "trl>=6 removes 2, 1 of them alone; 1 that say nothing about it are kept.\n"
        "region=辽宁 removes 2, 1 of them alone."
    )


def test_what_says_nothing_is_dropped_on_request() -> None:
    strict = Constraint.parse("trl>=6", hard=True, missing="drop")
    found = eligible([strict], FOUR)
    assert found.mask.tolist() == [True, False, False, False]
    (count,) = found.counts
    assert (count.removed, count.removed_alone) == (3, 3)
    assert (count.missing_kept, count.missing_dropped) == (0, 1)
    assert "removes 3, 3 of them alone; 1 of them say nothing about it." in found.explain()


def test_why_nothing_is_left() -> None:
    high = Constraint.parse("trl>=8", hard=True, missing="drop")
    away = Constraint.parse("region=吉林", hard=True)
    alone = eligible([high], FOUR)
    assert alone.left == 0
    assert alone.explain().endswith("Without trl>=8, 4 would be left.")
    both = eligible([high, away], FOUR[:2])
    assert both.explain().endswith("every record violates two or more.")


def test_constraints_travel_to_other_processes() -> None:
    constraints = [Constraint.parse("trl>=6", hard=True), Constraint.parse("region=辽宁")]
    assert pickle.loads(pickle.dumps(constraints)) == constraints
    accepts = pickle.loads(pickle.dumps(as_predicate(constraints)))
    assert [accepts(record) for record in FOUR] == [True, False, False, True]


def test_nothing_to_judge() -> None:
    soft = Constraint.parse("trl>=9")
    found = eligible([soft], FOUR)
    assert found.mask.all()
    assert found.counts == ()
    assert found.explain() == "4 of 4 records fulfil the hard constraints."
    empty = eligible([Constraint.parse("trl>=9", hard=True)], [])
    assert empty.mask.shape == (0,)
    assert empty.explain().startswith("0 of 0 records")
    assert Eligibility(np.ones(2, dtype=bool)).left == 2


CONSTRAINTS = st.builds(
    lambda text, hard, drop: Constraint.parse(
        text, hard=hard, missing="drop" if hard and drop else "keep"
    ),
    st.sampled_from(["trl>=6", "region=辽宁", "region=沈阳|吉林", "price<=60万元", "级别=省级"]),
    st.booleans(),
    st.booleans(),
)
FIELDS = st.fixed_dictionaries(
    {
        "maturity": st.sampled_from(["", "小试", "TRL 7", "未产业化"]),
        "region": st.sampled_from(["", "沈阳", "辽宁", "长春", "陕西"]),
        "price": st.sampled_from(["", "面议", "50万元", "80万元"]),
        "extra": st.sampled_from([{}, {"级别": "省级"}, {"级别": "无"}]),
    }
)


@given(st.lists(CONSTRAINTS, max_size=4), st.lists(FIELDS, max_size=6))
def test_eligible_is_the_conjunction_of_judgements(
    constraints: list[Constraint], fields: list[dict[str, Any]]
) -> None:
    records = records_of(*fields)
    hard = [one for one in constraints if one.hard]

    def passes(one: Constraint, record: Achievement) -> bool:
        answer = one.judge(record).fulfilled
        return one.missing == "keep" if answer is None else answer

    found = eligible(constraints, records)
    assert found.mask.tolist() == [all(passes(one, r) for one in hard) for r in records]
    accepts = as_predicate(constraints)
    where = Where(predicate=accepts)
    assert [where.accepts(record) for record in records] == found.mask.tolist()
    for at, count in enumerate(found.counts):
        without = [one for other, one in enumerate(hard) if other != at]
        failing = [r for r in records if not passes(hard[at], r)]
        assert count.removed == len(failing)
        assert count.removed_alone == sum(all(passes(o, r) for o in without) for r in failing)
        silent = [r for r in records if hard[at].judge(r).fulfilled is None]
        assert count.missing_kept + count.missing_dropped == len(silent)
        assert (count.missing_kept == 0) or hard[at].missing == "keep"
