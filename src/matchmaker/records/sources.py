"""Sources as rows: lists of dicts and .jsonl, data frames and .parquet."""

from __future__ import annotations

import itertools
import json
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from matchmaker.errors import MissingExtraError
from matchmaker.records.assembly import Row
from matchmaker.records.cells import cell_text
from matchmaker.records.encoding import detect_encoding
from matchmaker.records.headings import Headings
from matchmaker.records.limits import Limits
from matchmaker.records.report import Place, ReadLog, shorten

# Headings are looked for in this many rows with content, among so many rows in all.
HEADING_ROWS = 10
TOP_ROWS = 50

# What every source gives; closing it closes the file.
Rows: TypeAlias = Generator[Row, None, None]


@dataclass(frozen=True, slots=True)
class Job:
    """What every source needs to be read: its place, the headings, the limits and the log."""

    place: Place
    headings: Headings
    limits: Limits
    log: ReadLog


def check_size(path: Path, job: Job) -> None:
    """Raise a RecordError if a file is empty or larger than the limit."""
    size = path.stat().st_size
    if not size:
        raise job.place.error("the file is empty", way_out="Export it again.")
    if size > job.limits.max_bytes:
        raise job.place.error(
            f"the file has {size:,} bytes, more than {job.limits.max_bytes:,}",
            way_out="Split it or raise Limits.max_bytes in Python.",
        )


def below_headings(rows: Iterator[tuple[int, Sequence[object]]], job: Job) -> Rows:
    """Find the headings among the first rows and yield the rows below them.

    Parameters
    ----------
    rows : iterator of (number, values)
        From the top; a title row and empty rows may stand above the headings.
    job : Job
        What to read them with.

    Yields
    ------
    Row
        Without rows that repeat the headings, which are reported.

    Raises
    ------
    RecordError
        If there are no headings, those of the other kind, or a mapped one is missing.
    """
    top: list[tuple[int, Sequence[object]]] = []
    texts: list[tuple[str, ...]] = []
    for number, values in itertools.islice(rows, TOP_ROWS):
        top.append((number, values))
        texts.append(tuple(map(shown, values[: job.limits.max_columns + 1])))
        if sum(map(any, texts)) == HEADING_ROWS:
            break
    at = job.headings.find(texts)
    if at < 0:
        raise job.headings.not_found(texts, job.place)
    headings = texts[at]
    job.headings.check(headings, job.place)
    for number, values in itertools.chain(top[at + 1 :], rows):
        if values and repeats(headings, values):
            skip_heading(number, job)
            continue
        yield Row(number, headings, values)


def shown(value: object) -> str:
    """Return a cell of a possible heading row as text; empty if it is nothing of the kind."""
    try:
        return cell_text(value)
    except TypeError:
        return ""


def repeats(headings: Sequence[str], values: Sequence[object]) -> bool:
    """Return whether a row repeats the headings, as a printed list does on every page."""
    first = next((at for at, heading in enumerate(headings) if heading), 0)
    if len(values) <= first or shown(values[first]) != headings[first]:
        return False
    return tuple(map(shown, values))[: len(headings)] == tuple(headings)


def skip_heading(number: int, job: Job) -> None:
    """Report a row that repeats the headings."""
    job.log.read += 1
    job.log.leave_out(number, "repeated_heading", "the headings again")


def read_jsonl(path: Path, job: Job) -> Rows:
    """Yield the objects of a .jsonl file; the row is the line.

    Parameters
    ----------
    path : Path
        One JSON object a line, in UTF-8 or GB18030; empty lines are passed over.
    job : Job
        What to read it with.

    Returns
    -------
    iterator of Row
        Headings are the keys.
    """
    check_size(path, job)
    return _with_known_keys(_json_objects(path, job), job)


def _json_objects(path: Path, job: Job) -> Iterator[tuple[int, Mapping[str, object]]]:
    encoding = detect_encoding(path, job.place)
    with path.open(encoding=encoding) as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            place = Place(job.place.file, "", number)
            try:
                value = json.loads(line, object_pairs_hook=_without_repeats)
                if "\\u" in line:  # Half of a surrogate pair could never be written out again.
                    json.dumps(value, ensure_ascii=False).encode()
            except (ValueError, RecursionError) as error:
                raise place.error(
                    f"not valid JSON ({error})",
                    value=line.strip(),
                    way_out="Every line must hold one whole JSON object.",
                ) from error
            if not isinstance(value, dict):
                raise place.error(
                    f"a JSON {type(value).__name__}, not an object",
                    value=line.strip(),
                    way_out='Every line must hold one JSON object, such as {"id": …, "title": …}.',
                )
            yield number, value


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {max(keys, key=keys.count)!r} occurs twice")
    return found


