"""Whether explanations add up, what they cost, and what the further criteria are worth.

Run ``python -m benchmarks.reasons``; ``--quick`` takes small numbers, ``--parts`` some of the
parts:

- *sums*: pairs of synthetic records (see `benchmarks.reasons_stages`), both directions, with and
  without preferences: how far the parts are from the score, and evidence from its part;
- *cost*: seconds to explain matches that were found before, in a fresh process on one thread,
  beside explanations that know nothing of the grader and only ask it for scores. These ask about
  the terms that both sides name, at most eight: leaving out one at a time, sampling orders in
  which they are left out (the Shapley values that `shap` estimates so), and equal shares;
- *reports*: from workbook to file with and without reasons, imports included, in fresh processes;
- *sample*: figures on the judged pairs of the bundled sample, on which nothing was trained, with
  all weights at 0, with one criterion alone, and with multiples of the defaults;
- *sector*: figures on the contest's judged pairs (`--data`, not part of this project) from
  graders that never saw the pair, moved by the sector criterion.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.environment import RESULTS, facts, write_result

PACKAGES = ("matchmaker", "numpy", "scipy", "scikit-learn", "faiss-cpu", "rjieba", "xlsxwriter")
PARTS = ("sums", "cost", "reports", "sample", "sector")
COSTS = (
    "search",
    "explain",
    "explain with spans",
    "equal shares",
    "leave one term out",
    "sampled orders",
)
"""Stages of the part *cost*, the search itself first."""
FORMS = ("xlsx", "jsonl")
SECTOR_WEIGHTS = (0.0, 0.1, 0.2, 0.3)
ALONE = 0.2
"""Weight of a criterion alone whose default is 0."""
MULTIPLES = (0.5, 1.0, 1.5, 2.0, 4.0)
FIGURES = ("contest_score", "mae", "ndcg@10", "spearman")

FULL = {"pairs": 10_000, "matches": 1_000, "asked": 200, "needs": 1_000, "achievements": 7_000}
QUICK = {"pairs": 400, "matches": 60, "asked": 20, "needs": 10, "achievements": 60}
"""How many pairs are added up, matches explained, matches that the slow peers explain, and how
large the reports' collections are."""


class StageError(Exception):
    """A stage's process failed; the message is the end of its error output."""


def in_fresh_process(arguments: Sequence[str], *, threads: int | None = None) -> dict[str, Any]:
    """Run `benchmarks.reasons_stages` and return the object on its last line of output."""
    environment = dict(os.environ)
    if threads is not None:
        limits = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
        environment.update(dict.fromkeys(limits, str(threads)))
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.reasons_stages", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[1],
        env=environment,
    )
    if done.returncode:
        raise StageError((done.stderr.strip().splitlines() or ["no message"])[-1])
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def sums(size: Mapping[str, int], *, seed: int, repeats: int) -> dict[str, Any]:
    """Add the parts of many explanations up."""
    return in_fresh_process(["sums", "--number", str(size["pairs"]), "--seed", str(seed)])


def cost(size: Mapping[str, int], *, seed: int, repeats: int) -> dict[str, Any]:
    """Time explanations and their peers; medians over the repeats."""
    found: dict[str, Any] = {}
    for stage in COSTS:
        number = size["matches"] if stage in COSTS[:3] else size["asked"]
        arguments = [stage, "--number", str(number), "--seed", str(seed)]
        runs = [in_fresh_process(arguments, threads=1) for _ in range(repeats)]
        seconds = statistics.median(run.pop("seconds") for run in runs)
        found[stage] = {"seconds": round(seconds, 4), **runs[0]}
        print(stage, found[stage], flush=True)
    return found


