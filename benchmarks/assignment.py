"""How well and how fast pairs are assigned under caps and minimums, against greedy and peers.

Run ``python -m benchmarks.assignment``; ``--quick`` measures one small case. Scores are synthetic:
every need draws its candidates by a popularity that falls as Zipf's law does, and a score is a
need's own level, a share for the popularity and noise. So a few achievements score high for nearly
everybody, and whoever takes the best pair first spends them on needs that have others.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.environment import RESULTS, facts, write_result
from matchmaker.planning.assignments.assignment import assign
from matchmaker.planning.assignments.candidates import find_candidates
from matchmaker.planning.assignments.conflicts import find_conflict
from matchmaker.planning.assignments.limits import build_program
from matchmaker.planning.assignments.settings import (
    AssignmentSettings,
    LevelLimits,
    Objective,
    Range,
)
from matchmaker.planning.parties import enterprises, universities
from matchmaker.records import Achievement, Need
from matchmaker.scoring.pairs import PairColumns, PairContext, RankedPairs

PACKAGES = ("matchmaker", "numpy", "scipy", "ortools")
OBJECTIVES: tuple[Objective, ...] = ("total", "minimum", "lexicographic")
UNIT = 10**6
"""Parts of a score that the peer's whole numbers count."""

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Size:
    """How large a case is."""

    needs: int
    achievements: int
    candidates: int
    enterprises: int
    universities: int

    @property
    def name(self) -> str:
        """Needs by achievements by candidates."""
        return f"{self.needs}x{self.achievements}x{self.candidates}"


SIZES = (Size(1300, 1300, 50, 1000, 100), Size(1000, 7000, 50, 1000, 100))
QUICK = (Size(60, 80, 12, 40, 8),)


def make_pairs(size: Size, *, seed: int) -> RankedPairs:
    """Draw a ranking."""
    rng = np.random.default_rng(seed)
    popularity = rng.permutation(np.arange(1, size.achievements + 1) ** -0.8)
    # The largest of logarithm plus Gumbel noise are a draw by weight without replacement.
    drawn = np.log(popularity) + rng.gumbel(size=(size.needs, size.achievements))
    item = np.sort(np.argpartition(-drawn, size.candidates - 1)[:, : size.candidates])
    order = np.argsort(np.argsort(popularity)) / size.achievements
    level = rng.uniform(0.0, 0.25, size=(size.needs, 1))
    score = level + 0.35 * order[item] + 0.4 * rng.beta(2, 3, size=item.shape)
    by_score = np.argsort(-score, axis=1, kind="stable")
    item, score = np.take_along_axis(item, by_score, 1), np.take_along_axis(score, by_score, 1)
    count = size.needs * size.candidates
    context = PairContext(
        needs=tuple(
            Need(id=f"N{at:05}", title=f"需求{at}", organisation=f"第{of + 1:04}号有限公司")
            for at, of in enumerate(_owners(rng, size.needs, size.enterprises).tolist())
        ),
        achievements=tuple(
            Achievement(id=f"A{at:05}", title=f"成果{at}", organisation=f"第{of + 1:03}号大学")
            for at, of in enumerate(_owners(rng, size.achievements, size.universities).tolist())
        ),
        need_sectors=((),) * size.needs,
        achievement_sectors=((),) * size.achievements,
        sector_names=(),
        direction="need_to_achievement",
        shared_terms=lambda need, achievement: (),
    )
    columns = PairColumns(
        need=np.repeat(np.arange(size.needs), size.candidates),
        achievement=item.ravel(),
        rank=np.tile(np.arange(1, size.candidates + 1), size.needs),
        score=score.ravel(),
        grade=np.clip(1 + (4 * score.ravel()).astype(np.int8), 1, 4),
        similarity=np.zeros(count),
    )
    return RankedPairs(context, columns)


def _owners(rng: np.random.Generator, records: int, owners: int) -> Rows:
    """Give each owner one record, and the others by Zipf's law."""
    weights = np.arange(1, owners + 1) ** -0.5
    first = np.arange(min(owners, records))
    more = rng.choice(owners, records - len(first), p=weights / weights.sum())
    return rng.permutation(np.concatenate([first, more]))


