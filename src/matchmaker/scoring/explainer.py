"""Explanations of the pairs of one ranking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.records import Achievement, Need
from matchmaker.retrieval.collection import Collection
from matchmaker.scoring.attribution import TEXT_PARTS, text_parts
from matchmaker.scoring.criteria import Agreement, Criteria, Sided, leverage
from matchmaker.scoring.explanation import Evidence, Explanation, Part, SideName
from matchmaker.scoring.grader import Grader, Grades
from matchmaker.scoring.near import Alignment, NearTerms
from matchmaker.scoring.pointing import Pointer
from matchmaker.scoring.reasons import criterion_part, open_indicators
from matchmaker.scoring.shared import SharedTerms

Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]

_SHOWN = 8
_ROWS_AT_ONCE = 512


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What grading said of n pairs, in the order of the ranking.

    Attributes
    ----------
    pairs : tuple of two ndarrays, each of shape (n,), int64
        Positions of the need and of the achievement.
    subject : Grades
        n rows, before anything beside the subject moved them.
    score : ndarray, shape (n,), float64
        In the end.
    features : ndarray, shape (n, n_features), float32
        What the grader saw.
    """

    pairs: Pairs
    subject: Grades
    score: NDArray[np.float64]
    features: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Graders:
    """What graded the pairs.

    Attributes
    ----------
    grader : Grader
    corrected : callable, optional
        Score of pairs after what was learned from judgements, from their positions and features.
    """

    grader: Grader
    corrected: Callable[[Pairs, NDArray[np.float32]], NDArray[np.float64]] | None = None


