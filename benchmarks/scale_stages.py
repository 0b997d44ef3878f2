"""What `benchmarks.scale` measures on a store: each function is one step in a process of its own.

A step does what comes before it untimed and returns figures as a JSON object.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.scale_exact import TOP, Asked, Vectors, exact, recall, summary
from benchmarks.scale_inside import DenseChannel, open_warm
from benchmarks.scale_process import cores
from benchmarks.scale_profile import STAGES, clocked
from benchmarks.scale_records import Work, in_lists
from matchmaker import Matcher, Matches, Need

PER_CALL = 100_000
"""Most records that one call of `add` is given."""

K = 10
"""How many matches a need gets; 100 candidates are graded, as by default."""

T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Return what the work returns, and its seconds."""
    start = time.perf_counter()
    done = work()
    return done, time.perf_counter() - start


def milliseconds(seconds: Sequence[float]) -> dict[str, float]:
    """Return median, 99th percentile and mean in milliseconds, and how many were timed."""
    p50, p99 = np.percentile(seconds, [50, 99])
    return {
        "p50_ms": round(1000 * float(p50), 3),
        "p99_ms": round(1000 * float(p99), 3),
        "mean_ms": round(1000 * float(np.mean(seconds)), 3),
        "needs": len(seconds),
    }


def answer(matcher: Matcher, need: Need, sector: str | None = None) -> list[str]:
    """Ask for one need and read what is shown: title, score and grade of each match."""
    return _read(matcher.match([need], k=K, sector=sector))


def _read(found: Matches) -> list[str]:
    return [f"{match.achievement.title} {match.score} {match.grade}" for match in found]


def build(work: Work, n: int, needs: int) -> dict[str, Any]:
    """Make a store of n records."""
    from matchmaker.store import Store

    path = work.store(n)
    if path.exists():
        shutil.rmtree(path)
    workers = cores()
    store, seconds = timed(lambda: Store.open(path, create=True))
    calls = []
    for part in in_lists(work.achievements(n), PER_CALL):
        added, spent = timed(lambda part=part: store.add(part, workers=workers))  # type: ignore[misc]
        calls.append(spent)
        if added != len(part):
            raise RuntimeError(f"{added} of {len(part)} records were added")
    # What is merged in the background is waited for, and counted when it is done.
    _, closing = timed(store.close)
    with Store.open(path) as whole:
        info = whole.info()
    total = seconds + sum(calls) + closing
    without_text = info.bytes["total"] - info.bytes["text"]
    return {
        "seconds": round(total, 2),
        "records_per_second": round(n / total, 1),
        "calls": [round(spent, 2) for spent in calls],
        "workers": workers,
        "bytes": dict(info.bytes),
        "folder_bytes": sum(file.stat().st_size for file in path.rglob("*") if file.is_file()),
        "bytes_per_record": round(without_text / n, 1),
        "text_bytes_per_record": round(info.bytes["text"] / n, 1),
        "segments": len(info.segments),
    }


def opening(work: Work, n: int, needs: int) -> dict[str, Any]:
    """Open a store and ask for one need."""
    need = work.needs("generated", 1)[0]
    # The imports of the library are `benchmarks.startup`'s; reading the model counts.
    matcher, seconds = timed(lambda: Matcher.open(work.store(n)))
    _, first = timed(lambda: answer(matcher, need))
    _, second = timed(lambda: answer(matcher, need))
    return {
        "seconds": round(seconds, 4),
        "first_query_seconds": round(first, 4),
        "second_query_seconds": round(second, 4),
    }


def query(work: Work, n: int, needs: int) -> dict[str, Any]:
    """Ask for single needs, one after the other."""
    matcher = Matcher.open(work.store(n))
    _, seconds = timed(matcher.warm_up)
    figures: dict[str, Any] = {"warm_up_seconds": round(seconds, 3)}
    for kind in work.kinds:
        asked = Asked.of(work, kind, needs)
        own = [found[0] for found in asked.sectors]
        figures[kind] = {
            "all": _answered(matcher, asked.needs, [None] * len(own)),
            "sector": _answered(matcher, asked.needs, own),
        }
    return figures


def _answered(
    matcher: Matcher, needs: Sequence[Need], own: Sequence[str | None]
) -> dict[str, float]:
    spent, ranked = [], []
    for need, sector in zip(needs, own, strict=True):
        start = time.perf_counter()
        found = matcher.match([need], k=K, sector=sector)
        ranked.append(time.perf_counter() - start)
        _read(found)
        spent.append(time.perf_counter() - start)
    # Words in common and the like are looked up when a match is read.
    return {**milliseconds(spent), "match_p50_ms": milliseconds(ranked)["p50_ms"]}


