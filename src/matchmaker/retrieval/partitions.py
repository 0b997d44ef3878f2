"""Nearest vectors among many: one partition a sector, each of the kind that its size asks for.

Small partitions are read through. Large ones are clustered and kept in four bits for every two
components, which choose a short list whose similarities are then computed from the kept vectors;
so an index decides who is found and never how similar it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.retrieval.quantized import restore

REST = ""
"""Name of the partition of what stands in no large partition."""

# Up to here every vector of a partition is compared: a quarter of a millisecond.
EXACT = 8192
# Exact similarities are computed for so many times as many as are wanted.
_SHORTLIST = 4
_SHORTEST = 200
_LISTS_PER_ROOT = 4
# Of l lists so many times the root of l are read; fewer where several partitions are searched at
# once, each of which gives what it has.
_PROBES_ALONE, _PROBES_TOGETHER = 8, 5
_NEARLY_ALL = 0.9
_SAMPLE = 64
_ROUNDS = 8


class Coded:
    """Vectors kept in one byte a component, as sums of one or several parts.

    Parameters
    ----------
    parts : sequence of (ndarray, ndarray)
        Codes of shape (n, dim), int8, and exponents of shape (n,), int8, of
        :func:`~matchmaker.retrieval.quantized.quantize`.
    """

    def __init__(self, parts: Sequence[tuple[NDArray[np.int8], NDArray[np.int8]]]) -> None:
        self._parts = tuple(parts)
        self.dim = int(parts[0][0].shape[1])

    def __len__(self) -> int:
        return len(self._parts[0][0])

    def take(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Give some vectors; shape (m, dim), float32."""
        first, *others = (restore(codes[rows], powers[rows]) for codes, powers in self._parts)
        for other in others:
            first += other
        return first

    def unit(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Give some vectors scaled to length 1, or zero; shape (m, dim), float32."""
        return unit(self.take(rows))


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale rows to length 1.

    Parameters
    ----------
    vectors : ndarray, shape (n, dim), float32

    Returns
    -------
    ndarray, shape (n, dim), float32
        A row of zeros stays one.

    Raises
    ------
    ConfigError
        If a number is not finite.
    """
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    # Squares of very long or very short rows leave the range of single precision.
    lengths = np.sqrt(np.einsum("nd,nd->n", rows, rows, dtype=np.float64))[:, None]
    if not np.isfinite(lengths).all():
        raise ConfigError("a vector holds a number that is not finite")
    return np.ascontiguousarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def clustered(vectors: Coded, members: NDArray[np.int64], *, seed: int = 0) -> Any:
    """Build the index of a large partition.

    Parameters
    ----------
    vectors : Coded
    members : ndarray, shape (m,), int64
        The partition's vectors; position in it is the id.
    seed : int
        Of the sample that it is trained on.

    Returns
    -------
    faiss.Index
        An inverted file of product-quantised vectors.
    """
    lists = 2 ** round(np.log2(_LISTS_PER_ROOT * np.sqrt(len(members))))
    width = vectors.dim + vectors.dim % 2
    index: Any = faiss.index_factory(
        width, f"IVF{lists},PQ{width // 2}x4fs", faiss.METRIC_INNER_PRODUCT
    )
    index.cp.niter = _ROUNDS
    index.cp.seed = seed + 1
    # FAISS would warn of few points; these are as many as the partition has.
    index.cp.min_points_per_centroid = 1
    index.cp.max_points_per_centroid = _SAMPLE
    sample = np.sort(
        np.random.default_rng(seed).permutation(len(members))[: max(_SAMPLE * lists, EXACT)]
    )
    index.train(_even(vectors.unit(members[sample])))
    for start in range(0, len(members), EXACT):
        index.add(_even(vectors.unit(members[start : start + EXACT])))
    return index


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep FAISS from starting threads for a search that takes less time than they do."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def rest(
    size: int, members: Mapping[str, NDArray[np.int64]], large: Iterable[str]
) -> NDArray[np.int64]:
    """Find the vectors that stand in no large partition; their positions rise."""
    left = np.ones(size, dtype=bool)
    for name in large:
        if name != REST:
            left[members[name]] = False
    return np.flatnonzero(left)


