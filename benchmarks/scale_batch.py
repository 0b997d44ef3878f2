"""The batch of `benchmarks.scale`: all needs against a store, written to a file."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from benchmarks.scale_process import cores
from benchmarks.scale_profile import STAGES, clocked
from benchmarks.scale_records import Work
from benchmarks.scale_stages import shares, timed

K = 20

BATCH_STAGES = {
    "open model and store": ("matchmaker.model:Model.load", "matchmaker.store:Store.side"),
    **STAGES,
    "write the rows": ("matchmaker.reporting.streaming:write_part",),
    "join the parts": ("matchmaker.reporting.streaming:join_parts",),
}


def batch(work: Work, n: int, needs: int) -> dict[str, Any]:
    """Rank the store's records for every need with all cores, and count what was written."""
    target = work.file("matches.jsonl")
    workers = cores()
    _, seconds = timed(lambda: _run(work, n, needs, target, workers))
    rows = _lines(target)
    target.unlink()
    return {
        "seconds": round(seconds, 2),
        "needs": needs,
        "rows": rows,
        "k": K,
        "workers": workers,
        "needs_per_second": round(needs / seconds, 1),
    }


def batch_profile(work: Work, n: int, needs: int) -> dict[str, Any]:
    """Say where the time of a batch goes, in per cent, in this process alone."""
    target = work.file("profiled.jsonl")
    # Names that it imports from elsewhere are timed, too, once it is there.
    import matchmaker.batch  # noqa: F401

    with clocked(BATCH_STAGES) as clock:
        _, seconds = timed(lambda: _run(work, n, needs, target, 1))
    target.unlink()
    return {"needs": needs, **shares(clock.shares(seconds), seconds / needs)}


def _run(work: Work, n: int, needs: int, target: Path, workers: int) -> None:
    from matchmaker.batch import BatchOptions, match_store

    target.unlink(missing_ok=True)
    shutil.rmtree(target.with_name(target.name + ".parts"), ignore_errors=True)
    asked = work.needs("generated", needs)
    match_store(work.store(n), asked, target, options=BatchOptions(k=K), workers=workers)


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)
