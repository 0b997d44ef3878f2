"""Refusals: which pairs came to nothing and must not be proposed again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeVar

import numpy as np

from matchmaker.language.maturity import read_maturity
from matchmaker.planning.funnel import cases
from matchmaker.planning.outcome_columns import INTERESTED, REASONS, SIGNED
from matchmaker.planning.outcomes import Outcome
from matchmaker.records import Achievement, Need
from matchmaker.scoring.agreement import achievement_facts, need_facts
from matchmaker.scoring.pairs import RankedPairs

P = TypeVar("P", bound=RankedPairs)
Leave = Literal["refused", "signed", "in_progress"]

_BY_BOTH, _BY_ACHIEVEMENT, _BY_NEED = "republished", "achievement_republished", "need_republished"


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal of a pair, and what became of its reasons.

    Attributes
    ----------
    need_id, achievement_id : str
    reasons : tuple of str
        Those that were stated.
    day : date or None
        When it was refused.
    why : tuple of str
        Of a lifted refusal for each reason what has changed: ``mature_enough``, ``more_mature``,
        ``within_budget``, ``republished`` (need or achievement), ``need_republished``,
        ``achievement_republished``. Empty of one that stands.
    """

    need_id: str
    achievement_id: str
    reasons: tuple[str, ...]
    day: date | None
    why: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give the refusal as plain data."""
        return {
            "need_id": self.need_id,
            "achievement_id": self.achievement_id,
            "reasons": list(self.reasons),
            "day": self.day.isoformat() if self.day else None,
            "why": list(self.why),
        }


@dataclass(frozen=True, slots=True)
class Refusals:
    """Which pairs must not be proposed again.

    Attributes
    ----------
    standing, lifted : tuple of Refused
        By the ids.
    in_progress, signed : frozenset of (str, str)
        Pairs of need and achievement id that came to 意向, and to 签约 or further, and were not
        refused: they need no new proposal.
    unplaced : int
        Refusals that name no need or no achievement by its id, so that no pair can be left out.
    """

    standing: tuple[Refused, ...]
    lifted: tuple[Refused, ...]
    in_progress: frozenset[tuple[str, str]]
    signed: frozenset[tuple[str, str]]
    unplaced: int

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Pairs of need and achievement id that are still refused."""
        return frozenset((one.need_id, one.achievement_id) for one in self.standing)

    def to_json(self) -> dict[str, Any]:
        """Give the refusals as plain data."""
        return {
            "standing": [one.to_json() for one in self.standing],
            "lifted": [one.to_json() for one in self.lifted],
            "in_progress": [list(pair) for pair in sorted(self.in_progress)],
            "signed": [list(pair) for pair in sorted(self.signed)],
            "unplaced": self.unplaced,
        }


def refused_pairs(
    outcomes: Iterable[Outcome],
    needs: Iterable[Need],
    achievements: Iterable[Achievement],
    *,
    today: date,
) -> Refusals:
    """Say which refused pairs are still refused, by the records as they are now.

    A refusal is lifted only if every one of its reasons no longer holds, and what is unknown never
    lifts it:

    - 成熟度不足: the achievement's maturity now reaches what the enterprise asked for (as the
      outcome states it, else the need); where nobody asks for a level, all of it lies above what
      was noted at the refusal. One that is no higher than noted then lifts nothing.
    - 预算不符: the price's upper end lies within the budget's; both are sums in yuan.
    - 描述不清: the need or the achievement was published again after the refusal.
    - 技术质疑, 优势不清, 商业路径不清: the achievement was.
    - 已有方案: the need was.
    - 不在业务范围, other words and no reason at all: never.

    Publication counts up to ``today``; that on the day of the refusal does not.

    Parameters
    ----------
    outcomes : iterable of Outcome
    needs, achievements : iterable of records
        As they are now. A pair whose records are not among them stays refused.
    today : date

    Returns
    -------
    Refusals
    """
    need_of = {need.id: need for need in needs}
    achievement_of = {one.id: one for one in achievements}
    standing: list[Refused] = []
    lifted: list[Refused] = []
    progress: dict[str, set[tuple[str, str]]] = {"in_progress": set(), "signed": set()}
    unplaced = 0
    for case in cases(outcomes):
        refusal = case.refusal
        placed = case.rows[0].need_id and case.rows[0].achievement_id
        if not placed:
            unplaced += refusal is not None
        elif refusal is None:
            if case.reached >= INTERESTED:
                progress["signed" if case.reached >= SIGNED else "in_progress"].add(case.key)
        else:
            judge = _Judge(
                refusal, need_of.get(case.key[0]), achievement_of.get(case.key[1]), today
            )
            why = judge.why()
            one = Refused(*case.key, refusal.reasons, refusal.day, why)
            (lifted if why else standing).append(one)
    return Refusals(
        tuple(standing),
        tuple(lifted),
        frozenset(progress["in_progress"]),
        frozenset(progress["signed"]),
        unplaced,
    )


