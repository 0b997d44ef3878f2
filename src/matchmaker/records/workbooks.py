"""Workbooks (.xlsx, .xlsm, .xls): the sheet with the headings, merged cells, rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from matchmaker.records.assembly import Row, pass_over
from matchmaker.records.column_map import option
from matchmaker.records.headings import Plan
from matchmaker.records.report import Place, ReadNote, shorten
from matchmaker.records.sources import (
    HEADING_ROWS,
    TOP_ROWS,
    Job,
    Rows,
    check_size,
    repeats,
    shown,
    skip_heading,
)
from matchmaker.records.unpacking import checked_workbook

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

# A heading merged over more rows than this is no heading but a cell beside the table.
_DEEPEST_HEADING = 3
# These say what a row is about: a value merged over several rows is not repeated in them unless
# each row has an id of its own.
_OWN = ("id", "title", "body")


@dataclass(frozen=True, slots=True)
class Table:
    """The sheet that was chosen, and its rows below the headings."""

    place: Place
    rows: Rows


@dataclass(slots=True)
class _Sheet:
    """A sheet in which the headings were looked for."""

    name: str
    rows: Iterator[tuple[int, list[object]]]
    merges: _Merges
    top: list[tuple[int, list[object]]]
    at: int = -1
    headings: tuple[str, ...] = ()
    last: int = 0

    @property
    def texts(self) -> list[tuple[str, ...]]:
        return [tuple(map(shown, values)) for _, values in self.top]


class _Merges:
    """Cells merged over several rows; only the first of them holds the value."""

    def __init__(self, sheet: CalamineSheet) -> None:
        self._starting: dict[int, list[tuple[int, int]]] = {}
        for (first, column), (last, _) in sheet.merged_cell_ranges or []:
            if last > first:
                self._starting.setdefault(first, []).append((column, last))
        self._open: dict[int, tuple[int, object]] = {}

    def depth(self, row: int) -> int:
        """Last row reached by merged cells that start in a row or above it and pass through it."""
        ends = [
            last
            for first in range(max(0, row - _DEEPEST_HEADING), row + 1)
            for _, last in self._starting.get(first, ())
            if row < last <= row + _DEEPEST_HEADING
        ]
        return max(ends, default=row)

    def inherited(self, row: int, values: Sequence[object]) -> dict[int, object]:
        """Values by column that a row, from 0, shares with the row above; call for every row."""
        if not self._open and row not in self._starting:
            return {}
        self._open = {at: item for at, item in self._open.items() if item[0] >= row}
        found = {at: value for at, (_, value) in self._open.items() if at < len(values)}
        for column, last in self._starting.get(row, ()):
            if column < len(values):
                self._open[column] = (last, values[column])
        return found


def read_workbook(path: Path, job: Job, *, sheet: str | None) -> Table:
    """Open a workbook and return the rows of one sheet.

    Parameters
    ----------
    path : Path
        .xlsx, .xlsm or .xls. Formulas are not evaluated: their stored result is read.
    job : Job
        What to read it with.
    sheet : str or None
        By default the first sheet in which headings are found, visible ones first.

    Returns
    -------
    Table
        Its place names the sheet.

    Raises
    ------
    RecordError
        If it cannot be opened, passes a limit, has no such sheet, or no headings are found.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    check_size(path, job)
    content = checked_workbook(path, job)
    try:
        with CalamineWorkbook.from_filelike(content) as workbook:
            return _choose(workbook, job, sheet)
    except BaseException as error:
        # A damaged .xls can make python-calamine panic, which is no Exception.
        if isinstance(error, CalamineError) or type(error).__name__ == "PanicException":
            raise job.place.error(
                f"the workbook cannot be read ({shorten(str(error))})",
                way_out="Open it in a spreadsheet program and save it again as .xlsx.",
            ) from error
        raise


def _choose(workbook: CalamineWorkbook, job: Job, wanted: str | None) -> Table:
    names = _sheet_names(workbook)
    if wanted is not None:
        if wanted not in names:
            raise job.place.error(
                f"there is no sheet {wanted!r}",
                way_out=f"The sheets are: {', '.join(map(repr, names))}.",
            )
        names = [wanted]
    chosen: _Sheet | None = None
    others: list[str] = []
    tops: list[tuple[str, ...]] = []
    for name in names:
        sheet = _top(workbook.get_sheet_by_name(name), job)
        if sheet.at < 0:
            tops.extend(sheet.texts[:2] if len(names) > 1 else sheet.texts)
        elif chosen is None:
            chosen = sheet
        elif job.headings.swapped(chosen.headings) and not job.headings.swapped(sheet.headings):
            others.append(chosen.name)
            chosen = sheet
        else:
            others.append(name)
    if chosen is None:
        place = Place(job.place.file, wanted or (names[0] if len(names) == 1 else ""))
        raise job.headings.not_found(tops, place)
    if others:
        listed = ", ".join(map(repr, others))
        detail = (
            f"sheet {chosen.name!r} was read; {listed} also hold a table, read them with sheet= "
            f"(on the command line {option(job.headings.kind, 'sheet')} NAME)"
        )
        job.log.note_table(ReadNote(0, "other_sheets", detail, len(others), others=tuple(others)))
    place = Place(job.place.file, chosen.name)
    job.headings.check(chosen.headings, place)
    return Table(place, _below(chosen, job))


