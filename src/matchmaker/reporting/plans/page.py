"""The page of plans: one file to open, print or project, that loads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matchmaker.reporting.columns import Value
from matchmaker.reporting.facts import Fact
from matchmaker.reporting.files import replacing
from matchmaker.reporting.page import content_hash, page_environment, page_resource
from matchmaker.reporting.plans.report import PlanReport, PlanTable
from matchmaker.reporting.plans.workbook import title_of
from matchmaker.reporting.safety import printable
from matchmaker.reporting.wording import Wording

ROWS = 1_000
"""Rows of one table on the page, at most."""

BIG_FACTS = 6
"""Facts that stand in large type; only short ones do."""

_SHORT = 14


@dataclass(frozen=True, slots=True)
class Row:
    """A row on the page: its cells, and what its looks depend on."""

    cells: Sequence[tuple[str, str]]
    opens: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A table on the page."""

    anchor: str
    name: str
    about: str
    heads: Sequence[tuple[str, str]]
    rows: Sequence[Row]
    count: int
    more: int


@dataclass(frozen=True, slots=True)
class Chapter:
    """A plan on the page."""

    anchor: str
    title: str
    big: Sequence[Fact]
    facts: Sequence[Fact]
    notes: Sequence[str]
    sections: Sequence[Section]


def write_plan_page(reports: Sequence[PlanReport], path: Path, words: Wording) -> None:
    """Write a self-contained .html page.

    It loads nothing from anywhere, its content security policy forbids it to, and it has no
    script. Long tables are cut, and the page says so.

    Parameters
    ----------
    reports : sequence of PlanReport
    path : Path
        The file, UTF-8; replaced once the new one is complete.
    words : Wording
        Language.

    Raises
    ------
    ConfigError
        If the folder does not exist.
    """
    from markupsafe import Markup

    style = page_resource("page.css") + page_resource("plans/plan.css")
    chapters = [_chapter(report, at, words) for at, report in enumerate(reports, start=1)]
    cut = any(section.more for chapter in chapters for section in chapter.sections)
    with replacing(path) as made, made.open("w", encoding="utf-8", newline="\n") as file:
        template = page_environment().from_string(page_resource("plans/plan.html.j2"))
        for part in template.generate(
            words=words,
            language="zh-Hans" if words.lang == "zh" else "en",
            style=Markup(style),
            style_hash=content_hash(style),
            title=title_of(reports, words),
            chapters=chapters,
            cut=words("plan.cut", limit=ROWS) if cut else "",
        ):
            file.write(part)


def _chapter(report: PlanReport, number: int, words: Wording) -> Chapter:
    facts = [(printable(label), printable(value)) for label, value in report.facts]
    short = 0
    while short < min(len(facts), BIG_FACTS) and len(facts[short][1]) <= _SHORT:
        short += 1
    return Chapter(
        anchor=f"p{number}",
        title=printable(report.title),
        big=facts[:short],
        facts=facts[short:],
        notes=[printable(note) for note in report.notes],
        sections=[
            _section(table, f"p{number}t{at}", words)
            for at, table in enumerate(report.tables, start=1)
        ],
    )


def _section(table: PlanTable, anchor: str, words: Wording) -> Section:
    kinds = [head.kind for head in table.heads]
    rows = [
        Row(
            [
                (_cell(value, kind, words), _look(kind, line.grade))
                for value, kind in zip(line.values, kinds, strict=True)
            ],
            line.opens,
        )
        for line in table.lines[:ROWS]
    ]
    return Section(
        anchor=anchor,
        name=printable(table.name),
        about=printable(table.about),
        heads=[(printable(head.label), _look(head.kind, 0)) for head in table.heads],
        rows=rows,
        count=len(table.lines),
        more=len(table.lines) - len(rows),
    )


def _look(kind: str, grade: int) -> str:
    """Name the class of a cell by what its column holds."""
    return f"k-{kind} g{grade}" if kind == "grade" and grade else f"k-{kind}"


def _cell(value: Value, kind: str, words: Wording) -> str:
    if isinstance(value, str):
        return printable(value)
    return words.score(value) if kind == "score" else f"{value:,}"
