"""Targets: how many universities, enterprises and items were reached, and at what pace."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from matchmaker.errors import ConfigError
from matchmaker.language.sectors import SectorRegistry
from matchmaker.planning.outcomes.columns import MET, SIGNED
from matchmaker.planning.outcomes.double_counts import DoubleCount, double_counts, same_needs
from matchmaker.planning.outcomes.funnel import FunnelRow, cases, funnel
from matchmaker.planning.outcomes.outcomes import Outcome, OutcomeNote, Outcomes, origin_json
from matchmaker.planning.outcomes.progress import (
    Counted,
    Names,
    Target,
    TargetProgress,
    check_days,
    progress,
)
from matchmaker.planning.outcomes.reasons import RefusalCount, refusal_counts
from matchmaker.records import Need

__all__ = [
    "DEFAULT_TARGETS",
    "Counted",
    "Target",
    "TargetProgress",
    "TargetReport",
    "TargetSettings",
    "track_targets",
]

DEFAULT_TARGETS = (
    Target(count="universities", number=100),
    Target(count="enterprises", number=1000),
    Target(count="items", number=7000),
)
"""100 universities and 1,000 enterprises met, 7,000 items signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSettings:
    """What :func:`track_targets` counts against.

    Attributes
    ----------
    targets : tuple of Target
        At least one.
    start, deadline : date or None
        Of targets that name none. No start counts everything, also what has no date; no deadline
        is the end of the current year.
    examples : int
        Examples of refusals that are kept for each reason, 0 or more.

    Raises
    ------
    ConfigError
        If there is no target, a number is out of range or the start after the deadline.
    """

    targets: tuple[Target, ...] = DEFAULT_TARGETS
    start: date | None = None
    deadline: date | None = None
    examples: int = 3

    def __post_init__(self) -> None:
        if not self.targets:
            raise ConfigError("targets must hold at least one target")
        if self.examples < 0:
            raise ConfigError(f"examples must be 0 or more, not {self.examples!r}")
        check_days(self.start, self.deadline)


@dataclass(frozen=True, slots=True)
class TargetReport:
    """Funnel, targets, double counts and refusals of a list of outcomes.

    Attributes
    ----------
    today : date
    rows, items, future : int
        Rows counted, items that they make, and rows dated after today, which do not count.
    unnamed : int
        Items met whose rows name no enterprise or no university: they count as items alone.
    funnel : tuple of FunnelRow
    targets : tuple of TargetProgress
        As the settings name them.
    doubles : tuple of DoubleCount
    refusals : tuple of RefusalCount
    sources : tuple of str
        Files.
    notes : tuple of OutcomeNote
        Cells that could not be taken as they are.
    unpriced : int
        Items signed and not ended whose rows from 签约 on state no sum: they add nothing to sums.
    """

    today: date
    rows: int
    items: int
    future: int
    unnamed: int
    funnel: tuple[FunnelRow, ...]
    targets: tuple[TargetProgress, ...]
    doubles: tuple[DoubleCount, ...]
    refusals: tuple[RefusalCount, ...]
    sources: tuple[str, ...] = ()
    notes: tuple[OutcomeNote, ...] = ()
    unpriced: int = 0

    def to_json(self) -> dict[str, Any]:
        """Give the report as plain data."""
        notes = [
            {
                "problem": note.problem,
                "column": note.column,
                "value": note.value,
                "origin": origin_json(note.origin),
            }
            for note in self.notes
        ]
        return {
            "kind": "targets",
            "today": self.today.isoformat(),
            "rows": self.rows,
            "items": self.items,
            "future": self.future,
            "unnamed": self.unnamed,
            "unpriced": self.unpriced,
            "targets": [one.to_json() for one in self.targets],
            "funnel": [one.to_json() for one in self.funnel],
            "doubles": [one.to_json() for one in self.doubles],
            "refusals": [one.to_json() for one in self.refusals],
            "sources": list(self.sources),
            "notes": notes,
        }


_DEFAULTS = TargetSettings()


def track_targets(
    outcomes: Outcomes | Sequence[Outcome],
    settings: TargetSettings = _DEFAULTS,
    *,
    today: date,
    needs: Iterable[Need] = (),
    registry: SectorRegistry | None = None,
) -> TargetReport:
    """Count outcomes against targets, everything once.

    Rows about the same need and achievement are one item, in whatever list and however often they
    stand. An item reached the furthest stage that any of its rows states and all stages before it.
    Organisations are told apart by their normalised names; departments count for their university
    or enterprise, and who is not named does not count. An item that was ended after it was signed
    has reached 签约 in the funnel but counts for no target from 签约 on. Rows dated after ``today``
    do not count.

    Parameters
    ----------
    outcomes : Outcomes or sequence of Outcome
        Their order does not matter.
    settings : TargetSettings
    today : date
    needs : iterable of Need
        Finds needs that stand under several ids with equal texts; they count as one.
    registry : SectorRegistry, optional
        Unites the spellings of sectors.

    Returns
    -------
    TargetReport

    Raises
    ------
    ConfigError
        If a target's start lies after its deadline, one of them from the settings or by default.

    Notes
    -----
    Months are those of the calendar, see
    :func:`~matchmaker.planning.outcomes.pace.months_between`. The pace
    so far counts from the target's start, else from the first date of what is counted.
    """
    rows = [row for row in outcomes if row.day is None or row.day <= today]
    same = same_needs(needs, {row.need_id for row in rows})
    items = cases(rows, same_needs=same)
    names = Names(rows)
    told = outcomes if isinstance(outcomes, Outcomes) else Outcomes(())
    return TargetReport(
        today=today,
        rows=len(rows),
        items=len(items),
        future=len(outcomes) - len(rows),
        unpriced=sum(
            case.reached >= SIGNED and not case.ended and case.contract is None for case in items
        ),
        unnamed=sum(
            case.reached >= MET and not (case.enterprises and case.universities) for case in items
        ),
        funnel=funnel(items, names=names, registry=registry),
        targets=tuple(
            progress(
                target,
                items,
                names=names,
                start=target.start or settings.start,
                deadline=target.deadline or settings.deadline or date(today.year, 12, 31),
                today=today,
                registry=registry,
            )
            for target in settings.targets
        ),
        doubles=double_counts(items, same, names),
        refusals=refusal_counts(items, names=names, registry=registry, examples=settings.examples),
        sources=told.sources,
        notes=told.notes,
    )
