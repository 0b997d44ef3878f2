"""Every source gives the same records; ids, duplicates, dates and lists are treated alike."""

import itertools
import json
import sys
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matchmaker.errors import ConfigError, MissingExtraError, RecordError
from matchmaker.records import (
    Achievement,
    ColumnMap,
    Limits,
    Need,
    Origin,
    read_achievements,
    read_needs,
)

_NAMES = "需求编号 需求名称 需求描述 企业名称 关键词 拟投入资金（万元） 截止日期 联系人"
HEADINGS = _NAMES.split()
ROWS = [
    ["001", "耐热钢", "650℃持久强度", "甲有限公司", "钢；铸造", "50", "2025年12月31日", "张工"],
    ["002", "轴承检测", "", "乙公司", "", "面议", "", ""],
]
NEEDS = (
    Need(
        id="001",
        title="耐热钢",
        body="650℃持久强度",
        organisation="甲有限公司",
        keywords=("钢", "铸造"),
        budget="50万元",
        deadline=date(2025, 12, 31),
        extra={"联系人": "张工"},
    ),
    Need(id="002", title="轴承检测", organisation="乙公司", budget="面议"),
)
DICTS = [dict(zip(HEADINGS, row, strict=True)) for row in ROWS]


def write_xlsx(path):
    book = openpyxl.Workbook()
    for row in [HEADINGS, *ROWS]:
        book.active.append(row)
    book.save(path)


