"""Records that stand for others say so in every form."""

from __future__ import annotations

import csv
import json

import openpyxl

from matchmaker.reporting import write

ALIKE = {"A1": ("A1b", "A1c")}


def test_every_form_names_the_other_ids(ranked, tmp_path):
    pairs = ranked(duplicates=ALIKE)
    assert next(m.duplicates for m in pairs if m.achievement.id == "A1") == ALIKE["A1"]
    for ending in (".csv", ".jsonl", ".xlsx", ".html"):
        write(pairs, tmp_path / f"x{ending}")
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["内容相同的其他编号"] for row in rows] == [
        "A1b、A1c" if match.achievement.id == "A1" else "" for match in pairs
    ]
    lines = (tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["duplicates"] for line in lines] == [
        list(match.duplicates) for match in pairs
    ]
    cells = {
        cell.value
        for row in openpyxl.load_workbook(tmp_path / "x.xlsx")["按需求"].iter_rows()
        for cell in row
    }
    assert {"内容相同的其他编号", "A1b、A1c"} <= cells
    assert "A1b、A1c" in (tmp_path / "x.html").read_text(encoding="utf-8")


def test_without_any_there_is_no_column(ranked, tmp_path):
    write(ranked(), tmp_path / "x.csv")
    assert "内容相同" not in (tmp_path / "x.csv").read_text(encoding="utf-8-sig")
