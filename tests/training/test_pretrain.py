"""Pre-training at toy size: the loss falls, interruptions leave no trace, the folder opens."""

from __future__ import annotations

import json
import lzma
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer

from matchmaker.errors import ConfigError, ModelError
from matchmaker.retrieval.transformers import SentenceTransformerEncoder
from matchmaker.testing import check_encoder
from matchmaker.training import pretrain as program
from matchmaker.training.corpus import Corpus, Paper, PatentTitle
from matchmaker.training.objectives import PretrainSettings, masked_loss
from matchmaker.training.pretrain import pretrain
from matchmaker.training.spans import PairSampler, tokenise
from matchmaker.training.subwords import SPECIAL, build_subwords

pytest.importorskip("sentence_transformers")

SUBJECTS = {
    "轧钢": "轧机钢板热轧冷轧板形厚度",
    "疫苗": "病毒抗原免疫细胞培养毒株",
    "电池": "正极材料电解隔膜容量循环",
    "机器人": "轨迹规划关节伺服抓取视觉",
}
TOY = PretrainSettings(
    layers=2,
    width=32,
    heads=2,
    vocabulary=120,
    max_tokens=48,
    steps=80,
    batch_size=16,
    learning_rate=3e-3,
    contrastive_steps=30,
    contrastive_batch=16,
    contrastive_rate=1e-3,
    save_every=20,
)


def words(subject: str, count: int, rng: random.Random) -> str:
    text = SUBJECTS[subject]
    pieces = [text[i : i + 2] for i in range(0, len(text), 2)]
    return "".join(rng.choice(pieces) for _ in range(count))


def toy_corpus() -> Corpus:
    rng = random.Random(0)
    papers = tuple(
        Paper(
            key=str(number),
            title=subject + words(subject, 3, rng),
            abstract=words(subject, 20, rng),
            keywords=(subject, words(subject, 1, rng)),
            body=(words(subject, 40, rng),),
        )
        for number, subject in enumerate(list(SUBJECTS) * 8)
    )
    patents = tuple(PatentTitle(title=words(s, 4, rng), subclasses=s) for s in list(SUBJECTS) * 2)
    return Corpus(papers=papers, patents=patents)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    out = tmp_path_factory.mktemp("pretrain") / "encoder"
    return out, pretrain(toy_corpus(), out=out, settings=TOY, device="cpu")


def test_both_losses_fall(trained: tuple[Path, dict[str, Any]]) -> None:
    _, losses = trained
    assert losses["masked"].late < losses["masked"].early - 0.2
    assert losses["contrastive"].late < losses["contrastive"].early - 0.05
    # Chance costs ln 16; four papers of each subject, which look alike, leave about ln 4.
    assert losses["contrastive"].late < np.log(16) - 0.5


def test_the_folder_opens_and_tells_subjects_apart(trained: tuple[Path, dict[str, Any]]) -> None:
    out, losses = trained
    encoder = SentenceTransformerEncoder(out, device="cpu")
    check_encoder(encoder)
    rng = random.Random(9)
    vectors = encoder.encode_query([words(s, 6, rng) for s in SUBJECTS for _ in range(3)])
    subject = np.repeat(np.arange(len(SUBJECTS)), 3)
    same = subject[:, None] == subject
    cosines = vectors @ vectors.T
    assert cosines[same & ~np.eye(len(same), dtype=bool)].min() > cosines[~same].mean() + 0.4
    noted = json.loads((out / "training.json").read_text(encoding="utf-8"))
    assert noted["losses"]["masked"]["late"] == losses["masked"].late
    assert noted["papers"] == 32
    assert [path.name for path in out.parent.iterdir()] == ["encoder"]


class Interruption(BaseException):
    """What Ctrl-C does."""


