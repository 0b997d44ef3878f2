"""The methods that `benchmarks.bdci` sets side by side.

Each is a function ``fit_and_score(train, test, needs)``: it learns from the training fold's
judgements and scores the held-back pairs. Nothing of the held-back pairs is used but their text.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.bdci_data import NeedText, Pairs, Prediction, clean
from matchmaker.evaluation import Judgements
from matchmaker.language.terms import TermModel
from matchmaker.language.texts import record_text, text_keys
from matchmaker.records import Achievement, Need
from matchmaker.retrieval.encoders import StaticEncoder
from matchmaker.retrieval.profiles import Profiles, profile
from matchmaker.scoring.features import pair_features
from matchmaker.scoring.feedback import Feedback, PairViews, pair_views
from matchmaker.scoring.grader import TreeGrader
from matchmaker.training.grader import fit_grader

Needs = Mapping[str, NeedText]
Method = Callable[[Judgements, Pairs, Needs], Prediction]
Floats = NDArray[np.float64]
Cutter = Callable[[str], tuple[str, ...]]
Similarity = Callable[[Judgements, Pairs, Needs, Cutter], tuple[Floats, Floats]]


class MethodUnavailableError(Exception):
    """A method cannot run here; the message says why."""


@cache
def words(text: str) -> tuple[str, ...]:
    """Cut text with jieba and keep what has a letter or digit."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    return tuple(word for word in jieba.lcut(text) if re.search(r"\w", word))


@cache
def grams(text: str) -> tuple[str, ...]:
    """Return the character 2- and 3-grams of every run of letters and digits."""
    runs = re.findall(r"\w+", text)
    return tuple(run[at : at + n] for run in runs for n in (2, 3) for at in range(len(run) - n + 1))


class OrdinalFit:
    """From a similarity to the median of the grades that pairs of such similarity were given.

    ``P(grade >= t | similarity)`` is an isotonic regression for t = 2, 3, 4; the grade is the
    largest t with a probability above one half. No monotone map has a smaller training MAE.
    """

    def __init__(self, similarity: Floats, grades: NDArray[np.int8]) -> None:
        from sklearn.isotonic import IsotonicRegression

        self._steps = [
            IsotonicRegression(out_of_bounds="clip").fit(similarity, (grades >= step).astype(float))
            for step in (2, 3, 4)
        ]

    def median(self, similarity: Floats) -> NDArray[np.int64]:
        """Return grades 1-4 of shape (n,)."""
        above = [step.predict(similarity) > 0.5 for step in self._steps]
        return np.asarray(1 + np.sum(above, axis=0), dtype=np.int64)


