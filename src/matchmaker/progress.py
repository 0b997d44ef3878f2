"""Progress bars for work that takes a while, for people at a terminal only."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

_PATIENCE_S = 2.0
_SPEED_OVER_S = 600.0
_STAGES = {
    "encode": "Encoding records",
    "rank": "Ranking pairs",
    "finetune": "Fine-tuning",
}


class ProgressBars:
    """One bar a stage, shown once the work has taken two seconds.

    Parameters
    ----------
    bars : rich.progress.Progress
        Not started yet.
    """

    def __init__(self, bars: RichProgress) -> None:
        self._bars = bars
        self._began = time.monotonic()
        self._tasks: dict[str, TaskID] = {}
        self._shown = False

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Report that ``done`` of ``total`` parts of a stage are finished."""
        if not self._shown and time.monotonic() - self._began >= _PATIENCE_S:
            self._bars.start()
            self._shown = True
        if stage not in self._tasks or done < self._bars.tasks[self._tasks[stage]].completed:
            self._tasks[stage] = self._bars.add_task(_STAGES.get(stage, stage), total=total)
        self._bars.update(self._tasks[stage], completed=done, total=total)


@contextmanager
def progress_bars(*, quiet: bool) -> Iterator[ProgressBars | None]:
    """Show progress on standard error.

    Parameters
    ----------
    quiet : bool
        Show nothing. Nothing is shown either where standard error is not a terminal.

    Yields
    ------
    ProgressBars or None
        To be called by the work; None where nothing is shown.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    bars = rich_bars()
    try:
        yield ProgressBars(bars)
    finally:
        bars.stop()


def rich_bars() -> RichProgress:
    """Make the bars, not started yet, with what is done, of how much, and the remaining time."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        # A part of a batch may take longer than the half minute that is usual.
        speed_estimate_period=_SPEED_OVER_S,
    )
