"""Plans on the screen: figures, notes, and the first rows of every table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from matchmaker.reporting.columns import Value
from matchmaker.reporting.messages import check_lang
from matchmaker.reporting.plans.report import PlanReport, PlanTable
from matchmaker.reporting.safety import printable
from matchmaker.reporting.terminal import WIDTH, cropped, plain_console
from matchmaker.reporting.wording import Wording, one_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_WIDEST = 36
_NUMBER_END = re.compile(r"\d[\d.,]*$")
_NUMBER_REST = re.compile(r"[.,]?\d")
_NARROWEST = 6


def print_plans(
    reports: Sequence[PlanReport],
    *,
    lang: str = "zh",
    limit: int = 10,
    tables: int | None = None,
    console: Console | None = None,
) -> None:
    """Print plans.

    Parameters
    ----------
    reports : sequence of PlanReport
    lang : {"zh", "en"}
        Language.
    limit : int
        Rows of a table that are printed, at most.
    tables : int or None
        Tables of a plan that are printed, at most; None for all.
    console : rich.console.Console or None
        Where to print; by default standard output.

    Raises
    ------
    ConfigError
        If the language is unknown.
    """
    from rich.text import Text

    words = Wording(check_lang(lang))
    if console is None:
        console = plain_console()
        # Rich takes a file or pipe to be 80 columns wide, too few for Chinese titles.
        console = console if console.is_terminal else plain_console(width=WIDTH)
    for report in reports:
        # Text, not markup: what records hold is never read as style.
        console.print(Text(printable(report.title), style="bold reverse"))
        for label, value in report.facts:
            console.print(Text(printable(words("mark.field", name=label, value=value))))
        if report.notes:
            console.print(_noted(report.notes, words, console.width))
        console.print()
        for table in [table for table in report.tables if table.shown][:tables]:
            _print_table(table, words, console, limit)


def _noted(notes: Sequence[str], words: Wording, width: int) -> Table:
    """Lay out notes so that the lines of one hang below each other."""
    from rich.cells import chop_cells
    from rich.table import Table
    from rich.text import Text

    made = Table.grid(padding=(0, 1, 0, 0))
    for note in map(printable, notes):
        # Rich parts lines at blanks, which Chinese has only around numbers.
        lines = (
            _whole_numbers(chop_cells(note, max(9, width - 3))) if words.lang == "zh" else [note]
        )
        made.add_row("·", Text("\n".join(lines), style="dim", overflow="fold"))
    return made


def _whole_numbers(lines: list[str]) -> list[str]:
    """Move what was cut off a number to the line of its rest."""
    for at in range(len(lines) - 1):
        cut = _NUMBER_END.search(lines[at])
        if cut and cut.start() and _NUMBER_REST.match(lines[at + 1]):
            lines[at], lines[at + 1] = lines[at][: cut.start()], cut[0] + lines[at + 1]
    return lines


def _print_table(table: PlanTable, words: Wording, console: Console, limit: int) -> None:
    from rich.text import Text

    console.print(Text(printable(table.name), style="bold"))
    if table.lines:
        console.print(_laid_out(table, words, console.width, limit))
        if len(table.lines) > limit:
            console.print(Text(words("plan.more", count=len(table.lines) - limit), style="dim"))
    else:
        console.print(Text(words("plan.empty")))
    console.print()


def _laid_out(table: PlanTable, words: Wording, width: int, limit: int) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    heads = table.heads[: table.shown]
    rows = [
        [_cell(value, head.kind, words) for value, head in zip(line.values, heads, strict=False)]
        for line in table.lines[:limit]
    ]
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=0)
    widths = _widths([[one_line(head.label) for head in heads], *rows], width)
    for head, room in zip(heads, widths, strict=True):
        numeric = head.kind in ("count", "score")
        made.add_column(
            Text(cropped(head.label, room)),
            width=room,
            justify="right" if numeric else "left",
            no_wrap=True,
        )
    for row in rows:
        made.add_row(*(Text(cropped(text, room)) for text, room in zip(row, widths, strict=True)))
    return made


def _cell(value: Value, kind: str, words: Wording) -> str:
    if isinstance(value, str):
        return one_line(value)
    return words.score(value) if kind == "score" else f"{value:,}"


def _widths(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Give every column what it needs; the widest ones yield until all have room."""
    from rich.cells import cell_len

    columns = zip(*rows, strict=True)
    widths = [min(_WIDEST, max(map(cell_len, column))) for column in columns]
    # Between any two columns one stays free.
    while sum(widths) + len(widths) - 1 > width and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return [max(1, one) for one in widths]
