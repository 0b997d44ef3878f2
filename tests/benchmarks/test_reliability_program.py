"""The calibration benchmark at toy size."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest

from benchmarks import calibration
from matchmaker.evaluation import expected_calibration_error

SUBJECTS = ["高炉煤气脱硫", "锂电池隔膜", "数控机床主轴", "抗肿瘤药物", "工业机器人", "稀土催化剂"]


def held(groups: list[int]) -> calibration.Held:
    rng = np.random.default_rng(5)
    above = np.sort(rng.random((2, 8, 3)), axis=2)[:, :, ::-1]
    return calibration.Held(above, np.array([1, 2, 3, 4] * 2, dtype=np.int8), np.array(groups))


def test_errors_are_means_over_the_seeds() -> None:
    part = held([0] * 8)
    rows = np.array([0, 1, 1, 2, 7])
    found = part.errors(rows, 4)
    grades = part.grades[rows]
    expected = []
    for above in part.above[:, rows]:
        steps = [
            expected_calibration_error(above[:, at], grades > at + 1, bins=4) for at in range(3)
        ]
        score = expected_calibration_error(above.mean(axis=1), (grades - 1) / 3, bins=4)
        expected.append([*steps, score, np.mean(steps)])
    np.testing.assert_allclose(found, np.mean(expected, axis=0))
    assert part.pooled(4).score.counts.sum() == 16


def test_intervals_draw_whole_need_texts() -> None:
    options = SimpleNamespace(bins=4, resamples=60, seed=0)
    one = calibration.summary(held([0] * 8), options)["error"]
    assert list(one) == [*calibration.QUESTIONS, "mean of the questions"]
    for figure in one.values():
        assert figure["low"] == pytest.approx(figure["mean"])
        assert figure["high"] == pytest.approx(figure["mean"])
    many = calibration.summary(held(list(range(8))), options)["error"]["above 1"]
    assert many["mean"] == pytest.approx(one["above 1"]["mean"])
    assert many["low"] < many["high"]


def write_toy(folder: Path) -> None:
    (folder / "bdci2019").mkdir()
    rng = np.random.default_rng(0)
    needs, rows = [], []
    for at in range(24):
        subject = SUBJECTS[at % 6]
        body = "锦上添花" * (at // 6)
        needs.append({"id": f"n{at}", "title": f"{subject}技术", "body": body})
        for step, other in enumerate(SUBJECTS):
            grade = 4 if other == subject else int(rng.integers(1, 4))
            rows.append(f"n{at},a{at}-{step},{grade},{other} 制备")
    lines = [json.dumps(need, ensure_ascii=False) for need in needs]
    (folder / "bdci2019" / "needs.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "bdci2019" / "judged_pairs.csv").write_text(
        "need_id,achievement_id,grade,achievement_title\n" + "\n".join(rows) + "\n",
        encoding="utf-8",
    )


def test_program_writes_figures_a_picture_and_no_text(tmp_path: Path, capsys) -> None:
    write_toy(tmp_path)
    out, figure = tmp_path / "out.json", tmp_path / "deep" / "out.svg"
    arguments = ["--data", str(tmp_path), "--out", str(out), "--figure", str(figure)]
    arguments += ["--seeds", "2", "--folds", "2", "--resamples", "5", "--bins", "5"]
    assert calibration.main(arguments) == 0
    text = out.read_text(encoding="utf-8")
    assert not any(subject in text for subject in SUBJECTS)
    assert str(tmp_path) not in text
    result = json.loads(text)
    assert set(result) >= {"commit", "versions", "hardware"}
    assert result["data"]["pairs"] == 144
    assert result["protocol"] == {"seed": 0, "seeds": 2, "folds": 2, "bins": 5, "resamples": 5}
    assert list(result["results"]) == ["by pair", "by need text"]
    for part in result["results"].values():
        assert list(part["bins"]) == list(calibration.QUESTIONS)
        for bins in part["bins"].values():
            assert sum(one["pairs"] for one in bins) == 2 * 144
        errors = [part["error"][name]["mean"] for name in calibration.QUESTIONS[:3]]
        assert part["error"]["mean of the questions"]["mean"] == pytest.approx(np.mean(errors))
        # Whether a title is the need's own subject is plain to see.
        assert part["error"]["above 3"]["mean"] < 0.2
    assert "by need text: {'above 1':" in capsys.readouterr().out
    ElementTree.parse(figure)


def test_equal_figures_give_equal_pictures(tmp_path: Path) -> None:
    options = SimpleNamespace(bins=4, resamples=2, seed=0)
    results = {"by pair": calibration.summary(held([0] * 8), options)}
    for name in ("first.svg", "second.svg"):
        calibration.draw(results, tmp_path / name)
    first = (tmp_path / "first.svg").read_bytes()
    assert first == (tmp_path / "second.svg").read_bytes()
    assert b"<dc:date>" not in first
    error = results["by pair"]["error"]["above 2"]["mean"]
    assert f"by pair: above 2, error {error:.3f}".encode() in first


def test_program_says_what_is_missing(tmp_path: Path, capsys) -> None:
    assert calibration.main(["--data", str(tmp_path)]) == 2
    assert "needs.jsonl is missing" in capsys.readouterr().err
