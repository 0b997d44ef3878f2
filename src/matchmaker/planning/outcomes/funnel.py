"""Cases and funnels: the rows of outcomes that belong together, and how far they came."""

from __future__ import annotations

import functools
import itertools
import math
import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from matchmaker.language.organisations import parent_organisation
from matchmaker.language.sectors import SectorRegistry
from matchmaker.planning.outcomes.columns import INTERESTED, MET, SENT, SIGNED, STAGES
from matchmaker.planning.outcomes.outcomes import Outcome

Division = Literal["all", "sector", "university", "city", "park", "event"]
DIVISIONS: tuple[Division, ...] = ("all", "sector", "university", "city", "park", "event")
"""What a funnel is split by; ``all`` is the whole."""

_TOGETHER = re.compile(r"[、；;\n]")
_NO_ALIASES: Mapping[str, str] = {}
_PARK_WORDS = (
    *(("高新技术产业开发区", "高新区"), ("高新技术开发区", "高新区")),
    *(("经济技术开发区", "经开区"), ("经济开发区", "经开区")),
)


@dataclass(frozen=True, slots=True)
class Case:
    """One item: the rows that are about the same need and the same achievement.

    Attributes
    ----------
    key : (str, str)
        Of the need's and the achievement's side: the id; else ``@`` and the normalised name; else
        empty.
    rows : tuple of Outcome
        Its history, by date; undated rows last.
    reached : int
        Rank of the furthest stage that any row states; who signed was also met.
    refusal : Outcome or None
        The refusal that stands: the last one, unless a row of a later date goes on with the pair.
        One without a date always stands, and one with a date is not lifted by a row without.
    amount : float or None
        Sum in 万元: that of the last dated row that states one, of equals the smaller.
    enterprises, universities : tuple of str
        Normalised names that its rows state, sorted.
    days : tuple of (date or None), length 7
        First date by which each stage had been reached; None if no date says so.
    first : tuple of (date or None), length 7
        First date on which a row states just this stage, and no refusal.
    """

    key: tuple[str, str]
    rows: tuple[Outcome, ...]
    reached: int
    refusal: Outcome | None
    amount: float | None
    enterprises: tuple[str, ...]
    universities: tuple[str, ...]
    days: tuple[date | None, ...]
    first: tuple[date | None, ...]

    @classmethod
    def of(cls, key: tuple[str, str], rows: Iterable[Outcome]) -> Case:
        """Read what the rows of an item say; their order does not count."""
        history = tuple(sorted(rows, key=row_key))
        days: list[date | None] = [None] * len(STAGES)
        first: list[date | None] = [None] * len(STAGES)
        for row in history:
            rank = row.stage_rank
            for least in range(rank + 1):
                days[least] = _earlier(days[least], row.day)
            if not row.refused:
                first[rank] = _earlier(first[rank], row.day)
        return cls(
            key=key,
            rows=history,
            reached=max(row.stage_rank for row in history),
            refusal=next(reversed(_standing(history)), None),
            amount=_last_amount(history),
            enterprises=_owners(row.enterprise for row in history),
            universities=_owners(row.university for row in history),
            days=tuple(days),
            first=tuple(first),
        )

    @property
    def standing(self) -> tuple[Outcome, ...]:
        """Refusals that no row of a later date goes on from, the last one last."""
        return _standing(self.rows)

    @property
    def contract(self) -> float | None:
        """Sum in 万元 that rows from 签约 on state; what was only intended is no contract."""
        return _last_amount([row for row in self.rows if row.stage_rank >= SIGNED])

    @property
    def ended(self) -> bool:
        """Whether it was ended after it had been signed."""
        return self.reached >= SIGNED and self.refusal is not None

    def names(self, division: Division, registry: SectorRegistry | None = None) -> tuple[str, ...]:
        """Give what the case counts under: every name that a row states, folded; sorted."""
        if division == "all":
            return ("",)
        if division == "university":
            return self.universities or ("",)
        found = {name for row in self.rows for name in row_names(row, division, registry)}
        return tuple(sorted(found - {""})) or ("",)


