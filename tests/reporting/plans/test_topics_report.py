from __future__ import annotations

import re
import string
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from matchmaker.language.sectors import OTHER, SectorLabel
from matchmaker.planning.topics.experts import Expert, Panel
from matchmaker.planning.topics.invitations import InvitationSettings, invite
from matchmaker.planning.topics.roundtables import RoundtableSettings, find_roundtables
from matchmaker.planning.topics.topics import TopicSettings
from matchmaker.planning.topics.visits import VisitSettings, visit_park
from matchmaker.records import Achievement, Need
from matchmaker.reporting import messages
from matchmaker.reporting.messages import LANGUAGES, MESSAGES
from matchmaker.reporting.plans.topics import (
    invitation_report,
    roundtable_report,
    visit_report,
)
from matchmaker.reporting.plans.topics_messages import TOPICS_MESSAGES
from matchmaker.reporting.wording import Wording
from matchmaker.scoring.explanation import Counterfactual, Evidence, Explanation, Part, Reasons
from matchmaker.scoring.pairs import PairColumns, PairContext, RankedPairs, SharedTerm

PARK = "鞍山高新区"
METAL = (SectorLabel("冶金", 1.0, "declared"),)
NEEDS = (
    Need(
        id="N1",
        title="大方坯连铸\n中心偏析控制",
        organisation="甲特钢",
        region="鞍山",
        park=PARK,
        deadline=date(2027, 1, 1),
        extra={"联系人": "张三"},
    ),
    Need(id="N2", title="板坯连铸偏析改善", organisation="乙钢铁", park="鞍山市高新区"),
    Need(id="N3", title="水性涂料耐盐雾", organisation="丙涂料", park=PARK),
    Need(id="N4", body="光刻胶树脂提纯", region="辽宁省鞍山高新区激光大道1号"),
    Need(id="N5", title="圆坯连铸偏析", organisation="丁钢管", park="抚顺高新区"),
    Need(id="N6", title="板坯 连铸偏析改善", organisation="己金属"),
    Need(id="N7", title="板坯连铸偏析裂纹", organisation="甲特钢", region="某处"),
)
SECTORS = (METAL, METAL, (SectorLabel("精细化工", 0.9, "predicted"),), (), METAL, METAL, METAL)
ACHIEVEMENTS = (
    Achievement(id="A1", title="连铸偏析电磁搅拌", organisation="东北大学", team="王团队"),
    Achievement(id="A2", title="水性涂料防腐", organisation="北方大学"),
    Achievement(id="A3", title="连铸裂纹检测"),
)
PAIRS = (
    (0, 0, 0.8, 4),
    (1, 0, 0.7, 3),
    (1, 2, 0.9, 4),
    (2, 1, 0.45, 2),
    (4, 0, 0.9, 4),
    (6, 0, 0.55, 3),
    (6, 2, 0.2, 1),
)


def ranking(*, reasons=None, direction="need_to_achievement"):
    context = PairContext(
        NEEDS,
        ACHIEVEMENTS,
        SECTORS,
        tuple(() for _ in ACHIEVEMENTS),
        ("冶金", "精细化工"),
        direction,
        lambda need, achievement: (SharedTerm("连铸", 0.5),) if need == 4 else (),
        {},
        reasons,
    )
    columns = PairColumns(
        need=np.array([row[0] for row in PAIRS], dtype=np.int64),
        achievement=np.array([row[1] for row in PAIRS], dtype=np.int64),
        rank=np.ones(len(PAIRS), dtype=np.int64),
        score=np.array([row[2] for row in PAIRS], dtype=np.float64),
        grade=np.array([row[3] for row in PAIRS], dtype=np.int8),
        similarity=np.zeros(len(PAIRS)),
    )
    return RankedPairs(context, columns)


def explained():
    fields = ("maturity", "money", "cooperation", "region")
    parts = [
        Part(name, 0.1, (Evidence("field", 0.1, "甲", "乙", 1.0, "", name),)) for name in fields
    ]
    met = Evidence("indicator", 0.1, "强度≥600MPa", "强度650MPa", 1.0, "met", "强度")
    why = Explanation(0.5, (Part("indicators", 0.1, (met,)), *parts), fields)
    return Reasons(
        lambda need, achievement, spans: why,
        lambda need, achievement, term: Counterfactual(term, None, 0.0, 0),
    )


def table(report, name):
    (found,) = [one for one in report.tables if one.name == name]
    for line in found.lines:
        assert len(line.values) == len(found.heads)
    return found


