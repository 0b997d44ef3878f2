"""Finding, grading and ranking candidates."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from matchmaker.catalogue import Progress
from matchmaker.errors import ConfigError
from matchmaker.learned import JudgedPair
from matchmaker.model import Model
from matchmaker.records import Achievement, Need
from matchmaker.records.where import Where
from matchmaker.retrieval.collection import Collection, Graded, Shown, Side
from matchmaker.retrieval.fusion import Candidates
from matchmaker.scoring.features import pair_features
from matchmaker.scoring.feedback import Feedback, PairViews, pair_views
from matchmaker.scoring.grader import Grades
from matchmaker.scoring.pairs import Direction, PairColumns, PairContext
from matchmaker.scoring.ranking import GradedPairs, best, rank
from matchmaker.scoring.reranker import Reranker, blend, check_reranking, pair_text
from matchmaker.scoring.shared import SharedTerms

_QUERIES_AT_ONCE = 100

A = TypeVar("A", Need, Achievement)
F = TypeVar("F", Need, Achievement)


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
    where : Where, optional
        What the records that are found must fulfil.

    Raises
    ------
    ConfigError
        If a number is out of range or no number at all.
    """

    k: int
    min_score: float
    sector: str | None
    where: Where | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.k, Integral) or isinstance(self.k, bool) or self.k < 1:
            raise ConfigError(f"k must be a whole number of at least 1, not {self.k!r}")
        if not isinstance(self.min_score, Real) or not 0 <= self.min_score <= 1:
            raise ConfigError(f"min_score must be a number in [0, 1], not {self.min_score!r}")


@dataclass(frozen=True, slots=True, eq=False)
class Ranked(Generic[F]):
    """What a search found.

    Attributes
    ----------
    columns : PairColumns
        By asking position, then rank; positions in the asking records and in those shown.
    shown : Shown
        The records found.
    """

    columns: PairColumns
    shown: Shown[F]

    def context(
        self, asked: Collection[Any], direction: Direction, sector_names: tuple[str, ...]
    ) -> PairContext:
        """Give what turns the columns into matches.

        Parameters
        ----------
        asked : Collection
            The asking records.
        direction : {"need_to_achievement", "achievement_to_need"}
        sector_names : tuple of str
            In the order in which they are shown.
        """
        found: Collection[Any] = self.shown.collection
        needs_ask = direction == "need_to_achievement"
        needs, achievements = (asked, found) if needs_ask else (found, asked)
        # Most results are read without their terms, which stored records must be unpacked for.
        terms = functools.cache(
            lambda: SharedTerms(
                needs.profiles, achievements.profiles, texts=(needs.text, achievements.text)
            )
        )
        return PairContext(
            needs=needs.records,
            achievements=achievements.records,
            need_sectors=needs.labels,
            achievement_sectors=achievements.labels,
            sector_names=sector_names,
            direction=direction,
            shared_terms=lambda need, achievement: terms()(need, achievement),
            duplicates=self.shown.duplicates,
        )


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
        limit = max(self._candidates, search.k, read)
        parts: list[GradedPairs] = []
        for rows in self._batches(len(asked)):
            part = asked if len(rows) == len(asked) else asked.take(rows)
            found = side.candidates(part, limit=limit, sector=search.sector, where=search.where)
            graded = self._graded_pairs(part, side, found, needs_ask=needs_ask)
            if read:
                # What the re-ranker has not read is not listed: its score would be another kind.
                graded = self._reranked(graded.take(best(graded, read)), part, side, needs_ask)
            kept = best(graded, search.k, min_score=search.min_score)
            # Positions of a part's pairs count from its first row.
            parts.append(graded.take(kept).asked_from(int(rows[0])))
        joined = GradedPairs.concatenate(parts)
        documents, places = np.unique(joined.found, return_inverse=True)
        shown = side.shown(documents)
        joined = replace(joined, found=shown.positions[places])
        columns = rank(joined, k=search.k, min_score=search.min_score, needs_ask=needs_ask)
        return Ranked(columns, shown)

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
        return GradedPairs(
            asking=found.query,
            found=found.document,
            grades=self._graded(*sides, pairs),
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
        return self._blended(
            self._graded(needs, achievements, pairs),
            [needs.records[row] for row in pairs[0]],
            [achievements.records[row] for row in pairs[1]],
        )

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

    def _graded(
        self,
        needs: Graded,
        achievements: Graded,
        pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
    ) -> Grades:
        grades, views = self._seen(needs, achievements, pairs)
        if self._feedback is None or views is None:
            return grades
        return self._feedback.correct(views, grades)

    def _seen(
        self,
        needs: Graded,
        achievements: Graded,
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
