"""The distinct words of a collection, each once, with what grading needs of them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from matchmaker.language.ngrams import word_column
from matchmaker.language.terms import TermModel
from matchmaker.retrieval.encoders import Encoder
from matchmaker.retrieval.quantized import quantize, restore


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """w words in order of their numbers.

    Attributes
    ----------
    codes : ndarray, shape (w, dim), int8
    exponents : ndarray, shape (w,), int8
        Their vectors, as :func:`~matchmaker.retrieval.quantized.quantize` gives them.
    columns : ndarray, shape (w,), int32
        Among the hashed words.
    rarity : ndarray, shape (w,), float32
    spelling : ndarray, shape (b,), uint8
        The words in lower case, in UTF-8, one after the other.
    ends : ndarray, shape (w,), int64
        Where each word ends in it.
    """

    codes: NDArray[np.int8]
    exponents: NDArray[np.int8]
    columns: NDArray[np.int32]
    rarity: NDArray[np.float32]
    spelling: NDArray[np.uint8]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ends)

    def __iter__(self) -> Iterator[str]:
        text = self.spelling.tobytes()
        start = 0
        for end in self.ends.tolist():
            yield text[start:end].decode("utf-8", "surrogatepass")
            start = end

    @classmethod
    def concatenated(cls, parts: Sequence[Words]) -> Words:
        """Put lists of words one after the other."""
        bases = np.cumsum([0, *(len(part.spelling) for part in parts)])
        return cls(
            np.concatenate([part.codes for part in parts]),
            np.concatenate([part.exponents for part in parts]),
            np.concatenate([part.columns for part in parts]),
            np.concatenate([part.rarity for part in parts]),
            np.concatenate([part.spelling for part in parts]),
            np.concatenate(
                [part.ends + base for part, base in zip(parts, bases[:-1], strict=True)]
            ),
        )


class Lexicon(Sequence[str]):
    """Words of several lists, numbered through.

    Parameters
    ----------
    parts : sequence of Words, at least one
    """

    def __init__(self, parts: Sequence[Words]) -> None:
        self._parts = tuple(parts)
        self._bases = np.cumsum([0, *(len(part) for part in parts)])

    def __len__(self) -> int:
        return int(self._bases[-1])

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self[at] for at in range(len(self))[index]]
        at = range(len(self))[index]
        part = int(np.searchsorted(self._bases, at, side="right")) - 1
        words, place = self._parts[part], at - int(self._bases[part])
        start = int(words.ends[place - 1]) if place else 0
        return words.spelling[start : words.ends[place]].tobytes().decode("utf-8", "surrogatepass")

    def vectors(self, words: NDArray[np.int64]) -> NDArray[np.float32]:
        """Give the vectors of some words.

        Parameters
        ----------
        words : ndarray, shape (m,), int64
            Numbers.

        Returns
        -------
        ndarray, shape (m, dim), float32
        """
        first = self._parts[0]
        if len(self._parts) == 1:
            return restore(first.codes[words], first.exponents[words])
        part_of = np.searchsorted(self._bases, words, side="right") - 1
        codes = np.empty((len(words), first.codes.shape[1]), dtype=np.int8)
        exponents = np.empty(len(words), dtype=np.int8)
        for number in np.unique(part_of).tolist():
            at = np.flatnonzero(part_of == number)
            part, place = self._parts[number], words[at] - self._bases[number]
            codes[at], exponents[at] = part.codes[place], part.exponents[place]
        return restore(codes, exponents)

    def columns(self, words: NDArray[np.int64]) -> NDArray[np.int32]:
        """Give the hashed columns of some words; shape (m,)."""
        return self._columns.take(words)

    def rarity(self, words: NDArray[np.int64]) -> NDArray[np.float32]:
        """Give the rarity of some words; shape (m,)."""
        return self._rarity.take(words)

    # Every candidate's every word is looked up here: four bytes a word are kept in one piece.
    @functools.cached_property
    def _columns(self) -> NDArray[np.int32]:
        return np.concatenate([part.columns for part in self._parts])

    @functools.cached_property
    def _rarity(self) -> NDArray[np.float32]:
        return np.concatenate([part.rarity for part in self._parts])


class LexiconVectors:
    """Vectors of a lexicon's words, restored when asked for: grading asks for a few.

    Parameters
    ----------
    lexicon : Lexicon
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def __len__(self) -> int:
        return len(self._lexicon)

    def __getitem__(self, words: NDArray[np.int64]) -> NDArray[np.float32]:
        """Restore the vectors of some words; shape (len(words), dim)."""
        return self._lexicon.vectors(words)


class GrowingLexicon:
    """Gives numbers to words while a collection grows.

    Parameters
    ----------
    known : iterable of str
        Words that have numbers already, in their order.
    terms : TermModel
    encoder : Encoder
    """

    def __init__(self, known: Iterable[str], *, terms: TermModel, encoder: Encoder) -> None:
        self._terms, self._encoder = terms, encoder
        self._numbers = {word: number for number, word in enumerate(known)}
        self._rarity: dict[str, float] = {}
        self._handed_over = len(self._numbers)

    def number(self, word: str) -> int:
        """Give a word's number, a new one if it is new."""
        return self._numbers.setdefault(word, len(self._numbers))

    def rarity(self, word: str) -> float:
        """Give a word's rarity."""
        found = self._rarity.get(word)
        if found is None:
            found = self._rarity[word] = self._terms.weight(word)
        return found

    def __len__(self) -> int:
        return len(self._numbers)

    def words(self) -> list[str]:
        """List the words in order of their numbers."""
        return list(self._numbers)

    def fresh(self) -> Words:
        """Hand over the words that are new since the last time."""
        words = list(self._numbers)[self._handed_over :]
        self._handed_over = len(self._numbers)
        codes, exponents = quantize(self._encoder.encode_document(words))
        spelled = [word.encode("utf-8", "surrogatepass") for word in words]
        return Words(
            codes,
            exponents,
            np.array([word_column(word) for word in words], dtype=np.int32),
            np.array([self.rarity(word) for word in words], dtype=np.float32),
            np.frombuffer(b"".join(spelled), dtype=np.uint8),
            np.cumsum([len(word) for word in spelled], dtype=np.int64),
        )