def test_round_tables_say_who_sits_there_and_who_is_left_out():
    plan = find_roundtables(ranking(), refused=[("N2", "A1")])
    report = roundtable_report(plan, Wording("zh"))
    assert report.title == "圆桌论坛方案"
    facts = dict(report.facts)
    assert facts["圆桌数"] == "1"
    assert facts["进入圆桌的需求"] == "5（共 7）"
    assert facts["未归入共性需求的需求"] == "2"
    assert facts["拟请专家不能答复的需求"] == "0"
    assert any("有 1 条需求与同桌另一条内容相同" in note for note in report.notes)
    assert any(
        "此前已被拒绝 1 对" in note and "得分低于 0.500 的 2 对" in note for note in report.notes
    )
    (line,) = table(report, "圆桌一览").lines
    name, sectors, enterprises, needs, experts, missing, listed, _ = line.values
    assert "偏析" in name or "连铸" in name
    assert (sectors, enterprises, needs, missing) == ("冶金", 4, 4, "")
    assert experts == "东北大学 王团队\n（完成单位未注明）"
    assert "甲特钢：大方坯连铸 中心偏析控制" in listed.split("\n")


def test_each_need_at_a_table_has_its_best_expert():
    report = roundtable_report(find_roundtables(ranking()), Wording("zh"))
    lines = table(report, "各桌需求").lines
    assert [line.opens for line in lines] == [True, False, False, False]
    by_need = {line.values[9]: line.values for line in lines}
    assert list(by_need["N2"][3:7]) == ["东北大学 王团队", "连铸偏析电磁搅拌", 0.7, "较强相关"]
    assert lines[0].values[8] == "己金属：板坯 连铸偏析改善"
    assert by_need["N1"][7] == "鞍山高新区"
    roles = [line.values[3] for line in table(report, "各桌专家").lines]
    assert roles == ["邀请", "备选"]
    single = [line.values for line in table(report, "未归类需求").lines]
    assert [values[4] for values in single] == ["N3", "N4"]
    assert single[1][:2] == ("（企业未注明）", "（无标题）")


def test_an_uncovered_need_stays_empty_and_is_named():
    wanted = RoundtableSettings(threshold=0.6, sector="冶金")
    report = roundtable_report(find_roundtables(ranking(), wanted), Wording("zh"))
    assert dict(report.facts)["限定领域"] == "冶金"
    assert table(report, "圆桌一览").lines[0].values[5] == "甲特钢：板坯连铸偏析裂纹"
    (empty,) = [line for line in table(report, "各桌需求").lines if line.values[9] == "N7"]
    assert list(empty.values[3:7]) == ["", "", "", ""]
    assert (empty.grade, empty.values[10]) == (0, "")


def test_no_common_need_is_said():
    wanted = RoundtableSettings(topics=TopicSettings(least_enterprises=9), park=PARK)
    report = roundtable_report(find_roundtables(ranking(), wanted), Wording("en"))
    assert report.notes[0].startswith("No common need was found.")
    assert dict(report.facts)["Park"] == PARK
    assert report.tables[0].lines == []


def test_an_invitation_says_whom_and_why():
    plan = invite(ranking(reasons=explained()), "A1", InvitationSettings(most_enterprises=2))
    report = invitation_report(plan, Wording("zh"))
    facts = dict(report.facts)
    assert (facts["推介成果"], facts["完成单位与团队"]) == ("连铸偏析电磁搅拌", "东北大学 王团队")
    assert (facts["拟邀企业"], facts["拟邀园区"]) == ("2", "2")
    first, second = table(report, "拟邀企业").lines
    assert first.values[:4] == ("丁钢管", "圆坯连铸偏析", 0.9, "强相关")
    assert first.values[4].split("\n") == [
        "共有词：连铸",
        "指标符合：需求强度≥600MPa，成果强度650MPa",
        "成熟度相符：需求甲，成果乙",
        "资金相符：需求甲，成果乙",
        "合作方式相符：需求甲，成果乙",
        "地区相符：需求甲，成果乙",
    ]
    assert (first.grade, first.values[8]) == (4, "N5")
    assert second.values[6] == "板坯连铸偏析裂纹（0.550）"
    assert second.values[7] == "联系人：张三"
    parks = [line.values for line in table(report, "拟邀园区").lines]
    assert parks[0][:4] == (PARK, 2, 2, 3)
    assert (
        parks[0][4] == "甲特钢：大方坯连铸 中心偏析控制（0.800）\n乙钢铁：板坯连铸偏析改善（0.700）"
    )
    assert any("另有企业 1 家、园区 0 个" in note for note in report.notes)
    assert any("未填写园区的 1 条，地区无法识别的 1 条" in note for note in report.notes)
    assert any(note.startswith("本方案来自按需求推荐的结果") for note in report.notes)
    assert not any("文件读入" in note for note in report.notes)


