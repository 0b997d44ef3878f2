"""The program behind a timetable: one choice for each meeting, slot and group of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from matchmaker.errors import ConfigError
from matchmaker.planning.events.attendance import Attendance, Wishes
from matchmaker.planning.events.settings import EventSettings, Served, Slot
from matchmaker.planning.programs import Limit, Program, Solution, solve

Whole = NDArray[np.int64]

MOST_COLUMNS = 1_000_000
"""Choices of a meeting and a slot that one program may have: HiGHS needs gigabytes beyond."""


TRIES = 8
"""Runs of the solver after which each aim is reached by itself."""

WEIGHTIER = 4.0
"""How much more an aim weighs that a sum has missed."""


@dataclass(frozen=True, slots=True, eq=False)
class Hall:
    """Slots and tables.

    Attributes
    ----------
    slots : tuple of Slot
    tables : tuple of str
    pools : ndarray, shape (n_slots, n_tables), int64
        Whom a table serves in a slot: 0 everybody, k the k-th session alone, -1 nobody.
    """

    slots: tuple[Slot, ...]
    tables: tuple[str, ...]
    pools: Whole

    def seats(self, pools: int) -> Whole:
        """Count tables by slot and pool, shape (n_slots, pools)."""
        return np.stack([(self.pools == pool).sum(axis=1) for pool in range(pools)], axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """What can be chosen: n times a meeting, in a slot, at one of the tables of a pool.

    Attributes
    ----------
    meeting, slot, pool : ndarray, shape (n,), int64
        Ordered by meeting, slot and pool.
    """

    meeting: Whole
    slot: Whole
    pool: Whole

    def __len__(self) -> int:
        return len(self.meeting)


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """One aim of several, each of which counts only among what is best for those before.

    Attributes
    ----------
    gain : ndarray, shape (n,), float64
        Of each column.
    ceiling : float
        More cannot be gained, for a reason that needs no solver.
    """

    gain: NDArray[np.float64]
    ceiling: float


@dataclass(frozen=True, slots=True, eq=False)
class Staged:
    """A choice, and for each stage what it gains and what no choice gains more than."""

    chosen: NDArray[np.bool_]
    values: tuple[float, ...]
    bounds: tuple[float, ...]


def hall_of(settings: EventSettings) -> Hall:
    """Say which tables serve whom in which slot."""
    slots, tables = settings.slots(), settings.table_names()
    pools = np.zeros((len(slots), len(tables)), dtype=np.int64)
    at = {name: position for position, name in enumerate(tables)}
    for number, slot in enumerate(slots):
        for pool, session in enumerate(settings.sessions, start=1):
            for name in session.tables if session.holds(slot) else ():
                if not pools[number, at[name]]:
                    pools[number, at[name]] = pool
        for closure in settings.closed:
            if closure.touches(slot):
                pools[number, at[closure.table] if closure.table else slice(None)] = -1
    return Hall(slots, tables, pools)


def columns_of(
    settings: EventSettings,
    hall: Hall,
    sides: tuple[Attendance, Attendance],
    wanted: Wishes,
) -> Columns:
    """List what can be chosen.

    Raises
    ------
    ConfigError
        If there are more than a million choices.
    """
    both = sides[0].free[wanted.enterprise] & sides[1].free[wanted.expert]
    seats = hall.seats(len(settings.sessions) + 1)
    sector_sessions = {session.sector for session in settings.sessions}
    special = np.array([bool(sector_sessions & {*names}) for names in wanted.sectors], dtype=bool)
    parts = [_column(both & ~special[:, None] & (seats[:, 0] > 0), 0)]
    for number, session in enumerate(settings.sessions, start=1):
        pool = number if session.tables else 0
        member = np.array([session.sector in names for names in wanted.sectors], dtype=bool)
        during = np.array([session.holds(slot) for slot in hall.slots]) & (seats[:, pool] > 0)
        parts.append(_column(both & member[:, None] & during, pool))
    count = sum(len(part) for part in parts)
    if count > MOST_COLUMNS:
        raise ConfigError(
            f"{len(wanted):,} meetings could be held, at {count:,} times in all; more than "
            f"{MOST_COLUMNS:,} are too many: raise min_score, or set choices"
        )
    found = np.unique(np.concatenate(parts), axis=0)
    return Columns(meeting=found[:, 0], slot=found[:, 1], pool=found[:, 2])


def _column(possible: NDArray[np.bool_], pool: int) -> Whole:
    meeting, slot = np.nonzero(possible)
    return np.stack([meeting, slot, np.full(len(meeting), pool)], axis=1).astype(np.int64)


class Rows:
    """Limits of a program, collected one kind at a time."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.limits: list[Limit] = []
        self._parts: list[csr_array] = []

    def add(self, group: Whole, column: Whole, limits: Sequence[Limit]) -> None:
        """Add one row for each limit, in which its group's columns count 1."""
        ones = np.ones(len(column))
        part = csr_array((ones, (group, column)), shape=(len(limits), self.width))
        # A row that cannot be exceeded only slows the solver down.
        counts = np.diff(part.indptr)
        kept = [
            at
            for at, limit in enumerate(limits)
            if limit.lower > 0 or (limit.upper is not None and counts[at] > limit.upper)
        ]
        self.limits += [limits[at] for at in kept]
        self._parts.append(part[kept])

    def matrix(self) -> csr_array:
        """Give all rows."""
        return csr_array(vstack([csr_array((0, self.width)), *self._parts], format="csr"))


