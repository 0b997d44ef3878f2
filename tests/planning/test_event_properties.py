"""Small events of every kind: all rules are kept, and nothing better exists."""

from __future__ import annotations

from datetime import date, time

import numpy as np
import pytest
from event_checker import World, best, violations
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matchmaker.errors import InfeasibleError
from matchmaker.language.sectors import SectorLabel
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
from matchmaker.planning.events.timetable import plan_event
from matchmaker.records import Achievement, Need
from matchmaker.scoring.pairs import PairColumns, PairContext, RankedPairs

ENTERPRISES = ("宏砺特钢", "海川化工", "云图软件")
EXPERTS = ("东北大学 冶金组", "东北大学 化工组", "沈阳大学 软件组")
SECTORS = ("冶金", "信息技术")
DAYS = (date(2026, 12, 10), date(2026, 12, 11))


def ranking(pairs, *, sectors=((), (), ()), order=None):
    """Pairs of needs and achievements by position and score; one of each for every party."""
    needs = tuple(
        Need(id=f"N{at}", title=f"需求{at}", organisation=name)
        for at, name in enumerate(ENTERPRISES)
    )
    found = []
    for at, name in enumerate(EXPERTS):
        owner, team = name.split()
        found.append(Achievement(id=f"A{at}", title=f"成果{at}", organisation=owner, team=team))
    labels = tuple(tuple(SectorLabel(one, 1.0, "declared") for one in names) for names in sectors)
    context = PairContext(
        needs, tuple(found), labels, labels, SECTORS, "need_to_achievement", lambda n, a: ()
    )
    rows = [pairs[at] for at in order] if order else list(pairs)
    count = len(rows)
    columns = PairColumns(
        need=np.array([row[0] for row in rows], dtype=np.int64),
        achievement=np.array([row[1] for row in rows], dtype=np.int64),
        rank=np.arange(1, count + 1),
        score=np.array([row[2] for row in rows], dtype=np.float64),
        grade=np.full(count, 3, dtype=np.int8),
        similarity=np.zeros(count),
    )
    return RankedPairs(context, columns)


@st.composite
def rankings(draw):
    both = [(n, a) for n in range(3) for a in range(3)]
    chosen = draw(st.lists(st.sampled_from(both), max_size=5, unique=True))
    scores = draw(st.lists(st.integers(0, 16), min_size=len(chosen), max_size=len(chosen)))
    # Sixteenths add up without rounding.
    pairs = [(*pair, score / 16) for pair, score in zip(chosen, scores, strict=True)]
    names = st.lists(st.sampled_from(SECTORS), max_size=2, unique=True).map(tuple)
    return pairs, draw(st.tuples(names, names, names))


@st.composite
def windows(draw):
    start = draw(st.sampled_from([None, time(9), time(9, 20), time(9, 50)]))
    end = draw(st.sampled_from([None, time(10), time(10, 20)]))
    return Window(on=draw(st.sampled_from([None, *DAYS])), start=start, end=end)


@st.composite
def bookings(draw, table):
    return Booking(
        enterprise=draw(st.sampled_from(ENTERPRISES)),
        expert=draw(st.sampled_from(EXPERTS)),
        on=DAYS[0],
        at=time(9),
        table=draw(table),
    )


@st.composite
def events(draw, *, locked=True):
    count = draw(st.integers(1, 2))
    slots = draw(st.integers(1, 3))
    breaks = (Break(after=1, minutes=10),) if slots > 1 and draw(st.booleans()) else ()
    days = tuple(
        Day(on=DAYS[at], start=time(9), slots=slots if at == 0 else 1, minutes=20, breaks=breaks)
        if at == 0
        else Day(on=DAYS[at], start=time(9), slots=1, minutes=30)
        for at in range(count)
    )
    known = st.sampled_from([None, *DAYS[:count]])
    table = st.sampled_from(["", "1", "2"])
    when = windows().filter(lambda one: one.on is None or one.on in DAYS[:count])
    who = st.sampled_from([*ENTERPRISES, *EXPERTS])
    several = st.lists(when, max_size=2).map(tuple)
    session = st.builds(
        Session,
        on=known,
        start=st.sampled_from([None, time(9), time(9, 20)]),
        sector=st.just("冶金"),
        tables=st.sampled_from([(), ("1",), ("2",), ("1", "2")]),
    ).filter(lambda one: any(one.holds(slot) for day in days for slot in day.timed(0)))
    closure = st.builds(Closure, on=known, end=st.just(time(9, 20)), table=table)
    return EventSettings(
        days=days,
        tables=2,
        per_enterprise=draw(st.sampled_from([None, 1, 2])),
        per_expert=draw(st.sampled_from([None, 1, 2])),
        limits=draw(st.dictionaries(who, st.integers(0, 2), max_size=1)),
        available=draw(st.dictionaries(who, several, max_size=1)),
        unavailable=draw(st.dictionaries(who, several, max_size=2)),
        closed=tuple(draw(st.lists(closure, max_size=1))),
        sessions=tuple(draw(st.lists(session, max_size=2))),
        locked=tuple(draw(st.lists(bookings(table), max_size=2 if locked else 0))),
        rest=draw(st.integers(0, 1)),
        serve=draw(st.sampled_from(["enterprises", "everybody", "nobody"])),
        in_a_row=draw(st.sampled_from([None, 1, 2])),
        min_score=draw(st.sampled_from([0.0, 0.5])),
        gap=0.0,
    )


