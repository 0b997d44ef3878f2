"""How much of a grader's score comes from which kind of evidence."""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

from matchmaker.scoring.features import SIMILARITY_FEATURES
from matchmaker.scoring.grader import Grader

KINDS = ("terms", "near_terms", "meaning")
"""Kinds of evidence in the texts: equal terms, words of like meaning, the texts as wholes."""

TEXT_PARTS = ("base", *KINDS)
"""Columns of :func:`text_parts`."""


def _kind(feature: str) -> str:
    if feature.startswith("dense"):
        return "meaning"
    return "near_terms" if "aligned" in feature else "terms"


def text_parts(grader: Grader, features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Split the grader's score of pairs by the kind of evidence.

    Parameters
    ----------
    grader : Grader
    features : ndarray, shape (n, n_features), float32

    Returns
    -------
    ndarray, shape (n, 4), float64
        In the order of ``TEXT_PARTS``. A row adds up to the grader's score. ``base`` is what a
        pair of such lengths and in such a field gets with next to nothing in common; a pair that
        has nothing at all in common has only zeros.

    Notes
    -----
    Shapley values (Shapley 1953; Lundberg and Lee, NeurIPS 2017) of three players: a kind that is
    absent has its features at zero, or below where they are. The grader is monotone in them, so
    no kind's part is ever negative. With three players the eight coalitions are simply graded.
    """
    columns = {kind: _columns(grader, kind) for kind in KINDS}
    coalitions = [set(chosen) for size in range(4) for chosen in combinations(KINDS, size)]
    stacked = np.repeat(features[None], len(coalitions), axis=0)
    for place, present in enumerate(coalitions):
        for kind in KINDS:
            if kind not in present:
                # A cosine can be below 0 and then bears nothing that could be taken away.
                absent = np.minimum(features[:, columns[kind]], 0)
                stacked[place][:, columns[kind]] = absent
    similar = _similar(grader)
    nothing = ~(features[:, similar] > 0).any(axis=1)
    rows = stacked.reshape(-1, features.shape[1])
    # The rule for pairs without anything in common would hide what the trees say of such.
    rows[~(rows[:, similar] > 0).any(axis=1), similar[0]] = np.finfo(np.float32).tiny
    scores = grader.grade(rows).score
    worth = dict(zip(map(frozenset, coalitions), scores.reshape(len(coalitions), -1), strict=True))
    parts = np.empty((len(features), len(TEXT_PARTS)))
    parts[:, 0] = worth[frozenset()]
    for column, kind in enumerate(KINDS, start=1):
        parts[:, column] = _shapley(worth, kind)
    parts[nothing] = 0
    return parts


def _shapley(worth: dict[frozenset[str], NDArray[np.float64]], kind: str) -> NDArray[np.float64]:
    n = len(KINDS)
    total = np.zeros_like(worth[frozenset()])
    for present, value in worth.items():
        if kind not in present:
            share = factorial(len(present)) * factorial(n - len(present) - 1) / factorial(n)
            total += share * (worth[present | {kind}] - value)
    return total


def _columns(grader: Grader, kind: str) -> list[int]:
    return [
        column
        for column, name in enumerate(grader.features)
        if name in _SIMILAR and _kind(name) == kind
    ]


def _similar(grader: Grader) -> list[int]:
    return [column for column, name in enumerate(grader.features) if name in _SIMILAR]


_SIMILAR = frozenset(SIMILARITY_FEATURES)
