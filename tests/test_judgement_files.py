"""Judged pairs as people fill them in: workbooks, Chinese headings, grades in words."""

from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from matchmaker.errors import JudgementError
from matchmaker.evaluation import read_judgements

HEADS = ["需求编号", "成果编号", "等级"]


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return path


@pytest.mark.parametrize(
    "heads",
    [
        HEADS,
        ["技术需求编号", "科技成果编号", "相关等级"],
        ["需求 ID", "成果ID", "评分（1-4）"],
        ["1. 需求编码*", "2. 成果编码*", "3. 等级*"],
        ["Need id", "Achievement id", "Grade"],
        ["need_id", "achievement_id", "relevance"],
    ],
)
def test_headings_in_either_language(tmp_path: Path, heads: list[str]) -> None:
    rows = [[*heads, "备注"], ["N1", "A7", 3, "3 分左右"]]
    (tmp_path / "j.csv").write_text(
        "\n".join(",".join(map(str, row)) for row in rows), encoding="gb18030"
    )
    for file in (workbook(tmp_path / "j.xlsx", {"x": rows}), tmp_path / "j.csv"):
        found = read_judgements(file)
        assert (found.need_ids, found.achievement_ids) == (("N1",), ("A7",))
        assert found.grades.tolist() == [3]
        assert found.achievement_titles is None


def test_json_lines_may_have_chinese_keys(tmp_path: Path) -> None:
    file = tmp_path / "j.jsonl"
    file.write_text(
        '{"需求编号": "N1", "成果编号": "A1", "等级": "弱", "成果名称": "脱硫"}', encoding="utf-8"
    )
    found = read_judgements(file)
    assert (found.grades.tolist(), found.achievement_titles) == ([2], ("脱硫",))


@pytest.mark.parametrize(
    ("written", "grade"),
    [
        (1, 1),
        (4.0, 4),
        ("2", 2),
        ("３", 3),
        (" 4.0 ", 4),
        ("无关", 1),
        ("无相关", 1),
        ("弱", 2),
        ("弱相关", 2),
        ("较强", 3),
        ("较强相关", 3),
        ("强", 4),
        ("强相关", 4),
        ("1 无关", 1),
        ("3 较强相关", 3),
        ("４、强相关", 4),
        ("2-弱", 2),
        ("4 strong", 4),
        ("Unrelated", 1),
        ("1 unrelated", 1),
    ],
)
def test_grades_as_digits_and_words(tmp_path: Path, written: object, grade: int) -> None:
    file = workbook(tmp_path / "j.xlsx", {"x": [HEADS, ["N", "A", written]]})
    assert read_judgements(file).grades.tolist() == [grade]


@pytest.mark.parametrize(
    "written", [0, 5, 2.5, "1.5", "1.05", "12", "1 强相关", "3 分", "很强", "?", "-", "无", True]
)
def test_a_wrong_grade_names_file_row_column_and_value(tmp_path: Path, written: object) -> None:
    file = workbook(
        tmp_path / "j.xlsx", {"x": [["名单"], HEADS, ["N", "A", 1], ["N", "B", written]]}
    )
    with pytest.raises(JudgementError) as caught:
        read_judgements(file)
    message = str(caught.value)
    shown = repr(float(written) if type(written) is int else written)
    assert message.startswith(f"{file}, row 4, column '等级': {shown} is not 1, 2, 3 or 4 (1 无关")


def test_rows_without_a_grade_are_no_judgements_in_a_workbook(tmp_path: Path) -> None:
    rows = [HEADS, ["N1", "A1", ""], ["N1", "A2", 2], ["N2", "A3", "  "], ["", "", "", "合计"]]
    found = read_judgements(workbook(tmp_path / "j.xlsx", {"x": rows}))
    assert (found.need_ids, found.achievement_ids) == (("N1",), ("A2",))
    assert found.skipped == 3
    assert found.merged().skipped == 3
    with pytest.raises(JudgementError, match="none of its 1 rows has a grade yet; fill in"):
        read_judgements(workbook(tmp_path / "k.xlsx", {"x": rows[:2]}))


