"""Learning a sector that the shipped classifier does not know, from a handful of texts.

What the sector is not is told by the background: mean features of whole disciplines and classes,
which ship with the classifier. A mean of many texts holds no text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matchmaker.errors import ConfigError, ModelError
from matchmaker.language.normalize import matching_text
from matchmaker.language.sector_parameters import (
    SectorParameters,
    no_rows,
    sector_features,
)
from matchmaker.language.sectors import Sector

FEWEST_EXAMPLES = 5
"""Texts that a sector needs to be learned."""

# Chosen on farming, fine chemicals and metallurgy as the sector left out; see the model card.
_INVERSE_REGULARISATION = 10.0
# A mean is shorter than a text, as its texts differ; at length 1 it would be learned too hard.
_BACKGROUND_LENGTH = 0.7
# The classes nearest to the examples may be the new sector itself under another name.
_NEAREST_LEFT_OUT = 0.05
_PRIOR = 0.15
_FOLDS = 5
_LEARNED_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class LearnedSector:
    """A logistic regression with its calibration.

    Attributes
    ----------
    weights : ndarray, shape (columns,), float32
    intercept, slope, offset : float
        The probability is sigmoid(slope * (row @ weights + intercept) + offset).
    """

    weights: NDArray[np.float32]
    intercept: float
    slope: float
    offset: float


def learn_sector(
    examples: sp.csr_array, *, others: sp.csr_array, background: sp.csr_array
) -> LearnedSector:
    """Tell texts like the examples from everything else.

    The calibration stands on scores of examples that the model had not seen, in five parts, and
    on the background, whose scores lie as those of unseen texts outside the sector do; a sector
    is assumed to hold 15 % of the texts.

    Parameters
    ----------
    examples : scipy.sparse.csr_array, shape (n, columns), float32
        Rows of length 1, at least ``FEWEST_EXAMPLES`` of them.
    others : scipy.sparse.csr_array, shape (m, columns), float32
        Rows of texts outside the sector, if any are known.
    background : scipy.sparse.csr_array, shape (g, columns), float32
        Means of classes, rows of length 1.

    Returns
    -------
    LearnedSector
        The same for the same input.
    """
    similarity = background @ np.asarray(examples.mean(axis=0)).ravel()
    far = np.flatnonzero(similarity <= np.quantile(similarity, 1 - _NEAREST_LEFT_OUT))
    outside = sp.csr_array(sp.vstack([background[far] * np.float32(_BACKGROUND_LENGTH), others]))
    parts = np.arange(examples.shape[0]) % _FOLDS
    unseen = np.zeros(examples.shape[0])
    for part in range(_FOLDS):
        model = _regression(examples[parts != part], outside)
        unseen[parts == part] = model.decision_function(_matrix(examples[parts == part]))
    final = _regression(examples, outside)
    slope, offset = _calibration(unseen, final.decision_function(_matrix(outside[: len(far)])))
    return LearnedSector(
        weights=final.coef_[0].astype(np.float32),
        intercept=float(final.intercept_[0]),
        slope=slope,
        offset=offset,
    )


def extended(parameters: SectorParameters, new: Sequence[Sector]) -> SectorParameters:
    """Add sectors, each learned from its examples; those of the others stand outside it.

    Parameters
    ----------
    parameters : SectorParameters
        With a background.
    new : sequence of Sector
        With examples, in any spelling.

    Returns
    -------
    SectorParameters
        The known sectors unchanged, then the new ones.

    Raises
    ------
    ConfigError
        If a sector brings fewer than ``FEWEST_EXAMPLES`` different examples, or is known already.
    ModelError
        If there is no background.
    """
    rows: list[sp.csr_array] = []
    for sector in new:
        if sector.name in parameters.sectors:
            raise ConfigError(
                f"sector {sector.name!r} brings examples, but the model predicts it already: "
                "leave them out, or give the sector another name and no alias of the old one"
            )
        texts = list(dict.fromkeys(matching_text(text) for text in sector.examples))
        features = sector_features(texts)
        features = features[np.flatnonzero(np.diff(features.indptr))]
        if features.shape[0] < FEWEST_EXAMPLES:
            raise ConfigError(
                f"sector {sector.name!r} brings {features.shape[0]} different examples with text; "
                f"it needs at least {FEWEST_EXAMPLES}, and 10 to 20 work better"
            )
        rows.append(features)
    if not parameters.background.shape[0]:
        raise ModelError("the classifier holds no background to learn new sectors against")
    learned: list[LearnedSector] = []
    for own in rows:
        outside = [no_rows(), *(features for features in rows if features is not own)]
        learned.append(
            learn_sector(
                own,
                others=sp.csr_array(sp.vstack(outside)),
                background=parameters.background,
            )
        )
    floats = {
        "intercepts": [sector.intercept for sector in learned],
        "slopes": [sector.slope for sector in learned],
        "offsets": [sector.offset for sector in learned],
        "thresholds": [_LEARNED_THRESHOLD] * len(learned),
    }
    return SectorParameters(
        sectors=(*parameters.sectors, *(sector.name for sector in new)),
        weights=np.column_stack([parameters.weights, *(sector.weights for sector in learned)]),
        background=parameters.background,
        **{
            name: np.concatenate([getattr(parameters, name), np.array(values, dtype=np.float32)])
            for name, values in floats.items()
        },
    )


def _matrix(rows: sp.csr_array) -> sp.csr_matrix:
    # Stacking may have widened the indices, which scikit-learn's solver does not take.
    matrix = sp.csr_matrix(rows)
    matrix.indices = matrix.indices.astype(np.int32)
    matrix.indptr = matrix.indptr.astype(np.int32)
    return matrix


def _regression(inside: sp.csr_array, outside: sp.csr_array) -> Any:
    from sklearn.linear_model import LogisticRegression

    truth = np.repeat([True, False], [inside.shape[0], outside.shape[0]])
    share = outside.shape[0] / inside.shape[0]
    model = LogisticRegression(
        C=_INVERSE_REGULARISATION, solver="liblinear", max_iter=200, random_state=0
    )
    rows = _matrix(sp.vstack([inside, outside]))
    return model.fit(rows, truth, sample_weight=np.where(truth, share, 1.0))


def _calibration(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> tuple[float, float]:
    from sklearn.linear_model import LogisticRegression

    scores = np.concatenate([inside, outside]).reshape(-1, 1)
    truth = np.repeat([True, False], [len(inside), len(outside)])
    weights = np.where(truth, _PRIOR / len(inside), (1 - _PRIOR) / len(outside)) * len(truth)
    model = LogisticRegression(C=1.0).fit(scores, truth, sample_weight=weights)
    return float(model.coef_[0, 0]), float(model.intercept_[0])
