"""Re-rankers: the blend by hand, the cross-encoder against the library, and the whole search."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from matchmaker import Achievement, Matcher, Matches, Need, Records
from matchmaker.errors import ConfigError, MissingExtraError, ModelError
from matchmaker.scoring.facts import Weights
from matchmaker.scoring.grader import Grades
from matchmaker.scoring.reranker import (
    CrossEncoderReranker,
    Reranker,
    above_from,
    blend,
    pair_text,
)

CHARACTERS = "连铸坯中心偏析控制轻压下疫苗病毒细胞培养工艺技术"
STEEL = Need(id="N1", title="连铸坯中心偏析控制", body="需要轻压下技术")
CASTING = Achievement(id="A1", title="连铸坯轻压下技术", body="控制中心偏析")
VACCINE = Achievement(id="A2", title="病毒疫苗细胞培养工艺")


class LengthReranker:
    """Grades a pair by the lengths of its texts alone, and remembers what it was given."""

    def __init__(self, *, weight: float = 0.5, depth: int = 20) -> None:
        self.name, self.weight, self.depth = "by-length", weight, depth
        self.seen: list[tuple[str, str]] = []

    def above(self, needs: Sequence[str], achievements: Sequence[str]) -> NDArray[np.float64]:
        pairs = list(zip(needs, achievements, strict=True))
        self.seen += pairs
        return np.array([self.of(*pair) for pair in pairs]).reshape(-1, 3)

    @staticmethod
    def of(need: str, achievement: str) -> list[float]:
        likely = (7 * len(need) + 13 * len(achievement)) % 101 / 101
        return [likely, likely**2, likely**3]


class FixedReranker(LengthReranker):
    """Gives the same answer to everything."""

    def __init__(self, answer: object) -> None:
        super().__init__()
        self.answer = answer

    def above(self, needs: Sequence[str], achievements: Sequence[str]) -> NDArray[np.float64]:
        return np.asarray(self.answer, dtype=np.float64)


# --- the blend -----------------------------------------------------------------------------------


def test_probabilities_are_mixed_by_weight() -> None:
    grades = Grades(np.array([[0.8, 0.4, 0.2], [0.0, 0.0, 0.0], [0.6, 0.6, 0.0]]))
    reranker = LengthReranker(weight=0.25)
    mixed = blend(grades, reranker, ["甲", "乙", "丙"], ["子", "丑", "寅"])
    likely = 20 / 101
    expected = 0.75 * grades.above + 0.25 * np.array([likely, likely**2, likely**3])
    expected[1] = 0
    np.testing.assert_allclose(mixed.above, expected, atol=1e-12)
    # A pair with nothing in common is not even shown to the re-ranker.
    assert reranker.seen == [("甲", "子"), ("丙", "寅")]
    np.testing.assert_array_equal(grades.above[0], [0.8, 0.4, 0.2])


@pytest.mark.parametrize(("weight", "expected"), [(0.0, [0.9, 0.5, 0.1]), (1.0, [0.3, 0.2, 0.2])])
def test_the_ends_of_the_weight(weight: float, expected: list[float]) -> None:
    reranker = FixedReranker([[0.3, 0.2, 0.2]])
    reranker.weight = weight
    mixed = blend(Grades(np.array([[0.9, 0.5, 0.1]])), reranker, ["需"], ["求"])
    np.testing.assert_allclose(mixed.above, [expected])


def test_nothing_to_read_is_not_read() -> None:
    nothing = blend(Grades(np.zeros((2, 3))), FixedReranker([[9.0]]), ["", "a"], ["b", ""])
    np.testing.assert_array_equal(nothing.above, 0)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([[0.5, 0.5]], r"gave shape \(1, 2\), not \(1, 3\)"),
        ([[0.2, 0.5, 0.1]], "never rise"),
        ([[1.2, 0.5, 0.1]], r"in \[0, 1\]"),
        ([[np.nan, 0.5, 0.1]], r"in \[0, 1\]"),
    ],
)
def test_a_broken_contract_is_named(answer: object, message: str) -> None:
    with pytest.raises(ConfigError, match=f"'by-length' .*{message}"):
        blend(Grades(np.full((1, 3), 0.5)), FixedReranker(answer), ["需"], ["求"])


# --- the cross-encoder ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folders(
    tmp_path_factory: pytest.TempPathFactory, tiny_bert: Callable[..., Path]
) -> dict[int, Path]:
    place = tmp_path_factory.mktemp("pairs")
    return {
        outputs: tiny_bert(place / str(outputs), CHARACTERS, outputs=outputs)
        for outputs in (1, 2, 3)
    }


def logits(folder: Path, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
    """What the model says, by transformers alone."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    rows = []
    for first, second in pairs:
        features = tokenizer(
            first, second, truncation="longest_first", max_length=64, return_tensors="pt"
        )
        with torch.no_grad():
            rows.append(model(**features).logits[0].numpy())
    return np.array(rows, dtype=np.float64)


