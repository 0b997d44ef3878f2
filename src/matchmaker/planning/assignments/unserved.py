"""Who has no pair in an assignment, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from matchmaker.planning.assignments.candidates import Candidates
from matchmaker.planning.assignments.limits import LevelRange
from matchmaker.planning.assignments.settings import PARTY_LEVELS, PartyLevel
from matchmaker.planning.rules import REASONS, USABLE, Reason

Why = Literal["unranked", "ruled_out", "full", "left"]

LEVELS: tuple[PartyLevel, ...] = ("need", "enterprise", "university")
"""Of whom it is said."""

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Full:
    """A cap that is used up.

    Attributes
    ----------
    level : str
        Whose; ``"couple"`` for an enterprise and a university together.
    name : str
        Id or name.
    """

    level: PartyLevel | Literal["couple"]
    name: str


@dataclass(frozen=True, slots=True)
class Unserved:
    """Somebody without a pair.

    Attributes
    ----------
    level : {"need", "enterprise", "university"}
    name : str
        Id or name.
    why : {"unranked", "ruled_out", "full", "left"}
        Nothing was ranked; all that was ranked is ruled out; caps of all usable candidates are
        used up; or none of this, so that a pair would gain nothing or the plan is not proven.
    ranked, usable : int
        Pairs that were ranked and that could be used.
    best : float
        Best score of those that were ranked; 0 without any.
    ruled_out : tuple of (str, int)
        Ranked pairs that could not be used, by reason, the most frequent first.
    full : tuple of Full
        Caps in the way, those of the best candidates first; at most five.
    """

    level: PartyLevel
    name: str
    why: Why
    ranked: int
    usable: int
    best: float
    ruled_out: tuple[tuple[Reason, int], ...]
    full: tuple[Full, ...]

    def to_json(self) -> dict[str, Any]:
        """Give plain data."""
        return {
            "level": self.level,
            "name": self.name,
            "why": self.why,
            "ranked": self.ranked,
            "usable": self.usable,
            "best": self.best,
            "ruled_out": dict(self.ruled_out),
            "full": [{"level": one.level, "name": one.name} for one in self.full],
        }


def find_unserved(
    candidates: Candidates,
    ranges: dict[PartyLevel, LevelRange],
    chosen: NDArray[np.int64],
    per_couple: int | None,
) -> tuple[Unserved, ...]:
    """Say of everybody without a pair why.

    Parameters
    ----------
    candidates : Candidates
    ranges : dict of str to LevelRange
        The limits that were kept.
    chosen : ndarray, int64
        Rows of the candidates.
    per_couple : int or None
        Cap of an enterprise and a university together.

    Returns
    -------
    tuple of Unserved
        By level, then by key.
    """
    caps = _Caps(candidates, ranges, chosen, per_couple)
    found = []
    for level in LEVELS:
        of = candidates.of[level]
        count = len(ranges[level].lower)
        order = np.argsort(of, kind="stable")
        bounds = np.searchsorted(of[order], np.arange(count + 1))
        have = np.bincount(of[chosen], minlength=count)
        for party in np.flatnonzero(have == 0).tolist():
            rows = order[bounds[party] : bounds[party + 1]]
            found.append(_unserved(level, party, rows, candidates, caps))
    return tuple(found)


class _Caps:
    """Which caps are used up."""

    def __init__(
        self,
        candidates: Candidates,
        ranges: dict[PartyLevel, LevelRange],
        chosen: NDArray[np.int64],
        per_couple: int | None,
    ) -> None:
        self._candidates = candidates
        self._full = {
            level: np.bincount(candidates.of[level][chosen], minlength=len(one.upper)) >= one.upper
            for level, one in ranges.items()
        }
        self._width = len(ranges["university"].upper)
        couples, sizes = np.unique(self._couple(chosen), return_counts=True)
        most = np.inf if per_couple is None else per_couple
        self._couples = set(couples[sizes >= most].tolist())
        self._nobody = per_couple == 0

    def of(self, row: int) -> list[Full]:
        """List the caps that keep a row out."""
        registry = self._candidates.registry
        found: list[Full] = []
        for level in PARTY_LEVELS:
            party = int(self._candidates.of[level][row])
            if self._full[level][party]:
                found.append(Full(level, registry.name(level, party)))
        couple = int(self._couple(np.array([row]))[0])
        if self._nobody or couple in self._couples:
            enterprise = registry.name("enterprise", couple // self._width)
            university = registry.name("university", couple % self._width)
            found.append(Full("couple", f"{enterprise} × {university}"))
        return found

    def _couple(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        of = self._candidates.of
        return of["enterprise"][rows] * self._width + of["university"][rows]


def _unserved(
    level: PartyLevel,
    party: int,
    rows: NDArray[np.int64],
    candidates: Candidates,
    caps: _Caps,
) -> Unserved:
    reason, score = candidates.reason[rows], candidates.score[rows]
    usable = rows[reason == USABLE]
    counted = np.bincount(reason[reason != USABLE], minlength=len(REASONS))
    ruled_out = [(REASONS[at], int(counted[at])) for at in np.flatnonzero(counted).tolist()]
    full: dict[Full, None] = {}
    blocked = True
    for row in usable[np.argsort(-candidates.score[usable], kind="stable")].tolist():
        here = caps.of(row)
        blocked = blocked and bool(here)
        full |= dict.fromkeys(here)
    why: Why = "unranked"
    if len(usable):
        why = "full" if blocked else "left"
    elif len(rows):
        why = "ruled_out"
    return Unserved(
        level=level,
        name=candidates.registry.name(level, party),
        why=why,
        ranked=len(rows),
        usable=len(usable),
        best=float(score.max(initial=0.0)),
        ruled_out=tuple(sorted(ruled_out, key=lambda one: -one[1])),
        full=tuple(full)[:_NAMED],
    )
