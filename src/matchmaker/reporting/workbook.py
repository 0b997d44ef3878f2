"""The workbook: for a broker who works through matches in a spreadsheet program."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator, Sequence
from datetime import datetime
from typing import Any

from matchmaker.reporting.columns import Column, PairTable, Side, Value, filled_columns, sides
from matchmaker.reporting.files import replacing
from matchmaker.reporting.listing import Listing, without_pair
from matchmaker.reporting.messages import check_lang
from matchmaker.reporting.overview import write_overview
from matchmaker.reporting.safety import clipped
from matchmaker.reporting.sheets import Head, Line, Sheets, Table
from matchmaker.reporting.summary import RunSummary
from matchmaker.reporting.wording import Wording
from matchmaker.scoring.pairs import Match, RankedPairs

SECTOR_ROWS = 300
"""Pairs on the sheet of one sector, at most; the first sheet has all of them."""

PARTNERS = 5
"""Partners that are named in one cell, at most."""

PARTNER = 60
"""UTF-16 units of a partner's title in such a cell."""

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
# Of the file, not of the run: the same pairs give the same bytes.
CREATED = datetime(2000, 1, 1)


def write_workbook(
    pairs: RankedPairs,
    path: str | os.PathLike[str],
    *,
    lang: str = "zh",
    summary: RunSummary | None = None,
    reasons: bool = True,
) -> None:
    """Write an .xlsx workbook.

    The sheets are: an overview (counts, settings, what was read and left out, how to read the
    rest); all pairs, by the asking side; one sheet a sector with its best pairs; the records of
    either side, one a row, with all their fields and best partners; the records of the asking side
    without any pair. Columns of optional fields that no record has are left out.

    Records are written as text, never as formulas, links or numbers; see
    :func:`~matchmaker.reporting.safety.inert` for text that looks like a formula. The same input
    gives the same bytes.

    Parameters
    ----------
    pairs : RankedPairs
        The ranking.
    path : str or path-like
        The file; replaced once the new one is complete.
    lang : {"zh", "en"}
        Language.
    summary : RunSummary or None
        What to say about the run; without one that part of the overview is left out.
    reasons : bool
        Whether the reasons of every match are columns.

    Raises
    ------
    ConfigError
        If the language is unknown or the folder does not exist.
    """
    import xlsxwriter

    words = Wording(check_lang(lang))
    with replacing(path) as made:
        options = {**OPTIONS, "tmpdir": str(made.parent)}
        # Closing it on the way out of an error as well lets go of the parts' temporary files.
        with xlsxwriter.Workbook(str(made), options) as book:
            book.set_properties({"title": words("report.title"), "created": CREATED})
            book.set_size(2400, 1400)
            sheets = Sheets(book, words)
            overview = sheets.add(sheets.names.take(words("sheet.overview")))
            tables = _tables(Listing(pairs), words, reasons=reasons)
            named = [(table, sheets.names_of(table)) for table in tables]
            write_overview(overview, pairs, summary, named=named, sheets=sheets)
            for table, names in named:
                sheets.write(table, names)


def _tables(listing: Listing, words: Wording, *, reasons: bool) -> list[Table]:
    pairs = listing.pairs
    asked, answered = sides(pairs)
    table = PairTable(pairs, words, details=False, filled=True, reasons=reasons)
    tables = [_pairs_table(listing, asked, table, words)]
    for name, view in pairs.by_sector().items():
        tables.append(_sector_table(listing, (name, view), table, words))
    for side, partner in ((asked, answered), (answered, asked)):
        if listing.matches:
            tables.append(_records_table(listing, side, partner, words))
    if missing := without_pair(pairs, asked):
        tables.append(_without_table(pairs, asked, missing, words))
    return tables


