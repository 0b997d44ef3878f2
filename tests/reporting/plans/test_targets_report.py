"""The report of targets: what a department officer reads, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from matchmaker.planning.outcomes.columns import REASONS, STAGES
from matchmaker.planning.outcomes.outcomes import Outcome, OutcomeNote, Outcomes, read_outcomes
from matchmaker.planning.outcomes.targets import Target, TargetSettings, track_targets
from matchmaker.records import Need, Origin, read_achievements, read_needs
from matchmaker.reporting import messages
from matchmaker.reporting.messages import LANGUAGES, MESSAGES
from matchmaker.reporting.plans.targets import targets_report
from matchmaker.reporting.plans.targets_messages import TARGETS_MESSAGES
from matchmaker.reporting.wording import Wording
from matchmaker.sample import sample_path

TODAY = date(2026, 11, 26)
TEXT = "轧机工作辊在高温下磨损太快，换辊一次要停机四小时"


class Spy(dict):
    def __init__(self, *args):
        super().__init__(*args)
        self.used = set()

    def __getitem__(self, key):
        self.used.add(key)
        return super().__getitem__(key)


def everything():
    """Outcomes that say between them everything that can be said."""
    origin = iter(range(1, 1000))

    def row(need="N1", achievement="A1", **values):
        place = Origin("目录/台账.csv", "", next(origin))
        values = {"enterprise": "甲厂", "university": "东北大学", **values}
        return Outcome(need_id=need, achievement_id=achievement, origin=place, **values)

    rows = [
        *(row(stage=stage, day=date(2026, 1, 1 + at)) for at, stage in enumerate(STAGES)),
        *(
            row(f"R{at}", stage="已对接", refused=True, reasons=(reason,), reason_text="=1+1")
            for at, reason in enumerate(REASONS)
        ),
        row("R", refused=True),
        row("N2", "A2", stage="签约", amount=1.5, event="春", park="甲园"),
        row("N2", "A2", stage="签约", refused=True, event="秋", park="乙园", university="大连大学"),
        row("N3", "A1", stage="签约", enterprise="甲厂有限公司", university="东北大学理学院"),
        row("N3", "A3", stage="签约"),
        row("N4", "A1", stage="签约"),
        row("", "", stage="已对接"),
        row("N6", stage="已对接", enterprise="", day=date(2026, 2, 1)),
        row("N7", day=date(2027, 1, 1)),
    ]
    problems = ("day", "amount", "range", "need_id", "achievement_id")
    notes = tuple(OutcomeNote(one, "日期", "x", Origin("a.xlsx", "表", 3)) for one in problems)
    needs = [Need(id="N3", title="磨损", body=TEXT), Need(id="N4", title="磨损", body=TEXT)]
    targets = (
        Target(count="universities", number=1),
        Target(count="enterprises", number=50, deadline=date(2100, 1, 1)),
        Target(count="items", number=7000, name="攻关=项目", sector="冶金"),
        Target(count="items", number=20),
        Target(count="meetings", number=99, deadline=date(2026, 3, 1)),
        Target(count="amount", number=99, start=date(2026, 12, 1)),
    )
    return track_targets(
        Outcomes(tuple(rows), ("目录/台账.csv",), notes),
        TargetSettings(targets=targets),
        today=TODAY,
        needs=needs,
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_key_is_used(lang, monkeypatch):
    spy = Spy(MESSAGES)
    monkeypatch.setattr(messages, "MESSAGES", spy)
    targets_report(everything(), Wording(lang))
    assert {key for key in spy.used if key.startswith("plan.targets.")} == set(TARGETS_MESSAGES)


@pytest.mark.parametrize("key", sorted(TARGETS_MESSAGES))
def test_messages_keep_to_their_language(key):
    chinese, english = TARGETS_MESSAGES[key]
    assert not re.search("[一-鿿，；：（）。、]", english)
    assert not re.search("[,;()]", re.sub(r"\{.*?\}", "", chinese))
    assert sorted(re.findall(r"\{\w+\}", chinese)) == sorted(re.findall(r"\{\w+\}", english))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_line_fits_its_heads(lang):
    report = targets_report(everything(), Wording(lang))
    for table in report.tables:
        assert table.lines
        assert 0 <= table.shown <= len(table.heads)
        for line in table.lines:
            assert len(line.values) == len(table.heads)
            for head, value in zip(table.heads, line.values, strict=True):
                if head.kind == "count":
                    assert value == "" or isinstance(value, int | float)


def table(report, name):
    return next(one for one in report.tables if one.name == name)


def cells(one):
    return [tuple(line.values) for line in one.lines]


def sample_report(lang="zh"):
    needs = read_needs(sample_path("needs.csv"))
    achievements = read_achievements(sample_path("achievements.xlsx"))
    rows = read_outcomes(sample_path("outcomes.csv"), needs=needs, achievements=achievements)
    settings = TargetSettings(start=date(2026, 1, 1))
    tracked = track_targets(rows, settings, today=TODAY, needs=needs)
    return targets_report(tracked, Wording(lang))


def test_the_sample_in_chinese():
    report = sample_report()
    assert dict(report.facts)["去重后的对接项目"] == "38"
    assert [one.name for one in report.tables] == [
        "目标进度",
        "对接漏斗",
        "高校绩效数据",
        "重复计数核查",
        "未达成原因",
        "转化率与用时",
        "计入清单",
        "数据提示",
    ]
    first = cells(table(report, "目标进度"))[0]
    assert first[:6] == ("参与高校", 100, 16, "16%", "进度滞后", 84)
    assert first[9:12] == ("2026-12-31", "2026-01-01", "已对接及以后")
    whole = cells(table(report, "对接漏斗"))[0]
    assert whole == ("总计", "总计", 38, 37, 26, 13, 8, 2, 1, 14, 1, 22, 16, 843.0)
    assert cells(table(report, "转化率与用时"))[0][2:5] == ("97.4%", "70.3%", "50%")
    assert cells(table(report, "高校绩效数据"))[0][:5] == ("北麓工业大学", 4, 4, 3, 2)
    spelt = {line[0]: line for line in cells(table(report, "重复计数核查"))}
    assert spelt["宏砺特钢股份有限公司"][2:5] == (
        "宏砺特钢有限公司；宏砺特钢股份有限公司；宏砺特钢集团",
        3,
        1,
    )
    items = [line for line in cells(table(report, "计入清单")) if line[0] == "解决难题或转化成果"]
    assert len(items) == 7
    assert items[0] == (
        "解决难题或转化成果",
        "N001 × A001",
        "宏砺特钢股份有限公司 × 北岭冶金学院",
        "2026-07-08",
        120.0,
        "outcomes.csv 第 38 行",
    )
    assert "签约后终止的 1 个项目在漏斗中算签约，但不计入签约类目标和金额。" in report.notes
    refusals = cells(table(report, "未达成原因"))
    assert refusals[0][:4] == ("总计", "总计", "成熟度不足", 4)
    assert refusals[0][4].startswith(
        "沈阳屹岚电气股份有限公司 × 渤湾理工大学（N042 × A079）：成熟度不够"
    )


def test_the_sample_in_english():
    report = sample_report("en")
    first = cells(table(report, "Targets"))[0]
    assert first[:5] == ("Universities", 100, 16, "16%", "behind")
    assert cells(table(report, "Notes on the data"))[0] == (
        "a range; its lower end was taken",
        "合同金额（万元）",
        "100-150",
        "outcomes.csv row 44",
    )


def test_an_empty_list_has_two_tables_and_no_division_by_zero():
    report = targets_report(track_targets((), today=TODAY), Wording("zh"))
    assert [one.name for one in report.tables] == ["目标进度", "对接漏斗"]
    assert cells(report.tables[0])[0][2:9] == (0, "0%", "进度滞后", 100, "86.1", "", "无")


def test_sums_keep_their_decimals_and_files_their_names_only():
    report = targets_report(everything(), Wording("zh"))
    assert table(report, "高校绩效数据").heads[7].kind == "count"
    assert "目录" not in str(report)
    half = track_targets(
        (
            Outcome(
                need_id="N1", achievement_id="A1", university="东北大学", stage="签约", amount=1.5
            ),
        ),
        today=TODAY,
    )
    shown = targets_report(half, Wording("zh"))
    assert table(shown, "高校绩效数据").heads[7].kind == "score"
    assert cells(table(shown, "高校绩效数据"))[0][7] == 1.5


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (7, 7000, "0.1%"),
        (1, 7000, "<0.1%"),
        (6999, 7000, "99.9%"),
        (7000, 7000, "100%"),
        (3, 2, "150%"),
        (0, 5, "0%"),
    ],
)
def test_shares_are_not_rounded_to_what_they_are_not(part, whole, shown):
    rows = [
        Outcome(need_id=f"N{at}", achievement_id="A1", stage="签约", amount=1.0)
        for at in range(min(part, 1))
    ]
    rows = [replace(one, amount=float(part)) for one in rows]
    target = TargetSettings(targets=(Target(count="amount", number=whole),))
    report = targets_report(track_targets(rows, target, today=TODAY), Wording("zh"))
    assert cells(report.tables[0])[0][3] == shown


def test_a_target_for_what_no_row_names_says_so():
    row = Outcome(need_id="N1", achievement_id="A1", stage="签约", sectors=("冶金",), event="春季")
    target = Target(count="items", number=5, sector="冶金行业", event="春 季")
    report = track_targets([row], TargetSettings(targets=(target,)), today=TODAY)
    assert report.targets[0].unseen == ("冶金行业",)
    (note,) = [one for one in targets_report(report, Wording("zh")).notes if "没有出现" in one]
    assert note.startswith("目标“解决难题或转化成果”限定的冶金行业在台账中没有出现")
