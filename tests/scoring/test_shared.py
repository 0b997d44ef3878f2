"""Shared terms by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.language.terms import TermModel
from matchmaker.language.texts import RecordText
from matchmaker.retrieval.profiles import Profiles, profile
from matchmaker.scoring.pairs import SharedTerm
from matchmaker.scoring.shared import SharedTerms
from matchmaker.testing import HashingEncoder

# 钢 alone is common here, 钛 rare: in 50 of 199 texts and in none. 工艺 is everywhere.
BACKGROUND = ["钢 板", *["钢 工艺"] * 49, *["电池 工艺"] * 10, *["其余 工艺"] * 139]
ENCODER = HashingEncoder(dim=16)
TERMS = TermModel.fit(BACKGROUND)


def profiles(*wholes: str, title: str = "") -> Profiles:
    return profile([RecordText(title, text) for text in wholes], terms=TERMS, encoder=ENCODER)


def weight(word: str) -> float:
    holding = sum(word in text.split() for text in BACKGROUND)
    return math.log(200 / (1 + holding))


def test_by_hand() -> None:
    shared = SharedTerms(profiles("IGBT 电池 钢 轧制"), profiles("电池 igbt 钢", "量子"))
    total = sum(weight(word) for word in ("igbt", "电池", "钢", "轧制"))
    found = shared(0, 0)
    assert [term.term for term in found] == ["IGBT", "电池"]  # 钢 is common on its own
    assert [term.weight for term in found] == pytest.approx(
        [weight("igbt") / total, weight("电池") / total], rel=1e-6
    )
    assert shared(0, 1) == ()
    assert shared(0, 0) == found


def test_a_rare_character_counts() -> None:
    found = SharedTerms(profiles("钛 工艺"), profiles("钛 钢"))(0, 0)
    assert found == (
        SharedTerm("钛", pytest.approx(weight("钛") / (weight("钛") + weight("工艺")))),
    )


def test_ties_go_by_the_term() -> None:
    found = SharedTerms(profiles("丙烯 氨基 乙烯"), profiles("乙烯 丙烯 氨基"))(0, 0)
    assert [term.term for term in found] == sorted(["丙烯", "氨基", "乙烯"])
    assert [term.weight for term in found] == pytest.approx([1 / 3] * 3)


def test_spelling_is_the_need_s_own() -> None:
    needs = profiles("igbt", "IGBT", "Igbt")
    found = SharedTerms(needs, profiles("IGBT"))
    assert [found(i, 0)[0].term for i in range(3)] == ["igbt", "IGBT", "Igbt"]
    assert [found(i, 0)[0].weight for i in range(3)] == [1, 1, 1]


def test_terms_without_any_rarity_say_nothing() -> None:
    always = TermModel.fit(["工艺"] * 3)
    sides = [profile([RecordText("", "工艺")], terms=always, encoder=ENCODER) for _ in range(2)]
    assert SharedTerms(sides[0], sides[1])(0, 0) == ()


def test_empty_texts() -> None:
    shared = SharedTerms(profiles("", "钛合金"), profiles("钛合金", ""))
    assert shared(0, 0) == shared(0, 1) == shared(1, 1) == ()
    assert shared(1, 0) != ()


def test_a_long_body_does_not_crowd_out_the_title() -> None:
    long = " ".join(f"X{i}" for i in range(300))  # each rarer than the title's words
    need = profiles(f"电池 工艺 {long}", title="电池 工艺")
    achievement = profiles(f"电池 工艺 {long.replace('X', 'Y')}", title="电池 工艺")
    # 工艺 is in almost every text and no reason to give.
    assert [term.term for term in SharedTerms(need, achievement)(0, 0)] == ["电池"]


WORDS = "钛 钢 电池 工艺 IGBT igbt 轧制 GCr15 农药 检测 1200MPa 的"
word = st.sampled_from(WORDS.split())
text = st.lists(word, max_size=8).map(" ".join)


@settings(max_examples=100, deadline=None)
@given(text, text)
def test_weights_are_shares_of_what_the_need_says(need: str, achievement: str) -> None:
    found = SharedTerms(profiles(need), profiles(achievement))(0, 0)
    assert sum(term.weight for term in found) <= 1 + 1e-9
    assert all(term.weight > 0 for term in found)
    assert [term.weight for term in found] == sorted((t.weight for t in found), reverse=True)
    for term in found:
        assert term.term in need.split()
        assert term.term.lower() in achievement.lower().split()
    back = SharedTerms(profiles(achievement), profiles(need))(0, 0)
    assert {term.term.lower() for term in back} == {term.term.lower() for term in found}


def test_words_side_by_side_in_both_texts_are_one_term() -> None:
    texts = (["大方坯的中心偏析。钢水 净化"], ["改善大方坯偏析，净化钢水"])
    terms = TermModel.fit(["轧钢", "大方坯", *texts[0], *texts[1], *["无关的话"] * 400])
    encoder = HashingEncoder(dim=8)
    needs, achievements = (
        profile([RecordText(text, text) for text in side], terms=terms, encoder=encoder)
        for side in texts
    )
    apart = SharedTerms(needs, achievements)(0, 0)
    joined = SharedTerms(needs, achievements, texts=(texts[0].__getitem__, texts[1].__getitem__))(
        0, 0
    )
    words = {term.term: term.weight for term in apart}
    assert {"大方", "坯"} <= set(words)
    found = {term.term: term.weight for term in joined}
    assert "大方坯" in found
    assert not {"大方", "坯"} & set(found)
    assert found["大方坯"] == pytest.approx(words["大方"] + words["坯"])
    assert sum(found.values()) == pytest.approx(sum(words.values()))
    # In the need a blank stands between the two, so they stay apart.
    assert {"钢水", "净化"} <= set(found)
    assert list(found.values()) == sorted(found.values(), reverse=True)
