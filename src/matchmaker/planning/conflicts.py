"""Why limits cannot all hold: the smallest set in conflict, and the numbers that would fix it.

Every limit is taken as ``row @ x >= bound``, a maximum with both signs turned. Limits of which each
counts what a party has form two laminar families, one a side of the pairs; such rows are totally
unimodular, so a set in conflict is proven by a Farkas certificate whose multipliers are 0 and 1
(Schrijver, "Theory of Linear and Integer Programming", 1986, sections 7.3 and 19.3), and the
smallest is the certificate with the fewest ones. For other rows the smallest set is the least
hitting set of all sets whose change makes the limits hold (Ignatiev, Previti, Liffiton and
Marques-Silva, "Smallest MUS Extraction with Minimal Hitting Set Dualization", CP 2015).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError
from matchmaker.planning.conflict_search import changes_alone, smallest
from matchmaker.planning.conflict_sides import Sides, least_changes, sides_of
from matchmaker.planning.programs import Limit, Program

Side = Literal["lower", "upper"]

LOCKED_WEIGHT = 1000
"""As how many steps of a number giving up a locked pair counts."""

NAMED = 10
"""Number of limits that an explanation names."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A number that would have to be changed.

    Attributes
    ----------
    limit : Limit
    side : {"lower", "upper"}
        Which of its numbers.
    now, needed : int
        What it is and what it would have to be.
    """

    limit: Limit
    side: Side
    now: int
    needed: int

    def explain(self) -> str:
        """Say in English what to do."""
        if self.limit.level == "pair" and self.side == "lower":
            return f"give up the locked pair {self.limit.subject}"
        verb, number = ("lower", "minimum") if self.side == "lower" else ("raise", "maximum")
        return f"{verb} the {number} of {_who(self.limit)} from {self.now} to {self.needed}"

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "level": self.limit.level,
            "subject": self.limit.subject,
            "side": self.side,
            "now": self.now,
            "needed": self.needed,
        }


@dataclass(frozen=True, slots=True)
class Conflict:
    """Limits that cannot hold together, and what would make all limits hold.

    Attributes
    ----------
    limits : tuple of Limit
        Cannot hold together, while all but any one of them can, see `irreducible`. Each has one
        side only: a minimum has no ``upper``, a maximum has 0 as ``lower``.
    alternatives : tuple of Repair
        One a limit of ``limits``: what it alone would have to be so that these limits hold
        together; none where the set is not proven `irreducible`. Other limits of the program may
        still contradict.
    candidates : tuple of int
        One a limit: how many candidate pairs it counts.
    too_few : bool
        Whether the number of candidates is a part of the reason: the limits could hold together if
        a pair could be chosen more than once.
    repairs : tuple of Repair
        The least change of numbers that makes all limits of the program hold. Giving up a locked
        pair counts as `LOCKED_WEIGHT` steps; of equal changes, minimums are lowered rather than
        maximums raised.
    smallest : bool
        Whether it is proven that no fewer limits contradict each other.
    irreducible : bool
        Whether it is proven that the others can hold when any one of `limits` is left out.
    """

    limits: tuple[Limit, ...]
    alternatives: tuple[Repair, ...]
    candidates: tuple[int, ...]
    too_few: bool
    repairs: tuple[Repair, ...]
    smallest: bool
    irreducible: bool

    def explain(self) -> str:
        """Say in English what contradicts what, and the ways out.

        Returns
        -------
        str
            At most `NAMED` limits are named, the others counted.
        """
        said = [
            self._said(limit, count)
            for limit, count in zip(self.limits, self.candidates, strict=True)
        ]
        head = said[0] if len(said) == 1 else f"{_listed(said, '; ')} cannot all hold"
        out = [one.explain() for one in self.alternatives]
        either = f"; {'either ' if len(out) > 1 else ''}{_listed(out, '; or ')}"
        text = head + either if out else head
        if set(self.repairs) - set(self.alternatives) or len(self.repairs) != 1:
            needed = _listed([one.explain() for one in self.repairs], "; ")
            text += f". The least change after which all limits hold: {needed}"
        return text

    def _said(self, limit: Limit, candidates: int) -> str:
        if limit.level == "pair" and limit.upper is None:
            return f"the pair {limit.subject} is locked"
        if limit.upper is not None:
            return f"{_who(limit)} may have at most {_pairs(limit.upper)}"
        known = ""
        if self.too_few and limit.lower > candidates:
            known = f" but has only {candidates} candidate{'' if candidates == 1 else 's'}"
        elif self.too_few:
            known = f" of its {candidates} candidates"
        return f"{_who(limit)} asks for at least {_pairs(limit.lower)}{known}"

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "limits": [
                {
                    "level": one.level,
                    "subject": one.subject,
                    "side": "lower" if one.upper is None else "upper",
                    "bound": one.lower if one.upper is None else one.upper,
                    "candidates": count,
                }
                for one, count in zip(self.limits, self.candidates, strict=True)
            ],
            "alternatives": [one.to_json() for one in self.alternatives],
            "too_few_candidates": self.too_few,
            "smallest": self.smallest,
            "irreducible": self.irreducible,
            "repairs": [one.to_json() for one in self.repairs],
        }


def _who(limit: Limit) -> str:
    return limit.subject if limit.level == "rule" else f"{limit.level} {limit.subject}"


def _pairs(count: int) -> str:
    return f"{count} pair" if count == 1 else f"{count} pairs"


def _listed(parts: list[str], between: str) -> str:
    more = f"; and {len(parts) - NAMED} more" if len(parts) > NAMED else ""
    return between.join(parts[:NAMED]) + more


def find_conflict(program: Program, *, effort: float = 10.0) -> Conflict:
    """Find the smallest set of limits that contradict each other, and the least change.

    Parameters
    ----------
    program : Program
        Whose limits cannot all hold.
    effort : float
        Seconds after which the search for the smallest set ends; a set from which nothing can be
        left out is then given. Only then does the result depend on the machine.

    Returns
    -------
    Conflict

    Raises
    ------
    ConfigError
        If the limits can all hold.
    """
    sides = sides_of(program)
    changes = least_changes(sides, weights=_weights(sides))
    if changes is None or not changes.any():
        raise ConfigError("no limits are in conflict: a choice keeps them all")
    found, proof = smallest(sides, effort)
    inside = sides.take(found)
    candidates = np.asarray(inside.unsigned().sum(axis=1))
    alone = np.zeros(len(found)) if proof == "none" else changes_alone(inside)
    repeated = least_changes(inside, movable=np.zeros(len(found), dtype=np.bool_), most=np.inf)
    return Conflict(
        limits=tuple(_one_side(program.limits[row], sign) for row, sign in inside.named()),
        alternatives=_repairs(program, inside, alone),
        candidates=tuple(candidates.astype(int).tolist()),
        too_few=repeated is not None or bool((inside.bounds > candidates).any()),
        repairs=_repairs(program, sides, changes),
        smallest=proof == "smallest" or len(found) == 1,
        irreducible=proof != "none",
    )


def _weights(sides: Sides) -> NDArray[np.float64]:
    """Weigh the steps: of changes that are equal in sum, minimums are lowered."""
    weights = np.where(sides.locks, float(LOCKED_WEIGHT), 1.0)
    # Lowering all minimums helps, so that the extra of all steps needed is less than one step.
    asked = (weights * sides.bounds)[sides.signs > 0].sum()
    weights[sides.signs < 0] += 0.5 / (1.0 + asked)
    return weights


def _one_side(limit: Limit, sign: int) -> Limit:
    if sign > 0:
        return Limit(limit.level, limit.subject, limit.lower, None)
    return Limit(limit.level, limit.subject, 0, limit.upper)


def _repairs(program: Program, sides: Sides, changes: NDArray[np.float64]) -> tuple[Repair, ...]:
    made = []
    for (row, sign), bound, change in zip(sides.named(), sides.bounds, changes, strict=True):
        if change:
            side: Side = "lower" if sign > 0 else "upper"
            now, needed = sign * round(bound), sign * round(bound - change)
            made.append(Repair(program.limits[row], side, now, needed))
    return tuple(made)
