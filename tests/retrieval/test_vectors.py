"""Dense search against brute force in double precision, with awkward vectors."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.retrieval.vectors import SectorIndex, VectorIndex

SECTORS = ("冶金", "信息技术", "智能制造", "其他")


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    wide = np.asarray(vectors, dtype=np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    return wide / np.where(lengths > 0, lengths, 1)


def brute_force(
    vectors: NDArray[np.float32],
    queries: NDArray[np.float32],
    k: int,
    members: NDArray[np.int64] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Every cosine, sorted; ties (to single precision) by position."""
    members = np.arange(len(vectors)) if members is None else members
    cosines = unit(queries) @ unit(vectors)[members].T
    positions = np.array(
        [members[np.lexsort((members, -np.round(row, 5)))][:k] for row in cosines], dtype=np.int64
    ).reshape(len(queries), -1)
    full = unit(queries) @ unit(vectors).T
    return positions, np.take_along_axis(full, positions, axis=1)


def awkward(n: int, dim: int = 16, seed: int = 0) -> NDArray[np.float32]:
    """Few distinct directions, so that ties are everywhere; lengths 1e-12 to 1e12; zeros."""
    rng = np.random.default_rng(seed)
    directions = rng.standard_normal((7, dim)).astype(np.float32)
    lengths = 2.0 ** rng.integers(-40, 41, size=n)  # powers of two lose no digit
    vectors = directions[rng.integers(0, 7, size=n)] * lengths[:, None]
    vectors[rng.random(n) < 0.1] = 0
    return vectors.astype(np.float32)


def assigned(n: int, seed: int = 0) -> list[list[str]]:
    rng = np.random.default_rng(seed)
    return [list(rng.choice(SECTORS, size=rng.integers(1, 4), replace=True)) for _ in range(n)]


@pytest.mark.parametrize("n", [1, 2, 50, 600])
@pytest.mark.parametrize("k", [1, 3, 100, 170, 10_000])
@pytest.mark.parametrize("n_queries", [1, 19, 45])
def test_search_is_brute_force(n: int, k: int, n_queries: int) -> None:
    vectors, partitions = awkward(n), assigned(n)
    index = SectorIndex(vectors, partitions)
    queries = np.concatenate([awkward(n_queries, seed=1), vectors[:2], np.zeros((1, 16))])
    queries = queries.astype(np.float32)
    for sector in (None, *SECTORS):
        members = np.array(
            [i for i, names in enumerate(partitions) if sector is None or sector in names],
            dtype=np.int64,
        )
        positions, similarities = index.search(queries, k, partition=sector)
        exact, cosines = brute_force(vectors, queries, k, members)
        assert positions.shape == similarities.shape == (len(queries), min(k, len(members)))
        assert positions.dtype == np.int64
        assert similarities.dtype == np.float32
        np.testing.assert_array_equal(positions, exact)
        np.testing.assert_allclose(similarities, cosines, atol=2e-6)
        assert np.abs(similarities).max(initial=0) <= 1


def test_distinct_vectors() -> None:
    rng = np.random.default_rng(3)
    vectors = rng.standard_normal((400, 24)).astype(np.float32) * 5
    queries = rng.standard_normal((30, 24)).astype(np.float32)
    index = SectorIndex(vectors, assigned(400))
    for k in (1, 7, 399):
        positions, similarities = index.search(queries, k)
        cosines = unit(queries) @ unit(vectors).T
        np.testing.assert_array_equal(positions, np.argsort(-cosines, axis=1)[:, :k])
        np.testing.assert_allclose(similarities, -np.sort(-cosines, axis=1)[:, :k], atol=1e-6)


