"""What earlier judgements say of further pairs.

Similar achievements get similar grades for the same need: the largest single gain there is. A
Gaussian process over pairs says so in one model. Its covariance has a part for pairs of one need,
a part for similar needs, and a part for similar evidence whatever the need; the last one fits the
grader anew to the user's own grades, the first two carry a need's judgements to its next
candidates. Far from every judgement it changes little.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.retrieval.profiles import Profiles
from matchmaker.scoring.grader import GRADES, Grades, judged_above

MOST_JUDGEMENTS = 10_000
"""More would need more memory and time than a desktop has: n x n numbers and n^3 steps."""

_DECIMALS = 6
# Few enough that what is in between stays in the cache with thousands of judged pairs.
_ROWS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Covariance:
    """How strongly two pairs' grades go together, as weights of its parts.

    All are at least 0. With e for the likeness of two pairs' evidence, a for that of their
    achievements and n for that of their needs, each in [0, 1], the covariance is::

        linear * (inner product of the evidence) + evidence * e
        + [same need] * (need + need_achievement * a + need_evidence * e)
        + n * (like_need + like_need_achievement * a + like_need_evidence * e)
        + achievement * a

    Attributes
    ----------
    linear, evidence : float
        Shared by all pairs.
    need, need_achievement, need_evidence : float
        Shared by the pairs of one need.
    like_need, like_need_achievement, like_need_evidence : float
        Shared by pairs whose needs are alike.
    achievement : float
        Shared by pairs whose achievements are alike.
    noise : float
        Variance of one judgement, above 0: judges differ, and so do records under one text.
    """

    linear: float = 0.05
    evidence: float = 0.05
    need: float = 0.1
    need_achievement: float = 1.5
    need_evidence: float = 0.6
    like_need: float = 0.2
    like_need_achievement: float = 0.4
    like_need_evidence: float = 0.2
    achievement: float = 0.1
    noise: float = 1.5

    def __post_init__(self) -> None:
        values = asdict(self)
        if min(values.values()) < 0 or self.noise <= 0:
            raise ConfigError(f"weights of a covariance are at least 0, noise above 0: {values}")


@dataclass(frozen=True, slots=True, eq=False)
class PairViews:
    """n pairs as the covariance sees them.

    Attributes
    ----------
    evidence : ndarray, shape (n, n_features), float32
        Of :func:`bounded`.
    need_key : ndarray, shape (n,), uint64
        Equal for pairs whose needs have the same text.
    need : ndarray, shape (n, dim), float32
        Dense vector of the need, of length 1 or zero.
    achievement : ndarray, shape (n, dim), float32
        The same of the achievement.
    """

    evidence: NDArray[np.float32]
    need_key: NDArray[np.uint64]
    need: NDArray[np.float32]
    achievement: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.need_key)

    def take(self, rows: NDArray[np.int64] | slice) -> PairViews:
        """Choose pairs, in the order given."""
        return PairViews(
            self.evidence[rows], self.need_key[rows], self.need[rows], self.achievement[rows]
        )


def pair_views(
    needs: Profiles,
    achievements: Profiles,
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
    *,
    evidence: NDArray[np.float32],
    need_keys: NDArray[np.uint64],
) -> PairViews:
    """See pairs as the covariance does.

    Parameters
    ----------
    needs, achievements : Profiles
    pairs : tuple of two ndarrays, each of shape (n,), int64
        Positions of the need and of the achievement of each pair.
    evidence : ndarray, shape (n, n_features), float32
        Standardised similarity features of the pairs.
    need_keys : ndarray, shape (n_needs,), uint64
        Of :func:`~matchmaker.language.texts.text_keys`, one a need.

    Returns
    -------
    PairViews
        n pairs.
    """
    need, achievement = pairs
    return PairViews(
        evidence=bounded(evidence),
        need_key=need_keys[need],
        need=_unit(needs.vectors[need]),
        achievement=_unit(achievements.vectors[achievement]),
    )


def bounded(evidence: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shorten rows of evidence that are larger than usual.

    Records with bodies share many times what the titles share on which evidence was
    standardised. Left as they are, one judgement of such a pair would move every other.

    Parameters
    ----------
    evidence : ndarray, shape (n, n_features), float32
        Standardised similarity features.

    Returns
    -------
    ndarray, shape (n, n_features), float32
        The mean square of a row is at most 1.
    """
    size = np.sqrt(np.mean(np.square(evidence, dtype=np.float64), axis=1, keepdims=True))
    return np.asarray(evidence / np.maximum(size, 1), dtype=np.float32)


