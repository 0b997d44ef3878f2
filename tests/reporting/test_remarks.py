from __future__ import annotations

import re

import pytest
import xlsxwriter

from matchmaker.records import LeftOut, ReadNote, read_needs
from matchmaker.reporting.messages import LANGUAGES, MESSAGES
from matchmaker.reporting.reason_messages import REASON_MESSAGES
from matchmaker.reporting.remarks import reason, remark
from matchmaker.reporting.wording import Wording, file_name

ZH, EN = Wording("zh"), Wording("en")


@pytest.fixture
def report(tmp_path):
    """Read a workbook and a .csv with something of every kind to remark on."""
    path = tmp_path / "需求.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("一月")
        rows = [
            ["序号", "编号", "名称", "内容", "完成时限", "发布日期", "需求简介", "企业"],
            [1, "N1", "甲", "乙", "尽快", "2025年3月", "简介", "某厂"],
            [2, "N2", "丙", "丁", "2025年4月", "", "", ""],
            [3, "N2", "丙", "丁", "2025年4月", "", "", "某厂"],
            [4, "N3", "", "", "", "", "", ""],
            [5, "", "", "", "", "", "", "某厂"],
            ["序号", "编号", "名称", "内容", "完成时限", "发布日期", "需求简介", "企业"],
            [],
            [6, 1234567890123456, "戊", "己", "", "", "", ""],
            [7, "", "庚", "辛", "", "", "", ""],
            [8, "", "", "壬", "", "", "", ""],
            [9, "N9", "癸", "子", "", "", "", ""],
        ]
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
        sheet.merge_range(1, 7, 2, 7, "某厂")
        sheet.merge_range(9, 2, 10, 2, "庚")
        sheet = book.add_worksheet("二月")
        sheet.write_row(0, 0, ["编号", "名称", "内容"])
        sheet.write_row(1, 0, ["N1", "甲", "乙"])
    workbook = read_needs(path).report
    short = tmp_path / "需求.csv"
    short.write_text("编号,名称,内容\nN1,甲\n", encoding="utf-8")
    return [*workbook.left_out, *workbook.notes, *read_needs(short).report.notes]


def test_every_remark_of_the_readers_is_chinese(report):
    found = {(reason(item, ZH), remark(item, ZH)) for item in report}
    assert found == {
        ("名称和内容都为空", "编号 N3"),
        ("名称和内容都为空", "该行没有编号"),
        ("与前面的记录完全重复", "编号 N2，内容与先出现的第 3 行完全相同，只保留先出现的一行"),
        ("重复的表头", "与表头相同，不是记录"),
        ("合并单元格，已并入上一行", "名称单元格与第 10 行合并，文字已并入那一行"),
        ("其他工作表未读", "工作表“二月”也有数据，未读入"),
        (
            "同义的另一列未采用",
            "“需求简介”列与“内容”列含义相同，采用后者，前者的原文已保留",
        ),
        ("合并单元格已填充", "合并单元格的内容已填入所包含的各行（第 3 行）"),
        ("空行", "没有任何内容，已跳过（第 8 行）"),
        ("单元格比表头少", "单元格比表头少，缺少的按空白处理（第 2 行）"),
        (
            "无法识别的日期",
            "“完成时限”列的内容无法识别为日期，原文已保留；日期请写成 2026-01-31 的形式（第 2 行）",
        ),
        ("日期只有年月", "“完成时限”列只有年月，按当月最后一天处理（第 3、4 行）"),
        ("日期只有年月", "“发布日期”列只有年月，按当月第一天处理（第 2 行）"),
        (
            "编号过长，已被表格软件舍入",
            "“编号”列的编号超过 15 位并以数字保存，末尾几位已被表格软件舍入；"
            "请把该列改为文本后重新填写（第 9 行）",
        ),
        (
            "无编号，已自动生成",
            "没有编号，已按内容自动生成；“序号”列只是行的序号，未用作编号（第 10 行）",
        ),
    }


