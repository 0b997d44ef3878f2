"""Reading arrays that were saved as an .npz file."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matchmaker.errors import ModelError

_LOW_BITS = np.int32(0xFFFF)


def read_arrays(path: str | Path) -> dict[str, NDArray[Any]]:
    """Read every array of an .npz file.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    dict of str to ndarray
        By name. Arrays of objects are refused, so the file cannot run code.

    Raises
    ------
    ModelError
        If the file is missing, damaged or no archive of arrays.
    """
    arrays: dict[str, NDArray[Any]] = {}
    try:
        # Opened here, because numpy leaves a file that is no archive open.
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as archive:
            for name in archive:
                arrays[name] = archive[name]
                if not isinstance(arrays[name], np.ndarray):
                    raise ValueError(f"{name!r} is no array")
    except (OSError, EOFError, TypeError, ValueError, NotImplementedError) as error:
        raise ModelError(f"{path}: cannot be read as arrays: {error}") from error
    except (zipfile.BadZipFile, zlib.error) as error:
        raise ModelError(f"{path}: damaged: {error}") from error
    return arrays


class Sieve:
    """Finds which of many numbers are among a few.

    Parameters
    ----------
    members : ndarray, shape (m,), int32
        The few, rising, each once, at least 0.

    Notes
    -----
    Most numbers fall through a table of their lower 16 bits, which stays in the cache; the rest
    are looked up.
    """

    def __init__(self, members: NDArray[np.int32]) -> None:
        self._table = np.zeros(_LOW_BITS + 1, dtype=bool)
        self._table[members & _LOW_BITS] = True
        # A last number that none equals, for those that are greater than all.
        self._members = np.append(members, np.int32(-1))

    def find(
        self, numbers: NDArray[np.int32], *, where: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Find numbers among the members.

        Parameters
        ----------
        numbers : ndarray, shape (n,), int32
            At least 0.
        where : ndarray, shape (n,), bool, optional
            Those to look at; by default all.

        Returns
        -------
        at, member : ndarray, shape (found,), int64
            Positions of the numbers found, rising, and of the members that they equal.
        """
        maybe = self._table.take(numbers & _LOW_BITS)
        if where is not None:
            maybe &= where
        at = np.flatnonzero(maybe)
        left = numbers.take(at)
        member = np.searchsorted(self._members[:-1], left)
        found = self._members.take(member) == left
        return at[found], member[found]


def stretches(
    reduce: np.ufunc, values: NDArray[np.floating[Any]], bounds: NDArray[np.signedinteger[Any]]
) -> NDArray[np.float64]:
    """Reduce each stretch of the last axis to one double.

    Parameters
    ----------
    reduce : ufunc
        Of two arguments, such as ``np.add``.
    values : ndarray, shape (..., m), floating
    bounds : ndarray, shape (n + 1,), signed integer
        Stretch i is ``bounds[i]:bounds[i + 1]``; rising, from 0 to m.

    Returns
    -------
    ndarray, shape (..., n), float64
        0 for an empty stretch; each depends on its own values only.
    """
    result = np.zeros((*values.shape[:-1], len(bounds) - 1))
    filled = np.flatnonzero(np.diff(bounds))
    if len(filled):
        starts = bounds[:-1][filled]
        result[..., filled] = reduce.reduceat(values, starts, axis=-1, dtype=np.float64)
    return result


def row_norms(rows: sp.csr_array) -> NDArray[np.float32]:
    """Measure rows.

    Parameters
    ----------
    rows : scipy.sparse.csr_array, shape (n, m), float32
        Each column at most once a row.

    Returns
    -------
    ndarray, shape (n,), float32
        Euclidean lengths; each depends on its own row only.
    """
    squares = np.zeros(rows.shape[0], dtype=np.float32)
    filled = np.flatnonzero(np.diff(rows.indptr))
    if len(filled):
        squares[filled] = np.add.reduceat(np.square(rows.data), rows.indptr[filled])
    return np.sqrt(squares)
