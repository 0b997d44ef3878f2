"""Text tables: encodings, delimiters, quoting, and errors that name the row."""

import csv

import pytest

from matchmaker.errors import RecordError
from matchmaker.records import ColumnMap, Limits, Need, read_needs
from matchmaker.records.encoding import detect_encoding
from matchmaker.records.report import Place


def write(tmp_path, content, name="表.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def detect(path):
    return detect_encoding(path, Place("f"))


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("gb2312", "gb18030"),
        ("utf-16", "utf-16"),
        ("ascii", "utf-8-sig"),
    ],
)
@pytest.mark.parametrize("size", [1, 700_000])
def test_encodings_are_told_apart(tmp_path, encoding, found, size):
    text = ("id,title\n" if encoding == "ascii" else "编号,名称\n高温合金\n") * size
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    assert detect(path) == found


def test_gb18030_beyond_gbk(tmp_path):
    path = write(tmp_path, "编号,名称\n1,𠮷㐂镕".encode("gb18030"))
    assert read_needs(path)[0].title == "𠮷㐂镕"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xff\xff", "as UTF-8: line 1: invalid start byte; as GB18030: line 1: "),
        (b"a\nb\n\x81", "as UTF-8: line 3: invalid start byte; as GB18030: line 3: incomplete"),
        (b"a\n\x00b", r"cannot be decoded \(line 2: a NUL\)"),
        ("编号\n".encode("gb18030") + b"\x00", "as GB18030: line 2: a NUL"),
        (b"\xff\xfea", r"not valid utf-16 although it begins with its mark \(line 1: trunc"),
        (b"\xef\xbb\xbfa\n\xff", r"not valid utf-8-sig although .* \(line 2: invalid start"),
    ],
)
def test_undecodable_text(tmp_path, content, message):
    with pytest.raises(RecordError, match=rf"^f: .*{message}.*Save the file again as UTF-8\.$"):
        detect(write(tmp_path, content))


def test_damaged_utf8_is_not_taken_for_gb18030(tmp_path):
    content = "需求编号,需求名称,需求描述\n1,耐热钢的热处理工艺,".encode() + b"\xa1\xa1"
    assert content.decode("gb18030", "replace")
    with pytest.raises(RecordError, match="line 2: invalid start byte"):
        detect(write(tmp_path, content))