def test_every_remark_of_the_readers_is_english_on_request(report):
    reasons = {item.reason for item in report}
    known = {key.split(".")[1] for key in MESSAGES if key.startswith("reason.")}
    # Made before ranking, not by a reader.
    known -= {key.split(".")[1] for key in REASON_MESSAGES if key.startswith("reason.")}
    assert reasons == known
    facts = "需求简介|内容|完成时限|发布日期|编号|序号|二月"
    for item in report:
        assert not re.search("[\u4e00-\u9fff，；：（）。、“”]", re.sub(facts, "", remark(item, EN)))
    month = next(item for item in report if item.reason == "month_only" and item.row == 3)
    assert remark(month, EN) == (
        'column "完成时限" has months without a day; the last day is taken (rows 3, 4)'
    )


def test_the_programmer_still_reads_english_details(report):
    assert all(item.detail.isprintable() for item in report)
    details = {item.reason: item.detail for item in report}
    assert details["duplicate"] == "same content and id 'N2' as row 3"
    assert details["joined"] == "belongs to row 10: merged title"
    assert details["unreadable_date"] == (
        "column '完成时限' holds values that are no dates, such as YYYY-MM-DD; "
        "they are kept in extra (row 2)"
    )


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "item",
    [
        LeftOut(1, "unheard_of", "what\x07ever"),
        LeftOut(1, "duplicate", "what\x07ever"),
        LeftOut(1, "duplicate", "what\x07ever", "N1"),
        LeftOut(1, "joined", "what\x07ever"),
        ReadNote(1, "unheard_of", "what\x07ever", 2, (1, 2)),
        ReadNote(1, "month_only", "what\x07ever", field="deadline"),
        ReadNote(1, "other_column", "what\x07ever", column="a"),
        ReadNote(0, "other_sheets", "what\x07ever"),
    ],
)
def test_without_a_text_or_its_facts_the_detail_is_shown(item, lang):
    assert remark(item, Wording(lang)) == "whatever"


def test_a_reason_without_a_text_is_its_code():
    assert reason(LeftOut(1, "un\x1bheard_of", ""), ZH) == "unheard_of"


@pytest.mark.parametrize(
    ("rows", "count", "chinese", "english"),
    [
        ((), 1, "", ""),
        ((3,), 1, "（第 3 行）", " (row 3)"),
        ((3, 4), 2, "（第 3、4 行）", " (rows 3, 4)"),
        ((3, 4), 9, "（第 3、4 行及另外 7 行）", " (rows 3, 4 and 7 more)"),
    ],
)
def test_rows_are_named(rows, count, chinese, english):
    note = ReadNote(3, "empty_row", "x", count, rows)
    assert remark(note, ZH) == "没有任何内容，已跳过" + chinese
    assert remark(note, EN) == "without any content, passed over" + english


def test_names_are_cut_and_counted():
    note = ReadNote(0, "other_sheets", "x", 6, others=tuple("甲乙丙丁戊己"))
    assert remark(note, ZH) == "工作表“甲”、“乙”、“丙”、“丁”、“戊”等 6 个也有数据，未读入"
    note = ReadNote(0, "unreadable_date", "x", column="日\n期" + "长" * 99)
    assert remark(note, ZH).startswith("“日 期" + "长" * 36 + "…”列")


def test_braces_of_a_heading_are_left_alone():
    note = ReadNote(0, "month_only", "x", column="{row} {0.__class__}")
    assert remark(note, EN).startswith('column "{row} {0.__class__}" has months')


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("/a/b/需求.csv", "需求.csv"),
        ("C:\\数据\\成果.xlsx [成果库]", "成果.xlsx [成果库]"),
        ("../x.csv", "x.csv"),
        ("<list>", "<list>"),
        ("a/", "a/"),
        ("a/\x07b", "b"),
    ],
)
def test_only_the_file_is_named(source, name):
    assert file_name(source) == name
