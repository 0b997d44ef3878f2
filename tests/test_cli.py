"""The command, as a person runs it."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner, Result

import matchmaker
from matchmaker import Matcher, Matches, Need, Records
from matchmaker.cli import cli
from matchmaker.evaluation import evaluate, read_judgements
from matchmaker.model import shipped_folder
from matchmaker.sample import sample_path

NEEDS = str(sample_path("needs.csv"))
ACHIEVEMENTS = str(sample_path("achievements.xlsx"))
PAIRS = str(sample_path("judged_pairs.csv"))


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_rank_writes_every_form_that_is_asked_for(tmp_path: Path, sample_matches: Matches) -> None:
    outputs = [tmp_path / f"结果{ending}" for ending in (".jsonl", ".csv", ".xlsx", ".html")]
    asked = [part for path in outputs for part in ("-o", path)]
    result = run("rank", NEEDS, ACHIEVEMENTS, "-k", "2", *asked)
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert "84 rows read, 84 kept, 0 left out" in result.stderr
    assert f"168 pairs written to {outputs[0]}" in result.stderr
    written = lines(outputs[0])
    expected = [match for match in sample_matches if match.rank <= 2]
    assert [
        (row["need_id"], row["achievement_id"], row["rank"], row["grade"]) for row in written
    ] == [(match.need.id, match.achievement.id, match.rank, match.grade) for match in expected]
    with outputs[1].open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 1 + len(expected)
    assert outputs[2].read_bytes()[:2] == b"PK"
    assert '<html lang="zh' in outputs[3].read_text(encoding="utf-8")


def test_rank_without_output_prints_the_best_pairs() -> None:
    result = run("rank", NEEDS, ACHIEVEMENTS, "--sector", "冶金", "-q")
    assert result.exit_code == 0
    assert "冶金" in result.stdout
    assert "轴承钢大方坯中心碳" in result.stdout
    assert result.stderr == ""
    english = run("rank", NEEDS, ACHIEVEMENTS, "--sector", "冶金", "-q", "--lang", "en")
    assert "Score" in english.stdout
    assert "得分" not in english.stdout


def test_rank_reversed(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    result = run("rank", NEEDS, ACHIEVEMENTS, "--reverse", "-k", "1", "-o", target, "-q")
    assert result.exit_code == 0
    assert result.stderr == ""
    ids = [row["achievement_id"] for row in lines(target)]
    assert len(ids) == len(set(ids)) == 155


def test_rank_with_limits(tmp_path: Path, sample_matches: Matches) -> None:
    target = tmp_path / "out.jsonl"
    run("rank", NEEDS, ACHIEVEMENTS, "--min-score", "0.5", "-o", target, "-q")
    expected = [match.score for match in sample_matches if match.score >= 0.5]
    assert [row["score"] for row in lines(target)] == pytest.approx(expected, abs=1e-6)


def test_rank_with_column_maps_and_registry(tmp_path: Path) -> None:
    needs = tmp_path / "needs.csv"
    needs.write_text("攻关题目,单位\n轴承钢偏析控制,甲厂\n", encoding="utf-8")
    achievements = tmp_path / "achievements.jsonl"
    achievements.write_text(
        '{"id": "A1", "主题": "铸坯偏析控制", "sectors": ["冶金"]}\n', encoding="utf-8"
    )
    (tmp_path / "needs.toml").write_text('title = "攻关题目"\n', encoding="utf-8")
    (tmp_path / "achievements.json").write_text('{"title": "主题"}', encoding="utf-8")
    registry = {"format": 1, "version": "mine", "sectors": [{"name": "钢铁", "aliases": ["冶金"]}]}
    (tmp_path / "registry.json").write_text(json.dumps(registry), encoding="utf-8")
    target = tmp_path / "out.jsonl"
    result = run(
        *("rank", needs, achievements, "-o", target),
        *("--needs-columns", tmp_path / "needs.toml"),
        *("--achievements-columns", tmp_path / "achievements.json"),
        *("--registry", tmp_path / "registry.json"),
    )
    assert result.exit_code == 0, result.output
    [row] = lines(target)
    assert row["need_title"] == "轴承钢偏析控制"
    assert row["achievement_sectors"] == [{"name": "钢铁", "confidence": 1.0}]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "{tmp}/out.docx"], "'.docx' names no known form"),
        (["-o", "{tmp}/missing/out.xlsx"], "no such folder"),
        (["--sector", "航天"], "unknown sector '航天'"),
        (["--registry", PAIRS], "cannot be read as JSON"),
        (["--needs-columns", PAIRS], "judged_pairs.csv"),
    ],
)
def test_bad_input_ends_with_one_message(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    given = [argument.format(tmp=tmp_path) for argument in arguments]
    result = run("rank", NEEDS, ACHIEVEMENTS, "-q", *given)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []


def test_the_target_is_checked_before_the_work(tmp_path: Path) -> None:
    broken = tmp_path / "needs.csv"
    broken.write_text("no heading at all\n", encoding="utf-8")
    result = run("rank", broken, ACHIEVEMENTS, "-o", tmp_path / "out.docx")
    assert ".docx" in result.stderr
    assert run("rank", broken, ACHIEVEMENTS, "-q").exit_code == 1


def test_rank_with_a_local_sentence_transformers_model(
    tmp_path: Path, sample_matches: Matches
) -> None:
    # The shipped encoder is such a folder too, so the pairs must be the same.
    pytest.importorskip("sentence_transformers")
    target = tmp_path / "out.jsonl"
    encoder = shipped_folder() / "encoder"
    result = run("rank", NEEDS, ACHIEVEMENTS, "-k", "1", "-q", "--encoder", encoder, "-o", target)
    assert result.exit_code == 0, result.output
    found = {row["need_id"]: row["achievement_id"] for row in lines(target)}
    expected = {match.need.id: match.achievement.id for match in sample_matches if match.rank == 1}
    assert found == expected


def test_wrong_use_of_the_command_line() -> None:
    assert run("rank", NEEDS).exit_code == 2
    assert run("rank", "no-such-file.csv", ACHIEVEMENTS).exit_code == 2
    assert run("rank", NEEDS, ACHIEVEMENTS, "-k", "0").exit_code == 2


def test_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("demo", "-q")
    assert result.exit_code == 0, result.output
    for word in ("冶金", "生物医药", "得分", "强相关", "大学"):
        assert word in result.stdout
    for word in ("牵头高校", "样例成果对接会", "企业技术导师", "目标进度"):
        assert word in result.stdout
    written = sorted(path.name for path in (tmp_path / "demo-output").iterdir())
    assert written == ["matches.html", "matches.xlsx", "plans.html", "plans.xlsx"]
    for name in written:
        assert str(Path("demo-output") / name) in result.stdout
    assert list(tmp_path.iterdir()) == [tmp_path / "demo-output"]


def test_sectors_as_json_lines(tmp_path: Path, sample_needs: Records[Need]) -> None:
    result = run("sectors", NEEDS, "--json", "-")
    assert result.exit_code == 0
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["id"] for row in rows] == [need.id for need in sample_needs]
    for row in rows:
        confidences = [sector["confidence"] for sector in row["sectors"]]
        assert confidences == sorted(confidences, reverse=True)
        assert all(set(sector) == {"name", "confidence"} for sector in row["sectors"])
        assert row["sectors"]
    # Declared by the record itself.
    assert rows[0]["sectors"] == [{"name": "冶金", "confidence": 1.0}]
    target = tmp_path / "sectors.jsonl"
    assert run("sectors", NEEDS, "--json", target, "-q").stdout == ""
    assert lines(target) == rows


def test_sectors_as_a_list() -> None:
    result = run("sectors", ACHIEVEMENTS, "--kind", "achievements", "-q")
    first = result.stdout.splitlines()[0].split("\t")
    assert first[:2] == ["A001", "冶金 1.00"]


def test_evaluate_prints_one_json_object(sample_matcher: Matcher) -> None:
    result = run(
        "evaluate",
        "--needs",
        NEEDS,
        "--achievements",
        ACHIEVEMENTS,
        "--pairs",
        PAIRS,
        "--json",
        "-",
    )
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    judged = read_judgements(PAIRS)
    needs = {need.id: need for need in sample_matcher.needs}
    achievements = {record.id: record for record in sample_matcher.achievements}
    graded = sample_matcher.score(
        [
            (needs[need_id], achievements[achievement_id])
            for need_id, achievement_id in zip(judged.need_ids, judged.achievement_ids, strict=True)
        ]
    )
    assert found == evaluate(judged, graded.score, graded.grade).to_json()
    assert {"pairs", "needs", "mae", "contest_score", "ndcg@10", "spearman"} <= set(found)
    assert found["contest_score"] == pytest.approx(1 / (1 + found["mae"]))


def test_evaluate_with_titles_only(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text(
        "need_id,achievement_id,achievement_title,grade\n"
        "N001,x,连铸坯 偏析 控制,4\nN001,y,疫苗,1\n",
        encoding="utf-8",
    )
    result = run("evaluate", "--needs", NEEDS, "--pairs", pairs)
    assert result.exit_code == 0, result.output
    shown = dict(line.split() for line in result.stdout.splitlines())
    assert shown["pairs"] == "2"
    assert float(shown["contest_score"]) == pytest.approx(1 / (1 + float(shown["mae"])), abs=1e-3)
    target = tmp_path / "figures.json"
    assert run("evaluate", "--needs", NEEDS, "--pairs", pairs, "--json", target).stdout == ""
    assert json.loads(target.read_text(encoding="utf-8"))["pairs"] == 2


def test_a_judged_pair_without_a_title_is_graded_1(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text(
        "need_id,achievement_id,achievement_title,grade\nN001,x,,1\nN002,y, ,4\n",
        encoding="utf-8",
    )
    result = run("evaluate", "--needs", NEEDS, "--pairs", pairs, "--json", "-", "-q")
    assert result.exit_code == 0, result.output
    # Both are graded 1: no error for the first, three grades for the second.
    assert json.loads(result.stdout)["mae"] == 1.5


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("need_id,achievement_id,grade\nN001,A001,4\n", "no column achievement_title"),
        (
            "need_id,achievement_id,achievement_title,grade\nN999,A001,题目,4\n",
            "1 of its need_id are not among the records read: 'N999'",
        ),
        ("need_id,achievement_id,achievement_title,grade\nN001,A001,题目,5\n", "grade"),
    ],
)
def test_evaluate_with_unfit_pairs(content: str, message: str, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text(content, encoding="utf-8")
    result = run("evaluate", "--needs", NEEDS, "--pairs", pairs)
    assert result.exit_code == 1
    assert message in result.stderr
    assert str(pairs) in result.stderr


def test_an_output_never_destroys_an_input(tmp_path: Path) -> None:
    needs = tmp_path / "needs.csv"
    needs.write_bytes(Path(NEEDS).read_bytes())
    before = needs.read_bytes()
    same = tmp_path / "." / "needs.csv"
    for arguments in (
        ("rank", needs, ACHIEVEMENTS, "-o", same),
        ("sectors", needs, "--json", same),
        ("evaluate", "--needs", needs, "--pairs", PAIRS, "--json", same),
        ("evaluate", "--needs", NEEDS, "--pairs", PAIRS, "--registry", needs, "--json", same),
        ("rank", NEEDS, ACHIEVEMENTS, "--needs-columns", needs, "-o", same),
    ):
        result = run(*arguments)
        assert result.exit_code == 1
        assert "is also an input and would be lost" in result.stderr
    assert needs.read_bytes() == before
    twice = run("rank", NEEDS, ACHIEVEMENTS, "-o", tmp_path / "a.csv", "-o", tmp_path / "a.csv")
    assert twice.exit_code == 1
    assert "is given twice as output" in twice.stderr


def test_a_file_without_records_is_an_error(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("需求编号,需求名称\n", encoding="utf-8")
    result = run("rank", empty, ACHIEVEMENTS, "-q")
    assert result.exit_code == 1
    assert f"{empty}: holds no needs (0 rows read)" in result.stderr


def test_unknown_declared_sectors_are_named(tmp_path: Path) -> None:
    needs = tmp_path / "needs.jsonl"
    rows = [{"id": str(i), "title": "高炉煤气脱硫", "sectors": ["新材料", "冶金"]} for i in (1, 2)]
    needs.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    for arguments in (("rank", needs, ACHIEVEMENTS), ("sectors", needs)):
        assert "does not know the declared sectors '新材料' (2)" in run(*arguments).stderr
        assert run(*arguments, "-q").stderr == ""


def test_a_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    book = tmp_path / "needs.xlsx"
    with xlsxwriter.Workbook(book) as workbook:
        for name in ("甲", "乙"):
            sheet = workbook.add_worksheet(name)
            sheet.write_row(0, 0, ["编号", "需求名称"])
            sheet.write_row(1, 0, [f"id-{name}", f"{name}厂的轴承钢偏析"])
    target = tmp_path / "out.jsonl"
    given = ("rank", book, ACHIEVEMENTS, "--needs-sheet", "乙", "-k", "1", "-q", "-o", target)
    assert run(*given).exit_code == 0
    assert [row["need_id"] for row in lines(target)] == ["id-乙"]


def test_more_candidates_never_lose_the_best(tmp_path: Path, sample_matches: Matches) -> None:
    target = tmp_path / "out.jsonl"
    run("rank", NEEDS, ACHIEVEMENTS, "-k", "1", "--candidates", "155", "-q", "-o", target)
    best = {match.need.id: match.score for match in sample_matches if match.rank == 1}
    for row in lines(target):
        assert row["score"] >= best[str(row["need_id"])] - 1e-9


def test_repeated_judgements_are_counted_and_said(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("need_id,achievement_id,grade\nN001,A001,4\nN001,A001,2\n", encoding="utf-8")
    given = ("evaluate", "--needs", NEEDS, "--achievements", ACHIEVEMENTS, "--pairs", pairs)
    result = run(*given)
    assert "1 rows judge a pair again; every judgement counts" in result.stderr
    assert "ndcg@10  -" in result.stdout


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (PermissionError(13, "Permission denied", "out/x.csv"), 1, "out/x.csv: Permission denied"),
        (OSError(28, "No space left on device"), 1, "Error: No space left on device"),
        (OSError("odd"), 1, "Error: odd"),
    ],
)
def test_errors_of_the_system_are_one_line(
    error: OSError, code: int, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("matchmaker.reporting.print_table", fails)
    result = run("rank", NEEDS, ACHIEVEMENTS, "-q")
    assert result.exit_code == code
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_a_reader_that_leaves_ends_the_command_quietly() -> None:
    program = (
        "import sys\nfrom matchmaker.cli import main\n"
        f"sys.argv = ['matchmaker', 'rank', {NEEDS!r}, {ACHIEVEMENTS!r}, '-q']\nmain()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_a_terminal_of_another_encoding_gets_question_marks() -> None:
    for arguments in (["rank", NEEDS, ACHIEVEMENTS, "-q"], ["sectors", NEEDS, "-q", "--json", "-"]):
        done = subprocess.run(
            [sys.executable, "-m", "matchmaker", *arguments],
            capture_output=True,
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
            check=True,
        )
        assert done.stderr == b""
        if "--json" in arguments:
            assert "冶金" in done.stdout.decode("utf-8")
        else:
            assert b"?" in done.stdout


def test_help_names_commands_and_exit_codes() -> None:
    result = run("--help")
    for word in ("rank", "demo", "sectors", "evaluate", "130"):
        assert word in result.stdout
    for command in ("rank", "demo", "sectors", "evaluate"):
        assert run(command, "--help").exit_code == 0


def test_version() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "matchmaker", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"matchmaker, version {matchmaker.__version__}\n"


def test_interrupt_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        # What the terminal's Ctrl-C does, in the middle of writing.
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr("json.dumps", interrupted)
    result = run("rank", NEEDS, ACHIEVEMENTS, "-q", "-o", tmp_path / "out.jsonl")
    assert result.exit_code == 130
    assert "Interrupted" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_constraints_leave_out_and_say_whom(tmp_path: Path, sample_matches: Matches) -> None:
    target = tmp_path / "x.jsonl"
    hard = ("--require", "地区=辽宁", "--missing", "drop")
    result = run("rank", NEEDS, ACHIEVEMENTS, *hard, "-k", "10", "-o", target)
    assert result.exit_code == 0, result.output
    offered = {record.id: record for record in sample_matches.achievements}
    found = {str(row["achievement_id"]) for row in lines(target)}
    assert found
    assert all("辽宁" in offered[one].region or offered[one].region for one in found)
    scores = {(m.need.id, m.achievement.id): m.score for m in sample_matches}
    for row in lines(target):
        pair = (str(row["need_id"]), str(row["achievement_id"]))
        if pair in scores:
            assert row["score"] == scores[pair]
    left = re.search(r"(\d+) of 155 records fulfil the hard constraints", result.stderr)
    assert left
    assert len(found) <= int(left[1]) < 155


def test_nobody_eligible_is_said_even_when_quiet(tmp_path: Path) -> None:
    target = tmp_path / "x.csv"
    result = run("rank", NEEDS, ACHIEVEMENTS, "--require", "title=没有", "-q", "-o", target)
    assert result.exit_code == 0
    assert "0 of 155 records fulfil the hard constraints." in result.stderr
    assert "title=没有 removes 155" in result.stderr


def test_bad_constraints_name_the_way_out(tmp_path: Path) -> None:
    for given, said in (("trl>=kg", "trl>=kg"), ("颜色=红", "颜色"), ("trl", "no operator")):
        result = run("rank", NEEDS, ACHIEVEMENTS, "--require", given, "-o", tmp_path / "x.csv")
        assert result.exit_code == 1
        assert said in result.stderr
    file = tmp_path / "c.toml"
    file.write_text('prefer = ["颜色=红"]\n', encoding="utf-8")
    result = run("rank", NEEDS, ACHIEVEMENTS, "--constraints", file, "-o", tmp_path / "x.csv")
    assert result.exit_code == 1
    assert "颜色" in result.stderr


def test_a_wish_moves_scores_and_leaves_nobody_out(tmp_path: Path, sample_matches: Matches) -> None:
    file, target = tmp_path / "c.toml", tmp_path / "x.jsonl"
    file.write_text('prefer = ["地区=辽宁"]\n', encoding="utf-8")
    result = run("rank", NEEDS, ACHIEVEMENTS, "--constraints", file, "-q", "-o", target)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    scores = {(m.need.id, m.achievement.id): m.score for m in sample_matches}
    moved = [row for row in lines(target) if (row["need_id"], row["achievement_id"]) in scores]
    assert any(row["score"] != scores[row["need_id"], row["achievement_id"]] for row in moved)
    assert len(lines(target)) == 840


def test_without_reasons_and_without_names(tmp_path: Path) -> None:
    plain, secret = tmp_path / "plain.jsonl", tmp_path / "secret.csv"
    both = ("-o", plain, "-o", secret)
    result = run("rank", NEEDS, ACHIEVEMENTS, "-k", "1", "--no-reasons", "--anonymise", *both)
    assert result.exit_code == 0, result.output
    assert {str(row["explanation"]) for row in lines(plain)} == {"None"}
    text = secret.read_text(encoding="utf-8-sig")
    assert "宏砺特钢" not in text
    assert "企业001" in text
    assert "推荐理由" not in text


def test_sectors_without_names() -> None:
    shown = run("sectors", NEEDS, "--anonymise", "-q")
    assert shown.exit_code == 0, shown.output
    assert len(shown.stdout.splitlines()) == 84
