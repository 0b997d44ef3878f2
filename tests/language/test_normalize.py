"""Cleaning: hand-worked dirt, idempotence on any text, nothing lost that says something."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.language.normalize import clean_text, close_gaps, matching_text

# Any code point, halves of surrogate pairs included, and the pieces that dirt is made of.
PIECES = st.sampled_from(
    ["\\n", "\\r\\n", "\\t", "\\", "n", "&amp;", "&lt;", "&gt;", "&nbsp;", "&#92;", "&#9312;", "&",
     "lt;", "<p>", "<b", "</span >", "<", ">", "b", "_x000D_", "\r", "\u2028", "\u200b", "\ufeff",
     "\ud800", "\udfff", "，", "）", "。", " ", "\u3000", "①", "❶", "⒈", "℃", "°C", "°", "\u0301",
     "Ａ", "％", "＼", "＜", "ｐ", "＞", "＆", "軋製", "乾", "薴", "钢", "316L", "½", "㎡", "ﷺ"]
)  # fmt: skip
ANY_TEXT = st.lists(
    st.one_of(PIECES, st.text(st.characters(exclude_categories=()), max_size=4)), max_size=12
).map("".join)


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("", ""),
        (" \n\t ", ""),
        (r"目标：\n收率", "目标：\n收率"),
        (r"目标：\r\n\r\n收率\t高", "目标：\n收率\n高"),
        ("一_x000D_\n二", "一\n二"),
        ("一\r\n二\r三\u2028四\u2029五\v六\f七", "一\n二\n三\n四\n五\n六\n七"),
        ("，。；）】首句没有了", "首句没有了"),
        ("\n，，\n 第二行", "第二行"),
        ("收率&ge;90%&nbsp;&nbsp;纯度&lt;1", "收率≥90% 纯度<1"),
        ("&amp;nbsp;钢&amp;amp;铁", "钢&铁"),
        ("&lt;p&gt;钢&lt;/p&gt;", "钢"),
        ('<p style="font-family:宋体">轧制<br/>工艺</P>', "轧制 工艺"),
        (f'<span style="{"mso-bidi;" * 60}">长</span>', "长"),
        ("<<b>b>粗", "< b>粗"),
        ("软\u00ad连\u200b字\ufeff符\x00\x07\x7f\u202e", "软连字符"),
        ("半个\ud83d字符\udc00", "半个字符"),
        ("  多   个\u3000空格\u00a0 ", "多 个 空格"),
        ("Ｗ１２，原样①保留", "Ｗ１２，原样①保留"),
    ],
)
def test_clean_text(dirty: str, clean: str) -> None:
    assert clean_text(dirty) == clean


@pytest.mark.parametrize(
    "text",
    ["x<D50，且y>3", "温度<T1,压力>2MPa", "<IGBT模块>驱动", "a<b且c>d", "R&D", "1<2>0", "<钢>"],
)
def test_signs_between_which_content_stands_are_no_tags(text: str) -> None:
    kept = clean_text(text)
    assert [c for c in text if c.isalnum()][:3] == [c for c in kept if c.isalnum()][:3]
    assert "<" not in text or kept == text


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        ("，。", ""),
        ("ＧＣｒ１５　轴承钢", "GCr15 轴承钢"),
        ("強度＞１２００ＭＰａ", "强度>1200MPa"),
        ("80℃以下，５℉", "80℃以下,5℉"),
        ("石墨烯\n电池\\n正极", "石墨烯 电池 正极"),
        ("＼ｎ首行", "首行"),
        ("＜ｐ＞段落＜／ｐ＞", "段落"),
        ("＆ａｍｐ；ｎｂｓｐ；铁", "铁"),
        ("&#65313;级", "A级"),
        ("①316L②3D打印❸5G⒈4K", "316L 3D打印 5G 4K"),
        ("CO₂与Fe³⁺，㎡", "CO2与Fe3+,m2"),
        ("5G与5g", "5G与5g"),
        ("農藥殘留檢測", "农药残留检测"),
        ("苧麻與薴", "苎麻与苎"),
        ("Ⅲ型 µm", "III型 μm"),
    ],
)
def test_matching_text(text: str, folded: str) -> None:
    assert matching_text(text) == folded


@settings(max_examples=400, deadline=None)
@given(ANY_TEXT)
def test_both_take_any_text_and_change_nothing_the_second_time(text: str) -> None:
    clean = clean_text(text)
    assert clean_text(clean) == clean
    folded = matching_text(text)
    assert matching_text(folded) == folded
    for result in (clean, folded):
        result.encode("utf-8")
        assert result == result.strip()
    assert "\n" not in folded
    assert "\n\n" not in clean


@settings(max_examples=150, deadline=None)
@given(ANY_TEXT)
def test_cleaning_first_changes_no_match(text: str) -> None:
    assert matching_text(clean_text(text)) == matching_text(text)


def test_every_chinese_character_is_folded_once_and_for_all() -> None:
    characters = [chr(point) for point in range(0x3400, 0xA000)]
    folded = [matching_text(character) for character in characters]
    assert all(len(character) >= 1 for character in folded)
    assert [matching_text(character) for character in folded] == folded
    assert matching_text(" ".join(characters[::7])).split() == folded[::7]


def test_plain_text_is_only_unified() -> None:
    text = "基于GCr15的轴承钢(纯度99.9%)研究:强度>1200MPa"
    assert matching_text(text) == unicodedata.normalize("NFKC", text) == text


def test_layers_without_end_come_off() -> None:
    assert clean_text("&" + "amp;" * 20000 + "lt;") == "<"
    assert clean_text("<b" * 300 + ">" * 300 + "钢").endswith("钢")


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("高活性 氟化锂 LiF 制备", "高活性氟化锂 LiF 制备"),
        ("一 二 三 四", "一二三四"),
        ("316L 钢 3 号", "316L 钢 3 号"),
        ("两  个", "两  个"),
        ("", ""),
    ],
)
def test_close_gaps(text: str, closed: str) -> None:
    assert close_gaps(text) == closed
