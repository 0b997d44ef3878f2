"""Grades and trees by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.errors import ModelError
from matchmaker.scoring.features import CONTEXT_FEATURES
from matchmaker.scoring.grader import GRADES, Grader, Grades, TreeGrader
from matchmaker.scoring.trees import Trees

probability = st.floats(0, 1).map(lambda p: round(p, 3))
falling = st.lists(probability, min_size=3, max_size=3).map(lambda p: sorted(p, reverse=True))


def test_score_and_grade_by_hand() -> None:
    # P(1..4) = .1 .3 .4 .2, so the expected grade is 2.7 and the median 3.
    above = np.array([[0.9, 0.6, 0.2], [0.5, 0.5, 0.5], [0.51, 0.4, 0], [1, 1, 1], [0, 0, 0]])
    grades = Grades(above)
    np.testing.assert_allclose(grades.score, [(2.7 - 1) / 3, 0.5, 0.91 / 3, 1, 0])
    assert grades.grade.tolist() == [3, 1, 2, 4, 1]
    assert grades.grade.dtype == np.int8
    assert grades.score.dtype == np.float64


@given(st.lists(falling, min_size=1, max_size=5))
def test_score_is_the_expected_grade_and_grade_errs_least(rows: list[list[float]]) -> None:
    above = np.array(rows)
    grades = Grades(above)
    steps = np.concatenate([np.ones((len(rows), 1)), above, np.zeros((len(rows), 1))], axis=1)
    share = -np.diff(steps, axis=1)
    expected = share @ np.array(GRADES)
    np.testing.assert_allclose(grades.score, (expected - 1) / 3, atol=1e-12)
    error = np.stack([share @ np.abs(np.array(GRADES) - grade) for grade in GRADES], axis=1)
    chosen = np.take_along_axis(error, grades.grade[:, None].astype(int) - 1, axis=1)[:, 0]
    np.testing.assert_allclose(chosen, error.min(axis=1), atol=1e-12)


def stump(column: int, threshold: float, low: float, high: float) -> Trees:
    """One tree of one question."""
    return Trees(
        roots=np.array([0], dtype=np.int32),
        feature=np.array([column, -1, -1], dtype=np.int32),
        threshold=np.array([threshold, 0, 0], dtype=np.float32),
        left=np.array([1, 1, 2], dtype=np.int32),
        right=np.array([2, 1, 2], dtype=np.int32),
        value=np.array([0, low, high]),
        baseline=0.25,
        depth=1,
    )


def two_trees() -> Trees:
    """x0 <= 1 ? (x1 <= 2 ? 1 : 2) : 4, plus a leaf of 8."""
    return Trees(
        roots=np.array([0, 5], dtype=np.int32),
        feature=np.array([0, 1, -1, -1, -1, -1], dtype=np.int32),
        threshold=np.array([1, 2, 0, 0, 0, 0], dtype=np.float32),
        left=np.array([1, 2, 2, 3, 4, 5], dtype=np.int32),
        right=np.array([4, 3, 2, 3, 4, 5], dtype=np.int32),
        value=np.array([0, 0, 1.0, 2.0, 4.0, 8.0]),
        baseline=-16.0,
        depth=2,
    )


def test_trees_by_hand() -> None:
    rows = np.array([[1, 2], [1, 2.5], [1.5, 0], [0, 9], [np.nan, 0]], dtype=np.float32)
    assert two_trees().output(rows).tolist() == [-7, -6, -4, -6, -4]
    assert two_trees().output(rows[:0]).shape == (0,)
    assert two_trees().output(np.asfortranarray(rows)[::-1]).tolist() == [-4, -6, -4, -6, -7]


USUAL = np.array([[0.5, 0.25], [2, 0.5]], dtype=np.float32)


@pytest.fixture
def grader() -> TreeGrader:
    return TreeGrader(
        ["a", "b", CONTEXT_FEATURES[0]],
        [stump(0, 0.5, 0.2, 0.6), stump(1, 0.5, 0.1, 0.7), stump(2, 0.5, -0.2, 0.9)],
        usual=USUAL,
    )


def test_grader_by_hand(grader: TreeGrader) -> None:
    rows = np.array([[1, 0.1, 9], [0.1, 1, 0], [1, 1, 0], [0, 0, 9], [-1, 0, 9]], dtype=np.float32)
    # The baseline is .25. A step is never surer than the one before, a probability stays within
    # 0 and 1, and nothing in common (last two) is grade 1.
    expected = [
        [0.85, 0.35, 0.35],
        [0.45, 0.45, 0.05],
        [0.85, 0.85, 0.05],
        [0, 0, 0],
        [0, 0, 0],
    ]
    np.testing.assert_allclose(grader.grade(rows).above, expected)
    assert grader.grade(rows).grade.tolist() == [2, 1, 3, 1, 1]
    assert isinstance(grader, Grader)
    assert grader.features == ("a", "b", CONTEXT_FEATURES[0])


@pytest.mark.parametrize("at_once", [1, 3, 1024])
def test_a_row_s_grade_depends_on_no_other(
    at_once: int, grader: TreeGrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = np.random.default_rng(0).random((50, 3)).astype(np.float32)
    whole = grader.grade(rows).above
    monkeypatch.setattr("matchmaker.scoring.trees._ROWS_AT_ONCE", at_once)
    np.testing.assert_array_equal(grader.grade(rows).above, whole)
    for row in range(50):
        np.testing.assert_array_equal(grader.grade(rows[row : row + 1]).above[0], whole[row])
    assert grader.grade(rows[:0]).above.shape == (0, 3)


def test_spread_by_hand() -> None:
    # P(1..4) = .1 .3 .4 .2: mean 2.7, mean square 8.1.
    above = np.array([[0.9, 0.6, 0.2], [0, 0, 0], [1, 1, 1], [0.5, 0.5, 0.5], [1, 0, 0]])
    expected = [(8.1 - 2.7**2) ** 0.5, 0, 0, 1.5, 0]
    np.testing.assert_allclose(Grades(above).spread, expected, atol=1e-7)


def test_evidence_by_hand(grader: TreeGrader) -> None:
    rows = np.array([[0.5, 0.25, 9], [4.5, -0.25, 9]], dtype=np.float32)
    np.testing.assert_allclose(grader.evidence(rows), [[0, 0], [2, -1]])


@pytest.mark.parametrize("usual", [USUAL[:, :1], USUAL * 0, USUAL[:1]])
def test_usual_values_that_do_not_fit(usual: np.ndarray) -> None:
    steps = [stump(0, 0.5, 0, 1)] * 3
    with pytest.raises(ModelError, match="usual"):
        TreeGrader(["a", "b", CONTEXT_FEATURES[0]], steps, usual=usual)


def test_saved_and_loaded(grader: TreeGrader, tmp_path: Path) -> None:
    grader.save(tmp_path / "grader.npz")
    loaded = TreeGrader.load(tmp_path / "grader.npz")
    assert loaded.features == grader.features
    rows = np.random.default_rng(1).random((200, 3)).astype(np.float32) * 2 - 0.5
    np.testing.assert_array_equal(loaded.grade(rows).above, grader.grade(rows).above)


@pytest.mark.parametrize("shape", [(4, 2), (4, 4), (3,), (1, 3, 1)])
def test_other_columns_are_refused(shape: tuple[int, ...], grader: TreeGrader) -> None:
    with pytest.raises(ModelError, match="shape"):
        grader.grade(np.zeros(shape, dtype=np.float32))


def test_the_number_of_steps(grader: TreeGrader) -> None:
    with pytest.raises(ModelError, match="3 models, not 2"):
        TreeGrader(["a"], [two_trees(), two_trees()], usual=USUAL[:, :1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": np.array(1)}, "format 1"),
        ({"usual": None}, "usual"),
        ({"usual": np.ones((2, 3))}, "usual"),
        ({"left_1": np.array([1, 1, 3], dtype=np.int32)}, "outside"),
        ({"right_0": np.array([2, -1, 2], dtype=np.int32)}, "outside"),
        ({"roots_2": np.array([7], dtype=np.int32)}, "outside"),
        ({"feature_0": np.array([3, -1, -1], dtype=np.int32)}, "feature"),
        ({"value_0": None}, "value_0"),
        ({"features": None}, "features"),
        ({"depth_1": np.array([1, 2])}, "grader"),
        ({"format": np.array("one")}, "grader"),
        ({"features": np.array("abc")}, "grader"),
    ],
)
def test_a_file_that_fits_nothing(
    change: dict[str, np.ndarray | None], message: str, grader: TreeGrader, tmp_path: Path
) -> None:
    path = tmp_path / "grader.npz"
    grader.save(path)
    with np.load(path) as archive:
        arrays = {**archive, **change}
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    with pytest.raises(ModelError, match=message):
        TreeGrader.load(path)


@pytest.mark.parametrize("content", [None, b"", b"no archive", "cut", "flipped"])
def test_a_damaged_file_is_named(
    content: bytes | str | None, grader: TreeGrader, tmp_path: Path
) -> None:
    path = tmp_path / "grader.npz"
    if content is not None:
        grader.save(path)
        whole = path.read_bytes()
        cut = whole[: len(whole) // 2]
        flipped = whole[:60] + bytes(b ^ 0xFF for b in whole[60:90]) + whole[90:]
        path.write_bytes({"cut": cut, "flipped": flipped}.get(str(content), content))
    with pytest.raises(ModelError, match=r"grader\.npz"):
        TreeGrader.load(path)
