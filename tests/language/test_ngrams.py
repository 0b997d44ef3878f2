"""Hashed counts against scikit-learn's exact ones."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from matchmaker.language.ngrams import (
    CHARACTER_COLUMNS,
    WORD_COLUMNS,
    character_counts,
    word_column,
    word_counts,
)

TEXTS = [
    "高强度耐磨钢板的轧制工艺与应用",
    "锂离子电池正极材料制备方法,锂离子电池",
    "",
    "钢",
    "316L不锈钢与GCr15轴承钢(IGBT)",
    "钢钢钢钢",
    "A b",
    "锂离子电池正极材料制备方法,锂离子电池",
    "α-Fe2O3 nano 粉体",
]
# Runs of what may stand inside an n-gram, written independently of the module's table.
RUN = re.compile(
    r"[0-9A-Za-zµ\u0370-\u03ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)


def grams(text: str) -> Counter[str]:
    runs = RUN.findall(text.replace("\0", " ").lower())
    return Counter(
        run[i : i + size] for run in runs for size in (2, 3) for i in range(len(run) - size + 1)
    )


def column_of(gram: str, columns: int = CHARACTER_COLUMNS) -> int:
    """Column of one n-gram: that of its whole, which its parts do not share."""
    row = character_counts(
        [gram, *(gram[i : i + 2] for i in range(len(gram) - 2 + 1))], columns=columns
    )
    own = set(row[[0]].indices.tolist())
    if len(gram) == 3:
        own -= set(row[[1]].indices.tolist()) | set(row[[2]].indices.tolist())
    assert len(own) == 1, gram
    return own.pop()


def test_counts_are_those_of_scikit_learn() -> None:
    # scikit-learn knows no borders, so each run is a text of its own.
    runs = [(i, run) for i, text in enumerate(TEXTS) for run in RUN.findall(text.lower())]
    vectorizer = CountVectorizer(analyzer="char", ngram_range=(2, 3))
    exact = vectorizer.fit_transform([run for _, run in runs]).toarray()
    per_text = np.zeros((len(TEXTS), exact.shape[1]))
    np.add.at(per_text, [i for i, _ in runs], exact)
    names = vectorizer.get_feature_names_out()
    columns = [column_of(name) for name in names]
    assert len(set(columns)) == len(columns)
    counted = character_counts(TEXTS)
    assert counted.shape == (len(TEXTS), CHARACTER_COLUMNS)
    assert counted.dtype == np.float32
    np.testing.assert_array_equal(counted[:, columns].toarray(), per_text)
    assert counted.sum() == per_text.sum()


ALPHABET = st.one_of(
    st.sampled_from("钢板轧制aAbB19-，。 \0\nµΩσΣİß\u9fff\u3400\ud800🙂𠀀"),
    st.characters(exclude_categories=()),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(ALPHABET, max_size=20), max_size=5))
def test_counts_of_any_texts(texts: list[str]) -> None:
    counted = character_counts(texts)
    assert counted.has_canonical_format
    assert counted.nnz == np.count_nonzero(counted.data)
    for i, text in enumerate(texts):
        expected = Counter(grams(text).values())
        row = counted[[i]]
        assert row.sum() == sum(grams(text).values())
        if len(grams(text)) == row.nnz:  # no two of these few share a column
            assert Counter(row.data.astype(int).tolist()) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(ALPHABET, max_size=12), min_size=1, max_size=6))
def test_a_row_depends_on_its_text_only(texts: list[str]) -> None:
    together = character_counts(texts)
    alone = [character_counts([text]) for text in texts]
    for i, row in enumerate(alone):
        assert (together[[i]] != row).nnz == 0
    reverse = character_counts(texts[::-1])
    assert (reverse[list(range(len(texts)))[::-1]] != together).nnz == 0


def test_case_is_folded_and_borders_hold() -> None:
    a, b, c = (
        character_counts(["GCr15", "gcR15", "GC r15"])[[0]],
        *(character_counts([text]) for text in ("gcR15", "GC r15")),
    )
    del a
    assert (character_counts(["GCr15"]) != b).nnz == 0
    assert c.sum() == 1 + 3  # gc; r1, 15, r15


@pytest.mark.parametrize("columns", [1 << 8, 1 << 16, 1 << 20])
def test_columns_fill_evenly(columns: int) -> None:
    texts = [
        "".join(chr(0x4E00 + (i * 37 + j * 101) % 20000) for j in range(200)) for i in range(50)
    ]
    counted = character_counts(texts, columns=columns)
    assert counted.shape == (50, columns)
    assert counted.sum() == sum(sum(grams(text).values()) for text in texts)
    different = len({gram for text in texts for gram in grams(text)})
    filled = len(np.unique(counted.indices))
    expected = columns * (1 - (1 - 1 / columns) ** different)  # as balls thrown at random
    assert filled == pytest.approx(expected, rel=0.02)


def test_no_text_and_empty_text() -> None:
    assert character_counts([]).shape == (0, CHARACTER_COLUMNS)
    assert character_counts(["", "。"]).nnz == 0
    assert word_counts([]).shape == (0, WORD_COLUMNS)
    assert word_counts([[], []]).nnz == 0
    assert word_counts([]).dtype == character_counts([]).dtype == np.float32


def test_word_counts() -> None:
    terms = [["钢板", "轧制", "钢板"], [], ["gcr15", "钢板"], ["\ud800"]]
    counted = word_counts(terms)
    vocabulary = sorted({word for words in terms for word in words})
    columns = [word_column(word) for word in vocabulary]
    assert len(set(columns)) == len(vocabulary)
    exact = [[Counter(words)[word] for word in vocabulary] for words in terms]
    np.testing.assert_array_equal(counted[:, columns].toarray(), exact)
    assert counted.sum() == 6
    assert counted.has_canonical_format


def test_word_columns_are_the_same_everywhere() -> None:
    # CRC-32 of the UTF-8 bytes; the check value of "123456789" is that of the standard.
    assert word_column("123456789") == 0xCBF43926 & (WORD_COLUMNS - 1)
    assert word_column("钢板", columns=16) == word_column("钢板") % 16
    assert 0 <= word_column("") < WORD_COLUMNS
