"""What a pair's two texts have in common, in numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.language.arrays import Sieve, stretches
from matchmaker.language.terms import TermModel, Totals
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
_EXACT_DIM = (1 << 24) // 127**2


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
        # A sum's last bits depend on what it stands beside. Doubles rounded to six decimals do
        # not, so that a pair's features are the same in any company.
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
    """All similarities of one need with many achievements."""

    def __init__(self, needs: Profiles, achievements: Profiles, terms: TermModel) -> None:
        self._needs, self._achievements = needs, achievements
        title, whole = achievements.title_rows, achievements.whole_rows
        totals = list(zip(terms.totals(title), terms.totals(whole), strict=True))
        own = list(zip(terms.totals(needs.title_rows), terms.totals(needs.whole_rows), strict=True))
        self._overlaps = [
            _Overlap(
                [needs.title_rows.characters, needs.whole_rows.characters],
                [title.characters, whole.characters],
                (own[0], totals[0]),
                terms.character_rarity,
            ),
            _Overlap(
                [needs.title_rows.words, needs.whole_rows.words],
                [title.words, whole.words],
                (own[1], totals[1]),
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

    Most entries of an achievement's rows hold nothing of the need and are dropped first.
    """

    def __init__(
        self,
        needs: list[sp.csr_array],
        achievements: list[sp.csr_array],
        totals: tuple[Totals, Totals],
        rarity: NDArray[np.float32],
    ) -> None:
        self._needs, self._achievements = needs, achievements
        (self._own, self._totals), self._rarity = totals, rarity

    def columns(self, need: int, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        """Overlaps as in ``_OVERLAPS``, of the need's title and whole text; shape (2, 5, n)."""
        shared = self._shared(need, chosen)
        title, whole = shared[..., : len(chosen)], shared[..., len(chosen) :]
        own = np.array([totals[need] for totals in self._own])
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

    def _shared(self, need: int, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        """Cosine, total rarity and greatest rarity of what is shared; shape (3, 2, 2 n).

        The titles of the achievements stand first, then their whole texts.
        """
        mine = [_row(rows, need) for rows in self._needs]
        either = np.unique(np.concatenate([columns for columns, _ in mine]))
        held = np.zeros((2, len(either)), dtype=np.float32)
        for row, (columns, weights) in zip(held, mine, strict=True):
            row[np.searchsorted(either, columns)] = weights
        sieve = Sieve(either)
        found = [_entries(rows, chosen, sieve) for rows in self._achievements]
        member, weight, lengths = (np.concatenate(part) for part in zip(*found, strict=True))
        bounds = np.append(0, np.cumsum(lengths))
        rarity = np.where(held > 0, self._rarity.take(either), np.float32(0))
        rarities = rarity.take(member, axis=1)
        added = np.concatenate([held.take(member, axis=1) * weight, rarities])
        sums = stretches(np.add, added, bounds).reshape(2, 2, -1)
        return np.concatenate([sums, stretches(np.maximum, rarities, bounds)[None]])


def _entries(
    rows: sp.csr_array, chosen: NDArray[np.int64], sieve: Sieve
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Entries of chosen rows that the need holds too: members, weights and how many a row."""
    starts, ends = rows.indptr[chosen], rows.indptr[chosen + 1]
    # Slices are copied in one go each, several times faster than single entries.
    pieces = [
        rows.indices[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
    shared, member = sieve.find(np.concatenate(pieces))
    before = np.append(0, np.cumsum(ends - starts, dtype=np.int64))
    lengths = np.diff(np.searchsorted(shared, before))
    at = shared + np.repeat(starts - before[:-1], lengths)
    return member, rows.data[at].astype(np.float64), lengths


def _row(rows: sp.csr_array, at: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    entries = slice(rows.indptr[at], rows.indptr[at + 1])
    return rows.indices[entries], rows.data[entries]


def _cosines(
    needs: Profiles, achievements: Profiles, need: int, chosen: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Dense likeness to the need's title and to its whole text; shape (2, n)."""
    mine = np.stack([needs.title_vectors[need], needs.whole_vectors[need]])
    title, whole = achievements.title_vectors[chosen], achievements.whole_vectors[chosen]
    nearer = np.maximum(_products(mine, title), _products(mine, whole))
    return np.asarray(nearer, dtype=np.float64)


def _products(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.floating]:
    """Inner products of all rows of two matrices.

    Components are at most 127 times a power of two, one a row, so that sums of up to
    ``_EXACT_DIM`` products are exact in single precision, whatever the order of adding. Longer
    vectors take doubles.
    """
    if first.shape[1] > _EXACT_DIM:
        return first.astype(np.float64) @ second.T.astype(np.float64)
    return first @ second.T


def _alignments(needs: Profiles, need: int, listed: TermList) -> NDArray[np.float64]:
    """Match each rare word of one side with its nearest on the other; shape (2, 3, n).

    The greedy soft alignment of translation metrics (Zhang et al., BERTScore, ICLR 2020), weighted
    by rarity.
    """
    own = [terms.take(np.array([need])) for terms in (needs.title_terms, needs.whole_terms)]
    mine = np.concatenate([terms.vectors[terms.ids] for terms in own])
    # Candidates of one need share many words; each is compared once.
    distinct, place = np.unique(listed.ids, return_inverse=True)
    near = np.maximum(_products(listed.vectors[distinct], mine), 0)
    nearest = _nearest(near, place, listed.starts).astype(np.float64)
    total = np.maximum(stretches(np.add, listed.rarity, listed.starts), 1e-6)
    found = []
    end = 0
    for terms in own:
        words = slice(end, end := end + len(terms.ids))
        weights = terms.rarity.astype(np.float64)
        best = near[:, words].max(axis=1, initial=0).astype(np.float64)
        partner = best[place] * listed.rarity
        found.append(
            [
                nearest[:, words] @ weights / max(weights.sum(), 1e-6),
                stretches(np.add, partner, listed.starts) / total,
                stretches(np.maximum, partner, listed.starts),
            ]
        )
    return np.asarray(found)


def _nearest(
    near: NDArray[np.floating], place: NDArray[np.int64], starts: NDArray[np.int64]
) -> NDArray[np.floating]:
    """Greatest row by row over each text's words; shape (n texts, near.shape[1])."""
    lengths = np.diff(starts)
    # All texts' first words, then all second ones, and so on: long texts stand first, so that
    # those which still have a word are the first few rows.
    order = np.argsort(-lengths, kind="stable")
    begin = starts[:-1][order]
    greatest = np.zeros((len(lengths), near.shape[1]), dtype=near.dtype)
    for word in range(lengths.max(initial=0)):
        longer = begin[: np.count_nonzero(lengths > word)]
        part = greatest[: len(longer)]
        np.maximum(part, near[place[longer + word]], out=part)
    result = np.empty_like(greatest)
    result[order] = greatest
    return result