PAIRS = [
    (pair_text(STEEL), pair_text(CASTING)),
    (pair_text(STEEL), pair_text(VACCINE)),
    ("技术", "工艺" * 100),
    ("连铸" * 100, "疫苗"),
]


def test_one_output_is_the_library_s_sigmoid_three_times(folders: dict[int, Path]) -> None:
    reranker = CrossEncoderReranker(folders[1], device="cpu", batch_size=3)
    assert isinstance(reranker, Reranker)
    above = reranker.above(*zip(*PAIRS, strict=True))
    expected = 1 / (1 + np.exp(-logits(folders[1], PAIRS)))
    assert above.shape == (4, 3)
    assert above.dtype == np.float64
    np.testing.assert_allclose(above, np.repeat(expected, 3, axis=1), atol=2e-6)
    assert len(np.unique(above[:, 0])) == 4


def test_three_outputs_are_ordinal(folders: dict[int, Path]) -> None:
    above = CrossEncoderReranker(folders[3], device="cpu").above(*zip(*PAIRS, strict=True))
    steps = 1 / (1 + np.exp(-logits(folders[3], PAIRS)))
    assert (np.diff(steps, axis=1) > 0).any()  # random weights do not know of order
    np.testing.assert_allclose(above, np.minimum.accumulate(steps, axis=1), atol=2e-6)


def test_steps_never_rise() -> None:
    # 1 / (1 + e^0) = 0.5; ln 3 and -ln 3 give 0.75 and 0.25.
    third = np.log(3)
    above = above_from(np.array([[0.0, third, -third], [third, 0.0, -third]]))
    np.testing.assert_allclose(above, [[0.5, 0.5, 0.25], [0.75, 0.5, 0.25]], atol=1e-6)


def test_a_pair_depends_on_nothing_but_its_texts(folders: dict[int, Path]) -> None:
    reranker = CrossEncoderReranker(folders[3], device="cpu")
    together = reranker.above(*zip(*PAIRS, strict=True))
    for row, (need, achievement) in enumerate(PAIRS):
        np.testing.assert_allclose(
            reranker.above([need], [achievement]), together[row : row + 1], atol=2e-6
        )


def test_blank_texts_and_no_pairs(folders: dict[int, Path]) -> None:
    reranker = CrossEncoderReranker(folders[1], device="cpu")
    assert reranker.above([], []).shape == (0, 3)
    above = reranker.above(["", "技术", "技术\ud83d"], ["工艺", " \n", "工艺"])
    np.testing.assert_array_equal(above[:2], 0)
    assert above[2, 0] > 0
    with pytest.raises(ConfigError, match="1 needs and 2 achievements"):
        reranker.above(["技术"], ["工艺", "疫苗"])