def _pairs_table(listing: Listing, asked: Side[Any], table: PairTable, words: Wording) -> Table:
    repeated = {column.key for column in asked.main}

    def lines() -> Iterator[Line]:
        before: object = None
        for match in listing.matches:
            record = asked.record(match)
            yield Line(table.values(match), opens=record is not before, grade=match.grade)
            before = record

    return Table(
        name=words(f"sheet.by_{asked.name}"),
        about=words("sheet.about.pairs"),
        heads=_heads(table.columns, words, repeated),
        count=len(listing.matches),
        lines=lines,
        frozen=table.after(f"{asked.name}_title"),
        printed=table.reasoned,
    )


def _sector_table(
    listing: Listing, sector: tuple[str, RankedPairs], table: PairTable, words: Wording
) -> Table:
    name, view = sector
    shown = view[:SECTOR_ROWS]
    return Table(
        name=words.sector(name),
        about=words("sheet.about.sector", limit=SECTOR_ROWS, total=len(view)),
        heads=_heads(table.columns, words),
        count=len(shown),
        lines=lambda: (Line(table.values(match), grade=match.grade) for match in listing.of(shown)),
        frozen=3,
        printed=table.reasoned,
    )


def _records_table(listing: Listing, side: Side[Any], partner: Side[Any], words: Wording) -> Table:
    groups = listing.partners(side)
    records = [side.record(group[0]) for group in groups]
    main = filled_columns((side.keys[0], *side.main), records, words)
    more = filled_columns((*side.keys[1:], *side.more), records, words)
    found = (
        Head(words(f"column.{partner.name}s_count"), 10, "count"),
        Head(words("column.best_grade"), 10, "grade"),
        Head(words("column.best_score"), 9, "score"),
        Head(words(f"column.best_{partner.name}s"), 60, "lines"),
    )

    def lines() -> Iterator[Line]:
        for group, record in zip(groups, records, strict=True):
            best = group[0]
            values = [
                *(column.value(record, words) for column in main),
                len(group),
                words.grade(best.grade),
                best.score,
                _partners(group, partner, words),
                *(column.value(record, words) for column in more),
            ]
            yield Line(values, grade=best.grade)

    return Table(
        name=words(f"sheet.{side.name}_list"),
        about=words("sheet.about.records", limit=PARTNERS),
        heads=[*_heads(main, words), *found, *_heads(more, words)],
        count=len(groups),
        lines=lines,
        frozen=2,
        printed=len(main) + len(found),
    )


def _partners(group: Sequence[Match], partner: Side[Any], words: Wording) -> str:
    named = [
        words(
            "partner.line",
            rank=rank,
            title=clipped(words.title(partner.record(match)), PARTNER),
            grade=words.grade(match.grade),
            score=words.score(match.score),
        )
        for rank, match in enumerate(group[:PARTNERS], start=1)
    ]
    if len(group) > PARTNERS:
        named.append(words("partner.more", count=len(group) - PARTNERS))
    return "\n".join(named)


def _without_table(
    pairs: RankedPairs, side: Side[Any], records: Sequence[Any], words: Wording
) -> Table:
    main = filled_columns((side.keys[0], *side.main), records, words)
    more = filled_columns((*side.keys[1:], *side.more), records, words)

    def lines() -> Iterator[Line]:
        for record in records:
            values: list[Value] = [
                *(column.value(record, words) for column in main),
                words.labels(side.labels(pairs, record.id)),
                *(column.value(record, words) for column in more),
            ]
            yield Line(values)

    labels = Head(words("column.labels"), 24)
    return Table(
        name=words(f"sheet.{side.name}_without"),
        about=words("sheet.about.without"),
        heads=[*_heads(main, words), labels, *_heads(more, words)],
        count=len(records),
        lines=lines,
        frozen=2,
        printed=len(main) + 1 + len(more),
    )


def _heads(
    columns: Sequence[Column[Any]], words: Wording, repeated: Container[str] = ()
) -> list[Head]:
    return [
        Head(column.heading(words), column.width, column.kind, column.key in repeated)
        for column in columns
    ]