def _sheet_names(workbook: CalamineWorkbook) -> list[str]:
    """Names of the worksheets, hidden ones last."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [item for item in workbook.sheets_metadata if item.typ == SheetTypeEnum.WorkSheet]
    return [s.name for s in sorted(sheets, key=lambda s: s.visible != SheetVisibleEnum.Visible)]


def _top(sheet: CalamineSheet, job: Job) -> _Sheet:
    """Read the first rows of a sheet and find its headings, which may take several rows."""
    left = [""] * sheet.start[1] if sheet.start else []
    rows: Iterator[tuple[int, list[object]]] = (
        (number, [*left, *values]) for number, values in enumerate(sheet.iter_rows())
    )
    merges, probe = _Merges(sheet), _Merges(sheet)
    first = list(itertools.islice(rows, TOP_ROWS))
    filled: list[tuple[int, tuple[str, ...]]] = []
    for number, values in first:
        inherited = probe.inherited(number, values)
        texts = tuple(shown(inherited.get(at, value)) for at, value in enumerate(values))
        if any(texts):
            filled.append((number, texts[: job.limits.max_columns + 1]))
        if len(filled) == HEADING_ROWS:
            break
    top = [(number, list[object](texts)) for number, texts in filled]
    found = _Sheet(sheet.name, itertools.chain(first, rows), merges, top)
    found.at = job.headings.find([texts for _, texts in filled])
    if found.at >= 0:
        row = filled[found.at][0]
        found.last = merges.depth(row)
        block = [texts for number, texts in filled if row <= number <= found.last]
        found.headings = tuple(
            next(filter(None, reversed(cells)), "")
            for cells in itertools.zip_longest(*block, fillvalue="")
        )
    return found


def _below(sheet: _Sheet, job: Job) -> Rows:
    """Rows below the headings, with merged cells filled and rows of one record joined."""
    plan = job.headings.plan(sheet.headings)
    own = {plan.position(name) for name in _OWN} - {-1}
    waiting: Row | None = None
    for index, values in sheet.rows:
        if index <= sheet.last:  # Cells merged with a heading are no values either.
            continue
        inherited = sheet.merges.inherited(index, values)
        number = index + 1
        if not inherited and values.count("") == len(values):
            pass_over(number, job.log)
            continue
        if repeats(sheet.headings, values):
            skip_heading(number, job)
            continue
        if inherited and waiting and _continues(plan, inherited, values):
            _join(waiting, values, inherited)
            job.log.read += 1
            detail = f"belongs to row {waiting.number}: merged title"
            job.log.leave_out(number, "joined", detail, other_row=waiting.number)
            continue
        _fill(values, inherited, () if _has_id(plan, inherited, values) else own)
        if any(at not in own for at in inherited):
            job.log.note(number, "merged_cells", "values filled down from merged cells")
        if waiting:
            yield waiting
        waiting = Row(number, sheet.headings, values)
    if waiting:
        yield waiting


def _has_id(plan: Plan, inherited: dict[int, object], values: Sequence[object]) -> bool:
    at = plan.position("id")
    return 0 <= at < len(values) and at not in inherited and bool(shown(values[at]))


def _continues(plan: Plan, inherited: dict[int, object], values: Sequence[object]) -> bool:
    """Whether a row only goes on with the record above: its title is merged with that one's."""
    return bool(shown(inherited.get(plan.position("title")))) and not _has_id(
        plan, inherited, values
    )


def _join(row: Row, values: Sequence[object], inherited: dict[int, object]) -> None:
    kept = row.values
    assert isinstance(kept, list)
    for at, value in enumerate(values):
        text, before = shown(value), shown(kept[at])
        if text and at not in inherited and text != before:
            kept[at] = f"{before}\n{text}" if before else value


def _fill(
    values: list[object], inherited: dict[int, object], own: Sequence[int] | set[int]
) -> None:
    for at, value in inherited.items():
        if at not in own:
            values[at] = value
