"""What a broker reads about hosts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from matchmaker.language.sectors import OTHER, SectorLabel
from matchmaker.planning.hosting.hosts import HostPlan, HostSettings, HostWeights, rank_hosts
from matchmaker.planning.outcomes.outcomes import Outcome
from matchmaker.records import Achievement, Need
from matchmaker.reporting import messages
from matchmaker.reporting.messages import LANGUAGES, MESSAGES
from matchmaker.reporting.plans import hosts as report_module
from matchmaker.reporting.plans.hosts import hosts_report
from matchmaker.reporting.plans.hosts_messages import HOSTS_MESSAGES
from matchmaker.reporting.plans.report import PlanReport, PlanTable
from matchmaker.reporting.wording import Wording
from matchmaker.scoring.pairs import Direction, PairColumns, PairContext, RankedPairs

ZH, EN = Wording("zh"), Wording("en")


def labels(names: str) -> tuple[SectorLabel, ...]:
    return tuple(SectorLabel(name, 0.9, "predicted") for name in names.split())


# 冶金: the trap of the greedy rule. 生物医药: nobody reaches the score. 园艺: no pair at all.
NEEDS = [*["冶金"] * 7, "冶金 生物医药", "园艺", "冶金", "冶金"]
OWNERS = [*["青山大学"] * 5, "白水大学", "赤原大学", "金沙大学", "银湖大学", "", "青山大学"]
SECTORS = [*["冶金"] * 9, "其他", "信息技术"]
PAIRS = [
    *((need, 5, 0.6) for need in (0, 1, 3, 4)),
    *((need, 6, 0.6) for need in (0, 1, 2)),
    *((need, 7, 0.6) for need in (3, 4, 5)),
    (6, 0, 0.7),
    (7, 9, 0.44),
    (9, 8, 0.8),
]
SETTINGS = HostSettings(co_hosts=2, weights=HostWeights(coverage=0.3, volume=0.4))


def ranked(
    pairs: Sequence[tuple[int, int, float]] = PAIRS,
    *,
    direction: Direction = "need_to_achievement",
    needs: Sequence[str] = NEEDS,
) -> RankedPairs:
    rows = sorted(pairs, key=lambda row: row[:2])
    columns = PairColumns(
        need=np.array([row[0] for row in rows], dtype=np.int64),
        achievement=np.array([row[1] for row in rows], dtype=np.int64),
        rank=np.ones(len(rows), dtype=np.int64),
        score=np.array([row[2] for row in rows], dtype=np.float64),
        grade=np.array([3 if row[2] >= 0.5 else 2 for row in rows], dtype=np.int8),
        similarity=np.zeros(len(rows)),
    )
    context = PairContext(
        needs=tuple(
            Need(id=f"N{at:02}", title=f"难题{at}", organisation=f"第{at}钢厂")
            for at in range(len(needs))
        ),
        achievements=tuple(
            Achievement(id=f"A{at:02}", title=f"成果{at}", organisation=owner, maturity="中试")
            for at, owner in enumerate(OWNERS)
        ),
        need_sectors=tuple(map(labels, needs)),
        achievement_sectors=tuple(map(labels, SECTORS)),
        sector_names=("冶金", "生物医药"),
        direction=direction,
        shared_terms=lambda need, achievement: (),
        duplicates={"A00": ("A01",)},
    )
    return RankedPairs(context, columns)


def made(**more) -> HostPlan:
    return rank_hosts(ranked(), SETTINGS, **more)


def told(plan: HostPlan | None = None, words: Wording = ZH) -> PlanReport:
    return hosts_report(plan or made(), words)


def rows(table: PlanTable) -> list[tuple[object, ...]]:
    assert all(len(line.values) == len(table.heads) for line in table.lines)
    return [tuple(line.values) for line in table.lines]


def test_figures() -> None:
    assert told().title == "牵头高校与联合承办高校"
    assert told().facts == [
        ("有需求的领域", "3"),
        ("需求", "11"),
        ("参与排名的高校", "5"),
        ("牵头和联合承办高校覆盖的需求", "6/11"),
        ("尚无高校覆盖的需求", "3"),
        ("覆盖门槛（匹配得分不低于）", "0.500"),
        ("每个领域联合承办高校至多", "2"),
        ("评分权重", "需求覆盖31.6%、匹配强度10.5%、成果数量42.1%、技术成熟度15.8%"),
    ]


def test_hosts_of_each_sector() -> None:
    table = told().tables[0]
    steel, drugs, garden = rows(table)
    assert steel[:2] == ("冶金", "青山大学")
    assert steel[2] == pytest.approx((0.3 * 0.25 + 0.1 * 0.7 + 0.4 + 0.15 * 4.5 / 8) / 0.95)
    assert steel[3:8] == (
        "1/10",
        "白水大学（再增加4项）\n赤原大学（再增加1项）",
        "6/10",
        2,
        "最优组合为赤原大学、金沙大学，可多覆盖1项",
    )
    assert drugs == ("生物医药", "暂无", "", "0/1", "暂无", "0/1", 1, "", "")
    assert garden[0] == "园艺"
    assert table.shown == 7


def test_the_lead_s_total_adds_up_as_shown() -> None:
    words = str(rows(told().tables[0])[0][8])
    assert words == "需求覆盖0.079、匹配强度0.074、成果数量0.421、技术成熟度0.089；合计0.663"
    *parts, total = map(float, re.findall(r"\d\.\d{3}", words))
    assert sum(parts) == pytest.approx(total)


def test_universities_with_every_component() -> None:
    table = told().tables[1]
    assert [head.label for head in table.heads][5:9] == [
        "需求覆盖（权重31.6%）",
        "匹配强度（权重10.5%）",
        "成果数量（权重42.1%）",
        "技术成熟度（权重15.8%）",
    ]
    steel = [row for row in rows(table) if row[0] == "冶金"]
    assert [(row[1], row[2], row[3]) for row in steel] == [
        (1, "青山大学", "牵头"),
        (2, "白水大学", "联合承办"),
        (3, "赤原大学", "联合承办"),
        (4, "金沙大学", "未承办"),
        (5, "银湖大学", "未承办"),
    ]
    assert steel[0][5:] == (0.25, 0.7, 1.0, pytest.approx(4.5 / 8), 1, 4, "4/4")
    assert [line.opens for line in table.lines] == [True, False, False, False, False]


def test_past_outcomes_have_a_column() -> None:
    outcomes = [
        Outcome(university="青山大学", enterprise=f"厂{i}", stage=stage)
        for i, stage in enumerate(["已推送", "签约"])
    ]
    table = told(made(outcomes=outcomes)).tables[1]
    assert table.heads[-1].label == "签约/已推送"
    assert [row[-1] for row in rows(table)][:2] == ["1/2", "0/0"]
    assert "过往成效（权重20.8%）" in [head.label for head in table.heads]


def test_at_most_ten_universities_of_a_sector(monkeypatch) -> None:
    monkeypatch.setattr(report_module, "TOP", 2)
    table = told().tables[1]
    assert [row[1] for row in rows(table)] == [1, 2]
    assert "至多2所" in table.about


def test_needs_that_nobody_covers() -> None:
    table = told().tables[2]
    nearest = (0.44, "（未注明单位）", "成果9", "弱相关")
    assert rows(table) == [
        ("冶金", "难题7", "第7钢厂", *nearest, "N07", "A09"),
        ("冶金", "难题10", "第10钢厂", "", "", "", "", "N10", ""),
        ("生物医药", "难题7", "第7钢厂", *nearest, "N07", "A09"),
        ("园艺", "难题8", "第8钢厂", "", "", "", "", "N08", ""),
    ]
    assert [line.grade for line in table.lines] == [2, 0, 2, 0]
    assert [line.opens for line in table.lines] == [True, False, True, True]


def test_who_covers_what() -> None:
    table = told().tables[3]
    found = [(row[1], row[3], row[4], row[5]) for row in rows(table)]
    assert found == [
        ("难题0", "白水大学", "联合承办", "成果5"),
        ("难题0", "赤原大学", "联合承办", "成果6"),
        ("难题1", "白水大学", "联合承办", "成果5"),
        ("难题1", "赤原大学", "联合承办", "成果6"),
        ("难题2", "赤原大学", "联合承办", "成果6"),
        ("难题3", "白水大学", "联合承办", "成果5"),
        ("难题4", "白水大学", "联合承办", "成果5"),
        ("难题5", "金沙大学", "未承办", "成果7"),
        ("难题6", "青山大学", "牵头", "成果0"),
        ("难题9", "银湖大学", "未承办", "成果8"),
    ]
    assert rows(table)[8] == (
        *("冶金", "难题6", "第6钢厂", "青山大学", "牵头", "成果0", 0.7, "较强相关", "N06", "A00"),
    )
    assert [line.opens for line in table.lines[:3]] == [True, False, True]


def test_what_the_components_mean() -> None:
    lines = rows(told().tables[4])
    assert [line[:2] for line in lines] == [
        ("需求覆盖", "31.6%"),
        ("匹配强度", "10.5%"),
        ("成果数量", "42.1%"),
        ("技术成熟度", "15.8%"),
    ]
    assert "加入2项本领域平均水平的成果" in str(lines[3][2])


def test_notes_say_what_was_assumed_and_who_was_left_out() -> None:
    plan = made(refused=[("N06", "A00")])
    assert "有1对匹配此前已被拒绝，不计入覆盖。" in told(plan).notes
    assert list(told().notes) == [
        "冶金：青山大学综合得分最高，但覆盖需求最多的是白水大学（4项，前者1项）。",
        "冶金：联合承办高校是逐所选取新增覆盖最多者得出的，不是最优组合。"
        "最优组合为赤原大学、金沙大学，可多覆盖1项需求。",
        "冶金：有2项需求只有未承办的高校能够覆盖，见“需求由谁覆盖”。",
        "生物医药：没有高校的成果对该领域的任何需求达到门槛，不设牵头高校。"
        "最接近的是（未注明单位）的“成果9”，得分0.440。",
        "园艺：排序结果没有为该领域的需求列出任何匹配，不设牵头高校。",
        "仅依据排序结果中列出的匹配：每项需求至多1项成果。未列出的匹配情况不明，不计入覆盖。",
        "有1项需求属于多个领域，在每个领域各计一次，因此各领域之和大于需求总数。",
        "每个领域只对有本领域成果的高校排名。",
        "有1项成果未注明完成单位，不能承办，也不计入覆盖。",
        "有1条记录与其他记录内容相同，不重复计数。",
        "没有提供以往对接结果，未计过往成效，其余权重按比例放大。",
        "以下领域没有需求，未安排：信息技术、其他。",
    ]


def plain() -> HostPlan:
    """Plan a sector whose greedy choice is the best, after a look at outcomes; back to front."""
    pairs = ranked([(0, 0, 0.7), (1, 5, 0.6)], direction="achievement_to_need", needs=["冶金"] * 2)
    return rank_hosts(pairs, outcomes=[Outcome(university="别处大学", stage="签约")])


def unproven(plan: HostPlan) -> HostPlan:
    """Take the proof away, as a search that ends early does."""
    first, *others = plan.sectors
    assert first.best_co_hosts is not None
    best = replace(first.best_co_hosts, bound=9.0)
    return replace(plan, sectors=(replace(first, best_co_hosts=best), *others))


def test_a_plain_case() -> None:
    report = told(plain())
    assert rows(report.tables[0])[0][7] == "已是最优组合"
    assert [note for note in report.notes if "每项成果至多1项需求" in note]
    assert "有1条以往对接结果的高校不在本次成果库中，未采用。" in report.notes
    assert not [note for note in report.notes if "没有提供以往对接结果" in note]
    assert rows(told(unproven(plain())).tables[0])[0][7] == "未找到更好的组合，但尚未证明已是最优"
    better = "更好的组合为赤原大学、金沙大学，可多覆盖1项，但尚未证明已是最优"
    report = told(unproven(made()))
    assert rows(report.tables[0])[0][7] == better
    assert not [note for note in report.notes if "最优组合" in note]
    large = rank_hosts(ranked(), HostSettings(exact_up_to=0))
    assert rows(told(large).tables[0])[0][7] == "规模较大，未计算最优组合"


def test_english() -> None:
    report = told(words=EN)
    assert report.title == "Lead universities and co-hosts"
    steel = rows(report.tables[0])[0]
    assert steel[4] == "白水大学 (adds 4)\n赤原大学 (adds 1)"
    assert steel[8] == "Coverage 0.079, Strength 0.074, Volume 0.421, Maturity 0.089; total 0.663"
    assert report.notes[-1] == "No needs, so no hosts, in: 信息技术, Other."


def test_hostile_names_stay_on_one_line() -> None:
    pairs = ranked()
    needs = (Need(id="N00", title="甲\\n乙", organisation="丙\x07\n丁"), *pairs.needs[1:])
    context = PairContext(
        needs=needs,
        achievements=pairs.achievements,
        need_sectors=pairs.context.need_sectors,
        achievement_sectors=pairs.context.achievement_sectors,
        sector_names=("冶金",),
        direction="need_to_achievement",
        shared_terms=lambda need, achievement: (),
    )
    report = told(rank_hosts(RankedPairs(context, pairs.columns)))
    first = rows(report.tables[3])[0]
    assert first[1] == "甲 乙"
    assert not set("\n\x07") & set(str(first[2]))


def with_grade(grade: int) -> RankedPairs:
    pairs = ranked()
    same = np.full(len(pairs), grade, dtype=np.int8)
    return RankedPairs(pairs.context, replace(pairs.columns, grade=same))


def test_needs_covered_by_weak_pairs_alone_are_counted() -> None:
    weak = [note for note in told(rank_hosts(with_grade(2))).notes if "弱相关" in note]
    assert len(weak) == 1
    assert weak[0].startswith("承办高校覆盖的需求中，有7项")
    assert not [note for note in told(rank_hosts(with_grade(3))).notes if "弱相关" in note]


def thin() -> RankedPairs:
    return ranked([(0, 0, 0.7)], needs=["冶金"] * 11)


def test_a_lead_that_covers_next_to_nothing_is_questioned() -> None:
    (note,) = [note for note in told(rank_hosts(thin())).notes if "不足一成" in note]
    assert note.startswith("冶金：青山大学只覆盖11项需求中的1项")
    ten = rank_hosts(ranked([(0, 0, 0.7)], needs=["冶金"] * 10))
    assert not [note for note in told(ten).notes if "不足一成" in note]


class Spy(dict):
    def __init__(self, *args):
        super().__init__(*args)
        self.used = set()

    def __getitem__(self, key):
        self.used.add(key)
        return super().__getitem__(key)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_key_is_used(lang, monkeypatch) -> None:
    spy = Spy(MESSAGES)
    monkeypatch.setattr(messages, "MESSAGES", spy)
    large = rank_hosts(ranked(), HostSettings(exact_up_to=0))
    for plan in (
        made(),
        plain(),
        large,
        unproven(made()),
        unproven(plain()),
        made(refused=[("N06", "A00")]),
        rank_hosts(with_grade(2)),
        rank_hosts(thin()),
    ):
        told(plan, Wording(lang))
    assert set(HOSTS_MESSAGES) <= spy.used


def test_the_sample_can_be_told(sample_matches) -> None:
    plan = rank_hosts(sample_matches)
    report = told(plan)
    assert [row[0] for row in rows(report.tables[0])] == [one.sector for one in plan.sectors]
    assert rows(report.tables[0])[-1][0] == OTHER
    assert len(rows(report.tables[2])) == sum(len(one.uncovered) for one in plan.sectors)