def make_settings(size: Size) -> AssignmentSettings:
    """Give caps and minimums on both sides."""
    places = max(4, 2 * size.needs // size.universities)
    return AssignmentSettings(
        min_score=0.0,
        need=LevelLimits(max=3),
        achievement=LevelLimits(max=2),
        enterprise=LevelLimits(min=1, max=4),
        university=LevelLimits(min=2, max=places),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Party of each pair, by level, and the range that holds for all of the level."""

    of: dict[str, Rows]
    counts: dict[str, int]
    ranges: dict[str, tuple[int, int]]


def sides(pairs: RankedPairs, settings: AssignmentSettings) -> Sides:
    """Say to whom the pairs belong."""
    columns, owners = pairs.columns, enterprises(pairs.needs)
    houses = universities(pairs.achievements)
    of = {
        "need": columns.need, "achievement": columns.achievement,
        "enterprise": owners.of[columns.need], "university": houses.of[columns.achievement],
    }  # fmt: skip
    counts = {
        "need": len(pairs.needs), "achievement": len(pairs.achievements),
        "enterprise": len(owners), "university": len(houses),
    }  # fmt: skip
    limits = {level: getattr(settings, level) for level in of}
    ranges = {
        level: (one.min, len(pairs) if one.max is None else one.max)
        for level, one in limits.items()
    }
    return Sides(of, counts, ranges)


def greedy(pairs: RankedPairs, parties: Sides) -> Rows:
    """Take the best pair that no cap forbids, until there is none."""
    taken = {level: [0] * count for level, count in parties.counts.items()}
    of = {level: party.tolist() for level, party in parties.of.items()}
    chosen = []
    for row in np.argsort(-pairs.columns.score, kind="stable").tolist():
        mine = [(level, party[row]) for level, party in of.items()]
        if all(taken[level][party] < parties.ranges[level][1] for level, party in mine):
            chosen.append(row)
            for level, party in mine:
                taken[level][party] += 1
    return np.array(chosen, dtype=np.int64)


def min_cost_flow(pairs: RankedPairs, parties: Sides) -> Rows:
    """Solve the total by OR-Tools' min-cost flow; a missed minimum costs more than any score."""
    # As a module of unknown type: it is not a dependency.
    flow = importlib.import_module("ortools.graph.python.min_cost_flow").SimpleMinCostFlow()
    levels = ("enterprise", "need", "achievement", "university")
    start = dict(
        zip(levels, np.cumsum([2, *(parties.counts[one] for one in levels[:3])]), strict=True)
    )
    node = {level: start[level] + parties.of[level] for level in levels}
    bonus, supply = -1000 * UNIT, len(pairs)

    def add(tails: Rows, heads: Rows, capacity: Any, cost: Any) -> Any:
        count = len(tails)
        return flow.add_arcs_with_capacity_and_unit_cost(
            tails, heads, np.broadcast_to(capacity, count), np.broadcast_to(cost, count)
        )

    for level, outer in (("enterprise", None), ("need", "enterprise"),
                         ("achievement", "university"), ("university", None)):  # fmt: skip
        party, first = np.unique(node[level], return_index=True)
        end = 0 if level == "enterprise" else 1
        other = np.full(len(party), end) if outer is None else node[outer][first]
        tails, heads = (other, party) if level in levels[:2] else (party, other)
        low, high = parties.ranges[level]
        add(tails, heads, low, bonus)
        add(tails, heads, high - low, 0)
    arcs = add(
        node["need"], node["achievement"], 1, -np.round(pairs.columns.score * UNIT).astype(np.int64)
    )
    add(np.array([0]), np.array([1]), supply, 0)
    flow.set_nodes_supplies(np.array([0, 1]), np.array([supply, -supply]))
    status = flow.solve()
    assert status == flow.OPTIMAL, status
    return np.flatnonzero(flow.flows(arcs))


def one_to_one(pairs: RankedPairs) -> float:
    """Give the best total where everybody has one pair at most, by SciPy's assignment."""
    from scipy.optimize import linear_sum_assignment

    table = np.zeros((len(pairs.needs), len(pairs.achievements)))
    table[pairs.columns.need, pairs.columns.achievement] = pairs.columns.score
    return float(table[linear_sum_assignment(table, maximize=True)].sum())


def figures(pairs: RankedPairs, parties: Sides, rows: Rows) -> dict[str, Any]:
    """Judge a choice: total, who is served and how well, and limits that it misses."""
    score, owner = pairs.columns.score[rows], parties.of["enterprise"][rows]
    best = np.zeros(parties.counts["enterprise"])
    np.maximum.at(best, owner, score)
    served = np.bincount(owner, minlength=len(best)) > 0
    missed, exceeded = 0, 0
    for level, party in parties.of.items():
        low, high = parties.ranges[level]
        number = np.bincount(party[rows], minlength=parties.counts[level])
        reachable = np.minimum(low, np.bincount(party, minlength=parties.counts[level]))
        missed += int((number < reachable).sum())
        exceeded += int((number > high).sum())
    return {
        "pairs": len(rows),
        "total": round(float(score.sum()), 6),
        "enterprises": len(best),
        "served": int(served.sum()),
        "worst_served": round(float(best[served].min()), 6) if served.any() else None,
        "fifth_percentile": round(float(np.percentile(best, 5)), 6),
        "minimums_missed": missed,
        "caps_exceeded": exceeded,
    }


def rows_of(pairs: RankedPairs, chosen: RankedPairs) -> Rows:
    """Find the rows of a plan in the ranking."""
    width = len(pairs.achievements)
    keys = pairs.columns.need * width + pairs.columns.achievement
    wanted = chosen.columns.need * width + chosen.columns.achievement
    return np.flatnonzero(np.isin(keys, wanted))


def measure(size: Size, *, seed: int) -> dict[str, Any]:
    """Plan one case by every system."""
    pairs, settings = make_pairs(size, seed=seed), make_settings(size)
    parties = sides(pairs, settings)
    systems: dict[str, Any] = {}
    for objective in OBJECTIVES:
        began = time.perf_counter()
        plan = assign(pairs, dataclasses.replace(settings, objective=objective))
        seconds = time.perf_counter() - began
        said = figures(pairs, parties, rows_of(pairs, plan.pairs))
        systems[f"assign, {objective}"] = {
            "seconds": round(seconds, 3), **said, "gap": plan.gap, "exact": plan.exact
        }  # fmt: skip
        print(size.name, objective, systems[f"assign, {objective}"], flush=True)
    peers: dict[str, Callable[[RankedPairs, Sides], Rows]] = {
        "greedy by score": greedy,
        "OR-Tools min-cost flow": min_cost_flow,
    }
    for name, run in peers.items():
        began = time.perf_counter()
        try:
            rows = run(pairs, parties)
        except ImportError as error:
            systems[name] = {"not_run": str(error)}
            continue
        seconds = time.perf_counter() - began
        systems[name] = {"seconds": round(seconds, 3), **figures(pairs, parties, rows)}
        print(size.name, name, systems[name], flush=True)
    return {
        **dataclasses.asdict(size),
        "ranges": {level: list(found) for level, found in parties.ranges.items()},
        "systems": systems,
        "one to one": measure_one_to_one(pairs),
        "conflicts": measure_conflicts(pairs, settings, size),
    }


def measure_one_to_one(pairs: RankedPairs) -> dict[str, Any]:
    """Compare with SciPy's assignment where everybody has one pair at most."""
    single = LevelLimits(max=1)
    began = time.perf_counter()
    plan = assign(pairs, AssignmentSettings(min_score=0.0, need=single, achievement=single))
    ours = time.perf_counter() - began
    began = time.perf_counter()
    total = one_to_one(pairs)
    theirs = time.perf_counter() - began
    return {
        "assign": {"seconds": round(ours, 3), "total": round(plan.total_score, 6)},
        "linear_sum_assignment": {"seconds": round(theirs, 3), "total": round(total, 6)},
    }


def measure_conflicts(
    pairs: RankedPairs, settings: AssignmentSettings, size: Size
) -> dict[str, Any]:
    """Time the search for what contradicts, for limits that cannot hold."""
    parties = sides(pairs, settings)
    owner = enterprises(pairs.needs).names[0]
    house = universities(pairs.achievements).names[0]
    # More of the candidates than the caps allow, so that several caps are in the conflict.
    of_owner, of_house = (
        max(1, 3 * int((parties.of[level] == 0).sum()) // 4)
        for level in ("enterprise", "university")
    )
    cases = {
        "an enterprise asks for more than its needs may have": dataclasses.replace(
            settings, enterprise=LevelLimits(min=1, each={owner: Range(min=of_owner, max=of_owner)})
        ),
        "a university asks for more than its achievements may have": dataclasses.replace(
            settings, university=LevelLimits(each={house: Range(min=of_house, max=of_house)})
        ),
        "achievements are too few for everybody": dataclasses.replace(
            settings,
            achievement=LevelLimits(max=1),
            enterprise=LevelLimits(min=1),
            university=LevelLimits(max=max(1, size.enterprises // (2 * size.universities))),
        ),
    }
    result = {}
    for name, wrong in cases.items():
        program = build_program(find_candidates(pairs, wrong, ()), wrong).program
        began = time.perf_counter()
        found = find_conflict(program)
        result[name] = {
            "seconds": round(time.perf_counter() - began, 3),
            "limits": len(found.limits),
            "smallest": found.smallest,
            "irreducible": found.irreducible,
            "repairs": [one.explain() for one in found.repairs][:10],
        }
        print(size.name, name, result[name], flush=True)
    return result


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.assignment", description=__doc__)
    options.add_argument("--quick", action="store_true", help="one small case only")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--out", type=Path, default=RESULTS / "assignment.json")
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    arguments = parser().parse_args(argv)
    sizes = QUICK if arguments.quick else SIZES
    results = {size.name: measure(size, seed=arguments.seed) for size in sizes}
    protocol = {"seed": arguments.seed, "quick": arguments.quick, "score_unit_of_flow": 1 / UNIT}
    write_result(
        {"benchmark": "assignment", "protocol": protocol, **facts(PACKAGES), "results": results},
        arguments.out,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
