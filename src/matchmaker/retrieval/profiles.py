"""Everything about records that grading needs, computed once a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matchmaker.language.terms import TermModel, TermRows
from matchmaker.language.texts import RecordText
from matchmaker.retrieval.encoders import Encoder

# The rarest words of a long body carry its subject; the rest costs time and adds noise.
_MOST_TERMS = 80


@dataclass(frozen=True, slots=True, eq=False)
class TermList:
    """Distinct words of each of n texts, one after the other.

    Attributes
    ----------
    starts : ndarray, shape (n + 1,), int64
        Words of text i stand at ``starts[i]:starts[i + 1]``.
    ids : ndarray, shape (m,), int64
        Rows of ``vectors``.
    rarity : ndarray, shape (m,), float32
        Of each word, at least 0.
    vectors : ndarray, shape (distinct words of all texts, dim), float32
        Rows of length 1, or zero.
    words : sequence of str
        The words themselves, one a row of ``vectors``, spelled as in their texts.
    """

    starts: NDArray[np.int64]
    ids: NDArray[np.int64]
    rarity: NDArray[np.float32]
    vectors: NDArray[np.float32]
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
        Dense vectors of both, rows of length 1 or zero.
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
    return TermRows(
        sp.vstack([part.characters for part in parts], format="csr"),
        sp.vstack([part.words for part in parts], format="csr"),
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
        vectors.append(part.vectors[row_of >= before])
    return TermList(
        np.concatenate([*starts, ends[-1:]]).astype(np.int64),
        np.concatenate(ids),
        np.concatenate([part.rarity for part in parts]),
        np.concatenate(vectors),
        list(known),
    )


def profile(texts: Sequence[RecordText], *, terms: TermModel, encoder: Encoder) -> Profiles:
    """Compute the profiles of records.

    Parameters
    ----------
    texts : sequence of RecordText, length n
    terms : TermModel
    encoder : Encoder

    Returns
    -------
    Profiles
        n records, in the order given.
    """
    titles = [text.title for text in texts]
    wholes = [text.whole for text in texts]
    title_words = [terms.tokenizer.content_words(title) for title in titles]
    whole_words = [terms.tokenizer.content_words(whole) for whole in wholes]
    return Profiles(
        title_rows=terms.rows(titles, words=_lowered(title_words)),
        whole_rows=terms.rows(wholes, words=_lowered(whole_words)),
        title_vectors=encoder.encode_document(titles),
        whole_vectors=encoder.encode_document(wholes),
        title_terms=_term_list(title_words, terms=terms, encoder=encoder),
        whole_terms=_term_list(whole_words, terms=terms, encoder=encoder),
        title_lengths=np.array([len(title) for title in titles], dtype=np.float32),
        whole_lengths=np.array([len(whole) for whole in wholes], dtype=np.float32),
    )


def _lowered(words: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[word.lower() for word in text] for text in words]


def _term_list(texts: Sequence[Sequence[str]], *, terms: TermModel, encoder: Encoder) -> TermList:
    known: dict[str, int] = {}
    rarity_of: list[float] = []
    ids: list[int] = []
    starts = np.zeros(len(texts) + 1, dtype=np.int64)
    for i, text in enumerate(texts):
        distinct: dict[str, str] = {}
        for word in text:
            distinct.setdefault(word.lower(), word)
        for word, spelling in distinct.items():
            if spelling not in known:
                known[spelling] = len(known)
                rarity_of.append(terms.weight(word))
        chosen = [known[spelling] for spelling in distinct.values()]
        if len(chosen) > _MOST_TERMS:
            chosen = sorted(chosen, key=lambda word: -rarity_of[word])[:_MOST_TERMS]
        ids.extend(chosen)
        starts[i + 1] = len(ids)
    rows = np.asarray(ids, dtype=np.int64)
    rarity = np.asarray(rarity_of, dtype=np.float32)
    vectors = encoder.encode_document([spelling.lower() for spelling in known])
    return TermList(starts, rows, rarity[rows], vectors, list(known))