def test_wrong_models_are_refused(
    folders: dict[int, Path], tmp_path: Path, tiny_bert: Callable[..., Path]
) -> None:
    with pytest.raises(ModelError, match="has 2 outputs; a re-ranker has one, or 3"):
        CrossEncoderReranker(folders[2], device="cpu")
    encoder = tiny_bert(tmp_path / "encoder", CHARACTERS)
    with pytest.raises(ModelError, match="holds BertModel, which does not score pairs"):
        CrossEncoderReranker(encoder)
    with pytest.raises(ModelError, match="no such folder"):
        CrossEncoderReranker("bge-reranker-base")
    broken = shutil.copytree(folders[1], tmp_path / "broken")
    (broken / "config.json").write_text(
        '{"architectures": ["NewForSequenceClassification"], "model_type": "new"}', encoding="utf-8"
    )
    with pytest.raises(ModelError, match="cannot be loaded"):
        CrossEncoderReranker(broken)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"weight": 1.5}, r"weight must be a number in \[0, 1\], not 1\.5"),
        ({"weight": "0.5"}, "weight"),
        ({"depth": 0}, "depth must be a whole number of at least 1, not 0"),
        ({"depth": 2.5}, "depth"),
    ],
)
def test_numbers_are_checked(
    folders: dict[int, Path], options: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        CrossEncoderReranker(folders[1], **options)  # type: ignore[arg-type]


def test_the_extra_is_named(folders: dict[int, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(MissingExtraError, match=r"CrossEncoderReranker needs .*\[transformers\]"):
        CrossEncoderReranker(folders[1])


# --- in a search ---------------------------------------------------------------------------------


def rows(matches: Matches) -> dict[tuple[str, str], tuple[float, int]]:
    return {(pair.need.id, pair.achievement.id): (pair.score, pair.grade) for pair in matches}


def expected_grades(plain: Grades, pairs: list[tuple[Need, Achievement]], weight: float) -> Grades:
    read = [LengthReranker.of(pair_text(need), pair_text(found)) for need, found in pairs]
    mixed = (1 - weight) * plain.above + weight * np.array(read)
    mixed[~plain.above.any(axis=1)] = 0
    return Grades(mixed)


@pytest.fixture(scope="module")
def some_needs(sample_needs: Records[Need]) -> list[Need]:
    return list(sample_needs)[:20]


# What is said beside the subject moves scores after the blend; tests of it stand elsewhere.
TEXTS_ONLY = Weights(indicators=0, maturity=0, money=0, cooperation=0, region=0)


@pytest.fixture(scope="module")
def reranked(sample_achievements: Records[Achievement]) -> Matcher:
    matcher = Matcher(reranker=LengthReranker(weight=0.4, depth=12))
    matcher.weights = TEXTS_ONLY
    matcher.add(sample_achievements)
    return matcher


@pytest.fixture(scope="module")
def plain_matcher(sample_achievements: Records[Achievement]) -> Matcher:
    matcher = Matcher()
    matcher.weights = TEXTS_ONLY
    matcher.add(sample_achievements)
    return matcher


def test_every_score_shown_is_a_blend(
    reranked: Matcher, plain_matcher: Matcher, some_needs: list[Need]
) -> None:
    matches = reranked.match(some_needs, k=5)
    pairs = [(pair.need, pair.achievement) for pair in matches]
    expected = expected_grades(plain_matcher.score(pairs), pairs, 0.4)
    np.testing.assert_allclose([pair.score for pair in matches], expected.score, atol=1e-9)
    np.testing.assert_array_equal([pair.grade for pair in matches], expected.grade)
    again = reranked.score(pairs)
    np.testing.assert_allclose(again.score, expected.score, atol=1e-9)


def test_the_best_of_those_read_are_listed(
    reranked: Matcher, plain_matcher: Matcher, some_needs: list[Need]
) -> None:
    matches = reranked.match(some_needs, k=5)
    for need in some_needs[:8]:
        # The reference: the twelve best of the grader alone, graded anew, the best five of those.
        found = list(plain_matcher.match([need], k=12))
        pairs = [(need, pair.achievement) for pair in found]
        mixed = expected_grades(plain_matcher.score(pairs), pairs, 0.4).score
        order = sorted(
            range(len(found)),
            key=lambda i: (-mixed[i], -found[i].similarity, found[i].achievement.id),
        )
        wanted = [found[i].achievement.id for i in order[:5]]
        listed = matches.by_need()[need.id]
        assert [pair.achievement.id for pair in listed] == wanted


def test_only_what_was_read_is_listed(
    sample_achievements: Records[Achievement], sample_needs: Records[Need]
) -> None:
    reranker = LengthReranker(depth=3)
    matcher = Matcher(reranker=reranker)
    matcher.add(sample_achievements)
    need = sample_needs[0]
    assert len(matcher.match([need], k=2)) == 2
    assert len(reranker.seen) == 3
    reranker.seen.clear()
    # More are asked for than it reads by itself: then it reads as many.
    matches = matcher.match([need], k=150)
    assert {(pair_text(m.need), pair_text(m.achievement)) for m in matches} <= set(reranker.seen)
    assert len(reranker.seen) >= 150


def test_both_directions_agree(
    reranked: Matcher, some_needs: list[Need], sample_achievements: Records[Achievement]
) -> None:
    reverse = Matcher(reranker=LengthReranker(weight=0.4, depth=12))
    reverse.weights = TEXTS_ONLY
    reverse.add(some_needs)
    there = rows(reranked.match(some_needs, k=10))
    back = rows(reverse.match_achievements(list(sample_achievements)[:40], k=10))
    both = there.keys() & back.keys()
    assert len(both) > 20
    for pair in both:
        assert back[pair] == pytest.approx(there[pair], abs=1e-9)


def test_min_score_asks_the_blend(reranked: Matcher, some_needs: list[Need]) -> None:
    everything = rows(reranked.match(some_needs, k=12))
    kept = rows(reranked.match(some_needs, k=12, min_score=0.5))
    assert kept == {pair: row for pair, row in everything.items() if row[0] >= 0.5}
    assert 0 < len(kept) < len(everything)


def test_a_blank_record_stays_at_nothing() -> None:
    matcher = Matcher(reranker=LengthReranker(weight=1.0))
    blank = replace(VACCINE, title="?!", body="")
    graded = matcher.score([(STEEL, blank), (STEEL, CASTING)])
    assert graded.score[0] == 0
    assert graded.score[1] > 0


def test_a_real_model_in_a_search(folders: dict[int, Path]) -> None:
    reranker = CrossEncoderReranker(folders[3], device="cpu", weight=1.0)
    matcher = Matcher(reranker=reranker)
    matcher.add([CASTING, VACCINE])
    matches = matcher.match([STEEL])
    steps = 1 / (1 + np.exp(-logits(folders[3], PAIRS[:2])))
    expected = dict(zip(("A1", "A2"), np.minimum.accumulate(steps, axis=1).mean(1), strict=True))
    plain = {pair.achievement.id: pair.score for pair in _plain([STEEL], [CASTING, VACCINE])}
    for pair in matches:
        wanted = expected[pair.achievement.id] if plain[pair.achievement.id] else 0.0
        assert pair.score == pytest.approx(wanted, abs=1e-5)
    assert matcher.model_name.endswith(f" + {reranker.name}")
    assert matches.summary is not None
    assert matches.summary.model == matcher.model_name


def _plain(needs: list[Need], achievements: list[Achievement]) -> Matches:
    matcher = Matcher()
    matcher.add(achievements)
    return matcher.match(needs)


def test_a_saved_matcher_opens_with_a_reranker(tmp_path: Path) -> None:
    matcher = Matcher()
    matcher.add([CASTING, VACCINE])
    matcher.save(tmp_path / "store")
    opened = Matcher.open(tmp_path / "store", reranker=LengthReranker(weight=1.0))
    first = opened.match([STEEL])[0]
    likely = LengthReranker.of(pair_text(STEEL), pair_text(first.achievement))
    assert first.score == pytest.approx(np.mean(likely))


def test_a_reranker_out_of_range_is_refused_at_once() -> None:
    with pytest.raises(ConfigError, match="depth"):
        Matcher(reranker=LengthReranker(depth=0))
