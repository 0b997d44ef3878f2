from __future__ import annotations

import re
import zipfile
from xml.etree import ElementTree

import openpyxl
import pytest

from matchmaker.records import ReadNote, ReadReport
from matchmaker.reporting import RunSummary, write_workbook
from matchmaker.reporting import sheets as sheets_module
from matchmaker.reporting.sheets import CELL, NAME, Names, safe

AWKWARD = "信息／技术：［1］＊？"


def load(path):
    book = openpyxl.load_workbook(path)
    values = {
        sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book
    }
    return book, values


def table(rows):
    heads, *lines = rows
    return [dict(zip(heads, line, strict=True)) for line in lines]


@pytest.fixture
def chinese(ranked, summary, tmp_path):
    write_workbook(ranked(), tmp_path / "x.xlsx", summary=summary)
    return load(tmp_path / "x.xlsx")


def test_the_sheets(chinese):
    book, _ = chinese
    assert book.sheetnames == [
        "总览",
        "按需求",
        "冶金",
        AWKWARD,
        "其他",
        "需求一览",
        "成果一览",
        "无匹配需求",
    ]


def test_all_pairs_by_need(chinese):
    _, values = chinese
    rows = table(values["按需求"])
    assert [(row["需求编号"], row["名次"], row["成果编号"]) for row in rows] == [
        ("N1", 1, "A1"),
        ("N1", 2, "A2"),
        ("N1", 3, "A8"),
        ("N2", 1, "A3"),
        ("N2", 2, "A4"),
        ("N3", 1, "A1"),
        ("N4", 1, "A5"),
        ("N6", 1, "A6"),
        ("N6", 2, "A1"),
    ]
    assert rows[0] == {
        "名次": 1,
        "相关等级": "强相关",
        "得分": 0.9375,
        "需求名称": "'=cmd|'/c calc'!A1",
        "企业名称": "'+1",
        "需求地区/园区": "辽宁抚顺高新区",
        "成果名称": "高强钢连铸",
        "完成单位": "东北大学",
        "完成人/团队": "王教授",
        "技术成熟度": "中试",
        "领域": "冶金",
        "共有词（占比）": "'=连铸 50%、316L 20%、钢 1%",
        "需求编号": "N1",
        "需求联系方式": "联系人：张三；电话：024 123",
        "成果编号": "A1",
        "成果联系方式": "E-mail：w@example.org",
    }


def test_best_pairs_of_a_sector(chinese):
    _, values = chinese
    found = [
        (row["名次"], row["需求编号"], row["成果编号"], row["得分"])
        for row in table(values["冶金"])
    ]
    assert found == [
        (1, "N1", "A1", 0.9375),
        (2, "N3", "A1", 0.875),
    ]
    assert [row["得分"] for row in table(values[AWKWARD])] == [
        0.75,
        0.625,
        0.5,
        0.375,
        0.3125,
        0.25,
    ]


def test_one_row_for_each_matched_record(chinese):
    _, values = chinese
    achievement = table(values["成果一览"])[0]
    assert achievement["成果编号"] == "A1"
    assert achievement["匹配需求数"] == 3
    assert achievement["最高等级"] == "强相关"
    assert achievement["最高得分"] == 0.9375
    lines = achievement["最相关的需求"].split("\n")
    assert lines[0] == "1. =cmd|'/c calc'!A1（强相关 0.938）"
    assert lines[1] == "2. " + "长" * 59 + "…（强相关 0.875）"
    assert lines[2] == "3. 🚀 emoji [31m红[0m 需求（弱相关 0.312）"
    assert achievement["技术指标"] == "≥5"
    assert [row["成果编号"] for row in table(values["成果一览"])] == [
        "A1",
        "A2",
        "A3",
        "A4",
        "A5",
        "A6",
        "A8",
    ]
    assert [row["需求编号"] for row in table(values["需求一览"])] == ["N1", "N2", "N3", "N4", "N6"]


