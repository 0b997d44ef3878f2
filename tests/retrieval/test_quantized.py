"""Vectors in one byte a component: error, idempotence, extremes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from matchmaker.retrieval.quantized import quantize, restore, rounded

VECTORS = arrays(
    np.float32, st.tuples(st.integers(0, 4), st.integers(1, 9)), elements=st.floats(-2, 2, width=32)
)


@settings(max_examples=300, deadline=None)
@given(VECTORS)
def test_error_and_idempotence(vectors: NDArray[np.float32]) -> None:
    codes, exponents = quantize(vectors)
    assert codes.dtype == exponents.dtype == np.int8
    assert codes.shape == vectors.shape
    assert exponents.shape == vectors.shape[:1]
    assert codes.min(initial=0) >= -127
    once = restore(codes, exponents)
    assert once.dtype == np.float32
    # Half a step, and a step is at most twice the largest component over 127.
    step = np.ldexp(1.0, exponents.astype(int))[:, None]
    assert (np.abs(once.astype(float) - vectors) <= step / 2).all()
    largest = np.abs(vectors).max(axis=1).astype(float)
    usual = largest > 1e-30
    assert (step[usual, 0] < 2 * largest[usual] / 127 * (1 + 1e-6)).all()
    again, same = quantize(once)
    np.testing.assert_array_equal(rounded(once), once)
    np.testing.assert_array_equal(restore(again, same), once)


def test_by_hand() -> None:
    vectors = np.array([[127, -127, 0.5, 1.5], [1, 0.25, 0, -1], [0, 0, 0, 0]], dtype=np.float32)
    codes, exponents = quantize(vectors)
    # 127 fits exactly at power 0; 1 needs steps of 1/64, for 1/128 would make it 128.
    assert exponents.tolist() == [0, -6, 0]
    assert codes.tolist() == [[127, -127, 0, 2], [64, 16, 0, -64], [0, 0, 0, 0]]
    assert restore(codes, exponents).tolist() == [[127, -127, 0, 2], [1, 0.25, 0, -1], [0] * 4]


@pytest.mark.parametrize("power", [-130, -126, -20, 0, 20, 125])
def test_every_size(power: int) -> None:
    vectors = np.ldexp(np.array([[1.0, -0.75, 0.5]]), power).astype(np.float32)
    once = rounded(vectors)
    step = max(2.0 ** (power - 6), 2.0**-126)
    assert (np.abs(once.astype(float) - vectors.astype(float)) <= step / 2).all()
    np.testing.assert_array_equal(rounded(once), once)


def test_no_vector() -> None:
    codes, exponents = quantize(np.empty((0, 5), dtype=np.float32))
    assert codes.shape == (0, 5)
    assert exponents.shape == (0,)
    assert restore(codes, exponents).shape == (0, 5)


def test_products_are_exact_in_single_precision() -> None:
    rng = np.random.default_rng(0)
    vectors = rounded(rng.standard_normal((40, 1040)).astype(np.float32))
    exact = vectors.astype(np.float64) @ vectors.T.astype(np.float64)
    np.testing.assert_array_equal((vectors @ vectors.T).astype(np.float64), exact)
