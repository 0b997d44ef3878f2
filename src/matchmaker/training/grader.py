"""Fit the grader on judged pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError, JudgementError
from matchmaker.evaluation import Judgements, read_judgements
from matchmaker.language.terms import TermModel
from matchmaker.language.texts import RecordText, record_text
from matchmaker.records import Achievement, read_needs
from matchmaker.retrieval.encoders import Encoder
from matchmaker.retrieval.profiles import profile
from matchmaker.scoring.features import CONTEXT_FEATURES, FEATURES, pair_features
from matchmaker.scoring.grader import GRADES, TreeGrader, Trees

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier


JUDGED_PAIRS = "bdci2019/judged_pairs.csv"
JUDGED_NEEDS = "bdci2019/needs.jsonl"


@dataclass(frozen=True, slots=True, eq=False)
class JudgedTexts:
    """Judged pairs as texts; one row a judgement.

    Attributes
    ----------
    judgements : Judgements
        n rows.
    needs : tuple of RecordText, length n_needs
    need_rows : ndarray, shape (n,), int64
        Which need each row is about.
    achievements : tuple of RecordText, length n
    """

    judgements: Judgements
    needs: tuple[RecordText, ...]
    need_rows: NDArray[np.int64]
    achievements: tuple[RecordText, ...]


def read_judged(needs: Path, pairs: Path) -> JudgedTexts:
    """Read needs, and judged pairs whose achievements are known by title only.

    Parameters
    ----------
    needs : Path
        A file that :func:`~matchmaker.records.read_needs` reads.
    pairs : Path
        With the columns ``need_id, achievement_id, achievement_title, grade``.

    Returns
    -------
    JudgedTexts

    Raises
    ------
    RecordError
        If a file cannot be read.
    JudgementError
        If titles are missing or a need is not in the file of needs.
    """
    judgements = read_judgements(pairs)
    if judgements.achievement_titles is None:
        raise JudgementError(f"{pairs}: has no column achievement_title")
    records = read_needs(needs)
    row_of = {need.id: row for row, need in enumerate(records)}
    unknown = sorted(set(judgements.need_ids) - set(row_of))
    if unknown:
        raise JudgementError(f"{pairs}: need {unknown[0]!r} is not in {needs}")
    return JudgedTexts(
        judgements=judgements,
        needs=tuple(record_text(need) for need in records),
        need_rows=np.array([row_of[need_id] for need_id in judgements.need_ids], dtype=np.int64),
        achievements=tuple(
            record_text(Achievement(id=record_id, title=title or record_id))
            for record_id, title in zip(
                judgements.achievement_ids, judgements.achievement_titles, strict=True
            )
        ),
    )


def judged_features(
    judged: JudgedTexts, *, terms: TermModel, encoder: Encoder
) -> NDArray[np.float32]:
    """Compute the features of judged pairs; shape (n, len(FEATURES))."""
    needs = profile(judged.needs, terms=terms, encoder=encoder)
    achievements = profile(judged.achievements, terms=terms, encoder=encoder)
    rows = np.arange(len(judged.achievements))
    return pair_features(needs, achievements, (judged.need_rows, rows), terms=terms)


def fit_grader(
    features: NDArray[np.float32],
    grades: NDArray[np.int8],
    *,
    names: Sequence[str] = FEATURES,
    seed: int = 0,
) -> TreeGrader:
    """Fit one boosted model for each step between grades.

    More of a similarity never lowers the score: those features are constrained to be monotone.

    Parameters
    ----------
    features : ndarray, shape (n, len(names)), float32
        Of :func:`~matchmaker.scoring.features.pair_features`.
    grades : ndarray, shape (n,), int8
        1 to 4.
    names : sequence of str
        Of the columns.
    seed : int
        Of the columns that each split may look at.

    Returns
    -------
    TreeGrader

    Raises
    ------
    ConfigError
        If a grade is missing altogether or lies outside 1 to 4, or lengths differ.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    if features.shape != (len(grades), len(names)):
        raise ConfigError(f"features have shape {features.shape}, not {(len(grades), len(names))}")
    if set(np.unique(grades).tolist()) != set(GRADES):
        raise ConfigError(f"judgements need every grade of {GRADES}, got {np.unique(grades)}")
    constraints = [0 if name in CONTEXT_FEATURES else 1 for name in names]
    steps = []
    for grade in GRADES[:-1]:
        model = HistGradientBoostingClassifier(
            max_iter=150,
            learning_rate=0.08,
            max_depth=6,
            max_leaf_nodes=16,
            min_samples_leaf=10,
            max_features=0.3,
            l2_regularization=5.0,
            monotonic_cst=constraints,
            early_stopping=False,
            random_state=seed,
        )
        steps.append(_flattened(model.fit(features, grades > grade)))
    return TreeGrader(names, steps)


def _flattened(model: HistGradientBoostingClassifier) -> Trees:
    """Copy a fitted model's trees into flat arrays."""
    # scikit-learn has no public view of these trees; a test compares every prediction.
    nodes = [iteration[0].nodes for iteration in model._predictors]
    sizes = np.array([len(tree) for tree in nodes])
    roots = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32)
    joined = np.concatenate(nodes)
    offset = np.repeat(roots, sizes)
    leaf = joined["is_leaf"].astype(bool)
    here = np.arange(len(joined), dtype=np.int32)
    return Trees(
        roots=roots,
        feature=np.where(leaf, -1, joined["feature_idx"]).astype(np.int32),
        # Inputs are float32: the largest float32 not above the double decides alike.
        threshold=_rounded_down(np.where(leaf, 0.0, joined["num_threshold"])),
        left=np.where(leaf, here, joined["left"] + offset).astype(np.int32),
        right=np.where(leaf, here, joined["right"] + offset).astype(np.int32),
        value=np.where(leaf, joined["value"], 0.0),
        baseline=float(np.ravel(model._baseline_prediction)[0]),
        depth=int(joined["depth"].max(initial=0)),
    )


def _rounded_down(thresholds: NDArray[np.float64]) -> NDArray[np.float32]:
    rounded = thresholds.astype(np.float32)
    above = rounded.astype(np.float64) > thresholds
    return np.where(above, np.nextafter(rounded, np.float32(-np.inf)), rounded).astype(np.float32)
