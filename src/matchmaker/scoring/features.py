"""What a pair's two texts have in common, in numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.language.arrays import stretches
from matchmaker.language.terms import TermModel
from matchmaker.retrieval.profiles import Profiles, TermList

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
    similarities = _Similarities(needs, achievements, terms)
    for position, rows in _by_need(need):
        # A matrix product's last bits depend on how many rows it has. Doubles rounded to six
        # decimals do not, so that a pair's features are the same in any company.
        found = similarities.columns(position, achievement[rows]).round(_DECIMALS)
        features[rows, : len(SIMILARITY_FEATURES)] = found.T
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


class _Similarities:
    """All similarities of one need with many achievements.

    Holds scratch space: each thread needs one of its own.
    """

    def __init__(self, needs: Profiles, achievements: Profiles, terms: TermModel) -> None:
        self._needs, self._achievements = needs, achievements
        title, whole = achievements.title_rows, achievements.whole_rows
        totals = list(zip(terms.totals(title), terms.totals(whole), strict=True))
        self._overlaps = [
            _Overlap(
                [needs.title_rows.characters, needs.whole_rows.characters],
                [title.characters, whole.characters],
                totals[0],
                terms.character_rarity,
            ),
            _Overlap(
                [needs.title_rows.words, needs.whole_rows.words],
                [title.words, whole.words],
                totals[1],
                terms.word_rarity,
            ),
        ]

    def columns(self, need: int, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        """Columns as in ``SIMILARITY_FEATURES``; shape (28, n)."""
        overlaps = [overlap.columns(need, chosen) for overlap in self._overlaps]
        cosines = _cosines(self._needs, self._achievements, need, chosen)
        listed = self._achievements.title_terms.take(chosen)
        aligned = _alignments(self._needs, need, listed)
        dense = np.concatenate([cosines[:, None], aligned], axis=1)
        return np.concatenate([part.reshape(-1, len(chosen)) for part in (*overlaps, dense)])


class _Overlap:
    """Exact overlap of one need with many achievements, in one kind of terms.

    A need's weights are spread over dense rows, one for its title and one for its whole text,
    which every achievement then reads at its own columns. Most columns hold nothing of the need
    and are dropped first.
    """

    def __init__(
        self,
        needs: list[sp.csr_array],
        achievements: list[sp.csr_array],
        totals: tuple[NDArray[np.float64], NDArray[np.float64]],
        rarity: NDArray[np.float32],
    ) -> None:
        self._needs, self._achievements = needs, achievements
        self._totals, self._rarity = totals, rarity
        self._held = np.zeros((2, len(rarity)), dtype=np.float32)
        self._either = np.zeros(len(rarity), dtype=bool)

    def columns(self, need: int, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        """Overlaps as in ``_OVERLAPS``, of the need's title and whole text; shape (2, 5, n)."""
        entries = [_row(rows, need) for rows in self._needs]
        for held, (columns, weights) in zip(self._held, entries, strict=True):
            held[columns] = weights
            self._either[columns] = True
        title, whole = (self._shared(rows, chosen) for rows in self._achievements)
        for held, (columns, _) in zip(self._held, entries, strict=True):
            held[columns] = 0
            self._either[columns] = False
        own = [self._rarity[columns].sum(dtype=np.float64) for columns, _ in entries]
        total, total_whole = (totals[chosen] for totals in self._totals)
        ratio = np.divide(total, total_whole, out=np.ones_like(total), where=total_whole > 0)
        discount = np.minimum(ratio, 1.0) ** _LENGTH_POWER
        best = np.maximum(title[1], whole[1] * discount)
        return np.stack(
            [
                np.maximum(title[0], whole[0]),
                best / np.maximum(own, 1e-6)[:, None],
                title[1] / np.maximum(total, 1e-6),
                best,
                np.maximum(title[2], whole[2] * discount),
            ],
            axis=1,
        )

    def _shared(self, rows: sp.csr_array, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        """Cosine, total rarity and greatest rarity of what is shared; shape (3, 2, n)."""
        columns, weights, bounds = self._entries(rows, chosen)
        held = self._held.take(columns, axis=1)
        rarity = np.where(held > 0, self._rarity.take(columns), np.float32(0))
        return np.stack(
            [
                stretches(np.add, held * weights, bounds),
                stretches(np.add, rarity, bounds),
                stretches(np.maximum, rarity, bounds),
            ]
        )

    def _entries(
        self, rows: sp.csr_array, chosen: NDArray[np.int64]
    ) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.int64]]:
        """Entries of chosen rows that the need holds too: columns, weights and bounds of rows."""
        starts, ends = rows.indptr[chosen], rows.indptr[chosen + 1]
        # Slices are copied in one go each, several times faster than single entries.
        pieces = [
            rows.indices[start:end]
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        ]
        columns = np.concatenate(pieces)
        shared = np.flatnonzero(self._either.take(columns))
        before = np.concatenate([[0], np.cumsum(ends - starts, dtype=np.int64)])
        bounds = np.searchsorted(shared, before)
        at = shared + np.repeat(starts - before[:-1], np.diff(bounds))
        return columns[shared], rows.data[at].astype(np.float64), bounds