def reports(size: Mapping[str, int], *, seed: int, repeats: int) -> dict[str, Any]:
    """Time everything from workbooks to a file, with and without reasons by turns."""
    shape = f"{size['needs']}x{size['achievements']}"
    found: dict[str, Any] = {"size": shape}
    with tempfile.TemporaryDirectory() as folder:
        in_fresh_process(["prepare", "--size", shape, "--folder", folder, "--seed", str(seed)])
        for form, k in ((form, k) for form in FORMS for k in (10, 20)):
            runs: dict[str, list[dict[str, Any]]] = {"with": [], "without": []}
            for _ in range(repeats):
                for name, listed in runs.items():
                    listed.append(
                        in_fresh_process(["report", "--folder", folder, "--form", form,
                                          "--reasons", name, "--k", str(k)])
                    )  # fmt: skip
            key = f"{form}, {k} each"
            found[key] = {
                name: {
                    "seconds": round(statistics.median(run["seconds"] for run in listed), 3),
                    "seconds_min": round(min(run["seconds"] for run in listed), 3),
                    "seconds_max": round(max(run["seconds"] for run in listed), 3),
                    "mib": listed[0]["mib"],
                }
                for name, listed in runs.items()
            }
            both = [found[key][name]["seconds"] for name in ("with", "without")]
            found[key]["ratio"] = round(both[0] / both[1], 3)
            print(key, found[key], flush=True)
    return found


def settings() -> dict[str, Any]:
    """Return the weights that the sample is graded with, by name, nothing first."""
    from matchmaker.scoring.facts import Weights

    default = Weights().as_mapping()
    nothing = dict.fromkeys(default, 0.0)
    named = {"nothing": nothing}
    for name, weight in default.items():
        named[f"{name} alone"] = {**nothing, name: weight or ALONE}
    for multiple in MULTIPLES:
        times = "all defaults" if multiple == 1 else f"defaults × {multiple:g}"
        named[times] = {name: multiple * weight for name, weight in default.items()}
    with_sector = {**default, "sector": ALONE}
    named[f"all defaults and sector {ALONE:g}"] = with_sector
    return {name: Weights(**weights) for name, weights in named.items()}


def sample(size: Mapping[str, int], *, seed: int, repeats: int) -> dict[str, Any]:
    """Grade the judged pairs of the bundled sample with many weights."""
    from matchmaker import Matcher, read_achievements, read_needs
    from matchmaker.evaluation import compare, evaluate, read_judgements
    from matchmaker.sample import sample_path

    judged = read_judgements(sample_path("judged_pairs.csv"))
    needs = {need.id: need for need in read_needs(sample_path("needs.csv"))}
    offered = {one.id: one for one in read_achievements(sample_path("achievements.xlsx"))}
    pairs = [
        (needs[need], offered[other])
        for need, other in zip(judged.need_ids, judged.achievement_ids, strict=True)
    ]
    matcher = Matcher()
    found: dict[str, Any] = {"pairs": len(pairs), "needs": len(set(judged.need_ids)), "weights": {}}
    plain = None
    for name, weights in settings().items():
        matcher.weights = weights
        grades = matcher.score(pairs)
        evaluation = evaluate(judged, grades.score, grades.grade)
        if plain is None:
            plain, unmoved = evaluation, grades.score
        figures: dict[str, Any] = {one: evaluation.to_json()[one] for one in FIGURES}
        figures["moved"] = int((grades.score != unmoved).sum())
        figures["against_nothing"] = asdict(compare(evaluation, plain, seed=seed))
        found["weights"][name] = {"weights": dict(weights.as_mapping()), **figures}
        print(name, {one: round(figures[one], 4) for one in (*FIGURES, "moved")}, flush=True)
    return found


