"""The commands that learn: from the suggestion to the grade that it changes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from matchmaker import Matcher, Records
from matchmaker.cli import cli
from matchmaker.evaluation import evaluate, read_judgements
from matchmaker.learned import Learned
from matchmaker.records import Achievement, Need
from matchmaker.sample import sample_path

NEEDS = str(sample_path("needs.csv"))
ACHIEVEMENTS = str(sample_path("achievements.xlsx"))
PAIRS = str(sample_path("judged_pairs.csv"))
RECORDS = ("--needs", NEEDS, "--achievements", ACHIEVEMENTS)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def pairs_file(path: Path, rows: list[tuple[str, str, object]], **titles: str) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        head = ["need_id", "achievement_id", "grade"]
        writer.writerow([*head, "achievement_title"] if titles else head)
        writer.writerows([*row, titles[row[1]]] if titles else row for row in rows)
    return path


def fill_in(path: Path, grades: dict[int, object]) -> None:
    """Write grades into rows of the second sheet, as a broker does."""
    book = openpyxl.load_workbook(path)
    for row, grade in grades.items():
        book.worksheets[1].cell(row, 5).value = grade
    book.save(path)


def shown_pairs(path: Path) -> list[tuple[str, str]]:
    rows = openpyxl.load_workbook(path).worksheets[1].iter_rows(min_row=2, values_only=True)
    return [(row[8], row[9]) for row in rows]


# --- suggest ----------------------------------------------------------------------------------


def test_a_workbook_goes_round(tmp_path: Path) -> None:
    file, folder = tmp_path / "待判.xlsx", tmp_path / "学习"
    result = run("suggest", NEEDS, ACHIEVEMENTS, "-n", "12", "-o", file)
    assert result.exit_code == 0, result.output
    asked = shown_pairs(file)
    assert len(asked) == len(set(asked)) == 12
    needs_count = len({need for need, _ in asked})
    assert f"12 pairs of {needs_count} needs to judge written to {file}" in result.stderr
    assert needs_count >= 6
    fill_in(file, {2: "4 强相关", 3: 1, 5: "弱"})
    result = run("learn", file, *RECORDS, "--into", folder)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{folder}: 3 judgements learned; version 1, 3 judgements in use\n"
    assert f"{file}: 9 rows without a grade passed over" in result.stderr
    learned = Learned.open(folder).pairs()
    assert [(p.need.id, p.achievement.id, p.grade) for p in learned] == [
        (*asked[0], 4),
        (*asked[1], 1),
        (*asked[3], 2),
    ]
    again = tmp_path / "again.xlsx"
    options = ("-n", "12", "--learned", folder, "-q")
    result = run("suggest", NEEDS, ACHIEVEMENTS, "-o", again, *options)
    assert (result.exit_code, result.output) == (0, "")
    assert not set(shown_pairs(again)) & {asked[0], asked[1], asked[3]}
    # Nine of the twelve were not judged; the most doubtful of them come again.
    assert set(shown_pairs(again)) & set(asked)


def test_the_seed_orders_the_rows_only(tmp_path: Path) -> None:
    found = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        file = tmp_path / f"{name}.xlsx"
        run("suggest", NEEDS, ACHIEVEMENTS, "-n", "9", "-o", file, "--seed", seed, "-q")
        found.append(shown_pairs(file))
    assert found[0] == found[1]
    assert found[0] != found[2]
    assert sorted(found[0]) == sorted(found[2])


def test_suggest_says_when_there_is_less_to_judge(tmp_path: Path) -> None:
    needs, achievements = tmp_path / "n.csv", tmp_path / "a.csv"
    needs.write_text("编号,需求名称\nN1,高炉煤气脱硫\nN2,隔膜涂覆\n", encoding="utf-8")
    achievements.write_text("编号,成果名称\nA1,烟气脱硫\nA2,陶瓷隔膜\n", encoding="utf-8")
    file, folder = tmp_path / "j.xlsx", tmp_path / "learned"
    result = run("suggest", needs, achievements, "-o", file, "--lang", "en")
    assert "4 pairs of 2 needs to judge written to" in result.stderr
    assert "(50 were asked for; raise -k for more)" in result.stderr
    fill_in(file, {row: row - 1 for row in range(2, 6)})
    sides = ("--needs", needs, "--achievements", achievements)
    assert run("learn", file, *sides, "--into", folder).exit_code == 0
    result = run("suggest", needs, achievements, "-o", file, "--learned", folder, "-q")
    assert result.exit_code == 1
    assert f"Error: {needs}: no pair is left to judge; raise -k" in result.stderr


def test_suggest_checks_its_output_first(tmp_path: Path) -> None:
    result = run("suggest", NEEDS, ACHIEVEMENTS, "-o", tmp_path / "j.csv")
    assert result.exit_code == 1
    assert "pairs to judge are written as a workbook" in result.stderr
    assert "rows read" not in result.stderr
    result = run("suggest", NEEDS, ACHIEVEMENTS, "-o", ACHIEVEMENTS)
    assert result.exit_code == 1
    assert "is also an input and would be lost" in result.stderr


# --- learn ------------------------------------------------------------------------------------


def test_learning_the_same_again_and_more(tmp_path: Path) -> None:
    folder = tmp_path / "learned"
    rows: list[tuple[str, str, object]] = [("N001", "A001", 4), ("N001", "A002", 3)]
    file = pairs_file(tmp_path / "j.csv", rows)
    run("learn", file, *RECORDS, "--into", folder)
    result = run("learn", file, *RECORDS, "--into", folder, "-q")
    assert result.stdout == (
        f"{folder}: all 2 judgements were already learned; version 1, 2 judgements in use\n"
    )
    assert result.stderr == ""
    pairs_file(file, [*rows, ("N002", "A001", 1)])
    result = run("learn", file, *RECORDS, "--into", folder)
    assert result.stdout == (
        f"{folder}: 1 judgements learned, 2 were known; version 2, 3 judgements in use\n"
    )
    listed = run("learn", "--into", folder, "--list").stdout
    assert listed == (
        "+ version 1: 2 judgements, 2 with those before it\n"
        "* version 2: 1 judgements, 3 with those before it (on version 1)\n"
    )
    result = run("learn", "--into", folder, "--revert", "1")
    assert result.stdout == f"{folder}: version 1 in use, 2 judgements\n"
    assert run("learn", "--into", folder, "--list").stdout.startswith("* version 1")
    assert run("learn", "--into", folder, "--revert", "0").stdout.endswith(
        "version 0 in use, 0 judgements\n"
    )
    result = run("learn", "--into", folder, "--revert", "5")
    assert result.exit_code == 1
    assert "there is no version 5; known are 0, 1, 2" in result.stderr


def test_learning_with_titles_alone(tmp_path: Path) -> None:
    file = pairs_file(tmp_path / "j.csv", [("N001", "X9", 2)], X9="连铸坯偏析")
    result = run("learn", file, "--needs", NEEDS, "--into", tmp_path / "learned")
    assert result.exit_code == 0, result.output
    assert "achievements are known by their titles only (--achievements)" in result.stderr
    (pair,) = Learned.open(tmp_path / "learned").pairs()
    assert pair.achievement == Achievement(id="X9", title="连铸坯偏析")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Give one of: a file of judged pairs, --list, --revert N."),
        (("--list", "--revert", "1"), "Give one of"),
        ((PAIRS, "--list"), "Give one of"),
        ((PAIRS,), "Give the file of needs with --needs."),
    ],
)
def test_wrong_use_of_learn(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    result = run("learn", *arguments, "--into", tmp_path / "learned")
    assert result.exit_code == 2
    assert message in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_learn_with_unfit_files(tmp_path: Path) -> None:
    folder = tmp_path / "learned"
    unknown = pairs_file(tmp_path / "j.csv", [("N001", "A999", 2)])
    result = run("learn", unknown, *RECORDS, "--into", folder)
    assert result.exit_code == 1
    assert "1 of its achievement_id are not among the records read: 'A999'" in result.stderr
    untitled = pairs_file(tmp_path / "k.csv", [("N001", "A001", 2)])
    result = run("learn", untitled, "--needs", NEEDS, "--into", folder)
    assert result.exit_code == 1
    assert "has no column achievement_title; add it or give --achievements" in result.stderr
    assert not folder.exists()
    assert run("learn", "--into", folder, "--list").exit_code == 1
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x.txt").write_text("x")
    result = run("learn", PAIRS, *RECORDS, "--into", tmp_path / "other")
    assert result.exit_code == 1
    assert "holds other files and no learned.json" in result.stderr


# --- evaluate and rank with what was learned --------------------------------------------------


def sample_halves(folder: Path) -> tuple[Path, Path]:
    """Every other row of the sample's judged pairs."""
    head, *rows = Path(PAIRS).read_text(encoding="utf-8").splitlines()
    files = folder / "judged.csv", folder / "rest.csv"
    for file, part in zip(files, (rows[::2], rows[1::2]), strict=True):
        file.write_text("\n".join([head, *part]) + "\n", encoding="utf-8")
    return files