def rows_of(
    settings: EventSettings,
    hall: Hall,
    sides: tuple[Attendance, Attendance],
    wanted: Wishes,
    columns: Columns,
) -> Rows:
    """Write down what every timetable keeps to: parties, tables, caps and rests."""
    rows, every = Rows(len(columns)), np.arange(len(columns))
    once = [Limit("rule", f"meeting {at}", 0, 1) for at in range(len(wanted))]
    rows.add(columns.meeting, every, once)
    width = len(settings.sessions) + 1
    seats = hall.seats(width)
    tables = [
        Limit("rule", f"tables on {hall.slots[slot]}", 0, int(seats[slot, pool]))
        for slot in range(len(hall.slots))
        for pool in range(width)
    ]
    rows.add(columns.slot * width + columns.pool, every, tables)
    for side, whose in zip(sides, (wanted.enterprise, wanted.expert), strict=True):
        party = whose[columns.meeting]
        caps = [
            Limit("rule", f"meetings of {name}", 0, int(most))
            for name, most in zip(side.names, side.caps, strict=True)
        ]
        rows.add(party, every, caps)
        for length, most in _windows(settings):
            _add_windows(rows, hall, side, (party, columns.slot), (length, most))
    return rows


def _windows(settings: EventSettings) -> list[tuple[int, int]]:
    """Give lengths in slots and how many meetings of one party each may hold."""
    found = [(settings.rest + 1, 1)]
    if settings.in_a_row is not None:
        found.append((settings.in_a_row + 1, settings.in_a_row))
    return found


def _add_windows(
    rows: Rows,
    hall: Hall,
    side: Attendance,
    where: tuple[Whole, Whole],
    rule: tuple[int, int],
) -> None:
    """Limit the meetings of each party in so many slots that follow each other."""
    (party, slot), (length, most), count = where, rule, len(hall.slots)
    stretch = np.array([one.stretch for one in hall.slots])
    starts = [
        first
        for first in range(count)
        if first == 0
        or stretch[first] != stretch[first - 1]
        or (first + length <= count and stretch[first] == stretch[first + length - 1])
    ]
    limits, groups, chosen = [], [], []
    order = np.argsort(slot, kind="stable")
    bounds = np.searchsorted(slot[order], np.arange(count + 1))
    for number, first in enumerate(starts):
        end = next(
            (
                at
                for at in range(first, min(first + length, count))
                if stretch[at] != stretch[first]
            ),
            min(first + length, count),
        )
        inside = order[bounds[first] : bounds[end]]
        chosen.append(inside)
        groups.append(number * len(side.names) + party[inside])
        limits += [Limit("rule", f"{name} on {hall.slots[first]}", 0, most) for name in side.names]
    rows.add(np.concatenate(groups), np.concatenate(chosen), limits)


def with_served(
    rows: Rows, wanted: Wishes, columns: Columns, serve: Served
) -> tuple[csr_array, tuple[Limit, ...], int]:
    """Add a column for each party that is to be served: whether it has a meeting.

    Returns
    -------
    csr_array, tuple of Limit, int
        All rows over the wider columns, their limits, and how many columns were added.
    """
    sides = {"nobody": (), "enterprises": (wanted.enterprise,)}
    both = (wanted.enterprise, wanted.expert + wanted.enterprise.max(initial=-1) + 1)
    parties = [whose[columns.meeting] for whose in sides.get(serve, both)]
    each = np.concatenate([np.zeros(0, dtype=np.int64), *parties])
    who, at = np.unique(each, return_inverse=True)
    every = np.tile(np.arange(len(columns)), len(parties))
    meets = csr_array((-np.ones(len(each)), (at, every)), shape=(len(who), len(columns)))
    counted = csr_array((np.ones(len(who)), (np.arange(len(who)),) * 2), shape=(len(who),) * 2)
    rules = rows.matrix()
    top = csr_array((rules.shape[0], len(who)))
    wide = vstack([_beside(rules, top), _beside(meets, counted)], format="csr")
    limits = (*rows.limits, *(Limit("rule", "served", -len(columns), 0) for _ in who))
    return csr_array(wide), limits, len(who)


