"""Lexical search against brute force over the entries that should be kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.language.ngrams import CHARACTER_COLUMNS, WORD_COLUMNS
from matchmaker.language.terms import TermModel, TermRows
from matchmaker.retrieval import lexical
from matchmaker.retrieval.lexical import LexicalIndex, Postings

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
WHOLE = [text and f"{text}，用于钢板与电池的制备工艺" for text in TEXTS]
QUERIES = ["钢板轧制工艺", "锂电池", "", "量子", "316L不锈钢", "sensor", *TEXTS]
# Each 40^(1/14) times the last; 2^20 units make one.
LEVELS = np.geomspace(0.02, 0.8, 15).astype(np.float32)
UNIT = 2**20

Terms = dict[int, np.float32]
Answer = tuple[NDArray[np.int64], NDArray[np.float32]]


def term_rows(rows: Sequence[dict[int, float]]) -> TermRows:
    """Make texts of terms by their columns, those of words after those of the n-grams."""
    both = []
    for low, columns in ((0, CHARACTER_COLUMNS), (CHARACTER_COLUMNS, WORD_COLUMNS)):
        kept = [
            {column - low: weight for column, weight in row.items() if 0 <= column - low < columns}
            for row in rows
        ]
        starts = np.cumsum([0, *map(len, kept)])
        indices = np.array([column for row in kept for column in sorted(row)], dtype=np.int32)
        data = np.array([row[column] for row in kept for column in sorted(row)], dtype=np.float32)
        both.append(sp.csr_array((data, indices, starts), shape=(len(rows), columns)))
    characters, words = both
    return TermRows(characters, words)


def terms_of(rows: TermRows) -> list[Terms]:
    """Read terms back, the words moved behind the n-grams."""
    found = []
    for row in range(rows.characters.shape[0]):
        terms: Terms = {}
        for matrix, low in ((rows.characters, 0), (rows.words, CHARACTER_COLUMNS)):
            part = slice(matrix.indptr[row], matrix.indptr[row + 1])
            terms |= dict(
                zip((matrix.indices[part] + low).tolist(), matrix.data[part], strict=True)
            )
        found.append(terms)
    return found


def kept_entries(title: TermRows, whole: TermRows, most: int = 56) -> list[dict[int, int]]:
    """Heaviest terms of each text, and which of the fifteen weights is nearest in proportion."""
    kept = []
    for one, other in zip(terms_of(title), terms_of(whole), strict=True):
        weights = {
            column: (one.get(column, np.float32(0)) + other.get(column, np.float32(0)))
            * np.float32(0.7 if column < CHARACTER_COLUMNS else 0.3)
            for column in one.keys() | other.keys()
        }
        heaviest = sorted(weights, key=lambda column: (-weights[column], column))[:most]
        kept.append(
            {
                column: 1 + int(np.abs(np.log(weights[column] / LEVELS)).argmin())
                for column in heaviest
                if weights[column] > 0
            }
        )
    return kept


def brute_force(
    queries: TermRows,
    entries: Sequence[dict[int, int]],
    k: int,
    *,
    allowed: NDArray[np.bool_] | None = None,
    budget: int = 100_000,
) -> Answer:
    """Every query with every text, in whole numbers."""
    asked = terms_of(queries)
    width = min(k, len(entries))
    positions = np.full((len(asked), width), -1, dtype=np.int64)
    scores = np.zeros((len(asked), width), dtype=np.float32)
    for row, query in enumerate(asked):
        read, left = {}, budget
        for column in sorted(query, key=lambda column: (-query[column], column)):
            entered = sum(column in text for text in entries)
            if entered > budget:
                continue
            left -= entered
            if left < 0:
                break
            read[column] = query[column]
        sums = {
            position: sum(
                int(np.rint(weight * LEVELS[text[column] - 1] * np.float32(UNIT)))
                for column, weight in read.items()
                if column in text
            )
            for position, text in enumerate(entries)
            if (allowed is None or allowed[position]) and read.keys() & text.keys()
        }
        for place, position in enumerate(sorted(sums, key=lambda at: (-sums[at], at))[:k]):
            positions[row, place], scores[row, place] = position, sums[position] / UNIT
    return positions, scores


def decoded(postings: Postings) -> list[dict[int, int]]:
    """Entries of each text: term to weight."""
    texts: list[dict[int, int]] = [{} for _ in range(postings.size)]
    for number, column in enumerate(postings.columns.tolist()):
        part = slice(postings.starts[number], postings.starts[number + 1])
        assert (np.diff(postings.texts[part]) > 0).all()
        for text, mixed in zip(postings.texts[part], postings.mixed[part], strict=True):
            texts[text][column] = int(mixed) % 16
    return texts


def equal(found: Answer, expected: Answer) -> None:
    assert [part.dtype for part in found] == [part.dtype for part in expected]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def same(first: Postings, second: Postings) -> None:
    assert first.size == second.size
    for part in fields(Postings):
        one, other = getattr(first, part.name), getattr(second, part.name)
        if part.name != "size":
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)


def drawn(n: int, seed: int) -> TermRows:
    """Texts of few terms and few weights, so that many are as good as each other."""
    draw = np.random.default_rng(seed)
    pool = np.concatenate([np.arange(20), CHARACTER_COLUMNS + np.arange(10)])
    rows = []
    for _ in range(n):
        columns = draw.choice(pool, size=draw.integers(0, 9), replace=False).tolist()
        rows.append({column: float(draw.choice([0.1, 0.25, 0.7])) for column in columns})
    return term_rows(rows)


@pytest.fixture(scope="module")
def terms() -> TermModel:
    return TermModel.fit(TEXTS)


@pytest.fixture(scope="module")
def sides(terms: TermModel) -> tuple[TermRows, TermRows]:
    return terms.rows(TEXTS), terms.rows(WHOLE)


@pytest.fixture(scope="module")
def postings(sides: tuple[TermRows, TermRows]) -> Postings:
    return Postings.of(*sides)


def test_entries_by_hand() -> None:
    word = CHARACTER_COLUMNS + 3
    title = term_rows([{7: 0.5}, {}, {5: 0.01, word: 1.0}])
    whole = term_rows([{7: 0.3, word: 0.1}, {}, {7: 0.6, 9: 0.0, word: 1.0}])
    found = Postings.of(title, whole)
    assert found.columns.tolist() == [5, 7, word]
    assert found.starts.tolist() == [0, 1, 3, 5]
    assert found.texts.tolist() == [2, 0, 2, 0, 2]
    # 0.7 * 0.01, 0.7 * 0.8 and 0.7 * 0.6, 0.3 * 0.1 and 0.3 * 2; the last levels are 0.363,
    # 0.472, 0.615, 0.8 and the first 0.02, 0.026, 0.034.
    assert (found.mixed & 15).tolist() == [1, 14, 13, 3, 14]
    assert found.size == 3
    kinds = (found.columns.dtype, found.starts.dtype, found.low.dtype, found.mixed.dtype)
    assert kinds == (np.int32, np.uint32, np.uint16, np.uint8)
    positions, scores = LexicalIndex([found]).search(term_rows([{7: 0.5}, {word: 0.5, 5: 0.5}]), 3)
    assert positions.tolist() == [[0, 2, -1], [2, 0, -1]]
    expected = [[0.5 * LEVELS[13], 0.5 * LEVELS[12], 0]]
    expected += [[0.5 * LEVELS[13] + 0.5 * LEVELS[0], 0.5 * LEVELS[2], 0]]
    np.testing.assert_allclose(scores, expected, atol=2 / UNIT)


def test_entries_are_the_heaviest_terms(
    sides: tuple[TermRows, TermRows], postings: Postings
) -> None:
    assert decoded(postings) == kept_entries(*sides)
    assert [bool(text) for text in decoded(postings)] == [bool(text) for text in TEXTS]


@pytest.mark.parametrize("k", [1, 2, 5, 9, 100])
@pytest.mark.parametrize("some", [False, True])
def test_search_is_brute_force(
    k: int, some: bool, terms: TermModel, sides: tuple[TermRows, TermRows], postings: Postings
) -> None:
    queries = terms.rows(QUERIES)
    allowed = np.array([1, 0, 1, 1, 1, 0, 0, 1, 1], dtype=bool) if some else None
    found = LexicalIndex([postings]).search(queries, k, allowed=allowed)
    equal(found, brute_force(queries, kept_entries(*sides), k, allowed=allowed))
    assert found[0].shape == (len(QUERIES), min(k, len(TEXTS)))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("k", [1, 7, 80])
def test_ties_stand_by_position(seed: int, k: int) -> None:
    title, whole, queries = drawn(80, seed), drawn(80, seed + 50), drawn(12, seed + 100)
    index = LexicalIndex([Postings.of(title, whole)])
    allowed = np.random.default_rng(seed).random(80) < 0.4
    entries = kept_entries(title, whole)
    for mask in (None, allowed):
        found = index.search(queries, k, allowed=mask)
        equal(found, brute_force(queries, entries, k, allowed=mask))
    # There are ties, or this would show nothing.
    scores = index.search(queries, 80)[1]
    assert (scores > 0).sum() - sum(len(np.unique(row[row > 0])) for row in scores) > 50


def test_of_equal_texts_the_first_is_found(terms: TermModel, postings: Postings) -> None:
    index = LexicalIndex([postings])
    positions, scores = index.search(terms.rows(["锂离子电池正极材料制备方法"]), 4)
    assert positions[0, :3].tolist() == [1, 3, 8]
    assert scores[0, 0] == scores[0, 1] == scores[0, 2] > scores[0, 3]
    without = np.arange(9) != 1
    assert index.search(terms.rows(TEXTS[1:2]), 1, allowed=without)[0].tolist() == [[3]]


def test_an_answer_depends_on_no_other_query(terms: TermModel, postings: Postings) -> None:
    queries, index = terms.rows(QUERIES), LexicalIndex([postings])
    positions, scores = index.search(queries, 4)
    assert (positions >= 0).any()
    for row in range(len(QUERIES)):
        alone = index.search(queries.take(np.array([row])), 4)
        equal(alone, (positions[row : row + 1], scores[row : row + 1]))


@pytest.mark.parametrize("borders", [[9], [0, 4], [3, 3, 5], [1, 2, 3, 4, 5, 6, 7, 8]])
def test_several_parts_are_as_one(
    borders: list[int], terms: TermModel, sides: tuple[TermRows, TermRows], postings: Postings
) -> None:
    title, whole = sides
    parts = [
        Postings.of(title.take(rows), whole.take(rows)) for rows in np.split(np.arange(9), borders)
    ]
    same(Postings.concatenated(parts), postings)
    one, several = LexicalIndex([postings]), LexicalIndex(parts)
    assert len(one) == len(several) == 9
    queries = terms.rows(QUERIES)
    for allowed in (None, np.arange(9) % 3 > 0):
        for k in (1, 4, 9):
            answer = one.search(queries, k, allowed=allowed)
            assert (answer[0] >= 0).any()
            equal(several.search(queries, k, allowed=allowed), answer)


@pytest.mark.parametrize("rows", [[], [4], [0, 3, 8], [2], list(range(9))])
def test_taken_texts_are_as_made_alone(
    rows: list[int], sides: tuple[TermRows, TermRows], postings: Postings
) -> None:
    at = np.array(rows, dtype=np.int64)
    title, whole = sides
    same(postings.take(at), Postings.of(title.take(at), whole.take(at)))


def test_a_long_text_is_found_by_its_heaviest_terms_only() -> None:
    characters = dict.fromkeys(range(30, 60), 0.9)
    words = {CHARACTER_COLUMNS + column: 0.5 for column in range(40)}
    light = dict.fromkeys(range(30), 0.1)
    title = term_rows([{**characters, **words, **light}, {5: 0.1}])
    whole = term_rows([{}, {}])
    [found, short] = decoded(Postings.of(title, whole))
    # 30 of 0.63, then 26 of 40 of 0.15, and none of 0.07.
    assert sorted(found) == [*range(30, 60), *range(CHARACTER_COLUMNS, CHARACTER_COLUMNS + 26)]
    assert sorted(short) == [5]
    asked = term_rows([{CHARACTER_COLUMNS + 25: 1.0}, {CHARACTER_COLUMNS + 26: 1.0}, {5: 1.0}])
    positions, _ = LexicalIndex([Postings.of(title, whole)]).search(asked, 1)
    assert positions.tolist() == [[0], [-1], [1]]


@pytest.mark.parametrize("most", [1, 3, 6])
def test_terms_kept_of_a_text(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical, "MOST_TERMS", most)
    title, whole, queries = drawn(60, 3), drawn(60, 4), drawn(10, 5)
    made = Postings.of(title, whole)
    assert decoded(made) == kept_entries(title, whole, most)
    assert max(map(len, decoded(made))) == most
    found = LexicalIndex([made]).search(queries, 9)
    equal(found, brute_force(queries, kept_entries(title, whole, most), 9))


@pytest.mark.parametrize("budget", [0, 1, 9, 20, 45, 10_000])
def test_a_query_reads_its_heaviest_terms_first(
    budget: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical, "MOST_ENTRIES", budget)
    title, whole, queries = drawn(60, 6), drawn(60, 7), drawn(20, 8)
    expected = brute_force(queries, kept_entries(title, whole), 60, budget=budget)
    equal(LexicalIndex([Postings.of(title, whole)]).search(queries, 60), expected)
    rows = np.split(np.arange(60), [11, 40])
    parts = [Postings.of(title.take(part), whole.take(part)) for part in rows]
    equal(LexicalIndex(parts).search(queries, 60), expected)


def test_the_budget_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    # Term 1 is in three texts, term 2 in two, term 3 in one.
    rows = term_rows([{1: 0.5, 2: 0.5, 3: 0.5}, {1: 0.5, 2: 0.5}, {1: 0.5}])
    index = LexicalIndex([Postings.of(rows, rows)])
    query = term_rows([{1: 0.3, 2: 0.4, 3: 0.3}])
    # A term that alone is too much is passed over.
    monkeypatch.setattr(lexical, "MOST_ENTRIES", 1)
    assert index.search(query, 3)[0].tolist() == [[0, -1, -1]]
    # The heaviest, then of two as heavy the lower column; the first that is too much ends it.
    for budget, found in ((2, [0, 1, -1]), (4, [0, 1, -1]), (5, [0, 1, 2])):
        monkeypatch.setattr(lexical, "MOST_ENTRIES", budget)
        positions, scores = index.search(query, 3)
        assert positions.tolist() == [found]
        # Until the sixth entry is read, the first two texts share the same.
        assert scores[0, 0] == scores[0, 1]
    monkeypatch.setattr(lexical, "MOST_ENTRIES", 6)
    assert (np.diff(index.search(query, 3)[1][0]) < 0).all()


def test_texts_numbered_beyond_sixteen_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [0, 5, 65_535, 65_536, 65_541, 131_072, 700_000, 2**20 - 1]
    full = drawn(40, 9)
    full = full.take(np.flatnonzero(np.diff(full.characters.indptr) > 2)[: len(numbers)])
    starts = np.zeros(2**20 + 1, dtype=np.int64)

    def spread(matrix: sp.csr_array) -> sp.csr_array:
        lengths = starts[1:].copy()
        lengths[numbers] = np.diff(matrix.indptr)
        ends = np.append(0, np.cumsum(lengths))
        return sp.csr_array((matrix.data, matrix.indices, ends), shape=(2**20, matrix.shape[1]))

    rows = TermRows(spread(full.characters), spread(full.words))
    made = Postings.of(rows, rows)
    assert sorted(set(made.texts.tolist())) == numbers
    queries = drawn(10, 10)
    few, scores = brute_force(queries, kept_entries(full, full), 8)
    places = np.append(numbers, -1)
    found = LexicalIndex([made]).search(queries, 8)
    equal(found, (places[few], scores))
    # Taken apart again, and put together from parts.
    same(made.take(np.array(numbers)), Postings.of(full, full))
    halves = [made.take(np.arange(65_530)), made.take(np.arange(65_530, 2**20))]
    same(Postings.concatenated(halves), made)
    equal(LexicalIndex(halves).search(queries, 8), found)
    # A collection after a full one.
    later = LexicalIndex([made, Postings.of(full, full)])
    positions, _ = later.search(queries, 16, allowed=np.arange(len(later)) >= 2**20)
    np.testing.assert_array_equal(positions[:, :8], np.where(few >= 0, few + 2**20, -1))
    assert (positions[:, 8:] == -1).all()


def test_more_texts_than_can_be_numbered(
    sides: tuple[TermRows, TermRows], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical, "MOST_TEXTS", 9)
    assert Postings.of(*sides).size == 9
    monkeypatch.setattr(lexical, "MOST_TEXTS", 8)
    with pytest.raises(ConfigError, match="9 texts are more than the 8"):
        Postings.of(*sides)


def test_nothing_to_find(terms: TermModel, postings: Postings) -> None:
    nothing, rows = terms.rows([]), terms.rows(QUERIES)
    empty = Postings.of(nothing, nothing)
    assert (empty.size, len(empty.texts), empty.starts.tolist()) == (0, 0, [0])
    for index in (LexicalIndex([]), LexicalIndex([empty]), LexicalIndex([empty, empty])):
        assert len(index) == 0
        positions, scores = index.search(rows, 3)
        assert positions.shape == scores.shape == (len(QUERIES), 0)
    blank = LexicalIndex([Postings.of(terms.rows(["", ""]), terms.rows(["", ""]))])
    assert len(blank) == 2
    assert (blank.search(rows, 3)[0] == -1).all()
    index = LexicalIndex([postings])
    assert index.search(nothing, 3)[0].shape == (0, 3)
    for positions, scores in (
        index.search(rows, 3, allowed=np.zeros(9, dtype=bool)),
        index.search(terms.rows(["", "，。"]), 3),
    ):
        assert (positions == -1).all()
        assert not scores.any()


@pytest.mark.parametrize("k", [0, -3])
def test_k_is_at_least_one(k: int, terms: TermModel, postings: Postings) -> None:
    with pytest.raises(ConfigError, match="at least 1"):
        LexicalIndex([postings]).search(terms.rows(QUERIES), k)


def test_more_texts_than_can_be_numbered_are_not_put_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    part = Postings(
        np.zeros(0, dtype=np.int32),
        np.zeros(1, dtype=np.uint32),
        np.zeros(0, dtype=np.uint16),
        np.zeros(0, dtype=np.uint8),
        3,
    )
    monkeypatch.setattr(lexical, "MOST_TEXTS", 6)
    assert Postings.concatenated([part, part]).size == 6
    with pytest.raises(ConfigError, match="7 texts are more than the 6"):
        Postings.concatenated([part, part, replace(part, size=1)])