def sector(data: Path, *, seed: int, seeds: int, folds: int) -> dict[str, Any]:
    """Move out-of-fold grades of the contest's pairs by the sector criterion.

    Raises
    ------
    FileNotFoundError
        If the judged pairs are not there.
    """
    import numpy as np

    from benchmarks.bdci import data_facts, folds_of
    from benchmarks.bdci_data import load_contest
    from benchmarks.reasons_stages import out_of_fold, sector_agreements
    from matchmaker.evaluation import compare, evaluate
    from matchmaker.scoring.criteria import shifted

    contest = load_contest(data / "bdci2019")
    agreed = sector_agreements(contest)
    found: dict[str, Any] = {
        "data": data_facts(contest),
        "same": int((agreed > 0).sum()),
        "different": int((agreed < 0).sum()),
        "unknown": int((agreed == 0).sum()),
        "mean_grade": {
            name: float(contest.judgements.grades[agreed == value].mean())
            for name, value in (("same", 1), ("different", -1))
            if (agreed == value).any()
        },
    }
    for split in ("by pair", "by need text"):
        runs: dict[float, list[Any]] = {weight: [] for weight in SECTOR_WEIGHTS}
        for one in range(seed, seed + seeds):
            grades = out_of_fold(contest, folds_of(contest, split, folds, one))
            for weight, listed in runs.items():
                moved = shifted(grades, weight * agreed)
                listed.append(evaluate(contest.judgements, moved.score, moved.grade))
        found[split] = {}
        for weight, listed in runs.items():
            values = {
                name: float(np.mean([run.to_json()[name] for run in listed])) for name in FIGURES
            }
            versus = {
                measure: asdict(compare(listed[0], runs[0.0][0], seed=seed, measure=measure))
                for measure in ("ndcg", "mae")
            }  # fmt: skip
            found[split][f"{weight:g}"] = {**values, "against_0": versus}
            print(split, weight, {name: round(value, 4) for name, value in values.items()},
                  flush=True)  # fmt: skip
    return found


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.reasons", description=__doc__)
    options.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    options.add_argument("--quick", action="store_true", help="small numbers, to try it out")
    options.add_argument("--data", type=Path, default=Path("../shared/data"))
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--repeats", type=int, help="default: 3, quick 1")
    options.add_argument("--seeds", type=int, help="of the part sector; default: 3, quick 1")
    options.add_argument("--folds", type=int, help="of the part sector; default: 5, quick 2")
    options.add_argument("--out", type=Path, default=RESULTS / "reasons.json")
    return options


def protocol(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the numbers that a run goes by, with the defaults filled in."""
    quick = arguments.quick
    given = {name: getattr(arguments, name) for name in ("repeats", "seeds", "folds")}
    usual = (
        {"repeats": 1, "seeds": 1, "folds": 2} if quick else {"repeats": 3, "seeds": 3, "folds": 5}
    )
    numbers = {name: value or usual[name] for name, value in given.items()}
    return {"seed": arguments.seed, "quick": quick, **numbers, **(QUICK if quick else FULL)}


def measure(arguments: argparse.Namespace) -> tuple[dict[str, Any], dict[str, str]]:
    """Run the parts asked for; return their results, and what was not run and why."""
    numbers = protocol(arguments)
    results: dict[str, Any] = {}
    not_run: dict[str, str] = {}
    timed = {"sums": sums, "cost": cost, "reports": reports, "sample": sample}
    for part in arguments.parts:
        try:
            if part == "sector":
                named = {name: numbers[name] for name in ("seed", "seeds", "folds")}
                results[part] = sector(arguments.data, **named)
            else:
                results[part] = timed[part](
                    numbers, seed=numbers["seed"], repeats=numbers["repeats"]
                )
        except (FileNotFoundError, StageError) as reason:
            not_run[part] = str(reason)
            print(f"{part}: not run ({reason})", file=sys.stderr)
    return results, not_run


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 0, or 2 if nothing could be measured."""
    arguments = parser().parse_args(argv)
    results, not_run = measure(arguments)
    if not results:
        return 2
    write_result(
        {
            "benchmark": "reasons",
            "protocol": protocol(arguments),
            **facts(PACKAGES),
            "not_run": not_run,
            "results": results,
        },
        arguments.out,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
