"""Criteria by hand, and the bounds that let most pairs be passed over against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from matchmaker import Achievement, Need, Records
from matchmaker.language.sectors import OTHER, SectorLabel
from matchmaker.scoring.constraints import Constraint
from matchmaker.scoring.criteria import Criteria, Sided, contenders, leverage, next_to_read, shifted
from matchmaker.scoring.facts import Weights, read_facts
from matchmaker.scoring.grader import Grades

STEEL, CELLS = (
    (SectorLabel("冶金", 1.0, "declared"),),
    (SectorLabel("新能源", 0.8, "predicted"),),
)
NEED = Need(
    id="N1",
    title="轴承钢连铸坯中心偏析控制",
    goals="中心疏松不高于1.0级；成材率≥95%",
    budget="100万元",
    cooperation=("合作开发",),
    region="辽宁省鞍山市",
)
FOUND = Achievement(
    id="A1",
    title="连铸坯轻压下技术",
    indicators="中心疏松≤0.5级，成材率≥90%",
    maturity="中试",
    price="150万元",
    cooperation=("合作开发",),
    region="辽宁省沈阳市",
)


def rows(above: list[list[float]]) -> Grades:
    return Grades(np.array(above, dtype=np.float64).reshape(-1, 3))


# --- moving grades -------------------------------------------------------------------------------

probability = st.floats(0, 1) | st.sampled_from([0.0, 0.5, 1.0])
falling = st.tuples(probability, probability, probability).map(lambda p: sorted(p, reverse=True))


@settings(deadline=None)
@given(st.lists(falling, min_size=1, max_size=6), st.floats(-1, 1), st.floats(-1, 1))
def test_shifted_is_monotone_and_stays_a_distribution(
    above: list[list[float]], first: float, second: float
) -> None:
    grades = rows(above)
    less, more = sorted((first, second))
    moved = [shifted(grades, np.full(len(above), shift)).above for shift in (less, more)]
    assert (moved[0] <= moved[1]).all()
    for one in moved:
        assert ((one >= 0) & (one <= 1)).all()
        # Two that were equal stay equal; others come no nearer than rounding turns them.
        assert (np.diff(one, axis=1) <= 1e-15).all()
    certain = (grades.above == 0) | (grades.above == 1)
    np.testing.assert_array_equal(moved[0][certain], grades.above[certain])


def test_shifted_and_leverage_by_hand() -> None:
    grades = rows([[0.9, 0.5, 0.2], [0, 0, 0], [1, 1, 1]])
    np.testing.assert_allclose(leverage(grades), [(0.09 + 0.25 + 0.16) / 3, 0, 0], atol=1e-15)
    np.testing.assert_allclose(
        shifted(grades, np.array([0.4, 1, -1])).above,
        [[0.936, 0.6, 0.264], [0, 0, 0], [1, 1, 1]],
        atol=1e-15,
    )
    # To first order the log-odds move by the shift.
    p, t = np.array([0.9, 0.5, 0.2]), 1e-4
    moved = shifted(grades, np.full(3, t)).above[0]
    np.testing.assert_allclose(np.log(moved / (1 - moved)) - np.log(p / (1 - p)), t, rtol=1e-3)


@settings(deadline=None)
@given(st.lists(falling, max_size=6), st.floats(-1, 1))
def test_the_score_is_linear_in_the_shift(above: list[list[float]], shift: float) -> None:
    grades = rows(above)
    moved = shifted(grades, np.full(len(above), shift)).score
    np.testing.assert_allclose(moved, grades.score + shift * leverage(grades), atol=1e-15)


# --- who can be among the best -------------------------------------------------------------------


@st.composite
def rankings(
    draw: st.DrawFn,
) -> tuple[NDArray[np.int64], Grades, NDArray[np.float64], NDArray[np.float64], int]:
    size = draw(st.integers(1, 25))
    asking = draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))
    above = draw(st.lists(falling, min_size=size, max_size=size))
    most = draw(st.lists(st.floats(0, 1) | st.just(0.0), min_size=4, max_size=4))
    share = draw(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.7, 1.0]), min_size=size,
                          max_size=size))  # fmt: skip
    owners = np.array(asking, dtype=np.int64)
    bounds = np.array(most)[owners]
    return owners, rows(above), bounds, np.array(share) * bounds, draw(st.integers(1, 5))


def best_scores(
    asking: NDArray[np.int64], score: NDArray[np.float64], k: int
) -> dict[int, list[float]]:
    return {
        owner: sorted(score[asking == owner].tolist(), reverse=True)[:k]
        for owner in sorted(set(asking.tolist()))
    }


@settings(deadline=None, max_examples=150)
@given(rankings())
def test_the_best_are_among_the_contenders(
    given_: tuple[NDArray[np.int64], Grades, NDArray[np.float64], NDArray[np.float64], int],
) -> None:
    asking, grades, most, shift, k = given_
    chosen = contenders(asking, grades, most, k)
    assert (np.diff(chosen) > 0).all()
    every = best_scores(asking, shifted(grades, shift).score, k)
    few = best_scores(asking[chosen], shifted(Grades(grades.above[chosen]), shift[chosen]).score, k)
    assert few.keys() == every.keys()
    for owner, scores in every.items():
        np.testing.assert_allclose(few[owner], scores, atol=1e-14)


def test_contenders_by_hand() -> None:
    """Of scores .9 .5 .4 .1, each with p = score at every step, two are kept."""
    grades = rows([[p] * 3 for p in (0.9, 0.5, 0.4, 0.1)])
    asking = np.zeros(4, dtype=np.int64)

    def chosen(most: float, k: int) -> list[int]:
        return contenders(asking, grades, np.full(4, most), k).tolist()

    assert chosen(0.0, 2) == [0, 1]
    # .5 may fall to .475, and .4 rise to .424: no contest.
    assert chosen(0.1, 2) == [0, 1]
    # .5 may fall to .4, .4 rise to .496; .1 to no more than .136.
    assert chosen(0.4, 2) == [0, 1, 2]
    assert chosen(1.0, 1) == [0]
    assert chosen(0.0, 4) == chosen(0.0, 9) == [0, 1, 2, 3]
    assert contenders(asking[:0], rows([]), np.zeros(0), 3).tolist() == []


def test_contenders_of_one_record_do_not_stand_in_the_way_of_another_s() -> None:
    grades = rows([[0.9] * 3, [0.1] * 3, [0.8] * 3, [0.05] * 3])
    asking = np.array([0, 1, 0, 1])
    assert contenders(asking, grades, np.zeros(4), 1).tolist() == [0, 1]


# --- shifts --------------------------------------------------------------------------------------


def pair(criteria: Criteria, need: Need = NEED, found: Achievement = FOUND) -> tuple[Sided, Sided]:
    return criteria.sided(need, STEEL), criteria.sided(found, STEEL)


def test_a_shift_by_hand() -> None:
    """Weights that no two sums of agreements share."""
    weights = Weights(
        sector=0.01, indicators=0.04, maturity=0.02, money=0.08, cooperation=0.16, region=0.32
    )
    criteria = Criteria(weights)
    asking, found = pair(criteria)
    # Sectors the same; looseness met, yield at least 90 where 95 is wanted: not comparable; no
    # maturity demanded; half as much again as the budget: 0; one mode; one province: 0.5.
    expected = 0.01 + 0.04 + 0.08 * 0 + 0.16 + 0.32 * 0.5
    assert criteria.shift(asking, found) == pytest.approx(expected)
    other = criteria.sided(FOUND, CELLS)
    assert criteria.shift(asking, other) == pytest.approx(expected - 0.02)
    unknown = criteria.sided(FOUND, (SectorLabel(OTHER, 0.1, "predicted"),))
    assert criteria.shift(asking, unknown) == pytest.approx(expected - 0.01)
    named = {one.criterion: one.shift for one in criteria.agreements(asking, found)}
    assert named == pytest.approx(
        {"sector": 0.01, "indicators": 0.04, "money": 0.0, "cooperation": 0.16, "region": 0.16}
    )
    silent = criteria.sided(Achievement(id="A2", title="连铸坯轻压下技术"), ())
    assert criteria.shift(asking, silent) == 0
    assert criteria.agreements(asking, silent) == ()


def test_both_directions_give_one_shift() -> None:
    weights = Weights(sector=0.2)
    there, back = Criteria(weights), Criteria(weights, needs_ask=False)
    asking, found = pair(there)
    assert there.shift(asking, found) == back.shift(found, asking) != 0


WISHES = ("成熟度>=6", "价格<=100万元", "地区=辽宁", "团队=某人")


@pytest.mark.parametrize("weight", [0.05, 0.4, 1.0])
@pytest.mark.parametrize("needs_ask", [True, False])
def test_the_shift_is_the_sum_of_agreements_and_within_its_bound(
    weight: float, needs_ask: bool
) -> None:
    prefer = [Constraint.parse(one, weight=weight) for one in WISHES] if needs_ask else []
    weights = Weights(
        sector=weight, indicators=0.3, maturity=weight, money=0.2, cooperation=weight, region=0.1
    )
    criteria = Criteria(weights, prefer, needs_ask=needs_ask)
    seen = set()
    for need in needs():
        for found in achievements():
            sided = criteria.sided(need, STEEL), criteria.sided(found, CELLS)
            asking, other = sided if needs_ask else sided[::-1]
            shift = criteria.shift(asking, other)
            assert shift == sum(one.shift for one in criteria.agreements(asking, other))
            assert abs(shift) <= criteria.most(asking) + 1e-15
            assert criteria.most(asking) <= 1 + 1e-15
            seen.add(shift)
    assert len(seen) > 3


def needs() -> list[Need]:
    return [
        NEED,
        Need(id="N2", title="连铸"),
        Need(id="N3", title="连铸坯偏析", goals="要求技术成熟度达到TRL8以上", budget="20万元"),
        Need(id="N4", title="拉速≥1.2m/min", region="吉林"),
    ]


def achievements() -> list[Achievement]:
    return [
        FOUND,
        Achievement(id="A2", title="连铸坯轻压下技术"),
        Achievement(id="A3", title="拉速0.8m/min的连铸", maturity="实验室", price="500万元"),
        Achievement(id="A4", title="中心疏松≤2.0级", maturity="产业化", region="江苏"),
    ]


def test_weights_beyond_1_are_scaled_down_together() -> None:
    weights = Weights(
        sector=0.8, indicators=0.4, maturity=0, money=0, cooperation=0.2, region=0
    )  # 1.4 in all, and a wish of 0.6
    criteria = Criteria(weights, [Constraint.parse("成熟度=中试", weight=0.6)])
    asking, found = pair(criteria)
    named = {one.criterion: one.shift for one in criteria.agreements(asking, found)}
    assert named == pytest.approx(
        {
            "sector": 0.4,
            "indicators": 0.2,
            "money": 0,
            "cooperation": 0.1,
            "region": 0,
            "preferences": 0.3,
        }
    )
    assert criteria.most(asking) == pytest.approx(1.0)
    assert criteria.shift(asking, found) == pytest.approx(1.0)


def test_who_says_nothing_cannot_be_moved() -> None:
    criteria = Criteria(Weights())
    assert criteria.most(criteria.sided(Need(id="N1", title="连铸"), ())) == 0
    asking = criteria.sided(Need(id="N1", title="连铸", budget="10万元"), ())
    assert criteria.most(asking) == Weights().money
    wishing = Criteria(Weights(), [Constraint.parse("地区=辽宁")])
    assert wishing.most(wishing.sided(Need(id="N1", title="连铸"), ())) == 0.2


def test_a_wish_is_judged_on_the_record_that_is_found() -> None:
    wish = Constraint.parse("地区=辽宁", weight=0.25)
    none = Weights(indicators=0, maturity=0, money=0, cooperation=0, region=0)
    need, found = Need(id="N1", title="连铸", region="江苏"), FOUND
    there = Criteria(none, [wish])
    assert there.shift(there.sided(need, ()), there.sided(found, ())) == 0.25
    back = Criteria(none, [wish], needs_ask=False)
    assert back.shift(back.sided(found, ()), back.sided(need, ())) == -0.25
    silent = back.sided(Need(id="N2", title="连铸"), ())
    assert back.shift(back.sided(found, ()), silent) == 0
    assert back.agreements(back.sided(found, ()), silent) == ()


@pytest.mark.parametrize("unit", ["W/( )", "W/()", "W/", "(W", "W/(m·K", "/", "·", "W//m", "2/W"])
def test_half_a_unit_is_no_reason_to_fail(unit: str) -> None:
    """Spreadsheets lose signs such as · and characters between brackets."""
    criteria = Criteria(Weights())
    need = Need(id="N1", title="导热材料", goals=f"导热系数≥5{unit}；强度≥5{unit}")
    found = Achievement(id="A1", title="导热材料", indicators="导热系数≥6W/(m·K)，强度≥6MPa")
    asking, other = criteria.sided(need, ()), criteria.sided(found, ())
    assert -0.3 <= criteria.shift(asking, other) <= 0.3


def test_every_name_of_an_indicator_is_mentioned(
    sample_needs: Records[Need], sample_achievements: Records[Achievement]
) -> None:
    """What is found is only read where its texts mention what is asked for."""
    for record in [*sample_needs, *sample_achievements]:
        facts = read_facts(record)
        for placed in facts.indicators:
            assert all(facts.mentions(frozenset({gram})) for gram in placed.grams)


@settings(deadline=None)
@given(st.data())
def test_reading_the_next_best_finds_the_best(data: st.DataObject) -> None:
    """Against shifting every pair: the same best k, in the same order."""
    n = data.draw(st.integers(0, 30))
    k = data.draw(st.integers(1, 6))
    asking = np.sort(np.array(data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)), int))
    tenths = st.integers(0, 10)
    score = np.array(data.draw(st.lists(tenths, min_size=n, max_size=n)), float) / 10
    reach = np.array(data.draw(st.lists(tenths, min_size=n, max_size=n)), float) / 20
    part = np.array(data.draw(st.lists(st.floats(-1, 1), min_size=n, max_size=n)), float)
    real = score + part * reach
    actual = np.full(n, np.nan)
    for _ in range(n + 1):
        rows = next_to_read(asking, score + reach, actual, k)
        assert np.isnan(actual[rows]).all()
        if not len(rows):
            break
        actual[rows] = real[rows]
    assert not len(next_to_read(asking, score + reach, actual, k))
    for query in set(asking.tolist()):
        here = np.flatnonzero(asking == query)
        read = here[~np.isnan(actual[here])]
        assert sorted(real[here])[::-1][:k] == sorted(real[read])[::-1][:k]
