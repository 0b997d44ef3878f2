"""From graded candidates to ranked columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matchmaker.scoring.grader import GRADES, Grades
from matchmaker.scoring.pairs import PairColumns


@dataclass(frozen=True, slots=True, eq=False)
class GradedPairs:
    """Graded pairs before ranking, as columns of equal length n.

    Attributes
    ----------
    asking, found : ndarray, shape (n,), int64
        Positions of the asking record and of the one found for it.
    grades : Grades
        n rows.
    similarity : ndarray, shape (n,), float32
        Cosine in [-1, 1].
    features : ndarray, shape (n, n_features), float32
        What the grader saw.
    subject : Grades, optional
        n rows: what the grades were before anything beside the subject moved them; by default
        the grades themselves.
    """

    asking: NDArray[np.int64]
    found: NDArray[np.int64]
    grades: Grades
    similarity: NDArray[np.float32]
    features: NDArray[np.float32]
    subject: Grades | None = None

    @classmethod
    def concatenate(cls, parts: Sequence[GradedPairs]) -> GradedPairs:
        """Put pairs one after the other; no part at all gives no pair."""
        width = parts[0].features.shape[1] if parts else 0
        nothing = cls(
            np.empty(0, dtype=np.int64),
            np.empty(0, dtype=np.int64),
            Grades(np.empty((0, len(GRADES) - 1))),
            np.empty(0, dtype=np.float32),
            np.empty((0, width), dtype=np.float32),
        )
        every = [nothing, *parts]
        return cls(
            np.concatenate([part.asking for part in every]),
            np.concatenate([part.found for part in every]),
            Grades(np.concatenate([part.grades.above for part in every])),
            np.concatenate([part.similarity for part in every]),
            np.concatenate([part.features for part in every]),
            Grades(np.concatenate([part.on_subject.above for part in every])),
        )

    @property
    def on_subject(self) -> Grades:
        """Grades before anything beside the subject moved them."""
        return self.grades if self.subject is None else self.subject

    def take(self, rows: NDArray[np.int64]) -> GradedPairs:
        """Choose rows, in the order given."""
        return GradedPairs(
            self.asking[rows],
            self.found[rows],
            Grades(self.grades.above[rows]),
            self.similarity[rows],
            self.features[rows],
            None if self.subject is None else Grades(self.subject.above[rows]),
        )

    def asked_from(self, first: int) -> GradedPairs:
        """Count the asking positions from another first one."""
        return replace(self, asking=self.asking + first)


def best(pairs: GradedPairs, k: int, *, min_score: float = 0.0) -> NDArray[np.int64]:
    """Choose the best that was found for each asking record.

    Parameters
    ----------
    pairs : GradedPairs
    k : int
        Most pairs an asking record keeps.
    min_score : float
        Pairs below it are dropped.

    Returns
    -------
    ndarray, shape (m,), int64
        Rows of `pairs`: by asking position, then higher score, then higher similarity, then the
        position found, which stands for the id.
    """
    score = pairs.grades.score
    similarity = pairs.similarity.astype(np.float64)
    kept = np.flatnonzero(score >= min_score)
    order = kept[
        np.lexsort((pairs.found[kept], -similarity[kept], -score[kept], pairs.asking[kept]))
    ]
    return order[_places(pairs.asking[order]) < k]


def _places(asking: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count from 0 within each run of equal values."""
    return np.arange(len(asking)) - np.searchsorted(asking, asking, side="left")


def rank(pairs: GradedPairs, *, k: int, min_score: float, needs_ask: bool) -> PairColumns:
    """Rank what was found for each asking record.

    Parameters
    ----------
    pairs : GradedPairs
    k : int
        Most pairs an asking record keeps.
    min_score : float
        Pairs below it are dropped.
    needs_ask : bool
        Whether the asking records are the needs.

    Returns
    -------
    PairColumns
        By asking position, then by rank, in the order of :func:`best`.
    """
    return in_columns(pairs.take(best(pairs, k, min_score=min_score)), needs_ask=needs_ask)


def in_columns(pairs: GradedPairs, *, needs_ask: bool) -> PairColumns:
    """Turn ranked pairs into the columns of a result.

    Parameters
    ----------
    pairs : GradedPairs
        In the order of :func:`best`.
    needs_ask : bool
        Whether the asking records are the needs.

    Returns
    -------
    PairColumns
        In the same order.
    """
    asking, found = pairs.asking, pairs.found
    return PairColumns(
        need=asking if needs_ask else found,
        achievement=found if needs_ask else asking,
        rank=_places(asking) + 1,
        score=pairs.grades.score,
        grade=pairs.grades.grade,
        similarity=pairs.similarity.astype(np.float64),
    )
