import csv

import openpyxl
import pytest


@pytest.fixture
def write_csv(tmp_path):
    """Write rows as a .csv file and return its path."""

    def write(rows, *, name="表.csv", encoding="utf-8", delimiter=","):
        path = tmp_path / name
        with path.open("w", encoding=encoding, newline="") as stream:
            csv.writer(stream, delimiter=delimiter).writerows(rows)
        return path

    return write


@pytest.fixture
def write_xlsx(tmp_path):
    """Write sheets of rows as an .xlsx file, with merged ranges by sheet, and return its path."""

    def write(sheets, *, name="表.xlsx", merged=None, hidden=()):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
            for area in (merged or {}).get(title, ()):
                sheet.merge_cells(area)
            if title in hidden:
                sheet.sheet_state = "hidden"
        path = tmp_path / name
        book.save(path)
        return path

    return write