def test_evaluate_learns_first_from_judged_pairs(
    tmp_path: Path,
    sample_needs: Records[Need],
    sample_achievements: Records[Achievement],
) -> None:
    from matchmaker.learned import JudgedPair

    judged, rest = sample_halves(tmp_path)
    needs, achievements = sample_needs.by_id(), sample_achievements.by_id()
    given, scored = read_judgements(judged), read_judgements(rest)
    matcher = Matcher()
    matcher.learn(
        JudgedPair(needs[need], achievements[found], int(grade))
        for need, found, grade in zip(
            given.need_ids, given.achievement_ids, given.grades, strict=True
        )
    )
    pairs = zip(scored.need_ids, scored.achievement_ids, strict=True)
    grades = matcher.score([(needs[need], achievements[found]) for need, found in pairs])
    expected = evaluate(scored, grades.score, grades.grade).to_json()
    result = run("evaluate", *RECORDS, "--pairs", rest, "--judged", judged, "--json", "-")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == pytest.approx(expected)
    cold = json.loads(run("evaluate", *RECORDS, "--pairs", rest, "--json", "-").stdout)
    assert cold["spearman"] != pytest.approx(expected["spearman"], abs=1e-6)
    folder = tmp_path / "learned"
    run("learn", judged, *RECORDS, "--into", folder)
    kept = run("evaluate", *RECORDS, "--pairs", rest, "--learned", folder, "--json", "-")
    assert json.loads(kept.stdout) == pytest.approx(expected)
    run("learn", "--into", folder, "--revert", "0")
    gone = run("evaluate", *RECORDS, "--pairs", rest, "--learned", folder, "--json", "-")
    assert json.loads(gone.stdout) == pytest.approx(cold)