def _row(rows: sp.csr_array, at: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    entries = slice(rows.indptr[at], rows.indptr[at + 1])
    return rows.indices[entries], rows.data[entries]


def _cosines(
    needs: Profiles, achievements: Profiles, need: int, chosen: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Dense likeness to the need's title and to its whole text; shape (2, n)."""
    mine = np.stack([needs.title_vectors[need], needs.whole_vectors[need]]).astype(np.float64)
    title = achievements.title_vectors[chosen].astype(np.float64)
    whole = achievements.whole_vectors[chosen].astype(np.float64)
    return np.maximum(mine @ title.T, mine @ whole.T)


def _alignments(needs: Profiles, need: int, listed: TermList) -> NDArray[np.float64]:
    """Match each rare word of one side with its nearest on the other; shape (2, 3, n).

    The greedy soft alignment of translation metrics (Zhang et al., BERTScore, ICLR 2020), weighted
    by rarity.
    """
    own = [terms.take(np.array([need])) for terms in (needs.title_terms, needs.whole_terms)]
    mine = np.concatenate([terms.vectors[terms.ids] for terms in own]).astype(np.float64)
    # Candidates of one need share many words; each is compared once.
    distinct, place = np.unique(listed.ids, return_inverse=True)
    near = np.maximum(listed.vectors[distinct].astype(np.float64) @ mine.T, 0)
    nearest = _nearest(near, place, listed.starts)
    total = np.maximum(stretches(np.add, listed.rarity, listed.starts), 1e-6)
    found = []
    end = 0
    for terms in own:
        words = slice(end, end := end + len(terms.ids))
        weights = terms.rarity.astype(np.float64)
        partner = near[:, words].max(axis=1, initial=0)[place] * listed.rarity
        found.append(
            [
                nearest[:, words] @ weights / max(weights.sum(), 1e-6),
                stretches(np.add, partner, listed.starts) / total,
                stretches(np.maximum, partner, listed.starts),
            ]
        )
    return np.asarray(found)


def _nearest(
    near: NDArray[np.float64], place: NDArray[np.int64], starts: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Greatest row by row over each text's words; shape (n texts, near.shape[1])."""
    lengths = np.diff(starts)
    # All texts' first words, then all second ones, and so on: long texts stand first, so that
    # those which still have a word are the first few rows.
    order = np.argsort(-lengths, kind="stable")
    begin = starts[:-1][order]
    greatest = np.zeros((len(lengths), near.shape[1]))
    for word in range(lengths.max(initial=0)):
        longer = begin[: np.count_nonzero(lengths > word)]
        part = greatest[: len(longer)]
        np.maximum(part, near[place[longer + word]], out=part)
    result = np.empty_like(greatest)
    result[order] = greatest
    return result
