"""One target: what counts for it, how far it is reached and at what pace."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from matchmaker.errors import ConfigError
from matchmaker.language.organisations import normalize_organisation, parent_organisation
from matchmaker.language.places import read_place
from matchmaker.language.sectors import SectorRegistry
from matchmaker.planning.outcomes.columns import MET, SIGNED, STAGES
from matchmaker.planning.outcomes.double_counts import origins, subject_of
from matchmaker.planning.outcomes.funnel import Case, Division, fold_park, folded, parties_in
from matchmaker.planning.outcomes.outcomes import Outcome, origin_json
from matchmaker.planning.outcomes.pace import forecast, months_between
from matchmaker.records import Origin

Counting = Literal["universities", "enterprises", "items", "meetings", "amount"]
Status = Literal["met", "on_track", "behind", "missed", "not_started"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A number to be reached.

    Attributes
    ----------
    name : str
        As shown; empty for what is counted.
    count : {"universities", "enterprises", "items", "meetings", "amount"}
        Distinct organisations; items, which are pairs of a need and an achievement; couples of an
        enterprise and a university that met; the sum of items in 万元, each item once, from 签约 on
        that of the contract.
    number : float
        Above 0.
    stage : str
        From which stage on something counts; empty for 已对接, of items and sums 签约.
    sector, city, park, university, event : str
        What alone counts; empty for everything.
    start : date or None
        Counts only what reached the stage on this day or later by a date that is known; None for
        that of the settings.
    deadline : date or None
        Last day that counts; None for that of the settings.

    Raises
    ------
    ConfigError
        If the number is not above 0, the stage unknown or the start after the deadline.
    """

    count: Counting
    number: float
    name: str = ""
    stage: str = ""
    sector: str = ""
    city: str = ""
    park: str = ""
    university: str = ""
    event: str = ""
    start: date | None = None
    deadline: date | None = None

    def __post_init__(self) -> None:
        known = ("universities", "enterprises", "items", "meetings", "amount")
        if self.count not in known:
            raise ConfigError(f"count must be one of {', '.join(known)}, not {self.count!r}")
        if not 0 < self.number < float("inf"):
            raise ConfigError(f"number must be above 0, not {self.number!r}")
        if self.stage not in ("", *STAGES):
            raise ConfigError(f"stage must be one of {', '.join(STAGES)}, not {self.stage!r}")
        check_days(self.start, self.deadline)

    @property
    def rank(self) -> int:
        """Rank of the stage from which on something counts."""
        if self.stage:
            return STAGES.index(self.stage)
        return SIGNED if self.count in ("items", "amount") else MET


def check_days(start: date | None, deadline: date | None) -> None:
    """Raise a ConfigError if a start lies after a deadline."""
    if start is not None and deadline is not None and start > deadline:
        raise ConfigError(f"start {start} is after deadline {deadline}; set a later deadline")


@dataclass(frozen=True, slots=True)
class Counted:
    """One organisation or item that a target counts, and what it rests on.

    Attributes
    ----------
    name : str
        Organisation, or ids of the item.
    about : str
        Of an item or a couple the enterprise and the university.
    day : date or None
        First day by which the stage had been reached.
    amount : float or None
        Of an item, in 万元.
    rows : tuple of Origin
        Where it is said.
    """

    name: str
    about: str
    day: date | None
    amount: float | None
    rows: tuple[Origin, ...]

    def to_json(self) -> dict[str, Any]:
        """Give what is counted as plain data."""
        return {
            "name": self.name,
            "about": self.about,
            "day": self.day.isoformat() if self.day else None,
            "amount": self.amount,
            "rows": [origin_json(row) for row in self.rows],
        }


