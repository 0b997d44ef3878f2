"""Reasons of refusals: how often each stands, in which sector and against which university."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from matchmaker.language.sectors import SectorRegistry
from matchmaker.planning.outcomes.columns import REASONS
from matchmaker.planning.outcomes.double_counts import subject_of
from matchmaker.planning.outcomes.funnel import Case, Division
from matchmaker.planning.outcomes.outcomes import origin_json
from matchmaker.records import Origin


@dataclass(frozen=True, slots=True)
class RefusalExample:
    """One refusal.

    Attributes
    ----------
    subject : str
        The item's ids.
    enterprise, university, text : str
        As written.
    day : date or None
    origin : Origin or None
    """

    subject: str
    enterprise: str
    university: str
    text: str
    day: date | None
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class RefusalCount:
    """How often a reason stands against the items under one name.

    Attributes
    ----------
    division : {"all", "sector", "university"}
    name : str
        Empty of the whole and of items that say nothing.
    reason : str
        One of :data:`~matchmaker.planning.outcomes.columns.REASONS`; empty where none is stated.
    count : int
        Items; one with several reasons counts under each.
    examples : tuple of RefusalExample
        The latest ones.
    """

    division: Division
    name: str
    reason: str
    count: int
    examples: tuple[RefusalExample, ...]

    def to_json(self) -> dict[str, Any]:
        """Give the count as plain data."""
        shown = [
            {
                "subject": one.subject,
                "enterprise": one.enterprise,
                "university": one.university,
                "text": one.text,
                "day": one.day.isoformat() if one.day else None,
                "origin": origin_json(one.origin),
            }
            for one in self.examples
        ]
        return {
            "division": self.division,
            "name": self.name,
            "reason": self.reason,
            "count": self.count,
            "examples": shown,
        }


def refusal_counts(
    items: Iterable[Case],
    *,
    names: Callable[[str], str],
    registry: SectorRegistry | None = None,
    examples: int = 3,
) -> tuple[RefusalCount, ...]:
    """Count the reasons of refusals that stand: all together, by sector and by university.

    Parameters
    ----------
    items : iterable of Case
    names : callable
        Gives the shown name of a normalised university.
    registry : SectorRegistry, optional
        Unites the spellings of sectors.
    examples : int
        How many are kept for each count.

    Returns
    -------
    tuple of RefusalCount
        By division, then by name; the most frequent reason first.
    """
    refused = [(case, case.refusal) for case in items]
    found: list[RefusalCount] = []
    divisions: tuple[Division, ...] = ("all", "sector", "university")
    for division in divisions:
        grouped: dict[tuple[str, str], list[RefusalExample]] = {}
        for case, refusal in refused:
            if refusal is None:
                continue
            example = RefusalExample(
                subject_of(case),
                refusal.enterprise,
                refusal.university,
                refusal.reason_text or refusal.note,
                refusal.day,
                refusal.origin,
            )
            for name in case.names(division, registry):
                shown = names(name) if division == "university" else name
                for reason in refusal.reasons or ("",):
                    grouped.setdefault((shown, reason), []).append(example)
        rows = [
            RefusalCount(division, name, reason, len(group), _latest(group)[:examples])
            for (name, reason), group in grouped.items()
        ]
        found += sorted(rows, key=_order)
    return tuple(found)


def _order(row: RefusalCount) -> tuple[bool, str, int, int]:
    """By name, the most frequent reason first, of equals as in the list of reasons."""
    place = REASONS.index(row.reason) if row.reason else len(REASONS)
    return not row.name, row.name, -row.count, place


def _latest(group: Iterable[RefusalExample]) -> tuple[RefusalExample, ...]:
    ordered = sorted(group, key=lambda one: one.subject)
    ordered.sort(key=lambda one: one.day or date.min, reverse=True)
    return tuple(ordered)
