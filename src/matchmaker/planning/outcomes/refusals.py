"""Refusals: which pairs came to nothing and must not be proposed again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeVar

import numpy as np

from matchmaker.language.maturity import read_maturity
from matchmaker.language.organisations import parent_organisation
from matchmaker.planning.outcomes.columns import INTERESTED, REASONS, SIGNED
from matchmaker.planning.outcomes.double_counts import same_needs
from matchmaker.planning.outcomes.funnel import Case, cases
from matchmaker.planning.outcomes.outcomes import Outcome
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
        When it was refused last.
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
    repeated : frozenset of (str, str)
        Pairs that are refused because their need repeats one of ``standing`` under another id.
    """

    standing: tuple[Refused, ...]
    lifted: tuple[Refused, ...]
    in_progress: frozenset[tuple[str, str]]
    signed: frozenset[tuple[str, str]]
    unplaced: int
    repeated: frozenset[tuple[str, str]] = frozenset()

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Pairs of need and achievement id that are still refused."""
        return self.repeated | {(one.need_id, one.achievement_id) for one in self.standing}

    def to_json(self) -> dict[str, Any]:
        """Give the refusals as plain data."""
        return {
            "standing": [one.to_json() for one in self.standing],
            "lifted": [one.to_json() for one in self.lifted],
            "in_progress": [list(pair) for pair in sorted(self.in_progress)],
            "signed": [list(pair) for pair in sorted(self.signed)],
            "unplaced": self.unplaced,
            "repeated": [list(pair) for pair in sorted(self.repeated)],
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

    Publication counts up to ``today``; that on the day of the refusal does not. Where several
    refusals of a pair stand, all of their reasons count. Rows dated after ``today`` tell of
    refusals alone: a meeting or a contract that is only planned changes nothing. What became of a
    need counts for those of the same enterprise with an equal text too.

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
    told = [row for row in outcomes if row.refused or row.day is None or row.day <= today]
    same, twins = _twins(need_of, {row.need_id for row in told})
    standing: list[Refused] = []
    lifted: list[Refused] = []
    repeated: set[tuple[str, str]] = set()
    progress: dict[str, set[tuple[str, str]]] = {"in_progress": set(), "signed": set()}
    unplaced = 0
    for case in cases(told, same_needs=same):
        refusal, (need, achievement) = case.refusal, case.key
        pairs = {(one, achievement) for one in twins.get(need, (need,))}
        if not (case.rows[0].need_id and case.rows[0].achievement_id):
            unplaced += refusal is not None
        elif refusal is None:
            if case.reached >= INTERESTED:
                progress["signed" if case.reached >= SIGNED else "in_progress"] |= pairs
        else:
            one = _judged(case, refusal, (need_of, achievement_of.get(achievement)), today)
            (lifted if one.why else standing).append(one)
            repeated |= set() if one.why else pairs - {(one.need_id, achievement)}
    return Refusals(
        tuple(standing),
        tuple(lifted),
        frozenset(progress["in_progress"]),
        frozenset(progress["signed"]),
        unplaced,
        frozenset(repeated),
    )


def _twins(
    needs: Mapping[str, Need], used: Collection[str]
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Find what repeats a need that outcomes name: the first id of each, and all ids of that."""
    owners = {parent_organisation(needs[one].organisation) for one in used if one in needs} - {""}
    near = [one for one in needs.values() if parent_organisation(one.organisation) in owners]
    same = same_needs(near, (one.id for one in near))
    twins: dict[str, list[str]] = {}
    for other, first in same.items():
        twins.setdefault(first, [first]).append(other)
    return same, twins


def _judged(
    case: Case,
    last: Outcome,
    records: tuple[Mapping[str, Need], Achievement | None],
    today: date,
) -> Refused:
    """Judge all refusals of a pair that stand, each by what was said then."""
    stated = [row for row in case.standing if row.reasons]
    reasons = {reason for row in stated for reason in row.reasons}
    why: dict[str, str] = {}
    # One that gives no reason adds nothing to others, unless it is the last word.
    for row in stated if last.reasons else ():
        changed = _Judge(row, records[0].get(row.need_id), records[1], today).why()
        if not changed:
            why = {}
            break
        why |= changed
    return Refused(
        last.need_id,
        last.achievement_id,
        tuple(reason for reason in REASONS if reason in reasons),
        last.day,
        tuple(why[reason] for reason in REASONS if reason in why),
    )


@dataclass(frozen=True, slots=True)
class _Judge:
    """Judges whether the reasons of one refusal still hold."""

    refusal: Outcome
    need: Need | None
    achievement: Achievement | None
    today: date

    def why(self) -> dict[str, str]:
        """Say for each reason why it no longer holds; empty if one still does."""
        found = {reason: self._lifted(reason) for reason in self.refusal.reasons}
        return found if all(found.values()) else {}

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