def _even(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Add a column of zeros to an odd number of columns."""
    if vectors.shape[1] % 2 == 0:
        return vectors
    return np.pad(vectors, ((0, 0), (0, 1)))


class Selection:
    """Which vectors of a collection may be found.

    Parameters
    ----------
    mask : ndarray, shape (n,), bool
    """

    def __init__(self, mask: NDArray[np.bool_]) -> None:
        self.mask = mask
        self._kept: dict[str, tuple[NDArray[np.int64], faiss.IDSelector]] = {}

    def within(
        self, name: str, members: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], faiss.IDSelector]:
        """Places in a partition that may be found, and the same as FAISS wants it; remembered."""
        if name not in self._kept:
            kept = self.mask[members]
            bits = np.packbits(kept, bitorder="little")
            selector: Any = faiss.IDSelectorBitmap
            self._kept[name] = (np.flatnonzero(kept), selector(bits))
        return self._kept[name]


class PartitionedVectors:
    """Cosine search over many vectors, each in one or several partitions.

    Parameters
    ----------
    vectors : Coded
        Position i is the vector's id.
    members : mapping of str to ndarray of int64
        Positions in each partition, rising; every vector in at least one.
    indexes : mapping of str to faiss.Index
        Of :func:`clustered`, for the partitions that have one. Under ``REST`` may stand one of
        the vectors that are in no other such partition.
    """

    def __init__(
        self,
        vectors: Coded,
        members: Mapping[str, NDArray[np.int64]],
        indexes: Mapping[str, faiss.Index],
    ) -> None:
        self._vectors = vectors
        self._members = {**members, REST: rest(len(vectors), members, indexes)}
        self._indexes = indexes
        self._read: dict[str, NDArray[np.float32]] = {}

    def __len__(self) -> int:
        return len(self._vectors)

    def search(
        self,
        queries: NDArray[np.float32],
        k: int,
        *,
        partition: str | None = None,
        selection: Selection | None = None,
    ) -> list[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Find the k nearest vectors of each query.

        Parameters
        ----------
        queries : ndarray, shape (n_queries, dim), float32
            Need not be normalised.
        k : int
            At least 1.
        partition : str, optional
            Search one partition only; by default all, each vector once.
        selection : Selection, optional
            Which vectors may be found.

        Returns
        -------
        list of (ndarray of int64, ndarray of float32)
            For each query positions, best first and ties by position, and cosines in [-1, 1];
            as many as there are, but for at most k.

        Raises
        ------
        ConfigError
            If k is below 1, the queries have another dimension or one is not finite.
        """
        if k < 1:
            raise ConfigError(f"k must be at least 1, not {k}")
        if queries.ndim != 2 or queries.shape[1] != self._vectors.dim:
            raise ConfigError(
                f"queries have shape {queries.shape}, expected (n, {self._vectors.dim})"
            )
        if partition is None:
            names = [REST, *(name for name in self._indexes if name != REST)]
        else:
            names = [partition] if partition in self._members else []
        with _one_thread():
            return [self._search_one(query, k, names, selection) for query in unit(queries)]

    def _search_one(
        self,
        query: NDArray[np.float32],
        k: int,
        names: Sequence[str],
        selection: Selection | None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        per_root = _PROBES_ALONE if len(names) == 1 else _PROBES_TOGETHER
        found: list[NDArray[np.int64]] = []
        listed: list[NDArray[np.int64]] = []
        likeness: list[NDArray[np.float32]] = []
        for name in names:
            members = self._members[name]
            if name in self._indexes:
                ids, close = self._listed(name, query, k, selection, per_root)
                listed.append(members[ids])
                likeness.append(close)
            else:
                kept = members if selection is None else members[selection.within(name, members)[0]]
                found.append(kept[self._nearest(name, kept, query, k)])
        if listed:
            found.append(_shortest(np.concatenate(listed), np.concatenate(likeness), k))
        positions = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *found]))
        cosines = self._cosines(positions, query)
        best = np.lexsort((positions, -cosines))[:k]
        return positions[best], np.clip(cosines[best], -1, 1)

    def _cosines(
        self, positions: NDArray[np.int64], query: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Compare exactly; each sum depends on its two vectors only, not on the company."""
        rows = self._vectors.take(positions)
        lengths = np.sqrt(np.einsum("nd,nd->n", rows, rows))
        products = np.einsum("nd,d->n", rows, query)
        return np.asarray(products / np.where(lengths > 0, lengths, 1), dtype=np.float32)

    def _nearest(
        self, name: str, kept: NDArray[np.int64], query: NDArray[np.float32], k: int
    ) -> NDArray[np.int64]:
        """Places of the nearest of some vectors of a small partition, all compared."""
        if len(kept) <= k:
            return np.arange(len(kept))
        members = self._members[name]
        if name not in self._read:
            self._read[name] = self._vectors.unit(members)
        rows = self._read[name]
        if len(kept) < len(members):
            rows = rows[np.searchsorted(members, kept)]
        products = rows @ query
        # Rounding depends on the company; a few more leave the border to the exact sums.
        wanted = min(k + _SHORTLIST, len(kept)) - 1
        border = np.partition(-products, wanted)[wanted]
        return np.flatnonzero(-products <= border)

    def _listed(
        self,
        name: str,
        query: NDArray[np.float32],
        k: int,
        selection: Selection | None,
        per_root: int,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Places in a large partition that are probably nearest, and how near about."""
        index: Any = self._indexes[name]
        members = self._members[name]
        left, selector = len(members), None
        if selection is not None:
            places, selector = selection.within(name, members)
            left = len(places)
            if left <= EXACT < len(members):
                return places, self._vectors.unit(members[places]) @ query
        probes = min(index.nlist, int(per_root * np.sqrt(index.nlist) * len(members) / left))
        wanted = min(max(_SHORTLIST * k, _SHORTEST), len(members))
        tries = [(probes, selector), (index.nlist, selector)]
        if selection is not None and left >= _NEARLY_ALL * len(members):
            # Telling FAISS what to leave out takes longer than leaving it out afterwards.
            tries.insert(0, (probes, None))
        for visited, told in tries:
            parameters: Any = faiss.SearchParametersIVF
            close, ids = index.search(
                _even(query[None]), wanted, params=parameters(nprobe=visited, sel=told)
            )
            known = ids[0] >= 0
            if selection is not None:
                known &= selection.mask[members[ids[0]]]
            if known.sum() >= min(k, left):
                break
        return ids[0][known], close[0][known]


def _shortest(
    positions: NDArray[np.int64], likeness: NDArray[np.float32], k: int
) -> NDArray[np.int64]:
    """Choose the most likely of what several partitions list, each once."""
    order = np.argsort(-likeness, kind="stable")
    _, first = np.unique(positions[order], return_index=True)
    return positions[order[np.sort(first)[: max(_SHORTLIST * k, _SHORTEST)]]]
