"""The workbook of plans: an overview, and a sheet for every table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matchmaker.reporting.files import replacing
from matchmaker.reporting.overview import OverviewPage, set_widths
from matchmaker.reporting.plans.report import PlanReport, PlanTable
from matchmaker.reporting.sheets import Sheets, Table
from matchmaker.reporting.wording import Wording
from matchmaker.reporting.workbook import CREATED, OPTIONS


def write_plan_workbook(reports: Sequence[PlanReport], path: Path, words: Wording) -> None:
    """Write an .xlsx workbook.

    The first sheet says what the plans rest on and links to the others. Records are written as
    text that no spreadsheet program runs; the same plans give the same bytes.

    Parameters
    ----------
    reports : sequence of PlanReport
    path : Path
        The file; replaced once the new one is complete.
    words : Wording
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
            book.set_properties({"title": title_of(reports, words), "created": CREATED})
            book.set_size(2400, 1400)
            sheets = Sheets(book, words)
            overview = sheets.add(sheets.names.take(words("sheet.overview")))
            set_widths(overview)
            named = [
                [(table, sheets.names_of(table)) for table in map(_sheet, report.tables)]
                for report in reports
            ]
            _write_overview(OverviewPage(overview, sheets), reports, named, words)
            for tables in named:
                for table, names in tables:
                    sheets.write(table, names)


def title_of(reports: Sequence[PlanReport], words: Wording) -> str:
    """Give the title of a file of plans: the plan's own, or a general one for several."""
    return reports[0].title if len(reports) == 1 else words("plan.title")


def _sheet(table: PlanTable) -> Table:
    return Table(
        name=table.name,
        about=table.about,
        heads=table.heads,
        count=len(table.lines),
        lines=lambda: table.lines,
        frozen=table.frozen,
        printed=len(table.heads),
    )


def _write_overview(
    page: OverviewPage,
    reports: Sequence[PlanReport],
    named: Sequence[Sequence[tuple[Table, Sequence[str]]]],
    words: Wording,
) -> None:
    several = len(reports) > 1
    below = words("plan.made_of", names=words.listed(one.title for one in reports))
    page.title(title_of(reports, words), below if several else "")
    for report, tables in zip(reports, named, strict=True):
        page.section(report.title if several else words("plan.figures"))
        for label, value in report.facts:
            page.fact(label, value)
        for at, note in enumerate(report.notes):
            page.fact("" if at else words("plan.notes"), note)
        if not several:
            page.section(words("plan.sheets"))
        for table, names in tables:
            for name in names:
                page.link(name, table.count, table.about)
    page.section(words("heading.guide"))
    page.fact("", words("guide.missing"))
    page.fact("", words("guide.apostrophe"))
