"""Workbooks that are damaged, disguised or built to exhaust memory end in a clear error."""

import io
import re
import struct
import zipfile
from array import array

import openpyxl
import pytest
import xlsxwriter
import xlwt

from matchmaker.errors import RecordError
from matchmaker.records import Limits, Need, read_needs
from matchmaker.records.legacy import _chain, spans

TABLE = [["编号", "名称"], ["1", "a"], ["2", "b"]]
SHEET = "xl/worksheets/sheet1.xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.fixture
def change(write_xlsx, tmp_path):
    """Write a small workbook with some members replaced, and return its path."""

    def write(replaced, rows=TABLE):
        path = write_xlsx({"一": rows})
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        for name, new in replaced.items():
            members[name] = new(members.get(name, b"")) if callable(new) else new
        changed = tmp_path / "changed.xlsx"
        with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(name, data)
        return changed

    return write


def error_of(path, **limits):
    with pytest.raises(RecordError) as caught:
        read_needs(path, limits=Limits(**limits))
    assert str(caught.value).startswith(str(path))
    return str(caught.value)


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"PK\x03\x04 nonsense", "the workbook cannot be read"),
        (b"<HTML><table>", "a web page with the ending of a workbook"),
        (
            "编号,名称\n1,a".encode("gb18030"),
            "text with the ending of a workbook. Rename it to .csv",
        ),
        (b"\x00\x01\x02", "not a workbook"),
        (OLE, "its directory is damaged"),
        (OLE + b"\x00" * 5000, "its sectors have an unknown size"),
    ],
)
def test_what_is_no_workbook(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    assert message in error_of(path)


def test_the_content_decides_and_not_the_ending(write_xlsx):
    path = write_xlsx({"一": TABLE}, name="a.xls")
    assert len(read_needs(path)) == 2


def test_a_file_larger_than_the_limit(write_xlsx):
    message = error_of(write_xlsx({"一": TABLE}), max_bytes=1000)
    assert "bytes, more than 1,000" in message


def test_two_far_cells_do_not_end_the_process(tmp_path):
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active["A1"] = "名称"
    book.active["XFD1048576"] = 1
    book.save(path)
    message = error_of(path)
    assert "spans up to 1,048,576 rows and 16,384 columns" in message
    assert "Limits.max_cells" in message


def far(place, attribute=b'r="%s"'):
    row = re.sub(rb"[A-Z]", b"", place)
    cell = b"<row r='%s'><c %s><v>1</v></c></row></sheetData>" % (row, attribute % place)
    return {SHEET: lambda data: data.replace(b"</sheetData>", cell)}


@pytest.mark.parametrize("place", [b"ZZZ99", b"B4000000", b"AB999999", b"ZZ60000"])
@pytest.mark.parametrize("attribute", [b'r="%s"', b"r='%s'", b's="0" r = "%s"'])
def test_however_the_far_cell_is_written(change, place, attribute):
    assert "spans up to" in error_of(change(far(place, attribute)))


@pytest.mark.parametrize("place", [b"C90000", b"ALL20"])
def test_long_or_wide_sheets_are_no_attack(change, place):
    assert len(read_needs(change(far(place)))) == 2


def test_the_span_is_exact_near_the_limit(change):
    path = change({})
    assert len(read_needs(path, limits=Limits(max_cells=6))) == 2
    assert "spans up to 3 rows and 2 columns, more than 5 cells" in error_of(path, max_cells=5)


@pytest.mark.parametrize(
    ("row", "cell"),
    [(b"<row>", b"<c><v>1</v></c>"), (b'<x:row r="4">', b'<x:c r="A4"><x:v>1</x:v></x:c>')],
)
def test_cells_without_a_place_are_counted(change, row, cell):
    rows = row + cell * 3000 + row.replace(b"<", b"</").split(b" ")[0].rstrip(b">") + b">"
    path = change({SHEET: lambda data: data.replace(b"</sheetData>", rows + b"</sheetData>")})
    assert "spans up to" in error_of(path, max_cells=10_000)


def test_what_a_directory_hides_is_not_unpacked(change):
    path = change({})
    message = error_of(path, max_unpacked_bytes=2000)
    assert "bytes unpacked, more than 2,000" in message
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02"))
    struct.pack_into("<L", data, entry + 24, 1)
    path.write_bytes(data)
    assert "the workbook cannot be read" in error_of(path)


def shared(texts, uses):
    strings = b"<sst>" + b"".join(b"<si><t>%s</t></si>" % text for text in texts) + b"</sst>"
    cells = b"".join(
        b'<row r="%d"><c r="C%d" t="s"><v>%d</v></c></row>' % (at, at, use)
        for at, use in enumerate(uses, start=4)
    )
    return {
        "xl/sharedStrings.xml": lambda data: strings,
        SHEET: lambda data: data.replace(b"</sheetData>", cells + b"</sheetData>"),
    }


def test_one_long_text_in_many_cells(change):
    path = change(shared([b"x" * 90_000, b"y"], [0] * 3000))
    message = error_of(path, max_unpacked_bytes=200_000_000)
    assert "bytes unpacked, more than 200,000,000" in message


def test_texts_used_out_of_range_count_as_the_longest(change):
    path = change(shared([b"x" * 90_000], [5] * 300 + [10**8] * 5))
    assert "bytes unpacked" in error_of(path, max_unpacked_bytes=20_000_000)


def test_many_short_texts_beside_a_long_one_are_no_attack(change):
    texts = ["编号", "名称", "1", "a", "2", "b", "x" * 90_000]
    path = change(shared([text.encode() for text in texts], [5] * 3000))
    needs = read_needs(path, limits=Limits(max_unpacked_bytes=20_000_000))
    assert needs.report.read == 3002


@pytest.mark.parametrize("extra", [b'<!DOCTYPE a [<!ENTITY b "c">]>', b"\x00"])
def test_entities_and_odd_encodings_are_refused(change, extra):
    path = change({SHEET: lambda data: data.replace(b"<worksheet", extra + b"<worksheet", 1)})
    assert "has an unusual encoding or declares entities" in error_of(path)


def test_an_archive_that_is_no_workbook(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.xml", "<a/>")
    assert "an archive without xl/workbook.xml" in error_of(path)


def test_a_damaged_sheet(change):
    path = change({SHEET: lambda data: data[: len(data) // 2]})
    assert "cannot be read" in error_of(path)


def test_a_damaged_archive(change):
    path = change({})
    data = bytearray(path.read_bytes())
    data[40:60] = bytes(20)
    path.write_bytes(data)
    assert "the workbook cannot be read" in error_of(path)


def test_links_to_other_files_and_macros_are_never_read(change):
    bomb = b"not xml at all \x00"
    path = change(
        {
            "xl/externalLinks/externalLink1.xml": bomb,
            "xl/vbaProject.bin": bomb,
            "xl/media/a.xml": bomb,
        }
    )
    assert len(read_needs(path)) == 2


def test_formulas_are_not_evaluated(tmp_path):
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["编号", "名称"])
    sheet.write_formula(1, 0, "=1+1", None, "N7")
    sheet.write_formula(1, 1, '=WEBSERVICE("http://example.invalid/")', None, "stored")
    book.close()
    assert read_needs(path).records == (Need(id="N7", title="stored"),)


def test_many_merged_ranges_over_the_same_cells(change):
    ranges = b'<mergeCell ref="A2:B1048576"/>' * 20_000
    merged = b"</sheetData><mergeCells>" + ranges + b"</mergeCells>"
    path = change({SHEET: lambda data: data.replace(b"</sheetData>", merged)})
    assert [n.id for n in read_needs(path)] == ["1", "2"]


def xls_bytes(cells, *, sheets=1):
    book = xlwt.Workbook()
    for number in range(sheets):
        sheet = book.add_sheet(f"S{number}")
        for (row, column), value in cells.items():
            sheet.write(row, column, value)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


CELLS = {(0, 0): "编号", (0, 1): "名称", (1, 0): 1.5, (1, 1): "a", (777, 99): 2.5}


def test_spans_of_an_xls():
    assert spans(xls_bytes(CELLS, sheets=2)) == [(778, 100), (778, 100)]
    assert spans(xls_bytes({(3, c): c for c in range(9)})) == [(4, 9)]
    assert spans(xls_bytes({})) == []


def test_a_large_xls_takes_several_sectors():
    cells = {(row, column): float(row) + 0.5 for row in range(3000) for column in range(20)}
    assert spans(xls_bytes(cells)) == [(3000, 20)]


def test_far_cells_of_an_xls_do_not_end_the_process(tmp_path):
    data = xls_bytes(CELLS)
    place = struct.pack("<HH", 777, 99)
    assert data.count(place) == 1
    path = tmp_path / "a.xls"
    path.write_bytes(data.replace(place, struct.pack("<HH", 65535, 65535)))
    assert "a sheet spans up to 65,536 rows and 65,536 columns" in error_of(path)


def test_an_xls_protected_by_a_password(tmp_path):
    path = tmp_path / "a.xls"
    data = xls_bytes(CELLS)
    begin = data.index(struct.pack("<HH", 0x809, 16)) + 20
    path.write_bytes(data[:begin] + struct.pack("<H", 0x2F) + data[begin + 2 :])
    assert "it is protected by a password" in error_of(path)


def test_an_encrypted_xlsx_has_no_workbook_stream(tmp_path):
    path = tmp_path / "a.xlsx"
    name = "Workbook".encode("utf-16-le")
    path.write_bytes(xls_bytes(CELLS).replace(name, "Encryptd".encode("utf-16-le")))
    assert "it holds no workbook; it may be protected by a password" in error_of(path)


def test_a_size_that_only_an_xls_claims(tmp_path):
    path = tmp_path / "a.xls"
    data = xls_bytes(CELLS)
    claim = data.index(struct.pack("<HH", 0x200, 14)) + 4
    path.write_bytes(data[:claim] + struct.pack("<LLHH", 0, 1 << 30, 0, 4) + data[claim + 12 :])
    assert "spans up to 1,073,741,824 rows" in error_of(path)
    path.write_bytes(data[:claim] + struct.pack("<LLHH", 9, 8, 0, 4) + data[claim + 12 :])
    assert "a sheet claims an impossible size" in error_of(path)
    path.write_bytes(data[: claim - 2] + b"\x05" + data[claim - 1 :])
    assert "a sheet claims an impossible size" in error_of(path)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_xls_that_makes_python_calamine_panic(tmp_path, capfd):
    path = tmp_path / "a.xls"
    data = xls_bytes(CELLS)
    table = data.index(struct.pack("<H", 0xFC), data.index(struct.pack("<HH", 0x809, 16)))
    (length,) = struct.unpack_from("<H", data, table + 2)
    path.write_bytes(data[: table + 4] + b"\xff" * length + data[table + 4 + length :])
    assert "the workbook cannot be read" in error_of(path)
    capfd.readouterr()  # It also prints where it panicked.


def test_other_interruptions_are_passed_on(write_xlsx, monkeypatch):
    import python_calamine

    def interrupt(*_):
        raise KeyboardInterrupt

    path = write_xlsx({"一": TABLE})
    monkeypatch.setattr(
        python_calamine, "CalamineWorkbook", type("W", (), {"from_filelike": interrupt})
    )
    with pytest.raises(KeyboardInterrupt):
        read_needs(path)


def test_an_xls_cut_off_anywhere_is_refused_or_measured(tmp_path):
    data = xls_bytes({(row, 0): 1.5 for row in range(300)})
    path = tmp_path / "a.xls"
    for end in range(512, len(data) - 512, 777):
        path.write_bytes(data[:end])
        assert "the workbook cannot be read" in error_of(path) or "no headings" in error_of(path)


def compound(stream, *, difat=False):
    """Build a compound file whose workbook is so small that it stands in the mini stream."""
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    mini = stream.ljust(-(-len(stream) // 64) * 64, b"\0")
    count = len(mini) // 64
    small = mini.ljust(512, b"\0")

    def entry(name, kind, start, size):
        text = name.encode("utf-16-le").ljust(64, b"\0")
        length = 2 * len(name) + 2
        return text + struct.pack("<HB49xLQ", length, kind, start, size)

    directory = (entry("Root Entry", 5, 2, len(mini)) + entry("Book", 2, 0, len(stream))).ljust(
        512, b"\0"
    )
    links = [free] * 128
    links[0], links[1], links[2], links[3], links[4] = 0xFFFFFFFD, end, end, end, 0xFFFFFFFC
    chain = [*range(1, count), end]
    mini_links = chain + [free] * (128 - len(chain))
    header = OLE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<LLLLLLLLL", 0, 1, 1, 0, 4096, 3, 1, 4 if difat else end, int(difat))
    first = [] if difat else [0]
    header += struct.pack("<109L", *first, *[free] * (109 - len(first)))
    body = struct.pack("<128L", *links) + directory + small + struct.pack("<128L", *mini_links)
    return header + body + struct.pack("<128L", 0, *[free] * 126, end)


def record(number, payload):
    return struct.pack("<HH", number, len(payload)) + payload


def test_a_workbook_in_the_mini_stream():
    cells = record(0x203, struct.pack("<HHHd", 6, 3, 0, 1.0)) * 9
    many = record(0xBD, struct.pack("<HH", 2, 1) + bytes(18) + struct.pack("<H", 11))
    short = record(0x203, b"\xff\xff")
    stream = record(0x809, bytes(16)) + cells + many + short
    for difat in (False, True):
        assert spans(compound(stream, difat=difat)) == [(7, 12)]


def test_a_record_longer_than_the_stream_ends_the_walk():
    cell = record(0x203, struct.pack("<HHHd", 6, 3, 0, 1.0))
    cut = struct.pack("<HH", 0x203, 99) + struct.pack("<HHH", 60_000, 200, 0)
    assert spans(compound(record(0x809, bytes(16)) + cell + cut)) == [(7, 4)]


def test_sectors_in_a_circle_are_refused():
    with pytest.raises(ValueError, match="circle"):
        _chain(0, array("I", [1, 0]))
