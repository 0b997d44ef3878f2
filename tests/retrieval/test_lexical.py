"""Lexical search against dense products."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.language.terms import TermModel, TermRows
from matchmaker.retrieval import lexical
from matchmaker.retrieval.lexical import CHARACTER_SHARE, LexicalIndex

TEXTS = [
    "高强度耐磨钢板的轧制工艺",
    "锂离子电池正极材料制备方法",
    "",
    "锂离子电池正极材料制备方法",
    "316L不锈钢与GCr15轴承钢",
    "钢板轧制",
    "废水处理与膜分离",
    "soil moisture sensor",
    "锂离子电池正极材料制备方法",
]
QUERIES = ["钢板轧制工艺", "锂电池", "", "量子", "316L不锈钢", "sensor", *TEXTS]


@pytest.fixture(scope="module")
def terms() -> TermModel:
    return TermModel.fit(TEXTS)


def shares(queries: TermRows, rows: TermRows) -> NDArray[np.float64]:
    def product(first: object, second: object) -> NDArray[np.float64]:
        return np.asarray((first.astype(float) @ second.astype(float).T).toarray())

    return CHARACTER_SHARE * product(queries.characters, rows.characters) + (
        1 - CHARACTER_SHARE
    ) * product(queries.words, rows.words)


@pytest.mark.parametrize("k", [1, 2, 5, 9, 100])
@pytest.mark.parametrize("some", [False, True])
@pytest.mark.parametrize("at_once", [1, 4, 256])
def test_search_is_brute_force(
    k: int, some: bool, at_once: int, terms: TermModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical, "_QUERIES_AT_ONCE", at_once)
    rows, queries = terms.rows(TEXTS), terms.rows(QUERIES)
    allowed = np.array([1, 0, 1, 1, 1, 0, 0, 1, 1], dtype=bool) if some else None
    positions, scores = LexicalIndex(rows).search(queries, k, allowed=allowed)
    exact = shares(queries, rows)
    if allowed is not None:
        exact[:, ~allowed] = 0
    assert positions.shape == scores.shape == (len(QUERIES), min(k, len(TEXTS)))
    assert (positions.dtype, scores.dtype) == (np.int64, np.float32)
    for row, values in enumerate(exact):
        order = np.lexsort((np.arange(len(values)), -np.round(values, 5)))
        found = [i for i in order if values[i] > 0][:k]
        assert positions[row].tolist() == found + [-1] * (min(k, len(TEXTS)) - len(found))
        np.testing.assert_allclose(scores[row, : len(found)], values[found], atol=1e-6)
        assert not scores[row, len(found) :].any()


def test_scores_stay_in_range(terms: TermModel) -> None:
    rows = terms.rows(TEXTS)
    positions, scores = LexicalIndex(rows).search(rows, 1)
    assert ((scores >= 0) & (scores <= 1)).all()
    full = [bool(text) for text in TEXTS]
    np.testing.assert_allclose(scores[full, 0], 1, atol=1e-6)
    # Of three equal texts the first is found, whoever asks.
    assert positions[:, 0].tolist() == [0, 1, -1, 1, 4, 5, 6, 7, 1]


def test_an_answer_depends_on_no_other_query_or_text(terms: TermModel) -> None:
    rows, queries = terms.rows(TEXTS), terms.rows(QUERIES)
    positions, scores = LexicalIndex(rows).search(queries, 4)
    for row in range(len(QUERIES)):
        alone = LexicalIndex(rows).search(queries.take(np.array([row])), 4)
        np.testing.assert_array_equal(alone[0][0], positions[row])
        np.testing.assert_array_equal(alone[1][0], scores[row])
    shuffle = np.array([8, 2, 5, 0, 7, 3, 6, 1, 4])
    moved = LexicalIndex(rows.take(shuffle)).search(queries, 4)
    np.testing.assert_array_equal(moved[1], scores)


def test_nothing_to_find(terms: TermModel) -> None:
    empty, rows = terms.rows([]), terms.rows(TEXTS)
    assert LexicalIndex(empty).search(rows, 3)[0].shape == (9, 0)
    assert len(LexicalIndex(empty)) == 0
    assert LexicalIndex(rows).search(empty, 3)[0].shape == (0, 3)
    assert len(LexicalIndex(rows)) == 9
    nobody = np.zeros(9, dtype=bool)
    positions, scores = LexicalIndex(rows).search(rows, 3, allowed=nobody)
    assert (positions == -1).all()
    assert not scores.any()
    for k in (0, -3):
        with pytest.raises(ConfigError, match="at least 1"):
            LexicalIndex(rows).search(rows, k)
