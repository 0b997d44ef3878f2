"""Numbers of words in units of 16 bits: one for the common ones, two for the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LARGE = 0xF000
"""Numbers below take one unit. A unit from here on begins a number of two units."""

_UNIT = 16


def encode(
    numbers: NDArray[np.int64], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.uint16], NDArray[np.int64]]:
    """Write numbers, one piece after the other.

    Parameters
    ----------
    numbers : ndarray, shape (m,), int64
        From 0, below 2^28.
    lengths : ndarray, shape (p,), int64
        How many of them each piece has.

    Returns
    -------
    units : ndarray, shape (u,), uint16
    lengths : ndarray, shape (p,), int64
        Units of each piece.
    """
    large = numbers >= LARGE
    widths = 1 + large.astype(np.int64)
    begin = np.cumsum(widths) - widths
    units = np.empty(int(widths.sum()), dtype=np.uint16)
    units[begin] = np.where(large, LARGE + (numbers >> _UNIT), numbers)
    units[begin[large] + 1] = numbers[large] & 0xFFFF
    ends = np.cumsum(lengths)
    before = np.append(0, np.cumsum(large))
    return units, lengths + before[ends] - before[ends - lengths]


def decode(
    units: NDArray[np.uint16], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Read what :func:`encode` wrote.

    Parameters
    ----------
    units : ndarray, shape (u,), uint16
    lengths : ndarray, shape (p,), int64
        Units of each piece.

    Returns
    -------
    numbers, pieces : ndarray, shape (m,), int64
        Each number and the piece that it stands in.
    """
    numbers = units.astype(np.int64)
    pieces = np.repeat(np.arange(len(lengths)), lengths)
    large = np.flatnonzero(numbers >= LARGE)
    if len(large):
        # The second unit of a pair may look like the first of one: pairs are told apart in order.
        runs = np.split(large, np.flatnonzero(np.diff(large) != 1) + 1)
        first = np.concatenate([run[::2] for run in runs])
        numbers[first] = ((numbers[first] - LARGE) << _UNIT) + numbers[first + 1]
        numbers, pieces = np.delete(numbers, first + 1), np.delete(pieces, first + 1)
    return numbers, pieces
