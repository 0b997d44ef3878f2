"""How much a broker's judgements improve the grades of further pairs, and whether they ever hurt.

Run ``python -m benchmarks.learning --data FOLDER``; FOLDER holds ``bdci2019/needs.jsonl`` and
``bdci2019/judged_pairs.csv``, which are not part of this project.

The grader is fitted on four fifths of the need texts and knows nothing of the last fifth, which
plays the new user. Of the user's judged pairs a number is drawn at random and learned:

- *same needs*: all other pairs of the needs that were drawn from are scored, as when a broker
  judges some candidates of a need and asks again;
- *other needs*: the user's needs are split in two halves, judgements are drawn from one half and
  the pairs of the other are scored; each half is drawn from once.

Each draw adds to the smaller one before it, and every figure stands beside that of the same pairs
scored cold. Figures are means over folds and seeds; the spread is their standard deviation.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.bdci import data_facts
from benchmarks.bdci_data import Contest, load_contest, split_by_group, train_test_rows
from benchmarks.environment import RESULTS, facts, write_result
from matchmaker.evaluation import evaluate
from matchmaker.language.terms import TermModel
from matchmaker.language.texts import text_keys
from matchmaker.model import shipped_folder
from matchmaker.retrieval.encoders import StaticEncoder
from matchmaker.retrieval.profiles import profile
from matchmaker.scoring.feedback import Feedback, PairViews, bounded, pair_views
from matchmaker.scoring.grader import Grades
from matchmaker.training.grader import (
    JudgedTexts,
    fit_grader,
    judged_features,
    read_judged,
)

PACKAGES = ("matchmaker", "numpy", "scipy", "scikit-learn")
COUNTS = (0, 25, 50, 100, 200, 500, 1000)
SETTINGS = ("same needs", "other needs")
FIGURES = ("contest_score", "ndcg@10")
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Judged pairs as the grader and the feedback see them.

    `features` has shape (n, len(FEATURES)); `views` holds n pairs, with evidence that is not yet
    standardised.
    """

    contest: Contest
    features: NDArray[np.float32]
    views: PairViews

    @property
    def grades(self) -> NDArray[np.int8]:
        """Grades of all pairs, shape (n,)."""
        return self.contest.judgements.grades


@dataclass(frozen=True, slots=True, eq=False)
class User:
    """The held-back pairs of one fold: what they are, and what a grader that is new says.

    All are of length n; `rows` are positions among all pairs.
    """

    pairs: Pairs
    rows: Rows
    views: PairViews
    cold: Grades

    @property
    def groups(self) -> Rows:
        """Number of each pair's need text."""
        return self.pairs.contest.groups[self.rows]

    def warm(self, learned: Rows, scored: Rows) -> Grades:
        """Grade some of the pairs after learning the judgements of others."""
        cold = Grades(self.cold.above[scored])
        if not len(learned):
            return cold
        feedback = Feedback.learn(
            self.views.take(learned),
            self.pairs.grades[self.rows[learned]],
            expected=Grades(self.cold.above[learned]),
        )
        return feedback.correct(self.views.take(scored), cold)

    def figures(self, scored: Rows, grades: Grades) -> dict[str, float]:
        """Compare grades of some of the pairs with what was judged; NaN where nothing counts."""
        judged = self.pairs.contest.judged(self.rows[scored])
        found = evaluate(judged, grades.score, grades.grade)
        return {"contest_score": found.contest_score, "ndcg@10": found.ndcg}


def users(pairs: Pairs, *, folds: int, seed: int) -> Iterator[User]:
    """Yield each fold of need texts, seen by a grader that was fitted on the others."""
    for known, held in train_test_rows(split_by_group(pairs.contest.groups, folds, seed)):
        grader = fit_grader(pairs.features[known], pairs.grades[known], seed=seed)
        views = pairs.views.take(held)
        evidence = bounded(grader.evidence(pairs.features[held]))
        views = PairViews(evidence, views.need_key, views.need, views.achievement)
        yield User(pairs, held, views, grader.grade(pairs.features[held]))


