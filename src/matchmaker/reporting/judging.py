"""The workbook in which a broker judges pairs: everything about the pair, nothing of the model."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchmaker.errors import ConfigError
from matchmaker.records import Achievement, Need
from matchmaker.records.cells import is_placeholder
from matchmaker.reporting.columns import Value
from matchmaker.reporting.files import check_folder, replacing
from matchmaker.reporting.messages import check_lang
from matchmaker.reporting.sheets import CELL, ROWS, Head, Sheets, row_height, safe
from matchmaker.reporting.wording import GRADES, Wording, one_line, paragraphs
from matchmaker.reporting.workbook import CREATED, OPTIONS

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_LINES = 20
_STEPS = 7
_GRADE, _REMARK = 4, 5
_GUIDE_WIDTHS = (16, 110)
_INPUT = {"bg_color": "#FFF9E5", "border": 1, "border_color": "#D9DEE4"}
_UNKNOWN = {"bg_color": "#F8D7DA", "font_color": "#842029"}


def write_judging_workbook(
    pairs: Sequence[tuple[Need, Achievement]], path: str | os.PathLike[str], *, lang: str = "zh"
) -> None:
    """Write an .xlsx workbook in which a person grades pairs.

    The first sheet says what the grades mean and what to do; the second has one pair a row, in the
    order given, with a column for the grade (a list to choose from; 1 to 4 may also be typed) and
    one for remarks. Records are written as text that no spreadsheet program runs.

    Parameters
    ----------
    pairs : sequence of (Need, Achievement)
    path : str or path-like
        The file; replaced once the new one is complete.
    lang : {"zh", "en"}
        Language.

    Raises
    ------
    ConfigError
        If there is no pair or are more than a sheet has rows, the ending is not .xlsx, the
        language is unknown or the folder does not exist.
    """
    import xlsxwriter

    words = Wording(check_lang(lang))
    target = Path(path)
    check_judging_target(target)
    if not 1 <= len(pairs) < ROWS:
        raise ConfigError(f"{target}: {len(pairs)} pairs to judge; a sheet takes 1 to {ROWS - 1:,}")
    with replacing(target) as made:
        options = {**OPTIONS, "tmpdir": str(made.parent)}
        with xlsxwriter.Workbook(str(made), options) as book:
            book.set_properties({"title": words("judging.title"), "created": CREATED})
            book.set_size(2400, 1400)
            sheets = Sheets(book, words)
            guide = sheets.add(sheets.names.take(words("sheet.judging_guide")))
            _write_guide(guide, sheets, target.name)
            sheet = sheets.add(sheets.names.take(words("sheet.judging")))
            _write_pairs(sheet, sheets, pairs)


def check_judging_target(target: Path) -> None:
    """Make sure that a workbook to judge in can be written before the work for it begins.

    Parameters
    ----------
    target : Path
        The file to be.

    Raises
    ------
    ConfigError
        If it does not end in .xlsx, its folder does not exist or it is itself a folder.
    """
    if target.suffix.lower() != ".xlsx":
        raise ConfigError(
            f"{target}: pairs to judge are written as a workbook; choose a name ending in .xlsx"
        )
    check_folder(target)


def _heads(words: Wording) -> list[Head]:
    return [
        Head(words("column.need_title"), 24, repeats=True),
        Head(words("page.need_body"), 54, "lines"),
        Head(words("column.achievement_title"), 24),
        Head(words("page.achievement_body"), 54, "lines"),
        Head(words("column.judgement"), 13),
        Head(words("column.remark"), 22),
        Head(words("column.enterprise"), 18),
        Head(words("column.university"), 18),
        Head(words("column.need_id"), 12),
        Head(words("column.achievement_id"), 12),
    ]


def _values(need: Need, achievement: Achievement, words: Wording) -> list[Value]:
    asked = [("", need.body), ("column.goals", need.goals)]
    offered = [
        ("", achievement.body),
        ("column.indicators", achievement.indicators),
        ("column.applications", achievement.applications),
    ]
    return [
        one_line(need.title),
        _described(asked, words),
        one_line(achievement.title),
        _described(offered, words),
        "",
        "",
        one_line(need.organisation),
        one_line(achievement.organisation),
        need.id,
        achievement.id,
    ]


def _described(parts: Sequence[tuple[str, str]], words: Wording) -> str:
    lines: list[str] = []
    for key, value in parts:
        if is_placeholder(value.strip()):
            continue
        found = paragraphs(value, CELL)
        if key and found:
            found[0] = words("mark.field", name=words(key), value=found[0])
        lines += found
    return "\n".join(lines)


def _write_pairs(
    sheet: Worksheet, sheets: Sheets, pairs: Sequence[tuple[Need, Achievement]]
) -> None:
    words, styles = sheets.words, sheets.styles
    heads = _heads(words)
    for column, head in enumerate(heads):
        sheet.set_column(column, column, head.width)
    sheet.set_row(0, 32)
    for column, head in enumerate(heads):
        sheet.write_string(0, column, safe(head.label), styles.head())
    input_style = {
        _GRADE: styles.plain(align="center", bold=True, **_INPUT),
        _REMARK: styles.plain(text_wrap=True, align="left", **_INPUT),
    }
    before = ""
    for row, (need, achievement) in enumerate(pairs, start=1):
        values = _values(need, achievement, words)
        sheet.set_row(row, row_height(heads, values, limit=_LINES))
        for column, (head, value) in enumerate(zip(heads, values, strict=True)):
            if column in input_style:
                sheet.write_blank(row, column, None, input_style[column])
            else:
                style = styles.cell(head, need.id != before, 0)
                sheet.write_string(row, column, safe(str(value)), style)
        before = need.id
    _add_choices(sheet, sheets, len(pairs))
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, len(pairs), len(heads) - 1)
    sheet.activate()


def _add_choices(sheet: Worksheet, sheets: Sheets, last: int) -> None:
    """Offer the grades in a list; digits may be typed, anything else turns red."""
    words = sheets.words
    choices = [f"{grade} {words.grade(grade)}" for grade in sorted(GRADES)]
    # Not a rule that stops: it would refuse a typed digit, the quickest way to judge.
    rule: dict[str, Any] = {"validate": "list", "source": choices, "error_type": "information"}
    sheet.data_validation(1, _GRADE, last, _GRADE, {**rule, "show_error": False})
    letter = chr(ord("A") + _GRADE)
    wrong = f'AND(LEN({letter}2)>0,ISERROR(FIND(LEFT({letter}2,1),"1234")))'
    style = sheets.book.add_format(_UNKNOWN)
    sheet.conditional_format(
        1, _GRADE, last, _GRADE, {"type": "formula", "criteria": f"={wrong}", "format": style}
    )


def _write_guide(sheet: Worksheet, sheets: Sheets, file: str) -> None:
    words, styles = sheets.words, sheets.styles
    for column, width in enumerate(_GUIDE_WIDTHS):
        sheet.set_column(column, column, width)
    title = styles.plain(bold=True, font_size=18, font_color="#1F4E79")
    section = styles.plain(
        bold=True, font_size=12, font_color="#1F4E79", bottom=2, bottom_color="#1F4E79"
    )
    label, text = styles.plain(bold=True), styles.plain(text_wrap=True)
    lines: list[tuple[str, str, Any, Any]] = [
        (words("judging.title"), "", title, title),
        (words("judging.lead"), "", styles.plain(), text),
        ("", "", text, text),
        (words("judging.grades"), "", section, section),
    ]
    for grade in GRADES:
        name = f"{grade} {words.grade(grade)}"
        style = styles.cell(Head("", 0, "grade"), False, grade)
        lines.append((name, words(f"judging.grade.{grade}"), style, text))
    lines += [("", "", text, text), (words("judging.steps"), "", section, section)]
    steps = [words(f"judging.step.{step}", file=file) for step in range(1, _STEPS + 1)]
    lines += [(str(at), step, label, text) for at, step in enumerate(steps, start=1)]
    lines += [("", words("guide.apostrophe"), text, text)]
    heads = [Head("", width) for width in _GUIDE_WIDTHS]
    for row, (left, right, left_style, right_style) in enumerate(lines):
        height = 30 if not row else row_height(heads, ["", right], limit=_LINES) + 4
        sheet.set_row(row, height)
        sheet.write(row, 0, safe(left), left_style)
        sheet.write(row, 1, safe(right), right_style)
