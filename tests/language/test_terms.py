"""Rarity and weights against scikit-learn's TF-IDF."""

from __future__ import annotations

import gc
import math
import weakref
import zipfile
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from matchmaker.errors import ModelError
from matchmaker.language.ngrams import CHARACTER_COLUMNS, WORD_COLUMNS, word_column
from matchmaker.language.terms import TermModel
from matchmaker.language.words import Tokenizer

TEXTS = [
    "高强度耐磨钢板的轧制工艺",
    "锂离子电池正极材料制备工艺",
    "316L不锈钢钢板与GCr15轴承钢",
    "锂电池正极钢板钢板钢板",
    "",
    "废水处理工艺",
    "锂离子电池正极材料制备工艺",
]
OTHERS = ["钢板轧制", "从没见过的量子计算", "", "锂电池工艺工艺"]


@pytest.fixture(scope="module")
def model() -> TermModel:
    return TermModel.fit(TEXTS)


def reference(**options: object) -> TfidfVectorizer:
    """(1 + ln count) times ln((1 + n) / (1 + df)), rows of length 1."""
    vectorizer = TfidfVectorizer(sublinear_tf=True, smooth_idf=True, **options).fit(TEXTS)
    vectorizer.idf_ = vectorizer.idf_ - 1
    return vectorizer


def test_words_are_those_of_scikit_learn(model: TermModel) -> None:
    vectorizer = reference(analyzer=Tokenizer().terms)
    names = vectorizer.get_feature_names_out()
    columns = [word_column(name) for name in names]
    assert len(set(columns)) == len(names)
    np.testing.assert_allclose(
        model.rows(TEXTS).words[:, columns].toarray(),
        vectorizer.transform(TEXTS).toarray(),
        atol=1e-6,
    )
    np.testing.assert_allclose([model.weight(n) for n in names], vectorizer.idf_, atol=1e-6)


def test_cosines_are_those_of_scikit_learn(model: TermModel) -> None:
    rows = model.rows(TEXTS)
    for matrix, options in (
        (rows.characters, {"analyzer": "char", "ngram_range": (2, 3)}),
        (rows.words, {"analyzer": Tokenizer().terms}),
    ):
        exact = reference(**options).transform(TEXTS)
        np.testing.assert_allclose(
            (matrix @ matrix.T).toarray(), (exact @ exact.T).toarray(), atol=1e-6
        )


def test_rows_have_length_one_or_nothing(model: TermModel) -> None:
    rows = model.rows([*TEXTS, *OTHERS])
    for matrix in (rows.characters, rows.words):
        assert matrix.dtype == np.float32
        lengths = np.sqrt(matrix.power(2).sum(axis=1))
        empty = np.array([not text for text in [*TEXTS, *OTHERS]])
        np.testing.assert_allclose(lengths[~empty], 1, atol=1e-6)
        np.testing.assert_array_equal(lengths[empty], 0)


def test_a_row_depends_on_its_text_only(model: TermModel) -> None:
    together = model.rows(OTHERS)
    for i, text in enumerate(OTHERS):
        alone = model.rows([text])
        assert (alone.characters != together.characters[[i]]).nnz == 0
        assert (alone.words != together.words[[i]]).nnz == 0
    chosen = together.take(np.array([3, 0, 3]))
    assert (chosen.words != model.rows([OTHERS[3], OTHERS[0], OTHERS[3]]).words).nnz == 0


def test_no_text_at_all(model: TermModel) -> None:
    rows = model.rows([])
    assert rows.characters.shape == (0, CHARACTER_COLUMNS)
    assert rows.words.shape == (0, WORD_COLUMNS)


@pytest.mark.parametrize("batch", [1, 2, 3, 4000])
def test_the_batch_changes_nothing(batch: int, model: TermModel) -> None:
    fitted = TermModel.fit(TEXTS, batch=batch)
    np.testing.assert_array_equal(fitted.character_rarity, model.character_rarity)
    np.testing.assert_array_equal(fitted.word_rarity, model.word_rarity)


def test_rarity_by_hand(model: TermModel) -> None:
    assert model.weight("工艺") == pytest.approx(math.log(8 / 5))  # in 4 of 7 texts
    assert model.weight("轴承钢") == pytest.approx(math.log(8 / 2))
    assert model.weight("从没见过") == pytest.approx(math.log(8))
    everywhere = TermModel.fit(["钢板", "钢板"])
    assert everywhere.weight("钢板") == 0
    assert everywhere.rows(["钢板"]).words.sum() == 0  # no length to divide by
    assert TermModel.fit([]).weight("钢板") == 0


