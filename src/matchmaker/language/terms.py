"""How rare each term is, and texts as weighted sparse rows.

The rarities ship with the model and never depend on the user's collection: adding a record, or
filtering some out, changes no other pair's score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matchmaker.errors import ModelError
from matchmaker.language.arrays import read_arrays, row_norms, stretches
from matchmaker.language.ngrams import (
    CHARACTER_COLUMNS,
    WORD_COLUMNS,
    character_counts,
    word_column,
    word_counts,
)
from matchmaker.language.words import Tokenizer

Totals = tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class TermRows:
    """Texts as rows of weighted terms.

    Attributes
    ----------
    characters : scipy.sparse.csr_array, shape (n, CHARACTER_COLUMNS), float32
        Character 2- and 3-grams: (1 + ln count) times rarity, rows of length 1.
    words : scipy.sparse.csr_array, shape (n, WORD_COLUMNS), float32
        Words, weighted alike.
    totals : tuple of two ndarrays, each of shape (n,), float64, optional
        Of :meth:`TermModel.totals`, for rows that hold only a part of their texts' terms.
    norms : ndarray, shape (n, 2), float32, optional
        Lengths of the rows of characters and of words before they were scaled to 1.
    """

    characters: sp.csr_array
    words: sp.csr_array
    totals: Totals | None = None
    norms: NDArray[np.float32] | None = None

    def take(self, rows: NDArray[np.int64]) -> TermRows:
        """Choose rows, in the order given."""
        totals = None if self.totals is None else (self.totals[0][rows], self.totals[1][rows])
        norms = None if self.norms is None else self.norms[rows]
        return TermRows(self.characters[rows], self.words[rows], totals, norms)


class TermModel:
    """Rarity of hashed character n-grams and words in a background collection.

    Parameters
    ----------
    character_rarity : ndarray, shape (CHARACTER_COLUMNS,), float32
        Natural logarithm of one over the share of texts that hold the n-gram, at least 0.
    word_rarity : ndarray, shape (WORD_COLUMNS,), float32
        The same of words.
    tokenizer : Tokenizer, optional
        Cuts words.

    Raises
    ------
    ModelError
        If an array has the wrong shape or a value that is negative or not finite.
    """

    def __init__(
        self,
        character_rarity: NDArray[np.float32],
        word_rarity: NDArray[np.float32],
        *,
        tokenizer: Tokenizer | None = None,
    ) -> None:
        for name, array, columns in (
            ("character_rarity", character_rarity, CHARACTER_COLUMNS),
            ("word_rarity", word_rarity, WORD_COLUMNS),
        ):
            if array.shape != (columns,):
                raise ModelError(f"{name} has shape {array.shape}, expected ({columns},)")
            if not np.isfinite(array).all() or (array < 0).any():
                raise ModelError(f"{name} holds a negative or non-finite value")
        self.character_rarity = character_rarity
        self.word_rarity = word_rarity
        self.tokenizer = tokenizer or Tokenizer()
        self._totals: WeakKeyDictionary[TermRows, Totals] = WeakKeyDictionary()

    @classmethod
    def fit(cls, texts: Sequence[str], *, batch: int = 4000) -> TermModel:
        """Count in how many texts each term stands.

        Parameters
        ----------
        texts : sequence of str
            Of :func:`~matchmaker.language.normalize.matching_text`.
        batch : int
            Texts counted at a time; bounds the memory.

        Returns
        -------
        TermModel
            Rarity ln((1 + n) / (1 + df)), the smoothed inverse document frequency of
            scikit-learn without its added one.
        """
        tokenizer = Tokenizer()
        characters = np.zeros(CHARACTER_COLUMNS, dtype=np.int64)
        words = np.zeros(WORD_COLUMNS, dtype=np.int64)
        for start in range(0, len(texts), batch):
            part = texts[start : start + batch]
            grams = character_counts(part)
            characters += np.bincount(grams.indices, minlength=CHARACTER_COLUMNS)
            terms = word_counts([tokenizer.terms(text) for text in part])
            words += np.bincount(terms.indices, minlength=WORD_COLUMNS)
        return cls(_rarity(characters, len(texts)), _rarity(words, len(texts)), tokenizer=tokenizer)

    @classmethod
    def load(cls, path: str | Path) -> TermModel:
        """Read the arrays that :meth:`save` wrote.

        Raises
        ------
        ModelError
            If the file is missing or damaged.
        """
        arrays = read_arrays(path)
        try:
            return cls(
                arrays["characters"].astype(np.float32) / _STEPS,
                arrays["words"].astype(np.float32) / _STEPS,
            )
        except (KeyError, ValueError) as error:
            raise ModelError(f"{path}: cannot be read as term statistics: {error}") from error

    def save(self, path: str | Path) -> None:
        """Write the rarities to an .npz file, rounded to 1/20 and cut off at 12.75."""
        np.savez_compressed(
            path,
            characters=_in_steps(self.character_rarity),
            words=_in_steps(self.word_rarity),
        )

    def rows(
        self, texts: Sequence[str], *, words: Sequence[Sequence[str]] | None = None
    ) -> TermRows:
        """Weigh the terms of texts.

        Parameters
        ----------
        texts : sequence of str, length n
            Of :func:`~matchmaker.language.normalize.matching_text`.
        words : sequence of sequence of str, length n, optional
            Terms of the texts, where the caller has cut them already.

        Returns
        -------
        TermRows
            n rows; an empty text has an empty row.
        """
        if words is None:
            words = [self.tokenizer.terms(text) for text in texts]
        return self.weighted(character_counts(texts), word_counts(words))

    def weighted(self, characters: sp.csr_array, words: sp.csr_array) -> TermRows:
        """Weigh counted terms, in place.

        Parameters
        ----------
        characters, words : scipy.sparse.csr_array, n rows, float32
            Of :func:`~matchmaker.language.ngrams.character_counts` and
            :func:`~matchmaker.language.ngrams.word_counts`.

        Returns
        -------
        TermRows
            n rows.
        """
        norms = [weigh(characters, self.character_rarity), weigh(words, self.word_rarity)]
        return TermRows(characters, words, norms=np.stack(norms, axis=1))

    def totals(self, rows: TermRows) -> Totals:
        """Add up the rarities of each text's distinct terms; remembered as long as the rows live.

        Parameters
        ----------
        rows : TermRows
            n rows.

        Returns
        -------
        tuple of two ndarrays, each of shape (n,), float64
            Of the characters' n-grams and of the words; 0 for an empty text.
        """
        if rows.totals is not None:
            return rows.totals
        if rows not in self._totals:
            self._totals[rows] = (
                row_totals(rows.characters, self.character_rarity),
                row_totals(rows.words, self.word_rarity),
            )
        return self._totals[rows]

    def weight(self, term: str) -> float:
        """Rarity of one word.

        Parameters
        ----------
        term : str
            Of :meth:`~matchmaker.language.words.Tokenizer.terms`.

        Returns
        -------
        float
            At least 0; higher is rarer.
        """
        return float(self.word_rarity[word_column(term)])


# Eight bits hold rarities up to 12.75 (one text in 340,000) in steps of 0.05.
_STEPS = 20.0


def _in_steps(rarity: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.asarray(np.rint(np.minimum(rarity * _STEPS, 255)), dtype=np.uint8)


def _rarity(frequency: NDArray[np.int64], texts: int) -> NDArray[np.float32]:
    rarity = np.log((1 + texts) / (1 + frequency))
    return np.minimum(rarity, 255 / _STEPS).astype(np.float32)


def row_totals(rows: sp.csr_array, rarity: NDArray[np.float32]) -> NDArray[np.float64]:
    """Add up the rarities of each row's terms.

    Parameters
    ----------
    rows : scipy.sparse.csr_array, shape (n, columns)
    rarity : ndarray, shape (columns,), float32

    Returns
    -------
    ndarray, shape (n,), float64
        Rounded to single precision, in which a store keeps them.
    """
    totals = stretches(np.add, rarity[rows.indices], rows.indptr)
    return totals.astype(np.float32).astype(np.float64)


def weigh(
    counts: sp.csr_array,
    rarity: NDArray[np.float32],
    *,
    norms: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Turn counts of terms into weights, in place.

    Parameters
    ----------
    counts : scipy.sparse.csr_array, shape (n, columns), float32
        Becomes (1 + ln count) times rarity, divided by the row's norm.
    rarity : ndarray, shape (columns,), float32
    norms : ndarray, shape (n,), float32, optional
        By default those that make rows of length 1.

    Returns
    -------
    ndarray, shape (n,), float32
        The norms; 1 for an empty row.
    """
    counts.data = (1 + np.log(counts.data)) * rarity.take(counts.indices)
    if norms is None:
        norms = row_norms(counts)
        norms[norms == 0] = 1
    counts.data /= np.repeat(norms, np.diff(counts.indptr))
    return norms
