"""Counts of hashed character n-grams and words as sparse matrices.

Hashing needs no vocabulary: a text that arrives years later falls into the same columns, in any
order of arrival, so the score of a pair depends on nothing but the pair.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matchmaker.language.arrays import Sieve

CHARACTER_COLUMNS = 1 << 20
WORD_COLUMNS = 1 << 18
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


def _kept_character_table() -> NDArray[np.bool_]:
    """Code points that may stand inside an n-gram: letters, digits and Chinese characters."""
    table = np.zeros(0x110000, dtype=bool)
    for low, high in ((0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A), (0xB5, 0xB5), (0x370, 0x3FF)):
        table[low : high + 1] = True
    for low, high in ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)):
        table[low : high + 1] = True
    return table


_KEPT = _kept_character_table()


def _code_points(texts: Sequence[str]) -> NDArray[np.uint32]:
    """Concatenate texts, each ended by a zero, into code points."""
    joined = "\0".join([*texts, ""]).lower()
    return np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _scrambled(values: NDArray[np.uint64], columns: int) -> NDArray[np.int32]:
    """Spread values evenly over the columns (Fibonacci hashing; Knuth, TAOCP 3, 6.4)."""
    mixed = values >> np.uint64(29)
    mixed ^= values
    mixed *= _MULTIPLIER
    mixed >>= np.uint64(64 - columns.bit_length() + 1)
    return mixed.astype(np.int32)


def character_counts(
    texts: Sequence[str], *, columns: int = CHARACTER_COLUMNS, singles: bool = False
) -> sp.csr_array:
    """Count the character 2- and 3-grams of each text.

    Letters are folded to lower case. An n-gram never spans punctuation or a blank.

    Parameters
    ----------
    texts : sequence of str, length n
        Of :func:`~matchmaker.language.normalize.matching_text`.
    columns : int
        A power of two.
    singles : bool
        Whether single characters count too.

    Returns
    -------
    scipy.sparse.csr_array, shape (n, columns), float32
        Sorted column indices, no explicit zeros.
    """
    # A NUL inside a text would be taken for its end.
    points = _code_points([text.replace("\0", " ") for text in texts])
    row, column = character_columns(points, columns=columns, singles=singles)
    return counts(row, column, (len(texts), columns))


def character_columns(
    points: NDArray[np.uint32],
    *,
    columns: int = CHARACTER_COLUMNS,
    singles: bool = False,
    among: Sieve | None = None,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Find the character 2- and 3-grams of texts.

    Parameters
    ----------
    points : ndarray, shape (m,), uint32
        Code points of texts in lower case, each ended by a zero.
    columns : int
        A power of two.
    singles : bool
        Whether single characters count too.
    among : Sieve, optional
        The columns to look for; by default all.

    Returns
    -------
    row, column : ndarray, shape (found,), int32
        Number of the text, rising, and column of each n-gram.
    """
    rows = np.cumsum(points == 0, dtype=np.int32)
    kept = _KEPT.take(points)
    wide = points.astype(np.uint64)
    # One line a position, one column a kind, so that what is found stays text after text.
    grams = np.zeros((len(points), 3 if singles else 2), dtype=np.uint64)
    valid = np.zeros(grams.shape, dtype=bool)
    np.logical_and(kept[:-1], kept[1:], out=valid[:-1, 0])
    np.logical_and(valid[:-2, 0], kept[2:], out=valid[:-2, 1])
    pairs = wide[:-1] * np.uint64(0x200000) + wide[1:]
    grams[:-1, 0] = pairs
    grams[:-2, 1] = pairs[:-1] * np.uint64(0x200003) + wide[2:] + np.uint64(1)
    if singles:
        grams[:, 2], valid[:, 2] = wide, kept
    if among is None:
        at = np.flatnonzero(valid)
        column = _scrambled(grams.take(at), columns)
    else:
        spread = _scrambled(grams.ravel(), columns)
        at, _ = among.find(spread, where=valid.ravel())
        column = spread.take(at)
    return rows.take(at // grams.shape[1]), column


def word_column(word: str, *, columns: int = WORD_COLUMNS) -> int:
    """Column of a word.

    Parameters
    ----------
    word : str
        In lower case.
    columns : int
        A power of two.

    Returns
    -------
    int
        In ``range(columns)``; equal words have equal columns on every machine.
    """
    return zlib.crc32(word.encode("utf-8", "surrogatepass")) & (columns - 1)


def word_counts(terms: Sequence[Sequence[str]], *, columns: int = WORD_COLUMNS) -> sp.csr_array:
    """Count the words of each text.

    Parameters
    ----------
    terms : sequence of sequence of str, length n
        Of :meth:`~matchmaker.language.words.Tokenizer.terms`.
    columns : int
        A power of two.

    Returns
    -------
    scipy.sparse.csr_array, shape (n, columns), float32
        Sorted column indices, no explicit zeros.
    """
    known: dict[str, int] = {}
    column: list[int] = []
    lengths = np.zeros(len(terms), dtype=np.int64)
    for i, words in enumerate(terms):
        lengths[i] = len(words)
        for word in words:
            if word not in known:
                known[word] = word_column(word, columns=columns)
            column.append(known[word])
    row = np.repeat(np.arange(len(terms), dtype=np.int32), lengths)
    return counts(row, np.asarray(column, dtype=np.int32), (len(terms), columns))


def counts(
    row: NDArray[np.int32], column: NDArray[np.int32], shape: tuple[int, int]
) -> sp.csr_array:
    """Count how often each column stands in each row.

    Parameters
    ----------
    row, column : ndarray, shape (m,), int32
        Fastest where the rows rise.
    shape : tuple of two ints

    Returns
    -------
    scipy.sparse.csr_array, float32
        Sorted column indices, no explicit zeros.
    """
    if (row[1:] < row[:-1]).any():
        order = np.argsort(row, kind="stable")
        row, column = row.take(order), column.take(order)
    starts = np.searchsorted(row, np.arange(shape[0] + 1, dtype=row.dtype)).astype(np.int32)
    ones = np.ones(len(row), dtype=np.float32)
    counted = sp.csr_array((ones, column.astype(np.int32), starts), shape=shape)
    counted.sum_duplicates()
    return counted