def draws(
    user: User, setting: str, *, counts: Sequence[int], seed: int
) -> Iterator[tuple[int, Rows, Rows]]:
    """Yield how many judgements are learned, which pairs they judge and which pairs are scored.

    A number that a user does not have, or that leaves nothing to score, is passed over.
    """
    random = np.random.default_rng(seed)
    every = np.arange(len(user.rows))
    if setting == "same needs":
        order = random.permutation(every)
        for count in counts:
            learned, rest = order[:count], order[count:]
            if count:
                rest = rest[np.isin(user.groups[rest], user.groups[learned])]
            if len(learned) == count and len(rest):
                yield count, learned, rest
        return
    half = split_by_group(user.groups, 2, seed)
    for side in (0, 1):
        order = random.permutation(every[half == side])
        rest = every[half != side]
        for count in counts:
            if len(order) >= count and len(rest):
                yield count, order[:count], rest


def measure(pairs: Pairs, arguments: argparse.Namespace) -> dict[str, Any]:
    """Run all settings, folds and seeds."""
    found: dict[str, dict[int, list[dict[str, Any]]]] = {name: {} for name in SETTINGS}
    for seed in range(arguments.seed, arguments.seed + arguments.seeds):
        for user in users(pairs, folds=arguments.folds, seed=seed):
            for setting in SETTINGS:
                for count, learned, scored in draws(
                    user, setting, counts=arguments.counts, seed=seed
                ):
                    run = {
                        "pairs": len(scored),
                        "cold": user.figures(scored, Grades(user.cold.above[scored])),
                        "learned": user.figures(scored, user.warm(learned, scored)),
                    }
                    found[setting].setdefault(count, []).append(run)
    return {
        setting: {str(count): summary(runs) for count, runs in by_count.items()}
        for setting, by_count in found.items()
    }


def summary(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the means over the runs, the gain with its spread, and how often it was a loss."""
    result: dict[str, Any] = {
        "runs": len(runs),
        "pairs": float(np.mean([run["pairs"] for run in runs])),
    }
    for figure in FIGURES:
        values = np.array([[run[side][figure] for side in ("cold", "learned")] for run in runs])
        # A small draw may leave no need with enough pairs for nDCG.
        values = values[~np.isnan(values).any(axis=1)]
        if not len(values):
            result[figure] = None
            continue
        gains = values[:, 1] - values[:, 0]
        result[figure] = {
            "cold": float(values[:, 0].mean()),
            "learned": float(values[:, 1].mean()),
            "gain": float(gains.mean()),
            "sd": float(gains.std()),
            "worse": float((gains < 0).mean()),
        }
    return result


def load(folder: Path) -> Pairs:
    """Read the judged pairs and look at them with the shipped terms and encoder.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    """
    contest = load_contest(folder)
    judged: JudgedTexts = read_judged(folder / "needs.jsonl", folder / "judged_pairs.csv")
    model = shipped_folder()
    terms, encoder = TermModel.load(model / "terms.npz"), StaticEncoder(model / "encoder")
    features = judged_features(judged, terms=terms, encoder=encoder)
    views = pair_views(
        profile(judged.needs, terms=terms, encoder=encoder),
        profile(judged.achievements, terms=terms, encoder=encoder),
        (judged.need_rows, np.arange(len(judged.achievements))),
        evidence=features,
        need_keys=text_keys(judged.needs),
    )
    return Pairs(contest, features, views)


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.learning", description=__doc__)
    options.add_argument("--data", type=Path, default=Path("../shared/data"))
    options.add_argument("--out", type=Path, default=RESULTS / "learning.json")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--folds", type=int, default=5)
    options.add_argument("--counts", type=int, nargs="+", default=list(COUNTS))
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 0, or 2 if the data is not there."""
    arguments = parser().parse_args(argv)
    try:
        pairs = load(arguments.data / "bdci2019")
    except FileNotFoundError as error:
        print(f"The judged pairs are not here, nothing measured: {error}", file=sys.stderr)
        return 2
    results = measure(pairs, arguments)
    for setting, by_count in results.items():
        for count, part in by_count.items():
            shown = ", ".join(
                f"{name} {part[name]['cold']:.4f} -> {part[name]['learned']:.4f}"
                for name in FIGURES
                if part[name]
            )
            print(f"{setting}, {count} judgements: {shown}", flush=True)
    named = ("seed", "seeds", "folds", "counts")
    write_result(
        {
            "benchmark": "learning",
            "protocol": {name: getattr(arguments, name) for name in named},
            "data": data_facts(pairs.contest),
            **facts(PACKAGES),
            "results": results,
        },
        arguments.out,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
