"""How what is said beside the subject moves a score: sectors, indicators, fields, preferences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.language.sectors import SectorLabel
from matchmaker.records import Achievement, Need
from matchmaker.scoring.agreement import (
    CRITERIA,
    AchievementFacts,
    FieldAgreement,
    NeedFacts,
    agreement_values,
    field_agreements,
)
from matchmaker.scoring.constraints import Constraint
from matchmaker.scoring.facts import Facts, FactsReader, Placed, Weights, sector_agreement
from matchmaker.scoring.grader import Grades
from matchmaker.scoring.indicators import (
    IndicatorVerdict,
    compare_indicators,
    indicator_agreement,
)

Labels = Sequence[SectorLabel]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a pair stands on one criterion.

    Attributes
    ----------
    criterion : str
        ``sector``, ``indicators``, a field's, or ``preferences``.
    shift : float
        Weight times agreement: what it adds to the pair's shift.
    detail : object
        What it was read from: labels, verdicts, a field's agreement or a constraint's judgement.
    """

    criterion: str
    shift: float
    detail: Any


@dataclass(frozen=True, slots=True)
class Sided:
    """A record with its labels, as criteria compare it."""

    facts: Facts
    labels: Labels


class Criteria:
    """Compares pairs on everything that is said beside their subject.

    Parameters
    ----------
    weights : Weights
    prefer : sequence of Constraint
        Soft wishes, which the record that is found fulfils or not.
    needs_ask : bool
        Whether achievements are found.

    Notes
    -----
    The shift t of a pair is the sum of weight times agreement over the criteria on which both
    sides speak. A probability p becomes p + t p (1 - p): to first order a shift of its log-odds by
    t, and linear in t, so that the score is a sum with one part for each criterion. Weights that
    add up to more than 1 are scaled down together, which keeps |t| at most 1: then the map is
    monotone and stays in [0, 1].
    """

    def __init__(
        self,
        weights: Weights,
        prefer: Sequence[Constraint] = (),
        *,
        needs_ask: bool = True,
        reader: FactsReader | None = None,
    ) -> None:
        total: float = sum(weights.as_mapping().values()) + sum(one.weight for one in prefer)
        scale = 1 / max(total, 1.0)
        self._weights = {name: scale * weight for name, weight in weights.as_mapping().items()}
        self._prefer = tuple((one, scale * one.weight) for one in prefer)
        self._needs_ask = needs_ask
        self._read = reader or FactsReader()

    def sided(self, record: Need | Achievement, labels: Labels) -> Sided:
        """Read what a record says."""
        return Sided(self._read(record), labels)

    def most(self, asking: Sided) -> float:
        """Bound the size of the shift of any pair of an asking record; in [0, 1]."""
        weights = self._weights
        bound: float = sum(weight for _, weight in self._prefer)
        bound += weights["sector"] if asking.labels else 0.0
        bound += weights["indicators"] if asking.facts.indicators else 0.0
        return bound + sum(weights[name] for name in CRITERIA if asking.facts.speaks_on(name))

    def shift(self, asking: Sided, found: Sided) -> float:
        """Give the shift of a pair; in [-1, 1].

        The same sum as that of :meth:`agreements`, in the same order, without their evidence.
        """
        need, achievement = (asking, found) if self._needs_ask else (found, asking)
        weights = self._weights
        total = 0.0
        same = sector_agreement(need.labels, achievement.labels)
        if same is not None:
            total += weights["sector"] * same
        # What asks has been read; of what is found only the texts that name the same are.
        agreed = (
            indicator_agreement(_compared(need.facts, achievement.facts))
            if asking.facts.indicators and found.facts.mentions(asking.facts.grams)
            else None
        )
        if agreed is not None:
            total += weights["indicators"] * agreed
        values = agreement_values(*_fields(need.facts, achievement.facts))
        for name, value in zip(CRITERIA, values, strict=True):
            if value is not None:
                total += weights[name] * value
        for constraint, weight in self._prefer:
            fulfilled = constraint.judge(found.facts.record).fulfilled
            if fulfilled is not None:
                total += weight if fulfilled else -weight
        return total

    def agreements(self, asking: Sided, found: Sided) -> tuple[Agreement, ...]:
        """Compare a pair on every criterion on which both sides speak.

        Parameters
        ----------
        asking, found : Sided

        Returns
        -------
        tuple of Agreement
            Also of those that weigh nothing.
        """
        return self.judged(asking, found)[0]

    def judged(
        self, asking: Sided, found: Sided
    ) -> tuple[tuple[Agreement, ...], tuple[PlacedVerdict, ...]]:
        """Compare a pair as :meth:`agreements` does, and give what came of every target."""
        need, achievement = (asking, found) if self._needs_ask else (found, asking)
        verdicts = verdicts_of(need.facts, achievement.facts)
        found_record = found.facts.record
        return tuple(self._agreements(need, achievement, found_record, verdicts)), verdicts

    def _agreements(
        self,
        need: Sided,
        achievement: Sided,
        found: Need | Achievement,
        verdicts: Sequence[PlacedVerdict],
    ) -> Iterator[Agreement]:
        weights = self._weights
        same = sector_agreement(need.labels, achievement.labels)
        if same is not None:
            detail = (tuple(need.labels), tuple(achievement.labels))
            yield Agreement("sector", weights["sector"] * same, detail)
        agreed = indicator_agreement([one.verdict for one in verdicts])
        if agreed is not None:
            yield Agreement("indicators", weights["indicators"] * agreed, verdicts)
        for one in fields_of(need.facts, achievement.facts):
            if one.agreement is not None:
                yield Agreement(one.criterion, weights[one.criterion] * one.agreement, one)
        for constraint, weight in self._prefer:
            judgement = constraint.judge(found)
            if judgement.fulfilled is not None:
                sign = 1 if judgement.fulfilled else -1
                yield Agreement("preferences", sign * weight, (constraint, judgement))


