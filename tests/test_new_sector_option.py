"""A sector of the user's own, taught by a table of examples, from the command line and Python."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from matchmaker import Achievement, Matcher, Need
from matchmaker.cli import cli
from matchmaker.language.sectors import SectorRegistry
from matchmaker.model import shipped_folder

EXAMPLES = [
    "水稻机插秧育秧技术", "小麦高产栽培与病虫害防治", "奶牛饲养管理与疫病防控",
    "温室番茄水肥一体化", "苹果园灌溉施肥", "蛋鸡养殖环境控制", "玉米抗倒伏品种选育",
]  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A registry with a new sector, examples of it, and two needs."""
    paths = {name: tmp_path / name for name in ("registry.json", "examples.csv", "needs.csv")}
    shipped = shipped_folder() / "sectors" / "registry.json"
    data = json.loads(shipped.read_text(encoding="utf-8"))
    data["sectors"].append({"name": "现代农业"})
    paths["registry.json"].write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    tables = {
        "examples.csv": [("领域", "标题"), *(("现代农业", text) for text in EXAMPLES)],
        "needs.csv": [("id", "标题"), ("1", "大豆高产栽培与病虫害防治"), ("2", "转炉炼钢脱磷")],
    }
    for name, rows in tables.items():
        with paths[name].open("w", encoding="gb18030", newline="") as file:
            csv.writer(file).writerows(rows)
    return paths


def first_sectors(output: str) -> dict[str, str]:
    """First sector of each line ``id, names with confidences, title``."""
    cells = (line.split("\t") for line in output.splitlines())
    return {row[0]: row[1].split()[0] for row in cells}


def test_the_command_learns_a_sector_from_a_table(files: dict[str, Path]) -> None:
    asked = ["sectors", str(files["needs.csv"]), "-q", "--registry", str(files["registry.json"])]
    before = CliRunner().invoke(cli, asked, catch_exceptions=False)
    assert first_sectors(before.output) == {"1": "其他", "2": "冶金"}
    after = CliRunner().invoke(
        cli, [*asked, "--examples", str(files["examples.csv"])], catch_exceptions=False
    )
    assert after.exit_code == 0
    assert first_sectors(after.output) == {"1": "现代农业", "2": "冶金"}


def test_examples_without_a_registry_are_refused(files: dict[str, Path]) -> None:
    asked = ["sectors", str(files["needs.csv"]), "--examples", str(files["examples.csv"])]
    result = CliRunner().invoke(cli, asked)
    assert result.exit_code == 1
    assert "--examples teaches the sectors that --registry adds: give both" in result.output


def test_a_matcher_groups_by_the_learned_sector(files: dict[str, Path]) -> None:
    registry = SectorRegistry.load(files["registry.json"])
    matcher = Matcher(registry=registry.with_examples({"现代农业": EXAMPLES}))
    matcher.add([Achievement(id="a", title="大豆病虫害绿色防控与高产栽培")])
    matches = matcher.match([Need(id="n", title="大豆高产栽培与病虫害防治")], sector="现代农业")
    assert [(match.need.id, match.achievement.id) for match in matches] == [("n", "a")]
    assert set(matches.by_sector()) == {"现代农业"}
