"""The benchmark of the indicators, on a gold set of two records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import indicators
from benchmarks.indicator_figures import Found, paired, read_gold, strictly_same, value_alone


def record(text: str, surface: str, **fields: Any) -> str:
    start = text.index(surface)
    one = {
        "start": start, "end": start + len(surface), "operator": "≥", "low": 5, "high": None,
        "unit": "t", "kind": "bound", "role": "target",
    } | fields  # fmt: skip
    row = {"text": text, "side": "need", "hard": False, "half": "test", "indicators": [one]}
    return json.dumps(row, ensure_ascii=False) + "\n"


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    (tmp_path / "indicators_a.jsonl").write_text(
        record("重量≥5吨", "≥5吨") + record("重量≥5吨", "≥5吨", role="status_quo"), "utf-8"
    )
    (tmp_path / "indicators_c.jsonl").write_text(record("重量≥5吨", "≥5吨"), "utf-8")
    return tmp_path


def test_the_file_says_whether_a_record_is_to_tune_on(gold: Path) -> None:
    assert [one.half for one in read_gold(gold)] == ["tune", "tune", "test"]


def test_a_wrong_role_is_strictly_wrong_only(gold: Path) -> None:
    halves = indicators.quality(gold, 0)["systems"]["matchmaker"]
    assert halves["tune"]["strict"]["f1"] == 0.5
    assert halves["tune"]["value and unit"]["f1"] == 1.0
    assert halves["test"]["strict"]["f1"] == 1.0


def test_a_gold_set_without_a_test_half_is_measured(gold: Path) -> None:
    (gold / "indicators_c.jsonl").unlink()
    assert set(indicators.quality(gold, 0)["systems"]["matchmaker"]) == {"tune"}


def test_the_largest_overlap_is_paired() -> None:
    mine = Found(4, 8, "≥", 5, None, "t", "bound", "target")
    near = Found(5, 8, "=", 5, 5, "t", "bound", "")
    far = Found(0, 5, "≥", 5, None, "t", "bound", "target")
    assert paired([mine], [far, near]) == [(mine, near)]
    assert value_alone(mine, near)
    assert not strictly_same(mine, near)


def test_a_folder_without_gold_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert indicators.main(["--gold", str(tmp_path), "--out", str(tmp_path / "out.json")]) == 2
    assert "nothing measured" in capsys.readouterr().err
    assert not (tmp_path / "out.json").exists()
