"""Which texts may be alike: pairs that share rare stretches of characters.

Every text is reduced to the smallest hashes of its character 6-grams in overlapping windows
(winnowing; Schleimer, Wilkerson, Aiken, SIGMOD 2003): any stretch of :data:`SURE` characters that
two texts share gives both the same fingerprint, wherever it stands. So a text is found in a longer
one and after its sentences changed places, and the work grows with what is shared, not with the
square of the number of texts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_GRAM = 6
_WINDOW = 6
SURE = _GRAM + _WINDOW - 1
"""Characters in a row that are enough to be found."""

# Of the texts that share a fingerprint each is paired with the next ones: fewer where it is common.
_NEXT = 12
_COMMON = 50
_NEXT_COMMON = 2
_LEAST_SHARE = 0.12
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_NONE = np.uint64(0xFFFFFFFFFFFFFFFF)

Pairs = NDArray[np.int64]


def candidate_pairs(texts: Sequence[str], *, keys: Sequence[str] = ()) -> Pairs:
    """Find pairs of texts that may be alike.

    Parameters
    ----------
    texts : sequence of str, length n
        Folded to letters and digits.
    keys : sequence of str, length n, optional
        Texts with the same key, such as a title, are a pair whatever else they hold; an empty key
        is like none.

    Returns
    -------
    ndarray, shape (m, 2), int64
        Positions, the smaller first, sorted, each pair once. Of the texts that share a fingerprint
        each is paired with the next twelve, or the next two where more than fifty share it.
    """
    if len(texts) < 2:
        return np.empty((0, 2), dtype=np.int64)
    row, mark = fingerprints(texts)
    counts = np.bincount(row, minlength=len(texts))
    first, second = _neighbours(row, mark)
    pair, shared = np.unique(first * len(texts) + second, return_counts=True)
    first, second = pair // len(texts), pair % len(texts)
    fewer = np.minimum(counts[first], counts[second])
    kept = pair[shared >= np.maximum(1, _LEAST_SHARE * fewer)]
    if keys:
        known = {key: number for number, key in enumerate(dict.fromkeys(filter(None, keys)))}
        keyed = np.array([known.get(key, -1) for key in keys], dtype=np.int64)
        rows = np.flatnonzero(keyed >= 0)
        one, other = _neighbours(rows, keyed[rows].astype(np.uint64))
        kept = np.union1d(kept, one * len(texts) + other)
    return np.stack([kept // len(texts), kept % len(texts)], axis=1)


def fingerprints(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Give the fingerprints of texts.

    Parameters
    ----------
    texts : sequence of str, length n
        Folded to letters and digits.

    Returns
    -------
    row : ndarray, shape (m,), int64
        Number of the text, rising.
    mark : ndarray, shape (m,), uint64
        A fingerprint, each once a text. A text shorter than an n-gram has none.
    """
    joined = "".join(text + "\0" * _WINDOW for text in texts)
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lengths = np.array([len(text) + _WINDOW for text in texts], dtype=np.int64)
    row = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)
    if len(points) < _GRAM + _WINDOW:
        return row[:0], np.empty(0, dtype=np.uint64)
    size = len(points) - _GRAM + 1
    grams = np.zeros(size, dtype=np.uint64)
    whole = np.ones(size, dtype=bool)
    for offset in range(_GRAM):
        part = points[offset : offset + size]
        grams = grams * np.uint64(0x100000001B3) + part
        whole &= part != 0
    grams ^= grams >> np.uint64(31)
    grams *= _MULTIPLIER
    grams ^= grams >> np.uint64(29)
    grams[~whole] = _NONE
    windows = np.lib.stride_tricks.sliding_window_view(grams, _WINDOW)
    smallest = np.zeros(size, dtype=bool)
    smallest[np.arange(len(windows)) + windows.argmin(axis=1)] = True
    at = np.flatnonzero(smallest & whole)
    # One text has each of its fingerprints once.
    order = np.lexsort((grams[at], row[at]))
    at = at[order]
    new = np.ones(len(at), dtype=bool)
    new[1:] = (grams[at][1:] != grams[at][:-1]) | (row[at][1:] != row[at][:-1])
    at = at[new]
    return row[at], grams[at]


def _neighbours(
    row: NDArray[np.int64], mark: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair the rows that share a mark, each with the next few."""
    order = np.lexsort((row, mark))
    row, mark = row[order], mark[order]
    one, other = [row[:0]], [row[:0]]
    for step in range(1, _NEXT + 1):
        if step == _NEXT_COMMON + 1:
            _, place, count = np.unique(mark, return_inverse=True, return_counts=True)
            rare = (count <= _COMMON)[place]
            row, mark = row[rare], mark[rare]
        same = mark[step:] == mark[:-step]
        if not same.any():
            break
        one.append(row[:-step][same])
        other.append(row[step:][same])
    return np.concatenate(one), np.concatenate(other)