def profile(work: Work, n: int, needs: int) -> dict[str, Any]:
    """Say where the time of a single query goes, in per cent."""
    matcher = open_warm(work, n)
    asked = work.needs("generated", needs)
    with clocked() as clock:
        _, seconds = timed(lambda: [answer(matcher, need) for need in asked])
    return shares(clock.shares(seconds), seconds / len(asked))


def shares(found: Mapping[str, float], seconds: float) -> dict[str, Any]:
    """Return the mean time of a need and every stage's share of it, in the order of a query."""
    ordered = [stage for stage in (*STAGES, *found) if stage in found]
    return {
        "mean_ms": round(1000 * seconds, 3),
        "per_cent": {stage: round(found[stage], 1) for stage in dict.fromkeys(ordered)},
    }


def threads(work: Work, n: int, needs: int) -> dict[str, Any]:
    """Ask one matcher from one thread and from two."""
    matcher = open_warm(work, n)
    asked = work.needs("generated", needs)
    alone = [answer(matcher, need) for need in asked]
    _, one = timed(lambda: [answer(matcher, need) for need in asked])
    halves: list[list[list[str]]] = [[], []]

    def ask(at: int) -> None:
        halves[at] = [answer(matcher, need) for need in asked[at::2]]

    def both() -> None:
        running = [threading.Thread(target=ask, args=(at,)) for at in (0, 1)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()

    _, two = timed(both)
    return {
        "one_per_second": round(len(asked) / one, 1),
        "two_per_second": round(len(asked) / two, 1),
        "ratio": round(one / two, 3),
        "same_answers": [halves[at % 2][at // 2] for at in range(len(asked))] == alone,
    }


def dense_recall(work: Work, n: int, needs: int) -> dict[str, Any]:
    """Compare the dense channel with exact search, overall and within every sector."""
    from matchmaker.store import Store

    vectors = Vectors.of(work, n)
    figures: dict[str, Any] = {}
    with Store.open(work.store(n)) as store:
        channel = DenseChannel(store)
        for kind in work.kinds:
            asked = Asked.of(work, kind, needs)
            parts: dict[str, Any] = {}
            for sector in (None, *vectors.names):
                rows = [
                    at for at in range(len(asked.needs)) if sector in (None, *asked.sectors[at])
                ]
                members = vectors.members(sector)
                if not rows or (members is not None and not len(members)):
                    continue
                _, products = exact(vectors.rows, asked.vectors[rows], TOP, members)
                found = channel.ids([asked.needs[at] for at in rows], TOP, sector)
                values = [
                    recall(_positions(ids), best, vectors.rows, asked.vectors[row])
                    for row, ids, best in zip(rows, found, products, strict=True)
                ]
                size = n if members is None else len(members)
                parts[sector or ""] = {**summary(values), "records": size}
            figures[kind] = {"all": parts.pop(""), "sectors": parts}
    return figures


def _positions(ids: Sequence[str]) -> NDArray[np.int64]:
    """Return where records stand, which is what their ids count."""
    return np.array([int(one[1:]) for one in ids], dtype=np.int64)


def change(work: Work, n: int, needs: int) -> dict[str, Any]:
    """Add further records to a copy of the store and remove as many, and look for them."""
    path = work.file(f"changed-{n}")
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(work.store(n), path)
    # What the copy left to be written would be waited for by the first write that is timed.
    os.sync()
    try:
        return _changed(work, path)
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _changed(work: Work, path: Path) -> dict[str, Any]:
    from matchmaker.store import Store

    further = work.further()
    last = further[-1]
    same = Need(id="new", title=last.title, body=last.body)
    matcher = Matcher.open(path)
    matcher.warm_up()
    added, seconds = timed(lambda: matcher.add(further))
    shown, asking = timed(lambda: {m.achievement.id for m in matcher.match([same], k=K)})
    matcher.close()
    with Store.open(path) as store:
        removed, gone = timed(lambda: store.remove([record.id for record in further]))
    with Matcher.open(path) as after:
        left = {m.achievement.id for m in after.match([same], k=K)}
    return {
        "records": len(further),
        "added": added,
        "add_seconds": round(seconds, 3),
        "found": last.id in shown,
        "found_after_ms": round(1000 * asking, 2),
        "removed": removed,
        "remove_seconds": round(gone, 3),
        "still_found": last.id in left,
    }