def test_partners_beyond_the_limit_are_counted(ranked, tmp_path, monkeypatch):
    monkeypatch.setattr("matchmaker.reporting.workbook.PARTNERS", 2)
    write_workbook(ranked(), tmp_path / "x.xlsx")
    _, values = load(tmp_path / "x.xlsx")
    assert table(values["成果一览"])[0]["最相关的需求"].split("\n")[2] == "另有 1 项"
    assert "另有" not in table(values["需求一览"])[1]["最相关的成果"]


def test_needs_without_a_match(chinese):
    _, values = chinese
    (row,) = table(values["无匹配需求"])
    assert row == {
        "需求编号": "N5",
        "需求名称": "'=1+1",
        "企业名称": "无匹配企业",
        "领域（依据）": "冶金（50%）",
        "需求描述（摘录）": None,
    }


def test_the_overview(chinese):
    _, values = chinese
    rows = values["总览"]
    facts = {row[0]: row[1] for row in rows if row[0]}
    assert facts["参与匹配的需求"] == 6
    assert facts["有匹配的需求"] == 5
    assert facts["无匹配的需求"] == 1
    assert facts["参与匹配的成果"] == 8
    assert facts["有匹配的成果"] == 7
    assert facts["匹配对"] == 9
    assert [facts[f"其中{word}"] for word in ("强相关", "较强相关", "弱相关", "无关")] == [
        2,
        2,
        4,
        1,
    ]
    assert facts["每条记录最多推荐"] == "3"
    assert facts["最低得分"] == "0.125"
    assert facts["限定领域"] == "不限"
    assert facts["模型"] == "made-up 1"
    assert facts["需求来源"] == "需求<1>.xlsx"
    assert [None, "7", "名称和内容都为空", "该行没有编号"] in rows
    assert [None, "8", "名称和内容都为空", "编号 =N8"] in rows
    assert [None, "12", "与前面的记录完全重复", "of another reader"] in rows
    about = "“完成时限”列只有年月，按当月最后一天处理（第 4、5 行）"
    assert [None, "4", "日期只有年月", about] in rows
    assert [None, "7", "unheard_of", "'=detail"] in rows
    assert facts["按需求"] == 9
    assert facts[AWKWARD] == 6


def test_rows_of_the_overview_are_tall_enough_for_their_texts(chinese, ranked, tmp_path):
    book, values = chinese
    sheet = book["总览"]
    tall = {
        row[2]: sheet.row_dimensions[at].height for at, row in enumerate(values["总览"], start=1)
    }
    # 68 narrow characters a line, of the column's 76: the one text takes more, the other fewer.
    assert tall["无法识别的日期"] == 36
    assert tall["日期只有年月"] == 18
    detail = "字" * 300
    report = ReadReport(1, 1, (), (ReadNote(1, "unheard_of", detail), ReadNote(2, "x", "y")), "x")
    words = RunSummary(k=1, min_score=0.0, model="字" * 100, needs_report=report)
    write_workbook(ranked(), tmp_path / "y.xlsx", summary=words)
    book, values = load(tmp_path / "y.xlsx")
    heights = {
        row[1] if row[0] == "模型" else row[3]: book["总览"].row_dimensions[at].height
        for at, row in enumerate(values["总览"], start=1)
    }
    # 600 narrow characters at 68 a line; 200 at 111 a line.
    assert heights[detail] == 9 * 18
    assert heights["y"] == 18
    assert heights["字" * 100] == 2 * 18


def test_a_row_of_the_overview_is_not_taller_than_ten_lines(ranked, tmp_path):
    report = ReadReport(1, 1, (), (ReadNote(1, "unheard_of", "字" * 3000),), "x")
    words = RunSummary(k=1, min_score=0.0, model="m", needs_report=report)
    write_workbook(ranked(), tmp_path / "x.xlsx", summary=words)
    sheet = load(tmp_path / "x.xlsx")[0]["总览"]
    assert sheet.row_dimensions[sheet.max_row].height == 180


