"""What speaks for a university as host of a sector's event, one figure for each reason."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matchmaker.language.organisations import parent_organisation
from matchmaker.planning.outcomes.funnel import parties_in
from matchmaker.planning.parties import Parties
from matchmaker.records import Achievement
from matchmaker.scoring.agreement import achievement_facts
from matchmaker.scoring.pairs import RankedPairs

COMPONENTS = ("coverage", "strength", "volume", "maturity", "outcomes")
"""Names of the components, in the order in which they are shown."""

NEUTRAL = 0.5
"""Value of a component about which nothing is known of anybody."""

SIGNED = 4
"""Stage from which a pair of the past counts as a success: 签约, of 未接触 (0) to 完成 (6)."""

PUSHED = 1
"""Stage from which a pair of the past counts at all: 已推送."""


class PastOutcome(Protocol):
    """One row of what became of earlier pairs, as far as hosts are concerned."""

    @property
    def need_id(self) -> str:
        """Id of the need; may be empty."""

    @property
    def achievement_id(self) -> str:
        """Id of the achievement; may be empty."""

    @property
    def enterprise(self) -> str:
        """Name in any spelling; may be empty."""

    @property
    def university(self) -> str:
        """Name in any spelling; may be empty."""

    @property
    def stage_rank(self) -> int:
        """Stage reached, 0 to 6."""

    @property
    def refused(self) -> bool:
        """Whether it ended there."""

    @property
    def day(self) -> date | None:
        """When the stage was reached, or when it ended."""

    @property
    def sectors(self) -> Sequence[str]:
        """Sectors of the pair; empty where they are not known."""


@dataclass(frozen=True, slots=True)
class Approach:
    """What became of one pair of the past.

    Attributes
    ----------
    sectors : frozenset of str
        Empty where they are not known: it counts in each.
    success : bool
        Whether it was signed and not ended afterwards.
    """

    sectors: frozenset[str]
    success: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The best that one university has for one need.

    Attributes
    ----------
    need_id, achievement_id : str
    score : float
        Of the pair.
    grade : int
        Of the pair, 1 to 4.
    """

    need_id: str
    achievement_id: str
    score: float
    grade: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What one university has in one sector.

    Attributes
    ----------
    party : int
        Position of the university.
    answers : tuple of Answer
        Needs of the sector that it can answer, by id.
    achievements : tuple of str
        Ids of its achievements of the sector.
    maturities : tuple of float
        Of those achievements that say how mature they are; levels 1 to 9.
    approaches, successes : int
        Past pairs that were at least pushed, and those of them that were signed and not refused.
    """

    party: int
    answers: tuple[Answer, ...]
    achievements: tuple[str, ...]
    maturities: tuple[float, ...]
    approaches: int
    successes: int


def answers_of(
    pairs: RankedPairs,
    owners: Parties,
    *,
    threshold: float,
    banned: NDArray[np.bool_],
) -> dict[int, dict[int, Answer]]:
    """Find what universities can answer.

    Parameters
    ----------
    pairs : RankedPairs
    owners : Parties
        Universities of the achievements; those without a name answer nothing.
    threshold : float
        Least score of an answer.
    banned : ndarray, shape (n_pairs,), bool
        Pairs that are no answer.

    Returns
    -------
    dict of int to dict of int to Answer
        Position of a university, then of a need.
    """
    columns = pairs.columns
    party = owners.of[columns.achievement]
    named = np.array([bool(name) for name in owners.names], dtype=np.bool_)
    rows = np.flatnonzero((columns.score >= threshold) & named[party] & ~banned)
    # Best first; positions stand for ids, so ties do not depend on the order of the input.
    order = rows[np.lexsort((columns.achievement[rows], -columns.score[rows]))]
    found: dict[int, dict[int, Answer]] = {}
    for row in order.tolist():
        need = int(columns.need[row])
        ids = pairs.needs[need].id, pairs.achievements[int(columns.achievement[row])].id
        answer = Answer(*ids, float(columns.score[row]), int(columns.grade[row]))
        found.setdefault(int(party[row]), {}).setdefault(need, answer)
    return found


def maturity_level(achievement: Achievement) -> float | None:
    """Read how mature an achievement is.

    Parameters
    ----------
    achievement : Achievement

    Returns
    -------
    float or None
        Middle of the levels that its maturity, or else its body, states: 1 to 9. None where they
        state nothing.
    """
    read = achievement_facts(achievement).maturity
    return None if read is None else (read.low + read.high) / 2


def approaches_of(
    outcomes: Sequence[PastOutcome], pairs: RankedPairs, owners: Parties
) -> tuple[dict[int, list[Approach]], int]:
    """Make one approach of all that is told of one pair.

    Parameters
    ----------
    outcomes : sequence of PastOutcome
        In any order; several of one pair are its history. They are told apart by need (or else
        enterprise) and achievement (or else university), names in any spelling.
    pairs : RankedPairs
        Whose labels of a need come before the sectors that an outcome names.
    owners : Parties
        Universities of the ranking. The achievement's own comes before what an outcome names.

    Returns
    -------
    dict of int to list of Approach, int
        By position of the university, the pairs that were pushed at least; and how many such pairs
        are of no university of the ranking. A pair is a success if it was signed and did not end
        after that, by the stage or the date of the refusal; one before was overcome.
    """
    owner = {
        record.id: party
        for record, party in zip(pairs.achievements, owners.of.tolist(), strict=True)
        if owners.names[party]
    }
    labels = dict(zip((need.id for need in pairs.needs), pairs.context.need_sectors, strict=True))
    positions = {name: _university(name, owners) for name in {one.university for one in outcomes}}
    histories: dict[tuple[str, str], list[PastOutcome]] = {}
    for one in outcomes:
        if one.stage_rank >= PUSHED:
            need = one.need_id or f"@{parent_organisation(one.enterprise)}"
            achievement = one.achievement_id or f"@{parent_organisation(one.university)}"
            histories.setdefault((need, achievement), []).append(one)
    found: dict[int, list[Approach]] = {}
    strange = 0
    for (need, achievement), history in histories.items():
        named = [at for one in history if (at := positions[one.university]) is not None]
        party = owner.get(achievement, min(named, default=None))
        if party is None:
            strange += 1
            continue
        said = frozenset(label.name for label in labels.get(need, ()))
        approach = Approach(
            sectors=said or frozenset(name for one in history for name in one.sectors),
            success=_succeeded(history),
        )
        found.setdefault(party, []).append(approach)
    return found, strange


def _university(name: str, owners: Parties) -> int | None:
    """Find a university; of several in one cell the first that is known."""
    found = (owners.position(one) for one in (name, *parties_in(name)))
    return next((at for at in found if at is not None), None)


def _succeeded(history: Sequence[PastOutcome]) -> bool:
    """Whether a pair was signed and did not end after that."""
    signed = [one for one in history if one.stage_rank >= SIGNED]
    last = max((one.day for one in signed if one.day is not None), default=date.max)
    return bool(signed) and not any(
        one.refused and (one.stage_rank >= SIGNED or (one.day is not None and one.day > last))
        for one in history
    )


def components_of(
    standings: Sequence[Standing],
    *,
    maturity_prior: float,
    outcome_prior: float,
    outcomes: bool,
) -> list[dict[str, float]]:
    """Compute what speaks for each university of a sector.

    Parameters
    ----------
    standings : sequence of Standing
        Of one sector.
    maturity_prior : float
        Achievements of the sector's mean maturity that are added to each university's.
    outcome_prior : float
        Approaches with the sector's mean success that are added to each university's.
    outcomes : bool
        Whether past outcomes are known.

    Returns
    -------
    list of dict of str to float
        One a university, each value in [0, 1]. ``coverage``: needs of the sector that it can
        answer, over the most that one university can. ``strength``: mean score of its best
        answers to those needs, 0 where there are none. ``volume``: log(1 + its achievements of
        the sector) over the same of whoever has most, because the tenth adds less than the second.
        ``maturity``: mean level of those achievements that state it, pulled towards the mean of
        the sector as if ``maturity_prior`` more had that, level 1 mapped to 0 and level 9 to 1;
        who states nothing has the mean of the sector. ``outcomes``, only if known: successes over
        approaches, both with ``outcome_prior`` approaches at the sector's rate added, over the
        same of whoever has the best; who has no history has the rate of the sector. What nobody
        of the sector says is 0.5 for everybody.
    """
    most = max((len(one.answers) for one in standings), default=0)
    volumes = [math.log1p(len(one.achievements)) for one in standings]
    largest = max(volumes, default=0.0)
    levels = _shrunk(
        [(math.fsum(one.maturities), len(one.maturities)) for one in standings], maturity_prior
    )
    rates = _shrunk([(one.successes, one.approaches) for one in standings], outcome_prior)
    highest = max((rate for rate in rates if rate is not None), default=0.0)
    found: list[dict[str, float]] = []
    for one, volume, level, rate in zip(standings, volumes, levels, rates, strict=True):
        answered = len(one.answers)
        values = {
            "coverage": answered / most if most else 0.0,
            "strength": math.fsum(each.score for each in one.answers) / max(answered, 1),
            "volume": volume / largest if largest else 0.0,
            "maturity": NEUTRAL if level is None else (level - 1) / 8,
        }
        if outcomes:
            values["outcomes"] = rate / highest if rate is not None and highest else NEUTRAL
        found.append(values)
    return found


def _shrunk(sums: Sequence[tuple[float, int]], prior: float) -> list[float | None]:
    """Average sums over counts, with ``prior`` more of the common mean; None where none count."""
    count = sum(number for _, number in sums)
    if not count:
        return [None] * len(sums)
    mean = math.fsum(total for total, _ in sums) / count
    return [
        (total + prior * mean) / (number + prior) if number + prior else mean
        for total, number in sums
    ]
