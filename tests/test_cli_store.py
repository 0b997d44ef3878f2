"""The commands of a store, as a person runs them."""

from __future__ import annotations

import csv
import json
import os
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from click.testing import CliRunner, Result

from matchmaker import Achievement, Matcher, Need, Records
from matchmaker.cli import cli
from matchmaker.records import Record
from matchmaker.reporting.messages import text
from matchmaker.store import Store

NEEDS = 9
OFFERED = 30


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["store", *(str(argument) for argument in arguments)])


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write_records(records: Iterable[Record], path: Path) -> Path:
    rows = (record.to_dict() for record in records)
    names = ("id", "title", "body", "organisation", "region")
    kept = ({name: row[name] for name in names} for row in rows)
    path.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept), encoding="utf-8"
    )
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def needs_file(sample_needs: Records[Need], folder: Path) -> Path:
    return write_records(sample_needs[:NEEDS], folder / "needs.jsonl")


@pytest.fixture(scope="module")
def achievements_file(sample_achievements: Records[Achievement], folder: Path) -> Path:
    return write_records(sample_achievements[:OFFERED], folder / "achievements.jsonl")


@pytest.fixture(scope="module")
def filled(folder: Path, achievements_file: Path) -> Path:
    """A store of achievements that tests must not change."""
    target = folder / "store"
    result = run("add", target, achievements_file, "--kind", "achievements", "-q")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert result.stdout == (
        f"{target}: {OFFERED} new, 0 changed, 0 unchanged; {OFFERED} achievements in all\n"
    )
    return target


@pytest.fixture
def changing(tmp_path: Path, sample_achievements: Records[Achievement]) -> Path:
    """A small store that a test may change."""
    target = tmp_path / "store"
    with Store.open(target, create=True) as made:
        made.add(sample_achievements[:5])
    return target


def test_adding_again_counts_what_is_new_and_what_has_changed(
    changing: Path, sample_achievements: Records[Achievement], needs_file: Path, tmp_path: Path
) -> None:
    records = list(sample_achievements[:8])
    changed = Achievement.from_dict({**records[0].to_dict(), "title": "另一个名称"})
    source = tmp_path / "more.jsonl"
    rows = [record.to_dict() for record in (changed, *records[1:])]
    for row in rows:
        del row["origin"]
        del row["extra"]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with Store.open(changing) as opened:
        kept = [record for record in opened.records("achievements") if not dict(record.extra)]
    result = run("add", changing, source, "--kind", "achievements", "--workers", "1")
    assert result.exit_code == 0, result.output
    assert "8 rows read, 8 kept, 0 left out" in result.stderr
    [line] = result.stdout.splitlines()
    same = sum(record.id != changed.id for record in kept)
    assert line == (
        f"{changing}: 3 new, {5 - same} changed, {same} unchanged; 8 achievements in all"
    )
    result = run("add", changing, source, "--kind", "achievements", "-q")
    assert result.stdout == f"{changing}: 0 new, 0 changed, 8 unchanged; 8 achievements in all\n"
    result = run("add", changing, needs_file, "--kind", "needs", "-q")
    assert result.stdout == f"{changing}: 9 new, 0 changed, 0 unchanged; 9 needs in all\n"
    with Store.open(changing) as opened:
        assert opened.get(changed.id, kind="achievements").title == "另一个名称"


