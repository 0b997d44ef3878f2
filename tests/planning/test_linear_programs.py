"""The solver behind the plans, on programs that can be worked by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from scipy.sparse import csr_array

from matchmaker.errors import ConfigError, InfeasibleError
from matchmaker.planning.programs import Limit, Program, Solution, solve


def program(
    gain: list[float], rows: list[list[int]], bounds: list[tuple[int, int | None]]
) -> Program:
    limits = tuple(Limit("rule", f"r{at}", *one) for at, one in enumerate(bounds))
    matrix = csr_array(np.array(rows, dtype=np.float64).reshape(len(rows), len(gain)))
    return Program(np.array(gain, dtype=np.float64), matrix, limits)


def test_bounds_are_those_of_the_limits() -> None:
    made = program([1.0], [[1], [1]], [(0, None), (1, 2)])
    assert made.lower.tolist() == [0, 1]
    assert made.upper.tolist() == [np.inf, 2]


def test_a_choice_by_hand() -> None:
    found = solve(program([3.0, 2.0, 2.0], [[1, 1, 0], [1, 0, 1]], [(0, 1), (0, 1)]))
    assert found.chosen.tolist() == [False, True, True]
    assert (found.value, found.bound, found.gap) == (4.0, 4.0, 0.0)


def test_tiny_differences_count() -> None:
    # The solver stops at a difference of 1e-6 of its own accord.
    for better in range(3):
        gain = [1e-4, 1e-4, 1e-4]
        gain[better] += 1e-8
        assert solve(program(gain, [[1, 1, 1]], [(0, 1)])).chosen.argmax() == better
    assert solve(program([0.0], [[1]], [(1, 1)])).chosen.tolist() == [True]


def test_without_columns_or_limits() -> None:
    assert solve(program([], [], [])).value == 0
    assert solve(program([1.0, -1.0], [], [])).chosen.tolist() == [True, False]
    with pytest.raises(InfeasibleError):
        solve(program([], [[]], [(1, None)]))


def test_contradictions_and_lack_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InfeasibleError, match="no choice keeps all limits"):
        solve(program([1.0, 1.0], [[1, 1], [1, 0]], [(2, 2), (0, 0)]))
    late = optimize.OptimizeResult(x=None, status=1, message="time")
    monkeypatch.setattr(optimize, "milp", lambda *args, **more: late)
    with pytest.raises(ConfigError, match=r"within 0\.5 seconds; allow more time"):
        solve(program([1.0], [[1]], [(0, 1)]), time_limit=0.5)


def test_a_gap_is_a_part_of_the_value() -> None:
    assert Solution(np.ones(1, dtype=np.bool_), 10.0, 11.0).gap == pytest.approx(0.1)


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_the_best_of_all_choices(data: st.DataObject) -> None:
    gain = data.draw(st.lists(st.integers(-9, 9).map(float), min_size=1, max_size=6))
    row = st.lists(st.integers(0, 1), min_size=len(gain), max_size=len(gain))
    rows = data.draw(st.lists(row, min_size=1, max_size=4))
    bound = st.tuples(st.integers(0, 2), st.none() | st.integers(0, 3))
    bounds = data.draw(st.lists(bound, min_size=len(rows), max_size=len(rows)))
    bounds = [(low, high if high is None else max(low, high)) for low, high in bounds]
    best = None
    for choice in itertools.product((0, 1), repeat=len(gain)):
        counts = np.array(rows) @ choice
        if all(
            low <= count <= (np.inf if high is None else high)
            for count, (low, high) in zip(counts, bounds, strict=True)
        ):
            value = float(np.dot(gain, choice))
            best = value if best is None else max(best, value)
    if best is None:
        with pytest.raises(InfeasibleError):
            solve(program(gain, rows, bounds))
    else:
        assert solve(program(gain, rows, bounds)).value == best
