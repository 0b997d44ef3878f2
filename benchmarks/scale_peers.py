"""Other systems on the records, needs and vectors of `benchmarks.scale`.

Building may use all cores; a query uses one thread, as the store's. Systems over texts read a need
as it is written, systems over vectors are given its vector, so encoding is no part of their time.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.scale_exact import (
    TOP,
    Asked,
    Positions,
    Vectors,
    exact,
    recall,
)
from benchmarks.scale_inside import DenseChannel
from benchmarks.scale_records import Work
from benchmarks.scale_stages import milliseconds, timed

Floats = NDArray[np.float32]
Ask = Callable[[Any], Positions]

ASKING = 60.0
"""Seconds after which a system is asked no more needs."""
FEW = 3
"""Needs of the untimed first queries."""
FIRST = 1_000
"""Records of an untimed first build, so that nobody's imports count."""
LIST = 200
"""Length of the dense list of which, with the lexical one, 100 candidates are chosen."""

# The rules of `matchmaker.retrieval.partitions`, written once more: a peer must not change when
# they are changed without anybody noticing.
EXACT = 8192
LISTS_PER_ROOT = 4
SAMPLE = 64
ROUNDS = 8
SHORTLIST = 4


@dataclass(frozen=True, slots=True)
class Peer:
    """A system to compare with.

    Attributes
    ----------
    reads : {"texts", "vectors"}
    build : callable
        Takes texts (an iterator of str) or unit vectors, shape (n, dim), and how many are wanted
        of a query; returns what answers a query with positions, best first.
    most : int
        Largest number of records that it is given.
    reason : str
        Why not more; empty where it takes part at every size.
    """

    reads: str
    build: Callable[[Any, int], Ask]
    most: int = 10**9
    reason: str = ""


def top(scores: NDArray[Any], k: int) -> Positions:
    """Return the positions of the k largest scores, best first."""
    k = min(k, len(scores))
    best = np.argpartition(-scores, k - 1)[:k]
    return np.asarray(best[np.argsort(-scores[best], kind="stable")], dtype=np.int64)


def numpy_exact(rows: Floats, k: int) -> Ask:
    """Compare with every vector: one matrix product and a partial sort."""
    return lambda query: top(rows @ query, k)


def faiss_flat(rows: Floats, k: int) -> Ask:
    """Compare with every vector by FAISS."""
    import faiss

    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(rows)
    return lambda query: np.asarray(index.search(query[None], k)[1][0], dtype=np.int64)


def faiss_clustered(rows: Floats, k: int) -> Ask:
    """Search an inverted file of four-bit codes, then compare a short list exactly."""
    import faiss

    n, width = rows.shape
    lists = 2 ** round(np.log2(LISTS_PER_ROOT * np.sqrt(n)))
    index: Any = faiss.index_factory(
        width, f"IVF{lists},PQ{width // 2}x4fs", faiss.METRIC_INNER_PRODUCT
    )
    index.cp.niter, index.cp.seed = ROUNDS, 1
    index.cp.min_points_per_centroid, index.cp.max_points_per_centroid = 1, SAMPLE
    sample = np.random.default_rng(0).permutation(n)[: max(SAMPLE * lists, EXACT)]
    index.train(rows[np.sort(sample)])
    index.add(rows)
    index.nprobe = min(lists, int(LISTS_PER_ROOT * np.sqrt(lists)))

    def ask(query: Floats) -> Positions:
        ids = index.search(query[None], min(SHORTLIST * k, n))[1][0]
        ids = ids[ids >= 0]
        return np.asarray(ids[top(rows[ids] @ query, k)], dtype=np.int64)

    return ask


def semantic_search(rows: Floats, k: int) -> Ask:
    """Search with sentence-transformers' own function over normalised vectors."""
    import torch
    from sentence_transformers import util

    held = torch.from_numpy(rows)

    def ask(query: Floats) -> Positions:
        found = util.semantic_search(
            torch.from_numpy(query[None]), held, top_k=k, score_function=util.dot_score
        )
        return np.array([one["corpus_id"] for one in found[0]], dtype=np.int64)

    return ask


def vicinity_exact(rows: Floats, k: int) -> Ask:
    """Search with vicinity's default backend, which compares every vector."""
    from vicinity import Backend, Vicinity

    index = Vicinity.from_vectors_and_items(rows, range(len(rows)), backend_type=Backend.BASIC)
    return lambda query: np.array([item for item, _ in index.query(query, k=k)[0]], dtype=np.int64)


def vicinity_faiss(rows: Floats, k: int) -> Ask:
    """Search with vicinity over FAISS' inverted file, at its default settings."""
    from vicinity import Backend, Vicinity

    index = Vicinity.from_vectors_and_items(
        rows, range(len(rows)), backend_type=Backend.FAISS, index_type="ivf"
    )
    return lambda query: np.array([item for item, _ in index.query(query, k=k)[0]], dtype=np.int64)


def words(text: str) -> list[str]:
    """Cut a text with jieba's dictionary, by its fast implementation."""
    import rjieba

    return [word for word in rjieba.cut(text) if word.strip()]


