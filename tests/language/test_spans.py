"""Finding terms in texts as they were written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.language.normalize import matching_text
from matchmaker.language.spans import FoldedText


@pytest.mark.parametrize(
    ("text", "term", "found"),
    [
        ("316L不锈钢", "316L", ["316L"]),
        ("３１６Ｌ不锈钢", "316l", ["３１６Ｌ"]),
        ("軋製鋼板", "轧制", ["軋製"]),
        ("大方 坯的大方坯", "大方坯", ["大方 坯", "大方坯"]),
        ("Inconel625与In合金", "In", ["In"]),  # not inside a longer run of letters
        ("316LN、316L", "316L", ["316L"]),
        ("温度120℃", "120°C", ["120℃"]),
        ("GCr15", "gcr15", ["GCr15"]),
        ("偏析\\n偏析", "偏析", ["偏析", "偏析"]),
        ("没有", "钛", []),
        ("", "钛", []),
        ("钛", "", []),
        ("钛", " ", []),
        ("aaa", "aa", []),
        ("钢钢钢", "钢钢", ["钢钢"]),  # no overlaps
    ],
)
def test_by_hand(text: str, term: str, found: list[str]) -> None:
    spans = FoldedText(text).find(term)
    assert [text[start:end] for start, end in spans] == found


@given(st.text(alphabet="钢鋼坯 AaＡ1１℃ﬁ\u200b", max_size=30), st.data())
def test_what_is_found_folds_to_the_term(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    term = text[start : data.draw(st.integers(start, len(text)))]
    folded = FoldedText(text)
    before = 0
    for first, end in folded.find(term):
        assert FoldedText(text[first:end]).folded == FoldedText(term).folded
        assert before <= first < end
        before = end


def test_words_of_the_matching_text_are_found_where_they_stand() -> None:
    text = "，軸承鋼３１６Ｌ\\n的 氧含量≤６ppm"
    for word in ("轴承钢", "316L", "氧含量"):
        assert word in matching_text(text)
        assert len(FoldedText(text).find(word)) == 1
