"""Collections as plain arrays and lines, for saving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matchmaker.language.ngrams import CHARACTER_COLUMNS, WORD_COLUMNS
from matchmaker.language.terms import TermRows
from matchmaker.retrieval.profiles import Profiles, TermList

Arrays = Mapping[str, NDArray[Any]]

_VIEWS = ("title", "whole")


def profile_arrays(profiles: Profiles) -> dict[str, NDArray[np.generic]]:
    """Flatten profiles into named arrays.

    Parameters
    ----------
    profiles : Profiles

    Returns
    -------
    dict of str to ndarray
        No array of objects among them; words are UTF-8 bytes with line feeds between.
    """
    arrays: dict[str, NDArray[np.generic]] = {}
    for view in _VIEWS:
        rows: TermRows = getattr(profiles, f"{view}_rows")
        for channel in ("characters", "words"):
            matrix: sp.csr_array = getattr(rows, channel)
            for part in ("data", "indices", "indptr"):
                arrays[f"{view}.{channel}.{part}"] = getattr(matrix, part)
        terms: TermList = getattr(profiles, f"{view}_terms")
        for part in ("starts", "ids", "rarity", "vectors"):
            arrays[f"{view}.terms.{part}"] = getattr(terms, part)
        words = "\n".join(terms.words).encode()
        arrays[f"{view}.terms.words"] = np.frombuffer(words, dtype=np.uint8)
        for part in ("vectors", "lengths"):
            arrays[f"{view}.{part}"] = getattr(profiles, f"{view}_{part}")
    return arrays


def profiles_from(arrays: Arrays) -> Profiles:
    """Restore what :func:`profile_arrays` flattened.

    Raises
    ------
    KeyError
        If an array is missing.
    ValueError
        If arrays do not fit together.
    """
    return Profiles(
        title_rows=_rows(arrays, "title"),
        whole_rows=_rows(arrays, "whole"),
        title_vectors=arrays["title.vectors"].astype(np.float32),
        whole_vectors=arrays["whole.vectors"].astype(np.float32),
        title_terms=_terms(arrays, "title"),
        whole_terms=_terms(arrays, "whole"),
        title_lengths=arrays["title.lengths"].astype(np.float32),
        whole_lengths=arrays["whole.lengths"].astype(np.float32),
    )


def _rows(arrays: Arrays, view: str) -> TermRows:
    matrices = []
    for channel, columns in (("characters", CHARACTER_COLUMNS), ("words", WORD_COLUMNS)):
        data = arrays[f"{view}.{channel}.data"].astype(np.float32)
        indices = arrays[f"{view}.{channel}.indices"]
        indptr = arrays[f"{view}.{channel}.indptr"]
        shape = (len(indptr) - 1, columns)
        matrices.append(sp.csr_array((data, indices, indptr), shape=shape))
    return TermRows(*matrices)


def _terms(arrays: Arrays, view: str) -> TermList:
    text = arrays[f"{view}.terms.words"].tobytes().decode()
    return TermList(
        starts=arrays[f"{view}.terms.starts"].astype(np.int64),
        ids=arrays[f"{view}.terms.ids"].astype(np.int64),
        rarity=arrays[f"{view}.terms.rarity"].astype(np.float32),
        vectors=arrays[f"{view}.terms.vectors"].astype(np.float32),
        words=text.split("\n") if text else [],
    )
