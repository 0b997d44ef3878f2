"""How well methods grade and rank real pairs that technology-transfer staff have judged.

Run ``python -m benchmarks.bdci --data FOLDER``; FOLDER holds ``bdci2019/needs.jsonl`` and
``bdci2019/judged_pairs.csv``, which are not part of this project.

Five folds, three seeds, two protocols: *by pair* (the contest's own: the need of a held-back pair
is mostly known) and *by need text* (real use: every need is new). The held-back predictions of
the five folds are put together and evaluated as one run per seed; a figure is the mean over the
seeds. Its 95 % interval is the percentile bootstrap over need texts: whole needs are drawn, with
all their pairs and all seeds.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from benchmarks.bdci_data import (
    Contest,
    Prediction,
    load_contest,
    split_by_group,
    split_by_pair,
    train_test_rows,
)
from benchmarks.bdci_methods import METHODS, Method, MethodUnavailableError
from benchmarks.environment import RESULTS, facts, write_result
from matchmaker.evaluation import Evaluation, compare, evaluate

FIGURES = ("contest_score", "mae", "ndcg@10", "spearman")
PACKAGES = ("matchmaker", "numpy", "scipy", "scikit-learn", "jieba", "bm25s", "faiss-cpu")
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Run:
    """One method's held-back predictions under one split, with their evaluation.

    `fold_ndcg` is nDCG@10 with every fold ranked for itself, averaged over all needs with at
    least two pairs in a fold.
    """

    prediction: Prediction
    evaluation: Evaluation
    fold_ndcg: float


def folds_of(contest: Contest, split: str, folds: int, seed: int) -> NDArray[np.int64]:
    """Return the fold of each pair under a protocol, ``"by pair"`` or ``"by need text"``."""
    if split == "by pair":
        return split_by_pair(len(contest.judgements), folds, seed)
    return split_by_group(contest.groups, folds, seed)


def cross_validate(contest: Contest, method: Method, fold: NDArray[np.int64]) -> Run:
    """Return one prediction for every pair, each made without its fold."""
    n = len(contest.judgements)
    scores, grades = np.full(n, np.nan), np.zeros(n, dtype=np.int64)
    in_folds: list[float] = []
    for known, held in train_test_rows(fold):
        predicted = method(contest.judged(known), contest.test(held), contest.needs)
        scores[held], grades[held] = predicted.scores, predicted.grades
        held_alone = contest.judged(held)
        alone = evaluate(held_alone, predicted.scores, predicted.grades, min_judged=2)
        in_folds += alone.per_need.ndcg[~np.isnan(alone.per_need.ndcg)].tolist()
    return Run(
        prediction=Prediction(scores, grades),
        evaluation=evaluate(contest.judgements, scores, grades),
        fold_ndcg=float(np.mean(in_folds)),
    )


def intervals(
    contest: Contest, runs: Sequence[Run], *, seed: int, resamples: int
) -> dict[str, tuple[float, float]]:
    """Return the 95 % percentile interval of each figure, from resampled need texts."""
    truth = contest.judgements.grades
    errors = np.mean([np.abs(run.prediction.grades - truth) for run in runs], axis=0)
    first = contest.judgements.need_ids
    position = {need: contest.groups[first.index(need)] for need in dict.fromkeys(first)}
    ndcg = np.mean([run.evaluation.per_need.ndcg for run in runs], axis=0)
    counted = ~np.isnan(ndcg)
    group_of_need = np.array(list(position.values()))[counted]
    groups = int(contest.groups.max()) + 1
    rng = np.random.default_rng(seed)
    drawn: list[tuple[float, ...]] = []
    for _ in range(resamples):
        times = np.bincount(rng.integers(groups, size=groups), minlength=groups)
        rows = np.repeat(np.arange(len(truth)), times[contest.groups])
        mae = float(errors[rows].mean())
        mean_ndcg = float(np.average(ndcg[counted], weights=times[group_of_need]))
        drawn.append((1 / (1 + mae), mae, mean_ndcg, _mean_spearman(runs, truth, rows)))
    low, high = np.percentile(np.array(drawn), [2.5, 97.5], axis=0)
    return {name: (float(low[at]), float(high[at])) for at, name in enumerate(FIGURES)}


def _mean_spearman(runs: Sequence[Run], truth: NDArray[np.int8], rows: NDArray[np.int64]) -> float:
    return float(np.mean([_spearman(run.prediction.scores[rows], truth[rows]) for run in runs]))


def _spearman(scores: NDArray[np.float64], truth: NDArray[np.int8]) -> float:
    if np.ptp(scores) == 0 or np.ptp(truth) == 0:
        return 0.0
    return float(np.corrcoef(rankdata(scores), rankdata(truth))[0, 1])


def summary(
    contest: Contest, runs: Sequence[Run], *, seed: int, resamples: int
) -> dict[str, dict[str, float]]:
    """Return mean, interval and spread over the seeds of every figure."""
    bounds = intervals(contest, runs, seed=seed, resamples=resamples)
    result = {}
    for name in FIGURES:
        values = np.array([run.evaluation.to_json()[name] for run in runs], dtype=np.float64)
        result[name] = {
            "mean": float(values.mean()),
            "low": bounds[name][0],
            "high": bounds[name][1],
            "sd_over_seeds": float(values.std()),
        }
    return result


def measure(
    contest: Contest, methods: Mapping[str, Method], arguments: argparse.Namespace, say: Progress
) -> dict[str, Any]:
    """Run every method under both protocols."""
    results: dict[str, Any] = {}
    for split in ("by pair", "by need text"):
        results[split] = {"methods": {}, "not_run": {}, "against_matchmaker": {}}
        runs: dict[str, list[Run]] = {}
        for name, method in methods.items():
            try:
                runs[name] = [
                    cross_validate(contest, method, folds_of(contest, split, arguments.folds, seed))
                    for seed in range(arguments.seed, arguments.seed + arguments.seeds)
                ]
            except MethodUnavailableError as reason:
                results[split]["not_run"][name] = str(reason)
                say(f"{split} | {name}: not run ({reason})")
                continue
            figures = summary(
                contest, runs[name], seed=arguments.seed, resamples=arguments.resamples
            )
            evaluation = runs[name][0].evaluation
            results[split]["methods"][name] = {
                **figures,
                "ndcg@10_in_folds": float(np.mean([run.fold_ndcg for run in runs[name]])),
                "ndcg_needs": evaluation.ndcg_needs,
            }
            say(f"{split} | {name}: " + ", ".join(f"{f} {figures[f]['mean']:.4f}" for f in FIGURES))
        if "matchmaker" in runs:
            results[split]["against_matchmaker"] = differences(runs, arguments.seed)
    return results


def differences(runs: Mapping[str, Sequence[Run]], seed: int) -> dict[str, Any]:
    """Test matchmaker's per-need figures against every other method's, on the first seed."""
    ours = runs["matchmaker"][0].evaluation
    return {
        name: {
            "ndcg@10": asdict(compare(ours, other[0].evaluation, seed=seed)),
            "mae": asdict(compare(ours, other[0].evaluation, seed=seed, measure="mae")),
        }
        for name, other in runs.items()
        if name != "matchmaker"
    }


def data_facts(contest: Contest) -> dict[str, Any]:
    """Return counts that say which data was measured on; no text."""
    counts = np.bincount(contest.judgements.grades, minlength=5)[1:]
    return {
        "pairs": len(contest.judgements),
        "needs": len(set(contest.judgements.need_ids)),
        "need_texts": int(contest.groups.max()) + 1,
        "pairs_per_grade": {str(grade): int(count) for grade, count in enumerate(counts, 1)},
    }


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.bdci", description=__doc__)
    options.add_argument("--data", type=Path, default=Path("../shared/data"))
    options.add_argument("--out", type=Path, default=RESULTS / "bdci.json")
    options.add_argument("--methods", help="names separated by commas; default: all")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--folds", type=int, default=5)
    options.add_argument("--resamples", type=int, default=1_000)
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 0, or 2 if the data or a method's name is not there."""
    arguments = parser().parse_args(argv)
    chosen = arguments.methods.split(",") if arguments.methods else list(METHODS)
    unknown = [name for name in chosen if name not in METHODS]
    if unknown:
        print(f"unknown methods {unknown}; known: {', '.join(METHODS)}", file=sys.stderr)
        return 2
    try:
        contest = load_contest(arguments.data / "bdci2019")
    except FileNotFoundError as error:
        print(f"The judged pairs are not here, nothing measured: {error}", file=sys.stderr)
        return 2
    methods = {name: METHODS[name] for name in chosen}
    results = measure(contest, methods, arguments, lambda line: print(line, flush=True))
    protocol = {name: getattr(arguments, name) for name in ("seed", "seeds", "folds", "resamples")}
    write_result(
        {
            "benchmark": "bdci",
            "protocol": protocol,
            "data": data_facts(contest),
            **facts(PACKAGES),
            "results": results,
        },
        arguments.out,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
