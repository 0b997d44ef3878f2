"""What the README shows is what a reader gets."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from matchmaker.cli import cli
from matchmaker.sample import sample_path
from matchmaker.scoring.constraint_files import load_constraints
from matchmaker.scoring.constraints import Constraint
from matchmaker.store import Store

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```python\n((?:(?!```).)*)```\n+```text\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("text", [README, CHINESE], ids=["README.md", "README.zh-CN.md"])
def test_python_prints_what_the_readme_says(text: str) -> None:
    blocks = BLOCK.findall(text)
    assert blocks
    assert all(len(code.strip().splitlines()) <= 10 for code, _ in blocks)
    # A block goes on where the one before it ended.
    code = "".join(code for code, _ in blocks)
    printed = "".join(printed for _, printed in blocks)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-X", "utf8", "-c", code],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout == printed
    assert done.stderr == ""


@pytest.mark.parametrize("text", [README, CHINESE], ids=["README.md", "README.zh-CN.md"])
def test_every_option_that_is_named_exists(text: str) -> None:
    runner = CliRunner()
    helps = {name: runner.invoke(cli, [name, "--help"]).stdout for name in cli.commands}
    group = cli.commands["store"]
    assert isinstance(group, click.Group)
    for name in group.commands:
        helps["store"] += runner.invoke(cli, ["store", name, "--help"]).stdout
    plans = cli.commands["plan"]
    assert isinstance(plans, click.Group)
    for name in plans.commands:
        helps["plan"] += runner.invoke(cli, ["plan", name, "--help"]).stdout
    # As commands are written, which leaves out the names of methods in tables of results.
    named = re.findall(r"(?:\$ |`)matchmaker ([a-z]+)", text)
    assert len(named) > 5
    for name in named:
        assert name in helps, name
    known = " ".join(helps.values())
    # Options of pip and of the training and benchmark programs stand in lines of their own.
    for line in text.splitlines():
        if "pip " not in line and "python -m" not in line:
            for option in re.findall(r"(?<![\w-])--[a-z][\w-]+", line):
                assert option in known, option


@pytest.mark.parametrize("text", [README, CHINESE], ids=["README.md", "README.zh-CN.md"])
def test_commands_of_a_store_run_as_printed(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(sample_path("achievements.xlsx"), tmp_path / "成果库.xlsx")
    shutil.copy(sample_path("needs.csv"), tmp_path / "需求.csv")
    monkeypatch.chdir(tmp_path)
    lines = [
        line.partition("    #")[0] for line in re.findall(r"^\$ (matchmaker store .*)", text, re.M)
    ]
    assert len(lines) == 6
    for line in lines:
        done = CliRunner().invoke(cli, line.split()[1:])
        assert done.exit_code == 0, (line, done.output)
    with Store.open("库") as store:
        assert store.count() == 154
    ranked = (tmp_path / "撮合结果.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(ranked) == 84 * 20
    assert (tmp_path / "撮合结果.xlsx").stat().st_size > 10_000


@pytest.mark.parametrize("text", [README, CHINESE], ids=["README.md", "README.zh-CN.md"])
def test_conditions_can_be_read(text: str, tmp_path: Path) -> None:
    [block] = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    file = tmp_path / "条件.toml"
    file.write_text(block, encoding="utf-8")
    assert [(str(one), one.hard, one.weight) for one in load_constraints(file)] == [
        ("trl>=6", True, 0.2),
        ("地区=辽宁|吉林", True, 0.2),
        ("合作方式=转让", False, 0.3),
    ]
    asked = re.findall(r"--(?:require|prefer) '([^']+)'", text)
    assert len(asked) > 4
    for one in asked:
        # Within a table of Markdown a bar is written with a stroke before it.
        Constraint.parse(one.replace("\\|", "|"))


@pytest.mark.parametrize("text", [README, CHINESE], ids=["README.md", "README.zh-CN.md"])
def test_checks_run_as_printed(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(sample_path("achievements.xlsx"), tmp_path / "成果库.xlsx")
    shutil.copy(sample_path("needs.csv"), tmp_path / "需求.csv")
    monkeypatch.chdir(tmp_path)
    lines = re.findall(r"^\$ matchmaker (check .*)", text, re.M)
    assert len(lines) == 2
    for line in lines:
        done = CliRunner().invoke(cli, line.split())
        assert done.exit_code == 0, (line, done.output)
    assert (tmp_path / "检查报告.xlsx").stat().st_size > 5_000
    assert (tmp_path / "修正后.xlsx").stat().st_size > 5_000


def test_both_readmes_open_with_the_two_commands() -> None:
    for text in (README, CHINESE):
        first_screen = "\n".join(text.splitlines()[:30])
        assert "make demo" in first_screen
        assert "make test" in first_screen


def test_links_lead_somewhere() -> None:
    for text in (README, CHINESE):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
            assert (ROOT / target).exists(), target