def test_a_file_that_a_program_wrote_has_every_grade(tmp_path: Path) -> None:
    file = tmp_path / "j.csv"
    file.write_text("need_id,achievement_id,grade\nN,A,2\n")
    assert read_judgements(file).skipped == 0
    file.write_text("need_id,achievement_id,grade\nN,A,2\nN,B,\n")
    with pytest.raises(JudgementError, match="row 3, column 'grade': '' is not 1, 2, 3 or 4"):
        read_judgements(file)


def test_the_sheet_with_the_headings_is_read_below_its_title(tmp_path: Path) -> None:
    sheets: dict[str, list[list[object]]] = {
        "说明": [["怎么做"], ["等级", "含义"], [4, "强相关"]],
        "待判": [["三月批次"], [], ["成果名称", *HEADS], ["脱硫", "N1", "A1", 4]],
        "旧": [HEADS, ["N9", "A9", 1]],
    }
    found = read_judgements(workbook(tmp_path / "j.xlsx", sheets))
    assert found.need_ids == ("N1",)
    assert found.achievement_titles == ("脱硫",)


def test_the_most_usual_title_is_taken(tmp_path: Path) -> None:
    rows = [["专利名称", *HEADS, "成果名称"], ["专利", "N", "A", 1, "成果"]]
    found = read_judgements(workbook(tmp_path / "j.xlsx", {"x": rows}))
    assert found.achievement_titles == ("成果",)


@pytest.mark.parametrize(
    ("heads", "message"),
    [
        (["需求编号", "成果编号"], r"row 1: no column grade among .*'成果编号'.* or 需求编号"),
        (["编号", "成果编号", "等级"], "no column need_id among"),
        ([*HEADS, "评分"], "row 1: columns '等级' and '评分' are both grade; leave one"),
        ([*HEADS, "等级"], "row 1: two columns '等级'; leave one"),
        ([*HEADS, "成果名称", "成果名称"], "row 1: two columns '成果名称'; leave one"),
        (["名次", "相关等级", "得分", *HEADS[:2]], "is a ranking .columns 名次, 得分., so its"),
        (["Rank", "Grade", "Score", "Need id", "Achievement id"], "grades are the model's own"),
    ],
)
def test_headings_that_cannot_be_used(tmp_path: Path, heads: list[str], message: str) -> None:
    file = workbook(tmp_path / "j.xlsx", {"x": [heads, [1] * len(heads)]})
    with pytest.raises(JudgementError, match=message) as caught:
        read_judgements(file)
    assert str(caught.value).startswith(str(file))


def test_a_ranking_of_this_package_is_never_taken_for_judgements(tmp_path: Path) -> None:
    from matchmaker import Achievement, Need, match

    matches = match([Need(id="N", title="脱硫")], [Achievement(id="A", title="烟气脱硫")])
    for lang in ("zh", "en"):
        for ending in (".xlsx", ".csv", ".jsonl"):
            matches.write(tmp_path / f"r{ending}", lang=lang)
            with pytest.raises(JudgementError, match=r"r\.\w+: is a ranking"):
                read_judgements(tmp_path / f"r{ending}")


def test_what_a_report_disarmed_is_read_as_it_was(tmp_path: Path) -> None:
    rows = [[*HEADS, "成果名称"], ["'=N1", "'-A", 1, "'@x"], ["'N2", "' ＋A", 1, "'x'"]]
    found = read_judgements(workbook(tmp_path / "j.xlsx", {"x": rows}))
    assert found.need_ids == ("=N1", "'N2")
    assert found.achievement_ids == ("-A", "＋A")
    assert found.achievement_titles == ("@x", "'x'")


def test_a_workbook_of_the_old_format(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("待判")
    for at, row in enumerate([HEADS, ["N1", 1001, "较强"], ["N1", 1002, ""]]):
        for column, value in enumerate(row):
            sheet.write(at, column, value)
    book.save(str(tmp_path / "j.xls"))
    found = read_judgements(tmp_path / "j.xls")
    assert found.achievement_ids == ("1001",)
    assert (found.grades.tolist(), found.skipped) == ([3], 1)


def test_a_binary_workbook_that_is_damaged(tmp_path: Path) -> None:
    file = tmp_path / "j.xls"
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(JudgementError, match=r"j\.xls: not a readable \.xls \("):
        read_judgements(file)
