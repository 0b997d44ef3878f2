"""Progress bars: for people at a terminal, after two seconds, never in the way."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.progress import Progress

from matchmaker import progress as module
from matchmaker.progress import ProgressBars, progress_bars, rich_bars


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that shows what the list's last entry says."""
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[-1])
    return now


def bars() -> Progress:
    return Progress(console=Console(file=io.StringIO(), force_terminal=True))


def test_nothing_is_shown_in_the_first_two_seconds(clock: list[float]) -> None:
    shown = bars()
    tell = ProgressBars(shown)
    clock.append(1.9)
    tell("encode", 1, 10)
    assert not shown.live.is_started
    clock.append(2.0)
    tell("encode", 2, 10)
    assert shown.live.is_started
    shown.stop()
    [task] = shown.tasks
    assert (task.description, task.completed, task.total) == ("Encoding records", 2, 10)


def test_a_stage_that_begins_again_gets_a_new_bar() -> None:
    shown = bars()
    tell = ProgressBars(shown)
    for done, total in ((5, 10), (10, 10), (0, 3), (3, 3)):
        tell("encode", done, total)
    tell("other", 1, 1)
    assert [(task.description, task.completed, task.total) for task in shown.tasks] == [
        ("Encoding records", 10, 10),
        ("Encoding records", 3, 3),
        ("other", 1, 1),
    ]


def test_the_remaining_time_is_that_of_the_work_that_remains() -> None:
    shown = rich_bars()
    seconds = [0.0]
    shown.get_time = lambda: seconds[-1]
    tell = ProgressBars(shown)
    # Taken up: what an earlier run has done took no time now. Steps are slow.
    for time, done in ((0.0, 6000), (60.0, 6200), (120.0, 6400)):
        seconds.append(time)
        tell("rank", done, 10000)
    [task] = shown.tasks
    assert task.time_remaining == 3600 / (400 / 120)


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("quiet", [True, False])
def test_only_people_at_a_terminal_see_bars(
    quiet: bool, terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal, raising=False)
    with progress_bars(quiet=quiet) as tell:
        assert (tell is not None) == (terminal and not quiet)