@dataclass(frozen=True, slots=True)
class TargetProgress:
    """How far a target is reached.

    Attributes
    ----------
    target : Target
    counted : tuple of Counted
        What is counted, by name.
    reached, still_open : float
        Whole numbers but for sums.
    start, deadline : date
        ``start`` is None where nothing is dated and none was set.
    required : float or None
        A month from today to the deadline; None where the deadline is not after today.
    pace : float or None
        A month from the start to today or, if it is past, to the deadline, of what has a date; None
        where no time has passed or no start is known.
    forecast : date or None
        When the number will be reached at this pace; today if it is, None if never.
    status : {"met", "on_track", "behind", "missed", "not_started"}
    undated, late : int
        What is not counted because a start is set and no date is known, and because it came before
        the start or after the deadline.
    unseen : tuple of str
        Sector, city, park, university or event of the target that no item at all has.
    """

    target: Target
    counted: tuple[Counted, ...]
    reached: float
    still_open: float
    start: date | None
    deadline: date
    required: float | None
    pace: float | None
    forecast: date | None
    status: Status
    undated: int
    late: int
    unseen: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Share of the number that is reached; may lie above 1."""
        return self.reached / self.target.number

    def to_json(self) -> dict[str, Any]:
        """Give the progress as plain data."""
        target = self.target
        plain: dict[str, Any] = {
            name: getattr(target, name)
            for name in ("name", "count", "number", "sector", "city", "park", "university", "event")
        }
        plain |= {
            name: getattr(self, name)
            for name in (
                *("reached", "still_open", "share", "required", "pace", "status"),
                *("undated", "late"),
            )
        }
        days = {"start": self.start, "deadline": self.deadline, "forecast": self.forecast}
        plain |= {name: day.isoformat() if day else None for name, day in days.items()}
        plain["stage"] = STAGES[target.rank]
        plain["unseen"] = list(self.unseen)
        plain["counted"] = [one.to_json() for one in self.counted]
        return plain


class Names:
    """Gives the shown name of a normalised organisation: the spelling that most rows have.

    Parameters
    ----------
    rows : iterable of Outcome
    """

    def __init__(self, rows: Iterable[Outcome]) -> None:
        spelt: dict[str, Counter[str]] = {}
        for row in rows:
            for name in (*parties_in(row.enterprise), *parties_in(row.university)):
                owner = parent_organisation(name)
                if owner:
                    spelt.setdefault(owner, Counter())[name] += 1
        self._shown = {
            owner: min(_preference(owner, name, times) for name, times in names.items())[-1]
            for owner, names in spelt.items()
        }

    def __call__(self, owner: str) -> str:
        """Give the shown name; the normalised one where no row has it."""
        return self._shown.get(owner, owner)


def _preference(owner: str, name: str, times: int) -> tuple[bool, int, bool, int, str]:
    """Rank a spelling: the whole before a department, frequent, without a remark, then full."""
    is_part = normalize_organisation(name) != owner
    return is_part, -times, "(" in name or "（" in name, -len(name), name


def progress(
    target: Target,
    items: Sequence[Case],
    *,
    names: Names,
    start: date | None,
    deadline: date,
    today: date,
    registry: SectorRegistry | None = None,
) -> TargetProgress:
    """Count what a target counts and set it against the calendar.

    Parameters
    ----------
    target : Target
    items : sequence of Case
    names : Names
    start : date or None
        First day that counts; None counts everything.
    deadline : date
        Last day that counts.
    today : date
    registry : SectorRegistry, optional
        Unites the spellings of sectors.

    Returns
    -------
    TargetProgress

    Raises
    ------
    ConfigError
        If the start lies after the deadline.
    """
    found = _counted(target, [case for case in items if _fits(case, target, registry)], names)
    undated = [one for one in found if one.day is None and start is not None]
    late = [
        one
        for one in found
        if one.day is not None and (one.day > deadline or (start is not None and one.day < start))
    ]
    left = {id(one) for one in (*undated, *late)}
    counted = tuple(one for one in found if id(one) not in left)
    reached = _reached(target, counted)
    still_open = max(target.number - reached, 0.0)
    check_days(start, deadline)
    first = start or min((one.day for one in counted if one.day is not None), default=None)
    months = months_between(first, min(today, deadline)) if first else 0.0
    # What has no date may be old, so it says nothing of the pace.
    dated = _reached(target, [one for one in counted if one.day is not None])
    pace = dated / months if months else None
    months_left = months_between(today, deadline)
    expected = forecast(today, still_open, pace)
    return TargetProgress(
        target=target,
        counted=counted,
        reached=reached,
        still_open=still_open,
        start=first,
        deadline=deadline,
        required=still_open / months_left if months_left else None,
        pace=pace,
        forecast=expected,
        status=_status(still_open, first, expected, deadline, today),
        undated=len(undated),
        late=len(late),
        unseen=_unseen(target, items, registry),
    )


def _reached(target: Target, counted: Iterable[Counted]) -> float:
    """Add up what a target counts."""
    amounts = [one.amount or 0.0 for one in counted]
    return round(math.fsum(amounts), 6) if target.count == "amount" else float(len(amounts))


def _status(
    still_open: float, start: date | None, expected: date | None, deadline: date, today: date
) -> Status:
    if not still_open:
        return "met"
    if today > deadline:
        return "missed"
    if start is not None and start > today:
        return "not_started"
    return "on_track" if expected is not None and expected <= deadline else "behind"


def _fits(case: Case, target: Target, registry: SectorRegistry | None) -> bool:
    """Whether an item reached the stage and counts under the names that the target asks for."""
    rank = target.rank
    if case.reached < rank or (rank >= SIGNED and case.ended):
        return False
    return all(
        name in case.names(division, registry)
        for said, division, name in _scope(target, registry)
        if said
    )


def _unseen(
    target: Target, items: Sequence[Case], registry: SectorRegistry | None
) -> tuple[str, ...]:
    """Give what the target asks for and no item at all has: it may be misspelt."""
    return tuple(
        said
        for said, division, name in _scope(target, registry)
        if said and not any(name in case.names(division, registry) for case in items)
    )


def _scope(
    target: Target, registry: SectorRegistry | None
) -> tuple[tuple[str, Division, str], ...]:
    """Give what alone counts: as written, what it is, and folded."""
    sector = (registry.resolve(target.sector) if registry else None) or target.sector
    place = read_place(target.city)
    city = (place.city or place.province) if place else target.city
    return (
        (target.sector, "sector", folded(sector)),
        (target.city, "city", folded(city)),
        (target.park, "park", fold_park(target.park)),
        (target.university, "university", parent_organisation(target.university)),
        (target.event, "event", folded(target.event)),
    )


def _counted(target: Target, items: Iterable[Case], names: Names) -> list[Counted]:
    """Group items by what the target counts, in order of the shown name."""
    grouped: dict[tuple[str, ...], list[Case]] = {}
    about: dict[tuple[str, ...], str] = {}
    for case in items:
        for key, beside in _keys(case, target.count, names):
            grouped.setdefault(key, []).append(case)
            about[key] = beside
    found = []
    for key, group in sorted(grouped.items()):
        rows = [row for case in group for row in case.rows if row.stage_rank >= target.rank]
        days = [day for case in group if (day := case.days[target.rank]) is not None]
        amount = None
        if target.count in ("items", "amount"):
            amount = group[0].contract if target.rank >= SIGNED else group[0].amount
        if target.count == "amount":
            rows += [row for case in group for row in case.rows if row.amount is not None]
            if amount is None:
                continue
        day = min(days, default=None)
        found.append(Counted(key[0], about[key], day, amount, origins(rows)))
    return found


def _keys(case: Case, count: Counting, names: Names) -> list[tuple[tuple[str, ...], str]]:
    """Give the names that an item counts as, and what to say beside each.

    An item's own key follows its name: an id may read as the name of an enterprise does.
    """
    enterprises, universities = map(names, case.enterprises), map(names, case.universities)
    if count == "enterprises":
        return [((name,), "") for name in enterprises]
    if count == "universities":
        return [((name,), "") for name in universities]
    if count == "meetings":
        partners = list(universities)
        return [((f"{one} × {two}",), "") for one in enterprises for two in partners]
    beside = " × ".join("、".join(side) for side in (enterprises, universities))
    return [((subject_of(case), *case.key), beside)]
