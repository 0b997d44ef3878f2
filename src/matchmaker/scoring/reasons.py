"""From agreements to the parts of an explanation, with what either side says."""

from __future__ import annotations

from collections.abc import Sequence

from matchmaker.language.sectors import OTHER, SectorLabel
from matchmaker.records import Achievement, Need
from matchmaker.scoring.agreement import Evidence as FieldEvidence
from matchmaker.scoring.agreement import FieldAgreement
from matchmaker.scoring.constraint_fields import Judgement
from matchmaker.scoring.constraints import Constraint
from matchmaker.scoring.criteria import Agreement, PlacedVerdict
from matchmaker.scoring.explanation import Evidence, Part, SideName, Span
from matchmaker.scoring.facts import Placed
from matchmaker.scoring.pointing import Pointer


def criterion_part(agreement: Agreement, reach: float, point: Pointer, *, found: SideName) -> Part:
    """Make the part of a score that an agreement bears.

    Parameters
    ----------
    agreement : Agreement
    reach : float
        By how much a shift of 1 moves the score.
    point : Pointer
        At the pair's records.
    found : {"need", "achievement"}
        The side that is found, whose preferences are judged.

    Returns
    -------
    Part
        Its evidence's values add up to its own.
    """
    value = agreement.shift * reach
    if agreement.criterion == "sector":
        evidence: Sequence[Evidence] = (_sectors(value, *agreement.detail),)
    elif agreement.criterion == "indicators":
        evidence = _indicators(value, agreement.detail, point)
    elif agreement.criterion == "preferences":
        evidence = (_preference(value, agreement.detail, point, found),)
    else:
        evidence = (_field(value, agreement.detail, point),)
    return Part(agreement.criterion, value, tuple(evidence))


def open_indicators(verdicts: Sequence[PlacedVerdict], point: Pointer) -> tuple[Evidence, ...]:
    """List the targets that an achievement neither meets nor misses."""
    return tuple(
        _verdict(0.0, one, point)
        for one in verdicts
        if one.verdict.verdict in ("unsaid", "incomparable")
    )


def _sectors(
    value: float, need: Sequence[SectorLabel], achievement: Sequence[SectorLabel]
) -> Evidence:
    asked = [label.name for label in need if label.name != OTHER]
    offered = [label.name for label in achievement if label.name != OTHER]
    shared = [name for name in asked if name in offered]
    if shared:
        names = "、".join(shared)
        return Evidence("sector", value, names, names, 1.0)
    return Evidence("sector", value, "、".join(asked), "、".join(offered), -1.0)


def _indicators(value: float, verdicts: Sequence[PlacedVerdict], point: Pointer) -> list[Evidence]:
    """Share a value among the targets that are met or missed, which it is the mean of."""
    decided = [one for one in verdicts if one.verdict.verdict in ("met", "missed")]
    balance = sum(1 if one.verdict.verdict == "met" else -1 for one in decided)
    if not balance:
        return [_verdict(0.0, one, point) for one in decided]
    each = value / balance
    found = [
        _verdict(each if one.verdict.verdict == "met" else -each, one, point) for one in decided
    ]
    return sorted(found, key=lambda one: -one.value)


def _verdict(value: float, one: PlacedVerdict, point: Pointer) -> Evidence:
    spans = _placed_spans(one.target, "need", point)
    if one.claim is not None:
        spans += _placed_spans(one.claim, "achievement", point)
    agreement = {"met": 1.0, "missed": -1.0}.get(one.verdict.verdict, 0.0)
    return Evidence(
        "indicator",
        value,
        one.target.text,
        "" if one.claim is None else one.claim.text,
        agreement,
        verdict=one.verdict.verdict,
        detail=one.target.indicator.name,
        spans=spans,
    )


def _placed_spans(placed: Placed, side: SideName, point: Pointer) -> tuple[Span, ...]:
    return point.at(side, placed.field, placed.stretch)


def _field(value: float, agreement: FieldAgreement, point: Pointer) -> Evidence:
    need, achievement = agreement.need, agreement.achievement
    spans: tuple[Span, ...] = ()
    if need is not None:
        spans += point.at("need", need.field, need.span)
    if achievement is not None:
        spans += point.at("achievement", achievement.field, achievement.span)
    return Evidence(
        "field",
        value,
        _said(need, point.records.get("need")),
        _said(achievement, point.records.get("achievement")),
        agreement.agreement or 0.0,
        detail=agreement.criterion,
        spans=spans,
    )


def _preference(
    value: float, detail: tuple[Constraint, Judgement], point: Pointer, found: SideName
) -> Evidence:
    constraint, judgement = detail
    return Evidence(
        "preference",
        value,
        judgement.text if found == "need" else "",
        judgement.text if found == "achievement" else "",
        1.0 if judgement.fulfilled else -1.0,
        verdict="met" if judgement.fulfilled else "missed",
        detail=str(constraint),
        spans=point.at(found, judgement.field, judgement.span),
    )


def _said(evidence: FieldEvidence | None, record: Need | Achievement | None) -> str:
    """Give what a side says; of several modes of cooperation all, as any of them may agree."""
    if evidence is None:
        return ""
    if evidence.field == "cooperation" and record is not None:
        return "、".join(record.cooperation)
    return evidence.text
