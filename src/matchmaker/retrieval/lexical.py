"""Nearest texts by the terms they share, over character n-grams and words at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.language.ngrams import CHARACTER_COLUMNS
from matchmaker.language.terms import TermRows

# Character n-grams rank judged pairs better than words (benchmarks/README.md), words keep long
# terms from being matched piecemeal; the share was chosen on the judged pairs, where anything
# from 0.6 to 0.8 gives the same figures.
CHARACTER_SHARE = 0.7
# A text is found by its heaviest terms only, those of its title first: 56 of some 350 find more
# of what the grader likes than all terms of the whole text alike (docs/decisions.md).
MOST_TERMS = 56
# Entries that one query reads, its heaviest terms first, so that a common term in a large
# collection costs no more than it says.
MOST_ENTRIES = 100_000
MOST_TEXTS = 1 << 20
"""Texts that one collection of postings can number."""

# Fifteen weights, each a third above the last; lighter terms are rounded up to the first. 255
# weights find hardly more.
_WEIGHTS = np.concatenate([[0], np.geomspace(0.02, 0.8, 15)]).astype(np.float32)
_BORDERS = np.sqrt(_WEIGHTS[1:-1] * _WEIGHTS[2:])
# Sums are of whole numbers, so that they do not depend on the order.
_UNIT = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """The texts that each term finds, in three bytes an entry.

    Attributes
    ----------
    columns : ndarray, shape (t,), int32
        Terms: columns of the characters' n-grams, then of the words; rising.
    starts : ndarray, shape (t + 1,), uint32
        Entries of term i stand at ``starts[i]:starts[i + 1]``, their texts rising.
    low : ndarray, shape (m,), uint16
        Numbers of the texts but for their upper four bits.
    mixed : ndarray, shape (m,), uint8
        The upper four bits, and in the lower four the weight, from 1.
    size : int
        How many texts there are, at most ``MOST_TEXTS``.
    """

    columns: NDArray[np.int32]
    starts: NDArray[np.uint32]
    low: NDArray[np.uint16]
    mixed: NDArray[np.uint8]
    size: int

    @property
    def texts(self) -> NDArray[np.int64]:
        """Number of each entry's text; shape (m,), int64."""
        return _texts(self.low, self.mixed).astype(np.int64)

    @classmethod
    def of(cls, title: TermRows, whole: TermRows) -> Postings:
        """Invert texts, each seen by its title and as a whole.

        Parameters
        ----------
        title, whole : TermRows
            n rows each. A term weighs what it weighs in both together.

        Returns
        -------
        Postings
            At most ``MOST_TERMS`` entries a text, the heaviest; of equals those of the lower
            columns.
        """
        characters = (title.characters + whole.characters) * np.float32(CHARACTER_SHARE)
        words = (title.words + whole.words) * np.float32(1 - CHARACTER_SHARE)
        rows = sp.csr_array(sp.hstack([characters, words], format="csr"))
        rows.sort_indices()
        lengths = np.diff(rows.indptr)
        text = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
        # Stable, so that equal weights keep the order of the columns.
        order = np.lexsort((-rows.data, text))
        place = np.arange(len(order)) - np.repeat(rows.indptr[:-1].astype(np.int64), lengths)
        kept = np.sort(order[(place < MOST_TERMS) & (rows.data[order] > 0)])
        weights = 1 + np.searchsorted(_BORDERS, rows.data[kept])
        return _inverted(rows.indices[kept], text[kept], weights, len(lengths))

    @classmethod
    def concatenated(cls, parts: Sequence[Postings]) -> Postings:
        """Put collections one after the other; at least one. The texts of each count on."""
        _check_size(sum(part.size for part in parts))
        columns = np.unique(np.concatenate([part.columns for part in parts]))
        places = [np.searchsorted(columns, part.columns) for part in parts]
        counts = np.zeros(len(columns), dtype=np.int64)
        for part, at in zip(parts, places, strict=True):
            counts[at] += np.diff(part.starts)
        starts = np.append(0, np.cumsum(counts))
        low = np.empty(starts[-1], dtype=np.uint16)
        mixed = np.empty(starts[-1], dtype=np.uint8)
        # Entries go straight to their places: sorting them would take several times the room.
        free, base = starts[:-1].copy(), 0
        for part, at in zip(parts, places, strict=True):
            lengths = np.diff(part.starts).astype(np.int64)
            target = np.repeat(free[at] - part.starts[:-1].astype(np.int64), lengths)
            target += np.arange(len(part.low))
            low[target], mixed[target] = _mixed(part.texts + base, part.mixed & _LOW)
            free[at] += lengths
            base += part.size
        return cls(columns, starts.astype(np.uint32), low, mixed, base)

    def take(self, rows: NDArray[np.int64]) -> Postings:
        """Keep some texts, in the order given, which must rise."""
        place = np.full(self.size, -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        moved = place[self.texts]
        kept = moved >= 0
        columns = np.repeat(self.columns, np.diff(self.starts))
        return _inverted(columns[kept], moved[kept], self.mixed[kept] & _LOW, len(rows))


_LOW = 0xF


def _texts(low: NDArray[np.uint16], mixed: NDArray[np.uint8]) -> NDArray[np.uint32]:
    return low.astype(np.uint32) | ((mixed & np.uint8(0xF0)).astype(np.uint32) << np.uint32(12))


def _mixed(
    texts: NDArray[np.int64], weights: NDArray[np.integer[Any]]
) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """Spread the numbers of texts and the weights over two columns."""
    low = (texts & 0xFFFF).astype(np.uint16)
    return low, ((texts >> 16 << 4) | weights).astype(np.uint8)


def _check_size(size: int) -> None:
    if size > MOST_TEXTS:
        raise ConfigError(f"{size} texts are more than the {MOST_TEXTS} that can be numbered")


def _inverted(
    columns: NDArray[np.int32],
    texts: NDArray[np.int64],
    weights: NDArray[np.integer[Any]],
    size: int,
) -> Postings:
    """Sort entries, whose texts rise within each column, by column."""
    _check_size(size)
    order = np.argsort(columns, kind="stable")
    ordered = columns[order].astype(np.int32)
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    starts = np.append(first, len(ordered)).astype(np.uint32)
    return Postings(ordered[first], starts, *_mixed(texts[order], weights[order]), size)


class LexicalIndex:
    """Search by the weighted terms that texts share.

    Parameters
    ----------
    parts : sequence of Postings
        Collections, one after the other; position i is the text's id.
    """

    def __init__(self, parts: Sequence[Postings]) -> None:
        self._parts = tuple(parts)
        self._bases = np.cumsum([0, *(part.size for part in parts)])
        self._held = threading.local()

    def __len__(self) -> int:
        return int(self._bases[-1])

    def search(
        self, queries: TermRows, k: int, *, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find the k texts that share most with each query.

        Parameters
        ----------
        queries : TermRows, n_queries rows
        k : int
            At least 1.
        allowed : ndarray, shape (n,), bool, optional
            Which texts may be found; by default all.

        Returns
        -------
        positions : ndarray, shape (n_queries, min(k, n)), int64
            Best first, ties by position; -1 where no further text shares a term.
        scores : ndarray, the same shape, float32
            At least 0, higher is better: what title and whole text share with the query, each a
            cosine; 0 at -1.

        Raises
        ------
        ConfigError
            If k is below 1.
        """
        if k < 1:
            raise ConfigError(f"k must be at least 1, not {k}")
        n_queries = int(queries.characters.shape[0])
        width = min(k, len(self))
        positions = np.full((n_queries, width), -1, dtype=np.int64)
        scores = np.zeros((n_queries, width), dtype=np.float32)
        for row in range(n_queries if width else 0):
            try:
                found, sums = self._sums(*_query(queries, row))
            except BaseException:
                # Half of a sum must not count for the next query.
                self._held.__dict__.clear()
                raise
            if allowed is not None:
                kept = allowed[found]
                found, sums = found[kept], sums[kept]
            best = _best(found, sums, width)
            positions[row, : len(best)] = found[best]
            scores[row, : len(best)] = sums[best] / _UNIT
        return positions, scores

    def _sums(
        self, columns: NDArray[np.int32], weights: NDArray[np.float32]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Add up what each text shares with a query: texts in no order, and sums in units."""
        scaled = np.rint(weights[:, None] * _WEIGHTS * _UNIT).astype(np.uint32).ravel()
        sums, place = self._scratch()
        parts = [np.empty(0, dtype=np.uint32)]
        for base, part, at, begin, lengths in self._ranges(columns, weights):
            pieces = [slice(start, start + n) for start, n in zip(begin, lengths, strict=True)]
            low = np.concatenate([part.low[piece] for piece in pieces])
            mixed = np.concatenate([part.mixed[piece] for piece in pieces])
            texts = _texts(low, mixed) + np.uint32(base)
            term = np.repeat((at * len(_WEIGHTS)).astype(np.int64), lengths)
            np.add.at(sums, texts, scaled.take(term + (mixed & _LOW)))
            parts.append(texts)
        every = np.concatenate(parts)
        # Each text once: where it stands last.
        order = np.arange(len(every), dtype=np.uint32)
        place[every] = order
        found = every[place[every] == order]
        shared = sums[found].astype(np.int64)
        sums[found] = 0
        return found.astype(np.int64), shared

    def _scratch(self) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Give this thread's sums, all zero, and places: a cell a text."""
        held = self._held.__dict__
        if "sums" not in held:
            held["sums"] = np.zeros(len(self), dtype=np.uint32)
            held["place"] = np.empty(len(self), dtype=np.uint32)
        return held["sums"], held["place"]

    def _ranges(
        self, columns: NDArray[np.int32], weights: NDArray[np.float32]
    ) -> Iterator[tuple[int, Postings, NDArray[np.int64], list[int], NDArray[np.int64]]]:
        """Choose the terms that are read.

        Yields
        ------
        Where a collection begins, the collection, which of the terms it has, and the first entry
        and the number of entries of each.
        """
        ranges = []
        total = np.zeros(len(columns), dtype=np.int64)
        for part in self._parts:
            at = np.searchsorted(part.columns, columns)
            at[at == len(part.columns)] = 0
            known = part.columns[at] == columns if len(part.columns) else at < 0
            begin = np.where(known, part.starts[at], 0).astype(np.int64)
            lengths = np.where(known, part.starts[np.minimum(at + 1, len(part.columns))], 0) - begin
            ranges.append((begin, lengths))
            total += lengths
        order = np.lexsort((columns, -weights))
        # A term that is too common to be read at all does not keep the others out.
        order = order[total[order] <= MOST_ENTRIES]
        chosen = order[np.cumsum(total[order]) <= MOST_ENTRIES]
        for base, part, (begin, lengths) in zip(self._bases, self._parts, ranges, strict=False):
            used = chosen[lengths[chosen] > 0]
            if len(used):
                yield int(base), part, used, begin[used].tolist(), lengths[used]


def _query(queries: TermRows, row: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Columns and weights of a query, rising."""
    parts = []
    for rows, offset in ((queries.characters, 0), (queries.words, CHARACTER_COLUMNS)):
        entries = slice(rows.indptr[row], rows.indptr[row + 1])
        parts.append((rows.indices[entries] + offset, rows.data[entries]))
    return (
        np.concatenate([columns for columns, _ in parts]).astype(np.int32),
        np.concatenate([weights for _, weights in parts]),
    )


def _best(found: NDArray[np.int64], values: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """Places of the k largest values, best first; ties, also at the border, by what was found."""
    if len(values) > k:
        border = np.partition(values, len(values) - k)[len(values) - k]
        chosen = np.flatnonzero(values >= border)
    else:
        chosen = np.arange(len(values))
    return chosen[np.lexsort((found[chosen], -values[chosen]))][:k]
