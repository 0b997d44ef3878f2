"""What several tests share: the bundled sample, matched once, and how to make a small BERT."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from matchmaker import Achievement, Matcher, Matches, Need, Records, read_achievements, read_needs
from matchmaker.sample import sample_path


@pytest.fixture(scope="session")
def sample_needs() -> Records[Need]:
    return read_needs(sample_path("needs.csv"))


@pytest.fixture(scope="session")
def sample_achievements() -> Records[Achievement]:
    return read_achievements(sample_path("achievements.xlsx"))


@pytest.fixture(scope="session")
def sample_matcher(
    sample_needs: Records[Need], sample_achievements: Records[Achievement]
) -> Matcher:
    """A matcher that holds the whole sample; tests must not add to it."""
    matcher = Matcher()
    matcher.add(sample_achievements)
    matcher.add(sample_needs)
    return matcher


@pytest.fixture(scope="session")
def sample_matches(sample_matcher: Matcher, sample_needs: Records[Need]) -> Matches:
    return sample_matcher.match(sample_needs, k=10)


@pytest.fixture(scope="session")
def tiny_bert() -> Callable[..., Path]:
    """What makes a plain transformers folder with a BERT of one layer and random weights.

    ``tiny_bert(folder, characters)`` holds a model without a head; with ``outputs=n`` one that
    scores pairs. The folder ends with tokenizer.json, config.json and model.safetensors.
    """
    pytest.importorskip("sentence_transformers")
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertModel, BertTokenizerFast
    from transformers.utils import logging

    logging.disable_progress_bar()

    def build(folder: Path, characters: str, *, outputs: int = 0, width: int = 32) -> Path:
        folder.mkdir(parents=True)
        vocabulary = folder / "vocab.txt"
        words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted(set(characters))]
        vocabulary.write_text("\n".join(words), encoding="utf-8")
        config: Any = BertConfig(
            vocab_size=len(words),
            hidden_size=width,
            intermediate_size=2 * width,
            max_position_embeddings=64,
            num_attention_heads=2,
            num_hidden_layers=1,
        )
        if outputs:
            config.num_labels = outputs
        # No matter in which order tests run.
        with torch.random.fork_rng():
            torch.manual_seed(0)
            model: Any = BertForSequenceClassification(config) if outputs else BertModel(config)
        model.save_pretrained(folder)
        BertTokenizerFast(vocab=str(vocabulary)).save_pretrained(folder)
        vocabulary.unlink()
        return folder

    return build


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where anything opens a connection."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
