"""What a sector classifier reads of a text, and what it knows: features and parameters."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matchmaker.errors import ModelError
from matchmaker.language.arrays import row_norms
from matchmaker.language.ngrams import character_counts

FEATURE_COLUMNS = 1 << 16
"""Columns of :func:`sector_features`."""

_FORMAT = 2
_DAMAGED = (zipfile.BadZipFile, zlib.error)
# What a text is about stands early; a long appendix would only cost time.
_LONGEST = 2000


def no_rows() -> sp.csr_array:
    """Make a matrix of features without rows.

    Returns
    -------
    scipy.sparse.csr_array, shape (0, FEATURE_COLUMNS), float32
    """
    return sp.csr_array(np.zeros((0, FEATURE_COLUMNS), dtype=np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class SectorParameters:
    """What a :class:`SectorClassifier` knows, for sectors in the order of `sectors`.

    Attributes
    ----------
    sectors : tuple of str, length s
    weights : ndarray, shape (FEATURE_COLUMNS, s), float32
        Of the logistic regressions.
    intercepts : ndarray, shape (s,), float32
    slopes, offsets : ndarray, shape (s,), float32
        Of Platt's calibration: the probability is sigmoid(slope * logit + offset).
    thresholds : ndarray, shape (s,), float32
        Probability from which a sector is given, in (0, 1].
    background : scipy.sparse.csr_array, shape (g, FEATURE_COLUMNS), float32
        Mean features of classes of texts, rows of length 1: what a new sector is told apart from.
        Without rows no sector can be added.
    """

    sectors: tuple[str, ...]
    weights: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    slopes: NDArray[np.float32]
    offsets: NDArray[np.float32]
    thresholds: NDArray[np.float32]
    background: sp.csr_array = field(default_factory=no_rows)


def sector_features(texts: Sequence[str]) -> sp.csr_array:
    """Turn texts into the rows that the classifier weighs.

    Parameters
    ----------
    texts : sequence of str, length n
        Of :func:`~matchmaker.language.normalize.matching_text`; only the first 2,000 characters
        of each count.

    Returns
    -------
    scipy.sparse.csr_array, shape (n, FEATURE_COLUMNS), float32
        1 + ln count of each hashed character and character 2- and 3-gram, rows of length 1; the
        row of a text without a letter or Chinese character is empty.
    """
    rows = character_counts(
        [text[:_LONGEST] for text in texts], columns=FEATURE_COLUMNS, singles=True
    )
    rows.data = 1 + np.log(rows.data)
    rows.data /= np.repeat(row_norms(rows), np.diff(rows.indptr))
    return rows


def read_parameters(path: Path) -> SectorParameters:
    """Read what :func:`write_parameters` wrote.

    Parameters
    ----------
    path : Path
        An .npz file; objects inside it are refused, so it cannot run code.

    Returns
    -------
    SectorParameters

    Raises
    ------
    ModelError
        If the file is missing, damaged or of another format.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            if int(arrays["format"]) != _FORMAT:
                raise ModelError(f"{path}: format {int(arrays['format'])} is not {_FORMAT}")
            parameters = SectorParameters(
                sectors=tuple(str(name) for name in arrays["sectors"]),
                weights=arrays["weights"].astype(np.float32),
                intercepts=arrays["intercepts"],
                slopes=arrays["slopes"],
                offsets=arrays["offsets"],
                thresholds=arrays["thresholds"],
                background=_unpacked(arrays),
            )
    except (OSError, KeyError, ValueError, TypeError, EOFError, *_DAMAGED) as error:
        raise ModelError(f"{path}: cannot be read as a sector classifier: {error}") from error
    return parameters


def write_parameters(parameters: SectorParameters, path: Path) -> None:
    """Write an .npz file, the weights as 16-bit floats.

    Parameters
    ----------
    parameters : SectorParameters
    path : Path
        Replaced in one step, so an interruption leaves the old file or the new one.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    p = parameters
    try:
        with temporary.open("wb") as file:
            np.savez_compressed(
                file,
                format=np.int64(_FORMAT),
                sectors=np.array(p.sectors, dtype=np.str_),
                weights=p.weights.astype(np.float16),
                intercepts=p.intercepts,
                slopes=p.slopes,
                offsets=p.offsets,
                thresholds=p.thresholds,
                background_columns=p.background.indices.astype(np.uint16),
                background_values=p.background.data.astype(np.float16),
                background_ends=p.background.indptr.astype(np.int32),
            )
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def check_parameters(parameters: SectorParameters) -> None:
    """Make sure that every array has its shape and finite values.

    Parameters
    ----------
    parameters : SectorParameters

    Raises
    ------
    ModelError
        Naming the array.
    """
    count = len(parameters.sectors)
    shapes = {
        "weights": (FEATURE_COLUMNS, count),
        "intercepts": (count,),
        "slopes": (count,),
        "offsets": (count,),
        "thresholds": (count,),
    }
    for name, shape in shapes.items():
        array = getattr(parameters, name)
        if array.shape != shape:
            raise ModelError(f"{name} has shape {array.shape}, expected {shape}")
        if not np.isfinite(array).all():
            raise ModelError(f"{name} holds a value that is not finite")
    if parameters.background.shape[1] != FEATURE_COLUMNS:
        raise ModelError(
            f"background has {parameters.background.shape[1]} columns, expected {FEATURE_COLUMNS}"
        )
    if not np.isfinite(parameters.background.data).all():
        raise ModelError("background holds a value that is not finite")


def _unpacked(arrays: Mapping[str, NDArray[Any]]) -> sp.csr_array:
    ends = arrays["background_ends"].astype(np.int32)
    columns = arrays["background_columns"].astype(np.int32)
    values = arrays["background_values"].astype(np.float32)
    rows = sp.csr_array((values, columns, ends), shape=(len(ends) - 1, FEATURE_COLUMNS))
    rows.check_format(full_check=True)
    return rows
