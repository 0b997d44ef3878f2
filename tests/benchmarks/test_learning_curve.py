"""The learning curve at toy size."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import learning, tables
from matchmaker.scoring.grader import Grades

SUBJECTS = ["高炉煤气脱硫", "锂电池隔膜", "数控机床主轴", "抗肿瘤药物", "工业机器人", "稀土催化剂"]
WORDS = ["制备", "控制", "检测", "回收", "设计", "焊接"]


def write_toy(folder: Path) -> Path:
    """Needs of a strict and of a mild judge: what their words cannot tell, judgements can."""
    (folder / "bdci2019").mkdir()
    mild = np.random.default_rng(1).integers(0, 2, 24)
    needs, rows = [], []
    for at in range(24):
        subject = SUBJECTS[at % 6]
        needs.append({"id": f"n{at}", "title": f"{subject}{WORDS[at // 6]}技术", "body": ""})
        for step, other in enumerate(SUBJECTS):
            for word in WORDS[:2]:
                near = 2 if other == subject else 0
                grade = 1 + near + mild[at]
                rows.append(f"n{at},a{at}-{step}-{word},{grade},{other} {word}")
    lines = [json.dumps(need, ensure_ascii=False) for need in needs]
    (folder / "bdci2019" / "needs.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "bdci2019" / "judged_pairs.csv").write_text(
        "need_id,achievement_id,grade,achievement_title\n" + "\n".join(rows) + "\n",
        encoding="utf-8",
    )
    return folder


@pytest.fixture(scope="module")
def toy(tmp_path_factory) -> Path:
    return write_toy(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="module")
def user(toy: Path) -> learning.User:
    return next(learning.users(learning.load(toy / "bdci2019"), folds=2, seed=0))


def test_a_user_is_new_to_the_grader(user: learning.User) -> None:
    every = user.pairs.contest.groups
    others = np.setdiff1d(np.arange(len(every)), user.rows)
    assert not set(every[others]) & set(user.groups)
    assert len(user.cold.above) == len(user.views) == len(user.rows) == 144


def test_draws_of_the_same_needs(user: learning.User) -> None:
    found = list(learning.draws(user, "same needs", counts=(0, 3, 100, 144, 500), seed=0))
    assert [count for count, _, _ in found] == [0, 3, 100]
    before: set[int] = set()
    for count, learned, scored in found:
        assert len(learned) == count
        assert not set(learned) & set(scored)
        assert before <= set(learned)
        before = set(learned)
        if count:
            mine = set(user.groups[learned])
            rest = np.setdiff1d(np.arange(144), learned)
            assert set(scored) == {row for row in rest if user.groups[row] in mine}
    assert len(found[0][2]) == 144


def test_draws_of_other_needs(user: learning.User) -> None:
    found = list(learning.draws(user, "other needs", counts=(0, 5, 72, 73), seed=0))
    assert [count for count, _, _ in found] == [0, 5, 72] * 2
    for count, learned, scored in found:
        assert len(learned) == count
        assert len(scored) == 72
        assert not set(user.groups[learned]) & set(user.groups[scored])
    assert set(found[0][2]) | set(found[3][2]) == set(range(144))


def test_warm_grades_are_cold_ones_until_something_is_learned(user: learning.User) -> None:
    scored = np.array([5, 3])
    nothing = user.warm(np.empty(0, dtype=np.int64), scored)
    np.testing.assert_array_equal(nothing.above, user.cold.above[scored])
    something = user.warm(np.array([0, 1, 2]), scored)
    assert not np.allclose(something.above, nothing.above)


def test_figures_compare_with_the_judged_grades(user: learning.User) -> None:
    rows = np.flatnonzero(user.groups == user.groups[0])
    grades = user.pairs.grades[user.rows[rows]]
    right = Grades((grades[:, None] > np.array([1, 2, 3])).astype(float))
    assert user.figures(rows, right) == {"contest_score": 1.0, "ndcg@10": pytest.approx(1.0)}
    found = user.figures(rows[:3], right_for(user, rows[:3], off=1))
    assert found["contest_score"] == pytest.approx(0.5)
    assert np.isnan(found["ndcg@10"])


def right_for(user: learning.User, rows: np.ndarray, *, off: int) -> Grades:
    grades = user.pairs.grades[user.rows[rows]]
    wrong = np.where(grades > off, grades - off, grades + off)
    return Grades((wrong[:, None] > np.array([1, 2, 3])).astype(float))


def test_summary() -> None:
    def run(pairs: int, cold: float, learned: float, ndcg: float) -> dict:
        return {
            "pairs": pairs,
            "cold": {"contest_score": cold, "ndcg@10": ndcg},
            "learned": {"contest_score": learned, "ndcg@10": ndcg},
        }

    nan = float("nan")
    found = learning.summary([run(10, 0.5, 0.75, nan), run(20, 0.5, 0.25, 0.5)])
    assert found == {
        "runs": 2,
        "pairs": 15.0,
        "contest_score": {"cold": 0.5, "learned": 0.5, "gain": 0.0, "sd": 0.25, "worse": 0.5},
        "ndcg@10": {"cold": 0.5, "learned": 0.5, "gain": 0.0, "sd": 0.0, "worse": 0.0},
    }
    assert learning.summary([run(10, 0.5, 0.75, nan)])["ndcg@10"] is None


def test_program_writes_a_curve_and_no_text(toy: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "learning.json"
    arguments = ["--data", str(toy), "--out", str(out), "--seeds", "2", "--folds", "2"]
    assert learning.main([*arguments, "--counts", "0", "20", "90"]) == 0
    text = out.read_text(encoding="utf-8")
    assert not any(subject in text for subject in SUBJECTS)
    assert str(tmp_path) not in text
    result = json.loads(text)
    assert result["protocol"] == {"seed": 0, "seeds": 2, "folds": 2, "counts": [0, 20, 90]}
    same, other = (result["results"][setting] for setting in learning.SETTINGS)
    assert list(same) == ["0", "20", "90"]
    assert list(other) == ["0", "20"]
    assert [part["runs"] for part in same.values()] == [4, 4, 4]
    assert [part["runs"] for part in other.values()] == [8, 8]
    for part in (same["0"], other["0"]):
        assert part["contest_score"]["gain"] == part["contest_score"]["sd"] == 0
    # How strict a need's judge is shows in its own judgements only.
    assert same["90"]["contest_score"]["gain"] > 0.1
    assert same["90"]["contest_score"]["worse"] == 0
    printed = capsys.readouterr().out
    assert "same needs, 90 judgements: contest_score " in printed
    table = tables.learning(result)
    assert table.startswith(
        "| Judgements | same needs: contest score | same needs: nDCG@10 | "
        "other needs: contest score | other needs: nDCG@10 |\n"
    )
    cell = same["90"]["contest_score"]
    shown = f"{cell['cold']:.3f} → {cell['learned']:.3f} ({cell['gain']:+.3f} ± {cell['sd']:.3f})"
    assert f"| 90 | {shown} |" in table
    assert "|  |  |\n" in table


def test_program_says_what_is_missing(tmp_path: Path, capsys) -> None:
    assert learning.main(["--data", str(tmp_path)]) == 2
    assert "nothing measured" in capsys.readouterr().err