def bm25(texts: Iterator[str], k: int) -> Ask:
    """Index words with bm25s; words are numbered here, lists of strings would not fit."""
    import bm25s

    number: dict[str, int] = {}
    ids = [array("i", [number.setdefault(w, len(number)) for w in words(t)]) for t in texts]
    index = bm25s.BM25()
    index.index((ids, number), show_progress=False)
    k = min(k, len(ids))

    def ask(query: str) -> Positions:
        rows, _ = index.retrieve([words(query)], k=k, show_progress=False)
        return np.asarray(rows[0], dtype=np.int64)

    return ask


def tfidf(texts: Iterator[str], k: int) -> Ask:
    """Multiply a query's TF-IDF row with every record's, by scikit-learn."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer=words, sublinear_tf=True, dtype=np.float32)
    matrix = vectorizer.fit_transform(texts)

    def ask(query: str) -> Positions:
        return top((vectorizer.transform([query]) @ matrix.T).toarray()[0], k)

    return ask


LINEAR = 100_000
SLOW = "takes minutes at this size, and grows with the records as the smaller sizes show"

PEERS = {
    "numpy, exact": Peer("vectors", numpy_exact),
    "FAISS flat": Peer("vectors", faiss_flat),
    "FAISS IVF,PQ fast-scan": Peer("vectors", faiss_clustered),
    "semantic_search": Peer("vectors", semantic_search, LINEAR, SLOW),
    "vicinity": Peer("vectors", vicinity_exact, LINEAR, SLOW),
    "vicinity over FAISS IVF": Peer("vectors", vicinity_faiss, LINEAR, SLOW),
    "bm25s": Peer("texts", bm25, LINEAR, SLOW),
    "TF-IDF, brute force": Peer("texts", tfidf, LINEAR, SLOW),
}
"""Systems by name, in the order of the tables."""


def measure(work: Work, n: int, needs: int, name: str) -> dict[str, Any]:
    """Build one system over the first n records and ask it for needs."""
    peer = PEERS[name]
    if n > peer.most:
        return {"not_run": peer.reason}
    asked = Asked.of(work, "generated", needs)
    queries: Sequence[Any]
    given: Any
    if peer.reads == "vectors":
        vectors = Vectors.of(work, n)
        given, queries = np.array(vectors.rows), list(asked.vectors)
        peer.build(given[:FIRST], TOP)
    else:
        given, queries = map(_text, work.achievements(n)), [_text(need) for need in asked.needs]
        peer.build(map(_text, work.achievements(min(n, FIRST))), TOP)
    ask, seconds = timed(lambda: peer.build(given, TOP))
    with one_thread():
        answers, spent = ask_all(ask, queries)
    figures = {"build_seconds": round(seconds, 2), **milliseconds(spent)}
    if peer.reads == "vectors":
        rows = np.array(queries[: len(answers)])
        _, nearest = exact(given, rows, TOP)
        triples = zip(answers, nearest, rows, strict=True)
        values = [recall(found, best, given, row) for found, best, row in triples]
        figures["recall"] = round(float(np.mean(values)), 4)
    return figures


def ask_all(ask: Ask, queries: Sequence[Any]) -> tuple[list[Positions], list[float]]:
    """Ask one query after the other until all are answered or the time is up."""
    for query in queries[:FEW]:
        ask(query)
    answers: list[Positions] = []
    spent: list[float] = []
    end = time.perf_counter() + ASKING
    for query in queries:
        found, seconds = timed(lambda query=query: ask(query))  # type: ignore[misc]
        answers.append(found)
        spent.append(seconds)
        if time.perf_counter() > end:
            break
    return answers, spent


def one_thread() -> Any:
    """Limit every library that counts to one thread, while the block runs."""
    import sys

    from threadpoolctl import threadpool_limits

    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
    return threadpool_limits(1)


def _text(record: Any) -> str:
    return f"{record.title}\n{record.body}"


def layer(work: Work, n: int, needs: int) -> dict[str, Any]:
    """Compare the store's dense search with bare FAISS over the same vectors.

    Both answer the same needs in turn, encoded before: all sectors, and the largest one.
    """
    from matchmaker.store import Store

    vectors = Vectors.of(work, n)
    asked = Asked.of(work, "generated", needs)
    largest = vectors.names[int(np.argmax(vectors.mask.sum(axis=0)))]
    figures: dict[str, Any] = {}
    with Store.open(work.store(n)) as store:
        channel = DenseChannel(store)
        own = [channel.encoded(need) for need in asked.needs]
        for name, sector in (("all", None), ("sector", largest)):
            members = vectors.members(sector)
            rows = np.array(vectors.rows if members is None else vectors.rows[members])
            clustered = len(rows) > EXACT
            bare = (faiss_clustered if clustered else faiss_flat)(rows, LIST)
            spent: tuple[list[float], list[float]] = ([], [])
            with one_thread():
                for at, query in enumerate(asked.vectors):
                    if sector is not None and sector not in asked.sectors[at]:
                        continue
                    start = time.perf_counter()
                    channel.search(own[at], LIST, sector)
                    middle = time.perf_counter()
                    bare(query)
                    spent[0].append(middle - start)
                    spent[1].append(time.perf_counter() - middle)
            figures[name] = {
                "kind": "clustered" if clustered else "flat",
                "records": len(rows),
                "store": milliseconds(spent[0]),
                "bare": milliseconds(spent[1]),
                "ratio": round(float(np.median(spent[0]) / np.median(spent[1])), 3),
            }
    return figures
