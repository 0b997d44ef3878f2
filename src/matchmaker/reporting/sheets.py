"""Sheets of a workbook: their names, their looks and how tables are written into them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from matchmaker.reporting.columns import Kind, Value
from matchmaker.reporting.safety import clipped, inert, printable
from matchmaker.reporting.wording import Wording

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

ROWS = 1_048_576
"""Rows that a sheet can have."""

CELL = 32_767
"""UTF-16 units that a cell can have."""

NAME = 31
"""UTF-16 units that a sheet's name can have."""

_LINE_HEIGHT = 16.5
_LINES = 6
_FONT = {"font_name": "Microsoft YaHei", "font_size": 10}
_FORBIDDEN = str.maketrans("[]:*?/\\'", "［］：＊？／＼’")
_A4 = 9

_GRADE_COLOURS: dict[int, dict[str, object]] = {
    4: {"bg_color": "#1B7F4B", "font_color": "#FFFFFF", "bold": True},
    3: {"bg_color": "#C6E7D2", "font_color": "#0B4A2A"},
    2: {"bg_color": "#FFF0C9", "font_color": "#6B4A00"},
    1: {"bg_color": "#EDEDED", "font_color": "#595959"},
}
_RULE: dict[str, object] = {"bottom": 1, "bottom_color": "#D9DEE4"}
_LAYOUT: dict[Kind, dict[str, object]] = {
    "text": {"text_wrap": True, "align": "left"},
    "excerpt": {"text_wrap": True, "align": "left", "font_color": "#595959"},
    "lines": {"text_wrap": True, "align": "left"},
    "count": {"num_format": "0", "align": "center"},
    "score": {"num_format": "0.000", "align": "center"},
    "grade": {"align": "center"},
}


@dataclass(frozen=True, slots=True)
class Head:
    """Heading, width and layout of a column as it stands on a sheet."""

    label: str
    width: int
    kind: Kind = "text"
    repeats: bool = False
    """Whether all rows of a group have the same value, so that only the first one is stressed."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: its values, whether it opens a group, and the grade that colours it."""

    values: Sequence[Value]
    opens: bool = False
    grade: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is to be written.

    Attributes
    ----------
    name : str
        Wanted name of the sheet.
    about : str
        What it holds, for the overview.
    heads : sequence of Head
        At least one.
    count : int
        Number of lines.
    lines : callable
        Gives the lines; called once.
    frozen : int
        Columns that stay in sight.
    printed : int
        Columns that go to the printer.
    """

    name: str
    about: str
    heads: Sequence[Head]
    count: int
    lines: Callable[[], Iterable[Line]]
    frozen: int
    printed: int


class Names:
    """Gives every sheet a name that spreadsheet programs accept, each one only once."""

    def __init__(self) -> None:
        self._taken = {"history"}  # reserved by Excel

    def take(self, wanted: str) -> str:
        """Give a name.

        Parameters
        ----------
        wanted : str
            Any text. Forbidden characters become their full-width forms, what is too long is cut,
            and a name that stands already, in whatever case or width, gets a number.

        Returns
        -------
        str
            At most 31 UTF-16 units.
        """
        name = printable(wanted).replace("\n", " ").replace("\t", " ")
        name = name.translate(_FORBIDDEN).strip() or "-"
        given, number = clipped(name, NAME), 1
        while (key := unicodedata.normalize("NFKC", given).casefold()) in self._taken:
            number += 1
            suffix = f" ({number})"
            given = clipped(name, NAME - len(suffix)) + suffix
        self._taken.add(key)
        return given


class Styles:
    """Cell formats, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[object, ...], Format] = {}

    def plain(self, **properties: object) -> Format:
        """Give a format by its properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            base = {**_FONT, "valign": "top", **properties}
            self._made[key] = self._book.add_format(base)
        return self._made[key]

    def head(self) -> Format:
        """Give the format of headings."""
        return self.plain(
            bold=True,
            font_color="#FFFFFF",
            bg_color="#1F4E79",
            text_wrap=True,
            align="center",
            valign="vcenter",
            right=1,
            right_color="#FFFFFF",
        )

    def cell(self, head: Head, opens: bool, grade: int) -> Format:
        """Give the format of a table's cell: of a column, in a line that may open a group."""
        properties = _RULE | _LAYOUT[head.kind]
        if head.kind == "grade":
            properties |= _GRADE_COLOURS.get(grade, {})
        if head.repeats:
            properties |= {"bold": True} if opens else {"font_color": "#8C8C8C"}
        if opens:
            properties |= {"top": 1, "top_color": "#1F4E79"}
        return self.plain(**properties)