def test_evaluate_says_how_many_pairs_were_shown_before(tmp_path: Path) -> None:
    judged = pairs_file(tmp_path / "j.csv", [("N001", "A001", 4), ("N001", "A002", 3)])
    scored = pairs_file(
        tmp_path / "p.csv", [("N001", "A002", 3), ("N001", "A003", 2), ("N001", "A002", 4)]
    )
    result = run("evaluate", *RECORDS, "--pairs", scored, "--judged", judged, "--json", "-")
    assert result.exit_code == 0, result.output
    assert f"{scored}: 2 of its 3 rows judge pairs that were learned" in result.stderr
    assert json.loads(result.stdout)["pairs"] == 3
    other = pairs_file(tmp_path / "o.csv", [("N001", "A004", 1)])
    result = run("evaluate", *RECORDS, "--pairs", scored, "--judged", other, "--json", "-")
    assert "were learned" not in result.stderr


def test_evaluate_refuses_to_overwrite_the_judged_pairs(tmp_path: Path) -> None:
    judged = pairs_file(tmp_path / "j.csv", [("N001", "A001", 4)])
    before = judged.read_bytes()
    result = run("evaluate", *RECORDS, "--pairs", PAIRS, "--judged", judged, "--json", judged)
    assert result.exit_code == 1
    assert "is also an input" in result.stderr
    assert judged.read_bytes() == before


def test_rank_uses_what_was_learned(tmp_path: Path) -> None:
    cold = tmp_path / "cold.jsonl"
    run("rank", NEEDS, ACHIEVEMENTS, "-k", "3", "-o", cold, "-q")
    rows = [json.loads(line) for line in cold.read_text(encoding="utf-8").splitlines()]
    first = rows[0]
    assert first["rank"] == 1
    judged = pairs_file(tmp_path / "j.csv", [(first["need_id"], first["achievement_id"], 1)] * 3)
    folder = tmp_path / "learned"
    assert run("learn", judged, *RECORDS, "--into", folder).exit_code == 0
    warm = tmp_path / "warm.jsonl"
    result = run("rank", NEEDS, ACHIEVEMENTS, "-k", "3", "-o", warm, "--learned", folder, "-q")
    assert result.exit_code == 0, result.output
    after = {
        (row["need_id"], row["achievement_id"]): row["score"]
        for row in map(json.loads, warm.read_text(encoding="utf-8").splitlines())
    }
    key = (first["need_id"], first["achievement_id"])
    assert after.get(key, 0.0) < first["score"] - 0.05


def test_a_folder_that_holds_nothing_learned_is_named(tmp_path: Path) -> None:
    result = run("rank", NEEDS, ACHIEVEMENTS, "--learned", tmp_path, "-q")
    assert result.exit_code == 1
    assert f"Error: {tmp_path}: nothing was learned here" in result.stderr
