import pytest

from matchmaker.records.report import LeftOut, Place, ReadLog, ReadNote, name_rows, shorten


def test_report_in_words():
    log = ReadLog()
    log.read = 9
    log.leave_out(7, "duplicate", "same as row 2")
    log.leave_out(3, "no_text", "empty")
    log.leave_out(5, "no_text", "empty")
    log.note(8, "unreadable_date", "column '日期'")
    log.note(4, "generated_id", "made")
    log.note(6, "generated_id", "made")
    for _ in range(2):
        log.note_table(ReadNote(0, "other_sheets", "two", 2, others=("b", "c")))
    report = log.report(kept=6, source="x.xlsx [一]")
    assert [item.row for item in report.left_out] == [3, 5, 7]
    assert [(n.row, n.reason, n.count) for n in report.notes] == [
        (0, "other_sheets", 2),
        (4, "generated_id", 2),
        (8, "unreadable_date", 1),
    ]
    assert str(report).splitlines() == [
        "x.xlsx [一]: 9 rows read, 6 kept, 3 left out",
        "  left out, no_text: 2 (rows 3, 5)",
        "  left out, duplicate: 1 (row 7)",
        "  note, other_sheets: two",
        "  note, generated_id: made (rows 4, 6)",
        "  note, unreadable_date: column '日期' (row 8)",
    ]


def test_facts_are_kept_as_data():
    log = ReadLog()
    log.leave_out(2, "duplicate", "same", record_id="7", other_row=1)
    for row in range(9, 2, -1):
        log.note(row, "month_only", "x", column="日期", field="deadline")
    log.note(3, "month_only", "x", column="日期 2", field="deadline")
    log.note(4, "generated_id", "y", others=("序号",))
    report = log.report(kept=0, source="x.csv")
    assert report.left_out == (LeftOut(2, "duplicate", "same", "7", 1),)
    assert report.notes == (
        ReadNote(3, "month_only", "x (row 3)", 1, (3,), "日期 2", "deadline"),
        ReadNote(4, "generated_id", "y (row 4)", 1, (4,), others=("序号",)),
        ReadNote(
            9,
            "month_only",
            "x (rows 9, 8, 7, 6, 5 and 2 more)",
            7,
            (9, 8, 7, 6, 5),
            "日期",
            "deadline",
        ),
    )


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([1], "row 1"),
        ([1, 2], "rows 1, 2"),
        ([1, 2, 3, 4, 5], "rows 1, 2, 3, 4, 5"),
        ([1, 2, 3, 4, 5, 6], "rows 1, 2, 3, 4, 5 and 1 more"),
    ],
)
def test_rows_in_words(rows, words):
    assert name_rows(rows) == words


def test_error_names_the_whole_place():
    error = Place("a.xlsx", "一", 3, "日期").error("bad", value="x", way_out="Fix it.")
    assert str(error) == "a.xlsx, sheet '一', row 3, column '日期', value 'x': bad. Fix it."
    assert str(Place("a.csv").error("bad", way_out="Fix it.")) == "a.csv: bad. Fix it."


def test_long_values_are_cut():
    assert shorten("长" * 500) == "'" + "长" * 58 + "…"
    assert len(shorten(list(range(100)))) == 60
    assert shorten("短") == "'短'"
