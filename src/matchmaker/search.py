"""Finding, grading and ranking candidates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from matchmaker.catalogue import Progress
from matchmaker.errors import ConfigError
from matchmaker.learned import JudgedPair
from matchmaker.model import Model
from matchmaker.ranked import Ranked, Search
from matchmaker.records import Achievement, Need
from matchmaker.retrieval.collection import Collection, Graded, Side
from matchmaker.retrieval.fusion import Candidates
from matchmaker.scoring.criteria import Criteria, contenders, leverage, next_to_read, shifted
from matchmaker.scoring.explainer import Explainer, Graders, Told
from matchmaker.scoring.facts import FactsReader, Weights
from matchmaker.scoring.features import pair_features
from matchmaker.scoring.feedback import Feedback, PairViews, pair_views
from matchmaker.scoring.grader import Grades
from matchmaker.scoring.ranking import GradedPairs, best, in_columns
from matchmaker.scoring.reranker import Reranker, blend, check_reranking, pair_text
from matchmaker.scoring.shared import SharedTerms

_QUERIES_AT_ONCE = 100

Features = NDArray[np.float32]
"""Of :func:`~matchmaker.scoring.features.pair_features`; shape (n, n_features)."""

Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Positions of the need and of the achievement of each of n pairs: two arrays of shape (n,)."""

A = TypeVar("A", Need, Achievement)
F = TypeVar("F", Need, Achievement)


