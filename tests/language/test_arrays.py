"""Sieve, stretches and norms against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from matchmaker.language.arrays import Sieve, row_norms, stretches
from matchmaker.language.ngrams import character_columns


@pytest.mark.parametrize("members", [[], [0], [5, 65541, 131077], [3, 9, 1 << 20, (1 << 31) - 1]])
def test_sieve(members: list[int]) -> None:
    # 5, 65541 and 131077 share their lower 16 bits, and so does 196613, which is no member.
    numbers = [0, 5, 65541, 5, 196613, 131077, 3, 9, 65539, 1 << 20, (1 << 31) - 1, 65545]
    sieve = Sieve(np.array(members, dtype=np.int32))
    given = np.array(numbers, dtype=np.int32)
    at, member = sieve.find(given)
    expected = [(i, members.index(n)) for i, n in enumerate(numbers) if n in members]
    assert list(zip(at.tolist(), member.tolist(), strict=True)) == expected
    where = np.arange(len(numbers)) % 2 == 1
    at, member = sieve.find(given, where=where)
    kept = [(i, place) for i, place in expected if i % 2]
    assert list(zip(at.tolist(), member.tolist(), strict=True)) == kept


@pytest.mark.parametrize("singles", [False, True])
def test_character_columns_among_some(singles: bool) -> None:
    texts = "钢板轧制工艺\0gcr15轴承钢，钢板\0\0工艺\0"
    points = np.frombuffer(texts.encode("utf-32-le"), dtype=np.uint32)
    row, column = character_columns(points, singles=singles)
    assert (np.diff(row) >= 0).all()
    assert len(row) == (24 + 18 if singles else 24)
    members = np.unique(column)[::3]
    found = character_columns(points, singles=singles, among=Sieve(members))
    kept = np.isin(column, members)
    assert 0 < kept.sum() < len(kept)
    np.testing.assert_array_equal(found[0], row[kept])
    np.testing.assert_array_equal(found[1], column[kept])


def test_row_norms() -> None:
    rows = sp.csr_array(np.array([[3, 0, 4], [0, 0, 0], [0, 2, 0]], dtype=np.float32))
    found = row_norms(rows)
    assert found.dtype == np.float32
    assert found.tolist() == [5, 0, 2]
    assert row_norms(sp.csr_array((0, 3), dtype=np.float32)).shape == (0,)


def test_stretches() -> None:
    values = np.array([[1, 2, 3], [4, 6, 5]], dtype=np.float32)
    bounds = np.array([0, 0, 2, 3, 3])
    assert stretches(np.add, values, bounds).tolist() == [[0, 3, 3, 0], [0, 10, 5, 0]]
    assert stretches(np.maximum, values, bounds).tolist() == [[0, 2, 3, 0], [0, 6, 5, 0]]
    assert stretches(np.add, values[:, :0], np.array([0, 0])).tolist() == [[0], [0]]
