"""Files of a check: .csv and .jsonl of what was found, and the corrected table."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from matchmaker.checking.checks import Check, RecordCheck
from matchmaker.checking.originals import Original
from matchmaker.checking.tidying import tidy
from matchmaker.records import Achievement, Need
from matchmaker.records.types import field_kinds
from matchmaker.reporting.check_wording import CheckWording
from matchmaker.reporting.check_workbook import RECORD_COLUMNS, record_values, write_check_workbook
from matchmaker.reporting.files import check_ending, replacing
from matchmaker.reporting.messages import check_lang
from matchmaker.reporting.safety import inert
from matchmaker.reporting.sheets import Head, Line, Sheets, Table
from matchmaker.reporting.workbook import CREATED, OPTIONS

REPORT_ENDINGS = (".xlsx", ".csv", ".jsonl")
"""Endings of files that a report can be written to."""

TABLE_ENDINGS = (".xlsx", ".csv")
"""Endings of files that a corrected table can be written to."""

_LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}
_WIDTH = 24


def check_report_target(path: Path, *, endings: Sequence[str] = REPORT_ENDINGS) -> None:
    """Make sure that a file can be written before the work for it begins.

    Parameters
    ----------
    path : Path
    endings : sequence of str
        Those that can be written.

    Raises
    ------
    ConfigError
        If its ending is another one, its folder does not exist or it is itself a folder.
    """
    check_ending(path, endings)


def write_check(check: Check, path: str | os.PathLike[str], *, lang: str = "zh") -> None:
    """Write what a check found, in the form that the file's ending names.

    Parameters
    ----------
    check : Check
    path : str or path-like
        Ends in .xlsx, .csv (one record a row, UTF-8 with a byte order mark) or .jsonl (one object
        a record, for another program; see :func:`check_form`). Replaced once the new file is
        complete.
    lang : {"zh", "en"}
        Language.

    Raises
    ------
    ConfigError
        If the ending or the language is unknown or the folder does not exist.
    """
    target = Path(path)
    words = CheckWording(check_lang(lang))
    check_report_target(target)
    ending = target.suffix.lower()
    if ending == ".xlsx":
        write_check_workbook(check, target, words)
        return
    with replacing(target) as made:
        if ending == ".csv":
            heads = [words(f"check.column.{key}") for key, _, _ in RECORD_COLUMNS]
            rows = (
                [inert(str(value)) if isinstance(value, str) else value for value in values]
                for values in (record_values(checked, words) for checked in check.records)
            )
            _fill_csv(made, heads, rows)
            return
        with made.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            for checked in check.records:
                line = json.dumps(check_form(checked), ensure_ascii=False, allow_nan=False)
                file.write(line.translate(_LINE_ENDS) + "\n")


def check_form(checked: RecordCheck) -> dict[str, Any]:
    """Give what was found about a record as plain data.

    Parameters
    ----------
    checked : RecordCheck

    Returns
    -------
    dict
        ``id``, ``title``, ``origin``; ``kind`` (``name``, ``confidence``, ``assumed``,
        ``evidence``; None of an achievement); ``completeness`` (``share`` and ``items``);
        ``advertising``; ``findings`` (``code``, ``field``, ``start``, ``end``, ``evidence``,
        ``proposal``); ``split`` (a list of ``title`` and ``body``, empty if there is none).
    """
    record, kind, split = checked.record, checked.need_kind, checked.split
    known = None
    if kind is not None:
        names = ("name", "confidence", "assumed", "field", "start", "end", "evidence")
        known = {name: getattr(kind, name) for name in names}
    return {
        "id": record.id,
        "title": record.title,
        "origin": record.to_dict()["origin"],
        "kind": known,
        "completeness": {
            "share": round(checked.completeness.share, 4),
            "items": [
                {name: getattr(item, name) for name in ("name", "present", "field", "evidence")}
                for item in checked.completeness.items
            ],
        },
        "advertising": round(checked.advertising, 4),
        "findings": [
            {
                name: getattr(finding, name)
                for name in ("code", "field", "start", "end", "evidence", "proposal")
            }
            for finding in checked.findings
        ],
        "split": [{"title": part.title, "body": part.body} for part in split.parts]
        if split
        else [],
    }


def write_corrected(
    check: Check, originals: Sequence[Original], path: str | os.PathLike[str], *, lang: str = "zh"
) -> None:
    """Write the tables again with everything that was in them, corrected values beside it.

    The original columns come first, with every row and cell as it was, those of further files
    behind those of the first. Then come the texts that were repaired (修正后…), the kind of need,
    what was found, and 原编号: the id of the row that a row was split from. Such rows stand at the
    end, under ids of their own. The table can be read by
    :func:`~matchmaker.records.read_needs` or ``read_achievements`` again.

    Parameters
    ----------
    check : Check
        Of the records of these tables.
    originals : sequence of Original
        The tables.
    path : str or path-like
        Ends in .xlsx or .csv; replaced once the new file is complete.
    lang : {"zh", "en"}
        Language of the added headings.

    Raises
    ------
    ConfigError
        If the ending or the language is unknown or the folder does not exist.
    """
    target = Path(path)
    words = CheckWording(check_lang(lang))
    check_report_target(target, endings=TABLE_ENDINGS)
    heads, rows = _corrected(check, originals, words)
    with replacing(target) as made:
        if target.suffix.lower() == ".csv":
            _fill_csv(made, heads, (list(map(inert, row)) for row in rows))
            return
        _fill_sheet(made, heads, rows, words)


def _corrected(
    check: Check, originals: Sequence[Original], words: CheckWording
) -> tuple[list[str], list[list[str]]]:
    """Give headings and rows of the corrected table."""
    headings = list(dict.fromkeys(name for table in originals for name in table.headings))
    tidied, _ = tidy([checked.record for checked in check.records], kind=check.kind)
    by_place = {
        (checked.record.origin.file, checked.record.origin.row): (checked, clean)
        for checked, clean in zip(check.records, tidied, strict=True)
        if checked.record.origin
    }
    repaired = _repaired_columns(originals, by_place)
    rows: list[list[str]] = []
    parts: list[list[str]] = []
    taken = {checked.record.id for checked in check.records}
    for table in originals:
        for number, cells in table.rows:
            named = dict(zip(table.headings, cells, strict=True))
            checked, clean = by_place.get((table.file, number), (None, None))
            line = [named.get(name, "") for name in headings]
            values = [str(getattr(clean, field)) if clean else "" for field in repaired]
            rows.append([*line, *values, *_verdict(checked, words)])
            if checked is not None and checked.split is not None:
                for extra in _split_rows(checked, table, named, taken, words):
                    blank = [""] * len(repaired)
                    kept = [extra.get(name, "") for name in headings]
                    parts.append([*kept, *blank, *_part_verdict(extra, words, checked)])
    heads = [words("check.column.corrected", heading=repaired[field]) for field in repaired]
    added = [words(f"check.column.{key}") for key in ("kind", "checked", "original_id")]
    return _apart([*headings, *heads, *added]), rows + parts


_PART = "\0part"


def _repaired_columns(
    originals: Sequence[Original],
    by_place: dict[tuple[str, int], tuple[RecordCheck, Need | Achievement]],
) -> dict[str, str]:
    """Map the text fields that were repaired somewhere to the headings of their columns."""
    repaired: dict[str, str] = {}
    for table in originals:
        for field, at in table.columns:
            if field == "id" or field in repaired:
                continue
            for number, cells in table.rows:
                _, clean = by_place.get((table.file, number), (None, None))
                if clean is None or field not in field_kinds(type(clean)).texts:
                    continue
                if str(getattr(clean, field)) != cells[at]:
                    repaired[field] = table.headings[at]
                    break
    return repaired


def _verdict(checked: RecordCheck | None, words: CheckWording) -> list[str]:
    if checked is None:
        return ["", "", ""]
    said = words.findings(checked)
    if checked.split is not None:
        said = [words("check.split", count=len(checked.split.parts)), *said]
    return [words.kind(checked), words("mark.clause").join(said), ""]


def _part_verdict(added: dict[str, str], words: CheckWording, checked: RecordCheck) -> list[str]:
    known = checked.record.id
    return [words.kind(checked), words("check.part", id=known, part=added[_PART]), known]


def _split_rows(
    checked: RecordCheck,
    table: Original,
    named: dict[str, str],
    taken: set[str],
    words: CheckWording,
) -> Iterator[dict[str, str]]:
    """Give a row for each part of a split one, under a new id."""
    assert checked.split is not None
    title, body, key = (table.position(field) for field in ("title", "body", "id"))
    for number, part in enumerate(checked.split.parts, start=1):
        row = {**named, _PART: str(number)}
        known = f"{checked.record.id}-{number}"
        while known in taken:
            known += "-1"
        taken.add(known)
        if key >= 0:
            row[table.headings[key]] = known
        if title >= 0:
            row[table.headings[title]] = part.title
        if body >= 0:
            row[table.headings[body]] = part.body
        yield row


def _apart(heads: list[str]) -> list[str]:
    """Tell headings apart that come again, which a reader could not."""
    seen: dict[str, int] = {}
    named = []
    for head in heads:
        seen[head] = seen.get(head, 0) + 1
        named.append(head if seen[head] == 1 else f"{head} ({seen[head]})")
    return named


def _fill_csv(path: Path, heads: Sequence[str], rows: Any) -> None:
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(map(inert, heads))
        writer.writerows(rows)


def _fill_sheet(
    path: Path, heads: Sequence[str], rows: list[list[str]], words: CheckWording
) -> None:
    import xlsxwriter

    options = {**OPTIONS, "tmpdir": str(path.parent)}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": words("check.sheet.records"), "created": CREATED})
        sheets = Sheets(book, words)
        table = Table(
            name=words("check.sheet.records"),
            about="",
            heads=[Head(name, _WIDTH) for name in heads],
            count=len(rows),
            lines=lambda: map(Line, rows),
            frozen=2,
            printed=len(heads),
        )
        sheets.write(table, sheets.names_of(table))
