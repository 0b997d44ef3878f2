"""Lists of outcomes: what a row says, what is filled in, and what is refused with its place."""

from __future__ import annotations

import json
from datetime import date

import pytest
import xlsxwriter

from matchmaker.errors import ConfigError, RecordError
from matchmaker.planning.outcomes.columns import REASONS, STAGES, read_reasons, read_stage
from matchmaker.planning.outcomes.outcomes import Outcome, Outcomes, read_outcomes
from matchmaker.records import Achievement, Need, Origin, read_achievements, read_needs
from matchmaker.sample import sample_path

HEADINGS = (
    "活动,需求编号,企业名称,成果编号,高校,领域,地区,园区,阶段,日期,金额（万元）,拒绝原因,备注"
)


def written(tmp_path, *lines, headings=HEADINGS, name="台账.csv", encoding="utf-8-sig"):
    path = tmp_path / name
    path.write_text("\n".join((headings, *lines)) + "\n", encoding=encoding)
    return path


def test_a_row_becomes_an_outcome(tmp_path):
    path = written(
        tmp_path,
        "秋季对接会,N1,甲钢有限公司,A1,东北大学,冶金；智能制造,辽宁省沈阳市,浑南高新区,签约,"
        "2026年5月8日,120.5,,好",
    )
    (row,) = read_outcomes(path)
    assert row == Outcome(
        need_id="N1",
        achievement_id="A1",
        enterprise="甲钢有限公司",
        university="东北大学",
        sectors=("冶金", "智能制造"),
        region="辽宁省沈阳市",
        park="浑南高新区",
        event="秋季对接会",
        stage="签约",
        day=date(2026, 5, 8),
        amount=120.5,
        note="好",
    )
    assert (row.stage_rank, row.refused, row.city) == (4, False, "沈阳")
    assert row.origin == Origin(str(path), "", 2)
    plain = json.loads(json.dumps(row.to_json(), allow_nan=False))
    assert plain["day"] == "2026-05-08"
    assert plain["origin"] == {"file": str(path), "sheet": "", "row": 2}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        *((stage, (rank, False)) for rank, stage in enumerate(STAGES)),
        ("4. 签约", (4, False)),
        (" 已 签约 ", (4, False)),
        ("Signed", (4, False)),
        ("拒绝", (None, True)),
        ("已对接（拒绝）", (2, True)),
        ("签约/终止", (4, True)),
        ("拒绝-拒绝", (None, True)),
        ("终止合作", (None, True)),
        ("洽谈失败", (None, True)),
        ("in-progress", (5, False)),
        ("签约、意向", None),
        ("也许", None),
        ("拒绝？", None),
        ("/", None),
    ],
)
def test_stages(text, found):
    assert read_stage(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        *((reason, (reason,)) for reason in REASONS),
        ("不够成熟", ("成熟度不足",)),
        ("商业路径不清、成熟度不足", ("成熟度不足", "商业路径不清")),
        ("资金未到位", ("其他",)),
        ("预算不符；老板出差", ("预算不符", "其他")),
        ("预算不符" + " " * 200 + "资金未到位", ("预算不符", "其他")),
        ("", ()),
        ("、", ()),
        ("不涉及", ()),
        ("预算不符、否", ("预算不符", "其他")),
    ],
)
def test_reasons(text, found):
    assert read_reasons(text) == found


def test_a_refusal_is_one_of_the_stage_that_was_reached(tmp_path):
    rows = read_outcomes(
        written(
            tmp_path,
            ",N1,,A1,,,,,拒绝,2026-05-08,,预算不符,",
            ",N1,,A2,,,,,已对接（拒绝）,2026-05-08,,没有意愿,",
            ",N1,,A3,,,,,意向,2026-05-08,,技术质疑,",
            ",N1,,A4,,,,,,,,已有方案,",
            ",N1,,A5,,,,,,,,,",
            ",N1,,A6,,,,,未接触,,,不在业务范围,",
        )
    )
    assert [(row.stage, row.refused) for row in rows] == [
        ("已推送", True),
        ("已对接", True),
        ("意向", True),
        ("已推送", True),
        ("未接触", False),
        ("已推送", True),
    ]
    assert [row.reasons for row in rows][:2] == [("预算不符",), ("其他",)]
    assert rows[1].reason_text == "没有意愿"


