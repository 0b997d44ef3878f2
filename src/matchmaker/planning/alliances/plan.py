"""What an alliance is: its settings, its members, what each covers and what stays open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from matchmaker.errors import ConfigError
from matchmaker.planning.alliances.need_parts import NeedPart, PartEvidence, PartSettings
from matchmaker.records import Achievement, Need

Verdict = Literal[
    "several",
    "one_part",
    "one_covers",
    "one_allowed",
    "one_enough",
    "none_covers",
    "no_candidate",
]
Obstacle = Literal["gain", "team", "university", "size", "nobody"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllianceSettings:
    """What an alliance may be.

    Attributes
    ----------
    most : int
        Members at most, at least 1.
    min_score : float
        Only pairs with at least this score. The default lies in the upper half of 弱相关: what
        scores less mostly shares a word and no subject, and must not join for that word. It was
        chosen by reading the alliances for the sample's needs.
    least_gain : float
        In [0, 1): nobody joins who adds less than this to the covered share of the need.
    same_team, same_university : bool
        Whether two members may be of one team, or of one university.
    most_candidates : int
        Only so many achievements are looked at, the best ones.
    parts : PartSettings
        How the need is taken apart.

    Raises
    ------
    ConfigError
        If a value is out of range.
    """

    most: int = 3
    min_score: float = 0.38
    least_gain: float = 0.1
    same_team: bool = False
    same_university: bool = True
    most_candidates: int = 50
    parts: PartSettings = field(default_factory=PartSettings)

    def __post_init__(self) -> None:
        for name in ("most", "most_candidates"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} must be at least 1, not {getattr(self, name)!r}")
        if not 0 <= self.min_score <= 1:
            raise ConfigError(f"min_score must lie in [0, 1], not {self.min_score!r}")
        if not 0 <= self.least_gain < 1:
            raise ConfigError(f"least_gain must lie in [0, 1), not {self.least_gain!r}")


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one member says to one part.

    Attributes
    ----------
    part : int
        Position in the alliance's parts.
    evidence : PartEvidence
    """

    part: int
    evidence: PartEvidence


@dataclass(frozen=True, slots=True)
class AllianceMember:
    """An achievement of an alliance.

    Attributes
    ----------
    achievement : Achievement
    score : float
    grade : int
    rank : int
        Among the candidates by score, from 1.
    share : float
        Weight of the need that it covers for the alliance; the shares add up to what is covered.
    loss : float
        Weight that would be lost without it.
    covers : tuple of Contribution
        Parts that rest on it alone: nobody of the alliance covers them further.
    also : tuple of Contribution
        Parts that it speaks to and that rest on another member.
    """

    achievement: Achievement
    score: float
    grade: int
    rank: int
    share: float
    loss: float
    covers: tuple[Contribution, ...]
    also: tuple[Contribution, ...]

    def to_json(self) -> dict[str, Any]:
        """Give plain data."""
        record = self.achievement
        return {
            "achievement_id": record.id,
            "title": record.title,
            "university": record.organisation,
            "team": record.team,
            "score": self.score,
            "grade": self.grade,
            "rank": self.rank,
            "share": self.share,
            "loss": self.loss,
            "covers": [_plain(one) for one in self.covers],
            "also": [_plain(one) for one in self.also],
        }


@dataclass(frozen=True, slots=True)
class OpenPart:
    """A part that the alliance does not fully cover.

    Attributes
    ----------
    part : int
        Position in the alliance's parts.
    degree : float
        How far it is covered.
    best : Achievement or None
        Who of the other candidates covers it further; None if nobody does.
    evidence : PartEvidence or None
        Of ``best``.
    obstacle : {"gain", "team", "university", "size", "nobody"}
        Why that one is no member: it adds too little, a member is of its team or university, or
        the alliance has as many members as it may.
    """

    part: int
    degree: float
    best: Achievement | None
    evidence: PartEvidence | None
    obstacle: Obstacle

    def to_json(self) -> dict[str, Any]:
        """Give plain data."""
        return {
            "part": self.part,
            "degree": self.degree,
            "best_id": self.best.id if self.best else None,
            "obstacle": self.obstacle,
        }


@dataclass(frozen=True, slots=True)
class Alliance:
    """Who together covers a need.

    Attributes
    ----------
    need : Need
    settings : AllianceSettings
    verdict : str
        ``several`` members; one because the need has ``one_part``, because it covers all parts
        (``one_covers``), because no more are ``one_allowed`` or because nobody else adds enough
        (``one_enough``); none because ``none_covers`` enough or there is ``no_candidate``.
    parts : tuple of NeedPart
    members : tuple of AllianceMember
        Each adds the most to those before it.
    covered : float
        Share of the need that is covered, in [0, 1].
    greedy_covered : float
        What the greedy rule's choice covers; the alliance itself is the exact optimum.
    top : tuple of Achievement
        The best by score, as many as the members.
    top_covered : float
        What those cover.
    open : tuple of OpenPart
        Heaviest first.
    candidates, below, refused, beyond : int
        Achievements looked at; left out for their score; refused before; beyond
        ``most_candidates``.
    unheard : tuple of str
        Words of the title that no achievement of the ranking has; they are no parts.
    """

    need: Need
    settings: AllianceSettings
    verdict: Verdict
    parts: tuple[NeedPart, ...]
    members: tuple[AllianceMember, ...]
    covered: float
    greedy_covered: float
    top: tuple[Achievement, ...]
    top_covered: float
    open: tuple[OpenPart, ...]
    candidates: int
    below: int
    refused: int
    beyond: int
    unheard: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give plain data: ids, names and numbers."""
        return {
            "kind": "alliance",
            "need_id": self.need.id,
            "title": self.need.title,
            "enterprise": self.need.organisation,
            "verdict": self.verdict,
            "parts": [
                {"kind": part.kind, "text": part.text, "weight": part.weight} for part in self.parts
            ],
            "members": [member.to_json() for member in self.members],
            "covered": self.covered,
            "greedy_covered": self.greedy_covered,
            "top_ids": [record.id for record in self.top],
            "top_covered": self.top_covered,
            "open": [one.to_json() for one in self.open],
            "candidates": self.candidates,
            "below": self.below,
            "refused": self.refused,
            "beyond": self.beyond,
            "unheard": list(self.unheard),
        }


def _plain(one: Contribution) -> dict[str, Any]:
    said = one.evidence
    return {
        "part": one.part,
        "degree": said.degree,
        "verdict": said.verdict,
        "said": list(said.said),
    }
