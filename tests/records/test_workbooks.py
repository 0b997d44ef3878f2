"""Workbooks: the sheet with the headings, merged cells, typed cells, rounded ids."""

from datetime import date, datetime, time

import openpyxl
import pytest
import xlsxwriter
import xlwt

from matchmaker.errors import RecordError
from matchmaker.records import Achievement, ColumnMap, Need, Origin, read_achievements, read_needs

TABLE = [["编号", "名称"], ["1", "a"]]


def notes(records):
    return [(note.row, note.reason, note.count) for note in records.report.notes]


def left_out(records):
    return [(item.row, item.reason) for item in records.report.left_out]


def test_a_title_row_and_empty_rows(write_xlsx):
    rows = [
        ["2024年汇总", None],
        [],
        ["编号", "名称"],
        [1, "a"],
        [],
        ["编号", "名称"],
        [2, "b"],
        [3],
    ]
    path = write_xlsx({"一": rows}, merged={"一": ["A1:B1"]})
    needs = read_needs(path)
    assert [(n.id, n.origin) for n in needs] == [
        ("1", Origin(str(path), "一", 4)),
        ("2", Origin(str(path), "一", 7)),
    ]
    assert needs.report.read == 4
    assert left_out(needs) == [(6, "repeated_heading"), (8, "no_text")]
    assert notes(needs) == [(5, "empty_row", 1)]
    assert needs.report.source == f"{path} [一]"


def test_a_table_that_begins_to_the_right(tmp_path):
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    for at, value in {"C5": "编号", "D5": "名称", "C6": "1", "D6": "a", "F6": "旁注"}.items():
        sheet[at] = value
    book.save(path)
    (need,) = read_needs(path)
    assert need == Need(id="1", title="a", extra={"column F": "旁注"})
    assert need.origin.row == 6


def test_typed_cells(tmp_path):
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("一")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    headings = [
        "编号",
        "名称",
        "截止日期",
        "预算（万元）",
        "发布日期",
        "公式",
        "错误",
        "时刻",
        "是",
        "率",
    ]
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading)
    sheet.write_number(1, 0, 12)
    sheet.write_string(1, 1, "a\nb")
    sheet.write_datetime(1, 2, datetime(2024, 5, 1), day)
    sheet.write_number(1, 3, 50.5)
    sheet.write_number(1, 4, 45413)
    sheet.write_formula(1, 5, "=1+1", None, 7)
    sheet.write_formula(1, 6, "=1/0", None, "#DIV/0!")
    sheet.write_datetime(1, 7, time(8, 30), book.add_format({"num_format": "hh:mm"}))
    sheet.write_boolean(1, 8, True)
    sheet.write_number(1, 9, 0.35, book.add_format({"num_format": "0%"}))
    sheet.write_string(2, 0, "'0013")
    sheet.write_string(2, 1, "b")
    sheet.write_number(2, 4, 20240501)
    book.close()
    needs = read_needs(path)
    assert needs.records == (
        Need(
            id="12",
            title="a\nb",
            deadline=date(2024, 5, 1),
            budget="50.5万元",
            extra={
                "发布日期": "45413",
                "公式": "7",
                "时刻": "08:30:00",
                "是": "TRUE",
                "率": "0.35",
            },
        ),
        Need(id="0013", title="b", published=date(2024, 5, 1)),
    )
    assert notes(needs) == [(2, "unreadable_date", 1)]