def write_xls(path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet")
    for (r, row), c in itertools.product(enumerate([HEADINGS, *ROWS]), range(len(HEADINGS))):
        sheet.write(r, c, row[c])
    book.save(str(path))


def write_text(delimiter, encoding):
    def write(path):
        lines = [delimiter.join(row) for row in [HEADINGS, *ROWS]]
        path.write_bytes("\r\n".join(lines).encode(encoding))

    return write


def write_jsonl(encoding):
    def write(path):
        lines = [json.dumps(item, ensure_ascii=False) for item in DICTS]
        path.write_text("\n".join(lines) + "\n", encoding=encoding)

    return write


FILES = {
    "a.xlsx": (write_xlsx, "Sheet", 2),
    "a.xlsm": (write_xlsx, "Sheet", 2),
    "a.XLS": (write_xls, "Sheet", 2),
    "utf8.csv": (write_text(",", "utf-8"), "", 2),
    "bom.csv": (write_text(",", "utf-8-sig"), "", 2),
    "gb.csv": (write_text(",", "gb18030"), "", 2),
    "utf16.csv": (write_text(";", "utf-16"), "", 2),
    "semicolon.csv": (write_text(";", "gb18030"), "", 2),
    "tab.csv": (write_text("\t", "utf-8"), "", 2),
    "a.tsv": (write_text("\t", "utf-8-sig"), "", 2),
    "a.jsonl": (write_jsonl("utf-8"), "", 1),
    "gb.jsonl": (write_jsonl("gb18030"), "", 1),
    "bom.jsonl": (write_jsonl("utf-8-sig"), "", 1),
    "a.parquet": (lambda path: pq.write_table(pa.Table.from_pylist(DICTS), path), "", 1),
}


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("name", FILES)
def test_every_file_gives_the_same_records(tmp_path, name, as_text):
    write, sheet, first = FILES[name]
    path = tmp_path / name
    write(path)
    needs = read_needs(str(path) if as_text else path)
    assert needs.records == NEEDS
    assert [n.origin for n in needs] == [Origin(str(path), sheet, first + i) for i in (0, 1)]
    report = needs.report
    assert (report.read, report.kept, report.left_out, report.notes) == (2, 2, (), ())
    assert report.source == (f"{path} [{sheet}]" if sheet else str(path))


FRAME = pd.DataFrame(DICTS)
OBJECTS = {
    "list": DICTS,
    "tuple": tuple(DICTS),
    "generator": (item for item in DICTS),
    "pandas": FRAME,
    "pandas index": FRAME.set_index("需求编号"),
    "pandas index kept": FRAME.set_index("需求编号", drop=False),
    "pandas missing": FRAME.replace("", None),
    "pandas nullable": FRAME.replace("", pd.NA).astype("string"),
    "polars": pl.DataFrame(DICTS),
    "polars lazy": pl.LazyFrame(DICTS),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_every_object_gives_the_same_records(name):
    needs = read_needs(OBJECTS[name])
    assert needs.records == NEEDS
    assert [n.origin.row for n in needs] == [1, 2]
    file = needs[0].origin.file
    assert file == ("<list>" if name in ("list", "tuple") else f"<{type(OBJECTS[name]).__name__}>")


def test_a_subclassed_frame_is_a_frame():
    class Frame(pd.DataFrame):
        pass

    assert read_needs(Frame(DICTS)).records == NEEDS


def test_a_frame_with_the_headings_in_its_first_rows():
    frame = pd.DataFrame([["汇总", *[None] * 7], HEADINGS, *ROWS])
    needs = read_needs(frame)
    assert needs.records == NEEDS
    assert [n.origin.row for n in needs] == [3, 4]


def test_frames_hold_typed_cells():
    frame = pd.DataFrame(
        {
            ("项目", "编号"): [1.0, 2.0],
            ("title", ""): ["a", "b"],
            ("截止日期", ""): [pd.Timestamp("2024-05-01"), pd.NaT],
            ("关键词", ""): [["a/b", "c"], None],
            ("预算", ""): [float("nan"), 5],
        }
    )
    frame.columns = [first if not second else f"{first}{second}" for first, second in frame.columns]
    needs = read_needs(frame)
    assert needs.records == (
        Need(id="1", title="a", deadline=date(2024, 5, 1), keywords=("a/b", "c")),
        Need(id="2", title="b", budget="5"),
    )


def test_columns_on_two_levels_are_joined():
    frame = pd.DataFrame([["x", 1]], columns=pd.MultiIndex.from_tuples([("题目", "名称"), (1, 2)]))
    (need,) = read_needs(frame)
    assert need.title == "x"
    assert need.extra == {"1/2": "1"}


def test_parquet_and_polars_hold_typed_cells(tmp_path):
    columns = {
        "id": [1, 2],
        "title": ["a", "b"],
        "关键词": [["a/b", "c"], None],
        "deadline": [date(2024, 5, 1), None],
        "published": [datetime(2024, 5, 1, 8), None],
        "budget": [Decimal("1.50"), None],
    }
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table(columns), path)
    wanted = Need(
        id="1",
        title="a",
        keywords=("a/b", "c"),
        deadline=date(2024, 5, 1),
        published=date(2024, 5, 1),
        budget="1.5",
    )
    for source in (path, pl.DataFrame(columns)):
        assert read_needs(source).records == (wanted, Need(id="2", title="b"))


def test_parquet_without_pyarrow(tmp_path, monkeypatch):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"matchmaker\[parquet\]"):
        read_needs(path)


@pytest.mark.parametrize("content", [b"PAR1 nonsense PAR1", b"nonsense"])
def test_damaged_parquet(tmp_path, content):
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    with pytest.raises(RecordError, match=r"a\.parquet: not a readable \.parquet file"):
        read_needs(path)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(max_rows=1), "2 rows, more than 1. .*Limits.max_rows"),
        (Limits(max_unpacked_bytes=9), "bytes unpacked, more than 9.*Limits.max_unpacked_bytes"),
        (Limits(max_bytes=9), "the file has .* bytes, more than 9.*Limits.max_bytes"),
    ],
)
def test_parquet_limits(tmp_path, limits, message):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.Table.from_pylist(DICTS), path)
    with pytest.raises(RecordError, match=message):
        read_needs(path, limits=limits)


def test_achievements():
    (one,) = read_achievements(
        [
            {
                "成果编号": 7,
                "成果名称": "热处理",
                "完成单位": "某大学",
                "完成人": ["甲", "乙"],
                "IPC分类号": "C22C 38/04；C21D 1/18",
                "转让价格（万元）": "100-200",
                "发布日期": "2024年5月",
                "技术成熟度（TRL）": "中试",
                "知识产权": "暂无",
            }
        ]
    )
    assert one == Achievement(
        id="7",
        title="热处理",
        organisation="某大学",
        team="甲；乙",
        codes=("C22C 38/04", "C21D 1/18"),
        price="100-200万元",
        published=date(2024, 5, 1),
        maturity="中试",
    )