def lower_median(grades: NDArray[np.int8]) -> int:
    """Return the median grade, of two middle ones the lower."""
    ordered: list[int] = sorted(grades.tolist())
    return ordered[(len(ordered) - 1) // 2]


def constant(train: Judgements, test: Pairs, needs: Needs) -> Prediction:
    """Give every pair the median grade of the training fold."""
    grade = lower_median(train.grades)
    return Prediction(np.zeros(len(test)), np.full(len(test), grade, dtype=np.int64))


def need_median(train: Judgements, test: Pairs, needs: Needs) -> Prediction:
    """Give every pair the median grade of its need, or of the training fold for a new need.

    The score is that grade too and says nothing about the order within a need. By pair its nDCG
    falls below the constant's: the median of a fold is lower where the pairs held back from it
    are better, so pooling the folds orders a need's pairs against the truth.
    """
    owners = np.array(train.need_ids)
    known = {need: lower_median(train.grades[owners == need]) for need in set(train.need_ids)}
    overall = lower_median(train.grades)
    grades = np.array([known.get(need, overall) for need in test.need_ids], dtype=np.int64)
    return Prediction(grades.astype(np.float64), grades)


def tfidf_similarity(
    train: Judgements, test: Pairs, needs: Needs, cut: Cutter
) -> tuple[Floats, Floats]:
    """Cosine of TF-IDF vectors whose vocabulary and weights come from the training fold."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    seen = dict.fromkeys(train.need_ids)
    corpus = [needs[need].text for need in seen] + [clean(title) for title in _titles(train)]
    vectorizer = TfidfVectorizer(analyzer=cut, sublinear_tf=True).fit(corpus)

    def similarity(need_ids: Sequence[str], titles: Sequence[str]) -> Floats:
        ids = {need: at for at, need in enumerate(dict.fromkeys(need_ids))}
        left = vectorizer.transform([needs[need].text for need in ids])
        right = vectorizer.transform([clean(title) for title in titles])
        rows = left[[ids[need] for need in need_ids]]
        return np.asarray(rows.multiply(right).sum(axis=1), dtype=np.float64).ravel()

    return similarity(train.need_ids, _titles(train)), similarity(test.need_ids, test.titles)


def bm25_similarity(
    train: Judgements, test: Pairs, needs: Needs, cut: Cutter
) -> tuple[Floats, Floats]:
    """Score of bm25s, as a share of the need's best score over the library.

    The index is the library that is searched, so it holds the held-back titles too (texts only).
    """
    import bm25s

    titles = [*_titles(train), *test.titles]
    index = bm25s.BM25()
    index.index([cut(clean(title)) for title in titles], show_progress=False)
    need_ids = [*train.need_ids, *test.need_ids]
    rows_of: dict[str, list[int]] = {}
    for row, need in enumerate(need_ids):
        rows_of.setdefault(need, []).append(row)
    shares = np.zeros(len(titles))
    for need, rows in rows_of.items():
        scores = index.get_scores(list(cut(needs[need].text)))
        # A need that shares no token with the library keeps 0 everywhere.
        shares[rows] = scores[rows] / (scores.max() or 1.0)
    return shares[: len(train)], shares[len(train) :]


def _titles(train: Judgements) -> tuple[str, ...]:
    if train.achievement_titles is None:
        raise ValueError("the judgements have no titles, and a text method needs them")
    return train.achievement_titles


def by_similarity(similarity: Similarity, cut: Cutter) -> Method:
    """Return the method that ranks by a similarity and grades by `OrdinalFit`."""

    def fit_and_score(train: Judgements, test: Pairs, needs: Needs) -> Prediction:
        known, asked = similarity(train, test, needs, cut)
        return Prediction(asked, OrdinalFit(known, train.grades).median(asked))

    return fit_and_score


@cache
def _shipped() -> tuple[TermModel, StaticEncoder]:
    """Return what the grader reads with: trained on other texts than the judged pairs."""
    from matchmaker.model import shipped_folder

    folder = shipped_folder()
    return TermModel.load(folder / "terms.npz"), StaticEncoder(folder / "encoder")


def matchmaker(train: Judgements, test: Pairs, needs: Needs) -> Prediction:
    """Fit matchmaker's grader on the training fold and grade the held-back pairs.

    Rarities and vectors are the shipped ones: neither has seen a need or a judged title.
    """
    grades = _fitted(train, needs)[0].grade(_seen(test.need_ids, test.titles, needs).features)
    return Prediction(grades.score, grades.grade.astype(np.int64))


def matchmaker_with_feedback(train: Judgements, test: Pairs, needs: Needs) -> Prediction:
    """Grade as `matchmaker` does, then learn the training fold's judgements as feedback."""
    grader, known = _fitted(train, needs)
    asked = _seen(test.need_ids, test.titles, needs)
    feedback = Feedback.learn(
        known.views(grader), train.grades, expected=grader.grade(known.features)
    )
    grades = feedback.correct(asked.views(grader), grader.grade(asked.features))
    return Prediction(grades.score, grades.grade.astype(np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Pairs as matchmaker sees them: `features` of shape (n, len(FEATURES))."""

    features: NDArray[np.float32]
    needs: Profiles
    achievements: Profiles
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]]
    need_keys: NDArray[np.uint64]

    def views(self, grader: TreeGrader) -> PairViews:
        return pair_views(
            self.needs,
            self.achievements,
            self.pairs,
            evidence=grader.evidence(self.features),
            need_keys=self.need_keys,
        )


_folds: dict[int, tuple[TreeGrader, _Seen]] = {}


def _fitted(train: Judgements, needs: Needs) -> tuple[TreeGrader, _Seen]:
    """Return a fold's grader and pairs; kept, as two methods ask for the folds of one split."""
    key = hash((train.need_ids, train.achievement_ids, train.grades.tobytes()))
    if key not in _folds:
        seen = _seen(train.need_ids, _titles(train), needs)
        _folds[key] = (fit_grader(seen.features, train.grades), seen)
    return _folds[key]


def _seen(need_ids: Sequence[str], titles: Sequence[str], needs: Needs) -> _Seen:
    terms, encoder = _shipped()
    rows = {need: row for row, need in enumerate(dict.fromkeys(need_ids))}
    asked = [
        record_text(Need(id=need, title=needs[need].title, body=needs[need].body)) for need in rows
    ]
    offered = [
        record_text(Achievement(id=str(row), title=title or str(row)))
        for row, title in enumerate(titles)
    ]
    sides = [profile(side, terms=terms, encoder=encoder) for side in (asked, offered)]
    pairs = (np.array([rows[need] for need in need_ids]), np.arange(len(titles)))
    features = pair_features(sides[0], sides[1], pairs, terms=terms)
    return _Seen(features, sides[0], sides[1], pairs, text_keys(asked))


METHODS: Mapping[str, Method] = {
    "constant": constant,
    "need median": need_median,
    "word TF-IDF": by_similarity(tfidf_similarity, words),
    "character TF-IDF": by_similarity(tfidf_similarity, grams),
    "word BM25": by_similarity(bm25_similarity, words),
    "character BM25": by_similarity(bm25_similarity, grams),
    "matchmaker": matchmaker,
    "matchmaker with feedback": matchmaker_with_feedback,
}
"""Every method by the name it has in the tables, floors first."""
