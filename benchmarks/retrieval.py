"""How much of what belongs together is found at all, before anything is graded.

Run ``python -m benchmarks.retrieval --data FOLDER``; FOLDER holds ``bdci2019`` with the judged
pairs and ``text`` with papers and patents, which are not part of this project. A part whose files
are missing is left out.

*Judged pool*: the distinct titles of all judged pairs are the collection, the needs the queries;
recall is the share of the well graded pairs among a need's first k. *Title to abstract*: every
title looks for its own abstract. Intervals are 95 % percentile bootstraps over need texts or
titles.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.bdci import data_facts, folds_of
from benchmarks.bdci_data import Contest, load_contest, train_test_rows
from benchmarks.environment import RESULTS, facts, write_result
from benchmarks.retrieval_data import Relevant, Task, judged_pool, titles_to_abstracts
from benchmarks.retrieval_systems import CHANNELS, Library, Ranking, System, dense, graded, lexical
from matchmaker.errors import RecordError
from matchmaker.model import Model
from matchmaker.training.corpus import MEASURING_PATENTS, read_corpus, read_title_abstracts
from matchmaker.training.grader import fit_grader, judged_features, read_judged

DEPTHS = (20, 100, 200, 300)
CANDIDATES = (100, 200)
ABSTRACT_DEPTH = 10
ENOUGH = 0.95
PACKAGES = ("matchmaker", "numpy", "scipy", "scikit-learn", "faiss-cpu", "bm25s")
Floats = NDArray[np.float64]
Say = Callable[[str], None]


def hits(rankings: Sequence[Ranking], relevant: Relevant, k: int) -> Floats:
    """Return how many of each query's relevant records stand among its first k; shape (q,)."""
    found = [
        len(wanted & set(row[:k].tolist())) for row, wanted in zip(rankings, relevant, strict=True)
    ]
    return np.array(found, dtype=np.float64)


def reciprocal_ranks(rankings: Sequence[Ranking], relevant: Relevant, k: int) -> Floats:
    """Return 1 over the rank of the first relevant record, 0 if none is among the first k."""
    first = [
        next((at for at, found in enumerate(row[:k].tolist(), 1) if found in wanted), 0)
        for row, wanted in zip(rankings, relevant, strict=True)
    ]
    return np.array([1 / rank if rank else 0.0 for rank in first])


def ratio(
    parts: Floats, wholes: Floats, groups: NDArray[np.int64], *, seed: int, resamples: int
) -> dict[str, float]:
    """Return the sum of parts over the sum of wholes, with its bootstrap interval over groups."""
    size = int(groups.max()) + 1
    part = np.bincount(groups, weights=parts, minlength=size)
    whole = np.bincount(groups, weights=wholes, minlength=size)
    drawn = np.random.default_rng(seed).integers(size, size=(resamples, size))
    sums = whole[drawn].sum(axis=1)
    # A draw of none but needs without anything to find says nothing.
    shares = part[drawn].sum(axis=1)[sums > 0] / sums[sums > 0]
    low, high = np.percentile(shares, [2.5, 97.5])
    return {"mean": float(parts.sum() / wholes.sum()), "low": float(low), "high": float(high)}


def recalls(
    library: Library, system: System, depths: Sequence[int], arguments: argparse.Namespace
) -> dict[str, dict[str, dict[str, float]]]:
    """Return for each question the share of the relevant pairs found, by depth."""
    task = library.task
    found: dict[str, dict[str, dict[str, float]]] = {name: {} for name in task.relevant}
    for k in depths:
        rankings = system(library, k)
        for name, relevant in task.relevant.items():
            found[name][str(k)] = ratio(
                hits(rankings, relevant, k),
                np.array([len(wanted) for wanted in relevant], dtype=np.float64),
                task.groups,
                seed=arguments.seed,
                resamples=arguments.resamples,
            )
    return found


