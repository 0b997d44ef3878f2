"""Placeholders, damage and advertising."""

from __future__ import annotations

import pytest

from matchmaker.checking.advertising import advertising_share, find_advertising
from matchmaker.checking.placeholders import (
    decoded_again,
    find_damage,
    find_placeholders,
    says_nothing,
)
from matchmaker.checking.sentences import levelled, sentences
from matchmaker.records import Need


@pytest.mark.parametrize(
    "text",
    [
        "无", "（无）",
        "未提供", "待补充", "待定", "测试", "测试测试",
        "test1", "xxx", "ＸＸＸ", "同上", "见附件",
        "详见附件一", "详见技术协议附件一", "lorem ipsum dolor sit amet", "123", "0123", "1111111",
        "aaaaaa", "哈哈哈哈", "......", "——", "/", "N/A", "需求描述", "（空）", "暂不提供", "asdf",
    ],
)  # fmt: skip
def test_says_nothing(text):
    assert says_nothing(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "面议", "不限", "保密", "测试台架", "测试方法研究", "无线通信",
        "无人机", "见效快", "长期", "自筹",
        "304", "811正极",
        "50万元", "同上海某厂合作开发阀门",
        "IGBT", "xx化工园区的废水处理", "内容物分层",
    ],
)  # fmt: skip
def test_says_something(text):
    assert not says_nothing(text)


def test_placeholders_are_named_by_field():
    need = Need(
        id="1",
        title="阀门漏",
        body="待补充",
        cooperation=("待定", "合作开发"),
        extra={"备注": "无"},
    )
    found = [(item.field, item.evidence) for item in find_placeholders(need)]
    assert found == [("body", "待补充"), ("cooperation", "待定"), ("extra:备注", "无")]


@pytest.mark.parametrize(
    ("text", "code", "evidence"),
    [
        ("联系人138****0000", "masked", "联系人138****0000"),
        ("某某公司的泵", "masked", "某某公司的泵"),
        ("XX公司的泵", "masked", "XX公司的泵"),
        ("锟斤拷锟斤拷", "encoding", "锟斤拷锟斤拷"),
        ("烫烫烫屯屯屯", "encoding", "烫烫烫屯屯屯"),
        ("现有?????误报", "encoding", "?????"),
        (r"阀漏。\n换过。", "escape", r"\n"),
        ("，阀门漏水", "lost_beginning", "，阀门漏水"),
    ],
)
def test_damage(text, code, evidence):
    found = list(find_damage(Need(id="1", title="泵", body=text)))
    assert [(item.code, item.field, item.evidence) for item in found] == [(code, "body", evidence)]
    assert text[found[0].start : found[0].end]


@pytest.mark.parametrize(
    "text", ["为什么？？", "LXX系列", "naïve Bayes", "5*5", "XXL号", "阀门漏", "(1)阀门漏"]
)
def test_sound_texts(text):
    assert list(find_damage(Need(id="1", title="泵", body=text))) == []


def test_mojibake_is_decoded_again():
    wrong = "使用人工清洗".encode().decode("cp1252", "replace")
    assert decoded_again("ä½¿ç”¨") == "使用"
    assert decoded_again("阀门") == ""
    assert any(item.code == "encoding" for item in find_damage(Need(id="1", title=wrong)))


def test_levelling_moves_nothing():
    text = "軋製　鋼板\\n強度＞１２００𠀀ＭＰａ\ud800"
    level = levelled(text)
    assert len(level) == len(text)
    assert level[:5] == "轧制 钢板"
    assert "\n\n强度>1200" in level


def test_sentences_keep_their_places():
    text = "  一。 二；\n三"
    assert [(item.text, text[item.start : item.end]) for item in sentences(text)] == [
        ("一。", "一。"), ("二；", "二；"), ("三", "三"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "公司成立于2009年，注册资金3000万元。",
        "产品畅销国内外，荣获名牌产品称号。",
        "我厂占地80亩，设备先进。",
        "本公司是一家专业从事阀门生产的企业，通过ISO9001认证。",
        "公司现有员工180人，年销售收入6200万元。",
    ],
)
def test_advertising(text):
    body = f"阀门漏水严重。{text}希望三个月内解决。"
    (found,) = find_advertising(body)
    assert body[found.start : found.end] == found.evidence == text
    assert advertising_share(body, [found]) == pytest.approx(len(text) / len(body))


@pytest.mark.parametrize(
    "text",
    [
        "每年产生钢渣约45万吨，占地120亩，环保已提出整改。",
        "希望与国内领先的团队合作，解决漏水问题。",
        "项目实施后预计年销售收入3000万元。",
        "窑炉占地小，能耗低。",
        "",
    ],
)
def test_no_advertising(text):
    assert find_advertising(text) == []


def test_share_of_nothing():
    assert advertising_share("", []) == 0.0
