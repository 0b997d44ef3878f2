"""Assignment: which pairs meet, so that all limits hold and the gain is greatest, proven."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import ConfigError, InfeasibleError
from matchmaker.planning.assignments.candidates import Candidates, find_candidates
from matchmaker.planning.assignments.fairness import (
    Effort,
    Service,
    serve_lexicographic,
    serve_minimum,
)
from matchmaker.planning.assignments.limits import (
    UNLIMITED,
    AssignmentProgram,
    Lowered,
    build_program,
)
from matchmaker.planning.assignments.serving import most_served
from matchmaker.planning.assignments.settings import PARTY_LEVELS, AssignmentSettings, PartyLevel
from matchmaker.planning.assignments.unserved import Unserved, find_unserved
from matchmaker.planning.programs import Solution, solve
from matchmaker.planning.rules import REASONS, Reason
from matchmaker.scoring.pairs import RankedPairs

Binding = Literal["", "min", "max"]


@dataclass(frozen=True, slots=True)
class PartyCount:
    """How many pairs a party has.

    Attributes
    ----------
    level : str
        What it is.
    name : str
        Id, or name; the key where nobody is named.
    count : int
        Pairs in the plan.
    candidates : int
        Pairs that could be used.
    min : int
        Least allowed, after lowering.
    max : int or None
        Most allowed.
    binds : {"", "min", "max"}
        Which of the two decides: the count has reached it, and there are candidates beyond a
        ``"max"``.
    """

    level: PartyLevel
    name: str
    count: int
    candidates: int
    min: int
    max: int | None
    binds: Binding


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """Who meets whom.

    Attributes
    ----------
    pairs : RankedPairs
        What was chosen, of the type that was given; ranked anew for each asking record.
    settings : AssignmentSettings
    value : float
        Gain: scores times the factors of priorities and region.
    bound : float
        No plan that is as fair gains more.
    fair : bool
        Whether it is proven that no plan is fairer in the sense of the objective; True where the
        objective is the total.
    counts : tuple of PartyCount
        Everybody, by level and then by key.
    unserved : tuple of Unserved
        Needs, enterprises and universities without a pair, and why.
    lowered : tuple of Lowered
        Minimums that a party's own candidates cannot give.
    excluded : tuple of (str, int)
        Ranked pairs that were not to be used, by reason.
    conflicts : tuple of (str, str)
        Enterprises and universities that were kept apart for a conflict of interest.
    priorities : tuple of (str, int)
        Needs that each priority applies to.
    """

    pairs: RankedPairs
    settings: AssignmentSettings
    value: float
    bound: float
    fair: bool
    counts: tuple[PartyCount, ...]
    unserved: tuple[Unserved, ...]
    lowered: tuple[Lowered, ...]
    excluded: tuple[tuple[Reason, int], ...]
    conflicts: tuple[tuple[str, str], ...]
    priorities: tuple[tuple[str, int], ...]

    @property
    def gap(self) -> float:
        """How much better another plan could be at most, as a part of the value."""
        return max(0.0, self.bound - self.value) / max(abs(self.value), 1e-9)

    @property
    def exact(self) -> bool:
        """Whether it is proven that no plan is better."""
        return self.fair and self.gap == 0

    @property
    def total_score(self) -> float:
        """Sum of the scores, without any factor."""
        return float(self.pairs.columns.score.sum())

    def of_level(self, level: PartyLevel) -> tuple[PartyCount, ...]:
        """List the parties of a level."""
        return tuple(one for one in self.counts if one.level == level)

    def best_scores(self) -> dict[str, float]:
        """Give the best score of every enterprise that has a pair, by name."""
        from matchmaker.planning.parties import enterprises

        parties, best = enterprises(self.pairs.needs), {}
        of, scores = parties.of[self.pairs.columns.need], self.pairs.columns.score
        for party in np.unique(of).tolist():
            name = parties.names[party] or parties.keys[party]
            best[name] = float(scores[of == party].max())
        return best

    def to_json(self) -> dict[str, Any]:
        """Give the plan as plain data that ``json.dumps`` takes.

        Returns
        -------
        dict
            Figures, ``pairs`` with ids, names, score and grade, and what the attributes say.
        """
        best = self.best_scores()
        return {
            "kind": "assignment",
            "objective": self.settings.objective,
            "value": self.value,
            "bound": self.bound,
            "gap": self.gap,
            "exact": self.exact,
            "total_score": self.total_score,
            "worst_served": min(best.values()) if best else None,
            "pairs": [
                {
                    "need_id": match.need.id,
                    "achievement_id": match.achievement.id,
                    "enterprise": match.need.organisation,
                    "university": match.achievement.organisation,
                    "team": match.achievement.team,
                    "rank": match.rank,
                    "score": match.score,
                    "grade": match.grade,
                }
                for match in self.pairs
            ],
            "counts": [dataclasses.asdict(one) for one in self.counts],
            "unserved": [one.to_json() for one in self.unserved],
            "lowered": [dataclasses.asdict(one) for one in self.lowered],
            "excluded": dict(self.excluded),
            "conflicts": [list(couple) for couple in self.conflicts],
            "priorities": dict(self.priorities),
            "settings": dataclasses.asdict(self.settings),
        }


def assign(
    pairs: RankedPairs,
    settings: AssignmentSettings = AssignmentSettings(),  # noqa: B008 it is immutable
    *,
    refused: Collection[tuple[str, str]] = (),
) -> Assignment:
    """Choose pairs, many to many, so that every limit holds and the objective is best.

    The result is the same in whatever order the records and pairs come. It is the proven optimum
    unless ``gap`` or ``time_limit`` end the search before. Where the time does not suffice for the
    fairest plan, it is the best one found for the total, and ``fair`` is False.

    Parameters
    ----------
    pairs : RankedPairs
        In either direction.
    settings : AssignmentSettings
    refused : collection of (str, str)
        Needs and achievements, by id, that were refused earlier and are not proposed again.

    Returns
    -------
    Assignment

    Raises
    ------
    ConfigError
        If the settings name somebody unknown, lock a pair that was not ranked or is ruled out as
        well, or no plan was found in the time allowed.
    InfeasibleError
        If the limits contradict each other. It names those that do and the numbers that would fix
        it.
    """
    candidates = find_candidates(pairs, settings, refused)
    built = build_program(candidates, settings)
    solution, fair = _solved(built, candidates, settings)
    chosen = candidates.usable[solution.chosen[: len(candidates.usable)]]
    return _result(pairs, settings, candidates, built, _Choice(chosen, solution, fair))


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    """Rows of the candidates that were chosen, and what the solver says of them."""

    chosen: NDArray[np.int64]
    solution: Solution
    fair: bool


def _solved(
    built: AssignmentProgram, candidates: Candidates, settings: AssignmentSettings
) -> tuple[Solution, bool]:
    program = built.program
    total, seconds = settings.objective == "total", settings.time_limit
    try:
        first = solve(program, time_limit=seconds, gap=settings.gap)
    except InfeasibleError as error:
        from matchmaker.planning.assignments.conflicts import find_conflict

        conflict = find_conflict(program)
        raise InfeasibleError(conflict.explain(), conflict) from error
    if total:
        return first, True
    usable = candidates.usable
    service = Service(candidates.of["enterprise"][usable], candidates.score[usable])
    effort = Effort(settings.gap, seconds)
    bound = functools.partial(most_served, candidates, built.ranges)
    try:
        if settings.objective == "minimum":
            fair = serve_minimum(program, service, first, effort, bound)
        else:
            step = settings.fairness_step
            fair = serve_lexicographic(program, service, first, effort, bound=bound, step=step)
    except ConfigError:
        # Out of time: a plan that keeps every limit is known, if not the fairest.
        return first, False
    return fair.solution, fair.proven


def _result(
    pairs: RankedPairs,
    settings: AssignmentSettings,
    candidates: Candidates,
    built: AssignmentProgram,
    choice: _Choice,
) -> Assignment:
    registry = candidates.registry
    reasons, sizes = np.unique(candidates.reason[candidates.reason >= 0], return_counts=True)
    return Assignment(
        pairs=_ranked_anew(pairs, candidates.rows[choice.chosen]),
        settings=settings,
        value=choice.solution.value,
        bound=choice.solution.bound,
        fair=choice.fair,
        counts=_counts(candidates, built, choice.chosen),
        unserved=find_unserved(candidates, built.ranges, choice.chosen, settings.per_couple),
        lowered=built.lowered,
        excluded=tuple(
            (REASONS[at], size) for at, size in zip(reasons.tolist(), sizes.tolist(), strict=True)
        ),
        conflicts=tuple(
            (registry.name("enterprise", first), registry.name("university", second))
            for first, second in candidates.conflicts
        ),
        priorities=candidates.priorities,
    )


def _ranked_anew(pairs: RankedPairs, rows: NDArray[np.int64]) -> RankedPairs:
    columns = pairs.columns
    forward = pairs.direction == "need_to_achievement"
    asking, found = columns.need[rows], columns.achievement[rows]
    if not forward:
        asking, found = found, asking
    order = np.lexsort((found, -columns.similarity[rows], -columns.score[rows], asking))
    first = np.searchsorted(asking[order], asking[order])
    rank = np.arange(len(rows), dtype=np.int64) - first + 1
    return type(pairs)(pairs.context, columns.take(rows[order], rank=rank))


def _counts(
    candidates: Candidates, built: AssignmentProgram, chosen: NDArray[np.int64]
) -> tuple[PartyCount, ...]:
    counts = []
    for level in PARTY_LEVELS:
        of, one = candidates.of[level], built.ranges[level]
        have = np.bincount(of[chosen], minlength=len(one.lower)).tolist()
        could = np.bincount(of[candidates.usable], minlength=len(one.lower)).tolist()
        bounds = zip(have, could, one.lower.tolist(), one.upper.tolist(), strict=True)
        for at, (count, usable, lower, upper) in enumerate(bounds):
            binds: Binding = ""
            if count >= upper and usable > upper:
                binds = "max"
            elif 0 < count == lower:
                binds = "min"
            most = None if upper >= UNLIMITED else upper
            name = candidates.registry.name(level, at)
            counts.append(PartyCount(level, name, count, usable, lower, most, binds))
    return tuple(counts)
