"""Graded pairs and the files they are read from."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import JudgementError

_REQUIRED = ("need_id", "achievement_id", "grade")
_TITLE = "achievement_title"
# Above this a spreadsheet number no longer tells neighbouring whole numbers apart.
_EXACT_NUMBERS = 2**53

_Row = tuple[int, Mapping[str, object]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Judgements:
    """Pairs that people have graded, one row per judgement.

    A pair may stand in several rows, with equal or differing grades: each row is one judgement
    and counts as one. `merged` makes them one row per pair.

    Parameters
    ----------
    need_ids, achievement_ids : tuple of str, length n
        The two sides of each judgement; never empty strings.
    grades : ndarray of int8, shape (n,)
        1 (unrelated) to 4 (strongly related); read-only.
    achievement_titles : tuple of str, length n, optional
        Titles, where the file has them; ``""`` where a row has none.
    source : str
        Where the judgements come from, for messages.

    Raises
    ------
    JudgementError
        If there is no row, the columns differ in length, an id is empty or a grade is not 1-4.
    """

    need_ids: tuple[str, ...]
    achievement_ids: tuple[str, ...]
    grades: NDArray[np.int8]
    achievement_titles: tuple[str, ...] | None = None
    source: str = ""

    def __post_init__(self) -> None:
        name = self.source or "judgements"
        titles = None if self.achievement_titles is None else tuple(self.achievement_titles)
        given = np.asarray(self.grades)
        lengths = {len(self.need_ids), len(self.achievement_ids), given.size}
        lengths |= set() if titles is None else {len(titles)}
        if given.ndim != 1 or len(lengths) > 1:
            raise JudgementError(f"{name}: the columns must be of one length, got {lengths}")
        if not given.size:
            raise JudgementError(f"{name}: no judgement at all; give at least one graded pair")
        if not all(self.need_ids) or not all(self.achievement_ids):
            raise JudgementError(f"{name}: every judgement needs both ids, none of them empty")
        if not np.isin(given, (1, 2, 3, 4)).all():
            raise JudgementError(f"{name}: grades must be 1, 2, 3 or 4")
        grades = given.astype(np.int8)
        grades.flags.writeable = False
        object.__setattr__(self, "need_ids", tuple(self.need_ids))
        object.__setattr__(self, "achievement_ids", tuple(self.achievement_ids))
        object.__setattr__(self, "achievement_titles", titles)
        object.__setattr__(self, "grades", grades)

    def __len__(self) -> int:
        """Return the number of judgements (rows, not distinct pairs)."""
        return len(self.need_ids)

    def merged(self) -> Judgements:
        """Return one row per pair, in order of first appearance.

        The grade is the median of the pair's grades; of two middle grades the lower one. The
        title is that of the pair's first row.
        """
        rows: dict[tuple[str, str], list[int]] = {}
        for row, pair in enumerate(zip(self.need_ids, self.achievement_ids, strict=True)):
            rows.setdefault(pair, []).append(row)
        medians = [sorted(self.grades[of].tolist())[(len(of) - 1) // 2] for of in rows.values()]
        titles = self.achievement_titles
        return Judgements(
            need_ids=tuple(need for need, _ in rows),
            achievement_ids=tuple(achievement for _, achievement in rows),
            grades=np.array(medians, dtype=np.int8),
            achievement_titles=titles and tuple(titles[of[0]] for of in rows.values()),
            source=self.source,
        )


def read_judgements(path: str | PathLike[str]) -> Judgements:
    """Read graded pairs from a .csv, .jsonl or .xlsx file.

    The columns are ``need_id``, ``achievement_id``, ``grade`` and, optionally,
    ``achievement_title``; others are ignored, and so are empty rows. A .csv or .jsonl file is
    UTF-8 (with or without a byte order mark) or GB18030; of a workbook the first sheet is read.

    Raises
    ------
    JudgementError
        If the file cannot be read, has no row, lacks a column, or a row lacks an id or has a
        grade that is not 1, 2, 3 or 4. The message names file, row, column and value, and what
        to do.
    """
    file = Path(path)
    readers: dict[str, Callable[[Path], Iterator[_Row]]] = {
        ".csv": _csv_rows,
        ".jsonl": _jsonl_rows,
        ".xlsx": _xlsx_rows,
    }
    reader = readers.get(file.suffix.lower())
    if reader is None:
        raise JudgementError(f"{file}: unknown ending {file.suffix!r}; known: {', '.join(readers)}")
    needs, achievements, grades, titles = [], [], [], []
    for row, cells in reader(file):
        needs.append(_identifier(cells.get("need_id"), file, row, "need_id"))
        achievements.append(_identifier(cells.get("achievement_id"), file, row, "achievement_id"))
        grades.append(_grade(cells.get("grade"), file, row))
        titles.append(_text(cells[_TITLE]) if _TITLE in cells else None)
    if not grades:
        raise JudgementError(f"{file}: no rows; give at least one graded pair below the headings")
    titled = any(title is not None for title in titles)
    return Judgements(
        need_ids=tuple(needs),
        achievement_ids=tuple(achievements),
        grades=np.array(grades, dtype=np.int8),
        achievement_titles=tuple(title or "" for title in titles) if titled else None,
        source=str(file),
    )


def _read_text(file: Path) -> str:
    try:
        raw = file.read_bytes()
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise JudgementError(f"{file}: cannot be read ({reason}); check the path") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise JudgementError(f"{file}: neither UTF-8 nor GB18030; save it as UTF-8")


def _csv_rows(file: Path) -> Iterator[_Row]:
    try:
        table = list(csv.reader(io.StringIO(_read_text(file), newline=""), strict=True))
    except csv.Error as error:
        raise JudgementError(f"{file}: not a readable .csv ({error}); save it again") from error
    return _table_rows(file, table)


def _xlsx_rows(file: Path) -> Iterator[_Row]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_path(str(file)) as book:
            # Keeping the empty rows above the headings keeps the row numbers of the sheet.
            table = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError) as error:
        raise JudgementError(f"{file}: not a readable .xlsx ({error})") from error
    return _table_rows(file, table)


def _table_rows(file: Path, table: Sequence[Sequence[object]]) -> Iterator[_Row]:
    filled = ((row, cells) for row, cells in enumerate(table, 1) if any(map(_text, cells)))
    top, heading_cells = next(filled, (1, ()))
    headings = [_text(cell).lower() for cell in heading_cells]
    for column in (*_REQUIRED, _TITLE):
        if headings.count(column) > 1:
            raise JudgementError(f"{file}, row {top}: two columns {column!r}; leave one")
    missing = [column for column in _REQUIRED if column not in headings]
    if missing:
        raise JudgementError(
            f"{file}, row {top}: no column {', '.join(missing)} among {headings}; "
            f"the first filled row must be the headings {', '.join(_REQUIRED)}"
        )
    for row, cells in filled:
        pairs = zip_longest(headings, cells, fillvalue="")
        yield row, {heading: cell for heading, cell in pairs if heading}


def _jsonl_rows(file: Path) -> Iterator[_Row]:
    # Not splitlines(): it also cuts at characters that JSON allows inside a string.
    for row, line in enumerate(_read_text(file).split("\n"), 1):
        if not line.strip():
            continue
        try:
            cells = json.loads(line)
        except json.JSONDecodeError as error:
            raise JudgementError(f"{file}, row {row}: not JSON ({error})") from error
        if not isinstance(cells, dict):
            raise JudgementError(f"{file}, row {row}: {line.strip()!r} is not an object {{…}}")
        yield row, cells


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _identifier(value: object, file: Path, row: int, column: str) -> str:
    text = _text(value)
    where = f"{file}, row {row}, column {column!r}: "
    if not text:
        raise JudgementError(f"{where}the id is missing; fill it in or delete the row")
    if isinstance(value, bool | list | dict):
        raise JudgementError(f"{where}{text} is not an id; store the id as text")
    if isinstance(value, float) and abs(value) >= _EXACT_NUMBERS:
        raise JudgementError(f"{where}{text} is a number that was rounded; store the id as text")
    return text


def _grade(value: object, file: Path, row: int) -> int:
    text = _text(value)
    if isinstance(value, bool) or text not in {"1", "2", "3", "4", "1.0", "2.0", "3.0", "4.0"}:
        raise JudgementError(
            f"{file}, row {row}, column 'grade': {value!r} is not 1, 2, 3 or 4 "
            "(1 unrelated … 4 strongly related); correct it or delete the row"
        )
    return int(text[0])
