"""Paired comparison of two runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from matchmaker.errors import ConfigError
from matchmaker.evaluation.metrics import Evaluation


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The paired difference of two runs over the same needs.

    Attributes
    ----------
    measure : str
        ``"ndcg"`` or ``"mae"``.
    difference : float
        Mean over the needs of a minus b.
    low, high : float
        95 % percentile bootstrap interval of the difference.
    p_value : float
        Two-sided paired permutation test: how often swapping a and b at random within the needs
        gives a difference at least as large.
    needs : int
        Needs compared.
    """

    measure: str
    difference: float
    low: float
    high: float
    p_value: float
    needs: int


def compare(
    a: Evaluation,
    b: Evaluation,
    *,
    seed: int,
    resamples: int = 10_000,
    measure: Literal["ndcg", "mae"] = "ndcg",
) -> Comparison:
    """Test whether two runs differ, need by need.

    Raises
    ------
    ConfigError
        If the runs were not evaluated on the same needs with the same options, fewer than two
        needs count, `resamples` is not positive, or the measure is unknown.
    """
    from scipy.stats import bootstrap, permutation_test

    if measure not in ("ndcg", "mae"):
        raise ConfigError(f"unknown measure {measure!r}; known: ndcg, mae")
    if _protocol(a) != _protocol(b):
        raise ConfigError("both runs must be evaluated on the same judgements and options")
    if resamples < 1:
        raise ConfigError(f"resamples must be at least 1, got {resamples}")
    first, second = getattr(a.per_need, measure), getattr(b.per_need, measure)
    counted = ~np.isnan(first)
    first, second = first[counted], second[counted]
    if len(first) < 2:
        raise ConfigError(f"a comparison takes at least two needs, got {len(first)}")

    def statistic(x: Any, y: Any, axis: int) -> Any:
        return np.mean(x - y, axis=axis)

    pair = (first, second)
    options: dict[str, Any] = {"vectorized": True, "n_resamples": resamples, "batch": 1_000}
    rng = np.random.default_rng(seed)
    test = permutation_test(pair, statistic, permutation_type="samples", rng=rng, **options)
    rng = np.random.default_rng(seed)
    interval = bootstrap(
        pair, statistic, paired=True, method="percentile", rng=rng, **options
    ).confidence_interval
    return Comparison(
        measure=measure,
        difference=float(np.mean(first - second)),
        low=float(interval.low),
        high=float(interval.high),
        p_value=float(test.pvalue),
        needs=len(first),
    )


def _protocol(run: Evaluation) -> tuple[object, ...]:
    options = (run.k, run.min_judged, run.gain)
    return (*options, run.per_need.need_ids, *run.per_need.pairs.tolist())
