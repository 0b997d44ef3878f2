"""A timetable for an event of 500 enterprises and 500 teams: time, idle tables, rules kept.

Run ``python -m benchmarks.event``. The ranking is synthetic: 3,000 meetings are wanted, 40 tables
stand in 12 slots of 20 minutes on each of two days. Every party can come to 80 % of the slots (15 %
in the third case), there are breaks, two sector sessions with tables of their own, booked meetings
and caps. The same rules are given to first come first served, in order of score, and to CP-SAT of
OR-Tools where it is installed. The checker of the tests looks at each timetable. Then one
enterprise and one table drop out.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import itertools
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from datetime import time as clock
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.environment import RESULTS, facts, write_result
from matchmaker.language.sectors import SectorLabel
from matchmaker.planning.events.plan import EventPlan
from matchmaker.planning.events.replanning import replan_event
from matchmaker.planning.events.settings import (
    Booking,
    Break,
    Closure,
    Day,
    EventChange,
    EventSettings,
    Session,
    Window,
)
from matchmaker.planning.events.slotting import with_served
from matchmaker.planning.events.timetable import Board, board_of, finished, plan_event
from matchmaker.records import Achievement, Need
from matchmaker.scoring.pairs import PairColumns, PairContext, RankedPairs

PACKAGES = ("matchmaker", "numpy", "scipy", "ortools")
SECTORS = ("冶金", "信息技术", "智能制造", "生物医药", "精细化工")
CHECKER = Path(__file__).parents[1] / "tests" / "planning" / "event_checker.py"
BOOKED = 20
"""Meetings that are booked beforehand."""

Whole = NDArray[np.int64]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Case:
    """An event: how popular the teams are, and how many slots everybody can come to."""

    name: str
    skew: float
    attendance: float


CASES = (
    Case("teams equally sought", 0.0, 0.8),
    Case("few teams much sought", 1.3, 0.8),
    Case("everybody has little time", 0.0, 0.15),
)


def ranking(parties: int, wanted: int, skew: float, seed: int) -> RankedPairs:
    """Make a ranking of so many pairs, each of another enterprise and team."""
    rng = np.random.default_rng(seed)
    seen: set[tuple[int, int]] = set()
    while len(seen) < wanted:
        team = int(rng.zipf(skew) - 1) % parties if skew else int(rng.integers(parties))
        seen.add((int(rng.integers(parties)), team))
    both = np.array(sorted(seen), dtype=np.int64)
    labels = [
        tuple((SectorLabel(SECTORS[at], 1.0, "declared"),) for at in rng.integers(5, size=parties))
        for _ in range(2)
    ]
    context = PairContext(
        needs=tuple(
            Need(id=f"N{at:04}", title=f"需求{at}", organisation=f"企业{at:04}")
            for at in range(parties)
        ),
        achievements=tuple(
            Achievement(
                id=f"A{at:04}",
                title=f"成果{at}",
                organisation=f"第{at % 50:02}大学",
                team=f"团队{at:04}",
            )
            for at in range(parties)
        ),
        need_sectors=labels[0],
        achievement_sectors=labels[1],
        sector_names=SECTORS,
        direction="need_to_achievement",
        shared_terms=lambda need, achievement: (),
    )
    columns = PairColumns(
        need=both[:, 0],
        achievement=both[:, 1],
        rank=np.ones(wanted, dtype=np.int64),
        score=rng.beta(2, 3, wanted),
        grade=np.full(wanted, 3, dtype=np.int8),
        similarity=np.zeros(wanted),
    )
    return RankedPairs(context, columns)


def rules(
    pairs: RankedPairs, *, tables: int, slots: int, attendance: float, seed: int
) -> EventSettings:
    """Make the event's days, sessions, bookings, and say who can come when."""
    rng = np.random.default_rng(seed)
    pauses = (Break(after=slots // 4, minutes=15), Break(after=slots // 2, minutes=90))
    days = tuple(
        Day(on=date(2026, 12, 10 + at), start=clock(9), slots=slots, minutes=20, breaks=pauses)
        for at in range(2)
    )
    own = max(tables // 5, 1)
    sessions = tuple(
        Session(
            sector=SECTORS[at],
            on=days[at].on,
            tables=tuple(str(number) for number in range(at * own + 1, at * own + own + 1)),
        )
        for at in range(2)
    )
    plain = EventSettings(
        days=days, tables=tables, sessions=sessions, per_enterprise=6, per_expert=12
    )
    times = plain.slots()
    away: dict[str, tuple[Window, ...]] = {}
    names = [one.organisation for one in pairs.needs]
    for name in (*names, *(f"{one.organisation} {one.team}" for one in pairs.achievements)):
        off = np.flatnonzero(rng.random(len(times)) >= attendance)
        away[name] = tuple(
            Window(on=times[at].on, start=times[at].start, end=times[at].end) for at in off
        )
    plain = replace(plain, unavailable=away)
    return replace(plain, locked=_bookings(board_of(pairs, plain, ())))


def _bookings(board: Board) -> tuple[Booking, ...]:
    """Book the first meetings whose parties are not booked yet, each as early as it can be."""
    columns, wanted = board.columns, board.wanted
    found: list[Booking] = []
    taken: set[tuple[str, int]] = set()
    full: Counter[tuple[int, int]] = Counter()
    for at in np.unique(columns.meeting, return_index=True)[1].tolist():
        meeting, slot, pool = (
            int(one[at]) for one in (columns.meeting, columns.slot, columns.pool)
        )
        who = {("e", int(wanted.enterprise[meeting])), ("x", int(wanted.expert[meeting]))}
        if who & taken or full[slot, pool] or len(found) == BOOKED:
            continue
        taken |= who
        full[slot, pool] += 1
        when = board.hall.slots[slot]
        names = [side.names[whose[meeting]] for side, whose in _both(board)]
        found.append(Booking(enterprise=names[0], expert=names[1], on=when.on, at=when.start))
    return tuple(found)


def _both(board: Board) -> list[tuple[Any, Whole]]:
    return list(zip(board.sides, (board.wanted.enterprise, board.wanted.expert), strict=True))


def first_come(board: Board) -> Whole:
    """Place the booked meetings, then all others by score, each in the first slot that is free."""
    columns, wanted = board.columns, board.wanted
    starts = np.searchsorted(columns.meeting, np.arange(len(wanted) + 1))
    left = board.hall.seats(len(board.settings.sessions) + 1)
    busy = [np.zeros_like(side.free) for side in board.sides]
    met = [np.zeros(len(side.names), dtype=np.int64) for side in board.sides]
    booked = {at: (one.on, one.at) for at, one in board.locked.items()}
    others = [at for at in np.argsort(-wanted.score, kind="stable").tolist() if at not in booked]
    chosen = []
    for meeting in (*booked, *others):
        who = (int(wanted.enterprise[meeting]), int(wanted.expert[meeting]))
        if any(met[at][who[at]] >= board.sides[at].caps[who[at]] for at in (0, 1)):
            continue
        for at in range(starts[meeting], starts[meeting + 1]):
            slot, pool = int(columns.slot[at]), int(columns.pool[at])
            when = board.hall.slots[slot]
            if meeting in booked and booked[meeting] != (when.on, when.start):
                continue
            if left[slot, pool] and not busy[0][who[0], slot] and not busy[1][who[1], slot]:
                left[slot, pool] -= 1
                for side in (0, 1):
                    busy[side][who[side], slot] = True
                    met[side][who[side]] += 1
                chosen.append(at)
                break
    return np.array(sorted(chosen), dtype=np.int64)


def cp_sat(board: Board, *, seconds: float) -> Whole:
    """Choose with CP-SAT, for the same aims: the best choice found in the time given."""
    cp_model = importlib.import_module("ortools.sat.python.cp_model")
    columns, wanted = board.columns, board.wanted
    matrix, limits, more = with_served(board.rows, wanted, columns, board.settings.serve)
    model = cp_model.CpModel()
    found = [model.new_bool_var("") for _ in range(len(columns) + more)]
    for row, limit in enumerate(limits):
        here = slice(matrix.indptr[row], matrix.indptr[row + 1])
        weights = matrix.data[here].astype(np.int64).tolist()
        terms = [found[at] for at in matrix.indices[here]]
        total = cp_model.LinearExpr.weighted_sum(terms, weights)
        model.add_linear_constraint(
            total, limit.lower, len(terms) if limit.upper is None else limit.upper
        )
    # Whole numbers, so that a party weighs more than all scores, and a meeting than all parties.
    score = np.round(1000 * wanted.score[columns.meeting]).astype(np.int64)
    party = 1000 * len(wanted) + 1
    meeting = party * (more + 1)
    gain = [*(meeting + score).tolist(), *[party] * more]
    model.maximize(cp_model.LinearExpr.weighted_sum(found, gain))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    solver.solve(model)
    return np.array([at for at in range(len(columns)) if solver.value(found[at])], dtype=np.int64)


def checker() -> Any:
    """Load the checker of the tests, which shares nothing with the planner."""
    spec = importlib.util.spec_from_file_location("event_checker", CHECKER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def figures(plan: EventPlan, bound: int, wrong: Sequence[str]) -> dict[str, Any]:
    """Say what a timetable is worth."""
    ours, theirs = plan.agendas()
    moves = 0
    for meetings in theirs.values():
        for one, other in itertools.pairwise(meetings):
            same_day = plan.slots[one.slot].on == plan.slots[other.slot].on
            moves += same_day and one.table != other.table
    return {
        "meetings": len(plan.meetings),
        "idle": plan.idle,
        "idle_above_bound": round((bound - len(plan.meetings)) / max(bound, 1), 4),
        "enterprises": len(ours),
        "experts": len(theirs),
        "score": round(plan.score, 2),
        "table_changes_of_experts": moves,
        "violations": len(wrong),
    }


def timed(work: Callable[[], T]) -> tuple[T, dict[str, float]]:
    """Do some work; say how long it took, and how long the processors were at it."""
    wall, busy = time.perf_counter(), time.process_time()
    done = work()
    spent = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - busy}
    return done, {name: round(value, 2) for name, value in spent.items()}


def measure(case: Case, *, options: argparse.Namespace) -> dict[str, Any]:
    """Plan one event with every system, check it, and plan it anew after a change."""
    pairs = ranking(options.parties, options.wanted, case.skew, options.seed)
    event = rules(
        pairs,
        tables=options.tables,
        slots=options.slots,
        attendance=case.attendance,
        seed=options.seed + 1,
    )
    violations = checker().violations
    plan, seconds = timed(lambda: plan_event(pairs, event))
    ours = figures(plan, plan.bound, violations(plan, pairs, event))
    systems: dict[str, Any] = {"matchmaker": {**seconds, "gap": round(plan.gap, 6), **ours}}
    plain = replace(event, serve="nobody")
    best, seconds = timed(lambda: plan_event(pairs, plain))
    systems["matchmaker, score alone"] = {
        **seconds,
        "gap": round(best.gap, 6),
        **figures(best, plan.bound, violations(best, pairs, plain)),
    }
    peers: dict[str, Callable[[Board], Whole]] = {
        "first come, by score": first_come,
        "CP-SAT (OR-Tools)": lambda board: cp_sat(board, seconds=options.seconds),
    }
    for name, choose in peers.items():
        board = board_of(pairs, event, ())
        try:
            chosen, seconds = timed(partial(choose, board))
        except ImportError as error:
            systems[name] = {"not_run": str(error)}
            continue
        other = finished(board, chosen, np.full(len(chosen), -1, dtype=np.int64))
        found = figures(other, plan.bound, violations(other, pairs, event))
        systems[name] = {**seconds, **found}
    return {
        "attendance": case.attendance,
        "wanted": len(plan.meetings) + len(plan.waiting),
        "seats": plan.seats,
        "bound": plan.bound,
        "systems": systems,
        "replan": replanned(plan, pairs, event, violations),
    }


def replanned(
    plan: EventPlan,
    pairs: RankedPairs,
    event: EventSettings,
    violations: Callable[..., Sequence[str]],
) -> dict[str, Any]:
    """Let the enterprise with most meetings and the last table drop out."""
    agendas = plan.agendas()[0]
    busiest = min(agendas, key=lambda key: (-len(agendas[key]), key))
    name = next(one.name for one in plan.enterprises if one.key == busiest)
    table = event.table_names()[-1]
    lost = [one for one in plan.meetings if one.enterprise == busiest or one.table == table]
    change = EventChange(dropped=(name,), closed=(Closure(table=table),))
    new, seconds = timed(lambda: replan_event(plan, pairs, event, change))
    kinds = Counter(one.kind for one in new.changes)
    after = new.settings
    return {
        **seconds,
        "hit": len(lost),
        "kept": new.kept,
        **{kind: kinds[kind] for kind in ("moved", "table", "dropped", "added")},
        "meetings": len(new.meetings),
        "seats": new.seats,
        "violations": len(violations(new, pairs, after)),
    }


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.event", description=__doc__)
    options.add_argument("--parties", type=int, default=500, help="on each side")
    options.add_argument("--wanted", type=int, default=3000)
    options.add_argument("--tables", type=int, default=40)
    options.add_argument("--slots", type=int, default=12, help="on each of the two days")
    options.add_argument("--seconds", type=float, default=60.0, help="for CP-SAT")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--out", type=Path, default=RESULTS / "event.json")
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    options = parser().parse_args(argv)
    results = {}
    for case in CASES:
        results[case.name] = measure(case, options=options)
        print(case.name, results[case.name], flush=True)
    protocol = {name: value for name, value in vars(options).items() if name != "out"}
    write_result(
        {"benchmark": "event", "protocol": protocol, **facts(PACKAGES), "results": results},
        options.out,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
