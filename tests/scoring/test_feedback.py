"""What judged pairs say of others: by hand, and against scikit-learn's Gaussian process."""

from __future__ import annotations

from dataclasses import asdict, fields, replace

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Kernel

from matchmaker.errors import ConfigError
from matchmaker.language.terms import TermModel
from matchmaker.language.texts import RecordText, text_keys
from matchmaker.retrieval.profiles import profile
from matchmaker.retrieval.quantized import rounded
from matchmaker.scoring import feedback
from matchmaker.scoring.feedback import (
    Covariance,
    Feedback,
    PairProcess,
    PairViews,
    covariance,
    pair_views,
)
from matchmaker.scoring.grader import Grades
from matchmaker.testing import HashingEncoder

WEIGHTS = Covariance()
NONE = Covariance(**{field.name: 0.0 for field in fields(Covariance)} | {"noise": 1.0})


def unit(rng: np.random.Generator, rows: int, dim: int = 8) -> NDArray[np.float32]:
    vectors = rng.normal(size=(rows, dim))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def drawn(n: int, seed: int, *, needs: int = 4) -> PairViews:
    """Pairs of a few needs with achievements of their own."""
    rng = np.random.default_rng(seed)
    need = rng.integers(needs, size=n)
    return PairViews(
        evidence=rng.normal(size=(n, 5)).astype(np.float32),
        need_key=need.astype(np.uint64),
        need=unit(np.random.default_rng(99), needs)[need],
        achievement=unit(rng, n),
    )


def by_hand(w: Covariance, a: PairViews, i: int, b: PairViews, j: int) -> float:
    """The formula of the docstring, one pair of pairs at a time."""
    first, second = a.evidence[i].astype(float), b.evidence[j].astype(float)
    inner = float(first @ second) / len(first)
    alike = float(np.exp(-((first - second) ** 2).sum() / len(first) / 2))
    achievement = max(float(a.achievement[i] @ b.achievement[j]), 0) ** 2
    near = max(float(a.need[i] @ b.need[j]), 0) ** 2
    same = float(a.need_key[i] == b.need_key[j])
    return (
        w.linear * inner
        + w.evidence * alike
        + same * (w.need + w.need_achievement * achievement + w.need_evidence * alike)
        + near
        * (w.like_need + w.like_need_achievement * achievement + w.like_need_evidence * alike)
        + w.achievement * achievement
    )


def table(w: Covariance, a: PairViews, b: PairViews) -> NDArray[np.float64]:
    return np.array([[by_hand(w, a, i, b, j) for j in range(len(b))] for i in range(len(a))])


@pytest.mark.parametrize("name", [None, *asdict(WEIGHTS)])
def test_covariance_is_the_formula(name: str | None) -> None:
    weights = WEIGHTS if name is None else replace(NONE, **{name: 1.5})
    first, second = drawn(7, 1), drawn(5, 2)
    found = covariance(weights, first, second)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, table(weights, first, second), atol=1e-5)


class Given(Kernel):
    """A covariance by position in a list of pairs, for scikit-learn."""

    def __init__(self, views: PairViews) -> None:
        self.views = views

    def __call__(self, X, Y=None, eval_gradient=False):  # type: ignore[no-untyped-def] # noqa: N803
        left = self.views.take(X[:, 0].astype(int))
        right = left if Y is None else self.views.take(Y[:, 0].astype(int))
        return table(WEIGHTS, left, right)

    def diag(self, X):  # type: ignore[no-untyped-def] # noqa: N803
        return np.diag(self(X))

    def is_stationary(self) -> bool:
        return False


def test_the_process_is_that_of_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    every = drawn(30, 3)
    surprise = np.random.default_rng(4).normal(size=(18, 3))
    peer = GaussianProcessRegressor(Given(every), alpha=WEIGHTS.noise, optimizer=None)
    at = np.arange(30.0)[:, None]
    peer.fit(at[:18], surprise)
    mean, spread = peer.predict(at, return_std=True)
    own = np.diag(table(WEIGHTS, every, every))
    monkeypatch.setattr(feedback, "_ROWS_AT_ONCE", 7)
    process = PairProcess(every.take(slice(18)), surprise, weights=WEIGHTS)
    np.testing.assert_allclose(process.expect(every), mean, atol=1e-4)
    np.testing.assert_allclose(process.unknown(every), spread[:, 0] ** 2 / own, atol=1e-4)


def judged(above: list[list[float]]) -> Grades:
    return Grades(np.array(above))


def test_one_judgement_by_hand() -> None:
    """A pair judged once: its surprise counts k / (k + noise), a twin's as much, others' none."""
    weights = replace(NONE, need_achievement=3.0)
    vector = np.array([[1, 0]], dtype=np.float32)
    other = np.array([[0, 1]], dtype=np.float32)
    views = PairViews(
        evidence=np.zeros((4, 1), dtype=np.float32),
        need_key=np.array([7, 7, 7, 8], dtype=np.uint64),
        need=np.repeat(vector, 4, axis=0),
        achievement=np.concatenate([vector, vector, other, vector]),
    )
    expected = judged([[0.6, 0.4, 0.2]])
    learned = Feedback.learn(
        views.take(slice(1)), np.array([4], dtype=np.int8), expected=expected, weights=weights
    )
    cold = judged([[0.6, 0.4, 0.2]] * 4)
    found = learned.correct(views, cold)
    told = 3 / (3 + 1)
    np.testing.assert_allclose(
        found.above,
        [[0.6 + told * 0.4, 0.4 + told * 0.6, 0.2 + told * 0.8]] * 2 + [[0.6, 0.4, 0.2]] * 2,
        atol=1e-6,
    )
    left = np.sqrt(1 - 3 * 3 / (3 + 1) / 3)
    # A pair whose covariance with itself is all of the need and achievement.
    np.testing.assert_allclose(learned.unknown(views), [left, left, 1, 1], atol=1e-6)


