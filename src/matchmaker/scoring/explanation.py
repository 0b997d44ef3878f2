"""Why a pair has its score: parts that add up to it, each with its evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

SideName = Literal["need", "achievement"]

CRITERIA = (
    "terms",
    "meaning",
    "sector",
    "indicators",
    "maturity",
    "money",
    "cooperation",
    "region",
)
"""What a pair can be judged on; on most pairs only some of it is said on both sides."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a record's text, as written.

    Attributes
    ----------
    side : {"need", "achievement"}
    field : str
        Name of the record's field.
    start, end : int
        Characters: ``getattr(record, field)[start:end]``.
    text : str
        What stands there.
    """

    side: SideName
    field: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason of a part.

    Attributes
    ----------
    kind : str
        ``term`` (the same on both sides), ``near_term`` (of like meaning), ``general`` (words and
        runs of characters too common to name), ``text`` (the texts as wholes), ``sector``,
        ``indicator``, ``field`` or ``preference``.
    value : float
        Its share of the part; the values of a part's evidence add up to the part's, where there
        is any evidence.
    need, achievement : str
        What either side says, as written; empty where a side says nothing.
    weight : float
        Of a term: its share of the rarity of all the need's terms. Of a near term and of the
        texts: their likeness, a cosine. Else the agreement, in [-1, 1].
    verdict : str
        Of an indicator: ``met``, ``missed``, ``incomparable`` or ``unsaid``. Of a preference:
        ``met`` or ``missed``.
    detail : str
        Of an indicator: its name. Of a field: which. Of a preference: the constraint.
    spans : tuple of Span
        Where it stands on both sides.
    """

    kind: str
    value: float
    need: str
    achievement: str
    weight: float
    verdict: str = ""
    detail: str = ""
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A share of a score.

    Attributes
    ----------
    name : str
        ``base``, ``terms``, ``near_terms``, ``meaning`` (of the texts); ``judgements`` and
        ``reranker`` (what these change); ``sector``, ``indicators``, ``maturity``, ``money``,
        ``cooperation``, ``region``; ``preferences``.
    value : float
        In the units of the score; negative where it speaks against the pair.
    evidence : tuple of Evidence
        The greatest first.
    """

    name: str
    value: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a pair has its score.

    Attributes
    ----------
    score : float
        That of the match.
    parts : tuple of Part
        Their values add up to the score, to within rounding of doubles. All evidence is of the
        two records of this pair.
    judged : tuple of str
        Those of ``CRITERIA`` on which both sides say something that can be compared.
    open : tuple of Evidence
        What takes no part in the score: indicators asked for of which the achievement says
        nothing, or nothing comparable.
    """

    score: float
    parts: tuple[Part, ...]
    judged: tuple[str, ...]
    open: tuple[Evidence, ...] = ()

    @property
    def unjudged(self) -> tuple[str, ...]:
        """Those of ``CRITERIA`` on which a side says nothing, so that they count neither way."""
        return tuple(name for name in CRITERIA if name not in self.judged)

    def part(self, name: str) -> float:
        """Value of a part; 0 where there is none of that name."""
        return next((part.value for part in self.parts if part.name == name), 0.0)


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What would become of a pair if the asking record did not say a term.

    Attributes
    ----------
    term : str
    rank : int or None
        The pair's rank in the list of a record without the term, from 1; None if the other record
        would not even be among its candidates.
    score : float or None
        Its score there.
    candidates : int
        How many records were ranked there.
    """

    term: str
    rank: int | None
    score: float | None
    candidates: int


@dataclass(frozen=True, slots=True, eq=False)
class Reasons:
    """What explains the pairs of one ranking; both look at the very records that were ranked.

    Attributes
    ----------
    explain : callable
        Maps positions of a need and an achievement, and whether spans are wanted, to an
        explanation.
    without : callable
        Maps positions of a need and an achievement, and a term, to what would be without it.
    """

    explain: Callable[[int, int, bool], Explanation]
    without: Callable[[int, int, str], Counterfactual] = field(
        default=lambda need, achievement, term: Counterfactual(term, None, None, 0)
    )


class Why:
    """What explains one match. It stays where it is: a copy or a pickle of a match has none.

    Parameters
    ----------
    reasons : Reasons
        Of its ranking.
    need, achievement : int
        Positions in the ranking's records.
    """

    __slots__ = ("_achievement", "_need", "_reasons")

    def __init__(self, reasons: Reasons, need: int, achievement: int) -> None:
        self._reasons, self._need, self._achievement = reasons, need, achievement

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        """Become None in another process: the records that were ranked are not there."""
        return type(None), ()

    def explain(self, spans: bool) -> Explanation:
        """See :meth:`matchmaker.Match.explain`."""
        return self._reasons.explain(self._need, self._achievement, spans)

    def without(self, term: str) -> Counterfactual:
        """See :meth:`matchmaker.Match.without`."""
        return self._reasons.without(self._need, self._achievement, term)
