"""Rankings written and read back, as they were and as brokers edit them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from matchmaker import Achievement, Matches, Need
from matchmaker.errors import ConfigError, RecordError
from matchmaker.language.sectors import SectorLabel
from matchmaker.ranked_files import cells, read_matches
from matchmaker.ranked_files.columns import file_row
from matchmaker.records.report import Place
from matchmaker.scoring.pairs import Direction, PairColumns, PairContext, SharedTerm

NEEDS = (
    Need(
        id="N1",
        title="=cmd()",
        body="正文一",
        organisation="+甲公司",
        organisation_type="专精特新",
        region="辽宁",
        park="抚顺高新区",
        budget="-1",
        deadline=date(2026, 12, 31),
        cooperation=("合作开发", "技术许可（普通、排他）"),
        goals="强度≥600MPa",
        confidentiality="@保密",
        extra={"联系人": "张三", "电话": "024-1", "备注": "不写"},
    ),
    Need(id="-2", title="废水除盐", organisation="乙公司", region="大连"),
    Need(id="N3", body="只有正文"),
    Need(id="N4", title="没有匹配", organisation="丁公司", organisation_type="龙头企业"),
)
ACHIEVEMENTS = (
    Achievement(
        id="A1",
        title="电磁搅拌",
        body="简介",
        organisation="东山大学",
        team="王教授",
        maturity="中试",
        ip="专利",
        price="面议",
        cooperation=("技术转让",),
        region="沈阳",
        indicators="≥5",
        applications="钢铁",
        extra={"E-mail": "w@example.org"},
    ),
    Achievement(id="A2", title="-1", organisation="西海大学"),
    Achievement(id="A3", title="无匹配"),
)
# need, achievement, score, grade, similarity
PAIRS = (
    (0, 0, 0.9, 4, 0.5),
    (0, 1, 1 / 3, 2, -0.25),
    (1, 0, 0.5, 3, 0.125),
    (1, 1, 0.5, 1, 0.0),
    (2, 1, 0.1, 1, 0.75),
)
LABELS = (
    (SectorLabel("冶金", 1.0, "declared"), SectorLabel("信息技术", 0.5, "predicted")),
    (SectorLabel("精细化工", 0.75, "predicted"),),
    (SectorLabel("其他", 0.25, "predicted"),),
    (SectorLabel("冶金", 0.61, "predicted"), SectorLabel("园艺", 1.0, "code")),
)
OTHERS = (
    (SectorLabel("冶金", 1.0, "declared"),),
    (SectorLabel("精细化工", 0.5, "predicted"),),
    (SectorLabel("其他", 0.5, "predicted"),),
)


def hand(
    direction: Direction = "need_to_achievement",
    duplicates: Mapping[str, tuple[str, ...]] | None = None,
) -> Matches:
    """A ranking by hand; records stand by id."""
    forward = direction == "need_to_achievement"
    by_id = sorted(range(len(NEEDS)), key=lambda at: NEEDS[at].id)
    rows = [(by_id.index(row[0]), *row[1:]) for row in PAIRS]
    asked = 0 if forward else 1
    rows.sort(key=lambda row: (row[asked], -row[2], row[1 - asked]))
    own = [row[asked] for row in rows]
    terms = {(by_id.index(0), 0): (SharedTerm("=连铸", 0.5), SharedTerm("316L 钢", 0.125))}
    context = PairContext(
        needs=tuple(NEEDS[at] for at in by_id),
        achievements=ACHIEVEMENTS,
        need_sectors=tuple(LABELS[at] for at in by_id),
        achievement_sectors=OTHERS,
        sector_names=("信息技术", "冶金", "精细化工", "园艺"),
        direction=direction,
        shared_terms=lambda need, achievement: terms.get((need, achievement), ()),
        duplicates=duplicates or {},
    )
    columns = PairColumns(
        need=np.array([row[0] for row in rows], dtype=np.int64),
        achievement=np.array([row[1] for row in rows], dtype=np.int64),
        rank=np.array([own[:at].count(one) + 1 for at, one in enumerate(own)], dtype=np.int64),
        score=np.array([row[2] for row in rows]),
        grade=np.array([row[3] for row in rows], dtype=np.int8),
        similarity=np.array([row[4] for row in rows]),
    )
    return Matches(context, columns)


def listed(matches: Matches) -> list[tuple[str, str, int, int]]:
    return [(one.need.id, one.achievement.id, one.rank, one.grade) for one in matches]


BOTH: tuple[Direction, ...] = ("need_to_achievement", "achievement_to_need")


@pytest.mark.parametrize("direction", BOTH)
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("ending", [".jsonl", ".csv", ".xlsx"])
def test_what_was_written_is_read(ending, lang, direction, tmp_path):
    matches = hand(direction)
    path = tmp_path / f"x{ending}"
    matches.write(path, lang=lang)
    found = read_matches(path)
    assert type(found) is Matches
    assert listed(found) == listed(matches)
    assert found.direction == direction
    assert not found.explainable
    tolerance = {".jsonl": 1e-9, ".csv": 1e-6, ".xlsx": 1e-12}[ending]
    np.testing.assert_allclose(found.columns.score, matches.columns.score, atol=tolerance, rtol=0)
    if ending == ".xlsx":
        assert not found.columns.similarity.any()
    else:
        np.testing.assert_allclose(
            found.columns.similarity, matches.columns.similarity, atol=tolerance, rtol=0
        )
    first = next(one for one in found if one.need.id == "N1" and one.achievement.id == "A1")
    shown = [(one.term, one.weight) for one in first.shared_terms]
    exact = [("=连铸", 0.5), ("316L 钢", 0.125)]
    assert shown == exact if ending == ".jsonl" else [*exact[:1], ("316L 钢", 0.12)]
    assert [one.sectors for one in found] == [one.sectors for one in matches]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_table_gives_the_records_back(ending, lang, tmp_path):
    path = tmp_path / f"x{ending}"
    hand().write(path, lang=lang)
    found = read_matches(path)
    needs = {one.id: one for one in found.needs}
    need = replace(NEEDS[0], extra={"联系人": "张三", "电话": "024-1"})
    assert needs["N1"] == need
    assert needs["-2"] == NEEDS[1]
    assert (needs["N3"].title, needs["N3"].body) == ("", "只有正文")
    achievements = {one.id: one for one in found.achievements}
    assert achievements["A1"] == ACHIEVEMENTS[0]
    assert achievements["A2"] == ACHIEVEMENTS[1]
    assert "A3" not in achievements
    origin = needs["N1"].origin
    assert origin.file == str(path)
    assert origin.row == (3 if ending == ".xlsx" else 4)


def test_a_workbook_has_the_records_without_a_pair_and_their_sectors(tmp_path):
    path = tmp_path / "x.xlsx"
    hand().write(path)
    found = read_matches(path)
    assert [one.id for one in found.needs] == ["-2", "N1", "N3", "N4"]
    assert found.needs[3] == NEEDS[3]
    assert found.sectors_of_need("N4") == LABELS[3]
    assert found.context.sector_names == ("信息技术", "冶金", "精细化工", "园艺")


def test_jsonl_has_ids_titles_and_sectors_alone(tmp_path):
    path = tmp_path / "x.jsonl"
    hand().write(path)
    found = read_matches(path)
    assert {one.organisation for one in (*found.needs, *found.achievements)} == {""}
    assert [(one.id, one.title) for one in found.needs] == [
        ("-2", "废水除盐"),
        ("N1", "=cmd()"),
        ("N3", "N3"),
    ]
    assert found.sectors_of_need("N1") == LABELS[0]
    assert found.sectors_of_achievement("A2") == OTHERS[1]


@pytest.mark.parametrize("ending", [".jsonl", ".csv", ".xlsx"])
def test_with_records_all_of_them_take_part(ending, tmp_path):
    path = tmp_path / f"x{ending}"
    matches = hand()
    matches.write(path)
    found = read_matches(path, needs=NEEDS, achievements=reversed(ACHIEVEMENTS))
    assert found.needs == matches.needs
    assert found.achievements == matches.achievements
    assert listed(found) == listed(matches)
    assert found.sectors_of_achievement("A3") == (SectorLabel("其他", 0.0, "predicted"),)


def test_declared_sectors_of_records_without_a_pair_count(tmp_path):
    path = tmp_path / "x.csv"
    hand().write(path)
    more = Need(id="N9", title="新", sectors=("冶金",))
    found = read_matches(path, needs=[*NEEDS, more])
    assert found.sectors_of_need("N9") == (SectorLabel("冶金", 1.0, "declared"),)


def test_records_that_are_not_those_of_the_file(tmp_path):
    path = tmp_path / "x.csv"
    hand().write(path)
    with pytest.raises(
        RecordError,
        match=r"x\.csv, row \d, column '成果编号', value 'A1': no such id among the 2 achievements "
        r"given\. Give the file of achievements that was ranked, or none",
    ):
        read_matches(path, achievements=ACHIEVEMENTS[1:])
    with pytest.raises(RecordError, match="the id 'N1' stands twice among the needs given"):
        read_matches(path, needs=[*NEEDS, NEEDS[0]])


def test_an_id_that_begins_with_an_apostrophe_is_found_among_the_records(tmp_path):
    path = tmp_path / "x.jsonl"
    line = {"need_id": "'=N", "achievement_id": "A1", "score": 0.5, "grade": 2}
    path.write_text(json.dumps(line), encoding="utf-8")
    (one,) = read_matches(path, needs=[Need(id="'=N", title="需求")])
    assert one.need.id == "'=N"


@pytest.mark.parametrize("direction", BOTH)
@pytest.mark.parametrize("ending", [".jsonl", ".csv", ".xlsx"])
def test_duplicates_that_a_record_stands_for(ending, direction, tmp_path):
    path = tmp_path / f"x{ending}"
    duplicates = {"A1": ("A8", "A9")} if direction == BOTH[0] else {"N1": ("N8",)}
    hand(direction, duplicates).write(path)
    assert read_matches(path).duplicates == duplicates


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".jsonl"])
def test_a_part_of_the_sample_comes_back(ending, sample_matches: Matches, tmp_path):
    matches = sample_matches[:200]
    path = tmp_path / f"x{ending}"
    matches.write(path, reasons=ending == ".csv")
    found = read_matches(path)
    assert listed(found) == listed(matches)
    own = {one.id: one for one in found.needs}
    for one in {match.need.id: match.need for match in matches}.values():
        told = (own[one.id].organisation, own[one.id].budget, own[one.id].cooperation)
        known = (
            ("", "", ()) if ending == ".jsonl" else (one.organisation, one.budget, one.cooperation)
        )
        assert told == known
    agree = [a.sectors == b.sectors for a, b in zip(found, matches, strict=True)]
    # What a table does not tell apart is rare.
    assert sum(agree) >= (1 if ending == ".jsonl" else 0.97) * len(agree)


def test_anonymised_ones_are_read_too(tmp_path):
    matches = hand().anonymised()
    for ending in (".csv", ".xlsx"):
        path = tmp_path / f"x{ending}"
        matches.write(path)
        found = read_matches(path)
        assert listed(found) == listed(matches)
        assert [one.organisation for one in found.needs][:2] == [
            one.organisation for one in matches.needs
        ][:2]


def edited(path: Path, change: Callable[[list[list[str]]], None], encoding: str = "utf-8") -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    change(rows)
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)


def written(tmp_path: Path) -> Path:
    path = tmp_path / "x.csv"
    hand().write(path)
    return path


def test_a_csv_that_was_cut_sorted_extended_and_saved_as_gb18030(tmp_path):
    path = written(tmp_path)

    def change(rows: list[list[str]]) -> None:
        best = next(at for at, row in enumerate(rows) if row[2] == "0.9")
        del rows[best]
        rows[1:] = [*reversed(rows[1:]), [""] * len(rows[0])]
        for at, row in enumerate(rows):
            row.insert(3, f"我的备注{at}")

    edited(path, change, "gb18030")
    found = read_matches(path)
    # Both of -2 have one score: the rank that the file gives them decides.
    assert listed(found) == [
        ("-2", "A1", 1, 3),
        ("-2", "A2", 2, 1),
        ("N1", "A2", 1, 2),
        ("N3", "A2", 1, 1),
    ]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("得分", "高", r"row 2, column '得分', value '高': not a number from 0 to 1\. Write it as"),
        ("得分", "1.5", "value '1.5': not a number from 0 to 1"),
        ("得分", "nan", "not a number"),
        ("语义相似度", "-2", "column '语义相似度', value '-2': not a number from -1 to 1"),
        ("名次", "一", "column '名次', value '一': not a number"),
        ("相关等级", "好", r"column '相关等级', value '好': not a grade\. Write one of 强相关"),
        ("需求编号", " ", r"column '需求编号': the id is missing\. Fill it in or delete the row"),
    ],
)
def test_cells_that_cannot_be_read(column, value, message, tmp_path):
    path = written(tmp_path)

    def change(rows: list[list[str]]) -> None:
        rows[1][rows[0].index(column)] = value

    edited(path, change)
    with pytest.raises(RecordError, match=message):
        read_matches(path)


def test_a_missing_column(tmp_path):
    path = written(tmp_path)

    def change(rows: list[list[str]]) -> None:
        at = rows[0].index("得分")
        for row in rows:
            del row[at]

    edited(path, change)
    with pytest.raises(
        RecordError, match=r"missing: score / 得分 / Score; there are '名次', .*\. Give a"
    ):
        read_matches(path)


def test_a_pair_that_stands_twice(tmp_path):
    path = written(tmp_path)
    edited(path, lambda rows: rows.append(rows[1]))
    with pytest.raises(
        RecordError, match=r"row 7, value '-2 \+ A1': the pair stands in row 2 already\. Delete one"
    ):
        read_matches(path)


def test_a_csv_without_any_pair_is_an_empty_ranking(tmp_path):
    path = written(tmp_path)
    edited(path, lambda rows: rows.__delitem__(slice(1, None)))
    found = read_matches(path, needs=NEEDS)
    assert len(found) == 0
    assert len(found.needs) == 4


def test_an_edited_workbook(tmp_path):
    path = tmp_path / "x.xlsx"
    hand().write(path)
    book = openpyxl.load_workbook(path)
    sheet = book["按需求"]
    rows = {tuple(cell.value for cell in row)[2]: row[0].row for row in sheet.iter_rows()}
    sheet.delete_rows(rows[0.9])
    sheet.insert_rows(1)
    sheet["A1"] = "对接会候选"
    sheet.title = "候选"
    del book["总览"]
    book.save(path)
    found = read_matches(path)
    assert listed(found) == [
        ("-2", "A1", 1, 3),
        ("-2", "A2", 2, 1),
        ("N1", "A2", 1, 2),
        ("N3", "A2", 1, 1),
    ]
    assert found.direction == "need_to_achievement"
    assert next(one for one in found.needs if one.id == "N1").organisation_type == "专精特新"


def test_errors_of_a_workbook_name_the_sheet(tmp_path):
    path = tmp_path / "x.xlsx"
    hand().write(path)
    book = openpyxl.load_workbook(path)
    book["按需求"]["C3"] = None
    book.save(path)
    with pytest.raises(
        RecordError,
        match=r"x\.xlsx, sheet '按需求', row 3, column '得分'",
    ):
        read_matches(path)
    for name in book.sheetnames:
        if name not in ("总览", "需求一览"):
            del book[name]
    book.save(path)
    with pytest.raises(
        RecordError,
        match=r"no sheet with the pairs .* '总览', '需求一览'\. Give the .*按需求 or 按成果",
    ):
        read_matches(path)
    book["总览"].title = "按需求"
    book.save(path)
    with pytest.raises(RecordError, match="sheet '按需求': no headings of a ranking were found"):
        read_matches(path)


def test_a_list_of_records_needs_their_ids(tmp_path):
    path = tmp_path / "x.xlsx"
    hand().write(path)
    book = openpyxl.load_workbook(path)
    book["需求一览"]["A1"] = "编码"
    book.save(path)
    with pytest.raises(
        RecordError, match=r"sheet '需求一览': .*missing: need_id / 需求编号 / Need id"
    ):
        read_matches(path)


def test_ids_that_a_spreadsheet_program_made_numbers(tmp_path):
    path = tmp_path / "x.xlsx"
    hand().write(path)
    book = openpyxl.load_workbook(path)
    sheet = book["按需求"]
    at = [cell.value for cell in sheet[1]].index("成果编号") + 1
    for row in (2, 3):
        sheet.cell(row, at).value = 12 + row
    book.save(path)
    assert {one.id for one in read_matches(path).achievements} >= {"14", "15"}
    sheet.cell(2, at).value = 1234567890123456789
    book.save(path)
    with pytest.raises(RecordError, match=r"more than 15 digits.*Make the column text"):
        read_matches(path)


def test_files_that_are_none(tmp_path):
    with pytest.raises(
        ConfigError, match=r"ending in '\.html'; the known endings are \.jsonl, \.csv"
    ):
        read_matches(tmp_path / "x.html")
    with pytest.raises(RecordError, match="there is no such file"):
        read_matches(tmp_path / "x.csv")
    for ending, content in (
        (".xlsx", b"PK\x03\x04"),
        (".csv", b"a,b\n1,2\n"),
        (".jsonl", b'{"a": 1}\n'),
    ):
        path = tmp_path / f"y{ending}"
        path.write_bytes(content)
        with pytest.raises(RecordError, match=f"y{ending}"):
            read_matches(path)


LINE = {"need_id": "N1", "achievement_id": "A1", "score": 0.5, "grade": 2}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"score": True}, "row 2, column 'score', value True: not a number"),
        ({"score": None}, "not a number"),
        ({"grade": {"a": 1}}, "column 'grade', value {'a': 1}: a dict cannot stand"),
        ({"need_sectors": ["冶金"]}, "column 'need_sectors'.*no list of sectors"),
        ({"need_sectors": [{"name": "冶金", "confidence": 2}]}, "no list of sectors"),
        ({"shared_terms": [{"term": "钢"}]}, "column 'shared_terms'.*no list of terms"),
    ],
)
def test_lines_of_jsonl_that_cannot_be_read(change, message, tmp_path):
    path = tmp_path / "x.jsonl"
    lines = [LINE, {**LINE, "need_id": "N2", **change}]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    with pytest.raises(RecordError, match=message):
        read_matches(path)


def test_who_asked_is_told_by_ranks_and_order(tmp_path):
    path = tmp_path / "x.jsonl"
    for pairs, direction in (
        ([("N1", "A1", 1), ("N2", "A1", 1)], "need_to_achievement"),
        ([("N1", "A1", 1), ("N1", "A2", 1)], "achievement_to_need"),
        ([("N1", "A1", 1), ("N2", "A1", 2)], "achievement_to_need"),
    ):
        lines = [{**LINE, "need_id": a, "achievement_id": b, "rank": c} for a, b, c in pairs]
        path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
        assert read_matches(path).direction == direction


def one_cell(key: str, value: object):
    return file_row(Place("f", "", 1), [key], [value])


def test_cells_by_hand():
    assert cells.place("辽宁 · 抚顺高新区") == {"region": "辽宁", "park": "抚顺高新区"}
    assert cells.place("沈阳") == {"region": "沈阳", "park": ""}
    assert cells.contacts("联系人：张三；13900000000；x", "联系") == {
        "联系人": "张三",
        "联系": "13900000000 x",
    }
    assert cells.contacts("Phone: 1; Mail: a: b", "h") == {"Phone": "1", "Mail": "a: b"}
    terms = cells.shared_terms(one_cell("共有词（占比）", "大方坯 6%、铸坯、坏的 x%"))
    assert [(one.term, one.weight) for one in terms] == [("大方坯", 0.06)]
    assert cells.text(one_cell("得分", 12.0), "score") == "12"
    assert cells.sector_names(one_cell("Sectors", "Other, 冶金")) == ("其他", "冶金")
    assert cells.grade(one_cell("Grade", "good")) == 3
    assert cells.grade(one_cell("grade", 2.0)) == 2
