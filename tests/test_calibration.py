"""Calibration: by hand, against scikit-learn, and as a property."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from matchmaker.errors import ConfigError
from matchmaker.evaluation import expected_calibration_error, grade_calibration, reliability


def test_by_hand() -> None:
    # Halves: 0.1, 0.3 and 0.5 (the border goes down) with one outcome of three; 0.8 with one.
    found = reliability([0.1, 0.3, 0.5, 0.8], [0, 0, 1, 1], bins=2)
    assert found.edges.tolist() == [0, 0.5, 1]
    assert found.counts.tolist() == [3, 1]
    assert found.predicted.tolist() == pytest.approx([0.3, 0.8])
    assert found.observed.tolist() == pytest.approx([1 / 3, 1])
    # 3/4 of 1/30 and 1/4 of 1/5
    assert found.error == pytest.approx(0.025 + 0.05)
    assert expected_calibration_error([0.1, 0.3, 0.5, 0.8], [0, 0, 1, 1], bins=2) == found.error
    assert found.to_json() == {
        "error": found.error,
        "bins": [
            {
                "low": 0.0,
                "high": 0.5,
                "pairs": 3,
                "predicted": pytest.approx(0.3),
                "observed": pytest.approx(1 / 3),
            },
            {"low": 0.5, "high": 1.0, "pairs": 1, "predicted": 0.8, "observed": 1.0},
        ],
    }


def test_empty_bins_and_the_ends() -> None:
    found = reliability([0.0, 1.0, 0.1, 0.11], [0, 1, 1, 0])
    assert found.counts.tolist() == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert np.isnan(found.predicted[2:9]).all()
    assert np.isnan(found.observed[2:9]).all()
    assert found.error == pytest.approx((2 * abs(0.05 - 0.5) + 0.11 + 0) / 4)
    assert [part["pairs"] for part in found.to_json()["bins"]] == [2, 1, 1]
    assert reliability([0.25], [0.75], bins=1).error == pytest.approx(0.5)


def test_perfect_and_opposite() -> None:
    assert expected_calibration_error([0, 0, 1, 1], [0, 0, 1, 1]) == 0
    assert expected_calibration_error([0, 0, 1, 1], [1, 1, 0, 0]) == 1
    assert expected_calibration_error([0.25] * 4, [0, 0, 1, 0]) == 0


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60),
    st.integers(1, 12),
)
def test_against_scikit_learn(rows: list[tuple[float, bool]], bins: int) -> None:
    predicted = np.array([p for p, _ in rows])
    outcomes = np.array([o for _, o in rows])
    found = reliability(predicted, outcomes, bins=bins)
    filled = found.counts > 0
    labels = {True: 1, False: 0}
    truth = np.array([labels[bool(o)] for o in outcomes])
    if len(set(truth.tolist())) == 2:  # scikit-learn takes nothing else
        observed, mean = calibration_curve(truth, predicted, n_bins=bins)
        np.testing.assert_allclose(found.observed[filled], observed)
        np.testing.assert_allclose(found.predicted[filled], mean)
    assert found.counts.sum() == len(rows)
    # No finer grouping hides what the whole shows.
    assert found.error >= abs(predicted.mean() - truth.mean()) - 1e-12
    assert 0 <= found.error <= 1


def test_the_three_questions_and_the_score() -> None:
    above = np.array([[0.9, 0.6, 0.3], [0.2, 0.1, 0.0], [1.0, 1.0, 1.0]])
    found = grade_calibration(above, [3, 1, 4])
    expected = [
        expected_calibration_error(above[:, 0], [1, 0, 1]),
        expected_calibration_error(above[:, 1], [1, 0, 1]),
        expected_calibration_error(above[:, 2], [0, 0, 1]),
    ]
    assert [question.error for question in found.above] == expected
    assert expected == pytest.approx([0.3 / 3, 0.5 / 3, 0.3 / 3])
    assert found.mean_error == pytest.approx(1.1 / 9)
    # Scores 0.6, 0.1, 1 against 2/3, 0, 1.
    assert found.score.error == pytest.approx((2 / 3 - 0.6 + 0.1) / 3)
    coarse = grade_calibration(above, [3, 1, 4], bins=1)
    assert coarse.above[2].error == pytest.approx(1.3 / 3 - 1 / 3)


@pytest.mark.parametrize(
    ("probabilities", "outcomes", "bins", "message"),
    [
        ([0.1], [0, 1], 10, "equal length"),
        ([], [], 10, "at least 1"),
        ([[0.1]], [[1]], 10, "two lists"),
        ([1.1], [1], 10, "probabilities must lie"),
        ([float("nan")], [1], 10, "probabilities must lie"),
        ([0.1], [-1], 10, "outcomes must lie"),
        ([0.1], [1], 0, "bins must be at least 1, not 0"),
    ],
)
def test_what_cannot_be_compared(probabilities, outcomes, bins: int, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        reliability(probabilities, outcomes, bins=bins)


@pytest.mark.parametrize(
    ("above", "grades", "message"),
    [
        ([[0.1, 0.1]], [1], r"shape \(n, 3\)"),
        ([[0.1, 0.1, 0.1]], [1, 2], r"shape \(n, 3\)"),
        ([[0.1, 0.1, 0.1]], [5], "whole numbers 1-4"),
        ([[0.1, 0.1, 0.1]], [1.5], "whole numbers 1-4"),
    ],
)
def test_grades_that_cannot_be_compared(above, grades, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        grade_calibration(above, grades)