def at_random(task: Task, depths: Sequence[int]) -> dict[str, dict[str, dict[str, float]]]:
    """Return the expected recall of records drawn by lot: k of n."""
    n = len(task.achievements)
    return {name: {str(k): {"mean": min(k / n, 1.0)} for k in depths} for name in task.relevant}


def out_of_reach(library: Library) -> dict[str, dict[str, float | int | None]]:
    """Say why relevant records are not found.

    Returns
    -------
    dict
        For each question the share of its pairs that have no term at all in common, the share
        that neither channel ranks before one in ten of the collection, and how many candidates
        a need would need for `ENOUGH` of the pairs in the better of both channels.
    """
    n = len(library.achievements)
    channels = [dense(library, n), lexical(library, n)]
    said: dict[str, dict[str, float | int | None]] = {}
    for name, relevant in library.task.relevant.items():
        ranks = np.array(
            [
                [_rank(channel[query], wanted) for channel in channels]
                for query, sets in enumerate(relevant)
                for wanted in sorted(sets)
            ]
        )
        nearest = ranks.min(axis=1)
        needed = float(np.quantile(nearest, ENOUGH, method="inverted_cdf"))
        said[name] = {
            "no_shared_term": float(np.isinf(ranks[:, 1]).mean()),
            "beyond_a_tenth": float((nearest > n / 10).mean()),
            "depth_for_enough": int(needed) if np.isfinite(needed) else None,
        }
    return said


def _rank(ranking: Ranking, wanted: int) -> float:
    at = np.flatnonzero(ranking == wanted)
    return float(at[0] + 1) if len(at) else float("inf")


def with_fold_graders(
    library: Library, contest: Contest, folder: Path, arguments: argparse.Namespace
) -> Library:
    """Return the library with one grader a fold, fitted on the other folds' need texts."""
    features = judged_features(
        read_judged(folder / "needs.jsonl", folder / "judged_pairs.csv"),
        terms=library.model.terms,
        encoder=library.model.encoder,
    )
    fold = folds_of(contest, "by need text", arguments.folds, arguments.seed)
    grades = contest.judgements.grades
    graders = tuple(
        fit_grader(features[known], grades[known], seed=arguments.seed)
        for known, _ in train_test_rows(fold)
    )
    numbers = {number: at for at, number in enumerate(np.unique(fold).tolist())}
    of_need = dict(zip(contest.judgements.need_ids, fold.tolist(), strict=True))
    rows = np.array([numbers[of_need[need.id]] for need in library.task.needs], dtype=np.int64)
    return Library(library.task, library.model, graders=graders, fold=rows)


def measure_pool(
    contest: Contest, model: Model, arguments: argparse.Namespace, say: Say
) -> dict[str, Any]:
    """Measure the recall of every system over the titles of all judged pairs."""
    folder = arguments.data / "bdci2019"
    library = with_fold_graders(Library(judged_pool(contest), model), contest, folder, arguments)
    most = max(CANDIDATES)
    plan: list[tuple[str, System, tuple[int, ...]]] = [
        *((name, system, DEPTHS) for name, system in CHANNELS.items()),
        *((f"graded, of {n} candidates", graded(n), _up_to(n)) for n in CANDIDATES),
        (f"graded by the shipped grader, of {most}", graded(most, shipped=True), _up_to(most)),
    ]
    if not arguments.quick:
        plan.append(("graded, of all", graded(None), DEPTHS))
    systems = {"drawn by lot": at_random(library.task, DEPTHS)}
    for name, system, depths in plan:
        # A ranking's first records do not depend on how many are asked for, except where
        # candidates are chosen: there the depth is part of the question.
        asked = system if name == "fused" else _once(system, depths[-1])
        systems[name] = recalls(library, asked, depths, arguments)
        say(f"judged pool | {name}: {_shown(systems[name])}")
    return {**library.task.facts(), "systems": systems, "out_of_reach": out_of_reach(library)}


def _up_to(candidates: int) -> tuple[int, ...]:
    return tuple(k for k in DEPTHS if k <= candidates)