class Ranker:
    """Ranks the records of one side for those of the other.

    Parameters
    ----------
    model : Model
    candidates : int
        How many records are graded for each query; at least k always are.
    progress : callable
        Told after every batch of queries.
    reranker : Reranker, optional
        Reads the best of the graded candidates; every score is then a blend of both.
    feedback : Feedback, optional
        Corrects the model's grades by what was learned from judged pairs.
    judged : tuple of JudgedPair
        The pairs that it was learned from.
    weights : Weights, optional
        How strongly what is said beside the subject moves a score.

    Raises
    ------
    ConfigError
        If ``candidates`` is below 1, or a number of the re-ranker is out of range.
    """

    def __init__(
        self,
        model: Model,
        *,
        candidates: int,
        progress: Progress,
        reranker: Reranker | None = None,
        feedback: Feedback | None = None,
        judged: tuple[JudgedPair, ...] = (),
        weights: Weights | None = None,
    ) -> None:
        if candidates < 1:
            raise ConfigError(f"candidates must be at least 1, not {candidates}")
        if reranker is not None:
            check_reranking(reranker)
        self._reranker = reranker
        self._feedback = feedback
        self.judged = judged
        self._model = model
        self.candidates = candidates
        self._progress = progress
        self.weights = weights or Weights()
        self._facts = FactsReader()

    def with_feedback(self, feedback: Feedback | None, judged: tuple[JudgedPair, ...]) -> Ranker:
        """Rank alike, but corrected by other feedback or by none."""
        return Ranker(
            self._model,
            candidates=self.candidates,
            progress=self._progress,
            reranker=self._reranker,
            feedback=feedback,
            judged=judged,
            weights=self.weights,
        )

    @property
    def reads(self) -> bool:
        """Whether a re-ranker reads what is listed."""
        return self._reranker is not None

    def with_weights(self, weights: Weights) -> Ranker:
        """Rank alike, but with other weights of what is said beside the subject."""
        other = self.with_feedback(self._feedback, self.judged)
        other.weights = weights
        return other

    def criteria(self, search: Search, *, needs_ask: bool) -> Criteria:
        """Give what moves the scores of a search beside the subject."""
        return Criteria(self.weights, search.prefer, needs_ask=needs_ask, reader=self._facts)

    def rank(
        self, asked: Collection[A], side: Side[F], search: Search, *, needs_ask: bool
    ) -> Ranked[F]:
        """Rank the records of one side for each record of the other.

        Parameters
        ----------
        asked : Collection
            The asking records.
        side : Side
            What is searched.
        search : Search
        needs_ask : bool
            Whether the asking records are needs.

        Returns
        -------
        Ranked
        """
        read = 0 if self._reranker is None else max(search.k, self._reranker.depth)
        limit = max(self.candidates, search.k, read)
        criteria = self.criteria(search, needs_ask=needs_ask)
        parts: list[GradedPairs] = []
        for rows in self._batches(len(asked)):
            part = asked if len(rows) == len(asked) else asked.take(rows)
            found = side.candidates(part, limit=limit, sector=search.sector, where=search.where)
            graded = self._graded_pairs(part, side, found, needs_ask=needs_ask)
            if read:
                # What the re-ranker has not read is not listed: its score would be another kind.
                graded = self._reranked(graded.take(best(graded, read)), part, side, needs_ask)
            graded = _moved(graded, part, side, criteria, search.k)
            kept = best(graded, search.k, min_score=search.min_score)
            # Positions of a part's pairs count from its first row.
            parts.append(graded.take(kept).asked_from(int(rows[0])))
        joined = GradedPairs.concatenate(parts)
        documents, places = np.unique(joined.found, return_inverse=True)
        shown = side.shown(documents)
        joined = replace(joined, found=shown.positions[places])
        joined = joined.take(best(joined, search.k, min_score=search.min_score))

        def explainer(
            needs: Collection[Need],
            achievements: Collection[Achievement],
            told: Told,
            shared: SharedTerms,
        ) -> Explainer:
            return Explainer(
                needs,
                achievements,
                told,
                self._graders(needs, achievements),
                criteria=criteria,
                needs_ask=needs_ask,
                shared=shared,
            )

        return Ranked(in_columns(joined, needs_ask=needs_ask), shown, joined, explainer)

    def _graders(self, needs: Collection[Need], achievements: Collection[Achievement]) -> Graders:
        """Give what graded pairs of two collections, for their explanation."""

        def corrected(pairs: Pairs, found: NDArray[np.float32]) -> NDArray[np.float64]:
            grades, views = self._seen(needs, achievements, pairs, found)
            if self._feedback is None or views is None:
                return grades.score
            return self._feedback.correct(views, grades).score

        return Graders(self._model.grader, None if self._feedback is None else corrected)

    def _graded_pairs(
        self,
        asked: Collection[A],
        side: Side[F],
        found: Candidates,
        *,
        needs_ask: bool,
    ) -> GradedPairs:
        other, rows = side.graded(found.document, asked)
        sides: tuple[Graded, Graded] = (asked, other) if needs_ask else (other, asked)
        pairs = (found.query, rows) if needs_ask else (rows, found.query)
        features = self._features(*sides, pairs)
        return GradedPairs(
            asking=found.query,
            found=found.document,
            grades=self._graded(*sides, pairs, features),
            features=features,
            similarity=_cosines(sides[0].vectors[pairs[0]], sides[1].vectors[pairs[1]]),
        )

    def _reranked(
        self, graded: GradedPairs, asked: Collection[A], side: Side[F], needs_ask: bool
    ) -> GradedPairs:
        asking: list[Need | Achievement] = [asked.records[row] for row in graded.asking]
        found: list[Need | Achievement] = [*side.records_of(graded.found)]
        texts = (asking, found) if needs_ask else (found, asking)
        return replace(graded, grades=self._blended(graded.grades, *texts))

    def grade(
        self,
        needs: Collection[Need],
        achievements: Collection[Achievement],
        pairs: Pairs,
    ) -> Grades:
        """Grade pairs given by their positions in two collections.

        Parameters
        ----------
        needs, achievements : Collection
        pairs : tuple of two ndarrays, each of shape (n,), int64

        Returns
        -------
        Grades
            n rows, blended with what the re-ranker says if there is one, and moved by what is
            said beside the subject.
        """
        grades = self._blended(
            self._graded(needs, achievements, pairs, self._features(needs, achievements, pairs)),
            [needs.records[row] for row in pairs[0]],
            [achievements.records[row] for row in pairs[1]],
        )
        criteria = Criteria(self.weights, reader=self._facts)
        sided = [
            [criteria.sided(record, labels) for record, labels in zip(*both, strict=True)]
            for both in (
                (needs.records, needs.labels),
                (achievements.records, achievements.labels),
            )
        ]
        shift = [
            criteria.shift(sided[0][need], sided[1][achievement])
            for need, achievement in zip(pairs[0].tolist(), pairs[1].tolist(), strict=True)
        ]
        return shifted(grades, np.array(shift, dtype=np.float64))

    def doubt(
        self,
        needs: Collection[Need],
        achievements: Collection[Achievement],
        pairs: Pairs,
    ) -> NDArray[np.float64]:
        """Say how unsure the grades of pairs are.

        Parameters
        ----------
        needs, achievements : Collection
        pairs : tuple of two ndarrays, each of shape (n,), int64

        Returns
        -------
        ndarray, shape (n,), float64
            At least 0: the standard deviation of the grade, less where judged pairs are alike.
        """
        features = self._features(needs, achievements, pairs)
        grades, views = self._seen(needs, achievements, pairs, features)
        if self._feedback is None or views is None:
            return grades.spread
        corrected = self._feedback.correct(views, grades)
        return np.asarray(corrected.spread * self._feedback.unknown(views), dtype=np.float64)

    def _blended(
        self,
        grades: Grades,
        needs: Sequence[Need | Achievement],
        achievements: Sequence[Need | Achievement],
    ) -> Grades:
        if self._reranker is None:
            return grades
        return blend(
            grades,
            self._reranker,
            [pair_text(need) for need in needs],
            [pair_text(achievement) for achievement in achievements],
        )

    def _features(self, needs: Graded, achievements: Graded, pairs: Pairs) -> Features:
        return pair_features(needs.profiles, achievements.profiles, pairs, terms=self._model.terms)

    def _graded(
        self, needs: Graded, achievements: Graded, pairs: Pairs, features: Features
    ) -> Grades:
        grades, views = self._seen(needs, achievements, pairs, features)
        if self._feedback is None or views is None:
            return grades
        return self._feedback.correct(views, grades)

    def _seen(
        self,
        needs: Graded,
        achievements: Graded,
        pairs: Pairs,
        features: Features,
    ) -> tuple[Grades, PairViews | None]:
        """Give the model's own grades, and the pairs as feedback sees them if there is any."""
        grades = self._model.grader.grade(features)
        if self._feedback is None:
            return grades, None
        views = pair_views(
            needs.profiles,
            achievements.profiles,
            pairs,
            evidence=self._model.grader.evidence(features),
            need_keys=needs.text_keys,
        )
        return grades, views

    def _batches(self, total: int) -> Iterator[NDArray[np.int64]]:
        self._progress("rank", 0, total)
        for start in range(0, total, _QUERIES_AT_ONCE):
            rows = np.arange(start, min(start + _QUERIES_AT_ONCE, total))
            yield rows
            self._progress("rank", start + len(rows), total)


