"""What a broker reads about mentors."""

from __future__ import annotations

import re
import string
from dataclasses import replace

import numpy as np
import pytest

from matchmaker.planning.mentoring.mentors import MentorPlan, MentorSettings, assign_mentors
from matchmaker.records import Achievement, Need
from matchmaker.reporting import messages
from matchmaker.reporting.messages import LANGUAGES, MESSAGES
from matchmaker.reporting.plans.mentors import mentors_report
from matchmaker.reporting.plans.mentors_messages import MENTORS_MESSAGES
from matchmaker.reporting.plans.report import PlanReport, PlanTable
from matchmaker.reporting.plans.writing import write_plans
from matchmaker.reporting.wording import Wording
from matchmaker.scoring.explanation import Evidence, Explanation, Part, Reasons
from matchmaker.scoring.pairs import PairColumns, PairContext, RankedPairs, SharedTerm

ALL = MentorSettings(kinds=())
NEEDS = (
    Need(id="N0", title="连铸偏析", organisation="甲钢铁有限公司", extra={"联系人": "张工"}),
    Need(id="N1", title="废水除盐", organisation="乙化工有限公司"),
    Need(id="N2", title="图像检测", organisation="丙软件有限公司", region="长春"),
    Need(id="N3", title="无名需求"),
)
ACHIEVEMENTS = (
    Achievement(id="A0", title="电磁搅拌", organisation="东山大学", team="王教授"),
    Achievement(id="A1", title="纳滤膜", organisation="西海大学", team="李教授", region="北京"),
    Achievement(id="A2", title="机器视觉", organisation="西海大学"),
)
CROSSED = [(0, 0, 0.9), (0, 1, 0.85), (1, 0, 0.8), (1, 1, 0.21)]


def plan_of(pairs: list[tuple[int, int, float]], settings: MentorSettings) -> MentorPlan:
    table = np.array(pairs, dtype=np.float64).reshape(-1, 3).T
    context = PairContext(
        needs=NEEDS,
        achievements=ACHIEVEMENTS,
        need_sectors=((),) * 4,
        achievement_sectors=((),) * 3,
        sector_names=(),
        direction="need_to_achievement",
        shared_terms=lambda need, achievement: (SharedTerm("电磁", 0.25),),
    )
    columns = PairColumns(
        need=table[0].astype(np.int64),
        achievement=table[1].astype(np.int64),
        rank=np.ones(len(pairs), dtype=np.int64),
        score=table[2],
        grade=np.full(len(pairs), 3, dtype=np.int8),
        similarity=np.zeros(len(pairs)),
    )
    return assign_mentors(RankedPairs(context, columns), settings, refused={("N3", "A1")})


def table_of(report: PlanReport, name: str) -> PlanTable:
    return next(table for table in report.tables if table.name == name)


def rows(table: PlanTable) -> list[dict[str, object]]:
    labels = [head.label for head in table.heads]
    return [dict(zip(labels, line.values, strict=True)) for line in table.lines]


def told(plan: MentorPlan, lang: str = "zh") -> PlanReport:
    return mentors_report(plan, Wording(lang))


def test_a_couple_is_told_with_the_pair_that_joins_it():
    report = told(plan_of([(0, 0, 0.9), (0, 2, 0.5)], replace(ALL, capacities={"王教授": 2})))
    (row,) = rows(table_of(report, "一对一名单"))
    assert row == {
        "企业名称": "甲钢铁有限公司",
        "导师（完成人/团队）": "王教授",
        "完成单位": "东山大学",
        "相关等级": "较强相关",
        "得分": 0.9,
        "需求名称": "连铸偏析",
        "成果名称": "电磁搅拌",
        "共有词（占比）": "电磁 25%",
        "其他可对接的组合数": 0,
        "需求联系方式": "联系人：张工",
        "需求编号": "N0",
        "成果编号": "A0",
    }
    facts = dict(report.facts)
    assert facts["已配导师的企业"] == "1 / 4"
    assert facts["得分合计"] == "0.900"
    assert facts["每位导师最多指导企业"] == "1（另有 1 位单独规定）"
    first, second = rows(table_of(report, "导师安排情况"))
    assert (first["名额"], first["已承担"], first["指导的企业"]) == (2, 1, "甲钢铁有限公司")
    assert second["导师（完成人/团队）"] == "完成人未注明（成果：机器视觉）"
    assert second["已承担"] == 0


