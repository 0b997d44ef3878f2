"""Where the time goes: functions of the library wrapped in a clock, without a profiler's cost."""

from __future__ import annotations

import functools
import importlib
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

REST = "everything else"

STAGES: Mapping[str, Sequence[str]] = {
    "encode the need": ("matchmaker.catalogue:Cataloguer.catalogue",),
    "dense search": ("matchmaker.store.side:StoredSide.nearest",),
    "lexical search": ("matchmaker.retrieval.lexical:LexicalIndex.search",),
    "fuse both lists": ("matchmaker.retrieval.fusion:fuse",),
    "fetch the candidates": ("matchmaker.store.side:StoredSide._packed",),
    "unpack the candidates": ("matchmaker.retrieval.packed:unpack",),
    "features of the pairs": ("matchmaker.scoring.features:pair_features",),
    "trees": ("matchmaker.scoring.grader:TreeGrader.grade",),
    "order and cut": ("matchmaker.scoring.ranking:rank",),
    "records that are shown": ("matchmaker.store.side:StoredSide.shown",),
    "words that a match shares": ("matchmaker.scoring.shared:SharedTerms.__call__",),
}
"""Functions of each stage, as module, colon, name. A stage within another counts for itself."""


class Clock:
    """Seconds spent in each stage, those of stages within it taken off."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._running = threading.local()

    def wrap(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function, timed as a part of a stage."""

        @functools.wraps(work)
        def timed(*arguments: Any, **options: Any) -> Any:
            outer: list[float] = getattr(self._running, "within", [])
            self._running.within = [0.0]
            start = time.perf_counter()
            try:
                return work(*arguments, **options)
            finally:
                spent = time.perf_counter() - start
                own = spent - self._running.within[0]
                self.seconds[stage] = self.seconds.get(stage, 0.0) + own
                if outer:
                    outer[0] += spent
                self._running.within = outer

        return timed

    def shares(self, total: float) -> dict[str, float]:
        """Return every stage's share of a total in per cent, and that of the rest."""
        found = {stage: 100 * spent / total for stage, spent in self.seconds.items()}
        return found | {REST: 100 - sum(found.values())}


@contextmanager
def clocked(stages: Mapping[str, Sequence[str]] = STAGES) -> Iterator[Clock]:
    """Time the functions of the library while the block runs.

    Raises
    ------
    LookupError
        If a stage names no function that exists.
    """
    clock = Clock()
    undo: list[tuple[Any, str, Any]] = []
    try:
        for stage, targets in stages.items():
            found = [target for target in targets if _replace(target, stage, clock, undo)]
            if not found:
                raise LookupError(f"no function of the stage {stage!r} exists: {list(targets)}")
        yield clock
    finally:
        for owner, name, work in reversed(undo):
            setattr(owner, name, work)


def _replace(target: str, stage: str, clock: Clock, undo: list[tuple[Any, str, Any]]) -> bool:
    module_name, _, path = target.partition(":")
    try:
        module = importlib.import_module(module_name)
        *outer, name = path.split(".")
        owner = functools.reduce(getattr, outer, module)
        work = getattr(owner, name)
    except (ImportError, AttributeError):
        return False
    timed = clock.wrap(stage, work)
    # A function that other modules imported by name stands in each of them.
    package = module_name.partition(".")[0]
    owners = [owner] if outer else [
        other
        for known, other in list(sys.modules.items())
        if known.partition(".")[0] == package and getattr(other, name, None) is work
    ]  # fmt: skip
    for one in owners:
        # A class holds more than what is got from it: a class method, say.
        undo.append((one, name, vars(one).get(name, work)))
        setattr(one, name, timed)
    return True
