"""Judged pairs: which are worth having, and what they change about a matcher's grades."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from matchmaker.catalogue import Cataloguer, by_kind
from matchmaker.errors import ConfigError
from matchmaker.holdings import Holdings
from matchmaker.language.texts import RecordText, record_text, text_keys
from matchmaker.learned import JudgedPair
from matchmaker.model import Model
from matchmaker.ranked import Search
from matchmaker.records import Achievement, Need
from matchmaker.retrieval.collection import Side
from matchmaker.retrieval.profiles import profile
from matchmaker.scoring.facts import Weights
from matchmaker.scoring.features import pair_features
from matchmaker.scoring.feedback import MOST_JUDGEMENTS, Feedback, pair_views
from matchmaker.search import Ranker
from matchmaker.suggestions import Pool, Suggestions, suggest


def learn_from(judged: Sequence[JudgedPair], model: Model) -> Feedback:
    """Learn from judged pairs.

    Parameters
    ----------
    judged : sequence of JudgedPair, at least one
        In any order. Records count by what they say, whatever their ids; a pair that was judged
        twice counts twice.
    model : Model
        The one whose grades are to be corrected.

    Returns
    -------
    Feedback

    Raises
    ------
    ConfigError
        If there are none, or more than :data:`~matchmaker.scoring.feedback.MOST_JUDGEMENTS`.
    """
    if not 0 < len(judged) <= MOST_JUDGEMENTS:
        raise ConfigError(
            f"can learn from 1 to {MOST_JUDGEMENTS} judgements, got {len(judged)}; learn those "
            "of the needs at hand, or go back to an earlier version of the folder (--revert)"
        )
    # Sums over judgements depend in their last bits on the order: a fixed one gives equal scores.
    ordered = sorted(judged, key=lambda pair: (pair.need.id, pair.achievement.id, pair.grade))
    needs, need_rows = _distinct([record_text(pair.need) for pair in ordered])
    achievements, achievement_rows = _distinct([record_text(pair.achievement) for pair in ordered])
    asked = profile(needs, terms=model.terms, encoder=model.encoder)
    offered = profile(achievements, terms=model.terms, encoder=model.encoder)
    pairs = (need_rows, achievement_rows)
    features = pair_features(asked, offered, pairs, terms=model.terms)
    views = pair_views(
        asked,
        offered,
        pairs,
        evidence=model.grader.evidence(features),
        need_keys=text_keys(needs),
    )
    grades = np.array([pair.grade for pair in ordered], dtype=np.int8)
    return Feedback.learn(views, grades, expected=model.grader.grade(features))


def _distinct(texts: Sequence[RecordText]) -> tuple[list[RecordText], NDArray[np.int64]]:
    position: dict[RecordText, int] = {}
    rows = [position.setdefault(text, len(position)) for text in texts]
    return list(position), np.array(rows, dtype=np.int64)


class Learner:
    """The part of :class:`~matchmaker.Matcher` that learns from judged pairs.

    Nothing of its own: everything here works on what a matcher holds.
    """

    _model: Model
    _ranker: Ranker
    _cataloguer: Cataloguer
    _held: Holdings
    _adding: threading.Lock

    @property
    def judged(self) -> tuple[JudgedPair, ...]:
        """Judged pairs that were learned, in the order of learning."""
        return self._ranker.judged

    @property
    def weights(self) -> Weights:
        """How strongly what is said beside the subject moves a score; may be set."""
        return self._ranker.weights

    @weights.setter
    def weights(self, weights: Weights) -> None:
        """Set the weights of later searches."""
        if not isinstance(weights, Weights):
            raise ConfigError(f"weights must be Weights(...), not {weights!r}")
        with self._adding:
            # One assignment: a search sees the old weights or the new ones.
            self._ranker = self._ranker.with_weights(weights)

    def learn(self, judged: Iterable[JudgedPair]) -> int:
        """Learn from judged pairs: every later grade and score takes them into account.

        The grades of a need's judged pairs inform those of its other pairs, the more so the more
        alike the achievements; all judgements together fit the grader to this judge. The model
        itself stays as it is, so :meth:`forget` undoes everything.

        Parameters
        ----------
        judged : iterable of JudgedPair
            Added to what was learned before.

        Returns
        -------
        int
            How many judged pairs are now in use.

        Raises
        ------
        ConfigError
            If there are more than 10,000 in all.
        """
        with self._adding:
            every = (*self._ranker.judged, *judged)
            learned = learn_from(every, self._model) if every else None
            # One assignment: a search sees the old state or the new one.
            self._ranker = self._ranker.with_feedback(learned, every)
        return len(every)

    def forget(self) -> None:
        """Forget every judged pair."""
        with self._adding:
            self._ranker = self._ranker.with_feedback(None, ())

    def doubt(self, pairs: Iterable[tuple[Need, Achievement]]) -> NDArray[np.float64]:
        """Say how unsure the grades of given pairs are.

        Parameters
        ----------
        pairs : iterable of (Need, Achievement)

        Returns
        -------
        ndarray, shape (n,), float64
            At least 0, in grades: the standard deviation of the grade's distribution, less where
            judged pairs are alike.

        Raises
        ------
        ConfigError
            As :meth:`score`.
        """
        needs, achievements, rows = self._cataloguer.pairs(pairs)
        return self._ranker.doubt(needs, achievements, rows)

    def suggest_pairs(
        self, n: int, needs: Iterable[Need], *, k: int = 20, seed: int = 0
    ) -> Suggestions:
        """Choose the pairs that are most worth judging, for :meth:`learn`.

        Of each need's best ``k`` achievements those are taken whose grades are least sure, spread
        over needs and achievements by the rule of :func:`~matchmaker.suggestions.suggest`; none
        that was judged before.

        Parameters
        ----------
        n : int
            How many pairs; fewer if there are not so many.
        needs : iterable of Need
        k : int
            Achievements of each need to choose among.
        seed : int
            Of the order in which the pairs stand, which says nothing about them.

        Returns
        -------
        Suggestions
            ``.write("待判.xlsx")`` makes a workbook to judge in.

        Raises
        ------
        ConfigError
            If a number is below 1, or an id stands for two different needs.
        """
        asked = self._cataloguer.catalogue(by_kind(needs, expected=Need)[0])
        search = Search(k=k, min_score=0.0, sector=None)
        ranker = self._ranker
        side: Side[Achievement] = self._held.side("achievements")
        found = ranker.rank(asked, side, search, needs_ask=True)
        columns = found.columns
        pool = Pool(asked, found.shown.collection, columns.need, columns.achievement)

        def doubt(part: Pool) -> NDArray[np.float64]:
            rows = (part.need_rows, part.achievement_rows)
            return ranker.doubt(part.needs, part.achievements, rows)

        return suggest(pool, n=n, doubt=doubt, judged=ranker.judged, seed=seed)
