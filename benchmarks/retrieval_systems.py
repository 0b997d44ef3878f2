"""The systems that `benchmarks.retrieval` sets side by side.

Each is a function ``system(library, k)`` that returns, for every query, positions in the
collection, best first and at most k.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.bdci_data import clean
from benchmarks.bdci_methods import grams
from benchmarks.retrieval_data import Task
from matchmaker.catalogue import Cataloguer
from matchmaker.model import Model
from matchmaker.ranked import Search
from matchmaker.records import Achievement, Need
from matchmaker.retrieval.collection import LIST_DEPTH, Collection
from matchmaker.retrieval.fusion import fused_ranking
from matchmaker.scoring.grader import TreeGrader
from matchmaker.search import Ranker

Ranking = NDArray[np.int64]
Floats = NDArray[np.float64]
_QUERIES_AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class Library:
    """A task as matchmaker holds it.

    `graders` are fitted without some of the needs, and `fold`, shape (q,), says which of them
    has not seen which need.
    """

    task: Task
    model: Model
    graders: tuple[TreeGrader, ...] = ()
    fold: NDArray[np.int64] | None = None

    @functools.cached_property
    def needs(self) -> Collection[Need]:
        """The queries."""
        return self._cataloguer.catalogue(self.task.needs)

    @functools.cached_property
    def achievements(self) -> Collection[Achievement]:
        """The collection."""
        return self._cataloguer.catalogue(self.task.achievements)

    @property
    def _cataloguer(self) -> Cataloguer:
        return Cataloguer(self.model, encoder=self.model.encoder, progress=_silent)


System = Callable[[Library, int], list[Ranking]]


def _silent(stage: str, done: int, total: int) -> None:
    pass


def dense(library: Library, k: int) -> list[Ranking]:
    """Rank by the cosine of the encoder's vectors."""
    held = library.achievements
    return [held.distinct[row] for row in held.dense.search(library.needs.vectors, k)[0]]


def lexical(library: Library, k: int) -> list[Ranking]:
    """Rank by shared character n-grams and words."""
    held = library.achievements
    found, _ = held.lexical.search(library.needs.profiles.whole_rows, k)
    return [held.distinct[row[row >= 0]] for row in found]


def fused(library: Library, k: int) -> list[Ranking]:
    """Rank by the fusion of both, as the library chooses k candidates."""
    held = library.achievements
    vectors, rows = library.needs.vectors, library.needs.profiles.whole_rows
    channels = [
        held.dense.search(vectors, LIST_DEPTH * k)[0],
        held.lexical.search(rows, LIST_DEPTH * k)[0],
    ]
    return [held.distinct[ranking] for ranking in fused_ranking(channels, limit=k)]


def graded(candidates: int | None, *, shipped: bool = False) -> System:
    """Return the system that ranks the candidates (all records if None) by their score.

    By default every need is graded by a grader that has seen none of its judgements.
    """

    def system(library: Library, k: int) -> list[Ranking]:
        limit = candidates or len(library.achievements)
        rankings: list[Ranking] = [np.empty(0, dtype=np.int64)] * len(library.needs)
        for grader, rows in _graders(library, shipped):
            model = replace(library.model, grader=grader)
            pairs = (
                Ranker(model, candidates=limit, progress=_silent)
                .rank(
                    library.needs.take(rows),
                    library.achievements,
                    Search(k=min(k, limit), min_score=0.0, sector=None),
                    needs_ask=True,
                )
                .columns
            )
            for at, row in enumerate(rows):
                mine = np.flatnonzero(pairs.need == at)
                rankings[row] = pairs.achievement[mine[np.argsort(pairs.rank[mine])]]
        return rankings

    return system


def _graders(library: Library, shipped: bool) -> list[tuple[TreeGrader, NDArray[np.int64]]]:
    if shipped or library.fold is None:
        return [(library.model.grader, np.arange(len(library.needs)))]
    fold = library.fold
    return [(grader, np.flatnonzero(fold == at)) for at, grader in enumerate(library.graders)]


def character_tfidf(library: Library, k: int) -> list[Ranking]:
    """Cosine of sublinear TF-IDF over character 2- and 3-grams, weights of the collection."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    asked, offered = _texts(library.task)
    vectorizer = TfidfVectorizer(analyzer=grams, sublinear_tf=True)
    columns = vectorizer.fit_transform(offered).T.tocsr()
    rows = vectorizer.transform(asked)
    rankings: list[Ranking] = []
    for start in range(0, len(asked), _QUERIES_AT_ONCE):
        shares = (rows[start : start + _QUERIES_AT_ONCE] @ columns).toarray()
        rankings += [best(row, k) for row in shares]
    return rankings


def character_bm25(library: Library, k: int) -> list[Ranking]:
    """BM25 of bm25s over character 2- and 3-grams."""
    import bm25s

    asked, offered = _texts(library.task)
    index = bm25s.BM25()
    index.index([grams(text) for text in offered], show_progress=False)
    return [best(index.get_scores(list(grams(text))), k) for text in asked]


def best(scores: Floats, k: int) -> Ranking:
    """Return the positions of the k highest positive scores, ties by position."""
    order = np.argsort(-scores, kind="stable")[:k]
    return np.asarray(order[scores[order] > 0], dtype=np.int64)


def _texts(task: Task) -> tuple[list[str], list[str]]:
    return (
        [clean(f"{need.title} {need.body}") for need in task.needs],
        [clean(f"{found.title} {found.body}") for found in task.achievements],
    )


CHANNELS: Mapping[str, System] = {
    "character TF-IDF": character_tfidf,
    "character BM25": character_bm25,
    "lexical": lexical,
    "dense": dense,
    "fused": fused,
}
"""Systems without a grader, peers first."""
