"""The benchmark of assignments, on one small case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import assignment
from benchmarks.assignment import Size, figures, greedy, make_pairs, make_settings, sides
from benchmarks.planning_tables import assignment_table

SMALL = Size(24, 30, 6, 16, 4)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("assignment") / "out.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assignment, "QUICK", (SMALL,))
        assert assignment.main(["--quick", "--out", str(out)]) == 0
    return json.loads(Path(out).read_text(encoding="utf-8"))


def test_the_figures_agree_with_each_other(result: dict[str, Any]) -> None:
    part = result["results"]["24x30x6"]
    systems = part["systems"]
    total = systems["assign, total"]
    for name in ("total", "minimum", "lexicographic"):
        cell = systems[f"assign, {name}"]
        assert (cell["minimums_missed"], cell["caps_exceeded"]) == (0, 0)
        assert cell["total"] <= total["total"] + 1e-6
    assert (total["gap"], total["exact"]) == (0, True)
    fair = systems["assign, minimum"]
    assert fair["served"] == 16
    assert fair["worst_served"] >= total["worst_served"]
    simple = systems["greedy by score"]
    assert simple["caps_exceeded"] == 0
    assert simple["minimums_missed"] or simple["total"] <= total["total"] + 1e-6
    single = part["one to one"]
    assert single["assign"]["total"] == pytest.approx(
        single["linear_sum_assignment"]["total"], abs=1e-5
    )
    assert [cell["irreducible"] for cell in part["conflicts"].values()] == [True, True, True]
    assert all(cell["repairs"] for cell in part["conflicts"].values())


def test_min_cost_flow_finds_the_same_total(result: dict[str, Any]) -> None:
    flow = result["results"]["24x30x6"]["systems"]["OR-Tools min-cost flow"]
    if "not_run" in flow:
        pytest.skip(flow["not_run"])
    total = result["results"]["24x30x6"]["systems"]["assign, total"]
    assert flow["total"] == pytest.approx(total["total"], abs=1e-4)
    assert (flow["minimums_missed"], flow["caps_exceeded"]) == (0, 0)


def test_greedy_takes_the_best_pair_that_the_caps_allow() -> None:
    pairs = make_pairs(SMALL, seed=1)
    parties = sides(pairs, make_settings(SMALL))
    rows = greedy(pairs, parties)
    assert rows[0] == pairs.columns.score.argmax()
    assert (np.diff(pairs.columns.score[rows]) <= 0).all()
    full = {
        level: np.bincount(party[rows], minlength=parties.counts[level]) >= parties.ranges[level][1]
        for level, party in parties.of.items()
    }
    left = np.setdiff1d(np.arange(len(pairs)), rows)
    assert np.any([full[level][party[left]] for level, party in parties.of.items()], axis=0).all()


def test_what_a_choice_misses_is_counted() -> None:
    pairs = make_pairs(SMALL, seed=2)
    parties = sides(pairs, make_settings(SMALL))
    nothing = figures(pairs, parties, np.zeros(0, dtype=np.int64))
    assert (nothing["served"], nothing["worst_served"], nothing["total"]) == (0, None, 0.0)
    assert nothing["minimums_missed"] == 16 + 4
    everything = figures(pairs, parties, np.arange(len(pairs)))
    assert everything["caps_exceeded"] > 24  # each need has six pairs of at most three
    assert everything["minimums_missed"] == 0
    assert everything["total"] == pytest.approx(pairs.columns.score.sum(), abs=1e-5)


def test_a_seed_gives_one_ranking() -> None:
    one, same, other = (make_pairs(SMALL, seed=seed).columns.score for seed in (0, 0, 1))
    assert (one == same).all()
    assert (one != other).any()
    assert (one >= 0).all()
    assert (one <= 1).all()


def test_a_row_of_the_table_for_every_system(result: dict[str, Any]) -> None:
    part = result["results"]["24x30x6"]
    part["systems"]["a peer"] = {"not_run": "it is not installed"}
    lines = assignment_table(result)
    rows = [line for line in lines if line.startswith("| 24 × 30")]
    assert len(rows) == len(part["systems"]) + 2
    assert len({line.count("|") for line in [*lines[:2], *rows]}) == 1
    best = part["systems"]["assign, total"]
    assert f"| {best['total']:,.2f} | {best['served']} of 16 |" in rows[0]
    assert any("a peer | not run |" in row for row in rows)
    assert sum("limits in conflict" in line for line in lines) == 3