def test_damage_far_down_is_found_in_its_line(tmp_path):
    lines = "需求,耐热钢\n" * 200_000
    with pytest.raises(RecordError, match="line 200001"):
        detect(write(tmp_path, lines.encode() + b"\xff"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_delimiters(write_csv, delimiter, encoding):
    rows = [["汇总；一,二", ""], ["编号", "名称", "关键词"], ["1", "a,b;c", "钢;铁,铜"]]
    path = write_csv(rows, delimiter=delimiter, encoding=encoding)
    (need,) = read_needs(path)
    assert need == Need(id="1", title="a,b;c", keywords=("钢", "铁", "铜"))
    assert need.origin.row == 3


def test_the_line_that_excel_writes_for_itself(tmp_path):
    assert read_needs(write(tmp_path, "sep=;\r\n编号;名称\r\n1;a\r\n"))[0].id == "1"


def test_one_column_is_enough(tmp_path):
    assert [n.title for n in read_needs(write(tmp_path, "名称\n耐热钢\n轴承\n"))] == [
        "耐热钢",
        "轴承",
    ]


def test_a_title_row_empty_rows_and_repeated_headings(write_csv):
    rows = [
        [],
        ["2024年技术需求汇总表"],
        [],
        ["编号", "名称"],
        ["1", "a"],
        ["编号", "名称"],
        [],
        ["2"],
    ]
    rows[-1] = ["2", "b"]
    needs = read_needs(write_csv(rows))
    assert [n.origin.row for n in needs] == [5, 8]
    report = needs.report
    assert (report.read, report.kept) == (3, 2)
    assert [(x.row, x.reason) for x in report.left_out] == [(6, "repeated_heading")]
    assert [(n.row, n.reason, n.count) for n in report.notes] == [(7, "empty_row", 1)]


def test_headings_far_below_are_not_found(write_csv):
    rows = [*([f"说明{n}"] for n in range(10)), ["编号", "名称"], ["1", "a"]]
    with pytest.raises(RecordError, match="'说明0' / '说明1' / '说明2'"):
        read_needs(write_csv(rows))
    with pytest.raises(RecordError, match="is empty"):
        read_needs(write_csv([*[[""]] * 60, ["编号", "名称"]]))
    assert len(read_needs(write_csv([*[[""]] * 40, ["编号", "名称"], ["1", "a"]]))) == 1


def test_rows_are_counted_as_a_spreadsheet_does(write_csv):
    rows = [["编号", "名称", "描述"], ["1", "a", "一\n二\r\n三"], ["2", "b", ""]]
    needs = read_needs(write_csv(rows))
    assert [n.origin.row for n in needs] == [2, 3]
    assert needs[0].body == "一\n二\r\n三"


def test_numbers_and_ids_as_text(write_csv):
    rows = [["编号", "名称", "预算"], ["'0012", " a ", "'50"], ["1234567890123456789", "b", "1.50"]]
    needs = read_needs(write_csv(rows))
    assert [n.id for n in needs] == ["0012", "1234567890123456789"]
    assert [n.budget for n in needs] == ["50", "1.50"]


def test_short_rows_are_noted(write_csv):
    needs = read_needs(write_csv([["编号", "名称", "市"], ["1", "a"], [], ["2", "b", ""]]))
    assert [n.id for n in needs] == ["1", "2"]
    assert [(n.row, n.reason) for n in needs.report.notes] == [(2, "short_row"), (3, "empty_row")]


def test_a_row_with_too_many_cells_is_an_error(write_csv, tmp_path):
    assert len(read_needs(write_csv([["编号", "名称"], ["1", "a", "", ""]]))) == 1
    path = write(tmp_path, "编号,名称\n1,a\n2,b,c\n")
    with pytest.raises(RecordError) as caught:
        read_needs(path)
    assert str(caught.value) == (
        f"{path}, row 3, value 'c': 3 cells under 2 headings. "
        "Put cells that contain ',' in double quotes."
    )


@pytest.mark.parametrize("tail", ['"b', '"b"c', '"b\n3,c\n4,d\n'])
def test_quotes_that_do_not_close_swallow_nothing(tmp_path, tail):
    path = write(tmp_path, f"编号,名称\n1,a\n2,{tail}")
    with pytest.raises(RecordError, match=r"表\.csv, row 3: not valid CSV .*Close every double"):
        read_needs(path)


def test_a_quote_that_swallows_the_first_rows(tmp_path):
    path = write(tmp_path, '"编号,名称\n' + "1,a\n" * 40_000)
    with pytest.raises(RecordError, match=r"row 1: not valid CSV \(field larger than field limit"):
        read_needs(path)


def test_long_cells(write_csv):
    before = csv.field_size_limit()
    path = write_csv([["编号", "名称", "描述"], ["1", "a", "长" * 140_000]])
    for limits in (Limits(), Limits(max_cell_chars=139_999)):
        with pytest.raises(RecordError, match=r"row 2: not valid CSV.*Limits\.max_cell_chars"):
            read_needs(path, limits=limits)
    short = write_csv([["名称"], ["1234567"]], name="short.csv")
    with pytest.raises(RecordError, match=r"column '名称', value .*: a cell of 7 characters"):
        read_needs(short, limits=Limits(max_cell_chars=6))
    (need,) = read_needs(path, limits=Limits(max_cell_chars=140_000))
    assert len(need.body) == 140_000
    assert csv.field_size_limit() == before


def test_the_field_limit_is_put_back_after_an_error(tmp_path):
    before = csv.field_size_limit()
    with pytest.raises(RecordError):
        read_needs(write(tmp_path, "a\nb"), limits=Limits(max_cell_chars=10**6))
    assert csv.field_size_limit() == before


def test_hostile_sizes(write_csv):
    path = write_csv([["编号", "名称"], *([n, "a"] for n in range(3))])
    with pytest.raises(RecordError, match=r"表\.csv: the file has \d+ bytes, more than 10"):
        read_needs(path, limits=Limits(max_bytes=10))
    with pytest.raises(RecordError, match=r"row 4: more than 2 rows"):
        read_needs(path, limits=Limits(max_rows=2))
    wide = write_csv([["编号", "名称", *map(str, range(2000))], ["1", "a"]])
    with pytest.raises(RecordError, match=r"more than 1000 columns.*Limits\.max_columns"):
        read_needs(wide)


def test_an_empty_file(tmp_path):
    with pytest.raises(RecordError, match="is empty"):
        read_needs(write(tmp_path, b""))


def test_column_map(write_csv):
    path = write_csv([["甲", "乙", "名称"], ["1", "耐热钢", "x"]])
    columns = ColumnMap({"id": "甲", "title": "乙"})
    assert read_needs(path, columns=columns).records == (
        Need(id="1", title="耐热钢", extra={"名称": "x"}),
    )


def test_formulas_stay_text(write_csv):
    (need,) = read_needs(write_csv([["编号", "名称"], ["1", "=1+1"]]))
    assert need.title == "=1+1"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"title": "a"', "not valid JSON"),
        ("[1]", "a JSON list, not an object"),
        ("3", "a JSON int, not an object"),
        ('{"title": "a", "title": "b"}', "the key 'title' occurs twice"),
        ('{"title": "\\ud800"}', "surrogates not allowed"),
        ('{"title": ' + "[" * 100_000, "not valid JSON"),
        ('{"id": ' + "9" * 5000 + "}", "not valid JSON"),
        ('{"title": {"a": 1}}', "column 'title'"),
    ],
)
def test_jsonl_errors_name_the_line(tmp_path, line, message):
    path = write(tmp_path, '{"title": "x\\u4e00"}\n\n' + line + "\n", "a.jsonl")
    with pytest.raises(RecordError, match=message) as caught:
        read_needs(path)
    assert str(caught.value).startswith(f"{path}, row 3, ")


def test_jsonl_values_keep_their_kind(tmp_path):
    line = '{"id": 12, "title": "a", "keywords": ["b/c", "", null, "d"], "budget": 1.0, "x": NaN}'
    (need,) = read_needs(write(tmp_path, line, "a.jsonl"))
    assert need == Need(id="12", title="a", keywords=("b/c", "d"), budget="1")


def test_jsonl_is_limited(tmp_path):
    path = write(tmp_path, '{"title": "a"}\n', "a.jsonl")
    with pytest.raises(RecordError, match="15 bytes, more than 3"):
        read_needs(path, limits=Limits(max_bytes=3))
