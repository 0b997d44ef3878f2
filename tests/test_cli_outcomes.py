"""Outcomes given to rank: what was refused is not listed again, and others take its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from matchmaker.cli import cli
from matchmaker.sample import sample_path

FILES = [str(sample_path(name)) for name in ("needs.csv", "achievements.xlsx")]


def ranked(folder: Path, *options: str) -> list[tuple[str, str, int]]:
    target = folder / "ranked.jsonl"
    done = CliRunner().invoke(
        cli, ["rank", *FILES, "-k", "2", "--no-reasons", "-o", str(target), *options]
    )
    assert done.exit_code == 0, done.output
    lines = target.read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [(one["need_id"], one["achievement_id"], one["rank"]) for one in found]


@pytest.mark.parametrize("reverse", [(), ("--reverse",)])
def test_refused_pairs_give_way_to_the_next(tmp_path: Path, reverse: tuple[str, ...]) -> None:
    before = ranked(tmp_path, *reverse)
    need, achievement, _ = before[0]
    outcomes = tmp_path / "o.csv"
    outcomes.write_text(
        "需求编号,成果编号,阶段,日期,拒绝原因\n"
        f"{need},{achievement},已对接,2026-03-01,不在业务范围\n",
        encoding="utf-8",
    )
    after = ranked(tmp_path, *reverse, "--outcomes", str(outcomes), "--today", "2026-06-30")
    asked = 1 if reverse else 0
    assert len(after) == len(before)
    mine = [pair for pair in before if pair[asked] == before[0][asked]]
    now = [pair for pair in after if pair[asked] == before[0][asked]]
    # The second one is first now, and the next best is second.
    assert now[0] == (*mine[1][:2], 1)
    assert now[1][2] == 2
    assert now[1][:2] not in [pair[:2] for pair in mine]
    others = [pair for pair in before if pair[asked] != before[0][asked]]
    assert others == [pair for pair in after if pair[asked] != before[0][asked]]


def test_the_workbook_says_how_many_were_asked_for(tmp_path: Path) -> None:
    import openpyxl

    target = tmp_path / "r.xlsx"
    command = ["rank", *FILES, "-k", "2", "--no-reasons", "-o", str(target)]
    more = ["--outcomes", str(sample_path("outcomes.csv")), "--today", "2026-11-26"]
    done = CliRunner().invoke(cli, command + more)
    assert done.exit_code == 0
    assert "8 pairs were refused before and are left out" in done.output
    facts = openpyxl.load_workbook(target)["总览"].iter_rows(values_only=True)
    assert ("每条记录最多推荐", "2") in [row[:2] for row in facts]
