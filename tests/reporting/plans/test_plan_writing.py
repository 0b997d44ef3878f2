from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from html.parser import HTMLParser

import openpyxl
import pytest
from rich.console import Console

from matchmaker.errors import ConfigError
from matchmaker.reporting import messages
from matchmaker.reporting.messages import MESSAGES
from matchmaker.reporting.plans import page
from matchmaker.reporting.plans.frame_messages import FRAME_MESSAGES
from matchmaker.reporting.plans.report import PlanReport, PlanTable
from matchmaker.reporting.plans.screen import print_plans
from matchmaker.reporting.plans.writing import check_plan_target, write_plans
from matchmaker.reporting.sheets import Head, Line
from matchmaker.reporting.terminal import plain_console

HEADS = [
    Head("企业", 20, "text", True),
    Head("成果", 30),
    Head("等级", 8, "grade"),
    Head("得分", 8, "score"),
    Head("次数", 8, "count"),
    Head("编号", 12),
]
LINES = [
    Line(["甲钢", "连铸 <b>坯</b>", "强相关", 0.7124, 1200, "A1"], opens=True, grade=4),
    Line(["甲钢", "=1+1", "无关", 0.25, 3, "\x1b[31mA2\ud800"], grade=1),
    Line(["[red]乙", "长" * 40_000, "", "", "", "A3"], opens=True),
]
PAIRS = PlanTable("对接/安排", "每行一对", HEADS, LINES, shown=5)
GRID = PlanTable("时间表", "一行一个时段", [Head(f"{i}号桌", 9) for i in range(30)], [], shown=3)
HIDDEN = PlanTable("明细", "不上屏", [Head("行", 9)], [Line(["只在表里"])], shown=0)
ONE = PlanReport(
    "企业对接方案", [("对接", "3"), ("说明较长", "一" * 30)], ["甲钢没有安排。"], [PAIRS, GRID]
)
TWO = PlanReport("导师方案", [("结果", "已证明最优")], [], [PAIRS, HIDDEN])


