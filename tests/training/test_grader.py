"""The fitted grader against scikit-learn's own predictions, and its monotonicity."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from matchmaker.errors import ConfigError, JudgementError
from matchmaker.language.terms import TermModel
from matchmaker.language.texts import RecordText
from matchmaker.retrieval.profiles import profile
from matchmaker.scoring.features import CONTEXT_FEATURES, FEATURES, pair_features
from matchmaker.scoring.grader import TreeGrader
from matchmaker.testing import HashingEncoder
from matchmaker.training import grader as training

SIMILARITIES = [i for i, name in enumerate(FEATURES) if name not in CONTEXT_FEATURES]


def judged(n: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """Rows whose grade grows with some features, falls with others, and is noisy."""
    rng = np.random.default_rng(seed)
    features = rng.random((n, len(FEATURES))).astype(np.float32)
    features[rng.random(features.shape) < 0.3] = 0
    features[:, SIMILARITIES[-1]] = np.round(features[:, SIMILARITIES[-1]], 1)  # many ties
    merit = features[:, 0] + features[:, 5] - features[:, -1] + rng.normal(0, 0.3, n)
    grades = 1 + np.searchsorted(np.quantile(merit, [0.4, 0.7, 0.9]), merit)
    return features, grades.astype(np.int8)


@pytest.fixture(scope="module")
def fitted() -> tuple[TreeGrader, list[HistGradientBoostingRegressor]]:
    models: list[HistGradientBoostingRegressor] = []
    flatten = training._flattened
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "_flattened", lambda m: (models.append(m), flatten(m))[1])
        grader = training.fit_grader(*judged(800, 0))
    return grader, models


def expected(
    models: list[HistGradientBoostingRegressor], features: NDArray[np.float32]
) -> NDArray[np.float64]:
    above = np.stack([model.predict(features) for model in models], axis=1).clip(0, 1)
    above[~(features[:, SIMILARITIES] > 0).any(axis=1)] = 0
    return np.minimum.accumulate(above, axis=1)


def on_the_thresholds(models: list[HistGradientBoostingRegressor]) -> NDArray[np.float32]:
    """Rows with the very values that the trees ask about, and their nearest neighbours."""
    features, _ = judged(2000, 2)
    rng = np.random.default_rng(3)
    for model in models:
        for iteration in model._predictors:
            for node in iteration[0].nodes:
                if not node["is_leaf"]:
                    value = np.float32(node["num_threshold"])
                    side = np.float32([-np.inf, np.inf][rng.integers(2)])
                    value = [value, np.nextafter(value, side)][rng.integers(2)]
                    features[rng.integers(len(features)), node["feature_idx"]] = value
    return features


def test_predictions_are_those_of_scikit_learn(
    fitted: tuple[TreeGrader, list[HistGradientBoostingRegressor]], tmp_path: Path
) -> None:
    grader, models = fitted
    assert len(models) == 3
    grader.save(tmp_path / "grader.npz")
    loaded = TreeGrader.load(tmp_path / "grader.npz")
    assert loaded.features == FEATURES
    for features in (judged(800, 0)[0], judged(3000, 1)[0] * 3 - 1, on_the_thresholds(models)):
        above = expected(models, features)
        for one in (grader, loaded):
            np.testing.assert_allclose(one.grade(features).above, above, rtol=0, atol=1e-9)
        assert len(np.unique(above)) > 50


def test_it_has_learnt_something(
    fitted: tuple[TreeGrader, list[HistGradientBoostingRegressor]],
) -> None:
    features, grades = judged(2000, 7)
    found = fitted[0].grade(features)
    # Against the best constant answer, which is the median.
    constant = np.abs(grades - np.median(grades)).mean()
    assert np.abs(grades - found.grade).mean() < 0.8 * constant
    assert np.corrcoef(found.score, grades)[0, 1] > 0.6


def test_more_of_a_similarity_never_lowers_the_score(
    fitted: tuple[TreeGrader, list[HistGradientBoostingRegressor]],
) -> None:
    grader, _ = fitted
    rng = np.random.default_rng(11)
    features = (judged(600, 5)[0] * 1.5 - 0.3).astype(np.float32)
    features[:50, SIMILARITIES] = np.minimum(features[:50, SIMILARITIES], 0)
    before = grader.grade(features)
    for column in SIMILARITIES:
        raised = features.copy()
        raised[:, column] += rng.random(len(raised)).astype(np.float32)
        after = grader.grade(raised)
        assert (after.above >= before.above - 1e-12).all(), FEATURES[column]
        assert (after.grade >= before.grade).all()
    everything = features.copy()
    everything[:, SIMILARITIES] += rng.random((600, len(SIMILARITIES))).astype(np.float32)
    assert (grader.grade(everything).score >= before.score - 1e-12).all()


def test_context_may_go_either_way(
    fitted: tuple[TreeGrader, list[HistGradientBoostingRegressor]],
) -> None:
    features, _ = judged(600, 6)
    longer = features.copy()
    longer[:, -1] += 1
    assert (fitted[0].grade(longer).score < fitted[0].grade(features).score).any()


def test_the_same_seed_gives_the_same_grader() -> None:
    features, grades = judged(120, 4)
    columns = [*SIMILARITIES[:4], len(FEATURES) - 1]
    names = [FEATURES[column] for column in columns]
    few = np.ascontiguousarray(features[:, columns])
    one, same, other = (
        training.fit_grader(few, grades, names=names, seed=seed).grade(few).above
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_a_tree_without_a_question() -> None:
    """Nothing to split by: every tree is one leaf, and the grade that of the shares."""
    features = np.ones((8, 2), dtype=np.float32)
    grades = np.array([1, 1, 1, 2, 2, 3, 4, 4], dtype=np.int8)
    grader = training.fit_grader(features, grades, names=["a", "b"])
    np.testing.assert_allclose(grader.grade(features).above, [[5 / 8, 3 / 8, 2 / 8]] * 8, atol=1e-6)
    np.testing.assert_array_equal(grader.evidence(features), 0)


def test_evidence_is_standardised_by_the_judged_pairs(
    fitted: tuple[TreeGrader, list[HistGradientBoostingRegressor]],
) -> None:
    features, _ = judged(800, 0)
    evidence = fitted[0].evidence(features)
    assert evidence.shape == (800, len(SIMILARITIES))
    np.testing.assert_allclose(evidence.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(evidence.std(axis=0), 1, atol=1e-5)


def test_what_the_smooth_model_says() -> None:
    """Against scikit-learn's Gaussian process with the same covariance."""
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct

    features, grades = judged(60, 3)
    evidence = features[:, SIMILARITIES]
    usual = training._usual(evidence)
    wanted = (grades[:, None] > np.array([1, 2, 3])).astype(float)
    found = training._smoothed(evidence, wanted[:40], usual=usual)
    width = evidence.shape[1]
    kernel = ConstantKernel(0.3 / width, "fixed") * DotProduct(0, "fixed") + ConstantKernel(
        0.5, "fixed"
    ) * RBF(width**0.5, "fixed")
    standard = ((evidence - usual[0]) / usual[1]).astype(np.float64)
    mean = wanted[:40].mean(axis=0)
    peer = GaussianProcessRegressor(kernel, alpha=1.0, optimizer=None)
    peer.fit(standard[:40], wanted[:40] - mean)
    np.testing.assert_allclose(found, mean + peer.predict(standard), atol=1e-5)


