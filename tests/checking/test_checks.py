from __future__ import annotations

import csv

import pytest

from benchmarks.cleaning import GOLD, gold_records, measure_pairs, measure_records, read_gold
from matchmaker.checking.checks import check_records
from matchmaker.checking.originals import read_original
from matchmaker.checking.tidying import remarks, tidy
from matchmaker.errors import ConfigError
from matchmaker.records import Achievement, Need, read_needs

BODY = "目前阀门漏水严重，换过两种密封都没有改善，希望三个月内解决，漏率不超过0.1%。"
NEEDS = [
    Need(id="1", title="阀门漏水", body=BODY),
    Need(id="2", title="阀门漏水", body=BODY.replace("，", ", ")),
    Need(id="3", title="招聘工程师", body="招聘工程师2名，待遇从优。", budget="待定"),
    Need(id="4", title="水泵噪声；风机振动", body=r"，水泵吵。\n风机抖。"),
]


def codes(checked):
    return {item.code for item in checked.findings if not item.code.startswith("missing.")}


def test_all_detectors_together():
    check = check_records(NEEDS, kind="needs")
    assert [codes(checked) for checked in check.records] == [
        {"duplicate.exact"},
        {"duplicate.exact"},
        {"kind.people", "placeholder"},
        {"several", "escape", "lost_beginning"},
    ]
    assert check.records[0].findings[0].proposal == "1"
    assert check.records[1].findings[0].evidence == "1"
    counts = check.counts
    assert counts["records"] == 4
    assert counts["clean"] == 0
    assert counts["groups"] == 1
    assert counts["duplicate.exact"] == 2
    assert counts["missing.ownership"] == 4
    assert check.records[0].completeness.share == pytest.approx(3 / 6)
    assert 0 < check.completeness < 1


def test_ids_of_two_files_may_be_the_same():
    check = check_records([NEEDS[0], NEEDS[0]], kind="needs")
    assert check.groups[0].members == (0, 1)


def test_achievements_have_no_kind():
    (checked,) = check_records([Achievement(id="1", title="招聘")], kind="achievements").records
    assert checked.need_kind is None
    assert not any(code.startswith("kind.") for code in codes(checked))


@pytest.mark.parametrize("function", [check_records, tidy, remarks])
def test_the_kind_must_be_right(function):
    with pytest.raises(ConfigError, match="Achievement '1' is not one of the needs"):
        function([Achievement(id="1", title="a")], kind="needs")
    with pytest.raises(ConfigError, match="not 'need'"):
        function([], kind="need")


def test_nothing_to_check():
    check = check_records([], kind="needs")
    assert (check.records, check.groups, check.completeness) == ((), (), 0.0)


def test_tidying_is_safe_and_says_what_it_did():
    need = Need(
        id=" 7",
        title="，阀门漏水",
        body=r"换过密封。\n没有改善。",
        goals="待补充",
        budget="50万元",
        cooperation=("待定", "合作开发"),
        extra={"备注": r"无\n"},
    )
    (clean,), changes = tidy([need], kind="needs")
    assert (clean.id, clean.title, clean.body) == (" 7", "阀门漏水", "换过密封。\n没有改善。")
    assert (clean.goals, clean.budget, clean.cooperation) == ("", "50万元", ("合作开发",))
    assert clean.extra == need.extra
    assert [(change.field, change.reason, change.after) for change in changes] == [
        ("title", "cleaned", "阀门漏水"),
        ("body", "cleaned", "换过密封。\n没有改善。"),
        ("goals", "placeholder", ""),
        ("cooperation", "placeholder", "合作开发"),
    ]
    assert all(change.record_id == " 7" and change.row == 0 for change in changes)
    assert tidy([clean], kind="needs") == ([clean], ())


def test_a_record_of_placeholders_keeps_its_title():
    need = Need(id="1", title="测试", body="待补充", goals="无")
    (clean,), changes = tidy([need], kind="needs")
    assert (clean.title, clean.body, clean.goals) == ("测试", "待补充", "")
    assert [change.field for change in changes] == ["goals"]
    sound = Need(id="1", title="阀门", body="漏水")
    assert tidy([sound], kind="needs")[0][0] is sound


def test_remarks_leave_records_alone():
    found = [(remark.record_id, remark.code) for remark in remarks(NEEDS, kind="needs")]
    assert found == [("2", "duplicate.exact"), ("3", "kind.people"), ("4", "several")]
    assert remarks(NEEDS, kind="needs")[0].evidence == "1"


def test_the_original_table_cell_by_cell(tmp_path):
    path = tmp_path / "n.csv"
    rows = [["企业需求表", "", ""], ["序号", "需求名称", ""], ["1", "阀门漏水", "x"], ["", "", ""]]
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([*rows, ["2", "水泵吵", ""]])
    table = read_original(path, kind="needs")
    assert table.headings == ("序号", "需求名称", "(3)")
    assert table.rows == ((3, ("1", "阀门漏水", "x")), (5, ("2", "水泵吵", "")))
    assert table.position("title") == 1
    assert table.position("body") == -1
    assert [need.origin.row for need in read_needs(path)] == [3, 5]
    with pytest.raises(ConfigError, match="cannot be read"):
        read_original(tmp_path / "n.txt", kind="needs")


def test_marked_records_are_found():
    gold = read_gold(GOLD / "cleaning.jsonl")
    result = measure_records(gold, gold_records(gold))["test"]
    ours, simple = result["matchmaker"], result["simple rules"]
    for name in ("several", "placeholder", "damage", "kind research", "has indicators"):
        assert ours[name]["f1"] >= 0.9
    for name in ours:
        assert ours[name]["f1"] > simple[name]["f1"]


def test_marked_pairs_are_told_apart():
    pairs = [line for line in read_gold(GOLD / "cleaning_pairs.jsonl") if int(line["id"][1:]) <= 60]
    for half in measure_pairs(pairs).values():
        assert half["matchmaker"]["precision"] >= 0.95
        assert half["matchmaker"]["recall"] >= 0.9