@dataclass(frozen=True, slots=True)
class PlacedVerdict:
    """What came of a target, with where target and claim stand."""

    verdict: IndicatorVerdict
    target: Placed
    claim: Placed | None


def _compared(need: Facts, achievement: Facts) -> tuple[IndicatorVerdict, ...]:
    """Compare what can be about the same: targets and claims whose names share characters."""
    if need.grams.isdisjoint(achievement.grams):
        return ()
    targets = [
        placed.indicator
        for placed in need.indicators
        if not placed.grams.isdisjoint(achievement.grams)
    ]
    claims = [
        placed.indicator
        for placed in achievement.indicators
        if not placed.grams.isdisjoint(need.grams)
    ]
    return compare_indicators(targets, claims)


def verdicts_of(need: Facts, achievement: Facts) -> tuple[PlacedVerdict, ...]:
    """Compare the targets of a need with the claims of an achievement, each target once."""
    if not need.indicators:
        return ()
    claims = {id(placed.indicator): placed for placed in achievement.indicators}
    found = {id(one.target): one for one in _compared(need, achievement)}
    verdicts = []
    for placed in need.indicators:
        target = placed.indicator
        one = found.get(id(target)) or IndicatorVerdict(target, None, "unsaid", "claim")
        verdicts.append(PlacedVerdict(one, placed, claims.get(id(one.claim))))
    return tuple(verdicts)


def fields_of(need: Facts, achievement: Facts) -> tuple[FieldAgreement, ...]:
    """Compare the fields of a need with those of an achievement."""
    return field_agreements(*_fields(need, achievement))


def _fields(need: Facts, achievement: Facts) -> tuple[NeedFacts, AchievementFacts]:
    asked, offered = need.fields, achievement.fields
    assert isinstance(asked, NeedFacts)
    assert isinstance(offered, AchievementFacts)
    return asked, offered


def shifted(grades: Grades, shift: NDArray[np.float64]) -> Grades:
    """Move grades by what else is said.

    Parameters
    ----------
    grades : Grades
        n rows.
    shift : ndarray, shape (n,), float64
        Of :meth:`Criteria.shift`; in [-1, 1].

    Returns
    -------
    Grades
        n rows. What is certain stays certain: a pair with nothing in common keeps its score of 0.
    """
    above = grades.above
    return Grades(above + shift[:, None] * above * (1 - above))


def leverage(grades: Grades) -> NDArray[np.float64]:
    """By how much a shift of 1 moves the score of each pair.

    Parameters
    ----------
    grades : Grades
        n rows, before any shift.

    Returns
    -------
    ndarray, shape (n,), float64
        In [0, 1/4].
    """
    return np.asarray((grades.above * (1 - grades.above)).mean(axis=1), dtype=np.float64)


def next_to_read(
    asking: NDArray[np.int64], highest: NDArray[np.float64], actual: NDArray[np.float64], k: int
) -> NDArray[np.int64]:
    """Choose the pairs whose shift is to be found out next.

    Parameters
    ----------
    asking : ndarray, shape (n,), int64
        Position of the asking record of each pair.
    highest : ndarray, shape (n,), float64
        What a pair's score can be at most.
    actual : ndarray, shape (n,), float64
        Its score where the shift is known; NaN elsewhere.
    k : int
        How many pairs of each asking record are kept.

    Returns
    -------
    ndarray, shape (m,), int64
        Rows, of each asking record those that can be best, a few at a time. None is left when
        every pair of unknown shift stays behind k known ones, whatever its shift is.
    """
    known = ~np.isnan(actual)
    order = np.lexsort((-np.where(known, actual, -np.inf), asking))
    starts = np.searchsorted(asking[order], asking, side="left")
    counts = np.bincount(asking[known], minlength=int(asking.max(initial=-1)) + 1)
    at = np.minimum(starts + k - 1, len(order) - 1)
    kth = np.where(counts[asking] >= k, actual[order[at]], -np.inf)
    rows = np.flatnonzero(~known & (highest >= kth))
    rows = rows[np.lexsort((-highest[rows], asking[rows]))]
    place = np.arange(len(rows)) - np.searchsorted(asking[rows], asking[rows], side="left")
    # At first as many as are wanted, so that most of the others are out of reach at once.
    return rows[place < np.where(counts[asking[rows]] >= k, max(k // 2, 4), k)]


def contenders(
    asking: NDArray[np.int64], grades: Grades, most: NDArray[np.float64], k: int
) -> NDArray[np.int64]:
    """Choose the pairs whose shift can matter for who is among the best.

    Parameters
    ----------
    asking : ndarray, shape (n,), int64
        Position of the asking record of each pair.
    grades : Grades
        n rows, before any shift.
    most : ndarray, shape (n,), float64
        Bound of the size of each pair's shift.
    k : int
        How many pairs of each asking record are kept.

    Returns
    -------
    ndarray, shape (m,), int64
        Rows, rising. Every other pair stays behind k of these whatever the shifts are.
    """
    reach = most * leverage(grades)
    least, highest = grades.score - reach, grades.score + reach
    order = np.lexsort((-least, asking))
    starts = np.searchsorted(asking[order], asking, side="left")
    ends = np.searchsorted(asking[order], asking, side="right")
    enough = ends - starts >= k
    kth = np.where(enough, least[order[np.minimum(starts + k - 1, len(order) - 1)]], -np.inf)
    return np.flatnonzero(highest >= kth)
