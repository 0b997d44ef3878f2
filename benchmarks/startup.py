"""How long matchmaker takes to start: import, help and demo, each in fresh processes.

Run ``python -m benchmarks.startup``. Times are medians; those of help and demo are of the whole
process, the interpreter's own start included, which is also given alone.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.environment import RESULTS, facts, write_result

HEAVY = (
    "faiss", "jieba", "jinja2", "numpy", "opencc", "pandas", "pyarrow", "python_calamine", "rich",
    "rjieba", "scipy", "sentence_transformers", "sklearn", "tokenizers", "torch", "xlsxwriter",
)  # fmt: skip
"""Packages that ``import matchmaker`` may or may not load; those it loads are listed."""
IMPORT = """
import sys, time
before = set(sys.modules)
start = time.perf_counter()
import matchmaker
seconds = time.perf_counter() - start
import json
print(json.dumps({"seconds": seconds, "modules": sorted(set(sys.modules) - before)}))
"""
COMMAND = "from matchmaker.cli import main; main()"
PACKAGES = ("matchmaker", "click", "numpy", "rich")


def fresh_python(arguments: Sequence[str], folder: str) -> tuple[str, float]:
    """Run the interpreter in a folder; return its output and the seconds of the whole process.

    Raises
    ------
    RuntimeError
        If it fails, with the last line of its error output.
    """
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, cwd=folder
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["no message"])[-1])
    return done.stdout, seconds


def import_cost(repeats: int, folder: str) -> dict[str, Any]:
    """Return the seconds of ``import matchmaker`` and what it loads."""
    runs = [json.loads(fresh_python(["-c", IMPORT], folder)[0]) for _ in range(repeats)]
    modules = runs[0]["modules"]
    return {
        "seconds": round(statistics.median(run["seconds"] for run in runs), 4),
        "modules": len(modules),
        "heavy": [name for name in HEAVY if name in modules],
    }


def command_cost(arguments: Sequence[str], repeats: int, folder: str) -> dict[str, Any]:
    """Return the median seconds of a whole interpreter process."""
    seconds = [fresh_python(arguments, folder)[1] for _ in range(repeats)]
    return {"seconds": round(statistics.median(seconds), 4)}


def measure(repeats: int) -> dict[str, Any]:
    """Measure everything; what fails is listed with its message."""
    with tempfile.TemporaryDirectory() as folder:
        steps: dict[str, Callable[[], dict[str, Any]]] = {
            "python alone": lambda: command_cost(["-c", "pass"], repeats, folder),
            "import matchmaker": lambda: import_cost(repeats, folder),
            "matchmaker --help": lambda: command_cost(["-c", COMMAND, "--help"], repeats, folder),
            "matchmaker demo": lambda: command_cost(["-c", COMMAND, "demo"], repeats, folder),
        }
        results: dict[str, Any] = {}
        for name, step in steps.items():
            try:
                results[name] = step()
            except RuntimeError as error:
                results[name] = {"not_run": str(error)}
    return results


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.startup", description=__doc__)
    options.add_argument("--repeats", type=int, default=5)
    options.add_argument("--out", type=Path, default=RESULTS / "startup.json")
    arguments = options.parse_args(argv)
    results = measure(arguments.repeats)
    print(json.dumps(results, indent=2))
    protocol = {"repeats": arguments.repeats}
    write_result(
        {"benchmark": "startup", "protocol": protocol, **facts(PACKAGES), "results": results},
        arguments.out,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
