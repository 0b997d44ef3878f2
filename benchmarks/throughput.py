"""How long matching takes from workbook to workbook, stage by stage, and with how much memory.

Run ``python -m benchmarks.throughput``. Records are synthetic (see `benchmarks.synthetic`), about
250 characters each. Every stage runs in a fresh process: what comes before it is done untimed,
and the peak memory is that of the whole process so far. Times are medians over the repeats.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.environment import RESULTS, facts, write_result

SIZES = ("500x500", "1300x1300", "1000x7000")
SYSTEMS = {
    "matchmaker": ("read", "encode", "index", "rank", "write", "whole"),
    "word TF-IDF, brute force": ("index", "rank"),
    "word BM25 (bm25s)": ("index", "rank"),
}
PACKAGES = (
    "matchmaker", "numpy", "scikit-learn", "faiss-cpu", "jieba", "rjieba", "bm25s",
    "python-calamine", "xlsxwriter",
)  # fmt: skip


class StageError(Exception):
    """A stage's process failed; the message is the end of its error output."""


def parse_size(text: str) -> tuple[int, int]:
    """Return needs and achievements of a size such as ``1000x7000``."""
    needs, _, achievements = text.partition("x")
    return int(needs), int(achievements)


def peak_mib() -> float:
    """Return this process's peak resident memory in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes.
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)


def run_stage(system: str, stage: str, folder: Path, k: int) -> dict[str, float]:
    """Run one stage in this process and return its seconds and the peak memory."""
    # Imported here: the parent process must stay small, a child's peak counts from its parent's.
    from benchmarks.throughput_stages import STAGES

    seconds = STAGES[system][stage](folder, k)
    return {"seconds": seconds, "peak_mib": peak_mib()}


def in_fresh_process(arguments: Sequence[str]) -> str:
    """Run this module with arguments and return its last line of output."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.throughput", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[1],
    )
    if done.returncode:
        raise StageError((done.stderr.strip().splitlines() or ["no message"])[-1])
    return (done.stdout.strip().splitlines() or [""])[-1]


def measure(size: str, *, seed: int, k: int, repeats: int) -> dict[str, Any]:
    """Time every stage of every system at one size."""
    needs, achievements = parse_size(size)
    result: dict[str, Any] = {"needs": needs, "achievements": achievements, "systems": {}}
    with tempfile.TemporaryDirectory() as folder:
        in_fresh_process(["--prepare", size, "--folder", folder, "--seed", str(seed)])
        for system, stages in SYSTEMS.items():
            result["systems"][system] = {}
            for stage in stages:
                command = ["--stage", f"{system}/{stage}", "--folder", folder, "--k", str(k)]
                result["systems"][system][stage] = _repeat(command, repeats)
                print(size, system, stage, result["systems"][system][stage], flush=True)
    return result


def _repeat(command: Sequence[str], repeats: int) -> dict[str, Any]:
    try:
        runs = [json.loads(in_fresh_process(command)) for _ in range(repeats)]
    except StageError as error:
        return {"not_run": str(error)}
    return {
        "seconds": round(statistics.median(run["seconds"] for run in runs), 4),
        "seconds_min": round(min(run["seconds"] for run in runs), 4),
        "seconds_max": round(max(run["seconds"] for run in runs), 4),
        "peak_mib": max(run["peak_mib"] for run in runs),
    }


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.throughput", description=__doc__)
    options.add_argument("--sizes", nargs="+", default=list(SIZES), help="NEEDSxACHIEVEMENTS")
    options.add_argument("--k", type=int, default=20)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--out", type=Path, default=RESULTS / "throughput.json")
    # What the fresh processes are called with.
    options.add_argument("--prepare", help=argparse.SUPPRESS)
    options.add_argument("--stage", help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark, or one step of it in a process of its own."""
    arguments = parser().parse_args(argv)
    if arguments.prepare:
        from benchmarks.synthetic import prepare

        needs, achievements = parse_size(arguments.prepare)
        prepare(arguments.folder, needs=needs, achievements=achievements, seed=arguments.seed)
        return 0
    if arguments.stage:
        system, _, stage = arguments.stage.partition("/")
        print(json.dumps(run_stage(system, stage, arguments.folder, arguments.k)))
        return 0
    protocol = {name: getattr(arguments, name) for name in ("seed", "k", "repeats")}
    try:
        results = {
            size: measure(size, seed=arguments.seed, k=arguments.k, repeats=arguments.repeats)
            for size in arguments.sizes
        }
    except StageError as error:
        print(f"The synthetic records cannot be made, nothing measured: {error}", file=sys.stderr)
        return 2
    write_result(
        {"benchmark": "throughput", "protocol": protocol, **facts(PACKAGES), "results": results},
        arguments.out,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
