"""Pair features against a plain reimplementation, n-gram by n-gram and word by word."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable

import numpy as np
import pytest
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.language.terms import TermModel
from matchmaker.language.texts import RecordText
from matchmaker.language.words import Tokenizer
from matchmaker.retrieval.profiles import Profiles, profile
from matchmaker.retrieval.quantized import rounded
from matchmaker.scoring.features import (
    CONTEXT_FEATURES,
    FEATURES,
    SIMILARITY_FEATURES,
    pair_features,
)
from matchmaker.testing import HashingEncoder

BACKGROUND = [
    "高强度耐磨钢板的轧制工艺与应用",
    "锂离子电池正极材料制备工艺",
    "316L不锈钢与GCr15轴承钢",
    "废水处理工艺",
    "工艺与应用",
    "IGBT功率模块的散热",
    "农药残留检测",
]
NEEDS = [
    RecordText("钢板轧制工艺", "钢板轧制工艺 高强度钢板轧制时开裂，需提高GCr15轴承钢寿命"),
    RecordText("IGBT散热", "IGBT散热 igbt模块功率大"),
    RecordText("", ""),
    RecordText("量子计算", "量子计算"),
    RecordText("的", "的 GCr15，工艺"),
    RecordText("工艺", "工艺 与应用"),
]
ACHIEVEMENTS = [
    RecordText("耐磨钢板轧制", "耐磨钢板轧制 高强度耐磨钢板，耐磨钢板的轧制工艺"),
    RecordText("功率模块", "功率模块 IGBT功率模块的散热结构，散热好" + "。电路设计" * 9),
    RecordText("", ""),
    RecordText("GCr15轴承钢", "GCr15轴承钢"),
    RecordText("。", "。废水处理工艺"),
    RecordText("农药残留检测", "农药残留检测 soil moisture sensor"),
    RecordText("耐磨钢板轧制", "耐磨钢板轧制 高强度耐磨钢板，耐磨钢板的轧制工艺"),
]
ENCODER = HashingEncoder(dim=64)
RUN = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]+")
WORDS = """
钢板 轧制 工艺 耐磨 IGBT 散热 农药 检测 GCr15 轴承 电池 材料 废水 处理 功率
"""
EVERY = tuple(itertools.product(range(len(NEEDS)), range(len(ACHIEVEMENTS))))


def grams(text: str) -> list[str]:
    return [
        run[i : i + size]
        for run in RUN.findall(text.lower())
        for size in (2, 3)
        for i in range(len(run) - size + 1)
    ]


CUTTERS = {"character": grams, "word": Tokenizer().terms}


def rarity(term: str, channel: str) -> float:
    holding = sum(term in CUTTERS[channel](text) for text in BACKGROUND)
    return math.log((1 + len(BACKGROUND)) / (1 + holding))


def weights(text: str, channel: str) -> dict[str, float]:
    """Weight of each term, the whole of length 1."""
    counts = Counter(CUTTERS[channel](text))
    raw = {term: (1 + math.log(n)) * rarity(term, channel) for term, n in counts.items()}
    length = math.sqrt(sum(weight**2 for weight in raw.values())) or 1
    return {term: weight / length for term, weight in raw.items()}


def total(terms: Iterable[str], channel: str) -> float:
    return sum(rarity(term, channel) for term in terms)


def overlaps(need: str, achievement: RecordText, channel: str) -> dict[str, float]:
    own, title, whole = (
        weights(text, channel) for text in (need, achievement.title, achievement.whole)
    )
    all_title, all_whole = total(title, channel), total(whole, channel)
    discount = min(all_title / all_whole, 1) ** 0.25 if all_whole else 1
    in_title, in_whole = own.keys() & title.keys(), own.keys() & whole.keys()
    shared = max(total(in_title, channel), total(in_whole, channel) * discount)
    rarest = max(
        max((rarity(term, channel) for term in in_title), default=0),
        max((rarity(term, channel) for term in in_whole), default=0) * discount,
    )
    return {
        "cosine": max(
            sum(own[term] * side[term] for term in own.keys() & side.keys())
            for side in (title, whole)
        ),
        "need_coverage": shared / max(total(own, channel), 1e-6),
        "achievement_coverage": total(in_title, channel) / max(all_title, 1e-6),
        "shared": shared,
        "rarest": rarest,
    }


def vector(text: str) -> NDArray[np.float64]:
    return rounded(ENCODER.encode_query([text]))[0].astype(float)


def alignments(need: str, achievement: str) -> dict[str, float]:
    own = list(dict.fromkeys(Tokenizer().terms(need)))
    other = list(dict.fromkeys(Tokenizer().terms(achievement)))
    if not own or not other:
        return dict.fromkeys(("need_aligned", "achievement_aligned", "best_aligned"), 0.0)
    near = {(a, b): max(0.0, float(vector(a) @ vector(b))) for a in own for b in other}
    of_own = {a: max(near[a, b] for b in other) * rarity(a, "word") for a in own}
    of_other = {b: max(near[a, b] for a in own) * rarity(b, "word") for b in other}
    return {
        "need_aligned": sum(of_own.values()) / max(total(own, "word"), 1e-6),
        "achievement_aligned": sum(of_other.values()) / max(total(other, "word"), 1e-6),
        "best_aligned": max(of_other.values()),
    }


def similarities(need: RecordText, achievement: RecordText) -> dict[str, float]:
    named: dict[str, float] = {}
    for view in ("title", "whole"):
        text = getattr(need, view)
        for channel in CUTTERS:
            for name, value in overlaps(text, achievement, channel).items():
                named[f"{channel}_{name}_{view}"] = value
        named[f"dense_{view}"] = max(
            float(vector(text) @ vector(side)) for side in (achievement.title, achievement.whole)
        )
        for name, value in alignments(text, achievement.title).items():
            named[f"{name}_{view}"] = value
    return named


@pytest.fixture(scope="module")
def terms() -> TermModel:
    return TermModel.fit(BACKGROUND)


@pytest.fixture(scope="module")
def sides(terms: TermModel) -> tuple[Profiles, Profiles]:
    return (
        profile(NEEDS, terms=terms, encoder=ENCODER),
        profile(ACHIEVEMENTS, terms=terms, encoder=ENCODER),
    )


def rows(pairs: Iterable[tuple[int, int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    given = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
    return given[:, 0], given[:, 1]


@pytest.fixture(scope="module")
def features(sides: tuple[Profiles, Profiles], terms: TermModel) -> NDArray[np.float32]:
    return pair_features(*sides, rows(EVERY), terms=terms)


@pytest.mark.parametrize(("row", "pair"), list(enumerate(EVERY)))
def test_similarities_by_another_way(
    row: int, pair: tuple[int, int], features: NDArray[np.float32]
) -> None:
    expected = similarities(NEEDS[pair[0]], ACHIEVEMENTS[pair[1]])
    found = dict(zip(FEATURES, features[row].tolist(), strict=True))
    assert set(expected) == set(SIMILARITY_FEATURES)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=2e-6), name


def test_context(features: NDArray[np.float32], sides: tuple[Profiles, Profiles]) -> None:
    found = {name: features[:, FEATURES.index(name)] for name in CONTEXT_FEATURES}
    need, achievement = rows(EVERY)
    lengths = np.array([(len(text.title), len(text.whole)) for text in NEEDS])
    np.testing.assert_array_equal(found["need_title_length"], lengths[need, 0])
    np.testing.assert_array_equal(found["need_whole_length"], lengths[need, 1])
    np.testing.assert_array_equal(
        found["achievement_title_length"], [len(ACHIEVEMENTS[i].title) for i in achievement]
    )
    topics = [name for name in CONTEXT_FEATURES if name.startswith("need_topic_")]
    for axis, name in enumerate(topics):
        both = (vector(text.title)[axis] + vector(text.whole)[axis] for text in NEEDS)
        np.testing.assert_allclose(found[name], (np.fromiter(both, float) / 2)[need], atol=1e-6)


def test_an_encoder_shorter_than_the_topic(terms: TermModel) -> None:
    short = HashingEncoder(dim=3)
    sides = [profile(texts, terms=terms, encoder=short) for texts in (NEEDS, ACHIEVEMENTS)]
    found = pair_features(sides[0], sides[1], rows(EVERY), terms=terms)
    assert found.shape == (len(EVERY), len(FEATURES))
    assert np.isfinite(found).all()


def test_names(features: NDArray[np.float32]) -> None:
    assert features.shape == (len(EVERY), len(FEATURES))
    assert features.dtype == np.float32
    assert np.isfinite(features).all()
    assert len(set(FEATURES)) == len(FEATURES)
    assert FEATURES == SIMILARITY_FEATURES + CONTEXT_FEATURES


def test_equal_achievements_have_equal_features(features: NDArray[np.float32]) -> None:
    for need in range(len(NEEDS)):
        np.testing.assert_array_equal(
            features[EVERY.index((need, 0))], features[EVERY.index((need, 6))]
        )


def test_nothing_in_common_is_nothing(features: NDArray[np.float32]) -> None:
    nothing = features[:, : len(SIMILARITY_FEATURES)].any(axis=1)
    for row, (need, achievement) in enumerate(EVERY):
        if need == 2 or achievement == 2:
            assert not nothing[row]


@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_pair_s_features_depend_on_its_two_records_only(
    size: int, features: NDArray[np.float32], sides: tuple[Profiles, Profiles], terms: TermModel
) -> None:
    needs, achievements = sides
    for start in range(0, len(EVERY), size):
        part = EVERY[start : start + size]
        found = pair_features(needs, achievements, rows(part), terms=terms)
        np.testing.assert_array_equal(found, features[start : start + size])
    shuffle = np.random.default_rng(0).permutation(len(EVERY))
    found = pair_features(needs, achievements, rows(EVERY[i] for i in shuffle), terms=terms)
    np.testing.assert_array_equal(found, features[shuffle])
    twice = pair_features(needs, achievements, rows([EVERY[0], EVERY[0]]), terms=terms)
    np.testing.assert_array_equal(twice, features[[0, 0]])


def test_other_records_in_the_collection_change_nothing(
    features: NDArray[np.float32], terms: TermModel
) -> None:
    for need, achievement in EVERY[::5]:
        alone = pair_features(
            profile([NEEDS[need]], terms=terms, encoder=ENCODER),
            profile([ACHIEVEMENTS[achievement]], terms=terms, encoder=ENCODER),
            rows([(0, 0)]),
            terms=terms,
        )
        np.testing.assert_array_equal(alone[0], features[EVERY.index((need, achievement))])


def test_a_hundred_long_achievements_change_no_feature_of_one(terms: TermModel) -> None:
    """Sums of matrix products depend on the shape of the matrix, in the last bits."""
    encoder = HashingEncoder(dim=256)
    words = WORDS.split()
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(words, size=rng.integers(1, 12))) for _ in range(101)]
    records = [RecordText(text[:9], text) for text in texts]
    needs = profile(records[:1], terms=terms, encoder=encoder)
    achievements = profile(records[1:], terms=terms, encoder=encoder)
    together = pair_features(needs, achievements, rows((0, i) for i in range(100)), terms=terms)
    alone = [pair_features(needs, achievements, rows([(0, i)]), terms=terms) for i in range(100)]
    np.testing.assert_array_equal(together, np.concatenate(alone))


def test_vectors_too_long_for_exact_sums_in_single_precision(terms: TermModel) -> None:
    encoder = HashingEncoder(dim=1100)
    needs = profile(NEEDS, terms=terms, encoder=encoder)
    achievements = profile(ACHIEVEMENTS, terms=terms, encoder=encoder)
    together = pair_features(needs, achievements, rows(EVERY), terms=terms)
    alone = [pair_features(needs, achievements, rows([pair]), terms=terms) for pair in EVERY]
    np.testing.assert_array_equal(together, np.concatenate(alone))
    dense = FEATURES.index("dense_title")
    expected = max(
        float(needs.title_vectors[0].astype(float) @ side[0].astype(float))
        for side in (achievements.title_vectors, achievements.whole_vectors)
    )
    assert together[0, dense] == pytest.approx(expected, abs=1e-6)


def test_no_pair(sides: tuple[Profiles, Profiles], terms: TermModel) -> None:
    assert pair_features(*sides, rows([]), terms=terms).shape == (0, len(FEATURES))


def test_halves_of_pairs(sides: tuple[Profiles, Profiles], terms: TermModel) -> None:
    need, achievement = rows(EVERY)
    with pytest.raises(ConfigError, match="42 needs but 41"):
        pair_features(*sides, (need, achievement[1:]), terms=terms)