class Sheets:
    """Writes tables into a workbook.

    Parameters
    ----------
    book : xlsxwriter.Workbook
        In constant memory: every sheet is written from top to bottom.
    words : Wording
        Language.
    """

    def __init__(self, book: Workbook, words: Wording) -> None:
        self.book = book
        self.words = words
        self.names = Names()
        self.styles = Styles(book)
        self._safe: dict[str, str] = {}

    def add(self, name: str) -> Worksheet:
        """Add a sheet that prints well."""
        sheet = self.book.add_worksheet(name)
        sheet.set_paper(_A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.set_footer("&L&A&R" + self.words("sheet.page", page="&P", pages="&N"))
        sheet.hide_gridlines(2)
        return sheet

    def write(self, table: Table, names: Sequence[str]) -> None:
        """Write a table, on as many sheets as it needs.

        Parameters
        ----------
        table : Table
            The table.
        names : sequence of str
            Names of its sheets, as :meth:`names_of` gave them.
        """
        lines = iter(table.lines())
        for name in names:
            self._write_sheet(self.add(name), table, islice(lines, ROWS - 1))

    def names_of(self, table: Table) -> list[str]:
        """Name a table's sheets: one, or more where it has too many lines for one."""
        sheets = max(1, -(-table.count // (ROWS - 1)))
        return [self.names.take(table.name) for _ in range(sheets)]

    def _write_sheet(self, sheet: Worksheet, table: Table, lines: Iterator[Line]) -> None:
        heads, last = table.heads, len(table.heads) - 1
        for column, head in enumerate(heads):
            sheet.set_column(column, column, head.width)
        sheet.set_row(0, 2 * _LINE_HEIGHT)
        for column, head in enumerate(heads):
            sheet.write_string(0, column, safe(head.label), self.styles.head())
        bottom = 0
        styles: dict[tuple[bool, int], list[Format]] = {}
        for bottom, line in enumerate(lines, start=1):
            looks = (line.opens, line.grade)
            if looks not in styles:
                styles[looks] = [self.styles.cell(head, *looks) for head in heads]
            sheet.set_row(bottom, row_height(heads, line.values))
            self._write_line(sheet, bottom, line, styles[looks])
        sheet.autofilter(0, 0, bottom, last)
        sheet.freeze_panes(1, table.frozen)
        sheet.repeat_rows(0)
        sheet.print_area(0, 0, bottom, min(table.printed - 1, last))
        if not bottom:
            return
        for column, head in enumerate(heads):
            if head.kind == "score":
                sheet.conditional_format(1, column, bottom, column, _SCORE_COLOURS)
        # Empty cells are not written at all, so a rule gives them the line that others have.
        rule = self.book.add_format(_RULE)
        sheet.conditional_format(1, 0, bottom, last, {"type": "blanks", "format": rule})

    def _write_line(self, sheet: Worksheet, row: int, line: Line, styles: Sequence[Format]) -> None:
        for column, (value, style) in enumerate(zip(line.values, styles, strict=True)):
            if not isinstance(value, str):
                sheet.write_number(row, column, value, style)
            elif value:
                # The fields of a record come again with every pair that it stands in.
                text = self._safe.get(value)
                if text is None:
                    text = self._safe[value] = safe(value)
                sheet.write_string(row, column, text, style)
            elif line.opens:
                sheet.write_blank(row, column, None, style)


# Not data bars: those need an extension of the format that openpyxl does not know and drops.
_SCORE_COLOURS: dict[str, Any] = {
    "type": "2_color_scale",
    "min_type": "num",
    "min_value": 0,
    "min_color": "#FFFFFF",
    "max_type": "num",
    "max_value": 1,
    "max_color": "#8DB8E2",
}


def safe(value: str) -> str:
    """Make a text that can stand in a cell.

    Parameters
    ----------
    value : str
        From a record.

    Returns
    -------
    str
        Inert, at most 32,767 UTF-16 units long.
    """
    value = inert(value)
    # xlsxwriter takes such a string for the XML of rich text and copies it into the file.
    if value.startswith("<r>") and value.endswith("</r>"):
        value += " "
    return clipped(value, CELL)


def row_height(heads: Sequence[Head], values: Sequence[Value], *, limit: int = _LINES) -> float:
    """Estimate the height of a row, as not every program does so itself for wrapped text.

    Parameters
    ----------
    heads : sequence of Head
        Of the columns; only wrapped ones count.
    values : sequence of str, int or float
        One a column.
    limit : int
        Lines that are shown at most.

    Returns
    -------
    float
        In points.
    """
    most = 1
    for head, value in zip(heads, values, strict=True):
        if head.kind == "text" and isinstance(value, str):
            most = max(most, _lines(value, head.width, limit))
        elif head.kind == "lines" and isinstance(value, str):
            parts = value.split("\n")
            most = max(most, sum(_lines(part, head.width, limit) for part in parts))
    return _LINE_HEIGHT * min(most, limit) + 1.5


def _lines(part: str, width: int, limit: int) -> int:
    if 2 * len(part) < width:
        return 1
    # GB 18030's predecessor has one byte for a narrow and two for a wide character.
    return -(-len(part[: limit * width].encode("gbk", "replace")) // (width - 1))
