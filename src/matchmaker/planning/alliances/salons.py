"""Salons (校企会客厅): for one need, whom to invite, what to ask, and the hour's order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from matchmaker.errors import ConfigError
from matchmaker.planning.alliances.briefing import (
    Gap,
    Question,
    TargetVerdict,
    gaps_of,
    questions_to,
    secrecy,
    target_verdicts,
)
from matchmaker.planning.alliances.one_need import Candidates, candidates_of
from matchmaker.planning.parties import teams, universities
from matchmaker.records import Achievement, Need
from matchmaker.scoring.explanation import Explanation
from matchmaker.scoring.facts import Facts, read_facts
from matchmaker.scoring.pairs import RankedPairs, SharedTerm

Obstacle = Literal["team", "university", "places"]
Step = Literal["opening", "need", "talk", "closing"]

_OPENING, _NEED, _CLOSING = 5, 10, 10
_LEAST_TALK, _MOST_TALK = 5, 15


@dataclass(frozen=True, slots=True, kw_only=True)
class SalonSettings:
    """Whom a salon invites.

    Attributes
    ----------
    most : int
        Achievements on the shortlist at most, at least 1.
    min_score : float
        Only pairs with at least this score. The default lies in the upper half of 弱相关, above
        what pairs reach that share one word and no subject.
    per_team, per_university : int
        At most so many of one team and of one university, so that the enterprise hears several.
    minutes : int
        Length of the salon. Each on the shortlist needs 5, the rest of the order 25.

    Raises
    ------
    ConfigError
        If a value is out of range.
    """

    most: int = 5
    min_score: float = 0.35
    per_team: int = 1
    per_university: int = 2
    minutes: int = 60

    def __post_init__(self) -> None:
        for name in ("most", "per_team", "per_university"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} must be at least 1, not {getattr(self, name)!r}")
        if not 0 <= self.min_score <= 1:
            raise ConfigError(f"min_score must lie in [0, 1], not {self.min_score!r}")
        least = _OPENING + _NEED + _CLOSING + _LEAST_TALK * self.most
        if self.minutes < least:
            raise ConfigError(
                f"minutes is {self.minutes!r}, but {self.most} on the shortlist need {least}: "
                "give more minutes or a smaller most"
            )


@dataclass(frozen=True, slots=True)
class Invited:
    """An achievement on the shortlist.

    Attributes
    ----------
    achievement : Achievement
    score : float
    grade : int
    explanation : Explanation or None
        Why the pair has its score, where the ranking can explain it.
    shared_terms : tuple of SharedTerm
    targets : tuple of TargetVerdict
        One for each target of the need that has a number.
    questions : tuple of Question
    """

    achievement: Achievement
    score: float
    grade: int
    explanation: Explanation | None
    shared_terms: tuple[SharedTerm, ...]
    targets: tuple[TargetVerdict, ...]
    questions: tuple[Question, ...]

    def to_json(self) -> dict[str, Any]:
        """Give plain data."""
        return {
            "achievement_id": self.achievement.id,
            "title": self.achievement.title,
            "university": self.achievement.organisation,
            "team": self.achievement.team,
            "score": self.score,
            "grade": self.grade,
            "shared_terms": [one.term for one in self.shared_terms],
            "targets": [
                {"target": one.target, "claim": one.claim, "verdict": one.verdict}
                for one in self.targets
            ],
            "questions": [
                {"subject": one.subject, "need": one.need, "achievement": one.achievement}
                for one in self.questions
            ],
        }


@dataclass(frozen=True, slots=True)
class PassedOver:
    """An achievement that scores well enough and is not invited.

    Attributes
    ----------
    achievement : Achievement
    score : float
    obstacle : {"team", "university", "places"}
        Its team or university has its places already, or all places are taken.
    """

    achievement: Achievement
    score: float
    obstacle: Obstacle


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """A stretch of the salon.

    Attributes
    ----------
    step : {"opening", "need", "talk", "closing"}
    start, minutes : int
        Minutes from the beginning, and how long.
    achievement : Achievement or None
        Whose talk it is.
    """

    step: Step
    start: int
    minutes: int
    achievement: Achievement | None = None


@dataclass(frozen=True, slots=True)
class Salon:
    """Shortlist and briefing for one need.

    Attributes
    ----------
    need : Need
    settings : SalonSettings
    targets : tuple of str
        Indicators that the need asks for, as written.
    secret : str
        The need's words that ask for secrecy; empty where none do.
    gaps : tuple of str
        What the need does not say, of :data:`~matchmaker.planning.alliances.briefing.Gap`.
    invited : tuple of Invited
        Best first.
    passed_over : tuple of PassedOver
        Best first.
    agenda : tuple of AgendaItem
        Empty where nobody is invited.
    below, refused : int
        Achievements left out for their score; refused before.
    """

    need: Need
    settings: SalonSettings
    targets: tuple[str, ...]
    secret: str
    gaps: tuple[Gap, ...]
    invited: tuple[Invited, ...]
    passed_over: tuple[PassedOver, ...]
    agenda: tuple[AgendaItem, ...]
    below: int
    refused: int

    def to_json(self) -> dict[str, Any]:
        """Give plain data: ids, names and numbers."""
        return {
            "kind": "salon",
            "need_id": self.need.id,
            "title": self.need.title,
            "enterprise": self.need.organisation,
            "targets": list(self.targets),
            "confidential": bool(self.secret),
            "gaps": list(self.gaps),
            "invited": [one.to_json() for one in self.invited],
            "passed_over": [
                {"achievement_id": one.achievement.id, "score": one.score, "obstacle": one.obstacle}
                for one in self.passed_over
            ],
            "agenda": [
                {
                    "step": one.step,
                    "start": one.start,
                    "minutes": one.minutes,
                    "achievement_id": one.achievement.id if one.achievement else None,
                }
                for one in self.agenda
            ],
            "below": self.below,
            "refused": self.refused,
        }


def shortlist(
    pairs: RankedPairs,
    need_id: str,
    settings: SalonSettings | None = None,
    *,
    refused: Collection[tuple[str, str]] = (),
) -> Salon:
    """Choose whom to invite to a salon about one need, and prepare the briefing.

    The best achievements by score are taken, one after the other, as long as their team and
    university have places left.

    Parameters
    ----------
    pairs : RankedPairs
        Only achievements that the ranking lists for the need are candidates.
    need_id : str
    settings : SalonSettings, optional
    refused : collection of (str, str)
        Need and achievement ids of pairs that are not proposed again.

    Returns
    -------
    Salon
        With nobody invited where no achievement reaches the score.

    Raises
    ------
    ConfigError
        If the ranking has no such need.
    """
    settings = settings or SalonSettings()
    found = candidates_of(pairs, need_id, min_score=settings.min_score, refused=refused)
    chosen, passed_over = _chosen(pairs, found, settings)
    asked = read_facts(found.need)
    invited = tuple(_invited(pairs, found, at, asked) for at in chosen)
    return Salon(
        need=found.need,
        settings=settings,
        targets=tuple(placed.text for placed in asked.indicators),
        secret=secrecy(found.need),
        gaps=tuple(gaps_of(asked)),
        invited=invited,
        passed_over=passed_over,
        agenda=tuple(_agenda(invited, settings.minutes)),
        below=found.below,
        refused=found.refused,
    )


def _chosen(
    pairs: RankedPairs, found: Candidates, settings: SalonSettings
) -> tuple[list[int], tuple[PassedOver, ...]]:
    team_of, university_of = teams(pairs.achievements).of, universities(pairs.achievements).of
    seats: Counter[tuple[str, int]] = Counter()
    chosen: list[int] = []
    passed_over = []
    for at, position in enumerate(found.positions):
        team = ("team", int(team_of[position]))
        university = ("university", int(university_of[position]))
        obstacle: Obstacle | None = None
        if len(chosen) == settings.most:
            obstacle = "places"
        elif seats[team] == settings.per_team:
            obstacle = "team"
        elif seats[university] == settings.per_university:
            obstacle = "university"
        if obstacle is None:
            chosen.append(at)
            seats.update((team, university))
        else:
            passed_over.append(PassedOver(found.achievements[at], found.scores[at], obstacle))
    return chosen, tuple(passed_over)


def _invited(pairs: RankedPairs, found: Candidates, at: int, asked: Facts) -> Invited:
    match = pairs[found.rows[at]]
    offered = read_facts(match.achievement)
    targets = target_verdicts(asked, offered)
    return Invited(
        achievement=match.achievement,
        score=match.score,
        grade=match.grade,
        explanation=match.explain(spans=False) if pairs.explainable else None,
        shared_terms=match.shared_terms,
        targets=targets,
        questions=tuple(questions_to(match.need, match.achievement, targets)),
    )


def _agenda(invited: tuple[Invited, ...], minutes: int) -> Iterator[AgendaItem]:
    """Share out the time: equal talks with their questions, what is left over for the closing."""
    if not invited:
        return
    talk = min(_MOST_TALK, (minutes - _OPENING - _NEED - _CLOSING) // len(invited))
    yield AgendaItem("opening", 0, _OPENING)
    yield AgendaItem("need", _OPENING, _NEED)
    at = _OPENING + _NEED
    for one in invited:
        yield AgendaItem("talk", at, talk, one.achievement)
        at += talk
    yield AgendaItem("closing", at, minutes - at)
