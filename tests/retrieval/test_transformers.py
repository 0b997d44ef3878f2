"""Any sentence-transformers model: the library's own vectors, prompts, folders of all kinds."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from matchmaker.errors import ConfigError, MissingExtraError, ModelError
from matchmaker.model import shipped_folder
from matchmaker.retrieval.encoders import Encoder, StaticEncoder
from matchmaker.retrieval.transformers import TRAINED_HERE, SentenceTransformerEncoder
from matchmaker.testing import check_encoder

CHARACTERS = (
    "耐磨钢板锂离子电池正极材料制备方法高强度的轧制工艺需求成果农药"
    "为这个句生表示以用于检索相关文章:："
)
TEXTS = ["耐磨钢板", "锂离子电池正极材料", "高强度钢的轧制工艺", "农药"]
BGE = "为这个句子生成表示以用于检索相关文章："


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, tiny_bert: Callable[..., Path]) -> Path:
    """A transformers folder without modules.json."""
    return tiny_bert(tmp_path_factory.mktemp("bert") / "plain", CHARACTERS)


@pytest.fixture(scope="module")
def transformer(plain: Path) -> Path:
    """The same model as sentence-transformers saves it."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    inner = Transformer(str(plain), max_seq_length=64)
    model = SentenceTransformer(modules=[inner, Pooling(32, "mean")], device="cpu")
    model.save(str(plain.parent / "model"), create_model_card=False)
    return plain.parent / "model"


def reference(folder: Path, texts: list[str]) -> NDArray[np.float32]:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    vectors: NDArray[np.float32] = model.encode(texts, normalize_embeddings=True, prompt="")
    return vectors


def settle(folder: Path, **settings: object) -> None:
    """Write settings into the folder's own configuration."""
    path = folder / "config_sentence_transformers.json"
    held = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**held, **settings}), encoding="utf-8")


def test_vectors_are_those_of_the_library(transformer: Path) -> None:
    encoder = SentenceTransformerEncoder(transformer, device="cpu", batch_size=2)
    assert encoder.dim == 32
    assert encoder.prompts == {"query": "", "document": ""}
    np.testing.assert_allclose(
        encoder.encode_query(TEXTS), reference(transformer, TEXTS), atol=1e-5
    )


def test_the_contract_is_kept(transformer: Path) -> None:
    encoder = SentenceTransformerEncoder(transformer, device="cpu")
    assert isinstance(encoder, Encoder)
    check_encoder(encoder)


def test_given_prompts_stand_before_the_texts(transformer: Path) -> None:
    encoder = SentenceTransformerEncoder(
        transformer, query_prompt="需求:", document_prompt="成果:", device="cpu"
    )
    expected = reference(transformer, ["需求:耐磨钢板", "成果:耐磨钢板"])
    np.testing.assert_allclose(encoder.encode_query(["耐磨钢板"]), expected[:1], atol=1e-5)
    np.testing.assert_allclose(encoder.encode_document(["耐磨钢板"]), expected[1:], atol=1e-5)
    assert encoder.prompts == {"query": "需求:", "document": "成果:"}


def test_the_folder_s_own_prompts_hold_unless_overruled(transformer: Path, tmp_path: Path) -> None:
    # Its name would ask for the prompt of bge.
    prompted = shutil.copytree(transformer, tmp_path / "bge-small-zh-v1.5")
    settle(prompted, prompts={"query": "需求:", "document": ""})
    without, with_prompt = reference(transformer, ["耐磨钢板", "需求:耐磨钢板"])
    own = SentenceTransformerEncoder(prompted, device="cpu")
    none = SentenceTransformerEncoder(prompted, query_prompt="", device="cpu")
    assert own.prompts == {"query": "需求:", "document": ""}
    np.testing.assert_allclose(own.encode_query(["耐磨钢板"])[0], with_prompt, atol=1e-5)
    np.testing.assert_allclose(none.encode_query(["耐磨钢板"])[0], without, atol=1e-5)
    assert own.name != none.name


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"prompts": {"query": "需求:", "passage": "成果:"}}, ("需求:", "成果:")),
        ({"prompts": {"all": "检索:"}, "default_prompt_name": "all"}, ("检索:", "检索:")),
    ],
)
def test_prompts_under_other_names(
    transformer: Path, tmp_path: Path, settings: dict[str, object], expected: tuple[str, str]
) -> None:
    prompted = shutil.copytree(transformer, tmp_path / "prompted")
    settle(prompted, **settings)
    encoder = SentenceTransformerEncoder(prompted, device="cpu")
    assert tuple(encoder.prompts.values()) == expected
    wanted = reference(transformer, [f"{expected[0]}钢板", f"{expected[1]}钢板"])
    np.testing.assert_allclose(encoder.encode_query(["钢板"])[0], wanted[0], atol=1e-5)
    np.testing.assert_allclose(encoder.encode_document(["钢板"])[0], wanted[1], atol=1e-5)