def test_records_fill_in_what_the_file_does_not_say(tmp_path):
    needs = [
        Need(id="N1", title="钢", organisation="甲厂", sectors=("冶金",), region="沈阳", park="园"),
        Need(id="N2", title="铁"),
    ]
    achievements = [Achievement(id="A1", title="法", organisation="乙大学", sectors=("化工",))]
    rows = read_outcomes(
        written(
            tmp_path,
            ",N1,,A1,,,,,意向,,,,",
            ",N1,丙厂,A1,丁大学,其他,大连,区,意向,,,,",
            ",N2,,A1,,,,,意向,,,,",
            ",N9,,A9,,,,,意向,,,,",
        ),
        needs=needs,
        achievements=achievements,
    )
    shown = [(r.enterprise, r.university, r.sectors, r.region, r.park) for r in rows]
    assert shown == [
        ("甲厂", "乙大学", ("冶金",), "沈阳", "园"),
        ("丙厂", "丁大学", ("其他",), "大连", "区"),
        ("", "乙大学", ("化工",), "", ""),
        ("", "", (), "", ""),
    ]
    assert [(note.problem, note.value) for note in rows.notes] == [
        ("need_id", "N9"),
        ("achievement_id", "A9"),
    ]


def test_a_need_s_sectors_stand_in_for_a_placeholder(tmp_path):
    needs = [Need(id="N1", title="钢", sectors=("冶金",))]
    (row,) = read_outcomes(written(tmp_path, ",N1,,A1,,无,,,意向,,,,"), needs=needs)
    assert row.sectors == ("冶金",)


@pytest.mark.parametrize(
    ("cell", "amount", "problem"),
    [
        ("120", 120.0, None),
        ("1200000元", 120.0, None),
        ("80万元", 80.0, None),
        ("50-80万元", 50.0, "range"),
        ("面议", None, "amount"),
        ("5万美元", None, "amount"),
        ("很多", None, "amount"),
        ("100万元以内", None, "range"),
        ("0", 0.0, None),
        ("", None, None),
        ("/", None, None),
    ],
)
def test_amounts(tmp_path, cell, amount, problem):
    rows = read_outcomes(written(tmp_path, f",N1,,A1,,,,,签约,,{cell},,"))
    assert rows[0].amount == amount
    assert [note.problem for note in rows.notes] == ([problem] if problem else [])


def test_a_day_that_is_none_is_unknown_and_noted(tmp_path):
    rows = read_outcomes(written(tmp_path, ",N1,,A1,,,,,签约,上周五,,,"))
    assert rows[0].day is None
    (note,) = rows.notes
    assert (note.problem, note.column, note.value, note.origin.row) == ("day", "日期", "上周五", 2)


def test_empty_rows_and_repeated_headings_are_passed_over(tmp_path):
    path = written(tmp_path, ",,,,,,,,,,,,", HEADINGS, ",N1,,A1,,,,,意向,,,,")
    assert [row.origin.row for row in read_outcomes(path)] == [4]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            ",N1,,A1,,,,,快了,,,,",
            r"row 2, column '阶段', value '快了': an unknown stage.*未接触, 已推",
        ),
        (",N1,,A1,,,,,签约,,-5,,", r"row 2, column '金额（万元）', value '-5': a negative amount"),
        ("会,,,,,,,,签约,,,,", "row 2: the row names nobody"),
    ],
)
def test_hostile_rows_are_refused_with_their_place(tmp_path, line, said):
    with pytest.raises(RecordError, match=said):
        read_outcomes(written(tmp_path, line))


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(ConfigError, match=r"known: \.xlsx"):
        read_outcomes(tmp_path / "x.docx")
    with pytest.raises(RecordError, match="no such file"):
        read_outcomes(tmp_path / "x.csv")
    with pytest.raises(ConfigError, match="no sheets"):
        read_outcomes(written(tmp_path, ",N1,,A1,,,,,意向,,,,"), sheet="一")
    with pytest.raises(RecordError, match=r"no headings of outcomes.*'编号'.*阶段"):
        read_outcomes(written(tmp_path, "1,2", headings="编号,名称"))
    with pytest.raises(RecordError, match="empty"):
        read_outcomes(written(tmp_path, "", headings=""))


