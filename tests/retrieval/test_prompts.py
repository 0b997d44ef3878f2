"""Which family a model belongs to, by the names that its folder gives it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from matchmaker.errors import ModelError
from matchmaker.retrieval.prompts import FAMILIES, family_of

ZH = "为这个句子生成表示以用于检索相关文章："
EN = "Represent this sentence for searching relevant passages: "
WEB = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"


# Prompts and pooling as the models' cards and folders give them.
@pytest.mark.parametrize(
    ("name", "query", "document", "pooling"),
    [
        ("bge-small-zh-v1.5", ZH, "", "cls"),
        ("BAAI_bge-large-zh", ZH, "", "cls"),
        ("bge-base-en-v1.5", EN, "", "cls"),
        ("bge-m3", "", "", "cls"),
        ("gte-base-zh", "", "", "cls"),
        ("gte-large", "", "", "mean"),
        ("gte-Qwen2-1.5B-instruct", f"{WEB} ", "", "lasttoken"),
        ("Qwen3-Embedding-0.6B", WEB, "", "lasttoken"),
        ("m3e-base", "", "", "mean"),
        ("text2vec-base-chinese", "", "", "mean"),
        ("text2vec-bge-large-chinese", "", "", "mean"),
        ("multilingual-e5-small", "query: ", "passage: ", "mean"),
        ("e5-base-v2", "query: ", "passage: ", "mean"),
        ("multilingual-e5-large-instruct", f"{WEB} ", "", "mean"),
    ],
)
def test_known_models(tmp_path: Path, name: str, query: str, document: str, pooling: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    family = family_of(folder)
    assert family is not None
    assert (family.query, family.document, family.pooling) == (query, document, pooling)


@pytest.mark.parametrize("name", ["all-MiniLM-L6-v2", "gem3ete", "ours", "e5", "some5-base"])
def test_unknown_models(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    assert family_of(folder) is None


def test_families_have_one_name_each() -> None:
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)


def test_other_places_that_name_a_model(tmp_path: Path) -> None:
    by_config, by_card, by_cache = tmp_path / "a", tmp_path / "b", tmp_path / "hub"
    for folder in (by_config, by_card):
        folder.mkdir()
    config = {"_name_or_path": "/root/models/BAAI_bge-small-zh/"}
    (by_config / "config.json").write_text(json.dumps(config), encoding="utf-8")
    card = (
        "---\ntags:\n- mteb\nmodel-index:\n- name: multilingual-e5-small\n---\n# vs bge-base-zh\n"
    )
    (by_card / "README.md").write_text(card, encoding="utf-8")
    snapshot = by_cache / "models--BAAI--bge-base-en-v1.5" / "snapshots" / ("0f" * 20)
    snapshot.mkdir(parents=True)
    found = [family_of(folder) for folder in (by_config, by_card, snapshot)]
    assert [family and family.name for family in found] == ["bge-zh", "e5", "bge-en"]


def test_the_folder_s_name_comes_first(tmp_path: Path) -> None:
    folder = tmp_path / "m3e-base"
    folder.mkdir()
    config = {"_name_or_path": "bge-small-zh"}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    family = family_of(folder)
    assert family is not None
    assert family.name == "m3e"


def test_a_damaged_configuration_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match=r"config\.json cannot be read"):
        family_of(tmp_path)
