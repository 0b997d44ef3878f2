"""Settings of an assignment: whom to limit, what to prefer and what is ruled out."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from matchmaker.errors import ConfigError
from matchmaker.planning.assignments.priorities import priority_kind

Objective = Literal["total", "minimum", "lexicographic"]
RegionRule = Literal["none", "prefer", "require"]
RegionLevel = Literal["province", "city"]
Unreachable = Literal["report", "error"]
PartyLevel = Literal["need", "achievement", "enterprise", "university", "team"]

PARTY_LEVELS: tuple[PartyLevel, ...] = ("need", "achievement", "enterprise", "university", "team")
"""Whose pairs can be limited, in the order in which they are shown."""


MOST = 1_000_000_000
"""More than any number of pairs."""


def _check_range(lower: int, upper: int | None) -> None:
    if not 0 <= lower <= MOST:
        raise ConfigError(f"min must be at least 0, and at most {MOST}, not {lower}")
    if upper is not None and upper > MOST:
        raise ConfigError(f"max must be at most {MOST}, not {upper}; without it any number may be")
    if upper is not None and upper < lower:
        raise ConfigError(f"max {upper} is less than min {lower}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """How many pairs one party may have.

    Attributes
    ----------
    min, max : int, optional
        At least and at most so many; None leaves what holds for the level.
    """

    min: int | None = None
    max: int | None = None

    def __post_init__(self) -> None:
        _check_range(self.min or 0, self.max)
        if self.min is None and self.max is None:
            raise ConfigError("a range needs min, max or both")


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelLimits:
    """How many pairs the parties of one level may have.

    Attributes
    ----------
    min : int
        Each of them at least so many.
    max : int, optional
        Each of them at most so many; None for any number.
    each : mapping of str to Range
        What holds for some of them instead, by id (needs, achievements) or by name in any
        spelling (enterprises, universities, teams; a team's name is university and team).
    """

    min: int = 0
    max: int | None = None
    each: Mapping[str, Range] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        _check_range(self.min, self.max)
        for name, one in self.each.items():
            lower, upper = self.of(one)
            if upper is not None and lower > upper:
                raise ConfigError(
                    f"each: {name}: min {lower} is more than max {upper}; give both for {name!r}"
                )

    def of(self, one: Range) -> tuple[int, int | None]:
        """Complete a party's own range by what holds for the level."""
        lower = self.min if one.min is None else one.min
        return lower, self.max if one.max is None else one.max


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentSettings:
    """Settings of :func:`~matchmaker.planning.assignments.assignment.assign`; each can be left out.

    Attributes
    ----------
    min_score : float
        Pairs below are not used, unless they are locked. By default 无关 and most of 弱相关
        are left out: read on the sample, hardly a pair below is worth sitting down for.
    objective : {"total", "minimum", "lexicographic"}
        ``"total"`` gains as much as possible. ``"minimum"`` first serves as many enterprises as
        can be served, then makes the worst of their best scores as good as possible, then gains
        as much as that leaves. ``"lexicographic"`` goes on to the second worst and so on, in
        steps of ``fairness_step``.
    need, achievement, enterprise, university, team : LevelLimits
        Pairs that each of them has. A need and an achievement have at most 3 by default.
    per_couple : int, optional
        Pairs that an enterprise may have with one university; None for any number.
    unreachable : {"report", "error"}
        What becomes of a level's ``min`` that a party's own candidates cannot give: lowered for
        that party and reported, or kept, so that there is no plan. A ``min`` under ``each`` is
        always kept.
    locked, forbidden : tuple of (str, str)
        Need and achievement, by id; or enterprise and university, by name in any spelling. A
        locked enterprise and university have at least one pair. Locked pairs may score below
        ``min_score`` and lie in different regions.
    conflicts : tuple of (str, str)
        Enterprise and university that must not meet because their interests conflict.
    own_enterprises : bool
        Whether an enterprise that is a university itself, or whose name begins with a
        university's, is kept from that university.
    priorities : mapping of str to float
        What the gain of a need's pairs is multiplied by: ``"卡脖子"``, or a kind of enterprise such
        as ``"龙头"`` or ``"专精特新"``. Several that apply are multiplied.
    region : {"none", "prefer", "require"}
        Whether both sides should lie in the same region. Records that do not say where they are
        are neither preferred nor kept out.
    region_level : {"province", "city"}
        What counts as the same region.
    region_factor : float
        What ``"prefer"`` multiplies the gain of a pair in the same region by.
    fairness_step : float
        Scores that differ by less may count as the same for ``"lexicographic"``.
    gap : float
        Stop when no plan can be better by more than this part; 0 for the proven optimum.
    time_limit : float, optional
        Seconds for each program that is solved. With it the plan may depend on the machine.

    Raises
    ------
    ConfigError
        If a value is out of range.

    Notes
    -----
    As a file::

        min_score = 0.4
        objective = "lexicographic"
        locked = [["N001", "A012"]]
        forbidden = [["宏砺特钢股份有限公司", "东北大学"]]

        [enterprise]
        min = 1
        max = 5
        [enterprise.each."宏砺特钢股份有限公司"]
        min = 2

        [priorities]
        "卡脖子" = 1.5
        "专精特新" = 1.2
    """

    min_score: float = 0.45
    objective: Objective = "total"
    need: LevelLimits = LevelLimits(max=3)
    achievement: LevelLimits = LevelLimits(max=3)
    enterprise: LevelLimits = LevelLimits()
    university: LevelLimits = LevelLimits()
    team: LevelLimits = LevelLimits()
    per_couple: int | None = None
    unreachable: Unreachable = "report"
    locked: tuple[tuple[str, str], ...] = ()
    forbidden: tuple[tuple[str, str], ...] = ()
    conflicts: tuple[tuple[str, str], ...] = ()
    own_enterprises: bool = True
    priorities: Mapping[str, float] = field(default_factory=dict, hash=False)
    region: RegionRule = "none"
    region_level: RegionLevel = "province"
    region_factor: float = 1.2
    fairness_step: float = 0.05
    gap: float = 0.0
    time_limit: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.min_score <= 1:
            raise ConfigError(f"min_score must be between 0 and 1, not {self.min_score}")
        if not 0.001 <= self.fairness_step <= 1:
            raise ConfigError(f"fairness_step must be 0.001 to 1, not {self.fairness_step}")
        if not 1 <= self.region_factor <= 100:
            raise ConfigError(f"region_factor must be 1 to 100, not {self.region_factor}")
        if not 0 <= self.gap < 1:
            raise ConfigError(f"gap must be at least 0 and below 1, not {self.gap}")
        if self.time_limit is not None and not 0 < self.time_limit < math.inf:
            raise ConfigError(f"time_limit must be positive and finite, not {self.time_limit}")
        if self.per_couple is not None and not 0 <= self.per_couple <= MOST:
            raise ConfigError(
                f"per_couple must be at least 0, and at most {MOST}, not {self.per_couple}"
            )
        named: dict[str, str] = {}
        for name, factor in self.priorities.items():
            other = named.setdefault(priority_kind(name), name)
            if other != name:
                raise ConfigError(f"priorities: {other!r} and {name!r} are the same; give one")
            if not 0.01 <= factor <= 100:
                raise ConfigError(f"priorities: {name}: must be 0.01 to 100, not {factor}")

    def limits(self, level: PartyLevel) -> LevelLimits:
        """Give the limits of a level."""
        by_level: dict[PartyLevel, LevelLimits] = {
            "need": self.need,
            "achievement": self.achievement,
            "enterprise": self.enterprise,
            "university": self.university,
            "team": self.team,
        }
        return by_level[level]


def near_names(name: str, known: list[str]) -> str:
    """Say which known names are like one that is unknown.

    Parameters
    ----------
    name : str
        Unknown.
    known : list of str

    Returns
    -------
    str
        The end of a sentence, from the semicolon on.
    """
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    if near:
        return f"; did you mean {' or '.join(map(repr, near))}?"
    return f"; there are {len(known)}, such as {', '.join(map(repr, known[:3]))}"
