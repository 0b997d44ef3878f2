"""Limits of an assignment as rows of a program."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matchmaker.errors import ConfigError
from matchmaker.planning.assignments.candidates import Candidates, Registry
from matchmaker.planning.assignments.settings import PARTY_LEVELS, AssignmentSettings, PartyLevel
from matchmaker.planning.programs import Limit, Program

UNLIMITED = 1 << 40
"""Instead of an upper bound where there is none."""


@dataclass(frozen=True, slots=True, eq=False)
class LevelRange:
    """Bounds of all parties of a level.

    Attributes
    ----------
    lower, upper : ndarray, shape (n_parties,), int64
        ``UNLIMITED`` for no upper bound.
    own : ndarray, shape (n_parties,), bool
        Whether the lower bound was given for this party and not for its level.
    """

    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    own: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Lowered:
    """A minimum of a level that a party's own candidates cannot give.

    Attributes
    ----------
    level, name : str
        Whose.
    asked, kept : int
        The level's minimum and what is asked of the party instead.
    """

    level: PartyLevel
    name: str
    asked: int
    kept: int


@dataclass(frozen=True, slots=True, eq=False)
class AssignmentProgram:
    """A program whose columns are the usable candidates.

    Attributes
    ----------
    program : Program
    ranges : dict of str to LevelRange
        By level; lower bounds as they are in the program.
    lowered : tuple of Lowered
    """

    program: Program
    ranges: dict[PartyLevel, LevelRange]
    lowered: tuple[Lowered, ...]


def build_program(candidates: Candidates, settings: AssignmentSettings) -> AssignmentProgram:
    """Write the limits of an assignment down for a solver.

    Limits that cannot be reached are left out of the program: a cap that is no less than the
    candidates there are.

    Parameters
    ----------
    candidates : Candidates
    settings : AssignmentSettings

    Returns
    -------
    AssignmentProgram

    Raises
    ------
    ConfigError
        If a limit is given for somebody unknown.
    """
    registry, usable = candidates.registry, candidates.usable
    of = {level: candidates.of[level][usable] for level in PARTY_LEVELS}
    ranges = {level: _range(level, registry, settings) for level in PARTY_LEVELS}
    lowered: list[Lowered] = []
    if settings.unreachable == "report":
        for level in PARTY_LEVELS:
            reach = _reach(level, of, ranges, settings.per_couple)
            lowered += _lower(level, ranges[level], reach, registry)
    rows = _Rows(len(usable))
    for level in PARTY_LEVELS:
        one = ranges[level]
        count = np.bincount(of[level], minlength=len(one.lower))
        kept = np.flatnonzero((one.lower > 0) | (one.upper < count))
        limits = [
            Limit(level, registry.name(level, at), int(one.lower[at]), _bound(one.upper[at]))
            for at in kept.tolist()
        ]
        rows.add(limits, kept, of[level])
    if settings.per_couple is not None:
        _add_couples(rows, of, settings.per_couple, registry)
    position = np.full(len(candidates.rows), -1, dtype=np.int64)
    position[usable] = np.arange(len(usable))
    for lock in candidates.locks:
        rows.add_one(Limit("pair", lock.subject, 1, None), position[lock.rows])
    program = Program(candidates.gain[usable], rows.matrix(), tuple(rows.limits))
    return AssignmentProgram(program, ranges, tuple(lowered))


class _Rows:
    """Rows of a program, written one after another."""

    def __init__(self, columns: int) -> None:
        self.limits: list[Limit] = []
        self._columns = columns
        self._row: list[NDArray[np.int64]] = []
        self._column: list[NDArray[np.int64]] = []

    def add(self, limits: list[Limit], parties: NDArray[np.int64], of: NDArray[np.int64]) -> None:
        """Add a row for each of some parties that columns belong to."""
        row_of = np.full(max(int(of.max(initial=-1)), int(parties.max(initial=-1))) + 1, -1)
        row_of[parties] = np.arange(len(parties)) + len(self.limits)
        rows = row_of[of]
        counted = np.flatnonzero(rows >= 0)
        self._row.append(rows[counted])
        self._column.append(counted)
        self.limits += limits

    def add_one(self, limit: Limit, columns: NDArray[np.int64]) -> None:
        """Add a row that counts some columns."""
        self._row.append(np.full(len(columns), len(self.limits), dtype=np.int64))
        self._column.append(columns)
        self.limits.append(limit)

    def matrix(self) -> csr_array:
        """Give the rows."""
        row = np.concatenate(self._row)
        column = np.concatenate(self._column)
        shape = (len(self.limits), self._columns)
        return csr_array((np.ones(len(row)), (row, column)), shape=shape)


def _range(level: PartyLevel, registry: Registry, settings: AssignmentSettings) -> LevelRange:
    limits, count = settings.limits(level), len(registry.by_level[level])
    lower = np.full(count, limits.min, dtype=np.int64)
    upper = np.full(count, UNLIMITED if limits.max is None else limits.max, dtype=np.int64)
    own = np.zeros(count, dtype=np.bool_)
    named: dict[int, str] = {}
    for name, one in limits.each.items():
        try:
            at = registry.find(level, name)
        except ConfigError as error:
            raise ConfigError(f"{level}: each: {error}") from error
        if at in named:
            raise ConfigError(f"{level}: each: {named[at]!r} and {name!r} are the same; give one")
        named[at] = name
        low, high = limits.of(one)
        lower[at], upper[at] = low, UNLIMITED if high is None else high
        own[at] = one.min is not None
    return LevelRange(lower, upper, own)


def _reach(
    level: PartyLevel,
    of: dict[PartyLevel, NDArray[np.int64]],
    ranges: dict[PartyLevel, LevelRange],
    per_couple: int | None,
) -> NDArray[np.int64]:
    """Bound what each party can have from above: by its candidates and the caps they fall under."""
    mine, count = of[level], len(ranges[level].lower)
    reach = np.bincount(mine, minlength=count)
    for other in PARTY_LEVELS:
        if other == level:
            continue
        width = len(ranges[other].upper)
        groups, sizes = np.unique(mine * width + of[other], return_counts=True)
        allowed = np.minimum(sizes, ranges[other].upper[groups % width])
        reach = np.minimum(reach, _summed(groups // width, allowed, count))
    if per_couple is not None:
        wide, high = len(ranges["university"].lower), len(ranges["enterprise"].lower)
        couple = of["enterprise"] * wide + of["university"]
        groups, sizes = np.unique(mine * (wide * high) + couple, return_counts=True)
        allowed = np.minimum(sizes, per_couple)
        reach = np.minimum(reach, _summed(groups // (wide * high), allowed, count))
    return reach


def _summed(party: NDArray[np.int64], amounts: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return np.bincount(party, weights=amounts, minlength=count).astype(np.int64)


def _lower(
    level: PartyLevel, one: LevelRange, reach: NDArray[np.int64], registry: Registry
) -> list[Lowered]:
    found = []
    for at in np.flatnonzero(~one.own & (reach < one.lower)).tolist():
        found.append(Lowered(level, registry.name(level, at), int(one.lower[at]), int(reach[at])))
        one.lower[at] = reach[at]
    return found


def _add_couples(
    rows: _Rows, of: dict[PartyLevel, NDArray[np.int64]], most: int, registry: Registry
) -> None:
    width = len(registry.by_level["university"])
    codes, member, sizes = np.unique(
        of["enterprise"] * width + of["university"], return_inverse=True, return_counts=True
    )
    kept = np.flatnonzero(sizes > most)
    limits = []
    for code in codes[kept].tolist():
        enterprise = registry.name("enterprise", code // width)
        university = registry.name("university", code % width)
        limits.append(Limit("rule", f"{enterprise} × {university}", 0, most))
    rows.add(limits, kept, member)


def _bound(upper: int) -> int | None:
    return None if upper >= UNLIMITED else int(upper)
