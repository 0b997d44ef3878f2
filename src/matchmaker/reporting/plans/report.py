"""What every report of a plan is made of, whatever the plan is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matchmaker.reporting.facts import Fact
from matchmaker.reporting.sheets import Head, Line


@dataclass(frozen=True, slots=True)
class PlanTable:
    """A table of a plan: a sheet of the workbook, a table on the page.

    Attributes
    ----------
    name : str
        Of the sheet, and its heading on page and screen.
    about : str
        One sentence: what a row is.
    heads : sequence of Head
        At least one.
    lines : sequence of Line
        Rows; a line that ``opens`` begins a group.
    frozen : int
        Columns that stay in sight.
    shown : int
        Columns that stand on the screen, the first ones; 0 keeps the table off the screen.
    """

    name: str
    about: str
    heads: Sequence[Head]
    lines: Sequence[Line]
    frozen: int = 1
    shown: int = 6


@dataclass(frozen=True, slots=True)
class PlanReport:
    """A plan put into words.

    Attributes
    ----------
    title : str
        What kind of plan it is.
    facts : sequence of (str, str)
        Label and value: the figures that a reader wants first, then the settings.
    notes : sequence of str
        What a reader must know: what was assumed, could not be met or was left out.
    tables : sequence of PlanTable
        Most important first.
    """

    title: str
    facts: Sequence[Fact]
    notes: Sequence[str]
    tables: Sequence[PlanTable]
