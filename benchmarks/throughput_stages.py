"""What `benchmarks.throughput` times: the stages of matchmaker and of two plain baselines.

A stage is a function that does everything before it untimed and returns the seconds of its own
work; each runs in a process of its own, so the peak memory is that of the run up to there.
Encoding, indexing and ranking are done on a few records first, so that no system's imports or
dictionary loading count there; `whole` counts everything.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Stage = Callable[[Path, int], float]
FEW = 3
"""Records of the untimed first run."""


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what the work returns, and its seconds."""
    start = time.perf_counter()
    done = work()
    return done, time.perf_counter() - start


def _read(folder: Path) -> tuple[Any, Any]:
    from matchmaker import read_achievements, read_needs

    return read_needs(folder / "needs.xlsx"), read_achievements(folder / "achievements.xlsx")


def _loaded(folder: Path) -> tuple[Any, Any]:
    from matchmaker import Matcher

    _, achievements = _read(folder)
    matcher = Matcher()
    matcher.add(achievements)
    return matcher, _read(folder)[0]


def texts_of(records: Sequence[Any]) -> list[str]:
    """Return title and body of every record as one text."""
    return [f"{record.title}\n{record.body}" for record in records]


def read(folder: Path, k: int) -> float:
    """Read both workbooks."""
    return timed(lambda: _read(folder))[1]


def encode(folder: Path, k: int) -> float:
    """Load the shipped encoder and encode the achievements' and the needs' texts."""
    from matchmaker import Matcher

    needs, achievements = (texts_of(records) for records in _read(folder))

    def work(documents: Sequence[str], queries: Sequence[str]) -> None:
        encoder = Matcher().encoder
        encoder.encode_document(documents)
        encoder.encode_query(queries)

    work(achievements[:FEW], needs[:FEW])
    return timed(lambda: work(achievements, needs))[1]


def index(folder: Path, k: int) -> float:
    """Load the model and add the achievements: cleaning, sectors, encoding, both indexes."""
    from matchmaker import Matcher

    _, achievements = _read(folder)
    Matcher().add(list(achievements)[:FEW])
    return timed(lambda: Matcher().add(achievements))[1]


def rank(folder: Path, k: int) -> float:
    """Rank the k best achievements for every need."""
    matcher, needs = _loaded(folder)
    matcher.match(list(needs)[:FEW], k=k)
    return timed(lambda: matcher.match(needs, k=k))[1]


def write(folder: Path, k: int) -> float:
    """Write the matches as a workbook."""
    matcher, needs = _loaded(folder)
    matches = matcher.match(needs, k=k)
    return timed(lambda: matches.write(folder / "matches.xlsx"))[1]


def whole(folder: Path, k: int) -> float:
    """Do everything from workbook to workbook, imports included."""

    def work() -> None:
        matcher, needs = _loaded(folder)
        matcher.match(needs, k=k).write(folder / "matches.xlsx")

    return timed(work)[1]


def _words(texts: Sequence[str]) -> list[list[str]]:
    import jieba

    return [[word for word in jieba.lcut(text) if word.strip()] for text in texts]


def _identity(tokens: list[str]) -> list[str]:
    return tokens


def tfidf_index(texts: Sequence[str]) -> tuple[Any, Any]:
    """Return scikit-learn's vectorizer over jieba words, and the achievements' matrix."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer=_identity, sublinear_tf=True)
    return vectorizer, vectorizer.fit_transform(_words(texts))


def tfidf_rank(built: tuple[Any, Any], queries: Sequence[str], k: int) -> NDArray[np.int64]:
    """Return the k best rows per query by brute-force cosine, best first, shape (n, k)."""
    vectorizer, matrix = built
    similarity = (vectorizer.transform(_words(queries)) @ matrix.T).toarray()
    k = min(k, similarity.shape[1])
    top = np.argpartition(-similarity, k - 1, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(similarity, top, axis=1), axis=1, kind="stable")
    return np.asarray(np.take_along_axis(top, order, axis=1), dtype=np.int64)


def bm25_index(texts: Sequence[str]) -> Any:
    """Return a bm25s index over jieba words."""
    import bm25s

    built = bm25s.BM25()
    built.index(_words(texts), show_progress=False)
    return built


def bm25_rank(built: Any, queries: Sequence[str], k: int) -> NDArray[np.int64]:
    """Return the k best rows per query, best first, shape (n, k)."""
    k = min(k, int(built.scores["num_docs"]))
    rows, _ = built.retrieve(_words(queries), k=k, show_progress=False)
    return np.asarray(rows, dtype=np.int64)


def _plain(
    build: Callable[[Sequence[str]], Any],
    search: Callable[[Any, Sequence[str], int], Any],
) -> dict[str, Stage]:
    def index_stage(folder: Path, k: int) -> float:
        texts = texts_of(_read(folder)[1])
        build(texts[:FEW])
        return timed(lambda: build(texts))[1]

    def rank_stage(folder: Path, k: int) -> float:
        needs, achievements = (texts_of(records) for records in _read(folder))
        built = build(achievements)
        search(built, needs[:FEW], k)
        return timed(lambda: search(built, needs, k))[1]

    return {"index": index_stage, "rank": rank_stage}


STAGES: Mapping[str, Mapping[str, Stage]] = {
    "matchmaker": {
        "read": read,
        "encode": encode,
        "index": index,
        "rank": rank,
        "write": write,
        "whole": whole,
    },
    "word TF-IDF, brute force": _plain(tfidf_index, tfidf_rank),
    "word BM25 (bm25s)": _plain(bm25_index, bm25_rank),
}
"""Stages by system, in the order of a run."""
