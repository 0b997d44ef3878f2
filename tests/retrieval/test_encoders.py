"""Encoders against sentence-transformers itself, the contract, and damaged folders."""

from __future__ import annotations

import json
import random
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from matchmaker.errors import ConfigError, ModelError
from matchmaker.retrieval.encoders import Encoder, StaticEncoder
from matchmaker.testing import check_encoder

SHIPPED = Path(__file__).parents[2] / "models" / "encoder"
TOKENS = ["[UNK]", "耐磨", "钢板", "钢", "锂", "电池", "316l", "gcr15", "low", "cost"]


def mixed_texts() -> list[str]:
    """A hundred and more texts as an export may hold them, good and bad."""
    rng = random.Random(0)
    pieces = [
        *(
            "耐磨",
            "钢板",
            "电池",
            "锂离子",
            "废水",
            "处理",
            "工艺",
            "的",
            "研发",
            "催化剂",
            "农药",
            "檢測",
        ),
        *(
            "鋼板",
            "316L",
            "GCr15",
            "PM2.5",
            "low-cost",
            "Al2O3",
            "≥90%",
            "😀",
            "，",
            " ",
            "\n",
            "\t",
            "é",
        ),
        *(
            "\\n",
            "①",
            "㎡",
            "Ⅲ",
            "ｋＷ",
            "\u200b",
            "龘",
            "𠮷",
            "α-Fe",
            "１２３",
            "()",
            "<br>",
            "\x00",
        ),
    ]
    texts = ["", " ", "😀", "，。！", "龘", "[UNK]", "a" * 500, "钢" * 3000, "\u3000"]
    texts += ["".join(rng.choices(pieces, k=rng.randint(1, 60))) for _ in range(150)]
    return texts


def tokenizer() -> Tokenizer:
    model = models.Unigram([(t, -float(i + 1)) for i, t in enumerate(TOKENS)], 0, False)
    made = Tokenizer(model)
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Split(Regex(r"\w+"), behavior="removed", invert=True)
    return made


def write_folder(
    folder: Path,
    tensors: dict[str, NDArray[Any]],
    *,
    kinds: tuple[str, ...] = ("StaticEmbedding", "Normalize"),
) -> Path:
    modules = [
        {"idx": i, "name": str(i), "path": f"{i}_{k}", "type": f"sentence_transformers.models.{k}"}
        for i, k in enumerate(kinds)
    ]
    for module in modules:
        (folder / str(module["path"])).mkdir(parents=True)
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    save_file(tensors, folder / f"0_{kinds[0]}" / "model.safetensors")
    tokenizer().save(str(folder / f"0_{kinds[0]}" / "tokenizer.json"))
    return folder


