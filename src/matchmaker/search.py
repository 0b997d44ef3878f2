"""Finding, grading and ranking candidates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from numbers import Integral, Real

import numpy as np
from numpy.typing import NDArray

from matchmaker.catalogue import Progress
from matchmaker.errors import ConfigError
from matchmaker.learned import JudgedPair
from matchmaker.model import Model
from matchmaker.records import Achievement, Need
from matchmaker.retrieval.collection import Collection
from matchmaker.scoring.features import pair_features
from matchmaker.scoring.feedback import Feedback, PairViews, pair_views
from matchmaker.scoring.grader import Grades
from matchmaker.scoring.pairs import PairColumns
from matchmaker.scoring.ranking import GradedPairs, best, rank
from matchmaker.scoring.reranker import Reranker, blend, check_reranking, pair_text

_QUERIES_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Search:
    """Options of one search.

    Attributes
    ----------
    k : int
        Most pairs an asking record keeps, at least 1.
    min_score : float
        In [0, 1]; worse pairs are dropped.
    sector : str or None
        By its name in the registry: only records that carry it.

    Raises
    ------
    ConfigError
        If a number is out of range or no number at all.
    """

    k: int
    min_score: float
    sector: str | None

    def __post_init__(self) -> None:
        if not isinstance(self.k, Integral) or isinstance(self.k, bool) or self.k < 1:
            raise ConfigError(f"k must be a whole number of at least 1, not {self.k!r}")
        if not isinstance(self.min_score, Real) or not 0 <= self.min_score <= 1:
            raise ConfigError(f"min_score must be a number in [0, 1], not {self.min_score!r}")


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
    ) -> None:
        if candidates < 1:
            raise ConfigError(f"candidates must be at least 1, not {candidates}")
        if reranker is not None:
            check_reranking(reranker)
        self._reranker = reranker
        self._feedback = feedback
        self.judged = judged
        self._model = model
        self._candidates = candidates
        self._progress = progress

    def with_feedback(self, feedback: Feedback | None, judged: tuple[JudgedPair, ...]) -> Ranker:
        """Rank alike, but corrected by other feedback or by none."""
        return Ranker(
            self._model,
            candidates=self._candidates,
            progress=self._progress,
            reranker=self._reranker,
            feedback=feedback,
            judged=judged,
        )

    def rank(
        self,
        needs: Collection[Need],
        achievements: Collection[Achievement],
        search: Search,
        *,
        needs_ask: bool,
    ) -> PairColumns:
        """Rank one side for each record of the other.

        Parameters
        ----------
        needs, achievements : Collection
        search : Search
        needs_ask : bool
            Whether achievements are ranked for each need, or the reverse.

        Returns
        -------
        PairColumns
            By asking position, then rank.
        """
        read = 0 if self._reranker is None else max(search.k, self._reranker.depth)
        limit = max(self._candidates, search.k, read)
        parts: list[GradedPairs] = []
        for rows in self._batches(len(needs) if needs_ask else len(achievements)):
            # Positions of a part's pairs count from its first row.
            if needs_ask:
                asked = needs.take(rows)
                found = achievements.candidates(asked, limit=limit, sector=search.sector)
                pairs = (found.query + rows[0], found.document)
            else:
                offered = achievements.take(rows)
                found = needs.candidates(offered, limit=limit, sector=search.sector)
                pairs = (found.document, found.query + rows[0])
            graded = GradedPairs(
                asking=found.query + rows[0],
                found=found.document,
                grades=self._graded(needs, achievements, pairs),
                similarity=_cosines(needs.vectors[pairs[0]], achievements.vectors[pairs[1]]),
            )
            if read:
                # What the re-ranker has not read is not listed: its score would be another kind.
                graded = graded.take(best(graded, read))
                sides = (graded.asking, graded.found)
                pairs = sides if needs_ask else sides[::-1]
                mixed = self._blended(graded.grades, needs, achievements, pairs)
                graded = replace(graded, grades=mixed)
            parts.append(graded)
        joined = GradedPairs.concatenate(parts)
        return rank(joined, k=search.k, min_score=search.min_score, needs_ask=needs_ask)

    def grade(
        self,
        needs: Collection[Need],
        achievements: Collection[Achievement],
        pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
    ) -> Grades:
        """Grade pairs given by their positions in two collections.

        Parameters
        ----------
        needs, achievements : Collection
        pairs : tuple of two ndarrays, each of shape (n,), int64

        Returns
        -------
        Grades
            n rows, blended with what the re-ranker says if there is one.
        """
        return self._blended(self._graded(needs, achievements, pairs), needs, achievements, pairs)

    def doubt(
        self,
        needs: Collection[Need],
        achievements: Collection[Achievement],
        pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
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
        grades, views = self._seen(needs, achievements, pairs)
        if self._feedback is None or views is None:
            return grades.spread
        corrected = self._feedback.correct(views, grades)
        return np.asarray(corrected.spread * self._feedback.unknown(views), dtype=np.float64)

    def _blended(
        self,
        grades: Grades,
        needs: Collection[Need],
        achievements: Collection[Achievement],
        pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
    ) -> Grades:
        if self._reranker is None:
            return grades
        return blend(
            grades,
            self._reranker,
            [pair_text(needs.records[row]) for row in pairs[0]],
            [pair_text(achievements.records[row]) for row in pairs[1]],
        )

    def _graded(
        self,
        needs: Collection[Need],
        achievements: Collection[Achievement],
        pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
    ) -> Grades:
        grades, views = self._seen(needs, achievements, pairs)
        if self._feedback is None or views is None:
            return grades
        return self._feedback.correct(views, grades)

    def _seen(
        self,
        needs: Collection[Need],
        achievements: Collection[Achievement],
        pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
    ) -> tuple[Grades, PairViews | None]:
        """Give the model's own grades, and the pairs as feedback sees them if there is any."""
        features = pair_features(
            needs.profiles, achievements.profiles, pairs, terms=self._model.terms
        )
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


def _cosines(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    products = np.einsum("ij,ij->i", first, second)
    cosines = products / np.where(lengths > 0, lengths, 1)
    return np.asarray(np.clip(cosines, -1, 1), dtype=np.float32)