def test_mixtures_lie_between_two_rows() -> None:
    rows = np.array([[0, 0], [1, 10]], dtype=np.float32)
    mixed = training._mixtures(rows, seed=0)
    np.testing.assert_allclose(mixed[:, 1], 10 * mixed[:, 0], rtol=1e-5)
    assert mixed.min() >= 0
    assert mixed.max() <= 10
    assert len(np.unique(mixed[:, 0])) > 1000


def test_stronger_rows_stand_beyond_the_judged_ones() -> None:
    """Four rows on a line: only the strongest is stretched, by one to five times."""
    rows = np.array([[0, 9], [0, 9], [0, 9], [4, 7]], dtype=np.float32)
    found = training._stronger(rows, [0], usual=training._usual(rows[:, [0]]), seed=0)
    assert (found[:, 1] == 7).all()
    # The mean is 1, so 1 + s * 3 with s from 1 to 5.
    assert 4 <= found[:, 0].min() < 4.1
    assert 15.9 < found[:, 0].max() <= 16


@pytest.mark.parametrize(
    ("grades", "names", "message"),
    [
        ([1, 2, 3, 3], ["a", "b"], "every grade"),
        ([1, 2, 3, 5], ["a", "b"], "every grade"),
        ([0, 1, 2, 3], ["a", "b"], "every grade"),
        ([1, 2, 3], ["a", "b"], "shape"),
        ([1, 2, 3, 4], ["a"], "shape"),
    ],
)
def test_judgements_that_cannot_be_learnt(
    grades: list[int], names: list[str], message: str
) -> None:
    features = np.zeros((4, 2), dtype=np.float32)
    with pytest.raises(ConfigError, match=message):
        training.fit_grader(features, np.array(grades, dtype=np.int8), names=names)


NEEDS = [{"id": "N2", "title": "钢板轧制"}, {"id": "N1", "title": "电池", "body": "正极材料"}]
PAIRS = "need_id,achievement_id,achievement_title,grade\nN1,A1,锂电池,4\nN2,A1,锂电池,1\nN2,A2,,2\n"


def written(folder: Path, pairs: str = PAIRS) -> tuple[Path, Path]:
    needs = folder / "needs.jsonl"
    needs.write_text("\n".join(json.dumps(need) for need in NEEDS), encoding="utf-8")
    (folder / "pairs.csv").write_text(pairs, encoding="utf-8")
    return needs, folder / "pairs.csv"


def test_judged_pairs_as_texts(tmp_path: Path) -> None:
    judged = training.read_judged(*written(tmp_path))
    assert judged.needs == (
        RecordText("钢板轧制", "钢板轧制"),
        RecordText("电池", "电池 正极材料"),
    )
    assert judged.need_rows.tolist() == [1, 0, 0]
    assert [text.title for text in judged.achievements] == ["锂电池", "锂电池", "A2"]
    assert judged.judgements.need_ids == ("N1", "N2", "N2")
    terms, encoder = TermModel.fit(["钢板轧制", "电池正极材料"]), HashingEncoder(dim=16)
    features = training.judged_features(judged, terms=terms, encoder=encoder)
    for row, (need, achievement) in enumerate(
        zip(judged.need_rows, judged.achievements, strict=True)
    ):
        sides = [
            profile([text], terms=terms, encoder=encoder)
            for text in (judged.needs[need], achievement)
        ]
        zero = np.zeros(1, dtype=np.int64)
        alone = pair_features(sides[0], sides[1], (zero, zero), terms=terms)
        np.testing.assert_allclose(features[row], alone[0], atol=1e-6)


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ("need_id,achievement_id,grade\nN1,A1,4\n", "achievement_title"),
        ("need_id,achievement_id,achievement_title,grade\nN9,A1,锂电池,4\n", "N9"),
    ],
)
def test_judged_pairs_that_lack_something(pairs: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(JudgementError, match=message):
        training.read_judged(*written(tmp_path, pairs))
