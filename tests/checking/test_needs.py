"""Completeness, kind and several needs in one row."""

from __future__ import annotations

from datetime import date

import pytest

from matchmaker.checking.completeness import ACHIEVEMENT_ITEMS, NEED_ITEMS, check_completeness
from matchmaker.checking.need_kinds import need_kind
from matchmaker.checking.splitting import find_split
from matchmaker.records import Achievement, Need


def given(record):
    return {item.name for item in check_completeness(record).items if item.present}


def test_a_full_need_by_its_fields():
    need = Need(
        id="1",
        title="阀门漏水",
        body="现有阀门漏水严重。",
        goals="漏率≤0.1%",
        budget="50万元",
        deadline=date(2027, 1, 1),
        cooperation=("合作开发",),
        extra={"知识产权归属": "双方共有"},
    )
    complete = check_completeness(need)
    assert complete.share == 1.0
    assert complete.missing == ()
    assert [item.field for item in complete.items] == [
        "body", "goals", "deadline", "budget", "extra:知识产权归属", "cooperation",
    ]  # fmt: skip


def test_a_full_need_by_its_text():
    body = (
        "目前阀门漏水。希望漏率不超过0.1%，预算50万元，2027年底前完成，"
        "采取联合开发，知识产权归双方共有。"
    )
    complete = check_completeness(Need(id="1", title="阀门", body=body))
    assert complete.missing == ()
    for item in complete.items:
        assert item.field == "body"
        assert item.evidence in body


@pytest.mark.parametrize(
    ("need", "missing"),
    [
        (Need(id="1", title="a", body="b", budget="面议"), "budget"),
        (Need(id="1", title="a", body="b", goals="待补充"), "indicators"),
        (Need(id="1", title="a", extra={"完成时限": "尽快"}), "deadline"),
        (Need(id="1", title="a", body="处置费每年两千多万元，损失200万元"), "budget"),
        (Need(id="1", title="a", body="公司拥有自主知识产权"), "ownership"),
        (Need(id="1", title="a", body="环保要求两年内停用"), "deadline"),
        (Need(id="1", title="a", body="待补充"), "background"),
    ],
)
def test_what_looks_given_and_is_not(need, missing):
    assert missing in check_completeness(need).missing


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("希望三个月内完成", "deadline"),
        ("工期：18个月", "deadline"),
        ("研发经费预计80万元", "budget"),
        ("成果共享", "ownership"),
        ("拟一次性买断", "cooperation"),
        ("希望合格率提高到98%", "indicators"),
        ("寿命≥3年", "indicators"),
    ],
)
def test_items_in_running_text(text, item):
    assert item in given(Need(id="1", title="a", body=text))


def test_achievements_have_their_own_items():
    bare = check_completeness(Achievement(id="1", title="阀门"))
    assert bare.missing == ACHIEVEMENT_ITEMS
    full = Achievement(
        id="1",
        title="阀门",
        body="中试完成，漏率≤0.1%，授权发明专利2件，可技术转让。",
        organisation="东山大学",
    )
    assert check_completeness(full).missing == ()
    assert len(NEED_ITEMS) == len(ACHIEVEMENT_ITEMS) == 6


@pytest.mark.parametrize(
    ("title", "body", "kind"),
    [
        ("求购石墨供应商", "每月需要石墨30吨，请厂家报价。", "purchase"),
        ("招聘工程师", "招聘自动化工程师2名，待遇从优。", "people"),
        ("除尘系统诊断", "请专家到现场诊断，出具报告。", "advice"),
        ("引进脱色技术", "拟引进成熟的脱色技术，可买断。", "acquisition"),
        ("新型水泵隆重上市", "诚招代理商，欢迎来电洽谈。", "no_need"),
        ("一种水泵及其制备方法", "本成果已获授权发明专利2件，现公开转让。", "no_need"),
        ("阀门漏水", "目前阀门漏水，希望研发新的密封。", "research"),
        ("肿瘤诊断试剂的研发", "希望开发诊断试剂，提高灵敏度。", "research"),
        ("车间改造", "公司采购的进口设备老化，希望改进控制。", "research"),
    ],
)
def test_kinds(title, body, kind):
    found = need_kind(Need(id="1", title=title, body=body))
    assert found.name == kind
    assert not found.assumed
    assert 0 < found.confidence <= 1
    text = title if found.field == "title" else body
    assert text[found.start : found.end] == found.evidence != ""


