"""What a measurement was made with: commit, versions, hardware."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
"""Folder of the stored JSON results."""


def package_versions(packages: Sequence[str]) -> dict[str, str | None]:
    """Return the installed version of each package, ``None`` where it is not installed."""
    return {"python": platform.python_version()} | {name: _version(name) for name in packages}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def git_commit(folder: Path | None = None) -> str | None:
    """Return the commit checked out, with ``+changes`` if files differ; ``None`` outside git."""
    where = folder or Path(__file__).parent
    commit = _git(where, "rev-parse", "HEAD")
    if commit is None:
        return None
    # The results themselves are always newer than the commit they measure.
    changed = _git(where, "status", "--porcelain", "--", ":/", ":(exclude,top)benchmarks/results")
    return f"{commit}+changes" if changed else commit


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def hardware() -> dict[str, str | int | float | None]:
    """Return the processor's model, the cores this process may use, and the memory in GiB."""
    return {
        "cpu": _field(Path("/proc/cpuinfo"), "model name") or platform.processor() or None,
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "memory_gib": memory_gib(Path("/proc/meminfo")),
        "system": f"{platform.system()} {platform.machine()}",
    }


def memory_gib(meminfo: Path) -> float | None:
    """Return the total memory that a ``/proc/meminfo`` states, in GiB."""
    total = _field(meminfo, "MemTotal")
    return round(int(total.split()[0]) / 2**20, 1) if total else None


def _field(file: Path, name: str) -> str | None:
    if not file.exists():
        return None
    for line in file.read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return None


def facts(packages: Sequence[str]) -> dict[str, Any]:
    """Return commit, versions and hardware together."""
    return {
        "commit": git_commit(),
        "versions": package_versions(packages),
        "hardware": hardware(),
    }


def write_result(result: Mapping[str, Any], path: Path) -> None:
    """Write a result as indented JSON, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    text = json.dumps(result, ensure_ascii=False, indent=2, allow_nan=False)
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(path)
