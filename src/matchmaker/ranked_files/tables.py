"""Files of rankings as rows: of pairs and, from a workbook, of records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from matchmaker.errors import ConfigError
from matchmaker.ranked_files.columns import (
    PAIR_KEYS,
    FileRow,
    PairHeadings,
    file_row,
    positions_of,
)
from matchmaker.records.delimited import read_delimited
from matchmaker.records.limits import Limits
from matchmaker.records.report import Place, ReadLog, shorten
from matchmaker.records.sources import HEADING_ROWS, Job, read_jsonl, shown
from matchmaker.records.unpacking import checked_workbook
from matchmaker.reporting.messages import MESSAGES
from matchmaker.scoring.pairs import Direction

SideName = Literal["need", "achievement"]

_WORKBOOKS = (".xlsx", ".xlsm", ".xls")
_ENDINGS = (".jsonl", ".csv", *_WORKBOOKS)
_COPY = re.compile(r" \(\d{1,4}\)$")
_SHEET_OF = {
    text: name
    for name in (
        *("by_need", "by_achievement", "need_list", "achievement_list"),
        *("need_without", "achievement_without"),
    )
    for text in MESSAGES[f"sheet.{name}"]
}
_DIRECTIONS: dict[str, Direction] = {
    "by_need": "need_to_achievement",
    "by_achievement": "achievement_to_need",
}


@dataclass(frozen=True, slots=True)
class RankingFile:
    """What a ranking's file holds.

    Attributes
    ----------
    pairs : list of FileRow
        One a pair, in the file's order.
    records : list of (side, FileRow)
        Records that have a row of their own: those of a workbook's lists.
    direction : str or None
        Which side asked, if the file tells.
    """

    pairs: list[FileRow]
    records: list[tuple[SideName, FileRow]]
    direction: Direction | None


def read_rows(path: Path) -> RankingFile:
    """Read the rows of a .jsonl, .csv, .xlsx, .xlsm or .xls file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    RankingFile

    Raises
    ------
    RecordError
        If it cannot be read or is no ranking.
    ConfigError
        If its ending is another one.
    """
    ending = path.suffix.lower()
    if ending not in _ENDINGS:
        raise ConfigError(
            f"{path}: a ranking cannot be read from a file ending in {ending!r}; the known endings "
            f"are {', '.join(_ENDINGS)}"
        )
    job = Job(Place(str(path)), PairHeadings(), Limits(), ReadLog())
    if not path.is_file():
        raise job.place.error(
            "there is no such file", way_out=f"It was looked for at {path.absolute()}."
        )
    if ending in _WORKBOOKS:
        return _workbook(path, job)
    rows = (
        read_jsonl(path, job)
        if ending == ".jsonl"
        else read_delimited(path, job, delimiters=",;\t")
    )
    pairs: list[FileRow] = []
    direction: Direction | None = None
    with closing(rows):
        for row in rows:
            place = Place(str(path), "", row.number)
            pairs += _rows(file_row(place, row.headings, row.values))
            if ending == ".csv" and direction is None:
                direction = _direction(row.headings)
    return RankingFile(pairs, [], direction)


def _rows(row: FileRow) -> list[FileRow]:
    """Give a row unless it is empty, as one that only has remarks of the user's own."""
    return [row] if any(map(_filled, row.values.values())) else []


def _filled(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value is not None


def _direction(headings: Sequence[str]) -> Direction:
    """Tell who asked by the ids: the asking side's stands first."""
    known = list(positions_of(headings))
    forward = known.index("need_id") < known.index("achievement_id")
    return "need_to_achievement" if forward else "achievement_to_need"


_Sheet = tuple[str, list[tuple[int, Sequence[object]]]]


def _workbook(path: Path, job: Job) -> RankingFile:
    sheets = _sheets(path, job)
    kinds = [(_SHEET_OF.get(_COPY.sub("", name), ""), (name, rows)) for name, rows in sheets]
    named = [(kind, sheet) for kind, sheet in kinds if kind in _DIRECTIONS]
    if not named:
        # A broker may have given the sheet another name.
        named = [("", sheet) for _, sheet in kinds if _has_pairs(sheet)][:1]
    if not named:
        raise job.place.error(
            f"no sheet with the pairs of a ranking; the sheets are "
            f"{', '.join(shorten(name) for name, _ in sheets)}",
            way_out="Give the workbook that 'matchmaker rank' has written, with the sheet "
            f"{' or '.join(MESSAGES[f'sheet.{kind}'][0] for kind in _DIRECTIONS)}.",
        )
    pairs: list[FileRow] = []
    direction = _DIRECTIONS.get(named[0][0])
    for _, sheet in named:
        headings, rows = _below(path, sheet, PAIR_KEYS)
        pairs += rows
        direction = direction or _direction(headings)
    records: list[tuple[SideName, FileRow]] = []
    sides: tuple[SideName, SideName] = ("need", "achievement")
    for kind, sheet in kinds:
        for side in sides:
            if kind in (f"{side}_list", f"{side}_without"):
                records += [(side, row) for row in _below(path, sheet, (f"{side}_id",))[1]]
    return RankingFile(pairs, records, direction)


def _has_pairs(sheet: _Sheet) -> bool:
    tops = (map(shown, values) for _, values in sheet[1][:HEADING_ROWS])
    return any(positions_of(tuple(top)).keys() >= set(PAIR_KEYS) for top in tops)


def _below(
    path: Path, sheet: _Sheet, needed: Sequence[str]
) -> tuple[tuple[str, ...], list[FileRow]]:
    """Give the headings of a sheet and the rows below them."""
    name, rows = sheet
    headings = PairHeadings(needed)
    place = Place(str(path), name)
    tops = [tuple(map(shown, values)) for _, values in islice(rows, HEADING_ROWS)]
    at = headings.find(tops)
    if at < 0:
        raise headings.not_found(tops, place)
    headings.check(tops[at], place)
    found: list[FileRow] = []
    for number, values in rows[at + 1 :]:
        found += _rows(file_row(Place(str(path), name, number), tops[at], values))
    return tops[at], found


def _sheets(path: Path, job: Job) -> list[_Sheet]:
    """Give the name of every worksheet and its rows with content, numbered as in the sheet."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

    content = checked_workbook(path, job)
    try:
        with CalamineWorkbook.from_filelike(content) as book:
            names = [one.name for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
            return [
                (name, list(_numbered(book.get_sheet_by_name(name).iter_rows()))) for name in names
            ]
    except BaseException as error:
        # A damaged .xls can make python-calamine panic, which is no Exception.
        if isinstance(error, CalamineError) or type(error).__name__ == "PanicException":
            raise job.place.error(
                f"the workbook cannot be read ({shorten(str(error))})",
                way_out="Open it in a spreadsheet program and save it again as .xlsx.",
            ) from error
        raise


def _numbered(rows: Iterator[Sequence[object]]) -> Iterator[tuple[int, Sequence[object]]]:
    return (
        (number, values) for number, values in enumerate(rows, start=1) if any(map(_filled, values))
    )
