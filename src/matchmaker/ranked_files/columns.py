"""Which column of a ranking's file is which: the headings that reports write, in any language."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matchmaker.records import Need
from matchmaker.records.headings import Column, Headings, Plan
from matchmaker.records.report import Place, shorten
from matchmaker.reporting.messages import MESSAGES

NEED_FIELDS: Mapping[str, str] = {
    "need_id": "id",
    "need_title": "title",
    "enterprise": "organisation",
    "need_region": "region",
    "need_contact": "extra",
    "enterprise_type": "organisation_type",
    "budget": "budget",
    "deadline": "deadline",
    "need_cooperation": "cooperation",
    "confidentiality": "confidentiality",
    "goals": "goals",
    "need_excerpt": "body",
}
"""Columns of a need, and the fields that stand in them."""

ACHIEVEMENT_FIELDS: Mapping[str, str] = {
    "achievement_id": "id",
    "achievement_title": "title",
    "university": "organisation",
    "team": "team",
    "maturity": "maturity",
    "achievement_contact": "extra",
    "indicators": "indicators",
    "applications": "applications",
    "ip": "ip",
    "cooperation": "cooperation",
    "price": "price",
    "achievement_region": "region",
    "achievement_excerpt": "body",
}
"""The same for an achievement."""

PAIR_KEYS = ("need_id", "achievement_id", "score", "grade")
"""Columns that a list of pairs cannot do without."""

_VERDICT = ("rank", "grade", "score", "sectors", "shared_terms", "duplicates", "similarity")
_MACHINE = ("need_sectors", "achievement_sectors")
_KEYS = (*_VERDICT, *NEED_FIELDS, *ACHIEVEMENT_FIELDS, "labels")
_KEY_OF = {
    **{key: key for key in (*_VERDICT, *_MACHINE, *NEED_FIELDS, *ACHIEVEMENT_FIELDS)},
    **{text: key for key in _KEYS for text in MESSAGES[f"column.{key}"]},
}


class _PairPlan(Plan):
    """Columns of a list of pairs."""

    @property
    def usable(self) -> bool:
        """Whether both ids are among them."""
        return {"need_id", "achievement_id"} <= {column.field for column in self.columns}


class PairHeadings(Headings):
    """Finds the headings of a table that a report has written.

    Parameters
    ----------
    needed : sequence of str
        Keys of the columns that must be there.
    """

    def __init__(self, needed: Sequence[str] = PAIR_KEYS) -> None:
        super().__init__(Need)
        self.needed = tuple(needed)

    def plan(self, headings: tuple[str, ...]) -> Plan:
        """Return the columns that are known; of two with one heading the first."""
        columns = tuple(
            Column(at, key, headings[at], "") for key, at in positions_of(headings).items()
        )
        return _PairPlan(columns, (), frozenset(), (), 0)

    def find(self, rows: Sequence[Sequence[str]]) -> int:
        """Return the row with most known headings, the first of equals; -1 if none has any."""
        known = [len(positions_of(row)) for row in rows]
        most = max(known, default=0)
        return known.index(most) if most else -1

    def check(self, seen: Sequence[str], place: Place) -> None:
        """Raise a RecordError if a needed column is missing."""
        missing = [key for key in self.needed if key not in positions_of(seen)]
        if missing:
            names = " and ".join(" / ".join(_spellings(key)) for key in missing)
            raise place.error(
                f"the columns of a ranking are missing: {names}; there are "
                f"{', '.join(shorten(one) for one in seen if one.strip())}",
                way_out="Give a file that 'matchmaker rank' has written, with its headings.",
            )

    def not_found(self, seen: Sequence[Sequence[str]], place: Place) -> Exception:  # type: ignore[override]
        """Return the error for a table without any known heading."""
        return place.error(
            "no headings of a ranking were found",
            way_out="Give a file that 'matchmaker rank' has written: .xlsx, .csv or .jsonl.",
        )


def positions_of(headings: Sequence[str]) -> dict[str, int]:
    """Find the columns that are known.

    Parameters
    ----------
    headings : sequence of str

    Returns
    -------
    dict of str to int
        Position by key, in order.
    """
    found: dict[str, int] = {}
    for at, heading in enumerate(headings):
        key = _KEY_OF.get(heading.strip())
        if key is not None:
            found.setdefault(key, at)
    return found


def _spellings(key: str) -> tuple[str, ...]:
    return (key, *MESSAGES[f"column.{key}"])


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of a ranking's file.

    Attributes
    ----------
    place : Place
        File, sheet and row.
    values : mapping of str to object
        What the file holds, by key; only columns that are known.
    headings : mapping of str to str
        What the columns are called there.
    """

    place: Place
    values: Mapping[str, object]
    headings: Mapping[str, str]

    def at(self, key: str) -> Place:
        """Give the place of a cell."""
        column = self.headings.get(key, key)
        return Place(self.place.file, self.place.sheet, self.place.row, column)


def file_row(place: Place, headings: Sequence[str], values: Sequence[object]) -> FileRow:
    """Take the known cells of a row.

    Parameters
    ----------
    place : Place
        With the row's number.
    headings : sequence of str
    values : sequence of object
        As many or fewer.

    Returns
    -------
    FileRow
    """
    known, named = _known(tuple(headings))
    cells = {key: values[at] for key, at in known.items() if at < len(values)}
    return FileRow(place, cells, named)


@functools.lru_cache(maxsize=64)
def _known(headings: tuple[str, ...]) -> tuple[dict[str, int], dict[str, str]]:
    """Positions and headings by key; the rows of a table share them."""
    known = positions_of(headings)
    return known, {key: headings[at].strip() for key, at in known.items()}
