"""Fair plans: first what the worst-served get, then the total.

A party is served as well as the best of its pairs. For each value that counts, a column of the
program stands for "this party is served so well", which a chosen pair must back; the solver counts
these columns. Nothing is weighed against anything else: what was reached is kept as a limit of the
programs that follow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matchmaker.errors import InfeasibleError
from matchmaker.planning.programs import Limit, Program, Solution, solve

_NEARLY = 1e-6
_SAME_LEVEL = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """Whom each column of a program serves, and how well.

    Attributes
    ----------
    party : ndarray, shape (n,), int64
    score : ndarray, shape (n,), float64
        At least 0.
    """

    party: NDArray[np.int64]
    score: NDArray[np.float64]

    def best(self, chosen: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
        """Give each party's best score of some columns, or of all; -1 without any."""
        best = np.full(int(self.party.max(initial=-1)) + 1, -1.0)
        rows = np.arange(len(self.party)) if chosen is None else np.flatnonzero(chosen)
        np.maximum.at(best, self.party[rows], self.score[rows])
        return best


@dataclass(frozen=True, slots=True, eq=False)
class Fair:
    """The best of the fairest choices.

    Attributes
    ----------
    solution : Solution
        Its first columns are those of the program.
    proven : bool
        Whether nothing fairer exists.
    """

    solution: Solution
    proven: bool


@dataclass(frozen=True, slots=True)
class Effort:
    """When a solver may stop: see :func:`~matchmaker.planning.programs.solve`."""

    gap: float = 0.0
    time_limit: float | None = None


Bound = Callable[[NDArray[np.bool_]], int]
"""Says how many parties some columns can serve at most."""


def serve_minimum(
    program: Program, service: Service, first: Solution, effort: Effort, bound: Bound
) -> Fair:
    """Serve as many as can be, the worst-served of them as well as can be, then gain most.

    Parameters
    ----------
    program : Program
        Its rows count columns.
    service : Service
        Of its columns.
    first : Solution
        The choice that gains most.
    effort : Effort
    bound : callable
        See :data:`Bound`. The tighter, the fewer programs are solved.

    Returns
    -------
    Fair
    """
    seconds, chosen, proven = effort.time_limit, first.chosen, True
    best = service.best(chosen)
    count = int((best >= 0).sum())
    if count < bound(service.score >= 0):
        counting = _above(program, service, 0.0).counted()
        found = solve(counting, time_limit=seconds)
        count, chosen = round(found.value), found.chosen[: len(chosen)]
        proven = bool(np.floor(found.bound + _NEARLY) <= count)
    if not count:
        return Fair(first, proven)
    values = np.unique(service.score)
    possible = np.sort(service.best())[::-1]
    low, high = np.searchsorted(values, [_worst(service, chosen), possible[count - 1]]).tolist()
    while low < high:
        at = (low + high + 1) // 2
        enough = bound(service.score >= values[at]) >= count
        low, high = (at, high) if enough else (low, at - 1)
    # So much for what the caps allow; minimums and locked pairs may allow less.
    low = int(np.searchsorted(values, _worst(service, chosen)))
    at = high
    while True:
        try:
            fair = _above(program, service, values[at]).at_least(count)
            return Fair(solve(fair, gap=effort.gap, time_limit=seconds), proven)
        except InfeasibleError:
            if at <= low:
                raise
            at = _highest(program, service, (low, at - 1), count, seconds)


def _highest(
    program: Program,
    service: Service,
    between: tuple[int, int],
    count: int,
    seconds: float | None,
) -> int:
    """Find the highest value at which enough can be served; at the lowest one they can."""
    low, high = between
    values = np.unique(service.score)
    while low < high:
        at = (low + high + 1) // 2
        credited = _above(program, service, values[at])
        try:
            solve(_Credited(credited.at_least(count), credited.count).counted(), time_limit=seconds)
            low = at
        except InfeasibleError:
            high = at - 1
    return low


