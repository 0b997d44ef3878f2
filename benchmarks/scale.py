"""What a store costs from ten thousand records to a million, and what others cost beside it.

Run ``python -m benchmarks.scale --data FOLDER``; FOLDER holds ``text`` and ``bdci2019``, which are
not part of this project. Without it the bundled sample is recombined, and no real needs are asked.

Every step runs in a fresh process. Its peak memory is that of the process and all it starts,
looked at five times a second. Figures are written after every step: a run that was interrupted,
or that was asked for some parts only, keeps those of the others from the file that is there, if
they were made of the same records. benchmarks/scale.md says what each figure includes.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.environment import RESULTS, facts, git_commit, write_result
from benchmarks.scale_process import StepError, peak_mib, run_fresh

SIZES = (10_000, 100_000, 1_000_000)
NEEDS = 300
RECALL = 5
"""So many times as many needs are asked for recall: a small sector has few of them."""
PACKAGES = (
    "matchmaker", "numpy", "scipy", "faiss-cpu", "rjieba", "bm25s", "scikit-learn",
    "sentence-transformers", "torch", "vicinity",
)  # fmt: skip
MODULE = "benchmarks.scale"
PEERS = (
    "numpy, exact", "FAISS flat", "FAISS IVF,PQ fast-scan", "semantic_search", "vicinity",
    "vicinity over FAISS IVF", "bm25s", "TF-IDF, brute force",
)  # fmt: skip
"""As `benchmarks.scale_peers` knows them; this process must not import what they need."""


@dataclass(frozen=True, slots=True)
class Step:
    """One measurement in a process of its own.

    Attributes
    ----------
    name : str
        As :func:`run_step` knows it.
    keys : tuple of str
        Where its figures stand in the result of a size.
    threads : int or None
        Most threads of the libraries that count; None for their own choice.
    repeats : int
        How often it is done; the figures are those of the run with the median time.
    """

    name: str
    keys: tuple[str, ...]
    threads: int | None = None
    repeats: int = 1


PARTS: Mapping[str, Sequence[Step]] = {
    "build": (Step("build", ("build",)),),
    "open": (Step("open", ("open",), repeats=3),),
    "query": (
        Step("query", ("query", "one thread"), threads=1),
        Step("query", ("query", "default")),
    ),
    "profile": (Step("profile", ("profile",), threads=1),),
    "threads": (Step("threads", ("threads",), threads=1),),
    "recall": (Step("recall", ("recall",)),),
    "layer": (Step("layer", ("layer",), threads=1),),
    "change": (Step("change", ("change",)),),
    "batch": (
        Step("batch", ("batch",)),
        Step("batch-profile", ("batch profile",), threads=1),
    ),
    "peers": tuple(Step(f"peer/{name}", ("peers", name)) for name in PEERS),
}
"""Steps of each part, in the order of a run."""

EXACT = ("recall", "layer", "peers")
"""Parts that need the vectors of exact search."""


def prepare_all(arguments: argparse.Namespace) -> dict[str, Any]:
    """Write what all steps work on, and return what it is."""
    from benchmarks.scale_exact import write_needs
    from benchmarks.scale_records import Work, prepare

    work = Work(arguments.folder)
    said = prepare(
        work,
        arguments.data,
        records=max(arguments.sizes),
        needs=arguments.needs,
        seed=arguments.seed,
    )
    write_needs(work, said["needs"])
    return said


def run_step(name: str, folder: Path, n: int, needs: int) -> dict[str, Any]:
    """Run one step in this process and return its figures."""
    # Imported here: the parent process must stay small, a child's peak counts from its parent's.
    from benchmarks import scale_batch, scale_exact, scale_peers, scale_stages
    from benchmarks.scale_records import Work

    work = Work(folder)
    if name == "vectors":
        scale_exact.write_vectors(work, n)
        return {}
    kind, _, peer = name.partition("/")
    if kind == "peer":
        return scale_peers.measure(work, n, needs, peer)
    steps: Mapping[str, Callable[[Work, int, int], dict[str, Any]]] = {
        "build": scale_stages.build,
        "open": scale_stages.opening,
        "query": scale_stages.query,
        "profile": scale_stages.profile,
        "threads": scale_stages.threads,
        "recall": scale_stages.dense_recall,
        "layer": scale_peers.layer,
        "change": scale_stages.change,
        "batch": scale_batch.batch,
        "batch-profile": scale_batch.batch_profile,
    }
    return steps[name](work, n, needs)


def measure(step: Step, folder: Path, n: int, needs: int) -> dict[str, Any]:
    """Run a step in a fresh process as often as it asks for, and return one run's figures."""
    command = ["--step", step.name, "--folder", str(folder)]
    command += ["--sizes", str(n), "--needs", str(needs)]
    runs = [run_fresh(MODULE, command, threads=step.threads) for _ in range(step.repeats)]
    runs.sort(key=lambda run: run.get("seconds", 0))
    return {**runs[len(runs) // 2], "commit": git_commit()}


def steps(arguments: argparse.Namespace) -> Iterator[tuple[int, str, Step, int]]:
    """Return size, part, step and number of needs of all that is to be done, in order."""
    for n in arguments.sizes:
        for part in PARTS:
            if part not in arguments.parts:
                continue
            for step in PARTS[part]:
                if part == "batch" and n != arguments.batch_size:
                    continue
                yield n, part, step, _needs(step, arguments)


def _needs(step: Step, arguments: argparse.Namespace) -> int:
    """Return how many needs a step asks."""
    wanted = {
        "batch": arguments.batch_needs,
        "batch-profile": arguments.batch_needs // 20,
        "recall": RECALL * arguments.needs,
    }
    return max(int(wanted.get(step.name, arguments.needs)), 1)


def run(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Prepare what the steps need, run them and write their figures after each."""
    prepared = run_fresh(MODULE, ["--step", "prepare", *_repeated(arguments, folder)])
    for name in ("peak_mib", "own_mib"):
        prepared.pop(name)
    named = ("seed", "sizes", "needs", "batch_size", "batch_needs")
    result: dict[str, Any] = {
        "benchmark": "scale",
        "protocol": {name: getattr(arguments, name) for name in named},
        "data": prepared,
        **facts(PACKAGES),
        "workbook": _workbook(RESULTS / "throughput.json"),
        "results": _earlier(arguments.out, prepared),
    }
    for n, part, step, needs in steps(arguments):
        figures: dict[str, Any]
        try:
            if part in EXACT:
                most = str(max(arguments.sizes))
                run_fresh(MODULE, ["--step", "vectors", "--folder", str(folder), "--sizes", most])
            figures = measure(step, folder, n, needs)
        except StepError as error:
            figures = {"not_run": _without_paths(str(error), folder)}
        print(f"{n:,} {' '.join(step.keys)}: {figures}", flush=True)
        place = result["results"].setdefault(str(n), {})
        for key in step.keys[:-1]:
            place = place.setdefault(key, {})
        place[step.keys[-1]] = figures
        result["results"] = dict(sorted(result["results"].items(), key=lambda one: int(one[0])))
        write_result(result, arguments.out)
    return result


def _without_paths(message: str, folder: Path) -> str:
    """Take this machine's folders out of an error's message."""
    return message.replace(f"{folder}/", "").replace(f"{Path(__file__).parents[1]}/", "")


def _repeated(arguments: argparse.Namespace, folder: Path) -> list[str]:
    """Return the options with which the records are prepared."""
    needs = max(RECALL * arguments.needs, arguments.batch_needs)
    said = ["--folder", str(folder), "--seed", str(arguments.seed), "--needs", str(needs)]
    said += ["--sizes", str(max(arguments.sizes))]
    return said if arguments.data is None else [*said, "--data", str(arguments.data.resolve())]


def _workbook(path: Path) -> dict[str, Any] | None:
    """Return what `benchmarks.throughput` measured from workbook to workbook."""
    if not path.exists():
        return None
    held = json.loads(path.read_text(encoding="utf-8"))
    size = held["results"].get("1000x7000")
    return size and {**size["systems"]["matchmaker"]["whole"], "commit": held["commit"]}


def _earlier(path: Path, prepared: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of an earlier run, if they were made of the same kind of records."""
    if not path.exists():
        return {}
    held = json.loads(path.read_text(encoding="utf-8"))
    if any(held.get("data", {}).get(name) != prepared[name] for name in ("seed", "texts")):
        return {}
    found: dict[str, Any] = held["results"]
    return found


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    options.add_argument("--data", type=Path, help="by default the bundled sample is recombined")
    options.add_argument("--sizes", nargs="+", type=int, default=list(SIZES))
    options.add_argument("--needs", type=int, default=NEEDS, help="of each kind, asked one by one")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS))
    options.add_argument("--batch-size", type=int, default=100_000, help="the store of the batch")
    options.add_argument("--batch-needs", type=int, default=10_000)
    options.add_argument("--folder", type=Path, help="keeps records and stores there")
    options.add_argument("--out", type=Path, default=RESULTS / "scale.json")
    options.add_argument("--figure", type=Path, default=RESULTS / "scale.svg")
    # What the fresh processes are called with.
    options.add_argument("--step", help=argparse.SUPPRESS)
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark, or one step of it in a process of its own."""
    arguments = parser().parse_args(argv)
    if arguments.step == "prepare":
        print(json.dumps(prepare_all(arguments)))
        return 0
    if arguments.step:
        figures = run_step(arguments.step, arguments.folder, arguments.sizes[0], arguments.needs)
        print(json.dumps({**figures, "self_mib": peak_mib()}))
        return 0
    try:
        if arguments.folder is not None:
            arguments.folder.mkdir(parents=True, exist_ok=True)
            result = run(arguments, arguments.folder.resolve())
        else:
            with tempfile.TemporaryDirectory() as folder:
                result = run(arguments, Path(folder))
    except StepError as error:
        print(f"The records cannot be made, nothing measured: {error}", file=sys.stderr)
        return 2
    from benchmarks.scale_chart import draw

    draw(result, arguments.figure)
    return 0


if __name__ == "__main__":
    sys.exit(main())