@dataclass(frozen=True, slots=True)
class _Judge:
    """Judges whether the reasons of one refusal still hold."""

    refusal: Outcome
    need: Need | None
    achievement: Achievement | None
    today: date

    def why(self) -> tuple[str, ...]:
        """Say for each reason why it no longer holds; empty if one still does."""
        found = [self._lifted(reason) for reason in REASONS if reason in self.refusal.reasons]
        return tuple(found) if all(found) else ()

    def _lifted(self, reason: str) -> str:
        need = self._again(self.need)
        achievement = self._again(self.achievement)
        if reason == "成熟度不足":
            return self._mature()
        if reason == "预算不符":
            return self._affordable()
        if reason == "描述不清":
            return _BY_BOTH if need or achievement else ""
        if reason in ("技术质疑", "优势不清", "商业路径不清"):
            return _BY_ACHIEVEMENT if achievement else ""
        return _BY_NEED if reason == "已有方案" and need else ""

    def _again(self, record: Need | Achievement | None) -> bool:
        """Whether a record was published after the refusal."""
        published = record.published if record else None
        day = self.refusal.day
        return published is not None and day is not None and day < published <= self.today

    def _mature(self) -> str:
        if self.achievement is None:
            return ""
        now = achievement_facts(self.achievement).maturity
        # What only says which stage was not reached reaches nothing.
        if now is None or now.at_most:
            return ""
        then = read_maturity(self.refusal.maturity) if self.refusal.maturity else None
        if then is not None and now.high <= then.high:
            return ""
        asked = read_maturity(self.refusal.asked) if self.refusal.asked else None
        if asked is None and self.need is not None:
            asked = need_facts(self.need).maturity
        if asked is not None and now.low >= asked.low:
            return "mature_enough"
        # A level asked for and not reached still stands, however much was gained.
        return "more_mature" if asked is None and then is not None and now.low > then.high else ""

    def _affordable(self) -> str:
        if self.need is None or self.achievement is None:
            return ""
        budget, price = need_facts(self.need).money, achievement_facts(self.achievement).money
        if budget is None or price is None or budget.high is None or price.high is None:
            return ""
        same = budget.currency == price.currency and budget.per == price.per
        return "within_budget" if same and price.high <= budget.high else ""


def without_refused(
    pairs: P,
    outcomes: Iterable[Outcome],
    *,
    today: date,
    leave_out: Sequence[Leave] = ("refused", "signed"),
) -> P:
    """Leave out of a ranking what is still refused, and what needs no new proposal.

    Parameters
    ----------
    pairs : RankedPairs
        The outcome of a record for which another one with the same text stands counts for that one.
    outcomes : iterable of Outcome
    today : date
    leave_out : sequence of {"refused", "signed", "in_progress"}
        Which pairs go: refused ones (:func:`refused_pairs`), those signed or further, those that
        came to 意向.

    Returns
    -------
    RankedPairs
        Of the same type, ranked anew; records stay, with or without a pair.
    """
    refusals = refused_pairs(outcomes, pairs.needs, pairs.achievements, today=today)
    gone: set[tuple[str, str]] = set()
    for which, found in (
        ("refused", refusals.pairs),
        ("signed", refusals.signed),
        ("in_progress", refusals.in_progress),
    ):
        if which in leave_out:
            gone |= found
    stands = {other: first for first, others in pairs.duplicates.items() for other in others}
    forward = pairs.direction == "need_to_achievement"
    if stands:
        gone |= {
            (need, stands.get(one, one)) if forward else (stands.get(need, need), one)
            for need, one in gone
        }
    columns = pairs.columns
    needs = [need.id for need in pairs.needs]
    achievements = [one.id for one in pairs.achievements]
    found_pairs = zip(columns.need.tolist(), columns.achievement.tolist(), strict=True)
    kept = np.array(
        [(needs[need], achievements[one]) not in gone for need, one in found_pairs], dtype=bool
    )
    rows = np.flatnonzero(kept)
    asking = (columns.need if forward else columns.achievement)[rows]
    # Rows stand by the asking side and then by rank, so the rank is the place in its run.
    places = np.arange(len(rows), dtype=np.int64)
    opens = np.r_[True, asking[1:] != asking[:-1]][: len(rows)]
    first = np.maximum.accumulate(np.where(opens, places, 0))
    return type(pairs)(pairs.context, columns.take(rows, rank=places - first + 1))
