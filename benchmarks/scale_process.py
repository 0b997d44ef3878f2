"""Steps of `benchmarks.scale` in processes of their own, and the memory of all they start."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_EVERY = 0.2
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")


class StepError(Exception):
    """A step's process failed; the message is the end of its error output."""


@dataclass
class Peak:
    """Most resident memory of a process and of all that it started, added up, in MiB.

    Pages that several of them share count once for each, so this is an upper bound.

    Attributes
    ----------
    total : float
    own : float
        Of that, without pages of files: those can be dropped and read again.
    """

    total: float = 0.0
    own: float = 0.0

    def look(self, pid: int, proc: Path = Path("/proc")) -> None:
        """Measure a process and its children now."""
        found = [_memory(proc / str(one) / "status") for one in family(pid, proc)]
        self.total = max(self.total, sum(total for total, _ in found))
        self.own = max(self.own, sum(own for _, own in found))


def family(pid: int, proc: Path = Path("/proc")) -> list[int]:
    """Return a process and everything it started that still runs; on Linux only."""
    found = [pid]
    for one in found:
        for file in (proc / str(one) / "task").glob("*/children"):
            try:
                found += map(int, file.read_text(encoding="ascii").split())
            except OSError:
                # Ended meanwhile.
                continue
    return found


def _memory(status: Path) -> tuple[float, float]:
    """Return resident memory of a process, in all and without pages of files, in MiB."""
    try:
        fields = _fields(status)
    except OSError:
        return 0.0, 0.0
    total = fields.get("VmRSS", 0.0)
    return total, total - fields.get("RssFile", 0.0)


def _fields(status: Path) -> dict[str, float]:
    """Return the fields of a process's status that are in kB, in MiB."""
    lines = status.read_text(encoding="utf-8", errors="replace").splitlines()
    parts = [line.split() for line in lines if line.endswith(" kB")]
    return {name.rstrip(":"): int(number) / 2**10 for name, number, _ in parts}


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def peak_mib(status: Path = Path("/proc/self/status")) -> float:
    """Return this process's own peak resident memory in MiB."""
    if status.exists():
        return _fields(status)["VmHWM"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # On macOS in bytes. Linux would count from the parent's peak, but has the field above.
    return float(peak / (2**20 if sys.platform == "darwin" else 2**10))


def run_fresh(
    module: str, arguments: Sequence[str], *, threads: int | None = None
) -> dict[str, Any]:
    """Run a module in a fresh process and return the JSON object it prints last.

    Parameters
    ----------
    module : str
    arguments : sequence of str
    threads : int, optional
        Most threads of numpy, FAISS and the tokenizer; by default their own choice.

    Returns
    -------
    dict
        With ``peak_mib``, the peak of the process and its children, added to it, and
        ``own_mib``, the same without pages of files (0 where that cannot be told).

    Raises
    ------
    StepError
        If the process fails.
    """
    limits = {} if threads is None else dict.fromkeys(_THREADS, str(threads))
    peak = Peak()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdout=out,
                stderr=errors,
                cwd=Path(__file__).parents[1],
                env={**os.environ, **limits},
            )
            while True:
                peak.look(process.pid)
                try:
                    process.wait(_EVERY)
                    break
                except subprocess.TimeoutExpired:
                    continue
            if process.returncode:
                raise StepError(_last_line(errors) or f"exit code {process.returncode}")
        result: dict[str, Any] = json.loads(_last_line(out) or "{}")
    # The process knows its own highest point, which falls between two looks.
    result["peak_mib"] = round(max(peak.total, result.pop("self_mib", 0.0)), 1)
    result["own_mib"] = round(peak.own, 1)
    return result


def _last_line(file: Any) -> str:
    file.seek(0)
    lines = [line for line in file.read().splitlines() if line.strip()]
    return lines[-1] if lines else ""