def test_adding_to_what_is_no_store(tmp_path: Path, needs_file: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    result = run("add", tmp_path, needs_file, "--kind", "needs", "-q")
    assert result.exit_code == 1
    assert "holds other files" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    assert run("add", tmp_path / "new", needs_file).exit_code == 2


def test_removing(changing: Path, needs_file: Path) -> None:
    with Store.open(changing) as opened:
        ids = [record.id for record in opened.records("achievements")]
    result = run("remove", changing, ids[0], "nobody", "nothing")
    assert result.exit_code == 1
    assert "'nobody', 'nothing'" in result.stderr
    assert "nothing was removed" in result.stderr
    result = run("remove", changing, *ids[:2])
    assert result.exit_code == 0
    assert result.stdout == f"{changing}: 2 removed; 3 records in all\n"
    assert run("remove", changing, ids[2], "--kind", "needs").exit_code == 1
    assert run("remove", changing, ids[2], "--kind", "achievements").exit_code == 0
    with Store.open(changing) as opened:
        assert [record.id for record in opened.records("achievements")] == ids[3:]
    assert run("remove", changing).exit_code == 2


def test_information(filled: Path, tmp_path: Path) -> None:
    result = run("info", filled, "--json", "-")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert (found["count"], found["needs"], found["achievements"]) == (OFFERED, 0, OFFERED)
    assert {"path", "format", "generation", "segments", "made_with", "bytes"} <= set(found)
    assert run("info", filled, "--json", tmp_path / "info.json").stdout == ""
    assert lines(tmp_path / "info.json") == [found]
    shown = dict(line.split("\t") for line in run("info", filled).stdout.splitlines())
    assert shown["成果"] == str(OFFERED)
    english = dict(
        line.split("\t") for line in run("info", filled, "--lang", "en").stdout.splitlines()
    )
    assert english["Achievements"] == str(OFFERED)
    assert english["Model"] == found["made_with"]["model"]


def test_verifying(changing: Path) -> None:
    result = run("verify", changing)
    assert result.exit_code == 0
    assert result.stdout == text("store.whole", "zh", count=5) + "\n"
    [damaged, *_] = sorted(changing.rglob("*.npy"))
    content = bytearray(damaged.read_bytes())
    content[-1] ^= 1
    damaged.write_bytes(content)
    result = run("verify", changing, "--lang", "en")
    assert result.exit_code == 1
    first, *findings = result.stdout.splitlines()
    assert first == text("store.damaged", "en", count=len(findings))
    assert any(damaged.name in line for line in findings)
    assert "Traceback" not in result.output


def test_a_folder_that_is_no_store_is_one_message(tmp_path: Path, needs_file: Path) -> None:
    for arguments in (
        ("info", tmp_path),
        ("verify", tmp_path),
        ("compact", tmp_path),
        ("reindex", tmp_path),
        ("remove", tmp_path, "A1"),
        ("match", tmp_path, needs_file, "-o", tmp_path / "out.csv"),
    ):
        result = run(*arguments)
        assert result.exit_code == 1, arguments
        assert result.stderr.count("Error: ") == 1
        assert str(tmp_path) in result.stderr
        assert list(tmp_path.iterdir()) == []
    assert run("info", tmp_path / "missing").exit_code == 2


def test_compacting_and_reading_anew(changing: Path, tmp_path: Path) -> None:
    registry = {"format": 1, "version": "mine", "sectors": [{"name": "钢铁", "aliases": ["冶金"]}]}
    mine = tmp_path / "registry.json"
    mine.write_text(json.dumps(registry), encoding="utf-8")
    result = run("compact", changing)
    assert result.exit_code == 0, result.output
    assert "MiB before" in result.stdout
    result = run("reindex", changing, "--registry", mine, "--workers", "1", "-q")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"{changing}: 5 records, now made with model ")
    assert ", sectors mine, " in result.stdout
    assert run("verify", changing).exit_code == 0
    # Records are read by the list of sectors that made the store.
    source = tmp_path / "more.jsonl"
    source.write_text('{"id": "X", "title": "题目"}\n', encoding="utf-8")
    result = run("add", changing, source, "--kind", "achievements", "-q")
    assert result.exit_code == 1
    assert "matchmaker store reindex" in result.stderr
    given = ("add", changing, source, "--kind", "achievements", "-q", "--registry", mine)
    assert run(*given).exit_code == 0


