"""Whether probabilities can be taken at their word.

A probability is calibrated if, of the pairs that are given it, that share turns out so. Pairs are
sorted into bins of equal width over [0, 1]; a probability on the border of two bins belongs to
the lower one. The expected calibration error is the mean over the bins of the distance between
mean probability and share of outcomes, each bin weighing as many pairs as it holds (Naeini, Cooper
and Hauskrecht, AAAI 2015).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matchmaker.errors import ConfigError

_BEST = 4


@dataclass(frozen=True, eq=False, kw_only=True)
class Reliability:
    """The bins of one question.

    Attributes
    ----------
    edges : ndarray of float64, shape (bins + 1,)
        From 0 to 1 in equal steps; bin i holds what lies above ``edges[i]`` and not above
        ``edges[i + 1]``, the first also 0.
    counts : ndarray of int64, shape (bins,)
        Pairs in each bin.
    predicted, observed : ndarray of float64, shape (bins,)
        Mean probability and mean outcome of each bin's pairs, 0 to 1; NaN where it has none.
    """

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    predicted: NDArray[np.float64]
    observed: NDArray[np.float64]

    @property
    def error(self) -> float:
        """Expected calibration error, 0 to 1; 0 is perfect."""
        filled = self.counts > 0
        gaps = np.abs(self.predicted[filled] - self.observed[filled])
        return float(np.average(gaps, weights=self.counts[filled]))

    def to_json(self) -> dict[str, float | list[dict[str, float | int]]]:
        """Return the error and the bins that hold a pair as plain JSON values."""
        return {
            "error": self.error,
            "bins": [
                {
                    "low": float(self.edges[at]),
                    "high": float(self.edges[at + 1]),
                    "pairs": int(self.counts[at]),
                    "predicted": float(self.predicted[at]),
                    "observed": float(self.observed[at]),
                }
                for at in np.flatnonzero(self.counts)
            ],
        }


@dataclass(frozen=True, eq=False, kw_only=True)
class Calibration:
    """How well a grader's probabilities hold on judged pairs.

    Attributes
    ----------
    above : tuple of three Reliability
        Of "the grade is above 1", "above 2" and "above 3".
    score : Reliability
        Of the score against the grade scaled alike, 1 mapped to 0 and 4 to 1.
    """

    above: tuple[Reliability, Reliability, Reliability]
    score: Reliability

    @property
    def mean_error(self) -> float:
        """Mean of the expected calibration errors of the three questions."""
        return float(np.mean([question.error for question in self.above]))


def reliability(probabilities: ArrayLike, outcomes: ArrayLike, *, bins: int = 10) -> Reliability:
    """Compare probabilities with what came of them.

    Parameters
    ----------
    probabilities : array_like of float, shape (n,)
        0 to 1; n at least 1.
    outcomes : array_like of float or bool, shape (n,)
        0 or 1, or anything between for a degree, such as a scaled grade.
    bins : int
        At least 1.

    Returns
    -------
    Reliability

    Raises
    ------
    ConfigError
        If lengths differ, there is nothing to compare, a value lies outside 0 to 1, or ``bins``
        is below 1.

    Notes
    -----
    For outcomes of 0 and 1 the bins are those of scikit-learn's ``calibration_curve``, which
    neither says how many pairs a bin holds nor takes degrees.
    """
    predicted = np.asarray(probabilities, dtype=np.float64)
    observed = np.asarray(outcomes, dtype=np.float64)
    if predicted.ndim != 1 or predicted.shape != observed.shape or not len(predicted):
        raise ConfigError(
            "probabilities and outcomes must be two lists of equal length, at least 1, "
            f"got shapes {predicted.shape} and {observed.shape}"
        )
    for name, values in (("probabilities", predicted), ("outcomes", observed)):
        if not ((values >= 0) & (values <= 1)).all():
            raise ConfigError(f"{name} must lie between 0 and 1")
    if bins < 1:
        raise ConfigError(f"bins must be at least 1, not {bins}")
    edges = np.linspace(0.0, 1.0, bins + 1)
    chosen = np.searchsorted(edges[1:-1], predicted)
    counts = np.bincount(chosen, minlength=bins)
    with np.errstate(invalid="ignore"):  # 0 / 0 is the NaN of an empty bin
        return Reliability(
            edges=edges,
            counts=counts.astype(np.int64),
            predicted=np.bincount(chosen, weights=predicted, minlength=bins) / counts,
            observed=np.bincount(chosen, weights=observed, minlength=bins) / counts,
        )


def expected_calibration_error(
    probabilities: ArrayLike, outcomes: ArrayLike, *, bins: int = 10
) -> float:
    """Return the error of :func:`reliability`, 0 to 1.

    Parameters
    ----------
    probabilities, outcomes : array_like, shape (n,)
    bins : int

    Raises
    ------
    ConfigError
        As :func:`reliability`.
    """
    return reliability(probabilities, outcomes, bins=bins).error


def grade_calibration(above: ArrayLike, grades: ArrayLike, *, bins: int = 10) -> Calibration:
    """Compare a grader's probabilities with the grades that were given.

    Parameters
    ----------
    above : array_like of float, shape (n, 3)
        Probability that the grade is above 1, above 2 and above 3. Their mean is the score.
    grades : array_like of int, shape (n,)
        1 to 4.
    bins : int

    Returns
    -------
    Calibration

    Raises
    ------
    ConfigError
        If a shape does not fit, a grade is not 1 to 4, or as :func:`reliability`.
    """
    probabilities, given = np.asarray(above, dtype=np.float64), np.asarray(grades)
    if given.ndim != 1 or probabilities.shape != (len(given), _BEST - 1):
        raise ConfigError(
            f"above must have shape (n, {_BEST - 1}) and grades (n,), "
            f"got {probabilities.shape} and {given.shape}"
        )
    if not np.isin(given, range(1, _BEST + 1)).all():
        raise ConfigError("grades must be whole numbers 1-4")
    first, second, third = (
        reliability(probabilities[:, step], given > step + 1, bins=bins)
        for step in range(_BEST - 1)
    )
    # The mean of three numbers up to 1 may be rounded to a little more.
    score = np.minimum(probabilities.mean(axis=1), 1)
    scaled = (given.astype(np.float64) - 1) / (_BEST - 1)
    return Calibration(above=(first, second, third), score=reliability(score, scaled, bins=bins))