def test_an_interruption_leaves_no_trace(tmp_path: Path) -> None:
    short = replace(TOY, steps=10, contrastive_steps=8, batch_size=4, save_every=4)
    whole = pretrain(toy_corpus(), out=tmp_path / "whole", settings=short, device="cpu")
    stops = [("masked", 6), ("contrastive", 7)]
    seen: list[tuple[str, int]] = []
    out = tmp_path / "encoder"

    def stop(stage: str, step: int, loss: float) -> None:
        seen.append((stage, step))
        if (stage, step) in stops:
            stops.remove((stage, step))
            raise Interruption

    for _ in range(2):
        with pytest.raises(Interruption):
            pretrain(toy_corpus(), out=out, settings=short, device="cpu", progress=stop)
        assert not out.exists()
    other = replace(short, width=64)
    with pytest.raises(ConfigError, match=r"unfinished training with another width; give the same"):
        pretrain(toy_corpus(), out=out, settings=other, device="cpu")
    losses = pretrain(toy_corpus(), out=out, settings=short, device="cpu", progress=stop)
    # Each time it goes on from the last checkpoint, every 4 steps.
    masked, contrastive = (
        [step for stage, step in seen if stage == name] for name in ("masked", "contrastive")
    )
    assert masked == [*range(1, 7), *range(5, 11)]
    assert contrastive == [*range(1, 8), *range(5, 9)]
    assert losses == whole
    same = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("encoder", "whole")]
    assert same[0] == same[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["encoder", "whole"]


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    def stop(stage: str, step: int, loss: float) -> None:
        if step == 1:
            raise Interruption

    short = replace(TOY, steps=2, save_every=1)
    for _ in range(2):
        with pytest.raises((Interruption, ModelError)):
            pretrain(toy_corpus(), out=tmp_path / "e", settings=short, device="cpu", progress=stop)
        (tmp_path / ".e-unfinished" / "masked.safetensors").write_bytes(b"damaged")
    with pytest.raises(ModelError, match=r"masked\.safetensors cannot be read: .*remove it"):
        pretrain(toy_corpus(), out=tmp_path / "e", settings=short, device="cpu")


def test_masks_are_those_of_bert() -> None:
    corpus = toy_corpus()
    tokenizer = build_subwords([t for p in corpus.papers for t in p.texts()], 120)
    tokenised = tokenise(corpus, tokenizer)
    seen: dict[str, Any] = {}

    class Listener:
        device = "cpu"

        def __call__(self, **given: Any) -> Any:
            seen.update({name: value.numpy() for name, value in given.items()})
            return type("Output", (), {"loss": None})

    loss = masked_loss(tokenised, replace(TOY, batch_size=400))
    loss(Listener(), 3)
    rows, wanted, seen_mask = seen["input_ids"], seen["labels"], seen["attention_mask"]
    pad, _, cls, sep, mask = range(len(SPECIAL))
    np.testing.assert_array_equal(rows[:, 0], cls)
    np.testing.assert_array_equal((rows == sep).sum(axis=1), 1)
    np.testing.assert_array_equal(seen_mask, rows != pad)
    asked = wanted != -100
    text = (rows != pad) & (rows != cls) & (rows != sep)
    assert not asked[~text].any()
    assert asked.sum() / text.sum() == pytest.approx(0.15, abs=0.01)
    assert (rows[asked] == mask).mean() == pytest.approx(0.8, abs=0.03)
    assert (rows[asked] == wanted[asked]).mean() == pytest.approx(0.1, abs=0.03)
    assert not (rows[text & ~asked] == mask).any()
    # The hidden tokens are those of the corpus: with them put back, every row stands in it.
    whole = np.where(asked, wanted, rows)
    joined = " ".join(map(str, tokenised.ids))
    for row in whole[:50]:
        assert " ".join(map(str, row[row > mask])) in joined


def test_the_vocabulary_cuts_chinese_by_character() -> None:
    tokenizer = build_subwords(["GCr15轴承钢的连铸 process processing"] * 5, 60)
    encoded = tokenizer.encode("轴承钢, Process")
    # The comma was never seen.
    assert encoded.tokens == ["[CLS]", "轴", "承", "钢", "[UNK]", "process", "[SEP]"]
    assert [tokenizer.token_to_id(name) for name in SPECIAL] == list(range(5))
    with pytest.raises(ConfigError, match="at least 10"):
        build_subwords(["钢"], 5)


def test_the_vocabulary_is_the_same_in_every_run() -> None:
    # Many characters and pieces that are equally frequent, more than there is room for.
    rng = random.Random(1)
    characters = [chr(0x4E00 + i) for i in range(300)]
    texts = ["".join(rng.sample(characters, 300)), "alpha beta gamma delta epsilon zeta eta"] * 3
    made = {build_subwords(texts, 120).to_str() for _ in range(5)}
    assert len(made) == 1
    assert 100 < Tokenizer.from_str(made.pop()).get_vocab_size() <= 120


def test_spans_and_counts_are_the_same_pairs() -> None:
    corpus = toy_corpus()
    tokenizer = build_subwords([t for p in corpus.papers for t in p.texts()], 120)
    tokenised = tokenise(corpus, tokenizer)
    size = tokenizer.get_vocab_size()
    made = [PairSampler(tokenised, tokens=size, patent_share=0.1, seed=4) for _ in range(2)]
    spans, counts = made[0].spans(12), made[1].batch(12)
    assert len(spans) == counts.shape[0]
    for row, (start, length) in enumerate(spans):
        expected = np.bincount(tokenised.ids[start : start + length], minlength=size)
        np.testing.assert_array_equal(counts[[row]].toarray()[0], expected)


@pytest.mark.parametrize(
    ("name", "value"),
    [("layers", 0), ("heads", 3), ("vocabulary", 9), ("mask_share", 1.0), ("learning_rate", 0.0)],
)
def test_settings_are_checked(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=name):
        replace(TOY, **{name: value})  # type: ignore[arg-type]


def test_an_empty_corpus_and_a_foreign_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no text to train on"):
        pretrain(Corpus(papers=()), out=tmp_path / "out", settings=TOY, device="cpu")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="no model folder"):
        pretrain(toy_corpus(), out=tmp_path / "mine", settings=TOY, device="cpu")


