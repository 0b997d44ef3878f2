"""Files of plans: a workbook, a page, or data for another program."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matchmaker.reporting.files import check_ending, replacing
from matchmaker.reporting.messages import check_lang
from matchmaker.reporting.plans.page import write_plan_page
from matchmaker.reporting.plans.report import PlanReport
from matchmaker.reporting.plans.workbook import write_plan_workbook
from matchmaker.reporting.wording import Wording

ENDINGS = (".xlsx", ".html", ".json")
"""Endings of files that plans can be written to."""


def check_plan_target(path: Path, *, endings: Sequence[str] = ENDINGS) -> None:
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


def write_plans(
    reports: Sequence[PlanReport],
    path: str | os.PathLike[str],
    *,
    lang: str = "zh",
    data: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write plans to a file whose ending chooses the form.

    Parameters
    ----------
    reports : sequence of PlanReport
        At least one.
    path : str or path-like
        Ends in .xlsx, .html or .json; replaced once the new file is complete.
    lang : {"zh", "en"}
        Language.
    data : sequence of mapping
        The plans as plain data, which .json holds: one object for one plan, else an object with
        the list ``plans``.

    Raises
    ------
    ConfigError
        If the ending or the language is unknown or the folder does not exist.
    """
    target = Path(path)
    words = Wording(check_lang(lang))
    check_plan_target(target)
    ending = target.suffix.lower()
    if ending == ".xlsx":
        write_plan_workbook(reports, target, words)
    elif ending == ".html":
        write_plan_page(reports, target, words)
    else:
        plain = data[0] if len(data) == 1 else {"plans": list(data)}
        text = json.dumps(plain, ensure_ascii=False, indent=1, allow_nan=False)
        with (
            replacing(target) as made,
            made.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file,
        ):
            file.write(text + "\n")
