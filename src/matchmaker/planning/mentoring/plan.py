"""What a plan of mentors holds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from matchmaker.planning.mentoring.candidates import MentorSettings
from matchmaker.scoring.pairs import RankedPairs


@dataclass(frozen=True, slots=True)
class Enterprise:
    """Who gets a mentor.

    Attributes
    ----------
    key : str
        What tells it from others.
    name : str
        Empty where its need names nobody.
    need_id : str
        Of its first need.
    """

    key: str
    name: str
    need_id: str


@dataclass(frozen=True, slots=True)
class Mentor:
    """A team or professor, or the inventors of an achievement that names none.

    Attributes
    ----------
    key : str
        What tells it from others.
    team, university : str
        Empty where nobody is named.
    achievement_id : str
        Of its first achievement.
    seats : int
        Enterprises that it takes.
    """

    key: str
    team: str
    university: str
    achievement_id: str
    seats: int


@dataclass(frozen=True, slots=True)
class Couple:
    """An enterprise and its mentor.

    Attributes
    ----------
    enterprise : Enterprise
    mentor : Mentor
    score : float
        Of their best pair, in [0, 1].
    grade : int
        Of that pair, 1 to 4.
    need_id, achievement_id : str
        That pair: why they come together.
    more : int
        Further pairs of theirs that count.
    locked : bool
        Whether the settings demand it.
    """

    enterprise: Enterprise
    mentor: Mentor
    score: float
    grade: int
    need_id: str
    achievement_id: str
    more: int
    locked: bool


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An enterprise without a mentor, and why.

    Attributes
    ----------
    enterprise : Enterprise
    reason : str
        ``"no_pair"``: nothing was found for it. ``"taken"``: all its mentors have others. Else
        what rules its best pair out: ``"unnamed"`` (nobody is named), ``"unavailable"`` (the
        mentor takes nobody), ``"forbidden"``, ``"refused"``, ``"conflict"``, ``"region"`` or
        ``"low_score"``.
    mentor : Mentor or None
        Of that pair; of the couple that it would like best, where all are taken.
    score : float
        Of that pair; 0 without one.
    holders : tuple of Enterprise
        Who has that mentor, where all are taken.
    """

    enterprise: Enterprise
    reason: str
    mentor: Mentor | None
    score: float
    holders: tuple[Enterprise, ...]


@dataclass(frozen=True, slots=True)
class Blocking:
    """A couple that was not made although both would rather have each other.

    Attributes
    ----------
    enterprise : Enterprise
    mentor : Mentor
    score : float
        Of their best pair.
    instead_of : Mentor or None
        Whom the enterprise has; None if nobody.
    displacing : Enterprise or None
        Whom of its own the mentor likes least; None if it has a free seat.
    """

    enterprise: Enterprise
    mentor: Mentor
    score: float
    instead_of: Mentor | None
    displacing: Enterprise | None


@dataclass(frozen=True, slots=True, eq=False)
class MentorPlan:
    """Who mentors whom.

    Attributes
    ----------
    couples : tuple of Couple
        By enterprise.
    unmatched : tuple of Unmatched
        Enterprises that should have a mentor and got none, in order.
    unused : tuple of Mentor
        Mentors that have a candidate and got nobody, in order.
    blocking : tuple of Blocking
        Couples that would both rather have each other, best first. None for the stable method.
        Locked couples are no part of it: nobody asks them.
    pairs : RankedPairs
        The pair that is the reason of each couple, in the order of ``couples``.
    total : float
        Sum of the couples' scores; by the optimal method no plan has more.
    enterprises, mentors : int
        Enterprises that should have a mentor, and mentors in the ranking, unnamed ones included.
    others : int
        Enterprises of other kinds, which were not asked.
    ignored : tuple of (str, str)
        Choices of whom was named with whom and cannot come together: no pair counts.
    settings : MentorSettings
    """

    couples: tuple[Couple, ...]
    unmatched: tuple[Unmatched, ...]
    unused: tuple[Mentor, ...]
    blocking: tuple[Blocking, ...]
    pairs: RankedPairs
    total: float
    enterprises: int
    mentors: int
    others: int
    ignored: tuple[tuple[str, str], ...]
    settings: MentorSettings

    @property
    def method(self) -> str:
        """How the couples were chosen: ``"optimal"`` or ``"stable"``."""
        return self.settings.method

    def to_json(self) -> dict[str, Any]:
        """Give the plan as plain data: names, ids and numbers."""
        return {
            "kind": "mentors",
            "method": self.method,
            "total": self.total,
            "enterprises": self.enterprises,
            "other_enterprises": self.others,
            "mentors": self.mentors,
            "couples": [asdict(one) for one in self.couples],
            "unmatched": [asdict(one) for one in self.unmatched],
            "unused": [asdict(one) for one in self.unused],
            "blocking": [asdict(one) for one in self.blocking],
            "ignored_choices": [list(one) for one in self.ignored],
            "settings": asdict(self.settings),
        }
