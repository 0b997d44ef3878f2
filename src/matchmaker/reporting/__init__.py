"""Reports of a ranking: workbook, web page, flat files and terminal. Nothing is computed here."""

from __future__ import annotations

import os
from pathlib import Path

from matchmaker.errors import ConfigError
from matchmaker.reporting.files import check_folder
from matchmaker.reporting.flat import frame, write_csv, write_jsonl
from matchmaker.reporting.messages import check_lang
from matchmaker.reporting.page import write_page
from matchmaker.reporting.summary import RunSummary
from matchmaker.reporting.terminal import print_table
from matchmaker.reporting.workbook import write_workbook
from matchmaker.scoring.pairs import RankedPairs

__all__ = [
    "ENDINGS",
    "RunSummary",
    "check_target",
    "frame",
    "print_table",
    "write",
    "write_csv",
    "write_jsonl",
    "write_page",
    "write_workbook",
]

ENDINGS = (".xlsx", ".html", ".csv", ".jsonl")
"""Endings of the files that :func:`write` can make."""


def write(
    pairs: RankedPairs,
    path: str | os.PathLike[str],
    *,
    lang: str = "zh",
    summary: RunSummary | None = None,
    reasons: bool = True,
) -> None:
    """Write a ranking in the form that the file's ending names.

    Parameters
    ----------
    pairs : RankedPairs
        The ranking.
    path : str or path-like
        Ending with ``.xlsx`` (workbook), ``.html`` (page), ``.csv`` (table) or ``.jsonl`` (for
        another program), in whatever case. An existing file is replaced, at once and only when
        the new one is complete.
    lang : {"zh", "en"}
        Language of everything that people read; a .jsonl has English keys in any case.
    summary : RunSummary or None
        About the run, for the forms that have a place for it: workbook and page.
    reasons : bool
        Whether it says why the two of a pair go together, where that is known.

    Raises
    ------
    ConfigError
        If the ending or the language is unknown or the folder does not exist.
    """
    check_lang(lang)
    ending = check_target(path)
    if ending == ".xlsx":
        write_workbook(pairs, path, lang=lang, summary=summary, reasons=reasons)
    elif ending == ".html":
        write_page(pairs, path, lang=lang, summary=summary, reasons=reasons)
    elif ending == ".csv":
        write_csv(pairs, path, lang=lang, reasons=reasons)
    else:
        write_jsonl(pairs, path, reasons=reasons)


def check_target(path: str | os.PathLike[str]) -> str:
    """Make sure that a file can be written before the work for it begins.

    Parameters
    ----------
    path : str or path-like
        The file to be.

    Returns
    -------
    str
        Its ending, one of ``ENDINGS``.

    Raises
    ------
    ConfigError
        If the ending is unknown, the folder does not exist or the path is itself a folder.
    """
    target = Path(path)
    ending = target.suffix.lower()
    if ending not in ENDINGS:
        raise ConfigError(
            f"{os.fspath(path)}: the ending {ending!r} names no known form; "
            f"known are {', '.join(ENDINGS)}"
        )
    check_folder(target)
    return ending
