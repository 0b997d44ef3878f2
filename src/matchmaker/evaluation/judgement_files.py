"""Files of graded pairs: tables and .jsonl, with headings in Chinese or English."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, zip_longest
from os import PathLike
from pathlib import Path

import numpy as np

from matchmaker.errors import JudgementError, RecordError
from matchmaker.evaluation.judgements import Judgements
from matchmaker.records.aliases import ACHIEVEMENT_ALIASES, NEED_ALIASES, telling_aliases
from matchmaker.records.headings import Headings, simplify
from matchmaker.records.limits import Limits
from matchmaker.records.report import Place, ReadLog
from matchmaker.records.sources import HEADING_ROWS, Job
from matchmaker.records.types import Need
from matchmaker.records.unpacking import checked_workbook

_REQUIRED = ("need_id", "achievement_id", "grade")
_TITLE = "achievement_title"
_WORKBOOKS = (".xlsx", ".xlsm", ".xls")
# Above this a spreadsheet number no longer tells neighbouring whole numbers apart.
_EXACT_NUMBERS = 2**53


_ALIASES: Mapping[str, list[str]] = {
    "need_id": telling_aliases("id", NEED_ALIASES, ACHIEVEMENT_ALIASES),
    "achievement_id": telling_aliases("id", ACHIEVEMENT_ALIASES, NEED_ALIASES),
    "grade": [
        *("grade", "等级", "相关等级", "相关度等级", "关联等级", "评分", "评级", "打分"),
        *("相关度", "相关性", "关联度", "人工等级", "人工评分", "relevance", "rating"),
    ],
    _TITLE: telling_aliases("title", ACHIEVEMENT_ALIASES, NEED_ALIASES),
}
_FIELD_OF = {alias: field for field, aliases in _ALIASES.items() for alias in aliases}
# A ranking written by this package: its grades are the model's own.
_RANKINGS = ({"名次", "得分"}, {"rank", "score"})

_WORDS = {
    **dict.fromkeys(("无关", "无相关", "不相关", "unrelated"), 1),
    **dict.fromkeys(("弱相关", "弱", "weak"), 2),
    **dict.fromkeys(("较强相关", "较强", "good"), 3),
    **dict.fromkeys(("强相关", "强", "strong"), 4),
}
_NUMBERED = re.compile(r"([1-4])(?:\.0+(?!\d))?[\s.、:\-–—]*(.*)")
# The apostrophe that reports put before text which a spreadsheet program would run.
_DISARMED = re.compile(r"'(?=\s*[=+\-@＝＋－＠])")

# A row: its number, and its fields with the heading and the value of each.
_Cells = Mapping[str, tuple[str, object]]
_Row = tuple[int, _Cells]
_Table = Iterable[Sequence[object]]


def read_judgements(path: str | PathLike[str]) -> Judgements:
    """Read graded pairs from a .csv, .jsonl, .xlsx, .xlsm or .xls file.

    The columns are ``need_id``, ``achievement_id``, ``grade`` and, optionally,
    ``achievement_title``, or what they are called in Chinese: 需求编号, 成果编号, 等级 (相关等级,
    评分 …), 成果名称. Others are ignored, and so are empty rows. A grade is 1, 2, 3 or 4, a word
    (无关, 弱相关, 较强相关, 强相关) or both, as in ``3 较强相关``. A .csv or .jsonl file is UTF-8
    (with or without a byte order mark) or GB18030; of a workbook the first sheet with these
    headings is read.

    In a workbook, which people fill in, a row without a grade is not a judgement yet: it is left
    out and counted in ``skipped``. In the other files, which programs write, it is an error.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    Judgements
        In the order of the file.

    Raises
    ------
    JudgementError
        If the file cannot be read, has no judged row, lacks a column, is a ranking whose grades
        are those of the model, or a row lacks an id or has another grade. The message names file,
        row, column and value, and what to do.
    """
    file = Path(path)
    readers: dict[str, Callable[[Path], Iterator[_Row]]] = {
        ".csv": _csv_rows,
        ".jsonl": _jsonl_rows,
        **dict.fromkeys(_WORKBOOKS, _workbook_rows),
    }
    ending = file.suffix.lower()
    if ending not in readers:
        raise JudgementError(f"{file}: unknown ending {file.suffix!r}; known: {', '.join(readers)}")
    needs, achievements, grades, titles = [], [], [], []
    skipped = 0
    for row, cells in readers[ending](file):
        if ending in _WORKBOOKS and not _text(cells["grade"][1]):
            skipped += 1
            continue
        needs.append(_identifier(cells, file, row, "need_id"))
        achievements.append(_identifier(cells, file, row, "achievement_id"))
        grades.append(_grade(cells, file, row))
        titles.append(_plain(cells[_TITLE][1]) if _TITLE in cells else None)
    if not grades:
        raise _nothing(file, skipped)
    titled = any(title is not None for title in titles)
    return Judgements(
        need_ids=tuple(needs),
        achievement_ids=tuple(achievements),
        grades=np.array(grades, dtype=np.int8),
        achievement_titles=tuple(title or "" for title in titles) if titled else None,
        source=str(file),
        skipped=skipped,
    )


def _nothing(file: Path, skipped: int) -> JudgementError:
    if skipped:
        return JudgementError(
            f"{file}: none of its {skipped} rows has a grade yet; fill in the column of the grades"
        )
    return JudgementError(f"{file}: no rows; give at least one graded pair below the headings")


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
    return _below_headings(file, [table])


def _workbook_rows(file: Path) -> Iterator[_Row]:
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

    job = Job(Place(str(file)), Headings(Need), Limits(), ReadLog())
    try:
        with CalamineWorkbook.from_filelike(checked_workbook(file, job)) as book:
            sheets = [
                # Keeping the empty rows above the headings keeps the row numbers of the sheet.
                book.get_sheet_by_name(item.name).to_python(skip_empty_area=False)
                for item in book.sheets_metadata
                if item.typ == SheetTypeEnum.WorkSheet
            ]
    except BaseException as error:
        # A damaged .xls can make python-calamine panic, which is no Exception.
        known = isinstance(error, RecordError | CalamineError | OSError)
        if known or type(error).__name__ == "PanicException":
            reason = str(error).removeprefix(f"{file}: ")
            ending = file.suffix.lower()
            raise JudgementError(f"{file}: not a readable {ending} ({reason})") from error
        raise
    return _below_headings(file, sheets)


def _below_headings(file: Path, sheets: Sequence[_Table]) -> Iterator[_Row]:
    """Rows of the first sheet that has the headings, which may stand below a title."""
    tops = [list(islice(_filled(sheet), HEADING_ROWS)) for sheet in sheets]
    for sheet, top in zip(sheets, tops, strict=True):
        for number, cells in top:
            headings = [_text(cell) for cell in cells]
            found = {_field(heading) for heading in headings}
            if found.issuperset(_REQUIRED):
                return _rows(sheet, number, _positions(file, number, headings), headings)
    number, cells = next((top[0] for top in tops if top), (1, ()))
    headings = [_text(cell) for cell in cells]
    # Two columns of a kind may be why none was found: say that first.
    found = set(_positions(file, number, headings))
    missing = ", ".join(name for name in _REQUIRED if name not in found)
    raise JudgementError(
        f"{file}, row {number}: no column {missing} among {headings}; the headings must be "
        f"{', '.join(_REQUIRED)} or 需求编号, 成果编号, 等级"
    )


def _filled(table: _Table) -> Iterator[tuple[int, Sequence[object]]]:
    return ((row, cells) for row, cells in enumerate(table, 1) if any(map(_text, cells)))


def _field(heading: str) -> str | None:
    return _FIELD_OF.get(simplify(heading).key)


def _positions(file: Path, row: int, headings: Sequence[str]) -> dict[str, int]:
    """Find the column of each field; of several titles the most usual one."""
    _refuse_ranking(file, headings)
    found: dict[str, list[int]] = {}
    for at, heading in enumerate(headings):
        field = _field(heading)
        if field is not None:
            found.setdefault(field, []).append(at)
    for field, positions in found.items():
        names = [headings[at] for at in positions]
        if len(set(names)) < len(names):
            raise JudgementError(f"{file}, row {row}: two columns {names[0]!r}; leave one")
        if field == _TITLE:
            positions.sort(key=lambda at: _ALIASES[_TITLE].index(simplify(headings[at]).key))
        elif len(names) > 1:
            shown = " and ".join(map(repr, names))
            raise JudgementError(f"{file}, row {row}: columns {shown} are both {field}; leave one")
    return {field: positions[0] for field, positions in found.items()}


def _refuse_ranking(file: Path, headings: Iterable[str]) -> None:
    keys = {simplify(heading).key for heading in headings}
    for ranking in _RANKINGS:
        if ranking <= keys:
            raise JudgementError(
                f"{file}: is a ranking (columns {', '.join(sorted(ranking))}), so its grades are "
                "the model's own; judge a file of 'matchmaker suggest', or delete these columns "
                "if a person has decided every grade"
            )


def _rows(
    table: _Table, top: int, positions: Mapping[str, int], headings: Sequence[str]
) -> Iterator[_Row]:
    for row, cells in _filled(table):
        if row > top:
            values = [cell for cell, _ in zip_longest(cells, headings, fillvalue="")]
            yield row, {field: (headings[at], values[at]) for field, at in positions.items()}


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
        keys = list(cells)
        positions = _positions(file, row, keys)
        found = {field: (keys[at], cells[keys[at]]) for field, at in positions.items()}
        yield row, {**{name: (name, None) for name in _REQUIRED}, **found}


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _plain(value: object) -> str:
    """Text as the record has it."""
    text = _text(value)
    return text[1:].strip() if _DISARMED.match(text) else text


def _identifier(cells: _Cells, file: Path, row: int, field: str) -> str:
    column, value = cells[field]
    text = _plain(value)
    where = f"{file}, row {row}, column {column!r}: "
    if not text:
        raise JudgementError(f"{where}the id is missing; fill it in or delete the row")
    if isinstance(value, bool | list | dict):
        raise JudgementError(f"{where}{text} is not an id; store the id as text")
    if isinstance(value, float) and abs(value) >= _EXACT_NUMBERS:
        raise JudgementError(f"{where}{text} is a number that was rounded; store the id as text")
    return text


def _grade(cells: _Cells, file: Path, row: int) -> int:
    column, value = cells["grade"]
    text = unicodedata.normalize("NFKC", _text(value)).casefold().strip()
    grade = None if isinstance(value, bool) else _graded(text)
    if grade is None:
        raise JudgementError(
            f"{file}, row {row}, column {column!r}: {value!r} is not 1, 2, 3 or 4 "
            "(1 无关 unrelated … 4 强相关 strongly related); correct it or delete the row"
        )
    return grade


def _graded(text: str) -> int | None:
    if text in _WORDS:
        return _WORDS[text]
    numbered = _NUMBERED.fullmatch(text)
    if not numbered:
        return None
    grade, word = int(numbered[1]), numbered[2]
    return grade if not word or _WORDS.get(word) == grade else None