def covariance(weights: Covariance, first: PairViews, second: PairViews) -> NDArray[np.float64]:
    """Covariance of each pair of one list with each of another, without the noise.

    Parameters
    ----------
    weights : Covariance
    first, second : PairViews
        n and m pairs.

    Returns
    -------
    ndarray, shape (n, m), float64
    """
    # In doubles: the last bits of a product depend on its shape, and what is left of them must not
    # reach the decimals that grades are rounded to.
    evidence, need, achieved = (
        [getattr(side, name).astype(np.float64) for side in (first, second)]
        for name in ("evidence", "need", "achievement")
    )
    width = first.evidence.shape[1]
    inner = evidence[0] @ evidence[1].T / width
    lengths = [np.einsum("ij,ij->i", rows, rows) / width for rows in evidence]
    # Rounding can leave a distance of a pair to itself just below 0.
    alike = np.exp(-np.maximum(lengths[0][:, None] + lengths[1] - 2 * inner, 0) / 2)
    achievement = np.square(np.maximum(achieved[0] @ achieved[1].T, 0))
    result = weights.linear * inner + weights.evidence * alike + weights.achievement * achievement
    result += np.square(np.maximum(need[0] @ need[1].T, 0)) * (
        weights.like_need
        + weights.like_need_achievement * achievement
        + weights.like_need_evidence * alike
    )
    same = first.need_key[:, None] == second.need_key
    result += same * (
        weights.need + weights.need_achievement * achievement + weights.need_evidence * alike
    )
    return np.asarray(result, dtype=np.float64)


class PairProcess:
    """A Gaussian process over pairs, conditioned on judged ones.

    Parameters
    ----------
    views : PairViews
        The m judged pairs.
    surprise : ndarray, shape (m, 3), float64
        For "grade above 1, 2, 3": 1 or 0 as judged, less what was expected.
    weights : Covariance

    Raises
    ------
    ConfigError
        If lengths differ, or there are none or more than ``MOST_JUDGEMENTS``.

    Notes
    -----
    Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), algorithm 2.1; three
    yes-no outcomes are regressed on as numbers, with one covariance.
    """

    def __init__(
        self, views: PairViews, surprise: NDArray[np.float64], *, weights: Covariance
    ) -> None:
        from scipy.linalg import cho_factor, cho_solve

        if not 0 < len(views) <= MOST_JUDGEMENTS or surprise.shape != (len(views), len(GRADES) - 1):
            raise ConfigError(
                f"need 1 to {MOST_JUDGEMENTS} judged pairs with three numbers each, got "
                f"{len(views)} with {surprise.shape}"
            )
        self._views = views
        self._weights = weights
        matrix = np.empty((len(views), len(views)))
        for rows in _batches(len(views)):
            matrix[rows] = covariance(weights, views.take(rows), views)
        matrix[np.diag_indices_from(matrix)] += weights.noise
        self._factor = cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
        self._solved = cho_solve(self._factor, surprise, check_finite=False)

    def expect(self, views: PairViews) -> NDArray[np.float64]:
        """Expect a surprise of pairs.

        Parameters
        ----------
        views : PairViews
            n pairs.

        Returns
        -------
        ndarray, shape (n, 3), float64
            Near 0 for a pair that is like no judged one.
        """
        result = np.zeros((len(views), len(GRADES) - 1))
        for rows in _batches(len(views)):
            result[rows] = covariance(self._weights, views.take(rows), self._views) @ self._solved
        return result

    def unknown(self, views: PairViews) -> NDArray[np.float64]:
        """Give the share of a pair's variance that the judgements leave.

        Parameters
        ----------
        views : PairViews
            n pairs.

        Returns
        -------
        ndarray, shape (n,), float64
            In [0, 1]: 1 where no judged pair is alike.
        """
        from scipy.linalg import solve_triangular

        result = np.ones(len(views))
        for rows in _batches(len(views)):
            part = views.take(rows)
            across = covariance(self._weights, part, self._views)
            own = _own_variance(self._weights, part)
            told = solve_triangular(self._factor[0], across.T, lower=True, check_finite=False)
            left = 1 - np.einsum("ij,ij->j", told, told) / np.maximum(own, 1e-12)
            result[rows] = np.clip(left, 0, 1)
        return result


