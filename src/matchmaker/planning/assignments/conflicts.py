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
from matchmaker.planning.assignments.conflict_search import (
    changes_alone,
    deadlines,
    smallest,
    surplus_of,
)
from matchmaker.planning.assignments.conflict_sides import Sides, least_changes, sides_of
from matchmaker.planning.programs import Limit, Program

Side = Literal["lower", "upper"]

LOCKED_WEIGHT = 1000
"""As how many steps of a number giving up a locked pair counts."""

NAMED = 10
"""Number of limits that an explanation names one by one; more are put together by their numbers."""

EXAMPLES = 3
"""Number of subjects that are named of limits put together."""


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
        together; none where the set is not proven `irreducible` or time was short. Other limits
        of the program may still contradict.
    candidates : tuple of int
        One a limit: how many candidate pairs it counts.
    too_few : bool
        Whether the number of candidates is a part of the reason: the limits could hold together if
        a pair could be chosen more than once.
    possible : int or None
        As many pairs those that ask for some can have at most, all together, by the maximums and
        their candidates; None where the limits do not add up like this.
    repairs : tuple of Repair
        The least change of numbers that makes all limits of the program hold. Giving up a locked
        pair counts as `LOCKED_WEIGHT` steps; of equal changes, minimums are lowered rather than
        maximums raised. Empty if it was not found in time.
    smallest : bool
        Whether it is proven that no fewer limits contradict each other.
    irreducible : bool
        Whether it is proven that the others can hold when any one of `limits` is left out.
    """

    limits: tuple[Limit, ...]
    alternatives: tuple[Repair, ...]
    candidates: tuple[int, ...]
    too_few: bool
    possible: int | None
    repairs: tuple[Repair, ...]
    smallest: bool
    irreducible: bool

    def explain(self) -> str:
        """Say in English what contradicts what, and the ways out.

        Returns
        -------
        str
            At most `NAMED` limits are named one by one. More are put together where level and
            numbers are the same, with `EXAMPLES` of their subjects.
        """
        many = len(self.limits) > NAMED
        text = self._summed() if many else self._named()
        ways = _ways(self.alternatives, "any one of ")
        if ways and many:
            text += f". It would hold with one change: {_listed(ways, '; or ')}"
        elif ways:
            text += f"; {'either ' if len(ways) > 1 else ''}{_listed(ways, '; or ')}"
        plain = len(self.repairs) == 1 and self.repairs[0] in self.alternatives
        if self.repairs and not plain:
            needed = _listed(_ways(self.repairs, ""), "; ")
            text += f". The least change after which all limits hold: {needed}"
        return text

    def _named(self) -> str:
        said = [
            self._said(limit, count)
            for limit, count in zip(self.limits, self.candidates, strict=True)
        ]
        return said[0] if len(said) == 1 else f"{'; '.join(said)} cannot all hold"

    def _summed(self) -> str:
        """Put together what asks for pairs and what it collides with."""
        groups: dict[tuple[str, int, int | None], list[int]] = {}
        for at, one in enumerate(self.limits):
            groups.setdefault((one.level, one.lower, one.upper), []).append(at)
        # A sum over many says more than one over few.
        ordered = sorted(groups.values(), key=lambda group: -len(group))
        said = []
        for asking in (True, False):
            side = [one for one in ordered if (self.limits[one[0]].upper is None) == asking]
            said += [self._group_said(one) for one in side[: NAMED // 2]]
            rest = sum(map(len, side[NAMED // 2 :]))
            if rest:
                said.append(f"{rest} other {'minimums' if asking else 'maximums'}")
        before = f"{', '.join(said[:-1])}, and " if said[1:] else ""
        text = f"{before}{said[-1]} cannot all hold"
        if self.possible is not None:
            asked = sum(one.lower for one in self.limits if one.upper is None)
            verb = "is" if asked == 1 else "are"
            text += (
                f": {_pairs(asked)} in all {verb} asked for and at most {self.possible} possible"
            )
        return text

    def _group_said(self, group: list[int]) -> str:
        first = self.limits[group[0]]
        if len(group) == 1:
            return self._said(first, self.candidates[group[0]])
        who = _group([self.limits[at] for at in group])
        if first.level == "pair" and first.upper is None:
            return f"{who} are to be kept"
        if first.upper is not None:
            return f"{who} may have at most {_pairs(first.upper)} each"
        return f"{who} ask for at least {_pairs(first.lower)} each"

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
            "possible": self.possible,
            "smallest": self.smallest,
            "irreducible": self.irreducible,
            "repairs": [one.to_json() for one in self.repairs],
        }


def _who(limit: Limit) -> str:
    return limit.subject if limit.level == "rule" else f"{limit.level} {limit.subject}"


def _pairs(count: int) -> str:
    return f"{count} pair" if count == 1 else f"{count} pairs"


def _group(limits: list[Limit]) -> str:
    """Count limits of one level and name some of them."""
    level = limits[0].level
    kind = {"university": "universities", "pair": "locked pairs"}.get(level, f"{level}s")
    names = [one.subject for one in limits]
    if len(names) <= EXAMPLES:
        known = f"{', '.join(names[:-1])} and {names[-1]}"
    else:
        known = f"{', '.join(names[:EXAMPLES])} and {len(names) - EXAMPLES} more"
    return f"{len(names)} {kind} ({known})"


def _ways(repairs: tuple[Repair, ...], choice: str) -> list[str]:
    """Say what to do, together where there are too many to name each."""
    if len(repairs) <= NAMED:
        return [one.explain() for one in repairs]
    groups: dict[tuple[str, Side, int, int], list[Repair]] = {}
    for one in repairs:
        groups.setdefault((one.limit.level, one.side, one.now, one.needed), []).append(one)
    said = []
    for group in sorted(groups.values(), key=lambda group: -len(group)):
        first = group[0]
        if len(group) == 1:
            said.append(first.explain())
            continue
        who = choice + _group([one.limit for one in group])
        if first.limit.level == "pair" and first.side == "lower":
            said.append(f"give up {who}")
            continue
        verb, number = ("lower", "minimum") if first.side == "lower" else ("raise", "maximum")
        each = "" if choice else " each"
        said.append(f"{verb} the {number} of {who} from {first.now} to {first.needed}{each}")
    return said


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
        left out is then given, and all is over within half as long again, but for about three
        seconds that the least change may need. Only where time runs out does the result depend on
        the machine; what was not proven is said, see `Conflict.smallest` and
        `Conflict.irreducible`.

    Returns
    -------
    Conflict

    Raises
    ------
    ConfigError
        If the limits can all hold. That is not found out where time is too short for it.
    """
    ends = deadlines(effort)
    sides = sides_of(program)
    try:
        changes = least_changes(sides, ends.thinning, weights=_weights(sides))
        if changes is None or not changes.any():
            raise ConfigError("no limits are in conflict: a choice keeps them all")
    except TimeoutError:
        changes = np.zeros(len(sides.rows))
    found, proof = smallest(sides, ends)
    inside = sides.take(found)
    candidates = np.asarray(inside.unsigned().sum(axis=1))
    alone = changes_alone(inside, ends.everything) if proof != "none" else np.zeros(len(found))
    return Conflict(
        limits=tuple(_one_side(program.limits[row], sign) for row, sign in inside.named()),
        alternatives=_repairs(program, inside, alone),
        candidates=tuple(candidates.astype(int).tolist()),
        too_few=_too_few(inside, candidates, ends.everything),
        possible=_possible(inside),
        repairs=_repairs(program, sides, changes),
        smallest=proof == "smallest" or len(found) == 1,
        irreducible=proof != "none",
    )


def _too_few(sides: Sides, candidates: NDArray[Any], until: float) -> bool:
    """Say whether the limits could hold if pairs could be chosen again."""
    none = np.zeros(len(sides.rows), dtype=np.bool_)
    try:
        repeated = least_changes(sides, until, movable=none, most=np.inf)
    except TimeoutError:
        repeated = None
    return repeated is not None or bool((sides.bounds > candidates).any())


def _possible(sides: Sides) -> int | None:
    """Give how many pairs can be had at most, if none is asked for twice."""
    asking = sides.signs > 0
    surplus = surplus_of(sides)
    if surplus <= 0 or (sides.matrix[asking].sum(axis=0) > 1).any():
        return None
    return round(float(sides.bounds[asking].sum()) - surplus)


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