def serve_lexicographic(
    program: Program,
    service: Service,
    first: Solution,
    effort: Effort,
    *,
    bound: Bound,
    step: float,
) -> Fair:
    """Serve the worst-served as well as can be, then the next, and so on (leximin); gain most.

    Serving levels are whole steps. A choice is fairer than another if, at the lowest level where
    they differ, fewer parties stay below it; that is leximin for whole numbers.

    Parameters
    ----------
    program, service, first, effort, bound
        As for :func:`serve_minimum`.
    step : float
        Scores within a step are the same level.

    Returns
    -------
    Fair
    """
    if not len(service.party):
        return Fair(first, True)
    level = np.floor(service.score / step + _SAME_LEVEL).astype(np.int64)
    by_level = Service(service.party, level.astype(np.float64))
    top, seconds = int(level.max()), effort.time_limit
    groups, member = np.unique(service.party * (top + 1) + level, return_inverse=True)
    credited = _credited(program, member, np.ones(len(level), np.bool_)).once(groups // (top + 1))
    group_level = groups % (top + 1)
    # Up to the level of the worst-served nothing is left to be counted.
    fair = serve_minimum(program, by_level, first, effort, bound)
    found: Solution | None = fair.solution
    chosen, proven = fair.solution.chosen[: len(level)], fair.proven
    floor = _worst(by_level, chosen) if proven and chosen.any() else -1
    for at in range(top + 1):
        counted = group_level >= at
        reached = int((by_level.best(chosen) >= at).sum())
        most = bound(level >= at)
        if reached < most and at > floor:
            found = _optimistic(credited.keep(counted, most).program, effort)
            if found is None:
                counting = credited.counted(counted.astype(np.float64))
                served = solve(counting, time_limit=seconds)
                chosen, reached = served.chosen[: len(level)], round(served.value)
                proven = proven and bool(np.floor(served.bound + _NEARLY) <= reached)
            else:
                chosen, reached = found.chosen[: len(level)], most
        credited = credited.keep(counted, reached)
    if found is None:
        found = solve(credited.program, gap=effort.gap, time_limit=seconds)
    return Fair(found, proven)


def _optimistic(program: Program, effort: Effort) -> Solution | None:
    """Solve a program that asks for as much as the bound allows; None if that is too much.

    Where it is not, this is much faster than to count, and is the best choice at once.
    """
    try:
        return solve(program, gap=effort.gap, time_limit=effort.time_limit)
    except InfeasibleError:
        return None


@dataclass(frozen=True, slots=True, eq=False)
class _Credited:
    """A program with further columns at its end, each backed by some of the columns before."""

    program: Program
    count: int

    def counted(self, gain: NDArray[np.float64] | None = None) -> Program:
        """Gain by the further columns only."""
        gains = np.zeros(len(self.program.gain))
        gains[len(gains) - self.count :] = 1 if gain is None else gain
        return Program(gains, self.program.rows, self.program.limits)

    def keep(self, which: NDArray[np.bool_], least: int) -> _Credited:
        """Ask for at least so many of some further columns."""
        columns = np.flatnonzero(which) + len(self.program.gain) - self.count
        row = np.zeros(len(columns), dtype=np.int64)
        return self._with(row, columns, [Limit("rule", "served", least, None)])

    def at_least(self, least: int) -> Program:
        """Ask for at least so many of all further columns."""
        return self.keep(np.ones(self.count, np.bool_), least).program

    def once(self, party: NDArray[np.int64]) -> _Credited:
        """Allow one further column for each party; the columns' parties are sorted."""
        known, row = np.unique(party, return_inverse=True)
        columns = np.arange(self.count) + len(self.program.gain) - self.count
        return self._with(row, columns, [Limit("rule", "credited", 0, 1)] * len(known))

    def _with(
        self, row: NDArray[np.int64], column: NDArray[np.int64], limits: list[Limit]
    ) -> _Credited:
        old = self.program
        program = _grown(old, (row, column, np.ones(len(row))), limits)
        return _Credited(program, self.count)


def _credited(program: Program, group: NDArray[np.int64], counts: NDArray[np.bool_]) -> _Credited:
    """Add a column for each group, which some column of the group that counts must back."""
    columns = np.flatnonzero(counts)
    known, row = np.unique(group[columns], return_inverse=True)
    added = np.arange(len(known))
    entries = (
        np.concatenate([row, added]),
        np.concatenate([columns, added + len(program.gain)]),
        np.concatenate([np.ones(len(columns)), -np.ones(len(known))]),
    )
    backed = [Limit("rule", "backed", 0, None)] * len(known)
    return _Credited(_grown(program, entries, backed, columns=len(known)), len(known))


def _grown(
    program: Program,
    entries: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]],
    limits: list[Limit],
    *,
    columns: int = 0,
) -> Program:
    """Add columns that gain nothing, and rows, whose entries are row, column and value."""
    old = program.rows.tocoo()
    shape = (len(program.limits) + len(limits), len(program.gain) + columns)
    row = np.concatenate([old.coords[0], entries[0] + len(program.limits)])
    column = np.concatenate([old.coords[1], entries[1]])
    value = np.concatenate([old.data, entries[2]])
    gain = np.concatenate([program.gain, np.zeros(columns)])
    return Program(gain, csr_array((value, (row, column)), shape=shape), (*program.limits, *limits))


def _above(program: Program, service: Service, value: float) -> _Credited:
    return _credited(program, service.party, service.score >= value)


def _worst(service: Service, chosen: NDArray[np.bool_]) -> float:
    """Give the worst-served party's score, of those that are served."""
    best = service.best(chosen)
    return float(best[best >= 0].min())
