"""The commands that make and use models of the user's own, as a person runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from safetensors.numpy import load_file, save_file

from matchmaker import Achievement, Matcher, Need
from matchmaker.cli import cli
from matchmaker.evaluation import evaluate, read_judgements
from matchmaker.scoring.reranker import CrossEncoderReranker

SUBJECTS = ("轧钢", "疫苗", "染料", "机器", "芯片", "电池")
CHARACTERS = "".join(SUBJECTS) + "技术工艺需要方法"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("files")
    made = {name: place / f"{name}.csv" for name in ("needs", "achievements", "pairs", "titled")}
    needs = ["id,title,body", *(f"N{i},{s}技术,需要{s}工艺方法" for i, s in enumerate(SUBJECTS))]
    offered = ["id,title", *(f"A{i},{s}工艺方法" for i, s in enumerate(SUBJECTS))]
    pairs, titled = (
        ["need_id,achievement_id,grade"],
        ["need_id,achievement_id,grade,achievement_title"],
    )
    for i in range(len(SUBJECTS)):
        for j, subject in enumerate(SUBJECTS):
            row = f"N{i},A{j},{4 if i == j else 1 + (i + j) % 3}"
            pairs.append(row)
            titled.append(f"{row},{subject}工艺方法")
    for name, lines in zip(made, (needs, offered, pairs, titled), strict=True):
        made[name].write_text("\n".join(lines), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def models(
    tmp_path_factory: pytest.TempPathFactory, tiny_bert: Callable[..., Path]
) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("models")
    return {
        "encoder": tiny_bert(place / "encoder", CHARACTERS),
        "reranker": tiny_bert(place / "reranker", CHARACTERS, outputs=3),
    }


def test_finetune_and_use(files: dict[str, Path], models: dict[str, Path], tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    pytest.importorskip("accelerate")
    judged = ("--needs", files["needs"], "--pairs", files["titled"], "--device", "cpu")
    for kind in ("encoder", "reranker"):
        out = tmp_path / kind
        given = ("--kind", kind, "-o", out, "--epochs", 1, "--held-out", 0.4, "--seed", 3)
        result = run("finetune", models[kind], *judged, *given)
        assert result.exit_code == 0, result.output
        lines = result.stdout.splitlines()
        assert lines[0] == "24 pairs trained on, 12 held out"
        assert lines[1].split() == ["held", "out", "before", "after"]
        shown = {line.split()[0]: line.split()[1:] for line in lines[2:]}
        assert set(shown) == {"ndcg@10", "spearman"} | (
            {"mae", "contest_score"} if kind == "reranker" else set()
        )
        noted = json.loads((out / "training.json").read_text(encoding="utf-8"))
        assert shown["ndcg@10"] == [f"{noted[when]['ndcg@10']:.4f}" for when in ("before", "after")]
        assert f"model written to {out}" in result.stderr
    target = tmp_path / "out.jsonl"
    result = run(
        "rank", files["needs"], files["achievements"], "-o", target, "-q",
        "--encoder", tmp_path / "encoder", "--reranker", tmp_path / "reranker",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert len(target.read_text(encoding="utf-8").splitlines()) == 36


def test_nothing_held_out_measures_nothing(
    files: dict[str, Path], models: dict[str, Path], tmp_path: Path
) -> None:
    pytest.importorskip("datasets")
    pytest.importorskip("accelerate")
    result = run(
        "finetune", models["encoder"], "--needs", files["needs"], "--pairs", files["pairs"],
        "--achievements", files["achievements"], "--kind", "encoder", "-o", tmp_path / "out",
        "--epochs", 1, "--held-out", 0, "-q", "--device", "cpu",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert result.stdout == "36 pairs trained on, 0 held out\n"
    assert result.stderr == ""


def test_rank_with_a_reranker_lists_what_it_read(
    files: dict[str, Path], models: dict[str, Path], tmp_path: Path
) -> None:
    target = tmp_path / "out.jsonl"
    result = run(
        "rank", files["needs"], files["achievements"], "-k", 2, "-o", target, "-q",
        "--reranker", models["reranker"], "--rerank", 3,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    reranker = CrossEncoderReranker(models["reranker"], device="cpu", depth=3)
    matcher = Matcher(reranker=reranker)
    matcher.add([Achievement(id=f"A{i}", title=f"{s}工艺方法") for i, s in enumerate(SUBJECTS)])
    needs = [
        Need(id=f"N{i}", title=f"{s}技术", body=f"需要{s}工艺方法") for i, s in enumerate(SUBJECTS)
    ]
    expected = [
        (pair.need.id, pair.achievement.id, pytest.approx(pair.score, abs=1e-5))
        for pair in matcher.match(needs, k=2)
    ]
    written = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [(row["need_id"], row["achievement_id"], row["score"]) for row in written] == expected


def test_evaluate_with_a_reranker(
    files: dict[str, Path], tmp_path: Path, tiny_bert: Callable[..., Path]
) -> None:
    # Weights large enough for opinions that change the order of some pairs.
    model = tiny_bert(tmp_path / "strong", CHARACTERS, outputs=1)
    weights = load_file(model / "model.safetensors")
    weights["classifier.weight"] *= -200
    save_file(weights, model / "model.safetensors", metadata={"format": "pt"})
    given = ("evaluate", "--needs", files["needs"], "--pairs", files["titled"], "-q", "--json", "-")
    plain = json.loads(run(*given).stdout)
    mixed = json.loads(run(*given, "--reranker", model).stdout)
    judgements = read_judgements(files["titled"])
    titles = judgements.achievement_titles
    assert titles is not None
    needs = {f"N{i}": (f"{s}技术", f"需要{s}工艺方法") for i, s in enumerate(SUBJECTS)}
    pairs = [
        (Need(id=need, title=needs[need][0], body=needs[need][1]), Achievement(id=found, title=t))
        for need, found, t in zip(
            judgements.need_ids, judgements.achievement_ids, titles, strict=True
        )
    ]
    graded = Matcher(reranker=CrossEncoderReranker(model, device="cpu")).score(pairs)
    expected = evaluate(judgements, graded.score, graded.grade).to_json()
    assert mixed == pytest.approx(expected, abs=1e-6)
    assert mixed["spearman"] != pytest.approx(plain["spearman"], abs=1e-4)


@pytest.mark.parametrize("command", ["finetune", "rank", "evaluate"])
def test_wrong_folders_are_one_line(
    command: str, files: dict[str, Path], models: dict[str, Path], tmp_path: Path
) -> None:
    judged = ("--needs", files["needs"], "--pairs", files["titled"])
    given = {
        "finetune": (tmp_path, *judged, "--kind", "encoder", "-o", tmp_path / "out"),
        "rank": (files["needs"], files["achievements"], "--reranker", models["encoder"]),
        "evaluate": (*judged, "--reranker", tmp_path),
    }[command]
    result = run(command, *given, "-q")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert len(result.stderr.splitlines()) == 1
    assert str(models["encoder"] if command == "rank" else tmp_path) in result.stderr


def test_finetune_does_not_write_over_its_inputs(
    files: dict[str, Path], models: dict[str, Path]
) -> None:
    result = run(
        "finetune", models["encoder"], "--needs", files["needs"], "--pairs", files["titled"],
        "--kind", "encoder", "-o", models["encoder"],
    )  # fmt: skip
    assert result.exit_code == 1
    assert "is also an input and would be lost" in result.stderr
    assert not (models["encoder"] / "training.json").exists()


def test_the_command_is_listed() -> None:
    assert "finetune" in run("--help").stdout
    assert run("finetune", "--help").exit_code == 0
