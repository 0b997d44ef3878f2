"""Ranking by hand and by sorting tuples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.scoring.grader import Grades
from matchmaker.scoring.ranking import GradedPairs, rank


def graded(rows: list[tuple[int, int, float, float]]) -> GradedPairs:
    """Rows of asking, found, score, similarity."""
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    return GradedPairs(
        asking=table[:, 0].astype(np.int64),
        found=table[:, 1].astype(np.int64),
        grades=Grades(np.repeat(table[:, 2:3], 3, axis=1)),
        similarity=table[:, 3].astype(np.float32),
        features=table[:, :2].astype(np.float32),
    )


def listed(pairs: GradedPairs, **options: object) -> list[tuple[int, int, int]]:
    columns = rank(pairs, **{"k": 10, "min_score": 0.0, "needs_ask": True, **options})
    return list(
        zip(
            columns.need.tolist(),
            columns.achievement.tolist(),
            columns.rank.tolist(),
            strict=True,
        )
    )


ROWS = [
    (1, 5, 0.75, 0.0),
    (0, 3, 0.25, 0.5),
    (0, 2, 0.75, 0.5),
    (0, 1, 0.75, 0.75),
    (0, 0, 0.75, 0.5),
    (1, 4, 0.5, -0.5),
    (3, 4, 0.5, 0.0),
]


def test_by_hand() -> None:
    expected = [(0, 1, 1), (0, 0, 2), (0, 2, 3), (0, 3, 4), (1, 5, 1), (1, 4, 2), (3, 4, 1)]
    assert listed(graded(ROWS)) == expected
    assert listed(graded(ROWS), k=2) == [row for row in expected if row[2] <= 2]
    assert listed(graded(ROWS), min_score=0.5) == [row for row in expected if row != (0, 3, 4)]
    assert listed(graded(ROWS), min_score=0.75, k=1) == [(0, 1, 1), (1, 5, 1)]
    assert listed(graded(ROWS), min_score=1.0) == []


def test_the_other_direction_exchanges_the_columns() -> None:
    forward, back = (
        rank(graded(ROWS), k=3, min_score=0.0, needs_ask=asks) for asks in (True, False)
    )
    np.testing.assert_array_equal(forward.need, back.achievement)
    np.testing.assert_array_equal(forward.achievement, back.need)
    np.testing.assert_array_equal(forward.rank, back.rank)


def test_columns_belong_together() -> None:
    pairs = graded(ROWS)
    columns = rank(pairs, k=10, min_score=0.0, needs_ask=True)
    given = {(a, f): (s, round(c, 6)) for a, f, s, c in ROWS}
    for need, achievement, score, similarity, grade in zip(
        columns.need, columns.achievement, columns.score, columns.similarity, columns.grade,
        strict=True,
    ):  # fmt: skip
        assert given[need, achievement] == (pytest.approx(score), pytest.approx(similarity))
        assert grade == (4 if score > 0.5 else 1)
    kinds = [getattr(columns, name).dtype for name in ("need", "rank", "score", "grade")]
    assert kinds == [np.int64, np.int64, np.float64, np.int8]


quarter = st.integers(0, 4).map(lambda n: n / 4)
pair_rows = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 6), quarter, quarter),
    max_size=30,
    unique_by=lambda row: row[:2],
)


@given(pair_rows, st.integers(1, 8), quarter, st.randoms())
def test_against_sorted_tuples(
    rows: list[tuple[int, int, float, float]], k: int, min_score: float, random: object
) -> None:
    expected = []
    for asking in range(5):
        mine = sorted(
            (-score, -similarity, found)
            for a, found, score, similarity in rows
            if a == asking and score >= min_score
        )
        expected += [(asking, found, i) for i, (_, _, found) in enumerate(mine[:k], start=1)]
    assert listed(graded(rows), k=k, min_score=min_score) == expected
    shuffled = random.sample(rows, len(rows))
    assert listed(graded(shuffled), k=k, min_score=min_score) == expected


def test_parts_one_after_the_other() -> None:
    whole = graded(ROWS)
    parts = GradedPairs.concatenate([graded(ROWS[:2]), graded([]), graded(ROWS[2:])])
    for name in ("asking", "found", "similarity", "features"):
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))
        assert getattr(parts, name).dtype == getattr(whole, name).dtype
    np.testing.assert_array_equal(parts.grades.above, whole.grades.above)
    nothing = GradedPairs.concatenate([])
    assert listed(nothing) == []
    assert nothing.grades.above.shape == (0, 3)