def test_a_known_family_gets_its_prompt_and_its_pooling(plain: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    bge = shutil.copytree(plain, tmp_path / "bge-small-zh-v1.5")
    encoder = SentenceTransformerEncoder(bge, device="cpu")
    assert encoder.prompts == {"query": BGE, "document": ""}
    first = SentenceTransformer(modules=[Transformer(str(bge)), Pooling(32, "cls")], device="cpu")
    expected = first.encode([f"{BGE}钢板", "钢板"], normalize_embeddings=True)
    np.testing.assert_allclose(encoder.encode_query(["钢板"])[0], expected[0], atol=1e-5)
    np.testing.assert_allclose(encoder.encode_document(["钢板"])[0], expected[1], atol=1e-5)
    overruled = SentenceTransformerEncoder(bge, query_prompt="", device="cpu")
    assert overruled.prompts == {"query": "", "document": ""}


def test_a_folder_trained_here_needs_no_family(transformer: Path, tmp_path: Path) -> None:
    ours = shutil.copytree(transformer, tmp_path / "bge-small-zh-ours")
    (ours / TRAINED_HERE).write_text("{}", encoding="utf-8")
    encoder = SentenceTransformerEncoder(ours, device="cpu")
    assert encoder.prompts == {"query": "", "document": ""}


def test_a_plain_folder_is_averaged(plain: Path, transformer: Path) -> None:
    encoder = SentenceTransformerEncoder(plain, device="cpu")
    check_encoder(encoder)
    np.testing.assert_allclose(
        encoder.encode_query(TEXTS), reference(transformer, TEXTS), atol=1e-5
    )


def test_the_shipped_folder_opens_both_ways() -> None:
    folder = shipped_folder() / "encoder"
    texts = ["耐磨钢板", "", "😀", "low cost"]
    encoder = SentenceTransformerEncoder(folder, device="cpu")
    np.testing.assert_allclose(
        encoder.encode_query(texts), StaticEncoder(folder).encode_query(texts), atol=1e-3
    )


@pytest.mark.usefixtures("no_network")
def test_no_connection_is_opened(transformer: Path, plain: Path) -> None:
    for folder in (transformer, plain):
        SentenceTransformerEncoder(folder, device="cpu").encode_query(["钢板"])


def test_the_extra_is_named(transformer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(MissingExtraError, match=r"matchmaker\[transformers\]"):
        SentenceTransformerEncoder(transformer)


def test_a_reranker_is_no_encoder(tmp_path: Path, tiny_bert: Callable[..., Path]) -> None:
    folder = tiny_bert(tmp_path / "pairs", CHARACTERS, outputs=1)
    with pytest.raises(ModelError, match="open it with CrossEncoderReranker"):
        SentenceTransformerEncoder(folder)


def test_what_does_not_load_is_a_model_error(transformer: Path, tmp_path: Path) -> None:
    partial = shutil.copytree(transformer, tmp_path / "partial")
    (partial / "config.json").write_text('{"model_type": "nothing known"}', encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be loaded"):
        SentenceTransformerEncoder(partial, device="cpu")


def test_batch_size_is_checked(transformer: Path) -> None:
    with pytest.raises(ConfigError, match="batch_size"):
        SentenceTransformerEncoder(transformer, batch_size=0)
