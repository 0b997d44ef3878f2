"""Maximum coverage against brute force."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.errors import ConfigError
from matchmaker.planning.coverage import GUARANTEE, Cover, best_cover, greedy_cover

ONES = np.ones(6)
# The first set looks best, and the other two cover everything.
TRAP = [{0, 1, 3, 4}, {0, 1, 2}, {3, 4, 5}]


def weight(weights: np.ndarray, elements: set[int] | frozenset[int]) -> float:
    return math.fsum(float(weights[one]) for one in elements)


def brute_force(
    sets: list[set[int]], weights: np.ndarray, most: int, taken: set[int] | frozenset[int]
) -> float:
    choices = (
        weight(weights, set().union(*choice) - taken)
        for size in range(min(most, len(sets)) + 1)
        for choice in combinations(sets, size)
    )
    return max(choices)


def test_greedy_takes_what_adds_most_and_the_first_of_equals() -> None:
    assert greedy_cover(TRAP, ONES, most=2) == Cover(
        chosen=(0, 1), gains=(4.0, 1.0), covered=frozenset({0, 1, 2, 3, 4}), value=5.0, bound=6.0
    )


def test_the_optimum_leaves_the_trap() -> None:
    found = best_cover(TRAP, ONES, most=2)
    assert found == Cover(
        chosen=(1, 2), gains=(3.0, 3.0), covered=frozenset(range(6)), value=6.0, bound=6.0
    )
    assert found.proven
    assert not greedy_cover(TRAP, ONES, most=2).proven


def test_it_ends_when_nothing_is_gained() -> None:
    for cover in (greedy_cover, best_cover):
        found = cover([{0}, {0}, {1}, set()], np.array([1.0, 2.0]), most=4)
        assert found.chosen == (2, 0)
        assert found.gains == (2.0, 1.0)
        assert (found.value, found.bound) == (3.0, 3.0)


def test_weights_decide() -> None:
    weights = np.array([5.0, 1.0, 1.0, 0.0])
    assert greedy_cover([{1, 2, 3}, {0}], weights, most=1).chosen == (1,)
    assert best_cover([{3}, {1}], weights, most=2).chosen == (1,)


def test_what_is_taken_counts_for_nothing() -> None:
    for cover in (greedy_cover, best_cover):
        found = cover(TRAP, ONES, most=1, taken={0, 1, 3})
        assert found.chosen == (2,)
        assert found.covered == frozenset({4, 5})
        assert found.value == 2.0
    found = best_cover(TRAP, ONES, most=2, taken=set(range(6)))
    assert found == Cover((), (), frozenset(), 0.0, 0.0)


@pytest.mark.parametrize("cover", [greedy_cover, best_cover])
def test_nothing_to_choose(cover) -> None:
    nothing = Cover((), (), frozenset(), 0.0, 0.0)
    assert cover([], ONES, most=3) == nothing
    assert cover(TRAP, ONES, most=0) == nothing
    assert cover([set()], np.zeros(0), most=1) == nothing
    assert cover(TRAP, np.zeros(6), most=2) == nothing


def test_order_of_the_optimum_is_by_what_each_adds() -> None:
    sets = [{0, 1, 3, 4}, {0, 1, 2}, {3, 4, 5, 6}]
    found = best_cover(sets, np.ones(7), most=2)
    assert found.chosen == (2, 1)
    assert found.gains == (4.0, 3.0)


def test_the_greedy_choice_is_given_where_it_is_as_good() -> None:
    # Any two of the first three cover as much, so nobody has to defend another choice.
    sets = [{0, 1}, {1, 2}, {0, 2}, {3}]
    greedy = greedy_cover(sets, np.ones(4), most=2)
    assert (greedy.chosen, greedy.value, greedy.bound) == ((0, 1), 3.0, 4.0)
    assert best_cover(sets, np.ones(4), most=2) == Cover(
        (0, 1), (2.0, 1.0), greedy.covered, 3.0, 3.0
    )


def test_greedy_proves_itself_where_the_rest_adds_too_little() -> None:
    found = greedy_cover([{0, 1, 2}, {3, 4}, {5}], ONES, most=2)
    assert found.value == found.bound == 5.0


def test_a_limited_search_says_what_it_does_not_know() -> None:
    found = best_cover(TRAP, ONES, most=2, node_limit=1)
    assert 5.0 <= found.value <= found.bound <= 6.0
    with pytest.raises(ConfigError, match="node_limit must be at least 1, not 0"):
        best_cover(TRAP, ONES, most=2, node_limit=0)


@pytest.mark.parametrize("cover", [greedy_cover, best_cover])
def test_arguments_are_checked(cover) -> None:
    with pytest.raises(ConfigError, match="most must be at least 0, not -1"):
        cover(TRAP, ONES, most=-1)
    with pytest.raises(ConfigError, match=r"weights\[1\] is .*-1.0.*at least 0"):
        cover([], np.array([0.0, -1.0]), most=1)
    with pytest.raises(ConfigError, match=r"weights\[0\] is .*nan"):
        cover([], np.array([np.nan]), most=1)
    with pytest.raises(ConfigError, match=r"sets\[1\] has 6, and there are 6 weights"):
        cover([{0}, {6}], ONES, most=1)
    with pytest.raises(ConfigError, match=r"taken has -1, and there are 6 weights"):
        cover([], ONES, most=1, taken={-1})


@st.composite
def problems(draw):
    count = draw(st.integers(1, 7))
    elements = st.sets(st.integers(0, count - 1))
    sets = draw(st.lists(elements, max_size=7))
    weights = np.array(draw(st.lists(st.integers(0, 8), min_size=count, max_size=count))) / 7
    return sets, weights, draw(st.integers(0, 4)), draw(elements)


@given(problems())
@settings(max_examples=150, deadline=None)
def test_against_brute_force(problem) -> None:
    sets, weights, most, taken = problem
    optimum = brute_force(sets, weights, most, taken)
    greedy = greedy_cover(sets, weights, most=most, taken=taken)
    exact = best_cover(sets, weights, most=most, taken=taken)
    assert exact.value == pytest.approx(optimum)
    assert exact.proven
    assert greedy.value >= GUARANTEE * optimum - 1e-9
    assert greedy.bound >= optimum - 1e-9
    for found in (greedy, exact):
        assert len(found.chosen) <= most
        assert min(found.gains, default=1.0) > 0
        before: set[int] = set(taken)
        for at, gain in zip(found.chosen, found.gains, strict=True):
            assert gain == pytest.approx(weight(weights, sets[at] - before))
            before |= sets[at]
        assert found.covered == before - taken
        assert found.value == pytest.approx(weight(weights, found.covered))


@given(problems(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_another_order_changes_no_value(problem, random) -> None:
    sets, weights, most, taken = problem
    order = random.sample(range(len(sets)), len(sets))
    names = random.sample(range(len(weights)), len(weights))
    renamed = [{names.index(one) for one in sets[at]} for at in order]
    there = {names.index(one) for one in taken}
    exact = best_cover(sets, weights, most=most, taken=taken)
    again = best_cover(renamed, weights[names], most=most, taken=there)
    assert again.value == pytest.approx(exact.value)
    # Only the names of the elements differ: the greedy rule chooses the same sets.
    same = [{names.index(one) for one in each} for each in sets]
    greedy = greedy_cover(sets, weights, most=most, taken=taken)
    assert greedy_cover(same, weights[names], most=most, taken=there).chosen == greedy.chosen