def _beside(left: csr_array, right: csr_array) -> csr_array:
    from scipy.sparse import hstack

    return csr_array(hstack([left, right], format="csr"))


def in_stages(
    matrix: csr_array, limits: tuple[Limit, ...], stages: Sequence[Stage], *, gap: float
) -> Staged:
    """Reach one aim after the other, each in a run of the solver of its own.

    A run is spared where the last choice reaches already what cannot be exceeded.

    Parameters
    ----------
    matrix : csr_array, shape (m, n)
    limits : tuple of Limit
        One a row.
    stages : sequence of Stage
        Gains of all but the last one are whole numbers.
    gap : float
        How much the last aim may fall short of the best.

    Returns
    -------
    Staged

    Raises
    ------
    InfeasibleError
        If nothing keeps all limits.
    """
    reached: list[int] = []
    chosen: NDArray[np.bool_] | None = None
    for at, stage in enumerate(stages[:-1]):
        if chosen is None or round(float(stage.gain @ chosen)) < round(stage.ceiling):
            chosen = solve(_with_reached(matrix, limits, stages[: at + 1], reached)).chosen
        reached.append(round(float(stage.gain @ chosen)))
    found = solve(_with_reached(matrix, limits, stages, reached), gap=gap)
    values = tuple(float(stage.gain @ found.chosen) for stage in stages)
    return Staged(found.chosen, values, (*map(float, reached), found.bound))


def at_once(
    matrix: csr_array, limits: tuple[Limit, ...], stages: Sequence[Stage], *, gap: float
) -> Staged:
    """Reach the same as :func:`in_stages`, in one run of the solver where that can be proven.

    All aims are added up into one. Where the sum's best choice reaches, in every aim that counts
    whole numbers, what cannot be exceeded, it is also the best one in stages, since all choices
    that reach as much differ in the last aim alone. For an aim that is missed, what can be reached
    is found out by itself; if the sum still misses it, it weighs more.

    Parameters
    ----------
    matrix, limits, stages, gap
        See :func:`in_stages`; the gap is kept roughly, and the bound says how well.

    Returns
    -------
    Staged

    Raises
    ------
    InfeasibleError
        If nothing keeps all limits.
    """
    ceilings = [round(stage.ceiling) for stage in stages[:-1]]
    weights, proven, last = [1.0] * len(ceilings), [False] * len(ceilings), stages[-1]
    found: Solution | None = None
    for _ in range(TRIES):
        offset = sum(weight * most for weight, most in zip(weights, ceilings, strict=True))
        if found is None:
            parts = [weight * stage.gain for weight, stage in zip(weights, stages, strict=False)]
            share = last.ceiling / max(last.ceiling + offset, 1.0)
            found = solve(Program(last.gain + sum(parts), matrix, limits), gap=gap * share / 2)
        values = tuple(float(stage.gain @ found.chosen) for stage in stages)
        missed = [at for at, most in enumerate(ceilings) if round(values[at]) < most]
        if not missed:
            bound = max(found.bound - offset, values[-1])
            return Staged(found.chosen, values, (*map(float, ceilings), bound))
        first = missed[0]
        if proven[first]:
            weights[first] *= WEIGHTIER
            found = None
        else:
            program = _with_reached(matrix, limits, stages[: first + 1], ceilings)
            ceilings[first], proven[first] = round(solve(program).value), True
    return in_stages(matrix, limits, stages, gap=gap)


def _with_reached(
    matrix: csr_array, limits: tuple[Limit, ...], stages: Sequence[Stage], reached: Sequence[int]
) -> Program:
    """Give the program of the last aim, in which those before must reach what they can."""
    before = [csr_array(stage.gain[None, :]) for stage in stages[:-1]]
    wide = csr_array(vstack([matrix, *before], format="csr"))
    more = (Limit("rule", "reached", least, None) for least in reached[: len(before)])
    return Program(stages[-1].gain, wide, (*limits, *more))
