from __future__ import annotations

import csv
import json
import os
import sys
from pathlib import Path

import pyarrow.parquet
import pytest

from matchmaker.errors import ConfigError, MissingExtraError
from matchmaker.reporting import streaming, write_csv, write_jsonl
from matchmaker.reporting.store_facts import store_facts, store_findings
from matchmaker.reporting.streaming import check_stream_target, join_parts, write_part

WHOLE = slice(None)


def parts_of(pairs, cuts, folder, ending, lang="zh"):
    folder.mkdir(exist_ok=True)
    made = []
    for number, (start, end) in enumerate(zip((0, *cuts), (*cuts, len(pairs)), strict=True)):
        made.append(folder / f"{number}{ending}")
        write_part(pairs[start:end], made[-1], lang=lang)
    return made


def joined(pairs, cuts, tmp_path, ending, lang="zh"):
    target = tmp_path / f"joined{ending.upper()}"
    join_parts(parts_of(pairs, cuts, tmp_path / "parts", ending, lang), target)
    return target.read_bytes()


@pytest.mark.parametrize("cuts", [(), (1,), (0, 4, 4, 9), (1, 2, 3, 4, 5, 6, 7, 8)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_joined_parts_are_the_file_that_is_written_at_once(cuts, lang, ranked, tmp_path):
    pairs = ranked(duplicates={"A1": ("A1b", "A1c")})
    write_csv(pairs, tmp_path / "whole.csv", lang=lang)
    write_jsonl(pairs, tmp_path / "whole.jsonl")
    assert joined(pairs, cuts, tmp_path, ".csv", lang) == (tmp_path / "whole.csv").read_bytes()
    assert joined(pairs, cuts, tmp_path, ".jsonl", lang) == (tmp_path / "whole.jsonl").read_bytes()


def test_the_columns_of_a_csv_do_not_depend_on_what_is_found(ranked, tmp_path):
    pairs = ranked()
    write_csv(pairs, tmp_path / "whole.csv")
    with (tmp_path / "whole.csv").open(encoding="utf-8-sig", newline="") as file:
        expected = list(csv.DictReader(file))
    text = joined(pairs, (3,), tmp_path, ".csv").decode("utf-8-sig")
    found = list(csv.DictReader(text.splitlines()))
    assert {row.pop("内容相同的其他编号") for row in found} == {""}
    assert found == expected
    empty = joined(ranked(pairs=()), (), tmp_path, ".csv").decode("utf-8-sig")
    assert empty == text.splitlines(keepends=True)[0]


def rows_of_parquet(path: Path) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = pyarrow.parquet.read_table(path).to_pylist()
    return rows


def test_parquet_holds_what_the_lines_hold(ranked, tmp_path):
    pairs = ranked(duplicates={"A1": ("A1b",)})
    write_jsonl(pairs, tmp_path / "x.jsonl")
    lines = (tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines()
    join_parts(parts_of(pairs, (2, 5), tmp_path / "p", ".parquet"), tmp_path / "x.parquet")
    expected = [json.loads(line.replace("\\ud800", "?")) for line in lines]
    assert "lone ? surrogate" in expected[6]["achievement_title"]
    assert rows_of_parquet(tmp_path / "x.parquet") == expected
    join_parts(parts_of(pairs[:0], (), tmp_path / "e", ".parquet"), tmp_path / "empty.parquet")
    assert rows_of_parquet(tmp_path / "empty.parquet") == []
    columns = pyarrow.parquet.read_schema(tmp_path / "empty.parquet").names
    assert columns == list(expected[0])


def test_row_groups_of_a_parquet_do_not_show_the_parts(ranked, tmp_path, monkeypatch):
    monkeypatch.setattr(streaming, "ROWS_OF_A_GROUP", 4)
    pairs = ranked()
    made = [joined(pairs, cuts, tmp_path, ".parquet") for cuts in ((), (1,), (4,), (2, 3, 7), (8,))]
    assert len(set(made)) == 1
    (tmp_path / "x.parquet").write_bytes(made[0])
    about = pyarrow.parquet.ParquetFile(tmp_path / "x.parquet").metadata
    assert [about.row_group(i).num_rows for i in range(about.num_row_groups)] == [4, 4, 1]


def test_a_part_is_there_whole_or_not_at_all(ranked, tmp_path, monkeypatch):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for ending in (".csv", ".jsonl", ".parquet"):
        with pytest.raises(OSError, match="No space"):
            write_part(ranked(), tmp_path / f"x{ending}")
    assert list(tmp_path.iterdir()) == []


def test_targets(tmp_path):
    assert check_stream_target(tmp_path / "x.JSONL") == ".jsonl"
    with pytest.raises(ConfigError, match=r"'\.xlsx' names no form that is written in parts"):
        check_stream_target(tmp_path / "x.xlsx")
    with pytest.raises(ConfigError, match="no such folder"):
        check_stream_target(tmp_path / "missing" / "x.csv")


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'matchmaker\[parquet\]'"):
        check_stream_target(tmp_path / "x.parquet")
    assert check_stream_target(tmp_path / "x.csv") == ".csv"


INFO = {
    "path": "某处/库",
    "needs": 3,
    "achievements": 1_234_567,
    "generation": 12,
    "segments": [
        {"name": "a", "kind": "needs", "records": 3, "deleted": 2, "bytes": 1},
        {"name": "b", "kind": "achievements", "records": 9, "deleted": 5, "bytes": 1},
    ],
    "made_with": {"model": "m", "encoder": "e", "sectors": "s"},
    "bytes": {"total": 3 << 20, "text": 2 << 20, "index": 1 << 19},
    "unfinished": None,
}


def test_what_a_store_holds_is_said_in_both_languages():
    assert store_facts(INFO) == [
        ("数据库文件夹", "某处/库"),
        ("需求", "3"),
        ("成果", "1,234,567"),
        ("更新次数", "12"),
        ("数据段", "2 个，其中已删除待清理的记录 7 条"),
        ("磁盘占用", "3.0 MiB（文本 2.0，索引 0.5）"),
        ("模型", "m"),
        ("向量模型", "e"),
        ("领域表", "s"),
        ("上次未完成的写入", "无"),
    ]
    english = dict(store_facts({**INFO, "unfinished": "segment 5"}, lang="en"))
    assert english["Segments"] == "2, with 7 deleted records not yet cleared away"
    assert english["Left by an interrupted write"] == "segment 5"
    with pytest.raises(ConfigError, match="fr"):
        store_facts(INFO, lang="fr")


def test_what_is_wrong_with_a_store_is_said_in_both_languages():
    assert store_findings([], 1200) == ["完好：1,200 条记录，没有发现问题。"]
    assert store_findings(["a.npy: is short"], 0, lang="en") == [
        "1 things are wrong:",
        "- a.npy: is short",
    ]
