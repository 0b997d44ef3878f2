"""What workbook and page say around the matches: counts, settings, sources, how to read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matchmaker.records import LeftOut, ReadNote, ReadReport
from matchmaker.reporting.remarks import reason, remark
from matchmaker.reporting.safety import printable
from matchmaker.reporting.summary import RunSummary
from matchmaker.reporting.wording import GRADES, Wording, file_name
from matchmaker.scoring.pairs import RankedPairs

EVENTS = 200
"""Rows left out, and notes, that are listed one by one for one source."""

Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Event:
    """A row of a source that was left out, or that someone should look at."""

    row: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading one source.

    Attributes
    ----------
    label : str
        Whose source it is.
    source : str
        Name of the file, without its folder, and of the sheet.
    counts : sequence of (str, int)
        Rows read, kept and left out.
    left_out, notes : sequence of Event
        The first of each.
    more_left_out, more_notes : str
        How many are not listed, in words; empty where all are.
    """

    label: str
    source: str
    counts: Sequence[tuple[str, int]]
    left_out: Sequence[Event]
    notes: Sequence[Event]
    more_left_out: str
    more_notes: str


def counts(pairs: RankedPairs, words: Wording) -> list[tuple[str, int]]:
    """Count records and pairs.

    Parameters
    ----------
    pairs : RankedPairs
        The ranking.
    words : Wording
        Language.

    Returns
    -------
    list of (str, int)
        Label and number.
    """
    needs, achievements = len(pairs.needs), len(pairs.achievements)
    matched = len(set(pairs.columns.need.tolist()))
    return [
        (words("count.needs"), needs),
        (words("count.needs_matched"), matched),
        (words("count.needs_unmatched"), needs - matched),
        (words("count.achievements"), achievements),
        (words("count.achievements_matched"), len(set(pairs.columns.achievement.tolist()))),
        (words("count.pairs"), len(pairs)),
    ]


def grade_counts(pairs: RankedPairs) -> dict[int, int]:
    """Count the pairs of each grade, best grade first."""
    return {grade: int((pairs.columns.grade == grade).sum()) for grade in GRADES}


def settings(summary: RunSummary | None, words: Wording) -> list[Fact]:
    """Say how the records were matched; empty without a summary."""
    if summary is None:
        return []
    sector = (
        words("setting.every_sector") if summary.sector is None else words.sector(summary.sector)
    )
    return [
        (words("setting.k"), str(summary.k)),
        (words("setting.min_score"), words.score(summary.min_score)),
        (words("setting.sector"), sector),
        (words("setting.model"), printable(summary.model)),
        *((words("setting.prefer"), printable(wish)) for wish in summary.preferences),
        *_eligibility(summary, words),
    ]


def _eligibility(summary: RunSummary, words: Wording) -> list[Fact]:
    """Say whom hard constraints left out, and which of them when nobody is left."""
    found = summary.eligibility
    if found is None:
        return []
    facts = [
        (words("setting.eligible"), words("eligible.left", left=found.left, all=len(found.mask)))
    ]
    for count in found.counts:
        said = words("eligible.removed", removed=count.removed, alone=count.removed_alone)
        if count.missing_kept:
            said += words("mark.clause") + words("eligible.kept", count=count.missing_kept)
        if count.missing_dropped:
            said += words("mark.clause") + words("eligible.dropped", count=count.missing_dropped)
        facts.append((words("setting.require", constraint=printable(str(count.constraint))), said))
    return facts


def readings(summary: RunSummary | None, words: Wording) -> list[Reading]:
    """Say what was read; empty without a summary or reports in it."""
    if summary is None:
        return []
    found = (
        (words("reading.needs"), summary.needs_report),
        (words("reading.achievements"), summary.achievements_report),
    )
    return [_reading(label, report, words) for label, report in found if report is not None]


def guide(words: Wording, *, terms: int, reasons: bool = False) -> list[Fact]:
    """Explain what a reader has to know about the columns, with the most terms of one match."""
    explained = ["score", "grade", "sectors", "shared_terms"]
    explained += ["reasons", "score_parts"] if reasons else []
    return [(words(f"column.{key}"), words(f"guide.{key}", limit=terms)) for key in explained]


def _reading(label: str, report: ReadReport, words: Wording) -> Reading:
    return Reading(
        label=label,
        source=file_name(report.source),
        counts=[
            (words("reading.read"), report.read),
            (words("reading.kept"), report.kept),
            (words("reading.left_out"), len(report.left_out)),
        ],
        left_out=[_event(item, words) for item in report.left_out[:EVENTS]],
        notes=[_event(item, words) for item in report.notes[:EVENTS]],
        more_left_out=_more(len(report.left_out), words),
        more_notes=_more(len(report.notes), words),
    )


def _event(item: LeftOut | ReadNote, words: Wording) -> Event:
    # Row 0 is the table as a whole.
    return Event(str(item.row) if item.row else "", reason(item, words), remark(item, words))


def _more(total: int, words: Wording) -> str:
    return words("reading.more", count=total - EVENTS) if total > EVENTS else ""
