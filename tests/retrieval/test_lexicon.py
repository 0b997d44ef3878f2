"""Words of a collection: numbers, parts, spelling, vectors."""

from __future__ import annotations

import numpy as np
import pytest

from matchmaker.language.ngrams import word_column
from matchmaker.language.terms import TermModel
from matchmaker.retrieval.lexicon import GrowingLexicon, Lexicon, LexiconVectors, Words
from matchmaker.retrieval.quantized import rounded
from matchmaker.testing import HashingEncoder

ENCODER = HashingEncoder(dim=16)
GROUPS = [["钢板", "轧制", "igbt"], [], ["\ud800", "𠀀钢", "x" * 300], ["工艺"]]
WORDS = [word for group in GROUPS for word in group]


@pytest.fixture(scope="module")
def terms() -> TermModel:
    return TermModel.fit(["钢板轧制工艺", "钢板", "igbt 工艺"])


@pytest.fixture(scope="module")
def parts(terms: TermModel) -> list[Words]:
    growing = GrowingLexicon([], terms=terms, encoder=ENCODER)
    found = []
    for group in GROUPS:
        for word in (*group, *WORDS[: len(found)]):
            growing.number(word)
        found.append(growing.fresh())
    return found


def test_numbers_rise_and_stay(terms: TermModel) -> None:
    growing = GrowingLexicon(["a", "b"], terms=terms, encoder=ENCODER)
    assert [growing.number(word) for word in ("b", "钢板", "a", "工艺", "钢板")] == [1, 2, 0, 3, 2]
    assert list(growing.fresh()) == ["钢板", "工艺"]
    assert list(growing.fresh()) == []
    assert growing.number("新") == 4
    assert list(growing.fresh()) == ["新"]
    assert growing.rarity("钢板") == growing.rarity("钢板") == terms.weight("钢板")


def test_words(parts: list[Words], terms: TermModel) -> None:
    assert [list(part) for part in parts] == GROUPS
    for part, group in zip(parts, GROUPS, strict=True):
        assert part.columns.tolist() == [word_column(word) for word in group]
        assert part.rarity.tolist() == [np.float32(terms.weight(word)) for word in group]


@pytest.mark.parametrize("cut", [0, 1, 2, 3])
def test_parts_are_numbered_through(cut: int, parts: list[Words], terms: TermModel) -> None:
    joined = [Words.concatenated(parts[: cut + 1]), *parts[cut + 1 :]]
    lexicon = Lexicon(joined)
    assert len(lexicon) == len(WORDS)
    assert list(lexicon) == WORDS
    assert lexicon[-1] == WORDS[-1]
    assert list(lexicon[1:6:2]) == WORDS[1:6:2]
    with pytest.raises(IndexError):
        lexicon[len(WORDS)]
    vectors = rounded(ENCODER.encode_document(WORDS))
    lists: list[list[int]] = [[], [0], [6], [3, 4], list(range(7)), [5, 0, 3, 3, 6]]
    for numbers in lists:
        asked = np.array(numbers, dtype=np.int64)
        np.testing.assert_array_equal(lexicon.vectors(asked), vectors[asked])
        np.testing.assert_array_equal(LexiconVectors(lexicon)[asked], vectors[asked])
        assert lexicon.columns(asked).tolist() == [word_column(WORDS[i]) for i in numbers]
        expected = [np.float32(terms.weight(WORDS[i])) for i in numbers]
        assert lexicon.rarity(asked).tolist() == expected
    assert len(LexiconVectors(lexicon)) == len(WORDS)
