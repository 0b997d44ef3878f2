"""Reading arrays that were saved as an .npz file."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ModelError


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
