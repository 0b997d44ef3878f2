"""Which texts rarity is counted in."""

from __future__ import annotations

import math

import pytest

from matchmaker.language.words import Tokenizer
from matchmaker.training.corpus import Corpus, Paper, PatentTitle
from matchmaker.training.terms import fit_terms, term_texts

CORPUS = Corpus(
    papers=(
        Paper(
            key="1", title="轧钢", abstract="工艺研究", keywords=(), body=("甲" * 500, "乙" * 2500)
        ),
        Paper(key="2", title="", abstract="工艺", keywords=("词",), body=()),
    ),
    patents=(PatentTitle(title="一种轧机", subclasses="B21B"),),
    held_out=(Paper(key="3", title="不看", abstract="不看", keywords=(), body=()),),
    counts={},
)


def test_bodies_are_cut_into_a_few_pieces() -> None:
    # 3,001 characters with the blank between the paragraphs: a piece begins every 1,000.
    body = "甲" * 500 + " " + "乙" * 2500
    assert term_texts(CORPUS) == [
        "轧钢 工艺研究",
        body[:600],
        body[1000:1600],
        body[2000:2600],
        body[3000:],
        " 工艺",
        "一种轧机",
    ]


def test_rarity_is_counted_over_those_texts() -> None:
    terms = fit_terms(CORPUS)
    texts = term_texts(CORPUS)
    tokenizer = Tokenizer()
    for word in ("工艺", "轧机"):
        holding = sum(word in tokenizer.terms(text) for text in texts)
        expected = math.log((1 + len(texts)) / (1 + holding))
        assert terms.weight(word) == pytest.approx(expected, rel=1e-6)
    assert terms.weight("不看") == pytest.approx(math.log(1 + len(texts)), rel=1e-6)
