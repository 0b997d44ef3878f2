"""Reading needs and achievements from files, lists of dicts and data frames."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import closing
from os import PathLike
from pathlib import Path
from typing import Any

from matchmaker.errors import ConfigError
from matchmaker.records.assembly import Assembler
from matchmaker.records.column_map import ColumnMap, as_column_map, option
from matchmaker.records.delimited import read_delimited
from matchmaker.records.headings import Headings
from matchmaker.records.limits import Limits
from matchmaker.records.report import Place, ReadLog, Records, T
from matchmaker.records.sources import (
    Job,
    Rows,
    read_dicts,
    read_frame,
    read_jsonl,
    read_parquet,
)
from matchmaker.records.types import Achievement, Need
from matchmaker.records.workbooks import read_workbook

_WORKBOOKS = (".xlsx", ".xlsm", ".xls")
ENDINGS = (*_WORKBOOKS, ".csv", ".tsv", ".jsonl", ".parquet")


def read_needs(
    source: str | PathLike[str] | Iterable[Mapping[str, object]] | Any,
    *,
    columns: ColumnMap | Mapping[str, str] | None = None,
    sheet: str | None = None,
    limits: Limits | None = None,
) -> Records[Need]:
    """Read the needs of enterprises.

    Parameters
    ----------
    source : path, list of dicts, or DataFrame of pandas or polars
        Files end in .xlsx, .xlsm, .xls, .csv, .tsv, .jsonl or .parquet. Text files are UTF-8 with
        or without BOM, UTF-16 with BOM, or GB18030.
    columns : ColumnMap or dict, optional
        Names columns whose headings are not found automatically: field to heading.
    sheet : str, optional
        Sheet of a workbook; by default the first one with headings.
    limits : Limits, optional
        What is accepted; ``Limits()`` by default.

    Returns
    -------
    Records of Need
        In the order of the source, with ``report``: rows read, kept and left out and why.

    Raises
    ------
    RecordError
        If the source cannot be read, no headings are found or they are those of achievements, a
        limit is passed, or one id stands for two contents. The message names file, sheet, row,
        column, value and the way out.
    ConfigError
        If the ending is unknown, or an option does not fit the source or is of another type.
    MissingExtraError
        If a .parquet file is read without pyarrow.

    Examples
    --------
    >>> needs = read_needs([{"编号": "N1", "需求名称": "耐热钢", "拟投入资金（万元）": 50}])
    >>> needs[0].title, needs[0].budget
    ('耐热钢', '50万元')
    """
    return _read(Need, source, columns=columns, sheet=sheet, limits=limits)


def read_achievements(
    source: str | PathLike[str] | Iterable[Mapping[str, object]] | Any,
    *,
    columns: ColumnMap | Mapping[str, str] | None = None,
    sheet: str | None = None,
    limits: Limits | None = None,
) -> Records[Achievement]:
    """Read the achievements of universities; the same as :func:`read_needs` in all else.

    Parameters
    ----------
    source : path, list of dicts, or DataFrame of pandas or polars
        As for :func:`read_needs`.
    columns : ColumnMap or dict, optional
        Names columns whose headings are not found automatically: field to heading.
    sheet : str, optional
        Sheet of a workbook; by default the first one with headings.
    limits : Limits, optional
        What is accepted; ``Limits()`` by default.

    Returns
    -------
    Records of Achievement
        In the order of the source, with ``report``: rows read, kept and left out and why.

    Raises
    ------
    RecordError, ConfigError, MissingExtraError
        As for :func:`read_needs`.

    Examples
    --------
    >>> read_achievements([{"id": "A1", "成果名称": "热处理工艺", "备注": "旧"}])[0].extra
    Extra({'备注': '旧'})
    """
    return _read(Achievement, source, columns=columns, sheet=sheet, limits=limits)


def _read(
    kind: type[T],
    source: Any,
    *,
    columns: ColumnMap | Mapping[str, str] | None,
    sheet: str | None,
    limits: Limits | None,
) -> Records[T]:
    headings, log = Headings(kind, as_column_map(columns)), ReadLog()
    limits = limits or Limits()
    is_path = isinstance(source, str | PathLike)
    job = Job(Place(_label(source)), headings, limits, log)
    workbook = is_path and Path(source).suffix.lower() in _WORKBOOKS
    if sheet is not None and not workbook:
        raise ConfigError(
            f"sheet={sheet!r} (on the command line {option(kind, 'sheet')}) is for workbooks; "
            f"{job.place.file} has no sheets"
        )
    if workbook:
        table = read_workbook(_existing(Path(source), job), job, sheet=sheet)
        place, rows = table.place, table.rows
    else:
        place = job.place
        rows = _open_file(Path(source), job) if is_path else _open_object(source, job)
    assembler = Assembler(kind, headings, place, limits=limits, log=log)
    with closing(rows):
        records = assembler.read(rows)
    label = f"{place.file} [{place.sheet}]" if place.sheet else place.file
    return Records(records, log.report(kept=len(records), source=label))


def _label(source: object) -> str:
    if isinstance(source, str | PathLike):
        return os.fsdecode(source)
    return "<list>" if isinstance(source, list | tuple) else f"<{type(source).__name__}>"


def _existing(path: Path, job: Job) -> Path:
    if not path.exists():
        raise job.place.error(
            "there is no such file", way_out=f"It was looked for at {path.absolute()}."
        )
    if not path.is_file():
        raise job.place.error("not a file", way_out=f"Name one file ({', '.join(ENDINGS)}).")
    return path


def _open_file(path: Path, job: Job) -> Rows:
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise ConfigError(
            f"{job.place.file}: files ending in {ending!r} cannot be read; "
            f"the known endings are {', '.join(ENDINGS)}"
        )
    _existing(path, job)
    if ending == ".csv":
        return read_delimited(path, job, delimiters=",;\t")
    if ending == ".tsv":
        return read_delimited(path, job, delimiters="\t")
    return read_jsonl(path, job) if ending == ".jsonl" else read_parquet(path, job)


def _open_object(source: Any, job: Job) -> Rows:
    libraries = {cls.__module__.split(".")[0] for cls in type(source).__mro__}
    if libraries & {"pandas", "polars", "geopandas"}:
        if hasattr(source, "itertuples") or hasattr(source, "iter_rows"):
            return read_frame(source, job)
        if hasattr(source, "collect"):
            return read_frame(source.collect(), job)
    elif isinstance(source, Iterable) and not isinstance(source, bytes | Mapping):
        return read_dicts(source, job)
    raise ConfigError(
        f"cannot read records from a {type(source).__name__}; give a path, a list of dicts or a "
        "DataFrame of pandas or polars"
    )
