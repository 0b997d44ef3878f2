"""Nearest vectors by FAISS, one exact partition a sector.

Physical partitions instead of a filter: an approximate index searched through a selective filter
loses most of its answers, silently (see docs/decisions.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import faiss
import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError

# Similarities closer than single precision can tell apart.
_TIE = 2e-6


@runtime_checkable
class VectorIndex(Protocol):
    """A collection of vectors that can be searched by cosine."""

    def search(
        self, queries: NDArray[np.float32], k: int, *, partition: str | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find the k nearest of each query; see :meth:`SectorIndex.search`."""
        ...


class SectorIndex:
    """Exact cosine search over vectors that stand in one or several partitions.

    Parameters
    ----------
    vectors : ndarray, shape (n, dim), float32
        Position i is the vector's id. Rows need not be normalised; a zero row is never close to
        anything (similarity 0).
    partitions : sequence of sequence of str, length n
        Partitions of each vector, at least one each; repeated names count once.

    Raises
    ------
    ConfigError
        If lengths differ, a vector has no partition, or one is not finite.
    """

    def __init__(self, vectors: NDArray[np.float32], partitions: Sequence[Sequence[str]]) -> None:
        if len(vectors) != len(partitions):
            raise ConfigError(f"{len(vectors)} vectors but {len(partitions)} lists of partitions")
        if any(not names for names in partitions):
            raise ConfigError("every vector needs at least one partition")
        self.dim = int(vectors.shape[1])
        self._unit = _normalised(vectors)
        members: dict[str, list[int]] = {}
        for position, names in enumerate(partitions):
            for name in dict.fromkeys(names):
                members.setdefault(name, []).append(position)
        self._members = {
            name: np.asarray(positions, dtype=np.int64)
            for name, positions in sorted(members.items())
        }
        self._indexes = {name: self._build(positions) for name, positions in self._members.items()}

    def __len__(self) -> int:
        return len(self._unit)

    @property
    def sizes(self) -> Mapping[str, int]:
        """Number of vectors in each partition; one in several counts in each."""
        return {name: len(positions) for name, positions in self._members.items()}

    def search(
        self, queries: NDArray[np.float32], k: int, *, partition: str | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find the k nearest vectors of each query.

        Parameters
        ----------
        queries : ndarray, shape (n_queries, dim), float32
            Need not be normalised.
        k : int
            At least 1.
        partition : str, optional
            Search one partition only; by default all, each vector once.

        Returns
        -------
        positions : ndarray, shape (n_queries, min(k, found)), int64
            Best first, ties by position. ``found`` is the size of what is searched.
        similarities : ndarray, the same shape, float32
            Cosine in [-1, 1].

        Raises
        ------
        ConfigError
            If k is below 1, the queries have another dimension or one is not finite.
        """
        if k < 1:
            raise ConfigError(f"k must be at least 1, not {k}")
        if queries.ndim != 2 or queries.shape[1] != self.dim:
            raise ConfigError(f"queries have shape {queries.shape}, expected (n, {self.dim})")
        names = list(self._indexes) if partition is None else [partition]
        unit = _normalised(queries)
        found = [self._search_one(name, unit, k) for name in names if name in self._indexes]
        if not found:
            empty = (len(queries), 0)
            return np.empty(empty, dtype=np.int64), np.empty(empty, dtype=np.float32)
        positions = np.concatenate([part[0] for part in found], axis=1)
        similarities = np.concatenate([part[1] for part in found], axis=1)
        return _merged(positions, similarities, k)

    def _build(self, positions: NDArray[np.int64]) -> faiss.Index:
        index = faiss.IndexFlatIP(self.dim)
        index.add(self._unit[positions])
        return index

    def _search_one(
        self, name: str, unit: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        members = self._members[name]
        # One more than asked for shows whether a tie goes on beyond the border.
        width = min(k + 1, len(members))
        _, local = self._indexes[name].search(unit, width)
        positions = np.empty((len(unit), min(k, len(members))), dtype=np.int64)
        similarities = np.empty(positions.shape, dtype=np.float32)
        for row, query in enumerate(unit):
            # FAISS adds up in an order that depends on how many are searched at once, so that
            # equal vectors differ in the last bits; this sum depends on the two vectors only.
            found = members[local[row]]
            products = _products(self._unit[found], query)
            if width > k and np.ptp(np.partition(products, 1)[:2]) < _TIE:
                found, products = members, _products(self._unit[members], query)
            best = np.lexsort((found, -products))[:k]
            positions[row], similarities[row] = found[best], products[best]
        return positions, np.clip(similarities, -1.0, 1.0)


def _products(vectors: NDArray[np.float32], query: NDArray[np.float32]) -> NDArray[np.float32]:
    products: NDArray[np.float32] = np.einsum("nd,d->n", vectors, query)
    return products


def _normalised(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    # Squares of very long or very short rows leave the range of single precision.
    lengths = np.sqrt(np.einsum("nd,nd->n", rows, rows, dtype=np.float64))[:, None]
    if not np.isfinite(lengths).all():
        raise ConfigError("a vector holds a number that is not finite")
    return np.ascontiguousarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def _merged(
    positions: NDArray[np.int64], similarities: NDArray[np.float32], k: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Sort each row by similarity, then position; keep the first of each position; cut at k."""
    order = np.lexsort((positions, -similarities), axis=1)
    positions = np.take_along_axis(positions, order, axis=1)
    similarities = np.take_along_axis(similarities, order, axis=1)
    by_position = np.argsort(positions, axis=1, kind="stable")
    sorted_positions = np.take_along_axis(positions, by_position, axis=1)
    repeated_sorted = np.zeros(positions.shape, dtype=bool)
    repeated_sorted[:, 1:] = sorted_positions[:, 1:] == sorted_positions[:, :-1]
    repeated = np.zeros_like(repeated_sorted)
    np.put_along_axis(repeated, by_position, repeated_sorted, axis=1)
    # Stable: what is repeated moves behind, everything else keeps its place. Every row finds the
    # same number of different vectors, because every partition returned its best k.
    behind = np.argsort(repeated, axis=1, kind="stable")
    width = min(k, int((~repeated).sum(axis=1).min(initial=positions.shape[1])))
    behind = behind[:, :width]
    return (
        np.take_along_axis(positions, behind, axis=1),
        np.take_along_axis(similarities, behind, axis=1),
    )
