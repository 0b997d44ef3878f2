"""Vectors in one byte a component.

Everything that grades looks at vectors rounded to this grid, in memory as in a store, so that a
pair's score is the same wherever its records lie.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LARGEST = 127


def quantize(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Round rows to multiples of a power of two, one a row.

    Parameters
    ----------
    vectors : ndarray, shape (n, dim), float32
        Finite, components of magnitude below 2^126.

    Returns
    -------
    codes : ndarray, shape (n, dim), int8
        From -127 to 127.
    exponents : ndarray, shape (n,), int8
        A row is its codes times 2 to this power. Powers of two make rounding twice the same as
        rounding once.
    """
    largest = np.abs(vectors).max(axis=1, initial=0)
    fractions, exponents = np.frexp(largest / np.float32(_LARGEST))
    # At exactly one half the largest code is 127 with one power less.
    exponents -= fractions == 0.5
    exponents = np.where(largest > 0, np.clip(exponents, -126, 127), 0).astype(np.int8)
    codes = np.rint(np.ldexp(vectors, -exponents.astype(np.int32)[:, None]))
    return np.clip(codes, -_LARGEST, _LARGEST).astype(np.int8), exponents


def restore(codes: NDArray[np.int8], exponents: NDArray[np.int8]) -> NDArray[np.float32]:
    """Undo :func:`quantize`.

    Parameters
    ----------
    codes : ndarray, shape (n, dim), int8
    exponents : ndarray, shape (n,), int8

    Returns
    -------
    ndarray, shape (n, dim), float32
    """
    scales = np.ldexp(np.float32(1), exponents.astype(np.int32))
    return np.asarray(codes * scales[:, None].astype(np.float32), dtype=np.float32)


def rounded(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the nearest vectors that can be kept in one byte a component; the same shape."""
    return restore(*quantize(vectors))
