"""Nearest texts by the terms they share, over character n-grams and words at once."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.language.terms import TermRows

# Character n-grams rank judged pairs better than words (benchmarks/README.md), words keep long
# terms from being matched piecemeal; the share was chosen on the judged pairs, where anything
# from 0.6 to 0.8 gives the same figures.
CHARACTER_SHARE = 0.7
_QUERIES_AT_ONCE = 256


class LexicalIndex:
    """Exact search by the weighted cosine of character n-grams and words.

    Parameters
    ----------
    rows : TermRows, n rows
        Of the collection; position i is the text's id.
    """

    def __init__(self, rows: TermRows) -> None:
        self._characters = rows.characters.T.tocsr()
        self._words = rows.words.T.tocsr()
        self._size = int(rows.characters.shape[0])

    def __len__(self) -> int:
        return self._size

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
            In [0, 1]; 0 at -1.

        Raises
        ------
        ConfigError
            If k is below 1.
        """
        if k < 1:
            raise ConfigError(f"k must be at least 1, not {k}")
        n_queries = int(queries.characters.shape[0])
        width = min(k, self._size)
        positions = np.full((n_queries, width), -1, dtype=np.int64)
        scores = np.zeros((n_queries, width), dtype=np.float32)
        for start in range(0, n_queries if width else 0, _QUERIES_AT_ONCE):
            part = slice(start, start + _QUERIES_AT_ONCE)
            shares = self._shares(queries.characters[part], queries.words[part])
            if allowed is not None:
                shares[:, ~allowed] = 0
            positions[part], scores[part] = _best(shares, width)
        return positions, scores

    def _shares(self, characters: sp.csr_array, words: sp.csr_array) -> NDArray[np.float32]:
        shares = (characters @ self._characters).toarray() * np.float32(CHARACTER_SHARE)
        shares += (words @ self._words).toarray() * np.float32(1 - CHARACTER_SHARE)
        return np.asarray(shares, dtype=np.float32)


def _best(shares: NDArray[np.float32], width: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Pick the best of each row; ties, also those at the border, by position."""
    border = -np.partition(-shares, width - 1, axis=1)[:, width - 1 : width]
    positions = np.full((len(shares), width), -1, dtype=np.int64)
    scores = np.zeros((len(shares), width), dtype=np.float32)
    for row, (values, low) in enumerate(zip(shares, border[:, 0], strict=True)):
        chosen = np.flatnonzero((values >= low) & (values > 0))
        chosen = chosen[np.argsort(-values[chosen], kind="stable")][:width]
        positions[row, : len(chosen)] = chosen
        # Rounding takes the cosine of a text with itself a little above 1.
        scores[row, : len(chosen)] = np.minimum(values[chosen], 1)
    return positions, scores
