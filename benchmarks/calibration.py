"""Whether the grader's probabilities can be taken at their word.

Run ``python -m benchmarks.calibration --data FOLDER``; FOLDER holds ``bdci2019/needs.jsonl`` and
``bdci2019/judged_pairs.csv``, which are not part of this project.

The folds, seeds and protocols are those of `benchmarks.bdci`: every pair is graded by a grader that
was fitted without its fold. Expected calibration errors are means over the seeds; their 95 %
interval is the percentile bootstrap over need texts. Drawing needs again only adds noise to the
bins, so the intervals lie a little too high.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.bdci import data_facts, folds_of
from benchmarks.bdci_data import Contest, load_contest, train_test_rows
from benchmarks.environment import RESULTS, facts, write_result
from matchmaker.evaluation import Calibration, Reliability, grade_calibration
from matchmaker.language.terms import TermModel
from matchmaker.model import shipped_folder
from matchmaker.retrieval.encoders import StaticEncoder
from matchmaker.training.grader import fit_grader, judged_features, read_judged

PACKAGES = ("matchmaker", "numpy", "scipy", "scikit-learn", "matplotlib")
QUESTIONS = ("above 1", "above 2", "above 3", "score")
SPLITS = ("by pair", "by need text")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """Held-back probabilities of all pairs, seed by seed.

    `above` has shape (seeds, n, 3), `grades` and `groups` (the pairs' need texts) shape (n,).
    """

    above: Floats
    grades: NDArray[np.int8]
    groups: NDArray[np.int64]

    def errors(self, rows: NDArray[np.int64], bins: int) -> Floats:
        """Return the mean over the seeds of the four errors and of the questions' mean."""
        found = [grade_calibration(part[rows], self.grades[rows], bins=bins) for part in self.above]
        errors = [[*map(_error, parts(one)), one.mean_error] for one in found]
        return np.asarray(np.mean(errors, axis=0), dtype=np.float64)

    def pooled(self, bins: int) -> Calibration:
        """Return the bins over all seeds: every pair counts once a seed."""
        seeds = len(self.above)
        return grade_calibration(np.concatenate(self.above), np.tile(self.grades, seeds), bins=bins)


def parts(found: Calibration) -> tuple[Reliability, ...]:
    """Return the three questions and the score, in the order of `QUESTIONS`."""
    return (*found.above, found.score)


def _error(part: Reliability) -> float:
    return part.error


def held_back(
    contest: Contest, features: NDArray[np.float32], split: str, arguments: argparse.Namespace
) -> Held:
    """Grade every pair by a grader that was fitted without the pair's fold."""
    grades = contest.judgements.grades
    above = np.full((arguments.seeds, len(grades), 3), np.nan)
    for at in range(arguments.seeds):
        seed = arguments.seed + at
        for known, held in train_test_rows(folds_of(contest, split, arguments.folds, seed)):
            grader = fit_grader(features[known], grades[known], seed=seed)
            above[at, held] = grader.grade(features[held]).above
    return Held(above, grades, contest.groups)


def summary(held: Held, arguments: argparse.Namespace) -> dict[str, Any]:
    """Return every error with its interval, and the bins."""
    every = np.arange(len(held.grades))
    means = held.errors(every, arguments.bins)
    members = [np.flatnonzero(held.groups == group) for group in range(int(held.groups.max()) + 1)]
    rng = np.random.default_rng(arguments.seed)
    drawn = []
    for _ in range(arguments.resamples):
        chosen = rng.integers(len(members), size=len(members))
        rows = np.concatenate([members[group] for group in chosen])
        drawn.append(held.errors(rows, arguments.bins))
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    bins = dict(zip(QUESTIONS, parts(held.pooled(arguments.bins)), strict=True))
    return {
        "error": {
            name: {"mean": float(means[at]), "low": float(low[at]), "high": float(high[at])}
            for at, name in enumerate((*QUESTIONS, "mean of the questions"))
        },
        "bins": {name: part.to_json()["bins"] for name, part in bins.items()},
    }


def draw(results: Mapping[str, Any], path: Path) -> None:
    """Draw the reliability diagrams, one row a protocol; equal figures give equal bytes.

    Parameters
    ----------
    results : mapping
        Of each protocol, as :func:`summary` returns it.
    path : Path
        SVG file to write.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 3.2 * len(results)), layout="constrained")
    axes = figure.subplots(len(results), len(QUESTIONS), squeeze=False, sharex=True, sharey=True)
    for row, (split, part) in zip(axes, results.items(), strict=True):
        for axis, question in zip(row, QUESTIONS, strict=True):
            bins = part["bins"][question]
            total = sum(one["pairs"] for one in bins)
            axis.bar(
                [(one["low"] + one["high"]) / 2 for one in bins],
                [one["pairs"] / total for one in bins],
                width=[one["high"] - one["low"] for one in bins],
                color="#d0d7de",
            )
            axis.plot([0, 1], [0, 1], color="#8c959f", linewidth=1, linestyle="--")
            predicted = [one["predicted"] for one in bins]
            axis.plot(predicted, [one["observed"] for one in bins], "o-", color="#0969da")
            error = part["error"][question]["mean"]
            axis.set_title(f"{split}: {question}, error {error:.3f}", fontsize=9)
            axis.set_xlim(0, 1)
            axis.set_ylim(0, 1)
        row[0].set_ylabel("observed (bars: share of pairs)")
    for axis in axes[-1]:
        axis.set_xlabel("predicted")
    path.parent.mkdir(parents=True, exist_ok=True)
    # Identifiers in the file are hashes, by default salted anew each time.
    with rc_context({"svg.hashsalt": "matchmaker", "svg.fonttype": "none"}):
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.calibration", description=__doc__)
    options.add_argument("--data", type=Path, default=Path("../shared/data"))
    options.add_argument("--out", type=Path, default=RESULTS / "calibration.json")
    options.add_argument("--figure", type=Path, default=RESULTS / "reliability.svg")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--folds", type=int, default=5)
    options.add_argument("--bins", type=int, default=10)
    options.add_argument("--resamples", type=int, default=1_000)
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 0, or 2 if the data is not there."""
    arguments = parser().parse_args(argv)
    folder = arguments.data / "bdci2019"
    try:
        contest = load_contest(folder)
    except FileNotFoundError as error:
        print(f"The judged pairs are not here, nothing measured: {error}", file=sys.stderr)
        return 2
    model = shipped_folder()
    features = judged_features(
        read_judged(folder / "needs.jsonl", folder / "judged_pairs.csv"),
        terms=TermModel.load(model / "terms.npz"),
        encoder=StaticEncoder(model / "encoder"),
    )
    results = {}
    for split in SPLITS:
        results[split] = summary(held_back(contest, features, split, arguments), arguments)
        errors = {name: round(part["mean"], 4) for name, part in results[split]["error"].items()}
        print(f"{split}: {errors}", flush=True)
    draw(results, arguments.figure)
    named = ("seed", "seeds", "folds", "bins", "resamples")
    write_result(
        {
            "benchmark": "calibration",
            "protocol": {name: getattr(arguments, name) for name in named},
            "data": data_facts(contest),
            **facts(PACKAGES),
            "results": results,
        },
        arguments.out,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
