"""Rankings too large to be held at once: written in parts, which are joined to one file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchmaker.errors import ConfigError, MissingExtraError
from matchmaker.reporting.columns import PairTable
from matchmaker.reporting.files import check_folder, replacing
from matchmaker.reporting.flat import fill_csv, fill_jsonl, machine_form
from matchmaker.reporting.messages import check_lang
from matchmaker.reporting.wording import Wording
from matchmaker.scoring.pairs import RankedPairs

if TYPE_CHECKING:
    import pyarrow

ENDINGS = (".csv", ".jsonl", ".parquet")
"""Endings of the files that can be written in parts."""

ROWS_OF_A_GROUP = 10_000
"""Rows of a row group of a .parquet file: the same however many rows the parts have."""


def check_stream_target(path: str | os.PathLike[str]) -> str:
    """Make sure that a file can be written in parts before the work for it begins.

    Parameters
    ----------
    path : str or path-like
        The file to be.

    Returns
    -------
    str
        Its ending, one of ``ENDINGS``.

    Raises
    ------
    ConfigError
        If the ending is unknown, the folder does not exist or the path is itself a folder.
    MissingExtraError
        If the ending is ``.parquet`` and pyarrow is not installed.
    """
    target = Path(path)
    ending = target.suffix.lower()
    if ending not in ENDINGS:
        raise ConfigError(
            f"{os.fspath(path)}: the ending {ending!r} names no form that is written in parts; "
            f"known are {', '.join(ENDINGS)}"
        )
    check_folder(target)
    if ending == ".parquet":
        _arrow()
    return ending


def write_part(pairs: RankedPairs, path: Path, *, lang: str = "zh", reasons: bool = True) -> None:
    """Write some of the pairs of a ranking as a file of its own.

    Parameters
    ----------
    pairs : RankedPairs
        All pairs of some asking records.
    path : Path
        Its ending, one of ``ENDINGS``, chooses the form. Columns are those of
        :func:`~matchmaker.reporting.flat.write_csv` and
        :func:`~matchmaker.reporting.flat.write_jsonl`, and the same in every part: a .csv always
        has the one of ids with the same content, though nobody may have any. Text that UTF-8
        cannot hold has a question mark in a .parquet. The file is there, whole and safe from a
        failing power supply, or not at all.
    lang : {"zh", "en"}
        Language of headings, grades and punctuation of a .csv.
    reasons : bool
        Whether it says why the two of a pair go together.
    """
    words = Wording(check_lang(lang))
    with replacing(path) as made:
        if path.suffix == ".csv":
            table = PairTable(pairs, words, details=True, duplicates=True, reasons=reasons)
            fill_csv(table, pairs, made, words)
        elif path.suffix == ".jsonl":
            fill_jsonl(pairs, made, reasons=reasons)
        else:
            _fill_parquet(pairs, made, reasons=reasons)
        _sync(made)


def join_parts(parts: Sequence[Path], target: str | os.PathLike[str]) -> None:
    """Join parts to one file.

    Parameters
    ----------
    parts : sequence of Path
        At least one, in order, all of the target's form. They stay as they are.
    target : str or path-like
        The file; replaced once the new one is complete. Its bytes do not depend on how its rows
        are spread over the parts.
    """
    ending = Path(target).suffix.lower()
    with replacing(target) as made:
        if ending == ".parquet":
            _join_parquet(parts, made)
        else:
            with made.open("wb") as file:
                for number, part in enumerate(parts):
                    with part.open("rb") as source:
                        # Of a .csv, each part begins with the headings.
                        if number and ending == ".csv":
                            source.readline()
                        shutil.copyfileobj(source, file, 1 << 20)
        _sync(made)


def _sync(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _arrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtraError("pyarrow", "parquet", "A .parquet file") from error
    return pyarrow


def _schema() -> pyarrow.Schema:
    arrow = _arrow()
    text, number = arrow.string(), arrow.float64()
    labels = arrow.list_(arrow.struct([("name", text), ("confidence", number)]))
    return arrow.schema(
        [
            ("need_id", text),
            ("need_title", text),
            ("achievement_id", text),
            ("achievement_title", text),
            ("rank", arrow.int32()),
            ("score", number),
            ("grade", arrow.int8()),
            ("similarity", number),
            ("sectors", arrow.list_(text)),
            ("need_sectors", labels),
            ("achievement_sectors", labels),
            ("shared_terms", arrow.list_(arrow.struct([("term", text), ("weight", number)]))),
            ("duplicates", arrow.list_(text)),
            ("explanation", _explanation_schema()),
        ]
    )


def _explanation_schema() -> pyarrow.StructType:
    arrow = _arrow()
    text, number = arrow.string(), arrow.float64()
    place = [("start", arrow.int32()), ("end", arrow.int32())]
    span = [("side", text), ("field", text), *place, ("text", text)]
    said = [(name, text) for name in ("verdict", "detail")]
    evidence = arrow.struct(
        [
            ("kind", text),
            ("value", number),
            ("need", text),
            ("achievement", text),
            ("weight", number),
            *said,
            ("spans", arrow.list_(arrow.struct(span))),
        ]
    )
    part = [("name", text), ("value", number), ("evidence", arrow.list_(evidence))]
    return arrow.struct(
        [
            ("parts", arrow.list_(arrow.struct(part))),
            ("judged", arrow.list_(text)),
            ("unjudged", arrow.list_(text)),
            ("open", arrow.list_(evidence)),
        ]
    )


def _fill_parquet(pairs: RankedPairs, path: Path, *, reasons: bool) -> None:
    arrow = _arrow()
    told = reasons and pairs.explainable
    rows = [_storable(machine_form(match, reasons=told)) for match in pairs]
    arrow.parquet.write_table(arrow.Table.from_pylist(rows, schema=_schema()), path)


def _join_parquet(parts: Sequence[Path], path: Path) -> None:
    arrow = _arrow()
    with arrow.parquet.ParquetWriter(path, _schema(), compression="zstd") as writer:
        for group in _groups(parts):
            writer.write_table(group, row_group_size=ROWS_OF_A_GROUP)


def _groups(parts: Sequence[Path]) -> Iterator[Any]:
    """Cut the rows of all parts into tables of equal length, all but the last."""
    arrow = _arrow()
    held = _schema().empty_table()
    for part in parts:
        held = arrow.concat_tables([held, arrow.parquet.read_table(part)])
        while len(held) >= ROWS_OF_A_GROUP:
            # In one piece: pages of a file would show where its parts began.
            yield held.slice(0, ROWS_OF_A_GROUP).combine_chunks()
            held = held.slice(ROWS_OF_A_GROUP)
    if len(held):
        yield held.combine_chunks()


def _storable(value: Any) -> Any:
    """Replace lone surrogates, which a column of text cannot hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {key: _storable(item) for key, item in value.items()}
    return value