def test_saved_and_loaded(model: TermModel, tmp_path: Path) -> None:
    model.save(tmp_path / "terms.npz")
    loaded = TermModel.load(tmp_path / "terms.npz")
    np.testing.assert_allclose(loaded.character_rarity, model.character_rarity, atol=0.0251)
    np.testing.assert_allclose(loaded.word_rarity, model.word_rarity, atol=0.0251)
    assert loaded.word_rarity.dtype == np.float32
    loaded.save(tmp_path / "again.npz")
    again = TermModel.load(tmp_path / "again.npz")
    np.testing.assert_array_equal(again.word_rarity, loaded.word_rarity)


def test_a_rarity_beyond_the_scale_is_cut_off_and_does_not_wrap(tmp_path: Path) -> None:
    rare = np.full(WORD_COLUMNS, 40, dtype=np.float32)
    TermModel(np.zeros(CHARACTER_COLUMNS, dtype=np.float32), rare).save(tmp_path / "terms.npz")
    assert TermModel.load(tmp_path / "terms.npz").weight("钢") == 12.75


@pytest.mark.parametrize(
    ("characters", "words"),
    [
        (np.zeros(3), np.zeros(WORD_COLUMNS)),
        (np.zeros(CHARACTER_COLUMNS), np.zeros((WORD_COLUMNS, 1))),
        (np.full(CHARACTER_COLUMNS, -0.5), np.zeros(WORD_COLUMNS)),
        (np.zeros(CHARACTER_COLUMNS), np.full(WORD_COLUMNS, np.nan)),
        (np.zeros(CHARACTER_COLUMNS), np.full(WORD_COLUMNS, np.inf)),
    ],
)
def test_arrays_that_are_no_rarities(characters: np.ndarray, words: np.ndarray) -> None:
    with pytest.raises(ModelError, match="_rarity"):
        TermModel(characters.astype(np.float32), words.astype(np.float32))


def damaged(path: Path, kind: str) -> None:
    content = path.read_bytes()
    if kind == "missing":
        path.unlink()
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "text":
        path.write_bytes(b"no archive")
    elif kind == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif kind == "flipped":
        middle = len(content) // 3
        path.write_bytes(
            content[:middle]
            + bytes(b ^ 0xFF for b in content[middle:][:64])
            + content[middle + 64 :]
        )
    elif kind == "plain array":
        with path.open("wb") as file:
            np.save(file, np.zeros(3))
    elif kind == "lacks an array":
        np.savez(path, characters=np.zeros(CHARACTER_COLUMNS, dtype=np.uint8))
    elif kind == "objects":
        np.savez(path, characters=np.array([{}], dtype=object), words=np.array([{}], dtype=object))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("characters.npy", b"x")


@pytest.mark.parametrize(
    "kind",
    [
        "missing",
        "empty",
        "text",
        "cut",
        "flipped",
        "plain array",
        "lacks an array",
        "objects",
        "zip",
    ],
)
def test_a_damaged_file_is_named(kind: str, model: TermModel, tmp_path: Path) -> None:
    path = tmp_path / "terms.npz"
    model.save(path)
    damaged(path, kind)
    with pytest.raises(ModelError, match=r"terms\.npz"):
        TermModel.load(path)


def test_totals_by_another_way(model: TermModel) -> None:
    rows = model.rows(OTHERS)
    characters, words = model.totals(rows)
    for found, matrix, rarity in (
        (characters, rows.characters, model.character_rarity),
        (words, rows.words, model.word_rarity),
    ):
        expected = matrix.astype(bool).astype(np.float64) @ rarity.astype(np.float64)
        assert found.dtype == np.float64
        # Kept in single precision.
        np.testing.assert_array_equal(found, expected.astype(np.float32))
        assert found[2] == 0
        assert found.max() > 0
    assert model.totals(rows) is model.totals(rows)
    # Another model's rarities are not those remembered.
    double = TermModel(model.character_rarity * 2, model.word_rarity * 2)
    np.testing.assert_allclose(double.totals(rows)[0], characters * 2)


def test_totals_of_a_text_depend_on_no_other(model: TermModel) -> None:
    whole = model.totals(model.rows(TEXTS * 50))
    for text, *expected in zip(TEXTS, *whole, strict=False):
        alone = model.totals(model.rows([text]))
        assert [float(alone[0][0]), float(alone[1][0])] == expected


def test_totals_are_forgotten_with_the_rows(model: TermModel) -> None:
    rows = model.rows(OTHERS)
    remembered = weakref.ref(model.totals(rows)[0])
    assert remembered() is not None
    del rows
    gc.collect()
    assert remembered() is None