class Reader(HTMLParser):
    """Collects the texts of cells, headings and facts."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.classes: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.stack.append(tag)
        self.classes.append(dict(attrs).get("class", ""))
        if tag in ("td", "th", "dd", "dt", "h1", "h2", "h3", "li"):
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop() != tag:
            pass

    def handle_data(self, data):
        for tag in reversed(self.stack):
            if tag in self.texts:
                self.texts[tag][-1] += data
                return


def read_page(path):
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader


def test_the_workbook_has_an_overview_and_every_table(tmp_path):
    write_plans([ONE], tmp_path / "p.xlsx")
    book = openpyxl.load_workbook(tmp_path / "p.xlsx")
    assert book.sheetnames == ["总览", "对接／安排", "时间表"]
    sheet = book["对接／安排"]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert rows[0] == ["企业", "成果", "等级", "得分", "次数", "编号"]
    assert rows[1] == ["甲钢", "连铸 <b>坯</b>", "强相关", 0.7124, 1200, "A1"]
    assert rows[2] == ["甲钢", "'=1+1", "无关", 0.25, 3, "[31mA2"]
    assert len(rows[3][1]) == 32_767
    assert sheet.freeze_panes == "B2"
    overview = [[cell for cell in row if cell] for row in book["总览"].iter_rows(values_only=True)]
    assert ["企业对接方案"] in overview
    assert ["对接", "3"] in overview
    assert ["说明", "甲钢没有安排。"] in overview
    assert ["对接／安排", 3, "每行一对"] in overview
    links = [cell.hyperlink.location for cell in book["总览"]["A"] if cell.hyperlink]
    assert links == ["'对接／安排'!A1", "'时间表'!A1"]


def test_several_plans_stand_in_one_workbook(tmp_path):
    write_plans([ONE, TWO], tmp_path / "p.xlsx", lang="en")
    book = openpyxl.load_workbook(tmp_path / "p.xlsx")
    assert book.sheetnames == ["Overview", "对接／安排", "时间表", "对接／安排 (2)", "明细"]
    texts = [row[0] for row in book["Overview"].iter_rows(values_only=True) if row[0]]
    assert texts[:2] == ["Meeting plan", "Contains: 企业对接方案, 导师方案"]
    assert "导师方案" in texts


def test_the_same_plan_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        for ending in ("xlsx", "html"):
            write_plans([ONE, TWO], tmp_path / f"{name}.{ending}")
    for ending in ("xlsx", "html"):
        first, second = ((tmp_path / f"{name}.{ending}").read_bytes() for name in "ab")
        assert first == second


def test_the_page_shows_what_the_plan_says(tmp_path):
    write_plans([ONE, TWO], tmp_path / "p.html")
    reader = read_page(tmp_path / "p.html")
    assert reader.texts["h1"] == ["对接方案"]
    assert reader.texts["h2"] == ["企业对接方案", "导师方案"]
    assert [text.split()[0] for text in reader.texts["h3"]] == [
        "对接/安排",
        "时间表",
        "对接/安排",
        "明细",
    ]
    cells = reader.texts["td"]
    assert cells[:6] == ["甲钢", "连铸 <b>坯</b>", "强相关", "0.712", "1,200", "A1"]
    assert cells[6:12] == ["甲钢", "=1+1", "无关", "0.250", "3", "[31mA2"]
    assert cells[12] == "[red]乙"
    assert reader.texts["dt"] == ["对接", "说明较长", "结果"]
    assert reader.texts["dd"] == ["3", "一" * 30, "已证明最优"]
    assert "甲钢没有安排。" in reader.texts["li"]
    assert reader.classes.count("badge g4") == 2
    assert reader.classes.count("opens") == 4
    assert "script" not in reader.stack


def test_the_page_loads_nothing_and_its_style_is_the_allowed_one(tmp_path):
    write_plans([ONE], tmp_path / "p.html")
    text = (tmp_path / "p.html").read_text(encoding="utf-8")
    style = re.search("<style>(.*?)</style>", text, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in text
    assert "default-src 'none'" in text
    assert not re.search(r"<(script|link|img|iframe)|https?:|url\(", text)


def test_a_page_of_one_plan_lists_its_tables(tmp_path):
    write_plans([ONE], tmp_path / "p.html", lang="en")
    reader = read_page(tmp_path / "p.html")
    assert reader.texts["h1"] == ["企业对接方案"]
    assert "h2" not in reader.texts
    assert reader.texts["li"][:2] == ["对接/安排 3 rows", "时间表 0 rows"]
    assert "(none)" in (tmp_path / "p.html").read_text(encoding="utf-8")


def test_long_tables_are_cut_and_the_page_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(page, "ROWS", 2)
    write_plans([ONE], tmp_path / "p.html")
    text = (tmp_path / "p.html").read_text(encoding="utf-8")
    assert "本页每张表最多列出 2 行" in text
    assert "其余 1 行未列出" in text
    assert "[red]乙" not in text


def test_data_for_other_programs(tmp_path):
    write_plans([ONE], tmp_path / "p.json", data=[{"名": 1}])
    assert json.loads((tmp_path / "p.json").read_text(encoding="utf-8")) == {"名": 1}
    write_plans([ONE, TWO], tmp_path / "p.json", data=[{"a": 1}, {"b": "\ud800"}])
    assert json.loads((tmp_path / "p.json").read_text(encoding="utf-8")) == {
        "plans": [{"a": 1}, {"b": "\ud800"}]
    }


def printed(reports, *, width=80, limit=10, lang="zh"):
    console = Console(file=io.StringIO(), width=width, color_system=None)
    print_plans(reports, console=console, limit=limit, lang=lang)
    return console.file.getvalue()


def test_the_screen_shows_figures_notes_and_first_rows():
    shown = printed([ONE, TWO], limit=2)
    lines = [line.rstrip() for line in shown.splitlines()]
    assert lines[:4] == ["企业对接方案", "对接：3", "说明较长：" + "一" * 30, "· 甲钢没有安排。"]
    assert "甲钢 连铸 <b>坯</b> 强相关 0.712 1,200" in lines
    assert "甲钢 =1+1           无关   0.250     3" in lines
    assert "其余 1 行未列出" in lines
    assert "（无）" in lines
    assert "明细" not in shown
    assert "乙" not in shown


def test_notes_do_not_break_within_a_number():
    note = "未采用的匹配对：得分低于 0.500 的 1620 对"
    for width in range(12, 48):
        shown = printed([PlanReport("", [], [note], [])], width=width)
        words = shown.replace("·", " ").split()
        assert "1620" in words, width
        assert "0.500" in words, width


def test_no_line_is_wider_than_the_screen():
    from rich.cells import cell_len

    for width in (20, 45, 100):
        shown = printed([PlanReport("", [], [], [PAIRS])], width=width)
        assert max(cell_len(line) for line in shown.splitlines()) <= width
    assert "[red]乙" in printed([ONE])


def test_a_closed_pipe_is_the_callers_matter():
    class Closed(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    console = plain_console(width=40)
    console.file = Closed()
    with pytest.raises(BrokenPipeError):
        print_plans([TWO], console=console)


def test_without_a_console_it_prints_to_standard_output(capsys):
    print_plans([TWO], lang="en")
    assert capsys.readouterr().out.splitlines()[0].rstrip() == "导师方案"


@pytest.mark.parametrize("name", ["p.pdf", "p", "无/p.xlsx"])
def test_other_endings_and_missing_folders_are_refused(tmp_path, name):
    with pytest.raises(ConfigError, match=re.escape(name.split("/")[0])):
        check_plan_target(tmp_path / name)
    with pytest.raises(ConfigError):
        write_plans([ONE], tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_unknown_languages_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="'fr'"):
        write_plans([ONE], tmp_path / "p.xlsx", lang="fr")
    with pytest.raises(ConfigError, match="'fr'"):
        print_plans([ONE], lang="fr")


def test_every_key_of_the_frame_is_used(tmp_path, monkeypatch):
    used = set()

    class Spy(dict):
        def __getitem__(self, key):
            used.add(key)
            return super().__getitem__(key)

    monkeypatch.setattr(messages, "MESSAGES", Spy(MESSAGES))
    monkeypatch.setattr(page, "ROWS", 2)
    write_plans([ONE, TWO], tmp_path / "p.html")
    write_plans([ONE], tmp_path / "p.xlsx")
    printed([ONE], limit=1)
    # These two stand in the demonstration and in anonymised plans.
    assert used >= set(FRAME_MESSAGES) - {"plan.sample_event", "plan.team"}