def test_an_invitation_from_a_file_says_so_and_nobody_may_fit():
    pairs = ranking(direction="achievement_to_need")
    report = invitation_report(invite(pairs, "A2"), Wording("zh"))
    assert [line.values[4] for line in table(report, "拟邀企业").lines] == [""]
    assert any("文件读入" in note for note in report.notes)
    assert not any(note.startswith("本方案来自按需求") for note in report.notes)
    nobody = invite(pairs, "A2", InvitationSettings(min_score=0.9))
    assert invitation_report(nobody, Wording("zh")).notes[0] == "没有达到最低得分的企业。"


def test_a_visit_names_teams_common_needs_and_what_stays_open():
    wanted = VisitSettings(topics=TopicSettings(likeness=0.1))
    report = visit_report(visit_park(ranking(), PARK, wanted), Wording("zh"))
    facts = dict(report.facts)
    assert (facts["园区"], facts["参与分析的需求"], facts["共性需求"]) == (PARK, "4", "1")
    assert facts["拟请团队可答复的需求"] == "2（共 4）"
    teams = [line.values[:5] for line in table(report, "走访团队").lines]
    assert teams == [
        ("东北大学", "王团队", "邀请", 2, 2),
        ("（完成单位未注明）", "", "备选", 1, 0),
    ]
    needs = table(report, "园区需求").lines
    assert [(line.values[0], line.opens) for line in needs][2:] == [
        ("精细化工", True),
        ("其他", True),
    ]
    assert [line.values[7] for line in needs] == ["N1", "N2", "N3", "N4"]
    assert list(needs[1].values[3:7]) == ["连铸裂纹检测", "", 0.9, "强相关"]
    assert list(needs[3].values[3:]) == ["", "", "", "", "N4", ""]
    missing = table(report, "拟请团队不能答复的需求").lines
    assert [line.values[0] for line in missing] == ["丙涂料", "（企业未注明）"]


def test_nothing_left_out_is_not_said():
    pairs = ranking()
    report = visit_report(visit_park(pairs, "抚顺高新区"), Wording("en"))
    assert not any("not used" in note for note in report.notes)
    bare = RankedPairs(
        replace(pairs.context, need_sectors=((SectorLabel(OTHER, 1.0, "predicted"),),) * 7),
        pairs.columns,
    )
    lines = table(visit_report(visit_park(bare, PARK), Wording("en")), "Needs of the park").lines
    assert lines[-1].values[0] == "Other"


class Spy(dict):
    def __init__(self, *args):
        super().__init__(*args)
        self.used = set()

    def __getitem__(self, key):
        self.used.add(key)
        return super().__getitem__(key)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_key_is_used(lang, monkeypatch):
    spy = Spy(MESSAGES)
    monkeypatch.setattr(messages, "MESSAGES", spy)
    words = Wording(lang)
    pairs = ranking(reasons=explained())
    for wanted in (
        RoundtableSettings(most_tables=1, topics=TopicSettings(likeness=0.05)),
        RoundtableSettings(park=PARK, sector="冶金", topics=TopicSettings(least_enterprises=9)),
        RoundtableSettings(most_tables=1, topics=TopicSettings(likeness=0.99, least_enterprises=1)),
    ):
        roundtable_report(find_roundtables(pairs, wanted), words)
    several = find_roundtables(pairs)
    roundtable_report(replace(several, more=(several.tables[0].topic,)), words)
    left = (Expert("#A1", "", "", (), ("N1",)),)
    short = replace(several.tables[0], panel=Panel((), left, ("N1",)))
    roundtable_report(replace(several, tables=(short,)), words)
    for ranked in (pairs, ranking()):
        invitation_report(invite(ranked, "A1", InvitationSettings(most_enterprises=1)), words)
        invitation_report(invite(ranked, "A1", InvitationSettings(min_score=1.0)), words)
    visit_report(visit_park(pairs, PARK), words)
    assert {key for key in spy.used if key.startswith("plan.topics.")} == set(TOPICS_MESSAGES)


@pytest.mark.parametrize("key", sorted(TOPICS_MESSAGES))
def test_every_text_stands_in_both_languages(key):
    chinese, english = TOPICS_MESSAGES[key]

    def values(template):
        return sorted(name for _, name, _, _ in string.Formatter().parse(template) if name)

    assert values(chinese) == values(english)
    assert not re.search("[\u4e00-\u9fff，；：（）。、]", english)
    assert not re.search("[,;()]", re.sub(r"\{.*?\}", "", chinese))


def test_what_a_limit_leaves_open_is_not_said_to_be_beyond_everybody():
    wanted = VisitSettings(threshold=0.4, most_teams=1)
    plan = visit_park(ranking(), PARK, wanted)
    assert plan.panel.waiting == 1
    report = visit_report(plan, Wording("zh"))
    assert "因人数上限为 1，有 1 条需求只有备选者能够答复；放宽上限即可覆盖。" in report.notes
    teams = {line.values[0]: line.values[2:5] for line in table(report, "走访团队").lines}
    assert [line for line in teams.values() if line[2] and line[0] == "备选"] == [("备选", 1, 1)]
