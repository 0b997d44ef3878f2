"""What the README shows is what a reader gets."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from matchmaker.cli import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```python\n(.*?)```\n+```text\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("text", [README, CHINESE], ids=["README.md", "README.zh-CN.md"])
def test_python_prints_what_the_readme_says(text: str) -> None:
    [(code, printed)] = BLOCK.findall(text)
    assert len(code.strip().splitlines()) <= 10
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


def test_both_readmes_open_with_the_two_commands() -> None:
    for text in (README, CHINESE):
        first_screen = "\n".join(text.splitlines()[:30])
        assert "make demo" in first_screen
        assert "make test" in first_screen


def test_links_lead_somewhere() -> None:
    for text in (README, CHINESE):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
            assert (ROOT / target).exists(), target