QUICK = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@QUICK
@given(rankings(), events())
def test_every_rule_is_kept_and_no_timetable_is_better(drawn, event):
    pairs = ranking(drawn[0], sectors=drawn[1])
    optimum = best(pairs, event)
    twice = len({(one.enterprise, one.expert) for one in event.locked}) < len(event.locked)
    if optimum is None or twice:
        with pytest.raises(InfeasibleError):
            plan_event(pairs, event)
        return
    plan = plan_event(pairs, event)
    assert violations(plan, pairs, event) == []
    served = [{one.enterprise for one in plan.meetings}, {one.expert for one in plan.meetings}]
    counted = {"enterprises": served[:1], "everybody": served, "nobody": []}[event.serve]
    assert (len(plan.meetings), sum(map(len, counted)), plan.score) == optimum
    assert plan.bound == len(plan.meetings)
    assert plan.gap == pytest.approx(0, abs=1e-6)
    assert EventPlan.from_json(plan.to_json()) == plan


@QUICK
@given(rankings(), events(locked=False), st.randoms(use_true_random=False))
def test_the_order_of_the_pairs_changes_nothing(drawn, event, random):
    order = list(range(len(drawn[0])))
    random.shuffle(order)
    plan = plan_event(ranking(drawn[0], sectors=drawn[1]), event)
    assert plan == plan_event(ranking(drawn[0], sectors=drawn[1], order=order), event)


@QUICK
@given(rankings(), events(locked=False), st.data())
def test_after_a_change_as_little_is_changed_as_can_be(drawn, event, data):
    pairs = ranking(drawn[0], sectors=drawn[1])
    plan = plan_event(pairs, event)
    same = replan_event(plan, pairs, event, EventChange())
    assert same.changes == ()
    assert same.meetings == plan.meetings
    change = EventChange(
        dropped=tuple(data.draw(st.lists(st.sampled_from(ENTERPRISES), max_size=1))),
        unavailable={EXPERTS[0]: (Window(end=time(9, 20)),)} if data.draw(st.booleans()) else {},
        closed=(Closure(table="1", end=data.draw(st.sampled_from([None, time(9, 20)]))),)
        if data.draw(st.booleans())
        else (),
    )
    new = replan_event(plan, pairs, event, change)
    after = event.after(change)
    assert violations(new, pairs, after) == []
    assert fewest(plan, pairs, after) == touched(plan, times_of(new), tables_of(new))
    assert EventPlan.from_json(new.to_json()) == new


def times_of(plan):
    names = [{one.key: one.name for one in side} for side in (plan.enterprises, plan.experts)]
    return {(names[0][one.enterprise], names[1][one.expert]): one.slot for one in plan.meetings}


def tables_of(plan):
    names = [{one.key: one.name for one in side} for side in (plan.enterprises, plan.experts)]
    return {(names[0][one.enterprise], names[1][one.expert]): one.table for one in plan.meetings}


def touched(plan, times, tables):
    """Old meetings that are not where they were, those that are gone, minus those held."""
    old, seats = times_of(plan), tables_of(plan)
    moved = [
        who for who, slot in old.items() if (times.get(who), tables.get(who)) != (slot, seats[who])
    ]
    return len(moved), len([who for who in old if who not in times]), -len(times)


def fewest(plan, pairs, after):
    """The same over all timetables; who may keep a table keeps it."""
    world, seats = World(pairs, after), tables_of(plan)
    old = times_of(plan)
    found = []
    for times in world.timetables():
        stay = {
            who: seats[who]
            for who, slot in times.items()
            if old.get(who) == slot and world.may_sit(who, slot, seats[who])
        }
        found.append(touched(plan, times, stay))
    return min(found)
