"""The program that trains the whole model, on data of toy size."""

from __future__ import annotations

import csv
import itertools
import json
import lzma
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import matchmaker.training.__main__ as program
from matchmaker.language.terms import TermModel
from matchmaker.model import Model, shipped_folder, verify
from matchmaker.scoring.features import FEATURES
from matchmaker.scoring.grader import TreeGrader

SUBJECTS = ("轧钢", "疫苗", "染料", "机器人", "芯片", "电池")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of training data: a few papers, patents and judged pairs."""
    folder = tmp_path / "data"
    (folder / "text").mkdir(parents=True)
    (folder / "bdci2019").mkdir()
    papers = [
        {
            "id": str(i),
            "title": f"{subject}的工艺",
            "abstract": f"{subject}工艺研究" * 10,
            "body": "",
        }
        for i, subject in enumerate(SUBJECTS)
    ]
    with lzma.open(folder / "text" / "chinaxiv.jsonl.xz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(paper, ensure_ascii=False) + "\n" for paper in papers)
    with lzma.open(folder / "text" / "csl.jsonl.xz", "wt", encoding="utf-8") as file:
        file.write(json.dumps({"text": "焊接机器人的轨迹规划" * 8}, ensure_ascii=False) + "\n")
    (folder / "text" / "patent_titles_ipc.csv").write_text(
        "publication,title,ipc_subclasses\nCN1,一种轧机,B21B\n", encoding="utf-8"
    )
    with (folder / "bdci2019" / "needs.jsonl").open("w", encoding="utf-8") as file:
        for i, subject in enumerate(SUBJECTS):
            need = {"id": f"n{i}", "title": f"{subject}技术", "body": f"需要{subject}"}
            file.write(json.dumps(need, ensure_ascii=False) + "\n")
    with (folder / "bdci2019" / "judged_pairs.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["need_id", "achievement_id", "achievement_title", "grade"])
        for i, j in itertools.product(range(len(SUBJECTS)), repeat=2):
            for copy in range(4):
                grade = (3 + copy % 2) if i == j else 1 + (i + j + copy) % 2
                rows.writerow([f"n{i}", f"a{i}-{j}-{copy}", f"{SUBJECTS[j]} 方法 {copy}", grade])
    return folder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model folder that holds what the stages under test do not make."""
    folder = tmp_path / "model"
    shutil.copytree(shipped_folder(), folder)
    (folder / "terms.npz").unlink()
    (folder / "grader.npz").unlink()
    return folder


def test_terms_sectors_and_grader_make_a_whole_model(data: Path, model: Path) -> None:
    before = (model / "sectors" / "classifier.npz").read_bytes()
    stages = [part for name in ("terms", "sectors", "grader") for part in ("--only", name)]
    given = ["--data", str(data), "--out", str(model), *stages]
    result = CliRunner().invoke(program.main, given, catch_exceptions=False)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == ["reading the corpus", "terms", "sectors", "grader"]
    assert verify(model)["version"] == program.MODEL_VERSION
    opened = Model.load(model)
    assert opened.grader.features == FEATURES
    assert (model / "sectors" / "classifier.npz").read_bytes() != before
    # The paper on robots is long enough to be held out: five papers, an abstract and a patent
    # are counted, of which one holds either word; rarity is stored in steps of 0.05.
    for word in ("轧机", "机器人"):
        assert opened.terms.weight(word) == pytest.approx(math.log(8 / 2), abs=0.025)


def test_the_grader_learns_the_toy_pairs(data: Path) -> None:
    judged = program.read_judged(data / program.JUDGED_NEEDS, data / program.JUDGED_PAIRS)
    features = program.judged_features(
        judged,
        terms=TermModel.load(shipped_folder() / "terms.npz"),
        encoder=program.StaticEncoder(shipped_folder() / "encoder"),
    )
    grader = program.fit_grader(features, judged.judgements.grades)
    assert isinstance(grader, TreeGrader)
    grades = judged.judgements.grades
    found = grader.grade(features).grade
    assert np.array_equal(found > 2, grades > 2)


def test_the_encoder_is_asked_for_with_the_seed(
    data: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Path, int]] = []

    def noted(corpus: object, *, out: Path, settings: program.EncoderSettings) -> None:
        asked.append((out, settings.seed))

    monkeypatch.setattr(program, "fit_encoder", noted)
    given = ["--data", str(data), "--out", str(model), "--only", "encoder", "--seed", "7"]
    assert CliRunner().invoke(program.main, given, catch_exceptions=False).exit_code == 0
    assert asked == [(model / "encoder", 7)]