def test_xls_with_dates_and_merged_cells(tmp_path):
    path = tmp_path / "a.xls"
    book = xlwt.Workbook()
    sheet = book.add_sheet("一")
    sheet.write_merge(0, 0, 0, 2, "汇总")
    for column, heading in enumerate(["企业名称", "需求名称", "截止日期"]):
        sheet.write(1, column, heading)
    sheet.write_merge(2, 3, 0, 0, "甲公司")
    sheet.write(2, 1, "a")
    sheet.write(2, 2, date(2024, 5, 1), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.write(3, 1, 12)
    book.save(str(path))
    first, second = read_needs(path)
    assert (first.title, first.organisation, first.deadline) == ("a", "甲公司", date(2024, 5, 1))
    assert (second.title, second.organisation) == ("12", "甲公司")


def test_ids_that_excel_has_rounded(write_xlsx):
    path = write_xlsx({"一": [["编号", "名称"], [1234567890123456789, "a"], ["1" * 19, "b"]]})
    needs = read_needs(path)
    assert [n.id for n in needs] == ["1234567890123457000", "1" * 19]
    assert notes(needs) == [(2, "rounded_id", 1)]
    assert "store them as text" in needs.report.notes[0].detail


def test_rounded_ids_that_clash_say_so(write_xlsx):
    rows = [["编号", "名称"], [1234567890123456781, "a"], [1234567890123456782, "b"]]
    with pytest.raises(RecordError) as caught:
        read_needs(write_xlsx({"一": rows}))
    message = str(caught.value)
    assert "sheet '一', row 3, column '编号', value '1234567890123457000'" in message
    assert "already stands in row 2" in message
    assert message.endswith("has rounded ids of more than 15 digits; store the column as text.")


def test_a_merged_enterprise_is_filled_down(write_xlsx):
    rows = [
        ["序号", "企业名称", "需求名称", "地区"],
        [1, "甲公司", "a", "沈阳"],
        [None, None, "b", "大连"],
        [None, None, "c", None],
        [2, "乙公司", "d", None],
    ]
    needs = read_needs(write_xlsx({"一": rows}, merged={"一": ["A2:A4", "B2:B4"]}))
    assert [(n.title, n.organisation, n.region) for n in needs] == [
        ("a", "甲公司", "沈阳"),
        ("b", "甲公司", "大连"),
        ("c", "甲公司", ""),
        ("d", "乙公司", ""),
    ]
    assert [n.extra.get("序号") for n in needs] == ["1", "1", "1", "2"]
    assert (3, "merged_cells", 2) in notes(needs)


def test_a_merged_id_is_not_repeated(write_xlsx):
    rows = [["编号", "需求名称"], ["N1", "a"], [None, "b"], ["N2", "c"]]
    needs = read_needs(write_xlsx({"一": rows}, merged={"一": ["A2:A3"]}))
    assert [n.title for n in needs] == ["a", "b", "c"]
    assert [n.id[:5] for n in needs] == ["N1", "need-", "N2"]
    assert notes(needs) == [(3, "generated_id", 1)]


def test_rows_under_a_merged_title_are_one_record(write_xlsx):
    rows = [
        ["编号", "成果名称", "简介", "技术指标", "完成单位"],
        ["A1", "热处理", "第一段", "硬度", "某大学"],
        [None, None, "第二段", "硬度", None],
        [None, None, "第三段", "韧性", "另一大学"],
        ["A2", "铸造", "b", None, None],
    ]
    merged = {"一": ["A2:A4", "B2:B4"]}
    achievements = read_achievements(write_xlsx({"一": rows}, merged=merged))
    assert achievements.records == (
        Achievement(
            id="A1",
            title="热处理",
            body="第一段\n第二段\n第三段",
            indicators="硬度\n韧性",
            organisation="某大学\n另一大学",
        ),
        Achievement(id="A2", title="铸造", body="b"),
    )
    assert left_out(achievements) == [(3, "joined"), (4, "joined")]
    assert achievements.report.read == 4


def test_joined_rows_fill_what_was_empty(write_xlsx):
    rows = [["成果名称", "简介", "发布日期"], ["a", None, None], [None, "b", datetime(2024, 5, 1)]]
    (one,) = read_achievements(write_xlsx({"一": rows}, merged={"一": ["A2:A3"]}))
    assert (one.body, one.published) == ("b", date(2024, 5, 1))


def test_a_merged_title_over_rows_with_ids_of_their_own_is_filled_down(write_xlsx):
    rows = [["编号", "成果名称", "简介"], ["1", "a", "x"], ["2", None, "y"], ["3", "b", None]]
    achievements = read_achievements(write_xlsx({"一": rows}, merged={"一": ["B2:B3"]}))
    assert achievements.records == (
        Achievement(id="1", title="a", body="x"),
        Achievement(id="2", title="a", body="y"),
        Achievement(id="3", title="b"),
    )


def test_a_merged_body_alone_joins_nothing(write_xlsx):
    rows = [["名称", "描述"], ["a", "x"], ["b", None]]
    needs = read_needs(write_xlsx({"一": rows}, merged={"一": ["B2:B3"]}))
    assert [(n.title, n.body) for n in needs] == [("a", "x"), ("b", "")]


def test_empty_merged_cells_join_nothing(write_xlsx):
    rows = [["编号", "名称", "描述"], ["1", None, "x"], [None, None, "y"]]
    needs = read_needs(write_xlsx({"一": rows}, merged={"一": ["B2:B3"]}))
    assert [n.body for n in needs] == ["x", "y"]


def test_headings_on_two_levels(write_xlsx):
    rows = [
        ["编号", "成果名称", "单位信息", None],
        [None, None, "完成单位", "地区"],
        ["1", "a", "某大学", "沈阳"],
    ]
    merged = {"一": ["A1:A2", "B1:B2", "C1:D1"]}
    (one,) = read_achievements(write_xlsx({"一": rows}, merged=merged))
    assert one == Achievement(id="1", title="a", organisation="某大学", region="沈阳")
    assert one.origin.row == 3


def test_headings_whose_upper_level_looks_best(write_xlsx):
    rows = [
        ["编号", "成果名称", "完成单位", "联系方式", None],
        [None, None, None, "邮箱", "传真"],
        ["1", "a", "某大学", "m", "f"],
    ]
    merged = {"一": ["A1:A2", "B1:B2", "C1:C2", "D1:E1"]}
    (one,) = read_achievements(write_xlsx({"一": rows}, merged=merged))
    assert one.extra == {"邮箱": "m", "传真": "f"}
    assert one.organisation == "某大学"


def test_a_heading_merged_down_the_whole_table_fills_nothing(write_xlsx):
    rows = [["名称", "备注"], *([f"a{n}", None] for n in range(9))]
    needs = read_needs(write_xlsx({"一": rows}, merged={"一": ["B1:B10"]}))
    assert [dict(n.extra) for n in needs] == [{}] * 9
    assert [n.origin.row for n in needs] == list(range(2, 11))


def test_the_first_sheet_with_headings_is_read_and_others_are_noted(write_xlsx):
    sheets = {
        "说明": [["填写说明"]],
        "空": [],
        "旧": TABLE,
        "一": [["编号", "名称"], ["2", "b"]],
        "二": [["编号", "名称"], ["3", "c"]],
    }
    path = write_xlsx(sheets, hidden=("旧",))
    needs = read_needs(path)
    assert [n.id for n in needs] == ["2"]
    assert needs[0].origin.sheet == "一"
    (note,) = needs.report.notes
    assert (note.row, note.reason, note.count) == (0, "other_sheets", 2)
    assert note.detail == (
        "sheet '一' was read; '二', '旧' also hold a table, read them with sheet= "
        "(on the command line --needs-sheet NAME)"
    )
    chosen = read_needs(path, sheet="旧")
    assert chosen[0].origin.sheet == "旧"
    assert chosen.report.notes == ()


def test_chart_sheets_are_passed_over(tmp_path):
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    chart = book.add_chart({"type": "bar"})
    sheet = book.add_worksheet("数")
    sheet.write_row(0, 0, ["编号", "名称"])
    sheet.write_row(1, 0, ["1", "a"])
    chart.add_series({"values": "=数!$A$1:$A$2"})
    book.add_chartsheet("图").set_chart(chart)
    book.close()
    assert len(read_needs(path)) == 1
    with pytest.raises(RecordError, match=r"there is no sheet '图'\. The sheets are: '数'"):
        read_needs(path, sheet="图")


def test_no_headings_in_any_sheet(write_xlsx):
    path = write_xlsx({"一": [["甲"], ["1"], ["2"]], "二": [["乙"]]})
    with pytest.raises(RecordError, match=r"表\.xlsx: no headings.*'甲' / '1' / '乙'"):
        read_needs(path)
    with pytest.raises(RecordError, match=r"表\.xlsx, sheet '一': no headings.*'甲' / '1' / '2'"):
        read_needs(path, sheet="一")
    with pytest.raises(RecordError, match=r"表\.xlsx, sheet '一': no headings"):
        read_needs(write_xlsx({"一": [["甲"]]}))


def test_a_mapped_heading_that_is_not_there_names_the_sheet(write_xlsx):
    with pytest.raises(RecordError, match="sheet '一': heading '市' of the column map"):
        read_needs(write_xlsx({"一": TABLE}), columns=ColumnMap({"region": "市"}))


def test_errors_name_sheet_row_column_and_value(write_xlsx):
    path = write_xlsx({"一": [*TABLE, ["1", "b"]]})
    with pytest.raises(RecordError) as caught:
        read_needs(path)
    assert str(caught.value).startswith(
        f"{path}, sheet '一', row 3, column '编号', value '1': the id already stands in row 2"
    )


def test_headings_below_row_fifty_are_not_looked_for(write_xlsx):
    path = write_xlsx({"一": [["通知"], *[[None]] * 60, *TABLE]})
    with pytest.raises(RecordError, match="no headings"):
        read_needs(path)


def test_headings_below_ten_other_rows_are_not_looked_for(write_xlsx):
    path = write_xlsx({"一": [*[["通知"]] * 10, *TABLE]})
    with pytest.raises(RecordError, match="no headings"):
        read_needs(path)


def test_headings_without_rows(write_xlsx):
    needs = read_needs(write_xlsx({"一": [["编号", "名称"]]}))
    assert (len(needs), needs.report.read) == (0, 0)


def test_merged_cells_beside_the_table(write_xlsx):
    needs = read_needs(write_xlsx({"一": TABLE}, merged={"一": ["F1:F9", "F2:F4"]}))
    assert [n.id for n in needs] == ["1"]


def test_a_sheet_of_the_other_kind_is_read_only_if_there_is_no_other(write_xlsx):
    achievements = [["成果编号", "成果名称", "简介"], ["A1", "热处理", "工艺"]]
    both = write_xlsx({"成果": achievements, "需求": TABLE, "更多": achievements})
    needs = read_needs(both)
    assert needs[0].origin.sheet == "需求"
    (note,) = needs.report.notes
    assert note.others == ("成果", "更多")
    with pytest.raises(RecordError, match=r"sheet '成果': headings '成果编号', '成果名称' belong"):
        read_needs(both, sheet="成果")
    with pytest.raises(RecordError, match=r"sheet '一': headings '成果编号', '成果名称' belong"):
        read_needs(write_xlsx({"一": achievements, "二": achievements}))


def test_sheets_without_any_cell(write_xlsx):
    with pytest.raises(RecordError, match=r"表\.xlsx, sheet '一': the sheet is empty"):
        read_needs(write_xlsx({"一": []}))
    with pytest.raises(RecordError, match=r"表\.xlsx: the source is empty"):
        read_needs(write_xlsx({"一": [], "二": []}))