def test_match_writes_every_form(filled: Path, needs_file: Path, tmp_path: Path) -> None:
    with Matcher.open(filled) as matcher:
        from matchmaker import read_needs

        expected = [
            (match.need.id, match.achievement.id, match.rank, match.score)
            for match in matcher.match(read_needs(needs_file), k=2)
        ]
    assert len(expected) == 2 * NEEDS
    for ending in (".jsonl", ".csv", ".parquet", ".xlsx", ".html"):
        target = tmp_path / f"结果{ending}"
        result = run("match", filled, needs_file, "-k", "2", "-o", target, "--workers", "1")
        assert result.exit_code == 0, result.output
        assert result.stdout == ""
        assert f"{len(expected)} pairs written to {target}" in result.stderr
    names = ("need_id", "achievement_id", "rank", "score")
    rows = lines(tmp_path / "结果.jsonl")
    assert [tuple(row[name] for name in names) for row in rows] == expected
    assert pyarrow.parquet.read_table(tmp_path / "结果.parquet").to_pylist() == rows
    with (tmp_path / "结果.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert [(row["需求编号"], row["成果编号"]) for row in table] == [row[:2] for row in expected]
    assert (tmp_path / "结果.xlsx").read_bytes()[:2] == b"PK"
    assert '<html lang="zh' in (tmp_path / "结果.html").read_text(encoding="utf-8")
    assert len(list(tmp_path.iterdir())) == 5


def test_match_with_limits(filled: Path, needs_file: Path, tmp_path: Path) -> None:
    with Store.open(filled) as opened:
        organisations = sorted({record.organisation for record in opened.records("achievements")})
        of = {record.id: record.organisation for record in opened.records("achievements")}
    chosen = [name for name in organisations if name][:2]
    for ending in (".jsonl", ".xlsx"):
        target = tmp_path / f"out{ending}"
        conditions = [part for name in chosen for part in ("--where", f"organisation={name}")]
        result = run("match", filled, needs_file, "-o", target, "-q", *conditions)
        assert result.exit_code == 0, result.output
    rows = lines(tmp_path / "out.jsonl")
    assert {of[row["achievement_id"]] for row in rows} == set(chosen)
    target = tmp_path / "limited.jsonl"
    result = run(
        *("match", filled, needs_file, "-o", target, "-q", "--sector", "冶金"),
        *("--min-score", "0.4", "--candidates", "20"),
    )
    assert result.exit_code == 0, result.output
    limited = lines(target)
    assert limited
    assert all(row["score"] >= 0.4 and "冶金" in row["sectors"] for row in limited)


def test_match_in_english(filled: Path, needs_file: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    assert run("match", filled, needs_file, "-o", target, "-q", "--lang", "en").exit_code == 0
    assert target.read_text(encoding="utf-8-sig").startswith("Rank,Grade,Score,Need")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["-o", "{tmp}/out.docx"], 1, "names no known form; known: .csv, .jsonl, .parquet, .xlsx"),
        (["-o", "{tmp}/missing/out.csv"], 1, "no such folder"),
        (["-o", "{tmp}/out.xlsx", "--resume"], 2, "--resume goes with .csv, .jsonl, .parquet"),
        (["-o", "{tmp}/out.csv", "--anonymise", "--resume"], 2, "not go with --anonymise"),
        (["-o", "{tmp}/out.csv", "--where", "region"], 2, "'region' is not FIELD=VALUE"),
        (["-o", "{tmp}/out.csv", "--where", "colour=red"], 1, "colour"),
        (["-o", "{tmp}/out.csv", "--sector", "航天"], 1, "unknown sector '航天'"),
        (["-o", "{store}/out.csv"], 1, "is inside the store"),
        (["-o", "{needs}"], 1, "is also an input and would be lost"),
        ([], 2, "--output"),
    ],
)
def test_bad_input_ends_with_one_message(
    arguments: list[str], code: int, message: str, filled: Path, needs_file: Path, tmp_path: Path
) -> None:
    places = {"tmp": tmp_path, "store": filled, "needs": needs_file}
    given = [argument.format(**places) for argument in arguments]
    result = run("match", filled, needs_file, "-q", "--workers", "1", *given)
    assert result.exit_code == code, result.output
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_match_is_taken_up(
    filled: Path, needs_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from matchmaker import batch

    target = tmp_path / "out.jsonl"
    given = ("match", filled, needs_file, "-o", target, "--workers", "1")
    assert run(*given, "-q").exit_code == 0
    expected = target.read_bytes()
    target.unlink()
    made, make = [], batch._make_part

    def interrupted(matcher: Any, job: Any, number: int, needs: Any) -> None:
        if len(made) == 2:
            # What the terminal's Ctrl-C does.
            os.kill(os.getpid(), signal.SIGINT)
        made.append(number)
        make(matcher, job, number, needs)

    with monkeypatch.context() as patched:
        patched.setattr(batch, "_make_part", interrupted)
        options = batch.BatchOptions
        patched.setattr(batch, "BatchOptions", lambda **asked: options(**asked, chunk=2))
        result = run(*given)
    assert result.exit_code == 130
    assert "what was finished is kept; go on with the same and --resume" in result.stderr
    assert not target.exists()
    result = run(*given)
    assert result.exit_code == 1
    assert "--resume" in result.stderr
    result = run(*given, "--resume", "-q")
    assert result.exit_code == 0, result.output
    assert target.read_bytes() == expected
    assert list(tmp_path.iterdir()) == [target]


def test_match_with_what_was_learned(
    filled: Path, needs_file: Path, achievements_file: Path, tmp_path: Path
) -> None:
    offered, asked = lines(achievements_file), lines(needs_file)
    judged = tmp_path / "judged.csv"
    pairs = [(need["id"], found["id"]) for need in asked for found in offered[:3]]
    judged.write_text(
        "need_id,achievement_id,grade\n" + "".join(f"{a},{b},4\n" for a, b in pairs),
        encoding="utf-8",
    )
    sides = ("--needs", needs_file, "--achievements", achievements_file)
    learned = CliRunner().invoke(
        cli, [str(part) for part in ("learn", judged, *sides, "--into", tmp_path / "l", "-q")]
    )
    assert learned.exit_code == 0, learned.output
    plain, taught = tmp_path / "plain.jsonl", tmp_path / "taught.jsonl"
    given = ("match", filled, needs_file, "-k", OFFERED, "-q", "--workers", "1", "-o")
    assert run(*map(str, given), plain).exit_code == 0
    result = run(*map(str, given), taught, "--learned", tmp_path / "l")
    assert result.exit_code == 0, result.output
    key = ("need_id", "achievement_id")
    before = {tuple(row[name] for name in key): row["score"] for row in lines(plain)}
    after = {tuple(row[name] for name in key): row["score"] for row in lines(taught)}
    assert all(after[pair] > before[pair] for pair in pairs)


def test_help_of_the_group() -> None:
    result = run("--help")
    for word in ("add", "remove", "info", "verify", "compact", "reindex", "match", "130"):
        assert word in result.stdout
        if word != "130":
            assert run(word, "--help").exit_code == 0
