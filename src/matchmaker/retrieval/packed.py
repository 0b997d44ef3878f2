"""Profiles in few bytes, to be kept on disk and unpacked for the few records that are graded.

A profile's n-grams take several times the room of its text, and are read off a text in
microseconds; so the text is kept, and the n-grams are made again for each candidate, only those
that the asking record has too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matchmaker.language.arrays import Sieve
from matchmaker.language.ngrams import CHARACTER_COLUMNS, WORD_COLUMNS, character_columns, counts
from matchmaker.language.terms import TermModel, TermRows, row_totals, weigh
from matchmaker.language.texts import RecordText
from matchmaker.retrieval.lexicon import GrowingLexicon, Lexicon, LexiconVectors
from matchmaker.retrieval.numbering import decode, encode
from matchmaker.retrieval.profiles import MOST_WORDS, Profiles, TermList, TextWords
from matchmaker.retrieval.quantized import quantize, restore

_UNIT = "utf-16-le"


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """n profiles.

    Attributes
    ----------
    title_codes, whole_codes : ndarray, shape (n, dim), int8
    exponents : ndarray, shape (n, 2), int8
        Dense vectors of title and whole text.
    text : ndarray, shape (t,), uint16
        Title and the rest of each text in lower case, in UTF-16.
    words : ndarray, shape (w,), uint16
        Numbers of the words of each title and of each whole text, the rarest first, a word as
        often as it stands there.
    lengths : ndarray, shape (n, 4), uint32
        Units of title, rest, words of the title, words of the whole text.
    characters : ndarray, shape (n, 2), uint32
        Characters of title and whole text.
    apart : ndarray, shape (n,), bool
        Whether the rest is the whole text, because the title was cut out of it.
    norms : ndarray, shape (n, 2), float32
        Lengths of the rows of character n-grams, of title and whole text, before scaling.
    totals : ndarray, shape (n, 2), float32
        Rarities of the character n-grams, added up.
    """

    title_codes: NDArray[np.int8]
    whole_codes: NDArray[np.int8]
    exponents: NDArray[np.int8]
    text: NDArray[np.uint16]
    words: NDArray[np.uint16]
    lengths: NDArray[np.uint32]
    characters: NDArray[np.uint32]
    apart: NDArray[np.bool_]
    norms: NDArray[np.float32]
    totals: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.lengths)

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Dense vectors for retrieval, of some profiles: title and whole text in equal parts."""
        return restore(self.title_codes[rows], self.exponents[rows, 0]) + restore(
            self.whole_codes[rows], self.exponents[rows, 1]
        )

    @classmethod
    def concatenated(cls, parts: Sequence[Packed]) -> Packed:
        """Put profiles one after the other; at least one part."""
        return cls(
            *(
                np.concatenate([getattr(part, field.name) for part in parts])
                for field in fields(cls)
            )
        )


class PackedRows:
    """Packed profiles and where each begins, to choose from.

    Parameters
    ----------
    packed : Packed
    """

    def __init__(self, packed: Packed) -> None:
        self.packed = packed
        lengths = packed.lengths.astype(np.int64)
        self._text = np.append(0, np.cumsum(lengths[:, 0] + lengths[:, 1]))
        self._words = np.append(0, np.cumsum(lengths[:, 2] + lengths[:, 3]))

    def __len__(self) -> int:
        return len(self.packed)

    def take(self, rows: NDArray[np.int64]) -> Packed:
        """Copy some profiles, in the order given."""
        packed = self.packed
        return Packed(
            packed.title_codes[rows],
            packed.whole_codes[rows],
            packed.exponents[rows],
            _pieces(packed.text, self._text, rows),
            _pieces(packed.words, self._words, rows),
            packed.lengths[rows],
            packed.characters[rows],
            packed.apart[rows],
            packed.norms[rows],
            packed.totals[rows],
        )


def _pieces(
    values: NDArray[np.uint16], bounds: NDArray[np.int64], rows: NDArray[np.int64]
) -> NDArray[np.uint16]:
    pairs = zip(bounds[rows].tolist(), bounds[rows + 1].tolist(), strict=True)
    pieces = [values[start:end] for start, end in pairs]
    return np.concatenate(pieces) if pieces else np.empty(0, dtype=np.uint16)


