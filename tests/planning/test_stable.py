"""Stable couples and couples of the greatest total, against all outcomes of small markets."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.planning.mentoring.stable import (
    Market,
    blocking_couples,
    deferred_acceptance,
    greatest_total,
)


def ranks(own: np.ndarray, order: list[int]) -> np.ndarray:
    """Strict ranks among each party's own couples, from any order of all couples."""
    found = np.empty(len(own), dtype=np.int64)
    found[np.lexsort((order, own))] = np.arange(len(own))
    return found


@st.composite
def markets(draw: st.DrawFn) -> tuple[Market, np.ndarray]:
    """Markets in which the two sides want different things, and scores with ties."""
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    all_couples = list(itertools.product(range(n), range(m)))
    couples = sorted(draw(st.sets(st.sampled_from(all_couples), max_size=12)))
    table = np.array(couples, dtype=np.int64).reshape(-1, 2)
    numbers = list(range(len(couples)))
    orders = [draw(st.permutations(numbers)) for _ in range(2)]
    scores = draw(st.lists(st.integers(1, 6), min_size=len(couples), max_size=len(couples)))
    market = Market(
        enterprise=table[:, 0],
        mentor=table[:, 1],
        enterprise_rank=ranks(table[:, 0], orders[0]),
        mentor_rank=ranks(table[:, 1], orders[1]),
        seats=np.array(draw(st.lists(st.integers(0, 2), min_size=m, max_size=m)), dtype=np.int64),
    )
    return market, np.array(scores, dtype=np.float64) / 6


def outcomes(market: Market) -> Iterator[np.ndarray]:
    """All ways to make couples that keep every capacity."""
    own = [np.flatnonzero(market.enterprise == at).tolist() for at in set(market.enterprise)]
    for choice in itertools.product(*([None, *couples] for couples in own)):
        made = np.zeros(len(market.enterprise), dtype=bool)
        made[[one for one in choice if one is not None]] = True
        if fits(market, made):
            yield made


def fits(market: Market, made: np.ndarray) -> bool:
    filled = np.bincount(market.mentor[made], minlength=len(market.seats))
    once = len(set(market.enterprise[made].tolist())) == made.sum()
    return bool(once and (filled <= market.seats).all())


def blocks(market: Market, made: np.ndarray, couple: int) -> bool:
    """The definition, couple by couple."""
    if made[couple]:
        return False
    own = [
        one for one in np.flatnonzero(made) if market.enterprise[one] == market.enterprise[couple]
    ]
    held = [one for one in np.flatnonzero(made) if market.mentor[one] == market.mentor[couple]]
    asks = all(market.enterprise_rank[couple] < market.enterprise_rank[one] for one in own)
    free = len(held) < market.seats[market.mentor[couple]]
    better = any(market.mentor_rank[couple] < market.mentor_rank[one] for one in held)
    return asks and (free or better)


def stable_outcomes(market: Market) -> list[np.ndarray]:
    couples = range(len(market.enterprise))
    return [
        made
        for made in outcomes(market)
        if not any(blocks(market, made, couple) for couple in couples)
    ]


def best_of(rank: np.ndarray, made: np.ndarray, own: np.ndarray, one: int) -> list[int]:
    return sorted(rank[made & (own == one)].tolist())


@settings(deadline=None, max_examples=60)
@given(markets())
def test_the_outcome_is_stable_and_best_for_the_side_that_proposes(case):
    market, _ = case
    stable = stable_outcomes(market)
    assert stable  # the theorem of Gale and Shapley
    by_enterprise = deferred_acceptance(market)
    by_mentor = deferred_acceptance(market, proposing="mentor")
    for made in (by_enterprise, by_mentor):
        assert any((made == one).all() for one in stable)
        assert not len(blocking_couples(market, made))
    for other in stable:
        for one in set(market.enterprise.tolist()):
            own = (market.enterprise_rank, market.enterprise)
            asked = [
                best_of(own[0], made, own[1], one) for made in (by_enterprise, other, by_mentor)
            ]
            assert asked == sorted(asked)
        for one in range(len(market.seats)):
            own = (market.mentor_rank, market.mentor)
            asked = [
                best_of(own[0], made, own[1], one) for made in (by_mentor, other, by_enterprise)
            ]
            # Of as many, place for place at least as good.
            assert (np.diff(np.array(asked).reshape(3, -1), axis=0) >= 0).all()


