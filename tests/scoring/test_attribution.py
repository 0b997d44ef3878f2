"""Splitting a grader's score, against an independent enumeration of all orders."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from matchmaker.model import Model
from matchmaker.scoring.attribution import KINDS, TEXT_PARTS, text_parts
from matchmaker.scoring.features import FEATURES, SIMILARITY_FEATURES
from matchmaker.scoring.grader import TreeGrader


@pytest.fixture(scope="module")
def grader() -> TreeGrader:
    return Model.load().grader


def kind_of(name: str) -> str:
    if "dense" in name:
        return "meaning"
    return "near_terms" if "aligned" in name else "terms"


def features(rows: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    drawn = rng.gamma(1.0, 0.3, (rows, len(FEATURES))).astype(np.float32)
    drawn[:, len(SIMILARITY_FEATURES)] = rng.integers(1, 60, rows)
    drawn[:, len(SIMILARITY_FEATURES) + 1] = rng.integers(60, 900, rows)
    drawn[rng.random(drawn.shape) < 0.3] = 0
    # Cosines can be below 0.
    for view in ("title", "whole"):
        drawn[:, FEATURES.index(f"dense_{view}")] = rng.uniform(-0.3, 0.9, rows)
    return drawn


def test_the_parts_add_up_and_none_speaks_against(grader: TreeGrader) -> None:
    drawn = features(2000)
    parts = text_parts(grader, drawn)
    assert parts.shape == (2000, len(TEXT_PARTS))
    np.testing.assert_allclose(parts.sum(axis=1), grader.grade(drawn).score, rtol=0, atol=1e-12)
    assert parts.min() > -1e-12


def test_shapley_values_by_all_orders(grader: TreeGrader) -> None:
    """The mean over all orders of what each kind adds when it joins; nothing is an own score."""
    drawn = features(40, seed=1)
    similar = [FEATURES.index(name) for name in SIMILARITY_FEATURES]

    def score(row: np.ndarray, present: set[str]) -> float:
        kept = row.copy()
        for column in similar:
            if kind_of(FEATURES[column]) not in present:
                kept[column] = min(kept[column], 0)
        if not (kept[similar] > 0).any():
            kept[similar[0]] = np.finfo(np.float32).tiny
        return float(grader.grade(kept[None]).score[0])

    parts = text_parts(grader, drawn)
    for row, found in zip(drawn, parts, strict=True):
        expected = dict.fromkeys(KINDS, 0.0)
        for order in permutations(KINDS):
            present: set[str] = set()
            for kind in order:
                before = score(row, present)
                present.add(kind)
                expected[kind] += (score(row, present) - before) / 6
        assert found[0] == pytest.approx(score(row, set()), abs=1e-12)
        assert found[1:] == pytest.approx([expected[kind] for kind in KINDS], abs=1e-12)


def test_nothing_in_common_is_nothing(grader: TreeGrader) -> None:
    drawn = features(3)
    drawn[1, : len(SIMILARITY_FEATURES)] = 0
    parts = text_parts(grader, drawn)
    assert parts[1].tolist() == [0.0] * len(TEXT_PARTS)
    assert parts[0].any()
    assert text_parts(grader, drawn[:0]).shape == (0, len(TEXT_PARTS))
