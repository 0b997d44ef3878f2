"""Workbooks checked before they are opened, so that a hostile one cannot end the process.

python-calamine makes room for the whole rectangle between a sheet's first and last cell and copies
a shared text into every cell that names it; both are measured here first. An .xlsx file is
unpacked, checked and handed on as a plain archive of just the sheets, texts and styles: what was
checked is what is read, and links to other files, macros and pictures are never seen.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections import Counter
from itertools import pairwise
from pathlib import Path, PurePosixPath

from matchmaker.errors import RecordError
from matchmaker.records.legacy import spans
from matchmaker.records.sources import Job

_ZIP = b"PK"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_SKIPPED = re.compile(
    r"/(externallinks|drawings|media|embeddings|charts|activex|ctrlprops|customxml|"
    r"printersettings|pivotcache|pivottables|comments|threadedcomments)[/\d]",
    re.IGNORECASE,
)
_KEPT = re.compile(r"\.(xml|rels)$", re.IGNORECASE)
_SHEET = b"sheetData"

# Only references that can reach beyond column Z or row 99,999 are looked at one by one.
_FAR = re.compile(rb"r\s*=\s*[\"']\s*([A-Za-z]{2,}|[A-Za-z]?(?=[0-9]{6}))([0-9]+)")
_PLACE = re.compile(rb"r\s*=\s*[\"']\s*([A-Za-z]*)([0-9]+)")
_NEAR_COLUMNS, _NEAR_ROWS = 26, 99_999
# Further than any workbook of these formats reaches.
_MOST_ROWS, _MOST_COLUMNS = 1 << 20, 1 << 14
_PREFIXED_CELL = re.compile(rb"<\w+:(?:c|row)[\s/>]")
_TEXT_ITEM = re.compile(rb"<(?:\w+:)?si[\s/>]")
_VALUE = re.compile(rb"v[^>]*>[\s+]*(\d+)\s*<")

_WAY_OUT = "Open it in a spreadsheet program and save it again as .xlsx."


def checked_workbook(path: Path, job: Job) -> io.BytesIO:
    """Return a workbook that is safe to open, as a file in memory.

    Parameters
    ----------
    path : Path
        .xlsx, .xlsm or .xls; what it is is told by its content, not by its ending.
    job : Job
        Limits and place.

    Returns
    -------
    BytesIO
        Its content.

    Raises
    ------
    RecordError
        If it is no workbook, damaged, or passes a limit.
    """
    with path.open("rb") as stream:
        start = stream.read(512)
    if start.startswith(_ZIP):
        return _checked_xlsx(path, job)
    if not start.startswith(_OLE):
        problem, way_out = _not_a_workbook(start)
        raise job.place.error(problem, way_out=way_out)
    data = path.read_bytes()
    try:
        found = spans(data)
    except ValueError as error:
        raise _damaged(job, error) from error
    for rows, columns in found:
        _check_span(rows, columns, "a sheet", job)
    return io.BytesIO(data)


def _not_a_workbook(start: bytes) -> tuple[str, str]:
    if b"<html" in start.lower() or b"<table" in start.lower():
        return "a web page with the ending of a workbook", _WAY_OUT
    if b"\x00" not in start:
        return "text with the ending of a workbook", "Rename it to .csv, or .tsv if tabs separate."
    return "not a workbook", _WAY_OUT


def _damaged(job: Job, error: Exception | str) -> RecordError:
    return job.place.error(f"the workbook cannot be read ({error})", way_out=_WAY_OUT)


def _checked_xlsx(path: Path, job: Job) -> io.BytesIO:
    try:
        members = _unpack(path, job)
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        OSError,
        RuntimeError,
        UnicodeDecodeError,
    ) as error:
        raise _damaged(job, error) from error
    if not any(PurePosixPath(name.lower()).name == "workbook.xml" for name in members):
        raise _damaged(job, "an archive without xl/workbook.xml")
    texts = _text_sizes(members)
    unpacked = sum(map(len, members.values()))
    for name, data in members.items():
        if b"\x00" in data or b"<!DOCTYPE" in data:
            raise _damaged(job, f"{name} has an unusual encoding or declares entities")
        if _SHEET in data:
            span = _sheet_span(data, job.limits.max_cells)
            _check_span(*span, PurePosixPath(name).name, job)
            unpacked += _repeated_size(data, texts, job.limits.max_unpacked_bytes)
            _check_unpacked(unpacked, job)
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    plain.seek(0)
    return plain


def _unpack(path: Path, job: Job) -> dict[str, bytes]:
    members: dict[str, bytes] = {}
    with zipfile.ZipFile(path) as archive:
        items = archive.infolist()
        _check_unpacked(sum(item.file_size for item in items), job)
        for item in items:
            if _KEPT.search(item.filename) and not _SKIPPED.search(item.filename):
                members[item.filename] = archive.read(item)
    return members


def _check_unpacked(size: int, job: Job) -> None:
    if size > job.limits.max_unpacked_bytes:
        raise job.place.error(
            f"{size:,} bytes unpacked, more than {job.limits.max_unpacked_bytes:,}",
            way_out="Split it, save it as .csv, or raise Limits.max_unpacked_bytes in Python.",
        )


def _check_span(rows: int, columns: int, name: str, job: Job) -> None:
    if rows > _MOST_ROWS or columns > _MOST_COLUMNS or rows * columns > job.limits.max_cells:
        raise job.place.error(
            f"{name} spans up to {rows:,} rows and {columns:,} columns, more than "
            f"{job.limits.max_cells:,} cells",
            way_out="Delete the empty rows and columns beyond the table, save it as .csv, or raise "
            "Limits.max_cells in Python.",
        )


def _sheet_span(data: bytes, limit: int) -> tuple[int, int]:
    """Rows and columns that the cells of a sheet can reach at most; exact where it matters."""
    for pattern, rows, columns in ((_FAR, _NEAR_ROWS, _NEAR_COLUMNS), (_PLACE, 1, 1)):
        for letters, digits in set(pattern.findall(data)):
            columns = max(columns, _column_number(letters))
            rows = max(rows, int(digits[:9] or 0))
        rows, columns = _reach(data, rows, columns)
        if rows <= _MOST_ROWS and columns <= _MOST_COLUMNS and rows * columns <= limit:
            break
    return rows, columns


def _reach(data: bytes, rows: int, columns: int) -> tuple[int, int]:
    """Widen a span by cells that say no place of their own and stand behind the one before."""
    placed = data.count(b"<c r=")
    cells = data.count(b"<c ") + data.count(b"<c>") + data.count(b"<c/")
    if cells == placed and not _PREFIXED_CELL.search(data):
        return rows, columns
    starts = [found.start() for found in re.finditer(rb"<(?:\w+:)?row[\s/>]", data)]
    widths = [data.count(b"<", a, b) for a, b in pairwise([*starts, len(data)])]
    return rows + len(starts), columns + max(widths, default=0)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:5]:
        number = number * 26 + letter - 64
    return number


def _text_sizes(members: dict[str, bytes]) -> list[int]:
    """Sizes of the shared texts, in order."""
    for name, data in members.items():
        if PurePosixPath(name.lower()).name == "sharedstrings.xml":
            starts = [found.start() for found in _TEXT_ITEM.finditer(data)]
            return [b - a for a, b in pairwise([*starts, len(data)])]
    return []


def _repeated_size(data: bytes, texts: list[int], limit: int) -> int:
    """Bytes that shared texts take once they stand in every cell; 0 where that cannot be much."""
    if not texts or max(texts) * data.count(b"</") <= limit:
        return 0
    uses = Counter(map(int, (value for value in _VALUE.findall(data) if len(value) < 10)))
    largest = max(texts)
    return sum(
        count * (texts[at] if at < len(texts) else 0 if at > len(data) else largest)
        for at, count in uses.items()
    )