def test_a_long_list_of_rows_left_out_is_cut_and_says_so(ranked, summary, tmp_path):
    report = summary.needs_report
    many = type(report)(203, 0, report.left_out[:1] * 203, (), "x.csv")
    about = RunSummary(k=1, min_score=0.0, model="m", needs_report=many, sector="其他")
    write_workbook(ranked(), tmp_path / "x.xlsx", summary=about, lang="en")
    _, values = load(tmp_path / "x.xlsx")
    rows = values["Overview"]
    assert sum(row[2] == "no title and no body" for row in rows) == 200
    assert rows[-1][1] == "3 more rows are not listed"
    assert ["Sector", "Other"] in [row[:2] for row in rows]


def test_english_and_the_other_direction(ranked, tmp_path):
    write_workbook(ranked("achievement_to_need"), tmp_path / "x.xlsx", lang="en")
    book, values = load(tmp_path / "x.xlsx")
    assert book.sheetnames == [
        "Overview",
        "By achievement",
        "冶金",
        AWKWARD,
        "Other",
        "Achievements",
        "Needs",
        "Achievements without match",
    ]
    rows = table(values["By achievement"])
    assert list(rows[0])[:5] == ["Rank", "Grade", "Score", "Achievement", "University"]
    assert [(row["Achievement id"], row["Rank"], row["Need id"]) for row in rows[:3]] == [
        ("A1", 1, "N1"),
        ("A1", 2, "N3"),
        ("A1", 3, "N6"),
    ]
    assert [row["Achievement id"] for row in table(values["Achievements without match"])] == ["A7"]
    assert not any("model" in str(row[0]).lower() for row in values["Overview"])


def test_nothing_but_text_and_numbers_stands_in_the_cells(chinese, tmp_path):
    book, _ = chinese
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "inlineStr", "n")
                text = str(cell.value or "")
                assert not isinstance(cell.value, str) or not re.match(r"\s*[=+\-@＝]", text)
                if cell.hyperlink:
                    assert cell.hyperlink.target is None
                    assert sheet.title == "总览"
    with zipfile.ZipFile(tmp_path / "x.xlsx") as parts:
        for name in parts.namelist():
            content = parts.read(name)
            assert b"<f>" not in content
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(content)


def test_text_that_xlsxwriter_takes_for_xml_stays_text(chinese):
    _, values = chinese
    assert table(values["按需求"])[4]["成果名称"].strip() == "<r><t>rich</t></r>"
    assert table(values["按需求"])[3]["需求名称"] == "<script>alert(1)</script>"
    assert table(values["按需求"])[6]["成果名称"] == "lone surrogate"


def test_long_text_is_cut_to_what_a_cell_holds(chinese):
    _, values = chinese
    title = table(values["按需求"])[5]["需求名称"]
    assert title.startswith("长长")
    assert title.endswith("🚀…")
    assert len(title.encode("utf-16-le")) // 2 in (CELL - 1, CELL)


def test_layout(chinese):
    book, _ = chinese
    sheet = book["按需求"]
    assert sheet.freeze_panes == "E2"
    assert sheet.auto_filter.ref == "A1:P10"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert "$A$1:$L$10" in sheet.print_area
    assert sheet["C2"].number_format == "0.000"
    assert sheet["D2"].alignment.wrap_text
    assert sheet["B2"].fill.fgColor.rgb == "FF1B7F4B"
    assert sheet["B4"].fill.fgColor.rgb == "FFFFF0C9"
    assert sheet["D2"].font.bold
    assert not sheet["D3"].font.bold
    assert sheet.row_dimensions[7].height > sheet.row_dimensions[8].height
    kinds = {rule.type for found in sheet.conditional_formatting for rule in found.rules}
    assert kinds == {"colorScale", "containsBlanks"}


def test_links_of_the_overview_lead_to_the_sheets(chinese):
    book, _ = chinese
    links = [cell.hyperlink.location for (cell,) in book["总览"]["A1:A60"] if cell.hyperlink]
    assert links == [f"'{name}'!A1" for name in book.sheetnames[1:]]


