"""The tables that records were read from, cell by cell, so that nothing of them is lost."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from matchmaker.checking.findings import RecordKind
from matchmaker.errors import ConfigError
from matchmaker.records import Achievement, ColumnMap, Limits, Need
from matchmaker.records.cells import cell_text
from matchmaker.records.delimited import read_delimited
from matchmaker.records.headings import Headings
from matchmaker.records.report import Place, ReadLog
from matchmaker.records.sources import Job, read_jsonl, read_parquet
from matchmaker.records.workbooks import read_workbook

_WORKBOOKS = (".xlsx", ".xlsm", ".xls")


@dataclass(frozen=True, slots=True)
class Original:
    """A table as it was read.

    Attributes
    ----------
    file : str
        The path as given.
    headings : tuple of str
        In order; what has none is named by its column.
    rows : tuple of (int, tuple of str)
        Number of the row, as in a record's origin, and its cells as text: one a heading.
    columns : tuple of (str, int)
        Field and position of the columns that fill fields.
    """

    file: str
    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    columns: tuple[tuple[str, int], ...]

    def position(self, field: str) -> int:
        """Give the position of the column that fills a field, or -1."""
        return next((at for name, at in self.columns if name == field), -1)


def read_original(
    path: Path, *, kind: RecordKind, columns: ColumnMap | None = None, sheet: str | None = None
) -> Original:
    """Read a table's cells, with the same headings and row numbers as its records.

    Parameters
    ----------
    path : Path
        As for :func:`~matchmaker.records.read_needs`.
    kind : {"needs", "achievements"}
        What it holds.
    columns : ColumnMap, optional
        Which column is what.
    sheet : str, optional
        Sheet of a workbook.

    Returns
    -------
    Original
        Without what stands above the headings; merged cells are filled down, and empty rows left
        out.

    Raises
    ------
    RecordError, ConfigError, MissingExtraError
        As for :func:`~matchmaker.records.read_needs`.
    """
    headings = Headings(Need if kind == "needs" else Achievement, columns)
    job = Job(Place(str(path)), headings, Limits(), ReadLog())
    ending = path.suffix.lower()
    if ending in _WORKBOOKS:
        found = read_workbook(path, job, sheet=sheet).rows
    elif ending in (".csv", ".tsv"):
        found = read_delimited(path, job, delimiters=",;\t" if ending == ".csv" else "\t")
    elif ending == ".jsonl":
        found = read_jsonl(path, job)
    elif ending == ".parquet":
        found = read_parquet(path, job)
    else:
        raise ConfigError(f"{path}: files ending in {ending!r} cannot be read")
    seen: dict[str, int] = {}
    rows: list[tuple[int, dict[str, str]]] = []
    places: dict[str, str] = {}
    with closing(found):
        for row in found:
            names = _unique(row.headings)
            texts = [cell_text(value) for value in row.values[: len(names)]]
            if not any(texts):
                continue
            for name in names:
                seen.setdefault(name, len(seen))
            for column in headings.plan(row.headings).columns:
                places.setdefault(column.field, names[column.position])
            rows.append((row.number, dict(zip(names, texts, strict=False))))
    known = tuple(seen)
    return Original(
        file=str(path),
        headings=known,
        rows=tuple(
            (number, tuple(cells.get(name, "") for name in known)) for number, cells in rows
        ),
        columns=tuple((field, seen[name]) for field, name in places.items()),
    )


def _unique(headings: tuple[str, ...]) -> list[str]:
    """Name columns without a heading by their number, and repeated ones apart."""
    names: list[str] = []
    for at, heading in enumerate(headings, start=1):
        name = heading.strip() or f"({at})"
        while name in names:
            name += f" ({at})"
        names.append(name)
    return names
