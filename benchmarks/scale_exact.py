"""Exact search over unrounded vectors: what the dense channel of a store should find."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.scale_process import cores
from benchmarks.scale_records import Work, in_lists
from matchmaker import Achievement, Need

TOP = 100
_TIE = 1e-6
_RECORDS_AT_ONCE = 5_000
_ROWS_AT_ONCE = 20_000
Floats = NDArray[np.float32]
Positions = NDArray[np.int64]


def unit_vectors(records: Sequence[Achievement] | Sequence[Need]) -> Floats:
    """Encode records with the shipped encoder: title and whole text in equal parts, unrounded.

    Returns
    -------
    ndarray, shape (n, dim), float32
        Rows of length 1, or zero.
    """
    from matchmaker.language.texts import record_text
    from matchmaker.model import Model

    texts = [record_text(record) for record in records]
    encoder = Model.load().encoder
    vectors = encoder.encode_document([text.title for text in texts])
    vectors = vectors + encoder.encode_document([text.whole for text in texts])
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def sectors(records: Sequence[Achievement] | Sequence[Need]) -> list[list[str]]:
    """Label records as a matcher does, the likeliest sector first."""
    from matchmaker.language.classifier import label_records
    from matchmaker.model import Model

    model = Model.load()
    labels = label_records(records, registry=model.registry, classifier=model.classifier)
    return [[label.name for label in found] for found in labels]


def _described(records: list[Achievement]) -> tuple[Floats, list[list[str]]]:
    return unit_vectors(records), sectors(records)


def write_vectors(work: Work, n: int) -> None:
    """Write vectors and sectors of the first n records, unless they are there."""
    path, named = work.file("vectors.npy"), work.file("sectors.npz")
    if named.exists() and len(np.load(path, mmap_mode="r")) >= n:
        return
    chunks = in_lists(work.achievements(n), _RECORDS_AT_ONCE)
    vectors = None
    masks: list[NDArray[np.bool_]] = []
    names = _names()
    at = 0
    for part, labels in _each(chunks):
        if vectors is None:
            shape = (n, part.shape[1])
            vectors = np.lib.format.open_memmap(path, "w+", dtype=np.float32, shape=shape)
        vectors[at : at + len(part)] = part
        masks.append(np.array([[name in found for name in names] for found in labels]))
        at += len(part)
    np.savez(named, names=np.array(names), mask=np.concatenate(masks))


def write_needs(work: Work, n: int) -> None:
    """Write vectors and sectors of the first n needs of each kind, unless they are there."""
    for kind in work.kinds:
        path, named = _need_files(work, kind)
        needs = work.needs(kind, n)
        if named.exists() and len(np.load(path, mmap_mode="r")) >= len(needs):
            continue
        np.save(path, unit_vectors(needs))
        named.write_text(json.dumps(sectors(needs), ensure_ascii=False), encoding="utf-8")


def _need_files(work: Work, kind: str) -> tuple[Path, Path]:
    return work.file(f"{kind}-needs.npy"), work.file(f"{kind}-needs.sectors.json")


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Needs with what exact search knows of them: a step that asks loads no second model.

    Attributes
    ----------
    needs : list of Need, length q
    vectors : ndarray, shape (q, dim), float32
        Of length 1 or zero.
    sectors : list of list of str, length q
        The likeliest first.
    """

    needs: list[Need]
    vectors: Floats
    sectors: list[list[str]]

    @classmethod
    def of(cls, work: Work, kind: str, n: int) -> Asked:
        """Open the first n needs of a kind."""
        needs = work.needs(kind, n)
        path, named = _need_files(work, kind)
        labels = json.loads(named.read_text(encoding="utf-8"))
        return cls(needs, np.load(path)[: len(needs)], labels[: len(needs)])


def _each(chunks: Iterable[list[Achievement]]) -> Iterator[tuple[Floats, list[list[str]]]]:
    workers = cores()
    if workers == 1:
        yield from map(_described, chunks)
        return
    # Spawned, because a fork copies the locks of FAISS and of the tokenizer as they are.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_described, chunks)


def _names() -> list[str]:
    from matchmaker.language.sectors import OTHER
    from matchmaker.model import Model

    return [*Model.load().registry.names, OTHER]


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """Vectors and sectors of n records.

    Attributes
    ----------
    rows : ndarray, shape (n, dim), float32
        Of length 1 or zero; mapped, not read.
    names : list of str, length s
    mask : ndarray, shape (n, s), bool
        Which record carries which sector.
    """

    rows: Floats
    names: list[str]
    mask: NDArray[np.bool_]

    @classmethod
    def of(cls, work: Work, n: int) -> Vectors:
        """Open those of the first n records."""
        labels = np.load(work.file("sectors.npz"))
        rows = np.load(work.file("vectors.npy"), mmap_mode="r")
        return cls(rows[:n], [str(name) for name in labels["names"]], labels["mask"][:n])

    def members(self, sector: str | None) -> Positions | None:
        """Return the positions of a sector's records, None for all sectors."""
        if sector is None:
            return None
        return np.flatnonzero(self.mask[:, self.names.index(sector)])


def exact(
    rows: Floats, queries: Floats, k: int, members: Positions | None = None
) -> tuple[Positions, Floats]:
    """Find the k nearest rows of each query, exactly.

    Parameters
    ----------
    rows : ndarray, shape (n, dim), float32
        Read in pieces, so that they may be a mapped file.
    queries : ndarray, shape (q, dim), float32
    k : int
    members : ndarray of int64, optional
        Search these rows only.

    Returns
    -------
    positions : ndarray, shape (q, min(k, rows searched)), int64
        Best first, ties by position.
    products : ndarray, the same shape, float32
    """
    total = len(rows) if members is None else len(members)
    best = np.empty((len(queries), 0), dtype=np.int64)
    products = np.empty((len(queries), 0), dtype=np.float32)
    for start in range(0, total, _ROWS_AT_ONCE):
        at = np.arange(start, min(start + _ROWS_AT_ONCE, total))
        at = at if members is None else members[at]
        found = queries @ np.asarray(rows[at]).T
        keep = np.argpartition(-found, min(k, len(at)) - 1, axis=1)[:, :k]
        best = np.concatenate([best, at[keep]], axis=1)
        products = np.concatenate([products, np.take_along_axis(found, keep, axis=1)], axis=1)
        order = np.lexsort((best, -products), axis=1)[:, :k]
        best = np.take_along_axis(best, order, axis=1)
        products = np.take_along_axis(products, order, axis=1)
    return best, products


def recall(found: Positions, products: Floats, rows: Floats, query: Floats) -> float:
    """Say how much of the exact answer to one query was found.

    Parameters
    ----------
    found : ndarray, shape (m,), int64
        Positions that were found.
    products : ndarray, shape (k,), float32
        Of the exact answer, best first.
    rows : ndarray, shape (n, dim), float32
    query : ndarray, shape (dim,), float32

    Returns
    -------
    float
        In [0, 1]: how many of those found are as near as the last of the exact answer (equal
        vectors are interchangeable), divided by k.
    """
    if not len(products):
        return 1.0
    near = np.asarray(rows[np.unique(found)]) @ query >= products[-1] - _TIE
    return min(int(near.sum()), len(products)) / len(products)


def summary(values: Sequence[float]) -> dict[str, float]:
    """Return mean and least of several recalls, and how many there are."""
    return {
        "mean": round(float(np.mean(values)), 4),
        "least": round(float(np.min(values)), 4),
        "needs": len(values),
    }
