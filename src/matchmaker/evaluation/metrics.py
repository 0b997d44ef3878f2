"""Figures of one run: agreement of grades, ranking within judged pools, retrieval."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matchmaker.errors import ConfigError
from matchmaker.evaluation.judgements import Judgements

_BEST = 4


@dataclass(frozen=True, eq=False, kw_only=True)
class PerNeed:
    """The figures of each judged need, in order of first appearance.

    Attributes
    ----------
    need_ids : tuple of str, length m
    pairs : ndarray of int64, shape (m,)
        Judgements of the need.
    mae : ndarray of float64, shape (m,)
        Mean absolute error of its grades, 0 to 3.
    ndcg : ndarray of float64, shape (m,)
        0 to 1; NaN where the need has too few judgements to count.
    """

    need_ids: tuple[str, ...]
    pairs: NDArray[np.int64]
    mae: NDArray[np.float64]
    ndcg: NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Evaluation:
    """How well a run agrees with the judgements; see `evaluate` for the definitions.

    Attributes
    ----------
    pairs, needs : int
        Judgements, and needs that have at least one.
    mae : float
        Mean absolute error of the grades over all judgements, 0 to 3.
    contest_score : float
        ``1 / (1 + mae)``.
    ndcg : float
        Mean over the `ndcg_needs` needs with enough judgements; NaN if there is none.
    ndcg_needs : int
    spearman : float
        Rank correlation of score and grade over all judgements; 0 where either is constant.
    k, min_judged, gain
        The arguments of `evaluate`.
    per_need : PerNeed
    """

    pairs: int
    needs: int
    mae: float
    contest_score: float
    ndcg: float
    ndcg_needs: int
    spearman: float
    k: int
    min_judged: int
    gain: str
    per_need: PerNeed

    def to_json(self) -> dict[str, int | float | None]:
        """Return the figures as plain JSON values (``None`` for an nDCG over no need)."""
        return {
            "pairs": self.pairs,
            "needs": self.needs,
            "mae": self.mae,
            "contest_score": self.contest_score,
            f"ndcg@{self.k}": None if np.isnan(self.ndcg) else self.ndcg,
            "ndcg_needs": self.ndcg_needs,
            "spearman": self.spearman,
        }


def evaluate(
    judgements: Judgements,
    scores: ArrayLike,
    grades: ArrayLike,
    *,
    k: int = 10,
    min_judged: int = 5,
    gain: Literal["exponential", "linear"] = "exponential",
) -> Evaluation:
    """Compare a run's scores and grades with the judgements.

    nDCG@k is taken within each need's own judged pairs, with the discount ``1 / log2(1 + rank)``,
    and averaged over the needs with at least `min_judged` judgements. Pairs of equal score share
    the mean gain of the ranks they fill (McSherry & Najork 2008, as scikit-learn's
    ``ndcg_score``): the order of the input never counts. A need whose ideal gain is zero counts
    0, as with scikit-learn and trec_eval; it lowers every run alike.

    A pair without a score is not ranked and brings no gain, so a need without any answer counts
    0. A pair without a grade counts as the largest error its judgement allows (2 or 3).

    Parameters
    ----------
    judgements : Judgements
        n judgements.
    scores : array_like of float, shape (n,)
        Higher is better; NaN for an unanswered pair. Row i belongs to judgement i.
    grades : array_like of int, shape (n,)
        1 to 4; 0 for an unanswered pair.
    k : int
        Depth of nDCG.
    min_judged : int
        Judgements that a need must have for its nDCG to count.
    gain : {"exponential", "linear"}
        ``2 ** (grade - 1) - 1`` or ``grade - 1``.

    Raises
    ------
    ConfigError
        If an array has another shape, a score is infinite, a grade is not 0-4, or an option is
        out of range.
    """
    if k < 1 or min_judged < 1:
        raise ConfigError(f"k and min_judged must be at least 1, got {k} and {min_judged}")
    score, grade = _run(scores, grades, len(judgements))
    truth = judgements.grades.astype(np.int64)
    worst = np.maximum(truth - 1, _BEST - truth)
    errors = np.where(grade == 0, worst, np.abs(grade - truth)).astype(np.float64)
    gains = _gains(truth, gain)
    need_ids, owner, counts = _by_need(judgements.need_ids)
    ndcg = np.full(len(need_ids), np.nan)
    for need, rows in enumerate(np.split(np.argsort(owner, kind="stable"), np.cumsum(counts)[:-1])):
        if len(rows) >= min_judged:
            ndcg[need] = _ndcg(gains[rows], score[rows], k)
    counted = ndcg[~np.isnan(ndcg)]
    mae = float(errors.mean())
    return Evaluation(
        pairs=len(judgements),
        needs=len(need_ids),
        mae=mae,
        contest_score=1 / (1 + mae),
        ndcg=float(counted.mean()) if counted.size else float("nan"),
        ndcg_needs=int(counted.size),
        spearman=_spearman(score, truth),
        k=k,
        min_judged=min_judged,
        gain=gain,
        per_need=PerNeed(
            need_ids=need_ids,
            pairs=counts,
            mae=np.bincount(owner, weights=errors) / counts,
            ndcg=ndcg,
        ),
    )


def _run(
    scores: ArrayLike, grades: ArrayLike, n: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    score, grade = np.asarray(scores, dtype=np.float64), np.asarray(grades, dtype=np.float64)
    if score.shape != (n,) or grade.shape != (n,):
        raise ConfigError(
            f"scores and grades must have shape ({n},), one row per judgement, "
            f"got {score.shape} and {grade.shape}"
        )
    if np.isinf(score).any():
        raise ConfigError("scores must be finite, or NaN where the run has no answer")
    if not np.isin(grade, range(_BEST + 1)).all():
        raise ConfigError("grades must be whole numbers 1-4, or 0 where the run has no answer")
    return score, grade.astype(np.int64)


def _gains(truth: NDArray[np.int64], gain: str) -> NDArray[np.float64]:
    levels = truth.astype(np.float64) - 1
    if gain == "exponential":
        return np.exp2(levels) - 1
    if gain == "linear":
        return levels
    raise ConfigError(f"unknown gain {gain!r}; known: exponential, linear")


def _by_need(ids: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int64], NDArray[np.int64]]:
    number = {need: at for at, need in enumerate(dict.fromkeys(ids))}
    owner = np.array([number[need] for need in ids], dtype=np.int64)
    return tuple(number), owner, np.bincount(owner)


def _ndcg(gains: NDArray[np.float64], scores: NDArray[np.float64], k: int) -> float:
    discounts = 1 / np.log2(np.arange(len(gains)) + 2)
    discounts[k:] = 0
    ideal = float(np.sort(gains)[::-1] @ discounts)
    answered = ~np.isnan(scores)
    if not ideal or not answered.any():
        return 0.0
    _, tied, sizes = np.unique(-scores[answered], return_inverse=True, return_counts=True)
    mean_gains = np.bincount(tied, weights=gains[answered]) / sizes
    starts = np.cumsum(sizes) - sizes
    return float(mean_gains @ np.add.reduceat(discounts[: answered.sum()], starts)) / ideal


def _spearman(scores: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    from scipy.stats import spearmanr

    # Unanswered pairs tie with each other below every answered one.
    answered = ~np.isnan(scores)
    lowest = float(scores[answered].min(initial=0.0)) - 1.0
    values = np.where(answered, scores, lowest)
    if np.ptp(values) == 0 or np.ptp(truth) == 0:
        return 0.0
    return float(spearmanr(values, truth).statistic)


@dataclass(frozen=True, eq=False, kw_only=True)
class RetrievalMetrics:
    """Recall and reciprocal rank at depth k, over all needs with relevant achievements.

    Attributes
    ----------
    k, needs : int
    recall, mrr : float
        Means over the needs, 0 to 1.
    need_ids : tuple of str, length m
    per_need_recall, per_need_rr : ndarray of float64, shape (m,)
    """

    k: int
    needs: int
    recall: float
    mrr: float
    need_ids: tuple[str, ...]
    per_need_recall: NDArray[np.float64]
    per_need_rr: NDArray[np.float64]

    def to_json(self) -> dict[str, int | float]:
        """Return the figures as plain JSON values."""
        return {"needs": self.needs, f"recall@{self.k}": self.recall, f"mrr@{self.k}": self.mrr}


def retrieval_metrics(
    rankings: Mapping[str, Sequence[str]],
    relevant: Mapping[str, Collection[str]],
    *,
    k: int = 10,
) -> RetrievalMetrics:
    """Measure ranked lists of achievement ids against the relevant ones of each need.

    Recall is the share of the relevant achievements among the first k; the reciprocal rank is
    that of the first relevant one, 0 if none is among the first k. Every need of `relevant`
    counts, 0 where `rankings` lacks it; needs that only `rankings` has are not judged and are
    left out.

    Raises
    ------
    ConfigError
        If k is below 1, `relevant` is empty or has a need without any relevant achievement, or
        a ranking names an achievement twice.
    """
    if k < 1 or not relevant:
        raise ConfigError(f"k must be at least 1 (got {k}) and relevant must not be empty")
    recalls, reciprocals = np.zeros(len(relevant)), np.zeros(len(relevant))
    for at, (need, wanted) in enumerate(relevant.items()):
        ranking = rankings.get(need, ())
        if not wanted:
            raise ConfigError(f"need {need!r} has no relevant achievement; leave it out")
        if len(set(ranking)) < len(ranking):
            raise ConfigError(f"the ranking of need {need!r} names an achievement twice")
        hits = [rank for rank, found in enumerate(ranking[:k], 1) if found in wanted]
        recalls[at] = len(hits) / len(set(wanted))
        reciprocals[at] = 1 / hits[0] if hits else 0.0
    return RetrievalMetrics(
        k=k,
        needs=len(relevant),
        recall=float(recalls.mean()),
        mrr=float(reciprocals.mean()),
        need_ids=tuple(relevant),
        per_need_recall=recalls,
        per_need_rr=reciprocals,
    )