def test_where_nothing_is_said_research_is_assumed():
    found = need_kind(Need(id="1", title="阀门"))
    assert (found.name, found.confidence, found.assumed) == ("research", 0.0, True)


def test_the_field_of_cooperation_counts_too():
    need = Need(id="1", title="脱色", body="炭耗高。", cooperation=("技术引进",))
    assert need_kind(need).name == "acquisition"
    assert need_kind(need).field == "cooperation"
    both = Need(id="1", title="脱色", body="炭耗高。", cooperation=("技术引进", "合作开发"))
    assert need_kind(both).name == "research"


def test_a_body_of_advertising_is_no_need():
    need = Need(id="1", title="本厂简况", body="产品畅销。")
    assert need_kind(need, advertising=0.0).name == "research"
    assert need_kind(need, advertising=1.0).name == "no_need"


def parts(title, body=""):
    split = find_split(Need(id="1", title=title, body=body))
    return [part.title for part in split.parts] if split else []


def test_a_numbered_title_and_body():
    body = "1、除尘灰含锌高，希望脱锌。\n2、废酸量大，要求再生。\n两项可分开揭榜。"
    split = find_split(Need(id="1", title="1、除尘灰脱锌。2、废酸再生利用。", body=body))
    assert [part.title for part in split.parts] == ["除尘灰脱锌", "废酸再生利用"]
    assert [part.body for part in split.parts] == [
        "除尘灰含锌高，希望脱锌。",
        "废酸量大，要求再生。",
    ]
    assert split.shared == "两项可分开揭榜。"
    for part in split.parts:
        assert body[part.start : part.end] == part.body


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        ("油漆废气处理；叉车调度优化；", "", ["油漆废气处理", "叉车调度优化"]),
        ("1、蘑菇酱工艺研究。2、豆豉蘑菇酱研究。", "", ["蘑菇酱工艺研究", "豆豉蘑菇酱研究"]),
        ("技术需求", "需求一：豆粕脱腥。需求二：白土脱油，堆放自燃。", ["豆粕脱腥", "白土脱油"]),
        (
            "技术需求",
            "难题1：饺子破皮率高。\n难题2：封口夹油漏气。",
            ["饺子破皮率高", "封口夹油漏气"],
        ),
        (
            "改造",
            "（一）衬板三个月磨穿，希望更耐磨。（二）浮选槽液位波动大，希望自动控制。",
            ["衬板三个月磨穿", "浮选槽液位波动大"],
        ),
        (
            "降耗",
            "①结疤周期短，需要延长的办法；②尾气碱尘高，需要新的除尘方案。",
            ["结疤周期短", "尾气碱尘高"],
        ),
    ],
)
def test_several_needs(title, body, expected):
    assert parts(title, body) == expected


@pytest.mark.parametrize(
    "body",
    [
        "管内壁抛光效率低，要求：1、粗糙度≤0.4μm；2、单管长6m不留刀痕；3、每班不低于300支。",
        "需求内容：1、弄清气味的来源和不足；2、开发深度脱挥工艺解决问题。预期目标：1、乙醛≤1ppm；2、异味≤2级。",
        "1、需求背景：突水压力高，浆液被冲走。2、技术内容：研制注浆材料，解决堵水。3、考核指标：留存率≥85%。",
        "步骤设想：1、先做模流分析找收缩不均；2、再改浇口和水路；3、最后试模解决翘曲。",
        "主要内容包括：（1）温度场均匀性差需研究；（2）浸润剂不稳需优化。要求作为一个整体完成。",
        "阀门漏，存在的问题：1、铸锭晶粒粗大；2、挤压温度不稳。希望解决。",
        "第一步，分析排气规律；第二步，调整釉料；第三步，优化曲线。",
        "型号为1、2、3号线均有漏水，希望解决。",
    ],
)
def test_one_need(body):
    assert parts("阀门漏水", body) == []


def test_titles_of_one_thing_are_not_split():
    assert parts("轧辊寿命提升；轧辊寿命预测") == []
    assert parts("高炉；转炉") == []


def test_hostile_numbering_ends():
    assert parts("1、" * 20_000, "（一）" * 20_000 + "1." * 20_000) == []