def test_who_would_rather_change_is_said_in_plain_words():
    report = told(plan_of(CROSSED, ALL))
    (row,) = rows(table_of(report, "双方更愿意改配"))
    assert row["企业名称"] == "甲钢铁有限公司"
    assert (row["更愿意配的导师"], row["现配导师"]) == ("东山大学 王教授", "西海大学 李教授")
    assert row["该导师现在指导"] == "乙化工有限公司"
    assert row["说明"] == (
        "两者都更愿意换到一起：企业认为东山大学 王教授比现配的西海大学 李教授更合适，"
        "这位导师也认为该企业比乙化工有限公司更合适"
    )
    assert any("有 1 个组合" in note for note in report.notes)
    stable = told(plan_of(CROSSED, replace(ALL, method="stable")))
    assert "双方更愿意改配" not in [table.name for table in stable.tables]
    assert any("稳定的" in note for note in stable.notes)


def test_one_without_a_mentor_that_would_rather_change():
    # 丙软件 has nobody; 李教授 has asked for it and would leave 甲钢铁.
    settings = replace(ALL, mentor_choices={"李教授": ("丙软件",)})
    report = told(plan_of([(0, 1, 0.9), (2, 1, 0.6)], settings))
    (row,) = rows(table_of(report, "双方更愿意改配"))
    assert row["现配导师"] == "（无）"
    assert row["说明"].startswith("两者都更愿意换到一起：企业还没有导师，愿意请西海大学 李教授，")


def test_a_free_seat_is_told():
    settings = replace(ALL, enterprise_choices={"甲钢铁": ("A2",)})
    (row,) = rows(table_of(told(plan_of([(0, 1, 0.9), (0, 2, 0.6)], settings)), "双方更愿意改配"))
    assert row["该导师现在指导"] == "（有空余名额）"
    assert row["说明"].endswith("，这位导师还有名额")


def test_why_an_enterprise_has_nobody_and_nameless_ones_last():
    pairs = [(0, 0, 0.9), (1, 0, 0.7), (2, 0, 0.1), (3, 1, 0.5)]
    found = rows(table_of(told(plan_of(pairs, ALL)), "未配导师的企业"))
    why = {row["企业名称"]: row["原因"] for row in found}
    assert why == {
        "乙化工有限公司": "够格的导师都已有安排；它最看好的东山大学 王教授（得分 0.700）"
        "指导的是甲钢铁有限公司",
        "丙软件有限公司": "最高得分 0.100，没有达到 0.200",
        "企业未注明（需求：无名需求）": "与最合适的导师此前对接未成",
    }
    assert found[-1]["需求编号"] == "N3"
    assert {row["得分"] for row in found} == {0.7, 0.1, 0.5}


def explained(plan: MentorPlan) -> MentorPlan:
    """The same plan of pairs that can be explained."""
    said = Evidence("term", 0.9, "电磁", "电磁", 0.5)
    why = Explanation(0.9, (Part("terms", 0.9, (said,)),), ("terms",))
    reasons = Reasons(lambda need, achievement, spans: why, lambda *_: pytest.fail("asked"))
    pairs = plan.pairs
    return replace(plan, pairs=RankedPairs(replace(pairs.context, reasons=reasons), pairs.columns))


def test_reasons_are_told_where_the_ranking_has_them():
    plan = plan_of([(0, 0, 0.9)], ALL)
    (row,) = rows(table_of(told(explained(plan)), "一对一名单"))
    assert "电磁" in row["推荐理由"]


