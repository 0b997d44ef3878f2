"""Everything about records that grading needs, computed once a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matchmaker.language.ngrams import WORD_COLUMNS, character_counts, counts, word_column
from matchmaker.language.terms import TermModel, TermRows
from matchmaker.language.texts import RecordText
from matchmaker.retrieval.encoders import Encoder
from matchmaker.retrieval.lexicon import LexiconVectors
from matchmaker.retrieval.quantized import rounded

# The rarest words of a long body carry its subject; the rest costs time and adds noise.
MOST_WORDS = 80


@dataclass(frozen=True, slots=True, eq=False)
class TermList:
    """Distinct words of each of n texts, one after the other.

    Attributes
    ----------
    starts : ndarray, shape (n + 1,), int64
        Words of text i stand at ``starts[i]:starts[i + 1]``, the rarest first.
    ids : ndarray, shape (m,), int64
        Rows of ``vectors``.
    rarity : ndarray, shape (m,), float32
        Of each word, at least 0.
    vectors : ndarray, shape (distinct words of all texts, dim), float32, or LexiconVectors
        Rows of length 1, or zero.
    words : sequence of str
        The words themselves, one a row of ``vectors``, spelled as in their texts.
    """

    starts: NDArray[np.int64]
    ids: NDArray[np.int64]
    rarity: NDArray[np.float32]
    vectors: NDArray[np.float32] | LexiconVectors
    words: Sequence[str]

    def take(self, rows: NDArray[np.int64]) -> TermList:
        """Choose texts, in the order given."""
        lengths = np.diff(self.starts)[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        at = np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], lengths)
        return TermList(starts, self.ids[at], self.rarity[at], self.vectors, self.words)


@dataclass(frozen=True, slots=True, eq=False)
class Profiles:
    """n records as columns.

    Attributes
    ----------
    title_rows, whole_rows : TermRows, n rows
        Weighted terms of the title and of the whole text.
    title_vectors, whole_vectors : ndarray, shape (n, dim), float32
        Dense vectors of both, rows of length 1 or zero but for rounding to one byte a component.
    title_terms, whole_terms : TermList, n texts
        Distinct words of both, of the whole text the rarest only.
    title_lengths, whole_lengths : ndarray, shape (n,), float32
        Characters.
    """

    title_rows: TermRows
    whole_rows: TermRows
    title_vectors: NDArray[np.float32]
    whole_vectors: NDArray[np.float32]
    title_terms: TermList
    whole_terms: TermList
    title_lengths: NDArray[np.float32]
    whole_lengths: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.title_lengths)

    @property
    def vectors(self) -> NDArray[np.float32]:
        """One dense vector a record for retrieval: title and whole text in equal parts.

        Returns
        -------
        ndarray, shape (n, dim), float32
            Not normalised.
        """
        return self.title_vectors + self.whole_vectors

    def take(self, rows: NDArray[np.int64]) -> Profiles:
        """Choose records, in the order given."""
        return Profiles(
            self.title_rows.take(rows),
            self.whole_rows.take(rows),
            self.title_vectors[rows],
            self.whole_vectors[rows],
            self.title_terms.take(rows),
            self.whole_terms.take(rows),
            self.title_lengths[rows],
            self.whole_lengths[rows],
        )


def concatenate(parts: Sequence[Profiles]) -> Profiles:
    """Put profiles one after the other.

    Parameters
    ----------
    parts : sequence of Profiles, at least one
        Of the same term model and encoder.

    Returns
    -------
    Profiles
    """
    if len(parts) == 1:
        return parts[0]
    return Profiles(
        _stacked([part.title_rows for part in parts]),
        _stacked([part.whole_rows for part in parts]),
        np.concatenate([part.title_vectors for part in parts]),
        np.concatenate([part.whole_vectors for part in parts]),
        _joined([part.title_terms for part in parts]),
        _joined([part.whole_terms for part in parts]),
        np.concatenate([part.title_lengths for part in parts]),
        np.concatenate([part.whole_lengths for part in parts]),
    )


def _stacked(parts: Sequence[TermRows]) -> TermRows:
    norms = [part.norms for part in parts if part.norms is not None]
    return TermRows(
        sp.vstack([part.characters for part in parts], format="csr"),
        sp.vstack([part.words for part in parts], format="csr"),
        norms=np.concatenate(norms) if len(norms) == len(parts) else None,
    )


def _joined(parts: Sequence[TermList]) -> TermList:
    ends = np.cumsum([0, *(len(part.ids) for part in parts)])
    starts = [part.starts[:-1] + base for part, base in zip(parts, ends, strict=False)]
    # Parts share most of their words; each is kept once, or vectors would outgrow the records.
    known: dict[str, int] = {}
    ids: list[NDArray[np.int64]] = []
    vectors: list[NDArray[np.float32]] = []
    for part in parts:
        before = len(known)
        row_of = np.array(
            [known.setdefault(word, len(known)) for word in part.words], dtype=np.int64
        )
        ids.append(row_of[part.ids])
        vectors.append(part.vectors[np.flatnonzero(row_of >= before)])
    return TermList(
        np.concatenate([*starts, ends[-1:]]).astype(np.int64),
        np.concatenate(ids),
        np.concatenate([part.rarity for part in parts]),
        np.concatenate(vectors),
        list(known),
    )


def profile(
    texts: Sequence[RecordText],
    *,
    terms: TermModel,
    encoder: Encoder,
    words: TextWords | None = None,
) -> Profiles:
    """Compute the profiles of records.

    Parameters
    ----------
    texts : sequence of RecordText, length n
    terms : TermModel
    encoder : Encoder
    words : TextWords, optional
        Words of the titles and then of the whole texts, where the caller has cut them already.

    Returns
    -------
    Profiles
        n records, in the order given.
    """
    titles = [text.title for text in texts]
    wholes = [text.whole for text in texts]
    if words is None:
        words = TextWords.of([*titles, *wholes], terms)
    n = len(texts)
    lists = (words.listed(0, n), words.listed(n, 2 * n))
    # One call for everything, because each has a price of its own.
    used = np.unique(np.concatenate([words.folded[spelled] for _, spelled in lists]))
    vectors = rounded(
        encoder.encode_document([*titles, *wholes, *(words.lower[word] for word in used.tolist())])
    )
    row_of = np.zeros(len(words.lower), dtype=np.int64)
    row_of[used] = np.arange(2 * n, len(vectors))
    title_terms, whole_terms = (
        words.term_list(starts, spelled, vectors, row_of) for starts, spelled in lists
    )
    return Profiles(
        title_rows=terms.weighted(character_counts(titles), words.counts(0, n)),
        whole_rows=terms.weighted(character_counts(wholes), words.counts(n, 2 * n)),
        title_vectors=vectors[:n].copy(),
        whole_vectors=vectors[n : 2 * n].copy(),
        title_terms=title_terms,
        whole_terms=whole_terms,
        title_lengths=np.array([len(title) for title in titles], dtype=np.float32),
        whole_lengths=np.array([len(whole) for whole in wholes], dtype=np.float32),
    )


@dataclass(frozen=True, slots=True, eq=False)
class TextWords:
    """The words of texts as numbers.

    Attributes
    ----------
    spelling, lower : list of str
        Distinct words as they are spelled, and distinct words in lower case.
    folded : ndarray, one a spelling, int64
        Which word in lower case it is.
    columns, rarity : ndarrays, one a word in lower case, int32 and float32
    flat : ndarray, shape (m,), int64
        Spellings, text after text.
    bounds : ndarray, shape (number of texts + 1,), int64
        Where the words of each text begin.
    """

    spelling: list[str]
    lower: list[str]
    folded: NDArray[np.int64]
    columns: NDArray[np.int32]
    rarity: NDArray[np.float32]
    flat: NDArray[np.int64]
    bounds: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str], terms: TermModel) -> TextWords:
        """Cut texts.

        Parameters
        ----------
        texts : sequence of str
            Of :func:`~matchmaker.language.normalize.matching_text`.
        terms : TermModel
        """
        spelled: dict[str, int] = {}
        cut = [terms.tokenizer.content_words(text) for text in texts]
        flat = [spelled.setdefault(word, len(spelled)) for text in cut for word in text]
        lowered: dict[str, int] = {}
        folded = [lowered.setdefault(word.lower(), len(lowered)) for word in spelled]
        columns = np.array([word_column(word) for word in lowered], dtype=np.int32)
        return cls(
            list(spelled),
            list(lowered),
            np.array(folded, dtype=np.int64),
            columns,
            terms.word_rarity[columns].astype(np.float32),
            np.array(flat, dtype=np.int64),
            np.cumsum([0, *map(len, cut)], dtype=np.int64),
        )

    def counts(self, first: int, end: int) -> sp.csr_array:
        """Count the words of some texts."""
        bounds = self.bounds[first : end + 1]
        row = np.repeat(np.arange(end - first, dtype=np.int32), np.diff(bounds))
        column = self.columns[self.folded[self.flat[bounds[0] : bounds[-1]]]]
        return counts(row, column, (end - first, WORD_COLUMNS))

    def listed(self, first: int, end: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Choose the rarest distinct words of some texts.

        Returns
        -------
        starts : ndarray, shape (number of texts + 1,), int64
        spelled : ndarray, int64
            Spellings that stand first in their texts, the rarest first and equally rare words in
            the order of the text.
        """
        bounds = self.bounds[first : end + 1]
        flat = self.flat[bounds[0] : bounds[-1]]
        word = self.folded[flat]
        row = np.repeat(np.arange(end - first), np.diff(bounds))
        _, at = np.unique(row * len(self.lower) + word, return_index=True)
        order = at[np.lexsort((at, -self.rarity[word[at]], row[at]))]
        of_row = row[order]
        place = np.arange(len(order)) - np.searchsorted(of_row, np.arange(end - first))[of_row]
        kept = order[place < MOST_WORDS]
        return np.searchsorted(row[kept], np.arange(end - first + 1)), flat[kept]

    def ranked(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Order the words of every text as :meth:`listed` does, all of them.

        Returns
        -------
        starts : ndarray, shape (number of texts + 1,), int64
        words : ndarray, int64
            Words in lower case, each as often as it stands in its text.
        """
        word = self.folded[self.flat]
        row = np.repeat(np.arange(len(self.bounds) - 1), np.diff(self.bounds))
        _, at, counted = np.unique(
            row * len(self.lower) + word, return_index=True, return_counts=True
        )
        order = np.lexsort((at, -self.rarity[word[at]], row[at]))
        return self.bounds, np.repeat(word[at[order]], counted[order])

    def term_list(
        self,
        starts: NDArray[np.int64],
        spelled: NDArray[np.int64],
        vectors: NDArray[np.float32],
        row_of: NDArray[np.int64],
    ) -> TermList:
        """Make a list of what :meth:`listed` chose; `row_of` a word in lower case is its vector."""
        used, ids = np.unique(spelled, return_inverse=True)
        return TermList(
            starts,
            ids,
            self.rarity[self.folded[spelled]],
            vectors[row_of[self.folded[used]]],
            [self.spelling[word] for word in used.tolist()],
        )