@dataclass(frozen=True, slots=True, eq=False)
class Feedback:
    """Judged pairs, ready to correct the grades of others.

    Attributes
    ----------
    process : PairProcess
        Of what the judges said, less what the grader expected.
    """

    process: PairProcess

    @classmethod
    def learn(
        cls,
        views: PairViews,
        grades: NDArray[np.int8],
        *,
        expected: Grades,
        weights: Covariance | None = None,
    ) -> Feedback:
        """Learn from judged pairs.

        Parameters
        ----------
        views : PairViews
            m judged pairs.
        grades : ndarray, shape (m,), int8
            1 to 4. A pair that was judged twice stands twice.
        expected : Grades
            What the grader says of the same pairs.
        weights : Covariance, optional

        Returns
        -------
        Feedback

        Raises
        ------
        ConfigError
            As :class:`PairProcess`.
        """
        surprise = judged_above(grades) - expected.above
        return cls(PairProcess(views, surprise, weights=weights or Covariance()))

    def correct(self, views: PairViews, grades: Grades) -> Grades:
        """Correct the grades of pairs by what was learned.

        Parameters
        ----------
        views : PairViews
            n pairs.
        grades : Grades
            Of the grader.

        Returns
        -------
        Grades
            n rows. A pair that has nothing in common stays at grade 1 and score 0.
        """
        # Rounded as features are: equal in any company.
        above = np.clip(grades.above + self.process.expect(views).round(_DECIMALS), 0, 1)
        above[~grades.above.any(axis=1)] = 0
        return Grades(np.minimum.accumulate(above, axis=1))

    def unknown(self, views: PairViews) -> NDArray[np.float64]:
        """Say how much of what could be learned about pairs is still open.

        Parameters
        ----------
        views : PairViews
            n pairs.

        Returns
        -------
        ndarray, shape (n,), float64
            In [0, 1]: share of the standard deviation that the judgements leave, 1 where no
            judged pair is alike.
        """
        return np.asarray(np.sqrt(self.process.unknown(views)).round(_DECIMALS), dtype=np.float64)


def _own_variance(weights: Covariance, views: PairViews) -> NDArray[np.float64]:
    """Diagonal of the covariance of pairs with themselves."""
    width = views.evidence.shape[1]
    inner = np.einsum("ij,ij->i", views.evidence, views.evidence).astype(np.float64) / width
    # A record without a vector is like nothing, itself included.
    achievement = (np.einsum("ij,ij->i", views.achievement, views.achievement) > 0.5).astype(float)
    near = (np.einsum("ij,ij->i", views.need, views.need) > 0.5).astype(float)
    w = weights
    return np.asarray(
        w.linear * inner
        + w.evidence
        + w.achievement * achievement
        + near * (w.like_need + w.like_need_achievement * achievement + w.like_need_evidence)
        + (w.need + w.need_achievement * achievement + w.need_evidence),
        dtype=np.float64,
    )


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def _batches(total: int) -> Iterator[slice]:
    for start in range(0, total, _ROWS_AT_ONCE):
        yield slice(start, start + _ROWS_AT_ONCE)