def test_the_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = tmp_path / "data" / "text"
    text.mkdir(parents=True)
    corpus = toy_corpus()
    with lzma.open(text / "chinaxiv.jsonl.xz", "wt", encoding="utf-8") as file:
        for paper in corpus.papers:
            row = {"id": paper.key, "title": paper.title, "abstract": paper.abstract * 2}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    with lzma.open(text / "csl.jsonl.xz", "wt", encoding="utf-8") as file:
        file.write(json.dumps({"text": corpus.papers[0].abstract}, ensure_ascii=False) + "\n")
    lines = ["publication,title,ipc_subclasses", "CN1,一种轧机,B21B"]
    (text / "patent_titles_ipc.csv").write_text("\n".join(lines), encoding="utf-8")
    # Research-only patents are measured on and never trained on: their character is unknown.
    with lzma.open(text / "patents_research_only.jsonl.xz", "wt", encoding="utf-8") as file:
        file.write(json.dumps({"title": "龘龘龘", "abstract": "龘" * 60}, ensure_ascii=False))
    out = tmp_path / "out"
    size = "--layers 1 --width 16 --heads 2 --vocabulary 100 --max-tokens 32 --batch-size 8"
    work = "--steps 100 --contrastive-steps 1 --contrastive-batch 8 --held-out 4 --device cpu"
    given = ["--data", str(tmp_path / "data"), "--out", str(out), *size.split(), *work.split()]
    assert program.main(given) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("masked step 100, loss ")
    figures = json.loads(shown[shown.index("{") :])
    assert figures["held_out"]["pairs"] == 4
    assert figures["patents"]["pairs"] == 1
    assert "龘" not in (out / "tokenizer.json").read_text(encoding="utf-8")
    assert SentenceTransformerEncoder(out, device="cpu").name == figures["encoder"]
