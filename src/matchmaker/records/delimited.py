"""Text tables: .csv and .tsv files."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from matchmaker.records.encoding import detect_encoding
from matchmaker.records.report import Place
from matchmaker.records.sources import (
    HEADING_ROWS,
    TOP_ROWS,
    Job,
    Rows,
    below_headings,
    check_size,
)


def read_delimited(path: Path, job: Job, *, delimiters: str) -> Rows:
    """Yield the rows of a .csv or .tsv file below its headings.

    Parameters
    ----------
    path : Path
        UTF-8 with or without BOM, UTF-16 with BOM, or GB18030.
    job : Job
        What to read it with.
    delimiters : str
        Those that may separate the cells; the one under which most headings are recognised is
        taken, the first of equals.

    Yields
    ------
    Row
        The number counts rows, so a cell with a line break counts once, as in a spreadsheet.
    """
    check_size(path, job)
    encoding = detect_encoding(path, job.place)
    with _field_limit(job.limits.max_cell_chars), path.open(encoding=encoding, newline="") as text:
        best, best_score = delimiters[0], 0
        for delimiter in delimiters if len(delimiters) > 1 else "":
            text.seek(0)
            score = _heading_score(csv.reader(text, delimiter=delimiter), job)
            if score > best_score:
                best, best_score = delimiter, score
        text.seek(0)
        rows = _csv_rows(csv.reader(text, delimiter=best, strict=True), job)
        for row in below_headings(rows, job):
            surplus = [cell for cell in row.values[len(row.headings) :] if cell]
            if surplus:
                raise Place(job.place.file, "", row.number).error(
                    f"{len(row.values)} cells under {len(row.headings)} headings",
                    value=surplus[0],
                    way_out=f"Put cells that contain {best!r} in double quotes.",
                )
            if 0 < len(row.values) < len(row.headings):
                job.log.note(row.number, "short_row", "rows with fewer cells than headings")
            yield row


def _csv_rows(reader: Iterator[list[str]], job: Job) -> Iterator[tuple[int, Sequence[object]]]:
    number = 0
    try:
        for number, values in enumerate(reader, start=1):
            yield number, values
    except csv.Error as error:
        raise Place(job.place.file, "", number + 1).error(
            f"not valid CSV ({error})",
            way_out="Close every double quote, double those inside a quoted cell, and keep cells "
            f"below {job.limits.max_cell_chars} characters (Limits.max_cell_chars in Python).",
        ) from error


def _heading_score(reader: Iterator[list[str]], job: Job) -> int:
    top: list[list[str]] = []
    try:
        for values in itertools.islice(reader, TOP_ROWS):
            if any(values):
                top.append(values[: job.limits.max_columns])
            if len(top) == HEADING_ROWS:
                break
    except csv.Error:
        pass
    at = job.headings.find(top)
    return job.headings.plan(tuple(top[at])).score if at >= 0 else 0


@contextmanager
def _field_limit(max_chars: int) -> Iterator[None]:
    """Let the csv module read longer cells than it would, and only while a file is read."""
    before = csv.field_size_limit()
    if max_chars <= before:
        yield
        return
    csv.field_size_limit(max_chars)
    try:
        yield
    finally:
        csv.field_size_limit(before)
