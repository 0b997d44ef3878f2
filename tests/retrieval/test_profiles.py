"""Profiles: contents by hand, choosing, joining."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from matchmaker.language.ngrams import word_column
from matchmaker.language.terms import TermModel
from matchmaker.language.texts import RecordText
from matchmaker.retrieval.profiles import Profiles, TermList, concatenate, profile
from matchmaker.retrieval.quantized import rounded
from matchmaker.testing import HashingEncoder

TITLES = ["钢板轧制工艺", "IGBT模块", "", "igbt 驱动 IGBT", "钢"]
WHOLES = [
    "钢板轧制工艺 钢板开裂，钢板变形",
    "IGBT模块 功率模块的散热",
    "",
    "igbt 驱动 IGBT 电路",
    "钢",
]
TEXTS = [RecordText(title, whole) for title, whole in zip(TITLES, WHOLES, strict=True)]
ENCODER = HashingEncoder(dim=32)


@pytest.fixture(scope="module")
def terms() -> TermModel:
    return TermModel.fit([*WHOLES, "钢铁", "电路设计"])


@pytest.fixture(scope="module")
def profiles(terms: TermModel) -> Profiles:
    return profile(TEXTS, terms=terms, encoder=ENCODER)


def listed(terms: TermList) -> list[list[tuple[str, float]]]:
    """Words and rarities of each text."""
    return [
        [
            (terms.words[row], float(rarity))
            for row, rarity in zip(terms.ids[a:b], terms.rarity[a:b], strict=True)
        ]
        for a, b in zip(terms.starts[:-1], terms.starts[1:], strict=True)
    ]


def same(first: Profiles, second: Profiles) -> None:
    """Everything about two profiles is equal, whatever order their words are kept in."""
    assert len(first) == len(second)
    for view in ("title", "whole"):
        for channel in ("characters", "words"):
            one = getattr(getattr(first, f"{view}_rows"), channel)
            other = getattr(getattr(second, f"{view}_rows"), channel)
            assert one.shape == other.shape
            assert (one != other).nnz == 0
        for part in ("vectors", "lengths"):
            one, other = getattr(first, f"{view}_{part}"), getattr(second, f"{view}_{part}")
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)
        one, other = getattr(first, f"{view}_terms"), getattr(second, f"{view}_terms")
        assert listed(one) == listed(other)
        np.testing.assert_array_equal(one.vectors[one.ids], other.vectors[other.ids])
        assert len(one.words) == len(one.vectors)


def test_contents(profiles: Profiles, terms: TermModel) -> None:
    assert len(profiles) == 5
    assert profiles.title_lengths.tolist() == [6, 6, 0, 12, 1]
    assert profiles.whole_lengths.tolist() == [len(whole) for whole in WHOLES]
    titles, wholes = ENCODER.encode_document(TITLES), ENCODER.encode_document(WHOLES)
    np.testing.assert_array_equal(profiles.title_vectors, rounded(titles))
    np.testing.assert_array_equal(profiles.whole_vectors, rounded(wholes))
    np.testing.assert_array_equal(profiles.vectors, profiles.title_vectors + profiles.whole_vectors)
    assert (profiles.whole_rows.words != terms.rows(WHOLES).words).nnz == 0
    assert (profiles.title_rows.characters != terms.rows(TITLES).characters).nnz == 0


def test_terms_are_distinct_and_spelled_as_in_their_own_text(
    profiles: Profiles, terms: TermModel
) -> None:
    words = [[word for word, _ in text] for text in listed(profiles.title_terms)]
    assert words == [["钢板", "轧制", "工艺"], ["模块", "IGBT"], [], ["驱动", "igbt"], ["钢"]]
    for text in (*listed(profiles.title_terms), *listed(profiles.whole_terms)):
        for word, rarity in text:
            assert rarity == np.float32(terms.weight(word.lower()))
    of = profiles.title_terms
    np.testing.assert_array_equal(
        of.vectors, rounded(ENCODER.encode_document([word.lower() for word in of.words]))
    )


def test_of_a_long_text_the_rarest_terms_are_kept(terms: TermModel) -> None:
    columns = [word_column(f"x{i}") for i in range(200)]
    assert len(set(columns)) == 200
    rarity = np.zeros_like(terms.word_rarity)
    rarity[columns] = np.arange(200) % 50
    weighing = TermModel(terms.character_rarity, rarity)
    text = " ".join(f"X{i}" for i in range(200))
    made = profile([RecordText("X7", text)], terms=weighing, encoder=ENCODER)
    found = listed(made.whole_terms)[0]
    expected = sorted(range(200), key=lambda i: (-(i % 50), i))[:80]
    assert found == [(f"X{i}", i % 50) for i in expected]
    # What is not listed costs nothing.
    assert sorted(made.whole_terms.words) == sorted(f"X{i}" for i in expected)


def test_words_spelled_in_two_ways_share_what_is_computed(terms: TermModel) -> None:
    calls: list[list[str]] = []

    class Noting(HashingEncoder):
        def encode_document(self, texts: Sequence[str]) -> NDArray[np.float32]:
            calls.append(list(texts))
            return super().encode_document(texts)

    texts = [RecordText("IGBT", "IGBT igbt"), RecordText("igbt", "igbt Igbt")]
    made = profile(texts, terms=terms, encoder=Noting(dim=32))
    assert calls == [["IGBT", "igbt", "IGBT igbt", "igbt Igbt", "igbt"]]
    assert [[word for word, _ in text] for text in listed(made.whole_terms)] == [["IGBT"], ["igbt"]]
    np.testing.assert_array_equal(made.whole_terms.vectors[0], made.whole_terms.vectors[1])


class Short:
    """An encoder of two numbers: the length of a text, and how many came before."""

    dim, name = 2, "short"

    def encode_query(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([[len(t), 1] for t in texts], dtype=np.float32).reshape(-1, 2)

    encode_document = encode_query


def test_any_encoder_will_do(terms: TermModel) -> None:
    made = profile(TEXTS, terms=terms, encoder=Short())
    assert made.whole_vectors[:, 0].tolist() == [len(whole) for whole in WHOLES]


@pytest.mark.parametrize("rows", [[], [0], [4, 0, 0, 2, 3], [2, 2], [1, 2, 3, 4]])
def test_take(rows: list[int], profiles: Profiles, terms: TermModel) -> None:
    chosen = profiles.take(np.array(rows, dtype=np.int64))
    same(chosen, profile([TEXTS[row] for row in rows], terms=terms, encoder=ENCODER))


@pytest.mark.parametrize("cuts", [[0, 5], [0, 2, 5], [0, 0, 1, 2, 3, 4, 5, 5], [0, 3, 3, 5]])
def test_concatenate(cuts: list[int], profiles: Profiles, terms: TermModel) -> None:
    parts = [profile(TEXTS[a:b], terms=terms, encoder=ENCODER) for a, b in itertools.pairwise(cuts)]
    joined = concatenate(parts)
    same(joined, profiles)
    # However many parts, each word is kept once.
    for view in ("title_terms", "whole_terms"):
        assert sorted(getattr(joined, view).words) == sorted(getattr(profiles, view).words)


def test_nothing_at_all(terms: TermModel) -> None:
    nothing = profile([], terms=terms, encoder=ENCODER)
    assert len(nothing) == 0
    assert nothing.vectors.shape == (0, 32)
    same(concatenate([nothing, nothing]), nothing)