def test_order_of_arrival_changes_nothing() -> None:
    vectors, partitions = awkward(200), assigned(200)
    # Ties go by position, which callers keep in order of id: compare what is not tied.
    distinct = np.random.default_rng(5).standard_normal((200, 16)).astype(np.float32)
    shuffle = np.random.default_rng(6).permutation(200)
    queries = awkward(20, seed=2)
    straight = SectorIndex(distinct, partitions).search(queries[np.any(queries, axis=1)], 20)
    shuffled = SectorIndex(distinct[shuffle], [partitions[i] for i in shuffle]).search(
        queries[np.any(queries, axis=1)], 20
    )
    np.testing.assert_array_equal(straight[0], shuffle[shuffled[0]])
    np.testing.assert_array_equal(straight[1], shuffled[1])
    # With ids restored before building, ties come out alike, too.
    back = np.argsort(shuffle)
    again = SectorIndex(vectors[shuffle][back], [partitions[shuffle[i]] for i in back])
    for one, other in zip(
        again.search(queries, 30), SectorIndex(vectors, partitions).search(queries, 30), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_a_query_s_answer_depends_on_no_other_query() -> None:
    vectors = awkward(300, dim=48)
    index = SectorIndex(vectors, assigned(300))
    queries = np.random.default_rng(9).standard_normal((64, 48)).astype(np.float32)
    positions, similarities = index.search(queries, 12)
    for row, query in enumerate(queries):
        alone = index.search(query[None], 12)
        np.testing.assert_array_equal(alone[0][0], positions[row])
        np.testing.assert_array_equal(alone[1][0], similarities[row])


def test_memory_layout_changes_nothing_and_nothing_is_changed() -> None:
    wide = np.random.default_rng(4).standard_normal((60, 32))
    strided = wide.astype(np.float32)[::2, ::2]
    kept = strided.copy()
    partitions = assigned(30)
    plain = SectorIndex(kept, partitions).search(kept[:5], 9)
    for vectors in (strided, np.asfortranarray(kept), kept.astype(np.float64)):
        found = SectorIndex(vectors, partitions).search(vectors[:5], 9)
        np.testing.assert_array_equal(found[0], plain[0])
        np.testing.assert_allclose(found[1], plain[1], atol=1e-6)
    np.testing.assert_array_equal(strided, kept)


def test_sizes_and_length() -> None:
    index = SectorIndex(np.eye(3, dtype=np.float32), [["b", "a", "b"], ["a"], ["c", "b"]])
    assert dict(index.sizes) == {"a": 2, "b": 2, "c": 1}
    assert len(index) == 3
    assert isinstance(index, VectorIndex)


def test_nothing_to_search() -> None:
    empty = SectorIndex(np.empty((0, 8), dtype=np.float32), [])
    positions, similarities = empty.search(np.ones((3, 8), dtype=np.float32), 5)
    assert positions.shape == similarities.shape == (3, 0)
    assert len(empty) == 0
    index = SectorIndex(np.eye(8, dtype=np.float32), [["a", "b"]] * 8)
    assert index.search(np.ones((2, 8), dtype=np.float32), 5, partition="c")[0].shape == (2, 0)
    assert index.search(np.empty((0, 8), dtype=np.float32), 5, partition="a")[0].shape == (0, 5)
    assert len(index.search(np.empty((0, 8), dtype=np.float32), 5)[0]) == 0


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_refused(value: float) -> None:
    vectors = np.eye(4, dtype=np.float32)
    broken = vectors.copy()
    broken[2, 1] = value
    with pytest.raises(ConfigError, match="not finite"):
        SectorIndex(broken, [["a"]] * 4)
    with pytest.raises(ConfigError, match="not finite"):
        SectorIndex(vectors, [["a"]] * 4).search(broken, 2)


def test_what_does_not_fit_is_refused() -> None:
    vectors = np.eye(4, dtype=np.float32)
    with pytest.raises(ConfigError, match="4 vectors but 3"):
        SectorIndex(vectors, [["a"]] * 3)
    with pytest.raises(ConfigError, match="at least one"):
        SectorIndex(vectors, [["a"], [], ["a"], ["b"]])
    index = SectorIndex(vectors, [["a"]] * 4)
    for k in (0, -1):
        with pytest.raises(ConfigError, match="at least 1"):
            index.search(vectors, k)
    for queries in (np.ones((2, 3), dtype=np.float32), np.ones(4, dtype=np.float32)):
        with pytest.raises(ConfigError, match="shape"):
            index.search(queries, 1)