def read_dicts(source: Iterable[object], job: Job) -> Rows:
    """Yield the dicts of a list; the row is the position from 1.

    Parameters
    ----------
    source : iterable of Mapping
        Keys are headings.
    job : Job
        What to read it with.

    Returns
    -------
    iterator of Row
        One for each dict.
    """

    def checked() -> Iterator[tuple[int, Mapping[str, object]]]:
        for number, item in enumerate(source, start=1):
            if not isinstance(item, Mapping):
                raise Place(job.place.file, "", number).error(
                    f"a {type(item).__name__}, not a dict",
                    value=item,
                    way_out="Give a list of dicts, a path or a DataFrame.",
                )
            yield number, item

    return _with_known_keys(checked(), job)


def _with_known_keys(items: Iterator[tuple[int, Mapping[str, object]]], job: Job) -> Rows:
    """Rows of objects; if not a single one has a title or body key, that is an error."""
    seen: dict[str, None] = {}
    usable = False
    for number, item in items:
        headings = tuple(map(str, item))
        usable = usable or job.headings.plan(headings).usable
        seen.update(dict.fromkeys(headings))
        yield Row(number, headings, list(item.values()))
    if seen:
        if not usable:
            raise job.headings.not_found([list(seen)], job.place)
        job.headings.check(list(seen), job.place)


def read_frame(frame: Any, job: Job) -> Rows:
    """Yield the rows of a pandas or polars DataFrame; the row is the position from 1.

    Parameters
    ----------
    frame : pandas.DataFrame or polars.DataFrame
        A named index of pandas counts as columns. Headings may also stand in the first rows, as
        when a sheet with a title row was read without saying so.
    job : Job
        What to read it with.

    Returns
    -------
    iterator of Row
        One for each row below the headings.
    """
    if hasattr(frame, "itertuples"):
        named = [name for name in frame.index.names if name is not None]
        if named and not set(named) & set(frame.columns):
            frame = frame.reset_index()
        rows = frame.itertuples(index=False, name=None)
    else:
        rows = frame.iter_rows()
    columns = [
        "/".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in frame.columns
    ]
    return below_headings(enumerate(itertools.chain([columns], rows)), job)


def read_parquet(path: Path, job: Job) -> Rows:
    """Yield the rows of a .parquet file; the row is the position from 1.

    Parameters
    ----------
    path : Path
        Read in batches.
    job : Job
        What to read it with.

    Yields
    ------
    Row
        One for each row below the headings.

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.
    RecordError
        If it is no .parquet file or larger than the limits.
    """
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise MissingExtraError("pyarrow", "parquet", "Reading .parquet") from error
    check_size(path, job)
    try:
        with ParquetFile(path) as file:
            _check_parquet(file.metadata, job)
            columns = list(file.schema_arrow.names)
            batches = file.iter_batches(batch_size=1024)
            rows = itertools.chain.from_iterable(
                zip(*(column.to_pylist() for column in batch.columns), strict=True)
                for batch in batches
            )
            yield from below_headings(enumerate(itertools.chain([columns], rows)), job)
    except (ArrowException, OSError) as error:
        raise job.place.error(
            f"not a readable .parquet file ({shorten(str(error))})",
            way_out="Write it again, for example with pyarrow or polars.",
        ) from error


def _check_parquet(meta: Any, job: Job) -> None:
    groups = (meta.row_group(at) for at in range(meta.num_row_groups))
    size = sum(group.total_byte_size for group in groups)
    for what, found, name in (
        ("rows", meta.num_rows, "max_rows"),
        ("bytes unpacked", size, "max_unpacked_bytes"),
    ):
        limit = getattr(job.limits, name)
        if found > limit:
            raise job.place.error(
                f"{found:,} {what}, more than {limit:,}",
                way_out=f"Split it or raise Limits.{name} in Python.",
            )
