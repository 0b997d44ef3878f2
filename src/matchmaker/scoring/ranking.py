"""From graded candidates to ranked columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    """

    asking: NDArray[np.int64]
    found: NDArray[np.int64]
    grades: Grades
    similarity: NDArray[np.float32]

    @classmethod
    def concatenate(cls, parts: Sequence[GradedPairs]) -> GradedPairs:
        """Put pairs one after the other; no part at all gives no pair."""
        nothing = cls(
            np.empty(0, dtype=np.int64),
            np.empty(0, dtype=np.int64),
            Grades(np.empty((0, len(GRADES) - 1))),
            np.empty(0, dtype=np.float32),
        )
        every = [nothing, *parts]
        return cls(
            np.concatenate([part.asking for part in every]),
            np.concatenate([part.found for part in every]),
            Grades(np.concatenate([part.grades.above for part in every])),
            np.concatenate([part.similarity for part in every]),
        )


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
        By asking position, then by rank: higher score first, then higher similarity, then the
        position found, which stands for the id.
    """
    score = pairs.grades.score
    similarity = pairs.similarity.astype(np.float64)
    kept = np.flatnonzero(score >= min_score)
    order = kept[
        np.lexsort((pairs.found[kept], -similarity[kept], -score[kept], pairs.asking[kept]))
    ]
    asking = pairs.asking[order]
    first = np.searchsorted(asking, asking, side="left")
    ranks = np.arange(len(order)) - first + 1
    order, ranks = order[ranks <= k], ranks[ranks <= k]
    asking, found = pairs.asking[order], pairs.found[order]
    return PairColumns(
        need=asking if needs_ask else found,
        achievement=found if needs_ask else asking,
        rank=ranks.astype(np.int64),
        score=score[order],
        grade=pairs.grades.grade[order],
        similarity=similarity[order],
    )