def test_a_second_judgement_counts_as_well() -> None:
    views = drawn(1, 5).take(np.array([0, 0, 0]))
    cold = judged([[0.5, 0.5, 0.5]] * 3)
    scores = [
        Feedback.learn(
            views.take(slice(times)),
            np.full(times, 4, dtype=np.int8),
            expected=Grades(cold.above[:times]),
        )
        .correct(views.take(slice(1)), Grades(cold.above[:1]))
        .score[0]
        for times in (1, 2, 3)
    ]
    assert 0.5 < scores[0] < scores[1] < scores[2] < 1
    # Two judges who disagree about a pair leave it where it was.
    torn = Feedback.learn(
        views.take(slice(2)),
        np.array([1, 4], dtype=np.int8),
        expected=Grades(cold.above[:2]),
    )
    np.testing.assert_allclose(torn.correct(views, cold).above, cold.above, atol=1e-6)


def test_corrected_grades_stay_grades() -> None:
    views = drawn(40, 6)
    rng = np.random.default_rng(7)
    cold = Grades(np.sort(rng.random((40, 3)), axis=1)[:, ::-1].copy())
    cold.above[3] = 0
    grades = rng.integers(1, 5, 30).astype(np.int8)
    learned = Feedback.learn(views.take(slice(30)), grades, expected=Grades(cold.above[:30]))
    found = learned.correct(views, cold)
    assert (np.diff(found.above, axis=1) <= 0).all()
    assert found.above.min() >= 0
    assert found.above.max() <= 1
    # Nothing in common stays nothing in common, whatever was judged.
    assert found.above[3].tolist() == [0, 0, 0]
    assert np.abs(found.score - cold.score).max() > 0.1
    # What was judged is believed more than before.
    error = [np.abs(one.score[:30] * 3 + 1 - grades).mean() for one in (cold, found)]
    assert error[1] < 0.8 * error[0]


def test_a_pair_is_corrected_alike_in_any_company() -> None:
    views = drawn(300, 8)
    rng = np.random.default_rng(9)
    cold = Grades(np.sort(rng.random((300, 3)), axis=1)[:, ::-1].copy())
    learned = Feedback.learn(
        views.take(slice(100)),
        rng.integers(1, 5, 100).astype(np.int8),
        expected=Grades(cold.above[:100]),
    )
    whole = learned.correct(views, cold).above
    for rows in (np.array([250]), np.array([7, 250, 3]), np.arange(200, 300)):
        part = learned.correct(views.take(rows), Grades(cold.above[rows])).above
        np.testing.assert_array_equal(part, whole[rows])


def test_views_of_records() -> None:
    terms, encoder = TermModel.fit(["钢板轧制", "电池正极材料"]), HashingEncoder(dim=16)
    needs = [RecordText("钢板轧制", "钢板轧制 开裂"), RecordText("", "")]
    offered = [RecordText("电池", "电池 正极")]
    sides = [profile(side, terms=terms, encoder=encoder) for side in (needs, offered)]
    keys = text_keys(needs)
    evidence = np.array([[0.1, -0.2], [1, 1], [30, 40]], dtype=np.float32)
    pairs = (np.array([1, 0, 0]), np.array([0, 0, 0]))
    views = pair_views(sides[0], sides[1], pairs, evidence=evidence, need_keys=keys)
    assert len(views) == 3
    # Of the rows only the last is larger than usual: a mean square of 1250 becomes 1.
    long = [30 / 1250**0.5, 40 / 1250**0.5]
    np.testing.assert_allclose(views.evidence, [[0.1, -0.2], [1, 1], long], rtol=1e-6)
    assert views.need_key.tolist() == [keys[1], keys[0], keys[0]]
    np.testing.assert_array_equal(views.need[0], 0)
    summed = rounded(encoder.encode_query(["钢板轧制", "钢板轧制 开裂"])).sum(axis=0)
    np.testing.assert_allclose(views.need[1], summed / np.linalg.norm(summed), atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(views.achievement, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("change", [{"noise": 0.0}, {"evidence": -0.1}])
def test_weights_out_of_range(change: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="noise above 0"):
        replace(WEIGHTS, **change)


@pytest.mark.parametrize("shape", [(0, 3), (5, 2), (4, 3)])
def test_judgements_that_do_not_fit(shape: tuple[int, int]) -> None:
    with pytest.raises(ConfigError, match="judged pairs"):
        PairProcess(drawn(shape[0] if not shape[0] else 5, 1), np.zeros(shape), weights=WEIGHTS)
