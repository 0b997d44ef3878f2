"""Fitting the shipped sector classifier, and measuring it by cross-validation.

Run as::

    python -m matchmaker.training.sectors --data ../shared/data --out models/sectors/classifier.npz
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.language.classifier import SectorClassifier, SectorParameters, sector_features
from matchmaker.language.sectors import SectorRegistry
from matchmaker.training.sector_examples import Example, LabelRules, read_examples

FOLDS = 5
"""Parts of the cross-validation: each measures, or calibrates on, one fifth."""

_INVERSE_REGULARISATION = 2.0
# Papers and patents seldom belong to a sector, needs mostly do. The shift of the log-odds was
# estimated on 120 real needs, labelled by reading and not shipped; the threshold on 60 of them.
NEED_SHIFT = 1.7
THRESHOLD = 0.35
# Where the sectors of papers and patents, without that shift, are told apart best.
MEASURED_AT = 0.25


@dataclass(frozen=True, slots=True)
class SectorFigures:
    """How well one sector is recognised in texts that were not trained on.

    Attributes
    ----------
    name : str
    texts : int
        That belong to it.
    precision, recall, f1 : float
        In [0, 1]; 0 where undefined.
    """

    name: str
    texts: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class SectorReport:
    """How well sectors are recognised in texts that were not trained on.

    Attributes
    ----------
    figures : tuple of SectorFigures
        In registry order.
    texts : int
        Measured.
    without_sector, abstained : float
        Share of the texts that belong to no sector, and share that is given none.
    """

    figures: tuple[SectorFigures, ...]
    texts: int
    without_sector: float
    abstained: float

    @property
    def macro_f1(self) -> float:
        """Mean F1 of the sectors."""
        return float(np.mean([figures.f1 for figures in self.figures]))


def fold_of(example: Example, *, folds: int = FOLDS) -> int:
    """Part of the cross-validation that an example stands in, the same in every run.

    Parameters
    ----------
    example : Example
    folds : int

    Returns
    -------
    int
        In ``range(folds)``, from the BLAKE2b digest of the group.
    """
    digest = hashlib.blake2b(example.group.encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "big") % folds


def fit_sectors(
    examples: Sequence[Example], *, registry: SectorRegistry, seed: int = 0
) -> tuple[SectorParameters, SectorReport]:
    """Fit one logistic regression a sector, calibrate and measure it.

    Every example is scored by a model that was fitted without its fifth of the groups; on those
    scores stand the calibration (Platt, 1999) and the figures. The parameters returned are then
    fitted on all examples.

    Parameters
    ----------
    examples : sequence of Example
    registry : SectorRegistry
        Its sectors are fitted; those without an example are left out.
    seed : int
        Of the solver.

    Returns
    -------
    parameters : SectorParameters
    report : SectorReport
        On whole texts other than the wordings, a sector being given from probability
        ``MEASURED_AT``, without the shift towards needs.

    Raises
    ------
    ConfigError
        If no sector has an example, or one has no example outside it.
    """
    names = [n for n in registry.names if any(n in e.sectors for e in examples)]
    if not names:
        raise ConfigError(f"no example belongs to any of the sectors {list(registry.names)}")
    rows = sp.csr_matrix(sector_features([e.text for e in examples]))
    folds = np.array([fold_of(e) for e in examples])
    weights = np.array([e.weight for e in examples])
    measured = np.array([e.whole and e.source != "wordings" for e in examples])
    given = np.zeros((len(examples), len(names)), dtype=bool)
    fitted: list[tuple[NDArray[np.float64], float, float, float]] = []
    figures: list[SectorFigures] = []
    for column, name in enumerate(names):
        known = np.array([name not in e.unsure for e in examples])
        truth = np.array([name in e.sectors for e in examples])
        if truth[known].all():
            raise ConfigError(f"every example belongs to {name!r}: some must lie outside it")
        scores = np.zeros(len(examples))
        for fold in range(FOLDS):
            left_out = folds == fold
            part = known & ~left_out
            scores[left_out] = _scores(rows, truth, weights, part, left_out, seed=seed)
        used = known & measured
        slope, offset = platt(scores[used], truth[used])
        given[:, column] = 1 / (1 + np.exp(-(slope * scores + offset))) >= MEASURED_AT
        figures.append(_figures(name, truth[used], given[used, column]))
        final = _regression(rows[known], truth[known], weights[known], seed=seed)
        fitted.append((final.coef_[0], float(final.intercept_[0]), slope, offset + NEED_SHIFT))
    coefficients, intercepts, slopes, offsets = zip(*fitted, strict=True)
    parameters = SectorParameters(
        sectors=tuple(names),
        weights=np.array(coefficients).T.astype(np.float32),
        intercepts=np.array(intercepts, dtype=np.float32),
        slopes=np.array(slopes, dtype=np.float32),
        offsets=np.array(offsets, dtype=np.float32),
        thresholds=np.full(len(names), THRESHOLD, dtype=np.float32),
    )
    # A text may be counted as without a sector only where its class is sure of all of them.
    sure = measured & np.array([not e.unsure for e in examples])
    empty = np.array([not e.sectors for e in examples])
    report = SectorReport(
        figures=tuple(figures),
        texts=int(sure.sum()),
        without_sector=_share(empty[sure]),
        abstained=_share(~given[sure].any(axis=1)),
    )
    return parameters, report


def _regression(
    rows: sp.csr_matrix, truth: NDArray[np.bool_], weights: NDArray[np.float64], *, seed: int
) -> Any:
    from sklearn.linear_model import LogisticRegression

    # Balanced, because the share of a sector in the sources says nothing about its share in needs.
    model = LogisticRegression(
        C=_INVERSE_REGULARISATION,
        class_weight="balanced",
        solver="liblinear",
        max_iter=200,
        random_state=seed,
    )
    return model.fit(rows, truth, sample_weight=weights)


def _scores(
    rows: sp.csr_matrix,
    truth: NDArray[np.bool_],
    weights: NDArray[np.float64],
    part: NDArray[np.bool_],
    left_out: NDArray[np.bool_],
    *,
    seed: int,
) -> NDArray[np.float64]:
    """Log-odds of the rows left out, by a model of the others; 0 where it cannot be fitted."""
    if not left_out.any() or truth[part].all() or not truth[part].any():
        return np.zeros(int(left_out.sum()))
    model = _regression(rows[part], truth[part], weights[part], seed=seed)
    return np.asarray(model.decision_function(rows[left_out]))


def _share(chosen: NDArray[np.bool_]) -> float:
    return float(chosen.mean()) if len(chosen) else 0.0


def platt(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Fit a probability to scores.

    Parameters
    ----------
    scores : ndarray, shape (n,), float64
    truth : ndarray, shape (n,), bool
        Both values occur, or the identity is returned.

    Returns
    -------
    slope, offset : float
        The probability is sigmoid(slope * score + offset), of greatest likelihood.
    """
    from sklearn.linear_model import LogisticRegression

    if truth.all() or not truth.any():
        return 1.0, 0.0
    model = LogisticRegression(C=1e6).fit(scores.reshape(-1, 1), truth)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _figures(name: str, truth: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> SectorFigures:
    hits = int((truth & predicted).sum())
    precision = hits / max(int(predicted.sum()), 1)
    recall = hits / max(int(truth.sum()), 1)
    f1 = 2 * hits / max(int(predicted.sum()) + int(truth.sum()), 1)
    return SectorFigures(name, int(truth.sum()), precision, recall, f1)


@click.command()
@click.option("--data", type=click.Path(path_type=Path), required=True, help="Folder of the data.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File to write.")
@click.option(
    "--registry",
    "registry_path",
    type=click.Path(path_type=Path),
    default=Path("models/sectors/registry.json"),
    show_default=True,
)
@click.option(
    "--labels",
    "labels_path",
    type=click.Path(path_type=Path),
    default=Path("models/sectors/labels.json"),
    show_default=True,
)
@click.option("--seed", type=int, default=0, show_default=True)
def main(data: Path, out: Path, registry_path: Path, labels_path: Path, seed: int) -> None:
    """Fit the sector classifier and print its figures as JSON."""
    registry = SectorRegistry.load(registry_path)
    examples = read_examples(data, LabelRules.load(labels_path), registry)
    parameters, report = fit_sectors(examples, registry=registry, seed=seed)
    SectorClassifier(registry, parameters).save(out)
    for line in report.figures:
        click.echo(
            f"{line.name}\t{line.texts}\tP {line.precision:.3f}\tR {line.recall:.3f}"
            f"\tF1 {line.f1:.3f}"
        )
    click.echo(
        f"macro-F1 {report.macro_f1:.3f}; of {report.texts} texts with a sure class "
        f"{report.without_sector:.3f} have no sector, {report.abstained:.3f} are given none"
    )


if __name__ == "__main__":
    main()