def _earlier(one: date | None, other: date | None) -> date | None:
    if one is None or other is None:
        return one or other
    return min(one, other)


def parties_in(name: str) -> tuple[str, ...]:
    """Take apart who stands together in one cell (甲大学、乙大学), each as written.

    Only signs that no organisation has in its name part them; empty if nobody is named.
    """
    return tuple(part for one in _TOGETHER.split(name) if (part := one.strip()))


def _owners(names: Iterable[str]) -> tuple[str, ...]:
    parts = (part for name in names for part in parties_in(name))
    return tuple(sorted(set(map(parent_organisation, parts)) - {""}))


def _standing(rows: Sequence[Outcome]) -> tuple[Outcome, ...]:
    went_on = [row.day for row in rows if not row.refused and row.stage_rank >= SENT and row.day]
    last = max(went_on, default=date.min)
    refused = [row for row in rows if row.refused and (row.day is None or row.day >= last)]
    return tuple(sorted(refused, key=lambda row: (row.day or date.max, row_key(row))))


def _last_amount(rows: Sequence[Outcome]) -> float | None:
    stated = [(row.day or date.min, row.amount) for row in rows if row.amount is not None]
    last = max((day for day, _ in stated), default=None)
    return min((amount for day, amount in stated if day == last), default=None)


def row_key(row: Outcome) -> tuple[Any, ...]:
    """Give what rows are sorted by, so that their order in a file does not count."""
    origin = row.origin
    return (
        row.day or date.max,
        row.stage_rank,
        row.refused,
        (origin.file, origin.sheet, origin.row) if origin else ("", "", 0),
        *(row.need_id, row.achievement_id, row.enterprise, row.university, row.event),
        *(row.sectors, row.region, row.park, row.reason_text, row.note, row.amount or 0.0),
    )


def row_names(
    row: Outcome, division: Division, registry: SectorRegistry | None = None
) -> tuple[str, ...]:
    """Give the folded names that a row counts under.

    Parameters
    ----------
    row : Outcome
    division : {"sector", "university", "city", "park", "event"}
        Universities are normalised names.
    registry : SectorRegistry, optional
        Unites the spellings of sectors.

    Returns
    -------
    tuple of str
        Several only of sectors and universities; empty where the row says nothing.
    """
    if division == "sector":
        names = [(registry.resolve(name) if registry else None) or name for name in row.sectors]
        return tuple(dict.fromkeys(map(folded, names)))
    if division == "university":
        return _owners([row.university])
    if division == "park":
        name = fold_park(row.park)
    else:
        name = folded(row.city if division == "city" else row.event)
    return (name,) if name else ()


@functools.lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """Fold width and blanks of a name."""
    return "".join(unicodedata.normalize("NFKC", name).split())


@functools.lru_cache(maxsize=4096)
def fold_park(name: str) -> str:
    """Fold a park's name; its long form (高新技术产业开发区) becomes the short one (高新区)."""
    plain = folded(name)
    for long, short in _PARK_WORDS:
        plain = plain.replace(long, short)
    return plain


def cases(
    outcomes: Iterable[Outcome], *, same_needs: Mapping[str, str] = _NO_ALIASES
) -> tuple[Case, ...]:
    """Put the rows together that are about the same need and the same achievement.

    Where an id is missing the organisation stands for it: rows that name an enterprise and a
    university alone are one item, however many they are.

    Parameters
    ----------
    outcomes : iterable of Outcome
    same_needs : mapping of str to str
        Id of a need to the id of the one that it repeats.

    Returns
    -------
    tuple of Case
        By key. The order of the rows does not count.
    """
    grouped: dict[tuple[str, str], list[Outcome]] = {}
    for row in outcomes:
        need = same_needs.get(row.need_id, row.need_id) or _party(row.enterprise)
        achievement = row.achievement_id or _party(row.university)
        grouped.setdefault((need, achievement), []).append(row)
    return tuple(Case.of(key, rows) for key, rows in sorted(grouped.items()))


