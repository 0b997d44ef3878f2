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
from matchmaker.language.classifier import SectorClassifier
from matchmaker.language.sector_parameters import (
    SectorParameters,
    no_rows,
    sector_features,
)
from matchmaker.language.sectors import SectorRegistry
from matchmaker.training.sector_examples import Example, LabelRules, read_examples

FOLDS = 5
"""Parts of the cross-validation: each measures, or calibrates on, one fifth."""

_INVERSE_REGULARISATION = 16.0
# A class of few texts would tell of those texts; our own wordings have nothing to hide.
_FEWEST_IN_FIELD = 30
_KEPT_PER_FIELD = 1024
# Papers and patents seldom belong to a sector, needs mostly do. Shift of the log-odds and threshold
# were estimated on 160 real needs, labelled by reading and not shipped.
NEED_SHIFT = 2.0
THRESHOLD = 0.38


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
    abstained : float
        Share of its texts that are given no sector at all.
    """

    name: str
    texts: int
    precision: float
    recall: float
    f1: float
    abstained: float


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
    by_source : dict of str to tuple of SectorFigures
        The same figures of the texts of each source alone.
    """

    figures: tuple[SectorFigures, ...]
    texts: int
    without_sector: float
    abstained: float
    by_source: dict[str, tuple[SectorFigures, ...]]

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
    scores stand the calibration (Platt, 1999) and the figures. For the figures a sector is given
    from the score that was best for its F1 in the other four fifths, so no text is measured with
    a cut that was chosen on it. The parameters returned are then fitted on all examples.

    Parameters
    ----------
    examples : sequence of Example
        A text neither teaches nor measures the sectors that it leaves unsure.
    registry : SectorRegistry
        Its sectors are fitted; those without an example are left out.
    seed : int
        Of the solver.

    Returns
    -------
    parameters : SectorParameters
    report : SectorReport
        On whole texts other than the wordings.

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
    truth = np.array([[name in e.sectors for name in names] for e in examples])
    known = np.array([[name not in e.unsure for name in names] for e in examples])
    given = np.zeros_like(truth)
    fitted: list[tuple[NDArray[np.float64], float, float, float]] = []
    for column, name in enumerate(names):
        sure, inside = known[:, column], truth[:, column]
        if inside[sure].all():
            raise ConfigError(f"every example belongs to {name!r}: some must lie outside it")
        scores = np.zeros(len(examples))
        for fold in range(FOLDS):
            left_out = folds == fold
            scores[left_out] = _scores(rows, inside, weights, sure & ~left_out, left_out, seed=seed)
        used = sure & measured
        for fold in range(FOLDS):
            others = used & (folds != fold)
            cut = best_cut(scores[others], inside[others])
            given[folds == fold, column] = scores[folds == fold] >= cut
        slope, offset = platt(scores[used], inside[used])
        final = _regression(rows[sure], inside[sure], weights[sure], seed=seed)
        fitted.append((final.coef_[0], float(final.intercept_[0]), slope, offset + NEED_SHIFT))
    coefficients, intercepts, slopes, offsets = zip(*fitted, strict=True)
    parameters = SectorParameters(
        sectors=tuple(names),
        weights=np.array(coefficients).T.astype(np.float32),
        intercepts=np.array(intercepts, dtype=np.float32),
        slopes=np.array(slopes, dtype=np.float32),
        offsets=np.array(offsets, dtype=np.float32),
        thresholds=np.full(len(names), THRESHOLD, dtype=np.float32),
        background=_background(examples, sp.csr_array(rows)),
    )
    sources = np.array([e.source for e in examples])
    return parameters, _report(names, truth, known & measured[:, None], given, sources)


def _background(examples: Sequence[Example], rows: sp.csr_array) -> sp.csr_array:
    """Mean features of each field of some size, its greatest only, at length 1."""
    fields: dict[str, list[int]] = {}
    for i, example in enumerate(examples):
        fields.setdefault(example.field, []).append(i)
    means = [no_rows()]
    for members in fields.values():
        if examples[members[0]].source != "wordings" and len(members) < _FEWEST_IN_FIELD:
            continue
        mean = np.asarray(rows[members].mean(axis=0)).ravel()
        mean[np.argsort(-mean, kind="stable")[_KEPT_PER_FIELD:]] = 0
        length = float(np.linalg.norm(mean))
        if length > 0:
            means.append(sp.csr_array((mean / length).reshape(1, -1).astype(np.float32)))
    return sp.csr_array(sp.vstack(means))


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


def _share(chosen: Any) -> float:
    flags = np.asarray(chosen, dtype=bool)
    return float(flags.mean()) if len(flags) else 0.0


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


def best_cut(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Find the score from which calling a text a member gives the greatest F1.

    Parameters
    ----------
    scores : ndarray, shape (n,), float64
    truth : ndarray, shape (n,), bool

    Returns
    -------
    float
        Halfway to the next lower score, if there is one; infinite where nothing is a member.
    """
    if not truth.any():
        return np.inf
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    f1 = 2 * np.cumsum(truth[order]) / (np.arange(1, len(truth) + 1) + truth.sum())
    # Equal scores cannot be parted: only the last of each counts.
    f1[:-1][ranked[:-1] == ranked[1:]] = -1
    best = int(f1.argmax())
    return float(ranked[best : best + 2].mean())


def _report(
    names: Sequence[str],
    truth: NDArray[np.bool_],
    measured: NDArray[np.bool_],
    given: NDArray[np.bool_],
    sources: NDArray[np.str_],
) -> SectorReport:
    def figures(part: NDArray[np.bool_]) -> tuple[SectorFigures, ...]:
        return tuple(
            _figures(name, truth[:, i], given, measured[:, i] & part, column=i)
            for i, name in enumerate(names)
        )

    # A text may be counted as without a sector only where its class is sure of all of them.
    sure = measured.all(axis=1)
    used = sorted(set(sources[measured.any(axis=1)].tolist()))
    return SectorReport(
        figures=figures(np.ones(len(truth), dtype=bool)),
        texts=int(sure.sum()),
        without_sector=_share(~truth[sure].any(axis=1)),
        abstained=_share(~given[sure].any(axis=1)),
        by_source={source: figures(sources == source) for source in used},
    )


def _figures(
    name: str,
    truth: NDArray[np.bool_],
    given: NDArray[np.bool_],
    part: NDArray[np.bool_],
    *,
    column: int,
) -> SectorFigures:
    inside, called = truth[part], given[part, column]
    hits = int((inside & called).sum())
    return SectorFigures(
        name,
        texts=int(inside.sum()),
        precision=hits / max(int(called.sum()), 1),
        recall=hits / max(int(inside.sum()), 1),
        f1=2 * hits / max(int(called.sum()) + int(inside.sum()), 1),
        abstained=_share(~given[part][inside].any(axis=1)),
    )


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
    for source, figures in (("all", report.figures), *report.by_source.items()):
        for line in figures:
            click.echo(
                f"{source}\t{line.name}\t{line.texts}\tP {line.precision:.3f}"
                f"\tR {line.recall:.3f}\tF1 {line.f1:.3f}\tno sector {line.abstained:.3f}"
            )
    click.echo(
        f"macro-F1 {report.macro_f1:.3f}; of {report.texts} texts with a sure class "
        f"{report.without_sector:.3f} have no sector, {report.abstained:.3f} are given none"
    )


if __name__ == "__main__":
    main()