def test_an_english_jsonl_file(tmp_path):
    rows = [
        {"need_id": "N1", "achievement_id": "A1", "stage": "met", "date": "2026-05-08"},
        {"need_id": "N1", "university": "乙大学", "amount": 12, "reason": "price"},
        {"enterprise": "甲厂", "stage": "signed", "sectors": ["冶金", "化工"]},
    ]
    path = tmp_path / "o.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    first, second, third = read_outcomes(path)
    assert (first.stage, first.day) == ("已对接", date(2026, 5, 8))
    assert (second.refused, second.reasons, second.amount) == (True, ("预算不符",), 12.0)
    assert third.sectors == ("冶金", "化工")
    path.write_text('{"need_id": "N1", "stage": {"a": 1}}\n', encoding="utf-8")
    with pytest.raises(RecordError, match=r"row 1, column 'stage'"):
        read_outcomes(path)


def test_a_workbook_with_a_title_and_a_gb18030_tsv(tmp_path):
    path = tmp_path / "台账.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("进展")
        sheet.write(0, 0, "2026年台账")
        for at, heading in enumerate(("需求编号", "成果编号", "阶段", "日期")):
            sheet.write(1, at, heading)
        sheet.write_row(2, 0, ("N1", "A1", "签约"))
        sheet.write_datetime(2, 3, date(2026, 5, 8), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_row(3, 0, (1234567890123456, "A1", "签约"))
    with pytest.raises(RecordError, match=r"sheet '进展', row 4, column '需求编号'.*rounded"):
        read_outcomes(path, sheet="进展")
    table = written(
        tmp_path,
        "N1\tA1\t签约\t2026-05-08",
        headings="需求编号\t成果编号\t阶段\t日期",
        name="t.tsv",
        encoding="gb18030",
    )
    (row,) = read_outcomes(table)
    assert (row.need_id, row.stage, row.day) == ("N1", "签约", date(2026, 5, 8))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"stage": "快了"}, "stage must be one of"),
        ({"reasons": ("懒",)}, "reasons must be of"),
        ({"amount": -1.0}, "amount must be 0 or more"),
        ({"amount": float("nan")}, "amount must be 0 or more"),
        ({"amount": 1e308}, "at most 1e.12, in 万元"),
        ({"need_id": ""}, "needs an id"),
    ],
)
def test_outcomes_made_by_hand_are_checked(values, said):
    with pytest.raises(ConfigError, match=said):
        Outcome(**{"need_id": "N1", **values})


def test_several_files_are_joined():
    one = Outcomes((Outcome(need_id="N1"),), ("a.csv",))
    two = Outcomes((Outcome(need_id="N2"), Outcome(need_id="N3")), ("b.csv",))
    both = Outcomes.joined([one, two])
    assert [row.need_id for row in both] == ["N1", "N2", "N3"]
    assert both.sources == ("a.csv", "b.csv")
    assert both[1:] == two.rows
    assert len(both) == 3
    assert Outcome(need_id="N1").to_json()["origin"] is None
    assert Outcome(need_id="N1", region="某地").city == "某地"


def test_the_sample_is_read_whole():
    needs = read_needs(sample_path("needs.csv"))
    achievements = read_achievements(sample_path("achievements.xlsx"))
    rows = read_outcomes(sample_path("outcomes.csv"), needs=needs, achievements=achievements)
    assert len(rows) >= 60
    assert {row.stage for row in rows} == set(STAGES)
    assert sum(row.refused for row in rows) >= 10
    assert {note.problem for note in rows.notes} == {"day", "range"}
    assert all(row.enterprise and row.sectors for row in rows)


@pytest.mark.parametrize("said", ["不涉及", "否", "未拒绝", "无"])
def test_a_cell_that_says_there_is_no_reason_refuses_nothing(tmp_path, said):
    file = tmp_path / "台账.csv"
    file.write_text(f"需求编号,阶段,拒绝原因\nN1,签约,{said}\n", encoding="utf-8")
    (found,) = read_outcomes(file)
    assert (found.stage, found.refused, found.reasons, found.reason_text) == ("签约", False, (), "")
