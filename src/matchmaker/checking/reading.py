"""Records made tidy before they are ranked, with what was done in the report of their reading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from matchmaker.checking.findings import RecordKind
from matchmaker.checking.tidying import remarks, tidy
from matchmaker.records import Achievement, Need, ReadNote, ReadReport, Records
from matchmaker.records.report import name_rows

T = TypeVar("T", Need, Achievement)

_ROWS_NAMED = 5
_SAID = {
    "cleaned": "leftover line ends, tags, invisible characters and blanks were repaired",
    "placeholder": "texts that say nothing, such as 待补充, count as empty",
    "several": "look like several needs in one row; matchmaker check proposes how to split them",
    "purchase": "look like a hunt for a supplier, which no achievement answers",
    "people": "look like hiring, which no achievement answers",
    "no_need": "look like no need at all but an offer or an advertisement",
    "copy_exact": "say the same as an earlier record, word for word",
    "copy_near": "say nearly the same as another record",
}


def tidied(records: Records[T], *, kind: RecordKind) -> Records[T]:
    """Make records tidy, and say so.

    Parameters
    ----------
    records : Records
    kind : {"needs", "achievements"}

    Returns
    -------
    Records
        As many, in the same order; the notes of the report say what was repaired and what a
        person should look at. Neither changes a score.

    Raises
    ------
    ConfigError
        If the kind is unknown or a record is of the other one.
    """
    made, changes = tidy(tuple(records), kind=kind)
    found = [(change.reason, change.row) for change in changes]
    found += [
        (one.code.removeprefix("kind.").replace("duplicate.", "copy_"), one.row)
        for one in remarks(made, kind=kind)
    ]
    notes: list[ReadNote] = [
        _note(code, {row for name, row in found if name == code}, made)
        for code in dict.fromkeys(name for name, _ in found)
    ]
    before: ReadReport = records.report
    report = replace(before, notes=(*before.notes, *notes))
    return Records(tuple(made), report)


def _note(code: str, rows: Iterable[int], records: list[T]) -> ReadNote:
    places = [records[row].origin for row in sorted(rows)]
    named = [place.row for place in places if place is not None]
    said = _SAID.get(code, code)
    return ReadNote(
        row=named[0] if named else 0,
        reason=code,
        detail=f"{said} ({name_rows(named)})" if named else said,
        count=len(places),
        rows=tuple(named[:_ROWS_NAMED]),
    )
