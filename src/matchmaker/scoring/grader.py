"""From a pair's features to its grade and score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ModelError
from matchmaker.language.arrays import read_arrays
from matchmaker.scoring.features import CONTEXT_FEATURES
from matchmaker.scoring.trees import Forest, Trees

GRADES = (1, 2, 3, 4)
"""无关, 弱相关, 较强相关, 强相关."""

_THRESHOLDS = len(GRADES) - 1
_FORMAT = 2


@dataclass(frozen=True, slots=True, eq=False)
class Grades:
    """What a grader says of n pairs.

    Attributes
    ----------
    above : ndarray, shape (n, 3), float64
        Probability that the grade is above 1, above 2 and above 3; never rising along a row.
    """

    above: NDArray[np.float64]

    @property
    def score(self) -> NDArray[np.float64]:
        """Expected grade, 1 mapped to 0 and 4 to 1; shape (n,), in [0, 1]."""
        return np.asarray(self.above.mean(axis=1), dtype=np.float64)

    @property
    def grade(self) -> NDArray[np.int8]:
        """Median of the distribution, which errs least in absolute terms; shape (n,), 1 to 4."""
        return np.asarray(1 + (self.above > 0.5).sum(axis=1), dtype=np.int8)

    @property
    def spread(self) -> NDArray[np.float64]:
        """Standard deviation of the grade; shape (n,), from 0 to 1.5."""
        steps = np.arange(1, 2 * _THRESHOLDS, 2)
        variance = self.above @ steps - self.above.sum(axis=1) ** 2
        return np.asarray(np.sqrt(np.maximum(variance, 0)), dtype=np.float64)


def judged_above(grades: NDArray[np.int8]) -> NDArray[np.float64]:
    """Say of judged pairs what :attr:`Grades.above` gives probabilities for.

    Parameters
    ----------
    grades : ndarray, shape (n,), int8
        1 to 4.

    Returns
    -------
    ndarray, shape (n, 3), float64
        1 where the grade is above 1, above 2 and above 3, else 0.
    """
    return (grades[:, None] > np.array(GRADES[:-1])).astype(np.float64)


@runtime_checkable
class Grader(Protocol):
    """What grades pairs from their features."""

    @property
    def features(self) -> Sequence[str]:
        """Names of the columns that it reads, in order."""
        ...

    def grade(self, features: NDArray[np.float32]) -> Grades:
        """Grade pairs.

        Parameters
        ----------
        features : ndarray, shape (n, len(self.features)), float32

        Returns
        -------
        Grades
            One a row; a row's grade does not depend on the other rows.
        """
        ...

    def evidence(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Standardise the similarity features; shape (n, number of them), float32."""
        ...


class TreeGrader:
    """An ordinal grader: one boosted model for each step between grades.

    Parameters
    ----------
    features : sequence of str
        Names of the columns that it reads, in order.
    steps : sequence of Trees
        Models of "above 1", "above 2" and "above 3", whose output, clipped to [0, 1], is a
        probability.
    usual : ndarray, shape (2, number of similarity features), float32
        Mean and standard deviation of the similarity features over the judged pairs.

    Raises
    ------
    ModelError
        If there are not three models, or the usual values do not fit the features.

    Notes
    -----
    The decomposition into nested yes-no questions is that of Frank and Hall (A simple approach to
    ordinal classification, ECML 2001).
    """

    def __init__(
        self, features: Sequence[str], steps: Sequence[Trees], *, usual: NDArray[np.float32]
    ) -> None:
        if len(steps) != _THRESHOLDS:
            raise ModelError(f"an ordinal grader needs {_THRESHOLDS} models, not {len(steps)}")
        self.features = tuple(features)
        self._steps = tuple(steps)
        self._evidence = evidence_columns(self.features)
        if usual.shape != (2, len(self._evidence)) or not (usual[1] > 0).all():
            raise ModelError(f"usual values of shape {usual.shape} do not fit the features")
        self._usual = usual
        self._forest = Forest(steps)

    def evidence(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Standardise the similarity features.

        Parameters
        ----------
        features : ndarray, shape (n, len(self.features)), float32

        Returns
        -------
        ndarray, shape (n, number of similarity features), float32
            Of mean 0 and variance 1 over the judged pairs that the grader was fitted on.
        """
        return np.asarray(
            (features[:, self._evidence] - self._usual[0]) / self._usual[1], dtype=np.float32
        )

    def grade(self, features: NDArray[np.float32]) -> Grades:
        """Grade pairs; see :meth:`Grader.grade`.

        A pair that has nothing at all in common, such as one with an empty text, is graded 1 with
        score 0: no judge has graded such a pair, and missing text is no evidence.

        Raises
        ------
        ModelError
            If the number of columns is not that of the features.
        """
        if features.ndim != 2 or features.shape[1] != len(self.features):
            raise ModelError(
                f"features have shape {features.shape}, expected (n, {len(self.features)})"
            )
        above = np.clip(self._forest.output(features), 0, 1)
        above[~(features[:, self._evidence] > 0).any(axis=1)] = 0
        return Grades(np.minimum.accumulate(above, axis=1))

    def save(self, path: str | Path) -> None:
        """Write the parameters to an .npz file without objects."""
        arrays: dict[str, NDArray[np.generic]] = {
            "format": np.array(_FORMAT),
            "features": np.array(self.features),
            "usual": self._usual,
        }
        for step, trees in enumerate(self._steps):
            for name in Trees.__slots__:
                arrays[f"{name}_{step}"] = np.asarray(getattr(trees, name))
        np.savez_compressed(path, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, path: str | Path) -> TreeGrader:
        """Read the parameters that :meth:`save` wrote.

        Raises
        ------
        ModelError
            If the file is missing, damaged or of another format.
        """
        arrays = read_arrays(path)
        try:
            if int(arrays["format"]) != _FORMAT:
                raise ModelError(f"{path}: format {arrays['format']} is not {_FORMAT}")
            names = [str(name) for name in arrays["features"]]
            steps = [_trees(arrays, step, len(names)) for step in range(_THRESHOLDS)]
            return cls(names, steps, usual=arrays["usual"].astype(np.float32))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"{path}: cannot be read as a grader: {error}") from error


def evidence_columns(features: Sequence[str]) -> list[int]:
    """Positions of the similarity features among the features of a grader."""
    return [column for column, name in enumerate(features) if name not in CONTEXT_FEATURES]


def _trees(arrays: Mapping[str, NDArray[Any]], step: int, columns: int) -> Trees:
    trees = Trees(
        roots=arrays[f"roots_{step}"],
        feature=arrays[f"feature_{step}"],
        threshold=arrays[f"threshold_{step}"],
        left=arrays[f"left_{step}"],
        right=arrays[f"right_{step}"],
        value=arrays[f"value_{step}"],
        baseline=float(arrays[f"baseline_{step}"]),
        depth=int(arrays[f"depth_{step}"]),
    )
    nodes = len(trees.feature)
    for pointers in (trees.left, trees.right, trees.roots):
        if len(pointers) and not (pointers.min() >= 0 and pointers.max() < nodes):
            raise ModelError(f"a tree of step {step} points outside its nodes")
    if trees.feature.max(initial=-1) >= columns:
        raise ModelError(f"a tree of step {step} looks at a feature beyond the {columns} named")
    return trees
