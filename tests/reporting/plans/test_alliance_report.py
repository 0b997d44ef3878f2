"""Alliances and salons in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import get_args

import numpy as np
import pytest

from matchmaker.planning.alliances import briefing, salons
from matchmaker.planning.alliances import plan as alliance_plan
from matchmaker.planning.alliances.alliances import find_alliance
from matchmaker.planning.alliances.need_parts import KINDS, NeedPart, PartEvidence
from matchmaker.planning.alliances.plan import (
    Alliance,
    AllianceMember,
    AllianceSettings,
    Contribution,
    OpenPart,
)
from matchmaker.planning.alliances.salons import PassedOver, Salon, SalonSettings, shortlist
from matchmaker.records import Achievement, Need
from matchmaker.reporting import messages
from matchmaker.reporting.plans.alliance import alliance_report
from matchmaker.reporting.plans.alliance_messages import ALLIANCE_MESSAGES
from matchmaker.reporting.plans.report import PlanReport, PlanTable
from matchmaker.reporting.plans.salon import salon_report
from matchmaker.reporting.wording import Wording
from matchmaker.scoring.explanation import Evidence, Explanation, Part
from matchmaker.scoring.pairs import PairColumns, PairContext, RankedPairs, SharedTerm

NEED = Need(
    id="N1",
    title="连铸钢板",
    organisation="沙岭钢铁",
    organisation_type="龙头企业",
    region="辽宁省",
    body="钢板偏析严重。",
    goals="抗拉强度≥1200MPa；冲击功≥40J",
    budget="100万元",
    deadline=date(2027, 5, 1),
    cooperation=("技术转让",),
    confidentiality="配方保密",
    extra={"联系电话": "024-1"},
)
ACHIEVEMENTS = (
    Achievement(
        id="A0",
        title="钢板",
        organisation="甲大学",
        team="一组",
        indicators="抗拉强度≥1250MPa",
        extra={"联系人": "张三"},
    ),
    Achievement(id="A1", title="钢板", organisation="乙大学", indicators="抗拉强度≥1300MPa"),
    Achievement(id="A2", title="连铸", organisation="丙大学", indicators="冲击功提高20%"),
    Achievement(id="A3", title="水稻", organisation="丁大学"),
)
ZH, EN = Wording("zh"), Wording("en")


def ranked(scores: Sequence[float] = (0.9, 0.8, 0.7, 0.1)) -> RankedPairs:
    count = len(scores)
    context = PairContext(
        needs=(NEED,),
        achievements=ACHIEVEMENTS,
        need_sectors=((),),
        achievement_sectors=((),) * len(ACHIEVEMENTS),
        sector_names=(),
        direction="need_to_achievement",
        shared_terms=lambda n, a: (SharedTerm("钢板", 0.5), SharedTerm("=偏析", 0.2)) if a else (),
    )
    columns = PairColumns(
        need=np.zeros(count, dtype=np.int64),
        achievement=np.arange(count, dtype=np.int64),
        rank=np.arange(1, count + 1, dtype=np.int64),
        score=np.array(scores, dtype=np.float64),
        grade=np.array([3] * count, dtype=np.int8),
        similarity=np.zeros(count),
    )
    return RankedPairs(context, columns)


def rows(table: PlanTable) -> list[list[object]]:
    return [list(line.values) for line in table.lines]


def everything(report: PlanReport) -> Iterator[str]:
    yield report.title
    yield from (word for fact in report.facts for word in fact)
    yield from report.notes
    for table in report.tables:
        yield from (table.name, table.about, *(head.label for head in table.heads))
        yield from (
            value for line in table.lines for value in line.values if isinstance(value, str)
        )


def test_an_alliance_says_who_covers_what():
    report = alliance_report(find_alliance(ranked(), "N1"), ZH)
    facts = dict(report.facts)
    assert report.title == "产学研联盟建议"
    assert facts["企业名称"] == "沙岭钢铁"
    assert facts["需求分解"] == "指标 2、关键词 2"
    assert facts["联盟成员"] == "2"
    # 1/4 + 1/8 of indicators and all terms; the best two: 1/4 and the word 钢板, which two of
    # four have and so weighs (ln(5/3) + 1) to (ln(5/2) + 1) for 连铸.
    assert facts["本组合共覆盖"] == "88%"
    assert facts["得分前 2 名共覆盖"] == "47%"
    assert facts["成员限制"] == "同一团队至多一项"
    assert report.notes[:2] == (
        "2 项成果互补，合起来覆盖需求的 88%。",
        "得分前 2 名共覆盖 47%，本组合覆盖 88%。",
    )
    assert any("另有 1 项成果得分低于 0.380" in note for note in report.notes)
    members, parts, still = map(rows, report.tables)
    assert [row[:4] for row in members] == [
        ["钢板", "甲大学", "47%", "抗拉强度≥1200MPa（满足：抗拉强度≥1250MPa）\n钢板"],
        ["连铸", "丙大学", "40%", "冲击功≥40J（不可比：冲击功提高20%）\n连铸"],
    ]
    assert members[0][-2:] == ["联系人：张三", "A0"]
    assert parts[1] == [
        "冲击功≥40J",
        "指标",
        "25%",
        "50%",
        "丙大学",
        "连铸",
        "不可比：冲击功提高20%",
    ]
    assert [row[-1] for row in parts[2:]] == ["提到连铸", "提到钢板"]
    assert still == [["冲击功≥40J", "25%", "50%", "候选成果未说明，或达不到要求", "", ""]]


def test_a_best_one_left_out_is_explained():
    settings = AllianceSettings(min_score=0.0, least_gain=0.05)
    pairs = ranked((0.7, 0.6, 0.75, 0.99))
    report = alliance_report(find_alliance(pairs, "N1", settings), ZH)
    expected = "得分最高的“水稻”（丁大学）未列入：把它换进来，合起来覆盖的不会更多。"
    assert expected in report.notes


def test_a_salon_is_a_briefing():
    report = salon_report(shortlist(ranked(), "N1"), ZH)
    facts = dict(report.facts)
    assert facts["拟邀成果"] == "3"
    assert facts["时长"] == "60 分钟"
    assert facts["同一团队/同一单位上限"] == "1 / 2"
    assert report.notes[0].startswith("需求方要求保密：“配方保密”。")
    assert "--anonymise" in report.notes[0]
    assert "符合条件的成果只有 3 项，少于 5 项。" in report.notes
    need, invited, targets, questions, agenda, passed = map(rows, report.tables)
    brief = dict(need)
    assert brief["希望达到的指标"] == "抗拉强度≥1200MPa\n冲击功≥40J"
    assert brief["完成时限"] == "2027-05-01"
    assert brief["已尝试的办法"] == "未说明"
    assert brief["需求联系方式"] == "联系电话：024-1"
    assert [row[:3] for row in invited] == [
        ["钢板", "甲大学", "一组"],
        ["钢板", "乙大学", ""],
        ["连铸", "丙大学", ""],
    ]
    assert [row[5] for row in invited][:2] == [
        "没有可以说明的共同点",
        "双方都提到“钢板”、“=偏析”",
    ]
    assert [head.label for head in report.tables[2].heads] == [
        "需求指标",
        "1. 甲大学",
        "2. 乙大学",
        "3. 丙大学",
    ]
    assert targets[1] == ["冲击功≥40J", "未说明", "未说明", "不可比（冲击功提高20%）"]
    assert questions[0] == ["沙岭钢铁", "", "试过哪些办法，为什么不行？", ""]
    assert ["甲大学", "钢板", "指标“冲击功≥40J”能否达到？有无检测数据？", ""] in questions
    assert agenda[1] == ["5-15 分钟", "企业介绍需求", "沙岭钢铁", ""]
    assert agenda[2] == ["15-26 分钟", "成果介绍与问答", "甲大学 一组", "钢板"]
    assert passed == []


def test_a_salon_explains_itself_where_it_can():
    plan = shortlist(ranked(), "N1")
    word = Evidence("term", 0.4, "钢板", "钢板", 0.5)
    why = Explanation(0.9, (Part("terms", 0.4, (word,)),), ("terms",))
    told = replace(plan, invited=(replace(plan.invited[0], explanation=why),))
    report = salon_report(told, ZH)
    assert report.tables[1].lines[0].values[5] == "双方都提到“钢板”；按 8 项标准中的 1 项判断"


def test_a_salon_without_secrets_or_guests():
    open_need = replace(NEED, confidentiality="无")
    plan = replace(shortlist(ranked(), "N1", SalonSettings(min_score=0.95)), secret="")
    report = salon_report(replace(plan, need=open_need), ZH)
    assert report.notes[0].startswith("没有得分不低于 0.950 的成果")
    assert all(table.lines == [] for table in report.tables[1:3])


def every_alliance() -> Iterator[Alliance]:
    """Make alliances that say between them everything that can be said."""
    plan = find_alliance(ranked(), "N1")
    nameless = replace(ACHIEVEMENTS[0], organisation="")
    obstacles = get_args(alliance_plan.Obstacle)
    for verdict in get_args(alliance_plan.Verdict):
        yield replace(plan, verdict=verdict)
    missed = PartEvidence(0.2, "missed", ("x",))
    unsaid = PartEvidence(0.2, "unsaid")
    parts = tuple(NeedPart(kind, kind, 0.3, {}) for kind in KINDS)
    member = AllianceMember(
        nameless, 0.5, 2, 1, 0.3, 0.3, (Contribution(0, missed), Contribution(1, unsaid)), ()
    )
    still = tuple(OpenPart(0, 0.1, nameless, missed, obstacle) for obstacle in obstacles)
    yield replace(
        plan,
        settings=AllianceSettings(same_university=False),
        parts=parts,
        members=(member, member),
        top=(nameless, ACHIEVEMENTS[1]),
        open=still,
        unheard=("热轧",),
        refused=2,
        beyond=3,
    )
    free = AllianceSettings(same_team=True)
    yield replace(plan, settings=free, top=tuple(one.achievement for one in plan.members))
    yield replace(plan, members=plan.members[:1], top=ACHIEVEMENTS[1:2])


def every_salon() -> Iterator[Salon]:
    plan = shortlist(ranked(), "N1")
    first = plan.invited[0]
    subjects = get_args(briefing.Subject)
    questions = tuple(briefing.Question(subject, "甲", "乙") for subject in subjects)
    verdicts = tuple(
        briefing.TargetVerdict("甲", "乙", verdict)
        for verdict in ("met", "missed", "incomparable", "unsaid")
    )
    full = replace(first, questions=questions, targets=verdicts)
    obstacles = get_args(salons.Obstacle)
    passed = tuple(PassedOver(ACHIEVEMENTS[3], 0.4, obstacle) for obstacle in obstacles)
    yield replace(
        plan,
        gaps=get_args(briefing.Gap),
        invited=(full, replace(full, achievement=replace(first.achievement, organisation=""))),
        passed_over=passed,
        refused=2,
    )
    yield replace(plan, invited=(), agenda=(), need=replace(NEED, organisation=""))


def every_report(words: Wording) -> Iterator[PlanReport]:
    yield from (alliance_report(plan, words) for plan in every_alliance())
    yield from (salon_report(plan, words) for plan in every_salon())


class Spy(dict[str, tuple[str, str]]):
    def __init__(self, known: dict[str, tuple[str, str]]) -> None:
        super().__init__(known)
        self.used: set[str] = set()

    def __getitem__(self, key: str) -> tuple[str, str]:
        self.used.add(key)
        return super().__getitem__(key)


def test_every_message_is_used(monkeypatch):
    spy = Spy(messages.MESSAGES)
    monkeypatch.setattr(messages, "MESSAGES", spy)
    for report in every_report(ZH):
        assert list(everything(report))
    assert set(ALLIANCE_MESSAGES) - spy.used == set()


@pytest.mark.parametrize("words", [ZH, EN])
def test_every_row_has_a_value_for_every_heading(words):
    for report in every_report(words):
        assert all(isinstance(word, str) for word in everything(report))
        for table in report.tables:
            assert {len(line.values) for line in table.lines} <= {len(table.heads)}
            assert not any("{" in word for word in everything(report))


def test_english_reports_are_english_but_for_what_records_say():
    english = [word for report in every_report(EN) for word in everything(report)]
    chinese = [word for report in every_report(ZH) for word in everything(report)]
    # Whatever stands in both is out of the records; anything else may only quote them.
    said = "".join(f"{value}" for one in (NEED, *ACHIEVEMENTS) for value in one.to_dict().values())
    said += "甲乙热轧偏析"
    for word in set(english) - set(chinese):
        strange = set(re.findall("[\u4e00-\u9fff]", word)) - set(said)
        assert not strange, word


def test_the_module_of_messages_says_which_plans_they_are_of():
    assert {key.split(".")[1] for key in ALLIANCE_MESSAGES} == {"alliance", "salon"}
