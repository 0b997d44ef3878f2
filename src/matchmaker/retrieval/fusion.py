"""Candidates: what either channel found, joined by rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_RANK_CONSTANT = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Pairs worth grading, as columns of equal length.

    Attributes
    ----------
    query : ndarray, shape (n,), int64
        Position of the asking record; ascending.
    document : ndarray, shape (n,), int64
        Position of the found record; ascending within a query, each at most once.
    """

    query: NDArray[np.int64]
    document: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.query)


def fuse(channels: Sequence[NDArray[np.int64]], *, limit: int) -> Candidates:
    """Choose candidates from ranked lists by reciprocal rank.

    Only chooses who is graded: what one channel alone found loses nothing in its final score,
    which the grader gives.

    Parameters
    ----------
    channels : sequence of ndarray, each of shape (n_queries, width), int64
        Positions, best first, -1 for none. Widths may differ.
    limit : int
        Most candidates a query.

    Returns
    -------
    Candidates
        The first of :func:`fused_ranking`.
    """
    rankings = fused_ranking(channels, limit=limit)
    lengths = np.array([len(ranking) for ranking in rankings], dtype=np.int64)
    nothing = np.empty(0, dtype=np.int64)
    return Candidates(
        query=np.repeat(np.arange(len(rankings), dtype=np.int64), lengths),
        document=np.concatenate([nothing, *(np.sort(ranking) for ranking in rankings)]),
    )


def fused_ranking(channels: Sequence[NDArray[np.int64]], *, limit: int) -> list[NDArray[np.int64]]:
    """Join ranked lists by reciprocal rank.

    Parameters
    ----------
    channels : sequence of ndarray, each of shape (n_queries, width), int64
        Positions, best first, -1 for none. Widths may differ.
    limit : int
        Most positions a query.

    Returns
    -------
    list of ndarray, each of shape (at most limit,), int64
        For each query its positions, best first.

    Notes
    -----
    Reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009) with their constant 60; ties
    by position.
    """
    rankings: list[NDArray[np.int64]] = []
    for lists in zip(*channels, strict=True):
        found, ranks = _joined(lists)
        chosen, inverse = np.unique(found, return_inverse=True)
        weight = np.bincount(inverse, weights=1 / (_RANK_CONSTANT + ranks), minlength=len(chosen))
        rankings.append(chosen[np.lexsort((chosen, -weight))[:limit]])
    return rankings


def _joined(
    lists: Sequence[NDArray[np.int64]],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Concatenate the lists of one query, without -1, each entry with its rank from 1."""
    found = [positions[positions >= 0] for positions in lists]
    ranks = [np.arange(1, len(positions) + 1, dtype=np.float64) for positions in found]
    return np.concatenate(found), np.concatenate(ranks)
