"""What a pair's two texts have in common, in numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.language.terms import TermModel
from matchmaker.retrieval.profiles import Profiles, TermList

Row = NDArray[np.float32]
Column = NDArray[np.floating[Any]]

_CHANNELS = ("character", "word")
_OVERLAPS = ("cosine", "need_coverage", "achievement_coverage", "shared", "rarest")
_ALIGNMENTS = ("need_aligned", "achievement_aligned", "best_aligned")

SIMILARITY_FEATURES = (
    *(
        f"{channel}_{name}_{view}"
        for channel in _CHANNELS
        for view in ("title", "whole")
        for name in _OVERLAPS
    ),
    *(f"{name}_{view}" for view in ("title", "whole") for name in ("dense", *_ALIGNMENTS)),
)
"""Features that grow with what the two texts share; the score never falls when one rises."""

_TOPIC_AXES = 12

CONTEXT_FEATURES = (
    "need_title_length",
    "need_whole_length",
    "achievement_title_length",
    *(f"need_topic_{axis}" for axis in range(_TOPIC_AXES)),
)
"""Features that say how much text there was to compare, and in which field.

The topic is where the need's dense vector stands on the encoder's first axes: judges are stricter
in some fields than in others. Principal axes instead of these gave the same figures.
"""

FEATURES = SIMILARITY_FEATURES + CONTEXT_FEATURES
"""Names of the columns of :func:`pair_features`, in order."""

# How much of a longer text's coverage counts: a long body holds a need's words by chance, so
# coverage by it is scaled down by this power of the ratio of lengths.
_LENGTH_POWER = 0.25

_DECIMALS = 6


def pair_features(
    needs: Profiles,
    achievements: Profiles,
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
    *,
    terms: TermModel,
) -> NDArray[np.float32]:
    """Compare the two sides of each pair.

    A pair's features depend on its two records only, never on other pairs or on the order.
    An achievement is seen by its title and by its whole text; where both say something, the
    stronger counts, so that a body can add evidence and never takes any away.

    Parameters
    ----------
    needs, achievements : Profiles
    pairs : tuple of two ndarrays, each of shape (n,), int64
        Positions of the need and of the achievement of each pair.
    terms : TermModel
        The one that made the profiles.

    Returns
    -------
    ndarray, shape (n, len(FEATURES)), float32
        Columns as in ``FEATURES``; finite.

    Raises
    ------
    ConfigError
        If the two arrays differ in length.
    """
    need, achievement = pairs
    if len(need) != len(achievement):
        raise ConfigError(f"{len(need)} needs but {len(achievement)} achievements in pairs")
    features = np.zeros((len(need), len(FEATURES)), dtype=np.float32)
    overlap = _Overlap(needs, achievements, terms)
    for position, rows in _by_need(need):
        chosen = achievement[rows]
        columns = [
            *overlap.columns(position, chosen),
            *_dense(needs, achievements, position, chosen),
        ]
        # A matrix product's last bits depend on how many rows it has. Doubles rounded to six
        # decimals do not, so that a pair's features are the same in any company.
        features[rows, : len(SIMILARITY_FEATURES)] = np.stack(columns, axis=1).round(_DECIMALS)
    first = len(SIMILARITY_FEATURES)
    features[:, first] = needs.title_lengths[need]
    features[:, first + 1] = needs.whole_lengths[need]
    features[:, first + 2] = achievements.title_lengths[achievement]
    # A short vector, as small test encoders have, leaves the other axes at 0.
    axes = min(_TOPIC_AXES, needs.title_vectors.shape[1])
    topic = needs.title_vectors[need, :axes] + needs.whole_vectors[need, :axes]
    features[:, first + 3 : first + 3 + axes] = topic / 2
    return features


def _by_need(need: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    order = np.argsort(need, kind="stable")
    positions, starts = np.unique(need[order], return_index=True)
    yield from zip(positions.tolist(), np.split(order, starts[1:]), strict=False)


class _Overlap:
    """Exact term overlap of one need with many achievements.

    A need's weights are spread over one dense row, which every achievement then reads at its own
    columns: one pass over the achievements' entries instead of sparse products of rows.
    """

    def __init__(self, needs: Profiles, achievements: Profiles, terms: TermModel) -> None:
        self._channels: list[Callable[[int, NDArray[np.int64]], list[Column]]] = []
        for channel, rarity in (
            ("characters", terms.character_rarity),
            ("words", terms.word_rarity),
        ):
            sides = [
                getattr(rows, channel)
                for rows in (
                    needs.title_rows,
                    needs.whole_rows,
                    achievements.title_rows,
                    achievements.whole_rows,
                )
            ]
            self._channels.append(_channel_columns(sides, rarity))

    def columns(self, need: int, chosen: NDArray[np.int64]) -> list[Column]:
        return [column for channel in self._channels for column in channel(need, chosen)]


def _channel_columns(
    sides: list[sp.csr_array], rarity: NDArray[np.float32]
) -> Callable[[int, NDArray[np.int64]], list[Column]]:
    need_title, need_whole, achievement_title, achievement_whole = sides
    total_title, total_whole = (
        _rarity_sums(achievement_title, rarity),
        _rarity_sums(achievement_whole, rarity),
    )
    scratch = np.zeros(len(rarity), dtype=np.float32)

    def columns(need: int, chosen: NDArray[np.int64]) -> list[Column]:
        title, whole = _gather(achievement_title, chosen), _gather(achievement_whole, chosen)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.nan_to_num(total_title[chosen] / total_whole[chosen], nan=1.0, posinf=1.0)
        discount = np.minimum(ratio, 1.0) ** _LENGTH_POWER
        found: list[Column] = []
        for side in (need_title, need_whole):
            start, end = side.indptr[need], side.indptr[need + 1]
            held = side.indices[start:end]
            scratch[held] = side.data[start:end]
            own = max(float(rarity[held].sum()), 1e-6)
            cosine, shared, rarest = _overlap(title, scratch, rarity)
            cosine_whole, shared_whole, rarest_whole = _overlap(whole, scratch, rarity)
            scratch[held] = 0
            best = np.maximum(shared, shared_whole * discount)
            found += [
                np.maximum(cosine, cosine_whole),
                best / own,
                shared / np.maximum(total_title[chosen], 1e-6),
                best,
                np.maximum(rarest, rarest_whole * discount),
            ]
        return found

    return columns


def _rarity_sums(rows: sp.csr_array, rarity: NDArray[np.float32]) -> Row:
    sums = np.concatenate([[0.0], np.cumsum(rarity[rows.indices], dtype=np.float64)])
    return np.asarray(sums[rows.indptr[1:]] - sums[rows.indptr[:-1]], dtype=np.float32)


def _gather(
    rows: sp.csr_array, chosen: NDArray[np.int64]
) -> tuple[NDArray[np.int32], Row, NDArray[np.int64]]:
    """Entries of chosen rows, one row after the other: columns, weights and ends."""
    starts, ends = rows.indptr[chosen].astype(np.int64), rows.indptr[chosen + 1].astype(np.int64)
    bounds = np.concatenate([[0], np.cumsum(ends - starts)])
    at = np.arange(bounds[-1]) + np.repeat(starts - bounds[:-1], ends - starts)
    return rows.indices[at], rows.data[at], bounds


def _overlap(
    gathered: tuple[NDArray[np.int32], Row, NDArray[np.int64]],
    need: Row,
    rarity: NDArray[np.float32],
) -> tuple[Column, Column, Column]:
    """Cosine, total rarity and greatest rarity of what each row shares with the need."""
    columns, weights, bounds = gathered
    held = need[columns]
    shared = np.where(held > 0, rarity[columns], np.float32(0))
    return (
        _segments(np.add, held * weights, bounds),
        _segments(np.add, shared, bounds),
        _segments(np.maximum, shared, bounds),
    )


def _segments(reduce: np.ufunc, values: Column, bounds: NDArray[np.int64]) -> Column:
    """Reduce each stretch of values; an empty stretch gives 0."""
    result = np.zeros(len(bounds) - 1, dtype=values.dtype)
    filled = np.flatnonzero(np.diff(bounds))
    if len(filled):
        result[filled] = reduce.reduceat(values, bounds[:-1][filled])
    return result


def _dense(
    needs: Profiles, achievements: Profiles, need: int, chosen: NDArray[np.int64]
) -> list[Column]:
    title = achievements.title_vectors[chosen].astype(np.float64)
    whole = achievements.whole_vectors[chosen].astype(np.float64)
    listed = achievements.title_terms.take(chosen)
    found: list[Column] = []
    for vector, own in (
        (needs.title_vectors[need], needs.title_terms),
        (needs.whole_vectors[need], needs.whole_terms),
    ):
        found.append(np.maximum(title @ vector, whole @ vector))
        found += _aligned(own, need, listed)
    return found


def _aligned(own: TermList, need: int, listed: TermList) -> list[Column]:
    """Match each rare word of one side with its nearest on the other.

    The greedy soft alignment of translation metrics (Zhang et al., BERTScore, ICLR 2020), weighted
    by rarity.
    """
    words = slice(own.starts[need], own.starts[need + 1])
    weights = own.rarity[words]
    zero = np.zeros(len(listed.starts) - 1, dtype=np.float64)
    if not len(weights) or not len(listed.ids):
        return [zero, zero, zero]
    mine = own.vectors[own.ids[words]].astype(np.float64)
    theirs = listed.vectors[listed.ids].astype(np.float64)
    near = np.maximum(mine @ theirs.T, 0)
    filled = np.flatnonzero(np.diff(listed.starts))
    starts = listed.starts[:-1][filled]
    by_need = zero.copy()
    by_need[filled] = weights @ np.maximum.reduceat(near, starts, axis=1)
    partner = near.max(axis=0) * listed.rarity
    total = np.maximum(_segments(np.add, listed.rarity, listed.starts), 1e-6)
    return [
        by_need / np.maximum(weights.sum(), 1e-6),
        _segments(np.add, partner, listed.starts) / total,
        _segments(np.maximum, partner, listed.starts),
    ]