def test_id_title_body_and_other_plain_files(tmp_path):
    path = tmp_path / "needs.jsonl"
    path.write_text('{"id": "a", "title": "t", "body": "b"}\n\n{"id": 2, "title": "u"}')
    assert read_needs(path).records == (
        Need(id="a", title="t", body="b"),
        Need(id="2", title="u"),
    )
    path = tmp_path / "judged.csv"
    path.write_text("need_id,achievement_id,achievement_title,grade\nn,a,t,4\n")
    assert read_achievements(path).records == (
        Achievement(id="a", title="t", extra={"need_id": "n", "grade": "4"}),
    )


@pytest.mark.parametrize("cell", ["未提供", "无", "", None, float("nan"), "（无）"])
def test_placeholders_are_missing(cell):
    (need,) = read_needs([{"id": "1", "title": "t", "body": cell, "预算": cell, "关键词": cell}])
    assert need == Need(id="1", title="t")


def test_a_row_without_text_is_left_out_and_reported():
    needs = read_needs(
        [
            {"id": "1", "title": "无", "body": ""},
            {"id": "2", "title": "b"},
            {"title": "", "市": "x"},
        ]
    )
    assert [n.id for n in needs] == ["2"]
    report = needs.report
    assert (report.read, report.kept) == (3, 1)
    assert [(x.row, x.reason, x.detail) for x in report.left_out] == [
        (1, "no_text", "title and body are both empty; id '1'"),
        (3, "no_text", "title and body are both empty; no id"),
    ]


def test_rows_without_content_are_counted_apart(write_csv):
    path = write_csv([["序号", "名称", "备注"], ["1", "a", ""], ["2", "", ""], [], ["", "b", ""]])
    needs = read_needs(path)
    assert needs.report.read == needs.report.kept == 2
    (note,) = [note for note in needs.report.notes if note.reason == "empty_row"]
    assert (note.row, note.count) == (3, 2)


def test_generated_ids_are_stable_and_counted():
    rows = [{"名称": "耐热 钢", "企业名称": "甲", "电话": "1"}, {"名称": "B", "id": "无"}]
    needs = read_needs(rows)
    # sha256 of "耐热钢", "" and "甲" between unit separators, worked out apart.
    assert needs[0].id == "need-5f33cb32d776"
    again = read_needs([{**rows[0], "名称": "耐热钢", "电话": "2"}])
    assert again[0].id == needs[0].id
    assert read_achievements(rows)[1].id.startswith("achievement-")
    (note,) = needs.report.notes
    assert (note.row, note.reason, note.count) == (1, "generated_id", 2)


def test_the_note_on_generated_ids_names_the_running_number():
    (note,) = read_needs([{"序号": 1, "名称": "a"}]).report.notes
    assert "column '序号' only numbers the rows, " in note.detail
    assert '--needs-columns map.toml with a line id = "序号") makes it the id' in note.detail
    columns = ColumnMap({"id": "序号"})
    assert read_needs([{"序号": 1, "名称": "a"}], columns=columns)[0].id == "1"


def test_equal_rows_are_kept_once():
    row = {"id": "1", "名称": "a", "备注": "x"}
    needs = read_needs([{"序号": 1, **row}, {"序号": 2, **row}])
    assert [n.origin.row for n in needs] == [1]
    (left,) = needs.report.left_out
    assert (left.row, left.reason) == (2, "duplicate")
    assert left.detail == "same content and id '1' as row 1"


def test_equal_rows_without_id_are_kept_once():
    needs = read_needs([{"序号": n, "名称": "a", "企业": "b"} for n in (1, 2)])
    assert len(needs) == 1
    assert [(x.row, x.reason) for x in needs.report.left_out] == [(2, "duplicate")]