def _once(system: System, deepest: int) -> System:
    kept: list[list[Ranking]] = []

    def same(library: Library, k: int) -> list[Ranking]:
        if not kept:
            kept.append(system(library, deepest))
        return kept[0]

    return same


def _shown(found: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    return ", ".join(
        f"{name} @{k} {figure['mean']:.3f}"
        for name, part in found.items()
        for k, figure in part.items()
    )


def measure_abstracts(
    rows: Sequence[tuple[str, str]], model: Model, arguments: argparse.Namespace, say: Say
) -> dict[str, Any]:
    """Measure how well titles find their abstracts."""
    library = Library(titles_to_abstracts(rows), model)
    task, k = library.task, ABSTRACT_DEPTH
    [relevant] = task.relevant.values()
    n = len(task.achievements)
    lot = {"mrr": sum(1 / rank for rank in range(1, min(k, n) + 1)) / n, "recall": k / n}
    systems = {"drawn by lot": {name: {"mean": min(mean, 1.0)} for name, mean in lot.items()}}
    wholes = np.array([len(wanted) for wanted in relevant], dtype=np.float64)
    # As in use: 100 candidates are chosen, of which the first ten count here.
    plan = {**CHANNELS, "graded, of 100 candidates": graded(100, shipped=True)}
    for name, system in plan.items():
        rankings = system(library, 100)
        measured = {
            "mrr": (reciprocal_ranks(rankings, relevant, k), np.ones(len(relevant))),
            "recall": (hits(rankings, relevant, k), wholes),
        }
        systems[name] = {
            figure: ratio(*values, task.groups, seed=arguments.seed, resamples=arguments.resamples)
            for figure, values in measured.items()
        }
        say(
            f"title to abstract | {name}: "
            + ", ".join(f"{figure} {value['mean']:.4f}" for figure, value in systems[name].items())
        )
    return {**task.facts(), "systems": systems}


def measure(
    model: Model, arguments: argparse.Namespace, say: Say
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Measure every part whose files are there; return data counts and results."""
    data: dict[str, Any] = {}
    results: dict[str, Any] = {}
    try:
        contest = load_contest(arguments.data / "bdci2019")
    except FileNotFoundError as error:
        say(f"judged pool: not measured, {error}")
    else:
        data["bdci2019"] = data_facts(contest)
        results["judged pool"] = measure_pool(contest, model, arguments, say)
    readers: dict[str, Callable[[], Sequence[tuple[str, str]]]] = {
        "patents": lambda: read_title_abstracts(arguments.data / MEASURING_PATENTS),
        "held-out papers": lambda: [
            (paper.title, paper.abstract) for paper in read_corpus(arguments.data).held_out
        ],
    }
    for name, read in readers.items():
        try:
            rows = read()
        except RecordError as error:
            say(f"{name}: not measured, {error}")
            continue
        results[name] = measure_abstracts(rows, model, arguments, say)
    return data, results


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.retrieval", description=__doc__)
    options.add_argument("--data", type=Path, default=Path("../shared/data"))
    options.add_argument("--out", type=Path, default=RESULTS / "retrieval.json")
    options.add_argument("--quick", action="store_true", help="do not grade the whole collection")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--folds", type=int, default=5)
    options.add_argument("--resamples", type=int, default=1_000)
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 0, or 2 if no part's data is there."""
    arguments = parser().parse_args(argv)
    data, results = measure(Model.load(), arguments, lambda line: print(line, flush=True))
    if not results:
        print("No data is here, nothing measured; give its folder with --data", file=sys.stderr)
        return 2
    write_result(
        {
            "benchmark": "retrieval",
            "protocol": {
                **{name: getattr(arguments, name) for name in ("seed", "folds", "resamples")},
                "candidates": list(CANDIDATES),
            },
            "data": data,
            **facts(PACKAGES),
            "results": results,
        },
        arguments.out,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
