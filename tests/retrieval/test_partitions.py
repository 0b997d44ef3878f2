"""Partitions of vectors against exact products."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.retrieval import partitions
from matchmaker.retrieval.partitions import (
    REST,
    Coded,
    PartitionedVectors,
    Selection,
    clustered,
    rest,
    unit,
)
from matchmaker.retrieval.quantized import quantize, restore

N, DIM = 4000, 32
Vectors = NDArray[np.float32]


def made(n: int = N, dim: int = DIM, seed: int = 0) -> tuple[Coded, Vectors]:
    """Vectors around some centres, as texts lie around their subjects; and those that are kept."""
    draw = np.random.default_rng(seed)
    centres = draw.normal(size=(40, dim))
    raw = (centres[draw.integers(40, size=n)] + draw.normal(size=(n, dim))).astype(np.float32)
    parts = [quantize(raw * np.float32(0.3)), quantize(raw * np.float32(0.7))]
    kept = sum(restore(*part).astype(np.float64) for part in parts)
    length = np.linalg.norm(kept, axis=1, keepdims=True)
    return Coded(parts), (kept / np.where(length > 0, length, 1)).astype(np.float32)


def some_queries(dim: int = DIM, n: int = 50) -> Vectors:
    _, vectors = made(n, dim)
    draw = np.random.default_rng(9)
    return np.asarray(3 * vectors + draw.normal(size=vectors.shape) * 0.3, dtype=np.float32)


@pytest.fixture(scope="module")
def coded() -> tuple[Coded, Vectors]:
    return made()


@pytest.fixture(scope="module")
def members() -> dict[str, NDArray[np.int64]]:
    """Two large partitions that overlap, a small one, and one of a single vector."""
    draw = np.random.default_rng(5)
    large = np.sort(draw.permutation(N)[:1900])
    other = np.sort(draw.permutation(N)[:1500])
    left = np.setdiff1d(np.arange(N), np.union1d(large, other))
    return {"大": large, "二": other, "余": left, "小": np.arange(0, 300, 3), "一": np.array([7])}


@pytest.fixture(scope="module")
def built(
    coded: tuple[Coded, Vectors], members: dict[str, NDArray[np.int64]]
) -> PartitionedVectors:
    """All kinds at once: what is large is clustered, also what stands in no large partition."""
    indexes = {name: clustered(coded[0], members[name]) for name in ("大", "二")}
    left = rest(N, members, indexes)
    return PartitionedVectors(coded[0], members, {**indexes, REST: clustered(coded[0], left)})


@pytest.fixture(autouse=True)
def _low_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "EXACT", 200)


def exact(
    vectors: Vectors, query: Vectors, k: int, allowed: NDArray[np.int64] | None = None
) -> list[int]:
    places = np.arange(len(vectors)) if allowed is None else allowed
    products = vectors[places].astype(np.float64) @ (query / np.linalg.norm(query))
    return places[np.lexsort((places, -products))[:k]].tolist()


def check_answer(
    found: tuple[NDArray[np.int64], Vectors], vectors: Vectors, query: Vectors, k: int, size: int
) -> None:
    """Each once, best first, as many as there are, and just as similar as they are."""
    positions, cosines = found
    assert (positions.dtype, cosines.dtype) == (np.int64, np.float32)
    assert len(positions) == len(set(positions.tolist())) == min(k, size)
    expected = vectors[positions] @ unit(query[None])[0]
    np.testing.assert_allclose(cosines, expected, atol=2e-6)
    assert (np.diff(cosines) <= 0).all()


# A search for candidates asks for 200 and more.
@pytest.mark.parametrize(("k", "share"), [(1, 0.6), (10, 0.9), (100, 0.98), (200, 0.98)])
@pytest.mark.parametrize("name", [None, "大", "二"])
def test_clustered_partitions_find_nearly_all_of_the_nearest(
    name: str | None,
    k: int,
    share: float,
    built: PartitionedVectors,
    coded: tuple[Coded, Vectors],
    members: dict[str, NDArray[np.int64]],
) -> None:
    queries = some_queries()
    allowed = None if name is None else members[name]
    size = N if allowed is None else len(allowed)
    hits = 0
    for query, found in zip(queries, built.search(queries, k, partition=name), strict=True):
        check_answer(found, coded[1], query, k, size)
        if allowed is not None:
            assert np.isin(found[0], allowed).all()
        hits += len(set(found[0].tolist()) & set(exact(coded[1], query, k, allowed)))
    assert hits / (k * len(queries)) >= share


@pytest.mark.parametrize("k", [1, 3, 100, 5000])
@pytest.mark.parametrize("name", [None, "小", "一", "余"])
def test_small_partitions_are_exact(
    name: str | None, k: int, coded: tuple[Coded, Vectors], members: dict[str, NDArray[np.int64]]
) -> None:
    searched = PartitionedVectors(coded[0], members, {})
    queries = some_queries(n=12)
    allowed = None if name is None else members[name]
    size = N if allowed is None else len(allowed)
    for query, (positions, cosines) in zip(
        queries, searched.search(queries, k, partition=name), strict=True
    ):
        check_answer((positions, cosines), coded[1], query, k, size)
        assert set(positions.tolist()) == set(exact(coded[1], query, k, allowed))
    assert len(searched) == N


@pytest.mark.parametrize("share", [1.0, 0.7, 0.2, 0.04, 0.002, 0.0])
@pytest.mark.parametrize("name", [None, "大", "小"])
@pytest.mark.parametrize(("k", "recall"), [(5, 0.85), (150, 0.98)])
def test_a_selection_never_lacks_what_may_be_found(
    share: float,
    name: str | None,
    k: int,
    recall: float,
    built: PartitionedVectors,
    coded: tuple[Coded, Vectors],
    members: dict[str, NDArray[np.int64]],
) -> None:
    mask = np.random.default_rng(3).random(N) < share
    queries = some_queries(n=20)
    allowed = np.flatnonzero(mask)
    if name is not None:
        allowed = np.intersect1d(allowed, members[name])
    hits = wanted = 0
    selection = Selection(mask)
    for query, found in zip(
        queries, built.search(queries, k, partition=name, selection=selection), strict=True
    ):
        check_answer(found, coded[1], query, k, len(allowed))
        assert mask[found[0]].all()
        best = exact(coded[1], query, k, allowed)
        hits += len(set(best) & set(found[0].tolist()))
        wanted += len(best)
    assert hits >= recall * wanted
    if share < 0.05:
        # So few are all compared.
        assert hits == wanted


@pytest.mark.parametrize(
    "copies",
    [
        2,
        # More copies than the short list is longer than what is wanted.
        6,
    ],
)
def test_a_vector_in_many_large_partitions_is_found_once(copies: int) -> None:
    coded, vectors = made(1200)
    every = np.arange(1200)
    members = {str(number): every for number in range(copies)}
    indexes = {name: clustered(coded, every, seed=int(name)) for name in members}
    searched = PartitionedVectors(coded, members, indexes)
    for query, found in zip(
        some_queries(n=10), searched.search(some_queries(n=10), 20), strict=True
    ):
        check_answer(found, vectors, query, 20, 1200)


@pytest.mark.parametrize("dim", [3, 7, 31])
def test_an_odd_dimension(dim: int) -> None:
    coded, vectors = made(900, dim)
    every = np.arange(900)
    searched = PartitionedVectors(coded, {"全": every}, {"全": clustered(coded, every)})
    queries = some_queries(dim, n=20)
    hits = 0
    for query, found in zip(queries, searched.search(queries, 100, partition="全"), strict=True):
        check_answer(found, vectors, query, 100, 900)
        hits += len(set(found[0].tolist()) & set(exact(vectors, query, 100)))
    assert hits >= 0.98 * 2000


def test_the_same_index_whenever_it_is_built(coded: tuple[Coded, Vectors]) -> None:
    import faiss

    every = np.arange(1000)
    first, second = (faiss.serialize_index(clustered(coded[0], every)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_what_cannot_be_searched(built: PartitionedVectors) -> None:
    queries = some_queries(n=2)
    for positions, cosines in built.search(queries, 3, partition="无"):
        assert (len(positions), len(cosines)) == (0, 0)
    assert built.search(queries[:0], 3) == []
    for k in (0, -1):
        with pytest.raises(ConfigError, match="at least 1"):
            built.search(queries, k)
    for wrong in (queries[:, :-1], queries[0]):
        with pytest.raises(ConfigError, match="shape"):
            built.search(wrong, 1)
    for value in (np.nan, np.inf):
        broken = queries.copy()
        broken[1, 2] = value
        with pytest.raises(ConfigError, match="not finite"):
            built.search(broken, 1)


def test_vectors_of_zero_are_close_to_nothing() -> None:
    codes, powers = quantize(np.array([[0, 0], [1, 0], [-1, 0]], dtype=np.float32))
    searched = PartitionedVectors(Coded([(codes, powers)]), {"全": np.arange(3)}, {})
    [(positions, cosines)] = searched.search(np.array([[5, 0]], dtype=np.float32), 3)
    assert (positions.tolist(), cosines.tolist()) == ([1, 0, 2], [1, 0, -1])
    [(positions, cosines)] = searched.search(np.zeros((1, 2), dtype=np.float32), 3)
    assert (positions.tolist(), cosines.tolist()) == ([0, 1, 2], [0, 0, 0])


def test_what_is_left_stands_in_no_large_partition() -> None:
    members = {"甲": np.array([0, 2]), "乙": np.array([2, 3, 5]), "丙": np.array([1, 5])}
    assert rest(7, members, []).tolist() == list(range(7))
    assert rest(7, members, ["甲", "乙", REST]).tolist() == [1, 4, 6]


def test_units_of_extreme_length() -> None:
    rows = np.array([[3e38, 3e38], [1e-38, 0], [0, 0], [3, 4]], dtype=np.float32)
    np.testing.assert_allclose(unit(rows), [[2**-0.5] * 2, [1, 0], [0, 0], [0.6, 0.8]], rtol=1e-6)


def blobs() -> tuple[Coded, Vectors]:
    """Vectors close to their centres, some 75 to each."""
    draw = np.random.default_rng(21)
    raw = draw.normal(size=(40, DIM))[draw.integers(40, size=3000)]
    parts = [quantize((raw + 0.5 * draw.normal(size=raw.shape)).astype(np.float32))]
    return Coded(parts), unit(restore(*parts[0]))


def test_twenty_nearest_of_clustered_vectors() -> None:
    coded, vectors = blobs()
    halves = {"前": np.arange(1600), "后": np.arange(1400, 3000)}
    indexes = {name: clustered(coded, halves[name]) for name in halves}
    searched = PartitionedVectors(coded, halves, indexes)
    noise = np.random.default_rng(1).normal(size=(50, DIM)).astype(np.float32)
    queries = vectors[::60] + np.float32(0.05) * noise
    for name, allowed in ((None, np.arange(3000)), *halves.items()):
        hits = 0
        for query, found in zip(queries, searched.search(queries, 20, partition=name), strict=True):
            check_answer(found, vectors, query, 20, len(allowed))
            hits += len(set(found[0].tolist()) & set(exact(vectors, query, 20, allowed)))
        assert hits >= 0.98 * 20 * len(queries)


@pytest.mark.parametrize("large", [False, True])
def test_the_same_seed_finds_the_same(large: bool) -> None:
    coded, _ = made(1500)
    queries, every = some_queries(n=10), np.arange(1500)
    answers = []
    for _ in range(2):
        indexes = {"全": clustered(coded, every, seed=4)} if large else {}
        answers.append(PartitionedVectors(coded, {"全": every}, indexes).search(queries, 30))
    for one, other in zip(*answers, strict=True):
        np.testing.assert_array_equal(one[0], other[0])
        np.testing.assert_array_equal(one[1], other[1])


@pytest.mark.parametrize("k", [1, 3, 5, 49, 60])
@pytest.mark.parametrize("dim", [5, DIM])
@pytest.mark.parametrize("selected", [False, True])
def test_equal_vectors_stand_by_position(k: int, dim: int, selected: bool) -> None:
    draw = np.random.default_rng(dim)
    raw = draw.normal(size=(700, dim)).astype(np.float32)
    # Everywhere in the matrix, so that no way of adding up rows favours the first.
    copies = np.sort(draw.permutation(700)[:50])
    raw[copies] = raw[copies[0]]
    coded = Coded([quantize(raw)])
    mask = np.ones(700, dtype=bool)
    if selected:
        mask[copies[::2]] = False
    selection = Selection(mask) if selected else None
    expected = copies[mask[copies]]
    searched = PartitionedVectors(coded, {"全": np.arange(700)}, {})
    for name in (None, "全"):
        [(positions, cosines)] = searched.search(
            raw[copies[:1]], k, partition=name, selection=selection
        )
        shown = min(k, len(expected))
        assert positions[:shown].tolist() == expected[:shown].tolist()
        assert len(set(cosines[:shown].tolist())) == 1
        assert (cosines[shown:] < cosines[0]).all()
        assert len(positions) == k


@pytest.mark.parametrize("of_rest", [False, True])
def test_what_stands_in_no_large_partition_is_found(
    of_rest: bool, coded: tuple[Coded, Vectors], members: dict[str, NDArray[np.int64]]
) -> None:
    indexes = {"大": clustered(coded[0], members["大"])}
    left = np.setdiff1d(np.arange(N), members["大"])
    if of_rest:
        indexes[REST] = clustered(coded[0], left)
    searched = PartitionedVectors(coded[0], members, indexes)
    queries = coded[1][left[::90]]
    for name in (None, REST):
        for query, found in zip(
            queries, searched.search(queries, 100, partition=name), strict=True
        ):
            check_answer(found, coded[1], query, 100, N)
            best = exact(coded[1], query, 1, left)[0]
            assert found[0][0] == best
            if name == REST:
                assert np.isin(found[0], left).all()
