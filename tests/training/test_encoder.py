"""Training at toy size, its parts against hand-worked values and finite differences."""

from __future__ import annotations

import csv
import json
import lzma
import math
import random
import re
import runpy
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from matchmaker.errors import ConfigError, MissingExtraError, RecordError
from matchmaker.retrieval.encoders import StaticEncoder
from matchmaker.testing import HashingEncoder, check_encoder
from matchmaker.training import corpus as reading
from matchmaker.training import encoder as training
from matchmaker.training.corpus import Corpus, Paper, PatentTitle
from matchmaker.training.encoder import (
    EncoderSettings,
    fit_encoder,
    main,
    title_retrieval,
)
from matchmaker.training.folder import write_static_folder
from matchmaker.training.spans import PairSampler, tokenise
from matchmaker.training.vocabulary import (
    build_tokenizer,
    composition,
    count_words,
    parts,
    rarity_weights,
)

MATERIALS = [
    "耐磨钢板",
    "锂离子电池",
    "铝合金轮毂",
    "石墨电极",
    "催化剂",
    "陶瓷涂层",
    "轴承钢",
    "稀土永磁",
]
ACTS = ["制备方法", "热处理工艺", "缺陷检测", "回收利用", "表面改性", "数值模拟", "寿命预测"]


def made_up_paper(number: int) -> Paper:
    material, act = MATERIALS[number % len(MATERIALS)], ACTS[number % len(ACTS)]
    sentence = f"针对{material}的{act}问题，提出了第{number}种方案，{material}的性能得到明显改善。"
    return Paper(
        key=f"made-up-{number}",
        title=f"{material}{act}研究",
        abstract=sentence * 2,
        keywords=(material, act, "GCr15"),
        body=tuple(f"{sentence}实验{i}说明{act}能够改善{material}。" for i in range(4)),
    )


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    patents = [
        PatentTitle(title=f"一种{m}的{a}", subclasses=a) for m in MATERIALS for a in ACTS[:3]
    ]
    return Corpus(
        papers=tuple(made_up_paper(i) for i in range(50)),
        patents=(*patents, PatentTitle(title="!!", subclasses=ACTS[0])),
        counts={"made up": 50},
    )


SETTINGS = EncoderSettings(
    vocabulary_size=120, dim=16, steps=25, batch_size=40, learning_rate=0.02, patent_share=0.1
)


# --- reading --------------------------------------------------------------------------------


