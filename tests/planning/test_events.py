"""Timetables of small events, worked out by hand; and what settings and changes may say."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, time

import numpy as np
import pytest
from event_checker import violations

from matchmaker.errors import ConfigError, InfeasibleError
from matchmaker.language.sectors import SectorLabel
from matchmaker.planning.events import slotting
from matchmaker.planning.events.plan import EventPlan
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
from matchmaker.planning.events.slotting import Stage, at_once, in_stages
from matchmaker.planning.events.timetable import plan_event
from matchmaker.planning.programs import Limit
from matchmaker.planning.settings import load_settings, settings_of
from matchmaker.records import Achievement, Need
from matchmaker.scoring.pairs import PairColumns, PairContext, RankedPairs

ONE, TWO = date(2026, 12, 10), date(2026, 12, 11)
STEEL, CHEMISTRY, SOFTWARE = "宏砺特钢股份有限公司", "海川化工", "云图软件"
NEEDS = (
    Need(id="N1", title="连铸坯裂纹", organisation=STEEL),
    Need(id="N2", title="轧辊寿命", organisation="宏砺特钢（集团）股份有限公司"),
    Need(id="N3", title="废盐处理", organisation=CHEMISTRY),
    Need(id="N4", title="排产", organisation=SOFTWARE),
    Need(id="N5", title="没有单位的需求"),
)
ACHIEVEMENTS = (
    Achievement(id="A1", title="裂纹控制", organisation="东北大学", team="冶金组"),
    Achievement(id="A2", title="激光熔覆", organisation="东北大学", team="激光组"),
    Achievement(id="A3", title="膜分离", organisation="沈阳化工大学", team="膜组"),
    Achievement(id="A4", title="调度算法", organisation="大连理工大学", team=""),
)
SECTORS = (("冶金",), ("冶金",), ("精细化工",), ("信息技术",), ())


def ranked(*pairs, grade=3):
    """Pairs of a need's and an achievement's number, from 1, and a score."""
    labels = [tuple(SectorLabel(name, 1.0, "declared") for name in names) for names in SECTORS]
    context = PairContext(
        needs=NEEDS,
        achievements=ACHIEVEMENTS,
        need_sectors=tuple(labels),
        achievement_sectors=tuple(labels[:4]),
        sector_names=("冶金", "精细化工", "信息技术"),
        direction="need_to_achievement",
        shared_terms=lambda need, achievement: (),
    )
    table = np.array(pairs, dtype=np.float64).reshape(-1, 3)
    columns = PairColumns(
        need=table[:, 0].astype(np.int64) - 1,
        achievement=table[:, 1].astype(np.int64) - 1,
        rank=np.ones(len(table), dtype=np.int64),
        score=table[:, 2],
        grade=np.full(len(table), grade, dtype=np.int8),
        similarity=np.zeros(len(table)),
    )
    return RankedPairs(context, columns)


def event(slots=2, tables=1, **more):
    day = Day(on=ONE, start=time(9), slots=slots, minutes=20)
    return EventSettings(**{"days": (day,), "tables": tables, **more})


def held(plan):
    """Enterprise, expert, start and table of every meeting."""
    names = [{one.key: one.name for one in side} for side in (plan.enterprises, plan.experts)]
    return [
        (
            names[0][one.enterprise],
            names[1][one.expert],
            f"{plan.slots[one.slot].start:%H:%M}",
            one.table,
        )
        for one in plan.meetings
    ]


def reasons(plan):
    return {(one.enterprise, one.expert): one.reason for one in plan.waiting}


# --- settings ---------------------------------------------------------------------------------


def test_slots_follow_days_and_breaks():
    days = (
        Day(on=TWO, start=time(14), slots=1, minutes=30),
        Day(on=ONE, start=time(9), slots=3, minutes=20, breaks=(Break(after=2, minutes=10),)),
    )
    slots = EventSettings(days=days, tables=1).slots()
    assert [(str(one), f"{one.end:%H:%M}", one.stretch) for one in slots] == [
        ("2026-12-10 09:00", "09:20", 0),
        ("2026-12-10 09:20", "09:40", 0),
        ("2026-12-10 09:50", "10:10", 1),
        ("2026-12-11 14:00", "14:30", 2),
    ]


def test_settings_are_read_from_toml(tmp_path):
    path = tmp_path / "event.toml"
    path.write_text(
        """
        name = "对接会"
        tables = ["甲", "乙"]
        per_enterprise = 2
        [[days]]
        on = 2026-12-10
        start = 09:00:00
        slots = 3
        minutes = 20
        breaks = [{ after = 1, minutes = 10 }]
        [unavailable]
        "宏砺特钢" = [{ on = 2026-12-10, end = 09:30:00 }]
        [[locked]]
        enterprise = "海川化工"
        expert = "A3"
        on = 2026-12-10
        at = 09:00:00
        table = "乙"
        [[sessions]]
        sector = "冶金"
        start = 09:30:00
        tables = ["甲"]
        """,
        encoding="utf-8",
    )
    found = load_settings(EventSettings, path)
    assert found == EventSettings(
        name="对接会",
        tables=("甲", "乙"),
        per_enterprise=2,
        days=(
            Day(on=ONE, start=time(9), slots=3, minutes=20, breaks=(Break(after=1, minutes=10),)),
        ),
        unavailable={"宏砺特钢": (Window(on=ONE, end=time(9, 30)),)},
        locked=(Booking(enterprise=CHEMISTRY, expert="A3", on=ONE, at=time(9), table="乙"),),
        sessions=(Session(sector="冶金", start=time(9, 30), tables=("甲",)),),
    )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"min_score": 2}, r"min_score must lie in \[0, 1\], not 2"),
        ({"gap": 1}, r"gap must lie in \[0, 1\), not 1"),
        ({"rest": -1}, "rest must be 0 to 1000000, not -1"),
        ({"in_a_row": 0}, "in_a_row must be 1 to 1000000, not 0"),
        ({"limits": {"海川化工": -1}}, "limits: 海川化工 must be 0 to 1000000, not -1"),
        ({"tables": 0}, "tables must be 1 to 10000, not 0"),
        ({"tables": 10**30}, "tables must be 1 to 10000"),
        ({"per_expert": 10**30}, "per_expert must be 1 to 1000000"),
        ({"tables": ()}, "tables: one at least"),
        ({"tables": ("1", "1")}, "tables: one at least, each with its own name"),
        ({"days": ()}, "days: one at least, each once, not none"),
        ({"days": 2 * (Day(on=ONE, start=time(9), slots=1, minutes=9),)}, "each once, not 2026"),
        ({"closed": (Closure(table="9"),)}, "closed: there is no table '9'; known are 1"),
        ({"closed": (Closure(on=TWO),)}, "closed: 2026-12-11 is no day of the event"),
        ({"available": {"x": (Window(on=TWO),)}}, "available: x: 2026-12-11 is no day"),
        ({"timezone": "Mars/Base"}, "timezone: unknown 'Mars/Base'"),
        (
            {"sessions": tuple(Session(sector=one, tables=("1",)) for one in ("冶金", "信息技术"))},
            "sessions 冶金 and 信息技术 both have table 1 at 2026-12-10 09:00",
        ),
    ],
)
def test_settings_that_cannot_be(values, said):
    with pytest.raises(ConfigError, match=said):
        event(**values)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"slots": 0}, "slots, minutes: 1 to 1440, not 0, 20"),
        ({"breaks": (Break(after=2, minutes=5),)}, "after slot 1 to 1 .* not after 2"),
        ({"minutes": 10**30}, "slots, minutes: 1 to 1440, not 2, 1000"),
        ({"breaks": (Break(after=1, minutes=10**30),)}, "takes a minute or more"),
        ({"start": time(9, tzinfo=UTC)}, "times are local, without a zone of their own"),
        ({"start": time(23, 50)}, "the slots of 2026-12-10 end after midnight"),
    ],
)
def test_days_that_cannot_be(values, said):
    with pytest.raises(ConfigError, match=said):
        Day(**{"on": ONE, "start": time(9), "slots": 2, "minutes": 20, **values})


def test_a_window_must_begin_before_it_ends():
    with pytest.raises(ConfigError, match="start 10:00:00 must be before end 09:00:00"):
        Window(start=time(10), end=time(9))


def test_a_window_is_in_local_time():
    with pytest.raises(ConfigError, match="times are local"):
        Window(start=time(9, tzinfo=UTC), end=time(10))


# --- who meets whom ---------------------------------------------------------------------------


def test_pairs_of_the_same_two_make_one_meeting_about_all_of_them():
    plan = plan_event(ranked((1, 1, 0.5), (2, 1, 0.75), (3, 3, 0.25)), event())
    assert held(plan) in (
        [(STEEL, "东北大学 冶金组", "09:00", "1"), (CHEMISTRY, "沈阳化工大学 膜组", "09:20", "1")],
        [(CHEMISTRY, "沈阳化工大学 膜组", "09:00", "1"), (STEEL, "东北大学 冶金组", "09:20", "1")],
    )
    steel = next(one for one in plan.meetings if one.enterprise == "宏砺特钢")
    assert [(one.need_id, one.achievement_title, one.score) for one in steel.topics] == [
        ("N2", "裂纹控制", 0.75),
        ("N1", "裂纹控制", 0.5),
    ]
    assert (plan.score, plan.bound, plan.seats, plan.idle, plan.gap) == (1.0, 2, 2, 0, 0.0)


def test_the_better_meeting_is_held_where_one_has_to_wait():
    plan = plan_event(ranked((1, 1, 0.25), (3, 3, 0.75)), event(slots=1))
    assert [one.enterprise for one in plan.meetings] == ["海川化工"]
    assert reasons(plan) == {("宏砺特钢", "东北大学 冶金组"): "no_table"}
    assert (plan.bound, plan.idle) == (1, 0)


def test_more_meetings_come_before_better_ones():
    # The best meeting takes both parties' only slot.
    pairs = ranked((1, 3, 1.0), (1, 1, 0.125), (3, 3, 0.125))
    plan = plan_event(pairs, event(slots=1, tables=2))
    assert [one.enterprise for one in plan.meetings] == ["宏砺特钢", "海川化工"]
    assert reasons(plan) == {("宏砺特钢", "沈阳化工大学 膜组"): "busy"}


@pytest.mark.parametrize(
    ("serve", "expected"),
    [
        ("nobody", {("宏砺特钢", "东北大学 冶金组"), ("宏砺特钢", "东北大学 激光组")}),
        ("enterprises", {("宏砺特钢", "东北大学 冶金组"), ("海川化工", "东北大学 冶金组")}),
        ("everybody", {("宏砺特钢", "东北大学 激光组"), ("海川化工", "东北大学 冶金组")}),
    ],
)
def test_whom_it_serves_first(serve, expected):
    pairs = ranked((1, 1, 1.0), (1, 2, 0.75), (3, 1, 0.5))
    plan = plan_event(pairs, event(serve=serve, gap=0.0))
    assert {(one.enterprise, one.expert) for one in plan.meetings} == expected


def test_universities_and_achievements_may_sit_down_instead_of_teams():
    pairs = ranked((1, 1, 0.5), (1, 2, 0.75), (4, 4, 0.5))
    by = {
        level: {one.name: one.key for one in plan_event(pairs, event(experts=level)).experts}
        for level in ("team", "university", "achievement")
    }
    assert by["team"] == {
        "东北大学 冶金组": "东北大学 冶金组",
        "东北大学 激光组": "东北大学 激光组",
        "大连理工大学 调度算法": "#A4",
    }
    assert by["university"] == {"东北大学": "东北大学", "大连理工大学": "大连理工大学"}
    assert by["achievement"] == {
        "东北大学 裂纹控制": "#A1",
        "东北大学 激光熔覆": "#A2",
        "大连理工大学 调度算法": "#A4",
    }


def test_refused_and_low_pairs_are_no_reason_to_meet():
    pairs = ranked((1, 1, 0.5), (2, 1, 0.75), (3, 3, 0.25))
    plan = plan_event(pairs, event(min_score=0.5), refused={("N2", "A1")})
    assert [one.need_id for meeting in plan.meetings for one in meeting.topics] == ["N1"]
    assert plan.waiting == ()
    none = plan_event(pairs, event(min_score=1.0))
    assert (none.meetings, none.waiting, none.bound, none.idle) == ((), (), 0, 2)


def test_only_choices_of_one_of_the_two_are_looked_at():
    pairs = ranked((1, 1, 0.5), (1, 2, 0.75), (3, 1, 0.25), (3, 2, 0.125))
    plan = plan_event(pairs, event(slots=4, tables=2, choices=1))
    # 宏砺特钢 and 冶金组: best of the expert; 海川化工 and 冶金组: best of the enterprise.
    found = {(one.enterprise, one.expert) for one in plan.meetings}
    assert found == {
        ("宏砺特钢", "东北大学 冶金组"),
        ("宏砺特钢", "东北大学 激光组"),
        ("海川化工", "东北大学 冶金组"),
    }


def test_too_large_an_event_is_refused_with_the_way_out(monkeypatch):
    monkeypatch.setattr(slotting, "MOST_COLUMNS", 3)
    said = "2 meetings could be held, at 4 times in all; .* raise min_score, or set choices"
    with pytest.raises(ConfigError, match=said):
        plan_event(ranked((1, 1, 0.5), (3, 3, 0.5)), event())


# --- rules ------------------------------------------------------------------------------------


def test_reasons_for_waiting():
    pairs = ranked((1, 1, 0.5), (1, 2, 0.25), (3, 3, 0.5), (3, 1, 0.25), (4, 4, 0.5), (4, 3, 0.25))
    limits = {"宏砺特钢": 1, "沈阳化工大学": 1}
    away = {
        SOFTWARE: (Window(),),
        "A1": (Window(start=time(9, 20)),),
        CHEMISTRY: (Window(end=time(9, 20)),),
    }
    plan = plan_event(pairs, event(tables=3, limits=limits, unavailable=away))
    assert reasons(plan) == {
        ("宏砺特钢", "东北大学 激光组"): "enterprise_full",
        ("海川化工", "东北大学 冶金组"): "never",
        ("云图软件", "#A4"): "absent",
        ("云图软件", "沈阳化工大学 膜组"): "absent",
    }
    full = plan_event(ranked((3, 3, 0.5), (4, 3, 0.25)), event(tables=3, limits={"A3": 1}))
    assert reasons(full) == {("云图软件", "沈阳化工大学 膜组"): "expert_full"}


def test_rest_between_meetings_and_what_a_break_does():
    pairs = ranked((1, 1, 0.5), (3, 1, 0.25))
    plan = plan_event(pairs, event(tables=2, rest=1))
    assert reasons(plan) == {("海川化工", "东北大学 冶金组"): "rest"}
    day = Day(on=ONE, start=time(9), slots=2, minutes=20, breaks=(Break(after=1, minutes=5),))
    assert len(plan_event(pairs, event(days=(day,), tables=2, rest=1)).meetings) == 2


def test_meetings_in_a_row():
    pairs = ranked((1, 1, 0.5), (3, 1, 0.5), (4, 1, 0.5))
    assert len(plan_event(pairs, event(slots=3, tables=2)).meetings) == 3
    plan = plan_event(pairs, event(slots=3, tables=2, in_a_row=2))
    assert len(plan.meetings) == 2
    assert [one.reason for one in plan.waiting] == ["rest"]


def test_who_comes_when_by_any_spelling():
    pairs = ranked((1, 1, 0.5), (3, 3, 0.5))
    late = {"宏砺特钢（集团）有限公司": (Window(on=ONE, start=time(9, 15)),)}
    plan = plan_event(
        pairs, event(tables=2, available=late, unavailable={"N3": (Window(end=time(9, 20)),)})
    )
    assert {one[2] for one in held(plan)} == {"09:20"}
    # A university stands for its teams, a team for itself.
    both = plan_event(ranked((1, 1, 0.5), (3, 2, 0.5)), event(limits={"东北大学": 0}))
    assert both.meetings == ()
    one = plan_event(ranked((1, 1, 0.5), (3, 2, 0.5)), event(limits={"东北大学冶金组": 0}))
    assert [meeting.expert for meeting in one.meetings] == ["东北大学 激光组"]


def test_an_unknown_name_is_an_error_that_says_who_is_called_alike():
    pairs = ranked((1, 1, 0.5))
    said = "limits: nobody of the ranking is called '海川化学'; did you mean '海川化工'"
    with pytest.raises(ConfigError, match=said):
        plan_event(pairs, event(limits={"海川化学": 1}))
    with pytest.raises(ConfigError, match=r"unavailable: nobody of the ranking is called 'xyz'$"):
        plan_event(pairs, event(unavailable={"xyz": ()}))


def test_sessions_keep_their_time_and_tables():
    day = Session(sector="冶金", start=time(9, 20), tables=("2",))
    pairs = ranked((1, 1, 0.75), (3, 3, 0.5), (4, 4, 0.25), (3, 4, 0.125))
    plan = plan_event(pairs, event(tables=2, sessions=(day,)))
    where = {one[0]: one[2:] for one in held(plan)}
    assert where[STEEL] == ("09:20", "2")
    assert len(plan.meetings) == 4
    assert violations(plan, pairs, event(tables=2, sessions=(day,))) == []


def test_a_session_without_tables_shares_the_hall():
    session = Session(sector="冶金", end=time(9, 20))
    plan = plan_event(ranked((1, 1, 0.5), (2, 2, 0.5), (3, 3, 0.25)), event(sessions=(session,)))
    # Both meetings of the sector could only be held at nine, and are one enterprise's.
    assert [one[2] for one in held(plan)] == ["09:00", "09:20"]
    assert [one.reason for one in plan.waiting] == ["busy"]


@pytest.mark.parametrize(
    ("session", "said"),
    [
        (
            Session(sector="冶金业"),
            "冶金业: the ranking has no such sector; it has 信息",
        ),
        (Session(sector="冶金", start=time(9, 5), end=time(9, 15)), "no slot of the event"),
    ],
)
def test_a_session_for_nobody_is_refused(session, said):
    with pytest.raises(ConfigError, match=said):
        plan_event(ranked((1, 1, 0.5)), event(sessions=(session,)))


def test_a_refusal_counts_for_records_with_the_same_text_and_owner():
    pairs = ranked((1, 1, 0.5), (3, 3, 0.25))
    context = replace(pairs.context, duplicates={"A1": ("A2",)})
    twins = RankedPairs(context, pairs.columns)
    plan = plan_event(twins, event(), refused=[("N1", "A2")])
    assert [one.topics[0].need_id for one in plan.meetings] == ["N3"]


def test_closed_tables_and_times():
    closed = (Closure(table="1", end=time(9, 20)), Closure(start=time(9, 20)))
    plan = plan_event(ranked((1, 1, 0.5), (3, 3, 0.25)), event(tables=2, closed=closed))
    assert held(plan) == [(STEEL, "东北大学 冶金组", "09:00", "2")]
    assert (plan.seats, plan.idle) == (1, 0)


def test_people_stay_at_their_table():
    pairs = ranked((1, 1, 0.5), (3, 1, 0.5), (4, 1, 0.5), (1, 3, 0.5), (3, 3, 0.5), (4, 3, 0.5))
    plan = plan_event(pairs, event(slots=3, tables=2))
    tables = {(one.expert, one.table) for one in plan.meetings}
    assert len(plan.meetings) == 6
    assert len(tables) == 2


# --- bookings ---------------------------------------------------------------------------------


def booking(enterprise=STEEL, expert="A1", at=time(9), table=""):
    return Booking(enterprise=enterprise, expert=expert, on=ONE, at=at, table=table)


def test_bookings_are_kept_even_where_no_pair_speaks_for_them():
    locked = (booking(at=time(9, 20), table="2"), booking("N3", "东北大学"))
    pairs = ranked((1, 1, 0.125), (3, 2, 0.5), (3, 3, 1.0))
    plan = plan_event(pairs, event(tables=2, locked=locked))
    found = held(plan)
    assert (STEEL, "东北大学 冶金组", "09:20", "2") in found
    # Of the university's teams the one that goes best with the enterprise.
    assert (CHEMISTRY, "东北大学 激光组", "09:00", "1") in found
    none = plan_event(ranked((3, 3, 0.5)), event(locked=(booking(),)))
    steel = next(one for one in none.meetings if one.locked)
    assert (steel.topics, steel.score, len(none.meetings)) == ((), 0.0, 2)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"locked": (booking(at=time(9, 10)),)}, "no slot begins then; they begin at 09:00, 09:20"),
        ({"locked": (booking("无此企业"),)}, "nobody of the ranking is called '无此企业'"),
        (
            {"locked": (booking(), booking(at=time(9, 20)))},
            "locked twice: 宏砺特钢股份有限公司 with A1",
        ),
        (
            {"locked": (booking(), booking(expert="A2")), "tables": 2},
            "宏砺特钢股份有限公司 on 2026-12-10 09:00: 2 are locked and 1 can be held; release 1",
        ),
        (
            {"locked": (booking(table="1"), booking(CHEMISTRY, "A3", table="1")), "tables": 2},
            "both at table 1; move one of them",
        ),
        (
            {"locked": (booking(), booking(CHEMISTRY, "A3"))},
            "tables on 2026-12-10 09:00: 2 are locked and 1 can be held; release 1",
        ),
        (
            {"locked": (booking(),), "unavailable": {"A1": (Window(end=time(9, 5)),)}},
            "东北大学 冶金组 cannot come on 2026-12-10 09:00",
        ),
        (
            {"locked": (booking(),), "sessions": (Session(sector="冶金", start=time(9, 20)),)},
            "no table is open to it on 2026-12-10 09:00: closed, or kept for a sector's session",
        ),
        (
            {"locked": (booking(),), "limits": {STEEL: 0}},
            "meetings of 宏砺特钢股份有限公司: 1 are locked and 0 can be held; release 1",
        ),
        (
            {"locked": (booking(), booking(expert="A2", at=time(9, 20))), "rest": 1},
            "宏砺特钢股份有限公司 on 2026-12-10 09:00: 2 are locked and 1 can be held",
        ),
    ],
)
def test_bookings_that_contradict_each_other_or_a_rule(values, said):
    with pytest.raises(InfeasibleError, match=said):
        plan_event(ranked((1, 1, 0.5), (1, 2, 0.5), (3, 3, 0.5)), event(**values))


# --- changes ----------------------------------------------------------------------------------

PAIRS = ((1, 1, 0.75), (3, 3, 0.5), (4, 4, 0.25), (3, 1, 0.125))


def change_of(plan, new):
    names = {one.key: one.name for one in plan.enterprises}
    found = []
    for one in new.changes:
        meeting = one.now or one.before
        found.append((one.kind, names[meeting.enterprise], meeting.expert))
    return found


def test_a_party_that_drops_out_frees_its_slot_for_one_that_waited():
    pairs, settings = ranked(*PAIRS), event(slots=3)
    plan = plan_event(pairs, settings)
    assert reasons(plan) == {("海川化工", "东北大学 冶金组"): "no_table"}
    new = replan_event(plan, pairs, settings, EventChange(dropped=(STEEL,)))
    assert change_of(plan, new) == [
        ("dropped", STEEL, "东北大学 冶金组"),
        ("added", CHEMISTRY, "东北大学 冶金组"),
    ]
    assert (new.kept, len(new.meetings), new.bound) == (2, 3, 3)
    assert new.told() == (["宏砺特钢", "海川化工"], ["东北大学 冶金组"])
    assert reasons(new) == {("宏砺特钢", "东北大学 冶金组"): "absent"}
    # The change is remembered, also after the plan has been stored.
    stored = EventPlan.from_json(json.loads(json.dumps(new.to_json(), allow_nan=False)))
    assert stored == new
    again = replan_event(stored, pairs, settings, EventChange())
    assert (again.meetings, again.changes, len(again.history)) == (new.meetings, (), 2)


def test_who_has_no_other_meeting_is_told_by_name_that_it_is_off():
    pairs, settings = ranked((1, 1, 0.5), (3, 3, 0.25)), event()
    first = plan_event(pairs, settings)
    second = replan_event(first, pairs, settings, EventChange(), refused=[("N3", "A3")])
    assert [one.kind for one in second.changes] == ["dropped"]
    assert [one.name for one in second.enterprises] == [one.name for one in first.enterprises]
    assert [one.name for one in second.experts] == [one.name for one in first.experts]
    assert {*second.unasked} - {*first.unasked} == {CHEMISTRY}
    third = replan_event(second, pairs, settings, EventChange(), refused=[("N3", "A3")])
    assert CHEMISTRY not in [one.name for one in third.enterprises]


def test_a_lost_table_moves_only_who_sat_there():
    pairs, settings = ranked(*PAIRS[:3]), event(slots=3, tables=2)
    plan = plan_event(pairs, settings)
    table = plan.meetings[0].table
    hit = [one for one in plan.meetings if one.table == table]
    new = replan_event(plan, pairs, settings, EventChange(closed=(Closure(table=table),)))
    assert len(new.meetings) == 3
    assert sorted(one.before.enterprise for one in new.changes) == sorted(
        one.enterprise for one in hit
    )
    assert {one.kind for one in new.changes} <= {"table", "moved"}
    assert violations(new, pairs, new.settings) == []


def test_a_late_party_is_moved():
    pairs, settings = (
        ranked((1, 1, 0.5)),
        event(locked=(booking(CHEMISTRY, "A3", time(9, 20)),), tables=2),
    )
    plan = plan_event(pairs, replace(settings, available={STEEL: (Window(end=time(9, 20)),)}))
    new = replan_event(
        plan, pairs, settings, EventChange(unavailable={"A1": (Window(end=time(9, 20)),)})
    )
    moved = new.changes[0]
    assert [one.kind for one in new.changes] == ["moved"]
    assert (moved.before.slot, moved.now.slot) == (0, 1)


def test_a_new_booking_takes_the_table_that_it_asks_for():
    pairs, settings = ranked((1, 1, 0.5)), event(slots=1, tables=2)
    plan = plan_event(pairs, settings)
    assert held(plan)[0][3] == "1"
    locked = (booking(CHEMISTRY, "A3", table="1"),)
    new = replan_event(plan, pairs, settings, EventChange(locked=locked))
    assert [(one.kind, one.now.table) for one in new.changes] == [("table", "2"), ("added", "1")]
    moved = replan_event(plan, pairs, settings, EventChange(locked=(booking(table="2"),)))
    assert [(one.kind, one.now.table, one.now.locked) for one in moved.changes] == [
        ("table", "2", True)
    ]


def test_a_booking_that_the_change_makes_impossible_is_released():
    pairs = ranked((1, 1, 0.5), (3, 3, 0.5))
    locked = (booking(table="2"), booking(CHEMISTRY, "A3"))
    settings = event(tables=2, locked=locked)
    plan = plan_event(pairs, settings)
    change = EventChange(closed=(Closure(table="2"),), dropped=(CHEMISTRY,))
    new = replan_event(plan, pairs, settings, change)
    assert new.released == locked
    assert [(one.enterprise, one.table, one.locked) for one in new.meetings] == [
        ("宏砺特钢", "1", False)
    ]
    # What was released stays so, and a booking that the change makes itself must be possible.
    again = replan_event(new, pairs, settings, EventChange())
    assert (again.meetings, again.released) == (new.meetings, ())
    with pytest.raises(InfeasibleError, match="cannot come on 2026-12-10 09:20"):
        replan_event(
            plan,
            pairs,
            settings,
            EventChange(dropped=(STEEL,), locked=(booking(at=time(9, 20), table="1"),)),
        )


def test_a_new_booking_of_the_same_two_replaces_the_old_one():
    pairs, settings = ranked((1, 1, 0.5)), event(locked=(booking(),))
    plan = plan_event(pairs, settings)
    later = booking("N1", at=time(9, 20))
    new = replan_event(plan, pairs, settings, EventChange(locked=(later,)))
    assert [(one.kind, one.before.slot, one.now.slot) for one in new.changes] == [("moved", 0, 1)]
    assert (new.settings.locked, new.released) == ((later,), ())
    with pytest.raises(InfeasibleError, match="locked twice"):
        replan_event(plan, pairs, settings, EventChange(locked=(later, booking())))


def test_a_meeting_that_nothing_speaks_for_any_more_is_dropped():
    pairs, settings = ranked((1, 1, 0.5), (3, 3, 0.5)), event()
    plan = plan_event(pairs, settings)
    new = replan_event(plan, pairs, settings, EventChange(), refused={("N1", "A1")})
    assert change_of(plan, new) == [("dropped", STEEL, "东北大学 冶金组")]


def test_other_days_need_another_timetable():
    pairs = ranked((1, 1, 0.5))
    plan = plan_event(pairs, event())
    with pytest.raises(ConfigError, match="days: not those of the timetable so far"):
        replan_event(plan, pairs, event(slots=3), EventChange())


def test_a_stored_plan_is_checked():
    plain = plan_event(ranked((1, 1, 0.5)), event()).to_json()
    with pytest.raises(ConfigError, match=r"plan: unknown key 'meeting'; did you mean 'meetings'"):
        EventPlan.from_json({**plain, "meeting": []})
    with pytest.raises(ConfigError, match=r"settings: tables: must be .*, not 'x'"):
        EventPlan.from_json({**plain, "settings": {**plain["settings"], "tables": "x"}})
    assert settings_of(EventSettings, plain["settings"]) == event()


# --- stages -----------------------------------------------------------------------------------


def stages(first, much):
    """Three columns of which two can be chosen; the first aim outweighs the others by far."""
    from scipy.sparse import csr_array

    rows = csr_array(np.ones((1, 3)))
    limits = (Limit("rule", "two of three", 0, 2),)
    aims = [np.array(first, dtype=np.float64), np.array([0.0, 1.0, 1.0])]
    score = Stage(np.array([0.0, much, much]), 2 * much)
    return rows, limits, [*(Stage(aim, 3.0) for aim in aims), score]


@pytest.mark.parametrize("much", [0.5, 1e3, 1e7])
@pytest.mark.parametrize(
    ("first", "expected"),
    [([1, 0, 0], (1, 1, 1)), ([0, 1, 1], (2, 2, 2)), ([0, 0, 0], (0, 2, 2))],
)
def test_both_ways_reach_the_aims_in_their_order(first, expected, much):
    told = (*expected[:2], expected[2] * much)
    for solver in (in_stages, at_once):
        found = solver(*stages(first, much), gap=0.0)
        assert found.values == told
        assert found.bounds == pytest.approx(told)


def test_a_large_event_keeps_every_rule():
    rng = np.random.default_rng(5)
    needs = tuple(
        Need(id=f"N{at:03}", title=f"需求{at}", organisation=f"企业{at:03}") for at in range(80)
    )
    found = tuple(
        Achievement(id=f"A{at:03}", title=f"成果{at}", organisation=f"第{at:03}大学", team="组")
        for at in range(80)
    )
    names = ("冶金", "信息技术")
    labels = tuple((SectorLabel(names[at % 2], 1.0, "declared"),) for at in range(80))
    context = PairContext(
        needs, found, labels, labels, names, "achievement_to_need", lambda n, a: ()
    )
    both = rng.permutation(80 * 80)[:400]
    columns = PairColumns(
        both // 80, both % 80, np.ones(400, np.int64), rng.random(400), np.full(400, 3, np.int8),
        np.zeros(400),
    )  # fmt: skip
    pairs = RankedPairs(context, columns)
    pause = (Break(after=3, minutes=60),)
    days = tuple(Day(on=on, start=time(9), slots=6, minutes=20, breaks=pause) for on in (ONE, TWO))
    slots = EventSettings(days=days, tables=1).slots()
    away = {}
    for name in [one.organisation for one in needs] + [f"{one.organisation} 组" for one in found]:
        off = [slot for slot in slots if rng.random() < 0.2]
        away[name] = tuple(Window(on=one.on, start=one.start, end=one.end) for one in off)
    settings = EventSettings(
        days=days,
        tables=8,
        unavailable=away,
        per_enterprise=4,
        sessions=(Session(sector="冶金", on=ONE, tables=("1", "2", "3")),),
        in_a_row=3,
    )
    plan = plan_event(pairs, settings)
    assert violations(plan, pairs, settings) == []
    assert (len(plan.meetings), plan.bound, plan.seats) == (96, 96, 96)
    change = EventChange(dropped=("企业001",), closed=(Closure(table="8"),))
    new = replan_event(plan, pairs, settings, change)
    assert violations(new, pairs, settings.after(change)) == []
    hit = [one for one in plan.meetings if one.table == "8" or one.enterprise == "企业001"]
    assert new.kept == len(plan.meetings) - len(hit)
