"""How the fields of a need and an achievement agree where nobody set a constraint.

Facts are read once a record; comparing two of them is arithmetic on a handful of numbers. What a
side does not say is None, never 0 and never agreement.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from matchmaker.language.cooperation import (
    compatible,
    modes_of,
    read_cooperation,
    wished_cooperation,
)
from matchmaker.language.maturity import (
    Maturity,
    claimed_maturity,
    read_maturity,
    required_maturity,
)
from matchmaker.language.money import Money, read_money
from matchmaker.language.places import Place, read_place
from matchmaker.language.readings import Span
from matchmaker.records.cells import is_placeholder
from matchmaker.records.types import Achievement, Need

Criterion = Literal["maturity", "money", "cooperation", "region"]
CRITERIA: tuple[Criterion, ...] = ("maturity", "money", "cooperation", "region")
"""What is compared, in the order of :func:`field_agreements`."""

# An achievement three levels short of what a need demands is as far off as can be.
_FAR_LEVELS = 3
# A price of twice the budget is as far off as can be.
_FAR_PRICE = 2.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a fact was read.

    Attributes
    ----------
    field : str
        Name of the field, or heading of the column.
    text : str
        The words as written.
    span : (int, int)
        Where they stand in the field; of a field of several values, in the one that holds them.
    """

    field: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Facts:
    """What the fields of a record say about each criterion; see :func:`need_facts`.

    Attributes
    ----------
    maturity : Maturity or None
        Of a need what it demands, of an achievement what it has reached.
    money : Money or None
        Budget of a need, price of an achievement; None for 面议.
    modes : frozenset of str
        Modes of cooperation, see :data:`matchmaker.language.cooperation.MODES`.
    place : Place or None
    evidence : mapping of str to Evidence
        By criterion, of those that the record says something about.
    """

    maturity: Maturity | None
    money: Money | None
    modes: frozenset[str]
    place: Place | None
    evidence: Mapping[str, Evidence]


@dataclass(frozen=True, slots=True)
class NeedFacts(Facts):
    """What a need demands."""


@dataclass(frozen=True, slots=True)
class AchievementFacts(Facts):
    """What an achievement offers."""


@dataclass(frozen=True, slots=True)
class FieldAgreement:
    """How two records agree on one criterion.

    Attributes
    ----------
    criterion : {"maturity", "money", "cooperation", "region"}
    agreement : float or None
        -1 for as far off as can be, 1 for full agreement; None where a side says nothing.
    need, achievement : Evidence or None
        What each side says, also where the other says nothing.
    """

    criterion: Criterion
    agreement: float | None
    need: Evidence | None
    achievement: Evidence | None


def need_facts(need: Need) -> NeedFacts:
    """Read what a need demands.

    Parameters
    ----------
    need : Need

    Returns
    -------
    NeedFacts
        Maturity from title, goals and body; money from the budget; modes from ``cooperation``, else
        from wishes in the body; the place from the region, else from the park.
    """
    evidence: dict[str, Evidence] = {}
    maturity = None
    for name, text in (("title", need.title), ("goals", need.goals), ("body", need.body)):
        maturity = required_maturity(text) if text else None
        if maturity:
            evidence["maturity"] = Evidence(name, maturity.text, maturity.span)
            break
    money = _money("budget", need.budget, evidence)
    modes = _modes(need.cooperation, evidence)
    if not modes:
        wishes = wished_cooperation(need.body)
        modes = frozenset(one.mode for one in wishes)
        if wishes:
            evidence["cooperation"] = Evidence("body", wishes[0].text, wishes[0].span)
    place = _place("region", need.region, evidence) or _place("park", need.park, evidence)
    return NeedFacts(maturity, money, modes, place, evidence)


def achievement_facts(achievement: Achievement) -> AchievementFacts:
    """Read what an achievement offers.

    Parameters
    ----------
    achievement : Achievement

    Returns
    -------
    AchievementFacts
        Maturity from its field, else from what the body claims; money from the price; modes from
        ``cooperation``; the place from the region.
    """
    evidence: dict[str, Evidence] = {}
    maturity, name = read_maturity(achievement.maturity), "maturity"
    if maturity is None and achievement.body:
        maturity, name = claimed_maturity(achievement.body), "body"
    if maturity:
        evidence["maturity"] = Evidence(name, maturity.text, maturity.span)
    money = _money("price", achievement.price, evidence)
    modes = _modes(achievement.cooperation, evidence)
    place = _place("region", achievement.region, evidence)
    return AchievementFacts(maturity, money, modes, place, evidence)


