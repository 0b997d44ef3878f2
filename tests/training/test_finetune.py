"""Fine-tuning small real models on toy pairs: what was held out is ordered better afterwards."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from matchmaker import Achievement, Need
from matchmaker.errors import ConfigError, MissingExtraError, ModelError
from matchmaker.retrieval.transformers import SentenceTransformerEncoder
from matchmaker.scoring.reranker import CrossEncoderReranker
from matchmaker.training.finetune import finetune, split_by_need
from matchmaker.training.trainers import FinetuneSettings

pytest.importorskip("datasets")
pytest.importorskip("accelerate")

# What is asked for and what answers it share no character, so an untrained model cannot know.
ANSWERS = {"钢": "铁", "药": "苗", "电": "池", "机": "臂"}
FILLERS = "甲乙丙丁戊己庚辛壬癸"
CHARACTERS = "".join(ANSWERS) + "".join(ANSWERS.values()) + FILLERS


def toy_pairs() -> tuple[list[tuple[Need, Achievement]], NDArray[np.int8]]:
    """Each need against the answers of every subject, twice; each need has a text of its own."""
    rng = np.random.default_rng(3)
    pairs, grades = [], []
    for number in range(40):
        asked = list(ANSWERS)[number % len(ANSWERS)]
        # The number in other characters, so that no two needs are alike.
        mark = FILLERS[number // 10] + FILLERS[number % 10]
        need = Need(id=f"n{number}", title=asked * 2 + mark)
        for copy in range(2):
            for other, answer in ANSWERS.items():
                title = answer * 2 + "".join(rng.choice(list(FILLERS), 2))
                pairs.append((need, Achievement(id=f"a{number}{other}{copy}", title=title)))
                grades.append(4 if other == asked else 1 + copy % 2)
    return pairs, np.array(grades, dtype=np.int8)


PAIRS, GRADES = toy_pairs()


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory, tiny_bert: Callable[..., Path]) -> Path:
    return tiny_bert(tmp_path_factory.mktemp("finetune") / "start", CHARACTERS)


def settings(**others: object) -> FinetuneSettings:
    given: dict[str, object] = {"epochs": 6, "learning_rate": 3e-3, "device": "cpu", **others}
    return FinetuneSettings(**given)  # type: ignore[arg-type]


@pytest.mark.usefixtures("no_network")
def test_an_encoder_learns_to_order_unseen_needs(
    start: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steps: list[tuple[str, int, int]] = []
    report = finetune(
        start,
        PAIRS,
        GRADES,
        out=tmp_path / "tuned",
        settings=settings(),
        progress=lambda *step: steps.append(step),
    )
    assert (report.training_pairs, report.held_out_pairs) == (256, 64)
    assert report.before is not None
    assert report.after is not None
    before, after = report.before["ndcg@10"], report.after["ndcg@10"]
    assert before is not None
    assert after is not None
    assert before < 0.85 < 0.95 < after
    assert "contest_score" not in report.after
    assert steps == [("finetune", step, 96) for step in range(1, 97)]
    assert capsys.readouterr() == ("", "")
    # Nothing but the model is left.
    assert [path.name for path in tmp_path.iterdir()] == ["tuned"]
    noted = json.loads((tmp_path / "tuned" / "training.json").read_text(encoding="utf-8"))
    assert noted["after"] == report.after
    assert noted["started_from"] == "start"
    encoder = SentenceTransformerEncoder(tmp_path / "tuned", device="cpu")
    asked, right, wrong = (
        encoder.encode_query(["钢钢癸癸"]),
        *encoder.encode_document(["铁铁", "苗苗"]),
    )
    assert float(asked[0] @ right) > float(asked[0] @ wrong) + 0.1


@pytest.mark.usefixtures("no_network")
def test_a_reranker_learns_grades(tmp_path: Path, tiny_bert: Callable[..., Path]) -> None:
    # How far two unlike words go together takes more text than a toy has; here the answer alone
    # decides, in four grades.
    untrained = tiny_bert(tmp_path / "untrained", CHARACTERS, outputs=3)
    grade_of = dict(zip(ANSWERS.values(), (4, 3, 2, 1), strict=True))
    grades = np.array([grade_of[found.title[0]] for _, found in PAIRS], dtype=np.int8)
    out = tmp_path / "pairs"
    report = finetune(
        untrained, PAIRS, grades, out=out, settings=settings(kind="reranker", epochs=8)
    )
    assert report.before is not None
    assert report.after is not None
    before, after = report.before["ndcg@10"], report.after["ndcg@10"]
    assert before is not None
    assert after is not None
    assert before < 0.85 < 0.95 < after
    score = report.after["contest_score"]
    assert score is not None
    assert score > 0.8
    above = CrossEncoderReranker(out, device="cpu").above(["钢钢癸癸"] * 4, list(grade_of))
    assert (np.diff(above.sum(axis=1)) < 0).all()
    # Going on from there begins with the figures that it ended with.
    more = finetune(
        out, PAIRS, grades, out=tmp_path / "more", settings=settings(kind="reranker", epochs=1)
    )
    assert more.before == report.after


def test_an_encoder_gets_a_new_head(start: Path, tmp_path: Path) -> None:
    encoder = tmp_path / "encoder"
    finetune(start, PAIRS[:32], GRADES[:32], out=encoder, settings=settings(epochs=1, held_out=0))
    for number, folder in enumerate((start, encoder)):
        out = tmp_path / str(number)
        report = finetune(
            folder, PAIRS[:64], GRADES[:64], out=out, settings=settings(kind="reranker", epochs=1)
        )
        assert report.before is None
        assert report.after is not None
        assert CrossEncoderReranker(out, device="cpu").model.num_labels == 3


def test_a_head_of_one_output_is_kept(tmp_path: Path, tiny_bert: Callable[..., Path]) -> None:
    first = tiny_bert(tmp_path / "one", CHARACTERS, outputs=1)
    out = tmp_path / "tuned"
    report = finetune(
        first, PAIRS[:64], GRADES[:64], out=out, settings=settings(kind="reranker", held_out=0)
    )
    assert (report.before, report.after, report.held_out_pairs) == (None, None, 0)
    above = CrossEncoderReranker(out, device="cpu").above(["钢钢"], ["铁铁"])
    assert above[0, 0] == above[0, 2] > 0


def test_the_same_seed_gives_the_same_model(start: Path, tmp_path: Path) -> None:
    def tuned(name: str, seed: int) -> NDArray[np.float32]:
        finetune(
            start,
            PAIRS[:48],
            GRADES[:48],
            out=tmp_path / name,
            settings=settings(epochs=1, seed=seed, held_out=0),
        )
        return SentenceTransformerEncoder(tmp_path / name, device="cpu").encode_query(
            ["钢甲", "药"]
        )

    first = tuned("a", 1)
    np.testing.assert_array_equal(first, tuned("b", 1))
    # Written over what stands there.
    assert np.abs(first - tuned("b", 2)).max() > 1e-4


def test_prompts_are_trained_with_and_kept(start: Path, tmp_path: Path) -> None:
    named = shutil.copytree(start, tmp_path / "e5-small")
    out = tmp_path / "ours"
    finetune(named, PAIRS[:32], GRADES[:32], out=out, settings=settings(epochs=1, held_out=0))
    encoder = SentenceTransformerEncoder(out, device="cpu")
    assert encoder.prompts == {"query": "query: ", "document": "passage: "}


def test_needs_of_one_text_stand_on_one_side() -> None:
    needs = ["甲", "乙", "甲", "丙", "乙", "丁", "戊", "甲"]
    for seed in range(20):
        training, held_out = split_by_need(needs, share=0.4, seed=seed)
        assert sorted([*training, *held_out]) == list(range(8))
        sides = {needs[row] for row in training}, {needs[row] for row in held_out}
        assert not sides[0] & sides[1]
        assert len(sides[1]) == 2
    chosen = {tuple(split_by_need(needs, share=0.4, seed=seed)[1]) for seed in range(20)}
    assert len(chosen) > 5
    training, held_out = split_by_need(needs, share=0, seed=0)
    assert (len(training), len(held_out)) == (8, 0)
    with pytest.raises(ConfigError, match="of 1 needs cannot be divided"):
        split_by_need(["甲", "甲"], share=0.2, seed=0)


def test_wrong_arguments(start: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="320 pairs and 1 grades"):
        finetune(start, PAIRS, GRADES[:1], out=tmp_path / "out")
    with pytest.raises(ConfigError, match="write to another folder"):
        finetune(start, PAIRS, GRADES, out=start)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="no model folder; it is left as it is"):
        finetune(start, PAIRS, GRADES, out=tmp_path / "mine")
    with pytest.raises(ModelError, match="no such folder"):
        finetune("bge-small-zh", PAIRS, GRADES, out=tmp_path / "out")
    blank = [(Need(id="n", title="-"), Achievement(id="a", title="铁"))]
    with pytest.raises(ConfigError, match="no judged pair is left to train on"):
        finetune(start, blank, GRADES[:1], out=tmp_path / "out", settings=settings(held_out=0))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", "grader"),
        ("epochs", 0),
        ("batch_size", 1),
        ("learning_rate", 0.0),
        ("held_out", 1.0),
        ("seed", -1),
    ],
)
def test_settings_are_checked(name: str, value: object) -> None:
    with pytest.raises(ConfigError, match=name):
        settings(**{name: value})


def test_the_extra_is_named(start: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingExtraError, match=r"Fine-tuning a model .*matchmaker\[train\]"):
        finetune(start, PAIRS, GRADES, out=tmp_path / "out", settings=settings(held_out=0))
    assert list(tmp_path.iterdir()) == []