def table(rows: int = len(TOKENS), dim: int = 6) -> NDArray[np.float32]:
    rng = np.random.default_rng(5)
    return rng.standard_normal((rows, dim), dtype=np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = table()
    rows[0] = 0
    return write_folder(tmp_path / "static", {"embedding.weight": rows})


def reference(folder: Path, texts: list[str]) -> NDArray[np.float32]:
    sentence_transformers = pytest.importorskip("sentence_transformers")
    model = sentence_transformers.SentenceTransformer(
        str(folder), device="cpu", local_files_only=True
    )
    vectors: NDArray[np.float32] = model.encode(texts, normalize_embeddings=True)
    return vectors


def compact(rows: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    scale = np.abs(rows).max(axis=1) / 127
    return {"embeddings": np.rint(rows / scale[:, None]).astype(np.int8), "weights": scale}


LAYOUTS: dict[str, Callable[[NDArray[np.float32]], dict[str, NDArray[Any]]]] = {
    "float32": lambda rows: {"embedding.weight": rows},
    "int8 with scales": compact,
    "model2vec": lambda rows: {"embeddings": rows},
    "model2vec with a mapping": lambda rows: {
        "embeddings": rows[:4],
        "mapping": np.arange(len(rows), dtype=np.int64) % 4,
        "weights": np.linspace(0.5, 2, len(rows), dtype=np.float32),
    },
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_vectors_equal_those_of_sentence_transformers(tmp_path: Path, layout: str) -> None:
    # The unknown token's row is kept here, to see it summed in alike.
    path = write_folder(tmp_path / "static", LAYOUTS[layout](table()))
    texts = mixed_texts()
    np.testing.assert_allclose(
        StaticEncoder(path).encode_query(texts), reference(path, texts), atol=1e-5
    )


def test_half_precision_gives_the_vectors_of_whole_precision(tmp_path: Path) -> None:
    rows = table().astype(np.float16)
    half = write_folder(tmp_path / "half", {"embedding.weight": rows})
    whole = write_folder(tmp_path / "whole", {"embedding.weight": rows.astype(np.float32)})
    texts = mixed_texts()
    np.testing.assert_array_equal(
        StaticEncoder(half).encode_query(texts), StaticEncoder(whole).encode_query(texts)
    )


def test_shipped_model_equals_sentence_transformers() -> None:
    texts = mixed_texts()
    vectors = StaticEncoder(SHIPPED).encode_query(texts)
    assert len(texts) >= 100
    np.testing.assert_allclose(vectors, reference(SHIPPED, texts), atol=1e-3)


def test_shipped_model_keeps_the_contract() -> None:
    encoder = StaticEncoder(SHIPPED)
    assert isinstance(encoder, Encoder)
    check_encoder(encoder)


def test_shipped_model_holds_zero_for_the_unknown_token() -> None:
    # Some libraries add the row of the unknown token and others leave it out.
    vectors = StaticEncoder(SHIPPED).encode_query(["龘龘龘", "钢板龘龘龘", "钢板", "😀", ""])
    np.testing.assert_array_equal(vectors[[0, 3, 4]], 0)
    np.testing.assert_allclose(vectors[1], vectors[2], atol=1e-6)
    assert np.linalg.norm(vectors[2]) == pytest.approx(1, abs=1e-5)


def test_vectors_are_worked_out_by_hand(tmp_path: Path) -> None:
    rows = np.zeros((len(TOKENS), 2), dtype=np.float32)
    rows[TOKENS.index("耐磨")] = [3, 0]
    rows[TOKENS.index("钢板")] = [0, 2]
    path = write_folder(tmp_path / "static", {"embedding.weight": rows})
    vectors = StaticEncoder(path).encode_document(
        ["耐磨", "耐磨钢板", "钢板、钢板；耐磨", "GCr15", ""]
    )
    expected = [[1, 0], np.array([3, 2]) / np.sqrt(13), [0.6, 0.8], [0, 0], [0, 0]]
    np.testing.assert_allclose(vectors, expected, atol=1e-6)
    assert vectors.dtype == np.float32


def test_static_encoder_keeps_the_contract(folder: Path) -> None:
    check_encoder(StaticEncoder(folder))


def test_many_texts_are_encoded_as_few(folder: Path) -> None:
    encoder = StaticEncoder(folder)
    few = encoder.encode_query(["耐磨钢板", "锂电池", ""])
    # More than one chunk, and the last one not full.
    many = encoder.encode_query(["耐磨钢板", "锂电池", ""] * 1400)
    np.testing.assert_allclose(many, np.tile(few, (1400, 1)), atol=1e-6)


def test_half_a_surrogate_pair_is_encoded(folder: Path) -> None:
    vectors = StaticEncoder(folder).encode_query(["钢板\ud83d", "钢板"])
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)


def test_name_follows_the_content_and_not_the_place(folder: Path, tmp_path: Path) -> None:
    name = StaticEncoder(folder).name
    moved = shutil.copytree(folder, tmp_path / "elsewhere")
    assert StaticEncoder(str(moved)).name == name
    weights = moved / "0_StaticEmbedding" / "model.safetensors"
    rows = load_file(weights)["embedding.weight"]
    rows[1, 0] += 1
    save_file({"embedding.weight": rows}, weights)
    assert StaticEncoder(moved).name != name


def test_static_encoder_needs_no_torch(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("torch", "transformers", "sentence_transformers"):
        monkeypatch.setitem(sys.modules, module, None)
    assert StaticEncoder(folder).encode_query(["钢板"]).shape == (1, 6)


def test_one_text_is_not_a_sequence_of_texts(folder: Path) -> None:
    with pytest.raises(ConfigError, match="not one text"):
        StaticEncoder(folder).encode_query("钢板")


def test_a_missing_value_is_named(folder: Path) -> None:
    texts: list[Any] = ["钢板", None]
    with pytest.raises(ConfigError, match="text 1 is NoneType"):
        StaticEncoder(folder).encode_query(texts)


@pytest.mark.parametrize(
    "name",
    [
        "modules.json",
        "0_StaticEmbedding/model.safetensors",
        "0_StaticEmbedding/tokenizer.json",
    ],
)
def test_a_missing_or_damaged_file_is_named(folder: Path, name: str) -> None:
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match=rf"{name} cannot be read"):
        StaticEncoder(folder)
    (folder / name).unlink()
    with pytest.raises(ModelError, match=rf"{folder}.*{name} is missing"):
        StaticEncoder(folder)


@pytest.mark.parametrize("content", ["[]", "{}", "3", '[{"path": "x"}]', '["x"]'])
def test_modules_that_say_nothing_are_refused(folder: Path, content: str) -> None:
    (folder / "modules.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=r"modules\.json"):
        StaticEncoder(folder)


@pytest.mark.parametrize(
    "kinds", [("Transformer", "Pooling"), ("StaticEmbedding", "Dense", "Normalize")]
)
def test_a_model_of_another_kind_is_refused(tmp_path: Path, kinds: tuple[str, ...]) -> None:
    path = write_folder(tmp_path / "other", {"embedding.weight": table()}, kinds=kinds)
    with pytest.raises(ModelError, match=r"holds .*\+.* open it with SentenceTransformerEncoder"):
        StaticEncoder(path)


@pytest.mark.parametrize(
    "tensors", [{"something": table()}, {"embedding.weight": table()[0]}], ids=["name", "shape"]
)
def test_weights_without_a_table_are_refused(
    tmp_path: Path, tensors: dict[str, NDArray[np.float32]]
) -> None:
    with pytest.raises(ModelError, match="holds no table"):
        StaticEncoder(write_folder(tmp_path / "static", tensors))


def test_a_table_shorter_than_the_vocabulary_is_refused(tmp_path: Path) -> None:
    path = write_folder(tmp_path / "static", {"embedding.weight": table(rows=9)})
    with pytest.raises(ModelError, match="10 tokens, 9 vectors"):
        StaticEncoder(path)
