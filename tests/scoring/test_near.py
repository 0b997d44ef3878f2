"""Words of like meaning, with vectors given by hand and against the grader's own alignment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from matchmaker.language.terms import TermModel
from matchmaker.language.texts import RecordText
from matchmaker.retrieval.profiles import Profiles, profile
from matchmaker.scoring.features import FEATURES, pair_features
from matchmaker.scoring.near import Alignment, NearTerms
from matchmaker.testing import HashingEncoder

# 工艺 is in every text and says nothing; the others are rare alike.
TERMS = TermModel.fit(["其余 工艺"] * 99)
RARE = float(np.log(100))
# Steel is near iron (0.8), near casting (0.6) and far from batteries (0); a battery is a bit like
# a vaccine (0.4), which is too faint to name.
VECTORS = {
    "钢材": [1.0, 0.0, 0.0],
    "铁料": [0.8, 0.6, 0.0],
    "铸造": [0.6, -0.8, 0.0],
    "电池": [0.0, 0.0, 1.0],
    "疫苗": [0.0, 0.9165151389911680, 0.4],
    "工艺": [0.8, 0.6, 0.0],
    "轧机": [-1.0, 0.0, 0.0],
}


class Given:
    """Gives words the vectors of the table, whatever their case, and texts none."""

    dim, name = 3, "given"

    def encode_query(self, texts: Sequence[str]) -> NDArray[np.float32]:
        nothing = [0.0] * 3
        return np.array([VECTORS.get(text.lower(), nothing) for text in texts], dtype=np.float32)

    encode_document = encode_query


def texts(*wholes: str, title: str | None = None) -> list[RecordText]:
    return [RecordText(whole if title is None else title, whole) for whole in wholes]


def profiles(*wholes: str, title: str | None = None) -> Profiles:
    return profile(texts(*wholes, title=title), terms=TERMS, encoder=Given())


def align(need: str, achievement: str) -> Alignment:
    return NearTerms(profiles(need), profiles(achievement))(0, 0)


def test_each_word_of_the_need_meets_its_nearest() -> None:
    found = align("钢材 电池", "铁料 铸造 疫苗")
    (near,) = found.near
    assert (near.need, near.achievement) == ("钢材", "铁料")
    assert near.similarity == pytest.approx(0.8, abs=0.01)
    assert near.weight == pytest.approx(RARE * near.similarity)
    # A battery is nearest to a vaccine, which is too faint to be named.
    assert found.rest == pytest.approx(0.4 * RARE, rel=0.02)
    assert found.exact == 0


def test_equal_words_are_not_near_but_exact() -> None:
    found = align("钢材 电池", "电池 铁料")
    assert [(one.need, one.achievement) for one in found.near] == [("钢材", "铁料")]
    assert found.exact == pytest.approx(1 / 1.8, rel=0.01)
    assert found.rest == pytest.approx(0, abs=1e-9)
    alone = align("钢材", "钢材 铁料")
    assert alone == Alignment(1.0, (), 0.0)


def test_opposite_words_have_nothing_in_common() -> None:
    assert align("轧机", "钢材") == Alignment(1.0, (), 0.0)


def test_a_word_that_says_nothing_is_not_named() -> None:
    """工艺 is near 铁料, and stands in every text."""
    found = align("工艺 铸造", "铁料 钢材")
    assert [one.need for one in found.near] == ["铸造"]
    assert found.near[0].achievement == "钢材"


@pytest.mark.parametrize(("need", "achievement"), [("", "钢材"), ("钢材", ""), ("", "")])
def test_without_words_there_is_nothing(need: str, achievement: str) -> None:
    assert align(need, achievement) == Alignment(1.0, (), 0.0)


def test_only_the_title_of_the_achievement_counts() -> None:
    needs = profiles("钢材")
    found = NearTerms(needs, profiles("电池 铁料", title="电池"))(0, 0)
    assert found.near == ()
    both = NearTerms(profiles("钢材 铸造", title="铸造"), profiles("铁料"))(0, 0)
    assert {one.need for one in both.near} == {"钢材"}


def test_spelling_is_that_of_the_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VECTORS, "igbt", [1.0, 0.0, 0.0])
    monkeypatch.setitem(VECTORS, "mosfet", [0.8, 0.6, 0.0])
    (near,) = align("IGBT", "MOSFET").near
    assert (near.need, near.achievement) == ("IGBT", "MOSFET")
    assert align("IGBT", "igbt") == Alignment(1.0, (), 0.0)


def test_pairs_in_any_order() -> None:
    needs = profiles("钢材 电池", "铸造 疫苗", "")
    offered = profiles("铁料", "电池 铸造", "疫苗 工艺")
    aligner = NearTerms(needs, offered)
    forward = {(need, other): aligner(need, other) for need in range(3) for other in range(3)}
    again = {(need, other): aligner(need, other) for other in range(3) for need in (2, 0, 1)}
    assert again == forward
    for (need, other), found in forward.items():
        assert NearTerms(needs, offered.take(np.array([other])))(need, 0) == found


def test_all_likeness_is_what_the_grader_aligns() -> None:
    """Equal, near and faint words add up to the feature, times the rarity of the need's words."""
    listed = "轧制 钢材 偏析 电池 隔膜 电解液 疫苗 细胞 培养 水稻 育种 轴承 铸造 连铸 涂层"
    words = np.array(listed.split())
    rng = np.random.default_rng(0)
    drawn = [" ".join(rng.permutation(words)[: rng.integers(1, 12)]) for _ in range(40)]
    encoder = HashingEncoder(dim=16)
    needs, offered = (
        profile(texts(*part), terms=TERMS, encoder=encoder) for part in (drawn[:20], drawn[20:])
    )
    rows = (np.repeat(np.arange(20), 20), np.tile(np.arange(20), 20))
    features = pair_features(needs, offered, rows, terms=TERMS)
    aligned = features[:, FEATURES.index("need_aligned_title")]
    aligner = NearTerms(needs, offered)
    likeness = []
    for need, other in zip(*(part.tolist() for part in rows), strict=True):
        found = aligner(need, other)
        named = sum(one.weight for one in found.near) + found.rest
        rarity = needs.title_terms.rarity[
            needs.title_terms.starts[need] : needs.title_terms.starts[need + 1]
        ].sum()
        assert 0 <= found.exact <= 1
        likeness.append((named / (1 - found.exact) if found.exact < 1 else np.nan) / float(rarity))
    values = np.array(likeness)
    known = ~np.isnan(values)
    assert known.sum() > 100
    np.testing.assert_allclose(aligned[known], values[known], atol=1e-5)