def _moved(
    graded: GradedPairs, asked: Collection[Any], side: Side[Any], criteria: Criteria, k: int
) -> GradedPairs:
    """Move grades by what is said beside the subject, of the pairs that can be among the best."""
    asking = [
        criteria.sided(record, labels)
        for record, labels in zip(asked.records, asked.labels, strict=True)
    ]
    most = np.array([criteria.most(sided) for sided in asking], dtype=np.float64)
    if not most.any() or not len(graded.asking):
        return graded
    graded = graded.take(contenders(graded.asking, graded.grades, most[graded.asking], k))
    by, queries = leverage(graded.grades), graded.asking
    highest = graded.grades.score + most[queries] * by
    shift = np.where(most[queries] > 0, np.nan, 0.0)
    while len(rows := next_to_read(queries, highest, graded.grades.score + shift * by, k)):
        documents, places = np.unique(graded.found[rows], return_inverse=True)
        found = [criteria.sided(record, labels) for record, labels in side.labelled(documents)]
        shift[rows] = [
            criteria.shift(asking[query], found[place])
            for query, place in zip(queries[rows].tolist(), places.tolist(), strict=True)
        ]
    known = np.flatnonzero(~np.isnan(shift))
    graded = graded.take(known)
    return replace(graded, grades=shifted(graded.grades, shift[known]), subject=graded.grades)


def _cosines(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    products = np.einsum("ij,ij->i", first, second)
    cosines = products / np.where(lengths > 0, lengths, 1)
    return np.asarray(np.clip(cosines, -1, 1), dtype=np.float32)