class Spy(dict):
    def __init__(self, *args):
        super().__init__(*args)
        self.used = set()

    def __getitem__(self, key):
        self.used.add(key)
        return super().__getitem__(key)


def test_choices_that_the_greatest_sum_passes_over_are_said_to_be():
    wanted = replace(ALL, mentor_choices={"A1": ("N2",)})
    pairs = [(0, 1, 0.9), (2, 1, 0.6), (3, 1, 0.5)]
    assert any("只看得分" in one for one in told(plan_of(pairs, wanted)).notes)
    stable = replace(wanted, method="stable")
    for plan in (plan_of(pairs, stable), plan_of(pairs, ALL)):
        assert not any("只看得分" in one for one in told(plan).notes)


def weak_plan() -> MentorPlan:
    plan = plan_of(CROSSED, ALL)
    return replace(plan, couples=tuple(replace(one, grade=2) for one in plan.couples))


def test_couples_of_weak_pairs_are_counted():
    notes = [one for one in told(weak_plan()).notes if "弱相关" in one]
    assert notes == ["有 2 对的相关等级不高于弱相关，确定前请逐一核对。"]
    assert not [one for one in told(plan_of(CROSSED, ALL)).notes if "弱相关" in one]


def every_plan() -> list[MentorPlan]:
    """Plans that say between them everything that can be said."""
    one = [(2, 1, 0.6)]
    software = replace(ALL, kinds=("龙头",))
    ruled = [
        replace(ALL, unnamed="skip"),
        replace(ALL, capacity=0),
        replace(ALL, forbidden=(("丙软件", "西海大学"),)),
        replace(ALL, conflicts=(("丙软件", "西海大学"),)),
        replace(ALL, region="require"),
    ]
    return [
        weak_plan(),
        plan_of(CROSSED, ALL),
        plan_of(
            [(0, 1, 0.9), (2, 1, 0.6), (3, 1, 0.5)], replace(ALL, mentor_choices={"A1": ("N2",)})
        ),
        plan_of([(0, 1, 0.9), (0, 2, 0.6)], replace(ALL, enterprise_choices={"N0": ("A2", "A0")})),
        plan_of([(0, 2, 0.1)], replace(ALL, locked=(("N0", "A2"),), capacities={"A2": 2})),
        plan_of([(0, 0, 0.1)], ALL),
        plan_of([], software),
        replace(plan_of([], ALL), others=3),
        *(
            plan_of(CROSSED, replace(ALL, method="stable", proposing=side))
            for side in ("enterprise", "mentor")
        ),
        *(plan_of([*one, (0, 2, 0.5)], settings) for settings in ruled),
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_key_is_used_and_every_report_can_be_written(lang, tmp_path, monkeypatch):
    spy = Spy(MESSAGES)
    monkeypatch.setattr(messages, "MESSAGES", spy)
    reports = [told(plan, lang) for plan in every_plan()]
    assert spy.used >= set(MENTORS_MESSAGES)
    write_plans(reports[:1], tmp_path / "x.xlsx", lang=lang)
    write_plans(reports[:1], tmp_path / "x.html", lang=lang)
    for report in reports:
        for table in report.tables:
            assert {len(line.values) for line in table.lines} <= {len(table.heads)}


@pytest.mark.parametrize("key", sorted(MENTORS_MESSAGES))
def test_both_languages_have_the_same_values_and_their_own_punctuation(key):
    chinese, english = MENTORS_MESSAGES[key]
    names = [
        {name for _, name, _, _ in string.Formatter().parse(one) if name}
        for one in (chinese, english)
    ]
    assert names[0] == names[1]
    assert not re.search("[\u4e00-\u9fff，；：（）。、]", english)
    assert not re.search("[,;()]", re.sub(r"\{.*?\}", "", chinese))