def pack(
    profiles: Profiles,
    texts: Sequence[RecordText],
    *,
    terms: TermModel,
    lexicon: GrowingLexicon,
    words: TextWords | None = None,
) -> Packed:
    """Pack profiles.

    Parameters
    ----------
    profiles : Profiles
        n records.
    texts : sequence of RecordText, length n
        Of which the profiles were made.
    terms : TermModel
        By which they were made.
    lexicon : GrowingLexicon
        New words are added to it.
    words : TextWords, optional
        Words of the titles and then of the whole texts, where the caller has cut them already.

    Returns
    -------
    Packed
    """
    title_codes, title_exponents = quantize(profiles.title_vectors)
    whole_codes, whole_exponents = quantize(profiles.whole_vectors)
    heads = [text.title.replace("\0", " ").lower() for text in texts]
    wholes = [text.whole.replace("\0", " ").lower() for text in texts]
    # A title that stands before the rest ends where a blank begins, which no n-gram spans.
    apart = [
        not (whole.startswith(head) and whole[len(head) : len(head) + 1] in ("", " "))
        for head, whole in zip(heads, wholes, strict=True)
    ]
    rests = [
        whole if cut else whole[len(head) :]
        for head, whole, cut in zip(heads, wholes, apart, strict=True)
    ]
    units = [(_units(head), _units(rest)) for head, rest in zip(heads, rests, strict=True)]
    if words is None:
        words = TextWords.of([text.title for text in texts] + [text.whole for text in texts], terms)
    numbers, word_lengths = _numbered(words, len(texts), lexicon)
    rows = (profiles.title_rows, profiles.whole_rows)
    return Packed(
        title_codes,
        whole_codes,
        np.stack([title_exponents, whole_exponents], axis=1),
        _joined(piece for pair in units for piece in pair),
        numbers,
        np.concatenate(
            [
                np.array([list(map(len, pair)) for pair in units]).reshape(-1, 2),
                word_lengths.reshape(-1, 2),
            ],
            axis=1,
        ).astype(np.uint32),
        np.stack([profiles.title_lengths, profiles.whole_lengths], axis=1).astype(np.uint32),
        np.array(apart, dtype=bool),
        np.stack([_character_norms(row) for row in rows], axis=1),
        np.stack([terms.totals(row)[0] for row in rows], axis=1).astype(np.float32),
    )


def _units(text: str) -> NDArray[np.uint16]:
    return np.frombuffer(text.encode(_UNIT, "surrogatepass"), dtype="<u2").astype(np.uint16)


def _joined(pieces: Iterable[NDArray[np.uint16]]) -> NDArray[np.uint16]:
    return np.concatenate([np.empty(0, dtype=np.uint16), *pieces])


def _character_norms(rows: TermRows) -> NDArray[np.float32]:
    if rows.norms is None:
        raise ValueError("rows of a part of the terms cannot be packed")
    return rows.norms[:, 0]


def _numbered(
    words: TextWords, n: int, lexicon: GrowingLexicon
) -> tuple[NDArray[np.uint16], NDArray[np.int64]]:
    """Write the words of n titles and n whole texts, record by record, and how many units each."""
    number_of = np.array([lexicon.number(word) for word in words.lower], dtype=np.int64)
    starts, ranked = words.ranked()
    lengths = np.diff(starts)
    # Title and whole text of a record stand together.
    order = np.arange(2 * n).reshape(2, n).T.ravel()
    at = np.arange(starts[-1]) - np.repeat(
        np.cumsum(lengths[order]) - lengths[order], lengths[order]
    )
    picked = at + np.repeat(starts[order], lengths[order])
    return encode(number_of[ranked[picked]], lengths[order])