def test_a_quote_in_a_sector_name_does_not_break_its_link():
    assert Names().take("O'Neill") == "O’Neill"


def test_no_pairs(ranked, tmp_path):
    write_workbook(ranked(pairs=()), tmp_path / "x.xlsx")
    book, values = load(tmp_path / "x.xlsx")
    assert book.sheetnames == ["总览", "按需求", "无匹配需求"]
    assert len(values["按需求"]) == 1
    assert len(values["无匹配需求"]) == 7
    assert [None, "没有达到条件的匹配。"] in [row[:2] for row in values["总览"]]


def test_every_need_has_a_match(ranked, tmp_path):
    write_workbook(ranked(pairs=[(i, 0, 0.5, 3, 0.5) for i in range(6)]), tmp_path / "x.xlsx")
    book, _ = load(tmp_path / "x.xlsx")
    assert "无匹配需求" not in book.sheetnames


def test_more_rows_than_a_sheet_has_go_on_to_the_next(ranked, tmp_path, monkeypatch):
    monkeypatch.setattr(sheets_module, "ROWS", 5)
    write_workbook(ranked(), tmp_path / "x.xlsx")
    _, values = load(tmp_path / "x.xlsx")
    parts = [values["按需求"], values["按需求 (2)"], values["按需求 (3)"]]
    assert [len(part) for part in parts] == [5, 5, 2]
    assert len({tuple(part[0]) for part in parts}) == 1
    titles = [row["需求编号"] for part in parts for row in table(part)]
    assert titles == ["N1", "N1", "N1", "N2", "N2", "N3", "N4", "N6", "N6"]


def test_a_sector_sheet_has_the_best_and_the_overview_says_of_how_many(
    ranked, tmp_path, monkeypatch
):
    monkeypatch.setattr("matchmaker.reporting.workbook.SECTOR_ROWS", 2)
    write_workbook(ranked(), tmp_path / "x.xlsx")
    _, values = load(tmp_path / "x.xlsx")
    assert [row["得分"] for row in table(values[AWKWARD])] == [0.75, 0.625]
    about = "本领域得分最高的匹配对，至多 2 对（共 6 对）"
    assert [AWKWARD, 2, about] in [row[:3] for row in values["总览"]]


def test_each_match_is_computed_once(ranked, tmp_path):
    calls = []

    def terms(need, achievement):
        calls.append((need, achievement))
        return ()

    write_workbook(ranked(terms=terms), tmp_path / "x.xlsx")
    assert len(calls) == len(set(calls)) == 9


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("冶金", "冶金"),
        ("a[b]c:d*e?f/g\\h", "a［b］c：d＊e？f／g＼h"),
        ("", "-"),
        (" \x00\n", "-"),
        ("'x'", "’x’"),
        ("History", "History (2)"),
        ("x" * 40, "x" * 30 + "…"),
        ("🚀" * 20, "🚀" * 15 + "…"),
    ],
)
def test_sheet_names(wanted, given):
    name = Names().take(wanted)
    assert name == given
    assert len(name.encode("utf-16-le")) // 2 <= NAME


def test_sheet_names_are_unique_whatever_case_and_width():
    names = Names()
    given = [
        names.take(name) for name in ("Steel", "STEEL", "ｓteel", "steel (2)", "y" * 40, "Y" * 40)
    ]
    assert given == [
        "Steel",
        "STEEL (2)",
        "ｓteel (3)",
        "steel (2) (2)",
        "y" * 30 + "…",
        "Y" * 26 + "… (2)",
    ]


def test_safe_text_of_a_cell():
    assert safe("<r>x</r>") == "<r>x</r> "
    assert safe("<r>x") == "<r>x"
    assert len(safe("<r>" + "x" * CELL + "</r>")) == CELL
    assert safe("-" * CELL) == "'" + "-" * (CELL - 2) + "…"