class Explainer:
    """Explains the pairs of one ranking.

    Parameters
    ----------
    needs, achievements : Collection
        The records of the ranking.
    told : Told
    graders : Graders
    criteria : Criteria
    needs_ask : bool
    shared : SharedTerms
        Terms that the texts of pairs share.
    """

    def __init__(
        self,
        needs: Collection[Need],
        achievements: Collection[Achievement],
        told: Told,
        graders: Graders,
        *,
        criteria: Criteria,
        needs_ask: bool,
        shared: SharedTerms,
    ) -> None:
        self._needs, self._achievements = needs, achievements
        self._told, self._graders = told, graders
        self._criteria, self._needs_ask = criteria, needs_ask
        self._shared = shared
        self._row = {pair: row for row, pair in enumerate(_listed(told.pairs))}
        self._texts: dict[int, NDArray[np.float64]] = {}
        self._near = NearTerms(needs.profiles, achievements.profiles)
        self._pointer = Pointer()

    def __call__(self, need: int, achievement: int, spans: bool) -> Explanation:
        """Explain a pair.

        Parameters
        ----------
        need, achievement : int
            Positions; a pair of the ranking.
        spans : bool
            Whether evidence says where in the texts it stands.

        Returns
        -------
        Explanation
        """
        row = self._row[need, achievement]
        both = (self._sided(self._needs, need), self._sided(self._achievements, achievement))
        point = self._pointer.between(
            self._needs.records[need], self._achievements.records[achievement], spans
        )
        parts = [*self._of_texts(row, need, achievement, point)]
        subject = Grades(self._told.subject.above[row : row + 1])
        reach = float(leverage(subject)[0])
        asked = both if self._needs_ask else both[::-1]
        agreements, verdicts = self._criteria.judged(*asked)
        if not reach:
            # What moves nothing was not judged on it.
            agreements = ()
        found: SideName = "achievement" if self._needs_ask else "need"
        parts += _grouped(agreements, reach, point, found)
        judged = [*self._texts_judged(need, achievement)]
        judged += [one.criterion for one in agreements if one.criterion != "preferences"]
        return Explanation(
            score=float(self._told.score[row]),
            parts=tuple(parts),
            judged=tuple(dict.fromkeys(judged)),
            open=open_indicators(verdicts, point),
        )

    def _sided(self, collection: Collection, at: int) -> Sided:  # type: ignore[type-arg]
        return self._criteria.sided(collection.records[at], collection.labels[at])

    def _texts_judged(self, need: int, achievement: int) -> Iterator[str]:
        both = (self._needs.profiles, need), (self._achievements.profiles, achievement)
        if all(profiles.whole_lengths[at] > 0 for profiles, at in both):
            yield "terms"
            if all(profiles.whole_vectors[at].any() for profiles, at in both):
                yield "meaning"

    def _of_texts(self, row: int, need: int, achievement: int, point: Pointer) -> Iterator[Part]:
        """Yield the parts of the texts, of judgements and of a re-ranker."""
        told = self._text_values(row)
        base, terms, near, meaning = told[: len(TEXT_PARTS)].tolist()
        alignment = self._near(need, achievement)
        yield Part("base", base)
        value = terms + near * alignment.exact
        yield Part("terms", value, tuple(self._terms(value, need, achievement, point)))
        value = near * (1 - alignment.exact)
        yield Part("near_terms", value, tuple(_near_terms(value, alignment, point)))
        cosine = float(told[-1])
        evidence = (Evidence("text", meaning, "", "", cosine),) if meaning else ()
        yield Part("meaning", meaning, evidence)
        judgements, reranker = told[len(TEXT_PARTS) : -1].tolist()
        if self._graders.corrected is not None:
            yield Part("judgements", judgements)
        # What a re-ranker changed is what is left; without one that is rounding at most.
        if abs(reranker) > 1e-12:
            yield Part("reranker", reranker)

    def _terms(
        self, value: float, need: int, achievement: int, point: Pointer
    ) -> Iterator[Evidence]:
        """Share a value among equal terms, by their rarity."""
        shared = self._shared(need, achievement)
        named = shared[:_SHOWN]
        general = self._shared.general(need, achievement)
        general += sum(term.weight for term in shared[_SHOWN:])
        total = general + sum(term.weight for term in named)
        for term in named:
            share = value * term.weight / total
            spans = point.at_term(term.term, term.term)
            yield Evidence("term", share, term.term, term.term, term.weight, spans=spans)
        left = value if not total else value * general / total
        if left:
            yield Evidence("general", left, "", "", general)

    def _text_values(self, row: int) -> NDArray[np.float64]:
        """Parts of the texts, change by judgements and by a re-ranker, and cosine of a pair."""
        if row not in self._texts:
            told = self._told
            start = row - row % _ROWS_AT_ONCE
            rows = np.arange(start, min(start + _ROWS_AT_ONCE, len(told.score)))
            pairs = (told.pairs[0][rows], told.pairs[1][rows])
            features = told.features[rows]
            parts = text_parts(self._graders.grader, features)
            own = self._graders.grader.grade(features).score
            corrected = (
                own if self._graders.corrected is None else self._graders.corrected(pairs, features)
            )
            names = list(self._graders.grader.features)
            dense = [names.index(f"dense_{view}") for view in ("title", "whole")]
            values = np.column_stack(
                [
                    parts,
                    corrected - own,
                    told.subject.score[rows] - corrected,
                    features[:, dense].max(axis=1),
                ]
            )
            self._texts.update(zip(rows.tolist(), values, strict=True))
        return self._texts[row]


def _listed(pairs: Pairs) -> Iterator[tuple[int, int]]:
    return zip(pairs[0].tolist(), pairs[1].tolist(), strict=True)


def _near_terms(value: float, alignment: Alignment, point: Pointer) -> Iterator[Evidence]:
    total = alignment.rest + sum(one.weight for one in alignment.near)
    for one in alignment.near:
        spans = point.at_term(one.need, one.achievement)
        share = value * one.weight / total
        yield Evidence("near_term", share, one.need, one.achievement, one.similarity, spans=spans)
    left = value * alignment.rest / total if total else value
    if left:
        yield Evidence("general", left, "", "", 0.0)


def _grouped(
    agreements: tuple[Agreement, ...], reach: float, point: Pointer, found: SideName
) -> Iterator[Part]:
    """Make parts of agreements; preferences are one part."""
    preferences: list[Part] = []
    for agreement in agreements:
        part = criterion_part(agreement, reach, point, found=found)
        if part.name == "preferences":
            preferences.append(part)
        else:
            yield part
    if preferences:
        yield Part(
            "preferences",
            sum(part.value for part in preferences),
            tuple(one for part in preferences for one in part.evidence),
        )
