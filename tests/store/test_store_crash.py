"""A writer is killed at any moment: a store is then as it was before a step, or after it."""

from __future__ import annotations

import json
import random
import signal
from pathlib import Path
from typing import Any

import pytest
from forking import Forks
from wholeness import check_whole

from matchmaker.model import Model
from matchmaker.store import Store

KILLS = 56
# How often which step is taken; and limits so low that small records make many segments.
STEPS = {
    "small": {"add": 3, "remove": 2, "draft": 7},
    "background": {"add": 3, "remove": 1, "at_once": 0, "draft": 5},
    "indexed": {"add": 3, "remove": 2, "replace": 1, "exact": 20, "compact": 1},
    "anew": {"add": 2, "remove": 1, "reindex": 3, "compact": 1, "draft": 9},
}


def steps_logged(log: Path) -> list[dict[str, Any]]:
    """Whole lines of a log; the last may have been cut off."""
    if not log.exists():
        return []
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines(True)
            if line.endswith("\n")]  # fmt: skip


@pytest.mark.parametrize("name", list(STEPS))
def test_a_killed_writer_loses_nothing(
    name: str, forks: Forks, model: Model, folder: Path, tmp_path: Path
) -> None:
    draw = random.Random(name)
    held: Any = {"needs": {}, "achievements": {}}
    within, kept, undone, leftovers = 0, 0, 0, 0
    with Store.open(folder, create=True, model=model):
        pass
    for kill in range(KILLS):
        log = tmp_path / f"{kill}.log"
        child = forks.start("change", folder, log=str(log), seed=kill, steps=STEPS[name])
        forks.goes_on(draw.uniform(0, 0.15))
        child.kill()
        assert forks.ended() == -signal.SIGKILL
        logged = steps_logged(log)
        found, left = check_whole(folder, model)
        leftovers += bool(left)
        if not logged:
            assert found == held
        elif "done" in logged[-1]:
            assert found == logged[-2]["after"]
        else:
            assert found in (logged[-1]["before"], logged[-1]["after"])
            if logged[-1]["before"] != logged[-1]["after"]:
                kept += found == logged[-1]["after"]
                undone += found == logged[-1]["before"]
            within += 1
        held = found
    # Most kills must have come within a step, and both ways out must have been seen.
    print(name, within, kept, undone, leftovers)
    assert within > KILLS / 3
    assert undone
    assert leftovers
