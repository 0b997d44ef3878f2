"""What a broker reads of a timetable, and what a calendar program gets."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from icalendar import Calendar

from matchmaker.errors import ConfigError, MissingExtraError
from matchmaker.language.sectors import SectorLabel
from matchmaker.planning.events.replanning import replan_event
from matchmaker.planning.events.settings import (
    Booking,
    Break,
    Closure,
    Day,
    EventChange,
    EventSettings,
    Session,
    Window,
)
from matchmaker.planning.events.timetable import plan_event
from matchmaker.records import Achievement, Need
from matchmaker.reporting import messages
from matchmaker.reporting.messages import LANGUAGES, MESSAGES
from matchmaker.reporting.plans.calendar import write_calendars, write_party_calendars
from matchmaker.reporting.plans.event import event_report
from matchmaker.reporting.plans.event_messages import EVENT_MESSAGES
from matchmaker.reporting.wording import Wording
from matchmaker.scoring.pairs import PairColumns, PairContext, RankedPairs

DAY = date(2026, 12, 10)
STEEL, CHEMISTRY, SOFTWARE = "宏砺特钢", "海川化工", "云图软件"
ZH, EN = Wording("zh"), Wording("en")


def ranked(*pairs):
    """Pairs of a need's and an achievement's number, from 1, a score and a grade."""
    needs = (
        Need(id="N1", title="连铸坯\\n裂纹", organisation=STEEL),
        Need(id="N2", title="", body="轧辊", organisation=STEEL),
        Need(id="N3", title="废盐处理", organisation=CHEMISTRY),
        Need(id="N4", title="排产", organisation=SOFTWARE),
        Need(id="N5", title="检测"),
    )
    achievements = (
        Achievement(id="A1", title="裂纹控制", organisation="东北大学", team="冶金组"),
        Achievement(id="A2", title="膜分离", organisation="沈阳化工大学", team="膜/组"),
        Achievement(id="A3", title="调度", organisation="大连理工大学", team="软件组"),
    )
    labels = tuple(
        (SectorLabel(one, 1.0, "declared"),) for one in ("冶金", "冶金", "化工", "软件", "软件")
    )
    context = PairContext(
        needs, achievements, labels, labels[1:4], ("冶金", "化工", "软件"),
        "need_to_achievement", lambda need, achievement: (),
    )  # fmt: skip
    table = np.array(pairs, dtype=np.float64).reshape(-1, 4)
    columns = PairColumns(
        need=table[:, 0].astype(np.int64) - 1,
        achievement=table[:, 1].astype(np.int64) - 1,
        rank=np.ones(len(table), dtype=np.int64),
        score=table[:, 2],
        grade=table[:, 3].astype(np.int8),
        similarity=np.zeros(len(table)),
    )
    return RankedPairs(context, columns)


PAIRS = ((1, 1, 0.75, 4), (2, 1, 0.5, 3), (3, 2, 0.5, 3), (4, 3, 0.25, 2))


def settings(**more):
    day = Day(on=DAY, start=time(9), slots=3, minutes=20, breaks=(Break(after=2, minutes=10),))
    return EventSettings(
        **{"name": "冶金对接会", "place": "沈阳", "days": (day,), "tables": 1, **more}
    )


def table(report, name):
    found = next(one for one in report.tables if one.name == name)
    assert all(len(line.values) == len(found.heads) for line in found.lines)
    return [list(line.values) for line in found.lines]


def fixed(**more):
    """A plan whose times are booked, so that every cell is known."""
    locked = (
        Booking(enterprise=STEEL, expert="A1", on=DAY, at=time(9, 20)),
        Booking(enterprise=CHEMISTRY, expert="A2", on=DAY, at=time(9, 50)),
        Booking(enterprise=SOFTWARE, expert="A3", on=DAY, at=time(9)),
    )
    event = settings(locked=locked, **more)
    return plan_event(ranked(*PAIRS), event), event


def test_title_figures_and_notes():
    plan, _ = fixed(min_score=0.25)
    report = event_report(plan, ZH)
    assert report.title == "冶金对接会：对接会安排"
    assert dict(report.facts) == {
        "地点": "沈阳",
        "日期": "2026-12-10",
        "安排会面": "3",
        "会面场次的上限": "3",
        "可用桌次（桌数×时段）": "3",
        "空置桌次": "0",
        "有会面的企业": "3（共 3）",
        "有会面的专家团队": "3（共 3）",
        "未能安排的会面": "0",
        "会面的最低得分": "0.250",
    }
    order, proven, weak, *unasked = report.notes
    assert order.startswith("安排次序：先使会面场次最多，再使有会面的企业最多，最后使总得分最高；")
    assert proven == "会面场次已达上限：在现有条件下，任何安排都不能更多。"
    assert weak.startswith("其中 1 场会面的相关等级为弱相关或无关，")
    assert [note.split("。")[0] for note in unasked] == ["没有可用候选成果的企业：检测"]
    assert [one.name for one in report.tables] == ["时间表", "企业日程", "专家日程"]
    bare = replace(plan, settings=replace(plan.settings, name="", place="", min_score=0.0))
    english = event_report(bare, EN)
    assert english.title == "Timetable of the event"
    assert english.facts[0] == ("Days", "2026-12-10")


def test_the_grid_has_a_row_for_each_slot_and_a_column_for_each_table():
    plan, _ = fixed(tables=("甲", "乙"))
    report = event_report(plan, ZH)
    assert [head.label for head in report.tables[0].heads] == ["日期", "时间", "桌位 甲", "桌位 乙"]
    assert table(report, "时间表") == [
        ["2026-12-10", "09:00–09:20", "云图软件\n大连理工大学 软件组", ""],
        ["2026-12-10", "09:20–09:40", "宏砺特钢\n东北大学 冶金组", ""],
        ["2026-12-10", "09:50–10:10", "海川化工\n沈阳化工大学 膜/组", ""],
    ]


def test_everybody_has_an_agenda():
    plan, _ = fixed(unavailable={CHEMISTRY: (Window(end=time(9, 20)),)})
    report = event_report(plan, ZH)
    assert table(report, "企业日程") == [
        [
            "云图软件", "2026-12-10", "09:00–09:20", "1", "大连理工大学 软件组",
            "排产 ↔ 调度（弱相关 0.250）", "弱相关", 0.25, "12-10 09:20–09:40、12-10 09:50–10:10",
        ],
        [
            "宏砺特钢", "2026-12-10", "09:20–09:40", "1", "东北大学 冶金组",
            "连铸坯 裂纹 ↔ 裂纹控制（强相关 0.750）\nN2 ↔ 裂纹控制（较强相关 0.500）",
            "强相关", 0.75, "12-10 09:00–09:20、12-10 09:50–10:10",
        ],
        [
            "海川化工", "2026-12-10", "09:50–10:10", "1", "沈阳化工大学 膜/组",
            "废盐处理 ↔ 膜分离（较强相关 0.500）", "较强相关", 0.5, "12-10 09:20–09:40",
        ],
    ]  # fmt: skip
    grades = [line.grade for line in report.tables[1].lines]
    assert grades == [2, 4, 3]
    experts = table(event_report(plan, EN), "Experts")
    assert [row[0] for row in experts] == [
        "东北大学 冶金组",
        "大连理工大学 软件组",
        "沈阳化工大学 膜/组",
    ]
    assert experts[0][4:6] == [
        "宏砺特钢",
        "连铸坯 裂纹 ↔ 裂纹控制 [strong 0.750]\nN2 ↔ 裂纹控制 [good 0.500]",
    ]


def test_who_has_no_meeting_is_named_with_the_reason():
    plan = plan_event(ranked(*PAIRS), settings(unavailable={SOFTWARE: (Window(),)}))
    report = event_report(plan, ZH)
    assert table(report, "企业日程")[-1] == ["云图软件", "", "", "", "（无会面）", "", "", "", ""]
    assert table(report, "未安排") == [
        [
            "云图软件",
            "大连理工大学 软件组",
            "一方不能到会",
            "排产 ↔ 调度（弱相关 0.250）",
            "弱相关",
            0.25,
        ]
    ]
    assert "没有会面的企业：云图软件。原因见“未安排”。" in report.notes
    assert "另有 1 个专家团队有可谈的需求而没有会面，见“专家日程”末尾。" in report.notes


def test_a_booked_meeting_without_a_pair():
    locked = (Booking(enterprise=STEEL, expert="A3", on=DAY, at=time(9)),)
    report = event_report(plan_event(ranked(), settings(locked=locked)), EN)
    assert table(report, "Enterprises")[0][4:8] == ["大连理工大学 软件组", "booked", "", ""]
    said = "1 of the meetings are held only because they are booked; no pair speaks for them."
    assert said in report.notes


def test_records_that_name_nobody_are_told():
    plan = plan_event(ranked((5, 2, 0.5, 3)), settings())
    said = "1 条需求或成果未写明单位或团队，各按一方安排；"
    assert any(note.startswith(said) for note in event_report(plan, ZH).notes)
    assert table(event_report(plan, ZH), "企业日程")[0][0] == "检测"
    # Where each achievement is a party of its own nothing is assumed.
    each = plan_event(ranked((1, 2, 0.5, 3)), settings(experts="achievement"))
    assert not any("未写明" in note for note in event_report(each, ZH).notes)


def test_what_a_change_did():
    plan, event = fixed()
    change = EventChange(dropped=(CHEMISTRY,), closed=(Closure(end=time(9, 20)),))
    new = replan_event(plan, ranked(*PAIRS), event, change)
    report = event_report(new, ZH)
    assert table(report, "变更") == [
        ["改时间", "云图软件", "大连理工大学 软件组",
         "2026-12-10 09:00–09:20，桌位 1", "2026-12-10 09:50–10:10，桌位 1"],
        ["取消", "海川化工", "沈阳化工大学 膜/组", "2026-12-10 09:50–10:10，桌位 1", ""],
    ]  # fmt: skip
    assert report.notes[:2] == [
        "本次调整：改时间 1 场，同一时段换桌 0 场，取消 1 场，新增 0 场；"
        "需通知企业 2 家、专家团队 2 个。调整以变动最少为先。",
        "原预约因情况变化已无法执行，未再固定：海川化工 ↔ A2（2026-12-10 09:50）、"
        "云图软件 ↔ A3（2026-12-10 09:00）。",
    ]
    assert dict(report.facts)["原安排未变的会面"] == "1"


# --- calendars --------------------------------------------------------------------------------


def read(path):
    calendar = Calendar.from_ical(path.read_bytes())
    return calendar, calendar.walk("VEVENT")


def test_a_calendar_comes_back_as_the_timetable(tmp_path):
    plan, _ = fixed()
    path = tmp_path / "event.ics"
    write_calendars(plan, path)
    calendar, events = read(path)
    zone = ZoneInfo("Asia/Shanghai")
    starts = [(9, 0), (9, 20), (9, 50)]
    assert [one.decoded("dtstart") for one in events] == [
        datetime(2026, 12, 10, *start, tzinfo=zone) for start in starts
    ]
    assert [str(one["dtstart"].params["TZID"]) for one in events] == ["Asia/Shanghai"] * 3
    assert events[1].decoded("dtend") == datetime(2026, 12, 10, 9, 40, tzinfo=zone)
    assert events[1]["summary"] == "对接洽谈：宏砺特钢 ↔ 东北大学 冶金组（桌位 1）"
    assert events[1]["location"] == "沈阳 桌位 1"
    assert events[1]["description"] == (
        "连铸坯 裂纹 ↔ 裂纹控制（强相关 0.750）\nN2 ↔ 裂纹控制（较强相关 0.500）"
    )
    assert {str(one["status"]) for one in events} == {"CONFIRMED"}
    assert {one.decoded("dtstamp") for one in events} == {datetime(2026, 12, 10, tzinfo=UTC)}
    assert len({str(one["uid"]) for one in events}) == 3
    assert calendar["x-wr-calname"] == "冶金对接会"
    (rules,) = calendar.walk("VTIMEZONE")
    assert rules["tzid"] == "Asia/Shanghai"
    offsets = [one["tzoffsetto"].td.total_seconds() for one in rules.subcomponents]
    assert offsets == [8 * 3600]
    before = path.read_bytes()
    write_calendars(plan, path)
    assert path.read_bytes() == before
    write_calendars(plan, path, stamp=datetime(2026, 11, 1, 8, tzinfo=zone))
    assert read(path)[1][0].decoded("dtstamp") == datetime(2026, 11, 1, 0, tzinfo=UTC)


def test_a_party_gets_its_own_meetings(tmp_path):
    plan, _ = fixed()
    path = tmp_path / "one.ics"
    for party in ("宏砺特钢", "东北大学 冶金组"):
        write_calendars(plan, path, party=party, lang="en")
        assert [str(one["summary"]) for one in read(path)[1]] == [
            "Meeting: 宏砺特钢 ↔ 东北大学 冶金组 (table 1)"
        ]
    with pytest.raises(ConfigError, match="nobody of the event is called '无此企业'"):
        write_calendars(plan, path, party="无此企业")
    with pytest.raises(ConfigError, match="unknown language 'fr'"):
        write_calendars(plan, path, lang="fr")


def test_a_moved_meeting_keeps_its_uid_and_a_dropped_one_is_cancelled(tmp_path):
    plan, event = fixed()
    change = EventChange(dropped=(CHEMISTRY,), closed=(Closure(end=time(9, 20)),))
    new = replan_event(plan, ranked(*PAIRS), event, change)
    old_path, new_path = tmp_path / "old.ics", tmp_path / "new.ics"
    write_calendars(plan, old_path)
    write_calendars(new, new_path)
    old = {str(one["uid"]): one for one in read(old_path)[1]}
    now = {str(one["uid"]): one for one in read(new_path)[1]}
    assert set(old) == set(now)
    status = {one["summary"].split("：")[1][:4]: str(one["status"]) for one in now.values()}
    assert status == {"宏砺特钢": "CONFIRMED", "云图软件": "CONFIRMED", "海川化工": "CANCELLED"}
    assert (
        {one["sequence"] for one in old.values()},
        {one["sequence"] for one in now.values()},
    ) == ({0}, {1})
    folder = tmp_path / "all"
    write_party_calendars(new, folder)
    (cancelled,) = read(folder / "企业-003-海川化工.ics")[1]
    assert cancelled["status"] == "CANCELLED"


def test_a_folder_holds_a_calendar_for_each_party(tmp_path):
    plan = plan_event(ranked(*PAIRS), settings(unavailable={SOFTWARE: (Window(),)}, place=""))
    written = write_party_calendars(plan, tmp_path / "calendars")
    assert [path.name for path in written] == [
        "企业-002-宏砺特钢.ics",
        "企业-003-海川化工.ics",
        "专家-001-东北大学 冶金组.ics",
        "专家-003-沈阳化工大学 膜 组.ics",
    ]
    assert sorted(path.name for path in (tmp_path / "calendars").iterdir()) == sorted(
        path.name for path in written
    )
    assert [one["location"] for one in read(written[0])[1]] == ["桌位 1"]


def test_an_event_without_meetings_is_an_empty_calendar(tmp_path):
    plan = plan_event(ranked(), settings(name=""))
    path = tmp_path / "none.ics"
    write_calendars(plan, path)
    calendar, events = read(path)
    assert (list(events), calendar["x-wr-calname"]) == ([], "对接会")


def test_without_the_package_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "icalendar", None)
    plan, _ = fixed()
    with pytest.raises(MissingExtraError, match=r"matchmaker\[calendar\]"):
        write_calendars(plan, tmp_path / "x.ics")


# --- messages ---------------------------------------------------------------------------------


class Spy(dict):
    def __init__(self, *args):
        super().__init__(*args)
        self.used = set()

    def __getitem__(self, key):
        self.used.add(key)
        return super().__getitem__(key)


def crowd(count):
    """More enterprises than a note names, none of which can come."""
    needs = tuple(
        Need(id=f"N{at:02}", title="需求", organisation=f"第{at:02}厂") for at in range(count)
    )
    found = (Achievement(id="A", title="成果", organisation="东北大学", team="组"),)
    context = PairContext(
        needs, found, ((),) * count, ((),), (), "need_to_achievement", lambda need, achievement: ()
    )
    columns = PairColumns(
        np.arange(count), np.zeros(count, np.int64), np.ones(count, np.int64),
        np.full(count, 0.5), np.full(count, 3, np.int8), np.zeros(count),
    )  # fmt: skip
    return plan_event(RankedPairs(context, columns), settings(unavailable={"A": (Window(),)}))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_key_is_used(lang, tmp_path, monkeypatch):
    spy = Spy(MESSAGES)
    monkeypatch.setattr(messages, "MESSAGES", spy)
    words = Wording(lang)
    sessions = (
        Session(sector="冶金", tables=("1",), start=time(9)),
        Session(sector="其他", on=DAY),
    )
    locked = (Booking(enterprise=STEEL, expert="A3", on=DAY, at=time(9)),)
    event = settings(tables=2, locked=locked, limits={CHEMISTRY: 0})
    plan = plan_event(ranked(*PAIRS), event)
    change = EventChange(dropped=(STEEL,), closed=(Closure(table="2"),))
    new = replan_event(plan, ranked(*PAIRS), event, change)
    for serve in ("everybody", "nobody"):
        changed = replace(new.settings, sessions=sessions, serve=serve, name="", min_score=0.1)
        event_report(replace(new, settings=changed, gap=0.01), words)
    event_report(plan, words)
    event_report(crowd(13), words)
    event_report(plan_event(ranked((5, 2, 0.5, 3)), settings()), words)
    for kind in ("moved", "table", "dropped", "added"):
        event_report(replace(new, changes=(replace(new.changes[0], kind=kind),)), words)
    waiting = crowd(1)
    for reason in ("never", "enterprise_full", "expert_full", "busy", "no_table", "rest"):
        event_report(replace(waiting, waiting=(replace(waiting.waiting[0], reason=reason),)), words)
    write_calendars(
        replace(plan, settings=replace(plan.settings, name="")), tmp_path / "x.ics", lang=lang
    )
    write_party_calendars(plan, tmp_path / "all", lang=lang)
    assert spy.used & set(EVENT_MESSAGES) == set(EVENT_MESSAGES)


def test_notes_of_sessions_gaps_and_many_without_a_meeting():
    plan = crowd(13)
    sessions = (
        Session(sector="冶金", on=DAY, tables=("1",), start=time(9), end=time(10)),
        Session(sector="其他"),
        Session(sector="冶金", end=time(23)),
    )
    told = replace(plan, gap=0.0123, settings=replace(plan.settings, sessions=sessions))
    notes = event_report(told, EN).notes
    assert "Session for 冶金: 2026-12-10 09:00–10:00, tables 1." in notes
    assert "Session for Other: the whole day, any table." in notes
    first = min(slot.start for slot in plan.slots)
    assert f"Session for 冶金: {first:%H:%M}–23:00, any table." in notes
    assert "The total score is within 1.2 % of the best one." in notes
    without = next(note for note in notes if note.startswith("Enterprises without"))
    assert re.search("第11厂 and others, 13 in all", without)
