"""The workbook of a check: overview, records with findings, duplicates and proposed splits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from matchmaker.checking.checks import Check, RecordCheck
from matchmaker.checking.duplicates import RELATED
from matchmaker.records import Achievement, Need
from matchmaker.reporting.check_wording import CheckWording, counted
from matchmaker.reporting.columns import Value
from matchmaker.reporting.files import replacing
from matchmaker.reporting.sheets import Head, Line, Sheets, Table
from matchmaker.reporting.wording import file_name, one_line
from matchmaker.reporting.workbook import CREATED, OPTIONS


def write_check_workbook(check: Check, path: Path, words: CheckWording) -> None:
    """Write an .xlsx workbook.

    The sheets are: an overview; the records with findings, one a row; groups of duplicates, with
    related pairs at the end; proposed splits. The last two are left out where there are none.
    Records are written as text that no spreadsheet program runs.

    Parameters
    ----------
    check : Check
    path : Path
        The file; replaced once the new one is complete.
    words : CheckWording
        Language.

    Raises
    ------
    ConfigError
        If the folder does not exist.
    """
    import xlsxwriter

    with replacing(path) as made:
        options = {**OPTIONS, "tmpdir": str(made.parent)}
        with xlsxwriter.Workbook(str(made), options) as book:
            title = words(f"check.title.{check.kind}")
            book.set_properties({"title": title, "created": CREATED})
            book.set_size(2400, 1400)
            sheets = Sheets(book, words)
            tables = [_records_table(check, words)]
            if check.pairs:
                tables.append(_duplicates_table(check, words))
            if any(checked.split for checked in check.records):
                tables.append(_splits_table(check, words))
            overview = _overview_table(check, tables, words)
            for table in (overview, *tables):
                sheets.write(table, sheets.names_of(table))


RECORD_COLUMNS: tuple[tuple[str, int, str], ...] = (
    ("file", 16, "text"), ("row", 7, "count"), ("id", 12, "text"), ("title", 30, "text"),
    ("organisation", 20, "text"), ("kind", 14, "text"), ("basis", 16, "text"),
    ("complete", 9, "grade"), ("missing", 22, "text"), ("findings", 56, "lines"),
    ("proposals", 36, "lines"), ("advertising", 10, "score"),
)  # fmt: skip
"""Key, width and layout of the columns of a table of records."""


def record_values(checked: RecordCheck, words: CheckWording) -> list[Value]:
    """Give the values under :data:`RECORD_COLUMNS`.

    Parameters
    ----------
    checked : RecordCheck
    words : CheckWording

    Returns
    -------
    list of str, int or float
    """
    record, complete, kind = checked.record, checked.completeness, checked.need_kind
    return [
        *_origin(record),
        record.id,
        words.title(record),
        one_line(record.organisation),
        words.kind(checked),
        one_line(kind.evidence) if kind else "",
        f"{complete.present}/{len(complete.items)}",
        words.listed(words(f"check.item.{name}") for name in complete.missing),
        "\n".join(words.findings(checked, missing=False)),
        "\n".join(words.proposals(checked)),
        round(checked.advertising, 3),
    ]


def _origin(record: Need | Achievement) -> tuple[str, Value]:
    origin = record.origin
    return (file_name(origin.file), origin.row) if origin else ("", "")


def _heads(words: CheckWording, *columns: tuple[str, int, str]) -> list[Head]:
    return [Head(words(f"check.column.{key}"), width, kind) for key, width, kind in columns]  # type: ignore[arg-type]


def _overview_table(check: Check, tables: list[Table], words: CheckWording) -> Table:
    total = max(1, len(check.records))
    lines = [
        Line([label, number, number / total, meaning], opens=not at)
        for at, (label, number, meaning) in enumerate(counted(check, words))
    ]
    mean: list[Value] = [
        words("check.completeness"),
        "",
        check.completeness,
        words("check.meaning.completeness"),
    ]
    lines.insert(3, Line(mean))
    lines += [
        Line([table.name, table.count, "", table.about], opens=not at)
        for at, table in enumerate(tables)
    ]
    heads = _heads(
        words, ("subject", 34, "text"), ("count", 12, "count"), ("share", 10, "score"),
        ("meaning", 76, "text"),
    )  # fmt: skip
    return _table("overview", words(f"check.title.{check.kind}"), heads, lines, words)


def _table(
    key: str, about: str, heads: list[Head], lines: list[Line], words: CheckWording
) -> Table:
    return Table(
        name=words(f"check.sheet.{key}"),
        about=about,
        heads=heads,
        count=len(lines),
        lines=_again(lines),
        frozen=0,
        printed=len(heads),
    )


def _again(lines: list[Line]) -> Callable[[], Iterator[Line]]:
    return lambda: iter(lines)


def _records_table(check: Check, words: CheckWording) -> Table:
    lines = [Line(record_values(checked, words)) for checked in check.records if checked.findings]
    heads = _heads(words, *RECORD_COLUMNS)
    return _table("records", words("check.about.records"), heads, lines, words)


def _duplicates_table(check: Check, words: CheckWording) -> Table:
    records = [checked.record for checked in check.records]
    lines: list[Line] = []
    known: list[Value]
    for number, group in enumerate(check.groups, start=1):
        keep = records[group.keep].id
        for at, row in enumerate(group.members):
            done = words("check.keep") if row == group.keep else words("check.merge", id=keep)
            known = [number, words(f"check.level.{group.level}"), group.similarity, done]
            lines.append(Line([*known, *_named(records[row], words)], opens=not at))
    number = len(check.groups)
    for pair in check.pairs:
        if pair.level != RELATED:
            continue
        number += 1
        for row in (pair.first, pair.second):
            known = [
                number, words(f"check.level.{RELATED}"), pair.similarity, words("check.compare"),
            ]  # fmt: skip
            lines.append(Line([*known, *_named(records[row], words)], opens=row == pair.first))
    heads = _heads(
        words, ("group", 7, "count"), ("level", 12, "text"), ("similarity", 10, "score"),
        ("keep", 18, "text"), ("id", 14, "text"), ("title", 40, "text"),
        ("organisation", 24, "text"), ("file", 18, "text"), ("row", 7, "count"),
    )  # fmt: skip
    return _table("duplicates", words("check.about.duplicates"), heads, lines, words)


def _named(record: Need | Achievement, words: CheckWording) -> list[Value]:
    return [record.id, words.title(record), one_line(record.organisation), *_origin(record)]


def _splits_table(check: Check, words: CheckWording) -> Table:
    lines = []
    for checked in check.records:
        for number, part in enumerate(checked.split.parts if checked.split else (), start=1):
            record = checked.record
            values: list[Value] = [
                record.id, words.title(record), number, one_line(part.title), part.body.strip(),
            ]  # fmt: skip
            lines.append(Line(values, opens=number == 1))
    heads = _heads(
        words, ("original_id", 14, "text"), ("title", 36, "text"), ("part", 8, "count"),
        ("part_title", 32, "text"), ("part_body", 70, "lines"),
    )  # fmt: skip
    return _table("splits", words("check.about.splits"), heads, lines, words)