def test_rows_without_id_that_differ_in_details_are_all_kept():
    rows = [
        {"序号": n, "名称": "a", "园区": park} for n, park in enumerate(["甲", "乙", "乙", "丙"])
    ]
    needs = read_needs(rows)
    first, second, third = (n.id for n in needs)
    assert second.startswith(f"{first}-")
    assert third.startswith(f"{first}-")
    assert second != third
    assert len(second) == len(first) + 13
    assert [(x.row, x.reason) for x in needs.report.left_out] == [(3, "duplicate")]


@pytest.mark.parametrize(
    ("change", "field", "there", "here"),
    [
        ({"名称": "b"}, "title", "'a'", "'b'"),
        ({"备注": "y"}, "备注", "'x'", "'y'"),
        ({"备注": ""}, "备注", "'x'", "''"),
    ],
)
def test_one_id_with_two_contents_names_both_rows(write_csv, change, field, there, here):
    row = {"编号": "N1", "名称": "a", "备注": "x"}
    path = write_csv([list(row), row.values(), {**row, **change}.values()])
    with pytest.raises(RecordError) as caught:
        read_needs(path)
    assert str(caught.value) == (
        f"{path}, row 3, column '编号', value 'N1': the id already stands in row 2 with another "
        f"{field} ({there} there, {here} here). "
        "Give each record its own id, or remove one of the two rows."
    )


def test_an_id_that_equals_a_generated_one():
    (need,) = read_needs([{"title": "a"}])
    with pytest.raises(RecordError, match=r"row 2.*already stands in row 1"):
        read_needs([{"title": "a"}, {"title": "b", "id": need.id}])
    assert len(read_needs([{"title": "b", "id": need.id}, {"title": "a"}])) == 2


def test_unreadable_dates_are_kept_as_text():
    needs = read_needs(
        [{"id": n, "名称": "a", "截止日期": t} for n, t in enumerate(["长期", "无"])]
    )
    assert [n.deadline for n in needs] == [None, None]
    assert needs[0].extra == {"截止日期": "长期"}
    assert needs[1].extra == {}
    (note,) = needs.report.notes
    assert (note.row, note.reason, note.count) == (1, "unreadable_date", 1)
    assert "'截止日期'" in note.detail


def test_a_month_ends_on_its_last_day_for_a_deadline_only():
    needs = read_needs([{"id": "1", "名称": "a", "截止日期": "2024年2月", "发布日期": "2024-02"}])
    assert needs[0].deadline == date(2024, 2, 29)
    assert needs[0].published == date(2024, 2, 1)
    assert [note.reason for note in needs.report.notes] == ["month_only", "month_only"]


def test_a_list_of_separators_only_is_kept_as_extra():
    (need,) = read_needs([{"id": "1", "title": "a", "keywords": "；；"}])
    assert need.keywords == ()
    assert need.extra == {"keywords": "；；"}


@pytest.mark.parametrize(
    ("cell", "budget"),
    [
        ("50", "50万元"), (50, "50万元"), (50.0, "50万元"), ("100-200", "100-200万元"),
        ("1,000", "1,000万元"),
        ("约50", "约50万元"), ("50万", "50万"), ("面议", "面议"), ("-", ""),
    ],
)  # fmt: skip
def test_the_unit_of_a_heading_goes_to_bare_numbers(cell, budget):
    (need,) = read_needs([{"id": "1", "title": "a", "拟投入资金（万元）": cell}])
    assert need.budget == budget


def test_unknown_columns_are_kept_whatever_they_hold():
    item = {"id": 1, "title": "a", "x": {"名": [1]}, "y": [1, "b"], "z": None, 5: True}
    (need,) = read_needs([item])
    assert need.extra == {"x": '{"名": [1]}', "y": "1；b", "5": "TRUE"}


def test_the_other_of_two_columns_is_noted_once():
    needs = read_needs([{"id": n, "需求名称": "a", "名称": "b"} for n in (1, 2)])
    assert needs[0].title == "a"
    assert needs[0].extra == {"名称": "b"}
    (note,) = needs.report.notes
    assert (note.row, note.reason, note.count) == (0, "other_column", 1)


