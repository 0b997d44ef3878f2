"""A matcher that learns from judged pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from matchmaker import Achievement, Matcher, Need, read_achievements, read_needs
from matchmaker.errors import ConfigError, StoreError
from matchmaker.learned import JudgedPair, Learned
from matchmaker.learning import learn_from
from matchmaker.model import Model
from matchmaker.sample import sample_path
from matchmaker.scoring import feedback

NEED = Need(
    id="N1", title="软硬件系统集成核心技术开发", body="水资源的管理与分段控制，适合农田灌溉。"
)
SAME_TEXT = Need(
    id="N7", title="软硬件系统集成核心技术开发", body="水资源的管理与分段控制 适合农田灌溉"
)
OTHER = Need(id="N2", title="轴承钢连铸坯中心偏析控制")
WANTED = Achievement(id="A1", title="灌区田间水肥自动灌溉系统")
LIKE_IT = Achievement(id="A2", title="水肥一体化智能灌溉装置")
UNLIKE = Achievement(id="A3", title="数据中心虚拟化集群系统")
STEEL = Achievement(id="A4", title="连铸坯偏析轻压下技术")


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher()


@pytest.fixture
def fresh(matcher: Matcher) -> Matcher:
    matcher.forget()
    return matcher


def test_a_judgement_informs_the_need_s_next_candidates(fresh: Matcher) -> None:
    pairs = [(NEED, WANTED), (NEED, LIKE_IT), (NEED, UNLIKE), (SAME_TEXT, LIKE_IT), (OTHER, STEEL)]
    cold = fresh.score(pairs).score
    assert fresh.learn([JudgedPair(NEED, WANTED, 4)]) == 1
    warm = fresh.score(pairs).score
    gain = warm - cold
    # The judged pair itself most, the achievement that is like it more than one that is not; a
    # need of the same text under another id alike; a pair of another field hardly at all.
    assert gain[0] > gain[1] > gain[2]
    assert gain[1] > 0.05
    np.testing.assert_allclose(warm[3], warm[1], atol=1e-6)
    assert abs(gain[4]) < 0.25 * gain[1]
    # A refusal works the other way, and the sum of both is between them.
    fresh.forget()
    fresh.learn([JudgedPair(NEED, WANTED, 1)])
    assert fresh.score(pairs[1:2]).score[0] < cold[1]


def test_one_judgement_hardly_moves_pairs_of_other_needs(fresh: Matcher) -> None:
    """Also among records with bodies, whose evidence is many times that of titles."""
    needs = list(read_needs(sample_path("needs.csv")))[:12]
    offered = list(read_achievements(sample_path("achievements.xlsx")))[:40]
    pairs = [(need, found) for need in needs[1:] for found in offered]
    strongest = max(offered, key=lambda found: fresh.score([(needs[0], found)]).score[0])
    cold = fresh.score(pairs).score
    fresh.learn([JudgedPair(needs[0], strongest, 1)])
    moved = np.abs(fresh.score(pairs).score - cold)
    assert moved.mean() < 0.02
    assert moved.max() < 0.06
    judged = [(needs[0], strongest)]
    assert fresh.score(judged).score[0] < 0.75 * Matcher().score(judged).score[0]


def test_everything_is_undone(fresh: Matcher) -> None:
    pairs = [(NEED, WANTED), (NEED, LIKE_IT), (OTHER, STEEL)]
    cold = fresh.score(pairs).above
    name = fresh.model_name
    fresh.learn([JudgedPair(NEED, WANTED, 4)])
    assert fresh.model_name == name + " + 1 judgements"
    assert fresh.judged == (JudgedPair(NEED, WANTED, 4),)
    assert (fresh.score(pairs).above != cold).any()
    fresh.forget()
    assert fresh.judged == ()
    np.testing.assert_array_equal(fresh.score(pairs).above, cold)
    assert fresh.learn([]) == 0
    np.testing.assert_array_equal(fresh.score(pairs).above, cold)


def test_learning_in_parts_and_in_any_order_is_the_same(fresh: Matcher) -> None:
    judged = [
        JudgedPair(NEED, WANTED, 4),
        JudgedPair(NEED, UNLIKE, 1),
        JudgedPair(OTHER, STEEL, 3),
        JudgedPair(NEED, UNLIKE, 2),
    ]
    pairs = [(NEED, LIKE_IT), (SAME_TEXT, UNLIKE), (OTHER, WANTED)]
    fresh.learn(judged)
    whole = fresh.score(pairs).above
    fresh.forget()
    assert [fresh.learn(judged[3:]), fresh.learn(judged[:3])] == [1, 4]
    np.testing.assert_array_equal(fresh.score(pairs).above, whole)


def test_a_ranking_takes_judgements_into_account(fresh: Matcher) -> None:
    fresh.add([WANTED, LIKE_IT, UNLIKE, STEEL])
    before = {match.achievement.id: match.score for match in fresh.match([NEED])}
    fresh.learn([JudgedPair(NEED, UNLIKE, 1), JudgedPair(NEED, WANTED, 4)])
    matches = list(fresh.match([NEED]))
    after = {match.achievement.id: match.score for match in matches}
    assert after["A2"] > before["A2"]
    assert after["A3"] < before["A3"]
    assert [match.achievement.id for match in matches][:2] == ["A1", "A2"]
    # The same pair has the same score however it is asked for.
    for match in matches:
        alone = fresh.score([(NEED, match.achievement)]).score[0]
        assert alone == match.score
    fresh.add([NEED, OTHER])
    back = {match.need.id: match.score for match in fresh.match_achievements([LIKE_IT])}
    assert back["N1"] == after["A2"]


def test_doubt_falls_where_judgements_are_alike(fresh: Matcher) -> None:
    pairs = [(NEED, WANTED), (NEED, LIKE_IT), (OTHER, STEEL)]
    cold = fresh.doubt(pairs)
    np.testing.assert_allclose(cold, fresh.score(pairs).spread)
    fresh.learn([JudgedPair(NEED, WANTED, 2)] * 3)
    share = fresh.doubt(pairs) / fresh.score(pairs).spread
    assert 0 < share[0] < share[1] < share[2] <= 1


def test_a_folder_of_judgements(tmp_path: Path, fresh: Matcher) -> None:
    folder = tmp_path / "learned"
    judged = [JudgedPair(NEED, WANTED, 4), JudgedPair(NEED, UNLIKE, 1)]
    Learned.create(folder).add(judged)
    fresh.learn(judged)
    pairs = [(NEED, LIKE_IT)]
    opened = Matcher(learned=folder)
    assert len(opened.judged) == 2
    np.testing.assert_array_equal(opened.score(pairs).above, fresh.score(pairs).above)
    Learned.open(folder).revert(0)
    assert Matcher(learned=folder).judged == ()
    with pytest.raises(StoreError):
        Matcher(learned=tmp_path / "nothing")


def test_too_many_and_too_few(fresh: Matcher, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="1 to 10000 judgements, got 0"):
        learn_from([], Model.load())
    monkeypatch.setattr("matchmaker.learning.MOST_JUDGEMENTS", 1)
    judged = JudgedPair(NEED, WANTED, 4)
    fresh.learn([judged])
    with pytest.raises(ConfigError, match="got 2"):
        fresh.learn([judged])
    # What cannot be learned changes nothing.
    assert fresh.judged == (judged,)
    assert feedback.MOST_JUDGEMENTS == 10_000