def write_lines(path: Path, rows: list[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    data = text.encode()
    path.write_bytes(lzma.compress(data) if path.suffix == ".xz" else data)
    return path


def write_titles(path: Path, rows: list[tuple[str, str]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["publication", "title", "ipc_subclasses"])
        writer.writerows([f"CN{i}", *row] for i, row in enumerate(rows))
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    papers = [made_up_paper(i) for i in range(40)]
    write_lines(
        tmp_path / reading.CHINAXIV,
        [
            {
                "id": p.key,
                "title": p.title + str(i),
                "abstract": p.abstract,
                "keywords": list(p.keywords),
                "body": "\n".join(["短", *p.body]),
            }
            for i, p in enumerate(papers)
        ],
    )
    write_lines(tmp_path / reading.CSL, [{"text": p.abstract + "完"} for p in papers[:10]])
    write_titles(tmp_path / reading.PATENT_TITLES, [(p.title, "C22C") for p in papers[:20]])
    return tmp_path


def test_papers_are_read_folded(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "papers.jsonl.xz",
        [
            {
                "id": 7,
                "title": "鋼板",
                "abstract": "強度\\n≥９０％",
                "keywords": ["軋製"],
                "body": "短的\n" + "長" * 21,
            },
            {"id": "x", "abstract": None, "body": None},
        ],
    )
    assert list(reading.read_chinaxiv(path)) == [
        Paper(key="7", title="钢板", abstract="强度 ≥90%", keywords=("轧制",), body=("长" * 21,)),
        Paper(key="x"),
    ]


def test_abstracts_are_read_with_their_keywords(tmp_path: Path) -> None:
    rows = [{"text": "鋼", "title": "題", "keywords": "鋼_板"}, {"text": "板"}]
    assert list(reading.read_csl(write_lines(tmp_path / "csl.jsonl", rows))) == [
        Paper(key="鋼", title="题", abstract="钢", keywords=("钢", "板")),
        Paper(key="板", abstract="板"),
    ]


def test_patent_titles_are_read(tmp_path: Path) -> None:
    path = write_titles(tmp_path / "titles.csv", [("一種鋼板", "C22C|B21B")])
    expected = PatentTitle(title="一种钢板", subclasses="C22C|B21B")
    assert list(reading.read_patent_titles(path)) == [expected]


def test_measuring_pairs_are_read(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "p.jsonl", [{"title": "鋼板", "abstract": "一種鋼板"}])
    assert reading.read_title_abstracts(path) == [("钢板", "一种钢板")]


@pytest.mark.parametrize("content", [b"{", b"3\n", b"\xff\n"])
def test_damaged_lines_name_the_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "papers.jsonl"
    path.write_bytes(content)
    with pytest.raises(RecordError, match=r"papers\.jsonl"):
        list(reading.read_csl(path))


def test_a_cut_archive_names_the_file(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "papers.jsonl.xz", [{"text": "钢"}])
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(RecordError, match=r"papers\.jsonl\.xz"):
        list(reading.read_csl(path))


def test_missing_files_and_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"chinaxiv\.jsonl\.xz"):
        reading.read_corpus(tmp_path)
    titles = tmp_path / "titles.csv"
    titles.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(RecordError, match="title"):
        list(reading.read_patent_titles(titles))


def test_held_out_papers_are_the_same_in_any_order() -> None:
    papers = [replace(made_up_paper(i), title=f"第{i}种耐磨钢板") for i in range(30)]
    papers += [replace(p, key=f"{p.key}-again", abstract="") for p in papers]
    training_papers, held_out = reading.hold_out(papers, 5)
    assert len(held_out) == 5
    assert reading.hold_out(papers[::-1], 5)[1] == held_out
    # Neither they nor their namesakes are trained on.
    assert len(training_papers) == 50
    assert not {p.title for p in training_papers} & {p.title for p in held_out}


def test_papers_without_title_or_abstract_are_never_held_out() -> None:
    bare = [Paper(key="1", title="耐磨钢板的轧制工艺"), Paper(key="2", abstract="钢" * 80)]
    assert reading.hold_out(bare, 5) == (tuple(bare), ())


def test_corpus_counts_what_it_read(data: Path) -> None:
    corpus = reading.read_corpus(data, held_out=4)
    assert corpus.counts == {reading.CHINAXIV: 40, reading.CSL: 10, reading.PATENT_TITLES: 20}
    assert (len(corpus.papers), len(corpus.held_out), len(corpus.patents)) == (46, 4, 20)


# --- vocabulary -----------------------------------------------------------------------------


def test_words_runs_and_their_pieces_are_counted() -> None:
    counts = count_words(["耐磨钢板用GCr15", "gcr15 2018 123456 耐磨"])
    assert counts["耐磨"] == 2
    assert (counts["gcr15"], counts["gcr"], counts["15"]) == (2, 2, 2)
    assert counts["2018"] == 1
    assert "123456" not in counts
    assert counts["g"] == 1
    assert counts["1"] == 3  # in 15, 2018 and 123456


def test_tokenizer_takes_the_most_probable_path() -> None:
    counts = Counter({"锂离子": 30, "离子": 60, "电池": 50, "锂": 9, "离": 6, "子": 9, "316l": 5})
    made = build_tokenizer(counts, 100)
    assert made.encode("锂离子电池").tokens == ["锂离子", "电池"]
    # 30 / 169 for the whole beats 9 / 169 * 60 / 169 for the two.
    assert made.encode("316L，离子。").tokens == ["316l", "离子"]
    assert made.token_to_id("[UNK]") == 0
    assert made.encode("😀 ！").ids == []
    assert made.encode("龘电池").ids == [0, made.token_to_id("电池")]


def test_text_is_cut_as_its_runs_of_chinese_and_of_other_letters_are() -> None:
    words = ["锂离子", "离子", "电池", "钢板", "钢", "锂", "离", "子", "gcr15", "gcr", "15", "g"]
    made = build_tokenizer(Counter(dict.fromkeys(words, 30)), 100)
    rng = random.Random(0)
    pieces = [*words, "龘", "𠮷", "_", "，", " ", "😀", "é", "％", "²", "한", "GCr"]
    runs = re.compile("[\u3400-\u9fff]+|[^\\W_\u3400-\u9fff]+")
    for _ in range(300):
        text = "".join(rng.choices(pieces, k=12))
        apart = [i for run in runs.findall(text.lower()) for i in made.encode(run).ids]
        # Unknown characters next to each other count as one, on either side of a cut.
        assert [i for i in made.encode(text).ids if i] == [i for i in apart if i]
        assert any(apart)


def test_vocabulary_keeps_characters_then_the_commonest_words() -> None:
    counts = Counter({"钢板": 9, "电池": 7, "阳极": 2, "钢": 5, "锂": 1})
    assert set(build_tokenizer(counts, 4).get_vocab()) == {"[UNK]", "钢", "钢板", "电池"}


@pytest.mark.parametrize("counts", [Counter(), Counter({"钢": 9})])
def test_a_vocabulary_without_words_is_refused(counts: Counter[str]) -> None:
    with pytest.raises(ConfigError, match="no room"):
        build_tokenizer(counts, 1 if counts else 10)


def test_parts_of_a_word_are_its_known_characters_and_pairs() -> None:
    known = {"[UNK]": 0, "锂": 1, "离": 2, "子": 3, "离子": 4, "锂离子": 5, "gcr15": 6, "g": 7}
    assert parts("锂离子", known) == [1, 2, 3, 4]
    assert parts("离子", known) == [2, 3]
    assert parts("锂", known) == []
    assert parts("gcr15", known) == []


def test_a_row_is_its_word_and_the_directions_of_its_parts() -> None:
    counts = Counter({"离子": 9, "离": 6, "子": 7, "锂": 8, "ph": 3})
    made = build_tokenizer(counts, 100)
    ids = made.get_vocab()
    weights = np.linspace(0, 2, len(ids), dtype=np.float32)
    matrix = composition(made, weights).toarray()
    weight = weights[ids["离子"]]
    expected = np.zeros(len(ids))
    expected[ids["离子"]] = weight
    expected[[ids["离"], ids["子"]]] = weight / math.sqrt(2)
    np.testing.assert_allclose(matrix[ids["离子"]], expected, rtol=1e-6)
    alone = np.zeros(len(ids))
    alone[ids["ph"]] = weights[ids["ph"]]
    np.testing.assert_allclose(matrix[ids["ph"]], alone)
    np.testing.assert_array_equal(matrix[0], 0)


def test_rare_tokens_weigh_more() -> None:
    weights = rarity_weights(np.array([5, 10, 85, 0]), 0.1)
    np.testing.assert_allclose(weights, [0, 0.1 / 0.2, 0.1 / 0.95, 1], rtol=1e-6)
    np.testing.assert_array_equal(rarity_weights(np.zeros(2, dtype=np.int64), 0.1), [0, 1])


# --- pairs ----------------------------------------------------------------------------------


def sampler(corpus: Corpus, **given: Any) -> tuple[PairSampler, Any]:
    counts = count_words(t for p in corpus.papers for t in p.texts())
    made = build_tokenizer(counts, 200)
    options = {"tokens": made.get_vocab_size(), "patent_share": 0.2, "seed": 1, **given}
    return PairSampler(tokenise(corpus, made), **options), made


def test_tokens_of_a_corpus_stand_where_it_says(corpus: Corpus) -> None:
    made = build_tokenizer(count_words(p.title for p in corpus.papers), 60)
    tokenised = tokenise(corpus, made)
    for i in (0, 7, 49):
        paper = corpus.papers[i]
        texts = (paper.title, paper.abstract, " ".join(paper.keywords), " ".join(paper.body))
        for j, text in enumerate(texts):
            start, length = tokenised.starts[i, j], tokenised.lengths[i, j]
            assert tokenised.ids[start : start + length].tolist() == made.encode(text).ids
    # A title without a known token pairs with nothing.
    assert [len(group) for group in tokenised.patents] == [8, 8, 8]


def test_the_halves_of_a_batch_are_pairs(corpus: Corpus) -> None:
    # Each paper has a token of its own in every part, so a pair shows in shared tokens.
    names = [chr(0x4E00 + 40 * i) for i in range(30)]
    papers = tuple(
        Paper(key=n, title=n * 5, abstract=n * 40, keywords=(n * 3,), body=(n * 90,)) for n in names
    )
    made = build_tokenizer(Counter(dict.fromkeys(names, 9)), 100)
    tokenised = tokenise(Corpus(papers=papers), made)
    draw = PairSampler(tokenised, tokens=31, patent_share=0.5, seed=0)
    for _ in range(20):
        counts = draw.batch(16).toarray()
        left, right = np.split(counts, 2)
        assert len(left) == 16
        np.testing.assert_array_equal(left > 0, right > 0)
        owners = left.argmax(axis=1)
        assert len(set(owners)) == 16
        assert (left.sum(axis=1) >= 1).all()
        assert (right.sum(axis=1) <= 120).all()


def test_patent_titles_with_the_same_classes_are_pairs(corpus: Corpus) -> None:
    draw, _ = sampler(corpus, patent_share=0.5)
    assert draw.batch(10).shape[0] // 2 == 10  # three of the groups, seven papers
    none, _ = sampler(corpus, patent_share=0.0)
    assert none.batch(10).shape[0] // 2 == 10


def test_a_batch_never_exceeds_the_papers(corpus: Corpus) -> None:
    draw, _ = sampler(corpus, patent_share=0.0)
    assert draw.batch(500).shape[0] // 2 <= 50


def test_the_seed_decides_the_pairs(corpus: Corpus) -> None:
    one, same, other = (sampler(corpus, seed=s)[0].batch(20).toarray() for s in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert one.shape != other.shape or (one != other).any()


def test_papers_with_one_part_cannot_be_trained_on() -> None:
    lone = Corpus(papers=(Paper(key="1", title="耐磨钢板的轧制工艺"),) * 9)
    with pytest.raises(ConfigError, match="two parts"):
        sampler(lone)


# --- training -------------------------------------------------------------------------------


def test_training_brings_titles_to_their_abstracts(corpus: Corpus, tmp_path: Path) -> None:
    losses: list[float] = []
    encoder = fit_encoder(
        corpus,
        out=tmp_path / "model",
        settings=SETTINGS,
        progress=lambda step, loss: losses.append(loss),
    )
    check_encoder(encoder)
    assert encoder.dim == 16
    assert len(losses) == 25
    assert losses[-1] < 0.9 * losses[0]  # a running mean, of few steps
    pairs = [(p.title, p.abstract) for p in corpus.papers[:8]]
    assert title_retrieval(encoder, pairs).mrr_at_10 > 0.9
    assert StaticEncoder(tmp_path / "model").name == encoder.name
    record = json.loads((tmp_path / "model" / "training.json").read_text(encoding="utf-8"))
    assert record["settings"]["dim"] == 16
    assert record["rows_read"] == {"made up": 50}
    assert (record["papers"], record["patents"], record["held_out"]) == (50, 25, 0)
    assert not [p for p in tmp_path.iterdir() if p.name != "model"]


def test_the_same_seed_gives_the_same_file(corpus: Corpus, tmp_path: Path) -> None:
    short = replace(SETTINGS, steps=3)
    names = [
        fit_encoder(corpus, out=tmp_path / str(i), settings=replace(short, seed=seed)).name
        for i, seed in enumerate((4, 4, 5))
    ]
    assert names[0] == names[1] != names[2]


def test_default_settings_are_the_shipped_ones(corpus: Corpus, tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "models" / "encoder" / "training.json"
    record = json.loads(shipped.read_text(encoding="utf-8"))
    assert EncoderSettings(**record["settings"]) == EncoderSettings()


def test_gradients_equal_finite_differences() -> None:
    torch = pytest.importorskip("torch")
    from scipy.sparse import csr_array

    rng = np.random.default_rng(0)
    folded = csr_array(np.where(rng.random((7, 7)) < 0.5, rng.random((7, 7)), 0))
    texts = csr_array(rng.integers(0, 3, (8, 7)).astype(float) + np.eye(8, 7))
    times = training._sparse_product()
    vectors = torch.from_numpy(rng.standard_normal((7, 3))).requires_grad_(True)

    def loss(table: Any) -> Any:
        return training._contrastive_loss(times(texts, times(folded, table)), 0.5)

    assert torch.autograd.gradcheck(loss, (vectors,), eps=1e-6, atol=1e-6)
    dense = texts.toarray() @ folded.toarray() @ vectors.detach().numpy()
    unit = dense / np.linalg.norm(dense, axis=1, keepdims=True)
    similarity = unit[:4] @ unit[4:].T / 0.5
    shares = [np.exp(s) / np.exp(s).sum(axis=1, keepdims=True) for s in (similarity, similarity.T)]
    by_hand = np.mean([-np.log(np.diag(share)).mean() for share in shares])
    assert float(loss(vectors).detach()) == pytest.approx(by_hand)


def test_the_rate_rises_then_falls() -> None:
    rates = [training._rate(step, 100) for step in range(100)]
    assert rates[0] == pytest.approx(1 / 20)
    assert int(np.argmax(rates)) == 19
    assert rates[50] == pytest.approx(0.5)
    assert rates[99] == pytest.approx(0.02)


def test_torch_is_named_where_it_is_missing(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r"matchmaker\[train\]"):
        fit_encoder(corpus, out=tmp_path / "model", settings=SETTINGS)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("vocabulary_size", 1),
        ("dim", 0),
        ("steps", 0),
        ("batch_size", 1),
        ("learning_rate", 0.0),
        ("temperature", math.nan),
        ("smoothing", -1.0),
        ("patent_share", 1.0),
        ("seed", -1),
    ],
)
def test_settings_out_of_range_are_named(setting: str, value: float) -> None:
    given: dict[str, Any] = {setting: value}
    with pytest.raises(ConfigError, match=setting):
        EncoderSettings(**given)


# --- the folder -----------------------------------------------------------------------------


def small_model() -> tuple[Any, Any]:
    made = build_tokenizer(Counter({"钢板": 9, "电池": 7, "钢": 6, "铝": 5}), 10)
    return np.random.default_rng(0).standard_normal((5, 4)).astype(np.float32), made


def test_rounding_keeps_directions_and_relative_lengths(tmp_path: Path) -> None:
    table, made = small_model()
    write_static_folder(tmp_path / "m", 1000 * table, made, made_by={})
    stored = load_file(tmp_path / "m" / "0_StaticEmbedding" / "model.safetensors")
    assert stored["embeddings"].dtype == np.int8
    rows = stored["embeddings"] * stored["weights"][:, None]
    table[0] = 0
    mean = np.linalg.norm(table[1:], axis=1).mean()
    np.testing.assert_allclose(rows, table / mean, atol=np.abs(table / mean).max() / 254)


def test_a_table_of_zeros_is_written(tmp_path: Path) -> None:
    table, made = small_model()
    write_static_folder(tmp_path / "m", 0 * table, made, made_by={})
    np.testing.assert_array_equal(StaticEncoder(tmp_path / "m").encode_query(["钢板"]), 0)


def test_a_model_is_replaced_and_anything_else_kept(tmp_path: Path) -> None:
    table, made = small_model()
    out = tmp_path / "deep" / "m"
    write_static_folder(out, table, made, made_by={})
    before = StaticEncoder(out).name
    (out / "left over").write_text("x", encoding="utf-8")
    write_static_folder(out, table[:, ::-1].copy(), made, made_by={})
    assert StaticEncoder(out).name != before
    assert not (out / "left over").exists()
    empty = tmp_path / "empty"
    empty.mkdir()
    write_static_folder(empty, table, made, made_by={})
    assert StaticEncoder(empty).name == before


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_is_no_model_is_left_as_it_is(tmp_path: Path, kind: str, corpus: Corpus) -> None:
    precious = tmp_path / "precious"
    target = precious / "thesis.txt" if kind == "folder" else precious
    target.parent.mkdir(exist_ok=True)
    target.write_text("years of work", encoding="utf-8")
    with pytest.raises(ConfigError, match="left as it is"):
        fit_encoder(corpus, out=precious, settings=SETTINGS)
    assert target.read_text(encoding="utf-8") == "years of work"


# --- measuring and the command line -----------------------------------------------------------


def test_title_retrieval_is_worked_out_by_hand() -> None:
    class Fixed(HashingEncoder):
        """Three titles whose abstracts come first, second (a tie) and beyond rank 10."""

        def encode_query(self, texts: Any) -> Any:
            return np.eye(14, dtype=np.float32)[[0, 1, 2] + [13] * (len(texts) - 3)]

        def encode_document(self, texts: Any) -> Any:
            rows = np.zeros((len(texts), 14), dtype=np.float32)
            rows[0, 0] = 1.0
            rows[[1, 2], 1] = 0.5
            rows[3:, 2] = 0.1
            rows[3:, 13] = np.linspace(1, 0.1, len(texts) - 3)
            return rows

    result = title_retrieval(Fixed(14), [("t", "a")] * 14)
    # The eleven others rank 1 to 11; the last of them is beyond 10.
    reciprocal = 1 + 1 / 2 + 0 + sum(1 / r for r in range(1, 11))
    assert result.mrr_at_10 == pytest.approx(reciprocal / 14)
    assert result.recall_at_10 == pytest.approx(12 / 14)
    assert result.pairs == 14


ARGUMENTS = ["--vocabulary-size", "150", "--dim", "8", "--steps", "2", "--batch-size", "16"]


def test_command_trains_and_measures(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = data / "model"
    write_lines(data / reading.MEASURING_PATENTS, [{"title": "耐磨钢板", "abstract": "耐磨钢板"}])
    assert main(["--data", str(data), "--out", str(out), *ARGUMENTS]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("step 2 of 2, loss ")
    figures = json.loads(printed[printed.index("{") :])
    assert figures["encoder"] == StaticEncoder(out).name
    assert figures["patents"] == {"mrr_at_10": 1.0, "recall_at_10": 1.0, "pairs": 1}
    assert figures["held_out"]["pairs"] == 40


def test_command_runs_as_a_module(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = data / "model"
    arguments = ["--data", str(data), "--out", str(out), *ARGUMENTS, "--seed", "3"]
    monkeypatch.setattr(sys, "argv", ["encoder", *arguments])
    monkeypatch.delitem(sys.modules, "matchmaker.training.encoder")
    with pytest.raises(SystemExit, match="0"):
        runpy.run_module("matchmaker.training.encoder", run_name="__main__")
    assert "patents" not in capsys.readouterr().out
    record = json.loads((out / "training.json").read_text(encoding="utf-8"))
    assert record["settings"]["seed"] == 3