def _money(name: str, text: str, evidence: dict[str, Evidence]) -> Money | None:
    money = read_money(text) if text else None
    if money is None:
        return None
    evidence["money"] = Evidence(name, money.text, money.span)
    return money if money.known else None


def _modes(texts: tuple[str, ...], evidence: dict[str, Evidence]) -> frozenset[str]:
    for text in texts:
        if not is_placeholder(text) and read_cooperation(text):
            evidence["cooperation"] = Evidence("cooperation", text, (0, len(text)))
            break
    return modes_of(texts)


def _place(name: str, text: str, evidence: dict[str, Evidence]) -> Place | None:
    place = read_place(text) if text else None
    if place:
        evidence["region"] = Evidence(name, place.text, place.span)
    return place


def agreement_values(
    need: NeedFacts, achievement: AchievementFacts
) -> tuple[float | None, float | None, float | None, float | None]:
    """Compare a need and an achievement without the evidence, for ranking many pairs.

    Parameters
    ----------
    need : NeedFacts
    achievement : AchievementFacts

    Returns
    -------
    tuple of four float or None
        In the order of :data:`CRITERIA`; see :class:`FieldAgreement`.
    """
    return (
        _maturity_agreement(need.maturity, achievement.maturity),
        _money_agreement(need.money, achievement.money),
        _compatible(need.modes, achievement.modes),
        _region_agreement(need.place, achievement.place),
    )


# A list holds few combinations of modes.
@functools.lru_cache(maxsize=4096)
def _compatible(asked: frozenset[str], offered: frozenset[str]) -> float | None:
    return compatible(asked, offered)


def field_agreements(need: NeedFacts, achievement: AchievementFacts) -> tuple[FieldAgreement, ...]:
    """Compare a need and an achievement on every criterion.

    Parameters
    ----------
    need : NeedFacts
    achievement : AchievementFacts

    Returns
    -------
    tuple of FieldAgreement
        One for each of :data:`CRITERIA`, in that order.
    """
    values = agreement_values(need, achievement)
    return tuple(
        FieldAgreement(
            criterion, value, need.evidence.get(criterion), achievement.evidence.get(criterion)
        )
        for criterion, value in zip(CRITERIA, values, strict=True)
    )


def _maturity_agreement(asked: Maturity | None, offered: Maturity | None) -> float | None:
    """Compare levels: 1 from the asked one up, the share that fits of a band, else the gap."""
    if asked is None or offered is None:
        return None
    gap = asked.low - offered.high
    if gap > 0:
        return -min(1.0, gap / _FAR_LEVELS)
    # 未产业化 names a highest level and says nothing of the lower ones.
    if offered.at_most:
        return None
    fitting = offered.high - max(asked.low, offered.low) + 1
    return fitting / (offered.high - offered.low + 1)


def _money_agreement(budget: Money | None, price: Money | None) -> float | None:
    """Compare sums: 1 if the least price is within the most that is to be spent, down to -1."""
    if budget is None or price is None:
        return None
    if budget.currency != price.currency or budget.per != price.per:
        return None
    # Of 100万元以上 the most is not known, and neither is the least of 不超过50万元.
    if budget.high is None or price.low is None:
        least, most = price.low or 0.0, budget.low if budget.high is None else budget.high
        return 1.0 if least <= (most or 0.0) or price.low is None else None
    if price.low <= budget.high:
        return 1.0
    if not budget.high:
        return -1.0
    over = min(price.low / budget.high, _FAR_PRICE) - 1.0
    return 1.0 - 2.0 * over / (_FAR_PRICE - 1.0)


def _region_agreement(here: Place | None, there: Place | None) -> float | None:
    """Compare places: 1 in one city, 0.5 in one province; distance is no evidence against."""
    if here is None or there is None:
        return None
    if here.province != there.province:
        return 0.0
    return 1.0 if here.city and here.city == there.city else 0.5