def test_keys_may_differ_from_row_to_row():
    needs = read_needs([{"id": 1, "title": "a"}, {"编号": 2, "描述": "b"}, {}])
    assert needs.records == (Need(id="1", title="a"), Need(id="2", body="b"))


def test_nothing_is_read_from_nothing(write_csv):
    assert len(read_needs([])) == 0
    assert len(read_needs(pd.DataFrame(columns=["title"]))) == 0
    needs = read_needs(write_csv([["编号", "名称"]]))
    assert str(needs.report).endswith(": 0 rows read, 0 kept, 0 left out")


@pytest.mark.parametrize("source", [[{"a": 1}, {"b": 2}], pd.DataFrame({"a": [1], "b": [2]})])
def test_keys_without_a_title_or_body(source):
    with pytest.raises(RecordError, match=r"no headings with a title or a body.*'a', 'b'"):
        read_needs(source)


@pytest.mark.parametrize("source", [[{"title": "a"}], pd.DataFrame({"title": ["a"]})])
def test_a_mapped_heading_that_is_not_there(source):
    with pytest.raises(RecordError, match=r"heading '市' of the column map.*; it has 'title'"):
        read_needs(source, columns=ColumnMap({"region": "市"}))


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("x", "<list>, row 2, value 'x': a str, not a dict"),
        ({"title": {"a": 1}}, r"<list>, row 2, column 'title', value \{'a': 1\}: cannot be read"),
        ({"title": "a", "id": object}, "row 2, column 'id'.*a type cannot stand in a cell"),
    ],
)
def test_items_that_are_no_records(item, message):
    with pytest.raises(RecordError, match=message):
        read_needs([{"title": "t"}, item])


@pytest.mark.parametrize(
    "source", [5, None, b"x", {"title": "t"}, pd.Series(["a"]), pl.Series(["a"])]
)
def test_other_objects_are_refused(source):
    with pytest.raises(ConfigError, match=f"from a {type(source).__name__}; give a path"):
        read_needs(source)


def test_limits_hold_for_every_source():
    rows = [{"id": n, "title": "abc", "body": "def"} for n in range(3)]
    assert len(read_needs(rows, limits=Limits(max_rows=3, max_columns=3, max_cell_chars=3))) == 3
    with pytest.raises(RecordError, match=r"<list>, row 3: more than 2 rows.*Limits\.max_rows"):
        read_needs(rows, limits=Limits(max_rows=2))
    with pytest.raises(RecordError, match=r"<list>, row 1: more than 2 columns"):
        read_needs(rows, limits=Limits(max_columns=2))
    with pytest.raises(RecordError, match=r"row 1, column 'title', value 'abc': a cell of 3 char"):
        read_needs(rows, limits=Limits(max_cell_chars=2))
    with pytest.raises(RecordError, match=r"row 1, column 'x', value '12345': a cell of 5 char"):
        read_needs([{"title": "a", "x": 12345}], limits=Limits(max_cell_chars=4))


@pytest.mark.parametrize("bad", [{"max_rows": 0}, {"max_bytes": 1.5}, {"max_cells": True}])
def test_limits_are_positive_integers(bad):
    with pytest.raises(ConfigError, match=f"{next(iter(bad))} must be a positive integer"):
        Limits(**bad)


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(RecordError, match=r"none\.csv: there is no such file"):
        read_needs(tmp_path / "none.csv")
    with pytest.raises(RecordError, match=r"none\.xlsx: there is no such file"):
        read_needs(tmp_path / "none.xlsx")
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    with pytest.raises(RecordError, match=r"folder\.csv: not a file"):
        read_needs(folder)
    with pytest.raises(ConfigError, match=r"'\.docx' cannot be read; the known endings are \.xlsx"):
        read_needs(tmp_path / "a.docx")


@pytest.mark.parametrize("source", [[{"title": "a"}], "a.csv"])
def test_only_workbooks_have_sheets(source):
    with pytest.raises(ConfigError, match=r"sheet='一' \(on .* --needs-sheet\) is for workbooks"):
        read_needs(source, sheet="一")


TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20
)
KEYS = ["id", "title", "body", "keywords", "budget", "deadline", "备注"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(dict.fromkeys(KEYS, TEXT)), min_size=1, max_size=5, unique_by=str
    )
)
def test_csv_jsonl_and_dicts_agree(tmp_path, write_csv, rows):
    rows = [{**row, "id": f"{n}"} for n, row in enumerate(rows)]
    wanted = read_needs(rows)
    as_csv = read_needs(write_csv([KEYS, *([row[k] for k in KEYS] for row in rows)]))
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    as_jsonl = read_needs(path)
    assert as_csv.records == as_jsonl.records == wanted.records
    assert as_csv.report.read == as_jsonl.report.read == wanted.report.read == len(rows)
    for records in (as_csv, as_jsonl, wanted):
        assert records.report.kept + len(records.report.left_out) == records.report.read


PRINTED = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.builds(
            Need,
            id=PRINTED.map("x{}".format),
            title=PRINTED.map("题{}".format),
            body=PRINTED.map("文{}".format),
            keywords=st.lists(PRINTED.map("词{}".format), unique=True, max_size=3).map(tuple),
            budget=PRINTED.map("约{}万".format),
            deadline=st.none() | st.dates(date(1900, 1, 1), date(2199, 12, 31)),
        ),
        unique_by=lambda need: need.id,
        min_size=1,
        max_size=4,
    )
)
def test_what_is_written_is_read(write_csv, needs):
    rows = [
        [n.id, n.title, n.body, "；".join(n.keywords), n.budget, str(n.deadline or "")]
        for n in needs
    ]
    path = write_csv([KEYS[:-1], *rows], encoding="gb18030")
    assert read_needs(path).records == tuple(needs)


def test_frames_with_arrays_and_objects():
    frame = pd.DataFrame({"title": ["a"], "keywords": [np.array(["b/c", "d"])], "x": [{"y": 1}]})
    (need,) = read_needs(frame)
    assert need.keywords == ("b/c", "d")
    assert need.extra == {"x": '{"y": 1}'}


def test_rows_without_id_may_differ_in_a_list_only():
    needs = read_needs([{"title": "a", "关键词": word} for word in ("b", "c；d", "c；e", "c；d")])
    assert len({n.id for n in needs}) == 3
    assert [(x.row, x.reason) for x in needs.report.left_out] == [(4, "duplicate")]


SWAPPED = {"成果编号": "A1", "成果名称": "热处理", "简介": "工艺"}


@pytest.mark.parametrize("source", [[SWAPPED], pd.DataFrame([SWAPPED])])
def test_achievements_given_as_needs_are_refused(source):
    with pytest.raises(RecordError, match=r"'成果编号', '成果名称' belong to achievements"):
        read_needs(source)
    assert read_achievements(source)[0].id == "A1"
    columns = {"id": "成果编号", "title": "成果名称"}
    wanted = Need(id="A1", title="热处理", body="工艺")
    assert read_needs(source, columns=columns).records == (wanted,)


def test_a_map_of_another_type_is_refused():
    with pytest.raises(ConfigError, match=r"columns='m\.toml' is no ColumnMap.*ColumnMap\.load"):
        read_needs([{"title": "a"}], columns="m.toml")


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl"])
@pytest.mark.parametrize(("write", "right"), [(write_xlsx, ".xlsx"), (write_xls, ".xls")])
def test_a_workbook_with_the_ending_of_text(tmp_path, write, right, ending):
    path = tmp_path / f"a{right}"
    write(path)
    path = path.rename(tmp_path / f"a.{ending}")
    with pytest.raises(RecordError, match=rf"this is a workbook\. Rename it to \{right}\.$"):
        read_needs(path)


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet", "xlsx", "xls"])
def test_a_file_of_no_bytes(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    path.touch()
    with pytest.raises(RecordError, match=rf"a\.{ending}: the file is empty"):
        read_needs(path)
