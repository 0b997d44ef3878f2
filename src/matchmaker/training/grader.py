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
from matchmaker.scoring.feedback import Covariance, PairProcess, PairViews
from matchmaker.scoring.grader import GRADES, TreeGrader, evidence_columns, judged_above
from matchmaker.scoring.trees import Trees

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingRegressor


JUDGED_PAIRS = "bdci2019/judged_pairs.csv"
JUDGED_NEEDS = "bdci2019/needs.jsonl"

_EVIDENCE_ALONE = Covariance(
    linear=0.3,
    evidence=0.5,
    need=0,
    need_achievement=0,
    need_evidence=0,
    like_need=0,
    like_need_achievement=0,
    like_need_evidence=0,
    achievement=0,
    noise=1.0,
)
_MIXTURES = 20_000
_STRONGER = 6_000
# How much of a judged pair's own grade is left in what the trees are fitted on.
_OWN_GRADE = 0.6


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

    Judges disagree, and trees fitted on their grades learn the disagreement. So a smooth model, a
    Gaussian process over the evidence, reads the grades first; the trees are fitted on what it
    says of the judged pairs, of many mixtures of two of them, and of pairs with more in common
    than titles have. They are monotone: more of a similarity never lowers the score.

    Parameters
    ----------
    features : ndarray, shape (n, len(names)), float32
        Of :func:`~matchmaker.scoring.features.pair_features`.
    grades : ndarray, shape (n,), int8
        1 to 4.
    names : sequence of str
        Of the columns.
    seed : int
        Of the mixtures, and of the columns that each split may look at.

    Returns
    -------
    TreeGrader

    Raises
    ------
    ConfigError
        If a grade is missing altogether or lies outside 1 to 4, or lengths differ.

    Notes
    -----
    Fitting a small model on what a large one says is distillation (Hinton, Vinyals and Dean,
    2015); mixtures of examples are mixup (Zhang et al., ICLR 2018).
    """
    if features.shape != (len(grades), len(names)):
        raise ConfigError(f"features have shape {features.shape}, not {(len(grades), len(names))}")
    if set(np.unique(grades).tolist()) != set(GRADES):
        raise ConfigError(f"judgements need every grade of {GRADES}, got {np.unique(grades)}")
    columns = evidence_columns(names)
    usual = _usual(features[:, columns])
    judged = judged_above(grades)
    stronger = _stronger(features, columns, usual=usual, seed=seed)
    inputs = np.concatenate([features, _mixtures(features, seed=seed), stronger])
    targets = _smoothed(inputs[:, columns], judged, usual=usual)
    targets[: len(judged)] += _OWN_GRADE * (judged - targets[: len(judged)])
    constraints = [0 if name in CONTEXT_FEATURES else 1 for name in names]
    steps = [_boosted(inputs, target, constraints=constraints, seed=seed) for target in targets.T]
    return TreeGrader(names, steps, usual=usual)


def _usual(evidence: NDArray[np.float32]) -> NDArray[np.float32]:
    spread = evidence.std(axis=0)
    return np.stack([evidence.mean(axis=0), np.where(spread > 0, spread, 1)]).astype(np.float32)


def _mixtures(features: NDArray[np.float32], *, seed: int) -> NDArray[np.float32]:
    """Rows between two judged pairs, most of them near the first."""
    rng = np.random.default_rng(seed)
    first, second = rng.integers(len(features), size=(2, _MIXTURES))
    share = np.square(rng.random((_MIXTURES, 1)))
    mixed = (1 - share) * features[first] + share * features[second]
    return np.asarray(mixed, dtype=np.float32)


def _stronger(
    features: NDArray[np.float32],
    columns: Sequence[int],
    *,
    usual: NDArray[np.float32],
    seed: int,
) -> NDArray[np.float32]:
    """Rows with up to five times the evidence of the strongest quarter of the judged pairs.

    Judged achievements are known by titles only. Records with bodies share far more, and without
    such rows all of them would stand in the same last leaf.
    """
    rng = np.random.default_rng(seed + 1)
    mean, spread = usual
    strength = ((features[:, columns] - mean) / spread).mean(axis=1)
    strongest = np.argsort(-strength, kind="stable")[: max(len(features) // 4, 1)]
    rows = features[strongest[rng.integers(len(strongest), size=_STRONGER)]]
    rows[:, columns] = mean + (1 + 4 * rng.random((_STRONGER, 1))) * (rows[:, columns] - mean)
    return np.asarray(rows, dtype=np.float32)


def _smoothed(
    evidence: NDArray[np.float32], judged: NDArray[np.float64], *, usual: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Ask a smooth model of the first rows' judgements about all rows."""
    standard = ((evidence - usual[0]) / usual[1]).astype(np.float32)
    nothing = np.zeros((len(standard), 1), dtype=np.float32)
    views = PairViews(standard, np.zeros(len(standard), dtype=np.uint64), nothing, nothing)
    mean = judged.mean(axis=0)
    process = PairProcess(views.take(slice(len(judged))), judged - mean, weights=_EVIDENCE_ALONE)
    return np.asarray(mean + process.expect(views), dtype=np.float64)


def _boosted(
    inputs: NDArray[np.float32],
    target: NDArray[np.float64],
    *,
    constraints: Sequence[int],
    seed: int,
) -> Trees:
    from sklearn.ensemble import HistGradientBoostingRegressor

    model = HistGradientBoostingRegressor(
        max_iter=150,
        learning_rate=0.1,
        max_depth=6,
        max_leaf_nodes=16,
        min_samples_leaf=20,
        max_features=0.3,
        l2_regularization=1.0,
        monotonic_cst=constraints,
        early_stopping=False,
        random_state=seed,
    )
    return _flattened(model.fit(inputs, target))


def _flattened(model: HistGradientBoostingRegressor) -> Trees:
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
