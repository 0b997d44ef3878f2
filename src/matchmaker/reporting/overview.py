"""The first sheet of a workbook: what the result rests on and how to read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matchmaker.reporting.facts import Event, counts, grade_counts, guide, readings, settings
from matchmaker.reporting.sheets import Sheets, Table, safe
from matchmaker.reporting.summary import RunSummary
from matchmaker.reporting.wording import TERMS_SHOWN
from matchmaker.scoring.pairs import RankedPairs

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_WIDTHS = (30, 14, 34, 76)
_HEIGHT = 18.0
_LINES = 10


def write_overview(
    sheet: Worksheet,
    pairs: RankedPairs,
    summary: RunSummary | None,
    *,
    named: Sequence[tuple[Table, Sequence[str]]],
    sheets: Sheets,
) -> None:
    """Write the overview.

    Parameters
    ----------
    sheet : xlsxwriter.worksheet.Worksheet
        An empty sheet.
    pairs : RankedPairs
        The ranking.
    summary : RunSummary or None
        About the run.
    named : sequence of (Table, sequence of str)
        The tables of the other sheets and the names of those sheets.
    sheets : Sheets
        Gives language and styles.
    """
    set_widths(sheet)
    page = OverviewPage(sheet, sheets)
    words = sheets.words
    page.title(words("report.title"), words(f"direction.{pairs.direction}"))
    page.section(words("heading.counts"))
    for label, number in counts(pairs, words):
        page.number(label, number)
    for grade, number in grade_counts(pairs).items():
        page.number(words("count.of_grade", grade=words.grade(grade)), number)
    if not len(pairs):
        page.fact("", words("empty.pairs"))
    if facts := settings(summary, words):
        page.section(words("heading.settings"))
        for label, value in facts:
            page.fact(label, value)
    page.section(words("heading.sheets"))
    for table, names in named:
        for name in names:
            page.link(name, table.count, table.about)
    page.section(words("heading.guide"))
    for label, value in guide(words, terms=TERMS_SHOWN, reasons=pairs.explainable):
        page.fact(label, value)
    page.fact("", words("guide.missing"))
    page.fact("", words("guide.apostrophe"))
    for reading in readings(summary, words):
        page.section(words("heading.reading"))
        page.fact(reading.label, reading.source)
        for label, number in reading.counts:
            page.number(label, number)
        page.events(words("reading.left_out"), reading.left_out, reading.more_left_out)
        page.events(words("reading.notes"), reading.notes, reading.more_notes)


def set_widths(sheet: Worksheet) -> None:
    """Set the widths of an overview's columns."""
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)


class OverviewPage:
    """Writes an overview from top to bottom.

    Parameters
    ----------
    sheet : xlsxwriter.worksheet.Worksheet
        An empty sheet with the overview's widths.
    sheets : Sheets
        Gives language and styles.
    """

    def __init__(self, sheet: Worksheet, sheets: Sheets) -> None:
        self._sheet = sheet
        self._words = sheets.words
        self._styles = sheets.styles
        self._row = 0

    def title(self, title: str, below: str) -> None:
        """Write the title and a line below it."""
        style = self._styles.plain(bold=True, font_size=18, font_color="#1F4E79")
        self._line({0: title}, style, height=30)
        if below:
            self._line({0: below}, self._styles.plain(font_size=11, font_color="#595959"))

    def section(self, heading: str) -> None:
        """Write a heading over the whole width."""
        self._row += 1
        style = self._styles.plain(
            bold=True, font_size=12, font_color="#1F4E79", bottom=2, bottom_color="#1F4E79"
        )
        self._line(dict.fromkeys(range(len(_WIDTHS)), "") | {0: heading}, style, height=22)

    def number(self, label: str, number: int) -> None:
        """Write a label and a number."""
        self._sheet.set_row(self._row, _HEIGHT)
        self._sheet.write_string(self._row, 0, safe(label), self._styles.plain())
        style = self._styles.plain(num_format="#,##0", align="right", bold=True)
        self._sheet.write_number(self._row, 1, number, style)
        self._row += 1

    def fact(self, label: str, value: str) -> None:
        """Write a label and a text, which takes the rest of the width."""
        value = safe(value)
        self._sheet.set_row(self._row, _height({0: value}, [sum(_WIDTHS[1:])]))
        if label:
            self._sheet.write_string(self._row, 0, safe(label), self._styles.plain())
        style = self._styles.plain(text_wrap=True)
        last = len(_WIDTHS) - 1
        self._sheet.merge_range(self._row, 1, self._row, last, "", style)
        self._sheet.write_string(self._row, 1, value, style)
        self._row += 1

    def link(self, name: str, rows: int, about: str) -> None:
        """Write a link to a sheet and what it holds."""
        self._sheet.set_row(self._row, _HEIGHT)
        style = self._styles.plain(font_color="#0563C1", underline=1)
        target = "internal:'" + name.replace("'", "''") + "'!A1"
        self._sheet.write_url(self._row, 0, target, style, string=safe(name))
        style = self._styles.plain(num_format="#,##0", align="right")
        self._sheet.write_number(self._row, 1, rows, style)
        self._sheet.write_string(self._row, 2, about, self._styles.plain(indent=1))
        self._row += 1

    def events(self, heading: str, events: Sequence[Event], more: str) -> None:
        """Write a table of rows; nothing where there are none."""
        if not events:
            return
        head = self._styles.head()
        named = [heading, *(self._words(f"reading.{key}") for key in ("row", "reason", "detail"))]
        self._line(dict(enumerate(named)), head)
        style = self._styles.plain(text_wrap=True)
        for event in events:
            cells = {1: event.row, 2: event.reason, 3: event.detail}
            self._line(cells, style, height=_height(cells))
        if more:
            self._line({1: more}, self._styles.plain(font_color="#595959"))

    def _line(self, cells: dict[int, str], style: object, *, height: float = _HEIGHT) -> None:
        self._sheet.set_row(self._row, height)
        for column, value in cells.items():
            if value:
                self._sheet.write_string(self._row, column, safe(value), style)
            else:
                self._sheet.write_blank(self._row, column, None, style)
        self._row += 1


def _height(cells: dict[int, str], widths: Sequence[int] = _WIDTHS) -> float:
    """Estimate the height of a row of wrapped texts, by their columns."""
    lines = 1
    for column, text in cells.items():
        # A wide character counts two; words and signs are not parted, so lines are seldom full.
        wide = len(text.encode("gbk", "replace"))
        lines = max(lines, -(-wide // (widths[column] * 9 // 10)))
    return _HEIGHT * min(lines, _LINES)
