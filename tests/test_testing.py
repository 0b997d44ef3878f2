"""The hashing encoder against its definition; the contract check against cheats."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.retrieval.encoders import Encoder
from matchmaker.testing import HashingEncoder, check_encoder

Vectors = NDArray[np.float32]


def by_hand(text: str, dim: int, seed: int) -> Vectors:
    text = text.replace(" ", "").lower()
    grams = [text[i : i + 2] for i in range(len(text) - 1)] if len(text) > 1 else list(text)
    total = np.zeros(dim)
    for gram in grams:
        number = hashlib.shake_128(f"{seed}:{gram}".encode()).digest((dim + 7) // 8)
        bits = "".join(f"{byte:08b}" for byte in number)[:dim]
        total += [1.0 if bit == "1" else -1.0 for bit in bits]
    norm = np.sqrt((total**2).sum())
    return np.asarray(total / norm if norm else total, dtype=np.float32)


@pytest.mark.parametrize("dim", [1, 7, 64, 300])
@pytest.mark.parametrize("seed", [0, 3])
def test_vectors_are_sums_of_random_signs_of_bigrams(dim: int, seed: int) -> None:
    texts = ["耐磨钢板", "钢", "", "  ", "GCr15 轴承钢", "🙂农"]
    encoder = HashingEncoder(dim=dim, seed=seed)
    expected = np.stack([by_hand(text, dim, seed) for text in texts])
    np.testing.assert_allclose(encoder.encode_query(texts), expected, atol=1e-6)
    np.testing.assert_array_equal(encoder.encode_document(texts), encoder.encode_query(texts))


def test_texts_with_shared_bigrams_are_nearer_than_others() -> None:
    vectors = HashingEncoder(dim=4096).encode_query(["耐磨钢板", "耐磨钢板轧制", "农药残留"])
    # Three of five bigrams are shared: 3 / sqrt(3 * 5). None is: 0 but for chance.
    assert vectors[0] @ vectors[1] == pytest.approx(3 / np.sqrt(15), abs=0.06)
    assert vectors[0] @ vectors[2] == pytest.approx(0, abs=0.06)


def test_names_tell_encoders_apart() -> None:
    names = {HashingEncoder(d, s).name for d in (8, 16) for s in (0, 1)}
    assert len(names) == 4
    assert HashingEncoder(8, 1).name == HashingEncoder(8, 1).name


def test_a_lone_surrogate_is_a_character_like_any_other() -> None:
    assert np.linalg.norm(HashingEncoder().encode_query(["\ud800"])) == pytest.approx(1)


@pytest.mark.parametrize(("dim", "seed"), [(0, 0), (-1, 0), (8, -1)])
def test_numbers_out_of_range_are_refused(dim: int, seed: int) -> None:
    with pytest.raises(ConfigError, match="at least"):
        HashingEncoder(dim, seed)


def test_one_text_is_not_a_sequence_of_texts() -> None:
    with pytest.raises(ConfigError, match="not one text"):
        HashingEncoder().encode_query("钢板")


def test_an_honest_encoder_passes() -> None:
    encoder = HashingEncoder()
    assert isinstance(encoder, Encoder)
    check_encoder(encoder)


class Wrapped:
    """A hashing encoder whose answers are tampered with, on the side of the needs."""

    def __init__(self, tamper: Callable[[Vectors, Sequence[str]], Any]) -> None:
        self.dim, self.name = 64, "wrapped"
        self._inner = HashingEncoder()
        self._tamper = tamper

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        return self._tamper(self._inner.encode_query(texts), texts)

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        return self._inner.encode_document(texts)


def not_zero_for_blank(vectors: Vectors, texts: Sequence[str]) -> Vectors:
    for row, text in zip(vectors, texts, strict=True):
        if not text.strip():
            row[0] = 1.0
    return vectors


def padded(vectors: Vectors, texts: Sequence[str]) -> Vectors:
    """Like a model that lets the longest text of the batch change the others."""
    if len(vectors) in (2, 3):
        vectors = np.roll(vectors, 1, axis=1)
    return vectors


def numbered(vectors: Vectors, texts: Sequence[str]) -> Vectors:
    if len(vectors) > 1:
        vectors[0] = np.roll(vectors[0], 1)
    return vectors


class Forgetful:
    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, vectors: Vectors, texts: Sequence[str]) -> Vectors:
        self.calls += 1
        return np.roll(vectors, self.calls, axis=1)


class Reusing:
    def __init__(self) -> None:
        self.buffers: dict[Sequence[str], Vectors] = {}

    def __call__(self, vectors: Vectors, texts: Sequence[str]) -> Vectors:
        return self.buffers.setdefault(tuple(texts), vectors)


@pytest.mark.parametrize(
    ("tamper", "rule"),
    [
        (lambda v, t: v.tolist(), "must return an array"),
        (lambda v, t: v[:, :-1], "must have shape"),
        (lambda v, t: v if len(v) else np.zeros((0, 1), np.float32), r"shape \(0, 64\)"),
        (lambda v, t: v.astype(np.float64), "float32, not float64"),
        (lambda v, t: v * np.float32(np.nan), "not finite"),
        (lambda v, t: v * np.float32(2), "length 1 or 0"),
        (not_zero_for_blank, "blank texts a row of zeros"),
        (lambda v, t: v * np.float32(0), "every text a row of zeros"),
        (padded, "size of the batch"),
        (numbered, "order of the texts"),
        (Forgetful(), "between two calls"),
        (Reusing(), "goes on using"),
    ],
)
def test_each_breach_is_named(tamper: Callable[[Vectors, Sequence[str]], Any], rule: str) -> None:
    with pytest.raises(AssertionError, match=rf"breaks its contract: .*encode_query.*{rule}"):
        check_encoder(Wrapped(tamper))


def test_the_side_of_the_achievements_is_checked_too() -> None:
    encoder = HashingEncoder()

    def doubled(texts: Sequence[str]) -> Vectors:
        return encoder.encode_query(texts) * np.float32(2)

    vars(encoder)["encode_document"] = doubled
    with pytest.raises(AssertionError, match="length 1 or 0"):
        check_encoder(encoder)


@pytest.mark.parametrize(
    ("attribute", "value", "rule"),
    [("dim", 0, "positive int"), ("dim", 64.0, "positive int"), ("name", "", "name must be")],
)
def test_attributes_are_checked(attribute: str, value: object, rule: str) -> None:
    encoder = HashingEncoder()
    setattr(encoder, attribute, value)
    with pytest.raises(AssertionError, match=rule):
        check_encoder(encoder)


def test_something_else_is_no_encoder() -> None:
    with pytest.raises(AssertionError, match="lacks dim"):
        check_encoder(cast(Encoder, object()))