def unpack(
    packed: Packed,
    *,
    terms: TermModel,
    lexicon: Lexicon,
    shared_with: TermRows | None = None,
) -> Profiles:
    """Make profiles again.

    Parameters
    ----------
    packed : Packed
        n profiles.
    terms : TermModel
        By which they were packed.
    lexicon : Lexicon
        Of their words.
    shared_with : TermRows, optional
        Only character n-grams that stand in these rows are listed, which is all that grading
        against them needs.

    Returns
    -------
    Profiles
        n profiles. They grade as those that were packed.
    """
    lengths = packed.lengths.astype(np.int64)
    words = _words(packed, lengths)
    characters = _character_rows(packed, lengths, terms, shared_with)
    title_lists, whole_lists = _word_lists(words, len(packed), terms, lexicon)
    totals = packed.totals.astype(np.float64)
    of_title, of_whole = (
        row_totals(view.rows, terms.word_rarity) for view in (title_lists, whole_lists)
    )
    return Profiles(
        title_rows=TermRows(characters[0], title_lists.rows, (totals[:, 0], of_title)),
        whole_rows=TermRows(characters[1], whole_lists.rows, (totals[:, 1], of_whole)),
        title_vectors=restore(packed.title_codes, packed.exponents[:, 0]),
        whole_vectors=restore(packed.whole_codes, packed.exponents[:, 1]),
        title_terms=title_lists.listed,
        whole_terms=whole_lists.listed,
        title_lengths=packed.characters[:, 0].astype(np.float32),
        whole_lengths=packed.characters[:, 1].astype(np.float32),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Words:
    """Distinct words of titles (even rows) and whole texts (odd rows), in order."""

    numbers: NDArray[np.int64]
    rows: NDArray[np.int64]
    counts: NDArray[np.int64]


def _words(packed: Packed, lengths: NDArray[np.int64]) -> _Words:
    numbers, rows = decode(packed.words, lengths[:, 2:].ravel())
    new = np.ones(len(numbers), dtype=bool)
    new[1:] = (numbers[1:] != numbers[:-1]) | (rows[1:] != rows[:-1])
    begin = np.flatnonzero(new)
    return _Words(numbers[begin], rows[begin], np.diff(begin, append=len(numbers)))


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """Words of the titles, or of the whole texts."""

    rows: sp.csr_array
    listed: TermList


def _word_lists(words: _Words, n: int, terms: TermModel, lexicon: Lexicon) -> list[_View]:
    vectors = LexiconVectors(lexicon)
    views = []
    for view in (0, 1):
        at = np.flatnonzero(words.rows % 2 == view)
        row, number = words.rows[at] // 2, words.numbers[at]
        starts = np.searchsorted(row, np.arange(n + 1))
        counted, columns = words.counts[at].astype(np.float32), lexicon.columns(number)
        rows = sp.csr_array((counted, columns, starts.astype(np.int32)), shape=(n, WORD_COLUMNS))
        rows.sum_duplicates()
        weigh(rows, terms.word_rarity)
        listed = np.arange(len(at)) - starts[row] < MOST_WORDS
        ids = number[listed]
        bounds = np.append(0, np.cumsum(np.minimum(np.diff(starts), MOST_WORDS)))
        views.append(_View(rows, TermList(bounds, ids, lexicon.rarity(ids), vectors, lexicon)))
    return views


def _character_rows(
    packed: Packed, lengths: NDArray[np.int64], terms: TermModel, shared_with: TermRows | None
) -> list[sp.csr_array]:
    """Rows of titles and of whole texts."""
    n = len(packed)
    units = lengths[:, :2].ravel()
    # A zero after each piece, as the n-grams want it.
    ended = np.insert(packed.text, np.cumsum(units), 0)
    text = ended.astype("<u2", copy=False).tobytes().decode(_UNIT, "surrogatepass")
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    among = None
    if shared_with is not None:
        among = Sieve(np.unique(shared_with.characters.indices))
    piece, column = character_columns(points, among=among)
    row, rest = np.divmod(piece, 2)
    of_title = rest == 0
    of_whole = ~(of_title & packed.apart[row])
    found = []
    for view, chosen in enumerate((of_title, of_whole)):
        at = np.flatnonzero(chosen)
        rows = counts(row[at], column[at], (n, CHARACTER_COLUMNS))
        weigh(rows, terms.character_rarity, norms=packed.norms[:, view])
        found.append(rows)
    return found
