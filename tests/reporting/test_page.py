from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from matchmaker.reporting import page as page_module
from matchmaker.reporting import write_page
from matchmaker.scoring.pairs import SharedTerm

VOID = {"meta", "input", "br", "rect"}


class Page(HTMLParser):
    """Collects elements, and the text of each kind of element."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements = []
        self.texts = {}
        self.open = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        assert len(attributes) == len(attrs)
        self.elements.append((tag, attributes))
        if tag not in VOID:
            self.open.append((tag, attributes.get("class", "")))
            self.texts.setdefault(self.open[-1], []).append("")

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        for key in self.open:
            self.texts[key][-1] += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def text(self, tag, css=""):
        found = self.texts.get((tag, css), [])
        return [re.sub(r"\s+", " ", text).strip() for text in found]


def build(pairs, tmp_path, **options):
    write_page(pairs, tmp_path / "x.html", **options)
    return Page((tmp_path / "x.html").read_text(encoding="utf-8"))


@pytest.fixture
def chinese(ranked, summary, tmp_path):
    return build(ranked(), tmp_path, summary=summary)


def test_every_element_is_closed_and_nothing_is_injected(chinese):
    assert chinese.open == []
    assert len(chinese.all("script")) == 1
    assert chinese.all("img") == []
    assert not any(name.startswith("on") for _, found in chinese.elements for name in found)
    assert not any("style" in found for _, found in chinese.elements)
    titles = chinese.text("h3")
    assert "<script>alert(1)</script>" in titles
    assert '"><img src=x onerror=alert(1)>' in chinese.text("h4")


def test_nothing_is_loaded_and_the_policy_forbids_it(chinese):
    for tag, attributes in chinese.elements:
        assert tag not in ("link", "iframe", "object", "embed", "base")
        assert "src" not in attributes
        assert attributes.get("href", "#").startswith("#")
    (policy,) = [
        found["content"]
        for found in chinese.all("meta")
        if found.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag, kind in (("style", "style-src"), ("script", "script-src")):
        (content,) = chinese.texts[(tag, "")]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy
        assert "url(" not in content
        assert "http" not in content


def test_the_file_holds_no_control_characters(chinese, tmp_path):
    text = (tmp_path / "x.html").read_text(encoding="utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)


def test_cards_stand_by_sector_and_score(chinese):
    assert chinese.text("section", "sector")[0].startswith("冶金 2 条")
    headings = [text for text in chinese.text("h2") if re.search(r"\d 条$", text)]
    assert headings == ["冶金 2 条", "信息/技术:[1]*? 2 条", "其他 1 条", "无匹配需求 1 条"]
    titles = chinese.text("h3")
    assert titles[0] == "=cmd|'/c calc'!A1"
    assert titles[1].startswith("长长")
    assert titles[2:5] == [
        "<script>alert(1)</script>",
        "🚀 emoji [31m红[0m 需求",
        "（无标题）",
    ]
    assert chinese.text("h4")[:3] == ["高强钢连铸", "-1", "（无标题）"]


def test_an_entry_says_why(chinese):
    assert chinese.text("span", "score")[:2] == ["得分 0.938", "得分 0.625"]
    assert chinese.text("span", "rank")[:3] == ["名次 1", "名次 2", "名次 3"]
    assert chinese.text("span", "badge g4") == ["强相关", "强相关"]
    assert chinese.text("ul", "chips")[0] == "=连铸 50% 316L 20%"
    assert chinese.text("li", "w5")[0] == "=连铸 50%"
    assert chinese.text("li", "w2") == ["316L 20%"]
    assert chinese.text("li", "w1") == []
    widths = [found["width"] for found in chinese.all("rect") if found["class"] == "g4"]
    assert widths == ["22.22", "93.8", "87.5"]
    assert chinese.text("p", "line")[0] == "+1 · 辽宁抚顺高新区 · 联系人：张三；电话：024 123"
    assert chinese.text("ul", "labels")[0] == "冶金 来源标注 信息/技术:[1]*? 61%"


def test_chips_are_few_and_none_of_them_light(ranked, tmp_path):
    def terms(need, achievement):
        if need:
            return tuple(SharedTerm(f"t{i}", 0.1 - i / 1000) for i in range(9))
        return (
            SharedTerm("a", 0.5),
            SharedTerm("b", 0.2),
            SharedTerm("c", 0.05),
            SharedTerm("d", 0.0499),
        )

    found = build(ranked(pairs=[(0, 0, 0.5, 3, 0), (1, 2, 0.5, 3, 0)], terms=terms), tmp_path)
    few, many = found.text("ul", "chips")
    assert few == "a 50% b 20% c 5%"
    assert many.split()[::2] == [f"t{i}" for i in range(8)]
    assert found.text("li", "w1") == ["c 5%"]


def test_texts_are_folded_away_in_paragraphs(chinese):
    need, achievement = chinese.text("details")[:2]
    assert need.startswith("需求描述 需求编号N1 企业类型专精特新 拟投入资金-1 完成时限2025-12-31")
    assert need.endswith("第一行 第二行 第三行")
    assert "第一行" in chinese.text("p")
    assert achievement.startswith("成果简介 成果编号A1")
    assert not any("open" in found for found in chinese.all("details"))
    longest = max(len(text.encode("utf-16-le")) // 2 for text in chinese.text("p"))
    assert longest == page_module.CHARACTERS


def test_counts_settings_and_reading(chinese):
    counts = " ".join(chinese.text("dl", "counts"))
    assert counts == (
        "参与匹配的需求6 有匹配的需求5 无匹配的需求1 参与匹配的成果8 有匹配的成果7 匹配对9"
    )
    (footer,) = chinese.text("footer", "end")
    assert "模型made-up 1" in footer
    assert "需求来源 需求<1>.xlsx 读入 14 采用 8 未采用 6" in footer
    assert "样例" not in footer
    assert "7 名称和内容都为空 该行没有编号".replace(" ", "") in footer.replace(" ", "")
    assert "最多列 8 个" in footer
    assert chinese.text("div", "notice") == []


def test_accessible(chinese):
    assert chinese.all("html") == [{"lang": "zh-Hans"}]
    assert all(found["scope"] == "col" for found in chinese.all("th"))
    ids = [found["id"] for _, found in chinese.elements if "id" in found]
    assert len(ids) == len(set(ids))
    anchors = {found["href"][1:] for found in chinese.all("a")}
    assert anchors <= set(ids)
    assert {found["for"] for found in chinese.all("label")} <= set(ids)
    assert all(found.get("aria-hidden") == "true" for found in chinese.all("svg"))
    (form,) = chinese.all("form")
    assert "hidden" in form  # until the script is there to search


def test_english_and_the_other_direction(ranked, tmp_path):
    found = build(ranked("achievement_to_need"), tmp_path, lang="en")
    assert found.all("html") == [{"lang": "en"}]
    assert found.text("p", "kind") == ["Needs recommended for each achievement"]
    assert found.text("h3")[0] == "高强钢连铸"
    assert found.text("h4")[0] == "=cmd|'/c calc'!A1"
    assert found.text("h2")[-2:] == ["Achievements without match 1", "How to read this"]
    assert not re.search("[，。；：（）]", found.text("footer", "end")[0])


def test_no_pairs(ranked, tmp_path):
    found = build(ranked(pairs=()), tmp_path)
    assert found.text("p", "empty") == ["没有达到条件的匹配。"]
    assert found.text("article", "card") == []
    assert len(found.text("tr", "row")) == 6


def test_everything_matched(ranked, tmp_path):
    found = build(ranked(pairs=[(i, 0, 0.5, 3, 0.5) for i in range(6)]), tmp_path)
    assert found.text("tr", "row") == []
    assert "without" not in [attributes.get("id") for _, attributes in found.elements]


def test_a_large_result_is_cut_and_says_so(ranked, tmp_path, monkeypatch):
    monkeypatch.setattr(page_module, "PAIRS", 10)
    found = build(ranked(), tmp_path)
    (notice,) = found.text("div", "notice")
    assert "每条记录最多列出 2 项" in notice
    assert "共 9 对匹配，本页列出 8 对" in notice
    assert len(found.text("li", "entry")) == 8
    assert found.text("p", "more") == ["另有 1 项匹配未列出"]


def test_too_many_records_are_cut_and_the_best_stay(ranked, tmp_path, monkeypatch):
    monkeypatch.setattr(page_module, "CARDS", 2)
    found = build(
        ranked(pairs=[(0, 0, 0.25, 2, 0), (2, 0, 0.5, 3, 0), (3, 0, 0.75, 3, 0)]), tmp_path
    )
    (notice,) = found.text("div", "notice")
    assert "有匹配的记录共 3 条，本页按最高得分列出 2 条。" in notice
    assert found.text("h3")[0].startswith("长长")
    assert found.text("h3")[1] == "（无标题）"
    assert found.text("p", "more") == ["另有 1 行未列出"]
    assert len(found.text("tr", "row")) == 2


def test_only_what_is_shown_is_computed(ranked, tmp_path, monkeypatch):
    calls = []

    def terms(need, achievement):
        calls.append((need, achievement))
        return ()

    monkeypatch.setattr(page_module, "PAIRS", 1)
    build(ranked(terms=terms), tmp_path)
    assert sorted(calls) == [(0, 0), (1, 2), (2, 0), (3, 4), (5, 5)]
