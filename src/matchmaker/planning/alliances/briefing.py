"""What to look at and to ask before an enterprise and a team meet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from matchmaker.language.property_rights import read_property_rights
from matchmaker.records import Achievement, Need
from matchmaker.records.cells import is_placeholder
from matchmaker.scoring.agreement import AchievementFacts, NeedFacts, field_agreements
from matchmaker.scoring.facts import Facts, read_facts
from matchmaker.scoring.indicators import Verdict, compare_indicators

Subject = Literal[
    "target_missed",
    "target_incomparable",
    "target_unsaid",
    "maturity_unsaid",
    "maturity_short",
    "ip_unsaid",
    "ip_owner_unsaid",
    "price_unsaid",
    "price_open",
    "price_over",
    "mode_unsaid",
    "mode_differs",
]
"""What an achievement's people are asked about."""

Gap = Literal["target", "budget", "deadline", "cooperation", "attempted", "confidentiality"]
"""What a need does not say, so that its enterprise is asked before the salon."""

_SECRET = re.compile(
    r"保密|机密|秘密|涉密|不(?:得|可|能|予|宜)?(?:外传|外泄|泄露|公开|透露|披露)|不出内网|NDA|"
    r"confidential|secret",
    re.I,
)
_OPEN = re.compile(
    r"(?:无需|无须|不需要?|不用|不必|没有|不|非|无)(?:任何|特别|特殊)?(?:保密|涉密|机密|秘密)|"
    r"not confidential",
    re.I,
)
_YES = frozenset(
    ["是", "有", "需要", "需", "要", "内部", "部分公开", "限制公开", "定向公开", "yes", "y"]
)
# Of these 0级 or 1级 is the best, and "不低于1级" asks for it or better: who is nearer cannot be
# told from the numbers alone.
_BEST_IS_LOW = re.compile(r"附着力|划格")
_LONGEST = 5000


@dataclass(frozen=True, slots=True)
class TargetVerdict:
    """What an achievement says to one target.

    Attributes
    ----------
    target, claim : str
        As written; the claim is empty where nothing is said.
    verdict : {"met", "missed", "incomparable", "unsaid"}
    """

    target: str
    claim: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask an achievement's people.

    Attributes
    ----------
    subject : str
        One of :data:`Subject`.
    need, achievement : str
        What either side says to it, as written; empty where it says nothing.
    """

    subject: Subject
    need: str = ""
    achievement: str = ""


def target_verdicts(asked: Facts, offered: Facts) -> tuple[TargetVerdict, ...]:
    """Compare a need's targets with what an achievement claims.

    Parameters
    ----------
    asked, offered : Facts
        Of the need and of the achievement.

    Returns
    -------
    tuple of TargetVerdict
        One for each target that has a number. Grades of adhesion are never missed: the best is the
        lowest, and texts ask for "no less".
    """
    claims = [placed.indicator for placed in offered.indicators]
    verdicts = []
    for placed in asked.indicators:
        for found in compare_indicators((placed.indicator,), claims):
            said = next(
                (one.text for one in offered.indicators if one.indicator is found.claim), ""
            )
            verdict, target = found.verdict, placed.indicator
            if verdict == "missed" and target.unit == "级" and _BEST_IS_LOW.search(target.name):
                verdict = "incomparable"
            verdicts.append(TargetVerdict(placed.text, said, verdict))
    return tuple(verdicts)


def questions_to(
    need: Need, achievement: Achievement, targets: tuple[TargetVerdict, ...]
) -> Iterator[Question]:
    """List what is to be asked: first what may decide against, then what is not said.

    Parameters
    ----------
    need : Need
    achievement : Achievement
    targets : tuple of TargetVerdict
        Of :func:`target_verdicts`.

    Yields
    ------
    Question
    """
    subjects: dict[Verdict, Subject] = {
        "missed": "target_missed",
        "incomparable": "target_incomparable",
        "unsaid": "target_unsaid",
    }
    for verdict, subject in subjects.items():
        for one in targets:
            if one.verdict == verdict:
                yield Question(subject, one.target, one.claim)
    yield from _field_questions(need, achievement)
    if not achievement.ip or is_placeholder(achievement.ip):
        yield Question("ip_unsaid")
    elif not any(right.owner for right in read_property_rights(achievement.ip)):
        yield Question("ip_owner_unsaid", achievement=achievement.ip)


def _field_questions(need: Need, achievement: Achievement) -> Iterator[Question]:
    asked, offered = read_facts(need).fields, read_facts(achievement).fields
    assert isinstance(asked, NeedFacts)
    assert isinstance(offered, AchievementFacts)
    agreements = {one.criterion: one for one in field_agreements(asked, offered)}
    subjects: tuple[tuple[Any, Subject, Subject], ...] = (
        ("maturity", "maturity_short", "maturity_unsaid"),
        ("money", "price_over", "price_unsaid"),
        ("cooperation", "mode_differs", "mode_unsaid"),
    )
    for criterion, against, unsaid in subjects:
        one = agreements[criterion]
        wanted = one.need.text if one.need else ""
        said = one.achievement.text if one.achievement else ""
        if criterion == "cooperation":
            # The evidence is the first mode that is read; people want to see all.
            wanted = "、".join(need.cooperation) or wanted
            said = "、".join(achievement.cooperation) if said else said
        if not said:
            yield Question(unsaid, wanted)
        elif criterion == "money" and offered.money is None:
            yield Question("price_open", need.budget, said)
        elif one.agreement is not None and one.agreement < (1 if criterion == "money" else 0):
            yield Question(against, wanted, said)


def gaps_of(asked: Facts) -> Iterator[Gap]:
    """List what a need does not say; a deadline may also stand in a further column.

    Parameters
    ----------
    asked : Facts
        Of the need.

    Yields
    ------
    str
        Of :data:`Gap`.
    """
    need = asked.record
    assert isinstance(need, Need)
    if not asked.indicators:
        yield "target"
    if asked.fields.money is None:
        yield "budget"
    if need.deadline is None and not any("期" in key or "时限" in key for key in need.extra):
        yield "deadline"
    if not asked.fields.modes:
        yield "cooperation"
    if not need.attempted or is_placeholder(need.attempted):
        yield "attempted"
    if not need.confidentiality and not secrecy(need):
        yield "confidentiality"


def secrecy(need: Need) -> str:
    """Give the words of a need that ask for secrecy.

    Parameters
    ----------
    need : Need

    Returns
    -------
    str
        The field for it, unless it says that nothing is secret; else the clause of the body that
        asks for it; empty where nothing does.
    """
    said = need.confidentiality.strip()
    if said and not is_placeholder(said):
        if said.lower() in _YES:
            return said
        return said if _SECRET.search(_OPEN.sub("", said)) else ""
    clauses = re.split(r"[。；;，,\n]", need.body[:_LONGEST])
    return next((one.strip() for one in clauses if _SECRET.search(_OPEN.sub("", one))), "")
