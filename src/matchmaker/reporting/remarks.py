"""What a reader remarked on a source's rows, in the words of a report."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from matchmaker.records import LeftOut, ReadNote
from matchmaker.reporting.messages import MESSAGES
from matchmaker.reporting.safety import clipped, printable
from matchmaker.reporting.wording import Wording, one_line

NAME = 40
"""UTF-16 units of an id, a heading or a sheet's name that a remark shows."""

NAMES = 5
"""Headings or sheets that a remark lists."""


def reason(item: LeftOut | ReadNote, words: Wording) -> str:
    """Name the reason of a remark: its code where the message table does not know it."""
    key = f"reason.{item.reason}"
    return words(key) if key in MESSAGES else printable(item.reason)


def remark(item: LeftOut | ReadNote, words: Wording) -> str:
    """Say what a remark is about.

    Parameters
    ----------
    item : LeftOut or ReadNote
        From a reader's report.
    words : Wording
        Language.

    Returns
    -------
    str
        The text of the message table for the reason, with the facts of the remark in it. Where
        the table has none, or the remark lacks a fact that it needs, the remark's own ``detail``.
    """
    if isinstance(item, LeftOut):
        facts = {"id": _name(item.record_id), "row": str(item.other_row or "")}
        return _say(item.reason, "id", facts, words) or printable(item.detail)
    facts = {
        "column": _name(item.column),
        "other": _name(next(iter(item.others), "")),
        "others": _names(item.others, words),
    }
    said = _say(item.reason, item.field, facts, words)
    if not said:
        return printable(item.detail)
    if item.reason == "generated_id" and item.others:
        said = words("mark.clause").join((said, words("detail.serial", **facts)))
    return words("mark.aside", text=said, aside=_rows(item, words)) if item.rows else said


def _say(code: str, variant: str, facts: dict[str, str], words: Wording) -> str:
    """Fill in the text for a reason, its variant if there is one; empty if a fact is missing."""
    # Never empty, so that a text with braces is always filled in.
    known = {"reason": code} | {name: fact for name, fact in facts.items() if fact}
    for key in (f"detail.{code}.{variant}", f"detail.{code}"):
        if key in MESSAGES:
            with suppress(KeyError):
                return words(key, **known)
    return ""


def _rows(note: ReadNote, words: Wording) -> str:
    listed = words.listed(map(str, note.rows))
    if (more := note.count - len(note.rows)) > 0:
        return words("rows.more", rows=listed, more=more)
    return words("rows.one" if len(note.rows) == 1 else "rows.some", rows=listed)


def _name(name: str) -> str:
    return clipped(one_line(name), NAME)


def _names(names: Iterable[str], words: Wording) -> str:
    quoted = [words("mark.quoted", text=_name(name)) for name in names]
    listed = words.listed(quoted[:NAMES])
    if len(quoted) > NAMES:
        return words("names.more", names=listed, count=len(quoted))
    return listed
