from __future__ import annotations

import csv
import json
import sys

import pytest

from matchmaker.errors import MissingExtraError
from matchmaker.reporting import frame, write_csv, write_jsonl

AWKWARD = "信息/技术:[1]*?"
PAIRS = 9


def read_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_in_chinese(ranked, tmp_path):
    write_csv(ranked(), tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    rows = read_csv(tmp_path / "x.csv")
    assert len(rows) == PAIRS
    first = rows[0]
    assert list(first)[:4] == ["名次", "相关等级", "得分", "需求名称"]
    assert first == {
        "名次": "1",
        "相关等级": "强相关",
        "得分": "0.9375",
        "需求名称": "'=cmd|'/c calc'!A1",
        "企业名称": "'+1",
        "需求地区/园区": "辽宁抚顺高新区",
        "成果名称": "高强钢连铸",
        "完成单位": "东北大学",
        "完成人/团队": "王教授",
        "技术成熟度": "中试",
        "领域": "冶金",
        "共有词（占比）": "'=连铸 50%、316L 20%、钢 1%",
        "需求编号": "N1",
        "需求联系方式": "联系人：张三；电话：024 123",
        "成果编号": "A1",
        "成果联系方式": "E-mail：w@example.org",
        "企业类型": "专精特新",
        "拟投入资金": "'-1",
        "完成时限": "2025-12-31",
        "需求方合作方式": "合作开发、技术许可",
        "保密要求": "'@SUM(1)",
        "预期目标": "强度≥600MPa",
        "需求描述（摘录）": "第一行 第二行 第三行",
        "技术指标": "≥5",
        "应用场景": "汽车",
        "知识产权": "专利",
        "成果合作方式": "技术转让",
        "价格": "面议",
        "成果地区": "沈阳",
        "成果简介（摘录）": "简介 二",
        "语义相似度": "0.75",
    }


def test_csv_in_english_and_the_other_direction(ranked, tmp_path):
    write_csv(ranked("achievement_to_need"), tmp_path / "x.csv", lang="en")
    rows = read_csv(tmp_path / "x.csv")
    assert list(rows[0])[:5] == ["Rank", "Grade", "Score", "Achievement", "University"]
    found = [(row["Achievement id"], row["Rank"], row["Need id"], row["Grade"]) for row in rows]
    assert found == [
        ("A1", "1", "N1", "strong"),
        ("A1", "2", "N3", "strong"),
        ("A1", "3", "N6", "weak"),
        ("A2", "1", "N1", "good"),
        ("A3", "1", "N2", "good"),
        ("A4", "1", "N2", "weak"),
        ("A5", "1", "N4", "unrelated"),
        ("A6", "1", "N6", "weak"),
        ("A8", "1", "N1", "weak"),
    ]
    assert rows[0]["Shared terms (share)"] == "'=连铸 50%, 316L 20%, 钢 1%"
    assert rows[6]["Need"] == "(untitled)"
    assert rows[6]["Sectors"] == "Other"


def test_no_text_cell_of_a_csv_is_a_formula_and_numbers_are_numbers(ranked, tmp_path):
    write_csv(ranked(), tmp_path / "x.csv")
    rows = read_csv(tmp_path / "x.csv")
    numbers = {"名次", "得分", "语义相似度"}
    for row in rows:
        for heading, value in row.items():
            if heading in numbers:
                float(value)
            else:
                assert not value.lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    assert [row["语义相似度"] for row in rows] == [
        "0.75",
        "-0.25",
        "0.0",
        "0.5",
        "-0.5",
        "0.875",
        "0.125",
        "0.25",
        "0.0",
    ]
    assert rows[3]["完成单位"] == "'＝1+1"


def test_jsonl_is_complete_and_unchanged(ranked, tmp_path):
    pairs = ranked()
    write_jsonl(pairs, tmp_path / "x.jsonl")
    raw = (tmp_path / "x.jsonl").read_bytes()
    assert "高强钢连铸".encode() in raw
    rows = [json.loads(line) for line in raw.decode("utf-8").splitlines()]
    assert len(rows) == PAIRS
    assert rows[0] == {
        "need_id": "N1",
        "need_title": "=cmd|'/c calc'!A1",
        "achievement_id": "A1",
        "achievement_title": "高强钢连铸",
        "rank": 1,
        "score": 0.9375,
        "grade": 4,
        "similarity": 0.75,
        "sectors": ["冶金"],
        "need_sectors": [
            {"name": "冶金", "confidence": 1.0},
            {"name": AWKWARD, "confidence": 0.614},
        ],
        "achievement_sectors": [{"name": "冶金", "confidence": 1.0}],
        "shared_terms": [
            {"term": "=连铸", "weight": 0.5},
            {"term": "316L", "weight": 0.2},
            {"term": "钢", "weight": 0.001},
        ],
        "duplicates": [],
        "explanation": None,
    }
    assert [row["achievement_title"] for row in rows] == [
        match.achievement.title for match in pairs
    ]
    assert len(rows[5]["shared_terms"]) == 12


def test_jsonl_survives_what_readers_take_for_line_ends(ranked, tmp_path):
    from matchmaker.scoring.pairs import SharedTerm

    ends = "a\x0b\x0c\x1c\x85\u2028\u2029b"
    write_jsonl(ranked(terms=lambda *_: (SharedTerm(ends, 0.5),)), tmp_path / "x.jsonl")
    lines = (tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == PAIRS
    assert json.loads(lines[0])["shared_terms"] == [{"term": ends, "weight": 0.5}]


@pytest.mark.parametrize("write", [write_csv, write_jsonl])
def test_no_pairs(write, ranked, tmp_path):
    write(ranked(pairs=()), tmp_path / "x")
    assert len((tmp_path / "x").read_text(encoding="utf-8-sig").splitlines()) == (
        write is write_csv
    )


def test_a_frame_holds_what_the_lines_hold(ranked, tmp_path):
    pairs = ranked()
    write_jsonl(pairs, tmp_path / "x.jsonl")
    lines = (tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines()
    table = frame(pairs)
    expected = [json.loads(line) for line in lines]
    assert any("\ud800" in row["need_title"] + row["achievement_title"] for row in expected)
    for row in expected:
        for side in ("need_title", "achievement_title"):
            row[side] = row[side].replace("\ud800", "?")
    assert table.to_dict("records") == expected
    assert list(frame(ranked(pairs=())).columns) == list(table.columns)


def test_a_frame_without_pandas_says_what_to_install(ranked, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'matchmaker\[frames\]'"):
        frame(ranked())
