"""What a broker reads about an assignment, of a small event worked by hand."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

from matchmaker.planning.assignments.assignment import Assignment, assign
from matchmaker.planning.assignments.settings import AssignmentSettings, LevelLimits, Range
from matchmaker.records import Achievement, Need
from matchmaker.reporting import messages
from matchmaker.reporting.messages import LANGUAGES, MESSAGES
from matchmaker.reporting.plans import assignment as module
from matchmaker.reporting.plans.assignment import assignment_report
from matchmaker.reporting.plans.assignment_messages import ASSIGNMENT_MESSAGES
from matchmaker.reporting.plans.report import PlanReport, PlanTable
from matchmaker.reporting.wording import Wording
from matchmaker.scoring.pairs import PairColumns, PairContext, RankedPairs, SharedTerm

NEEDS = (
    Need(id="N1", title="轧辊寿命", organisation="宏砺特钢股份有限公司", region="辽宁"),
    Need(
        id="N2", title="板坯探伤", organisation="宏砺特钢", organisation_type="龙头", region="辽宁"
    ),
    Need(id="N3", title="图像检测", organisation="云帆软件", region="北京"),
    Need(id="N4", title="无人问津"),
    Need(id="N5", title="再来一项", organisation="北陵大学科技园有限公司"),
)
ACHIEVEMENTS = (
    Achievement(id="A1", title="长寿轧辊", organisation="北陵大学", team="赵组", region="辽宁"),
    Achievement(id="A2", title="探伤仪", organisation="北陵大学", team="钱组"),
    Achievement(id="A3", title="视觉平台", organisation="南屏大学"),
)
ROWS = (
    (0, 0, 0.9), (0, 1, 0.5), (1, 0, 0.8), (1, 1, 0.7), (2, 0, 0.6), (2, 2, 0.2), (4, 0, 0.9),
)  # fmt: skip


def ranking() -> RankedPairs:
    table = np.array(ROWS, dtype=np.float64).T
    columns = PairColumns(
        need=table[0].astype(np.int64),
        achievement=table[1].astype(np.int64),
        rank=np.ones(len(ROWS), dtype=np.int64),
        score=table[2],
        grade=np.full(len(ROWS), 3, dtype=np.int8),
        similarity=np.zeros(len(ROWS)),
    )
    labels = ((),) * len(NEEDS), ((),) * len(ACHIEVEMENTS)
    return RankedPairs(
        PairContext(
            NEEDS, ACHIEVEMENTS, *labels, (), "need_to_achievement",
            lambda need, achievement: (SharedTerm("轧辊", 0.5),),
        ),
        columns,
    )  # fmt: skip


def plan(refused: tuple[tuple[str, str], ...] = (), **more: object) -> Assignment:
    settings = {"need": LevelLimits(max=1), "achievement": LevelLimits(max=1), **more}
    return assign(ranking(), AssignmentSettings(**{"min_score": 0.0, **settings}), refused=refused)


def graded(*grades: int) -> Assignment:
    """The plan of three meetings, with other grades."""
    made = plan()
    columns = dataclasses.replace(made.pairs.columns, grade=np.array(grades, dtype=np.int8))
    return dataclasses.replace(made, pairs=RankedPairs(made.pairs.context, columns))


def table(report: PlanReport, name: str) -> PlanTable:
    return next(one for one in report.tables if one.name == name)


def test_the_figures_and_the_meetings() -> None:
    report = assignment_report(plan(), Wording("zh"))
    assert report.title == "对接配对方案"
    assert dict(report.facts) == {
        "安排对接": "3",
        "有安排的企业": "2（共 4）",
        "有安排的高校": "2（共 2）",
        "有安排的需求": "3（共 5）",
        "有安排的成果": "3（共 3）",
        "得分合计": "1.800",
        "各企业最高得分中的最低值": "0.200（云帆软件）",
        "与最优方案的差距": "已证明最优",
        "安排目标": "得分合计最高",
        "最低得分": "0.000",
        "每个需求的对接数": "0 至 1",
        "每个成果的对接数": "0 至 1",
    }
    by_enterprise = table(report, "按企业")
    assert [head.label for head in by_enterprise.heads][:3] == ["企业名称", "需求名称", "成果名称"]
    assert [(list(line.values), line.opens, line.grade) for line in by_enterprise.lines] == [
        (["云帆软件", "图像检测", "视觉平台", "南屏大学", "", "较强相关", 0.2,
          "轧辊 50%", "N3", "A3"], True, 3),
        (["宏砺特钢股份有限公司", "轧辊寿命", "长寿轧辊", "北陵大学", "赵组", "较强相关", 0.9,
          "轧辊 50%", "N1", "A1"], True, 3),
        (["宏砺特钢", "板坯探伤", "探伤仪", "北陵大学", "钱组", "较强相关", 0.7,
          "轧辊 50%", "N2", "A2"], False, 3),
    ]  # fmt: skip
    by_university = table(report, "按高校")
    assert [line.values[0] for line in by_university.lines] == ["北陵大学", "北陵大学", "南屏大学"]
    assert [line.opens for line in by_university.lines] == [True, False, True]


def test_who_meets_nobody_and_why() -> None:
    report = assignment_report(plan(objective="minimum"), Wording("zh"))
    assert [list(line.values) for line in table(report, "未安排").lines] == [
        ["企业", "无人问津", "", "没有任何候选", 0.0, "N4"],
        ["企业", "北陵大学科技园有限公司", "", "1 对候选都不能使用：利益回避 1 对", 0.9, ""],
        ["需求", "轧辊寿命", "宏砺特钢股份有限公司",
         "可用的 2 对候选都受名额限制：成果 长寿轧辊（A1） 已满、成果 探伤仪（A2） 已满",
         0.9, "N1"],
        ["需求", "无人问津", "", "没有任何候选", 0.0, "N4"],
        ["需求", "再来一项", "北陵大学科技园有限公司", "1 对候选都不能使用：利益回避 1 对",
         0.9, "N5"],
        ["高校", "南屏大学", "", "可用的 1 对候选都受名额限制：需求 图像检测（N3） 已满", 0.2, ""],
    ]  # fmt: skip
    assert "利益回避：企业“北陵大学科技园有限公司”不与“北陵大学”对接。" in report.notes
    assert "1 条需求未注明企业名称或已隐去，各按一家企业计算。" in report.notes


def test_weak_meetings_are_counted() -> None:
    notes = assignment_report(graded(2, 1, 3), Wording("zh")).notes
    assert any(note.startswith("其中 2 个对接的相关等级为弱相关或无关") for note in notes)
    assert not any("弱相关" in note for note in assignment_report(plan(), Wording("zh")).notes)


def test_limits_that_bind_and_minimums_that_were_lowered() -> None:
    report = assignment_report(plan(university=LevelLimits(min=2)), Wording("zh"))
    assert list(table(report, "起作用的限制").lines[0].values) == [
        "需求", "轧辊寿命", 1, 2, 0, "1", "名额已满", "N1",
    ]  # fmt: skip
    assert [list(one.values) for one in table(report, "已降低的下限").lines] == [
        ["高校", "南屏大学", 2, 1]
    ]
    assert any("要求至少 2 个对接，可用的候选最多只能安排 1 个" in note for note in report.notes)


def test_an_unproven_plan_says_how_far_it_may_be_from_the_best() -> None:
    made = dataclasses.replace(plan(), bound=1.85)
    facts = dict(assignment_report(made, Wording("zh")).facts)
    assert facts["与最优方案的差距"] == "不超过 2.78%"
    facts = dict(assignment_report(dataclasses.replace(made, fair=False), Wording("zh")).facts)
    assert facts["与最优方案的差距"] == "不超过 2.78%，公平性未证明"


class Spy(dict):
    def __init__(self, *args):
        super().__init__(*args)
        self.used = set()

    def __getitem__(self, key):
        self.used.add(key)
        return super().__getitem__(key)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_key_is_used(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spy = Spy(MESSAGES)
    monkeypatch.setattr(messages, "MESSAGES", spy)
    words = Wording(lang)
    few = LevelLimits(min=2, max=4)
    one_of_zhao = LevelLimits(each={"北陵大学 赵组": Range(max=1)})
    plans = [
        plan(),
        plan(objective="minimum", university=LevelLimits(min=2)),
        plan(objective="lexicographic", priorities={"龙头": 1.2}, region="prefer"),
        plan(region="require", region_level="city"),
        plan(region="require", min_score=0.4, refused=(("N2", "A1"),), forbidden=(("N1", "A1"),)),
        plan(need=LevelLimits(), university=few, per_couple=1, team=one_of_zhao),
        plan(min_score=1.0),
        plan(achievement=LevelLimits(max=0), university=LevelLimits(min=1)),
        plan(per_couple=0, enterprise=LevelLimits(each={"云帆软件": Range(max=0)})),
    ]  # fmt: skip
    left = dataclasses.replace(plans[0].unserved[0], why="left", usable=1)
    plans.append(dataclasses.replace(plans[0], bound=2.0, unserved=(left,)))
    plans.append(dataclasses.replace(plans[0], bound=2.0, fair=False))
    plans.append(graded(2, 1, 3))
    for notes in (0, 10):
        monkeypatch.setattr(module, "NOTES", notes)
        for one in plans:
            report = assignment_report(one, words)
            assert report.tables
            if lang == "en":
                told = "".join(label for label, _ in report.facts)
                assert not re.search("[一-鿿]", told.replace("龙头企业", ""))
    assert set(ASSIGNMENT_MESSAGES) - spy.used == set()