@settings(deadline=None, max_examples=40)
@given(markets())
def test_who_is_served_and_how_many_seats_are_filled_is_the_same_in_all_stable_outcomes(case):
    market, _ = case
    made = deferred_acceptance(market)
    for other in stable_outcomes(market):
        assert set(market.enterprise[made]) == set(market.enterprise[other])
        assert Counter(market.mentor[made]) == Counter(market.mentor[other])


@settings(deadline=None, max_examples=80)
@given(markets())
def test_the_total_is_that_of_the_best_of_all_outcomes(case):
    market, score = case
    made = greatest_total(market, score)
    assert fits(market, made)
    best = max(score[other].sum() for other in outcomes(market))
    assert score[made].sum() == pytest.approx(best, abs=1e-12)


@settings(deadline=None, max_examples=60)
@given(markets(), st.data())
def test_blocking_couples_are_those_of_the_definition(case, data):
    market, _ = case
    made = data.draw(st.sampled_from(list(outcomes(market))))
    expected = [one for one in range(len(made)) if blocks(market, made, one)]
    assert blocking_couples(market, made).tolist() == expected


def hand(order_of_mentors: list[int]) -> Market:
    """Two enterprises and two mentors with opposite wishes: (0, 0), (0, 1), (1, 0), (1, 1)."""
    enterprise, mentor = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    return Market(
        enterprise, mentor, np.array([0, 1, 3, 2]), np.array(order_of_mentors), np.array([1, 1])
    )


def test_each_side_gets_its_first_wishes_when_it_proposes():
    # Enterprise 0 wants mentor 0, 1 wants 1; mentor 0 wants 1, mentor 1 wants 0.
    market = hand([1, 2, 0, 3])
    assert deferred_acceptance(market).tolist() == [True, False, False, True]
    assert deferred_acceptance(market, proposing="mentor").tolist() == [False, True, True, False]


def test_the_greatest_total_may_be_one_that_two_would_leave():
    # 0.9 + 0.1 is less than 0.8 + 0.8, but the two of 0.9 would rather have each other.
    market = hand([0, 2, 1, 3])
    made = greatest_total(market, np.array([0.9, 0.8, 0.8, 0.1]))
    assert made.tolist() == [False, True, True, False]
    assert blocking_couples(market, made).tolist() == [0]


def test_nobody_at_all():
    none = np.zeros(0, dtype=np.int64)
    for seats in (none, np.array([1])):
        market = Market(none, none, none, none, seats)
        assert deferred_acceptance(market).shape == (0,)
        assert deferred_acceptance(market, proposing="mentor").shape == (0,)
        assert greatest_total(market, np.zeros(0)).shape == (0,)
        assert blocking_couples(market, np.zeros(0, dtype=bool)).shape == (0,)


def test_a_large_market_keeps_its_capacities_and_is_as_good_as_the_dense_solver():
    from scipy.optimize import linear_sum_assignment

    rng = np.random.default_rng(7)
    score = rng.random((120, 100)) * 0.9 + 0.05
    score[rng.random(score.shape) < 0.8] = 0
    enterprise, mentor = np.nonzero(score)
    values = score[enterprise, mentor]
    order = np.arange(len(values))
    market = Market(
        enterprise,
        mentor,
        ranks(enterprise, order.tolist()),
        ranks(mentor, order.tolist()),
        np.ones(100, dtype=np.int64),
    )
    made = greatest_total(market, values)
    assert fits(market, made)
    best = score[linear_sum_assignment(score, maximize=True)].sum()
    assert values[made].sum() == pytest.approx(best, abs=1e-9)