def _party(name: str) -> str:
    owner = parent_organisation(name)
    return f"@{owner}" if owner else ""


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """How far the items under one name came.

    Attributes
    ----------
    division : str
        One of :data:`DIVISIONS`.
    name : str
        As shown; empty of the whole and of items that say nothing.
    reached : tuple of int, length 7
        Items that reached each stage of :data:`STAGES`; never rising.
    refused, ended : int
        Items whose refusal stands, and of these those that had been signed.
    enterprises, universities : int
        Distinct organisations that were met.
    amount : float
        Sum in 万元 of the contracts of items signed, without those ended; each item once.
    rates : tuple of (float or None), length 6
        Share of the items at a stage that reached the next; None where there are none.
    days : tuple of (float or None), length 6
        Median days from a stage to the next, of the items that state both dates.
    """

    division: Division
    name: str
    reached: tuple[int, ...]
    refused: int
    ended: int
    enterprises: int
    universities: int
    amount: float
    rates: tuple[float | None, ...]
    days: tuple[float | None, ...]

    def to_json(self) -> dict[str, Any]:
        """Give the row as plain data, stages by name."""
        steps = [f"{one}→{next_}" for one, next_ in itertools.pairwise(STAGES)]
        return {
            "division": self.division,
            "name": self.name,
            "reached": dict(zip(STAGES, self.reached, strict=True)),
            "refused": self.refused,
            "ended": self.ended,
            "enterprises": self.enterprises,
            "universities": self.universities,
            "amount": self.amount,
            "rates": dict(zip(steps, self.rates, strict=True)),
            "days": dict(zip(steps, self.days, strict=True)),
        }


def funnel(
    items: Iterable[Case],
    *,
    names: Callable[[str], str],
    registry: SectorRegistry | None = None,
) -> tuple[FunnelRow, ...]:
    """Count how far items came: all together and by sector, university, city, park and event.

    An item counts under every name that its rows state, so the rows of a division may add up to
    more than the whole.

    Parameters
    ----------
    items : iterable of Case
    names : callable
        Gives the shown name of a normalised university.
    registry : SectorRegistry, optional
        Unites the spellings of sectors.

    Returns
    -------
    tuple of FunnelRow
        The whole first, then by division; in it most signed first, then most met, then by name.
    """
    every = tuple(items)
    found = []
    for division in DIVISIONS:
        grouped: dict[str, list[Case]] = {"": []} if division == "all" else {}
        for case in every:
            for name in case.names(division, registry):
                grouped.setdefault(name, []).append(case)
        rows = [
            _row(division, names(name) if division == "university" else name, group)
            for name, group in grouped.items()
        ]
        order = (INTERESTED, MET, SENT, 0)
        rows.sort(key=lambda row: (not row.name, -row.reached[SIGNED], -row.amount, row.name))
        rows.sort(key=lambda row: (not row.name, *(-row.reached[k] for k in (SIGNED, *order))))
        found += rows
    return tuple(found)


def _row(division: Division, name: str, items: list[Case]) -> FunnelRow:
    counts = Counter(case.reached for case in items)
    reached = tuple(sum(counts[rank] for rank in range(least, 7)) for least in range(7))
    met = [case for case in items if case.reached >= MET]
    refused = [case for case in items if case.refusal is not None]
    signed = [case.contract for case in items if case.reached >= SIGNED and not case.ended]
    return FunnelRow(
        division=division,
        name=name,
        reached=reached,
        refused=len(refused),
        ended=sum(case.ended for case in refused),
        enterprises=len({name for case in met for name in case.enterprises}),
        universities=len({name for case in met for name in case.universities}),
        amount=round(math.fsum(amount for amount in signed if amount is not None), 6),
        rates=tuple(
            later / earlier if earlier else None for earlier, later in itertools.pairwise(reached)
        ),
        days=tuple(_median_days(items, rank) for rank in range(6)),
    )


def _median_days(items: Iterable[Case], rank: int) -> float | None:
    """Give the median days to the next stage; a next date before the first is a slip, left out."""
    steps = ((case.first[rank], case.first[rank + 1]) for case in items)
    days = [(last - start).days for start, last in steps if start and last and last >= start]
    return float(statistics.median(days)) if days else None
