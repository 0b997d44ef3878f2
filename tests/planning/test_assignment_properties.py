"""Assignments against every choice there is, on small cases."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.errors import InfeasibleError
from matchmaker.planning.assignments.assignment import Assignment, assign
from matchmaker.planning.assignments.settings import AssignmentSettings, LevelLimits
from matchmaker.records import Achievement, Need
from matchmaker.scoring.pairs import PairColumns, PairContext, RankedPairs

OBJECTIVES = ("total", "minimum", "lexicographic")
STEP = 0.1


class Case(NamedTuple):
    """A small event: owners by letter, and (need, achievement, score)."""

    enterprises: Sequence[int]
    universities: Sequence[int]
    rows: Sequence[tuple[int, int, float]]
    limits: dict[str, tuple[int, int | None]]
    per_couple: int | None


def ranking(case: Case, order: Sequence[int] | None = None) -> RankedPairs:
    needs = tuple(
        Need(id=f"N{at}", title="求", organisation=f"企业{'甲乙丙丁'[owner]}有限公司")
        for at, owner in enumerate(case.enterprises)
    )
    achievements = tuple(
        Achievement(id=f"A{at}", title="成", organisation=f"{'东南西北'[owner]}方大学", team="一组")
        for at, owner in enumerate(case.universities)
    )
    rows = list(case.rows) if order is None else [case.rows[at] for at in order]
    table = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    columns = PairColumns(
        need=table[0].astype(np.int64),
        achievement=table[1].astype(np.int64),
        rank=np.ones(len(rows), dtype=np.int64),
        score=table[2],
        grade=np.ones(len(rows), dtype=np.int8),
        similarity=np.zeros(len(rows)),
    )
    labels = ((),) * len(needs), ((),) * len(achievements)
    context = PairContext(
        needs, achievements, *labels, (), "need_to_achievement", lambda need, achievement: ()
    )
    return RankedPairs(context, columns)


def settings_of(case: Case, objective: str) -> AssignmentSettings:
    levels = {level: LevelLimits(min=low, max=high) for level, (low, high) in case.limits.items()}
    return AssignmentSettings(
        min_score=0.0,
        objective=objective,
        per_couple=case.per_couple,
        unreachable="error",
        fairness_step=STEP,
        **levels,
    )


def groups(case: Case) -> Iterator[tuple[str, list[int], int]]:
    for level, column, owners in (
        ("need", 0, range(len(case.enterprises))),
        ("achievement", 1, range(len(case.universities))),
        ("enterprise", 0, case.enterprises),
        ("university", 1, case.universities),
    ):
        yield level, [owners[row[column]] for row in case.rows], max(owners, default=-1) + 1


def keeps(case: Case, chosen: np.ndarray) -> bool:
    for level, of, _ in groups(case):
        low, high = case.limits[level]
        taking_part = {
            "need": range(len(case.enterprises)),
            "achievement": range(len(case.universities)),
            "enterprise": set(case.enterprises),
            "university": set(case.universities),
        }[level]
        for party in taking_part:
            count = sum(one == party for one, taken in zip(of, chosen, strict=True) if taken)
            if count < low or (high is not None and count > high):
                return False
    if case.per_couple is not None:
        met = [
            (case.enterprises[row[0]], case.universities[row[1]])
            for row, taken in zip(case.rows, chosen, strict=True)
            if taken
        ]
        return all(met.count(one) <= case.per_couple for one in met)
    return True


def standing(case: Case, chosen: np.ndarray, objective: str) -> tuple[float, ...]:
    """What the objective compares, best last: larger is better."""
    total = sum(row[2] for row, taken in zip(case.rows, chosen, strict=True) if taken)
    best = dict.fromkeys({case.enterprises[row[0]] for row in case.rows}, -1.0)
    for row, taken in zip(case.rows, chosen, strict=True):
        if taken:
            owner = case.enterprises[row[0]]
            best[owner] = max(best[owner], row[2])
    served = [value for value in best.values() if value >= 0]
    if objective == "minimum":
        return (len(served), min(served, default=0.0), round(total, 6))
    if objective == "lexicographic":
        levels = sorted(np.floor(value / STEP + 1e-9) for value in best.values())
        return (*levels, round(total, 6))
    return (round(total, 6),)


def brute_force(case: Case, objective: str) -> tuple[float, ...] | None:
    found = [
        standing(case, chosen, objective)
        for number in range(1 << len(case.rows))
        if keeps(case, chosen := np.array([number >> at & 1 for at in range(len(case.rows))], bool))
    ]
    return max(found, default=None)


def chosen_of(case: Case, plan: Assignment) -> np.ndarray:
    taken = {(match.need.id, match.achievement.id) for match in plan.pairs}
    return np.array([(f"N{row[0]}", f"A{row[1]}") in taken for row in case.rows], bool)


ranges = st.tuples(st.sampled_from((0, 0, 1, 2)), st.sampled_from((None, 1, 2, 3))).map(
    lambda one: (one[0], one[1] if one[1] is None or one[1] >= one[0] else one[0])
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    enterprises = draw(st.lists(st.integers(0, 2), min_size=1, max_size=4))
    universities = draw(st.lists(st.integers(0, 2), min_size=1, max_size=4))
    possible = [(n, a) for n in range(len(enterprises)) for a in range(len(universities))]
    pairs = draw(st.lists(st.sampled_from(possible), unique=True, max_size=8))
    rows = [(n, a, draw(st.integers(1, 99)) / 100) for n, a in pairs]
    limits = {level: draw(ranges) for level in ("need", "achievement", "enterprise", "university")}
    return Case(enterprises, universities, rows, limits, draw(st.sampled_from((None, None, 1, 2))))


@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(max_examples=30, deadline=None)
@given(case=cases())
def test_the_optimum_equals_brute_force(objective: str, case: Case) -> None:
    wanted = brute_force(case, objective)
    if wanted is None:
        with pytest.raises(InfeasibleError):
            assign(ranking(case), settings_of(case, objective))
        return
    plan = assign(ranking(case), settings_of(case, objective))
    chosen = chosen_of(case, plan)
    assert keeps(case, chosen)
    assert standing(case, chosen, objective) == pytest.approx(wanted, abs=2e-6)
    assert plan.exact
    assert plan.value == pytest.approx(plan.total_score)


@settings(max_examples=20, deadline=None)
@given(case=cases(), data=st.data())
def test_the_order_of_the_pairs_changes_nothing(case: Case, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(case.rows))))
    objective = data.draw(st.sampled_from(OBJECTIVES))
    wanted = dataclasses.replace(settings_of(case, objective), unreachable="report")
    try:
        plan = assign(ranking(case), wanted)
    except InfeasibleError:
        with pytest.raises(InfeasibleError):
            assign(ranking(case, order), wanted)
        return
    assert assign(ranking(case, order), wanted).to_json() == plan.to_json()


@settings(max_examples=30, deadline=None)
@given(case=cases())
def test_lowered_minimums_are_all_that_is_missed(case: Case) -> None:
    wanted = dataclasses.replace(settings_of(case, "total"), unreachable="report")
    try:
        plan = assign(ranking(case), wanted)
    except InfeasibleError:
        return
    lowered = {(one.level, one.name): one for one in plan.lowered}
    for one in plan.counts:
        asked = wanted.limits(one.level).min
        if one.count < asked:
            found = lowered[one.level, one.name]
            assert (found.asked, found.kept) == (asked, one.min)
        assert one.min <= one.count <= one.candidates
        assert one.max is None or one.count <= one.max
