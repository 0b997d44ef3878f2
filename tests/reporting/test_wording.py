from __future__ import annotations

import pytest

from matchmaker.language.sectors import OTHER, SectorLabel
from matchmaker.reporting.wording import Wording, excerpt, one_line, paragraphs, place
from matchmaker.scoring.pairs import SharedTerm

ZH, EN = Wording("zh"), Wording("en")


def test_grades_in_words():
    assert [ZH.grade(grade) for grade in (1, 2, 3, 4)] == ["无关", "弱相关", "较强相关", "强相关"]
    assert [EN.grade(grade) for grade in (1, 2, 3, 4)] == ["unrelated", "weak", "good", "strong"]


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0, "0%"), (0.0001, "1%"), (0.014, "1%"), (0.016, "2%"), (0.5, "50%"), (1.0, "100%")],
)
def test_percent(share, expected):
    assert ZH.percent(share) == expected


def test_score_has_three_decimals():
    assert [EN.score(value) for value in (0.0, 0.9376, 1.0)] == ["0.000", "0.938", "1.000"]


def test_sectors():
    assert ZH.sectors(["冶金", OTHER]) == "冶金、其他"
    assert EN.sectors(["冶金\x07", OTHER]) == "冶金, Other"
    labels = (
        SectorLabel("甲", 1.0, "declared"),
        SectorLabel("乙", 1.0, "code"),
        SectorLabel("丙", 0.614, "predicted"),
    )
    assert ZH.labels(labels) == "甲（来源标注）、乙（分类代码）、丙（61%）"
    assert EN.labels(labels) == "甲 (declared), 乙 (by code), 丙 (61%)"
    assert ZH.labels(()) == ""


def test_terms_are_the_heaviest_ten():
    terms = tuple(SharedTerm(f"t{i}", 0.05) for i in range(11))
    assert EN.terms(terms) == ", ".join(f"t{i} 5%" for i in range(10))
    assert EN.terms(()) == ""


def test_contact_takes_only_columns_that_say_how_to_reach_someone():
    extra = {"联系人": "张三", "Phone": " 1\n2", "学科": "材料", "微信": "", "email": "a@b"}
    assert ZH.contact(extra) == "联系人：张三；Phone：1 2；email：a@b"
    assert EN.contact({"学科": "材料"}) == ""


def test_one_line_and_excerpt():
    assert one_line("  a\\n b\r\nc\\r\\nd\t e\x00 ") == "a b c d e"
    assert excerpt("甲\n乙丙丁", 4) == "甲 乙…"


def test_paragraphs():
    assert paragraphs("甲\\n\\n乙\n \n丙\\r\\n丁", 100) == ["甲", "乙", "丙", "丁"]
    assert paragraphs("甲乙丙丁", 3) == ["甲乙…"]
    assert paragraphs(" \n", 10) == []


@pytest.mark.parametrize(
    ("region", "park", "expected"),
    [
        ("辽宁", "", "辽宁"),
        ("", "高新区", "高新区"),
        ("", "", ""),
        ("大连", "园区", "大连 · 园区"),
        ("辽宁", "辽宁抚顺高新区", "辽宁抚顺高新区"),
    ],
)
def test_place(region, park, expected):
    assert place(region, park) == expected
